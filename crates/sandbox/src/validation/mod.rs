//! What the real provider refuses before it asks the cloud: values, lengths, and arguments that exclude or need others.

mod formats;

use formwork_schema::Version;
use regex_lite::Regex;

use crate::facts::{Rule, Rules};
use crate::provider_diagnostic::ProviderDiagnostic;
use crate::value::{Number, Value};
use crate::wire::diagnostic::Severity;

/// Checks of one resource type, ready for use.
#[derive(Debug, Default)]
pub(crate) struct Validation {
    rules: Vec<Rule<'static>>,
    /// Compiled once; a pattern that this engine cannot compile is not checked.
    patterns: Vec<(&'static str, Regex)>,
    /// What was measured, for messages.
    source: String,
    /// How sure it is that a value is wrong that is not in a list, or that one of some arguments is missing: a newer
    /// version may know more of both.
    of_lists: Severity,
}

impl Validation {
    /// The checks that the facts have for a resource type, for a version of the provider.
    pub(crate) fn of(rules: Option<Rules>, kind: &str, version: &Version) -> Self {
        let Some(facts) = rules else {
            return Self::default();
        };
        let rules: Vec<Rule<'static>> = facts.about(kind).collect();
        let compile = |rule: &Rule<'static>| match rule {
            Rule::Pattern(path, pattern) => Some((*path, Regex::new(pattern).ok()?)),
            _ => None,
        };
        let is_measured = version.to_string() == facts.version;
        Self {
            patterns: rules.iter().filter_map(compile).collect(),
            rules,
            source: format!("{} {}", facts.source, facts.version),
            of_lists: if is_measured { Severity::Error } else { Severity::Warning },
        }
    }

    /// The facts themselves.
    pub(crate) fn rules(&self) -> &[Rule<'static>] {
        &self.rules
    }

    /// Checks a configuration. What is not known yet is taken to be right.
    pub(crate) fn check(&self, config: &Value) -> Vec<ProviderDiagnostic> {
        let mut found: Vec<ProviderDiagnostic> =
            self.rules.iter().flat_map(|rule| self.check_rule(rule, config)).collect();
        for (path, pattern) in &self.patterns {
            for value in leaves(config, path) {
                // An empty text stands for none.
                if let Value::Text(text) = value
                    && !text.is_empty()
                    && !pattern.is_match(text)
                {
                    let summary =
                        format!("invalid value for {path}: {text:?} does not match {:?}", pattern.as_str());
                    found.push(self.refuse(path, summary));
                }
            }
        }
        found
    }

    fn check_rule(&self, rule: &Rule<'static>, config: &Value) -> Vec<ProviderDiagnostic> {
        match rule {
            Rule::OneOf(path, values) => {
                let wrong = leaves(config, path).into_iter().filter_map(Value::to_plain_text);
                let wrong =
                    wrong.filter(|value| !values.iter().any(|known| known.eq_ignore_ascii_case(value)));
                wrong
                    .map(|value| {
                        let nearest = formwork_schema::nearest(&value, values.iter().map(String::as_str));
                        let hint = nearest.map_or(String::new(), |near| format!(" (did you mean {near:?}?)"));
                        let summary = format!("expected {path} to be one of {values:?}, got {value}{hint}");
                        ProviderDiagnostic { severity: self.of_lists, ..self.refuse(path, summary) }
                    })
                    .collect()
            }
            Rule::Length(path, ..) => {
                let lengths = leaves(config, path).into_iter().filter_map(Value::text);
                let lengths =
                    lengths.map(|text| (text, i64::try_from(text.chars().count()).unwrap_or(i64::MAX)));
                let wrong =
                    lengths.filter_map(|(text, length)| Some((text, length, self.outside(rule, length)?)));
                let summary = |(text, length, limits): (&str, i64, String)| {
                    format!("expected length of {path} to be {limits}, got {length}: {}", cut(text))
                };
                wrong.map(summary).map(|summary| self.refuse(path, summary)).collect()
            }
            Rule::Range(path, ..) => {
                let numbers = leaves(config, path).into_iter().filter_map(number);
                let wrong = numbers.filter_map(|number| Some((number, self.outside(rule, number)?)));
                let summary =
                    |(number, limits): (i64, String)| format!("expected {path} to be {limits}, got {number}");
                wrong.map(summary).map(|summary| self.refuse(path, summary)).collect()
            }
            Rule::Format(path, format) => {
                let texts = leaves(config, path).into_iter().filter_map(Value::text);
                let wrong = texts.filter_map(|text| formats::mistake(format, path, text));
                wrong.map(|summary| self.refuse(path, summary)).collect()
            }
            Rule::Conflicts(one, others) => self.relation(config, one, others, |one, others| {
                (one.is_given && others.is_given)
                    .then(|| format!("{:?}: conflicts with {}", one.name, others.name))
            }),
            Rule::Together(one, others) => self.relation(config, one, others, |one, other| {
                (one.is_given && !other.is_given)
                    .then(|| format!("{:?}: {:?} must be specified with it", one.name, other.name))
            }),
            Rule::ExactlyOne(names) => self.count(config, names, |count| count == 1, "exactly one"),
            Rule::AtLeastOne(names) => self.count(config, names, |count| count > 0, "at least one"),
            Rule::Replace(_) | Rule::Renews(..) | Rule::Pattern(..) => Vec::new(),
        }
    }

