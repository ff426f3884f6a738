//! What a migration does, statement by statement: the part of SQL that the rules need, free of syntax.
//!
//! May import: `name`, `data_type` and `position`.

mod action;
mod comparison;
mod names;
mod object_kind;
mod row_filter;
mod table;

use serde::{Deserialize, Serialize};

pub(crate) use action::domain_check;
pub use action::{Action, DomainAction, IndexOptions, LockMode, RowWrite, TriggerBody};
pub use comparison::{Comparison, Operator};
pub use object_kind::ObjectKind;
pub use row_filter::{ConditionValues, RowCondition, RowFilter};
pub use table::{
    Column, ColumnDefault, Constraint, ConstraintKind, Generated, KeyIndex, PartitionBounds, PartitionKey,
    TableAction,
};

use crate::name::Name;
use crate::position::Span;

/// A statement of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The statement without the comments before it.
    pub span: Span,
    /// Where the statement stands.
    pub scope: Scope,
    /// What it does. One statement can do several things: `WITH gone AS (DELETE …) INSERT …`.
    pub effects: Vec<Effect>,
    /// Functions that it calls, which may have been written in the same file.
    pub calls: Vec<Name>,
    /// Tables that it names in any way, for ownership.
    pub tables: Vec<Name>,
    /// Enum values that it uses and an earlier statement of the file added.
    pub new_values: Vec<String>,
    /// What it uses that older servers do not have.
    pub needs: Vec<Feature>,
    /// Whether it stands in a loop.
    pub looped: bool,
}

impl Statement {
    /// Says of each write that it runs again and again, as in a loop.
    pub(crate) fn repeat(&mut self) {
        for effect in &mut self.effects {
            if let Action::Update { filter, .. } | Action::Delete { filter, .. } = &mut effect.action {
                filter.looped = true;
            }
        }
    }
}

/// Something that PostgreSQL has only from some version on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feature {
    /// The words of the statement.
    pub words: String,
    /// The first version that has it.
    pub since: u32,
}

/// Where a statement stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Scope {
    /// In the file itself.
    File,
    /// In a `DO` block, which runs with the file.
    DoBlock,
    /// In the body of a function or a prepared statement, which runs when something calls it.
    Function(Name),
}

/// One thing that a statement does, and the words that say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The words.
    pub span: Span,
    /// What happens.
    pub action: Action,
}
