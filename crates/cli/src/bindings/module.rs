//! `bindings module`: a type that calls a Terraform module.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use formwork_bindgen::module::{Interface, Origin, Wrapper, Wrappers, downloaded};
use formwork_core::Hint;

use crate::bindings::{stale, write};
use crate::usage::folder_parser;
use crate::{ExitStatus, UsageError, print};

/// Make a type that calls a Terraform module, from the variables and outputs in its folder
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of the module: one of your own, or one below `.terraform/modules` that `terraform init` has downloaded
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// What the program calls it, such as `network` [default: the name of the folder]
    #[arg(long)]
    name: Option<String>,
    /// Where terraform finds the module [default: the folder as it is seen from a stack, or where it was downloaded from]
    #[arg(long)]
    source: Option<String>,
    /// Which versions will do, for a module of a registry, such as `~> 5.1` [default: the one that was downloaded]
    #[arg(long)]
    version: Option<String>,
    /// Folder that `synth` writes to, which the sources of your own modules are relative to
    #[arg(long, value_name = "DIR", default_value = "formwork.out", value_parser = folder_parser())]
    out: PathBuf,
    /// Folder for the types
    #[arg(long, value_name = "DIR", default_value = "src/bindings/modules")]
    dir: PathBuf,
    /// Crate that the types stand on
    #[arg(long, default_value = "formwork")]
    runtime: String,
    /// Write nothing; fail if the type is not up to date
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitStatus> {
    let interface = Interface::read(&args.path)?;
    let own = args.path.canonicalize().with_context(|| format!("cannot read {}", args.path.display()))?;
    let origin = origin(args, &own)?;
    if let Some(problem) = origin.problem() {
        return Err(UsageError(problem).into());
    }
    let folder = own.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = match &args.name {
        None => Wrapper::name_of(folder),
        Some(name) if *name == Wrapper::name_of(name) => name.clone(),
        Some(name) => {
            let near = Wrapper::name_of(name);
            return Err(UsageError(format!(
                "`{name}` cannot be a name{}",
                Hint::new(format!("did you mean `{near}`?"))
            ))
            .into());
        }
    };
    let mut wrappers = if args.dir.join("mod.rs").exists() {
        Wrappers::read(&args.dir)?
    } else {
        Wrappers::new(&*args.runtime)
    };
    let wrapper = Wrapper { name, origin };
    if let Some(other) = wrappers.wrappers().iter().find(|other| other.name == wrapper.name)
        && other.origin.folder != wrapper.origin.folder
    {
        return Err(UsageError(format!(
            "`{}` is the module in {} already{}",
            other.name,
            other.origin.folder,
            Hint::new("call this one otherwise, with --name")
        ))
        .into());
    }
    wrappers.put(&wrapper, &interface);
    if args.check {
        return Ok(checked(&args.dir, &wrappers));
    }
    write(&args.dir, wrappers.files())?;
    let summary = format!(
        "{} ({}, {}) in {}",
        wrapper.rust(),
        print::count(interface.variables.len(), "variable"),
        print::count(interface.outputs.len(), "output"),
        args.dir.display()
    );
    print::done("Added", &summary);
    let module = args.dir.file_name().unwrap_or_default().to_string_lossy();
    let parent = args.dir.with_file_name("mod.rs");
    print::hint(&format!("declare `pub mod {module};` in {}", parent.display()));
    Ok(ExitStatus::Success)
}

/// Generates a folder of wrappers again.
pub(crate) fn update(dir: &Path, check: bool) -> anyhow::Result<ExitStatus> {
    let mut wrappers = Wrappers::read(dir)?;
    for wrapper in wrappers.wrappers() {
        let interface = Interface::read(Path::new(&wrapper.origin.folder))
            .with_context(|| format!("the module `{}` cannot be read", wrapper.name))?;
        wrappers.put(&wrapper, &interface);
    }
    if check {
        return Ok(checked(dir, &wrappers));
    }
    write(dir, wrappers.files())?;
    print::done("Updated", &format!("{} from the folders of its modules", dir.display()));
    Ok(ExitStatus::Success)
}

fn checked(dir: &Path, wrappers: &Wrappers) -> ExitStatus {
    if stale(dir, wrappers.files()) {
        return ExitStatus::Failure;
    }
    print::done("Checked", &format!("{} against the folders of its modules", dir.display()));
    ExitStatus::Success
}

/// Where the module in a folder, by its absolute path, comes from, as a call of it shall say.
fn origin(args: &Args, own: &Path) -> anyhow::Result<Origin> {
    let here = std::env::current_dir()
        .and_then(|folder| folder.canonicalize())
        .context("cannot tell which folder this is")?;
    let folder = Origin::relative(&here, own);
    if let Some(source) = &args.source {
        return Ok(Origin { folder, source: source.clone(), version: args.version.clone() });
    }
    if let Some((source, version)) = downloaded(own)? {
        return Ok(Origin { folder, source, version: args.version.clone().or(version) });
    }
    if own.ancestors().any(|folder| folder.ends_with(".terraform/modules")) {
        bail!(
            "nothing says where {} was downloaded from{}",
            args.path.display(),
            Hint::new("say so with --source")
        );
    }
    if args.version.is_some() {
        let hint = Hint::new("name the module in the registry with --source");
        return Err(UsageError(format!("a folder has no versions{hint}")).into());
    }
    // Documents are in a folder for each stack, whatever its name.
    let document = settled(&here.join(&args.out)).join("stack");
    Ok(Origin { folder, source: Origin::relative(&document, own), version: None })
}

/// An absolute path without links and dots; a folder that is not there yet has no links.
fn settled(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        path.components().fold(PathBuf::new(), |mut settled, component| {
            match component {
                Component::ParentDir => drop(settled.pop()),
                Component::CurDir => {}
                other => settled.push(other),
            }
            settled
        })
    })
}
