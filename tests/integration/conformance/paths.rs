//! Indexes, attributes, and the names that Terraform gives.

use formwork::{Expr, Json, Map, Raw, Resource, Value, Variable, functions, named};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    let list = &cases.stack.local("list", Value::<Vec<String>>::from(["a", "b", "c"]));
    let map = &cases
        .stack
        .local("map", Map::<f64>::new().with("x", 1).with("a.b \"${c}\"", 2).with("", 3).with("ü😀", 4));
    let tree =
        json!({"inner": {"list": [{"id": 7}, {"id": 8}], "dash-ed": "d", "with space": "s", "1": "one"}});
    let tree = &cases.stack.local("tree", Value::<Json>::from(tree));
    let one = &cases.stack.local("one", 1);
    let name = &cases.stack.local("name", "x");
    let inner = tree.field::<Json>("inner");

    cases.expression("first", list.at(0), "local.list[0]", json!("a"));
    cases.expression("computed index", list.at(one + 1), "local.list[local.one + 1]", json!("c"));
    cases.expression(
        "conditional index",
        list.at(one.gt(0).then(2).otherwise(0)),
        "local.list[local.one > 0 ? 2 : 0]",
        json!("c"),
    );
    cases.expression(
        "index by the length",
        list.at(functions::length(list) - 1),
        "local.list[length(local.list) - 1]",
        json!("c"),
    );
    cases.expression("index of a variable size", list.at(2_usize), "local.list[2]", json!("c"));
    cases.expression("key", map.key("x"), "local.map[\"x\"]", json!(1));
    cases.expression(
        "key with everything",
        map.key("a.b \"${c}\""),
        r#"local.map["a.b \"$${c}\""]"#,
        json!(2),
    );
    cases.expression("empty key", map.key(""), "local.map[\"\"]", json!(3));
    cases.expression("unicode key", map.key("ü😀"), "local.map[\"ü😀\"]", json!(4));
    cases.expression("computed key", map.key(name), "local.map[local.name]", json!(1));
    cases.expression("key from text", map.key(format!("{name}")), "local.map[local.name]", json!(1));
    cases.expression(
        "key of text and expression",
        map.key(format!("{}", functions::lower("X"))),
        "local.map[lower(\"X\")]",
        json!(1),
    );
    cases.expression(
        "attribute path",
        inner.field::<Json>("list").at::<Json>(1).field::<f64>("id"),
        "local.tree.inner.list[1].id",
        json!(8),
    );
    cases.expression(
        "attribute with a dash",
        inner.field::<String>("dash-ed"),
        "local.tree.inner.dash-ed",
        json!("d"),
    );
    cases.expression(
        "attribute that is no name",
        inner.field::<String>("with space"),
        "local.tree.inner[\"with space\"]",
        json!("s"),
    );
    cases.expression(
        "attribute that is a number",
        inner.field::<String>("1"),
        "local.tree.inner[\"1\"]",
        json!("one"),
    );
    cases.expression(
        "attribute by an expression",
        tree.key::<Json>("inner").key::<String>(format!("dash-{}", "ed")),
        "local.tree[\"inner\"][\"dash-ed\"]",
        json!("d"),
    );
    cases.expression(
        "legacy index",
        Expr::<f64>::raw("local.tree.inner.list.0.id"),
        "local.tree.inner.list.0.id",
        json!(7),
    );
    cases.expression(
        "legacy splat",
        Expr::<Vec<f64>>::raw("local.tree.inner.list.*.id"),
        "local.tree.inner.list.*.id",
        json!([7, 8]),
    );
    cases.expression(
        "index of a legacy splat",
        Expr::<Vec<f64>>::raw("local.tree.inner.list.*.id").at(1),
        "(local.tree.inner.list.*.id)[1]",
        json!(8),
    );
    cases.expression(
        "index of a call",
        functions::split(",", "a,b").at(1),
        "split(\",\", \"a,b\")[1]",
        json!("b"),
    );
    cases.expression("index of a literal list", Expr::<Vec<f64>>::from([5, 6]).at(1), "[5, 6][1]", json!(6));
    cases.expression(
        "key of a literal map",
        Expr::<Map<f64>>::from([("k", 5)]).key("k"),
        "{\"k\" = 5}[\"k\"]",
        json!(5),
    );
    cases.expression(
        "attribute of a literal object",
        Expr::<Json>::from(json!({"k": {"l": 5}})).field::<Json>("k").field::<f64>("l"),
        "{\"k\" = {\"l\" = 5}}.k.l",
        json!(5),
    );

    cases.expression("path.module", named::path_module(), "path.module", json!("."));
    cases.expression("path.root", named::path_root(), "path.root", json!("."));
    cases.expression("path.cwd", named::path_cwd().ne(""), "path.cwd != \"\"", json!(true));
    cases.expression("terraform.workspace", named::workspace(), "terraform.workspace", json!("default"));
    cases.expression("local by name", named::local::<String>("name"), "local.name", json!("x"));
    let variable = cases.stack.variable("size", Variable::<f64>::new().default_value(3));
    cases.expression("variable", variable * 2, "var.size * 2", json!(6));
    cases.expression("variable by name", named::variable::<f64>("size"), "var.size", json!(3));

    let data = cases.stack.add("one", Raw::new("terraform_data").set("input", json!({"k": "v"})));
    cases.expression(
        "attribute of a resource",
        data.attribute::<Json>("output").field::<String>("k"),
        "terraform_data.one.output.k",
        json!("v"),
    );
    cases.expression(
        "resource by name",
        named::resource("terraform_data", "one").field::<Json>("output").field::<String>("k"),
        "terraform_data.one.output.k",
        json!("v"),
    );
    cases
        .stack
        .add("many", Raw::new("terraform_data").set("count", 2).set("input", named::count_index() + 1));
    let many = named::resource("terraform_data", "many");
    cases.written("count.index", "/resource/terraform_data/many/input", json!("${count.index + 1}"));
    cases.expression(
        "object of a counted resource",
        many.at::<Json>(1).field::<f64>("output"),
        "terraform_data.many[1].output",
        json!(2),
    );
    let keyed = Raw::new("terraform_data").set("for_each", json!({"a": 1, "b ${c}": 2}));
    cases
        .stack
        .add("keyed", keyed.set("input", format!("{}={}", named::each_key(), named::each_value::<f64>())));
    let keyed = named::resource("terraform_data", "keyed");
    cases.written(
        "each.key and each.value",
        "/resource/terraform_data/keyed/input",
        json!("${each.key}=${each.value}"),
    );
    cases.expression(
        "object of a keyed resource",
        keyed.key::<Json>("b ${c}").field::<String>("output"),
        "terraform_data.keyed[\"b $${c}\"].output",
        json!("b ${c}=2"),
    );
}