    /// Which limits a number is outside of. Several limits of an argument are a choice, which its first rule checks.
    fn outside(&self, rule: &Rule<'static>, number: i64) -> Option<String> {
        let mut choices = Vec::new();
        for other in &self.rules {
            let (low, high) = match (rule, other) {
                (Rule::Length(path, ..), Rule::Length(same, low, high))
                | (Rule::Range(path, ..), Rule::Range(same, low, high))
                    if path == same =>
                {
                    (*low, *high)
                }
                _ => continue,
            };
            if is_within(number, low, high) || (choices.is_empty() && other != rule) {
                return None;
            }
            choices.push(limits(low, high));
        }
        Some(choices.join(" or "))
    }

    fn relation(
        &self,
        config: &Value,
        one: &str,
        others: &[&str],
        judge: impl Fn(Argument<'_>, Argument<'_>) -> Option<String>,
    ) -> Vec<ProviderDiagnostic> {
        let mut found = Vec::new();
        for other in others {
            let (parent, names) = common_parent(&[one, other]);
            for block in blocks(config, parent) {
                let argument = |index: usize| Argument {
                    name: [one, other][index],
                    is_given: is_given(block, names[index]),
                };
                found.extend(judge(argument(0), argument(1)).map(|summary| self.refuse(one, summary)));
            }
        }
        found
    }

    fn count(
        &self,
        config: &Value,
        names: &[&str],
        is_right: impl Fn(usize) -> bool,
        how_many: &str,
    ) -> Vec<ProviderDiagnostic> {
        let (parent, leaves) = common_parent(names);
        let mut found = Vec::new();
        for block in blocks(config, parent) {
            let given = leaves.iter().filter(|name| is_given(block, name)).count();
            // What is not known yet may turn out to be null.
            let open = leaves.iter().any(|name| block.at(name).contains(&&Value::Unknown));
            if !is_right(given) && !open {
                let names = names.join("`, `");
                let diagnostic =
                    self.refuse(parent, format!("{how_many} of `{names}` must be specified, got {given}"));
                let severity = if given == 0 { self.of_lists } else { diagnostic.severity };
                found.push(ProviderDiagnostic { severity, ..diagnostic });
            }
        }
        found
    }

    fn refuse(&self, path: &str, summary: String) -> ProviderDiagnostic {
        ProviderDiagnostic::of(path, summary, format!("A rule of {}, measured with it.", self.source))
    }
}

struct Argument<'a> {
    name: &'a str,
    is_given: bool,
}

/// The blocks at a path; the whole for an empty one.
fn blocks<'v>(config: &'v Value, path: &str) -> Vec<&'v Value> {
    if path.is_empty() {
        return vec![config];
    }
    config.at(path).into_iter().flat_map(Value::elements).collect()
}

/// What several paths begin with, and the rest of each.
fn common_parent<'p>(paths: &[&'p str]) -> (&'p str, Vec<&'p str>) {
    let parent = |path: &'p str| path.rsplit_once('.').map_or("", |(parent, _)| parent);
    let first = paths.first().map_or("", |path| parent(path));
    if first.is_empty() || paths.iter().any(|path| parent(path) != first) {
        return ("", paths.to_vec());
    }
    (first, paths.iter().map(|path| &path[first.len() + 1..]).collect())
}

