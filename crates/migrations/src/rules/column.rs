//! Columns: adding, changing and removing them.

use crate::data_type::TypeChange;
use crate::name::Name;
use crate::rules::{Judge, constraint, contract_because, review_because, unsafe_because};
use crate::statement::{Column, ColumnDefault, Generated, Span, TableAction};

const REWRITE: &str = "PostgreSQL writes every row and every index anew under ACCESS EXCLUSIVE: reads and writes of the table wait until it is done";

/// Judges `ADD COLUMN`.
pub(super) fn add(judge: &mut Judge<'_>, span: Span, table: &Name, column: &Column) {
    if !judge.schema.is_live(table) {
        return;
    }
    let name = &column.name;
    let data_type = &column.data_type;
    if data_type.is_serial() {
        let fix = format!(
            "ALTER TABLE {table} ADD COLUMN {name} bigint;\n-- then, in files of their own: a sequence, SET DEFAULT nextval(…), the rows in batches"
        );
        judge.report(
            span,
            format!("adds the {data_type} column `{name}` to a table that exists"),
            unsafe_because("adding-serial-field", REWRITE, fix),
        );
    }
    match column.generated {
        Generated::Identity => judge.report(
            span,
            format!("adds the identity column `{name}` to a table that exists"),
            unsafe_because("adding-identity-field", REWRITE, format!("ALTER TABLE {table} ADD COLUMN {name} {data_type};\n-- then fill it in batches, and add the identity when it is complete")),
        ),
        Generated::Stored => judge.report(
            span,
            format!("adds the stored generated column `{name}` to a table that exists"),
            unsafe_because("adding-generated-field", REWRITE, format!("ALTER TABLE {table} ADD COLUMN {name} {data_type};\n-- then a trigger for new rows, and the old rows in batches; or an index on the expression")),
        ),
        Generated::No | Generated::Virtual => default(judge, span, table, column),
    }
    let fills_itself =
        column.default != ColumnDefault::Absent || column.generated != Generated::No || data_type.is_serial();
    if column.not_null && !fills_itself {
        let fix = format!(
            "ALTER TABLE {table} ADD COLUMN {name} {data_type} NOT NULL DEFAULT …;\n-- or without NOT NULL: `migrations new {name} --kind column-not-null` writes the three steps"
        );
        judge.report(
            span,
            format!("adds the required column `{name}` without a default"),
            unsafe_because(
                "adding-required-field",
                "it fails if the table has rows; if it has none, every INSERT of the old release, which does not know the column, fails",
                fix,
            ),
        );
    }
    for constraint in &column.constraints {
        constraint::add_with_column(judge, constraint.span, table, column, constraint);
    }
}

fn default(judge: &mut Judge<'_>, span: Span, table: &Name, column: &Column) {
    let ColumnDefault::Calls(functions) = &column.default else { return };
    let (name, data_type) = (&column.name, &column.data_type);
    let fix = format!(
        "ALTER TABLE {table} ADD COLUMN {name} {data_type};\nALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT …;\n-- then fill the old rows in batches, outside the migration"
    );
    for function in functions {
        match volatility(judge, function) {
            Volatility::Stable => {}
            Volatility::Volatile => judge.report(
                span,
                format!("the default of `{name}` calls `{function}`, which gives every row another value"),
                unsafe_because("adding-field-with-default", REWRITE, fix.clone()),
            ),
            Volatility::Unknown => judge.report(
                span,
                format!("the default of `{name}` calls `{function}`, which may be volatile"),
                review_because(
                    "default-of-unknown-volatility",
                    "if the function is VOLATILE, as functions are unless they say otherwise, the table is rewritten under ACCESS EXCLUSIVE",
                    fix.clone(),
                ),
            ),
        }
    }
}

enum Volatility {
    Stable,
    Volatile,
    Unknown,
}

/// Volatile functions of PostgreSQL and its common extensions (`pg_proc.provolatile = 'v'`, versions 15 to 18).
const VOLATILE: [&str; 22] = [
    "random",
    "random_normal",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "currval",
    "lastval",
    "setval",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "gen_random_bytes",
    "gen_salt",
    "pg_sleep",
    "lo_create",
    "pg_notify",
    "set_config",
    "query_to_xml",
    "txid_current",
];

