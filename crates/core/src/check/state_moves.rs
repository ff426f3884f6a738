//! Checks `import`, `moved` and `removed` blocks against the rest of the stack and against each other.
//!
//! Source: the Terraform language documentation, "moved block reference", "removed block reference" and "import block
//! reference".

use std::collections::HashMap;

use crate::constructs::state_address::AddressParts;
use crate::constructs::statement::{Statement, StatementKind};
use crate::{Diagnostic, Json, Kind, Stack, StateAddress};

/// Reports what Terraform would refuse, or what would not do what it says.
pub(crate) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut checker = Checker { stack, diagnostics: Vec::new() };
    checker.all();
    checker.diagnostics
}

struct Checker<'a> {
    stack: &'a Stack,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Checker<'a> {
    fn all(&mut self) {
        // The statement that an address was first named in, by what it says of it.
        let mut named: HashMap<(StatementKind, &'static str, String), &'a Statement> = HashMap::new();
        for statement in &self.stack.statements {
            for argument in ["from", "to"] {
                let Some(address) = statement.address(argument) else { continue };
                let Some(parts) = address.parts() else {
                    let message =
                        format!("`{}` is not the address of a resource or module", address.as_str());
                    let hint = "write it as in `aws_s3_bucket.pages`, `aws_subnet.private[\"a\"]` or `module.network`";
                    self.report(statement, argument, message, hint);
                    continue;
                };
                let repeated =
                    matches!(statement.object.block.get("for_each"), Some(value) if *value != Json::Null);
                let key = (statement.kind, argument, address.as_str().to_owned());
                if let Some(first) = named.insert(key, statement).filter(|_| !repeated) {
                    let diagnostic = self
                        .diagnostic(statement, argument, format!("`{}` is named twice", address.as_str()))
                        .origin(first.object.origin);
                    self.diagnostics
                        .push(diagnostic.hint("an object can come from one place, and go to one place"));
                }
                match (statement.kind, argument) {
                    (StatementKind::Moved, "from") => self.moved(statement, &address, &parts),
                    (StatementKind::Moved, _) => self.must_be(statement, argument, &address, &parts),
                    (StatementKind::Removed, _) => self.removed(statement, &address, &parts),
                    (StatementKind::Import, _) => self.imported(statement, &address, &parts),
                }
            }
        }
    }

    fn moved(&mut self, statement: &'a Statement, from: &StateAddress, parts: &AddressParts<'_>) {
        let Some(to) = statement.address("to") else { return };
        if *from == to {
            let message = format!("`{}` is moved to where it is", from.as_str());
            return self.report(statement, "to", message, "name the address that it had before");
        }
        let Some(to_parts) = to.parts() else { return };
        if parts.resource.is_some() != to_parts.resource.is_some() {
            let message = format!("`{}` cannot become `{}`", from.as_str(), to.as_str());
            let hint = "a resource moves to a resource, and a module to a module";
            return self.report(statement, "to", message, hint);
        }
        if parts.is_data || to_parts.is_data {
            let message = "data sources are read anew each time and cannot be moved".to_owned();
            return self.report(statement, "from", message, "leave the `moved` block out");
        }
        // A resource that gets `count` or `for_each` stays where it is; only its objects move.
        let without_index = |parts: &AddressParts<'_>| match (parts.modules.first(), parts.resource) {
            (Some((module, _)), _) => ("module".to_owned(), (*module).to_owned()),
            (None, Some((type_name, name, _))) => (type_name.to_owned(), name.to_owned()),
            (None, None) => (String::new(), String::new()),
        };
        let has_index = match parts.resource {
            Some((.., index)) => index.is_some(),
            None => parts.modules.last().is_some_and(|(_, index)| index.is_some()),
        };
        if without_index(parts) != without_index(&to_parts) && !has_index && self.exists(parts) == Some(true)
        {
            let message = format!("`{}` is moved away, and is still in the stack", from.as_str());
            let hint = "give one of the two another name: an object cannot be at both";
            self.report(statement, "from", message, hint);
        }
    }

    fn removed(&mut self, statement: &'a Statement, from: &StateAddress, parts: &AddressParts<'_>) {
        let indexed = parts.modules.iter().any(|(_, index)| index.is_some())
            || parts.resource.is_some_and(|(.., index)| index.is_some());
        if indexed {
            let message = format!(
                "`{}` is one object, and only whole resources and modules can be removed",
                from.as_str()
            );
            return self.report(
                statement,
                "from",
                message,
                "leave the index out, or take the object out of the state with `terraform state rm`",
            );
        }
        if self.exists(parts) == Some(true) {
            let message = format!("`{}` is removed, and is still in the stack", from.as_str());
            return self.report(
                statement,
                "from",
                message,
                "take the resource out of the program, or the `removed` block",
            );
        }
        let provisioners = statement.object.block.get("provisioner");
        let is_kept = matches!(statement.object.block.get("lifecycle"),
            Some(Json::Block(lifecycle)) if lifecycle.get("destroy") == Some(&Json::Bool(false)));
        if provisioners.is_some() && is_kept {
            let message = format!("`{}` is kept, so that its provisioners never run", from.as_str());
            return self.report(statement, "provisioner", message, "use `Removed::destroy`");
        }
        let Some(Json::Blocks(provisioners)) = provisioners else { return };
        let bodies =
            provisioners.iter().flat_map(crate::Block::entries).filter_map(|entry| match &entry.value {
                Json::Block(body) => Some(body),
                _ => None,
            });
        if bodies.into_iter().any(|body| body.get("when") != Some(&Json::literal("destroy"))) {
            let message = "a provisioner of what is removed can only run on destroy".to_owned();
            self.report(statement, "provisioner", message, "call `on_destroy` on it");
        }
    }

    fn imported(&mut self, statement: &'a Statement, to: &StateAddress, parts: &AddressParts<'_>) {
        let block = &statement.object.block;
        if block.get("id").is_some() == block.get("identity").is_some() {
            let message = "an import names either an id or an identity".to_owned();
            return self.report(
                statement,
                "identity",
                message,
                "keep the one that the provider's documentation gives",
            );
        }
        let Some((_, _, index)) = parts.resource.filter(|_| !parts.is_data) else {
            let message = format!("`{}` is not a resource, and only resources can be imported", to.as_str());
            return self.report(statement, "to", message, "name a resource, such as `aws_s3_bucket.pages`");
        };
        self.must_be(statement, "to", to, parts);
        if block.get("for_each").is_some() && !index.is_some_and(|index| index.contains("each.")) {
            let message = format!("every object would be imported to `{}`", to.as_str());
            self.report(
                statement,
                "to",
                message,
                "choose an instance by `each.key()`, as in `buckets.at(each.key())`",
            );
        }
    }

    /// Reports an address that nothing of the stack has.
    fn must_be(
        &mut self,
        statement: &'a Statement,
        argument: &'static str,
        address: &StateAddress,
        parts: &AddressParts<'_>,
    ) {
        let goes_on = self.stack.statements.iter().any(|other| {
            matches!(other.kind, StatementKind::Moved | StatementKind::Removed)
                && !std::ptr::eq(other, statement)
                && other.address("from").as_ref() == Some(address)
        });
        match self.exists(parts) {
            Some(false) if !goes_on => {
                let message = format!("`{}` is not in the stack", address.as_str());
                let diagnostic = self.diagnostic(statement, argument, message);
                let near = match (parts.modules.first(), parts.resource) {
                    (Some((module, _)), _) => nearest(self.stack, Kind::Module, "", module, "module."),
                    (None, Some((type_name, name, _))) => {
                        nearest(self.stack, Kind::Resource, type_name, name, &format!("{type_name}."))
                    }
                    (None, None) => None,
                };
                self.diagnostics.push(match near {
                    Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
            }
            _ => {}
        }
        let Some((type_name, name, index)) = parts.resource.filter(|_| parts.modules.is_empty()) else {
            return;
        };
        let Some(object) = self.stack.resource(type_name, name) else { return };
        let is_repeated = object.block.get("count").is_some() || object.block.get("for_each").is_some();
        let message = match (is_repeated, index) {
            (false, Some(_)) => format!("`{type_name}.{name}` is one object and has no instances"),
            (true, None) if statement.kind == StatementKind::Import => {
                format!("`{type_name}.{name}` has several objects, and one must be named")
            }
            _ => return,
        };
        let diagnostic = self.diagnostic(statement, argument, message).origin(object.origin);
        self.diagnostics.push(diagnostic.hint("take an object of `count` or `for_each` with `at`"));
    }

    /// Whether the stack has what is at a place; none for what is inside of modules.
    fn exists(&self, parts: &AddressParts<'_>) -> Option<bool> {
        match (parts.modules.first(), parts.resource) {
            (Some((module, _)), _) => match self.stack.objects(Kind::Module).get("", module) {
                None => Some(false),
                Some(_) if parts.modules.len() == 1 && parts.resource.is_none() => Some(true),
                Some(_) => None,
            },
            (None, Some((type_name, name, _))) if parts.is_data => {
                Some(self.stack.data_source(type_name, name).is_some())
            }
            (None, Some((type_name, name, _))) => Some(self.stack.resource(type_name, name).is_some()),
            (None, None) => None,
        }
    }

    fn diagnostic(&self, statement: &Statement, argument: &str, message: String) -> Diagnostic {
        let diagnostic = self.stack.diagnostic(message).at(statement.kind.name()).argument(argument);
        diagnostic.origin(statement.object.origin)
    }

    fn report(&mut self, statement: &Statement, argument: &str, message: String, hint: &str) {
        let diagnostic = self.diagnostic(statement, argument, message).hint(hint);
        self.diagnostics.push(diagnostic);
    }
}

fn nearest(stack: &Stack, kind: Kind, type_name: &str, name: &str, prefix: &str) -> Option<String> {
    let near = crate::nearest(name, stack.objects(kind).names(type_name))?;
    Some(format!("{prefix}{near}"))
}

#[cfg(test)]
mod tests {
    use crate::{App, Import, Map, Module, Provisioner, Raw, Removed, Resource, Stack};

    fn messages(build: impl FnOnce(&mut Stack)) -> Vec<String> {
        let mut app = App::new();
        build(app.stack("dev"));
        app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn what_is_right_is_left_alone() {
        let messages = messages(|stack| {
            let pages = stack.add("pages", Raw::new("aws_x"));
            let keyed = stack.add("keyed", Raw::new("aws_y").for_each(["a"]));
            let site = stack.add("site", Module::new("./site"));
            stack.moved("aws_x.site", "aws_x.middle");
            stack.moved("aws_x.middle", &pages);
            stack.moved("aws_y.keyed", &keyed.at("a"));
            stack.moved("module.old", &site);
            stack.moved("aws_x.inner", "module.site.aws_x.inner");
            stack.import_existing(Import::id(&pages, "p"));
            let ids = Map::<String>::new().with("a", "1");
            stack.import_existing(Import::for_each(ids, |id| Import::id(&keyed.at(id.key()), id.value())));
            stack.removed(Removed::keep("aws_x.gone"));
            stack.removed(
                Removed::destroy("module.gone").provisioner(Provisioner::local_exec("bye").on_destroy()),
            );
        });
        assert_eq!(messages, [] as [&str; 0]);
    }

    #[test]
    fn what_cannot_be_is_reported() {
        let messages = messages(|stack| {
            let pages = stack.add("pages", Raw::new("aws_x"));
            let keyed = stack.add("keyed", Raw::new("aws_y").for_each(["a"]));
            stack.moved(&pages, &pages);
            stack.moved("aws_x.a", "module.b");
            stack.moved("aws_x.c", "aws_x.page");
            stack.moved("aws_y.keyed", "aws_x.pages");
            stack.moved("aws x", &keyed.at("a"));
            stack.import_existing(Import::id(&pages, "p"));
            stack.import_existing(Import::id(&pages, "p"));
            stack.import_existing(Import::id(&keyed, "p"));
            stack.import_existing(Import::id("module.b", "p"));
            stack.removed(Removed::keep(&pages));
            stack.removed(Removed::keep("aws_y.keyed[0]"));
        });
        assert_eq!(
            messages,
            [
                "`aws_x.pages` is moved to where it is",
                "`aws_x.a` cannot become `module.b`",
                "`module.b` is not in the stack",
                "`aws_x.page` is not in the stack",
                "`aws_y.keyed` is moved away, and is still in the stack",
                "`aws_x.pages` is named twice",
                "`aws x` is not the address of a resource or module",
                "`aws_x.pages` is named twice",
                "`aws_y.keyed` has several objects, and one must be named",
                "`module.b` is not a resource, and only resources can be imported",
                "`aws_x.pages` is removed, and is still in the stack",
                "`aws_y.keyed[0]` is one object, and only whole resources and modules can be removed",
            ]
        );
    }
}
