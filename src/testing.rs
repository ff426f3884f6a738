//! Stacks in tests: what a function builds, as the document that is written, checked like the real thing.
//!
//! ```
//! use formwork::serde_json::json;
//! use formwork::{Raw, Resource, testing};
//!
//! let tested = testing::stack(|stack| {
//!     stack.require_provider("aws", "hashicorp/aws", ">= 5.100.0, < 7.0.0");
//!     stack.add("orders", Raw::new("aws_sqs_queue").set("name", "orders").set("delay_seconds", 5));
//! });
//! tested.assert_right();
//! assert_eq!(tested.count("aws_sqs_queue"), 1);
//! assert_eq!(tested.having("aws_sqs_queue", &json!({ "delay_seconds": 5 })), ["orders"]);
//! ```
//!
//! Functions here panic with what they found, as assertions do. What happens to what is running when a configuration
//! changes, [`life`] shows.

#[cfg(feature = "sandbox")]
mod life;

use std::process::Command;

use formwork_core::{App, Diagnostic, Stack};
use formwork_schema::Library;
use serde_json::Value;

use formwork_synth::{Synthesized, synthesize};

#[cfg(feature = "sandbox")]
pub use life::{Changes, Life, life};

/// A stack that was built for a test.
#[derive(Debug)]
pub struct Tested {
    synthesized: Synthesized,
    document: Value,
}

/// Builds a stack called `test`, and checks it against the catalogues that come with Formwork.
///
/// # Panics
/// Panics if a catalogue is damaged.
#[track_caller]
pub fn stack(build: impl FnOnce(&mut Stack)) -> Tested {
    program(|app| build(app.stack("test")))
}

/// Builds a program and looks at its first stack, by name: for rules, aspects and what several stacks have between
/// them.
///
/// # Panics
/// Panics if a catalogue is damaged, or if there is no stack.
#[track_caller]
pub fn program(build: impl FnOnce(&mut App)) -> Tested {
    program_with(&Library::embedded(), build)
}

/// Builds a program and checks it against other catalogues too.
///
/// # Panics
/// Panics if a catalogue is damaged, or if there is no stack.
#[track_caller]
pub fn program_with(library: &Library, build: impl FnOnce(&mut App)) -> Tested {
    let mut app = App::new();
    build(&mut app);
    let synthesized = match synthesize(app, library) {
        Ok(synthesized) => synthesized,
        Err(error) => panic!("the stack cannot be checked: {error:#}"),
    };
    let Some(first) = synthesized.stacks.first() else { panic!("the program has no stack") };
    // A stack with mistakes may have no document; then there is nothing to look at but the findings.
    let document = serde_json::to_value(first).unwrap_or(Value::Null);
    Tested { synthesized, document }
}

