//! What is not known before an apply, or not shown, as the text of a plan: `(known after apply)`, and where the program
//! says what it is made of, `(known after apply: aws_sqs_queue.jobs.arn)`.

use formwork_core::references::{Piece, pieces, unescaped};
use serde_json::Value;

/// Stands for a value that the apply brings.
pub const UNKNOWN: &str = "(known after apply)";
/// What all such texts begin with.
const BEGIN: &str = "(known after apply";
/// What texts begin with that stand for sensitive values.
const HIDDEN: &str = "(sensitive value";

/// Whether a text holds something that is not known, or not shown.
#[must_use]
pub fn is_unknown(text: &str) -> bool {
    text.contains(BEGIN) || text.contains(HIDDEN)
}

/// A text with something else for each part that is not known.
pub(crate) fn replaced(text: &str, by: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = [BEGIN, HIDDEN].iter().filter_map(|it| rest.find(it)).min() {
        out.push_str(&rest[..at]);
        out.push_str(by);
        rest = after_brackets(&rest[at..]);
    }
    out + rest
}

/// What stands behind the closing bracket of a text that begins with an opening one.
fn after_brackets(text: &str) -> &str {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

/// What a document says of a value, with words for its expressions.
pub(crate) fn written(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(written_text(text)),
        Value::Array(items) => items.iter().map(written).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (written_text(key), written(value))).collect()
        }
        other => other.clone(),
    }
}

fn written_text(text: &str) -> String {
    let piece = |piece: Piece<'_>| match piece {
        Piece::Text(text) => unescaped(text),
        Piece::Interpolation(expression) => format!("{BEGIN}: {})", expression.trim()),
        Piece::Directive(_) => UNKNOWN.to_owned(),
    };
    pieces(text).into_iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn expressions_become_words_and_words_become_anything() {
        let value = written(&json!({ "Resource": ["${aws_s3_bucket.a.arn}/*", "$${aws:username}", "x"] }));
        let expected = ["(known after apply: aws_s3_bucket.a.arn)/*", "${aws:username}", "x"];
        assert_eq!(value, json!({ "Resource": expected }));
        assert_eq!(replaced(expected[0], "*"), "*/*");
        assert_eq!(replaced("a (known after apply: f(g(x))) b (sensitive value, changed)", "?"), "a ? b ?");
        assert!(is_unknown(UNKNOWN) && !is_unknown(expected[1]));
    }
}
