//! Where the log is kept: a JSON file, an object of an S3 bucket, or tables of a database.
//!
//! `aws` and `psql` do the talking, because every machine that runs migrations has them, with the credentials and the
//! certificates that are right there.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use crate::log::bucket::{get_object, put_object};
use crate::log::connection_url::DatabaseAddress;
use crate::log::database::{READ, TABLES, TABLES_THERE, WRITE, psql};
use crate::log::deployment_log::{DeployedMigration, DeploymentLog};
use crate::log::error::LogStoreError;

/// Where a log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogStore {
    /// A file.
    File(PathBuf),
    /// An object of a bucket.
    Bucket {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
    /// Tables in a database.
    Database(DatabaseAddress),
}

/// How often an object is written anew when others change it at the same time.
const ATTEMPTS: usize = 5;

impl LogStore {
    /// Reads an address: `s3://bucket/key`, a URL of PostgreSQL, or a path.
    ///
    /// # Errors
    /// Fails if it is an S3 address without a key, or a URL that psql cannot be given.
    pub fn parse(address: &str) -> Result<Self, LogStoreError> {
        if let Some(rest) = address.strip_prefix("s3://") {
            return match rest.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                    Ok(Self::Bucket { bucket: bucket.to_owned(), key: key.to_owned() })
                }
                _ => Err(LogStoreError::Address {
                    address: address.to_owned(),
                    why: "a bucket and a key are needed".to_owned(),
                }),
            };
        }
        for scheme in ["postgres://", "postgresql://"] {
            if let Some(rest) = address.strip_prefix(scheme) {
                return DatabaseAddress::parse(rest).map(Self::Database).map_err(|why| {
                    // The URL itself may hold a password.
                    LogStoreError::Address { address: format!("{scheme}…"), why }
                });
            }
        }
        Ok(Self::File(PathBuf::from(address)))
    }

    /// Reads the log. One that is not there yet is empty.
    ///
    /// # Errors
    /// Fails if it cannot be read, or holds something else.
    pub fn read(&self) -> Result<DeploymentLog, LogStoreError> {
        match self {
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => serde_json::from_str(&text).map_err(LogStoreError::Form),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(DeploymentLog::default()),
                Err(source) => Err(LogStoreError::File { path: path.clone(), source }),
            },
            Self::Bucket { bucket, key } => Ok(get_object(bucket, key)?.0),
            Self::Database(address) => {
                let environment = &address.environment;
                if psql(environment, TABLES_THERE, &[])?.trim() != "2" {
                    return Ok(DeploymentLog::default());
                }
                serde_json::from_str(psql(environment, READ, &[])?.trim()).map_err(LogStoreError::Form)
            }
        }
    }

    /// Changes the log: what others write at the same time is not lost.
    ///
    /// # Errors
    /// Fails if it cannot be read or written.
    pub fn change<T>(&self, change: impl Fn(&mut DeploymentLog) -> T) -> Result<T, LogStoreError> {
        match self {
            Self::File(path) => {
                let mut log = self.read()?;
                let result = change(&mut log);
                replace(path, &text(&log))
                    .map_err(|source| LogStoreError::File { path: path.clone(), source })?;
                Ok(result)
            }
            Self::Bucket { bucket, key } => {
                for _ in 0..ATTEMPTS {
                    let (mut log, tag) = get_object(bucket, key)?;
                    let result = change(&mut log);
                    if put_object(bucket, key, tag.as_deref(), &text(&log))? {
                        return Ok(result);
                    }
                }
                Err(LogStoreError::Busy)
            }
            Self::Database(address) => {
                let made_and_read = psql(&address.environment, &format!("{TABLES}{READ}"), &[])?;
                let before: DeploymentLog =
                    serde_json::from_str(made_and_read.trim()).map_err(LogStoreError::Form)?;
                let mut log = before.clone();
                let result = change(&mut log);
                let (changed, removed) = difference(&before, log);
                let removed = serde_json::to_string(&removed).expect("text and numbers are JSON");
                psql(&address.environment, WRITE, &[("changed", &text(&changed)), ("removed", &removed)])?;
                Ok(result)
            }
        }
    }

    /// The version that golang-migrate's own table holds, and whether it is dirty. Nothing where there is no database,
    /// or golang-migrate never ran.
    ///
    /// # Errors
    /// Fails if the database cannot be read.
    pub fn golang_migrate(&self) -> Result<Option<(u64, bool)>, LogStoreError> {
        let Self::Database(address) = self else { return Ok(None) };
        let (environment, table) = (&address.environment, &address.migrations_table);
        let is_there = format!("SELECT to_regclass('{}') IS NOT NULL;\n", table.replace('\'', "''"));
        if psql(environment, &is_there, &[])?.trim() != "t" {
            return Ok(None);
        }
        let text = psql(environment, &format!("SELECT version, dirty FROM {table} LIMIT 1;\n"), &[])?;
        Ok(text
            .trim()
            .split_once('|')
            .and_then(|(version, dirty)| Some((version.parse().ok()?, dirty == "t"))))
    }
}

