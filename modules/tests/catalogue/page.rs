//! The pages: one for each module, and one that lists them.

use crate::source::{Library, Module, Type};

const WRITTEN: &str = "<!-- Written from the sources by `UPDATE_PAGES=1 cargo test -p formwork-modules --test catalogue`. -->\n";

/// The pages by their file names.
pub(crate) fn all(library: &Library) -> Vec<(String, String)> {
    let pages = library.modules().map(|module| (format!("{}.md", module.name), page(module)));
    pages.chain([("README.md".to_owned(), index(library))]).collect()
}

fn index(library: &Library) -> String {
    let mut text = format!(
        "{WRITTEN}# Modules\n\nThe package `formwork-modules`. A module is a configuration and a function: \
         `network(stack, \"network\", NetworkConfig::new(…))`\nadds the resources and returns `NetworkParts`. What `new` does not \
         ask for has a default, and a method that chooses\notherwise. Logical names are put behind the module's name. [Overrides]\
         (../overrides.md) reach what no method does.\n\nEvery page has a complete use, which is compiled and run with the tests.\n"
    );
    for (heading, modules) in &library.groups {
        text += &format!("\n## {heading}\n\n| module | |\n| --- | --- |\n");
        for module in modules {
            let name = &module.name;
            text += &format!("| [`{name}`]({name}.md) | {} |\n", cell(first_paragraph(&module.docs)));
        }
    }
    text
}

fn page(module: &Module) -> String {
    let mut text = format!("{WRITTEN}# `{}`\n\n{}\n", module.name, body(&module.docs));
    for function in &module.functions {
        text += &format!("\n## `{}`\n\n{}\n", function.name, prose(&function.docs));
        text += &format!("\n`fn {}{}`\n", function.name, function.signature);
    }
    for one in &module.types {
        text += &table(one);
    }
    if !module.others.is_empty() {
        text += "\n## Functions\n\n| function | what it is |\n| --- | --- |\n";
        for (name, docs) in &module.others {
            text += &format!("| `{name}` | {} |\n", cell(docs));
        }
    }
    text
}

fn table(one: &Type) -> String {
    let mut text = format!("\n## `{}`\n\n{}\n", one.name, prose(&one.docs));
    if !one.members.is_empty() {
        text += "\n| | |\n| --- | --- |\n";
        for (name, docs) in &one.members {
            text += &format!("| `{}` | {} |\n", name.replace('|', "\\|"), cell(docs));
        }
    }
    text
}

/// A module's documentation below a heading of its own: sections go one deeper, and examples say that they are Rust.
fn body(docs: &str) -> String {
    let mut is_code = false;
    let lines = docs.lines().map(|line| {
        if line.starts_with("```") {
            is_code = !is_code;
            return if is_code { "```rust".to_owned() } else { line.to_owned() };
        }
        if is_code {
            line.to_owned()
        } else if line.starts_with("# ") {
            format!("#{line}")
        } else {
            without_links(line)
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn prose(docs: &str) -> String {
    docs.lines().map(without_links).collect::<Vec<_>>().join("\n")
}

fn cell(docs: &str) -> String {
    prose(docs).replace("\n\n", " ").replace('\n', " ").replace('|', "\\|")
}

fn first_paragraph(docs: &str) -> &str {
    docs.split("\n\n").next().unwrap_or_default()
}

/// Links to Rust items lead nowhere on a page: what is shown of them stays.
fn without_links(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        text += before;
        let Some((shown, tail)) = after.split_once(']') else {
            text.push('[');
            rest = after;
            continue;
        };
        let target = tail.strip_prefix('(').and_then(|tail| tail.split_once(')'));
        match target {
            Some((target, tail)) if !target.contains(['/', '#']) => {
                text += shown;
                rest = tail;
            }
            None if shown.starts_with('`') && shown.ends_with('`') => {
                text += shown;
                rest = tail;
            }
            _ => {
                text += &format!("[{shown}]");
                rest = tail;
            }
        }
    }
    text + rest
}
