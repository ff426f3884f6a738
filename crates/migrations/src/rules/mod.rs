//! The rules: what each statement does to a live database, given the schema that it meets.
//!
//! Names of rules are those of the field (squawk, strong_migrations, Atlas) where it has one. What a statement locks
//! is from PostgreSQL's manual ("Explicit Locking", "ALTER TABLE: Notes"); whether it rewrites or reads the table was
//! measured: `tests/corpus` holds every claim, and a real server is asked.

mod advice;
mod column;
mod constraint;
mod data;
mod index;
mod object;
mod security;
mod table;
mod transaction;

use std::collections::HashSet;

use crate::finding::{Class, Finding};
use crate::name::Name;
use crate::read::Reading;
use crate::schema::Schema;
use crate::statement::{Action, Effect, Place, Span, Statement, TableAction};

/// Judges what was read of one file, and takes its changes over into the schema.
pub(crate) fn judge(reading: &Reading, schema: &mut Schema) -> Vec<Finding> {
    schema.begin_file();
    judge_in(reading, schema, Direction::Up)
}

/// Judges the way back from the file that was judged last: what that file made may go again.
pub(crate) fn judge_down(reading: &Reading, schema: &mut Schema) -> Vec<Finding> {
    judge_in(reading, schema, Direction::Down)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

fn judge_in(reading: &Reading, schema: &mut Schema, direction: Direction) -> Vec<Finding> {
    let mut judge = Judge { schema, findings: Vec::new(), top_level: reading.top_level, direction };
    transaction::whole_file(&mut judge, reading);
    let called = called(reading);
    for statement in &reading.statements {
        let runs = match &statement.place {
            Place::File | Place::Block => true,
            Place::Function(name) => called.contains(name),
        };
        if runs {
            judge.statement(statement);
        } else {
            judge.latent(statement);
        }
    }
    advice::advise(&mut judge, reading);
    expand_and_contract(&mut judge, reading);
    judge.findings
}

/// Functions that run with the file: called by it, or by a function that is.
fn called(reading: &Reading) -> HashSet<Name> {
    let mut called = HashSet::new();
    loop {
        let before = called.len();
        for statement in &reading.statements {
            let runs = match &statement.place {
                Place::File => !statement.effects.iter().all(|effect| defines(&effect.action)),
                Place::Block => true,
                Place::Function(name) => called.contains(name),
            };
            if runs {
                called.extend(statement.calls.iter().cloned());
            }
        }
        if called.len() == before {
            return called;
        }
    }
}

/// Statements that name functions without calling them.
const fn defines(action: &Action) -> bool {
    matches!(
        action,
        Action::CreateFunction { .. }
            | Action::CreateTrigger { .. }
            | Action::CreateView { .. }
            | Action::CreatePolicy { .. }
            | Action::CreateTable { .. }
    )
}

pub(super) struct Judge<'a> {
    pub(super) schema: &'a mut Schema,
    pub(super) findings: Vec<Finding>,
    pub(super) top_level: usize,
    direction: Direction,
}

/// A finding in the making: a rule and what it says of the class.
pub(super) struct Verdict {
    pub(super) rule: &'static str,
    pub(super) class: Class,
    pub(super) why: &'static str,
    pub(super) fix: String,
}

pub(super) fn unsafe_because(rule: &'static str, why: &'static str, fix: impl Into<String>) -> Verdict {
    Verdict { rule, class: Class::Unsafe, why, fix: fix.into() }
}

pub(super) fn contract_because(rule: &'static str, why: &'static str, fix: impl Into<String>) -> Verdict {
    Verdict { rule, class: Class::Contract, why, fix: fix.into() }
}

pub(super) fn review_because(rule: &'static str, why: &'static str, fix: impl Into<String>) -> Verdict {
    Verdict { rule, class: Class::Review, why, fix: fix.into() }
}

