//! `migrations check`: folders, rules and policies put together.

use std::collections::HashSet;

use serde::Serialize;

use crate::directory::{Directory, MigrationFile, Way};
use crate::finding::{Class, Finding};
use crate::gate;
use crate::log::Log;
use crate::policy::{Approvals, Ownership, Waivers};
use crate::read::{CLIENT_COMMAND, Reading};
use crate::rules;
use crate::schema::Schema;
use crate::statement::{Action, Span};
use crate::time::Moment;
use crate::worker::{Unparsed, Worker, WorkerError};

/// What a check is made with.
#[derive(Debug, Default)]
pub struct Policy {
    /// Who owns which table.
    pub ownership: Ownership,
    /// Who approved what.
    pub approvals: Approvals,
    /// What may stay.
    pub waivers: Waivers,
    /// What is deployed.
    pub log: Log,
    /// Labels of the pull request.
    pub labels: Vec<String>,
    /// The newest version that is deployed, where no log says so.
    pub deployed: Option<u64>,
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It fails the check.
    Open,
    /// It is advice.
    Advice,
    /// A waiver lets it stay.
    Waived {
        /// Why.
        reason: String,
        /// Until when.
        until: Moment,
    },
    /// Somebody approved it.
    Approved {
        /// Who, or the label.
        by: String,
    },
}

/// A finding and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// What became of it.
    pub state: State,
}

/// A file that was checked.
#[derive(Clone, Debug)]
pub struct CheckedFile {
    /// The path.
    pub path: String,
    /// The text, for excerpts.
    pub text: String,
    /// The worst class of its findings.
    pub class: Class,
    /// The findings, from the top of the file.
    pub findings: Vec<Judged>,
    /// The content's SHA-256.
    pub sha256: String,
}

impl CheckedFile {
    /// Findings that fail the check.
    pub fn open(&self) -> impl Iterator<Item = &Judged> {
        self.findings.iter().filter(|judged| judged.state == State::Open)
    }
}

/// Checks folders. Folders that stand first make the schema that later ones meet.
///
/// # Errors
/// Fails if the worker cannot be started.
pub fn check(
    directories: &[Directory],
    policy: &Policy,
    worker: &Worker,
    now: Moment,
) -> Result<Vec<CheckedFile>, WorkerError> {
    let mut schema = Schema::default();
    let mut checked = Vec::new();
    for directory in directories {
        let texts: Vec<String> = directory.files.iter().map(|file| text_of(file).0).collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let readings = worker.read_all(&borrowed)?;
        let mut known = Known { directory, policy, now, schema: &mut schema, up: None };
        for (path, why) in &directory.strange {
            checked.push(known.strange(path, why));
        }
        let mut seen = HashSet::new();
        for ((file, text), reading) in directory.files.iter().zip(texts).zip(readings) {
            let is_duplicate = !seen.insert((file.version, file.way));
            checked.extend(known.file(file, text, &reading, is_duplicate));
        }
    }
    Ok(checked)
}

/// A file's text, and what is wrong with its bytes. A byte-order mark is replaced, so that positions stay.
fn text_of(file: &MigrationFile) -> (String, Option<(&'static str, String)>) {
    let text = String::from_utf8_lossy(&file.bytes).into_owned();
    if let Err(error) = std::str::from_utf8(&file.bytes) {
        let message = format!("it is not UTF-8 at byte {}", error.valid_up_to());
        return (text, Some(("not-utf-8", message)));
    }
    if text.contains('\0') {
        return (text.replace('\0', " "), Some(("zero-byte", "it has a zero byte".to_owned())));
    }
    match text.strip_prefix('\u{feff}') {
        Some(rest) => {
            (format!("   {rest}"), Some(("byte-order-mark", "it begins with a byte-order mark".to_owned())))
        }
        None => (text, None),
    }
}

struct Known<'a> {
    directory: &'a Directory,
    policy: &'a Policy,
    now: Moment,
    schema: &'a mut Schema,
    /// The version whose up file was judged last.
    up: Option<u64>,
}

