//! Adding to a stack: resources and all else that has an address, variables, local values, outputs.

use std::borrow::Cow;

use indexmap::IndexMap;

use crate::constructs::select::Pending;
use crate::syntax::address::identifier_hint;
use crate::{
    Address, Block, Export, Expr, IntoValue, Kind, Object, Origin, Output, Reference, Resource, Source,
    Stack, StateAddress, Type, Variable, is_identifier,
};

impl Stack {
    /// Adds a resource, a data source, a module call or whatever else has an address under a logical name.
    #[track_caller]
    pub fn add<R: Resource>(&mut self, name: &str, mut resource: R) -> R::Ref {
        let block = std::mem::take(resource.block_mut());
        let provider = resource.provider_source();
        self.require_default(provider);
        R::Ref::from(self.insert(resource.kind(), resource.type_name(), name, block, Source::here()))
    }

    /// Declares an input variable.
    #[track_caller]
    pub fn variable<T: Type>(&mut self, name: &str, variable: Variable<T>) -> Expr<T> {
        let name = self.logical_name(name);
        let object = Object { block: variable.into_block(), origin: self.origin(Source::here()) };
        let expression = Expr::postfix(&["var.", &name]).of_stacks(self.own);
        self.named(|stack| &mut stack.variables, "variable", name, object);
        expression
    }

    /// Gives a value a name within the stack.
    #[track_caller]
    pub fn local<V: IntoValue>(&mut self, name: &str, value: V) -> Expr<V::Type> {
        let name = self.logical_name(name);
        let mut block = Block::new();
        block.set("value", value.into_value());
        let expression = Expr::postfix(&["local.", &name]).of_stacks(self.own);
        self.named(
            |stack| &mut stack.locals,
            "local value",
            name,
            Object { block, origin: self.origin(Source::here()) },
        );
        expression
    }

    /// Declares an output, for people and for other stacks.
    #[track_caller]
    pub fn output<V: IntoValue>(&mut self, name: &str, value: V) -> Output<V::Type> {
        self.export(name, Export::new(value))
    }

    /// Declares an output with a description, or one that is not shown.
    #[track_caller]
    pub fn export<T>(&mut self, name: &str, export: Export<T>) -> Output<T> {
        let name = self.logical_name(name);
        let output = Output::new(self.name.clone(), name.as_str().into(), export.is_sensitive());
        let object = Object { block: export.into_block(), origin: self.origin(Source::here()) };
        self.named(|stack| &mut stack.outputs, "output", name, object);
        output
    }

    /// Adds what has an address under a whole name, whatever scope is open: for a name that must be kept, or that two
    /// scopes would give to two things.
    #[track_caller]
    pub fn add_named<R: Resource>(&mut self, name: &str, resource: R) -> R::Ref {
        let scope = std::mem::take(&mut self.scope);
        let added = self.add(name, resource);
        self.scope = scope;
        added
    }

    /// Declares an input variable under a whole name, whatever scope is open.
    #[track_caller]
    pub fn variable_named<T: Type>(&mut self, name: &str, variable: Variable<T>) -> Expr<T> {
        let scope = std::mem::take(&mut self.scope);
        let added = self.variable(name, variable);
        self.scope = scope;
        added
    }

    /// Gives a value a whole name, whatever scope is open.
    #[track_caller]
    pub fn local_named<V: IntoValue>(&mut self, name: &str, value: V) -> Expr<V::Type> {
        let scope = std::mem::take(&mut self.scope);
        let added = self.local(name, value);
        self.scope = scope;
        added
    }

    /// Declares an output under a whole name, whatever scope is open.
    #[track_caller]
    pub fn output_named<V: IntoValue>(&mut self, name: &str, value: V) -> Output<V::Type> {
        let scope = std::mem::take(&mut self.scope);
        let added = self.output(name, value);
        self.scope = scope;
        added
    }

    /// Declares an output with a description, or one that is not shown, under a whole name, whatever scope is open.
    #[track_caller]
    pub fn export_named<T>(&mut self, name: &str, export: Export<T>) -> Output<T> {
        let scope = std::mem::take(&mut self.scope);
        let added = self.export(name, export);
        self.scope = scope;
        added
    }

