//! What a server is too old for.

use crate::finding::{Class, RuleId, Subject};
use crate::rules::linter::{Linter, Server, Violation};
use crate::statement::Statement;

/// Checks what a statement needs of the server. Where nobody says which one it is, the statement itself says how new.
pub(super) fn check(linter: &mut Linter<'_>, statement: &Statement) {
    let [_, newest] = Server::MEASURED;
    for feature in &statement.needs {
        if !linter.server.is_stated && feature.since <= newest {
            linter.server.oldest = linter.server.oldest.max(feature.since);
            continue;
        }
        if linter.server.oldest >= feature.since {
            continue;
        }
        linter.report(
            statement.span,
            Subject::File,
            format!("{} needs PostgreSQL {}", feature.words, feature.since),
            Violation {
                rule: RuleId::NeedsNewerPostgres,
                class: Class::Invalid,
                why: "an older server refuses the file, and the migration fails",
                fix: "give the server's version with --postgres if it is newer, or do it in another way"
                    .into(),
            },
        );
    }
}