fn is_given(block: &Value, path: &str) -> bool {
    let is_there = |value: &Value| match value {
        Value::Null => false,
        Value::List(elements) => !elements.is_empty(),
        _ => true,
    };
    block.at(path).into_iter().any(is_there)
}

/// The known single values at a path, those in lists and sets too.
fn leaves<'v>(config: &'v Value, path: &str) -> Vec<&'v Value> {
    let single = |value: &'v Value| match value {
        Value::List(elements) => elements.iter().collect(),
        value => vec![value],
    };
    config.at(path).into_iter().flat_map(single).collect()
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(Number::Integer(number)) => Some(*number),
        Value::Text(text) => text.parse().ok(),
        _ => None,
    }
}

fn is_within(number: i64, low: Option<i64>, high: Option<i64>) -> bool {
    low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high)
}

fn limits(low: Option<i64>, high: Option<i64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("in the range ({low} - {high})"),
        (Some(low), None) => format!("at least ({low})"),
        (None, Some(high)) => format!("at most ({high})"),
        (None, None) => "anything".to_owned(),
    }
}

/// The beginning of a text that may be long.
fn cut(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: Rule<'static>, config: &str) -> Vec<String> {
        let patterns = match &rule {
            Rule::Pattern(path, pattern) => vec![(*path, Regex::new(pattern).unwrap())],
            _ => Vec::new(),
        };
        let validation =
            Validation { rules: vec![rule], patterns, source: "a 1".to_owned(), of_lists: Severity::Error };
        let config = Value::from_json(serde_json::from_str(config).unwrap());
        validation.check(&config).into_iter().map(|diagnostic| diagnostic.summary).collect()
    }

    #[test]
    fn values_are_checked_wherever_they_are() {
        let rule = || Rule::OneOf("rule.kinds", vec!["ONE".to_owned(), "TWO".to_owned()]);
        assert_eq!(check(rule(), r#"{"rule":[{"kinds":["one"]},{"kinds":null}]}"#), [""; 0]);
        let expected = r#"expected rule.kinds to be one of ["ONE", "TWO"], got TWI (did you mean "TWO"?)"#;
        assert_eq!(check(rule(), r#"{"rule":[{"kinds":["TWI"]}]}"#), [expected]);
        let length = check(Rule::Length("name", Some(1), Some(3)), r#"{"name":"äöüß"}"#);
        assert_eq!(length, ["expected length of name to be in the range (1 - 3), got 4: äöüß"]);
        assert_eq!(
            check(Rule::Range("port", Some(1), None), r#"{"port":"0"}"#),
            ["expected port to be at least (1), got 0"]
        );
        let pattern = check(Rule::Pattern("name", "^[a-z]+$".to_owned()), r#"{"name":"a1"}"#);
        assert_eq!(pattern, [r#"invalid value for name: "a1" does not match "^[a-z]+$""#]);
    }

    #[test]
    fn relations_are_checked_within_each_block() {
        let rule = || Rule::Conflicts("b.x", vec!["b.y"]);
        assert_eq!(check(rule(), r#"{"b":[{"x":1,"y":null},{"x":null,"y":1}]}"#), [""; 0]);
        assert_eq!(check(rule(), r#"{"b":[{"x":1,"y":1}]}"#), [r#""b.x": conflicts with b.y"#]);
        let together = check(Rule::Together("a", vec!["b"]), r#"{"a":1,"b":[]}"#);
        assert_eq!(together, [r#""a": "b" must be specified with it"#]);
        let one = || Rule::ExactlyOne(vec!["a", "b"]);
        assert_eq!(check(one(), r#"{"a":1,"b":1}"#), ["exactly one of `a`, `b` must be specified, got 2"]);
        assert_eq!(check(one(), r#"{"a":1,"b":null}"#), [""; 0]);
        assert_eq!(
            check(Rule::AtLeastOne(vec!["a"]), r#"{"a":null}"#),
            ["at least one of `a` must be specified, got 0"]
        );
    }
}