    /// Adds a block under a logical name that is already complete.
    fn insert(
        &mut self,
        kind: Kind,
        type_name: Cow<'static, str>,
        name: &str,
        mut block: Block,
        source: Source,
    ) -> Reference {
        let origin = self.origin(source);
        let name = self.logical_name(name);
        let reference = self.refer(kind, type_name.clone(), &name, origin);
        let name = reference.address().name.clone();
        if let Some((old, source)) = block.take_former_name() {
            let before = Address { kind, type_name: type_name.clone(), name: old.into() };
            let now = StateAddress::from(reference.address().to_string());
            self.move_from(&StateAddress::from(before.to_string()), &now, source);
        }
        for change in block.take_changes() {
            self.overrides.push(Pending::Object(kind, type_name.to_string(), name.to_string(), change));
        }
        if let Some(first) = self.objects_mut(kind).insert(type_name, name, Object { block, origin }) {
            self.name_taken(reference.address().to_string(), first, origin);
        } else if let Some(added) = &mut self.added {
            added.push(reference.address().clone());
        }
        reference
    }

    /// Makes a reference to a block, whose names are checked.
    pub(crate) fn refer(
        &mut self,
        kind: Kind,
        type_name: Cow<'static, str>,
        name: &str,
        origin: Origin,
    ) -> Reference {
        let address = Address { kind, type_name: type_name.clone(), name: name.into() };
        for part in [&*type_name, name] {
            if !(is_identifier(part) || kind == Kind::Module && part.is_empty()) {
                let diagnostic = self.diagnostic(format!("Terraform refuses the name `{part}`")).at(&address);
                self.report(diagnostic.origin(origin).hint(identifier_hint(part)));
            }
        }
        Reference::new(address, self.own)
    }

    fn named(
        &mut self,
        objects: impl FnOnce(&mut Self) -> &mut IndexMap<String, Object>,
        what: &str,
        name: String,
        object: Object,
    ) {
        let origin = object.origin;
        self.check_name(&name, what, origin);
        let first = match objects(self).entry(name.clone()) {
            indexmap::map::Entry::Occupied(entry) => entry.get().origin,
            indexmap::map::Entry::Vacant(entry) => {
                entry.insert(object);
                return;
            }
        };
        self.name_taken(format!("{what} {name}"), first, origin);
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Raw, Stack, Variable};

    #[test]
    fn whole_names_are_outside_of_scopes() {
        let mut app = App::new();
        let stack = app.stack("dev");
        stack.scope("a").add("b_c", Raw::new("aws_x"));
        let mut scope = stack.scope("a_b");
        let kept = scope.add_named("kept", Raw::new("aws_x"));
        assert_eq!(kept.address().to_string(), "aws_x.kept");
        let given = scope.variable_named("given", Variable::<String>::new());
        let local = scope.local_named("text", given);
        assert_eq!(scope.output_named("url", local).name(), "url");
        // What follows is in the scope again.
        assert_eq!(scope.add("d", Raw::new("aws_x")).address().to_string(), "aws_x.a_b_d");
        drop(scope);
        let taken = |build: fn(&mut Stack)| {
            let mut app = App::new();
            let stack = app.stack("dev");
            stack.scope("a").add("b_c", Raw::new("aws_x"));
            build(stack);
            app.finish().diagnostics
        };
        assert_eq!(app.finish().diagnostics, []);
        let found = taken(|stack| drop(stack.scope("a_b").add("c", Raw::new("aws_x"))));
        assert_eq!(found[0].message, "the name of aws_x.a_b_c is taken");
        assert!(found[0].hint.text().unwrap().contains("add_named"), "{}", found[0]);
        assert!(found[0].sources.iter().all(|source| source.file().ends_with("add.rs")));
        assert_eq!(taken(|stack| drop(stack.scope("a_b").add_named("c", Raw::new("aws_x")))), []);
    }
}
