//! Queries of a release, from sqlc's files or from statements that were captured.

use serde::Deserialize;
use thiserror::Error;

/// A query of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// sqlc's name of it, or `query 3`.
    pub name: String,
    /// The file.
    pub file: String,
    /// The line where it begins, from 1.
    pub line: usize,
    /// The statement, with `$1` for parameters.
    pub sql: String,
    /// Arguments to try it with, as text; some that fit the types if none are given.
    pub arguments: Option<Vec<Option<String>>>,
    /// Whether it stands in a file of sqlc's, which writes the columns of a `*` out.
    pub is_generated: bool,
}

impl Query {
    /// Whether it asks for all columns of something: `*` that is neither `count(*)` nor a product.
    pub(super) fn has_star(&self) -> bool {
        let words: Vec<&str> = self.sql.split_whitespace().collect();
        let dense = words.join(" ").to_lowercase();
        let mut from = 0;
        while let Some(index) = dense[from..].find('*').map(|index| from + index) {
            let before = dense[..index].trim_end();
            let is_all = before.ends_with('.')
                || before.ends_with(',')
                || ["select", "returning", "distinct", "all"].iter().any(|word| before.ends_with(word));
            if is_all {
                return true;
            }
            from = index + 1;
        }
        false
    }
}

/// What is wrong with a file of queries.
#[derive(Debug, Error)]
pub enum QueryError {
    /// A line of captured statements is not JSON of the right form.
    #[error(
        "line {line} is not a captured statement like {{\"sql\": \"SELECT $1\", \"arguments\": [\"1\"]}}"
    )]
    Captured {
        /// The line.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Captured {
    sql: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Vec<Option<String>>>,
}

/// Reads captured statements, one JSON object on each line.
pub(super) fn captured(file: &str, text: &str) -> Result<Vec<Query>, QueryError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let line_number = index + 1;
            let read: Captured = serde_json::from_str(line)
                .map_err(|source| QueryError::Captured { line: line_number, source })?;
            Ok(Query {
                name: read.name.unwrap_or_else(|| format!("query {line_number}")),
                file: file.to_owned(),
                line: line_number,
                sql: read.sql,
                arguments: read.arguments,
                is_generated: false,
            })
        })
        .collect()
}

/// Reads statements that `;` ends. A comment `-- name: GetShul :one` names one, as sqlc wants it; `@name`,
/// `sqlc.arg(name)` and `sqlc.narg(name)` become `$1`, and `sqlc.embed(table)` becomes `table.*`.
pub(super) fn queries(file: &str, text: &str) -> Result<Vec<Query>, QueryError> {
    let mut queries = Vec::new();
    let mut current = Draft::default();
    let mut line = 1;
    let mut rest = text;
    while let Some(token) = token(rest) {
        let (word, behind) = rest.split_at(token.length);
        match token.kind {
            Kind::Comment => {
                if let Some(name) = query_name(word) {
                    current.name = Some(name);
                }
                current.sql.push(' ');
            }
            Kind::Semicolon => current.finish(file, &mut queries),
            Kind::Blank => current.sql.push_str(word),
            Kind::Other => {
                if current.is_empty() {
                    current.line = line;
                }
                current.sql.push_str(word);
            }
            Kind::Parameter => {
                if current.is_empty() {
                    current.line = line;
                }
                current.parameter(word);
            }
        }
        line += word.matches('\n').count();
        rest = behind;
    }
    current.finish(file, &mut queries);
    Ok(queries)
}

#[derive(Default)]
struct Draft {
    name: Option<String>,
    line: usize,
    sql: String,
    parameters: Vec<String>,
}

impl Draft {
    fn is_empty(&self) -> bool {
        self.sql.trim().is_empty()
    }

    fn finish(&mut self, file: &str, queries: &mut Vec<Query>) {
        let draft = std::mem::take(self);
        if !draft.is_empty() {
            let is_generated = draft.name.is_some();
            let name = draft.name.unwrap_or_else(|| format!("query {}", queries.len() + 1));
            let sql = draft.sql.trim().to_owned();
            queries.push(Query {
                name,
                file: file.to_owned(),
                line: draft.line,
                sql,
                arguments: None,
                is_generated,
            });
        }
    }

