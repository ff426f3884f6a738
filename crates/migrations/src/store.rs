//! Where the log is kept: a JSON file, an object of an S3 bucket, or tables of a database.
//!
//! `aws` and `psql` do the talking, because every machine that runs migrations has them, with the credentials and the
//! certificates that are right there.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use thiserror::Error;

use crate::log::Log;

/// Where a log is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// A file.
    File(PathBuf),
    /// An object of a bucket.
    Bucket {
        /// The bucket.
        bucket: String,
        /// The object's key.
        key: String,
    },
    /// Tables in a database, with libpq's environment variables for it.
    Database(Vec<(&'static str, String)>),
}

/// Why a log cannot be read or written.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The place makes no sense.
    #[error("`{place}` is not a place for a log: {why}")]
    Place {
        /// What was given, without a password.
        place: String,
        /// What is wrong.
        why: String,
    },
    /// A file cannot be read or written.
    #[error("cannot access {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What is there is not a log.
    #[error("what is kept there is not a log of migrations")]
    Form(#[source] serde_json::Error),
    /// A program is missing.
    #[error("cannot run {program}")]
    Program {
        /// The program.
        program: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// A program failed.
    #[error("{command} failed: {output}")]
    Failed {
        /// The command line.
        command: String,
        /// What it wrote.
        output: String,
    },
    /// Others changed the object again and again.
    #[error("the object changed with every attempt to write it")]
    Busy,
}

/// How often an object is written anew when others change it at the same time.
const ATTEMPTS: usize = 5;

impl Store {
    /// Reads a place: `s3://bucket/key`, a URL of PostgreSQL, or a path.
    ///
    /// # Errors
    /// Fails if it is an S3 address without a key, or a URL that psql cannot be given.
    pub fn parse(place: &str) -> Result<Self, StoreError> {
        if let Some(rest) = place.strip_prefix("s3://") {
            return match rest.split_once('/') {
                Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                    Ok(Self::Bucket { bucket: bucket.to_owned(), key: key.to_owned() })
                }
                _ => Err(StoreError::Place {
                    place: place.to_owned(),
                    why: "a bucket and a key are needed".to_owned(),
                }),
            };
        }
        for scheme in ["postgres://", "postgresql://"] {
            if let Some(rest) = place.strip_prefix(scheme) {
                return connection(rest).map(Self::Database).map_err(|why| {
                    // The URL itself may hold a password.
                    StoreError::Place { place: format!("{scheme}…"), why }
                });
            }
        }
        Ok(Self::File(PathBuf::from(place)))
    }

    /// Reads the log. One that is not there yet is empty.
    ///
    /// # Errors
    /// Fails if the place cannot be read, or holds something else.
    pub fn read(&self) -> Result<Log, StoreError> {
        match self {
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => serde_json::from_str(&text).map_err(StoreError::Form),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Log::default()),
                Err(source) => Err(StoreError::File { path: path.clone(), source }),
            },
            Self::Bucket { bucket, key } => Ok(get_object(bucket, key)?.0),
            Self::Database(environment) => {
                let text = psql(environment, &format!("{TABLES}{READ}"), &[])?;
                serde_json::from_str(text.trim()).map_err(StoreError::Form)
            }
        }
    }

    /// Changes the log: what others write at the same time is not lost.
    ///
    /// # Errors
    /// Fails if the place cannot be read or written.
    pub fn change<T>(&self, change: impl Fn(&mut Log) -> T) -> Result<T, StoreError> {
        match self {
            Self::File(path) => {
                let mut log = self.read()?;
                let result = change(&mut log);
                replace(path, &text(&log))
                    .map_err(|source| StoreError::File { path: path.clone(), source })?;
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
                Err(StoreError::Busy)
            }
            Self::Database(environment) => {
                let mut log = self.read()?;
                let result = change(&mut log);
                psql(environment, WRITE, &[("log", &text(&log))])?;
                Ok(result)
            }
        }
    }

    /// The version that golang-migrate's own table holds, and whether it is dirty. Nothing where there is no database,
    /// or golang-migrate never ran.
    ///
    /// # Errors
    /// Fails if the database cannot be read.
    pub fn golang_migrate(&self) -> Result<Option<(u64, bool)>, StoreError> {
        let Self::Database(environment) = self else { return Ok(None) };
        let is_there = psql(environment, "SELECT to_regclass('schema_migrations') IS NOT NULL;\n", &[])?;
        if is_there.trim() != "t" {
            return Ok(None);
        }
        let text = psql(environment, "SELECT version, dirty FROM schema_migrations LIMIT 1;\n", &[])?;
        Ok(text
            .trim()
            .split_once('|')
            .and_then(|(version, dirty)| Some((version.parse().ok()?, dirty == "t"))))
    }
}

