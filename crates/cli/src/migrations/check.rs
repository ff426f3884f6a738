//! `migrations check`: what each file means for the releases that run.

use std::io::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use formwork_migrations::{CheckedFile, Timestamp, check, report};

use crate::migrations::log::{dirty_version, known_store};
use crate::migrations::policy::{
    PolicyFiles, RunnerName, deployed_version, directories, new_files, refuse_log, worker,
};
use crate::{ExitStatus, print};

/// Decide whether migrations are safe while the deployed releases run
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folders with migrations, core tables first [default: db/migrations]
    #[arg(value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// How to show the findings
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    policy: PolicyFiles,
    /// What is deployed, where `migrations log` keeps it: a file, s3://bucket/key, or the URL of a database
    #[arg(long, value_name = "PLACE", env = "FORMWORK_MIGRATIONS_LOG", hide_env_values = true)]
    log: Option<String>,
    /// Newest version that is deployed, where there is no log
    #[arg(long, value_name = "VERSION", conflicts_with = "log")]
    deployed: Option<String>,
    /// Who runs the migrations [default: as the folder shows, else golang-migrate]
    #[arg(long, value_enum)]
    runner: Option<RunnerName>,
    /// Version of PostgreSQL that runs them [default: any of 15 to 18]
    #[arg(long, value_name = "VERSION", value_parser = clap::value_parser!(u32).range(15..=19))]
    postgres: Option<u32>,
    /// A label of the pull request; may be repeated
    #[arg(long, value_name = "LABEL")]
    label: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people, with the source
    #[default]
    Text,
    /// For programs
    Json,
    /// For code scanning
    Sarif,
    /// Annotations on the lines of a pull request
    Github,
    /// A job summary
    Markdown,
}

const BAD: Style = AnsiColor::Red.on_default().bold();

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let mut policy = args.policy.load()?;
    policy.labels.clone_from(&args.label);
    policy.postgres = args.postgres;
    let directories = directories(&args.folders, args.runner)?;
    policy.deployed = deployed_version(&directories, args.deployed.as_deref())?;
    if let Some(place) = &args.log {
        refuse_log(&directories)?;
        let store = known_store(place)?;
        policy.log = store.read()?;
        policy.dirty = dirty_version(&store)?;
    }
    policy.new_files = new_files(&directories);
    let files = check(&directories, &policy, &worker()?, Timestamp::now())?;
    let mut stdout = anstream::stdout().lock();
    match args.format {
        Format::Text => {
            write!(stdout, "{}", report::human(&files, |text| format!("{BAD}{text}{BAD:#}")))?;
        }
        Format::Json => writeln!(stdout, "{}", report::json(&files))?,
        Format::Sarif => writeln!(stdout, "{}", report::sarif(&files))?,
        Format::Github => write!(stdout, "{}", report::github(&files))?,
        Format::Markdown => write!(stdout, "{}", report::markdown(&files))?,
    }
    stdout.flush()?;
    Ok(summarize(&files))
}

fn summarize(files: &[CheckedFile]) -> ExitStatus {
    for file in files {
        let count = file.open().count();
        let rest = match count {
            0 => String::new(),
            1 => ", 1 finding".to_owned(),
            count => format!(", {count} findings"),
        };
        print::note(&format!("  {}: {}{rest}", file.path, file.class));
    }
    let open: usize = files.iter().map(|file| file.open().count()).sum();
    if open > 0 {
        print::error(&format!("{} that no waiver or approval covers", print::count(open, "finding")));
        return ExitStatus::Failure;
    }
    print::done("Checked", &print::count(files.len(), "file"));
    ExitStatus::Success
}