/// Functions of PostgreSQL that defaults call and that are stable or immutable.
const STABLE: [&str; 58] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
    "current_database",
    "current_schema",
    "current_user",
    "to_timestamp",
    "to_char",
    "to_date",
    "to_number",
    "date_trunc",
    "date_part",
    "age",
    "timezone",
    "make_date",
    "make_interval",
    "make_timestamp",
    "make_timestamptz",
    "lower",
    "upper",
    "initcap",
    "trim",
    "btrim",
    "ltrim",
    "rtrim",
    "concat",
    "concat_ws",
    "coalesce",
    "nullif",
    "greatest",
    "least",
    "length",
    "substring",
    "substr",
    "replace",
    "repeat",
    "left",
    "right",
    "md5",
    "sha256",
    "encode",
    "decode",
    "abs",
    "round",
    "floor",
    "ceil",
    "ceiling",
    "mod",
    "power",
    "jsonb_build_object",
    "jsonb_build_array",
    "json_build_object",
    "json_build_array",
    "to_jsonb",
    "to_json",
    "array_fill",
    "format",
];

fn volatility(judge: &Judge<'_>, function: &Name) -> Volatility {
    match judge.schema.functions.get(function) {
        Some(true) => Volatility::Volatile,
        Some(false) => Volatility::Stable,
        None if VOLATILE.contains(&function.name.as_str()) => match function.name.as_str() {
            "txid_current" => Volatility::Stable,
            _ => Volatility::Volatile,
        },
        None if STABLE.contains(&function.name.as_str()) => Volatility::Stable,
        None => Volatility::Unknown,
    }
}

/// Judges a change of a column.
pub(super) fn change(judge: &mut Judge<'_>, span: Span, table: &Name, action: &TableAction) {
    let column = match action {
        TableAction::DropColumn { name, .. }
        | TableAction::AlterType { name, .. }
        | TableAction::RenameColumn { name, .. }
        | TableAction::SetNotNull(name)
        | TableAction::DropNotNull(name)
        | TableAction::SetExpression(name)
        | TableAction::AddIdentity(name)
        | TableAction::AlterIdentity(name)
        | TableAction::DropIdentity(name)
        | TableAction::DropExpression(name)
        | TableAction::DropDefault(name) => name,
        _ => return,
    };
    if !judge.schema.is_live_column(table, column) {
        // The column is new, but the rows are not: what reads or rewrites them does so all the same.
        match action {
            _ if !judge.schema.is_live(table) => {}
            TableAction::SetNotNull(_) => set_not_null(judge, span, table, column),
            TableAction::AlterType { data_type, using, collate, .. } => {
                alter_type(judge, span, table, column, data_type, *using || *collate);
            }
            _ => {}
        }
        return;
    }
    match action {
        TableAction::DropColumn { .. } => judge.report(
            span,
            format!("drops the column `{column}` of `{table}`"),
            contract_because(
                "ban-drop-column",
                "every query of a running release that names the column fails, as does `SELECT *` into fixed fields",
                "release code that does not name the column; when no older release runs, drop it and have it approved",
            ),
        ),
        TableAction::RenameColumn { to, .. } => judge.report(
            span,
            format!("renames the column `{column}` to `{to}`"),
            unsafe_because(
                "renaming-column",
                "the old release names the old column and the new one the new: one of them fails until the other is gone",
                format!("`migrations new {to} --kind rename-column` writes the steps: add `{to}`, keep both in step with a trigger, drop `{column}` later"),
            ),
        ),
        TableAction::AlterType { data_type, using, collate, .. } => {
            alter_type(judge, span, table, column, data_type, *using || *collate);
        }
        TableAction::SetNotNull(_) => set_not_null(judge, span, table, column),
        TableAction::DropNotNull(_) => judge.report(
            span,
            format!("allows nulls in `{column}`"),
            contract_because(
                "ban-drop-not-null",
                "a release that reads the column into a type without nulls fails at the first one",
                "release code that can read a null first",
            ),
        ),
        TableAction::DropDefault(_) => judge.report(
            span,
            format!("drops the default of `{column}`"),
            contract_because(
                "ban-drop-default",
                "an INSERT of the old release that leaves the column out stores null, or fails where null is forbidden",
                "release code that writes the column, and drop the default when no older release runs",
            ),
        ),
        TableAction::SetExpression(_) => judge.report(
            span,
            format!("changes the expression of the generated column `{column}`"),
            unsafe_because("changing-generated-expression", REWRITE, "add a new column beside it, and move readers over"),
        ),
        TableAction::AddIdentity(_) | TableAction::AlterIdentity(_) => judge.report(
            span,
            format!("changes how `{column}` is numbered"),
            contract_because(
                "ban-alter-identity",
                "GENERATED ALWAYS refuses an INSERT of the old release that gives a value, and a sequence that starts too low collides",
                "use GENERATED BY DEFAULT, and start the sequence above the largest value",
            ),
        ),
        TableAction::DropIdentity(_) | TableAction::DropExpression(_) => judge.report(
            span,
            format!("`{column}` no longer fills itself"),
            contract_because(
                "ban-drop-generated",
                "an INSERT of the old release that leaves the column out stores null, or fails where null is forbidden",
                "release code that writes the column first",
            ),
        ),
        _ => {}
    }
}