/// What a change added or altered, and the migrations that it took out.
fn difference(before: &DeploymentLog, after: DeploymentLog) -> (DeploymentLog, Vec<DeployedMigration>) {
    let is_gone = |known: &&DeployedMigration| !after.migrations.contains(known);
    let removed = before.migrations.iter().filter(is_gone).cloned().collect();
    let mut changed = after;
    changed.migrations.retain(|deployed| !before.migrations.contains(deployed));
    changed.releases.retain(|release| !before.releases.contains(release));
    (changed, removed)
}

fn text(log: &DeploymentLog) -> String {
    let mut text = serde_json::to_string_pretty(log).expect("text and numbers are JSON");
    text.push('\n');
    text
}

fn replace(path: &PathBuf, text: &str) -> std::io::Result<()> {
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(".".into(), PathBuf::from);
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(known) = fs::metadata(path) {
        fs::set_permissions(file.path(), known.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(LogStore::parse("a/b.json").unwrap(), LogStore::File("a/b.json".into()));
        let bucket = LogStore::Bucket { bucket: "state".to_owned(), key: "migrations/log.json".to_owned() };
        assert_eq!(LogStore::parse("s3://state/migrations/log.json").unwrap(), bucket);
        assert!(LogStore::parse("s3://state").is_err());
        let url = "postgres://app:p%40ss@db.example.com:5433/shtetl?sslmode=verify-full&x-migrations-table=m";
        let LogStore::Database(address) = LogStore::parse(url).unwrap() else { panic!("a database") };
        assert_eq!(address.migrations_table, "\"m\"");
        let environment = address.environment;
        let expected = [
            ("PGUSER", "app"),
            ("PGPASSWORD", "p@ss"),
            ("PGHOST", "db.example.com"),
            ("PGPORT", "5433"),
            ("PGDATABASE", "shtetl"),
            ("PGSSLMODE", "verify-full"),
        ];
        assert_eq!(environment, expected.map(|(name, value)| (name, value.to_owned())));
        let table = |parameters: &str| match LogStore::parse(&format!("postgres://h/d?{parameters}")).unwrap()
        {
            LogStore::Database(address) => address.migrations_table,
            other => panic!("{other:?}"),
        };
        assert_eq!(table("sslmode=disable"), "\"schema_migrations\"");
        assert_eq!(table("x-migrations-table=a%22b"), "\"a\"\"b\"");
        assert_eq!(table("x-migrations-table=%22s%22.%22t%22&x-migrations-table-quoted=1"), "\"s\".\"t\"");
        assert!(
            LogStore::parse("postgres://h/d?x-migrations-table=t;DROP&x-migrations-table-quoted=true")
                .is_err()
        );
        let error = LogStore::parse("postgres://app:secret@h/d?sslmod=x").unwrap_err().to_string();
        assert!(error.contains("sslmod") && !error.contains("secret"), "{error}");
    }
}
