//! Changes to a finished stack: the last escape hatch, for one place or for everything that matches.

use crate::block::change::{Miss, change_block};
use crate::block::text;
use crate::constructs::select::{Pending, matches};
use crate::stack::scope::is_below;
use crate::{Address, Diagnostic, Json, Kind, Object, Override, Select, Stack};

impl Stack {
    /// Sets what stands at a path of the finished document, such as
    /// `["resource", "aws_s3_bucket", "site", "force_destroy"]`. Each element is one key, whatever characters it has.
    #[track_caller]
    pub fn override_at<S: Into<String>>(
        &mut self,
        path: impl IntoIterator<Item = S>,
        value: impl Into<Json>,
    ) {
        self.overrides.push(Pending::Document(Override::set(path, value)));
    }

    /// Takes away what stands at a path of the finished document.
    #[track_caller]
    pub fn remove_at<S: Into<String>>(&mut self, path: impl IntoIterator<Item = S>) {
        self.overrides.push(Pending::Document(Override::remove(path)));
    }

    /// Merges an object into what stands at a path of the finished document: [`Override::merge`].
    #[track_caller]
    pub fn merge_at<S: Into<String>>(&mut self, path: impl IntoIterator<Item = S>, value: impl Into<Json>) {
        self.overrides.push(Pending::Document(Override::merge(path, value)));
    }

    /// Adds an element to a list of the finished document: [`Override::append`].
    #[track_caller]
    pub fn append_at<S: Into<String>>(&mut self, path: impl IntoIterator<Item = S>, value: impl Into<Json>) {
        self.overrides.push(Pending::Document(Override::append(path, value)));
    }

    /// Changes every object that matches, at a path within it.
    pub fn override_all(&mut self, select: Select, change: Override) {
        self.overrides.push(Pending::Selected(select, change));
    }

    /// Applies the changes to the `terraform` block: other stacks must see the backend as it will be.
    pub(crate) fn apply_settings_overrides(&mut self) {
        let is_settings = |pending: &Pending| match pending {
            Pending::Document(change) => change.path.first().is_some_and(|first| first == "terraform"),
            _ => false,
        };
        let (settings, others) = std::mem::take(&mut self.overrides).into_iter().partition(is_settings);
        self.overrides = settings;
        self.apply_overrides(&[]);
        self.overrides = others;
    }

    /// Applies the program's changes and then its own, in the order they were made. Returns which of the program's met
    /// something.
    pub(crate) fn apply_overrides(&mut self, of_program: &[(Select, Override)]) -> Vec<bool> {
        let mut met = Vec::with_capacity(of_program.len());
        for (select, change) in of_program {
            met.push(self.apply_selected(select, change).is_some_and(|result| result.is_ok()));
        }
        for pending in std::mem::take(&mut self.overrides) {
            match pending {
                Pending::Document(change) => {
                    if let Err(miss) = self.apply_to_document(&change) {
                        self.report_miss(&change, &miss);
                    }
                }
                Pending::Object(kind, type_name, name, change) => {
                    // What an aspect or another change took away cannot be changed, and need not be.
                    let Some(object) = self.objects_mut(kind).get_mut(&type_name, &name) else { continue };
                    let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
                    if let Err(miss) = change_block(&mut object.block, &path, &change) {
                        self.report_miss(&change, &miss);
                    }
                }
                Pending::Selected(select, change) => match self.apply_selected(&select, &change) {
                    None => {
                        let diagnostic = self.diagnostic("an override matches nothing in the stack");
                        self.report(diagnostic.source(change.source).hint(select.to_string()));
                    }
                    Some(Err(miss)) => self.report_miss(&change, &miss),
                    Some(Ok(())) => {}
                },
            }
        }
        met
    }

    /// Changes all that is selected; none if that is nothing, and a miss if the change fits none of it.
    fn apply_selected(&mut self, select: &Select, change: &Override) -> Option<Result<(), Miss>> {
        let path: Vec<&str> = change.path.iter().map(String::as_str).collect();
        let mut result = None;
        for address in select.matching(self) {
            let Some(object) = self.objects_mut(address.kind).get_mut(&address.type_name, &address.name)
            else {
                continue;
            };
            match change_block(&mut object.block, &path, change) {
                Ok(()) => result = Some(Ok(())),
                Err(miss) => {
                    result.get_or_insert(Err(miss));
                }
            }
        }
        result
    }

    fn report_miss(&mut self, change: &Override, miss: &Miss) {
        let message = match &miss.why {
            Some(why) => format!("the override's path {} ends at {why}", change.path.join(" / ")),
            None => format!("nothing stands at the override's path {}", change.path.join(" / ")),
        };
        let diagnostic: Diagnostic = self.diagnostic(message).source(change.source);
        let known = miss.known.iter().map(String::as_str);
        let diagnostic = match (miss.known.len(), miss.why.is_some()) {
            (_, true) => diagnostic,
            (0, _) => diagnostic.hint("the path names a block of this stack, then the keys within it"),
            _ => diagnostic.hint(format!("there are {}", miss.listed())).did_you_mean(&miss.wrong, known),
        };
        self.report(diagnostic);
    }
}

