//! The corpus: migrations with what is expected of them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::path::Path;

use formwork_migrations::{
    CheckedFile, Direction, Directory, MigrationFile, Policy, RuleId, Runner, Timestamp, Transaction, Worker,
    check, position,
};

/// A migration of the corpus.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// A migration before it, or nothing.
    pub(crate) before: String,
    pub(crate) sql: String,
    pub(crate) class: String,
    /// `rule:line`, in no order.
    pub(crate) findings: Vec<String>,
}

impl Case {
    /// Whether the advice on timeouts is what the case is about.
    pub(crate) fn is_about_timeouts(&self) -> bool {
        self.name.contains("timeout")
            || self.findings.iter().any(|finding| finding.starts_with(RuleId::RequireLockTimeout.as_str()))
    }
}

pub(crate) fn file(name: &str) -> String {
    // The benchmark of the workspace's root uses the corpus too.
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("tests/corpus"), root.join("crates/migrations/tests/corpus")];
    let folder = folders.iter().find(|folder| folder.is_dir()).unwrap();
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Whether all of the corpus is tried: `FORMWORK_CORPUS=state.txt,writes.txt` names some of its files.
pub(crate) fn is_whole() -> bool {
    std::env::var_os("FORMWORK_CORPUS").is_none()
}

/// Reads the corpus: `== name`, lines of an earlier migration behind `<< `, the migration, and `-> CLASS rule:line …`.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let files = [
        "columns.txt",
        "constraints.txt",
        "indexes.txt",
        "objects.txt",
        "data.txt",
        "blocks.txt",
        "security.txt",
        "transactions.txt",
        "advice.txt",
        "kinds.txt",
        "statements.txt",
        "writes.txt",
        "state.txt",
        "partitions.txt",
        "siblings.txt",
        "executed.txt",
        "further_forms.txt",
    ];
    let only = std::env::var("FORMWORK_CORPUS").ok();
    let is_wanted = |name: &&str| only.as_deref().is_none_or(|only| only.split(',').any(|it| it == *name));
    for text in files.into_iter().filter(is_wanted).map(file) {
        let mut case: Option<Case> = None;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("== ") {
                let name = name.to_owned();
                let empty = String::new;
                case =
                    Some(Case { name, before: empty(), sql: empty(), class: empty(), findings: Vec::new() });
            } else if let Some(expected) = line.strip_prefix("-> ") {
                let mut case = case.take().unwrap();
                let mut words = expected.split(' ').map(str::to_owned);
                case.class = words.next().unwrap();
                case.findings = words.collect();
                case.findings.sort();
                if case.name == "crlf" {
                    case.sql = case.sql.replace('\n', "\r\n");
                }
                cases.push(case);
            } else if let Some(case) = &mut case {
                let (text, line) = match line.strip_prefix("<< ") {
                    Some(line) => (&mut case.before, line),
                    None => (&mut case.sql, line),
                };
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    cases
}

/// Checks a migration of which nothing before it is known.
pub(crate) fn check_alone(sql: &str) -> CheckedFile {
    check_files(&[], &[sql]).remove(0)
}

/// Checks a migration behind the corpus's schema.
pub(crate) fn check_case(case: &Case) -> CheckedFile {
    check_case_on(case, None)
}

/// Checks a migration behind the corpus's schema, for a version of PostgreSQL.
pub(crate) fn check_case_on(case: &Case, postgres: Option<u32>) -> CheckedFile {
    check_files_on(&[&file("base.sql"), &case.before], &[&case.sql], postgres).remove(0)
}

/// Checks files behind others that are deployed.
pub(crate) fn check_files(deployed: &[&str], new: &[&str]) -> Vec<CheckedFile> {
    check_files_on(deployed, new, None)
}

fn check_files_on(deployed: &[&str], new: &[&str], postgres: Option<u32>) -> Vec<CheckedFile> {
    let up = |version: u64, sql: &str| MigrationFile {
        path: format!("db/{version:06}_case.up.sql"),
        name: format!("{version:06}_case.up.sql"),
        version,
        direction: Direction::Up,
        transaction: Transaction::Message,
        bytes: sql.as_bytes().to_vec(),
    };
    let mut files = Vec::new();
    for (version, sql) in (1..).zip(deployed.iter().chain(new)) {
        let mut down = up(version, "");
        down.direction = Direction::Down;
        files.extend([up(version, sql), down]);
    }
    let directory =
        Directory { path: "db".to_owned(), files, runner: Runner::GolangMigrate, ignored_files: Vec::new() };
    let policy = Policy { deployed: Some(deployed.len() as u64), postgres, ..Policy::default() };
    let now = Timestamp::parse("2026-01-01").unwrap();
    let checked = check(&[directory], &policy, &Worker::in_process(), now).unwrap();
    checked.into_iter().filter(|file| file.path.ends_with(".up.sql") && !file.text.is_empty()).collect()
}

/// The findings of a file as the corpus writes them. The wait belongs to every CONTRACT; the advice on timeouts to
/// nearly everything: `measured.rs` holds it against the locks, and the corpus has it where it is the question.
pub(crate) fn found(file: &CheckedFile) -> Vec<String> {
    let mut found = found_with_timeouts(file);
    found.retain(|finding| !finding.starts_with(RuleId::RequireLockTimeout.as_str()));
    found
}

/// The findings of a file with the advice on timeouts.
pub(crate) fn found_with_timeouts(file: &CheckedFile) -> Vec<String> {
    let mut found: Vec<String> = file
        .findings
        .iter()
        .map(|checked| &checked.finding)
        .filter(|finding| finding.rule != RuleId::ContractWait)
        .map(|finding| format!("{}:{}", finding.rule, position(&file.text, finding.span.start).line))
        .collect();
    found.sort();
    found
}
