//! How a table is divided, and which rows a partition takes.

use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::parse::words::{Cursor, Word, WordKind, columns, words};
use crate::statement::{PartitionBounds, PartitionKey};

/// `PARTITION BY RANGE (at)`.
pub(super) fn key(node: &SyntaxNode) -> Option<PartitionKey> {
    let clause = node.children().find(|child| child.kind() == SyntaxKind::PARTITION_BY)?;
    let words = words(&clause);
    let mut cursor = Cursor::new(&words);
    cursor.take("partition by");
    let strategy = cursor.identifier()?;
    Some(PartitionKey { strategy, columns: columns(cursor.parentheses()) })
}

/// `FOR VALUES FROM (…) TO (…)`, `IN (…)`, `WITH (…)` or `DEFAULT`.
pub(super) fn bounds(cursor: &mut Cursor<'_>) -> PartitionBounds {
    if cursor.take("default") {
        return PartitionBounds::Default;
    }
    cursor.take("for values");
    if cursor.take("in") {
        return PartitionBounds::List(literals(cursor.parentheses()));
    }
    if cursor.take("from") {
        let from = literals(cursor.parentheses());
        cursor.take("to");
        return PartitionBounds::Range { from, to: literals(cursor.parentheses()) };
    }
    PartitionBounds::Hash
}

/// Values without the types that are written at them: `DATE '2027-01-01'` is `'2027-01-01'`.
fn literals(words: &[Word]) -> Vec<String> {
    let items = words.split(|word| word.kind == WordKind::Mark && word.text == ",");
    items
        .map(|item| {
            let literal = item.iter().find(|word| word.kind == WordKind::Literal);
            let sign = item.first().filter(|word| word.text == "-").map_or("", |_| "-");
            match literal {
                Some(literal) => format!("{sign}{}", literal.text),
                None => item.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
            }
        })
        .collect()
}
