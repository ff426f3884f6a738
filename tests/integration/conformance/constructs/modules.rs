//! Module calls.

use formwork::{Map, Module, ProviderSource, RawProvider, Resource, TerraformData, Value, count, for_each};
use serde_json::json;

use crate::cases::Cases;

const ECHO: &str = r#"
variable "name" {}
variable "tags" { default = {} }
variable "on" { default = false }
resource "terraform_data" "inner" { input = "${var.name}!" }
output "name" { value = terraform_data.inner.output }
output "tags" { value = var.tags }
output "on" { value = var.on }
"#;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    cases.file("echo/main.tf", ECHO);
    cases.file("far/away/main.tf", ECHO);
    let one = Module::new("./echo")
        .input("name", "${x}")
        .input("tags", Value::from(Map::<String>::new().with("a.b", "c")));
    let one = cases.stack.add("one", one.input("on", true));
    cases.written(
        "a module call",
        "/module/one",
        json!({"source": "./echo", "name": "$${x}", "tags": {"a.b": "c"}, "on": true}),
    );
    cases.expression(
        "an output of a module",
        one.attribute::<String>("name"),
        "module.one.name",
        json!("${x}!"),
    );
    cases.expression(
        "an output that is a map",
        one.attribute::<Map<String>>("tags").key("a.b"),
        "module.one.tags[\"a.b\"]",
        json!("c"),
    );
    cases.expression("an output that is a bool", one.attribute::<bool>("on"), "module.one.on", json!(true));
    let many = count(2, |index| Module::new("./echo").input("name", format!("n{index}")));
    let many = cases.stack.add("many", many);
    cases.written(
        "count of a module",
        "/module/many",
        json!({"source": "./echo", "name": "n${count.index}", "count": 2}),
    );
    cases.expression(
        "an instance of a counted module",
        many.at(1).attribute::<String>("name"),
        "module.many[1].name",
        json!("n1!"),
    );
    let keyed = for_each(["a", "b"], |one| Module::new("./far/away").input("name", one.key()));
    let keyed = cases.stack.add("keyed", keyed);
    cases.written(
        "for_each of a module",
        "/module/keyed",
        json!({"source": "./far/away", "name": "${each.key}", "for_each": {"a": "a", "b": "b"}}),
    );
    cases.expression(
        "an output of every instance",
        keyed.by_key(|one| one.attribute::<String>("name")),
        "{for key, each__keyed in module.keyed : key => each__keyed.name}",
        json!({"a": "a!", "b": "b!"}),
    );
    let first = cases.stack.add("first", TerraformData::new());
    let waiting = Module::new("./echo").input("name", "late").depends_on(&first).depends_on(&one);
    let waiting = cases.stack.add("waiting", waiting);
    cases.written(
        "a module that waits for a resource and a module",
        "/module/waiting/depends_on",
        json!(["terraform_data.first", "module.one"]),
    );
    let after = cases.stack.add("after", TerraformData::new().input("after").depends_on(&waiting));
    cases.written(
        "a resource that waits for a module",
        "/resource/terraform_data/after/depends_on",
        json!(["module.waiting"]),
    );
    cases.expression("what waited", after.output(), "terraform_data.after.output", json!("after"));
    let follower = cases.stack.add(
        "follower",
        for_each(&keyed, |one| TerraformData::new().input(one.value().attribute::<String>("name"))),
    );
    cases.expression(
        "for_each over the instances of a module",
        follower.at("b").output(),
        "terraform_data.follower[\"b\"].output",
        json!("b!"),
    );
    registries(cases);
}

/// What terraform would have to download is only written.
fn registries(cases: &mut Cases<'_>) {
    let written = |module: Module| {
        super::document(|stack| {
            stack.add("m", module);
        })["module"]["m"]
            .clone()
    };
    let registry = written(Module::registry("terraform-aws-modules/vpc/aws", "~> 5.1"));
    assert_eq!(registry, json!({"source": "terraform-aws-modules/vpc/aws", "version": "~> 5.1"}));
    let git = written(Module::git("https://example.com/net.git", "v1.2.0"));
    assert_eq!(git, json!({"source": "git::https://example.com/net.git?ref=v1.2.0"}));
    let within = written(Module::git("https://example.com/net.git//modules/vpc?depth=1", "v1"));
    assert_eq!(within, json!({"source": "git::https://example.com/net.git//modules/vpc?depth=1&ref=v1"}));
    // A module whose resources use a configuration that its caller brings; both are Terraform's own provider.
    let builtin = || ProviderSource {
        name: "other".into(),
        source: "terraform.io/builtin/terraform".into(),
        version: "".into(),
    };
    let wired = super::document(|stack| {
        let other = stack.expect_provider(&builtin(), "east");
        let inner = stack.add("inner", TerraformData::new().input("wired").provider(&other));
        stack.output("inner", inner.output());
    });
    assert_eq!(
        wired["terraform"]["required_providers"]["other"],
        json!({"source": "terraform.io/builtin/terraform", "configuration_aliases": ["other.east"]})
    );
    cases.file("wired/main.tf.json", &wired.to_string());
    let west = RawProvider::new("other", "terraform.io/builtin/terraform");
    let west = cases.stack.provider_alias("west", west);
    let wired = cases.stack.add("wired", Module::new("./wired").with_provider("other.east", &west));
    cases.written(
        "a module that gets a provider configuration",
        "/module/wired/providers",
        json!({"other.east": "other.west"}),
    );
    cases.expression(
        "an output of a resource of a configuration from outside",
        wired.attribute::<String>("inner"),
        "module.wired.inner",
        json!("wired"),
    );
    let document: serde_json::Value = super::document(|stack| {
        let source = formwork::ProviderSource {
            name: "aws".into(),
            source: "hashicorp/aws".into(),
            version: "".into(),
        };
        stack.expect_provider(&source, "east");
        stack.expect_provider(&source, "west");
    });
    assert_eq!(
        document["terraform"]["required_providers"]["aws"],
        json!({"source": "hashicorp/aws", "configuration_aliases": ["aws.east", "aws.west"]})
    );
}
