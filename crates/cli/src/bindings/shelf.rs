//! The catalogues that `bindings` finds types in: those of the program, those of the package, and those that lie beside
//! the sources of Formwork, which are in nobody's program.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use formwork_core::Hint;
use formwork_schema::{Catalogue, Constraint, Library};

use crate::Program;

/// The folder of a package that its catalogues are in.
pub(super) const FOLDER: &str = "catalogues";

/// Which catalogue to generate from.
#[derive(Debug, clap::Args)]
pub(super) struct CatalogueChoice {
    /// A catalogue that `bindings import` wrote somewhere else than to `catalogues`
    #[arg(long, value_name = "FILE")]
    catalogue: Option<PathBuf>,
}

/// All catalogues that there are to find types in.
pub(super) struct Shelf {
    /// Those of the program and of the package.
    pub(super) library: Library,
    /// The files of the package's own, with the provider and version of each.
    files: Vec<(PathBuf, String)>,
}

impl Shelf {
    pub(super) fn open(program: &Program, choice: &CatalogueChoice) -> anyhow::Result<Self> {
        let mut shelf = Self { library: program.library.clone(), files: Vec::new() };
        for file in files_in(Path::new(FOLDER))?.into_iter().chain(choice.catalogue.clone()) {
            shelf.add(file)?;
        }
        Ok(shelf)
    }

    /// Adds a catalogue of the package.
    pub(super) fn add(&mut self, file: PathBuf) -> anyhow::Result<()> {
        let catalogue = read(&file)?;
        catalogue.verify().with_context(|| format!("{}", file.display()))?;
        self.files.push((file, catalogue.label()));
        self.library.add(catalogue);
        Ok(())
    }

    /// The newest catalogue of a provider.
    pub(super) fn newest(&self, source: &str) -> anyhow::Result<&Catalogue> {
        match self.library.matching(source, &Constraint::any()).next() {
            Some(catalogue) => Ok(catalogue),
            None => bail!(
                "there is no catalogue of {source}{}",
                Hint::new(format!("`bindings get {source}` makes one"))
            ),
        }
    }

    /// The package's file of a catalogue as seen from a folder of the package, if it is one of the package's own.
    pub(super) fn file_from(&self, dir: &Path, catalogue: &Catalogue) -> anyhow::Result<Option<String>> {
        let label = catalogue.label();
        let Some((file, _)) = self.files.iter().rev().find(|(_, of)| *of == label) else { return Ok(None) };
        relative(dir, file).map(Some)
    }
}

/// The catalogues beside the sources of Formwork, from the newest version of a provider to the oldest; none where the
/// sources were downloaded without them.
pub(super) fn carried() -> anyhow::Result<Library> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindgen/catalogues");
    let mut library = Library::empty();
    for file in files_in(&folder)? {
        library.add(read(&file)?);
    }
    Ok(library)
}

fn read(file: &Path) -> anyhow::Result<Catalogue> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Catalogue::parse(text).with_context(|| format!("{}", file.display()))
}

/// The text files in a folder, sorted by name; none if there is no such folder.
fn files_in(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let context = || format!("cannot read {}", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.with_context(context)?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.with_context(context)?.path();
        if path.extension().is_some_and(|extension| extension == "txt") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The path of a file as seen from a folder, with slashes.
fn relative(folder: &Path, file: &Path) -> anyhow::Result<String> {
    let absolute = |path: &Path| std::path::absolute(path).with_context(|| format!("{}", path.display()));
    let (folder, file) = (absolute(folder)?, absolute(file)?);
    let shared = folder.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_folder() {
        let seen =
            |folder: &str, file: &str| relative(Path::new(folder), Path::new(file)).unwrap_or_default();
        assert_eq!(seen("src/bindings/tls", "catalogues/a.txt"), "../../../catalogues/a.txt");
        assert_eq!(seen("nested/bindings/anvil", "nested/anvil.txt"), "../../anvil.txt");
        assert_eq!(seen("a", "a/b.txt"), "b.txt");
    }
}
