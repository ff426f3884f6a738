//! What is newer than the terraform on the path. `tools/newer` has Terraform 1.15 read the documents that these write into
//! the folder that `FORMWORK_NEWER` names; here they are compared with what they must be.

use formwork::{
    Action, ActionEvent, ActionTrigger, Encryption, Expr, Import, Lifecycle, List, Module, RawProvider,
    Resource, Stack, Target, TerraformData, Variable,
};
use serde_json::{Value, json};

/// Writes the documents for `tools/newer`, if it asks for them.
fn document(name: &str, build: impl FnOnce(&mut Stack)) -> (Value, Option<Value>) {
    let (stack, diagnostics) = super::synthesized(build);
    assert_eq!(diagnostics, []);
    let json = serde_json::to_value(&stack).unwrap();
    let queries = stack.queries().map(|queries| serde_json::to_value(queries).unwrap());
    if let Some(folder) = std::env::var_os("FORMWORK_NEWER") {
        let folder = std::path::Path::new(&folder).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("main.tf.json"), json.to_string()).unwrap();
        if let Some(queries) = &queries {
            std::fs::write(folder.join("main.tfquery.json"), queries.to_string()).unwrap();
        }
    }
    (json, queries)
}

fn aws() -> RawProvider {
    RawProvider::new("aws", "hashicorp/aws")
}

#[test]
fn actions() {
    let (document, _) = document("actions", |stack| {
        stack.target(Target::terraform(1, 14));
        let east = stack.provider_alias("east", aws());
        let name = stack.local("name", "orders");
        let action = Action::new("aws_lambda_invoke").config("function_name", format!("{name}-${{x}}"));
        let warm = stack.add("warm_up", action.provider(&east));
        let many = stack.add("many", Action::new("aws_lambda_invoke").config("function_name", "f").count(2));
        let trigger =
            ActionTrigger::new([ActionEvent::AfterCreate, ActionEvent::BeforeUpdate], [&warm, &many.at(1)])
                .condition(&Expr::raw("local.name != \"\""));
        stack.add("data", TerraformData::new().lifecycle(Lifecycle::new().action_trigger(trigger)));
    });
    assert_eq!(
        document["action"]["aws_lambda_invoke"],
        json!({
            "many": {"config": {"function_name": "f"}, "count": 2},
            "warm_up": {"config": {"function_name": "${local.name}-$${x}"}, "provider": "aws.east"},
        })
    );
    assert_eq!(
        document["resource"]["terraform_data"]["data"]["lifecycle"]["action_trigger"],
        json!([{
            "events": ["after_create", "before_update"],
            "actions": ["action.aws_lambda_invoke.warm_up", "action.aws_lambda_invoke.many[1]"],
            "condition": "${local.name != \"\"}",
        }])
    );
}

#[test]
fn lists() {
    let (document, queries) = document("lists", |stack| {
        let east = stack.provider_alias("east", aws());
        let region = stack.variable("region", Variable::<String>::new().default_value("eu-central-1"));
        let list = List::new("aws_instance").config("region", &region).include_resource().limit(5);
        stack.add("all", list.provider(&east));
        stack.add("default", List::new("aws_vpc"));
    });
    assert_eq!(document.get("list"), None);
    assert_eq!(
        queries,
        Some(json!({"list": {
            "aws_instance": {"all": {
                "provider": "aws.east", "config": {"region": "${var.region}"}, "include_resource": true, "limit": 5,
            }},
            "aws_vpc": {"default": {"provider": "aws"}},
        }}))
    );
}

#[test]
fn imports_by_identity() {
    let (document, _) = document("identity", |stack| {
        let one = stack.add("one", TerraformData::new());
        stack.import_existing(Import::identity(&one, json!({"bucket": "${pages}", "region": "x"})));
    });
    assert_eq!(
        document["import"],
        json!([{"to": "terraform_data.one", "identity": {"bucket": "$${pages}", "region": "x"}}])
    );
}

#[test]
fn deprecated_and_constant_variables() {
    let (document, _) = document("variables", |stack| {
        stack.target(Target::terraform(1, 15));
        stack.variable("old", Variable::<String>::new().default_value("a").deprecated("use `new`"));
        let source = stack.variable("source_of_m", Variable::<String>::new().default_value("./m").constant());
        let mut module = Module::new("./m");
        module = module.set("source", &source);
        stack.add("m", module);
        stack.export("out", formwork::Export::new("x").deprecated("use `other`").typed());
        let ports =
            formwork::TypeConstraint::object().required("ports", formwork::TypeConstraint::of::<Vec<f64>>());
        stack.export(
            "shape",
            formwork::Export::new(formwork::Expr::<formwork::Json>::raw("{ ports = [1] }")).of_type(ports),
        );
    });
    assert_eq!(document["variable"]["old"]["deprecated"], "use `new`");
    assert_eq!(document["variable"]["source_of_m"]["const"], true);
    assert_eq!(document["module"]["m"]["source"], "${var.source_of_m}");
    assert_eq!(
        document["output"]["out"],
        json!({"deprecated": "use `other`", "type": "string", "value": "x"})
    );
    assert_eq!(document["output"]["shape"]["type"], "object({ports = list(number)})");
}

/// OpenTofu's own cannot be had from a package registry: what is written is what its documentation shows.
#[test]
fn opentofu_only() {
    let (stack, diagnostics) = super::synthesized(|stack| {
        stack.target(Target::opentofu(1, 12));
        let passphrase = stack.variable("passphrase", Variable::<String>::new().sensitive());
        let mut encryption = Encryption::new();
        let key = encryption.key_provider("pbkdf2", "main", [("passphrase", &passphrase)]);
        let method = encryption.method("aes_gcm", "main", [("keys", &key)]);
        encryption.state(&method);
        encryption.plan(&method);
        stack.encryption(encryption);
        let regions = stack.provider_for_each("by_region", ["eu", "us"], |_| aws());
        let each = formwork::for_each(["eu", "us"], |region| {
            formwork::Raw::new("aws_x").provider(&regions.at(&region.key()))
        });
        stack.add("one", each);
        stack.add(
            "maybe",
            TerraformData::new().lifecycle(Lifecycle::new().enabled(Expr::raw("var.passphrase != \"\""))),
        );
        stack.add("kept", TerraformData::new().lifecycle(Lifecycle::new().keep_on_destroy()));
        stack.add("switched", Module::new("./m").lifecycle(Lifecycle::new().enabled(false)));
    });
    assert_eq!(diagnostics, []);
    let document = serde_json::to_value(&stack).unwrap();
    assert_eq!(
        document["terraform"]["encryption"],
        json!({
            "key_provider": {"pbkdf2": {"main": {"passphrase": "${var.passphrase}"}}},
            "method": {"aes_gcm": {"main": {"keys": "${key_provider.pbkdf2.main}"}}},
            "state": {"method": "${method.aes_gcm.main}"},
            "plan": {"method": "${method.aes_gcm.main}"},
        })
    );
    assert_eq!(
        document["provider"]["aws"],
        json!([{"alias": "by_region", "for_each": {"eu": "eu", "us": "us"}}])
    );
    assert_eq!(document["resource"]["aws_x"]["one"]["provider"], "aws.by_region[each.key]");
    let lifecycle = |kind: &str, name: &str| document["resource"][kind][name]["lifecycle"].clone();
    assert_eq!(lifecycle("terraform_data", "maybe"), json!({"enabled": "${var.passphrase != \"\"}"}));
    assert_eq!(lifecycle("terraform_data", "kept"), json!({"destroy": false}));
    assert_eq!(document["module"]["switched"]["lifecycle"], json!({"enabled": false}));
}
