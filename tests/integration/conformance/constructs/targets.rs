//! Each feature under the last version that does not have it and the first one that does.

use formwork::{
    Action, Encryption, Export, Expr, Import, Lifecycle, List, Map, Module, Provisioner, Raw, Removed,
    Resource, Stack, Target, TerraformData, TypeConstraint, Variable, backend,
};

/// A case: a program, and the minor versions of Terraform and OpenTofu that know all of it first.
type Novelty = (&'static str, fn(&mut Stack), Option<u32>, Option<u32>);

const NOVELTIES: &[Novelty] = &[
    (
        "a moved block",
        |stack| {
            let x = stack.add("x", Raw::new("aws_x"));
            stack.moved("aws_x.y", &x);
        },
        Some(1),
        Some(6),
    ),
    ("a cloud block", |stack| stack.backend(backend::Cloud::new("acme").workspace("w")), Some(1), Some(6)),
    ("nullable", |stack| drop(stack.variable("x", Variable::<String>::new().not_null())), Some(1), Some(6)),
    (
        "a precondition",
        |stack| {
            let lifecycle = Lifecycle::new().precondition(&Expr::raw("terraform.workspace != \"\""), "no");
            stack.add("x", Raw::new("aws_x").lifecycle(lifecycle));
        },
        Some(2),
        Some(6),
    ),
    (
        "a precondition of an output",
        |stack| {
            stack.export("x", Export::new(1).precondition(&Expr::raw("terraform.workspace != \"\""), "no"));
        },
        Some(2),
        Some(6),
    ),
    (
        "replace_triggered_by",
        |stack| {
            let y = stack.add("y", Raw::new("aws_x"));
            stack.add("x", Raw::new("aws_x").lifecycle(Lifecycle::new().replace_triggered_by(&y)));
        },
        Some(2),
        Some(6),
    ),
    (
        "optional attributes",
        |stack| {
            let ty = TypeConstraint::object().optional("a", TypeConstraint::of::<String>());
            stack.variable("x", Variable::of(ty));
        },
        Some(3),
        Some(6),
    ),
    (
        "startswith",
        |stack| drop(stack.local("x", Expr::<bool>::raw("startswith(\"ab\", \"a\")"))),
        Some(3),
        Some(6),
    ),
    ("terraform_data", |stack| drop(stack.add("x", TerraformData::new())), Some(4), Some(6)),
    (
        "a check",
        |stack| stack.check("x", |check| check.assert(&Expr::raw("terraform.workspace != \"\""), "no")),
        Some(5),
        Some(6),
    ),
    (
        "strcontains",
        |stack| drop(stack.local("x", Expr::<bool>::raw("strcontains(\"ab\", \"a\")"))),
        Some(5),
        Some(6),
    ),
    (
        "an import",
        |stack| {
            let x = stack.add("x", Raw::new("aws_x"));
            stack.import_existing(Import::id(&x, "a"));
        },
        Some(5),
        Some(6),
    ),
    (
        "an import by an expression",
        |stack| {
            let x = stack.add("x", Raw::new("aws_x"));
            stack.import_existing(Import::id(&x, Expr::<String>::raw("terraform.workspace")));
        },
        Some(6),
        Some(6),
    ),
    (
        "imports by for_each",
        |stack| {
            let x = stack.add("x", Raw::new("aws_x").for_each(["a"]));
            let ids = Map::<String>::new().with("a", "1");
            stack.import_existing(Import::for_each(ids, |id| Import::id(&x.at(id.key()), id.value())));
        },
        Some(7),
        Some(7),
    ),
    (
        "an import by identity",
        |stack| {
            let x = stack.add("x", Raw::new("aws_x"));
            stack.import_existing(Import::identity(&x, formwork::serde_json::json!({"a": "b"})));
        },
        Some(12),
        Some(12),
    ),
    ("a removed block", |stack| stack.removed(Removed::keep("aws_x.y")), Some(7), Some(10)),
    (
        "a removed block with a provisioner",
        |stack| {
            let bye = Provisioner::local_exec("true").on_destroy();
            stack.removed(Removed::destroy("aws_x.y").provisioner(bye));
        },
        Some(9),
        Some(10),
    ),
    (
        "a function of a provider",
        |stack| {
            stack.local("x", Expr::<String>::raw("provider::aws::trim_iam_role_path(\"a\")"));
        },
        Some(8),
        Some(7),
    ),
    ("issensitive", |stack| drop(stack.local("x", Expr::<bool>::raw("issensitive(1)"))), Some(8), Some(7)),
    (
        "a validation that looks further",
        |stack| {
            stack.variable("y", Variable::<f64>::new());
            stack.variable("x", Variable::<f64>::new().validation(&Expr::raw("var.x > var.y"), "no"));
        },
        Some(9),
        Some(9),
    ),
    (
        "templatestring",
        |stack| {
            let x = stack.local("t", "a");
            stack.local(
                "x",
                Expr::<String>::call("templatestring", [(&x).into(), Expr::<String>::raw("{}").into()]),
            );
        },
        Some(9),
        Some(7),
    ),
    ("an ephemeral resource", |stack| drop(stack.add("x", Raw::ephemeral("aws_x"))), Some(10), Some(11)),
    (
        "an ephemeral variable",
        |stack| {
            stack.variable("x", Variable::<String>::new().ephemeral());
        },
        Some(10),
        Some(11),
    ),
    (
        "ephemeralasnull",
        |stack| drop(stack.local("x", Expr::<bool>::raw("ephemeralasnull(1)"))),
        Some(10),
        Some(11),
    ),
    (
        "a lock file in S3",
        |stack| {
            stack.backend(backend::S3::new("b", "k").use_lockfile(true));
        },
        Some(10),
        Some(10),
    ),
    (
        "a write-only argument",
        |stack| {
            stack.add("x", Raw::new("aws_x").set("password_wo", "p").set("password_wo_version", 1));
        },
        Some(11),
        Some(11),
    ),
    ("an action", |stack| drop(stack.add("x", Action::new("aws_x"))), Some(14), None),
    ("a search", |stack| drop(stack.add("x", List::new("aws_x"))), Some(14), None),
    (
        "a deprecated variable",
        |stack| {
            stack.variable("x", Variable::<String>::new().deprecated("no"));
        },
        Some(15),
        Some(10),
    ),
    (
        "an output of a type",
        |stack| drop(stack.export("x", formwork::Export::new("x").typed())),
        Some(15),
        None,
    ),
    (
        "a constant variable",
        |stack| drop(stack.variable("x", Variable::<String>::new().constant())),
        Some(15),
        Some(12),
    ),
    (
        "a module whose source is computed",
        |stack| {
            let source = stack.local("s", "./m");
            stack.add("x", Module::new("./m").set("source", source));
        },
        Some(15),
        Some(8),
    ),
    (
        "a backend that is computed",
        |stack| {
            let key = stack.local("k", "k");
            stack.backend(formwork::Backend::from(backend::S3::new("b", "k")).evaluated("key", &key));
        },
        None,
        Some(8),
    ),
    (
        "encryption",
        |stack| {
            let mut encryption = Encryption::new();
            let method = encryption.method("unencrypted", "none", [] as [(&str, &Expr<String>); 0]);
            encryption.state(&method);
            stack.encryption(encryption);
        },
        None,
        Some(7),
    ),
    (
        "enabled",
        |stack| {
            stack.add("x", Raw::new("aws_x").lifecycle(Lifecycle::new().enabled(false)));
        },
        None,
        Some(11),
    ),
    (
        "destroy in lifecycle",
        |stack| {
            stack.add("x", Raw::new("aws_x").lifecycle(Lifecycle::new().keep_on_destroy()));
        },
        None,
        Some(12),
    ),
    (
        "cidrcontains",
        |stack| drop(stack.local("x", Expr::<bool>::raw("cidrcontains(\"a\", \"b\")"))),
        None,
        Some(7),
    ),
];

fn diagnostics(build: fn(&mut Stack), target: Target) -> Vec<formwork::Diagnostic> {
    super::synthesized(|stack| {
        stack.target(target);
        build(stack);
    })
    .1
}

#[test]
fn what_is_newer_than_the_target_is_a_diagnostic() {
    for (name, build, terraform, opentofu) in NOVELTIES {
        for (make, first, oldest) in
            [(Target::terraform as fn(u32, u32) -> Target, terraform, 0), (Target::opentofu, opentofu, 6)]
        {
            let Some(first) = *first else {
                assert_ne!(diagnostics(*build, make(1, 99)), [], "{name}: {}", make(1, 99));
                continue;
            };
            assert_eq!(diagnostics(*build, make(1, first)), [], "{name}: {}", make(1, first));
            if first > oldest {
                let before = diagnostics(*build, make(1, first - 1));
                let diagnostic = before.first().unwrap_or_else(|| panic!("{name}: {}", make(1, first - 1)));
                assert!(
                    diagnostic.hint.text().is_some_and(|hint| hint.contains(&format!("1.{first} on"))),
                    "{diagnostic}"
                );
                assert!(!diagnostic.sources.is_empty(), "{diagnostic}");
            }
        }
    }
}
