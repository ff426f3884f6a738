//! The book in `docs/`: links and paths lead somewhere, commands name what there is, every page is in the summary, every
//! Rust block is compiled, and the architecture is that of the `Cargo.toml` files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn links_lead_to_files_and_headings() {
    let root = root();
    let mut wrong = Vec::new();
    for page in pages(&root) {
        let text = read(&page);
        for (line, target) in links(&text) {
            if let Some(problem) = problem(&root, &page, &target) {
                wrong.push(format!("{}:{line}: `{target}` {problem}", name(&root, &page)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_summary_has_every_page_once() {
    let root = root();
    let summary = root.join("docs/SUMMARY.md");
    let listed: Vec<String> = links(&read(&summary)).into_iter().map(|(_, target)| target).collect();
    let once: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(once.len(), listed.len(), "a page is listed twice");
    let written: BTreeSet<String> = pages(&root)
        .iter()
        .filter_map(|page| page.strip_prefix(root.join("docs")).ok())
        .map(|page| page.to_string_lossy().replace('\\', "/"))
        .filter(|page| page != "SUMMARY.md")
        .collect();
    assert_eq!(written, listed.into_iter().collect());
}

#[test]
fn every_rust_block_is_compiled() {
    let root = root();
    let compiled = read(&root.join("src/pages.rs")) + &read(&root.join("modules/src/lib.rs"));
    for page in pages(&root) {
        let name = name(&root, &page);
        let text = read(&page);
        // Written from examples that are compiled where they are: `modules/tests/catalogue`.
        if name.starts_with("docs/modules/") {
            continue;
        }
        let mut is_code = false;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| line.starts_with("```")) {
            is_code = !is_code;
            assert!(
                !is_code || line.len() > 3,
                "{name}:{}: say which language it is, as in ```text",
                index + 1
            );
        }
        let blocks: Vec<(usize, &str)> =
            text.lines().enumerate().filter(|(_, line)| line.starts_with("```rust")).collect();
        for (index, block) in &blocks {
            let before = index.checked_sub(1).and_then(|index| text.lines().nth(index)).unwrap_or_default();
            assert!(
                !block.contains("ignore") || before.starts_with("<!-- not compiled: "),
                "{name}:{}: say why it is not compiled, as in `<!-- not compiled: … -->`",
                index + 1
            );
        }
        assert!(
            blocks.is_empty() || compiled.contains(&format!("/{name}\")]")),
            "{name} has Rust, and is not in src/pages.rs"
        );
    }
}

#[test]
fn paths_are_there() {
    let root = root();
    let mut wrong = Vec::new();
    for page in pages(&root) {
        let text = read(&page);
        for (index, line) in prose(&text) {
            for path in code_spans(line).flat_map(str::split_whitespace).filter(|word| is_path(word)) {
                // Up to what stands for any name, as in `docs/systems/*.svg`.
                let fixed = path
                    .split_once('*')
                    .map_or(path, |(before, _)| before.rsplit_once('/').map_or(before, |(folder, _)| folder));
                if !root.join(fixed).exists() {
                    wrong.push(format!("{}:{}: `{path}` is not there", name(&root, &page), index + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn commands_name_packages_tests_and_benches_that_there_are() {
    let root = root();
    let folders = packages(&root);
    let mut wrong = Vec::new();
    for page in pages(&root) {
        for (index, line) in read(&page).lines().enumerate() {
            let words: Vec<&str> = line.split([' ', '`', '"', '|']).filter(|word| !word.is_empty()).collect();
            let mut package = None;
            for pair in words.windows(2) {
                let problem = match pair {
                    ["-p", name] => {
                        package = folders.get(*name);
                        package.is_none().then_some("no such package")
                    }
                    ["--test", target] => lacks(package, "tests", target),
                    ["--bench", target] => lacks(package, "benches", target),
                    _ => None,
                };
                if let Some(problem) = problem {
                    let name = name(&root, &page);
                    wrong.push(format!("{name}:{}: `{}`: {problem}", index + 1, pair.join(" ")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_architecture_is_that_of_the_crates() {
    let root = root();
    let folders = packages(&root);
    let page = read(&root.join("docs/architecture.md"));
    let layers = layers(&page);
    let mut listed = BTreeSet::new();
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let folder = code_spans(cells[0]).next().expect("a row begins with a folder");
        let claimed: BTreeSet<String> = code_spans(cells[2]).map(str::to_owned).collect();
        let (package, _) = folders
            .iter()
            .find(|(_, path)| **path == root.join(folder) || (folder == "src" && **path == root))
            .unwrap_or_else(|| panic!("{folder} is no package"));
        let imported = imports(&folders[package]);
        assert_eq!(claimed, imported, "what {folder} imports");
        let layer = |name: &str| *layers.get(name).unwrap_or_else(|| panic!("{name} is not in the picture"));
        let own = layer(if folder.starts_with("tests/") { folder } else { short(package) });
        for below in &imported {
            assert!(layer(below) > own, "{folder} imports {below}, which does not stand below it");
        }
        listed.insert(package.clone());
    }
    assert_eq!(listed, folders.into_keys().collect(), "the packages that the page lists");
}

/// The folder of the workspace: the one with the book in it.
/// Cargo is told of crates without tests or examples, since it would compile them again to find none.
#[test]
fn no_test_and_no_example_is_left_out() {
    let root = root();
    for folder in packages(&root).values() {
        let manifest = read(&folder.join("Cargo.toml"));
        let library =
            manifest.split("[lib]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap_or_default();
        for source in sources(&folder.join("src")) {
            let text = read(&source);
            let name = name(&root, &source);
            if library.contains("doctest = false") {
                let is_example = |line: &str| line.starts_with("//! ```") || line.starts_with("/// ```");
                assert!(
                    !text.lines().any(|line| is_example(line.trim_start())),
                    "{name}: its examples are not run"
                );
            }
            if library.contains("\ntest = false") {
                assert!(!text.contains("#[test]"), "{name}: its tests are not run");
            }
        }
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("docs/SUMMARY.md").exists());
    root.expect("the book is in the workspace").to_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn name(root: &Path, page: &Path) -> String {
    page.strip_prefix(root).expect("pages are in the workspace").to_string_lossy().replace('\\', "/")
}

/// All pages: those of the book, and those beside it.
fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md"].map(|name| root.join(name)).into();
    pages.retain(|page| page.exists());
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the book can be read") {
            let path = entry.expect("the book can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

/// What a page links to, with the line. Blocks of code are left out.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in prose(text) {
        let mut rest = line;
        while let Some((_, after)) = rest.split_once("](") {
            let Some((target, after)) = after.split_once(')') else { break };
            found.push((index + 1, target.to_owned()));
            rest = after;
        }
    }
    found
}

/// The lines outside of blocks of code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

fn problem(root: &Path, page: &Path, target: &str) -> Option<&'static str> {
    if target.starts_with("https://") || target.starts_with("http://") {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = match file {
        "" => page.to_owned(),
        _ => page.parent().expect("a page is in a folder").join(file),
    };
    let Ok(file) = file.canonicalize() else { return Some("is not there") };
    let book = root.join("docs").canonicalize().expect("there is a book");
    let is_in_book = page.canonicalize().is_ok_and(|page| page.starts_with(&book));
    if is_in_book && !file.starts_with(&book) {
        return Some("leaves the book: name the file without a link");
    }
    if !anchor.is_empty() && !anchors(&read(&file)).contains(anchor) {
        return Some("names no heading of the page");
    }
    None
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose(text).filter_map(|(_, line)| {
        let title = line.trim_start_matches('#');
        (line.starts_with('#') && title.starts_with(' ')).then(|| title.trim())
    });
    let anchors = headings.map(|title| {
        let letters = title.chars().filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        });
        let anchor = letters.collect::<String>().to_lowercase();
        let count = seen.entry(anchor.clone()).or_default();
        *count += 1;
        match *count {
            1 => anchor,
            count => format!("{anchor}-{}", count - 1),
        }
    });
    anchors.collect()
}

/// What a line has between single backquotes.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether a word is a path within the repository: it begins with a folder that only this repository has.
fn is_path(word: &str) -> bool {
    let folders = [
        ".ci",
        "benches",
        "crates",
        "docs",
        "examples",
        "modules",
        "smoke",
        "snapshots",
        "stacks",
        "tests",
        "tools",
    ];
    let is_plain = word.chars().all(|letter| letter.is_ascii_alphanumeric() || "/._-*".contains(letter));
    is_plain && word.split_once('/').is_some_and(|(first, _)| folders.contains(&first))
}

/// The packages of the workspace, by name, with their folders.
fn packages(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut folders = vec![root.to_owned(), root.join("modules"), root.join("stacks")];
    for group in ["crates", "tests"] {
        let entries = fs::read_dir(root.join(group)).expect("packages can be listed");
        folders.extend(entries.map(|entry| entry.expect("packages can be listed").path()));
    }
    folders.retain(|folder| folder.join("Cargo.toml").exists());
    let named = folders.into_iter().map(|folder| {
        let manifest = read(&folder.join("Cargo.toml"));
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = "));
        (name.expect("a package has a name").trim_matches('"').to_owned(), folder)
    });
    named.collect()
}

/// A package as the page calls it: `core` for `formwork-core`.
fn short(package: &str) -> &str {
    package.strip_prefix("formwork-").unwrap_or(package)
}

/// The packages of the workspace that a package is built with, whatever its features.
fn imports(folder: &Path) -> BTreeSet<String> {
    let manifest = read(&folder.join("Cargo.toml"));
    let mut section = "";
    let mut imported = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && section != "[dev-dependencies]"
            && line.starts_with("formwork")
        {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            imported.insert(short(name).to_owned());
        }
        // What members may take is not what the package at the root takes.
        if section == "[workspace]" {
            break;
        }
    }
    imported
}

/// The lines of the picture, from the top, by what stands on them.
fn layers(page: &str) -> BTreeMap<String, usize> {
    let (_, picture) = page.split_once("```text\n").expect("the page has a picture");
    let (picture, _) = picture.split_once("```").expect("the picture ends");
    let mut layers = BTreeMap::new();
    for (index, line) in picture.lines().enumerate() {
        // Behind the name of the layer, which is set apart.
        let (_, members) = line.split_at(line.find("  ").unwrap_or_default());
        for member in members.split_whitespace() {
            assert_eq!(layers.insert(member.to_owned(), index), None, "{member} stands in the picture twice");
        }
    }
    layers
}

/// Says so if a package has no test or bench of a name.
fn lacks(package: Option<&PathBuf>, folder: &str, target: &str) -> Option<&'static str> {
    let package = package?;
    let declared = read(&package.join("Cargo.toml")).contains(&format!("name = \"{target}\""));
    let files = [format!("{folder}/{target}.rs"), format!("{folder}/{target}/main.rs")];
    let is_there = declared || files.iter().any(|file| package.join(file).exists());
    (!is_there).then_some("the package has none of that name")
}

/// The Rust sources below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
