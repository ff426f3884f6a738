//! `dynamic` blocks: the name that stands for an element inside of one, and what it must not hide.

use crate::check::references::{Checker, Lines, Owner};
use crate::{ArgumentPath, Json, is_identifier};

/// What references begin with, unless they begin with the type of a resource.
const ROOTS: [&str; 12] = [
    "action",
    "count",
    "data",
    "each",
    "ephemeral",
    "local",
    "module",
    "path",
    "resource",
    "self",
    "terraform",
    "var",
];

impl<'a> Checker<'a> {
    /// A `dynamic` block binds a name inside its content.
    pub(super) fn dynamic(
        &mut self,
        owner: Owner<'_>,
        json: &'a Json,
        path: &ArgumentPath<'_>,
        lines: Lines,
    ) {
        // Plain data may have a list of objects, each with blocks of some labels.
        if let Json::Array(objects) = json {
            return objects.iter().for_each(|object| self.dynamic(owner, object, path, lines));
        }
        let Json::Object(labels) = json else { return self.json(owner, json, path, lines) };
        for (label, json) in labels {
            let path = ArgumentPath { parent: Some(path), name: label };
            let Json::Blocks(blocks) = json else {
                self.plain_dynamic(owner, label, json, &path, lines);
                continue;
            };
            for block in blocks {
                let iterator = match block.get("iterator") {
                    Some(Json::String(name)) => &**name,
                    _ => &**label,
                };
                if let Some((message, hint)) = self.hidden(iterator, label) {
                    let diagnostic =
                        self.stack.diagnostic(message).at(owner.address()).argument(path.to_string());
                    let diagnostic = diagnostic.source(lines.argument).origin(lines.object).hint(hint);
                    self.diagnostics.push(diagnostic);
                }
                let is_name = |json: &Json| matches!(json, Json::String(_));
                for entry in
                    block.entries().filter(|entry| entry.name != "iterator" || !is_name(&entry.value))
                {
                    let bound = self.bound.len();
                    // Labels may use the element; the collection cannot.
                    if entry.name != "for_each" {
                        self.bound.push(iterator);
                    }
                    let path = ArgumentPath { parent: Some(&path), name: &entry.name };
                    self.json(owner, &entry.value, &path, lines);
                    self.bound.truncate(bound);
                }
            }
        }
    }

    /// A `dynamic` block that was set as plain data.
    fn plain_dynamic(
        &mut self,
        owner: Owner<'_>,
        label: &'a str,
        json: &'a Json,
        path: &ArgumentPath<'_>,
        lines: Lines,
    ) {
        match json {
            Json::Array(blocks) => {
                blocks.iter().for_each(|block| self.plain_dynamic(owner, label, block, path, lines));
            }
            Json::Object(entries) => {
                let named = entries.iter().find(|(name, _)| name == "iterator");
                let iterator = match named {
                    Some((_, Json::String(name))) => &**name,
                    _ => label,
                };
                for (name, value) in entries.iter().filter(|(name, _)| name != "iterator") {
                    let bound = self.bound.len();
                    if name != "for_each" {
                        self.bound.push(iterator);
                    }
                    self.plain_body(owner, value, &ArgumentPath { parent: Some(path), name }, lines);
                    self.bound.truncate(bound);
                }
            }
            other => self.json(owner, other, path, lines),
        }
    }

    /// The body of a block that was set as plain data, in which there may be `dynamic` blocks again.
    fn plain_body(&mut self, owner: Owner<'_>, json: &'a Json, path: &ArgumentPath<'_>, lines: Lines) {
        match json {
            Json::Array(items) => items.iter().for_each(|item| self.plain_body(owner, item, path, lines)),
            Json::Object(entries) => {
                for (name, value) in entries {
                    let path = ArgumentPath { parent: Some(path), name };
                    if name == "dynamic" {
                        self.dynamic(owner, value, &path, lines);
                    } else {
                        self.plain_body(owner, value, &path, lines);
                    }
                }
            }
            other => self.json(owner, other, path, lines),
        }
    }

    /// What an element's name takes the place of inside the block, if anything: Terraform would take one for the other
    /// without a word.
    fn hidden(&self, iterator: &str, label: &str) -> Option<(String, String)> {
        let otherwise = || format!("give the element another name: `dynamic_as(\"{label}\", \"inner\", …)`");
        if self.bound.contains(&iterator) {
            let message = format!("the element `{iterator}` hides the one of the block around it");
            return Some((message, otherwise()));
        }
        if ROOTS.contains(&iterator) {
            return Some((format!("the element `{iterator}` hides what Terraform calls so"), otherwise()));
        }
        (!is_identifier(iterator)).then(|| {
            let hint = "a name is a letter or underscore, then letters, digits, underscores and hyphens";
            (format!("`{iterator}` cannot be the name of an element"), hint.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Block, Body, Expr, Map, Raw, Resource};

    fn messages(build: impl FnOnce(Raw, &Expr<Vec<String>>) -> Raw) -> Vec<String> {
        let mut app = App::new();
        let stack = app.stack("dev");
        let list = stack.local("list", vec!["a".to_owned()]);
        stack.add("x", build(Raw::new("aws_x"), &list));
        app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    fn leaf(name: &str) -> Block {
        let mut block = Block::new();
        block.set("name", name);
        block
    }

    #[test]
    fn elements_hide_nothing() {
        let nested = |inner: &'static str| {
            messages(move |raw, list| {
                raw.dynamic("rule", list, |raw, _| {
                    let rule = Block::new().dynamic_as("rule", inner, list, |rule, _| {
                        let mut rule = rule;
                        rule.push("rule", leaf("x"));
                        rule
                    });
                    raw.push("rule", rule)
                })
            })
        };
        assert_eq!(nested("inner"), Vec::<String>::new());
        assert_eq!(nested("rule"), ["the element `rule` hides the one of the block around it"]);
        assert_eq!(nested("data"), ["the element `data` hides what Terraform calls so"]);
        assert_eq!(nested("a b"), ["`a b` cannot be the name of an element"]);
    }

    #[test]
    fn siblings_may_have_the_same_name() {
        let found = messages(|raw, list| {
            let raw = raw.dynamic("rule", list, |raw, _| raw.push("rule", leaf("a")));
            raw.dynamic("rule", Map::<String>::new().with("k", "v"), |raw, one| {
                raw.push("rule", leaf(&one.key().to_string()))
            })
        });
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn plain_data_may_have_them_at_any_depth() {
        let plain = |reference: &str| {
            let inner = serde_json::json!({ "for_each": Expr::<String>::raw("rule.value"),
                "content": { "name": Expr::<String>::raw(reference) } });
            serde_json::json!([{ "rule": { "for_each": ["a"], "content": { "dynamic": { "leaf": [inner] } } } }])
        };
        assert!(messages(|raw, _| raw.set("dynamic", plain("leaf.value"))).is_empty());
        let found = messages(|raw, _| raw.set("dynamic", plain("other.value")));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}
