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
mod call;
mod call_stack;
mod column;
mod column_type;
mod constraint;
mod data;
mod expand_and_contract;
mod function_body;
mod index;
mod linter;
mod lock;
mod object;
mod partition;
mod refused;
mod security;
mod table;
mod transaction;
mod trigger;
mod version;
mod volatility;

use std::collections::HashMap;

use crate::directory::{Direction, Runner, Transaction};
use crate::finding::{Class, Finding, RuleId, Subject};
use crate::name::Name;
use crate::parse::ParsedFile;
use crate::rules::call_stack::CallStack;
pub(crate) use crate::rules::linter::Server;
use crate::rules::linter::{Linter, contract_because};
use crate::rules::lock::Timeouts;
pub(crate) use crate::rules::volatility::{Volatility, volatility};
use crate::schema::{FilesBefore, Function, Schema};
use crate::statement::{Action, Effect, ObjectKind, Scope, Statement, TableAction};

/// Who runs a file, on which server, and in which transaction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) server: Server,
    pub(crate) runner: Runner,
    pub(crate) transaction: Transaction,
}

/// Checks one file, and takes its changes over into the schema.
pub(crate) fn check_up(
    file: &ParsedFile,
    schema: &mut Schema,
    run: Run,
    before: FilesBefore,
) -> Vec<Finding> {
    schema.begin_file(before);
    check(file, schema, Direction::Up, run)
}

/// Checks the way back from the file that was judged last: what that file made may go again.
pub(crate) fn check_down(file: &ParsedFile, schema: &mut Schema, run: Run) -> Vec<Finding> {
    check(file, schema, Direction::Down, run)
}

fn check(file: &ParsedFile, schema: &mut Schema, direction: Direction, run: Run) -> Vec<Finding> {
    let mut linter = Linter {
        schema,
        findings: Vec::new(),
        top_level: file.top_level,
        direction,
        server: run.server,
        runner: run.runner,
        transaction: transaction::of_file(run.transaction, file),
        has_begun: false,
        locked: None,
        timeouts: Timeouts::default(),
        was_advised: false,
        lock: None,
        replaceable: None,
        call: None,
    };
    transaction::whole_file(&mut linter, file);
    let called = function_body::called(file);
    let mut bodies: HashMap<Name, Vec<&Statement>> = HashMap::new();
    for statement in &file.statements {
        if let Scope::Function(name) = &statement.scope {
            bodies.entry(name.without_public()).or_default().push(statement);
        }
    }
    for (index, statement) in file.statements.iter().enumerate() {
        let runs = match &statement.scope {
            Scope::File | Scope::DoBlock => true,
            Scope::Function(name) => called.contains(&name.without_public()),
        };
        if statement.scope == Scope::File {
            transaction::follow(&mut linter, statement);
        }
        let statement = begin(&mut linter, statement);
        if runs {
            apply_rules(&mut linter, &statement);
            calls(&mut linter, &statement, &bodies, false, &mut CallStack::default());
        } else {
            function_body::uncalled(&mut linter, &statement);
        }
        if statement.scope == Scope::File && direction == Direction::Up {
            // The body follows the statement that makes the function.
            let behind = &file.statements[index + 1..];
            let end = behind.iter().position(|next| !matches!(next.scope, Scope::Function(_)));
            define(&mut linter, &statement, &behind[..end.unwrap_or(behind.len())]);
        }
    }
    column::required_at_end(&mut linter);
    advice::advise(&mut linter, file);
    expand_and_contract::check(&mut linter, file);
    let mut findings = linter.findings;
    // What is no SQL is said to be that.
    if !file.errors.is_empty() {
        findings.retain(|finding| finding.rule != RuleId::UnknownStatement);
    }
    findings
}

