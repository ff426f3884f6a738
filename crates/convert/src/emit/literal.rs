//! Literals of Rust: text, numbers and plain data.

use crate::expression::Expression;

/// Text as a string literal.
pub(crate) fn string(text: &str) -> String {
    let is_plain_line = |text: &str| text.chars().all(|it| it == '\n' || it == '\t' || is_harmless(it));
    if text.matches('\n').count() > 1 && is_plain_line(text) {
        return raw(text);
    }
    let mut out = String::from("\"");
    let mut rest = text;
    // rustfmt leaves alone what is too long; a line may end between words.
    while rest.chars().count() > LONG {
        let limit = rest.char_indices().nth(LONG).map_or(rest.len(), |(at, _)| at);
        let Some(end) = rest[..limit].rfind(' ').map(|at| at + 1).filter(|end| *end > LONG / 2) else {
            break;
        };
        if rest[end..].starts_with(char::is_whitespace) {
            break;
        }
        escape(&rest[..end], &mut out);
        out.push_str("\\\n");
        rest = &rest[end..];
    }
    escape(rest, &mut out);
    out.push('"');
    out
}

/// How many characters of text a line has, about.
const LONG: usize = 70;

/// Elements between brackets: on one line if they are short, else on a line each.
pub(crate) fn bracketed(open: &str, items: &[String], close: &str) -> String {
    let length: usize = items.iter().map(|item| item.len() + 2).sum();
    let gap = if open == "{" { " " } else { "" };
    if items.is_empty() {
        return [open, close].concat();
    }
    if length <= LONG && items.iter().all(|item| !item.contains('\n')) {
        return format!("{open}{gap}{}{gap}{close}", items.join(", "));
    }
    let mut out = format!("{open}\n");
    for item in items {
        out.push_str(&format!("    {},\n", indented(item)));
    }
    out.push_str(close);
    out
}

/// Text whose lines after the first are one step further in, but for those of raw strings.
fn indented(text: &str) -> String {
    if text.contains("r\"") || text.contains("r#\"") {
        return text.to_owned();
    }
    text.replace('\n', "\n    ")
}

/// Text between the quotes of a string literal.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it if is_harmless(it) => out.push(it),
            it => out.push_str(&format!("\\u{{{:x}}}", u32::from(it))),
        }
    }
}

/// Text of several lines as a raw string literal.
pub(crate) fn raw(text: &str) -> String {
    let mut marks = 0;
    while text.contains(&format!("\"{}", "#".repeat(marks))) {
        marks += 1;
    }
    let marks = "#".repeat(marks);
    format!("r{marks}\"{text}\"{marks}")
}

/// Whether a character can stand in source as it is: neither control characters nor those that turn the direction of
/// text around.
pub(crate) fn is_harmless(character: char) -> bool {
    !character.is_control()
        && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A number that Rust writes with the same digits.
pub(crate) fn number(digits: &str) -> Option<String> {
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let value: u128 = digits.parse().ok()?;
        return Some(match value {
            0..=0x7fff_ffff => value.to_string(),
            _ if i64::try_from(value).is_ok() => format!("{value}_i64"),
            _ => format!("{value}_u128"),
        });
    }
    let value: f64 = digits.parse().ok()?;
    let written = value.to_string();
    let normal = |text: &str| crate::normal::number(text);
    (value.is_finite() && normal(&written) == normal(digits) && written.len() < 20)
        .then(|| if written.contains('.') { written } else { format!("{written}.0") })
}

/// Plain data as what becomes a `serde_json::Value`.
pub(crate) fn plain(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Null => Some("json!(null)".to_owned()),
        Expression::Bool(_) | Expression::Number(_) | Expression::Unary(..) => json(expression),
        Expression::Template(_) => Some(string(expression.as_text()?)),
        _ => Some(format!("json!({})", json(expression)?)),
    }
}

/// Plain data inside of `json!`.
pub(crate) fn json(expression: &Expression) -> Option<String> {
    Some(match expression {
        Expression::Null => "null".to_owned(),
        Expression::Bool(truth) => truth.to_string(),
        Expression::Number(digits) => {
            number(digits).filter(|text| !text.ends_with("u128") || digits.len() < 20)?
        }
        Expression::Unary('-', inner) => format!("-{}", json(inner)?),
        Expression::Template(_) => string(expression.as_text()?),
        Expression::List(items) => {
            let items: Vec<String> = items.iter().map(json).collect::<Option<_>>()?;
            bracketed("[", &items, "]")
        }
        Expression::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| Some(format!("{}: {}", string(key.as_text()?), json(value)?)));
            let entries: Vec<String> = entries.collect::<Option<_>>()?;
            bracketed("{", &entries, "}")
        }
        _ => return None,
    })
}
