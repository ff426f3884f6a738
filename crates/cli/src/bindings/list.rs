//! `bindings list`: find types in all catalogues.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use formwork_bindgen::{Folder, Kind};
use formwork_schema::Library;

use super::shelf::{self, CatalogueChoice, Shelf};
use crate::Program;
use crate::{ExitStatus, print};

/// List the types whose name contains all of some words, of all providers
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Parts of a type's name, such as `sqs policy`
    #[arg(value_name = "WORD", required = true)]
    words: Vec<String>,
    /// Folder with the bindings of your package, to mark those that it has
    #[arg(long, value_name = "DIR", default_value = "src/bindings")]
    dir: PathBuf,
    #[command(flatten)]
    catalogue: CatalogueChoice,
}

pub(super) fn run(args: &Args, program: &Program) -> anyhow::Result<ExitStatus> {
    let shelf = Shelf::open(program, &args.catalogue)?;
    let carried = shelf::carried()?;
    let present = present(&args.dir);
    let known: Vec<&str> = shelf.library.sources().collect();
    let others = carried.sources().filter(|source| !known.contains(source));
    let mut sources: Vec<(&str, &Library)> = known.iter().map(|source| (*source, &shelf.library)).collect();
    sources.extend(others.map(|source| (source, &carried)));
    sources.sort_unstable_by_key(|(source, _)| *source);

    let mut stdout = anstream::stdout().lock();
    let mut found = false;
    for (source, library) in sources {
        let Some(catalogue) = library.versions(source).first() else { continue };
        for kind in Kind::ALL {
            let is_meant = |name: &&str| args.words.iter().all(|word| name.contains(word.as_str()));
            for name in catalogue.names(kind.in_catalogue()).filter(is_meant) {
                let mark = present.get(&(source.to_owned(), kind, name.to_owned()));
                let mark = mark.map(|folder| format!("  in {}", folder.display())).unwrap_or_default();
                writeln!(stdout, "{}{name}  {}{mark}", kind.prefix(), catalogue.label())?;
                found = true;
            }
        }
    }
    if !found {
        print::error(&format!("no type's name contains `{}`", args.words.join("` and `")));
        return Ok(ExitStatus::Failure);
    }
    Ok(ExitStatus::Success)
}

/// The types that a package has bindings of, with the folder of each.
fn present(dir: &Path) -> BTreeMap<(String, Kind, String), PathBuf> {
    let folders = fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut present = BTreeMap::new();
    for path in folders {
        // What is no folder of bindings has none to be marked.
        let Ok(folder) = Folder::read(&path) else { continue };
        for (kind, name) in folder.types {
            present.insert((folder.source.clone(), kind, name), path.clone());
        }
    }
    present
}
