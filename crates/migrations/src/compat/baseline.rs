//! What the deployed schema answers to the queries of the deployed releases.

use crate::compat::answer::{Answer, answer};
use crate::compat::error::CompatError;
use crate::compat::options::CompatOptions;
use crate::compat::query::Query;
use crate::compat::release::Release;
use crate::compat::report::{BrokenQuery, CompatReport};
use crate::compat::server::Database;

/// A query with the release that has it and what the deployed schema answers, twice.
pub(super) struct BaselineQuery<'a> {
    pub(super) release: &'a Release,
    pub(super) query: Query,
    pub(super) first: Answer,
    pub(super) second: Answer,
    pub(super) is_broken: bool,
}

impl BaselineQuery<'_> {
    pub(super) fn role(&self) -> Option<&str> {
        self.release.role.as_deref()
    }

    pub(super) fn broken(&self, level: u8, message: String) -> BrokenQuery {
        BrokenQuery {
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
            reason: None,
        }
    }
}

/// Asks the deployed schema. A query that fails there says nothing about the new one.
pub(super) fn baseline<'a>(
    old: &Database<'_>,
    options: &'a CompatOptions<'_>,
    report: &mut CompatReport,
) -> Result<Vec<BaselineQuery<'a>>, CompatError> {
    let mut client = old.connect()?;
    let mut queries = Vec::new();
    for release in &options.releases.releases {
        for query in release.load(options.folder)? {
            let role = release.role.as_deref();
            let first = answer(&mut client, &query, role)?;
            let second = answer(&mut client, &query, role)?;
            report.queries += 1;
            let failure = match (&first.shape, &first.effect) {
                (Err(failure), _) => Some((1, failure.to_string())),
                (Ok(_), Some(Err(failure))) => Some((2, failure.to_string())),
                _ => None,
            };
            // One that can be prepared is still compared by what it is, if not by what it does.
            let is_broken = first.shape.is_err();
            let entry = BaselineQuery { release, query, first, second, is_broken };
            if let Some((level, message)) = failure {
                report.failing_before.push(entry.broken(level, message));
            }
            queries.push(entry);
        }
    }
    Ok(queries)
}
