//! `count` and `for_each`: one block that Terraform makes several objects of.
//!
//! What Rust knows is repeated with Rust's `for`. These are for what only Terraform knows, and for objects whose keys
//! should be seen in their addresses.

use crate::{Collection, Each, Expr, Repeated, Resource, Value};

/// Makes as many objects as Terraform finds the number to be. The closure gets `count.index`, counted from 0.
#[must_use]
#[track_caller]
pub fn count<R: Resource>(
    count: impl Into<Value<f64>>,
    fill: impl FnOnce(Expr<f64>) -> R,
) -> Repeated<R, f64> {
    fill(Expr::postfix(&["count.index"])).count(count)
}

/// Makes an object for each element of a collection. The closure gets `each.key` and `each.value`.
#[must_use]
#[track_caller]
pub fn for_each<C: Collection, R: Resource>(
    collection: C,
    fill: impl FnOnce(Each<C::Item>) -> R,
) -> Repeated<R, String> {
    fill(Each::new("each")).for_each(collection)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{App, Module, Raw, Stack, Variable};

    fn document(build: impl FnOnce(&mut Stack)) -> serde_json::Value {
        let mut app = App::new();
        build(app.stack("dev"));
        let synthesis = app.finish();
        assert_eq!(synthesis.diagnostics, []);
        serde_json::to_value(&synthesis.stacks[0]).unwrap()
    }

    #[test]
    fn objects_are_chosen_by_position_and_by_key() {
        let document = document(|stack| {
            let zones = stack.variable("zones", Variable::<Vec<String>>::new());
            let many =
                stack.add("many", count(3, |index| Raw::new("aws_x").set("name", format!("n-{index}"))));
            let keyed =
                stack.add("keyed", for_each(&zones, |zone| Raw::new("aws_y").set("zone", zone.value())));
            stack.output("first", many.at(0).attribute::<String>("id"));
            stack.output("a", keyed.at("a \"b\"").attribute::<String>("id"));
            stack.output("all", many.all(|one| one.attribute::<String>("id")));
            stack.output("by_key", keyed.by_key(|one| one.attribute::<String>("id")));
            stack.add(
                "same",
                for_each(&keyed, |one| Raw::new("aws_z").set("id", one.value().attribute::<String>("id"))),
            );
        });
        assert_eq!(document["resource"]["aws_x"]["many"], json!({"name": "n-${count.index}", "count": 3}));
        let keyed = &document["resource"]["aws_y"]["keyed"];
        assert_eq!(*keyed, json!({"zone": "${each.value}", "for_each": "${toset(var.zones)}"}));
        let same = &document["resource"]["aws_z"]["same"];
        assert_eq!(*same, json!({"id": "${each.value.id}", "for_each": "${aws_y.keyed}"}));
        let value = |name: &str| document["output"][name]["value"].clone();
        assert_eq!(value("first"), json!("${aws_x.many[0].id}"));
        assert_eq!(value("a"), json!("${aws_y.keyed[\"a \\\"b\\\"\"].id}"));
        assert_eq!(value("all"), json!("${[for each_aws_x_many in aws_x.many : each_aws_x_many.id]}"));
        assert_eq!(
            value("by_key"),
            json!("${{for key, each_aws_y_keyed in aws_y.keyed : key => each_aws_y_keyed.id}}")
        );
    }

    #[test]
    fn modules_are_repeated_like_resources() {
        let document = document(|stack| {
            let call = Module::new("./site").input("name", Each::<Expr<String>>::new("each").key());
            let sites = stack.add("site", call.for_each(["a", "b"]));
            stack.output("url", sites.at("a").attribute::<String>("url"));
        });
        assert_eq!(
            document["module"]["site"],
            json!({"source": "./site", "name": "${each.key}", "for_each": {"a": "a", "b": "b"}})
        );
        assert_eq!(document["output"]["url"]["value"], json!("${module.site[\"a\"].url}"));
    }

    #[test]
    fn elements_belong_into_blocks_that_are_repeated() {
        let mut app = App::new();
        let index = Expr::<f64>::raw("count.index");
        app.stack("dev").add("x", Raw::new("aws_x").set("a", index));
        let diagnostics = app.finish().diagnostics;
        assert_eq!(diagnostics[0].message, "`count.index` stands in a block without `count`");
    }
}
