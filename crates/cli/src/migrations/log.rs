//! `migrations log`: what was deployed when.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use formwork_core::Hint;
use formwork_migrations::{DeployedMigration, Direction, LogStore, Started, Timestamp};

use crate::migrations::policy::{RunnerName, directories};
use crate::{ExitStatus, UsageError, print};

/// Keep what was deployed when: golang-migrate knows only the newest version
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Record the migrations that were applied, after `migrate up`
    Record {
        /// Folders with golang-migrate's files [default: db/migrations]
        #[arg(value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// Newest version that was applied [default: golang-migrate's own table where the log is in a database]
        #[arg(long, value_name = "VERSION")]
        version: Option<u64>,
        /// Everything in the folders was applied, however each of them counts its versions
        #[arg(long, conflicts_with = "version")]
        all: bool,
        #[command(flatten)]
        location: LogLocation,
    },
    /// Record that a release began to serve
    Release {
        /// The service
        service: String,
        /// The release, such as a Lambda version
        release: String,
        #[command(flatten)]
        location: LogLocation,
    },
    /// Record that a release no longer serves
    Retire {
        /// The service
        service: String,
        /// The release
        release: String,
        #[command(flatten)]
        location: LogLocation,
    },
    /// Print the log as JSON
    Show {
        #[command(flatten)]
        location: LogLocation,
    },
}

/// Where the log is kept.
#[derive(Debug, clap::Args)]
struct LogLocation {
    /// A file, s3://bucket/key, or the URL of a database
    #[arg(long, value_name = "PLACE", env = "FORMWORK_MIGRATIONS_LOG", hide_env_values = true)]
    log: String,
}

impl LogLocation {
    fn store(&self) -> anyhow::Result<LogStore> {
        store(&self.log)
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::Record { folders, version, all, location } => {
            let version = if *all { Some(u64::MAX) } else { *version };
            record(folders, version, &location.store()?)
        }
        Command::Release { service, release, location } => {
            let known = match location.store()?.change(|log| log.start(service, release, Timestamp::now()))? {
                Started::New => "",
                Started::Known => ", which was known",
                Started::Again => ", which was retired and serves again",
            };
            print::done("Recorded", &format!("release {release} of {service}{known}"));
            Ok(ExitStatus::Success)
        }
        Command::Retire { service, release, location } => retire(service, release, &location.store()?),
        Command::Show { location } => {
            let log = location.store()?.read()?;
            let mut stdout = anstream::stdout().lock();
            writeln!(stdout, "{}", serde_json::to_string_pretty(&log)?)?;
            Ok(ExitStatus::Success)
        }
    }
}

fn record(folders: &[PathBuf], version: Option<u64>, store: &LogStore) -> anyhow::Result<ExitStatus> {
    let newest = match (version, store.golang_migrate()?) {
        (_, Some((version, true))) => {
            let hint = Hint::new("docs/migrations.md says how to come back from there");
            print::error(&format!("golang-migrate left version {version} dirty: nothing is recorded{hint}"));
            return Ok(ExitStatus::Failure);
        }
        (Some(version), _) | (None, Some((version, false))) => version,
        (None, None) => {
            let hint = "give --version or --all; in a database, golang-migrate's own table says it";
            let message = format!("nothing says which version was applied{}", Hint::new(hint));
            return Err(UsageError(message).into());
        }
    };
    let directories = directories(folders, Some(RunnerName::GolangMigrate))?;
    if directories.len() > 1 && version.is_none() {
        let message = "golang-migrate's table holds one version, but there are several folders";
        let hint =
            "give --all if everything was applied; otherwise record each folder by itself, with --version";
        return Err(UsageError(format!("{message}{}", Hint::new(hint))).into());
    }
    let now = Timestamp::now();
    let applied: Vec<DeployedMigration> = directories
        .iter()
        .flat_map(|directory| directory.files.iter().map(move |file| (directory, file)))
        .filter(|(_, file)| file.direction == Direction::Up && file.version <= newest)
        .map(|(directory, file)| DeployedMigration {
            directory: directory.path.trim_start_matches("./").to_owned(),
            version: file.version,
            file: file.name.clone(),
            sha256: file.digest(),
            deployed_at: now,
        })
        .collect();
    let (count, taken_back) = store.change(|log| {
        // What is above the newest version was taken back by `migrate down`.
        let taken_back: usize =
            directories.iter().map(|directory| log.take_back(&directory.path, newest)).sum();
        (applied.iter().filter(|deployed| log.record((*deployed).clone())).count(), taken_back)
    })?;
    let back = if taken_back > 0 { format!("; {taken_back} were taken back") } else { String::new() };
    print::done("Recorded", &format!("{count} new of {} applied migrations{back}", applied.len()));
    Ok(ExitStatus::Success)
}

fn retire(service: &str, release: &str, store: &LogStore) -> anyhow::Result<ExitStatus> {
    if store.change(|log| log.retire(service, release, Timestamp::now()))? {
        print::done("Retired", &format!("release {release} of {service}"));
        return Ok(ExitStatus::Success);
    }
    let log = store.read()?;
    let known: Vec<&str> = log
        .releases
        .iter()
        .filter(|known| known.service == service)
        .map(|known| known.release.as_str())
        .collect();
    let hint = match known[..] {
        [] => "no release of it was recorded; `migrations log release` does that".to_owned(),
        _ => format!("it has {}", known.join(", ")),
    };
    print::error(&format!("the log has no release {release} of {service}{}", Hint::new(hint)));
    Ok(ExitStatus::Failure)
}

/// The version that golang-migrate left dirty, if the log is in its database.
pub(super) fn dirty_version(store: &LogStore) -> anyhow::Result<Option<u64>> {
    Ok(store.golang_migrate()?.filter(|(_, is_dirty)| *is_dirty).map(|(version, _)| version))
}

/// Where the log is that another verb needs. A file that is not there is a mistake then.
pub(super) fn known_store(place: &str) -> anyhow::Result<LogStore> {
    let store = store(place)?;
    if matches!(&store, LogStore::File(path) if !Path::exists(path)) {
        return Err(UsageError(format!(
            "there is no log {place}{}",
            Hint::new("`migrations log record` makes one")
        ))
        .into());
    }
    Ok(store)
}

fn store(place: &str) -> anyhow::Result<LogStore> {
    LogStore::parse(place).map_err(|error| UsageError(error.to_string()).into())
}
