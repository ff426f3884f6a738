//! `bindings`: typed bindings for any resource of any provider, and for modules.

#[cfg_attr(not(feature = "hcl"), path = "no_module.rs")]
mod module;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use formwork_bindgen::{Folder, Kind};
use formwork_core::Hint;
use formwork_schema::{Catalogue, Constraint, Library, ProviderVersions, Version};
use formwork_synth::Replacement;

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
    /// List the types whose name contains a text
    List {
        /// A part of a type's name, such as sqs
        text: String,
    },
    /// Add bindings for types to a folder of your package, such as `bindings add aws_sqs_queue`
    Add {
        /// Terraform types; a data source is written as data.aws_region, an ephemeral resource as
        /// ephemeral.aws_ssm_parameter
        #[arg(value_name = "TYPE", required = true)]
        types: Vec<String>,
        /// Folder for the bindings; the provider's name is put behind it
        #[arg(long, value_name = "DIR", default_value = "src/bindings")]
        dir: PathBuf,
        /// Crate that the bindings stand on
        #[arg(long, default_value = "formwork")]
        runtime: String,
        #[command(flatten)]
        catalogue: CatalogueChoice,
    },
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
        /// Folder for the catalogues
        #[arg(long, value_name = "DIR", default_value = "catalogues")]
        out: PathBuf,
    },
}

/// Which catalogue to generate from.
#[derive(Debug, clap::Args)]
struct CatalogueChoice {
    /// A catalogue that `bindings import` wrote, for a provider that Formwork does not carry
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

impl CatalogueChoice {
    /// The catalogues of the program, with the chosen one.
    fn library(&self, program: &Program) -> anyhow::Result<Library> {
        let mut library = program.library.clone();
        if let Some(path) = &self.catalogue {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            let catalogue = Catalogue::parse(text).with_context(|| format!("{}", path.display()))?;
            catalogue.verify().with_context(|| format!("{}", path.display()))?;
            library.add(catalogue);
        }
        Ok(library)
    }
}

pub(crate) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    match &args.command {
        Command::List { text } => list(text, &program.library),
        Command::Add { types, dir, runtime, catalogue } => {
            add(types, dir, runtime, &catalogue.library(program)?)
        }
        Command::Module(args) => module::run(args),
        Command::Update { dirs, check, catalogue } => update(dirs, *check, &catalogue.library(program)?),
        Command::Import { file, versions, out } => import(file, versions, out),
    }
}

fn list(text: &str, library: &Library) -> anyhow::Result<ExitStatus> {
    let mut stdout = anstream::stdout().lock();
    let mut found = false;
    for source in library.sources() {
        let Some(catalogue) = library.versions(source).first() else { continue };
        for kind in Kind::ALL {
            for name in catalogue.names(kind.in_catalogue()).filter(|name| name.contains(text)) {
                writeln!(stdout, "{}{name}  {}", kind.prefix(), catalogue.label())?;
                found = true;
            }
        }
    }
    if !found {
        print::error(&format!("no type's name contains `{text}`"));
        return Ok(ExitStatus::Failure);
    }
    Ok(ExitStatus::Success)
}

fn add(types: &[String], dir: &Path, runtime: &str, library: &Library) -> anyhow::Result<ExitStatus> {
    let mut wanted: BTreeMap<String, Vec<(Kind, String)>> = BTreeMap::new();
    for name in types {
        let (kind, name) = Kind::of(name);
        wanted.entry(source_of(kind, name, library)?).or_default().push((kind, name.to_owned()));
    }
    for (source, types) in wanted {
        let catalogue = newest(&source, library)?;
        let local_name = source.rsplit('/').next().unwrap_or_default();
        let dir = dir.join(local_name);
        let mut folder =
            if dir.join("mod.rs").exists() { Folder::read(&dir)? } else { Folder::new(&*source, runtime) };
        let count = types.len();
        folder.types.extend(types);
        write(&dir, folder.files(catalogue)?)?;
        let what = if count == 1 { "type" } else { "types" };
        print::done("Added", &format!("{count} {what} of {} in {}", catalogue.label(), dir.display()));
        print::hint(&format!(
            "declare `pub mod {local_name};` in {}",
            dir.with_file_name("mod.rs").display()
        ));
    }
    Ok(ExitStatus::Success)
}

fn update(dirs: &[PathBuf], check: bool, library: &Library) -> anyhow::Result<ExitStatus> {
    let mut status = ExitStatus::Success;
    for dir in dirs {
        if Folder::holds_wrappers(dir) {
            if module::update(dir, check)? == ExitStatus::Failure {
                status = ExitStatus::Failure;
            }
            continue;
        }
        let folder = Folder::read(dir)?;
        let catalogue = newest(&folder.source, library)?;
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

fn import(file: &Path, versions: &[String], out: &Path) -> anyhow::Result<ExitStatus> {
    let versions = provider_versions(versions)?;
    let input = fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let imported = formwork_schema::import(std::io::BufReader::new(input), &versions)
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

/// The provider that has a type; its name is not always the type's prefix.
fn source_of(kind: Kind, name: &str, library: &Library) -> anyhow::Result<String> {
    // A name of another kind counts before one that is only similar.
    let (mut exact, mut similar) = (None, None);
    let kinds = std::iter::once(kind).chain(Kind::ALL);
    for source in library.sources() {
        let Ok(catalogue) = newest(source, library) else { continue };
        let has = |kind: &Kind| catalogue.names(kind.in_catalogue()).any(|known| known == name);
        if has(&kind) {
            return Ok(source.to_owned());
        }
        exact = exact.or_else(|| Some((kinds.clone().find(has)?, name)));
        let nearest = |kind: Kind| Some((kind, catalogue.nearest(kind.in_catalogue(), name)?));
        similar = similar.or_else(|| kinds.clone().find_map(nearest));
    }
    let near = exact.or(similar);
    let hint = match near {
        Some((kind, near)) => format!("did you mean `{}{near}`?", kind.prefix()),
        None => "`bindings list TEXT` finds types; `bindings import` brings other providers".to_owned(),
    };
    Err(UsageError(format!("no provider has the type `{}{name}`{}", kind.prefix(), Hint::new(hint))).into())
}

fn newest<'a>(source: &str, library: &'a Library) -> anyhow::Result<&'a Catalogue> {
    let any = Constraint::any();
    match library.matching(source, &any).next() {
        Some(catalogue) => Ok(catalogue),
        None => bail!(
            "there is no catalogue of {source}{}",
            Hint::new("make one with `bindings import`, and name it with --catalogue")
        ),
    }
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
