//! Checks that the meta-arguments of a block fit together, and that blocks about the state fit the rest of the stack.
//!
//! Terraform refuses all of it too; here it is a diagnostic with a line of the program.

use crate::check::graph::KINDS;
use crate::constructs::module::RESERVED;
use crate::syntax::references;
use crate::value::type_syntax::TypeSyntax;
use crate::{Address, Block, Diagnostic, Json, Kind, Object, Source, Stack, Target};

/// Meta-arguments that only some kinds of blocks have.
///
/// Source: the Terraform language documentation, "Meta-Arguments", and the pages of the blocks.
const ONLY: [(&str, &[Kind]); 5] = [
    ("provisioner", &[Kind::Resource]),
    ("connection", &[Kind::Resource]),
    ("lifecycle", &[Kind::Resource, Kind::Data, Kind::Ephemeral]),
    ("provider", &[Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Action, Kind::List]),
    ("depends_on", &[Kind::Resource, Kind::Data, Kind::Ephemeral, Kind::Module]),
];

/// Arguments of `lifecycle` that only resources have; the others are conditions.
const ONLY_RESOURCES: [&str; 5] =
    ["create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by", "action_trigger"];

/// Reports what does not go together in a stack.
pub(crate) fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for kind in KINDS {
        for (type_name, name, object) in stack.objects(kind).iter() {
            let report = |message: String, argument: &str, source: Option<Source>, hint: &str| {
                let address = Address { kind, type_name: type_name.to_owned().into(), name: name.into() };
                let diagnostic = stack.diagnostic(message).at(address).argument(argument);
                let diagnostic = source.into_iter().fold(diagnostic, Diagnostic::source);
                diagnostics.push(diagnostic.origin(object.origin).hint(hint));
            };
            block(stack, kind, object, report);
        }
    }
    variables(stack, &mut diagnostics);
    outputs(stack, &mut diagnostics);
    checks(stack, &mut diagnostics);
    diagnostics
}

fn block(
    stack: &Stack,
    kind: Kind,
    object: &Object,
    mut report: impl FnMut(String, &str, Option<Source>, &str),
) {
    let block = &object.block;
    // Most blocks have no meta-argument at all: one look over their names decides.
    let mut counted = None;
    let mut keyed = None;
    for entry in block.entries() {
        let line = Some(entry.source);
        match &*entry.name {
            "count" => counted = line,
            "for_each" => {
                keyed = line;
                if is_list(stack, &entry.value) {
                    let message = "`for_each` goes over a list, whose elements have no keys".to_owned();
                    let hint = "hand over the list of text itself (`for_each(&list, …)`), or give the elements keys with `keyed(&list, …)`";
                    report(message, "for_each", line, hint);
                }
            }
            "provisioner" => destroy_provisioners(&entry.value, line, &mut report),
            "dynamic" => dynamic(&entry.value, line, &mut report),
            "lifecycle" => {
                if let Json::Block(lifecycle) = &entry.value {
                    for (kind, source) in constant_conditions(lifecycle, &["precondition", "postcondition"]) {
                        let path = format!("lifecycle.{kind}.condition");
                        report(CONSTANT_CONDITION.to_owned(), &path, Some(source), CONSTANT_CONDITION_HINT);
                    }
                    let refused = lifecycle
                        .entries()
                        .find(|inner| kind != Kind::Resource && ONLY_RESOURCES.contains(&&*inner.name));
                    if let Some(inner) = refused {
                        let message = format!("a {} has no `{}`", kind.noun(), inner.name);
                        let path = format!("lifecycle.{}", inner.name);
                        report(
                            message,
                            &path,
                            Some(inner.source),
                            "only preconditions and postconditions are for all",
                        );
                    }
                }
            }
            _ => {}
        }
        // OpenTofu lets a module be switched off there.
        let is_switch = matches!(&entry.value, Json::Block(inner) if inner.entries().all(|inner| inner.name == "enabled"));
        if let Some((_, kinds)) = ONLY.iter().find(|(name, _)| *name == entry.name)
            && !kinds.contains(&kind)
            && !(kind == Kind::Module && entry.name == "lifecycle" && is_switch)
        {
            let hint = match kind {
                Kind::Module => {
                    "set it on the resources inside of the module; providers go in by `with_provider`"
                }
                _ => "leave it out, or use a resource",
            };
            report(format!("a {} has no `{}`", kind.noun(), entry.name), &entry.name, line, hint);
        }
    }
    if counted.is_some() && keyed.is_some() {
        let message = "`count` and `for_each` stand in one block".to_owned();
        report(message, "for_each", keyed, "keep the one that says what the objects are told apart by");
    }
    if kind == Kind::Module {
        module(block, stack.target, &mut report);
    }
}