    /// Puts a number in the place of a name.
    fn parameter(&mut self, word: &str) {
        if let Some(table) = word.strip_prefix("sqlc.embed(") {
            self.sql.push_str(&format!("{}.*", table.trim_end_matches(')').trim()));
            return;
        }
        let inner = word.split_once('(').map_or(word, |(_, inner)| inner);
        let name: String = inner.chars().filter(|it| it.is_alphanumeric() || *it == '_').collect();
        let number = match self.parameters.iter().position(|known| *known == name) {
            Some(index) => index + 1,
            None => {
                self.parameters.push(name);
                self.parameters.len()
            }
        };
        self.sql.push_str(&format!("${number}"));
    }
}

fn query_name(comment: &str) -> Option<String> {
    let rest = comment.trim_start_matches('-').trim_start().strip_prefix("name:")?;
    rest.split_whitespace().next().map(str::to_owned)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Comment,
    Semicolon,
    Parameter,
    Other,
}

struct Token {
    kind: Kind,
    length: usize,
}

/// The next token, as far as the ends of statements and sqlc's parameters need it.
fn token(text: &str) -> Option<Token> {
    let first = text.chars().next()?;
    let until =
        |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    let while_ = |from: usize, is: fn(char) -> bool| {
        text[from..].find(|character| !is(character)).map_or(text.len(), |at| from + at)
    };
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let (kind, length) = if first.is_whitespace() {
        (Kind::Blank, while_(0, char::is_whitespace))
    } else if text.starts_with("--") {
        (Kind::Comment, text.find('\n').unwrap_or(text.len()))
    } else if text.starts_with("/*") {
        (Kind::Comment, until("*/", 2))
    } else if first == ';' {
        (Kind::Semicolon, 1)
    } else if first == '\'' || first == '"' {
        (Kind::Other, until(&first.to_string(), 1))
    } else if let Some(tag) = dollar_tag(text) {
        (Kind::Other, until(tag, tag.len()))
    } else if let Some(call) = ["sqlc.arg(", "sqlc.narg(", "sqlc.slice(", "sqlc.embed("]
        .into_iter()
        .find(|call| text.starts_with(call))
    {
        (Kind::Parameter, until(")", call.len()))
    } else if first == '@'
        && text[1..].starts_with(|character: char| character.is_alphabetic() || character == '_')
    {
        (Kind::Parameter, while_(1, is_word))
    } else if is_word(first) {
        (Kind::Other, while_(0, is_word))
    } else if is_operator(first) {
        // An operator with `@` in it is not a parameter.
        let end = text.find(|character| !is_operator(character)).unwrap_or(text.len());
        let end = text[..end].find("--").or_else(|| text[..end].find("/*")).unwrap_or(end);
        (Kind::Other, end.max(1))
    } else {
        (Kind::Other, first.len_utf8())
    };
    Some(Token { kind, length })
}

const fn is_operator(character: char) -> bool {
    matches!(
        character,
        '+' | '-' | '*' | '/' | '<' | '>' | '=' | '~' | '!' | '@' | '#' | '%' | '^' | '&' | '|' | '`' | '?'
    )
}

/// The `$tag$` that a text begins with.
fn dollar_tag(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('$')?;
    let end = inner.find(|character: char| !(character.is_alphanumeric() || character == '_'))?;
    let is_tag =
        inner[end..].starts_with('$') && !inner.starts_with(|character: char| character.is_ascii_digit());
    is_tag.then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_of_sqlc_are_read() {
        let text = "-- name: GetShul :one\nSELECT * FROM shuls WHERE id = $1;\n\n-- name: Add :exec\nINSERT INTO shuls (name, tz)\nVALUES (sqlc.arg(name), @tz) /* ; */;\nSELECT ';', tags @> @tags, $$;$$ FROM a";
        let read = queries("q.sql", text).unwrap();
        let shown: Vec<(&str, usize, &str)> =
            read.iter().map(|query| (query.name.as_str(), query.line, query.sql.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("GetShul", 2, "SELECT * FROM shuls WHERE id = $1"),
                ("Add", 5, "INSERT INTO shuls (name, tz)\nVALUES ($1, $2)"),
                ("query 3", 7, "SELECT ';', tags @> $1, $$;$$ FROM a"),
            ]
        );
    }
}
