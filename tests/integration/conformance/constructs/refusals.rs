//! What does not go together: a diagnostic of synthesis, and, for the same document, terraform's own refusal.

use formwork::{
    App, Export, Expr, Import, Lifecycle, Module, Provisioner, Raw, Removed, Resource, Stack, TerraformData,
    Variable,
};

use crate::terraform::Root;

/// A case: what is wrong, the beginning of the diagnostic, and a part of what terraform says.
type Refusal = (&'static str, fn(&mut Stack), &'static str, &'static str);

const REFUSALS: &[Refusal] = &[
    (
        "count with for_each",
        |stack| drop(stack.add("x", TerraformData::new().count(1).for_each(["a"]))),
        "`count` and `for_each` stand in one block",
        "Invalid combination of \"count\" and \"for_each\"",
    ),
    (
        "count.index without count",
        |stack| drop(stack.add("x", TerraformData::new().input(Expr::<f64>::raw("count.index")))),
        "`count.index` stands in a block without `count`",
        "Reference to \"count\" in non-counted context",
    ),
    (
        "each.key without for_each",
        |stack| drop(stack.add("x", TerraformData::new().input(Expr::<f64>::raw("each.key")))),
        "`each` stands in a block without `for_each`",
        "Reference to \"each\" in context without for_each",
    ),
    (
        "self in an argument",
        |stack| drop(stack.add("x", TerraformData::new().input(Expr::<f64>::raw("self.id")))),
        "`self` stands outside of provisioners, connections and postconditions",
        "Invalid \"self\" reference",
    ),
    (
        "a provisioner of a data source",
        |stack| {
            let data = Raw::data("terraform_remote_state").set("backend", "local");
            stack.add("x", data.provisioner(Provisioner::local_exec("true")));
        },
        "a data source has no `provisioner`",
        "No argument or block type is named \"provisioner\"",
    ),
    (
        "prevent_destroy of a data source",
        |stack| {
            let data = Raw::data("terraform_remote_state").set("backend", "local");
            stack.add("x", data.lifecycle(Lifecycle::new().prevent_destroy(true)));
        },
        "a data source has no `prevent_destroy`",
        "Invalid data resource lifecycle argument",
    ),
    (
        "a lifecycle of a module",
        |stack| drop(stack.add("x", Module::new("./m").lifecycle(Lifecycle::new().prevent_destroy(true)))),
        "a module has no `prevent_destroy`",
        "Reserved block type name in module block",
    ),
    (
        "a version of a folder",
        |stack| drop(stack.add("x", Module::registry("./m", "1.0.0"))),
        "only modules of a registry take a `version`",
        "Invalid registry module source address",
    ),
    (
        "a destroy provisioner that refers to something else",
        |stack| {
            let other = stack.add("other", TerraformData::new());
            let command = format!("echo {}", other.id());
            stack.add("x", TerraformData::new().provisioner(Provisioner::local_exec(command).on_destroy()));
        },
        "a provisioner that runs on destroy refers to `terraform_data.other.id`",
        "Invalid reference from destroy provisioner",
    ),
    (
        "a variable called like an argument of modules",
        |stack| drop(stack.variable("count", Variable::<String>::new())),
        "Terraform keeps the name `count` for module calls",
        "Invalid variable name",
    ),
    (
        "a default that is refused",
        |stack| {
            let variable =
                Variable::<String>::new().default_value(formwork::serde_json::Value::Null).not_null();
            stack.variable("x", variable);
        },
        "the default is null, and null is refused",
        "Invalid default value for variable",
    ),
    (
        "a validation of something else",
        |stack| {
            stack.variable("other", Variable::<f64>::new().default_value(1));
            stack.variable(
                "x",
                Variable::<f64>::new().default_value(1).validation(&Expr::raw("var.other > 0"), "no"),
            );
        },
        "the validation does not look at `var.x`",
        "Invalid variable validation condition",
    ),
    (
        "an ephemeral output of a root module",
        |stack| {
            let token = stack.variable("token", Variable::<String>::new().default_value("t").ephemeral());
            stack.export("x", Export::new(token).ephemeral());
        },
        "only a module can have an ephemeral output",
        "Ephemeral output not allowed",
    ),
    (
        "a check that asserts nothing",
        |stack| stack.check("x", |_| {}),
        "the check asserts nothing",
        "Zero assert blocks",
    ),
    (
        "an assertion about nothing",
        |stack| stack.check("x", |check| check.assert(&Expr::raw("true"), "no")),
        "the condition looks at nothing",
        "Invalid assert expression",
    ),
    (
        "a precondition about nothing",
        |stack| {
            let lifecycle = Lifecycle::new().precondition(&Expr::raw("1 < 2"), "no");
            stack.add("x", TerraformData::new().lifecycle(lifecycle));
        },
        "the condition looks at nothing",
        "Invalid precondition expression",
    ),
    (
        "moved to itself",
        |stack| {
            let x = stack.add("x", TerraformData::new());
            stack.moved(&x, &x);
        },
        "`terraform_data.x` is moved to where it is",
        "Redundant move statement",
    ),
    (
        "moved from a resource to a module",
        |stack| {
            stack.add("m", Module::new("./m"));
            stack.moved("terraform_data.x", "module.m");
        },
        "`terraform_data.x` cannot become `module.m`",
        "Invalid \"moved\" addresses",
    ),
    (
        "moved away and still there",
        |stack| {
            stack.add("x", TerraformData::new());
            stack.add("y", TerraformData::new());
            stack.moved("terraform_data.x", "terraform_data.y");
        },
        "`terraform_data.x` is moved away, and is still in the stack",
        "Moved object still exists",
    ),
    (
        "moved from one place twice",
        |stack| {
            let y = stack.add("y", TerraformData::new());
            let z = stack.add("z", TerraformData::new());
            stack.moved("terraform_data.x", &y);
            stack.moved("terraform_data.x", &z);
        },
        "`terraform_data.x` is named twice",
        "Ambiguous move statements",
    ),
    (
        "moved to one place twice",
        |stack| {
            let z = stack.add("z", TerraformData::new());
            stack.moved("terraform_data.x", &z);
            stack.moved("terraform_data.y", &z);
        },
        "`terraform_data.z` is named twice",
        "Ambiguous move statements",
    ),
    (
        "something that is no address",
        |stack| {
            let x = stack.add("x", TerraformData::new());
            stack.moved("terraform_data", &x);
        },
        "`terraform_data` is not the address of a resource or module",
        "Invalid address",
    ),
    (
        "removed and still there",
        |stack| {
            let x = stack.add("x", TerraformData::new());
            stack.removed(Removed::keep(&x));
        },
        "`terraform_data.x` is removed, and is still in the stack",
        "Removed resource still exists",
    ),
    (
        "one object removed",
        |stack| stack.removed(Removed::keep("terraform_data.x[0]")),
        "`terraform_data.x[0]` is one object",
        "Resource instance keys not allowed",
    ),
    (
        "a removed block with a provisioner that runs on creation",
        |stack| {
            stack.removed(Removed::destroy("terraform_data.x").provisioner(Provisioner::local_exec("true")));
        },
        "a provisioner of what is removed can only run on destroy",
        "Only destroy-time provisioners are valid in \"removed\" blocks",
    ),
    (
        "imported to a resource that is not there",
        |stack| stack.import_existing(Import::id("terraform_data.x", "id")),
        "`terraform_data.x` is not in the stack",
        "Configuration for import target does not exist",
    ),
    (
        "imported to the same place twice",
        |stack| {
            let x = stack.add("x", TerraformData::new());
            stack.import_existing(Import::id(&x, "a"));
            stack.import_existing(Import::id(&x, "b"));
        },
        "`terraform_data.x` is named twice",
        "Duplicate import configuration",
    ),
    (
        "imported to a data source",
        |stack| {
            let data = stack.add("x", Raw::data("terraform_remote_state").set("backend", "local"));
            stack.import_existing(Import::id(&data, "a"));
        },
        "`data.terraform_remote_state.x` is not a resource",
        "Invalid import address",
    ),
];

#[test]
fn what_terraform_refuses_is_a_diagnostic_before() {
    let mut failures = Vec::new();
    for (name, build, diagnostic, refusal) in REFUSALS {
        let mut app = App::new();
        build(app.stack("dev"));
        // What was found while the stack was filled, then what the checks find.
        let settled = app.settle();
        let document = formwork::document(&settled.stacks[0]).unwrap();
        let mut diagnostics = settled.diagnostics;
        diagnostics.extend(formwork::model::check(&settled.stacks));
        let first = diagnostics.first();
        if !first.is_some_and(|first| first.message.starts_with(diagnostic) && !first.sources.is_empty()) {
            failures.push(format!("{name}: found {first:?}"));
        }
        let root = Root::new();
        root.write("m/main.tf", "");
        root.write("main.tf.json", &document);
        let init = root.ran(&["init", "-input=false", "-no-color"]);
        let ran = if init.status.success() { root.ran(&["plan", "-input=false", "-no-color"]) } else { init };
        let said = String::from_utf8_lossy(&ran.stderr).into_owned() + &String::from_utf8_lossy(&ran.stdout);
        // Terraform breaks its lines anywhere.
        let said = said.replace(['│', '\n'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        if ran.status.success() || !said.contains(refusal) {
            failures.push(format!("{name}: terraform said {said}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}
