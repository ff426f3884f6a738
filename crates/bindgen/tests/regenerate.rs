//! The bindings in the repository are those that the catalogues give.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use formwork_bindgen::{Folder, Kind};
use formwork_schema::{Constraint, Library};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files below a folder, by path relative to it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                let text = std::fs::read_to_string(&path).unwrap();
                files.insert(path.strip_prefix(folder).unwrap().to_owned(), text);
            }
        }
    }
    files
}

#[test]
fn bindings_are_what_the_catalogues_give() {
    let library = Library::embedded();
    let folders = [
        "crates/aws/src/bindings",
        "crates/github/src/bindings",
        "crates/hashicorp/src/archive",
        "crates/hashicorp/src/local",
        "crates/hashicorp/src/null",
        "crates/hashicorp/src/random",
        "crates/hashicorp/src/time",
        "crates/hashicorp/src/tls",
        "examples/service/src/bindings/aws",
    ];
    for name in folders {
        let path = repository().join(name);
        let folder = Folder::read(&path).unwrap();
        assert!(!folder.types.is_empty(), "{name}");
        let catalogue = library.matching(&folder.source, &Constraint::any()).next().unwrap().clone();
        let expected = folder.files(&catalogue).unwrap();
        let found = files(&path);
        assert_eq!(Vec::from_iter(found.keys()), Vec::from_iter(expected.keys()), "{name}");
        for (file, text) in expected {
            assert!(found[&file] == text, "{name}/{} differs: run `bindings update {name}`", file.display());
        }
    }
}

#[test]
fn every_type_of_every_provider_has_bindings() {
    for catalogue in Library::embedded().iter() {
        let mut folder = Folder::new(catalogue.source(), "formwork");
        for kind in Kind::ALL {
            folder.types.extend(catalogue.names(kind.in_catalogue()).map(|name| (kind, name.to_owned())));
        }
        let types = folder.types.len();
        let files = folder.files(catalogue).unwrap();
        assert!(files.len() >= types, "{}: {} files for {types} types", catalogue.label(), files.len());
        // The recursive monsters of wafv2 and quicksight would be hundreds of megabytes if shapes were not shared.
        let bytes: usize = files.values().map(String::len).sum();
        assert!(bytes < 40_000_000, "{}: {bytes} bytes", catalogue.label());
    }
}
