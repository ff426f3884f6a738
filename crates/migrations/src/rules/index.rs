//! Indexes: building, dropping and rebuilding them.

use crate::name::Name;
use crate::rules::{Judge, contract_because, unsafe_because};
use crate::statement::{Action, Effect, IndexOptions, ObjectKind, Span};

/// Judges what a statement does to indexes.
pub(super) fn judge(judge: &mut Judge<'_>, effect: &Effect) {
    match &effect.action {
        Action::CreateIndex { name, table, columns, options, .. } => {
            create(judge, effect.span, name.as_ref(), table, columns, *options);
        }
        Action::DropIndex { names, concurrently, .. } => {
            for name in names {
                drop(judge, effect.span, name, *concurrently);
            }
        }
        Action::Reindex { target, name, concurrently } => {
            reindex(judge, effect.span, *target, name.as_ref(), *concurrently);
        }
        _ => {}
    }
}

fn create(
    judge: &mut Judge<'_>,
    span: Span,
    name: Option<&Name>,
    table: &Name,
    columns: &[String],
    options: IndexOptions,
) {
    if !judge.schema.is_live(table) || options.only {
        return;
    }
    let unique = if options.unique { "UNIQUE " } else { "" };
    let shown =
        name.map_or_else(|| format!("{}_{}_idx", table.name, columns.join("_")), |name| name.name.clone());
    let is_partitioned = judge.schema.tables.get(table).is_some_and(|table| table.partitioned);
    let parts = || {
        format!(
            "CREATE {unique}INDEX {shown} ON ONLY {table} ({columns});\n-- then, for each partition, a file of its own:\nCREATE {unique}INDEX CONCURRENTLY … ON …;\n-- and at last, for each:\nALTER INDEX {shown} ATTACH PARTITION …;",
            columns = columns.join(", ")
        )
    };
    if options.concurrently && is_partitioned {
        judge.report(
            span,
            format!("builds an index on the partitioned table `{table}` CONCURRENTLY"),
            unsafe_because(
                "concurrent-index-on-partitioned-table",
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
        judge.report(
            span,
            format!("builds an index on `{table}`"),
            unsafe_because(
                "require-concurrent-index-creation",
                "the SHARE lock makes every INSERT, UPDATE and DELETE of the table wait until the index is built",
                fix,
            ),
        );
    }
    let is_new =
        !columns.is_empty() && columns.iter().any(|column| !judge.schema.is_live_column(table, column));
    if options.unique && !is_new {
        judge.report(
            span,
            format!("rows of `{table}` must be unique from now on"),
            contract_because(
                "narrowing-constraint",
                "a running release that writes a second row with the same values fails from this moment on",
                "make sure that no release that runs writes duplicates, and have that approved",
            ),
        );
    }
}

fn drop(judge: &mut Judge<'_>, span: Span, name: &Name, concurrently: bool) {
    let index = judge.schema.indexes.get(name).cloned();
    if let Some(index) = &index
        && !judge.schema.is_live(&index.table)
    {
        return;
    }
    if !judge.schema.is_live_object(ObjectKind::Index, name) && !concurrently {
        return;
    }
    if !concurrently {
        judge.report(
            span,
            format!("drops the index `{name}`"),
            unsafe_because(
                "require-concurrent-index-deletion",
                "ACCESS EXCLUSIVE on the table waits for every query that runs, and every later query waits behind it",
                format!("-- a file with nothing else in it\nDROP INDEX CONCURRENTLY {name};"),
            ),
        );
    }
    if index.is_some_and(|index| index.unique) {
        judge.report(
            span,
            format!("drops the unique index `{name}`"),
            contract_because(
                "ban-drop-index",
                "`INSERT … ON CONFLICT` of a running release fails without it, and duplicates can be written",
                "release code that does not rely on it first",
            ),
        );
    }
}

fn reindex(judge: &mut Judge<'_>, span: Span, target: ObjectKind, name: Option<&Name>, concurrently: bool) {
    if concurrently {
        return;
    }
    let table = match (target, name) {
        (ObjectKind::Table, Some(name)) => Some(name.clone()),
        (ObjectKind::Index, Some(name)) => judge.schema.indexes.get(name).map(|index| index.table.clone()),
        _ => None,
    };
    if table.is_some_and(|table| !judge.schema.is_live(&table)) {
        return;
    }
    let word = target.word();
    let shown = name.map(Name::to_string).unwrap_or_default();
    judge.report(
        span,
        format!("rebuilds indexes of the {word} `{shown}` in place"),
        unsafe_because(
            "require-concurrent-reindex",
            "writes of the table wait until the index is rebuilt, and reads that would use it as well",
            format!(
                "-- a file with nothing else in it\nREINDEX {} CONCURRENTLY {shown};",
                word.to_uppercase()
            ),
        ),
    );
}
