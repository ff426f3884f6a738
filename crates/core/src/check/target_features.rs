//! Finds features in a document that the stack's version of Terraform or OpenTofu does not have.

use crate::check::graph::KINDS;
use crate::constructs::statement::StatementKind;
use crate::syntax::references;
use crate::{Block, Diagnostic, Json, Kind, Object, Origin, Source, Stack, Target};

use crate::constructs::target::{Feature, features as f};

/// Reports what is too new for the target of a stack, each feature once for each block.
pub(crate) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let Some(target) = stack.target else { return Vec::new() };
    let mut checker = Checker { stack, target, diagnostics: Vec::new() };
    checker.all();
    checker.diagnostics
}

struct Checker<'a> {
    stack: &'a Stack,
    target: Target,
    diagnostics: Vec<Diagnostic>,
}

/// Where something is: the address of its block, and the lines that made it.
#[derive(Clone, Copy)]
struct Subject<'a> {
    address: &'a str,
    origin: Origin,
}

impl Checker<'_> {
    fn all(&mut self) {
        let stack = self.stack;
        self.settings();
        for kind in KINDS {
            for (type_name, name, object) in stack.objects(kind).iter() {
                let type_name = type_name.to_owned().into();
                let address = crate::Address { kind, type_name, name: name.into() }.to_string();
                self.block(kind, Subject { address: &address, origin: object.origin }, object);
            }
        }
        for (name, object) in &stack.variables {
            self.variable(name, object);
        }
        for (name, object) in &stack.outputs {
            let address = format!("output.{name}");
            let subject = Subject { address: &address, origin: object.origin };
            self.argument(subject, &object.block, "ephemeral", &f::EPHEMERAL_VALUES);
            self.argument(subject, &object.block, "deprecated", &f::DEPRECATED);
            self.argument(subject, &object.block, "type", &f::OUTPUT_TYPE);
            self.argument(subject, &object.block, "precondition", &f::CONDITIONS);
            self.functions(subject, &object.block);
        }
        for (name, object) in &stack.locals {
            let address = format!("local.{name}");
            self.functions(Subject { address: &address, origin: object.origin }, &object.block);
        }
        for configuration in &stack.providers {
            let address = format!("provider.{}", configuration.reference);
            let subject = Subject { address: &address, origin: configuration.object.origin };
            self.argument(subject, &configuration.object.block, "for_each", &f::PROVIDER_FOR_EACH);
            self.functions(subject, &configuration.object.block);
        }
        for (name, check) in &stack.checks {
            let address = format!("check.{name}");
            let subject = Subject { address: &address, origin: check.object.origin };
            self.report(subject, None, None, &f::CHECK);
            self.functions(subject, &check.object.block);
        }
        for statement in &stack.statements {
            self.statement(statement.kind, &statement.object);
        }
    }

    fn settings(&mut self) {
        let stack = self.stack;
        let subject = Subject { address: "terraform", origin: Origin::outside(stack.source) };
        if let Some(backend) = &stack.backend {
            if backend.kind() == "cloud" {
                self.report(subject, Some("cloud"), None, &f::CLOUD);
            }
            self.argument(subject, backend.block(), "use_lockfile", &f::S3_LOCKFILE);
            let computed = backend.block().entries().find(|entry| matches!(entry.value, Json::Template(_)));
            if let Some(entry) = computed {
                self.report(subject, Some(&entry.name), Some(entry.source), &f::BACKEND_EXPRESSION);
            }
        }
        self.argument(subject, &stack.settings, "encryption", &f::ENCRYPTION);
    }

    fn block(&mut self, kind: Kind, subject: Subject<'_>, object: &Object) {
        let block = &object.block;
        match kind {
            Kind::Ephemeral => self.report(subject, None, None, &f::EPHEMERAL),
            Kind::Action => self.report(subject, None, None, &f::ACTIONS),
            Kind::List => self.report(subject, None, None, &f::LISTS),
            Kind::Module => {
                if let Some(entry) = block.entries().find(|entry| {
                    matches!(&*entry.name, "source" | "version") && matches!(entry.value, Json::Template(_))
                }) {
                    self.report(subject, Some(&entry.name), Some(entry.source), &f::MODULE_SOURCE);
                }
            }
            Kind::Resource if subject.address.starts_with("terraform_data.") => {
                self.report(subject, None, None, &f::TERRAFORM_DATA);
            }
            Kind::Resource | Kind::Data => {}
        }
        if kind == Kind::Resource
            && let Some(entry) = block.entries().find(|entry| entry.name.ends_with("_wo"))
        {
            self.report(subject, Some(&entry.name), Some(entry.source), &f::WRITE_ONLY);
        }
        if let Some(Json::Block(lifecycle)) = block.get("lifecycle") {
            for (argument, feature) in [
                ("precondition", &f::CONDITIONS),
                ("postcondition", &f::CONDITIONS),
                ("replace_triggered_by", &f::REPLACE_TRIGGERED_BY),
                ("action_trigger", &f::ACTIONS),
                ("enabled", &f::ENABLED),
                ("destroy", &f::KEEP_ON_DESTROY),
            ] {
                self.argument(subject, lifecycle, argument, feature);
            }
            if let Some(Json::Template(_)) = lifecycle.get("prevent_destroy") {
                self.argument(subject, lifecycle, "prevent_destroy", &f::PREVENT_DESTROY_EXPRESSION);
            }
        }
        self.functions(subject, block);
    }

    fn variable(&mut self, name: &str, object: &Object) {
        let address = format!("var.{name}");
        let subject = Subject { address: &address, origin: object.origin };
        for (argument, feature) in [
            ("ephemeral", &f::EPHEMERAL_VALUES),
            ("deprecated", &f::DEPRECATED),
            ("const", &f::CONST),
            ("nullable", &f::NULLABLE),
        ] {
            self.argument(subject, &object.block, argument, feature);
        }
        if let Some(Json::String(constraint)) = object.block.get("type")
            && constraint.contains("optional(")
        {
            self.argument(subject, &object.block, "type", &f::OPTIONAL);
        }
        if let Some(Json::Blocks(validations)) = object.block.get("validation") {
            for entry in validations.iter().flat_map(Block::entries) {
                let Json::Template(text) = &entry.value else { continue };
                let mut others = false;
                // What cannot be read is reported where references are checked.
                let _ = references::in_template(text, &mut |traversal| {
                    others |= (traversal.name(0), traversal.name(1)) != (Some("var"), Some(name));
                });
                if others {
                    self.report(subject, Some("validation"), Some(entry.source), &f::CROSS_VALIDATION);
                }
            }
        }
        self.functions(subject, &object.block);
    }

    fn statement(&mut self, kind: StatementKind, object: &Object) {
        let subject = Subject { address: kind.name(), origin: object.origin };
        match kind {
            StatementKind::Moved => self.report(subject, None, None, &f::MOVED),
            StatementKind::Import => {
                self.report(subject, None, None, &f::IMPORT);
                self.argument(subject, &object.block, "for_each", &f::IMPORT_FOR_EACH);
                self.argument(subject, &object.block, "identity", &f::IMPORT_IDENTITY);
                if matches!(object.block.get("id"), Some(Json::Template(_))) {
                    self.argument(subject, &object.block, "id", &f::IMPORT_EXPRESSION);
                }
            }
            StatementKind::Removed => {
                self.report(subject, None, None, &f::REMOVED);
                self.argument(subject, &object.block, "lifecycle", &f::REMOVED_LIFECYCLE);
                self.argument(subject, &object.block, "provisioner", &f::REMOVED_PROVISIONER);
            }
        }
    }

    fn argument(&mut self, subject: Subject<'_>, block: &Block, argument: &str, feature: &Feature) {
        if let Some(entry) = block.entries().find(|entry| entry.name == argument) {
            self.report(subject, Some(argument), Some(entry.source), feature);
        }
    }

    /// Functions that came late, and those of providers.
    fn functions(&mut self, subject: Subject<'_>, block: &Block) {
        let mut found: Vec<(&'static Feature, Source)> = Vec::new();
        for entry in block.entries() {
            entry.value.each_template(&mut |text| {
                let unknown = f::FUNCTIONS
                    .iter()
                    .filter(|(name, feature)| !self.target.knows(feature) && references::calls(text, name));
                found.extend(unknown.map(|(_, feature)| (feature, entry.source)));
            });
        }
        found.dedup_by_key(|(feature, _)| feature.name);
        for (feature, source) in found {
            self.report(subject, None, Some(source), feature);
        }
    }

    fn report(
        &mut self,
        subject: Subject<'_>,
        argument: Option<&str>,
        source: Option<Source>,
        feature: &Feature,
    ) {
        if self.target.knows(feature) {
            return;
        }
        let message = format!("{} does not know {}", self.target, feature.name);
        let diagnostic = self.stack.diagnostic(message).at(subject.address);
        let diagnostic = match argument {
            Some(argument) => diagnostic.argument(argument),
            None => diagnostic,
        };
        let diagnostic = source.into_iter().fold(diagnostic, Diagnostic::source).origin(subject.origin);
        let hint = match (feature.terraform, feature.opentofu) {
            (Some(terraform), Some(opentofu)) => {
                format!("it is in Terraform from 1.{terraform} on, and in OpenTofu from 1.{opentofu} on")
            }
            (Some(terraform), None) => {
                format!("it is in Terraform from 1.{terraform} on, and not in OpenTofu")
            }
            (None, Some(opentofu)) => format!("it is in OpenTofu from 1.{opentofu} on, and not in Terraform"),
            (None, None) => "no version has it".to_owned(),
        };
        let same = |known: &Diagnostic| {
            (&known.message, &known.address, &known.sources)
                == (&diagnostic.message, &diagnostic.address, &diagnostic.sources)
        };
        if !self.diagnostics.iter().any(same) {
            self.diagnostics.push(diagnostic.hint(hint));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        App, Export, Expr, Import, Lifecycle, Map, Raw, Removed, Resource, Stack, Target, TypeConstraint,
        Variable,
    };

    fn too_new(target: Target, build: impl FnOnce(&mut Stack)) -> Vec<String> {
        let mut app = App::new();
        app.target(target);
        build(app.stack("dev"));
        let diagnostics = app.finish().diagnostics;
        diagnostics
            .into_iter()
            .map(|diagnostic| format!("{}; {}", diagnostic.message, diagnostic.hint.text().unwrap()))
            .collect()
    }

    fn everything(stack: &mut Stack) {
        let pages = stack.add("pages", Raw::new("aws_x").set("password_wo", "x"));
        let keyed = stack.add("keyed", Raw::new("aws_x").for_each(["a"]));
        let secret = stack.add("secret", Raw::ephemeral("aws_s"));
        stack.moved("aws_x.old", &pages);
        stack.import_existing(Import::id(&pages, "p"));
        let ids = Map::<String>::new().with("a", "1");
        stack.import_existing(Import::for_each(ids, |id| Import::id(&keyed.at(id.key()), id.value())));
        stack.removed(Removed::keep("aws_x.gone"));
        stack.check("ok", |check| check.assert(&Expr::raw("strcontains(terraform.workspace, \"b\")"), "no"));
        stack.variable(
            "v",
            Variable::of(TypeConstraint::object().optional("a", TypeConstraint::of::<bool>())),
        );
        stack.export("o", Export::new(Expr::<String>::raw("provider::aws::arn(\"convert(x)\")")));
        let _ = secret;
        stack.add("on", Raw::new("aws_x").lifecycle(Lifecycle::new().enabled(true)));
    }

    #[test]
    fn old_targets_miss_much() {
        let both = |terraform, opentofu| {
            format!("it is in Terraform from 1.{terraform} on, and in OpenTofu from 1.{opentofu} on")
        };
        let found = too_new(Target::terraform(1, 2), everything);
        let expected = [
            (
                "Terraform 1.2 does not know `enabled` in `lifecycle`",
                "it is in OpenTofu from 1.11 on, and not in Terraform".to_owned(),
            ),
            ("Terraform 1.2 does not know write-only arguments", both(11, 11)),
            ("Terraform 1.2 does not know ephemeral resources", both(10, 11)),
            ("Terraform 1.2 does not know optional attributes of object types", both(3, 6)),
            ("Terraform 1.2 does not know functions of providers", both(8, 7)),
            ("Terraform 1.2 does not know `check` blocks", both(5, 6)),
            ("Terraform 1.2 does not know `strcontains`", both(5, 6)),
            ("Terraform 1.2 does not know `import` blocks", both(5, 6)),
            ("Terraform 1.2 does not know `import` blocks", both(5, 6)),
            ("Terraform 1.2 does not know `for_each` of imports", both(7, 7)),
            ("Terraform 1.2 does not know expressions as the id of an import", both(6, 6)),
            ("Terraform 1.2 does not know `removed` blocks", both(7, 7)),
            ("Terraform 1.2 does not know `lifecycle` in `removed` blocks", both(7, 10)),
        ];
        assert_eq!(found, expected.map(|(message, hint)| format!("{message}; {hint}")));
    }

    #[test]
    fn new_targets_know_it_all() {
        assert_eq!(too_new(Target::opentofu(1, 12), everything), [] as [&str; 0]);
        let terraform = too_new(Target::terraform(1, 15), everything);
        assert_eq!(terraform.len(), 1, "{terraform:?}");
    }
}
