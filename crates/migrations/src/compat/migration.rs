//! A migration that is run on a scratch database.

use crate::compat::apply;
use crate::directory::Transaction;
use crate::position::{Span, excerpt, position};

/// A migration that is run.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its statements.
    pub statements: Vec<Span>,
    /// How it reaches the server.
    pub transaction: Transaction,
}

impl Migration {
    /// The statements' texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|span| self.text.get(span.start..span.end).unwrap_or_default())
    }

    /// How it reaches the server, now that its statements are known.
    pub(super) fn transaction(&self) -> Transaction {
        match self.transaction {
            Transaction::EnclosedIfPossible if self.texts().all(apply::refuses_transaction) => {
                Transaction::Statements
            }
            Transaction::EnclosedIfPossible => Transaction::Enclosed,
            other => other,
        }
    }

    /// The line on which a statement begins.
    pub(super) fn line(&self, index: usize) -> usize {
        self.statements.get(index).map_or(1, |span| position(&self.text, span.start).line)
    }

    /// A statement on one line.
    pub(super) fn statement(&self, index: usize) -> String {
        let span = self.statements.get(index).copied().unwrap_or_default();
        excerpt(&self.text, span)
    }

    /// Whether it creates a role, by its words.
    pub(super) fn creates_role(&self, role: &str) -> bool {
        self.texts().any(|sql| {
            let words: Vec<String> =
                sql.split_whitespace().map(|word| word.trim_matches(['"', ';']).to_lowercase()).collect();
            words.windows(3).any(|three| {
                three[0] == "create"
                    && matches!(three[1].as_str(), "role" | "user")
                    && three[2] == role.to_lowercase()
            })
        })
    }
}
