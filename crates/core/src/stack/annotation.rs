//! Annotations of a stack, for tools other than Terraform: how its services are released, where its site is served.

use serde::Serialize;
use serde_json::Value as Json;

use crate::block::text;
use crate::{Source, Stack};

impl Stack {
    /// States a fact about the stack for tools that run beside Terraform. It goes into the manifest and never into the
    /// document. `kind` names the tool's concept (`release`), `name` what the fact is about (`orders`).
    ///
    /// The same kind and name twice is a diagnostic, and so is a value that JSON has no form for.
    #[track_caller]
    pub fn annotate(&mut self, kind: &str, name: &str, value: &impl Serialize) {
        let source = Source::here();
        let json = match serde_json::to_value(value) {
            Ok(json) => json,
            Err(error) => {
                let diagnostic = self.diagnostic(format!("{kind} `{name}` has no form in JSON: {error}"));
                return self.report(diagnostic.source(source));
            }
        };
        if text::holds_fence(&json) {
            let diagnostic = self.diagnostic(format!(
                "{kind} `{name}` holds an expression, which only Terraform can evaluate"
            ));
            return self
                .report(diagnostic.source(source).hint("make it an output, and name the output here"));
        }
        if let Some((_, first)) = self.annotations.get(&(kind.to_owned(), name.to_owned())) {
            let diagnostic =
                self.diagnostic(format!("{kind} `{name}` is stated twice")).source(source).source(*first);
            return self.report(diagnostic);
        }
        self.annotations.insert((kind.to_owned(), name.to_owned()), (json, source));
    }

    /// What was stated, by kind and name, with the line that stated it.
    pub fn annotations(&self) -> impl Iterator<Item = (&str, &str, &Json, Source)> {
        self.annotations.iter().map(|((kind, name), (json, source))| (&**kind, &**name, json, *source))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{App, Stack};

    #[test]
    fn annotations_are_stated_once_and_stay_out_of_the_document() {
        let mut stack = Stack::new("shop");
        stack.annotate("release", "orders", &json!({ "alias": "live" }));
        stack.annotate("release", "orders", &json!({ "alias": "other" }));
        let stated: Vec<_> =
            stack.annotations().map(|(kind, name, json, _)| (kind, name, json.clone())).collect();
        assert_eq!(stated, [("release", "orders", json!({ "alias": "live" }))]);
        let mut app = App::new();
        app.add(stack);
        let settled = app.finish();
        assert_eq!(settled.diagnostics.len(), 1, "{:?}", settled.diagnostics);
        assert!(settled.diagnostics[0].message.contains("release `orders` is stated twice"));
        let document = serde_json::to_string(&settled.stacks[0]).unwrap();
        assert!(!document.contains("release"), "{document}");
    }
}
