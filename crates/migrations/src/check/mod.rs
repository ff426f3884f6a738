//! `migrations check`: folders, rules and policies put together.
//!
//! May import: everything but `report`, `compat` and `new_migration`. Each of its files is a reason why a migration must
//! wait or is refused.

mod approval;
mod checked_file;
mod contract_wait;
mod ownership;
mod readable;

use std::collections::HashSet;

pub(crate) use checked_file::findings;
pub use checked_file::{CheckedFile, CheckedFinding};

use crate::directory::{Direction, Directory, MigrationFile};
use crate::finding::{Class, Finding, RuleId, Subject};
use crate::parse::ParsedFile;
use crate::policy::Policy;
use crate::position::Span;
use crate::rules;
use crate::schema::Schema;
use crate::timestamp::Timestamp;
use crate::worker::{ParseFailure, Worker, WorkerError};

/// Checks folders. Folders that stand first make the schema that later ones meet.
///
/// # Errors
/// Fails if the worker cannot be started.
pub fn check(
    directories: &[Directory],
    policy: &Policy,
    worker: &Worker,
    now: Timestamp,
) -> Result<Vec<CheckedFile>, WorkerError> {
    let mut schema = Schema::default();
    let mut checked = Vec::new();
    for directory in directories {
        let texts: Vec<String> = directory.files.iter().map(|file| readable::text_of(file).0).collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let parsed_files = worker.parse_all(&borrowed)?;
        let mut checks = DirectoryCheck { directory, policy, now, schema: &mut schema, up: None };
        for (path, why) in &directory.ignored_files {
            checked.push(checks.ignored_file(path, why));
        }
        let mut seen = HashSet::new();
        for ((file, text), parsed) in directory.files.iter().zip(texts).zip(parsed_files) {
            let is_duplicate = !seen.insert((file.version, file.direction));
            checked.extend(checks.file(file, text, &parsed, is_duplicate));
        }
    }
    Ok(checked)
}

struct DirectoryCheck<'a> {
    directory: &'a Directory,
    policy: &'a Policy,
    now: Timestamp,
    schema: &'a mut Schema,
    /// The version whose up file was judged last.
    up: Option<u64>,
}

impl DirectoryCheck<'_> {
    fn ignored_file(&self, path: &str, why: &str) -> CheckedFile {
        let finding = Finding::invalid(
            RuleId::BadFileName,
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
        parsed: &Result<ParsedFile, ParseFailure>,
        is_duplicate: bool,
    ) -> Option<CheckedFile> {
        let mut findings = Vec::new();
        if let (_, Some((rule, message))) = readable::text_of(file) {
            let why =
                "PostgreSQL refuses it with a syntax error, and golang-migrate leaves the version dirty";
            findings.push(Finding::invalid(
                rule,
                &message,
                why,
                "save it as UTF-8 without a byte-order mark",
            ));
        }
        let mut changed_tables = Vec::new();
        match parsed {
            Ok(parsed) => {
                findings.extend(readable::syntax_errors(parsed));
                findings.extend(self.apply_rules(file, parsed));
                changed_tables = ownership::changed_tables(parsed, self.schema);
            }
            Err(error) => findings.push(Finding::invalid(
                RuleId::Unparsable,
                &error.to_string(),
                "it cannot be judged, and PostgreSQL is likely to refuse it as well",
                "split it, or write it with less nesting",
            )),
        }
        if is_duplicate {
            findings.push(Finding::invalid(
                RuleId::DuplicateVersion,
                &format!("another file has the version {} too", file.version),
                "golang-migrate refuses the whole folder",
                "give it the next free number",
            ));
        }
        let is_deployed = self.is_deployed(file, &mut findings);
        if is_deployed {
            findings.retain(|finding| {
                matches!(finding.rule, RuleId::EditedAfterDeployment | RuleId::VersionBelowDeployed)
            });
            if findings.is_empty() {
                return None;
            }
        } else if file.direction == Direction::Up {
            let is_back =
                |other: &&MigrationFile| other.version == file.version && other.direction == Direction::Down;
            if !self.directory.files.iter().any(|other| is_back(&other)) {
                findings.push(Finding {
                    rule: RuleId::MissingDownFile,
                    subject: Subject::File,
                    class: Class::Review,
                    span: Span::default(),
                    message: "there is no way back".to_owned(),
                    why: "`migrate down` stops here, and a dirty version cannot be rolled back".to_owned(),
                    fix: format!("write {}", file.name.replace(".up.", ".down.")),
                });
            }
            ownership::check(self.policy, self.directory, &changed_tables, &mut findings);
        }
        let sha256 = file.digest();
        let is_contract = findings.iter().any(|finding| finding.class == Class::Contract);
        if is_contract && !is_deployed && file.direction == Direction::Up {
            let wait = contract_wait::check(self.policy, self.directory, file, &sha256, self.now, &findings);
            findings.extend(wait);
        }
        Some(self.finish(&file.path, text, findings, sha256))
    }

    fn apply_rules(&mut self, file: &MigrationFile, parsed: &ParsedFile) -> Vec<Finding> {
        match file.direction {
            Direction::Up => {
                self.up = Some(file.version);
                rules::check_up(parsed, self.schema)
            }
            Direction::Down => {
                if self.up != Some(file.version) {
                    self.schema.begin_file();
                }
                rules::check_down(parsed, self.schema).into_iter().map(way_back).collect()
            }
        }
    }

    /// Whether a file is deployed, by the log or by what the caller says; reports what does not fit.
    fn is_deployed(&self, file: &MigrationFile, findings: &mut Vec<Finding>) -> bool {
        let log = &self.policy.log;
        if let Some(deployed) = log.find(&self.directory.path, file.version) {
            if file.direction == Direction::Up && deployed.sha256 != file.digest() {
                findings.push(Finding::invalid(
                    RuleId::EditedAfterDeployment,
                    &format!("it was deployed on {} with another content", deployed.deployed_at),
                    "golang-migrate never applies it again: databases that have it and new ones differ from now on",
                    "restore it, and put the change into a new migration",
                ));
            }
            return true;
        }
        if let Some(newest) = log.newest(&self.directory.path) {
            if file.version < newest && file.direction == Direction::Up {
                findings.push(Finding::invalid(
                    RuleId::VersionBelowDeployed,
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
            (left.span.start, right.class, left.rule.as_str()).cmp(&(
                right.span.start,
                left.class,
                right.rule.as_str(),
            ))
        });
        let class = findings.iter().map(|finding| finding.class).max().unwrap_or(Class::Expand);
        let with_state = |finding| {
            let state = approval::state(self.policy, path, &sha256, &finding, self.now);
            CheckedFinding { finding, state }
        };
        let findings = findings.into_iter().map(with_state).collect();
        CheckedFile { path: path.to_owned(), text, class, findings, sha256 }
    }
}

/// The way back runs when the old release is back. What it narrows, the way there widened; only what it removes and
/// the way there did not make needs an approval.
fn way_back(mut finding: Finding) -> Finding {
    let removes = matches!(
        finding.rule,
        RuleId::BanDropColumn
            | RuleId::BanDropTable
            | RuleId::BanDropView
            | RuleId::BanDropSchema
            | RuleId::BanDropType
            | RuleId::BanDropFunction
            | RuleId::BanDropSequence
            | RuleId::BanDropDomain
    );
    if finding.class == Class::Contract && !removes {
        finding.class = Class::Expand;
    }
    finding
}
