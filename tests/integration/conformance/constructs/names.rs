//! Names of what is in a stack and of what Terraform has, and the paths behind them, legacy ones included.

use formwork::{Expr, Json, Lifecycle, Map, Module, Provisioner, Raw, Resource, TerraformData, Value};
use formwork::{count, for_each, named};
use serde_json::json;

use crate::cases::Cases;

/// A state, as another configuration would have left it.
const STATE: &str = r#"{
  "version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "a", "resources": [], "check_results": null,
  "outputs": {
    "zones": {"value": ["a", "b"], "type": ["list", "string"]},
    "hosts": {
      "value": [{"name": "x", "ports": [80, 443]}],
      "type": ["list", ["object", {"name": "string", "ports": ["list", "number"]}]]
    }
  }
}"#;

/// Leaves a state behind, so that what the provisioner got can be read.
const WRITE_STATE: &str = concat!(
    r#"printf '{"version":4,"terraform_version":"1.11.0","serial":1,"lineage":"b","resources":[],"#,
    r#""outputs":{"size":{"value":"%s","type":"string"}}}' "$SIZE" > own.tfstate"#,
);

const ECHO: &str = r#"
variable "value" {}
output "value" { value = var.value }
output "nested" { value = [{ inner = [var.value, "last"] }] }
"#;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    resources(cases);
    data_sources(cases);
    modules(cases);
    legacy(cases);
    objects_themselves(cases);
}

fn resources(cases: &mut Cases<'_>) {
    let input = json!({"list": [{"attr": "first"}, {"attr": "second"}], "matrix": [[1, 2], [3, 4]]});
    cases.stack.add("tree", Raw::new("terraform_data").set("input", Value::<Json>::from(input)));
    let tree = named::resource("terraform_data", "tree");
    cases.expression(
        "a path through a resource by name",
        tree.field::<Json>("output").field::<Json>("list").at::<Json>(1).field::<String>("attr"),
        "terraform_data.tree.output.list[1].attr",
        json!("second"),
    );
    cases.expression(
        "a resource as a whole",
        Expr::<String>::call("keys", [(&tree).into()]).cast::<Vec<String>>(),
        "keys(terraform_data.tree)",
        json!(["id", "input", "output", "triggers_replace"]),
    );
    cases.value(
        "a resource by name in text",
        format!("<{}>", tree.field::<Json>("output").field::<Vec<Vec<f64>>>("matrix").at(1).at(0)),
        r#""<${terraform_data.tree.output.matrix[1][0]}>""#,
        json!("<3>"),
    );
}

fn data_sources(cases: &mut Cases<'_>) {
    cases.file("other.tfstate", STATE);
    let other = Raw::data("terraform_remote_state").set("backend", "local");
    let other = cases.stack.add("other", other.set("config", json!({"path": "other.tfstate"})));
    cases.expression(
        "a data source by its reference",
        other.attribute::<Json>("outputs").field::<Vec<String>>("zones").at(0),
        "data.terraform_remote_state.other.outputs.zones[0]",
        json!("a"),
    );
    let by_name = named::data("terraform_remote_state", "other").field::<Json>("outputs");
    cases.expression(
        "a data source by name",
        by_name.field::<Vec<Json>>("hosts").at(0).field::<Vec<f64>>("ports").at(1),
        "data.terraform_remote_state.other.outputs.hosts[0].ports[1]",
        json!(443),
    );
    cases.expression(
        "a splat through a data source",
        by_name.field::<Vec<Json>>("hosts").each::<String>("name"),
        "data.terraform_remote_state.other.outputs.hosts[*].name",
        json!(["x"]),
    );
    let waiting = Raw::data("terraform_remote_state").set("backend", "local");
    let waiting = waiting.set("config", json!({"path": "other.tfstate"})).depends_on(&other);
    cases.stack.add("waiting", for_each(["k"], |_| waiting));
    cases.expression(
        "an object of a data source with for_each",
        named::data("terraform_remote_state", "waiting").key::<Json>("k").field::<Json>("outputs"),
        "data.terraform_remote_state.waiting[\"k\"].outputs",
        json!({"zones": ["a", "b"], "hosts": [{"name": "x", "ports": [80, 443]}]}),
    );
}

fn modules(cases: &mut Cases<'_>) {
    cases.file("echo/main.tf", ECHO);
    cases.stack.add("one", Module::new("./echo").input("value", "v"));
    cases.stack.add("many", count(2, |index| Module::new("./echo").input("value", index)));
    cases.stack.add("keyed", for_each(["a.b"], |one| Module::new("./echo").input("value", one.key())));
    cases.expression(
        "an output of a module by name",
        named::module("one").field::<String>("value"),
        "module.one.value",
        json!("v"),
    );
    cases.expression(
        "the outputs of a module as a whole",
        named::module("one"),
        "module.one",
        json!({"value": "v", "nested": [{"inner": ["v", "last"]}]}),
    );
    cases.expression(
        "an output of an object of a module by name",
        named::module("many").at::<Json>(1).field::<f64>("value") + 1,
        "module.many[1].value + 1",
        json!(2),
    );
    cases.expression(
        "an output of a module by its key",
        named::module("keyed").key::<Json>("a.b").field::<String>("value"),
        "module.keyed[\"a.b\"].value",
        json!("a.b"),
    );
    cases.expression(
        "a splat over a module with count",
        named::module("many").cast::<Vec<Json>>().each::<f64>("value"),
        "module.many[*].value",
        json!([0, 1]),
    );
    cases.expression(
        "the values of a module with for_each",
        named::module("keyed").cast::<Map<Json>>().values().each::<String>("value"),
        "values(module.keyed)[*].value",
        json!(["a.b"]),
    );
}

