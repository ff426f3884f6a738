//! Old code on the new schema, on a real PostgreSQL.
//!
//! Every query of every deployed release is asked of two databases, one with the migrations that are deployed and one
//! with the new ones too, each time as the role of its service. What differs is a finding, or, where only a
//! connection that was open before is concerned, a warning.

mod apply;
mod locks;
mod observe;
mod query;
mod release;
mod scratch;
mod server;
mod warm;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

pub use apply::Migration;
pub use locks::{LockUse, Locking};
pub use query::{Query, QueryError};
pub use release::{Release, ReleaseError, Releases};
pub use scratch::{ScratchError, ScratchServer};
pub use server::Server;

use crate::compat::observe::{Observation, difference, observe, observe_in, quoted};
use crate::compat::server::Database;

/// Why a comparison cannot be made.
#[derive(Debug, Error)]
pub enum CompatError {
    /// There is no scratch server.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// The URL is not one.
    #[error("this is not the URL of a PostgreSQL database")]
    Url(#[source] postgres::Error),
    /// The URL does not say that its server may be used up.
    #[error("the database `{database}` is not marked as scratch: its name must contain `scratch`")]
    NotScratch {
        /// The database that the URL names.
        database: String,
    },
    /// The server refuses something that it should not.
    #[error("PostgreSQL refuses: {}", observe::Failure::of(.0))]
    Database(#[from] postgres::Error),
    /// The queries of a release cannot be read.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// A file with rows does not fit the deployed schema.
    #[error("{} does not fit the deployed schema: {message}\n  hint: `--deployed VERSION` or `--log PLACE` says which migrations are deployed", path.display())]
    Seed {
        /// The file.
        path: PathBuf,
        /// What PostgreSQL says.
        message: String,
    },
    /// A migration that is deployed does not apply.
    #[error("{path}:{line}: the deployed migration does not apply: {message}")]
    Deployed {
        /// The file.
        path: String,
        /// The line of the statement.
        line: usize,
        /// What PostgreSQL says.
        message: String,
    },
}

/// What is compared.
#[derive(Debug)]
pub struct Plan<'a> {
    /// Migrations that are deployed, in order.
    pub deployed: &'a [Migration],
    /// Migrations that are new, in order.
    pub new: &'a [Migration],
    /// The releases that run.
    pub releases: &'a Releases,
    /// The folder that the releases' files are relative to.
    pub folder: &'a Path,
    /// Milliseconds that an ordinary statement may be blocked for, and that ACCESS EXCLUSIVE may be held or waited for.
    pub budget: u64,
    /// Milliseconds that the connection which runs migrations waits for a lock, if it is set there.
    pub lock_timeout: Option<u64>,
}

/// What the comparison found.
#[derive(Debug, Default, Serialize)]
pub struct Compatibility {
    /// Queries that were compared.
    pub queries: usize,
    /// What breaks.
    pub breaks: Vec<Break>,
    /// What breaks on connections that were open before.
    pub warnings: Vec<Break>,
    /// Queries that fail before the new migrations already: the new schema can't be blamed, and nothing is proved.
    pub failing_before: Vec<Break>,
    /// Migrations that do not apply.
    pub failed: Vec<FailedMigration>,
    /// The locks of each new migration.
    pub locks: Vec<Locking>,
}

impl Compatibility {
    /// Whether anything fails the check.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.breaks.is_empty()
            && self.failed.is_empty()
            && self.locks.iter().all(|locking| locking.findings.is_empty())
    }
}

/// A query of a release that a migration breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The service.
    pub service: String,
    /// Its release.
    pub release: String,
    /// The query's name.
    pub query: String,
    /// The file that has it.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// 1: preparing it; 2: running it; 3: running it on a connection that had it prepared.
    pub level: u8,
    /// What is different.
    pub message: String,
    /// The migration that did it.
    pub migration: Option<String>,
    /// The line of the statement in it.
    pub migration_line: Option<usize>,
    /// The statement.
    pub statement: Option<String>,
}

/// A new migration that does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedMigration {
    /// The file.
    pub path: String,
    /// The line of the statement.
    pub line: usize,
    /// What PostgreSQL says.
    pub message: String,
}

/// A query with the release that has it and what the deployed schema answers, twice.
pub(super) struct Asked<'a> {
    pub(super) release: &'a Release,
    pub(super) query: Query,
    first: Observation,
    second: Observation,
    is_broken: bool,
}

impl Asked<'_> {
    pub(super) fn role(&self) -> Option<&str> {
        self.release.role.as_deref()
    }

    pub(super) fn break_with(&self, level: u8, message: String) -> Break {
        Break {
            service: self.release.service.clone(),
            release: self.release.release.clone(),
            query: self.query.name.clone(),
            file: self.query.file.clone(),
            line: self.query.line,
            level,
            message,
            migration: None,
            migration_line: None,
            statement: None,
        }
    }
}

