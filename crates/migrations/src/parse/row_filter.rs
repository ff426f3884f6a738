//! Which rows a write changes: the conditions of its `WHERE`.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::condition::{conjuncts, literal, split, without_parentheses};
use crate::parse::syntax::is_looped;
use crate::parse::words::{Cursor, Word, WordKind, words};
use crate::statement::{ConditionValues, RowCondition, RowFilter};

/// The conditions of an `UPDATE` or `DELETE` of a table that is known by these names.
pub(super) fn row_filter(node: &SyntaxNode, names: &[String]) -> RowFilter {
    use SyntaxKind as Kind;
    let looped = is_looped(node);
    let clause = node.children().find(|child| child.kind() == Kind::WHERE_CLAUSE);
    let mut conditions = Vec::new();
    if let Some(clause) = clause {
        let words = words(&clause);
        let listed = ListedRows::of(node);
        conditions = self::conditions(words.get(1..).unwrap_or_default(), names, listed.as_ref());
    } else if node.children().any(|child| child.kind() == Kind::WHERE_CURRENT_OF) {
        conditions.push(RowCondition {
            column: Some("ctid".to_owned()),
            values: if looped { ConditionValues::Unknown } else { ConditionValues::Listed(1) },
        });
    }
    RowFilter { conditions, looped }
}

/// The rows that a `LIMIT` or `FETCH FIRST` at the end of a query lets through.
pub(super) fn limit(words: &[Word]) -> Option<u64> {
    let mut depth = 0_usize;
    let mut rows = None;
    for (index, word) in words.iter().enumerate() {
        match (word.kind, word.text.as_str()) {
            (WordKind::Mark, "(") => depth += 1,
            (WordKind::Mark, ")") => depth = depth.saturating_sub(1),
            (WordKind::Plain, "limit") if depth == 0 => {
                rows = words.get(index + 1).and_then(|word| word.text.parse().ok());
            }
            (WordKind::Plain, "fetch") if depth == 0 => {
                let count = words.get(index + 2).map_or("", |word| word.text.as_str());
                rows = if matches!(count, "row" | "rows") { Some(1) } else { count.parse().ok() };
            }
            _ => {}
        }
    }
    rows
}

/// The conditions between the `AND`s. What is always true leaves no row out, and is left out.
fn conditions(words: &[Word], names: &[String], source: Option<&ListedRows>) -> Vec<RowCondition> {
    match conjuncts(words) {
        Some(parts) => parts.into_iter().filter_map(|part| condition(part, names, source)).collect(),
        None => vec![choice(words, names, source)],
    }
}

/// `id = 1 OR id = 2`, which is `id IN (1, 2)`.
fn choice(words: &[Word], names: &[String], source: Option<&ListedRows>) -> RowCondition {
    let unknown = RowCondition { column: None, values: ConditionValues::Unknown };
    let mut all: Option<(String, u64)> = None;
    for part in split(without_parentheses(words), "or") {
        let Some(RowCondition { column: Some(column), values: ConditionValues::Listed(count) }) =
            condition(without_parentheses(part), names, source)
        else {
            return unknown;
        };
        all = match all {
            None => Some((column, count)),
            Some((known, so_far)) if known == column => Some((known, so_far.saturating_add(count))),
            Some(_) => return unknown,
        };
    }
    all.map_or(unknown, |(column, count)| RowCondition {
        column: Some(column),
        values: ConditionValues::Listed(count),
    })
}

/// Few rows that the statement joins: `FROM (VALUES (1), (2)) AS listed (id)`, or a query with a `LIMIT`.
struct ListedRows {
    alias: String,
    values: ConditionValues,
}

impl ListedRows {
    /// The rows that an `UPDATE … FROM` or `DELETE … USING` lists, if it joins nothing else.
    fn of(node: &SyntaxNode) -> Option<Self> {
        use SyntaxKind as Kind;
        let clause =
            node.children().find(|child| matches!(child.kind(), Kind::FROM_CLAUSE | Kind::USING_CLAUSE))?;
        let is_source = |inner: &SyntaxNode| {
            matches!(
                inner.kind(),
                Kind::RELATION_NAME_REF | Kind::TABLE_NAME_REF | Kind::SELECT | Kind::CALL_EXPR
            )
        };
        let values: Vec<_> = clause.descendants().filter(|inner| inner.kind() == Kind::VALUES).collect();
        let [values] = &values[..] else { return Self::limited(node, &words(&clause)) };
        if clause.descendants().any(|inner| is_source(&inner)) {
            return None;
        }
        let rows = values.descendants().find(|inner| inner.kind() == Kind::ROW_LIST)?;
        let alias = clause.descendants().find(|inner| {
            matches!(inner.kind(), Kind::FROM_ALIAS | Kind::OPTIONAL_AS_ALIAS | Kind::REQUIRED_AS_ALIAS)
        })?;
        let words = words(&alias);
        let mut cursor = Cursor::new(&words);
        cursor.take("as");
        let values = ConditionValues::Listed(rows.children().count() as u64);
        Some(Self { alias: cursor.identifier()?, values })
    }