impl Select {
    /// The addresses that it is about.
    pub(crate) fn matching(&self, stack: &Stack) -> Vec<Address> {
        let objects = stack.objects(Kind::Resource).keyed();
        let found = objects.filter_map(|(type_name, name, object)| {
            if !self.type_pattern.as_ref().is_none_or(|pattern| matches(pattern, type_name)) {
                return None;
            }
            let address = Address { kind: Kind::Resource, type_name: type_name.clone(), name: name.clone() };
            self.holds(stack, &address, object).then_some(address)
        });
        found.collect()
    }

    fn holds(&self, stack: &Stack, address: &Address, object: &Object) -> bool {
        let has_tag = |(key, value): &(String, String)| {
            let Some(Json::Object(tags)) = object.block.get("tags") else { return false };
            let (key, value) = (text::key(key).0, text::template(value));
            tags.iter().any(|(known, present)| *known == key && *present == value)
        };
        self.scope.as_ref().is_none_or(|scope| is_below(stack.scope_of(object), scope))
            && self.address_pattern.as_ref().is_none_or(|pattern| matches(pattern, &address.to_string()))
            && self.tags.iter().all(has_tag)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::{Action, App, Backend, Block, Import, Override, Raw, Resource, Select, Stack, Variable};

    fn built(build: impl FnOnce(&mut Stack)) -> (Value, Vec<String>) {
        let mut app = App::new();
        build(app.stack("dev"));
        let settled = app.settle();
        let diagnostics = settled.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        (serde_json::to_value(&settled.stacks[0]).unwrap(), diagnostics)
    }

    #[test]
    fn values_are_set_removed_merged_and_appended_at_paths() {
        let (document, diagnostics) = built(|stack| {
            let mut rule = Block::new();
            rule.set("port", 80);
            let mut inner = Block::new();
            inner.set("a", json!({ "x": 1, "y": [1] }));
            let raw = Raw::new("aws_x").set("keep", 1).set("drop", 2).set("list", vec!["a"]);
            stack.add("b", raw.push("rule", rule).nest("inner", inner));
            let at = ["resource", "aws_x", "b"];
            let path = |rest: &[&str]| -> Vec<String> {
                at.iter().chain(rest).map(|key| (*key).to_owned()).collect()
            };
            stack.override_at(path(&["tags", "a.b"]), "${x}");
            stack.remove_at(path(&["drop"]));
            stack.append_at(path(&["list"]), "b");
            stack.append_at(path(&["new"]), "a");
            stack.append_at(path(&["rule"]), json!({ "port": 443 }));
            stack.merge_at(
                path(&[]),
                json!({ "inner": { "a": { "y": [2], "z": { "k.l": true } } }, "more": 0 }),
            );
            stack.override_at(path(&["rule", "0", "port"]), 81);
            stack.override_at(["terraform", "experiments"], Vec::<String>::new());
        });
        assert_eq!(diagnostics, [""; 0]);
        assert_eq!(
            document["resource"]["aws_x"]["b"],
            json!({
                "keep": 1, "list": ["a", "b"], "new": ["a"], "more": 0, "tags": {"a.b": "$${x}"},
                "rule": [{ "port": 81 }, { "port": 443 }],
                "inner": { "a": { "x": 1, "y": [2], "z": { "k.l": true } } },
            })
        );
        assert_eq!(document["terraform"]["experiments"], json!([]));
    }

    #[test]
    fn a_resource_carries_its_own_changes() {
        let (document, diagnostics) = built(|stack| {
            let raw = Raw::new("aws_x")
                .overridden(Override::merge(["tags"], json!({ "a": "1" })))
                .set("tags", json!({ "b": "2" }));
            stack.add("x", raw);
        });
        assert_eq!(diagnostics, [""; 0]);
        assert_eq!(document["resource"]["aws_x"]["x"]["tags"], json!({ "a": "1", "b": "2" }));
    }

    #[test]
    fn everything_that_matches_is_changed() {
        let mut app = App::new();
        app.override_all(Select::all().of_type("aws_*"), Override::set(["all"], true));
        app.override_all(Select::all().of_type("google_*"), Override::set(["all"], true));
        let stack = app.stack("dev");
        stack.add("a", Raw::new("aws_x").set("tags", json!({ "Team": "one" })));
        stack.scope("shop").scope("orders").add("b", Raw::new("aws_y"));
        stack.add("shop_c", Raw::new("random_z"));
        stack.override_all(Select::all().tagged("Team", "one"), Override::set(["tag"], 1));
        stack.override_all(Select::all().in_scope("shop"), Override::append(["scopes"], "shop"));
        stack.override_all(Select::all().at("random_z.shop_*"), Override::set(["path"], 1));
        let settled = app.settle();
        let messages: Vec<&str> =
            settled.diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(messages, ["an override matches nothing in the program"]);
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        assert_eq!(
            document["resource"],
            json!({
                "aws_x": { "a": { "tags": { "Team": "one" }, "all": true, "tag": 1 } },
                "aws_y": { "shop_orders_b": { "all": true, "scopes": ["shop"] } },
                "random_z": { "shop_c": { "path": 1 } },
            })
        );
    }

    #[test]
    fn every_section_is_reached_and_no_key_is_written_twice() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.require_terraform(">= 1.5");
        stack.require_provider("aws", "hashicorp/aws", "~> 5.0");
        stack.backend(Backend::local("a${x}"));
        let pages = stack.add("pages", Raw::new("aws_x").moved_from("site"));
        stack.import_existing(Import::id(&pages, "p"));
        stack.add("go", Action::new("aws_go").config("a", 1));
        stack.variable("v", Variable::<String>::new().default_value("a"));
        stack.check("ok", |check| {
            let data = check.data("d", Raw::data("aws_d").set("a", 1));
            check.assert(&data.attribute::<f64>("a").eq(1), "no");
        });
        stack.override_at(["terraform", "required_version"], ">= 1.6");
        stack.override_at(["terraform", "required_providers", "aws", "version"], "~> 6.0");
        stack.merge_at(["terraform"], json!({ "backend": { "local": { "workspace_dir": "w${y}" } } }));
        stack.override_at(["moved", "0", "from"], "aws_x.old");
        stack.append_at(["removed"], json!({ "from": "aws_x.gone", "lifecycle": { "destroy": false } }));
        stack.override_at(["import", "0", "id"], "q");
        stack.override_at(["action", "aws_go", "go", "config", "a"], 2);
        stack.override_at(["check", "ok", "data", "aws_d", "d", "a"], 2);
        stack.override_at(["check", "ok", "assert", "0", "error_message"], "never");
        stack.override_at(["variable", "v", "default"], "${z}");
        let reader = app.stack("reader");
        reader.add("x", Raw::new("aws_x"));
        let settled = app.finish();
        assert_eq!(settled.diagnostics, []);
        // A map would hide a key that is written twice.
        let text = serde_json::to_string(&settled.stacks[0]).unwrap();
        for key in ["required_version", "required_providers", "backend"] {
            assert_eq!(text.matches(&format!("\"{key}\":")).count(), 1, "{text}");
        }
        let document = serde_json::to_value(&settled.stacks[0]).unwrap();
        assert_eq!(
            document["terraform"],
            json!({
                "required_version": ">= 1.6",
                "required_providers": { "aws": { "source": "hashicorp/aws", "version": "~> 6.0" } },
                "backend": { "local": { "path": "a${x}", "workspace_dir": "w${y}" } },
            })
        );
        assert_eq!(document["moved"][0]["from"], "aws_x.old");
        assert_eq!(document["removed"], json!([{ "from": "aws_x.gone", "lifecycle": { "destroy": false } }]));
        assert_eq!(document["import"][0]["id"], "q");
        assert_eq!(document["action"]["aws_go"]["go"]["config"]["a"], 2);
        assert_eq!(document["check"]["ok"]["data"]["aws_d"]["d"]["a"], 2);
        assert_eq!(document["check"]["ok"]["assert"][0]["error_message"], "never");
        assert_eq!(document["variable"]["v"]["default"], "${z}");
    }

