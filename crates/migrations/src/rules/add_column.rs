//! `ADD COLUMN`: required columns, defaults, and columns that fill themselves.

use crate::finding::{RuleId, Subject};
use crate::identifier::{cut, in_schema, quoted};
use crate::name::Name;
use crate::position::Span;
use crate::rules::constraint::{self, not_null_files};
use crate::rules::linter::{Fix, Linter, REWRITES_TABLE, review_because, unsafe_because};
use crate::rules::volatility::{Volatility, volatility};
use crate::statement::{Column, ColumnDefault, Generated};

/// Checks `ADD COLUMN`.
pub(super) fn add(linter: &mut Linter<'_>, span: Span, table: &Name, column: &Column) {
    if !linter.schema.is_live(table) {
        return;
    }
    let name = &column.name;
    let data_type = &column.data_type;
    if data_type.is_serial() {
        linter.report(
            span,
            Subject::column(table, name),
            format!("adds the {data_type} column `{name}` to a table that exists"),
            unsafe_because(RuleId::AddingSerialField, REWRITES_TABLE, serial(table, column)),
        );
    }
    if linter.schema.is_constrained_domain(data_type) && column.generated == Generated::No {
        linter.report(
            span, Subject::column(table, name),
            format!("adds the column `{name}` of the domain {data_type}, which has a constraint"),
            unsafe_because(
                RuleId::AddingFieldWithDefault,
                REWRITES_TABLE,
                "give the column the domain's base type, and add the domain's rule as a check, NOT VALID and then validated",
            ),
        );
    }
    match column.generated {
        Generated::Identity => linter.report(
            span, Subject::column(table, name),
            format!("adds the identity column `{name}` to a table that exists"),
            unsafe_because(RuleId::AddingIdentityField, REWRITES_TABLE, "add the column without IDENTITY, fill it in batches, make it NOT NULL through a validated check, and add the identity when it is complete"),
        ),
        Generated::Stored => linter.report(
            span, Subject::column(table, name),
            format!("adds the stored generated column `{name}` to a table that exists"),
            unsafe_because(RuleId::AddingGeneratedField, REWRITES_TABLE, "add an ordinary column, a trigger for new rows, and the old rows in batches; or an index on the expression"),
        ),
        Generated::No | Generated::Virtual => default(linter, span, table, column),
    }
    let fills_itself = column.fills_itself() || linter.schema.is_domain_with_default(data_type);
    if column.not_null && !fills_itself {
        let fix = format!(
            "give it a constant default; or `migrations new {name} --kind column-not-null` writes the steps"
        );
        linter.report(
            span, Subject::column(table, name),
            format!("adds the required column `{name}` without a default"),
            unsafe_because(
                RuleId::AddingRequiredField,
                "it fails if the table has rows; if it has none, every INSERT of the old release, which does not know the column, fails",
                fix,
            ),
        );
    }
    for constraint in &column.constraints {
        let before = linter.findings.len();
        constraint::add_with_column(linter, constraint.span, table, column, constraint);
        // The column comes first, without its constraint.
        for finding in linter.findings[before..].iter_mut().filter(|finding| !finding.files.is_empty()) {
            finding.files.insert(0, without_constraints(table, column));
            finding.fix = Fix::files(finding.files.clone()).into_text();
        }
    }
}

/// The column as it was written, but for its constraints.
fn without_constraints(table: &Name, column: &Column) -> String {
    let (shown, name, data_type) = (table.as_sql(), quoted(&column.name), &column.type_text);
    let default = if column.default_text.is_empty() {
        String::new()
    } else {
        format!(" DEFAULT {}", column.default_text)
    };
    let not_null = if column.not_null { " NOT NULL" } else { "" };
    format!("ALTER TABLE {shown} ADD COLUMN {name} {data_type}{default}{not_null};")
}

/// The column, its default for new rows, and NOT NULL when the old rows have a value.
fn default_later(table: &Name, column: &Column, set_default: &[String]) -> Fix {
    let (shown, name, data_type) = (table.as_sql(), quoted(&column.name), &column.type_text);
    let mut first = format!("ALTER TABLE {shown} ADD COLUMN {name} {data_type};");
    set_default.iter().for_each(|sql| first.push_str(&format!("\n{sql}")));
    first.push_str(&format!(
        "\n-- then fill the old rows in batches, outside of migrations: UPDATE {shown} SET {name} = DEFAULT WHERE {name} IS NULL AND …"
    ));
    let mut files = vec![first];
    if column.not_null || column.data_type.is_serial() {
        files.extend(not_null_files(table, &column.name));
    }
    Fix::files(files)
}

/// What `serial` stands for, one after the other.
fn serial(table: &Name, column: &Column) -> Fix {
    let (shown, name) = (table.as_sql(), quoted(&column.name));
    let data_type = match column.data_type.base.as_str() {
        "smallserial" => "smallint",
        "serial" => "integer",
        _ => "bigint",
    };
    let sequence = in_schema(table, &quoted(&cut(&format!("{}_{}_seq", table.name, column.name))));
    let literal = sequence.replace('\'', "''");
    let column = Column { type_text: data_type.to_owned(), ..column.clone() };
    default_later(
        table,
        &column,
        &[
            format!("CREATE SEQUENCE {sequence} AS {data_type} OWNED BY {shown}.{name};"),
            format!("ALTER TABLE {shown} ALTER COLUMN {name} SET DEFAULT nextval('{literal}');"),
        ],
    )
}

fn default(linter: &mut Linter<'_>, span: Span, table: &Name, column: &Column) {
    let ColumnDefault::Calls(functions) = &column.default else { return };
    let name = &column.name;
    let set_default = format!(
        "ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {};",
        table.as_sql(),
        quoted(name),
        column.default_text
    );
    let fix = || default_later(table, column, std::slice::from_ref(&set_default));
    for function in functions {
        match volatility(linter.schema, function) {
            Volatility::Stable => {}
            Volatility::Volatile => linter.report(
                span, Subject::column(table, name),
                format!("the default of `{name}` calls `{function}`, which gives every row another value"),
                unsafe_because(RuleId::AddingFieldWithDefault, REWRITES_TABLE, fix()),
            ),
            Volatility::Unknown => linter.report(
                span, Subject::column(table, name),
                format!("the default of `{name}` calls `{function}`, which may be volatile"),
                review_because(
                    RuleId::DefaultOfUnknownVolatility,
                    "if the function is VOLATILE, as functions are unless they say otherwise, the table is rewritten under ACCESS EXCLUSIVE",
                    fix(),
                ),
            ),
        }
    }
}