fn module(
    block: &Block,
    target: Option<Target>,
    report: &mut impl FnMut(String, &str, Option<Source>, &str),
) {
    let text = |name: &str| {
        let entry = block.entries().find(|entry| entry.name == name)?;
        match &entry.value {
            Json::String(text) | Json::Template(text) => Some((&**text, entry.source)),
            _ => None,
        }
    };
    for argument in ["source", "version"] {
        let Some(entry) = block.entry(argument) else { continue };
        let line = Some(entry.source);
        match &entry.value {
            Json::Template(_) if target.is_none() => {
                let message = format!("an expression stands in the {argument} of a module");
                let hint = "Terraform evaluates it from 1.15 on, and OpenTofu from 1.8 on: set the target, as in `app.target(Target::terraform(1, 15))`";
                report(message, argument, line, hint);
            }
            // What is literal for one version is an expression for the next.
            Json::String(text) if text.contains("${") || text.contains("%{") => {
                let message = format!("the {argument} of a module has `${{` or `%{{` in it");
                report(
                    message,
                    argument,
                    line,
                    "not every version of Terraform reads that as text: name another one",
                );
            }
            _ => {}
        }
    }
    let Some((source, line)) = text("source") else { return };
    let is_local = source.starts_with("./") || source.starts_with("../");
    if source.is_empty() {
        report(
            "the module has no source".to_owned(),
            "source",
            Some(line),
            "name a folder, as in `./network`",
        );
    } else if !is_local && std::path::Path::new(source).is_absolute() {
        let hint = "a path that begins with `./` or `../` is the same on every machine";
        report("the module's source is a path of this machine".to_owned(), "source", Some(line), hint);
    }
    if let Some((_, line)) = text("version")
        && (is_local || source.contains("::") || source.contains("://"))
    {
        let hint = if is_local {
            "a folder has the one version that is there"
        } else {
            "name the version in the source, as in `?ref=v1.2.0`"
        };
        report("only modules of a registry take a `version`".to_owned(), "version", Some(line), hint);
    }
}

/// Whether a value is a list or tuple, as far as the program says: itself, the local value that it is, or the variable.
fn is_list(stack: &Stack, json: &Json) -> bool {
    match json {
        Json::Array(_) => true,
        Json::Template(text) => {
            let Some(expression) = references::whole(text) else { return false };
            if let Some(inside) = expression.trim().strip_prefix('[') {
                // All of it is between the brackets.
                return references::end_of_expression(inside, 0, b"]")
                    .is_some_and(|end| end + 1 == inside.len());
            }
            let Some(traversal) = references::traversal(expression) else { return false };
            match (traversal.name(0), traversal.name(1), traversal.steps.len()) {
                (Some("local"), Some(name), 2) => stack.locals.get(name).is_some_and(|local| {
                    // One step: two local values that name one another are found as a cycle.
                    matches!(local.block.get("value"), Some(Json::Array(_)))
                }),
                (Some("var"), Some(name), 2) => stack.variables.get(name).is_some_and(|variable| {
                    matches!(variable.block.get("type"), Some(Json::String(text))
                        if text.starts_with("list(") || text.starts_with("tuple("))
                }),
                _ => false,
            }
        }
        _ => false,
    }
}

/// A provisioner that runs on destroy has nothing but its own object to refer to.
fn destroy_provisioners(
    json: &Json,
    line: Option<Source>,
    report: &mut impl FnMut(String, &str, Option<Source>, &str),
) {
    let Json::Blocks(provisioners) = json else { return };
    let bodies = provisioners.iter().flat_map(Block::entries).filter_map(|entry| match &entry.value {
        Json::Block(body) => Some(body),
        _ => None,
    });
    for body in bodies {
        if body.get("when") != Some(&Json::literal("destroy")) {
            continue;
        }
        let mut other = None;
        for entry in body.entries() {
            entry.value.each_template(&mut |text| {
                // What cannot be read is reported where references are checked.
                let _ = references::in_template(text, &mut |traversal| {
                    let is_own = matches!(
                        (traversal.name(0), traversal.name(1)),
                        (Some("self" | "path" | "terraform"), _)
                            | (Some("count"), Some("index"))
                            | (Some("each"), Some("key"))
                    );
                    if !is_own {
                        let names = (0..).map_while(|at| traversal.name(at));
                        other = Some(names.collect::<Vec<_>>().join("."));
                    }
                });
            });
        }
        if let Some(other) = other {
            let message = format!("a provisioner that runs on destroy refers to `{other}`");
            let hint = "it can refer to `self`, `count.index` and `each.key`: keep the value in the object, as in its `triggers` or `input`";
            report(message, "provisioner", line, hint);
        }
    }
}

