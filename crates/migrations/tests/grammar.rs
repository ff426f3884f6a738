//! Every kind of statement of the grammar, and every action of `ALTER TABLE`, has a class that somebody chose.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;

use squawk_syntax::ast::{AlterColumnOption, AlterTableAction, AstNode, Stmt};
use squawk_syntax::{SourceFile, SyntaxKind};
use support::check_alone;

/// What the parser of statements does not make where it is asked for one: an end that stands for another, and options
/// that only a list of them has.
const NOT_MADE: [&str; 6] = [
    "INHERIT",
    "NO_INHERIT",
    "OPTION_ITEM_LIST",
    "SET_GENERATED_OPTIONS",
    "SET_OPTIONS_LIST",
    "ALTER_OPTION_LIST",
];

fn samples() -> Vec<(&'static str, &'static str)> {
    let lines = include_str!("grammar/statements.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).collect()
}

#[test]
fn every_kind_of_statement_has_its_class() {
    let mut wrong = String::new();
    for (class, sql) in samples() {
        let file = check_alone(sql);
        if file.class.to_string() != class {
            let rules: Vec<&str> =
                file.findings.iter().map(|checked| checked.finding.rule.as_str()).collect();
            wrong.push_str(&format!("{sql} is {}, not {class}: {rules:?}\n", file.class));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn no_kind_of_the_grammar_is_left_out() {
    let mut seen: BTreeSet<u16> = BTreeSet::new();
    for (_, sql) in samples() {
        let tree = SourceFile::parse(sql);
        seen.extend(tree.tree().syntax().descendants().map(|node| node.kind() as u16));
    }
    let is_walked = |kind: SyntaxKind| {
        Stmt::can_cast(kind) || AlterTableAction::can_cast(kind) || AlterColumnOption::can_cast(kind)
    };
    let missing: Vec<String> = (0..=SyntaxKind::__LAST as u16)
        .filter(|number| !seen.contains(number))
        .map(SyntaxKind::from)
        .filter(|kind| is_walked(*kind))
        .map(|kind| format!("{kind:?}"))
        .filter(|name| !NOT_MADE.contains(&name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "the grammar has {missing:?}, of which tests/grammar/statements.txt has no sample"
    );
}
