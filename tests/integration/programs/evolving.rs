//! Stacks as a file describes them, for a test that changes the file at random. `FIXTURE` is the path of the file.

use std::process::ExitCode;

use formwork::{App, Export, Expr, Import, Lifecycle, Output, Program, Raw, Removed, Resource, functions};
use serde::Deserialize;

/// The whole program.
#[derive(Deserialize)]
struct Estate {
    stacks: Vec<EvolvingStack>,
}

/// A stack, after those that it reads.
#[derive(Deserialize)]
struct EvolvingStack {
    name: String,
    formers: Vec<String>,
    things: Vec<Thing>,
    /// Addresses that it leaves be, and those that it destroys.
    keep: Vec<String>,
    destroy: Vec<String>,
    /// From where to where.
    moved: Vec<(String, String)>,
    /// Addresses and ids.
    import: Vec<(String, String)>,
    /// Whether its output is null.
    is_null: bool,
    /// The stacks whose outputs it reads.
    reads: Vec<String>,
}

#[derive(Deserialize)]
struct Thing {
    name: String,
    is_precious: bool,
}

pub(crate) fn main() -> ExitCode {
    Program::new(build).run()
}

fn build(app: &mut App) -> formwork::Result {
    let path = std::env::var("FIXTURE").unwrap_or_default();
    let estate: Estate = formwork::serde_json::from_slice(&std::fs::read(path)?)?;
    let mut outputs: Vec<(String, Output<String>)> = Vec::new();
    for described in &estate.stacks {
        let stack = app.stack(&described.name);
        stack.backend(formwork::Backend::local(&format!("../../states/{}.tfstate", described.name)));
        for former in &described.formers {
            stack.formerly(former.as_str());
        }
        let mut parts = vec!["none".to_owned()];
        for read in &described.reads {
            let output = outputs.iter().find(|(name, _)| name == read);
            if let Some((_, output)) = output {
                parts.push(functions::coalesce([stack.read(output), Expr::from("null")]).to_string());
            }
        }
        let input = parts.join(",");
        for thing in &described.things {
            let raw = Raw::new("terraform_data").set("input", input.clone());
            stack.add(&thing.name, raw.lifecycle(Lifecycle::new().prevent_destroy(thing.is_precious)));
        }
        for name in &described.keep {
            stack.removed(Removed::keep(format!("terraform_data.{name}")));
        }
        for name in &described.destroy {
            stack.removed(Removed::destroy(format!("terraform_data.{name}")));
        }
        for (from, to) in &described.moved {
            stack.moved(format!("terraform_data.{from}"), format!("terraform_data.{to}"));
        }
        for (name, id) in &described.import {
            stack.import_existing(Import::id(format!("terraform_data.{name}"), id.clone()));
        }
        let value = match described.things.first() {
            Some(thing) if !described.is_null => Expr::raw(format!("terraform_data.{}.id", thing.name)),
            _ => Expr::<String>::null(),
        };
        outputs.push((described.name.clone(), stack.export("first", Export::new(value))));
    }
    Ok(())
}
