//! Tables that a migration changes and its service does not own.

use std::collections::HashSet;

use crate::directory::Directory;
use crate::finding::{Class, Finding, RuleId, Subject};
use crate::name::Name;
use crate::parse::ParsedFile;
use crate::policy::{Owner, Policy};
use crate::position::Span;
use crate::schema::Schema;
use crate::statement::Action;

/// Tables that a file changes, with the first statement that does.
pub(super) fn changed_tables(file: &ParsedFile, schema: &Schema) -> Vec<(Name, Span)> {
    let mut tables: Vec<(Name, Span)> = Vec::new();
    let mut seen: HashSet<Name> = HashSet::new();
    let temporary = temporary_tables(file);
    for statement in &file.statements {
        if !statement.effects.iter().any(|effect| effect.action.changes_table()) {
            continue;
        }
        // A new table is its creator's; what it refers to is changed.
        for name in &statement.tables {
            if temporary.contains(name) {
                continue;
            }
            // A file may have many statements on one table, and on many tables.
            let known = name.without_public();
            if !seen.contains(&known) {
                seen.insert(known.clone());
                if !schema.views.contains_key(&known) {
                    tables.push((known, statement.span));
                }
            }
        }
    }
    tables
}

fn temporary_tables(file: &ParsedFile) -> HashSet<&Name> {
    let effects = file.statements.iter().flat_map(|statement| &statement.effects);
    let temporary = effects.filter_map(|effect| match &effect.action {
        Action::CreateTable { name, temporary: true, .. } => Some(name),
        _ => None,
    });
    temporary.collect()
}

/// Reports tables that the folder's service does not own.
pub(super) fn check(
    policy: &Policy,
    directory: &Directory,
    changed: &[(Name, Span)],
    findings: &mut Vec<Finding>,
) {
    if policy.ownership.is_empty() {
        return;
    }
    let service = policy.ownership.service_of(&directory.path);
    let who = service.unwrap_or("the platform");
    for (table, span) in changed {
        let owner = policy.ownership.owner(table);
        if owner.is(service) {
            continue;
        }
        let (rule, message) = match owner {
            Owner::Platform { .. } => (RuleId::CoreTable, format!("{who} touches the core table `{table}`")),
            Owner::Shared { services, .. } => {
                (RuleId::SharedTable, format!("{who} touches `{table}`, which {} share", services.join(", ")))
            }
            Owner::Service { name, .. } => {
                (RuleId::ForeignTable, format!("{who} touches `{table}`, which {name} owns"))
            }
            Owner::Nobody => (RuleId::UnownedTable, format!("nobody owns `{table}`")),
        };
        let fix = match (owner, owner.reviewers()) {
            (Owner::Nobody, _) => "add the table to ownership.toml".to_owned(),
            (_, []) => "name reviewers in ownership.toml, and get an approval of one of them".to_owned(),
            (_, reviewers) => format!("get an approval of {}", reviewers.join(" or ")),
        };
        findings.push(Finding {
            rule,
            subject: Subject::table(table),
            class: Class::Review,
            span: *span,
            message,
            why: "others rely on the table, or nobody answers for it".to_owned(),
            fix,
            files: Vec::new(),
            lock: None,
            quick_fix: None,
        });
    }
}