impl Known<'_> {
    fn strange(&self, path: &str, why: &str) -> CheckedFile {
        let finding = invalid(
            "bad-file-name",
            &format!("golang-migrate passes over this file: {why}"),
            "it is never applied, and nobody notices",
            "name it like 000002_add_timezone.up.sql",
        );
        self.finish(path, String::new(), vec![finding], String::new())
    }

    /// Judges a file. Nothing comes of one that is deployed and as it was: it only makes the schema.
    fn file(
        &mut self,
        file: &MigrationFile,
        text: String,
        reading: &Result<Reading, Unparsed>,
        is_duplicate: bool,
    ) -> Option<CheckedFile> {
        let mut findings = Vec::new();
        if let (_, Some((rule, message))) = text_of(file) {
            let why =
                "PostgreSQL refuses it with a syntax error, and golang-migrate leaves the version dirty";
            findings.push(invalid(rule, &message, why, "save it as UTF-8 without a byte-order mark"));
        }
        let mut touched = Vec::new();
        match reading {
            Ok(reading) => {
                findings.extend(syntax_errors(reading));
                findings.extend(self.judge(file, reading));
                touched = gate::touched(reading, self.schema);
            }
            Err(error) => findings.push(invalid(
                "unparsable",
                &error.to_string(),
                "it cannot be judged, and PostgreSQL is likely to refuse it as well",
                "split it, or write it with less nesting",
            )),
        }
        if is_duplicate {
            findings.push(invalid(
                "duplicate-version",
                &format!("another file has the version {} too", file.version),
                "golang-migrate refuses the whole folder",
                "give it the next free number",
            ));
        }
        let is_deployed = self.is_deployed(file, &mut findings);
        if is_deployed {
            findings.retain(|finding| {
                matches!(finding.rule.as_str(), "edited-after-deployment" | "version-below-deployed")
            });
            if findings.is_empty() {
                return None;
            }
        } else if file.way == Way::Up {
            let is_back = |other: &&MigrationFile| other.version == file.version && other.way == Way::Down;
            if !self.directory.files.iter().any(|other| is_back(&other)) {
                findings.push(Finding {
                    rule: "missing-down-file".to_owned(),
                    class: Class::Review,
                    span: Span::default(),
                    message: "there is no way back".to_owned(),
                    why: "`migrate down` stops here, and a dirty version cannot be rolled back".to_owned(),
                    fix: format!("write {}", file.name.replace(".up.", ".down.")),
                });
            }
            gate::ownership(self.policy, self.directory, &touched, &mut findings);
        }
        let sha256 = file.digest();
        let is_contract = findings.iter().any(|finding| finding.class == Class::Contract);
        if is_contract && !is_deployed && file.way == Way::Up {
            let wait = gate::wait(self.policy, self.directory, file, &sha256, self.now, &findings);
            findings.extend(wait);
        }
        Some(self.finish(&file.path, text, findings, sha256))
    }

    fn judge(&mut self, file: &MigrationFile, reading: &Reading) -> Vec<Finding> {
        match file.way {
            Way::Up => {
                self.up = Some(file.version);
                rules::judge(reading, self.schema)
            }
            Way::Down => {
                if self.up != Some(file.version) {
                    self.schema.begin_file();
                }
                rules::judge_down(reading, self.schema).into_iter().map(way_back).collect()
            }
        }
    }

    /// Whether a file is deployed, by the log or by what the caller says; reports what does not fit.
    fn is_deployed(&self, file: &MigrationFile, findings: &mut Vec<Finding>) -> bool {
        let log = &self.policy.log;
        if let Some(deployed) = log.find(&self.directory.path, file.version) {
            if file.way == Way::Up && deployed.sha256 != file.digest() {
                findings.push(invalid(
                    "edited-after-deployment",
                    &format!("it was deployed on {} with another content", deployed.deployed_at),
                    "golang-migrate never applies it again: databases that have it and new ones differ from now on",
                    "restore it, and put the change into a new migration",
                ));
            }
            return true;
        }
        if let Some(newest) = log.newest(&self.directory.path) {
            if file.version < newest && file.way == Way::Up {
                findings.push(invalid(
                    "version-below-deployed",
                    &format!("its version is below {newest}, which is deployed"),
                    "golang-migrate goes on from the newest version and passes over this one without a word",
                    &format!("give it a version above {newest}"),
                ));
            }
            return false;
        }
        self.policy.deployed.is_some_and(|deployed| file.version <= deployed)
    }

    fn finish(&self, path: &str, text: String, mut findings: Vec<Finding>, sha256: String) -> CheckedFile {
        findings.sort_by(|left, right| {
            (left.span.start, right.class, &left.rule).cmp(&(right.span.start, left.class, &right.rule))
        });
        let class = findings.iter().map(|finding| finding.class).max().unwrap_or(Class::Expand);
        let judge = |finding| {
            let state = gate::state(self.policy, path, &sha256, &finding, self.now);
            Judged { finding, state }
        };
        let findings = findings.into_iter().map(judge).collect();
        CheckedFile { path: path.to_owned(), text, class, findings, sha256 }
    }
}

/// The way back runs when the old release is back. What it narrows, the way there widened; only what it removes and
/// the way there did not make needs an approval.
fn way_back(mut finding: Finding) -> Finding {
    const REMOVALS: [&str; 8] = [
        "ban-drop-column",
        "ban-drop-table",
        "ban-drop-view",
        "ban-drop-schema",
        "ban-drop-type",
        "ban-drop-function",
        "ban-drop-sequence",
        "ban-drop-domain",
    ];
    if finding.class == Class::Contract && !REMOVALS.contains(&finding.rule.as_str()) {
        finding.class = Class::Expand;
    }
    finding
}

/// The commands of psql, and the first place that is not SQL: what follows it is often its consequence.
fn syntax_errors(reading: &Reading) -> impl Iterator<Item = Finding> {
    let is_command = |error: &&crate::read::SyntaxError| error.message == CLIENT_COMMAND;
    let commands = reading.errors.iter().filter(is_command);
    let first = reading.errors.iter().find(|error| !is_command(error));
    commands.chain(first).map(syntax)
}

fn syntax(error: &crate::read::SyntaxError) -> Finding {
    let (rule, why, fix) = match error.message.as_str() {
        CLIENT_COMMAND => (
            "psql-meta-command",
            "golang-migrate sends the file to the server, which refuses it",
            "write SQL; to include a file, copy its text",
        ),
        _ => (
            "syntax-error",
            "PostgreSQL refuses the file, and golang-migrate leaves the version dirty",
            "try it on a scratch database: `migrations compat`",
        ),
    };
    let mut finding = invalid(rule, &error.message, why, fix);
    finding.span = error.span;
    finding
}

pub(crate) fn invalid(rule: &str, message: &str, why: &str, fix: &str) -> Finding {
    Finding {
        rule: rule.to_owned(),
        class: Class::Invalid,
        span: Span::default(),
        message: message.to_owned(),
        why: why.to_owned(),
        fix: fix.to_owned(),
    }
}

/// Whether an action changes a table, rather than only reading it.
pub(crate) const fn changes(action: &Action) -> bool {
    !matches!(
        action,
        Action::Harmless | Action::Set { .. } | Action::Begin | Action::Commit | Action::Savepoint
    )
}
