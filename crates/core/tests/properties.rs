//! No text gets into a document unescaped: what Terraform would read is what was said.
//!
//! Terraform's own reading is tested with the real binary, in the root package; here a small reader of template
//! strings stands in for it, so that many cases cost little.

use formwork_core::backend::Http;
use formwork_core::{
    App, Check, Diagnostic, Export, Expr, Instances, Json, Lifecycle, Map, Module, Raw, Reference, Resource,
    Stack, Value, Variable,
};
use proptest::prelude::*;

/// What the reader puts in the place of `${local.x}`.
const EXPRESSION: char = '\u{1}';

/// Reads a template string as HCL does: `$${` is `${` and `%%{` is `%{`. It knows two expressions: `local.x`, and
/// dollar signs between quotes.
fn read_literal(template: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(character) = rest.chars().next() {
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            out.push_str(&rest[1..3]);
            rest = &rest[3..];
        } else if let Some(after) = rest.strip_prefix("${local.x}") {
            out.push(EXPRESSION);
            rest = after;
        } else if let Some((dollars, after)) =
            rest.strip_prefix("${\"").and_then(|rest| rest.split_once("\"}"))
        {
            if dollars.contains(|character| character != '$') {
                return Err(format!("text within an expression in {template:?}"));
            }
            out.push_str(dollars);
            rest = after;
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            return Err(format!("an expression in {template:?}"));
        } else {
            out.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    Ok(out)
}

fn text_of(json: Json) -> String {
    match json {
        Json::String(text) | Json::Template(text) => text.into(),
        other => panic!("not a string: {other:?}"),
    }
}

/// Text in which what Terraform reads specially is frequent.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("${".to_owned()),
        Just("%{".to_owned()),
        Just("$".to_owned()),
        Just("%".to_owned()),
        Just("}".to_owned()),
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("{\"a\": [1]}".to_owned()),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_is_read_as_it_was_written(text in hostile()) {
        let template = text_of(Value::<String>::from(text.as_str()).into_json());
        prop_assert_eq!(read_literal(&template), Ok(text));
    }

    #[test]
    fn keys_are_read_as_they_were_written(text in hostile()) {
        let Json::Object(entries) = Value::<Map<String>>::from([(text.as_str(), "value")]).into_json() else { panic!("not an object") };
        prop_assert_eq!(read_literal(&entries[0].0), Ok(text));
    }

    #[test]
    fn text_around_an_expression_is_read_as_it_was_written(before in hostile(), after in hostile()) {
        let expression = Expr::<String>::raw("local.x");
        let template = text_of(Value::<String>::from(format!("<{before}{expression}{after}>")).into_json());
        prop_assert_eq!(read_literal(&template), Ok(format!("<{before}{EXPRESSION}{after}>")));
    }

    #[test]
    fn plain_data_keeps_its_strings(text in hostile()) {
        let plain = serde_json::json!({"k": [text.clone()]});
        let Json::Object(entries) = Json::from(&plain) else { panic!("not an object") };
        let Json::Array(items) = &entries[0].1 else { panic!("not an array") };
        prop_assert_eq!(read_literal(&text_of(items[0].clone())), Ok(text));
    }

    #[test]
    fn any_text_stands_in_any_place(text in hostile()) {
        let places = [&TEMPLATES[..], &LITERALS[..]].concat();
        let (stack, diagnostics) = filled(&text, &places);
        prop_assert_eq!(diagnostics, []);
        let document = document(&stack);
        for (_, pointer) in TEMPLATES {
            let template = document.pointer(pointer).and_then(|it| it.as_str()).unwrap_or_default();
            prop_assert_eq!(read_literal(template), Ok(text.clone()), "{}", pointer);
        }
        for (_, pointer) in LITERALS {
            prop_assert_eq!(document.pointer(pointer).and_then(|it| it.as_str()), Some(&*text), "{}", pointer);
        }
    }

    #[test]
    fn expressions_stand_where_terraform_evaluates_them(before in hostile(), after in hostile()) {
        let x = Expr::<f64>::raw("local.x");
        let text = format!("<{before}{x}{after}>");
        let (stack, diagnostics) = filled(&text, &TEMPLATES);
        prop_assert_eq!(diagnostics, []);
        let document = document(&stack);
        for (_, pointer) in TEMPLATES {
            let template = document.pointer(pointer).and_then(|it| it.as_str()).unwrap_or_default();
            prop_assert_eq!(read_literal(template), Ok(format!("<{before}{EXPRESSION}{after}>")), "{}", pointer);
        }
        for place in LITERALS {
            let (_, diagnostics) = filled(&text, &[place]);
            prop_assert_eq!(diagnostics.len(), 1, "{}: {:?}", place.1, diagnostics);
        }
    }

    #[test]
    fn nested_elements_have_names_of_their_own(
        levels in prop::collection::vec(prop::sample::select(vec![Level::All, Level::ByKey, Level::For]), 1..5),
    ) {
        let mut stack = Stack::new("dev");
        let one = stack.add("one", Raw::new("aws_x").for_each(["a", "b"]));
        let hcl = nested(&one, &levels, Vec::new()).hcl().to_owned();
        let names = bound(&hcl);
        let mut different = names.clone();
        different.sort_unstable();
        different.dedup();
        prop_assert_eq!(different.len(), names.len(), "{}", hcl);
        // The innermost list has one element for each level, and no two are the same.
        let inside = &hcl[hcl.rfind('[').map_or(0, |at| at + 1)..];
        let inside = inside.split(']').next().unwrap_or_default();
        if !levels.iter().any(|level| matches!(level, Level::For)) {
            let ids: std::collections::BTreeSet<&str> = inside.split(", ").collect();
            prop_assert_eq!(ids.len(), levels.len(), "{}", hcl);
        }
    }

    #[test]
    fn what_is_of_another_stack_is_found(names in ("[a-z]{1,8}", "[a-z]{1,8}"), wrap in 0..5_usize) {
        let (first, second) = names;
        prop_assume!(first != second);
        let mut app = App::new();
        let id = app.stack(&first).add("same", Raw::new("aws_x")).attribute::<String>("id");
        let stack = app.stack(&second);
        // The same address is here, so that nothing is missing.
        stack.add("same", Raw::new("aws_x"));
        let value = match wrap {
            0 => Value::from(&id),
            1 => Value::from(format!("a-{id}")),
            2 => Value::from(serde_json::json!({ "a": [&id] })),
            3 => Value::from(formwork_core::functions::upper(&id)),
            _ => Value::from(id.is_null().then("x").otherwise(&id)),
        };
        stack.add("user", Raw::new("aws_x").set("a", value));
        let found = app.finish().diagnostics;
        prop_assert_eq!(found.len(), 1, "{:?}", found);
        prop_assert!(found[0].message.contains(&format!("`{first}`")), "{}", found[0]);
        prop_assert!(found[0].message.contains(&format!("`{second}`")), "{}", found[0]);
    }

    #[test]
    fn nothing_that_is_read_back_panics(text in "\\PC{0,40}", pieces in prop::collection::vec(piece_of_hcl(), 0..12)) {
        for text in [text, pieces.concat()] {
            let _ = formwork_core::references::in_template(&text, &mut |_| {});
            let _ = formwork_core::references::in_expression(&text, &mut |_| {});
        }
    }
}

