//! Indexes: building, dropping and rebuilding them.

use crate::finding::{RuleId, Subject};
use crate::name::Name;
use crate::position::Span;
use crate::rules::linter::{Linter, contract_because, unsafe_because};
use crate::statement::{Action, Effect, IndexOptions, ObjectKind};

/// Checks what a statement does to indexes.
pub(super) fn check(linter: &mut Linter<'_>, effect: &Effect) {
    match &effect.action {
        Action::CreateIndex { name, table, columns, options, .. } => {
            create(linter, effect.span, name.as_ref(), table, columns, *options);
        }
        Action::DropIndex { names, concurrently, .. } => {
            for name in names {
                drop(linter, effect.span, name, *concurrently);
            }
        }
        Action::Reindex { target, name, concurrently } => {
            reindex(linter, effect.span, *target, name.as_ref(), *concurrently);
        }
        _ => {}
    }
}

fn create(
    linter: &mut Linter<'_>,
    span: Span,
    name: Option<&Name>,
    table: &Name,
    columns: &[String],
    options: IndexOptions,
) {
    if !linter.schema.is_live(table) || options.only {
        return;
    }
    let unique = if options.unique { "UNIQUE " } else { "" };
    let shown =
        name.map_or_else(|| format!("{}_{}_idx", table.name, columns.join("_")), |name| name.name.clone());
    let subject = || Subject::object(ObjectKind::Index, &table.renamed(&shown));
    let is_partitioned = linter.schema.tables.get(table).is_some_and(|table| table.partitioned);
    let parts = || {
        format!(
            "CREATE {unique}INDEX {shown} ON ONLY {table} ({columns});\n-- then, for each partition, a file of its own:\nCREATE {unique}INDEX CONCURRENTLY … ON …;\n-- and at last, for each:\nALTER INDEX {shown} ATTACH PARTITION …;",
            columns = columns.join(", ")
        )
    };
    if options.concurrently && is_partitioned {
        linter.report(
            span,
            subject(),
            format!("builds an index on the partitioned table `{table}` CONCURRENTLY"),
            unsafe_because(
                RuleId::ConcurrentIndexOnPartitionedTable,
                "PostgreSQL refuses it: the migration fails and leaves the dirty flag",
                parts(),
            ),
        );
    }
    if !options.concurrently {
        let whole = format!(
            "-- a file with nothing else in it\nCREATE {unique}INDEX CONCURRENTLY {shown} ON {table} ({});",
            columns.join(", ")
        );
        let fix = if is_partitioned { parts() } else { whole };
        linter.report(
            span, subject(),
            format!("builds an index on `{table}`"),
            unsafe_because(
                RuleId::RequireConcurrentIndexCreation,
                "the SHARE lock makes every INSERT, UPDATE and DELETE of the table wait until the index is built",
                fix,
            ),
        );
    }
    let is_new =
        !columns.is_empty() && columns.iter().any(|column| !linter.schema.is_live_column(table, column));
    if options.unique && !is_new {
        linter.report(
            span,
            subject(),
            format!("rows of `{table}` must be unique from now on"),
            contract_because(
                RuleId::NarrowingConstraint,
                "a running release that writes a second row with the same values fails from this moment on",
                "make sure that no release that runs writes duplicates, and have that approved",
            ),
        );
    }
}

fn drop(linter: &mut Linter<'_>, span: Span, name: &Name, concurrently: bool) {
    let index = linter.schema.indexes.get(name).cloned();
    if let Some(index) = &index
        && !linter.schema.is_live(&index.table)
    {
        return;
    }
    if !linter.schema.is_live_object(ObjectKind::Index, name) && !concurrently {
        return;
    }
    if !concurrently {
        linter.report(
            span, Subject::object(ObjectKind::Index, name),
            format!("drops the index `{name}`"),
            unsafe_because(
                RuleId::RequireConcurrentIndexDeletion,
                "ACCESS EXCLUSIVE on the table waits for every query that runs, and every later query waits behind it",
                format!("-- a file with nothing else in it\nDROP INDEX CONCURRENTLY {name};"),
            ),
        );
    }
    if index.is_some_and(|index| index.unique) {
        linter.report(
            span,
            Subject::object(ObjectKind::Index, name),
            format!("drops the unique index `{name}`"),
            contract_because(
                RuleId::BanDropIndex,
                "`INSERT … ON CONFLICT` of a running release fails without it, and duplicates can be written",
                "release code that does not rely on it first",
            ),
        );
    }
}

fn reindex(linter: &mut Linter<'_>, span: Span, target: ObjectKind, name: Option<&Name>, concurrently: bool) {
    if concurrently {
        return;
    }
    let table = match (target, name) {
        (ObjectKind::Table, Some(name)) => Some(name.clone()),
        (ObjectKind::Index, Some(name)) => linter.schema.indexes.get(name).map(|index| index.table.clone()),
        _ => None,
    };
    if table.is_some_and(|table| !linter.schema.is_live(&table)) {
        return;
    }
    let word = target.word();
    let shown = name.map(Name::to_string).unwrap_or_default();
    linter.report(
        span,
        name.map_or(Subject::File, |name| Subject::object(target, name)),
        format!("rebuilds indexes of the {word} `{shown}` in place"),
        unsafe_because(
            RuleId::RequireConcurrentReindex,
            "writes of the table wait until the index is rebuilt, and reads that would use it as well",
            format!(
                "-- a file with nothing else in it\nREINDEX {} CONCURRENTLY {shown};",
                word.to_uppercase()
            ),
        ),
    );
}
