//! No text gets into a document unescaped: what Terraform would read is what was said.
//!
//! Terraform's own reading is tested with the real binary, in the root package; here a small reader of template
//! strings stands in for it, so that many cases cost little.

use formwork_core::{Expr, Json, Map, Value};
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
    fn nothing_that_is_read_back_panics(text in "\\PC{0,40}", pieces in prop::collection::vec(piece_of_hcl(), 0..12)) {
        for text in [text, pieces.concat()] {
            let _ = formwork_core::references::in_template(&text, &mut |_| {});
            let _ = formwork_core::references::in_expression(&text, &mut |_| {});
        }
    }
}

/// What is special to HCL, and letters of several bytes beside it.
fn piece_of_hcl() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "${", "%{", "$${", "}", "\"", "\\", "\\é", "é", "😀", "(", ")", "[", "]", "[\"k\"]", "[*]", ".",
        ".*", "..", "...", "for ", " in ", ",", ":", "=", "==", "a", "a.b.c", "0", "1.5e3", "::", "//", "/*",
        "*/", "#", "\n", " ", "-", "if ",
    ])
}