/// A place for text: puts it there, and says where it stands in the document.
type Place = (fn(&mut Stack, &str), &'static str);

/// Places in which text is a template: it is escaped, and expressions in it are evaluated.
const TEMPLATES: [Place; 6] = [
    (
        |stack, text| drop(stack.add("argument", Raw::new("aws_x").set("a", text))),
        "/resource/aws_x/argument/a",
    ),
    (|stack, text| drop(stack.local("local", text)), "/locals/local"),
    (|stack, text| drop(stack.output("output", text)), "/output/output/value"),
    (|stack, text| drop(stack.add("input", Module::new("./m").input("a", text))), "/module/input/a"),
    (
        |stack, text| {
            let lifecycle = Lifecycle::new().precondition(&Expr::raw("local.x == 1"), text);
            stack.add("condition", Raw::new("aws_x").lifecycle(lifecycle));
        },
        "/resource/aws_x/condition/lifecycle/precondition/0/error_message",
    ),
    (
        |stack, text| {
            let assert = |check: &mut Check<'_>| check.assert(&Expr::raw("local.x == 1"), text);
            stack.check("check", assert);
        },
        "/check/check/assert/0/error_message",
    ),
];

/// Places in which Terraform reads text as it is.
const LITERALS: [Place; 7] = [
    (
        |stack, text| drop(stack.variable("described", Variable::<String>::new().description(text))),
        "/variable/described/description",
    ),
    (
        |stack, text| drop(stack.variable("default", Variable::<String>::new().default_value(text))),
        "/variable/default/default",
    ),
    (
        |stack, text| drop(stack.variable("old", Variable::<String>::new().deprecated(text))),
        "/variable/old/deprecated",
    ),
    (
        |stack, text| drop(stack.export("described", Export::new("x").description(text))),
        "/output/described/description",
    ),
    (|stack, text| drop(stack.export("old", Export::new("x").deprecated(text))), "/output/old/deprecated"),
    (|stack, text| stack.backend(Http::new(text)), "/terraform/backend/http/address"),
    (|stack, text| stack.require_terraform(text), "/terraform/required_version"),
];

fn filled(text: &str, places: &[Place]) -> (Stack, Vec<Diagnostic>) {
    let mut app = App::new();
    let stack = app.stack("dev");
    stack.local("x", 1);
    places.iter().for_each(|(put, _)| put(stack, text));
    let mut finished = app.finish();
    (finished.stacks.remove(0), finished.diagnostics)
}

fn document(stack: &Stack) -> serde_json::Value {
    serde_json::to_value(stack).expect("a stack without mistakes can be written")
}

/// One step into the objects of a repeated resource, or of a list that an expression makes.
#[derive(Clone, Copy, Debug)]
enum Level {
    All,
    ByKey,
    For,
}

/// Nests levels over one resource. The innermost gives the objects of all levels, from the outermost on.
fn nested(one: &Instances<Reference, String>, levels: &[Level], ids: Vec<Expr<String>>) -> Expr<Json> {
    let Some((level, rest)) = levels.split_first() else { return Expr::<Vec<String>>::from(ids).cast() };
    let with = |id: Expr<String>| ids.iter().cloned().chain([id]).collect();
    match level {
        Level::All => one.all(|one_of| nested(one, rest, with(one_of.attribute("id")))).cast(),
        Level::ByKey => one.by_key(|one_of| nested(one, rest, with(one_of.attribute("id")))).cast(),
        Level::For => {
            one.keys().iter().map(|key| nested(one, rest, with(one.at(key).attribute("id")))).cast()
        }
    }
}

/// The names that `for`s bind in HCL, in their order.
fn bound(hcl: &str) -> Vec<&str> {
    let heads = hcl.split("for ").skip(1).filter_map(|rest| rest.split_once(" in ").map(|(names, _)| names));
    heads.flat_map(|names| names.split(", ")).collect()
}

/// What is special to HCL, and letters of several bytes beside it.
fn piece_of_hcl() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "${", "%{", "$${", "}", "\"", "\\", "\\é", "é", "😀", "(", ")", "[", "]", "[\"k\"]", "[*]", ".",
        ".*", "..", "...", "for ", " in ", ",", ":", "=", "==", "a", "a.b.c", "0", "1.5e3", "::", "//", "/*",
        "*/", "#", "\n", " ", "-", "if ",
    ])
}