/// The statement with the names that it means, given the search path and the temporary tables so far.
fn begin(linter: &mut Linter<'_>, statement: &Statement) -> Statement {
    for effect in &statement.effects {
        match &effect.action {
            Action::CreateTable { name, temporary, .. } | Action::CreateView { name, temporary, .. } => {
                let is_temporary = name.schema.as_deref().is_some_and(|schema| schema.starts_with("pg_temp"));
                if *temporary || is_temporary {
                    linter.schema.temporary.insert(name.name.clone());
                }
            }
            Action::Set { name, value, .. } if name == "search_path" => {
                let path = value.as_deref().map(|value| {
                    let schemas = value.split([',', ' ', '\'', '"']).filter(|schema| !schema.is_empty());
                    schemas.filter(|schema| *schema != "$user").map(str::to_owned).collect()
                });
                linter.schema.search_path = path;
            }
            Action::Savepoint => linter.schema.save(),
            // What a function sets for itself ends with it; what it does to the schema stays.
            Action::RollbackToSavepoint => match &statement.scope {
                Scope::Function(_) => linter.schema.end_settings(),
                Scope::File | Scope::DoBlock => linter.schema.roll_back(),
            },
            Action::DiscardTemporary => linter.schema.temporary.clear(),
            _ => {}
        }
    }
    let mut statement = statement.clone();
    let schema = &*linter.schema;
    statement.rename(&|name| schema.resolve(name), &|name| schema.resolve_function(name));
    statement
}

/// Keeps the functions that a statement makes, for files that call them.
fn define(linter: &mut Linter<'_>, statement: &Statement, body: &[Statement]) {
    for effect in &statement.effects {
        if let Action::CreateRule { body: Some(name), .. } = &effect.action {
            let commands = Function { statements: body.to_vec(), ..Function::of_rule() };
            linter.schema.define(name, commands);
        }
        let Action::CreateFunction { name, arguments, volatile, as_trigger, row_fields, row_writes, .. } =
            &effect.action
        else {
            continue;
        };
        let function = Function {
            arguments: arguments.clone(),
            volatile: *volatile,
            as_trigger: as_trigger.clone(),
            row_fields: row_fields.clone(),
            row_writes: row_writes.clone(),
            statements: body.to_vec(),
        };
        linter.schema.define(name, function);
    }
}

/// Judges what the functions do that a statement calls. Those of the file itself are judged where they stand.
fn calls(
    linter: &mut Linter<'_>,
    statement: &Statement,
    own: &HashMap<Name, Vec<&Statement>>,
    is_repeated: bool,
    stack: &mut CallStack,
) {
    if !call::runs_calls(statement) {
        return;
    }
    let is_repeated = is_repeated || call::repeats_calls(linter.schema, statement);
    let is_own = |function: &Name| own.contains_key(&function.without_public());
    let called = statement.calls.iter().map(|function| (function.clone(), Reason::Called));
    let followed = call::through_views(linter.schema, statement).into_iter();
    let followed = followed.map(|function| (function, Reason::Called));
    let fired = call::fired(linter.schema, statement).into_iter().map(|function| (function, Reason::Fired));
    let all: Vec<(Name, Reason)> =
        called.chain(followed).chain(fired).filter(|(function, _)| !is_own(function)).collect();
    for (function, reason) in &all {
        if !linter.schema.functions.contains_key(function) {
            if *reason == Reason::Called {
                call::foreign(linter, statement.span, function);
            }
            continue;
        }
        let before = linter.findings.len();
        let Some(judging) = stack.enter(linter, statement.span, function) else { continue };
        let functions = linter.schema.functions.get(function).cloned().unwrap_or_default();
        let outer = linter.call.clone();
        linter.call.get_or_insert_with(|| (statement.span, function.clone()));
        for inner in functions.iter().flat_map(|function| &function.statements) {
            let mut inner = begin(linter, inner);
            if is_repeated {
                inner.repeat();
            }
            apply_rules(linter, &inner);
            calls(linter, &inner, own, is_repeated, stack);
        }
        linter.call = outer;
        if *reason == Reason::Fired {
            // A trigger writes few rows for each row that fires it, whatever its conditions show.
            let fired = linter.findings.split_off(before);
            linter.findings.extend(fired.into_iter().filter(|finding| finding.class != Class::Review));
        }
        stack.leave(linter, function, judging);
    }
}