fn text(log: &Log) -> String {
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

const TABLES: &str = "SET client_min_messages = warning;
CREATE TABLE IF NOT EXISTS formwork_migrations (
    directory text, version numeric, file text NOT NULL, sha256 text NOT NULL, deployed_at timestamptz NOT NULL,
    PRIMARY KEY (directory, version));
CREATE TABLE IF NOT EXISTS formwork_releases (
    service text, release text, deployed_at timestamptz NOT NULL, retired_at timestamptz,
    PRIMARY KEY (service, release));
";
const READ: &str = "SELECT json_build_object(
    'migrations', coalesce((SELECT json_agg(json_build_object('directory', directory, 'version', version, 'file', file,
        'sha256', sha256, 'deployed_at', to_char(deployed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))
        ORDER BY deployed_at, directory, version) FROM formwork_migrations), '[]'),
    'releases', coalesce((SELECT json_agg(json_build_object('service', service, 'release', release,
        'deployed_at', to_char(deployed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
        'retired_at', to_char(retired_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))
        ORDER BY deployed_at, service, release) FROM formwork_releases), '[]'));
";
/// What is there stays: only the end of a release is added to it.
const WRITE: &str = "INSERT INTO formwork_migrations
    SELECT m->>'directory', (m->>'version')::numeric, m->>'file', m->>'sha256', (m->>'deployed_at')::timestamptz
    FROM json_array_elements((:'log')::json->'migrations') m ON CONFLICT DO NOTHING;
INSERT INTO formwork_releases
    SELECT r->>'service', r->>'release', (r->>'deployed_at')::timestamptz, (r->>'retired_at')::timestamptz
    FROM json_array_elements((:'log')::json->'releases') r
    ON CONFLICT (service, release) DO UPDATE
    SET retired_at = coalesce(formwork_releases.retired_at, excluded.retired_at);
";

fn psql(
    environment: &[(&'static str, String)],
    sql: &str,
    variables: &[(&str, &str)],
) -> Result<String, StoreError> {
    let mut command = Command::new("psql");
    command.args([
        "--no-psqlrc",
        "--quiet",
        "--no-align",
        "--tuples-only",
        "--set=ON_ERROR_STOP=1",
        "--no-password",
    ]);
    command.env("PGAPPNAME", "formwork migrations log");
    for (name, value) in environment {
        command.env(name, value);
    }
    // Long values go through standard input: command lines are limited, and others can read them.
    let mut input = String::from("BEGIN;\n");
    for (name, value) in variables {
        let quoted = value.replace('\\', "\\\\").replace('\'', "''").replace('\n', " ");
        input.push_str(&format!("\\set {name} '{quoted}'\n"));
    }
    input.push_str(sql);
    input.push_str("COMMIT;\n");
    run("psql", command, &input)
}

fn run(program: &'static str, mut command: Command, input: &str) -> Result<String, StoreError> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = |source| StoreError::Program { program, source };
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that does not read has said why on standard error.
        let _ = pipe.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut words = vec![program.to_owned()];
    words.extend(command.get_args().map(|argument| argument.to_string_lossy().into_owned()));
    let errors = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(StoreError::Failed { command: words.join(" "), output: format!("{errors} ({})", output.status) })
}

/// The log of a bucket, and the tag of the object that holds it.
fn get_object(bucket: &str, key: &str) -> Result<(Log, Option<String>), StoreError> {
    let file =
        tempfile::NamedTempFile::new().map_err(|source| StoreError::File { path: PathBuf::new(), source })?;
    let mut command = Command::new("aws");
    command
        .args(["s3api", "get-object", "--output", "json", "--bucket", bucket, "--key", key])
        .arg(file.path());
    match run("aws", command, "") {
        Ok(answer) => {
            let answer: serde_json::Value = serde_json::from_str(&answer).map_err(StoreError::Form)?;
            let tag = answer["ETag"].as_str().map(str::to_owned);
            let text = fs::read_to_string(file.path())
                .map_err(|source| StoreError::File { path: file.path().to_owned(), source })?;
            Ok((serde_json::from_str(&text).map_err(StoreError::Form)?, tag))
        }
        Err(StoreError::Failed { output, .. }) if output.contains("NoSuchKey") => Ok((Log::default(), None)),
        Err(error) => Err(error),
    }
}

/// Writes an object if it is still the one that was read. Says whether it was.
fn put_object(bucket: &str, key: &str, tag: Option<&str>, text: &str) -> Result<bool, StoreError> {
    let mut file =
        tempfile::NamedTempFile::new().map_err(|source| StoreError::File { path: PathBuf::new(), source })?;
    file.write_all(text.as_bytes())
        .map_err(|source| StoreError::File { path: file.path().to_owned(), source })?;
    let mut command = Command::new("aws");
    command.args(["s3api", "put-object", "--output", "json", "--bucket", bucket, "--key", key, "--body"]);
    command.arg(file.path()).args(["--content-type", "application/json"]);
    match tag {
        Some(tag) => command.args(["--if-match", tag]),
        None => command.args(["--if-none-match", "*"]),
    };
    match run("aws", command, "") {
        Ok(_) => Ok(true),
        Err(StoreError::Failed { output, .. })
            if output.contains("PreconditionFailed") || output.contains("ConditionalRequestConflict") =>
        {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// libpq's environment for what stands behind `postgres://`, so that no password is on a command line. Parameters
/// that begin with `x-` are golang-migrate's own.
fn connection(rest: &str) -> Result<Vec<(&'static str, String)>, String> {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = address.split_once('/').unwrap_or((address, ""));
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (user, host),
        None => ("", authority),
    };
    let mut environment = Vec::new();
    let mut set = |name: &'static str, value: &str| -> Result<(), String> {
        if !value.is_empty() {
            environment.push((name, decoded(value)?));
        }
        Ok(())
    };
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    set("PGUSER", name)?;
    set("PGPASSWORD", password)?;
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (name, port)
        }
        _ => (host, ""),
    };
    set("PGHOST", name.trim_start_matches('[').trim_end_matches(']'))?;
    set("PGPORT", port)?;
    set("PGDATABASE", database)?;
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        match key {
            "host" => set("PGHOST", value)?,
            "port" => set("PGPORT", value)?,
            "user" => set("PGUSER", value)?,
            "password" => set("PGPASSWORD", value)?,
            "dbname" => set("PGDATABASE", value)?,
            "sslmode" => set("PGSSLMODE", value)?,
            "sslrootcert" => set("PGSSLROOTCERT", value)?,
            "sslcert" => set("PGSSLCERT", value)?,
            "sslkey" => set("PGSSLKEY", value)?,
            "connect_timeout" => set("PGCONNECT_TIMEOUT", value)?,
            "options" => set("PGOPTIONS", value)?,
            "application_name" | "search_path" => {}
            other if other.starts_with("x-") => {}
            other => return Err(format!("the parameter `{other}` is not known")),
        }
    }
    Ok(environment)
}

fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next(), rest.next()].into_iter().flatten().collect::<Vec<u8>>();
            let digits = String::from_utf8_lossy(&digits).into_owned();
            bytes.push(
                u8::from_str_radix(&digits, 16)
                    .map_err(|_| "a `%` without two digits behind it".to_owned())?,
            );
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        assert_eq!(Store::parse("a/b.json").unwrap(), Store::File("a/b.json".into()));
        let bucket = Store::Bucket { bucket: "state".to_owned(), key: "migrations/log.json".to_owned() };
        assert_eq!(Store::parse("s3://state/migrations/log.json").unwrap(), bucket);
        assert!(Store::parse("s3://state").is_err());
        let url = "postgres://app:p%40ss@db.example.com:5433/shtetl?sslmode=verify-full&x-migrations-table=m";
        let Store::Database(environment) = Store::parse(url).unwrap() else { panic!("a database") };
        let expected = [
            ("PGUSER", "app"),
            ("PGPASSWORD", "p@ss"),
            ("PGHOST", "db.example.com"),
            ("PGPORT", "5433"),
            ("PGDATABASE", "shtetl"),
            ("PGSSLMODE", "verify-full"),
        ];
        assert_eq!(environment, expected.map(|(name, value)| (name, value.to_owned())));
        let error = Store::parse("postgres://app:secret@h/d?sslmod=x").unwrap_err().to_string();
        assert!(error.contains("sslmod") && !error.contains("secret"), "{error}");
    }
}
