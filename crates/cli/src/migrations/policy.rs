//! The files that say what a project decided, which several verbs read.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use formwork_core::Hint;
use formwork_migrations::{Directory, Policy, Runner, Worker, load};

use crate::{UsageError, git, print};

/// Where the policies are.
#[derive(Debug, clap::Args)]
pub(super) struct PolicyFiles {
    /// Who owns which table
    #[arg(long, value_name = "FILE", default_value = "ownership.toml")]
    pub(super) ownership: PathBuf,
    /// Who approved which content, and how long a CONTRACT waits
    #[arg(long, value_name = "FILE", default_value = "approvals.toml")]
    pub(super) approvals: PathBuf,
    /// Findings that may stay, with a reason and an expiry
    #[arg(long, value_name = "FILE", default_value = "waivers.toml")]
    pub(super) waivers: PathBuf,
}

impl PolicyFiles {
    /// Reads them. One that is named but not there is a mistake; the defaults may be missing.
    pub(super) fn load(&self) -> anyhow::Result<Policy> {
        for (path, default) in [
            (&self.ownership, "ownership.toml"),
            (&self.approvals, "approvals.toml"),
            (&self.waivers, "waivers.toml"),
        ] {
            if path != Path::new(default) && !path.exists() {
                return Err(UsageError(format!("there is no file {}", path.display())).into());
            }
        }
        Ok(Policy {
            ownership: load(&self.ownership)?,
            approvals: load(&self.approvals)?,
            waivers: load(&self.waivers)?,
            ..Policy::default()
        })
    }
}

/// Who runs the migrations.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum RunnerName {
    GolangMigrate,
    Sqlx,
    Refinery,
    Flyway,
    Atlas,
    Prisma,
    /// What `sqlmigrate` prints, a file each
    Django,
    /// Files in the order of their names, statement by statement
    Psql,
}

impl From<RunnerName> for Runner {
    fn from(name: RunnerName) -> Self {
        match name {
            RunnerName::GolangMigrate => Self::GolangMigrate,
            RunnerName::Sqlx => Self::Sqlx,
            RunnerName::Refinery => Self::Refinery,
            RunnerName::Flyway => Self::Flyway,
            RunnerName::Atlas => Self::Atlas,
            RunnerName::Prisma => Self::Prisma,
            RunnerName::Django => Self::Django,
            RunnerName::Psql => Self::Psql,
        }
    }
}

/// The newest version that is deployed, as a folder's runner writes it.
pub(super) fn deployed_version(directories: &[Directory], text: Option<&str>) -> anyhow::Result<Option<u64>> {
    let Some(text) = text else { return Ok(None) };
    if let [only] = directories {
        if let Some(version) = only.version_of(text) {
            return Ok(Some(version));
        }
        let newest =
            only.files.last().map_or_else(String::new, |file| format!("the newest one is {}", file.name));
        let message = format!("{} has no migration {text}{}", only.path, Hint::new(newest));
        return Err(UsageError(message).into());
    }
    text.parse().map(Some).map_err(|_| {
        UsageError(format!("with several folders, --deployed takes a number, and `{text}` is none")).into()
    })
}

/// Refuses a log where it cannot say what is deployed.
pub(super) fn refuse_log(directories: &[Directory]) -> anyhow::Result<()> {
    let other = directories.iter().map(|directory| directory.runner).find(|it| *it != Runner::GolangMigrate);
    match other {
        Some(runner) => Err(UsageError(format!(
            "the log knows golang-migrate's versions, and {} has others{}",
            runner.name(),
            Hint::new("say with --deployed what is deployed")
        ))
        .into()),
        None => Ok(()),
    }
}

/// Reads folders of migrations; without names, the usual one. Who runs them is said, or told from the folder's form.
pub(super) fn directories(folders: &[PathBuf], runner: Option<RunnerName>) -> anyhow::Result<Vec<Directory>> {
    let default = [PathBuf::from("db/migrations")];
    let folders = if folders.is_empty() { &default[..] } else { folders };
    folders
        .iter()
        .map(|folder| {
            if !folder.is_dir() {
                let message = format!(
                    "there is no folder {}{}",
                    folder.display(),
                    Hint::new("name the folders with migrations, core tables first")
                );
                return Err(UsageError(message).into());
            }
            let runner = runner.map(Runner::from).or_else(|| {
                let (runner, sign) = Runner::recognise(folder)?;
                print::note(&format!(
                    "{}: of {}, by {sign}; --runner says another",
                    folder.display(),
                    runner.name()
                ));
                Some(runner)
            });
            Ok(Directory::read_as(folder, runner.unwrap_or_default())?)
        })
        .collect()
}

/// Files that git does not have yet, or that the branch of a pull request adds. Without git there are none.
pub(super) fn new_files(directories: &[Directory]) -> Vec<String> {
    let mut found = Vec::new();
    for directory in directories {
        let listed = |arguments: &[&str]| {
            let output = git(&directory.path, arguments).ok()?;
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let mut names: Vec<String> = Vec::new();
        let untracked = listed(&["ls-files", "-z", "--others", "--exclude-standard"]);
        let staged = listed(&["diff", "-z", "--cached", "--name-only", "--diff-filter=A", "--relative"]);
        let base =
            std::env::var("GITHUB_BASE_REF").ok().filter(|base| !base.is_empty() && !base.starts_with('-'));
        let added = base.and_then(|base| {
            listed(&[
                "diff",
                "-z",
                "--name-only",
                "--diff-filter=A",
                "--relative",
                &format!("origin/{base}...HEAD"),
            ])
        });
        // Where nothing is committed, git cannot say what is new.
        if listed(&["ls-files", "-z"]).is_some_and(|known| !known.is_empty()) {
            for list in [untracked, staged, added].into_iter().flatten() {
                names.extend(list.split('\0').filter(|name| !name.is_empty()).map(str::to_owned));
            }
        }
        found.extend(names.into_iter().map(|name| format!("{}/{name}", directory.path)));
    }
    found
}

/// This program as the process that parses.
pub(super) fn worker() -> anyhow::Result<Worker> {
    let program =
        std::env::current_exe().context("cannot find this program's own file, which parses the files")?;
    Ok(Worker::child(program, &["migrations", "parse"]))
}
