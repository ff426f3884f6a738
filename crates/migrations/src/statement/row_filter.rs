//! Which rows a write changes, as far as its condition says.

use serde::{Deserialize, Serialize};

/// Which rows a write changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFilter {
    /// Conditions that all hold. With none, every row is changed.
    pub conditions: Vec<RowCondition>,
    /// Whether the statement stands in a loop, which runs it until no row is left.
    pub looped: bool,
}

/// One condition of a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCondition {
    /// The column of the table that is written, if it is about one.
    pub column: Option<String>,
    /// How many values of the column it lets through.
    pub values: ConditionValues,
}

/// How many values a condition lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConditionValues {
    /// Values that are written out.
    Listed(u64),
    /// As many as a `LIMIT` says.
    Limited(u64),
    /// The condition does not say.
    Unknown,
}

/// Rows up to which a write is small: it is over before anybody waits for it.
const SMALL: u64 = 10_000;

impl RowFilter {
    /// Whether the conditions leave few rows, given the columns of each unique key of the table.
    #[must_use]
    pub fn is_small(&self, keys: &[Vec<String>]) -> bool {
        keys.iter().any(|key| {
            let mut rows = 1_u64;
            let all_given = key.iter().all(|column| {
                let of_column = self.conditions.iter().filter(|it| it.column.as_ref() == Some(column));
                let fewest = of_column.filter_map(|condition| match condition.values {
                    ConditionValues::Listed(count) => Some(count),
                    // In a loop, the next round takes the next rows.
                    ConditionValues::Limited(count) if !self.looped => Some(count),
                    _ => None,
                });
                fewest.min().is_some_and(|count| {
                    rows = rows.saturating_mul(count);
                    true
                })
            });
            all_given && rows <= SMALL
        })
    }
}