fn alter_type(
    judge: &mut Judge<'_>,
    span: Span,
    table: &Name,
    column: &str,
    new: &crate::data_type::DataType,
    converts: bool,
) {
    let old = judge.schema.column(table, column).map(|column| column.data_type.clone());
    let fix = format!(
        "`migrations new {column} --kind change-type` writes the steps: a new column of type {new}, a trigger that fills it, the old rows in batches, then the switch"
    );
    let Some(old) = old else {
        judge.report(
            span,
            format!("changes the type of `{column}` to {new}; the migrations do not say what it was"),
            unsafe_because("changing-column-type", REWRITE, fix),
        );
        return;
    };
    if let Some(view) = judge.schema.view_of(table, column) {
        let message = format!("changes the type of `{column}`, which the view `{view}` reads");
        judge.report(
            span,
            message,
            unsafe_because(
                "column-used-by-view",
                "PostgreSQL refuses it, even for a type that would need no rewrite: the migration fails and leaves the dirty flag",
                "drop the view and create it again in the same file, and have that reviewed; or leave the type",
            ),
        );
        return;
    }
    if converts || old.change_to(new) != TypeChange::Free {
        judge.report(
            span,
            format!("changes the type of `{column}` from {old} to {new}"),
            unsafe_because("changing-column-type", REWRITE, fix),
        );
    } else if judge.schema.is_checked(table, column) {
        judge.report(
            span,
            format!("changes the type of `{column}`, which a check looks at"),
            unsafe_because(
                "changing-column-type",
                "the type alone would cost nothing, but PostgreSQL applies the check to every row anew, under ACCESS EXCLUSIVE",
                "drop the check in a file before, and add it NOT VALID and validate it in files behind",
            ),
        );
    } else if judge.schema.is_computed_from(table, column) {
        judge.report(
            span,
            format!("changes the type of `{column}`, of which an index computes something"),
            unsafe_because(
                "changing-column-type",
                "the type alone would cost nothing, but PostgreSQL builds an index with a condition or an expression anew, under ACCESS EXCLUSIVE",
                "drop the index CONCURRENTLY in a file before, and build it CONCURRENTLY in a file behind",
            ),
        );
    } else if !old.is_compatible_with(new) {
        judge.report(
            span,
            format!("changes the type of `{column}` from {old} to {new}"),
            unsafe_because(
                "changing-column-type",
                "the rows stay as they are, but a running release gets another type than it was compiled for",
                fix,
            ),
        );
    }
}

fn set_not_null(judge: &mut Judge<'_>, span: Span, table: &Name, column: &str) {
    if judge.schema.is_proven_not_null(table, column) {
        return;
    }
    judge.report(
        span,
        format!("forbids nulls in `{column}`"),
        unsafe_because(
            "adding-not-nullable-field",
            "PostgreSQL reads the whole table under ACCESS EXCLUSIVE to look for nulls, and an old release that writes one fails",
            format!(
                "ALTER TABLE {table} ADD CONSTRAINT {}_{column}_not_null CHECK ({column} IS NOT NULL) NOT VALID;\n-- next file\nALTER TABLE {table} VALIDATE CONSTRAINT {}_{column}_not_null;\n-- next file: SET NOT NULL finds the check and reads nothing",
                table.name, table.name
            ),
        ),
    );
}
