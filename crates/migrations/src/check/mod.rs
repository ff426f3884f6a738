//! `migrations check`: folders, rules and policies put together.
//!
//! May import: everything but `report`, `compat` and `new_migration`. Each of its files is a reason why a migration must
//! wait or is refused.

mod approval;
mod checked_file;
mod contract_wait;
mod ownership;
mod readable;

use std::collections::{HashMap, HashSet};

pub(crate) use checked_file::findings;
pub use checked_file::{CheckedFile, CheckedFinding};

use crate::directory::{Direction, Directory, MigrationFile, Runner};
use crate::finding::{Class, Finding, RuleId, Subject};
use crate::parse::ParsedFile;
use crate::policy::Policy;
use crate::position::{Span, line_starts};
use crate::rules::{self, Run, Server};
use crate::schema::{FilesBefore, Schema};
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
        let texts: Vec<String> =
            directory.files.iter().map(|file| readable::text_of(file, directory.runner).0).collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        let parsed_files = worker.parse_all(&borrowed)?;
        let mut counts = HashMap::new();
        for file in &directory.files {
            *counts.entry((file.version, file.direction)).or_default() += 1;
        }
        let mut checks = DirectoryCheck {
            directory,
            counts,
            policy,
            now,
            schema: &mut schema,
            up: None,
            before: FilesBefore::Deployed,
            is_only_folder: directories.len() == 1,
        };
        for (path, why) in &directory.ignored_files {
            checked.push(checks.ignored_file(path, why));
        }
        checked.extend(checks.folder());
        let mut seen = HashSet::new();
        for ((file, text), parsed) in directory.files.iter().zip(texts).zip(parsed_files) {
            let is_second = !seen.insert((file.version, file.direction));
            let is_duplicate = checks.is_duplicate(file, is_second);
            checked.extend(checks.file(file, text, &parsed, is_duplicate));
        }
    }
    Ok(checked)
}

struct DirectoryCheck<'a> {
    directory: &'a Directory,
    /// How many files there are of a version and direction.
    counts: HashMap<(u64, Direction), usize>,
    policy: &'a Policy,
    now: Timestamp,
    schema: &'a mut Schema,
    /// The version whose up file was judged last.
    up: Option<u64>,
    /// Whether the file before is deployed together with the next one.
    before: FilesBefore,
    /// Whether a version that is given without a folder is one of this folder.
    is_only_folder: bool,
}