impl Judge<'_> {
    pub(super) fn report(&mut self, span: Span, message: impl Into<String>, verdict: Verdict) {
        let Verdict { rule, class, why, fix } = verdict;
        let finding =
            Finding { rule: rule.to_owned(), class, span, message: message.into(), why: why.to_owned(), fix };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        for effect in &statement.effects {
            if let Action::AlterTable { table, action: TableAction::DropConstraint { name, .. } } =
                &effect.action
            {
                self.schema.leaving.insert((table.clone(), name.clone()));
            }
        }
        for effect in &statement.effects {
            self.effect(effect, statement);
            self.cascade(effect);
        }
        data::new_values(self, statement);
        match self.direction {
            Direction::Up => self.schema.apply(statement),
            Direction::Down => self.schema.leaving.clear(),
        }
    }

    fn effect(&mut self, effect: &Effect, statement: &Statement) {
        transaction::judge(self, effect, statement);
        match &effect.action {
            Action::AlterTable { table, action } => match action {
                TableAction::AddConstraint(constraint) => {
                    constraint::add(self, effect.span, table, constraint);
                }
                TableAction::ValidateConstraint(_) | TableAction::DropConstraint { .. } => {
                    constraint::change(self, effect.span, table, action);
                }
                TableAction::AddColumn { column, .. } => column::add(self, effect.span, table, column),
                _ => {
                    column::change(self, effect.span, table, action);
                    table::change(self, effect.span, table, action);
                    security::table(self, effect.span, table, action);
                }
            },
            Action::CreateIndex { .. } | Action::DropIndex { .. } | Action::Reindex { .. } => {
                index::judge(self, effect);
            }
            action => {
                data::judge(self, effect.span, action);
                object::judge(self, effect.span, action);
                security::judge(self, effect.span, action);
            }
        }
    }

    /// What stands in a function that the file does not call.
    fn latent(&mut self, statement: &Statement) {
        for effect in &statement.effects {
            let what = match &effect.action {
                Action::AlterTable { .. } => "changes a table",
                Action::Drop { .. } | Action::DropIndex { .. } => "drops an object",
                Action::CreateIndex { options, .. } if !options.concurrently => "builds an index",
                Action::Truncate { .. } => "empties a table",
                Action::Lock { .. } => "locks a table",
                Action::Dynamic => {
                    self.report(
                        effect.span,
                        "the function runs text that is put together at run time",
                        dynamic(),
                    );
                    continue;
                }
                Action::Unread { why } => {
                    let message = format!("a body cannot be read: {why}");
                    self.report(effect.span, message, unread());
                    continue;
                }
                _ => continue,
            };
            let verdict = review_because(
                "schema-change-in-function",
                "a function that changes the schema takes ACCESS EXCLUSIVE when something calls it: when, and for how long, does not show here",
                "put schema changes into migrations, one per file",
            );
            self.report(effect.span, format!("the function {what} when it is called"), verdict);
        }
    }

    fn cascade(&mut self, effect: &Effect) {
        let is_cascade = match &effect.action {
            Action::Drop { cascade, .. }
            | Action::DropIndex { cascade, .. }
            | Action::Truncate { cascade, .. }
            | Action::AlterTable {
                action: TableAction::DropColumn { cascade, .. } | TableAction::DropConstraint { cascade, .. },
                ..
            } => *cascade,
            _ => false,
        };
        if is_cascade {
            let verdict = contract_because(
                "ban-cascade",
                "CASCADE removes whatever depends on it (views, foreign keys, functions), and the file does not say what that is",
                "drop each dependent object by its name first, then drop this without CASCADE",
            );
            self.report(effect.span, "CASCADE removes objects that are not named", verdict);
        }
    }
}

pub(super) fn dynamic() -> Verdict {
    review_because(
        "dynamic-sql",
        "what runs is not in the file, so its locks and what it breaks cannot be judged by reading",
        "write the statements out; if that is impossible, show in the pull request what the text becomes, and get it approved",
    )
}

pub(super) fn unread() -> Verdict {
    review_because(
        "unread-body",
        "what the body does cannot be judged by reading",
        "write it in SQL or PL/pgSQL, or get it approved",
    )
}

/// One file that adds for the new release and takes away from the old one leaves no moment at which both work.
fn expand_and_contract(judge: &mut Judge<'_>, reading: &Reading) {
    let expands = reading.statements.iter().any(|statement| {
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
    let removals: [&str; 8] = [
        "ban-drop-column",
        "ban-drop-table",
        "ban-drop-view",
        "ban-drop-type",
        "ban-drop-function",
        "ban-drop-schema",
        "ban-drop-sequence",
        "ban-drop-default",
    ];
    let removal = judge.findings.iter().find(|finding| removals.contains(&finding.rule.as_str()));
    if let (true, Some(removal)) = (expands, removal) {
        let span = removal.span;
        let verdict = contract_because(
            "expand-and-contract",
            "the new release needs what the file adds, the old one what it removes: whichever release runs meets the wrong schema",
            "split the file: the additions now, the removal in a later migration, when the old release is retired",
        );
        judge.report(span, "the file adds and removes", verdict);
    }
}