    /// `FROM (SELECT … LIMIT 100) AS batch`, or `WITH batch AS (SELECT … LIMIT 100) … FROM batch`.
    fn limited(node: &SyntaxNode, clause: &[Word]) -> Option<Self> {
        let mut cursor = Cursor::new(clause.get(1..)?);
        let query = cursor.parentheses();
        let name = if query.is_empty() { cursor.identifier()? } else { String::new() };
        cursor.take("as");
        let alias = cursor.identifier().unwrap_or_else(|| name.clone());
        if !cursor.rest().is_empty() {
            return None;
        }
        let rows = if query.is_empty() { limit(&named_query(node, &name)?) } else { limit(query) };
        Some(Self { alias, values: ConditionValues::Limited(rows?) })
    }
}

/// The words of a query that the statement gives a name: `WITH name AS (query)`.
fn named_query(node: &SyntaxNode, name: &str) -> Option<Vec<Word>> {
    let clause = node.children().find(|child| child.kind() == SyntaxKind::WITH_CLAUSE)?;
    let words = words(&clause);
    let mut cursor = Cursor::new(&words);
    cursor.skip(&["with", "recursive"]);
    loop {
        let found = cursor.identifier()?;
        cursor.parentheses();
        cursor.skip(&["as", "not", "materialized"]);
        let query = cursor.parentheses();
        if found == name {
            return Some(query.to_vec());
        }
        if !cursor.take(",") {
            return None;
        }
    }
}

fn condition(words: &[Word], names: &[String], source: Option<&ListedRows>) -> Option<RowCondition> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match texts[..] {
        [] | ["true"] => return None,
        [left, "=", right] if left == right => return None,
        _ => {}
    }
    if split(without_parentheses(words), "or").len() > 1 {
        return Some(choice(words, names, source));
    }
    // `id = listed.id`, either way round
    if let Some(listed) = source
        && let Some(equals) = texts.iter().position(|text| *text == "=")
    {
        let (left, right) = (&words[..equals], &words[equals + 1..]);
        for (own, other) in [(left, right), (right, left)] {
            if let (Some((column, [])), [alias, dot, _]) = (column(own, names), other)
                && (&alias.text, dot.text.as_str()) == (&listed.alias, ".")
            {
                return Some(RowCondition { column: Some(column), values: listed.values });
            }
        }
    }
    let unknown = Some(RowCondition { column: None, values: ConditionValues::Unknown });
    // `7 = id`
    if let [value, equals, rest @ ..] = words
        && value.kind == WordKind::Literal
        && equals.text == "="
    {
        let Some((column, [])) = column(rest, names) else { return unknown };
        return Some(RowCondition { column: Some(column), values: ConditionValues::Listed(1) });
    }
    let Some((column, rest)) = column(words, names) else { return unknown };
    let values = if asks_each_row(rest, names) { ConditionValues::Unknown } else { values(rest) };
    Some(RowCondition { column: Some(column), values })
}

/// Whether the value of a condition is a query about the row itself, which gives another value for each row:
/// `(SELECT max(b.id) FROM users b WHERE b.email = users.email)`.
fn asks_each_row(words: &[Word], names: &[String]) -> bool {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    if !texts.contains(&"select") {
        return false;
    }
    let is_name = |word: Option<&Word>| {
        word.is_some_and(|word| matches!(word.kind, WordKind::Plain | WordKind::Quoted))
    };
    if !texts.contains(&"from") {
        // Without a table of its own, a name that is no function is a column of the row.
        let start = texts.iter().position(|text| *text == "select").map_or(0, |index| index + 1);
        return (start..words.len())
            .any(|index| is_name(words.get(index)) && texts.get(index + 1) != Some(&"("));
    }
    let is_own = |name: &String| {
        let mut own = texts.iter().enumerate().filter(|(index, text)| {
            **text == name.as_str()
                && texts[..*index]
                    .last()
                    .is_some_and(|before| matches!(*before, "from" | "join" | "," | "only" | "."))
                && texts.get(index + 1) != Some(&".")
        });
        own.any(|(index, _)| texts.get(index + 1).is_none_or(|next| ENDS_A_TABLE.contains(next)))
    };
    names.iter().filter(|name| !is_own(name)).any(|name| {
        let mut uses =
            texts.windows(2).enumerate().filter(|(_, two)| two[0] == name.as_str() && two[1] == ".");
        uses.any(|(index, _)| is_name(words.get(index + 2)))
    })
}

/// What stands behind a table without an alias.
const ENDS_A_TABLE: [&str; 22] = [
    ")",
    ",",
    ";",
    "where",
    "on",
    "using",
    "join",
    "left",
    "right",
    "inner",
    "full",
    "cross",
    "natural",
    "order",
    "group",
    "limit",
    "fetch",
    "offset",
    "for",
    "union",
    "except",
    "tablesample",
];

