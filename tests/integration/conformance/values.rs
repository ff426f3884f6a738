//! The real terraform binary evaluates what is synthesized, and gives back what was said.
//!
//! Only outputs and local values are used, so that no provider is needed.

use formwork::{App, Expr, Json, Map, Value};
use serde_json::json;

use crate::terraform::Root;

/// Synthesizes a stack of outputs, applies it and returns what terraform says they are.
fn evaluate(build: impl FnOnce(&mut formwork::Stack)) -> serde_json::Map<String, serde_json::Value> {
    let mut app = App::new();
    build(app.stack("text"));
    let synthesis = app.finish();
    assert_eq!(synthesis.diagnostics, []);
    let root = Root::new();
    root.write("main.tf.json", formwork::document(&synthesis.stacks[0]).unwrap());
    root.outputs()
}

const HARD: [&str; 30] = [
    "${x}",
    "$${x}",
    "$$${x}",
    "$$$${x}",
    "%{if}",
    "%%{if}",
    "%%%{if}",
    "a\\b\"c",
    "line\nbreak\ttab\r\n",
    "$",
    "$$",
    "%",
    "%%",
    "$ {",
    "{",
    "}",
    "😀",
    "\u{2028}",
    "$%{x}",
    "%${x}",
    "$%${x}",
    "a$",
    "a%",
    "",
    " ",
    "${jsonencode({})}",
    "<<EOT",
    "#comment",
    "//",
    "\u{7f}\u{1}",
];

#[test]
fn literal_text_is_literal_everywhere() {
    let value = evaluate(|stack| {
        let texts: Vec<&str> = HARD.to_vec();
        stack.output("list", Value::<Vec<String>>::from(texts));
        let keys = HARD.iter().enumerate().map(|(number, text)| ((*text).to_owned(), number as f64));
        stack.output("map", Value::<Map<f64>>::from(keys.collect::<Vec<_>>()));
        stack.output("plain", json!({"nested": {"${k}": HARD}}));
        let x = stack.local("x", "-");
        let around: Vec<String> = HARD.iter().map(|text| format!("{text}{x}{text}")).collect();
        stack.output("around", Value::<Vec<String>>::from(around));
        let keys_around = HARD.iter().map(|text| (format!("{text}{x}{text}"), *text)).collect::<Vec<_>>();
        stack.output("keys_around", Value::<Map<String>>::from(keys_around));
    });
    assert_eq!(value["list"], json!(HARD));
    let map: serde_json::Map<_, _> =
        HARD.iter().enumerate().map(|(n, text)| ((*text).into(), json!(n))).collect();
    assert_eq!(value["map"], json!(map));
    assert_eq!(value["plain"], json!({"nested": {"${k}": HARD}}));
    let around: Vec<String> = HARD.iter().map(|text| format!("{text}-{text}")).collect();
    assert_eq!(value["around"], json!(around));
    let keys: serde_json::Map<_, _> =
        around.into_iter().zip(HARD).map(|(key, text)| (key, json!(text))).collect();
    assert_eq!(value["keys_around"], json!(keys));
}

#[test]
fn documents_survive_what_expressions_bring() {
    let document = |x: &dyn std::fmt::Display| {
        json!({
            "Version": "2012-10-17",
            "Statement": [{"Resource": [format!("{x}/*")], "Who": "${aws:username}", "Hard": HARD, "1": 1.5, "n": null}],
        })
    };
    let hostile = "say \"hi\" \\ ${y}\n";
    let value = evaluate(|stack| {
        let x = stack.local("x", hostile);
        stack.output("typed", Value::<String>::from(document(&x)));
        // Made into text by the program before Formwork sees it, it is text: nothing is escaped.
        stack.output("text", document(&x).to_string());
        stack.output("literal", Value::<String>::from(document(&hostile)));
        let name = stack.local("name", "k\"ey");
        stack.output("key", Value::<String>::from(json!({format!("{name}-1"): x})));
    });
    let expected = document(&hostile);
    for output in ["typed", "literal"] {
        let text = value[output].as_str().unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(text).unwrap(), expected, "{output}");
    }
    assert_eq!(value["text"], document(&"@@").to_string().replace("@@", hostile));
    let text = value["key"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(text).unwrap(), json!({"k\"ey-1": hostile}));
}

#[test]
fn values_keep_their_types_and_digits() {
    let value = evaluate(|stack| {
        let long = stack.local("long", Value::<f64>::from(123_456_789_012_345_678_901_234_567_890_u128));
        // As text, since a reader of JSON numbers would round it.
        stack.output("long", format!("= {long}"));
        let port = stack.local("port", 5432);
        stack.output("text", format!("port {port} of {}", 65_535));
        stack.output("number", &port);
        stack.output("falsy", json!([0, false, "", null, [], {}]));
        let list = stack.local("list", Value::<Vec<String>>::from(["a", "b"]));
        stack.output("second", list.at(1));
        let map = stack.local("map", Map::<String>::new().with("a.b ${c}", "found"));
        stack.output("key", map.key("a.b ${c}"));
        stack.output("call", Expr::<String>::call("join", ["-${".into(), (&list).into()]));
        let object = stack.local("object", Value::<Json>::from(json!({"inner": {"x": 1}})));
        stack.output("field", object.field::<Json>("inner").field::<f64>("x"));
    });
    assert_eq!(value["long"], json!("= 123456789012345678901234567890"));
    assert_eq!(value["text"], json!("port 5432 of 65535"));
    assert_eq!(value["number"], json!(5432));
    assert_eq!(value["falsy"], json!([0, false, "", null, [], {}]));
    assert_eq!(value["second"], json!("b"));
    assert_eq!(value["key"], json!("found"));
    assert_eq!(value["call"], json!("a-${b"));
    assert_eq!(value["field"], json!(1));
}

#[test]
fn variables_and_descriptions_are_read_bare() {
    let value = evaluate(|stack| {
        let variable = formwork::Variable::<String>::new().default_value("${x} $${y}").description("${z}");
        let name = stack.variable("name", variable);
        stack.export("name", formwork::Export::new(name).description("a ${b}"));
    });
    assert_eq!(value["name"], json!("${x} $${y}"));
}

#[test]
fn stacks_read_each_other_through_state() {
    let mut app = App::new();
    let output = {
        let network = app.stack("network");
        network.output("ids", Value::<Vec<String>>::from(["subnet-1", "${x}"]))
    };
    let service = app.stack("service");
    let ids = service.read(&output);
    service.output("first", ids.at(1));
    let synthesis = app.finish();
    assert_eq!(synthesis.diagnostics, []);
    let root = Root::new();
    for stack in &synthesis.stacks {
        let name = stack.name();
        root.write(&format!("{name}/main.tf.json"), formwork::document(stack).unwrap());
        let folder = format!("-chdir={name}");
        root.terraform(&[&folder, "init", "-input=false"]);
        root.terraform(&[&folder, "apply", "-auto-approve", "-input=false"]);
        if name == "service" {
            assert_eq!(root.terraform(&[&folder, "output", "-raw", "first"]), "${x}");
        }
    }
}