impl DirectoryCheck<'_> {
    fn ignored_file(&self, path: &str, why: &str) -> CheckedFile {
        let runner = self.directory.runner;
        let other = match runner {
            Runner::GolangMigrate => "; or say with --runner who else runs it",
            _ => "",
        };
        let finding = Finding::invalid(
            RuleId::BadFileName,
            &format!("{} passes over this file: {why}", runner.name()),
            "it is never applied, and nobody notices",
            &format!("name it like {}{other}", runner.example()),
        );
        self.finish(path, String::new(), vec![finding], String::new())
    }

    /// What is wrong with the folder as a whole: nothing in it, a file that is gone, a database that is dirty.
    fn folder(&self) -> Vec<CheckedFile> {
        let directory = self.directory;
        let mut findings = Vec::new();
        if directory.files.is_empty() && directory.ignored_files.is_empty() {
            findings.push(Finding::invalid(
                RuleId::NoMigrations,
                "there is no migration in this folder",
                "a check of nothing passes, and a wrong path looks like a good one",
                "name the folder that the runner is given (golang-migrate: -path)",
            ));
        }
        let has = |version: u64| directory.files.iter().any(|file| file.version == version);
        let of_log = self.policy.log.of(&directory.path);
        let of_log = of_log.map(|deployed| (deployed.version, Some(deployed.file.as_str())));
        let of_number = self.policy.deployed.filter(|version| *version > 0).map(|version| (version, None));
        let of_number = of_number.filter(|_| self.is_only_folder);
        for (version, name) in of_log.chain(of_number).filter(|(version, _)| !has(*version)) {
            let its_file = name.map_or("its file".to_owned(), |name| format!("its file {name}"));
            findings.push(Finding::invalid(
                RuleId::FileMissing,
                &format!("version {version} is deployed, but {its_file} is not there"),
                "the runner stops at the next migration (golang-migrate: `file does not exist`), and new databases lack what it made",
                "restore the file as it was deployed",
            ));
        }
        if let Some(dirty) = self.policy.dirty.filter(|dirty| self.is_only_folder || has(*dirty)) {
            findings.push(Finding::invalid(
                RuleId::DirtyDatabase,
                &format!("golang-migrate left version {dirty} dirty"),
                "a statement of it failed: golang-migrate refuses everything until somebody has looked what is there",
                "see what of it is there, undo that, and `migrate force` the version before (docs/migrations.md, Troubleshooting)",
            ));
        }
        if findings.is_empty() {
            Vec::new()
        } else {
            vec![self.finish(&directory.path, String::new(), findings, String::new())]
        }
    }

    /// Whether another file has the version of this one, and is not the one to go.
    fn is_duplicate(&self, file: &MigrationFile, is_second: bool) -> bool {
        if self.counts.get(&(file.version, file.direction)).is_none_or(|count| *count < 2) {
            return false;
        }
        match self.policy.log.find(&self.directory.path, file.version) {
            Some(deployed) if file.direction == Direction::Up => deployed.file != file.name,
            _ if self.policy.new_files.contains(&file.path) => true,
            _ => is_second,
        }
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
        if let (_, Some((rule, message))) = readable::text_of(file, self.directory.runner) {
            let failure = self.directory.runner.after_failure();
            findings.push(Finding::invalid(
                rule,
                &message,
                &format!("PostgreSQL refuses it with a syntax error, and {failure}"),
                "save it as UTF-8 without a byte-order mark",
            ));
        }
        let is_deployed = self.is_deployed(file.version);
        let mut changed_tables = Vec::new();
        match parsed {
            Ok(parsed) => {
                findings.extend(readable::syntax_errors(parsed, self.directory.runner));
                findings.extend(self.apply_rules(file, parsed, is_deployed));
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
                &format!("{} refuses the whole folder", self.directory.runner.name()),
                "give it the next free number",
            ));
        }
        let sha256 = file.digest();
        findings.extend(self.misfit(file, &sha256));
        if is_deployed {
            findings.retain(|finding| {
                matches!(
                    finding.rule,
                    RuleId::EditedAfterDeployment | RuleId::VersionBelowDeployed | RuleId::DuplicateVersion
                )
            });
            if findings.is_empty() {
                return None;
            }
        } else if file.direction == Direction::Up {
            let expects_down = self.directory.runner.expects_down();
            if expects_down && !self.counts.contains_key(&(file.version, Direction::Down)) {
                findings.push(Finding {
                    rule: RuleId::MissingDownFile,
                    subject: Subject::File,
                    class: Class::Review,
                    span: Span::default(),
                    message: "there is no way back".to_owned(),
                    why: "`migrate down` stops here, and a dirty version cannot be rolled back".to_owned(),
                    fix: format!("write {}", file.name.replace(".up.", ".down.")),
                    files: Vec::new(),
                    lock: None,
                    quick_fix: None,
                });
            }
            ownership::check(self.policy, self.directory, &changed_tables, &mut findings);
        }
        let is_contract = findings.iter().any(|finding| finding.class == Class::Contract);
        if is_contract && !is_deployed && file.direction == Direction::Up {
            let wait = contract_wait::check(self.policy, self.directory, file, &sha256, self.now, &findings);
            findings.extend(wait);
        }
        Some(self.finish(&file.path, text, findings, sha256))
    }

    fn apply_rules(&mut self, file: &MigrationFile, parsed: &ParsedFile, is_deployed: bool) -> Vec<Finding> {
        let server = Server::new(self.policy.postgres);
        let run = Run { server, runner: self.directory.runner, transaction: file.transaction };
        match file.direction {
            Direction::Up => {
                self.up = Some(file.version);
                let findings = rules::check_up(parsed, self.schema, run, self.before);
                // Where nobody says what is deployed, everything before a file may be.
                let is_new = self.knows_what_is_deployed() && !is_deployed;
                self.before = if is_new { FilesBefore::DeployedTogether } else { FilesBefore::Deployed };
                findings
            }
            Direction::Down => {
                if self.up != Some(file.version) {
                    self.schema.begin_file(self.before);
                }
                rules::check_down(parsed, self.schema, run).into_iter().map(way_back).collect()
            }
        }
    }

    fn knows_what_is_deployed(&self) -> bool {
        self.policy.deployed.is_some() || self.policy.log.newest(&self.directory.path).is_some()
    }

    /// Whether a version is deployed, by the log or by what the caller says.
    fn is_deployed(&self, version: u64) -> bool {
        let log = &self.policy.log;
        if log.find(&self.directory.path, version).is_some() {
            return true;
        }
        log.newest(&self.directory.path).is_none()
            && self.policy.deployed.is_some_and(|deployed| version <= deployed)
    }

    /// What does not fit between a file and what is deployed.
    fn misfit(&self, file: &MigrationFile, sha256: &str) -> Option<Finding> {
        if file.direction == Direction::Down {
            return None;
        }
        let log = &self.policy.log;
        if let Some(deployed) = log.find(&self.directory.path, file.version) {
            let is_other = deployed.file != file.name && self.is_duplicate(file, true);
            return (!is_other && deployed.sha256 != sha256).then(|| {
                Finding::invalid(
                    RuleId::EditedAfterDeployment,
                    &format!("it was deployed on {} with another content", deployed.deployed_at),
                    "it is never applied again: databases that have it and new ones differ from now on",
                    "restore it, and put the change into a new migration",
                )
            });
        }
        let (message, deployed) = match (log.newest(&self.directory.path), self.policy.deployed) {
            (Some(newest), _) if file.version < newest => {
                (format!("its version is below {newest}, which is deployed"), newest)
            }
            (None, Some(deployed))
                if file.version <= deployed && self.policy.new_files.contains(&file.path) =>
            {
                let message =
                    format!("it is a new file, but its version is not above {deployed}, which is deployed");
                (message, deployed)
            }
            _ => return None,
        };
        Some(Finding::invalid(
            RuleId::VersionBelowDeployed,
            &message,
            match self.directory.runner {
                Runner::GolangMigrate => {
                    "golang-migrate goes on from the newest version and passes over this one without a word"
                }
                _ => {
                    "it is applied behind migrations that were written after it, in another order than in new databases, or not at all"
                }
            },
            &format!("give it a version above {deployed}"),
        ))
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
        let line_starts = line_starts(&text);
        CheckedFile { path: path.to_owned(), text, class, findings, sha256, line_starts }
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
