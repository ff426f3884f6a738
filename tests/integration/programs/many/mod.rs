//! Stacks in any number. The environment variable `FIXTURE` chooses what it builds; words in it are separated by commas.

use std::process::ExitCode;

use formwork::assets::Asset;
use formwork::{App, Backend, Lifecycle, Module, Program, Raw, Resource, Stack, backend};

pub(crate) fn main() -> ExitCode {
    Program::new(build).run()
}

/// How many stacks read each other in a row.
const CHAIN: usize = 10;

/// `stacks=N`: so many, `s0000` and on, of which each reads the one before it, but for the first of ten, or all of them if they are
/// `apart`. `changed=N`: this
/// one has another value; `failing=N`: this one cannot be applied.
fn build(app: &mut App) -> formwork::Result {
    let words = std::env::var("FIXTURE").unwrap_or_default();
    let numbers = |key: &str| -> Vec<usize> {
        let values = words.split(',').filter_map(|word| word.split_once('='));
        values.filter(|(word, _)| *word == key).filter_map(|(_, value)| value.parse().ok()).collect()
    };
    for word in words.split(',') {
        match word {
            "in-place" => in_place(app.stack("beside")),
            "control" => control(app.stack("control")),
            "unsaved" => unsaved(app.stack("unsaved")),
            word if word.starts_with("hooks") => hooks(app, word),
            _ => continue,
        }
        return Ok(());
    }
    let count = numbers("stacks").first().copied().unwrap_or(CHAIN);
    let is_apart = words.split(',').any(|word| word == "apart");
    let mut before = None;
    for number in 0..count {
        let stack = app.stack(&format!("s{number:04}"));
        let colour = if numbers("changed").contains(&number) { "blue" } else { "green" };
        let input = match before.filter(|_| number % CHAIN != 0 && !is_apart) {
            Some(output) => format!("{colour} beside {}", stack.read(&output)),
            None => colour.to_owned(),
        };
        let thing = stack.add("thing", Raw::new("terraform_data").set("input", input));
        if numbers("failing").contains(&number) {
            let command = formwork::serde_json::json!([{"local-exec": {"command": "echo no good; false"}}]);
            stack.add("broken", Raw::new("terraform_data").set("provisioner", command));
        }
        before = Some(stack.output("colour", thing.attribute::<String>("id")));
    }
    Ok(())
}

/// Files that the document names by a path which says nothing of what is in them.
fn in_place(stack: &mut Stack) {
    Asset::copy("files/init.sh").place_at(stack, "files/init.sh");
    stack.add("net", Module::new("../../modules/net"));
}

/// Outputs that a terminal would obey.
fn control(stack: &mut Stack) {
    stack.output("text", "a\u{1b}[2Jb\u{9b}2Jc");
    stack.output("list", vec!["\u{1b}[2J\u{9b}2J".to_owned()]);
    let thing = stack.add("thing", Raw::new("terraform_data").set("input", "\u{9b}2J"));
    stack.output("thing", thing.attribute::<String>("output"));
}

/// A state that can be saved nowhere: its place refuses it, and where terraform would keep it is a folder.
fn unsaved(stack: &mut Stack) {
    let states = std::env::var("STATES").unwrap_or_else(|_| "http://localhost:1".to_owned());
    stack.backend(Backend::from(backend::Http::new(states)).set("retry_max", 0));
    let command = formwork::serde_json::json!([{"local-exec": {"command": "mkdir errored.tfstate"}}]);
    stack.add("thing", Raw::new("terraform_data").set("input", "hunter2").set("provisioner", command));
}

/// A stack with commands around its applies, and one that reads it: `hooks`, with another command in `hooks-changed`, with
/// something that must not be destroyed in `hooks-protected`, one that fails in `hooks-before-fails` and `hooks-after-fails`.
fn hooks(app: &mut App, word: &str) {
    let stack = app.stack("store");
    let secret = stack.variable("secret", formwork::Variable::<String>::new().default_value("x").sensitive());
    let note = if word == "hooks-changed" { "changed" } else { "noted" };
    stack.before_apply([
        "sh",
        "-c",
        "echo before $FORMWORK_STACK hunter2 >> notes; echo said hunter2; printf '\\033[2J\\n'",
    ]);
    stack.before_apply(["sh", "-c", &format!("echo {note} >> notes")]);
    // No shell reads this.
    stack.after_apply(["touch", "a b; $HOME"]);
    match word {
        "hooks-before-fails" => stack.before_apply(["sh", "-c", "echo no hunter2; exit 3"]),
        "hooks-after-fails" => stack.after_apply(["no-such-program"]),
        _ => {}
    }
    let is_protected = word == "hooks-protected";
    let lifecycle = Lifecycle::new().prevent_destroy(is_protected);
    let thing = Raw::new("terraform_data").set("input", &secret).lifecycle(lifecycle);
    let thing = stack.add("thing", thing);
    let id = stack.output("id", thing.attribute::<String>("id"));
    let reader = app.stack("reader");
    let id = reader.read(&id);
    reader.add("thing", Raw::new("terraform_data").set("input", id));
}
