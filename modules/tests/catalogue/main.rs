//! The catalogue in `docs/modules/` is written from the modules' sources, and every module follows the one convention.
//!
//! `UPDATE_PAGES=1 cargo test -p formwork-modules --test catalogue` writes the pages anew.

mod page;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::{env, fs};

use source::Library;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::read(&root().join("src")));

/// Functions that take a stack and are no module.
const NO_MODULES: [(&str, &str); 2] = [
    ("bound_roles", "it changes roles that are there, and adds nothing"),
    ("image_variable", "it adds a variable, which has no parts"),
];

#[test]
fn every_module_is_a_configuration_and_a_function() {
    let mut wrong = Vec::new();
    for module in LIBRARY.modules() {
        for function in &module.functions {
            if NO_MODULES.iter().any(|(name, _)| *name == function.name) {
                continue;
            }
            let type_name = upper_camel_case(&function.name);
            let expected =
                format!("(stack: &mut Stack, name: &str, config: {type_name}Config) -> {type_name}Parts");
            if function.signature != expected {
                wrong.push(format!(
                    "{}::{}{}\n  is not {expected}",
                    module.name, function.name, function.signature
                ));
            }
        }
        for part in module.functions.iter().map(|function| upper_camel_case(&function.name)) {
            for suffix in ["Config", "Parts"] {
                let name = format!("{part}{suffix}");
                let documented = module.types.iter().find(|one| one.name == name);
                if documented.is_none_or(|one| one.members.is_empty()) && !exempt(&part) {
                    wrong.push(format!("{}::{name} has nothing that is public", module.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_shows_a_complete_use() {
    for module in LIBRARY.modules() {
        assert!(module.docs.contains("```\n"), "{} has no example in its documentation", module.name);
    }
}

#[test]
fn the_pages_are_those_of_the_sources() {
    let folder = root().join("../docs/modules");
    let pages: BTreeMap<PathBuf, String> =
        page::all(&LIBRARY).into_iter().map(|(name, text)| (folder.join(name), text)).collect();
    if env::var_os("UPDATE_PAGES").is_some() {
        fs::create_dir_all(&folder).expect("the folder of pages can be made");
        for (path, text) in &pages {
            fs::write(path, text).expect("a page can be written");
        }
    }
    for (path, text) in &pages {
        let written = fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == *text,
            "{} is not what the source says: run `UPDATE_PAGES=1 cargo test -p formwork-modules --test catalogue`",
            path.display()
        );
    }
    for entry in fs::read_dir(&folder).expect("there are pages") {
        let path = entry.expect("a page can be listed").path();
        assert!(pages.contains_key(&path), "{} is the page of no module", path.display());
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn exempt(type_name: &str) -> bool {
    NO_MODULES.iter().any(|(function, _)| upper_camel_case(function) == type_name)
}

fn upper_camel_case(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('_').map(capital).collect()
}
