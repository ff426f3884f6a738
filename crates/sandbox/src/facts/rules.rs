//! What a provider refuses before it asks the cloud, and what it plans: measured with the real provider.
//!
//! A file of facts has a first line `formwork-facts 1 ADDRESS VERSION` and sorted lines `TYPE KIND …`.

use std::collections::BTreeSet;

/// The measured facts of one provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    /// The provider that was measured.
    pub(crate) source: &'static str,
    /// The version that was measured.
    pub(crate) version: &'static str,
    text: &'static str,
}

/// One fact of a resource type.
#[derive(Debug, PartialEq)]
pub(crate) enum Rule<'r> {
    /// These arguments force replacement. With `.#` at its end, a block does when it comes or goes, and not for what is
    /// in it.
    Replace(BTreeSet<&'r str>),
    /// A change of the argument makes computed attributes unknown.
    Renews(&'r str, Vec<&'r str>),
    /// The argument has one of these values.
    OneOf(&'r str, Vec<String>),
    /// The argument's text has at least and at most so many characters.
    Length(&'r str, Option<i64>, Option<i64>),
    /// The argument is a number from and up to.
    Range(&'r str, Option<i64>, Option<i64>),
    /// The argument's text matches a regular expression.
    Pattern(&'r str, String),
    /// The argument's text has a format, such as `arn`.
    Format(&'r str, &'r str),
    /// The first argument cannot be there with any of the others.
    Conflicts(&'r str, Vec<&'r str>),
    /// Exactly one of the arguments is there.
    ExactlyOne(Vec<&'r str>),
    /// At least one of the arguments is there.
    AtLeastOne(Vec<&'r str>),
    /// The first argument needs all the others.
    Together(&'r str, Vec<&'r str>),
}

impl Rules {
    /// The facts of a provider; they hold for its other versions too as far as those have the arguments.
    pub(crate) fn of(source: &str) -> Option<Self> {
        (source == "hashicorp/aws").then(|| {
            let text = include_str!("../../facts/hashicorp-aws-5.100.0.txt");
            Self { source: "hashicorp/aws", version: "5.100.0", text }
        })
    }

    /// The facts of a resource type.
    pub(crate) fn about(self, kind: &str) -> impl Iterator<Item = Rule<'static>> {
        let start = self.text.as_bytes();
        // The lines are sorted: the first that does not come before the type's is found by halving.
        let (mut low, mut high) = (0, start.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let line_start = start[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
            let line_end = start[middle..]
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(start.len(), |end| middle + end);
            let line = &self.text[line_start..line_end];
            let is_before =
                line.starts_with("formwork-facts ") || line.split(' ').next().unwrap_or_default() < kind;
            if is_before { low = line_end + 1 } else { high = line_start }
        }
        let kind = kind.to_owned();
        self.text[low.min(start.len())..]
            .lines()
            .map_while(move |line| line.strip_prefix(&*kind)?.strip_prefix(' '))
            .filter_map(Rule::decode)
    }
}

impl<'r> Rule<'r> {
    fn decode(text: &'r str) -> Option<Self> {
        let (kind, rest) = text.split_once(' ')?;
        let limit = |text: &str| text.parse().ok();
        let first = |rest: &'r str| {
            let mut names = rest.split(' ');
            Some((names.next()?, names.collect::<Vec<_>>()))
        };
        Some(match kind {
            "replace" => Self::Replace(rest.split(',').collect()),
            "renews" => {
                let (argument, attributes) = rest.split_once(' ')?;
                Self::Renews(argument, attributes.split(',').collect())
            }
            "enum" => {
                let (argument, values) = rest.split_once(' ')?;
                let values: Vec<serde_json::Value> = serde_json::from_str(values).ok()?;
                let text = |value: serde_json::Value| match value {
                    serde_json::Value::String(text) => text,
                    number => number.to_string(),
                };
                Self::OneOf(argument, values.into_iter().map(text).collect())
            }
            "pattern" => {
                let (argument, pattern) = rest.split_once(' ')?;
                Self::Pattern(argument, serde_json::from_str(pattern).ok()?)
            }
            "format" => {
                let (argument, format) = rest.split_once(' ')?;
                Self::Format(argument, format)
            }
            "length" | "range" => {
                let mut fields = rest.split(' ');
                let (argument, low, high) = (fields.next()?, limit(fields.next()?), limit(fields.next()?));
                if kind == "length" {
                    Self::Length(argument, low, high)
                } else {
                    Self::Range(argument, low, high)
                }
            }
            "conflicts" => first(rest).map(|(one, others)| Self::Conflicts(one, others))?,
            "together" => first(rest).map(|(one, others)| Self::Together(one, others))?,
            "exactly-one" => Self::ExactlyOne(rest.split(' ').collect()),
            "at-least-one" => Self::AtLeastOne(rest.split(' ').collect()),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_of_the_first_the_last_and_any_type_are_found() {
        let text = "formwork-facts 1 a 1\naws_a replace x\naws_b length name 1 -\naws_b replace y,z\naws_bb replace w\n";
        let rules = Rules { source: "a", version: "1", text };
        let of = |kind| rules.about(kind).collect::<Vec<_>>();
        assert_eq!(of("aws_a"), [Rule::Replace(BTreeSet::from(["x"]))]);
        let of_b = [Rule::Length("name", Some(1), None), Rule::Replace(BTreeSet::from(["y", "z"]))];
        assert_eq!(of("aws_b"), of_b);
        assert_eq!(of("aws_bb"), [Rule::Replace(BTreeSet::from(["w"]))]);
        assert_eq!(of("aws_c"), []);
        assert_eq!(of("aws_"), []);
    }

    #[test]
    fn every_line_is_a_fact() {
        let rules = Rules::of("hashicorp/aws").unwrap();
        let mut lines = rules.text.lines();
        assert_eq!(lines.next(), Some("formwork-facts 1 registry.terraform.io/hashicorp/aws 5.100.0"));
        let mut count = 0;
        for line in lines {
            let fact = line.split_once(' ').and_then(|(_, fact)| Rule::decode(fact));
            assert!(fact.is_some(), "{line}");
            count += 1;
        }
        assert!(count > 5000, "{count} facts");
        assert!(rules.text.lines().skip(1).is_sorted());
    }
}
