//! The files of a package around the modules of a configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use formwork_bindgen::Folder;

use crate::convert::Layout;
use crate::emit::file::imports;
use crate::emit::literal;
use crate::emit::module::Emitted;
use crate::emit::providers::Providers;
use crate::emit::rust_text::path_used;
use crate::error::ConvertError;

/// A module of a configuration as a stack of the program.
pub(crate) struct Stack {
    /// The name of the stack.
    pub(crate) name: String,
    /// The module of Rust that it is in; empty for `main.rs`.
    pub(crate) rust: String,
    /// Whether others call it, and nobody applies it.
    pub(crate) is_called: bool,
    /// What it was converted from, for the first line.
    pub(crate) origin: String,
    pub(crate) emitted: Emitted,
    pub(crate) providers: Providers,
    /// Files that the configuration names, by their path beside it.
    pub(crate) assets: BTreeSet<PathBuf>,
}

/// All files of the sources, by path below the package. The first stack is that of `main.rs`.
pub(crate) fn files(
    stacks: &[Stack],
    layout: Layout,
    how: &str,
) -> Result<BTreeMap<PathBuf, String>, ConvertError> {
    let mut files = BTreeMap::new();
    let mut bindings: BTreeMap<String, (Folder, std::sync::Arc<formwork_schema::Catalogue>)> =
        BTreeMap::new();
    for stack in stacks {
        for (provider, types) in &stack.providers.used {
            let Some(known) = stack.providers.by_name.get(provider) else { continue };
            let Some(catalogue) = &known.catalogue else { continue };
            let entry = bindings
                .entry(provider.clone())
                .or_insert_with(|| (Folder::new(catalogue.source(), "formwork"), catalogue.clone()));
            entry.0.types.extend(types.iter().cloned());
        }
    }
    let module_name = |provider: &str| crate::emit::names::variable(provider);
    for (provider, (folder, catalogue)) in &bindings {
        let below = PathBuf::from("src/bindings").join(module_name(provider));
        for (path, text) in folder.files(catalogue)? {
            files.insert(below.join(path), text);
        }
    }
    if !bindings.is_empty() {
        let mut text = String::from(
            "//! Bindings of exactly the types that are used: `cargo run -- bindings add` adds others.\n\n",
        );
        for provider in bindings.keys() {
            text.push_str(&format!("pub mod {};\n", module_name(provider)));
        }
        files.insert("src/bindings/mod.rs".into(), text);
    }
    let providers: BTreeSet<String> = bindings.keys().map(|provider| module_name(provider)).collect();
    let (own, below) = match layout {
        Layout::RootAndModules => (&stacks[..1], &stacks[1..]),
        Layout::Stacks => (&stacks[..0], stacks),
    };
    let folder_name = if layout == Layout::Stacks { "stacks" } else { "modules" };
    for stack in stacks {
        let is_root = own.iter().any(|own| own.name == stack.name);
        let folder = if is_root {
            PathBuf::from("src")
        } else {
            PathBuf::from("src").join(folder_name).join(&stack.rust)
        };
        for (name, text) in stack.emitted.files.iter().filter(|(name, _)| *name != "main") {
            let header = format!("//! The part `{name}`.\n\n");
            files.insert(folder.join(format!("{name}.rs")), file(&header, text, &providers));
        }
        if is_root {
            files.insert(folder.join("main.rs"), root(stack, below, !bindings.is_empty(), &providers));
        } else {
            files.insert(folder.join("mod.rs"), called(stack, &providers));
        }
    }
    if own.is_empty() {
        files.insert("src/main.rs".into(), main(below, !bindings.is_empty(), how));
    }
    if !below.is_empty() {
        let mut text = String::from(match layout {
            Layout::RootAndModules => {
                "//! The local modules of the configuration: a stack each, which others call.\n\n"
            }
            Layout::Stacks => "//! The stacks.\n\n",
        });
        for stack in below {
            text.push_str(&format!("pub mod {};\n", stack.rust));
        }
        files.insert(PathBuf::from("src").join(folder_name).join("mod.rs"), text);
    }
    Ok(files)
}

fn file(header: &str, text: &str, providers: &BTreeSet<String>) -> String {
    let (needs_resource, text) = match text.strip_prefix("// needs Resource\n") {
        Some(text) => (true, text),
        None => (false, text),
    };
    format!("{header}{}{text}", uses(text, needs_resource, providers))
}