/// Compares.
///
/// # Errors
/// Fails if the server does, or if what is deployed does not apply. A new migration that does not apply is a finding.
pub fn compare(server: &Server, plan: &Plan<'_>) -> Result<Compatibility, CompatError> {
    let roles = Roles::make(server, plan)?;
    let old = server.database(None)?;
    prepare(&old, plan)?;
    let mut report = Compatibility::default();
    let mut asked = ask(&old, plan, &mut report)?;
    let mut state = server.database(Some(&old))?;
    for migration in plan.new {
        let before = state;
        state = server.database(Some(&before))?;
        if let Some(failed) = apply::apply(&mut state.connect()?, migration)? {
            report.failed.push(failed);
            break;
        }
        report.locks.push(locks::measure(server, &before, migration, plan)?);
        compare_all(&before, &state, migration, &mut asked, &mut report)?;
        warm::compare(server, &before, migration, &asked, &mut report)?;
    }
    drop(state);
    drop(old);
    roles.drop(server);
    Ok(report)
}

/// Applies what is deployed, and puts the rows in.
fn prepare(database: &Database<'_>, plan: &Plan<'_>) -> Result<(), CompatError> {
    let mut client = database.connect()?;
    for migration in plan.deployed {
        if let Some(failed) = apply::apply(&mut client, migration)? {
            let FailedMigration { path, line, message } = failed;
            return Err(CompatError::Deployed { path, line, message });
        }
    }
    let seeds: BTreeSet<PathBuf> = plan
        .releases
        .releases
        .iter()
        .filter_map(|release| Some(plan.folder.join(release.seed.as_ref()?)))
        .collect();
    for path in seeds {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ReleaseError::Read { path: path.clone(), source })?;
        client
            .batch_execute(&text)
            .map_err(|error| CompatError::Seed { path, message: observe::Failure::of(&error).to_string() })?;
    }
    Ok(())
}

/// Asks the deployed schema. A query that fails there says nothing about the new one.
fn ask<'a>(
    old: &Database<'_>,
    plan: &'a Plan<'_>,
    report: &mut Compatibility,
) -> Result<Vec<Asked<'a>>, CompatError> {
    let mut client = old.connect()?;
    let mut asked = Vec::new();
    for release in &plan.releases.releases {
        for query in release.load(plan.folder)? {
            let role = release.role.as_deref();
            let first = observe(&mut client, &query, role)?;
            let second = observe(&mut client, &query, role)?;
            report.queries += 1;
            let failure = match (&first.shape, &first.effect) {
                (Err(failure), _) => Some((1, failure.to_string())),
                (Ok(_), Some(Err(failure))) => Some((2, failure.to_string())),
                _ => None,
            };
            // One that can be prepared is still compared by what it is, if not by what it does.
            let is_broken = first.shape.is_err();
            let entry = Asked { release, query, first, second, is_broken };
            if let Some((level, message)) = failure {
                report.failing_before.push(entry.break_with(level, message));
            }
            asked.push(entry);
        }
    }
    Ok(asked)
}

/// Asks the schema behind a migration, and finds the statement that made the difference.
fn compare_all(
    before: &Database<'_>,
    after: &Database<'_>,
    migration: &Migration,
    asked: &mut [Asked<'_>],
    report: &mut Compatibility,
) -> Result<(), CompatError> {
    let mut client = after.connect()?;
    for entry in asked.iter_mut().filter(|entry| !entry.is_broken) {
        let new = observe(&mut client, &entry.query, entry.role())?;
        let Some((level, message)) = difference(&entry.first, &entry.second, &new) else { continue };
        entry.is_broken = true;
        let mut found = entry.break_with(level, message);
        found.migration = Some(migration.path.clone());
        if let Some(index) = culprit(before, migration, entry)? {
            found.migration_line = Some(migration.line(index));
            found.statement = Some(migration.statement(index));
        }
        report.breaks.push(found);
    }
    Ok(())
}

/// The statement of a migration after which a query is broken: they are run one by one, and taken back.
fn culprit(
    before: &Database<'_>,
    migration: &Migration,
    entry: &Asked<'_>,
) -> Result<Option<usize>, CompatError> {
    if migration.statements.len() == 1 {
        return Ok(Some(0));
    }
    let mut client = before.connect()?;
    let mut transaction = client.transaction()?;
    for (index, sql) in migration.texts().enumerate() {
        if apply::is_control(sql) {
            continue;
        }
        if transaction.batch_execute(sql).is_err() {
            return Ok(None);
        }
        let new = observe_in(&mut transaction, &entry.query, entry.role())?;
        if difference(&entry.first, &entry.second, &new).is_some() {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Roles that the releases name and the server does not have: they live in the server, not in a database.
struct Roles {
    made: Vec<String>,
}

impl Roles {
    fn make(server: &Server, plan: &Plan<'_>) -> Result<Self, CompatError> {
        let mut admin = server.admin()?;
        let mut made = Vec::new();
        let names: BTreeSet<&String> =
            plan.releases.releases.iter().filter_map(|release| release.role.as_ref()).collect();
        for name in names {
            let is_there = admin.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[name])?.is_some();
            let is_made_by_migration =
                plan.deployed.iter().chain(plan.new).any(|migration| migration.creates_role(name));
            if !is_there && !is_made_by_migration {
                admin.batch_execute(&format!("CREATE ROLE {}", quoted(name)))?;
                made.push(name.clone());
            }
        }
        Ok(Self { made })
    }

    fn drop(self, server: &Server) {
        let Ok(mut admin) = server.admin() else { return };
        for name in self.made {
            // Another run may use it at the same time; then it stays.
            let _ = admin.batch_execute(&format!("DROP ROLE IF EXISTS {}", quoted(&name)));
        }
    }
}
