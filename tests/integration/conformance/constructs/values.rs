//! Variables, outputs and local values.

use formwork::{
    Export, Expr, Json, Lifecycle, Map, Resource, TerraformData, TypeConstraint, Value, Variable,
};
use serde_json::json;

use crate::cases::Cases;

pub(crate) fn cases(cases: &mut Cases<'_>) {
    types(cases);
    objects(cases);
    rules(cases);
    outputs(cases);
}

/// A variable with a default: how its type is written, and what terraform makes of the default.
fn variable<T: formwork::model::Type>(
    cases: &mut Cases<'_>,
    name: &str,
    constraint: &str,
    default: serde_json::Value,
    evaluated: serde_json::Value,
) {
    let variable = cases.stack.variable(name, Variable::<T>::new().default_value(default));
    cases.written(&format!("the type of a {name}"), &format!("/variable/{name}/type"), json!(constraint));
    cases.expression(&format!("a {name}"), variable, &format!("var.{name}"), evaluated);
}

fn types(cases: &mut Cases<'_>) {
    variable::<String>(cases, "text", "string", json!("${x} $${y}"), json!("${x} $${y}"));
    variable::<bool>(cases, "switch", "bool", json!(false), json!(false));
    variable::<f64>(cases, "number", "number", json!(0), json!(0));
    variable::<Vec<String>>(cases, "list_of_text", "list(string)", json!([1, "b"]), json!(["1", "b"]));
    variable::<Map<f64>>(cases, "map_of_numbers", "map(number)", json!({"a.b": 1}), json!({"a.b": 1}));
    variable::<Json>(cases, "anything", "any", json!({"a": [1, null]}), json!({"a": [1, null]}));
    variable::<Vec<Map<bool>>>(
        cases,
        "nested",
        "list(map(bool))",
        json!([{"a": true}]),
        json!([{"a": true}]),
    );
}

fn objects(cases: &mut Cases<'_>) {
    let text = TypeConstraint::of::<String>;
    let number = TypeConstraint::of::<f64>;
    let rule = TypeConstraint::object()
        .required("name", text())
        .optional("note", text())
        .optional_or("port", number(), 80)
        .optional_or("tags", TypeConstraint::map(text()), json!({"k": "${v}"}))
        .optional_or(
            "deep",
            TypeConstraint::object().optional_or("on", TypeConstraint::of::<bool>(), true),
            json!({}),
        );
    let rules = Variable::of(TypeConstraint::list(rule)).default_value(json!([{"name": "web"}]));
    let rules = cases.stack.variable("rules", rules);
    cases.written(
        "an object type with optional attributes and defaults",
        "/variable/rules/type",
        json!(
            "list(object({name = string, note = optional(string), port = optional(number, 80), tags = optional(map(string), {\"k\" = \"$${v}\"}), deep = optional(object({on = optional(bool, true)}), {})}))"
        ),
    );
    cases.expression(
        "defaults of optional attributes",
        rules,
        "var.rules",
        json!([{"name": "web", "note": null, "port": 80, "tags": {"k": "${v}"}, "deep": {"on": true}}]),
    );
    let set = Variable::of(TypeConstraint::set(text())).default_value(json!(["b", "a", "b"]));
    let set = cases.stack.variable("set", set);
    cases.written("a set type", "/variable/set/type", json!("set(string)"));
    cases.expression("a set", set, "var.set", json!(["a", "b"]));
    let tuple = TypeConstraint::tuple([text(), number()]);
    let tuple = cases.stack.variable("tuple", Variable::of(tuple).default_value(json!(["a", "1"])));
    cases.written("a tuple type", "/variable/tuple/type", json!("tuple([string, number])"));
    cases.expression("a tuple", tuple, "var.tuple", json!(["a", 1]));
}

fn rules(cases: &mut Cases<'_>) {
    let port = Variable::<f64>::new()
        .default_value(443)
        .description("${not} an expression")
        .not_null()
        .validation(&Expr::raw("var.port > 0"), "a port is ${positive}")
        .validation(&Expr::raw("var.port < 65536"), format!("{} is too large", Expr::<f64>::raw("var.port")));
    let port = cases.stack.variable("port", port);
    cases.written(
        "validations, description and nullable",
        "/variable/port",
        json!({
            "type": "number",
            "default": 443,
            "description": "${not} an expression",
            "nullable": false,
            "validation": [
                {"condition": "${var.port > 0}", "error_message": "a port is $${positive}"},
                {"condition": "${var.port < 65536}", "error_message": "${var.port} is too large"},
            ],
        }),
    );
    cases.expression("a validated variable", port, "var.port", json!(443));
    let secret = cases.stack.variable("secret", Variable::<String>::new().default_value("s").sensitive());
    cases.written("a sensitive variable", "/variable/secret/sensitive", json!(true));
    cases.sensitive("a sensitive value in a sensitive output", &secret, "\"${var.secret}\"", json!("s"));
    let null = Variable::<String>::new().default_value(serde_json::Value::Null);
    let null = cases.stack.variable("nothing", null);
    cases.expression("a variable that is null", null, "var.nothing", json!(null));
    let token = cases.stack.variable("token", Variable::<String>::new().default_value("t").ephemeral());
    cases.written("an ephemeral variable", "/variable/token/ephemeral", json!(true));
    let hidden = Expr::<String>::call("ephemeralasnull", [(&token).into()]);
    cases.expression("an ephemeral value as null", hidden, "ephemeralasnull(var.token)", json!(null));
}

fn outputs(cases: &mut Cases<'_>) {
    cases.value("a flag that is off", false, "false", json!(false));
    let first = cases.stack.add("first", TerraformData::new().input("x"));
    let checked = Export::new("checked")
        .description("${not} an expression")
        .depends_on(&first)
        .precondition(&Expr::raw("terraform_data.first.output == \"x\""), "not ${x}");
    cases.stack.export("checked", checked);
    cases.written(
        "an output with a precondition and a dependency",
        "/output/checked",
        json!({
            "value": "checked",
            "description": "${not} an expression",
            "depends_on": ["terraform_data.first"],
            "precondition": [
                {"condition": "${terraform_data.first.output == \"x\"}", "error_message": "not $${x}"},
            ],
        }),
    );
    let local =
        cases.stack.local("everything", Value::<Json>::from(json!({"a": [0, false, "", null], "${b}": {}})));
    cases.written("a local value", "/locals/everything", json!({"a": [0, false, "", null], "$${b}": {}}));
    cases.expression(
        "falsy values in a local",
        local,
        "local.everything",
        json!({"a": [0, false, "", null], "${b}": {}}),
    );
    let guarded = TerraformData::new().input("g").lifecycle(
        Lifecycle::new().precondition(&Expr::raw("var.port == 443"), "before").postcondition(
            &Expr::raw("self.output == \"g\""),
            format!("after: {}", Expr::<String>::raw("self.id")),
        ),
    );
    let guarded = cases.stack.add("guarded", guarded);
    cases.written(
        "conditions of a resource",
        "/resource/terraform_data/guarded/lifecycle",
        json!({
            "precondition": [{"condition": "${var.port == 443}", "error_message": "before"}],
            "postcondition": [{"condition": "${self.output == \"g\"}", "error_message": "after: ${self.id}"}],
        }),
    );
    cases.expression(
        "a resource whose conditions hold",
        guarded.output(),
        "terraform_data.guarded.output",
        json!("g"),
    );
}
