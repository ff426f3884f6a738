//! `for` expressions to lists and maps, nested and grouped, and splats.

use formwork::{Expr, Json, Map, Raw, Resource, Value, functions, named};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    let n = &cases.stack.local("n", Value::<Vec<f64>>::from([1, 2, 3]));
    let names = &cases.stack.local("names", Value::<Vec<String>>::from(["a", "", "b"]));
    let map = &cases.stack.local("map", Map::<f64>::new().with("x", 1).with("y", 2).with("z.z", 1));
    let nested =
        &cases.stack.local("nested", Value::<Json>::from(json!([[1, 2], [], [3]]))).cast::<Vec<Vec<f64>>>();
    let objects = json!([{"id": 1, "tags": {"t": "one"}, "ports": [80, 443]}, {"id": 2, "tags": {"t": "two"}, "ports": [22]}]);
    let objects = &cases.stack.local("objects", Value::<Json>::from(objects)).cast::<Vec<Json>>();
    let limit = &cases.stack.local("limit", 1);

    cases.expression(
        "every element",
        n.iter().map(|n| n * 2),
        "[for item in local.n : item * 2]",
        json!([2, 4, 6]),
    );
    cases.expression(
        "with a condition",
        n.iter().filter(|n| n.gt(1)).map(|n| n),
        "[for item in local.n : item if item > 1]",
        json!([2, 3]),
    );
    cases.expression(
        "with two conditions",
        n.iter().filter(|n| n.gt(1)).filter(|n| n.ne(3)).map(|n| n),
        "[for item in local.n : item if item > 1 && item != 3]",
        json!([2]),
    );
    cases.expression(
        "with what is outside",
        n.iter().filter(|n| n.gt(limit)).map(|n| n + limit),
        "[for item in local.n : item + local.limit if item > local.limit]",
        json!([3, 4]),
    );
    cases.expression(
        "with a position",
        names.iter().enumerate().map(|(index, name)| format!("{index}:{name}")),
        "[for index, item in local.names : \"${index}:${item}\"]",
        json!(["0:a", "1:", "2:b"]),
    );
    cases.expression(
        "condition on a position",
        names.iter().enumerate().filter(|(index, _)| index.ne(1)).map(|(_, name)| name),
        "[for index, item in local.names : item if index != 1]",
        json!(["a", "b"]),
    );
    cases.expression("constant for each", n.iter().map(|_| 0), "[for item in local.n : 0]", json!([0, 0, 0]));
    cases.expression(
        "conditional for each",
        n.iter().filter(|n| n.ne(2)).map(|n| n.gt(1).then("many").otherwise("one")),
        "[for item in local.n : item > 1 ? \"many\" : \"one\" if item != 2]",
        json!(["one", "many"]),
    );
    cases.expression(
        "conditional as the collection",
        named::workspace().eq("default").then(n).otherwise(Vec::<f64>::new()).iter().map(|n| n),
        "[for item in (terraform.workspace == \"default\" ? local.n : []) : item]",
        json!([1, 2, 3]),
    );
    cases.expression(
        "objects for each",
        n.iter().map(|n| json!({"n": n, "item": [n]})),
        "[for item in local.n : {\"item\" = [item], \"n\" = item}]",
        json!([{"n": 1, "item": [1]}, {"n": 2, "item": [2]}, {"n": 3, "item": [3]}]),
    );
    cases.expression(
        "keys and values of a map",
        map.iter().map(|(key, value)| format!("{key}={value}")),
        "[for key, value in local.map : \"${key}=${value}\"]",
        json!(["x=1", "y=2", "z.z=1"]),
    );
    cases.expression(
        "text for each, with escapes",
        names.iter().map(|name| format!("\"{name}\" ${{x}}\n")),
        r#"[for item in local.names : "\"${item}\" $${x}\n"]"#,
        json!(["\"a\" ${x}\n", "\"\" ${x}\n", "\"b\" ${x}\n"]),
    );
    cases.expression(
        "elements of a set",
        functions::toset(names).iter().map(functions::upper),
        "[for item in toset(local.names) : upper(item)]",
        json!(["", "A", "B"]),
    );

    cases.expression(
        "to a map",
        n.iter().to_map(|n| (format!("k{n}"), n * 2)),
        "{for item in local.n : \"k${item}\" => item * 2}",
        json!({"k1": 2, "k2": 4, "k3": 6}),
    );
    cases.expression(
        "map to a map",
        map.iter().to_map(|(key, value)| (functions::upper(key), value)),
        "{for key, value in local.map : upper(key) => value}",
        json!({"X": 1, "Y": 2, "Z.Z": 1}),
    );
    cases.expression(
        "map to a map with a condition",
        map.iter().filter(|(_, value)| value.eq(1)).to_map(|(key, value)| (key, value)),
        "{for key, value in local.map : key => value if value == 1}",
        json!({"x": 1, "z.z": 1}),
    );
    cases.expression(
        "positions to a map",
        names.iter().enumerate().to_map(|(index, name)| (format!("{index}"), name)),
        "{for index, item in local.names : index => item}",
        json!({"0": "a", "1": "", "2": "b"}),
    );
    cases.expression(
        "grouped",
        map.iter().group(|(key, value)| (format!("n{value}"), key)),
        "{for key, value in local.map : \"n${value}\" => key...}",
        json!({"n1": ["x", "z.z"], "n2": ["y"]}),
    );
    cases.expression(
        "grouped with a condition",
        n.iter().filter(|n| n.gt(1)).group(|n| (n.gt(2).then("b").otherwise("a"), n + 1)),
        "{for item in local.n : item > 2 ? \"b\" : \"a\" => item + 1... if item > 1}",
        json!({"a": [3], "b": [4]}),
    );
    cases.expression(
        "number grouped",
        n.iter().group(|_| ("k", 1)),
        "{for item in local.n : \"k\" => 1...}",
        json!({"k": [1, 1, 1]}),
    );
    cases.expression(
        "value of a map that was made",
        n.iter().to_map(|n| (format!("k{n}"), n)).key("k2"),
        "{for item in local.n : \"k${item}\" => item}[\"k2\"]",
        json!(2),
    );
    cases.expression(
        "element of a list that was made",
        n.iter().map(|n| n + 1).at(2),
        "[for item in local.n : item + 1][2]",
        json!(4),
    );

    cases.expression(
        "one in another",
        nested.iter().map(|list| list.iter().map(|n| n + 1)),
        "[for item2 in local.nested : [for item in item2 : item + 1]]",
        json!([[2, 3], [], [4]]),
    );
    let with_both = nested
        .iter()
        .enumerate()
        .map(|(outer, list)| list.iter().enumerate().map(move |(inner, n)| format!("{outer}{inner}{n}")));
    cases.expression(
        "positions of both",
        with_both,
        "[for index2, item2 in local.nested : [for index, item in item2 : \"${index2}${index}${item}\"]]",
        json!([["001", "012"], [], ["203"]]),
    );
    let inner_condition = n.iter().map(|limit| n.iter().filter(|n| n.gt(&limit)).map(|n| n * &limit));
    cases.expression(
        "condition on the outer one",
        inner_condition,
        "[for item2 in local.n : [for item in local.n : item * item2 if item > item2]]",
        json!([[2, 3], [6], []]),
    );
    let three = n.iter().map(|a| n.iter().map(|b| n.iter().map(|c| &a * 100 + &b * 10 + c).at(2)).at(1));
    cases.expression("three deep", three, "[for item3 in local.n : [for item2 in local.n : [for item in local.n : item3 * 100 + item2 * 10 + item][2]][1]]", json!([123, 223, 323]));
    let in_condition =
        n.iter().filter(|outer| functions::anytrue(n.iter().map(|inner| inner.gt(outer)))).map(|outer| outer);
    cases.expression(
        "one in the condition of another",
        in_condition,
        "[for item2 in local.n : item2 if anytrue([for item in local.n : item > item2])]",
        json!([1, 2]),
    );
    let in_collection = n.iter().map(|n| n + 1).iter().map(|n| n * 2);
    cases.expression(
        "one as the collection of another",
        in_collection,
        "[for item in [for item in local.n : item + 1] : item * 2]",
        json!([4, 6, 8]),
    );
    let of_maps = map.iter().to_map(|(key, value)| {
        (
            key.clone(),
            map.iter().filter(|(_, other)| other.gt(&value)).map(|(inner, _)| format!("{key}<{inner}")),
        )
    });
    cases.expression("maps in maps", of_maps, "{for key2, value2 in local.map : key2 => [for key, value in local.map : \"${key2}<${key}\" if value > value2]}", json!({"x": ["x<y"], "y": [], "z.z": ["z.z<y"]}));
    cases.expression("beside each other", n.iter().map(|a| json!([n.iter().map(|b| b).at(0), a, n.iter().map(|b| b).at(1)])).at(0), "[for item2 in local.n : [[for item in local.n : item][0], item2, [for item in local.n : item][1]]][0]", json!([1, 1, 2]));
    cases.expression(
        "raw names are not hidden",
        n.iter().map(|n| Expr::<f64>::raw("sum([for item in [10, 20] : item])") + n),
        "[for item2 in local.n : (sum([for item in [10, 20] : item])) + item2]",
        json!([31, 32, 33]),
    );
    let deep = objects.iter().map(|object| {
        object
            .field::<Vec<f64>>("ports")
            .iter()
            .map(|port| json!({"id": object.field::<f64>("id"), "port": port}))
    });
    cases.expression("flattened", functions::flatten::<Json>(deep), "flatten([for item2 in local.objects : [for item in item2.ports : {\"id\" = item2.id, \"port\" = item}]])", json!([{"id": 1, "port": 80}, {"id": 1, "port": 443}, {"id": 2, "port": 22}]));

    cases.expression("splat", objects.each::<f64>("id"), "local.objects[*].id", json!([1, 2]));
    cases.expression(
        "splat of a path",
        objects.each::<String>("tags.t"),
        "local.objects[*].tags.t",
        json!(["one", "two"]),
    );
    cases.expression(
        "splat of an index",
        objects.each::<f64>("ports[0]"),
        "local.objects[*].ports[0]",
        json!([80, 22]),
    );
    cases.expression(
        "element of a splat",
        objects.each::<Vec<f64>>("ports").at(0),
        "(local.objects[*].ports)[0]",
        json!([80, 443]),
    );
    cases.expression(
        "splat of a splat",
        functions::flatten::<f64>(objects.each::<Vec<f64>>("ports")),
        "flatten(local.objects[*].ports)",
        json!([80, 443, 22]),
    );
    cases.expression(
        "splat as an operand",
        objects.each::<f64>("id").eq([1, 2]),
        "local.objects[*].id == [1, 2]",
        json!(true),
    );
    cases.expression("value unless null", map.key("x").unless_null(), "local.map[\"x\"][*]", json!([1]));
    cases.expression("null unless null", Expr::<String>::null().unless_null(), "null[*]", json!([]));

    cases.stack.add(
        "many",
        Raw::new("terraform_data").set("count", 2).set("input", format!("n{}", named::count_index())),
    );
    let keyed = Raw::new("terraform_data").set("for_each", json!({"a": 1, "b": 2}));
    cases.stack.add(
        "keyed",
        keyed.set("input", json!({"key": named::each_key(), "next": named::each_value::<f64>() + 1})),
    );
    let many = named::resource("terraform_data", "many").cast::<Vec<Json>>();
    let keyed = named::resource("terraform_data", "keyed").cast::<Map<Json>>();
    cases.expression(
        "splat of a counted resource",
        many.each::<String>("output"),
        "terraform_data.many[*].output",
        json!(["n0", "n1"]),
    );
    cases.expression(
        "splat of a keyed resource",
        keyed.values().each::<f64>("output.next"),
        "values(terraform_data.keyed)[*].output.next",
        json!([2, 3]),
    );
    cases.expression(
        "keyed resources gone through",
        keyed.iter().to_map(|(key, object)| (key, object.field::<Json>("output").field::<String>("key"))),
        "{for key, value in terraform_data.keyed : key => value.output.key}",
        json!({"a": "a", "b": "b"}),
    );
}
