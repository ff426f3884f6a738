//! The table of a topic, and how it is judged.

use std::collections::BTreeSet;

use formwork::model::IntoValue;
use formwork::{App, Export, Stack};
use serde_json::Value;

use crate::terraform::Root;

/// The cases of a topic, and the stack that they are in.
pub(crate) struct Cases<'a> {
    /// What cases refer to is added here.
    pub(crate) stack: &'a mut Stack,
    root: &'a Root,
    names: BTreeSet<String>,
    written: Vec<Written>,
    evaluated: Vec<Evaluated>,
}

/// What a place in the document must hold.
struct Written {
    name: String,
    pointer: String,
    json: Value,
}

/// What an output must be after terraform applied the document.
struct Evaluated {
    name: String,
    output: String,
    value: Value,
}

impl Cases<'_> {
    /// A value in the place of an argument of any type: the JSON text that is written for it, and what it evaluates to.
    #[track_caller]
    pub(crate) fn value(&mut self, name: &str, value: impl IntoValue, json: &str, evaluated: Value) {
        self.export(name, Export::new(value), json, evaluated);
    }

    /// A value that terraform does not print.
    #[track_caller]
    pub(crate) fn sensitive(&mut self, name: &str, value: impl IntoValue, json: &str, evaluated: Value) {
        self.export(name, Export::new(value).sensitive(), json, evaluated);
    }

    /// An expression: the HCL between `${` and `}`, and what it evaluates to.
    #[track_caller]
    pub(crate) fn expression(&mut self, name: &str, value: impl IntoValue, hcl: &str, evaluated: Value) {
        let json = Value::String(format!("${{{hcl}}}")).to_string();
        self.export(name, Export::new(value), &json, evaluated);
    }

    /// What a place in the document, given as a JSON pointer, must hold.
    pub(crate) fn written(&mut self, name: &str, pointer: &str, json: Value) {
        self.take(name);
        self.written.push(Written { name: name.to_owned(), pointer: pointer.to_owned(), json });
    }

    /// A file beside the document, such as that of a module.
    pub(crate) fn file(&mut self, path: &str, content: &str) {
        self.root.write(path, content);
    }

    #[track_caller]
    fn export<T>(&mut self, name: &str, export: Export<T>, json: &str, evaluated: Value) {
        let output = self.take(name);
        let pointer = format!("/output/{output}/value");
        let json = serde_json::from_str(json).unwrap_or_else(|error| panic!("{name}: {json}: {error}"));
        self.stack.export(&output, export);
        self.written.push(Written { name: name.to_owned(), pointer, json });
        self.evaluated.push(Evaluated { name: name.to_owned(), output, value: evaluated });
    }

    /// The name of the output for a case: a number, so that a case may be called as it reads best.
    fn take(&mut self, name: &str) -> String {
        assert!(self.names.insert(name.to_owned()), "two cases are called {name:?}");
        format!("case_{}", self.names.len())
    }
}

/// Synthesizes a topic, has terraform apply it, and reports every case that did not come out as it says.
pub(crate) fn check(fill: impl FnOnce(&mut Cases<'_>)) {
    let mut app = App::new();
    let root = Root::new();
    let mut cases = Cases {
        stack: app.stack("cases"),
        root: &root,
        names: BTreeSet::new(),
        written: Vec::new(),
        evaluated: Vec::new(),
    };
    fill(&mut cases);
    let Cases { written, evaluated, .. } = cases;
    let synthesis = app.finish();
    assert_eq!(synthesis.diagnostics, []);
    let document = formwork::document(&synthesis.stacks[0]).unwrap();
    let json: Value = serde_json::from_slice(&document).unwrap();
    let mut failures = Vec::new();
    for Written { name, pointer, json: expected } in &written {
        let found = json.pointer(pointer).unwrap_or(&Value::Null);
        if found != expected {
            failures.push(format!("{name}\n  written  {found}\n  expected {expected}"));
        }
    }
    root.write("main.tf.json", &document);
    let outputs = root.outputs();
    for Evaluated { name, output, value: expected } in &evaluated {
        // Terraform does not store outputs that are null.
        let found = outputs.get(output).unwrap_or(&Value::Null);
        if found != expected {
            failures.push(format!("{name}\n  evaluated to {found}\n  expected     {expected}"));
        }
    }
    assert!(failures.is_empty(), "{} failures:\n\n{}\n", failures.len(), failures.join("\n\n"));
}
