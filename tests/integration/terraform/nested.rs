//! `dynamic` at any depth of generated blocks: the JSON that is written, and the blocks that the real terraform makes
//! of it. The provider is simulated.

use crate::support::TestEnv;
use insta::assert_snapshot;
use serde_json::{Value, json};

/// The document, and the attributes of every resource after it was applied.
fn applied() -> (Value, impl Fn(&str) -> Value) {
    let env = TestEnv::new();
    let ran = env.nested("", &["apply", "--sandbox", "--auto-approve"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let synthesized = env.nested("", &["synth"]);
    assert_eq!(synthesized.code, 0, "{}", synthesized.stderr);
    let document: Value = serde_json::from_str(&env.read("formwork.out/drops/main.tf.json")).unwrap();
    let state = env.nested("", &["sandbox", "terraform", "drops", "--", "state", "pull"]);
    let state: Value = serde_json::from_str(&state.stdout).unwrap();
    let resources = state["resources"].as_array().unwrap().clone();
    let attributes = move |name: &str| {
        let resource = resources.iter().find(|resource| resource["name"] == *name).unwrap();
        resource["instances"][0]["attributes"].clone()
    };
    (document, attributes)
}

/// What is not set is null or empty in a state; here it is left out.
fn given(value: &Value) -> Value {
    match value {
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), given(value)))
            .filter(|(_, value)| !value.is_null() && *value != json!([]) && *value != json!({}))
            .collect(),
        Value::Array(items) => items.iter().map(given).collect(),
        other => other.clone(),
    }
}

#[test]
fn blocks_are_repeated_at_any_depth() {
    let (document, attributes) = applied();
    let cases = [
        (
            "within_a_block",
            json!({"rule": [{
                "port": 80,
                "part": [{"name": "first"}],
                "dynamic": {"part": [{"for_each": "${local.names}", "content": {"name": "${part.value}!"}}]},
            }]}),
            json!({"rule": [{"port": 80, "part": [{"name": "a!"}, {"name": "b!"}, {"name": "first"}]}]}),
        ),
        (
            "within_each_other",
            json!({"dynamic": {"rule": [{"for_each": "${local.rules}", "content": {
                "name": "${rule.value.name}",
                "port": "${rule.value.port}",
                "dynamic": {"part": [{"for_each": "${rule.value.parts}", "content": {
                    "name": "${rule.value.name}-${part.value.name}",
                    "dynamic": {"part": [{"for_each": "${part.value.sizes}", "iterator": "size", "content": {
                        "name": "${size.key}",
                        "size": "${size.value * 10}",
                        "leaf": {"text": "${part.value.name} in ${rule.value.name}"},
                    }}]},
                }}]},
            }}]}}),
            json!({"rule": [
                {"name": "web", "port": 80, "part": [
                    {"name": "web-x", "part": [
                        {"name": "0", "size": 10, "leaf": {"text": "x in web"}},
                        {"name": "1", "size": 20, "leaf": {"text": "x in web"}},
                    ]},
                    {"name": "web-y"},
                ]},
                {"name": "db", "port": 5432},
            ]}),
        ),
        (
            "of_one_kind",
            json!({"rule": [{
                "part": [{"name": "all", "dynamic": {"part": [{"for_each": "${local.names}", "content": {
                    "name": "${part.value}", "leaf": {"text": "${part.key}"},
                }}]}}],
                "dynamic": {"part": [{"for_each": "${local.names}", "iterator": "outer", "content": {
                    "name": "${outer.value}",
                    "dynamic": {"part": [{"for_each": {"large": 9, "small": 1}, "content": {
                        "name": "${outer.value}/${part.key}", "size": "${part.value}",
                    }}]},
                }}]},
            }]}),
            json!({"rule": [{"part": [
                {"name": "a", "part": [{"name": "a/large", "size": 9}, {"name": "a/small", "size": 1}]},
                {"name": "all", "part": [
                    {"name": "a", "leaf": {"text": "0"}}, {"name": "b", "leaf": {"text": "1"}},
                ]},
                {"name": "b", "part": [{"name": "b/large", "size": 9}, {"name": "b/small", "size": 1}]},
            ]}]}),
        ),
        (
            "labelled",
            json!({"rule": [{
                "tag": {"fixed": {"value": "f"}},
                "dynamic": {"tag": [{"for_each": "${local.tags}", "labels": ["${tag.key}"], "content": {
                    "value": "${tag.key}",
                    "dynamic": {"note": [{
                        "for_each": "${tag.value.notes}",
                        "labels": ["${tag.key}.${note.value}"],
                        "content": {"text": "${note.key}"},
                    }]},
                }}]},
            }]}),
            json!({"rule": [{"tag": {
                "fixed": {"value": "f"},
                "one": {"value": "one", "note": {"one.n1": {"text": "0"}, "one.n2": {"text": "1"}}},
                "two": {"value": "two"},
            }}]}),
        ),
        (
            "with_lid",
            json!({"box": {"weight": 1, "dynamic": {"lid": [{
                "for_each": "${local.with_lid}", "content": {"open": "${lid.value}"},
            }]}}}),
            json!({"box": [{"weight": 1, "lid": [{"open": true}]}]}),
        ),
        (
            "without_lid",
            json!({"box": {"weight": 1, "dynamic": {"lid": [{
                "for_each": "${local.without_lid}", "content": {"open": "${lid.value}"},
            }]}}}),
            json!({"box": [{"weight": 1}]}),
        ),
        (
            "with_for_each",
            json!({
                "rule": [{"dynamic": {"part": [{
                    "for_each": "${local.names}", "content": {"name": "${each.key}-${part.value}"},
                }]}}],
                "for_each": {"k": "k"},
            }),
            json!({"rule": [{"part": [{"name": "k-a"}, {"name": "k-b"}]}]}),
        ),
        (
            "in_attributes",
            json!({"heights": "${[for item in local.metres : {\"metres\" = item * 2}]}"}),
            json!({"heights": [{"metres": 2}, {"metres": 4}]}),
        ),
    ];
    for (name, written, evaluated) in cases {
        assert_eq!(document["resource"]["anvil_drop"][name], written, "{name}: written");
        let mut found = given(&attributes(name));
        found.as_object_mut().unwrap().remove("id");
        assert_eq!(found, evaluated, "{name}: evaluated");
    }
}

#[test]
fn an_element_that_hides_another_is_a_diagnostic() {
    let env = TestEnv::new();
    let ran = env.nested("hiding", &["synth"]);
    assert_eq!(ran.code, 1);
    assert_snapshot!(ran.stderr, @r#"
        error: the element `part` hides the one of the block around it
          --> tests/integration/programs/nested/mod.rs:138
          --> tests/integration/programs/nested/mod.rs:141
          in drops / anvil_drop.hiding / rule.dynamic.part.content.dynamic.part
          hint: give the element another name: `dynamic_as("part", "inner", …)`

        error: 1 mistake; nothing was written
        "#);
}

#[test]
fn the_bindings_are_up_to_date() {
    let env = TestEnv::new();
    let arguments = [
        "bindings",
        "update",
        "--check",
        "tests/integration/programs/nested/bindings/anvil",
        "--catalogue",
        "tests/integration/programs/nested/anvil.txt",
    ];
    let ran = env.run_below(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."), &arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
