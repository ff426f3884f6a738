//! Functions: their arguments, their expansion, their names.

use formwork::{Argument, Arguments, Expr, Json, Map, Value, functions};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    let n = &cases.stack.local("n", Value::<Vec<f64>>::from([3, 1, 2]));
    let names = &cases.stack.local("names", Value::<Vec<String>>::from(["b", "a", "b"]));
    let map = &cases.stack.local("map", Map::<f64>::new().with("x", 1).with("y", 2));
    let one = &cases.stack.local("one", 1);
    let text = &cases.stack.local("text", "Hello");

    cases.expression("no argument", functions::timestamp().ne(""), "timestamp() != \"\"", json!(true));
    cases.expression("text of Rust", functions::upper("a ${b}"), "upper(\"a $${b}\")", json!("A ${B}"));
    cases.expression("expression by reference", functions::lower(text), "lower(local.text)", json!("hello"));
    cases.expression(
        "formatted text",
        functions::lower(format!("{text}!")),
        "lower(\"${local.text}!\")",
        json!("hello!"),
    );
    cases.expression(
        "operators need no parentheses",
        functions::abs(one - 5),
        "abs(local.one - 5)",
        json!(4),
    );
    cases.expression("call as an operand", functions::abs(-5) * 2, "abs(-5) * 2", json!(10));
    cases.expression(
        "call in a call",
        functions::substr(functions::replace(text, "l", "L"), 1, 3),
        "substr(replace(local.text, \"l\", \"L\"), 1, 3)",
        json!("eLL"),
    );

    cases.expression(
        "array as the arguments",
        functions::max([one.clone(), Expr::from(5)]),
        "max(local.one, 5)",
        json!(5),
    );
    cases.expression("numbers as the arguments", functions::max([1, 7, 3]), "max(1, 7, 3)", json!(7));
    cases.expression(
        "iterator as the arguments",
        functions::max((1..4).map(|number| one + number).collect::<Arguments<f64>>()),
        "max(local.one + 1, local.one + 2, local.one + 3)",
        json!(4),
    );
    cases.expression("slice as the arguments", functions::min(&[4, 5][..]), "min(4, 5)", json!(4));
    cases.expression("list is expanded", functions::max(n), "max(local.n...)", json!(3));
    cases.expression(
        "list is expanded behind others",
        functions::max(Arguments::from([9]).expand(n)),
        "max(9, local.n...)",
        json!(9),
    );
    cases.expression(
        "two lists are expanded",
        functions::max(Arguments::from(n).expand([8])),
        "max(concat(local.n, [8])...)",
        json!(8),
    );
    cases.expression(
        "conditional is expanded",
        functions::max(one.gt(0).then(n).otherwise([0])),
        "max(local.one > 0 ? local.n : [0]...)",
        json!(3),
    );
    cases.expression(
        "raw list is expanded",
        Expr::<f64>::call("min", [Argument::expand::<f64>(n)]),
        "min(local.n...)",
        json!(1),
    );
    cases.expression(
        "rest is optional",
        functions::setunion(names, ()),
        "setunion(local.names)",
        json!(["a", "b"]),
    );
    cases.expression(
        "tuple as the arguments",
        functions::format("%s-%d-%t", ("a", one, true)),
        "format(\"%s-%d-%t\", \"a\", local.one, true)",
        json!("a-1-true"),
    );
    cases.expression("no further arguments", functions::format("%%", ()), "format(\"%%\")", json!("%"));
    cases.expression(
        "format of an expanded list",
        functions::format("%s%s%s", names),
        "format(\"%s%s%s\", local.names...)",
        json!("bab"),
    );
    cases.expression(
        "any type",
        functions::jsonencode(json!({"a": [one, "x"]})),
        "jsonencode({\"a\" = [local.one, \"x\"]})",
        json!("{\"a\":[1,\"x\"]}"),
    );
    cases.expression(
        "list of any type",
        functions::jsonencode(vec![one, one]),
        "jsonencode([local.one, local.one])",
        json!("[1,1]"),
    );
    cases.expression(
        "map of any type",
        functions::jsonencode([("k", 0)]),
        "jsonencode({\"k\" = 0})",
        json!("{\"k\":0}"),
    );
    cases.expression(
        "nothing of any type",
        functions::jsonencode(Expr::<Json>::null()),
        "jsonencode(null)",
        json!("null"),
    );

    cases.expression(
        "core:: name",
        Expr::<String>::call("core::upper", ["a".into()]),
        "core::upper(\"a\")",
        json!("A"),
    );
    cases.expression(
        "function of the built-in provider",
        functions::provider::<Json>("terraform", "decode_tfvars", ["a = 1\n"]).field::<f64>("a"),
        "provider::terraform::decode_tfvars(\"a = 1\\n\").a",
        json!(1),
    );
    cases.stack.override_at(
        ["terraform", "required_providers", "terraform"],
        json!({"source": "terraform.io/builtin/terraform"}),
    );

    cases.expression(
        "concat",
        functions::concat([n.clone(), Expr::from([9])]),
        "concat(local.n, [9])",
        json!([3, 1, 2, 9]),
    );
    cases.expression(
        "merge",
        functions::merge([map.clone(), Expr::from([("y", 9)])]),
        "merge(local.map, {\"y\" = 9})",
        json!({"x": 1, "y": 9}),
    );
    cases.expression("keys", functions::keys(map), "keys(local.map)", json!(["x", "y"]));
    cases.expression("values", functions::values(map), "values(local.map)", json!([1, 2]));
    cases.expression("lookup", functions::lookup(map, "z", 0), "lookup(local.map, \"z\", 0)", json!(0));
    cases.expression("element", functions::element(n, 4) + 1, "element(local.n, 4) + 1", json!(2));
    cases.expression(
        "contains",
        functions::contains(names, "a"),
        "contains(local.names, \"a\")",
        json!(true),
    );
    cases.expression("index", functions::index(names, "a"), "index(local.names, \"a\")", json!(1));
    cases.expression("sort", functions::sort(names), "sort(local.names)", json!(["a", "b", "b"]));
    cases.expression("distinct", functions::distinct(names), "distinct(local.names)", json!(["b", "a"]));
    cases.expression("reverse", functions::reverse(n), "reverse(local.n)", json!([2, 1, 3]));
    cases.expression("slice", functions::slice(n, 1, 3), "slice(local.n, 1, 3)", json!([1, 2]));
    cases.expression("sum", functions::sum(n), "sum(local.n)", json!(6));
    cases.expression("range", functions::range([0, 6, 2]), "range(0, 6, 2)", json!([0, 2, 4]));
    cases.expression(
        "zipmap",
        functions::zipmap(["a", "b"], [1, 2]),
        "zipmap([\"a\", \"b\"], [1, 2])",
        json!({"a": 1, "b": 2}),
    );
    cases.expression(
        "flatten",
        functions::flatten::<f64>([[1, 2], [3, 4]]),
        "flatten([[1, 2], [3, 4]])",
        json!([1, 2, 3, 4]),
    );
    cases.expression(
        "coalesce",
        functions::coalesce([Expr::null(), Expr::from(""), Expr::from("x")]),
        "coalesce(null, \"\", \"x\")",
        json!("x"),
    );
    cases.expression("one", functions::one([5]), "one([5])", json!(5));
    cases.expression(
        "split and join",
        functions::join("-", [functions::split(",", "a,b")]),
        "join(\"-\", split(\",\", \"a,b\"))",
        json!("a-b"),
    );
    cases.expression(
        "try",
        functions::r#try([Expr::<Json>::raw("local.map.z").cast(), Expr::from(0)]),
        "try(local.map.z, 0)",
        json!(0),
    );
    cases.expression(
        "can",
        functions::can(Expr::<Json>::raw("local.map.z")),
        "can(local.map.z)",
        json!(false),
    );
    cases.expression(
        "tostring",
        functions::tostring(one).eq("1"),
        "tostring(local.one) == \"1\"",
        json!(true),
    );
    cases.expression("tonumber", functions::tonumber("1") + one, "tonumber(\"1\") + local.one", json!(2));
    cases.expression("tobool", !functions::tobool("true"), "!tobool(\"true\")", json!(false));
    cases.expression("toset", functions::toset(names), "toset(local.names)", json!(["a", "b"]));
    cases.expression(
        "jsondecode",
        functions::jsondecode::<Json>("{\"a\": [1]}").field::<Vec<f64>>("a").at(0),
        r#"jsondecode("{\"a\": [1]}").a[0]"#,
        json!(1),
    );
    cases.expression(
        "yamldecode",
        functions::yamldecode::<Json>("a: 1\n").field::<f64>("a"),
        "yamldecode(\"a: 1\\n\").a",
        json!(1),
    );
    cases.expression(
        "csvdecode",
        functions::csvdecode::<Json>("a,b\n1,2\n").at(0).field::<String>("b"),
        "csvdecode(\"a,b\\n1,2\\n\")[0].b",
        json!("2"),
    );
    cases.expression(
        "regex",
        functions::regex::<String>("[a-z]+", "12ab3"),
        "regex(\"[a-z]+\", \"12ab3\")",
        json!("ab"),
    );
    cases.expression(
        "regex with a backslash",
        functions::regexall::<String>(r"\d\.", "1.2."),
        r#"regexall("\\d\\.", "1.2.")"#,
        json!(["1.", "2."]),
    );
    cases.expression(
        "cidrsubnets",
        functions::cidrsubnets("10.0.0.0/16", [8, 8]),
        "cidrsubnets(\"10.0.0.0/16\", 8, 8)",
        json!(["10.0.0.0/24", "10.0.1.0/24"]),
    );
    cases.expression(
        "templatestring",
        functions::templatestring(text, Expr::<Json>::from(json!({}))),
        "templatestring(local.text, {})",
        json!("Hello"),
    );
    cases.expression(
        "base64",
        functions::base64decode(functions::base64encode("ü😀")),
        "base64decode(base64encode(\"ü😀\"))",
        json!("ü😀"),
    );
    cases.expression(
        "sha256",
        functions::sha256(""),
        "sha256(\"\")",
        json!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    );
    cases.expression("parseint", functions::parseint("ff", 16), "parseint(\"ff\", 16)", json!(255));
    cases.expression(
        "setproduct",
        functions::length(functions::setproduct([names, names])),
        "length(setproduct(local.names, local.names))",
        json!(9),
    );
    cases.expression(
        "transpose",
        functions::transpose(Expr::<Map<Vec<String>>>::from([("a", ["x"])])),
        "transpose({\"a\" = [\"x\"]})",
        json!({"x": ["a"]}),
    );
}