impl Tested {
    /// What is wrong.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.synthesized.diagnostics
    }

    /// What is wrong, without the places.
    #[must_use]
    pub fn messages(&self) -> Vec<&str> {
        self.diagnostics().iter().map(|diagnostic| diagnostic.message.as_str()).collect()
    }

    /// Fails the test if anything is wrong.
    ///
    /// # Panics
    /// Panics with all findings.
    #[track_caller]
    pub fn assert_right(&self) {
        let diagnostics: Vec<String> = self.diagnostics().iter().map(ToString::to_string).collect();
        assert!(diagnostics.is_empty(), "the stack has mistakes:\n{}", diagnostics.join("\n"));
    }

    /// The document, as Terraform reads it.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// The document as text that is the same everywhere, for snapshots.
    #[must_use]
    #[track_caller]
    pub fn snapshot(&self) -> String {
        match self.synthesized.documents.first() {
            Some((_, bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            None => {
                self.assert_right();
                String::new()
            }
        }
    }

    /// One resource.
    ///
    /// # Panics
    /// Panics if it is not there, and says which of its type are.
    #[must_use]
    #[track_caller]
    pub fn resource(&self, type_name: &str, name: &str) -> &Value {
        match self.document["resource"][type_name].get(name) {
            Some(resource) => resource,
            None => panic!("there is no {type_name}.{name}; there are {:?}", self.names(type_name)),
        }
    }

    /// How many resources of a type there are.
    #[must_use]
    pub fn count(&self, type_name: &str) -> usize {
        self.names(type_name).len()
    }

    /// The logical names of the resources of a type.
    #[must_use]
    pub fn names(&self, type_name: &str) -> Vec<&str> {
        let named = self.document["resource"][type_name].as_object();
        let mut names: Vec<&str> =
            named.into_iter().flat_map(|named| named.keys().map(String::as_str)).collect();
        names.sort_unstable();
        names
    }

    /// The logical names of the resources of a type that have these arguments, whatever others they have. A list must
    /// be equal; a single nested block fits whether it is written alone or in a list.
    #[must_use]
    pub fn having(&self, type_name: &str, arguments: &Value) -> Vec<&str> {
        let mut names = self.names(type_name);
        names.retain(|name| has(&self.document["resource"][type_name][*name], arguments));
        names
    }

    /// Runs `terraform init` without a backend, and `terraform validate`, in a folder of its own. Terraform finds the
    /// providers as everywhere: installed, in a mirror, or by downloading them.
    ///
    /// # Errors
    /// Returns what terraform printed if it refuses the stack.
    ///
    /// # Panics
    /// Panics if the stack has mistakes, or if terraform cannot be run.
    #[track_caller]
    pub fn validate(&self) -> Result<(), String> {
        self.assert_right();
        let folder = match tempfile::tempdir() {
            Ok(folder) => folder,
            Err(error) => panic!("there is no place for the document: {error}"),
        };
        let written = std::fs::write(folder.path().join("main.tf.json"), self.snapshot()).and_then(|()| {
            let stacks = self.synthesized.stacks.first();
            stacks.map_or(Ok(()), |stack| {
                formwork_synth::assets::write(folder.path(), stack).map_err(std::io::Error::other)
            })
        });
        assert!(written.is_ok(), "the document cannot be written: {written:?}");
        for arguments in
            [&["init", "-backend=false", "-input=false", "-no-color"][..], &["validate", "-no-color"]]
        {
            let terraform = std::env::var_os("FORMWORK_TERRAFORM").unwrap_or_else(|| "terraform".into());
            let output = match Command::new(&terraform).args(arguments).current_dir(folder.path()).output() {
                Ok(output) => output,
                Err(error) => panic!("cannot run {}: {error}", terraform.display()),
            };
            if !output.status.success() {
                return Err(format!(
                    "`terraform {}` failed:\n{}{}",
                    arguments.join(" "),
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                ));
            }
        }
        Ok(())
    }
}

/// Whether a value has all that is asked for.
fn has(value: &Value, wanted: &Value) -> bool {
    match (value, wanted) {
        (Value::Object(value), Value::Object(wanted)) => {
            wanted.iter().all(|(name, wanted)| value.get(name).is_some_and(|value| has(value, wanted)))
        }
        (Value::Array(items), Value::Object(_)) => matches!(&items[..], [one] if has(one, wanted)),
        (value, wanted) => value == wanted,
    }
}

#[cfg(test)]
mod tests {
    use formwork_core::{Block, Raw, Resource};
    use serde_json::json;

    use super::*;

    fn tested() -> Tested {
        stack(|stack| {
            let mut rule = Block::new();
            rule.set("local_exec", 1);
            stack.add("a", Raw::new("terraform_data").set("input", json!({ "x": 1, "y": 2 })));
            stack.add("b", Raw::new("terraform_data").set("input", "text"));
        })
    }

    #[test]
    fn resources_are_found_by_their_arguments() {
        let tested = tested();
        assert_eq!(tested.names("terraform_data"), ["a", "b"]);
        assert_eq!(tested.having("terraform_data", &json!({ "input": { "x": 1 } })), ["a"]);
        assert_eq!(tested.having("terraform_data", &json!({ "input": "other" })), [""; 0]);
        assert_eq!(tested.resource("terraform_data", "b")["input"], "text");
        assert_eq!((tested.count("terraform_data"), tested.count("aws_s3_bucket")), (2, 0));
        assert!(tested.snapshot().ends_with("}\n"));
    }

    #[test]
    fn terraform_judges_it() {
        assert_eq!(tested().validate(), Ok(()));
        let wrong = stack(|stack| {
            stack.output("x", formwork_core::Expr::<f64>::raw("parseint(\"x\", 10)"));
        });
        wrong.assert_right();
        assert!(wrong.validate().unwrap_err().contains("parseint"));
    }

    #[test]
    #[should_panic(expected = "there is no terraform_data.c; there are [\"a\", \"b\"]")]
    fn a_resource_that_is_missing_fails_the_test() {
        let _ = tested().resource("terraform_data", "c");
    }

    #[test]
    #[should_panic(expected = "unknown argument `nmae`")]
    fn mistakes_fail_the_test() {
        let tested = stack(|stack| {
            stack.require_provider("aws", "hashicorp/aws", "6.47.0");
            stack.add("a", Raw::new("aws_sqs_queue").set("nmae", "x"));
        });
        tested.assert_right();
    }
}
