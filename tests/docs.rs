//! The book in `docs/`: links lead somewhere, every page is in the summary, and every Rust block is compiled.

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

/// The folder of the workspace: the one with the book in it.
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
