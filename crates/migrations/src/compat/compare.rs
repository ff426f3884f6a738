//! Every query on the schema before and behind each new migration.

use std::collections::BTreeSet;
use std::path::PathBuf;

use formwork_core::Hint;

use crate::compat::answer::{DatabaseError, Difference, Severity, answer, answer_in, difference};
use crate::compat::apply::{self, apply};
use crate::compat::baseline::{BaselineQuery, baseline};
use crate::compat::error::CompatError;
use crate::compat::fill::fill;
use crate::compat::locks;
use crate::compat::migration::Migration;
use crate::compat::options::CompatOptions;
use crate::compat::prepared;
use crate::compat::release::ReleaseError;
use crate::compat::report::{CompatReport, FailedMigration};
use crate::compat::roles::Roles;
use crate::compat::server::{Database, Server};

/// Compares the answers of the deployed schema with those of the new one.
///
/// # Errors
/// Fails if the server does, or if what is deployed does not apply. A new migration that does not apply is a finding.
pub fn compare(server: &Server, options: &CompatOptions<'_>) -> Result<CompatReport, CompatError> {
    let roles = Roles::make(server, options)?;
    let old = server.database(None)?;
    prepare(&old, options)?;
    let mut report = CompatReport::default();
    if let Some(rows) = options.rows {
        report.unfilled = fill(&mut old.connect()?, rows)?;
    }
    // With made up rows, nothing but time and locks is asked for.
    let mut queries = if options.rows.is_none() { baseline(&old, options, &mut report)? } else { Vec::new() };
    let mut state = server.database(Some(&old))?;
    for migration in options.new {
        let before = state;
        state = server.database(Some(&before))?;
        if let Some(failed) = apply(&mut state.connect()?, migration)? {
            report.failed.push(failed);
            break;
        }
        report.locks.push(locks::measure(server, &before, migration, options)?);
        compare_all(&before, &state, migration, &mut queries, options, &mut report)?;
        prepared::compare(server, &before, migration, &queries, &mut report)?;
    }
    drop(state);
    drop(old);
    roles.drop(server);
    Ok(report)
}

/// Applies what is deployed, and puts the rows in.
fn prepare(database: &Database<'_>, options: &CompatOptions<'_>) -> Result<(), CompatError> {
    let mut client = database.connect()?;
    for migration in options.deployed {
        if let Some(failed) = apply(&mut client, migration)? {
            let FailedMigration { path, line, message } = failed;
            return Err(CompatError::Deployed { path, line, message });
        }
    }
    let seeds: BTreeSet<PathBuf> = options
        .releases
        .releases
        .iter()
        .filter_map(|release| Some(options.folder.join(release.seed.as_ref()?)))
        .collect();
    for path in seeds {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| ReleaseError::Read { path: path.clone(), source })?;
        client.batch_execute(&text).map_err(|error| seed_error(path, &error))?;
    }
    Ok(())
}

/// Asks the schema behind a migration, and finds the statement that made the difference.
fn compare_all(
    before: &Database<'_>,
    after: &Database<'_>,
    migration: &Migration,
    queries: &mut [BaselineQuery<'_>],
    options: &CompatOptions<'_>,
    report: &mut CompatReport,
) -> Result<(), CompatError> {
    let mut client = after.connect()?;
    for entry in queries.iter_mut().filter(|entry| !entry.is_broken) {
        let new = answer(&mut client, &entry.query, entry.role())?;
        let Some(found) = difference(&entry.query, &entry.first, &entry.second, &new) else { continue };
        let Difference { severity, level, message } = found;
        entry.is_broken = severity == Severity::Breaks;
        let mut found = entry.broken(level, message);
        found.migration = Some(migration.path.clone());
        if severity == Severity::Breaks
            && let Some(index) = breaking_statement(before, migration, entry)?
        {
            found.migration_line = Some(migration.line(index));
            found.statement = Some(migration.statement(index));
        }
        match severity {
            Severity::Breaks => {
                found.reason = options.releases.waiver_reason(&found);
                let list = if found.reason.is_some() { &mut report.waived } else { &mut report.breaks };
                list.push(found);
            }
            // The next migrations meet the same difference.
            Severity::Warns if report.warnings.iter().any(|known| known.is_like(&found)) => {}
            Severity::Warns => report.warnings.push(found),
        }
    }
    Ok(())
}

/// The statement of a migration after which a query is broken: they are run one by one, and taken back.
fn breaking_statement(
    before: &Database<'_>,
    migration: &Migration,
    entry: &BaselineQuery<'_>,
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
        let new = answer_in(&mut transaction, &entry.query, entry.role())?;
        let found = difference(&entry.query, &entry.first, &entry.second, &new);
        if found.is_some_and(|found| found.severity == Severity::Breaks) {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn seed_error(path: PathBuf, error: &postgres::Error) -> CompatError {
    CompatError::Seed {
        path,
        message: DatabaseError::of(error).to_string(),
        hint: Hint::new("`--deployed VERSION` or `--log PLACE` says which migrations are deployed"),
    }
}
