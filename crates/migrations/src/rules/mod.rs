//! The rules: what each statement does to a live database, given the schema that it meets.
//!
//! Names of rules are those of the field (squawk, strong_migrations, Atlas) where it has one. What a statement locks
//! is from PostgreSQL's manual ("Explicit Locking", "ALTER TABLE: Notes"); whether it rewrites or reads the table was
//! measured: `tests/corpus` holds every claim, and a real server is asked.
//!
//! A new rule is a line in `finding/rule_id.rs`, its code in the file of the object that it is about, and a case in
//! `tests/corpus`. May import: everything but `check`, `policy`, `report`, `compat` and `new_migration`.

mod add_column;
mod advice;
mod column;
mod column_type;
mod constraint;
mod data;
mod expand_and_contract;
mod function_body;
mod index;
mod linter;
mod object;
mod security;
mod table;
mod transaction;
mod volatility;

use crate::directory::Direction;
use crate::finding::{Finding, RuleId, Subject};
use crate::parse::ParsedFile;
use crate::rules::linter::{Linter, contract_because};
use crate::schema::Schema;
use crate::statement::{Action, Effect, ObjectKind, Scope, Statement, TableAction};

/// Checks one file, and takes its changes over into the schema.
pub(crate) fn check_up(file: &ParsedFile, schema: &mut Schema) -> Vec<Finding> {
    schema.begin_file();
    check(file, schema, Direction::Up)
}

/// Checks the way back from the file that was judged last: what that file made may go again.
pub(crate) fn check_down(file: &ParsedFile, schema: &mut Schema) -> Vec<Finding> {
    check(file, schema, Direction::Down)
}

fn check(file: &ParsedFile, schema: &mut Schema, direction: Direction) -> Vec<Finding> {
    let mut linter = Linter { schema, findings: Vec::new(), top_level: file.top_level, direction };
    transaction::whole_file(&mut linter, file);
    let called = function_body::called(file);
    for statement in &file.statements {
        let runs = match &statement.scope {
            Scope::File | Scope::DoBlock => true,
            Scope::Function(name) => called.contains(name),
        };
        if runs {
            apply_rules(&mut linter, statement);
        } else {
            function_body::uncalled(&mut linter, statement);
        }
    }
    advice::advise(&mut linter, file);
    expand_and_contract::check(&mut linter, file);
    linter.findings
}

fn apply_rules(linter: &mut Linter<'_>, statement: &Statement) {
    for effect in &statement.effects {
        if let Action::AlterTable { table, action: TableAction::DropConstraint { name, .. } } = &effect.action
        {
            linter.schema.being_dropped.insert((table.clone(), name.clone()));
        }
    }
    for effect in &statement.effects {
        apply_to_effect(linter, effect, statement);
        cascade(linter, effect);
    }
    data::new_values(linter, statement);
    match linter.direction {
        Direction::Up => linter.schema.apply(statement),
        Direction::Down => linter.schema.being_dropped.clear(),
    }
}

fn apply_to_effect(linter: &mut Linter<'_>, effect: &Effect, statement: &Statement) {
    transaction::check(linter, effect, statement);
    match &effect.action {
        Action::AlterTable { table, action } => match action {
            TableAction::AddConstraint(constraint) => {
                constraint::add(linter, effect.span, table, constraint);
            }
            TableAction::ValidateConstraint(_) | TableAction::DropConstraint { .. } => {
                constraint::change(linter, effect.span, table, action);
            }
            TableAction::AddColumn { column, .. } => add_column::add(linter, effect.span, table, column),
            _ => {
                column::change(linter, effect.span, table, action);
                table::change(linter, effect.span, table, action);
                security::table(linter, effect.span, table, action);
            }
        },
        Action::CreateIndex { .. } | Action::DropIndex { .. } | Action::Reindex { .. } => {
            index::check(linter, effect);
        }
        action => {
            data::check(linter, effect.span, action);
            object::check(linter, effect.span, action);
            security::check(linter, effect.span, action);
        }
    }
}

/// Checks `CASCADE` of any statement.
fn cascade(linter: &mut Linter<'_>, effect: &Effect) {
    let (is_cascade, subject) = match &effect.action {
        Action::Drop { kind, names, cascade } => (*cascade, Subject::first_of(*kind, names)),
        Action::DropIndex { names, cascade, .. } => (*cascade, Subject::first_of(ObjectKind::Index, names)),
        Action::Truncate { tables, cascade } => (*cascade, Subject::first_of(ObjectKind::Table, tables)),
        Action::AlterTable { table, action: TableAction::DropColumn { name, cascade } } => {
            (*cascade, Subject::column(table, name))
        }
        Action::AlterTable { table, action: TableAction::DropConstraint { name, cascade } } => {
            (*cascade, Subject::constraint(table, name))
        }
        _ => return,
    };
    if is_cascade {
        let violation = contract_because(
            RuleId::BanCascade,
            "CASCADE removes whatever depends on it (views, foreign keys, functions), and the file does not say what that is",
            "drop each dependent object by its name first, then drop this without CASCADE",
        );
        linter.report(effect.span, subject, "CASCADE removes objects that are not named", violation);
    }
}
