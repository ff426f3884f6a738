//! Which rows a write changes: the conditions of its `WHERE`.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::words::{Word, WordKind, words};
use crate::statement::{ConditionValues, RowCondition, RowFilter};

/// The conditions of an `UPDATE` or `DELETE` of a table that is known by these names.
pub(super) fn row_filter(node: &SyntaxNode, names: &[String]) -> RowFilter {
    use SyntaxKind as Kind;
    let looped = node.ancestors().any(|outer| {
        matches!(
            outer.kind(),
            Kind::PLPGSQL_LOOP_STMT
                | Kind::PLPGSQL_WHILE_STMT
                | Kind::PLPGSQL_FOR_QUERY_STMT
                | Kind::PLPGSQL_FOR_I_STMT
                | Kind::PLPGSQL_FOR_EACH_STMT
                | Kind::PLPGSQL_FOR_DYN_STMT
                | Kind::PLPGSQL_FOR_CURSOR_STMT
        )
    });
    let clause = node.children().find(|child| child.kind() == Kind::WHERE_CLAUSE);
    let mut conditions = Vec::new();
    if let Some(clause) = clause {
        let words = words(&clause);
        conjuncts(words.get(1..).unwrap_or_default(), names, &mut conditions);
    } else if node.children().any(|child| child.kind() == Kind::WHERE_CURRENT_OF) {
        conditions.push(RowCondition {
            column: Some("ctid".to_owned()),
            values: if looped { ConditionValues::Unknown } else { ConditionValues::Listed(1) },
        });
    }
    RowFilter { conditions, looped }
}

/// The rows that a `LIMIT` at the end of a query lets through.
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
            _ => {}
        }
    }
    rows
}

/// Takes a condition apart at its `AND`s. What is always true leaves no row out, and is left out.
fn conjuncts(words: &[Word], names: &[String], conditions: &mut Vec<RowCondition>) {
    let words = without_parentheses(words);
    let mut parts: Vec<&[Word]> = Vec::new();
    let (mut depth, mut start, mut is_between) = (0_usize, 0, false);
    let mut is_choice = false;
    for (index, word) in words.iter().enumerate() {
        match (word.kind, word.text.as_str()) {
            (WordKind::Mark, "(" | "[") => depth += 1,
            (WordKind::Mark, ")" | "]") => depth = depth.saturating_sub(1),
            (WordKind::Plain, "case") => depth += 1,
            (WordKind::Plain, "end") => depth = depth.saturating_sub(1),
            (WordKind::Plain, "between") if depth == 0 => is_between = true,
            (WordKind::Plain, "or") if depth == 0 => is_choice = true,
            (WordKind::Plain, "and") if depth == 0 && is_between => is_between = false,
            (WordKind::Plain, "and") if depth == 0 => {
                parts.push(&words[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    if is_choice {
        conditions.push(RowCondition { column: None, values: ConditionValues::Unknown });
        return;
    }
    parts.push(&words[start..]);
    if let [only] = parts[..] {
        conditions.extend(condition(only, names));
        return;
    }
    for part in parts {
        conjuncts(part, names, conditions);
    }
}

fn without_parentheses(mut words: &[Word]) -> &[Word] {
    while let [first, inner @ .., last] = words {
        if first.text != "(" || last.text != ")" {
            break;
        }
        let mut depth = 1_usize;
        for word in inner {
            match word.text.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return words;
            }
        }
        words = inner;
    }
    words
}

fn condition(words: &[Word], names: &[String]) -> Option<RowCondition> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    match texts[..] {
        [] | ["true"] => return None,
        [left, "=", right] if left == right => return None,
        _ => {}
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
    Some(RowCondition { column: Some(column), values: values(rest) })
}

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
        | (["in", "(", .., ")"], [_, _, inner @ .., _])
        | (["=", "(", .., ")"], [_, _, inner @ .., _]) => listed(inner),
        (["=", ..], [_, value @ ..]) if is_constant(value) => ConditionValues::Listed(1),
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
    let inner: Vec<&Word> =
        words.iter().filter(|word| !matches!(word.text.as_str(), "array" | "[" | "]" | "(" | ")")).collect();
    let items: Vec<Vec<Word>> = inner
        .split(|word| word.kind == WordKind::Mark && word.text == ",")
        .map(|item| item.iter().map(|word| (*word).clone()).collect())
        .collect();
    if items.iter().all(|item| is_constant(item)) {
        ConditionValues::Listed(items.len() as u64)
    } else {
        ConditionValues::Unknown
    }
}

/// A literal, with a sign, a type in front or a cast behind.
fn is_constant(words: &[Word]) -> bool {
    let cast = words.iter().position(|word| word.text == "::" || word.text == ":").unwrap_or(words.len());
    match &words[..cast] {
        [value] => value.kind == WordKind::Literal || matches!(value.text.as_str(), "true" | "false"),
        [sign, value] if sign.kind == WordKind::Mark => {
            matches!(sign.text.as_str(), "-" | "+") && value.kind == WordKind::Literal
        }
        [data_type, value] => data_type.kind == WordKind::Plain && value.kind == WordKind::Literal,
        _ => false,
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
        ] {
            assert!(!is_small(large), "{large}");
        }
    }
}