/// A column of the table, and the words behind it.
fn column<'a>(words: &'a [Word], names: &[String]) -> Option<(String, &'a [Word])> {
    let is_name = |word: &Word| matches!(word.kind, WordKind::Plain | WordKind::Quoted);
    let (mut name, mut rest) = words.split_first().filter(|(first, _)| is_name(first))?;
    let mut table = None;
    while let [dot, next, behind @ ..] = rest
        && dot.text == "."
        && is_name(next)
    {
        (table, name, rest) = (Some(&name.text), next, behind);
    }
    if table.is_some_and(|table| !names.contains(table)) || rest.first().is_some_and(|word| word.text == "(")
    {
        return None;
    }
    Some((name.text.clone(), rest))
}

fn values(words: &[Word]) -> ConditionValues {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match (&texts[..], words) {
        (["=", "any", "(", "array", "(", .., ")", ")"], [_, _, _, _, _, inner @ .., _, _])
        | (["=", "any", "(", ..], [_, _, _, inner @ .., _])
        | (["in", "(", .., ")"], [_, _, inner @ .., _]) => listed(inner),
        // A subquery that stands for a value has one row.
        (["=", "(", "select" | "with", .., ")"], _) => ConditionValues::Limited(1),
        (["=", ..], [_, value @ ..]) if literal(value).is_some() => ConditionValues::Listed(1),
        (["is", "not", "distinct", "from", ..], [_, _, _, _, value @ ..]) if literal(value).is_some() => {
            ConditionValues::Listed(1)
        }
        (["between", low, "and", high], _) => match (low.parse::<i64>(), high.parse::<i64>()) {
            (Ok(low), Ok(high)) => {
                ConditionValues::Listed(high.saturating_sub(low).saturating_add(1).max(0).unsigned_abs())
            }
            _ => ConditionValues::Unknown,
        },
        _ => ConditionValues::Unknown,
    }
}

fn listed(words: &[Word]) -> ConditionValues {
    if words.first().is_some_and(|word| matches!(word.text.as_str(), "select" | "with")) {
        return limit(words).map_or(ConditionValues::Unknown, ConditionValues::Limited);
    }
    let words = if words.first().is_some_and(|word| word.text == "values") { &words[1..] } else { words };
    let inner: Vec<&Word> =
        words.iter().filter(|word| !matches!(word.text.as_str(), "array" | "[" | "]" | "(" | ")")).collect();
    let items: Vec<Vec<Word>> = inner
        .split(|word| word.kind == WordKind::Mark && word.text == ",")
        .map(|item| item.iter().map(|word| (*word).clone()).collect())
        .collect();
    if items.iter().all(|item| literal(item).is_some()) {
        ConditionValues::Listed(items.len() as u64)
    } else {
        ConditionValues::Unknown
    }
}

#[cfg(test)]
mod tests {
    use squawk_syntax::SourceFile;
    use squawk_syntax::ast::AstNode;

    use super::*;

    fn is_small(condition: &str) -> bool {
        let tree = SourceFile::parse(&format!("UPDATE users u SET a = 1 WHERE {condition};"));
        assert!(tree.errors().is_empty(), "{condition}");
        let node = tree.tree().syntax().descendants().find(|node| node.kind() == SyntaxKind::UPDATE).unwrap();
        let names = ["users".to_owned(), "u".to_owned()];
        row_filter(&node, &names).is_small(&[vec!["id".to_owned()], vec!["a".to_owned(), "b".to_owned()]])
    }

    #[test]
    fn a_write_is_small_where_a_key_is_given() {
        for small in [
            "id = 7",
            "7 = id",
            "(u.id = '7'::bigint) AND name IS NULL",
            "id IN (1, 2, 3)",
            "id = ANY (ARRAY[1, 2])",
            "id = ANY (ARRAY(SELECT id FROM users WHERE a IS NULL LIMIT 500))",
            "id IN (SELECT id FROM users LIMIT 500)",
            "id BETWEEN 1 AND 500 AND name = 'x'",
            "a = 1 AND b IN (1, 2)",
            "id = uuid '00000000-0000-0000-0000-000000000000'",
            "id = (SELECT max(id) FROM users)",
            "id = (SELECT max(b.id) FROM users b)",
            "id IN (SELECT id FROM users ORDER BY id FETCH FIRST 5 ROWS ONLY)",
            "id IN (VALUES (1), (2))",
            "id = (SELECT currval('ids'))",
            "id = 1 OR id = 2",
            "(id = 1 OR id IN (2, 3)) AND name = 'x'",
            "id IS NOT DISTINCT FROM 7",
        ] {
            assert!(is_small(small), "{small}");
        }
        for large in [
            "true",
            "id > 0",
            "id = 7 OR true",
            "id = other.id",
            "other.id = 7",
            "id IN (SELECT id FROM users)",
            "id BETWEEN 1 AND 5000000",
            "name = 'x'",
            "a = 1",
            "NOT (id = 7)",
            "id = id",
            "lower(name) = 'x'",
            "id = (SELECT b.id FROM users b WHERE b.email = u.email)",
            "id IN (SELECT b.id FROM users b WHERE b.email = u.email LIMIT 1)",
            "id = (SELECT u.id)",
            "id = (SELECT id)",
            "id = 1 OR name = 'x'",
            "id IN (SELECT id FROM users LIMIT ALL)",
        ] {
            assert!(!is_small(large), "{large}");
        }
    }
}
