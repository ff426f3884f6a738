//! `count`, `for_each` and what refers to their objects.

use formwork::{
    Expr, Json, Map, Raw, Resource, Stack, TerraformData, Value, Variable, count, for_each, keyed,
};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    counts(cases);
    sets_and_maps(cases);
    lists_and_instances(cases);
    meta(cases);
    nested(cases);
}

/// Objects gone through inside of the same objects: each is told from the other.
fn nested(cases: &mut Cases<'_>) {
    let pair = cases.stack.add("pair", count(2, |index| TerraformData::new().input(index.cast::<Json>())));
    let text = |one: &formwork::TerraformDataRef| one.output().cast::<String>();
    cases.expression(
        "all objects for all objects",
        pair.all(|outer| {
            pair.all(|inner| Expr::<String>::from(format!("{}-{}", text(&outer), text(&inner))))
        }),
        "[for each_terraform_data_pair2 in terraform_data.pair : [for each_terraform_data_pair in terraform_data.pair : \"${each_terraform_data_pair2.output}-${each_terraform_data_pair.output}\"]]",
        json!([["0-0", "0-1"], ["1-0", "1-1"]]),
    );
    let keyed = cases.stack.add("two", for_each(["a", "b"], |one| TerraformData::new().input(one.key())));
    cases.expression(
        "all keys for all keys",
        keyed.by_key(|outer| keyed.by_key(|inner| Expr::<String>::from(format!("{}{}", text(&outer), text(&inner))))),
        "{for key2, each_terraform_data_two2 in terraform_data.two : key2 => {for key, each_terraform_data_two in terraform_data.two : key => \"${each_terraform_data_two2.output}${each_terraform_data_two.output}\"}}",
        json!({"a": {"a": "aa", "b": "ab"}, "b": {"a": "ba", "b": "bb"}}),
    );
    let names = cases.stack.local("nested_names", Value::<Vec<String>>::from(["x", "y"]));
    cases.expression(
        "objects for each element of a list",
        names.iter().map(|name| pair.all(|one| Expr::<String>::from(format!("{name}{}", text(&one))))),
        "[for item in local.nested_names : [for each_terraform_data_pair in terraform_data.pair : \"${item}${each_terraform_data_pair.output}\"]]",
        json!([["x0", "x1"], ["y0", "y1"]]),
    );
    cases.expression(
        "elements of a list for each object",
        pair.all(|one| names.iter().map(|name| format!("{}{name}", text(&one)))),
        "[for each_terraform_data_pair in terraform_data.pair : [for item in local.nested_names : \"${each_terraform_data_pair.output}${item}\"]]",
        json!([["0x", "0y"], ["1x", "1y"]]),
    );
    let plain = format!("{{ \"b\" : \"{}\", \"a\": 1 }}", names.at(0));
    cases.value(
        "text that could be read as JSON stays as it is",
        plain,
        r#""{ \"b\" : \"${local.nested_names[0]}\", \"a\": 1 }""#,
        json!(r#"{ "b" : "x", "a": 1 }"#),
    );
}

fn outputs(stack: &mut Stack, name: &str, data: TerraformData) -> formwork::TerraformDataRef {
    stack.add(name, data)
}

fn counts(cases: &mut Cases<'_>) {
    let many = cases.stack.add("many", count(3, |index| TerraformData::new().input(format!("n-{index}"))));
    cases.written(
        "count is written beside the arguments",
        "/resource/terraform_data/many",
        json!({"input": "n-${count.index}", "count": 3}),
    );
    cases.expression(
        "an object by its position",
        many.at(1).output(),
        "terraform_data.many[1].output",
        json!("n-1"),
    );
    let position = cases.stack.local("position", 2);
    cases.expression(
        "an object by a position that is computed",
        many.at(&position).output(),
        "terraform_data.many[local.position].output",
        json!("n-2"),
    );
    cases.expression(
        "all objects of a count",
        many.all(|one| one.output()),
        "[for each_terraform_data_many in terraform_data.many : each_terraform_data_many.output]",
        json!(["n-0", "n-1", "n-2"]),
    );
    cases.expression("how many there are", many.length(), "length(terraform_data.many)", json!(3));
    let none = cases.stack.add("none", TerraformData::new().input("x").count(0));
    cases.expression("a count of 0", none.length(), "length(terraform_data.none)", json!(0));
    let wanted = cases.stack.variable("wanted", Variable::<bool>::new().default_value(true));
    let number = Expr::<f64>::raw(format!("{} ? 1 : 0", wanted.hcl()));
    let maybe = cases.stack.add("maybe", TerraformData::new().input("here").count(number));
    cases.written(
        "a count that depends on a variable",
        "/resource/terraform_data/maybe/count",
        json!("${var.wanted ? 1 : 0}"),
    );
    cases.expression(
        "the object of a count that is 1",
        maybe.at(0).output(),
        "terraform_data.maybe[0].output",
        json!("here"),
    );
}

fn sets_and_maps(cases: &mut Cases<'_>) {
    let zones =
        cases.stack.variable("zones", Variable::<Vec<String>>::new().default_value(json!(["b", "a"])));
    let by_zone = cases.stack.add(
        "by_zone",
        for_each(&zones, |zone| TerraformData::new().input(format!("{}={}", zone.key(), zone.value()))),
    );
    cases.written(
        "for_each over a list of text makes it a set",
        "/resource/terraform_data/by_zone",
        json!({"input": "${each.key}=${each.value}", "for_each": "${toset(var.zones)}"}),
    );
    cases.expression(
        "an object by its key",
        by_zone.at("a").output(),
        "terraform_data.by_zone[\"a\"].output",
        json!("a=a"),
    );
    cases.expression("the keys", by_zone.keys(), "keys(terraform_data.by_zone)", json!(["a", "b"]));
    cases.expression(
        "all objects of a for_each, by sorted key",
        by_zone.all(|one| one.output()),
        "[for each_terraform_data_by_zone in terraform_data.by_zone : each_terraform_data_by_zone.output]",
        json!(["a=a", "b=b"]),
    );
    cases.expression(
        "the same of every object under its key",
        by_zone.by_key(|one| one.output()),
        "{for key, each_terraform_data_by_zone in terraform_data.by_zone : key => each_terraform_data_by_zone.output}",
        json!({"a": "a=a", "b": "b=b"}),
    );
    let hard = ["a \"b\"", "${x}", "c\\d", "%{e}", "ä.ö[0]"];
    let hard_keys = cases.stack.add("hard", for_each(hard, |one| TerraformData::new().input(one.key())));
    cases.written(
        "literal text as keys",
        "/resource/terraform_data/hard/for_each",
        json!({"a \"b\"": "a \"b\"", "$${x}": "$${x}", "c\\d": "c\\d", "%%{e}": "%%{e}", "ä.ö[0]": "ä.ö[0]"}),
    );
    for (number, key) in hard.into_iter().enumerate() {
        let hcl = [
            "terraform_data.hard[\"a \\\"b\\\"\"].output",
            "terraform_data.hard[\"$${x}\"].output",
            "terraform_data.hard[\"c\\\\d\"].output",
            "terraform_data.hard[\"%%{e}\"].output",
            "terraform_data.hard[\"ä.ö[0]\"].output",
        ][number];
        cases.expression(
            &format!("the object under the key {key}"),
            hard_keys.at(key).output(),
            hcl,
            json!(key),
        );
    }
    let sizes = Map::<f64>::new().with("small", 1).with("large", 100);
    let sized = cases.stack.add("sized", for_each(sizes, |size| TerraformData::new().input(size.value())));
    cases.written(
        "for_each over a map",
        "/resource/terraform_data/sized/for_each",
        json!({"small": 1, "large": 100}),
    );
    cases.expression(
        "a number as the element of a map",
        sized.at("large").output(),
        "terraform_data.sized[\"large\"].output",
        json!(100),
    );
    let key = cases.stack.local("size", "small");
    cases.expression(
        "an object by a key that is computed",
        sized.at(&key).output(),
        "terraform_data.sized[local.size].output",
        json!(1),
    );
    cases.expression(
        "an object by a key with an expression in it",
        sized.at(format!("{}mall", cases_letter())).output(),
        "terraform_data.sized[\"${substr(local.size, 0, 1)}mall\"].output",
        json!(1),
    );
}

fn cases_letter() -> Expr<String> {
    Expr::raw("substr(local.size, 0, 1)")
}

fn lists_and_instances(cases: &mut Cases<'_>) {
    let rules = json!([{"name": "web", "port": 80}, {"name": "db", "port": 5432}]);
    let rules = cases.stack.local("rules", Value::<Json>::from(rules)).cast::<Vec<Json>>();
    let by_name = cases.stack.add(
        "rule",
        for_each(keyed(&rules, |rule| rule.field("name")), |rule| {
            TerraformData::new().input(rule.value().field::<f64>("port"))
        }),
    );
    cases.written(
        "for_each over a list whose elements get keys",
        "/resource/terraform_data/rule",
        json!({
            "input": "${each.value.port}",
            "for_each": "${{for item in local.rules : item.name => item}}",
        }),
    );
    cases.expression(
        "an object of a keyed list",
        by_name.at("db").output(),
        "terraform_data.rule[\"db\"].output",
        json!(5432),
    );
    let follower = cases.stack.add(
        "follower",
        for_each(&by_name, |rule| {
            TerraformData::new().input(format!("{} on {}", rule.key(), rule.value().output()))
        }),
    );
    cases.written(
        "for_each over the objects of another resource",
        "/resource/terraform_data/follower",
        json!({"input": "${each.key} on ${each.value.output}", "for_each": "${terraform_data.rule}"}),
    );
    cases.expression(
        "an object that follows another one",
        follower.at("web").output(),
        "terraform_data.follower[\"web\"].output",
        json!("web on 80"),
    );
    let plain = json!({"a": {"size": 1}, "b": {"size": 2}});
    let of_objects = cases
        .stack
        .add("plain", for_each(plain, |one| TerraformData::new().input(one.value().field::<f64>("size"))));
    cases.expression(
        "for_each over an object of objects",
        of_objects.all(|one| one.output()),
        "[for each_terraform_data_plain in terraform_data.plain : each_terraform_data_plain.output]",
        json!([1, 2]),
    );
    cases.expression(
        "objects of two resources, one inside of the other",
        by_name.all(|outer| of_objects.all(|inner| Expr::<f64>::raw(format!("{} + {}", outer.output().hcl(), inner.output().hcl())))),
        "[for each_terraform_data_rule in terraform_data.rule : [for each_terraform_data_plain in terraform_data.plain : each_terraform_data_rule.output + each_terraform_data_plain.output]]",
        json!([[5433, 5434], [81, 82]]),
    );
}

fn meta(cases: &mut Cases<'_>) {
    let first = outputs(cases.stack, "first", TerraformData::new().input("first"));
    let many = cases.stack.add("before", TerraformData::new().count(2));
    let raw = Raw::new("terraform_data").set("input", "raw").depends_on(&first).depends_on(&many);
    let last = cases.stack.add("last", raw);
    cases.written(
        "depends_on names whole resources",
        "/resource/terraform_data/last/depends_on",
        json!(["terraform_data.first", "terraform_data.before"]),
    );
    cases.expression(
        "a resource of any type",
        last.attribute::<String>("output"),
        "terraform_data.last.output",
        json!("raw"),
    );
    cases.expression(
        "the whole object",
        Expr::<String>::call("lookup", [first.as_ref().object().into(), "output".into(), "".into()]),
        "lookup(terraform_data.first, \"output\", \"\")",
        json!("first"),
    );
}