fn apply_rules(linter: &mut Linter<'_>, statement: &Statement) {
    for effect in &statement.effects {
        if let Action::AlterTable { table, action: TableAction::DropConstraint { name, .. }, .. } =
            &effect.action
        {
            linter.schema.being_dropped.insert((table.clone(), name.clone()));
        }
    }
    // One `ALTER TABLE` that adds a column may change it as well.
    if statement.effects.len() > 1 && linter.direction == Direction::Up {
        linter.schema.add_columns(statement);
    }
    let is_one = statement.scope == Scope::File && statement.effects.len() == 1 && linter.call.is_none();
    linter.replaceable = is_one.then_some(statement.span);
    version::check(linter, statement);
    lock::advise(linter, statement);
    for effect in &statement.effects {
        linter.lock = lock::taken(linter.schema, &effect.action);
        apply_to_effect(linter, effect, statement);
        cascade(linter, effect);
        lock::remember(linter, effect);
        linter.lock = None;
    }
    linter.replaceable = None;
    data::new_values(linter, statement);
    match linter.direction {
        Direction::Up => linter.schema.apply(statement),
        Direction::Down => linter.schema.being_dropped.clear(),
    }
}

/// Why a function runs with a statement.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// The statement names it, or a view that it reads.
    Called,
    /// It is a trigger of the table that the statement writes.
    Fired,
}

fn apply_to_effect(linter: &mut Linter<'_>, effect: &Effect, statement: &Statement) {
    transaction::check(linter, effect, statement);
    if linter.direction == Direction::Up && refused::check(linter, effect.span, &effect.action) {
        return;
    }
    match &effect.action {
        Action::AlterTable { table, action, .. } => match action {
            TableAction::AddConstraint(constraint) => {
                constraint::add(linter, effect.span, table, constraint);
            }
            TableAction::ValidateConstraint(_)
            | TableAction::DropConstraint { .. }
            | TableAction::AlterConstraint { .. } => {
                constraint::change(linter, effect.span, table, action);
            }
            // `IF NOT EXISTS`, and it exists
            TableAction::AddColumn { column, if_not_exists: true }
                if linter.schema.column(table, &column.name).is_some()
                    && linter.schema.is_live_column(table, &column.name) => {}
            TableAction::AddColumn { column, .. } => add_column::add(linter, effect.span, table, column),
            TableAction::AttachPartition { .. } | TableAction::DetachPartition { .. } => {
                partition::change(linter, effect.span, table, action);
            }
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
            data::check(linter, effect.span, action, statement);
            trigger::check(linter, effect.span, action);
            object::check(linter, effect.span, action);
            security::check(linter, effect.span, action);
        }
    }
}

/// Checks `CASCADE` of any statement.
fn cascade(linter: &mut Linter<'_>, effect: &Effect) {
    let (is_cascade, subject) = match &effect.action {
        Action::Drop { kind, names, cascade } => (*cascade, Subject::first_of(*kind, names)),
        Action::DropOther { cascade, .. } => (*cascade, Subject::File),
        Action::DropIndex { names, cascade, .. } => (*cascade, Subject::first_of(ObjectKind::Index, names)),
        Action::Truncate { tables, cascade, .. } => (*cascade, Subject::first_of(ObjectKind::Table, tables)),
        Action::AlterTable { table, action: TableAction::DropColumn { name, cascade }, .. } => {
            (*cascade, Subject::column(table, name))
        }
        Action::AlterTable { table, action: TableAction::DropConstraint { name, cascade }, .. } => {
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
