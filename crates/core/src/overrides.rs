//! Changes to a finished stack, at a path: the last hatch.

use crate::{Block, Json, Source, Stack};

/// One change, applied when everything else about the stack is settled.
#[derive(Clone, Debug)]
pub(crate) struct Override {
    path: Vec<String>,
    /// None takes away what is there.
    value: Option<Json>,
    source: Source,
}

impl Stack {
    /// Sets what stands at a path of the finished document, such as
    /// `["resource", "aws_s3_bucket", "site", "force_destroy"]`. Each element is one key, whatever characters it has.
    #[track_caller]
    pub fn override_at<S: Into<String>>(
        &mut self,
        path: impl IntoIterator<Item = S>,
        value: impl Into<Json>,
    ) {
        let path = path.into_iter().map(Into::into).collect();
        self.overrides.push(Override { path, value: Some(value.into()), source: Source::here() });
    }

    /// Takes away what stands at a path of the finished document.
    #[track_caller]
    pub fn remove_at<S: Into<String>>(&mut self, path: impl IntoIterator<Item = S>) {
        let path = path.into_iter().map(Into::into).collect();
        self.overrides.push(Override { path, value: None, source: Source::here() });
    }

    /// Applies all overrides in the order they were made.
    pub(crate) fn apply_overrides(&mut self) {
        for change in std::mem::take(&mut self.overrides) {
            if self.apply(&change).is_none() {
                let known = ["resource", "data", "variable", "output", "locals", "terraform"];
                let section = change.path.first().map_or("", String::as_str);
                let finding = self
                    .finding(format!("nothing stands at the override's path {}", change.path.join(" / ")))
                    .source(change.source);
                let finding = match known.contains(&section) {
                    true => finding.hint("the path names a block of this stack, then the keys within it"),
                    false => finding.hint(format!("a path begins with {}", known.join(", "))),
                };
                self.report(finding);
            }
        }
    }

    fn apply(&mut self, change: &Override) -> Option<()> {
        let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
        match path[..] {
            ["resource" | "data", type_name, name] if change.value.is_none() => {
                let objects = if path[0] == "data" { &mut self.data } else { &mut self.resources };
                objects.remove(type_name, name).map(drop)
            }
            ["resource", type_name, name, ref rest @ ..] => {
                change_block(&mut self.resources.get_mut(type_name, name)?.block, rest, change)
            }
            ["data", type_name, name, ref rest @ ..] => {
                change_block(&mut self.data.get_mut(type_name, name)?.block, rest, change)
            }
            ["variable", name, ref rest @ ..] => {
                change_block(&mut self.variables.get_mut(name)?.block, rest, change)
            }
            ["output", name, ref rest @ ..] => {
                change_block(&mut self.outputs.get_mut(name)?.block, rest, change)
            }
            ["locals", name] => change_block(&mut self.locals.get_mut(name)?.block, &["value"], change),
            ["terraform", ref rest @ ..] => change_block(&mut self.settings, rest, change),
            _ => None,
        }
    }
}

fn change_block(block: &mut Block, path: &[&str], change: &Override) -> Option<()> {
    match (path, &change.value) {
        ([], _) => None,
        ([name], None) => block.remove(name).map(drop),
        ([name], Some(value)) => {
            block.set_from((*name).to_owned(), value.clone(), change.source);
            Some(())
        }
        ([name, rest @ ..], _) => {
            if block.get(name).is_none() && change.value.is_some() {
                block.set_from((*name).to_owned(), Json::Object(Vec::new()), change.source);
            }
            change_json(block.get_mut(name)?, rest, change)
        }
    }
}

fn change_json(json: &mut Json, path: &[&str], change: &Override) -> Option<()> {
    let (first, rest) = path.split_first()?;
    match json {
        Json::Block(block) => change_block(block, path, change),
        Json::Blocks(blocks) if rest.is_empty() && change.value.is_none() => {
            let index = first.parse().ok().filter(|index: &usize| *index < blocks.len())?;
            blocks.remove(index);
            Some(())
        }
        Json::Blocks(blocks) => change_block(blocks.get_mut(first.parse::<usize>().ok()?)?, rest, change),
        Json::Array(items) => {
            let index = first.parse().ok().filter(|index: &usize| *index < items.len())?;
            match (rest, &change.value) {
                ([], None) => drop(items.remove(index)),
                ([], Some(value)) => items[index] = value.clone(),
                _ => return change_json(&mut items[index], rest, change),
            }
            Some(())
        }
        Json::Object(entries) => {
            let position = entries.iter().position(|(key, _)| key == first);
            match (rest, &change.value, position) {
                ([], None, Some(at)) => drop(entries.remove(at)),
                ([], Some(value), Some(at)) => entries[at].1 = value.clone(),
                ([], Some(value), None) => entries.push(((*first).to_owned().into(), value.clone())),
                (_, _, Some(at)) => return change_json(&mut entries[at].1, rest, change),
                (_, Some(_), None) => {
                    let mut inner = Json::Object(Vec::new());
                    change_json(&mut inner, rest, change)?;
                    entries.push(((*first).to_owned().into(), inner));
                }
                (_, None, None) => return None,
            }
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Raw, Resource};

    #[test]
    fn values_are_set_and_removed_at_paths() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.add("b", Raw::new("aws_x").set("keep", 1).set("drop", 2));
        stack.override_at(["resource", "aws_x", "b", "tags", "a.b"], "${x}");
        stack.remove_at(["resource", "aws_x", "b", "drop"]);
        stack.override_at(["terraform", "experiments"], Vec::<String>::new());
        let synthesis = app.finish();
        assert_eq!(synthesis.findings, []);
        let document = serde_json::to_value(&synthesis.stacks[0]).unwrap();
        assert_eq!(
            document["resource"]["aws_x"]["b"],
            serde_json::json!({"keep": 1, "tags": {"a.b": "$${x}"}})
        );
        assert_eq!(document["terraform"]["experiments"], serde_json::json!([]));
    }

    #[test]
    fn a_path_to_nothing_is_a_finding() {
        let mut app = App::new();
        app.stack("dev").remove_at(["resource", "aws_x", "b"]);
        let findings = app.finish().findings;
        assert_eq!(findings[0].message, "nothing stands at the override's path resource / aws_x / b");
    }
}
