//! Where in a JSON document something is: the part of RFC 9535 (JSONPath) that names locations.
//!
//! `serde_json_path` is not used: it refuses `$.request-id`, which the RFC wants in brackets and files of tests may have,
//! and takes filters and descendants, which are refused here so that a path names what is expected and nothing else.

use std::fmt;

use serde_json::Value;

/// A location in a JSON document, or several: `$.jobs[0].status`, `$['odd key']`, `$.jobs[*].id`.
///
/// It knows the root, names, indexes (from the end if negative) and the wildcard; filters, slices and descendants
/// are refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct JsonPath {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Name(String),
    Index(i64),
    All,
}

/// A text that is not such a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a JSON path: {reason}")]
pub struct ParseJsonPathError {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}

impl JsonPath {
    /// Reads a path.
    ///
    /// # Errors
    /// Fails for what is not a path, or has parts that are not known here.
    pub fn parse(text: &str) -> Result<Self, ParseJsonPathError> {
        let wrong = |reason: &str| ParseJsonPathError { text: text.to_owned(), reason: reason.to_owned() };
        let mut rest = text.strip_prefix('$').ok_or_else(|| wrong("it begins with `$`"))?;
        let mut segments = Vec::new();
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                if after.starts_with('.') {
                    return Err(wrong("`..` is not supported"));
                }
                let end = after.find(['.', '[']).unwrap_or(after.len());
                match &after[..end] {
                    "" => return Err(wrong("a name is missing after `.`")),
                    "*" => segments.push(Segment::All),
                    name => segments.push(Segment::Name(name.to_owned())),
                }
                rest = &after[end..];
            } else if let Some(after) = rest.strip_prefix('[') {
                let (segment, after) = bracket(after).map_err(wrong)?;
                segments.push(segment);
                rest = after;
            } else {
                return Err(wrong("a `.` or `[` is missing"));
            }
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The values at these locations, in the document's order.
    #[must_use]
    pub fn find<'a>(&self, document: &'a Value) -> Vec<&'a Value> {
        let mut found = vec![document];
        for segment in &self.segments {
            found = found.into_iter().flat_map(|value| segment.step(value)).collect();
        }
        found
    }
}

impl Segment {
    fn step<'a>(&self, value: &'a Value) -> Vec<&'a Value> {
        match (self, value) {
            (Self::Name(name), Value::Object(members)) => members.get(name).into_iter().collect(),
            (Self::Index(index), Value::Array(items)) => {
                let position = match usize::try_from(*index) {
                    Ok(position) => Some(position),
                    Err(_) => usize::try_from(index.unsigned_abs())
                        .ok()
                        .and_then(|from_the_end| items.len().checked_sub(from_the_end)),
                };
                position.and_then(|position| items.get(position)).into_iter().collect()
            }
            (Self::All, Value::Array(items)) => items.iter().collect(),
            (Self::All, Value::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        }
    }
}

/// What is within brackets, and the rest behind them.
fn bracket(text: &str) -> Result<(Segment, &str), &'static str> {
    if let Some(quote) = text.chars().next().filter(|it| matches!(it, '\'' | '"')) {
        let inner = &text[1..];
        let end = inner.find(quote).ok_or("a quote is not closed")?;
        let rest = inner[end + 1..].strip_prefix(']').ok_or("a `]` is missing after the name")?;
        return Ok((Segment::Name(inner[..end].to_owned()), rest));
    }
    let (inner, rest) = text.split_once(']').ok_or("a `]` is missing")?;
    if inner == "*" {
        return Ok((Segment::All, rest));
    }
    let index = inner.parse().map_err(|_| "within `[…]` stands an index, `*` or a name in quotes")?;
    Ok((Segment::Index(index), rest))
}

impl fmt::Display for JsonPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::json_path::JsonPath;

    #[test]
    fn locations_are_found() {
        let document =
            json!({ "jobs": [{ "id": 1 }, { "id": 2 }], "odd key": { "a.b": true }, "none": null });
        for (path, found) in [
            ("$", vec![document.clone()]),
            ("$.jobs[0].id", vec![json!(1)]),
            ("$.jobs[-1].id", vec![json!(2)]),
            ("$.jobs[*].id", vec![json!(1), json!(2)]),
            ("$['odd key'][\"a.b\"]", vec![json!(true)]),
            ("$.none", vec![json!(null)]),
            ("$.jobs[2]", vec![]),
            ("$.jobs[-3]", vec![]),
            ("$.jobs.id", vec![]),
        ] {
            let path = JsonPath::parse(path).unwrap();
            assert_eq!(path.find(&document).into_iter().cloned().collect::<Vec<_>>(), found, "{path}");
        }
        for wrong in ["", "jobs", "$jobs", "$.", "$..id", "$[", "$[a]", "$['a]", "$['a'", "$.a["] {
            assert!(JsonPath::parse(wrong).is_err(), "{wrong}");
        }
    }
}
