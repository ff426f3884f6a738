//! `migrations compat`: the queries of the deployed releases on the new schema.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use formwork_core::Hint;
use formwork_migrations::compat::{
    BrokenQuery, CompatOptions, CompatReport, Migration, Releases, Server, compare,
};
use formwork_migrations::{Direction, Directory, Scope, Span, load};

use crate::migrations::log::known_store;
use crate::migrations::policy::{RunnerName, deployed_version, directories, refuse_log, worker};
use crate::{ExitStatus, UsageError, print};

/// Try the queries of deployed releases on the new schema, on a scratch PostgreSQL
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders with migrations, core tables first [default: db/migrations]
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// The deployed releases: service, role, queries, seed rows
    #[arg(long, value_name = "FILE", default_value = "releases.toml")]
    releases: PathBuf,
    /// What is deployed, where `migrations log` keeps it: a file, s3://bucket/key, or the URL of a database
    #[arg(long, value_name = "PLACE", env = "FORMWORK_MIGRATIONS_LOG", hide_env_values = true)]
    log: Option<String>,
    /// Newest version that is deployed, where there is no log
    #[arg(long, value_name = "VERSION", conflicts_with = "log")]
    deployed: Option<String>,
    /// Who runs the migrations [default: as the folder shows, else golang-migrate]
    #[arg(long, value_enum)]
    runner: Option<RunnerName>,
    /// A server to use up, whose database has `scratch` in its name [default: one of its own, from the binaries here]
    #[arg(long, value_name = "URL", env = "FORMWORK_SCRATCH_URL", hide_env_values = true)]
    server: Option<String>,
    /// Ask for locks alone: fill every table with so many rows, and say how long each lock is held
    #[arg(long, value_name = "ROWS", num_args = 0..=1, default_missing_value = "2000000")]
    measure: Option<u64>,
    /// Milliseconds that ACCESS EXCLUSIVE may be held or waited for, and that ordinary statements may wait
    #[arg(long, value_name = "MS", default_value_t = 2000)]
    budget: u64,
    /// Milliseconds of lock_timeout that golang-migrate's URL sets, if it does
    #[arg(long, value_name = "MS")]
    lock_timeout: Option<u64>,
    /// How to show the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    if !args.releases.is_file() && args.measure.is_none() {
        let message = format!(
            "there is no file {}{}",
            args.releases.display(),
            Hint::new("it names the deployed releases and their queries; docs/migrations.md shows one")
        );
        return Err(UsageError(message).into());
    }
    let releases: Releases = load(&args.releases)?;
    let (deployed, new) = split(args)?;
    let server = match &args.server {
        Some(url) => Server::at(url)?,
        None => Server::own()?,
    };
    let folder = args.releases.parent().unwrap_or(Path::new(""));
    let options = CompatOptions {
        deployed: &deployed,
        new: &new,
        releases: &releases,
        folder,
        budget: args.budget,
        rows: args.measure,
        lock_timeout: args.lock_timeout,
    };
    let report = compare(&server, &options)?;
    let mut stdout = anstream::stdout().lock();
    match args.format {
        Format::Text => write!(stdout, "{}", text(&report))?,
        Format::Json => writeln!(stdout, "{}", serde_json::to_string_pretty(&report)?)?,
    }
    stdout.flush()?;
    summarize(&report, new.len());
    Ok(if report.passes() { ExitStatus::Success } else { ExitStatus::Failure })
}

/// The deployed migrations, and the new ones. Folders stand one behind the other, as their tables need each other.
fn split(args: &Args) -> anyhow::Result<(Vec<Migration>, Vec<Migration>)> {
    let store = args.log.as_deref().map(known_store).transpose()?;
    let log = store.map(|store| store.read()).transpose()?.unwrap_or_default();
    let (mut deployed, mut new) = (Vec::new(), Vec::new());
    let directories = directories(&args.folders, args.runner)?;
    if args.log.is_some() {
        refuse_log(&directories)?;
    }
    let deployed_version = deployed_version(&directories, args.deployed.as_deref())?;
    for directory in directories {
        let newest = log.newest(&directory.path).or(deployed_version).unwrap_or(0);
        for (version, migration) in migrations(&directory)? {
            if version <= newest { deployed.push(migration) } else { new.push(migration) }
        }
    }
    Ok((deployed, new))
}

fn migrations(directory: &Directory) -> anyhow::Result<Vec<(u64, Migration)>> {
    let files: Vec<_> = directory.files.iter().filter(|file| file.direction == Direction::Up).collect();
    let texts: Vec<String> =
        files.iter().map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).collect();
    let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
    let parsed_files = worker()?.parse_all(&borrowed)?;
    let whole = |text: &str| vec![Span { start: 0, end: text.len() }];
    Ok(files
        .into_iter()
        .zip(texts)
        .zip(parsed_files)
        .map(|((file, text), parsed)| {
            let statements = match parsed {
                Ok(parsed) => {
                    let own =
                        parsed.statements.into_iter().filter(|statement| statement.scope == Scope::File);
                    own.map(|statement| statement.span).collect()
                }
                Err(_) => whole(&text),
            };
            let transaction = file.transaction;
            (file.version, Migration { path: file.path.clone(), text, statements, transaction })
        })
        .collect())
}

fn text(report: &CompatReport) -> String {
    let mut output = String::new();
    for failed in &report.failed {
        output.push_str(&format!("{}:{}: it does not apply: {}\n", failed.path, failed.line, failed.message));
    }
    for found in &report.breaks {
        output.push_str(&describe("broken", found));
    }
    for found in &report.waived {
        output.push_str(&describe("waived", found));
        output.push_str(&format!("  why {}\n", found.reason.as_deref().unwrap_or_default()));
    }
    for found in &report.warnings {
        output.push_str(&describe("warning", found));
    }
    for found in &report.failing_before {
        output.push_str(&describe("not compared, it fails before", found));
    }
    for unfilled in &report.unfilled {
        output.push_str(&format!(
            "{} has none of the rows that were made up: {}\n",
            unfilled.table, unfilled.message
        ));
    }
    for locking in &report.locks {
        output.push_str(&format!(
            "{}: {} ms, ordinary statements waited at most {} ms\n",
            locking.path, locking.milliseconds, locking.longest_statement
        ));
        for lock in &locking.locks {
            output.push_str(&format!(
                "  line {}: {} on {} for {} ms\n",
                lock.line, lock.mode, lock.table, lock.milliseconds
            ));
        }
        for finding in &locking.findings {
            output.push_str(&format!("  finding: {finding}\n"));
        }
    }
    output
}

fn describe(word: &str, found: &BrokenQuery) -> String {
    let mut text = format!(
        "{word}: {} {} of {} (level {}): {}\n  --> {}:{}\n",
        found.query, found.release, found.service, found.level, found.message, found.file, found.line
    );
    if let Some(migration) = &found.migration {
        let line = found.migration_line.map_or(String::new(), |line| format!(":{line}"));
        let statement = found.statement.as_deref().unwrap_or_default();
        text.push_str(&format!("  by  {migration}{line} {statement}\n"));
    }
    text
}

fn summarize(report: &CompatReport, migrations: usize) {
    let findings: usize = report.locks.iter().map(|locking| locking.findings.len()).sum();
    let message = format!(
        "{} queries on {migrations} new migrations: {} broken, {} warnings, {} not comparable, {findings} findings on locks",
        report.queries,
        report.breaks.len(),
        report.warnings.len(),
        report.failing_before.len()
    );
    if report.passes() { print::done("Compared", &message) } else { print::error(&message) }
}