/// What older configurations write, which `Expr::raw` takes as it is; the names in it are checked as in any other.
fn legacy(cases: &mut Cases<'_>) {
    cases.stack.add("many", count(2, |index| TerraformData::new().input(json!([{"n": index}]))));
    let legacy = [
        ("of a resource", "terraform_data.tree.output.list.0.attr", json!("first")),
        ("beside a proper one", "terraform_data.tree.output.matrix.1[0]", json!(3)),
        ("of a counted resource", "terraform_data.many.1.output.0.n", json!(1)),
        ("of a data source", "data.terraform_remote_state.other.outputs.hosts.0.ports.1", json!(443)),
        ("of a module", "module.one.nested.0.inner.1", json!("last")),
        ("of a counted module", "module.many.1.nested.0.inner.0", json!(1)),
        ("in brackets behind it", "module.one.nested.0[\"inner\"].0", json!("v")),
        ("in a call", "upper(module.one.nested.0.inner.1)", json!("LAST")),
        ("in an operation", "terraform_data.tree.output.matrix.0[0] + 1.5", json!(2.5)),
        ("of a splat", "terraform_data.tree.output.list.*.attr", json!(["first", "second"])),
        ("of a splat over a counted module", "module.many.*.value", json!([0, 1])),
    ];
    for (name, hcl, value) in legacy {
        cases.expression(&format!("a legacy path {name}"), Expr::<Json>::raw(hcl), hcl, value);
    }
    let first = Expr::<String>::raw("module.one.nested.0.inner.1");
    cases.value(
        "a legacy path in text",
        format!("{first}-{first}"),
        r#""${module.one.nested.0.inner.1}-${module.one.nested.0.inner.1}""#,
        json!("last-last"),
    );
}

/// `self` is judged by conditions: terraform would not apply what does not hold.
fn objects_themselves(cases: &mut Cases<'_>) {
    let own = named::self_object();
    let input = json!({"list": [{"attr": "x"}], "size": 3});
    let lifecycle = Lifecycle::new()
        .postcondition(&own.field::<Json>("output").field::<f64>("size").eq(3), "the size")
        .postcondition(&Expr::raw("self.output.list.0.attr == \"x\""), "the legacy path")
        .postcondition(&own.field::<String>("id").ne(""), format!("the id is {}", own.field::<String>("id")));
    let one = TerraformData::new().input(Value::<Json>::from(input)).lifecycle(lifecycle);
    let size = own.field::<Json>("input").field::<f64>("size");
    let command = Provisioner::local_exec(WRITE_STATE);
    let one = cases.stack.add("own", one.provisioner(command.environment(Map::new().with("SIZE", size))));
    cases.written(
        "self in a postcondition",
        "/resource/terraform_data/own/lifecycle/postcondition/0/condition",
        json!("${self.output.size == 3}"),
    );
    cases.written(
        "self in a message",
        "/resource/terraform_data/own/lifecycle/postcondition/2/error_message",
        json!("the id is ${self.id}"),
    );
    let written = Raw::data("terraform_remote_state").set("backend", "local").depends_on(&one);
    let written = cases.stack.add("written", written.set("config", json!({"path": "own.tfstate"})));
    cases.expression(
        "what a provisioner found in self",
        written.attribute::<Json>("outputs").field::<String>("size"),
        "data.terraform_remote_state.written.outputs.size",
        json!("3"),
    );
    cases.written(
        "self in a provisioner",
        "/resource/terraform_data/own/provisioner/0/local-exec/environment",
        json!({"SIZE": "${self.input.size}"}),
    );
}

#[test]
fn what_self_does_not_fulfil_fails_with_its_values() {
    let root = super::root_of(|stack| {
        let size = named::self_object().field::<Json>("output").field::<f64>("size");
        let message = format!("the size is {size}, which is too small");
        let lifecycle = Lifecycle::new().postcondition(&size.ge(4), message);
        let input = Value::<Json>::from(json!({"size": 3}));
        stack.add("own", TerraformData::new().input(input).lifecycle(lifecycle));
    });
    root.terraform(&["init", "-input=false"]);
    let ran = root.ran(&["apply", "-auto-approve", "-input=false", "-no-color"]);
    let errors = String::from_utf8_lossy(&ran.stderr).replace(['\n', '│'], " ");
    assert!(!ran.status.success(), "{errors}");
    assert!(errors.contains("the size is 3, which is too small"), "{errors}");
}

#[test]
fn legacy_paths_to_what_is_not_there_are_diagnostics() {
    let (_, diagnostics) = super::synthesized(|stack| {
        stack.add("tree", TerraformData::new().input(Expr::<Json>::raw("module.one.nested.0.inner.1")));
        stack.output("x", Expr::<Json>::raw("terraform_data.tee.output.0.attr"));
        stack.output("matrix", Expr::<f64>::raw("terraform_data.tree.output.1.0"));
        stack.output("y", named::data("terraform_remote_state", "other").field::<Json>("outputs"));
    });
    let messages: Vec<String> = diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
    assert_eq!(
        messages,
        [
            "`module.one` is not in the stack",
            "an expression cannot be read: `.1.0` is read as a number: write `[1][0]`",
            "`terraform_data.tee` is not in the stack",
            "`data.terraform_remote_state.other` is not in the stack",
        ]
    );
}
