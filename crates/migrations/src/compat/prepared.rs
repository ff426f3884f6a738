//! Connections that were open before the migration: a warm Lambda that has its statements prepared.

use postgres::types::ToSql;

use crate::compat::answer::{DatabaseError, arguments};
use crate::compat::apply::apply;
use crate::compat::baseline::BaselineQuery;
use crate::compat::error::CompatError;
use crate::compat::migration::Migration;
use crate::compat::report::CompatReport;
use crate::compat::server::{Database, Server};
use crate::identifier::in_quotes;

/// Prepares every query, migrates, and runs what was prepared.
pub(super) fn compare(
    server: &Server,
    before: &Database<'_>,
    migration: &Migration,
    queries: &[BaselineQuery<'_>],
    report: &mut CompatReport,
) -> Result<(), CompatError> {
    let database = server.database(Some(before))?;
    let mut warm = database.connect()?;
    let mut prepared = Vec::new();
    // sqlc writes a star out: no connection has it prepared.
    let is_sent = |entry: &&BaselineQuery<'_>| !(entry.query.is_generated && entry.query.has_star());
    for entry in queries.iter().filter(|entry| !entry.is_broken).filter(is_sent) {
        set_role(&mut warm, entry.role())?;
        if let Ok(statement) = warm.prepare(&entry.query.sql) {
            prepared.push((entry, statement));
        }
    }
    for (entry, statement) in &prepared {
        // The plan is cached by running it.
        run(&mut warm, entry, statement)?.ok();
    }
    if apply(&mut database.connect()?, migration)?.is_some() {
        return Ok(());
    }
    for (entry, statement) in &prepared {
        let Err(failure) = run(&mut warm, entry, statement)? else { continue };
        let worked = matches!(&entry.first.effect, Some(Ok(_)));
        if worked {
            let message = format!("a connection that had it prepared fails: {failure}");
            let mut found = entry.broken(3, message);
            found.migration = Some(migration.path.clone());
            report.warnings.push(found);
        }
    }
    Ok(())
}

fn set_role(client: &mut postgres::Client, role: Option<&str>) -> Result<(), postgres::Error> {
    match role {
        Some(role) => client.batch_execute(&format!("SET ROLE {}", in_quotes(role))),
        None => client.batch_execute("RESET ROLE"),
    }
}

fn run(
    client: &mut postgres::Client,
    entry: &BaselineQuery<'_>,
    statement: &postgres::Statement,
) -> Result<Result<(), DatabaseError>, postgres::Error> {
    set_role(client, entry.role())?;
    let values = arguments(&entry.query, statement.params());
    let borrowed: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
    let mut transaction = client.transaction()?;
    let ran = transaction.query(statement, &borrowed);
    transaction.rollback()?;
    Ok(ran.map(drop).map_err(|error| DatabaseError::of(&error)))
}
