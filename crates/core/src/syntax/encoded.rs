//! JSON documents inside strings: as text, and as `${jsonencode(…)}` where expressions are in them.
//!
//! It reads just enough of HCL to see the documents that synthesis writes; anything else stays the string that it is.

use serde_json::{Map, Value};

use crate::syntax::references::end_of_expression;
use crate::syntax::scanner::text_length;

/// Documents within each other beyond any sense.
const DEPTH: usize = 200;

/// The document in a string, if there is one. Text in it is in Terraform's template syntax, in both notations, so
/// that a document which gained its first expression still compares with what it was.
#[must_use]
pub fn document(text: &str) -> Option<Value> {
    if text.starts_with(['{', '[']) {
        return serde_json::from_str(text).ok();
    }
    let expression = text.strip_prefix("${jsonencode(")?.strip_suffix(")}")?;
    let mut reader = Reader { text: expression, at: 0 };
    let value = reader.value(0)?;
    reader.skip_space();
    // Only what has an inside is worth looking into.
    (reader.at == expression.len() && matches!(value, Value::Object(_) | Value::Array(_))).then_some(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Whether the next character is this one; it is taken then.
    fn takes(&mut self, wanted: u8) -> bool {
        self.skip_space();
        let is_next = self.peek() == Some(wanted);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        let start = self.at;
        let value = match self.peek()? {
            _ if depth > DEPTH => None,
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(Value::String),
            _ => None,
        };
        self.skip_space();
        // An operator may follow what looked like a value; then it is an expression as a whole.
        if value.is_some() && matches!(self.peek(), None | Some(b',' | b']' | b'}')) {
            return value;
        }
        self.at = start;
        self.expression()
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut entries = Map::new();
        while !self.takes(b'}') {
            let key = match self.peek()? {
                b'"' => self.string()?,
                _ => self.name()?,
            };
            if !self.takes(b'=') && !self.takes(b':') {
                return None;
            }
            entries.insert(key, self.value(depth + 1)?);
            if !self.takes(b',') && self.peek() != Some(b'}') {
                return None;
            }
        }
        Some(Value::Object(entries))
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        self.skip_space();
        // What makes a list is an expression, not a list.
        if self.rest().strip_prefix("for").is_some_and(|rest| rest.starts_with(char::is_whitespace)) {
            return None;
        }
        let mut items = Vec::new();
        while !self.takes(b']') {
            items.push(self.value(depth + 1)?);
            if !self.takes(b',') && self.peek() != Some(b']') {
                return None;
            }
        }
        Some(Value::Array(items))
    }

    /// A key without quotes.
    fn name(&mut self) -> Option<String> {
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let rest = self.rest();
        let length = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        let name = rest[..length].to_owned();
        self.at += length;
        // What makes an object is an expression, not an object.
        (!name.is_empty() && name != "for").then_some(name)
    }

    /// A quoted string, as the template that a JSON string would hold.
    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut template = String::new();
        loop {
            let length = text_length(self.text.as_bytes().get(self.at..)?);
            template.push_str(self.text.get(self.at..self.at + length)?);
            self.at += length;
            let rest = self.rest();
            let character = rest.chars().next()?;
            if let Some(escape) = ["$${", "%%{"].into_iter().find(|escape| rest.starts_with(escape)) {
                template.push_str(escape);
                self.at += escape.len();
            } else if rest.starts_with("${") || rest.starts_with("%{") {
                let start = self.at;
                self.at += 2;
                self.skip_to(b"}")?;
                self.at += 1;
                template.push_str(&self.text[start..self.at]);
            } else if character == '"' {
                self.at += 1;
                return Some(template);
            } else if character == '\\' {
                self.at += 1;
                template.push(self.escape()?);
            } else {
                template.push(character);
                self.at += character.len_utf8();
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Option<char> {
        let kind = self.peek()?;
        self.at += 1;
        let digits = match kind {
            b'n' => return Some('\n'),
            b'r' => return Some('\r'),
            b't' => return Some('\t'),
            b'"' | b'\\' => return Some(char::from(kind)),
            b'u' => 4,
            b'U' => 8,
            _ => return None,
        };
        let code = u32::from_str_radix(self.rest().get(..digits)?, 16).ok()?;
        self.at += digits;
        char::from_u32(code)
    }

    /// Anything else: a literal, or an expression as it stands.
    fn expression(&mut self) -> Option<Value> {
        let start = self.at;
        self.skip_to(b",]}")?;
        let text = self.text[start..self.at].trim();
        let literal = serde_json::from_str(text).ok().filter(|value| !matches!(value, Value::String(_)));
        (!text.is_empty()).then(|| literal.unwrap_or_else(|| Value::String(format!("${{{text}}}"))))
    }

    /// Goes to the first of some characters that is neither in brackets nor in a string.
    fn skip_to(&mut self, ends: &[u8]) -> Option<()> {
        self.at = end_of_expression(self.text, self.at, ends)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_notations_are_one_document() {
        let encoded = r#"${jsonencode({"a" = ["x", 1.5, true, null], "b" = {}, "${var.key}" = "say \"${var.a["k"]}\"\n", "who" = "$${aws:username}"})}"#;
        let expected = json!({
            "a": ["x", 1.5, true, null], "b": {}, "${var.key}": "say \"${var.a[\"k\"]}\"\n", "who": "$${aws:username}",
        });
        assert_eq!(document(encoded), Some(expected.clone()));
        assert_eq!(document(&expected.to_string()), Some(expected));
    }

    #[test]
    fn expressions_stay_as_they_are() {
        let text = r#"${jsonencode({a = merge({x = 1}, var.b), "c" : "x" == var.d ? [1, 2] : [], d = [for k in var.e : "${k}, ]"]})}"#;
        assert_eq!(
            document(text),
            Some(json!({
                "a": "${merge({x = 1}, var.b)}",
                "c": "${\"x\" == var.d ? [1, 2] : []}",
                "d": "${[for k in var.e : \"${k}, ]\"]}",
            }))
        );
    }

    #[test]
    fn what_is_no_document_is_left_alone() {
        for text in [
            "",
            "${jsonencode(var.a)}",
            "${jsonencode({})}-${jsonencode({})}",
            "${jsonencode({for k in var.a : k => 1})}",
            "${jsonencode({\"a\" = \"b)}",
            "${jsonencode([1, (2])}",
            "${jsonencode({a})}",
            "{not json",
            "text",
        ] {
            assert_eq!(document(text), None, "{text}");
        }
    }

    #[test]
    fn brackets_without_end_are_no_document() {
        for open in ["[", "{\"a\" = ", "(", "\"${"] {
            let text = format!("${{jsonencode([{}])}}", open.repeat(100_000));
            let _ = document(&text);
        }
    }
}
