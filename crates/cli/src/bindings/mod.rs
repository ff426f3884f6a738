//! `bindings`: typed bindings for any resource of any provider, and for modules.

mod add;
mod get;
mod list;
#[cfg_attr(not(feature = "hcl"), path = "no_module.rs")]
mod module;
mod shelf;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use formwork_bindgen::Folder;
use formwork_core::Hint;
use formwork_schema::{ProviderVersions, UnknownFacts, Version};
use formwork_synth::Replacement;

use self::shelf::{CatalogueChoice, Shelf};
use crate::Program;
use crate::{ExitStatus, UsageError, print};

/// Find resource types and generate typed bindings for them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    List(list::Args),
    Add(add::Args),
    Get(get::Args),
    Module(module::Args),
    /// Generate folders of bindings again, from the catalogues of this version or the folders of modules
    Update {
        /// Folders that hold bindings (each the one with the `mod.rs`)
        #[arg(value_name = "DIR", required = true)]
        dirs: Vec<PathBuf>,
        /// Write nothing; fail if a folder is not up to date
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        catalogue: CatalogueChoice,
    },
    /// Make a catalogue from the output of `terraform providers schema -json`
    Import {
        /// The output, as it is or gzip-compressed
        file: PathBuf,
        /// Version of the provider, or ADDRESS=VERSION for each of several
        #[arg(long = "provider-version", value_name = "VERSION", required = true)]
        versions: Vec<String>,
        /// Facts that the output does not show since no provider printed it, as JSON: see
        /// `formwork::schema::UnknownFacts`
        #[arg(long, value_name = "FILE")]
        unknown: Option<PathBuf>,
        /// Folder for the catalogues
        #[arg(long, value_name = "DIR", default_value = shelf::FOLDER)]
        out: PathBuf,
    },
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::List(args) => list::run(args, program),
        Command::Add(args) => add::run(args, program),
        Command::Get(args) => get::run(args),
        Command::Module(args) => module::run(args),
        Command::Update { dirs, check, catalogue } => update(dirs, *check, &Shelf::open(program, catalogue)?),
        Command::Import { file, versions, unknown, out } => import(file, versions, unknown.as_deref(), out),
    }
}

fn update(dirs: &[PathBuf], check: bool, shelf: &Shelf) -> anyhow::Result<ExitStatus> {
    let mut status = ExitStatus::Success;
    for dir in dirs {
        if Folder::holds_wrappers(dir) {
            if module::update(dir, check)? == ExitStatus::Failure {
                status = ExitStatus::Failure;
            }
            continue;
        }
        let mut folder = Folder::read(dir)?;
        let catalogue = shelf.newest(&folder.source)?;
        folder.catalogue = shelf.file_from(dir, catalogue)?;
        let files = folder.files(catalogue)?;
        if !check {
            write(dir, files)?;
            print::done("Updated", &format!("{} from {}", dir.display(), catalogue.label()));
            continue;
        }
        if stale(dir, files) {
            status = ExitStatus::Failure
        } else {
            print::done("Checked", &format!("{} against {}", dir.display(), catalogue.label()))
        }
    }
    Ok(status)
}

/// Names the files below a folder that do not hold what they should, and says whether there are any.
fn stale(dir: &Path, files: BTreeMap<PathBuf, String>) -> bool {
    let mut stale = false;
    for (path, text) in files {
        let path = dir.join(path);
        if fs::read_to_string(&path).ok().as_deref() != Some(&*text) {
            print::error(&format!("{} is not up to date", path.display()));
            stale = true;
        }
    }
    stale
}

fn import(
    file: &Path,
    versions: &[String],
    unknown: Option<&Path>,
    out: &Path,
) -> anyhow::Result<ExitStatus> {
    let versions = provider_versions(versions)?;
    let open = |file: &Path| fs::File::open(file).with_context(|| format!("cannot read {}", file.display()));
    let unknown = match unknown {
        Some(file) => Some(UnknownFacts::read(open(file)?).with_context(|| format!("{}", file.display()))?),
        None => None,
    };
    let imported = formwork_schema::import(open(file)?, &versions, unknown.as_ref())
        .with_context(|| format!("{}", file.display()))?;
    if imported.is_empty() {
        let hint = "run `terraform providers schema -json` in a folder after `terraform init`";
        bail!("{} describes no provider{}", file.display(), Hint::new(hint));
    }
    for catalogue in imported {
        let path = PathBuf::from(catalogue.file_name());
        write(out, BTreeMap::from([(path.clone(), catalogue.text)]))?;
        print::done(
            "Imported",
            &format!("{} {} to {}", catalogue.address, catalogue.version, out.join(path).display()),
        );
    }
    Ok(ExitStatus::Success)
}

fn provider_versions(versions: &[String]) -> anyhow::Result<ProviderVersions> {
    let parse = |text: &str| -> anyhow::Result<Version> {
        text.parse().map_err(|error| UsageError(format!("{error}")).into())
    };
    if let [only] = versions
        && !only.contains('=')
    {
        return Ok(ProviderVersions::One(parse(only)?));
    }
    let mut by_address = BTreeMap::new();
    for version in versions {
        let Some((address, version)) = version.split_once('=') else {
            return Err(UsageError(format!("`{version}` is not ADDRESS=VERSION")).into());
        };
        by_address.insert(address.to_owned(), parse(version)?);
    }
    Ok(ProviderVersions::ByAddress(by_address))
}

/// Writes files below a folder: all of them or, but for a failing rename, none.
fn write(dir: &Path, files: BTreeMap<PathBuf, String>) -> anyhow::Result<()> {
    let context = || format!("cannot write to {}", dir.display());
    let mut replacement = Replacement::default();
    for (path, text) in files {
        replacement.add(dir.join(path), text.as_bytes()).with_context(context)?;
    }
    replacement.finish().with_context(context)
}
