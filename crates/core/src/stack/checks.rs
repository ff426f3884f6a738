//! `check` blocks: conditions that are looked at after every plan and apply, and fail neither.

use crate::constructs::assertion::{Assertions, Scoped};
use crate::{Block, Expr, Kind, Object, Resource, Source, Stack, Value};

/// A `check` block that is being filled (Terraform 1.5, OpenTofu 1.6).
#[derive(Debug)]
pub struct Check<'a> {
    stack: &'a mut Stack,
    name: String,
    data: Option<Scoped>,
    assertions: Block,
}

impl Check<'_> {
    /// Reads a data source for this check alone. There can be one, and nothing else can refer to it.
    #[track_caller]
    pub fn data<R: Resource>(&mut self, name: &str, mut resource: R) -> R::Ref {
        let source = Source::here();
        let block = std::mem::take(resource.block_mut());
        let (kind, type_name) = (resource.kind(), resource.type_name());
        self.stack.require_default(resource.provider_source());
        let origin = self.stack.origin(source);
        let name = self.stack.logical_name(name);
        let reference = self.stack.refer(kind, type_name.clone(), &name, origin);
        let address = format!("check.{}", self.name);
        if kind != Kind::Data {
            let message = format!("a check can hold a data source, not a {}", kind.noun());
            let diagnostic = self.stack.diagnostic(message).at(&address).origin(origin);
            self.stack.report(diagnostic.hint("add it to the stack, and refer to it in the condition"));
        }
        if let Some(first) = &self.data {
            let diagnostic =
                self.stack.diagnostic("a check can hold one data source").at(&address).origin(origin);
            let diagnostic = diagnostic.origin(first.object.origin);
            self.stack.report(diagnostic.hint("add the others to the stack, or make a check of each"));
        }
        self.data.get_or_insert(Scoped { type_name, name, object: Object { block, origin } });
        reference.into()
    }

    /// Warns with a message unless the condition holds.
    #[track_caller]
    pub fn assert(&mut self, condition: &Expr<bool>, error_message: impl Into<Value<String>>) {
        self.assertions.push_condition("assert", condition, error_message.into());
    }
}

impl Stack {
    /// Adds a check: conditions that are looked at after every plan and apply, and warn if they do not hold.
    #[track_caller]
    pub fn check(&mut self, name: &str, fill: impl FnOnce(&mut Check<'_>)) {
        let source = Source::here();
        let name = self.logical_name(name);
        let mut check = Check { stack: self, name: name.clone(), data: None, assertions: Block::new() };
        fill(&mut check);
        let (data, block) = (check.data, check.assertions);
        let origin = self.origin(source);
        if block.get("assert").is_none() {
            let diagnostic = self.diagnostic("the check asserts nothing").at(format!("check.{name}"));
            self.report(diagnostic.origin(origin).hint("call `assert` with what should hold"));
        }
        if let Some(first) = self.checks.get(&name).map(|known| known.object.origin) {
            return self.name_taken(format!("check.{name}"), first, origin);
        }
        self.check_name(&name, "check", origin);
        self.checks.insert(name, Assertions { data, object: Object { block, origin } });
    }
}