    #[test]
    fn readers_see_the_backend_as_it_will_be() {
        let mut app = App::new();
        let output = app.stack("a").output("x", "1");
        app.stack("a2").override_at(["terraform", "backend"], json!({ "s3": { "bucket": "b", "key": "k" } }));
        let other = app.stack("c");
        other.read(&output);
        let mut first = Stack::new("d");
        first.override_at(["terraform", "backend", "s3"], json!({ "bucket": "b", "key": "other" }));
        let output = first.output("y", "1");
        app.add(first);
        app.stack("e").read(&output);
        let settled = app.finish();
        assert_eq!(settled.diagnostics, []);
        let document = serde_json::to_value(&settled.stacks[4]).unwrap();
        let config = &document["data"]["terraform_remote_state"]["d"];
        assert_eq!((&config["backend"], &config["config"]["key"]), (&json!("s3"), &json!("other")));
    }

    #[test]
    fn a_path_to_nothing_is_a_diagnostic() {
        let (_, diagnostics) = built(|stack| {
            stack.add("site", Raw::new("aws_x").set("name", "a"));
            stack.remove_at(["resource", "aws_x", "sit"]);
            stack.remove_at(["resource", "aws_x", "site", "nam"]);
            stack.append_at(["resource", "aws_x", "site", "name"], "b");
            stack.override_at(["resources", "aws_x"], 1);
            stack.override_all(Select::all().of_type("aws_y"), Override::remove(["a"]));
        });
        assert_eq!(
            diagnostics,
            [
                "nothing stands at the override's path resource / aws_x / sit",
                "nothing stands at the override's path resource / aws_x / site / nam",
                "the override's path resource / aws_x / site / name ends at a value that is no list",
                "nothing stands at the override's path resources / aws_x",
                "an override matches nothing in the stack",
            ]
        );
    }
}
