//! A file that adds and removes.

use crate::finding::RuleId;
use crate::parse::ParsedFile;
use crate::rules::linter::{Linter, contract_because};
use crate::statement::{Action, TableAction};

/// One file that adds for the new release and takes away from the old one leaves no moment at which both work.
pub(super) fn check(linter: &mut Linter<'_>, file: &ParsedFile) {
    let expands = file.statements.iter().any(|statement| {
        statement.effects.iter().any(|effect| {
            matches!(
                effect.action,
                Action::CreateTable { temporary: false, .. }
                    | Action::AlterTable { action: TableAction::AddColumn { .. }, .. }
                    | Action::CreateIndex { .. }
                    | Action::CreateEnum { .. }
                    | Action::AddEnumValue { .. }
            )
        })
    });
    let removal = linter.findings.iter().find(|finding| {
        matches!(
            finding.rule,
            RuleId::BanDropColumn
                | RuleId::BanDropTable
                | RuleId::BanDropView
                | RuleId::BanDropType
                | RuleId::BanDropFunction
                | RuleId::BanDropSchema
                | RuleId::BanDropSequence
                | RuleId::BanDropDefault
        )
    });
    if let (true, Some(removal)) = (expands, removal) {
        let (span, subject) = (removal.span, removal.subject.clone());
        let violation = contract_because(
            RuleId::ExpandAndContract,
            "the new release needs what the file adds, the old one what it removes: whichever release runs meets the wrong schema",
            "split the file: the additions now, the removal in a later migration, when the old release is retired",
        );
        linter.report(span, subject, "the file adds and removes", violation);
    }
}
