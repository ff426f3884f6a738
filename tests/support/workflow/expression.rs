//! Expressions of GitHub, as far as our workflows use them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// Contexts by their names.
pub(crate) type Contexts = BTreeMap<String, Json>;

/// How what was before has ended: the steps of a job, or the jobs that a job needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    Good,
    Failed,
    /// A job that is needed was skipped, and none before it has failed.
    Skipped,
}

/// The value of an expression.
pub(crate) fn evaluate(expression: &str, contexts: &Contexts, before: Before) -> Json {
    let mut parser = Parser { rest: expression.trim(), contexts, before };
    let value = parser.or();
    assert_eq!(parser.rest, "", "cannot read the expression `{expression}`");
    value
}

/// Whether a condition holds. One without a function of status asks for success besides.
pub(crate) fn holds(condition: Option<&str>, contexts: &Contexts, before: Before) -> bool {
    let condition = condition.unwrap_or("success()");
    let functions = ["success()", "failure()", "always()", "cancelled()"];
    let asks = functions.iter().any(|name| condition.contains(name));
    (asks || before == Before::Good) && is_true(&evaluate(condition, contexts, before))
}

/// Text with the values of its expressions.
pub(crate) fn fill(template: &str, contexts: &Contexts, before: Before) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("${{") {
        filled.push_str(&rest[..start]);
        let end = closing(&rest[start..]) + start;
        filled.push_str(&text(&evaluate(&rest[start + 3..end], contexts, before)));
        rest = &rest[end + 2..];
    }
    filled + rest
}

/// Where an expression's braces close; what is in quotes is text.
fn closing(text: &str) -> usize {
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '}' if !quoted && text[index..].starts_with("}}") => return index,
            _ => {}
        }
    }
    panic!("an expression does not end: {text}");
}

/// GitHub Docs, "Evaluate expressions": what counts as false.
pub(crate) fn is_true(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(value) => *value,
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// A value as text.
pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

struct Parser<'a> {
    rest: &'a str,
    contexts: &'a Contexts,
    before: Before,
}

impl Parser<'_> {
    fn takes(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn or(&mut self) -> Json {
        let mut value = self.and();
        while self.takes("||") {
            let other = self.and();
            value = if is_true(&value) { value } else { other };
        }
        value
    }

    fn and(&mut self) -> Json {
        let mut value = self.compare();
        while self.takes("&&") {
            let other = self.compare();
            value = if is_true(&value) { other } else { value };
        }
        value
    }

    fn compare(&mut self) -> Json {
        let value = self.value();
        // Text is compared without its case.
        let same = |a: &Json, b: &Json| text(a).eq_ignore_ascii_case(&text(b));
        if self.takes("==") {
            let other = self.value();
            return json!(same(&value, &other));
        }
        if self.takes("!=") {
            let other = self.value();
            return json!(!same(&value, &other));
        }
        value
    }

    fn value(&mut self) -> Json {
        if self.takes("!") {
            let value = self.value();
            return json!(!is_true(&value));
        }
        if self.takes("(") {
            let value = self.or();
            assert!(self.takes(")"), "a parenthesis is not closed before `{}`", self.rest);
            return value;
        }
        if self.rest.starts_with('\'') {
            return json!(self.literal());
        }
        let is_part = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
        let end = self.rest.find(|character| !is_part(character)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        assert!(!word.is_empty(), "cannot read `{}`", self.rest);
        self.rest = rest.trim_start();
        if self.takes("(") {
            let mut arguments = Vec::new();
            while !self.takes(")") {
                arguments.push(self.or());
                self.takes(",");
            }
            return self.call(word, &arguments);
        }
        let mut path = word.split('.');
        let mut value = self.contexts.get(path.next().unwrap()).cloned().unwrap_or(Json::Null);
        for part in path {
            value = value[part].clone();
        }
        value
    }

    /// Text in quotes, in which two quotes are one.
    fn literal(&mut self) -> String {
        let mut literal = String::new();
        let mut characters = self.rest.char_indices().skip(1).peekable();
        while let Some((index, character)) = characters.next() {
            match character {
                '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    literal.push('\'');
                    characters.next();
                }
                '\'' => {
                    self.rest = self.rest[index + 1..].trim_start();
                    return literal;
                }
                other => literal.push(other),
            }
        }
        panic!("a quote is not closed: {}", self.rest);
    }

    fn call(&self, function: &str, arguments: &[Json]) -> Json {
        match function {
            "success" => json!(self.before == Before::Good),
            "failure" => json!(self.before == Before::Failed),
            "always" => json!(true),
            "cancelled" => json!(false),
            "hashFiles" => json!("hash"),
            "startsWith" => {
                json!(text(&arguments[0]).to_lowercase().starts_with(&text(&arguments[1]).to_lowercase()))
            }
            "format" => {
                let fill = |filled: String, (at, argument): (usize, &Json)| {
                    filled.replace(&format!("{{{at}}}"), &text(argument))
                };
                json!(arguments[1..].iter().enumerate().fold(text(&arguments[0]), fill))
            }
            other => panic!("the function {other} is not known here"),
        }
    }
}
