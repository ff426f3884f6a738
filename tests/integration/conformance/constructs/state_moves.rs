//! What `moved`, `import` and `removed` blocks do to a state: a first program is applied, and the plan of a second one is
//! looked at.

use std::collections::BTreeMap;

use formwork::{
    Import, Lifecycle, Map, Module, Provisioner, Removed, Resource, Stack, TerraformData, count, for_each,
};
use serde_json::{Value, json};

use super::{document, root_of};
use crate::terraform::Root;

const MODULE: &str = r#"resource "terraform_data" "inner" { input = "inner" }"#;

/// What a plan does: the actions on every address, and the address that an object had before.
fn planned(root: &Root) -> BTreeMap<String, (Vec<String>, Option<String>)> {
    root.terraform(&["plan", "-input=false", "-out=plan"]);
    let plan: Value = serde_json::from_str(&root.terraform(&["show", "-json", "plan"])).unwrap();
    let changes = plan["resource_changes"].as_array().cloned().unwrap_or_default();
    let one = |change: &Value| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let actions = change["change"]["actions"].as_array().unwrap().iter().filter_map(text).collect();
        (text(&change["address"]).unwrap(), (actions, text(&change["previous_address"])))
    };
    changes.iter().map(one).collect()
}

fn applied(build: impl FnOnce(&mut Stack)) -> Root {
    let root = root_of(build);
    root.write("inside/main.tf", MODULE);
    root.terraform(&["init", "-input=false"]);
    root.terraform(&["apply", "-auto-approve", "-input=false"]);
    root
}