fn uses(text: &str, needs_resource: bool, providers: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut names = imports(text, needs_resource);
    if text.contains("json!(") {
        names.push("serde_json::json".to_owned());
    }
    if !names.is_empty() {
        out.push_str(&format!("use formwork::{{{}}};\n", names.join(", ")));
    }
    let used: Vec<&str> = providers.iter().map(String::as_str).filter(|name| path_used(name, text)).collect();
    if !used.is_empty() {
        out.push_str(&format!("\nuse crate::bindings::{{{}}};\n", used.join(", ")));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn attachments(stack: &Stack) -> String {
    let mut out = String::new();
    for path in &stack.assets {
        let path = path.to_string_lossy();
        let from = if stack.rust.is_empty() {
            format!("/files/{path}")
        } else {
            format!("/files/{}/{path}", stack.rust)
        };
        out.push_str(&format!(
            "Asset::copy(concat!(env!(\"CARGO_MANIFEST_DIR\"), {})).place_at(stack, {});\n",
            literal::string(&from),
            literal::string(&path),
        ));
    }
    out
}

fn modules_of(stack: &Stack) -> String {
    let names = stack.emitted.files.keys().filter(|name| *name != "main");
    names.map(|name| format!("mod {name};\n")).collect()
}

fn root(stack: &Stack, others: &[Stack], has_bindings: bool, providers: &BTreeSet<String>) -> String {
    let mut mods: BTreeSet<String> =
        stack.emitted.files.keys().filter(|name| *name != "main").cloned().collect();
    if has_bindings {
        mods.insert("bindings".to_owned());
    }
    if !others.is_empty() {
        mods.insert("modules".to_owned());
    }
    let mut build = String::from("fn build(app: &mut App) -> formwork::Result {\n");
    for other in others {
        build.push_str(&format!(
            "modules::{}::build(app.stack({}));\n",
            other.rust,
            literal::string(&other.name)
        ));
    }
    let calls = [attachments(stack), stack.emitted.calls.clone()].concat();
    let binding = if calls.is_empty() { String::new() } else { "let stack = ".to_owned() };
    build.push_str(&format!("{binding}app.stack({});\n{calls}Ok(())\n}}\n\n", literal::string(&stack.name)));
    build.push_str("fn main() -> ExitCode {\nProgram::new(build).run()\n}\n");
    let own = stack.emitted.files.get("main").cloned().unwrap_or_default();
    let (needs_resource, own) = match own.strip_prefix("// needs Resource\n") {
        Some(text) => (true, text.to_owned()),
        None => (false, own),
    };
    let body = format!("{build}\n{own}");
    let allow = deprecated(stack);
    let mods: String = mods.iter().map(|name| format!("mod {name};\n")).collect();
    let uses = uses_with_attachments(&body, needs_resource, providers);
    format!("//! {}.\n\n{allow}{mods}\nuse std::process::ExitCode;\n\n{uses}{body}", stack.origin)
}

/// The program of stacks that are all applied.
fn main(stacks: &[Stack], has_bindings: bool, how: &str) -> String {
    let bindings = if has_bindings { "mod bindings;\n" } else { "" };
    let mut out = format!(
        "//! Stacks, {how}.\n\n{bindings}mod stacks;\n\nuse std::process::ExitCode;\n\nuse formwork::{{App, Program}};\n\nfn build(app: &mut App) -> formwork::Result {{\n"
    );
    for stack in stacks {
        out.push_str(&format!(
            "stacks::{}::build(app.stack({}));\n",
            stack.rust,
            literal::string(&stack.name)
        ));
    }
    out.push_str("Ok(())\n}\n\nfn main() -> ExitCode {\nProgram::new(build).run()\n}\n");
    out
}

fn called(stack: &Stack, providers: &BTreeSet<String>) -> String {
    let own = stack.emitted.files.get("main").cloned().unwrap_or_default();
    let (needs_resource, own) = match own.strip_prefix("// needs Resource\n") {
        Some(text) => (true, text.to_owned()),
        None => (false, own),
    };
    let body = format!(
        "{}{}{}}}\n\n{own}",
        match stack.is_called {
            true =>
                "/// Fills the stack that others call as a module.\npub fn build(stack: &mut Stack) {\nstack.set_module();\n",
            false => "/// Fills the stack.\npub fn build(stack: &mut Stack) {\n",
        },
        attachments(stack),
        stack.emitted.calls
    );
    let uses = uses_with_attachments(&body, needs_resource, providers);
    let mods = modules_of(stack);
    let gap = if mods.is_empty() { "" } else { "\n" };
    format!("//! {}.\n\n{}{mods}{gap}{uses}{body}", stack.origin, deprecated(stack))
}

fn deprecated(stack: &Stack) -> &'static str {
    match stack.emitted.deprecated {
        true => {
            "// The provider advises against some of what the configuration uses.\n#![allow(deprecated)]\n\n"
        }
        false => "",
    }
}

fn uses_with_attachments(body: &str, needs_resource: bool, providers: &BTreeSet<String>) -> String {
    let uses = uses(body, needs_resource, providers);
    match body.contains("Asset::copy(") {
        true => uses.replacen("use formwork::{", "use formwork::{assets::Asset, ", 1),
        false => uses,
    }
}