/// `dynamic` makes blocks of the provider, not of Terraform itself.
fn dynamic(json: &Json, line: Option<Source>, report: &mut impl FnMut(String, &str, Option<Source>, &str)) {
    let Json::Object(labels) = json else { return };
    for (label, _) in labels {
        if matches!(&**label, "lifecycle" | "provisioner" | "connection") {
            let message = format!("`{label}` cannot be a dynamic block");
            report(
                message,
                "dynamic",
                line,
                "set it as it is: Terraform needs it before it evaluates anything",
            );
        }
    }
}

fn variables(stack: &Stack, diagnostics: &mut Vec<Diagnostic>) {
    for (name, object) in &stack.variables {
        let mut report = |message: String, argument: &str, hint: &str| {
            let diagnostic = stack.diagnostic(message).at(format!("var.{name}")).argument(argument);
            diagnostics.push(diagnostic.origin(object.origin).hint(hint));
        };
        if RESERVED.contains(&name.as_str()) {
            let message = format!("Terraform keeps the name `{name}` for module calls");
            report(message, "name", "give the variable another name");
        }
        let is_null = object.block.get("default") == Some(&Json::Null);
        if is_null && object.block.get("nullable") == Some(&Json::Bool(false)) {
            let message = "the default is null, and null is refused".to_owned();
            report(message, "default", "leave one of the two out");
        }
        if let (Some(Json::String(constraint)), Some(default)) =
            (object.block.get("type"), object.block.get("default"))
            && let Ok(constraint_type) = TypeSyntax::parse(constraint)
            && let Err((path, expected)) = constraint_type.fits(default)
        {
            let message = format!("the default does not fit the type `{constraint}`: expected {expected}");
            report(
                message,
                &format!("default{path}"),
                "give a default of the type, or the variable another type",
            );
        }
        let Some(Json::Blocks(validations)) = object.block.get("validation") else { continue };
        for condition in validations.iter().filter_map(|validation| validation.get("condition")) {
            let Json::Template(text) = condition else { continue };
            let mut tests_itself = false;
            let _ = references::in_template(text, &mut |traversal| {
                tests_itself |= (traversal.name(0), traversal.name(1)) == (Some("var"), Some(name.as_str()));
            });
            if !tests_itself {
                let message = format!("the validation does not look at `var.{name}`");
                report(
                    message,
                    "validation.condition",
                    "a validation is about the value of its own variable",
                );
            }
        }
    }
}

/// The lines of conditions that refer to nothing, so that they say the same each time.
fn constant_conditions<'a>(block: &'a Block, kinds: &'a [&str]) -> impl Iterator<Item = (&'a str, Source)> {
    let blocks = block.entries().filter(|entry| kinds.contains(&&*entry.name));
    let bodies = blocks.filter_map(|entry| match &entry.value {
        Json::Blocks(bodies) => Some(bodies.iter().map(|body| (&*entry.name, body))),
        _ => None,
    });
    bodies.flatten().filter_map(|(kind, body)| {
        let condition = body.entries().find(|entry| entry.name == "condition")?;
        let mut refers = false;
        condition.value.each_template(&mut |text| {
            // What cannot be read is reported where references are checked.
            let mut found = false;
            let read = references::in_template(text, &mut |_| found = true);
            refers |= found || read.is_err();
        });
        (!refers).then_some((kind, condition.source))
    })
}

const CONSTANT_CONDITION: &str = "the condition looks at nothing";
const CONSTANT_CONDITION_HINT: &str =
    "refer to what can go wrong: another block, a variable, or `self` in a postcondition";

fn checks(stack: &Stack, diagnostics: &mut Vec<Diagnostic>) {
    for (name, check) in &stack.checks {
        for (_, source) in constant_conditions(&check.object.block, &["assert"]) {
            let diagnostic =
                stack.diagnostic(CONSTANT_CONDITION).at(format!("check.{name}")).argument("assert.condition");
            diagnostics
                .push(diagnostic.source(source).origin(check.object.origin).hint(CONSTANT_CONDITION_HINT));
        }
    }
}