#[test]
fn objects_move_without_being_replaced() {
    let root = applied(|stack| {
        for name in ["old", "single", "start", "flat", "into"] {
            stack.add(name, TerraformData::new().input(name));
        }
        stack.add("many", count(2, |_| TerraformData::new().input("many")));
        stack.add("before", Module::new("./inside"));
        stack.add("alone", Module::new("./inside"));
    });
    let second = document(|stack| {
        let new = stack.add("new", TerraformData::new().input("old"));
        stack.moved("terraform_data.old", &new);
        // A resource that gets `count` moves by itself to its first object, and one with `for_each` has to be told.
        let single = stack.add("single", for_each(["a"], |_| TerraformData::new().input("single")));
        stack.moved("terraform_data.single", &single.at("a"));
        let many = stack.add("many", for_each(["x", "y"], |_| TerraformData::new().input("many")));
        stack.moved("terraform_data.many[0]", &many.at("x"));
        stack.moved("terraform_data.many[1]", &many.at("y"));
        let end = stack.add("end", TerraformData::new().input("start"));
        stack.moved("terraform_data.start", "terraform_data.middle");
        stack.moved("terraform_data.middle", &end);
        let flat = stack.add("flat", TerraformData::new().input("flat").count(1));
        let _ = flat.at(0);
        let after = stack.add("after", Module::new("./inside"));
        stack.moved("module.before", &after);
        let alone = stack.add("alone", Module::new("./inside").for_each(["k"]));
        stack.moved("module.alone", &alone.at("k"));
        stack.add("taken", Module::new("./taken"));
        stack.moved("terraform_data.into", "module.taken.terraform_data.inner");
    });
    root.write("taken/main.tf", r#"resource "terraform_data" "inner" { input = "into" }"#);
    root.write("main.tf.json", second.to_string());
    root.terraform(&["init", "-input=false"]);
    let plan = planned(&root);
    let cases = [
        ("a resource", "terraform_data.new", "terraform_data.old"),
        ("a resource into for_each", "terraform_data.single[\"a\"]", "terraform_data.single"),
        ("an object of count into for_each", "terraform_data.many[\"x\"]", "terraform_data.many[0]"),
        ("another object", "terraform_data.many[\"y\"]", "terraform_data.many[1]"),
        ("by way of a third address", "terraform_data.end", "terraform_data.start"),
        ("a resource that gets count", "terraform_data.flat[0]", "terraform_data.flat"),
        ("a module", "module.after.terraform_data.inner", "module.before.terraform_data.inner"),
        (
            "a module into for_each",
            "module.alone[\"k\"].terraform_data.inner",
            "module.alone.terraform_data.inner",
        ),
        ("a resource into a module", "module.taken.terraform_data.inner", "terraform_data.into"),
    ];
    for (name, to, from) in cases {
        let (actions, previous) = &plan[to];
        assert_eq!((actions.join(" ").as_str(), previous.as_deref()), ("no-op", Some(from)), "{name}");
    }
    assert_eq!(plan.len(), cases.len(), "{plan:?}");
    let from: Vec<&Value> = second["moved"].as_array().unwrap().iter().map(|moved| &moved["from"]).collect();
    assert_eq!(from[0], "terraform_data.old");
    assert_eq!(
        second["moved"][1],
        json!({"from": "terraform_data.single", "to": "terraform_data.single[\"a\"]"})
    );
}

#[test]
fn objects_are_forgotten_or_destroyed_as_it_is_said() {
    let root = applied(|stack| {
        for name in ["kept", "lost"] {
            stack.add(name, TerraformData::new().input(name));
        }
        stack.add("module", Module::new("./inside"));
    });
    let second = document(|stack| {
        stack.removed(Removed::keep("terraform_data.kept"));
        let bye = Provisioner::local_exec("printf bye > bye.txt").on_destroy();
        stack.removed(Removed::destroy("terraform_data.lost").provisioner(bye));
        stack.removed(Removed::keep("module.module"));
    });
    assert_eq!(
        second["removed"],
        json!([
            {"from": "terraform_data.kept", "lifecycle": {"destroy": false}},
            {
                "from": "terraform_data.lost",
                "lifecycle": {"destroy": true},
                "provisioner": [{"local-exec": {"command": "printf bye > bye.txt", "when": "destroy"}}],
            },
            {"from": "module.module", "lifecycle": {"destroy": false}},
        ])
    );
    root.write("main.tf.json", second.to_string());
    let plan = planned(&root);
    let actions = |address: &str| plan[address].0.join(" ");
    assert_eq!(actions("terraform_data.kept"), "forget");
    assert_eq!(actions("terraform_data.lost"), "delete");
    assert_eq!(actions("module.module.terraform_data.inner"), "forget");
    root.terraform(&["apply", "-input=false", "plan"]);
    assert_eq!(root.read("bye.txt"), "bye");
}

#[test]
fn objects_that_exist_are_imported() {
    let document = document(|stack| {
        let one = stack.add("one", TerraformData::new());
        stack.import_existing(Import::id(&one, "id-of-one"));
        let keyed = stack.add("keyed", TerraformData::new().for_each(["a", "b"]));
        let ids = Map::<String>::new().with("a", "id-a").with("b", "${id}");
        stack.import_existing(Import::for_each(ids, |id| Import::id(&keyed.at(id.key()), id.value())));
        let many = stack.add("many", TerraformData::new().count(1));
        let name = stack.local("name", "local");
        stack.import_existing(Import::id(&many.at(0), format!("id-{name}")));
    });
    assert_eq!(
        document["import"],
        json!([
            {"to": "terraform_data.one", "id": "id-of-one"},
            {
                "to": "terraform_data.keyed[each.key]",
                "id": "${each.value}",
                "for_each": {"a": "id-a", "b": "$${id}"},
            },
            {"to": "terraform_data.many[0]", "id": "id-${local.name}"},
        ])
    );
    let root = Root::new();
    root.write("main.tf.json", document.to_string());
    root.terraform(&["init", "-input=false"]);
    root.terraform(&["apply", "-auto-approve", "-input=false"]);
    let state: Value = serde_json::from_str(&root.terraform(&["show", "-json"])).unwrap();
    let id = |address: &str| {
        let resources = state["values"]["root_module"]["resources"].as_array().unwrap();
        let resource = resources.iter().find(|resource| resource["address"] == address).unwrap();
        resource["values"]["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(id("terraform_data.one"), "id-of-one");
    assert_eq!(id("terraform_data.keyed[\"a\"]"), "id-a");
    assert_eq!(id("terraform_data.keyed[\"b\"]"), "${id}");
    assert_eq!(id("terraform_data.many[0]"), "id-local");
}

#[test]
fn lifecycles_do_what_they_say() {
    let program = |size: i64| {
        document(move |stack| {
            let trigger = stack.add("trigger", TerraformData::new().input(size));
            let follows = Lifecycle::new().replace_triggered_by(&trigger).create_before_destroy(true);
            stack.add("follows", TerraformData::new().lifecycle(follows));
            let ignores = Lifecycle::new().ignore_changes(["input"]);
            stack.add("ignores", TerraformData::new().input(size).lifecycle(ignores));
            stack.add(
                "all",
                TerraformData::new().input(size).lifecycle(Lifecycle::new().ignore_all_changes()),
            );
            stack.add("stays", TerraformData::new().lifecycle(Lifecycle::new().prevent_destroy(true)));
        })
    };
    let root = Root::new();
    root.write("main.tf.json", program(1).to_string());
    root.terraform(&["init", "-input=false"]);
    root.terraform(&["apply", "-auto-approve", "-input=false"]);
    root.write("main.tf.json", program(2).to_string());
    let plan = planned(&root);
    assert_eq!(plan["terraform_data.trigger"].0, ["update"]);
    assert_eq!(plan["terraform_data.follows"].0, ["create", "delete"]);
    assert_eq!(plan["terraform_data.ignores"].0, ["no-op"]);
    assert_eq!(plan["terraform_data.all"].0, ["no-op"]);
    let refused = root.ran(&["plan", "-destroy", "-input=false"]);
    assert!(!refused.status.success());
    assert!(
        String::from_utf8_lossy(&refused.stderr)
            .contains("terraform_data.stays has lifecycle.prevent_destroy")
    );
}
