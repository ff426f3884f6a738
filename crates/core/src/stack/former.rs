//! Names that a stack had before: its state is still where that name kept it, until it is taken over.

use std::collections::HashMap;

use serde_json::Value;

use crate::{Backend, Diagnostic, Source, Stack, StatePlace, is_identifier};

/// A name that a stack had before, and where its state was.
#[derive(Clone, Debug, PartialEq)]
pub struct Former {
    name: String,
    backend: Option<Backend>,
    source: Option<Source>,
}

impl Former {
    /// A stack of this name. Its state was where that of the stack is now, with the former name wherever the present one
    /// stands in its key, prefix, path or address; [`Former::backend`] says otherwise.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), backend: None, source: None }
    }

    /// Says where the state was.
    #[must_use]
    pub fn backend(self, backend: impl Into<Backend>) -> Self {
        Self { backend: Some(backend.into()), ..self }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The backend that was given for it.
    pub(crate) const fn own_backend(&self) -> Option<&Backend> {
        self.backend.as_ref()
    }

    /// The kind and the settings of the backend that it had.
    #[must_use]
    pub fn backend_of(&self, stack: &Stack) -> (String, Value) {
        let settings = |backend: &Backend| serde_json::to_value(backend.block()).unwrap_or_default();
        if let Some(backend) = &self.backend {
            return (backend.kind().to_owned(), settings(backend));
        }
        let Some(backend) = &stack.backend else {
            return ("local".to_owned(), Value::Object(Default::default()));
        };
        let mut given = settings(backend);
        named(&mut given, &stack.name, &self.name);
        (backend.kind().to_owned(), given)
    }

    /// Whether the state was in another place than it is now.
    fn has_moved(&self, stack: &Stack) -> bool {
        let (kind, settings) = self.backend_of(stack);
        StatePlace::new(&kind, &settings, &self.name) != stack.state_place()
    }
}

impl From<&str> for Former {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// Puts one name for another where backends have the name of a stack.
fn named(settings: &mut Value, present: &str, former: &str) {
    const PLACES: [&str; 7] = ["address", "key", "name", "path", "prefix", "schema_name", "secret_suffix"];
    match settings {
        Value::Object(entries) => {
            for (argument, value) in entries {
                match value {
                    Value::String(text) if PLACES.contains(&argument.as_str()) => {
                        *text = text.replace(present, former);
                    }
                    nested => named(nested, present, former),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| named(item, present, former)),
        _ => {}
    }
}

impl Stack {
    /// Says that the stack had another name before: the next `apply` or `destroy` takes its state over from where that
    /// name kept it, so that nothing is destroyed and made again. The line can go when that is done everywhere.
    #[track_caller]
    pub fn formerly(&mut self, former: impl Into<Former>) {
        self.formers.push(Former { source: Some(Source::here()), ..former.into() });
    }

    /// The names that it had before and whose states were in other places.
    pub fn formers(&self) -> impl Iterator<Item = &Former> {
        self.formers.iter().filter(|former| former.has_moved(self))
    }

    /// All names that it had before.
    pub fn former_names(&self) -> impl Iterator<Item = &str> {
        self.formers.iter().map(Former::name)
    }
}

/// Names that are given away twice: a former one that a stack has still, or that several had.
pub(crate) fn check(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let mut heirs: HashMap<&str, (&Stack, Source)> = HashMap::new();
    for stack in stacks {
        for former in &stack.formers {
            let name = former.name.as_str();
            let source = former.source.unwrap_or(stack.source);
            if !is_identifier(name) {
                let message = format!("`{name}` was never the name of a stack");
                diagnostics.push(stack.diagnostic(message).source(source));
            } else if let Some(other) = stacks.iter().find(|other| *other.name == *name) {
                let message = format!(
                    "stack `{}` was `{name}` before, and there is a stack `{name}`: one state cannot be that of both",
                    stack.name
                );
                let diagnostic = stack.diagnostic(message).source(source).source(other.source);
                diagnostics.push(diagnostic.hint("take the one with the former name out of the program"));
            } else if let Some((other, first)) = heirs.get(name) {
                let message = format!(
                    "stacks `{}` and `{}` both were `{name}` before: one state cannot be that of both",
                    other.name, stack.name
                );
                diagnostics.push(stack.diagnostic(message).source(source).source(*first));
            }
            heirs.entry(name).or_insert((stack, source));
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::App;

    #[test]
    fn a_state_was_where_the_former_name_kept_it() {
        let mut stack = Stack::new("orders");
        stack.formerly("shop");
        let at = |stack: &Stack| stack.formers().map(|it| it.backend_of(stack)).next();
        assert_eq!(at(&stack), Some(("local".to_owned(), json!({}))));
        stack.backend(Backend::s3("states", "live/orders.tfstate", "eu-central-1"));
        assert_eq!(at(&stack).unwrap().1["key"], "live/shop.tfstate");
        // The state stays where it is: there is nothing to take over.
        stack.backend(Backend::s3("states", "live/1.tfstate", "eu-central-1"));
        assert_eq!(at(&stack), None);
        assert_eq!(stack.former_names().collect::<Vec<_>>(), ["shop"]);
        stack.formerly(Former::new("store").backend(Backend::s3("old", "store", "eu-central-1")));
        assert_eq!(at(&stack).unwrap().1["bucket"], "old");
    }

    #[test]
    fn a_name_is_that_of_one_stack() {
        let mut app = App::new();
        app.stack("a").formerly("b");
        app.stack("b");
        app.stack("c").formerly("x");
        app.stack("d").formerly("x");
        app.stack("e").formerly("no name");
        let found = app.finish().diagnostics;
        let messages: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "stack `a` was `b` before, and there is a stack `b`: one state cannot be that of both",
                "stacks `c` and `d` both were `x` before: one state cannot be that of both",
                "`no name` was never the name of a stack",
            ]
        );
        assert!(found[..2].iter().all(|it| it.sources.len() == 2), "{found:?}");
    }
}