fn outputs(stack: &Stack, diagnostics: &mut Vec<Diagnostic>) {
    for (name, object) in &stack.outputs {
        for (_, source) in constant_conditions(&object.block, &["precondition"]) {
            let diagnostic = stack
                .diagnostic(CONSTANT_CONDITION)
                .at(format!("output.{name}"))
                .argument("precondition.condition");
            diagnostics.push(diagnostic.source(source).origin(object.origin).hint(CONSTANT_CONDITION_HINT));
        }
        if object.block.get("ephemeral") == Some(&Json::Bool(true)) && !stack.is_module() {
            let diagnostic =
                stack.diagnostic("only a module can have an ephemeral output").at(format!("output.{name}"));
            let hint =
                "the outputs of a stack are stored in its state: write the value into a secret store instead";
            diagnostics.push(diagnostic.argument("ephemeral").origin(object.origin).hint(hint));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{App, Export, Expr, Lifecycle, Module, Provisioner, Raw, Resource, Stack, Variable};

    fn messages(build: impl FnOnce(&mut Stack)) -> Vec<String> {
        let mut app = App::new();
        build(app.stack("dev"));
        app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn objects_need_keys() {
        let messages = messages(|stack| {
            let texts = stack.variable("texts", Variable::<Vec<String>>::new());
            stack.add("a", Raw::new("aws_x").for_each(serde_json::json!(["x"])));
            stack.add("b", Raw::new("aws_x").for_each(Expr::<crate::Json>::raw("[\"x\"]")));
            let tuple = stack.local("tuple", vec!["x".to_owned()]);
            stack.add("c", Raw::new("aws_x").for_each(tuple.cast::<crate::Json>()));
            stack.add("d", Raw::new("aws_x").for_each(texts.clone().cast::<crate::Json>()));
            stack.add("e", Raw::new("aws_x").for_each(&texts));
            stack.add("f", Raw::new("aws_x").for_each(Expr::<crate::Json>::raw("[1, 2][0]")));
            stack.add("g", Module::new("./m").input("source", "x"));
        });
        let tuple = "`for_each` goes over a list, whose elements have no keys";
        assert_eq!(
            messages,
            [
                "`source` is an argument of the module call itself, and no variable can have the name",
                tuple,
                tuple,
                tuple,
                tuple
            ]
        );
    }

    #[test]
    fn meta_arguments_go_together() {
        let messages = messages(|stack| {
            stack.add("both", Raw::new("aws_x").count(1).for_each(["a"]));
            stack.add("data", Raw::data("aws_x").provisioner(Provisioner::local_exec("true")));
            stack.add("kept", Raw::data("aws_x").lifecycle(Lifecycle::new().prevent_destroy(true)));
            stack.add("module", Module::new("./m").lifecycle(Lifecycle::new().prevent_destroy(true)));
            stack.add("local", Module::registry("./m", "~> 1.0"));
            stack.add("machine", Module::new("/m"));
            let destroy = Provisioner::local_exec(Expr::<String>::raw("aws_x.both[0].id")).on_destroy();
            stack.add("bye", Raw::new("aws_x").provisioner(destroy));
        });
        assert_eq!(
            messages,
            [
                "`count` and `for_each` stand in one block",
                "a provisioner that runs on destroy refers to `aws_x.both`",
                "a data source has no `provisioner`",
                "a data source has no `prevent_destroy`",
                "only modules of a registry take a `version`",
                "the module's source is a path of this machine",
                "a module has no `prevent_destroy`",
                "a module has no `lifecycle`",
            ]
        );
    }

    #[test]
    fn variables_and_outputs_make_sense() {
        let messages = messages(|stack| {
            stack.variable("version", Variable::<String>::new());
            let never = Variable::<String>::new().default_value(serde_json::Value::Null).not_null();
            stack.variable("never", never);
            let other = Variable::<f64>::new().validation(&Expr::raw("1 < 2"), "small");
            stack.variable("other", other);
            stack.variable("text", Variable::<f64>::new().default_value("five"));
            stack.variable("list", Variable::of("list(number)").default_value(serde_json::json!([1, {}])));
            stack.export("secret", Export::new("x").ephemeral());
        });
        assert_eq!(
            messages,
            [
                "the default does not fit the type `list(number)`: expected a number",
                "the default is null, and null is refused",
                "the validation does not look at `var.other`",
                "the default does not fit the type `number`: expected a number",
                "Terraform keeps the name `version` for module calls",
                "only a module can have an ephemeral output",
            ]
        );
    }
}
