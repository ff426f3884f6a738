//! `bindings add`: types for a package, from whichever catalogue has them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formwork_bindgen::{Folder, Kind};
use formwork_core::Hint;
use formwork_schema::{Catalogue, Library};

use super::shelf::{self, CatalogueChoice, FOLDER, Shelf};
use super::write;
use crate::Program;
use crate::{ExitStatus, UsageError, print};

/// Add bindings for types to a folder of your package, such as `bindings add aws_sqs_queue`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
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
}

pub(super) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let mut shelf = Shelf::open(program, &args.catalogue)?;
    let mut wanted: BTreeMap<String, Vec<(Kind, String)>> = BTreeMap::new();
    let mut carried = None;
    for name in &args.types {
        let (kind, name) = Kind::of(name);
        let source = match source_of(kind, name, &shelf.library) {
            Some(source) => source.to_owned(),
            None => {
                if carried.is_none() {
                    carried = Some(shelf::carried()?);
                }
                let others = carried.as_ref().into_iter();
                let Some(source) = others.clone().find_map(|others| source_of(kind, name, others)) else {
                    return Err(unknown_type(kind, name, others.chain([&shelf.library])).into());
                };
                source.to_owned()
            }
        };
        wanted.entry(source).or_default().push((kind, name.to_owned()));
    }
    for (source, types) in &wanted {
        let lacks_one =
            |library: &Library| types.iter().any(|(kind, name)| !has(library, source, *kind, name));
        if lacks_one(&shelf.library)
            && let Some(catalogue) = carried.as_ref().and_then(|others| others.versions(source).first())
        {
            shelf.add(keep(catalogue)?)?;
        }
    }
    for (source, types) in wanted {
        add(&source, types, args, &shelf)?;
    }
    Ok(ExitStatus::Success)
}

fn add(source: &str, types: Vec<(Kind, String)>, args: &Args, shelf: &Shelf) -> anyhow::Result<()> {
    let catalogue = shelf.newest(source)?;
    let local_name = source.rsplit('/').next().unwrap_or_default();
    let dir = args.dir.join(local_name);
    let is_new = !dir.join("mod.rs").exists();
    let mut folder = if is_new { Folder::new(source, &*args.runtime) } else { Folder::read(&dir)? };
    let count = types.len();
    folder.types.extend(types);
    folder.catalogue = shelf.file_from(&dir, catalogue)?;
    write(&dir, folder.files(catalogue)?)?;
    let what = if count == 1 { "type" } else { "types" };
    print::done("Added", &format!("{count} {what} of {} in {}", catalogue.label(), dir.display()));
    if is_new {
        print::hint(&format!(
            "declare `pub mod {local_name};` in {}",
            dir.with_file_name("mod.rs").display()
        ));
        if folder.catalogue.is_some() {
            print::hint(&format!(
                "`synth` checks what `Program` knows: `.catalogue(bindings::{local_name}::CATALOGUE)?` in src/main.rs"
            ));
        }
    }
    Ok(())
}

/// Writes a catalogue that lies beside the sources of Formwork into the package, and returns where.
pub(super) fn keep(catalogue: &Catalogue) -> anyhow::Result<PathBuf> {
    let name = PathBuf::from(catalogue.file_name());
    let file = Path::new(FOLDER).join(&name);
    write(Path::new(FOLDER), BTreeMap::from([(name, catalogue.text().to_owned())]))?;
    print::done("Wrote", &format!("the catalogue of {} to {}", catalogue.label(), file.display()));
    Ok(file)
}

/// The provider that has a type; its name is not always the type's prefix.
fn source_of<'l>(kind: Kind, name: &str, library: &'l Library) -> Option<&'l str> {
    library.sources().find(|source| has(library, source, kind, name))
}

/// Whether the newest catalogue of a provider has a type.
fn has(library: &Library, source: &str, kind: Kind, name: &str) -> bool {
    let newest = library.versions(source).first();
    newest.is_some_and(|catalogue| catalogue.has(kind.in_catalogue(), name))
}

fn unknown_type<'l>(
    kind: Kind,
    name: &str,
    libraries: impl Iterator<Item = &'l Library> + Clone,
) -> UsageError {
    let catalogues = || {
        let newest = |library: &'l Library| {
            library.sources().filter_map(|source| library.versions(source).first()).map(|of| &**of)
        };
        libraries.clone().flat_map(newest)
    };
    // A name of another kind counts before one that is only similar, and the kind that was asked for before others.
    let kinds = || std::iter::once(kind).chain(Kind::ALL);
    let exact = kinds().find(|kind| catalogues().any(|of| of.has(kind.in_catalogue(), name)));
    let similar = || {
        kinds().find_map(|kind| {
            let names = catalogues().flat_map(|of| of.names(kind.in_catalogue()));
            Some((kind, formwork_core::nearest(name, names)?))
        })
    };
    let hint = match exact.map(|kind| (kind, name)).or_else(similar) {
        Some((kind, near)) => format!("did you mean `{}{near}`?", kind.prefix()),
        None => "`bindings list WORD` finds types; `bindings get SOURCE` brings other providers".to_owned(),
    };
    UsageError(format!("no provider has the type `{}{name}`{}", kind.prefix(), Hint::new(hint)))
}
