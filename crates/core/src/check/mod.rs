//! Checks that need no provider: references lead somewhere, nothing waits for itself, every value can be written, and
//! what stands together goes together.
//!
//! May import everything but `synthesis`.

mod credentials;
mod dynamic;
pub(crate) mod functions;
pub(crate) mod graph;
mod instances;
mod meta_arguments;
mod names;
mod references;
mod state_moves;
mod target_features;

use std::collections::HashMap;

use crate::check::graph::{Nodes, cycle, find_cycle};
use crate::check::references::Checker;
use crate::stack::former;
use crate::{Diagnostic, Stack, StatePlace};

/// Checks settled stacks. It only reads them, so that documents can be written at the same time.
#[must_use]
pub fn check(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for stack in stacks {
        let nodes = Nodes::of(stack);
        let mut checker = Checker::new(stack, &nodes, stacks);
        checker.all();
        diagnostics.append(&mut checker.diagnostics);
        diagnostics.extend(cycle(stack, &nodes, &checker.edges));
        diagnostics.extend(meta_arguments::check(stack));
        diagnostics.extend(credentials::check(stack));
        diagnostics.extend(names::check(stack));
        diagnostics.extend(state_moves::check(stack));
        diagnostics.extend(target_features::check(stack));
    }
    diagnostics.extend(stack_cycle(stacks));
    diagnostics.extend(shared_places(stacks));
    diagnostics.extend(former::check(stacks));
    diagnostics
}

/// Stacks whose state is in one place: each would destroy what the other has applied.
fn shared_places(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut first: HashMap<StatePlace, &Stack> = HashMap::new();
    let mut diagnostics = Vec::new();
    for stack in stacks.iter().filter(|stack| !stack.is_module) {
        let backend = stack.backend.clone().unwrap_or_default();
        let Some(place) = backend.place(&stack.name) else { continue };
        let line = |stack: &Stack| stack.backend_source.unwrap_or(stack.source);
        if let Some(other) = first.get(&place) {
            let message = format!(
                "stack `{}` keeps its state in the same place as `{}`: {place}",
                stack.name, other.name
            );
            let diagnostic = stack.diagnostic(message).source(line(stack)).source(line(other));
            diagnostics
                .push(diagnostic.hint("give each stack a place of its own, such as a key with its name"));
        } else {
            first.insert(place, stack);
        }
    }
    diagnostics
}

/// The first cycle among stacks, if there is one.
fn stack_cycle(stacks: &[Stack]) -> Option<Diagnostic> {
    let mut edges = Vec::new();
    for (from, stack) in stacks.iter().enumerate() {
        for read in stack.reads.iter().filter(|read| read.stack != stack.name) {
            if let Ok(to) = stacks.binary_search_by(|other| other.name.cmp(&read.stack)) {
                edges.push((from, to));
            }
        }
    }
    let path = find_cycle(stacks.len(), &edges)?;
    let names: Vec<&str> = path.iter().map(|index| stacks[*index].name()).collect();
    let mut diagnostic =
        Diagnostic::new("", format!("stacks depend on each other in a cycle: {}", names.join(" -> ")));
    for pair in path.windows(2) {
        let producer = stacks[pair[1]].name();
        for read in stacks[pair[0]].reads.iter().filter(|read| &*read.stack == producer).take(1) {
            diagnostic = diagnostic.source(read.source);
        }
    }
    Some(diagnostic.hint("move what both need into a stack of its own"))
}

#[cfg(test)]
mod tests {
    use crate::{App, Backend, Expr, Module, Raw, Resource};

    fn diagnostics(build: impl FnOnce(&mut App)) -> Vec<String> {
        let mut app = App::new();
        build(&mut app);
        app.finish().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn references_must_lead_somewhere() {
        let messages = diagnostics(|app| {
            let stack = app.stack("dev");
            stack.add("queue", Raw::new("aws_sqs_queue"));
            stack.add("x", Raw::new("aws_x").set("a", Expr::<String>::raw("aws_sqs_queue.queu.arn")));
            stack.add("y", Raw::new("aws_x").set("a", Expr::<String>::raw("var.nothing + nonsense")));
        });
        assert_eq!(
            messages,
            [
                "`aws_sqs_queue.queu` is not in the stack",
                "`var.nothing` is not in the stack",
                "`nonsense` is not in the stack",
            ]
        );
    }

    #[test]
    fn one_place_is_for_the_state_of_one_stack() {
        let mut app = App::new();
        app.stack("a").backend(Backend::s3("states", "shop/a", "eu-central-1"));
        app.stack("b").backend(Backend::s3("states", "shop/./a", "eu-west-1"));
        app.stack("c").backend(Backend::local("../d/terraform.tfstate"));
        app.stack("d");
        app.stack("module").backend(Backend::s3("states", "shop/module", "eu-central-1"));
        let found = app.finish().diagnostics;
        let messages: Vec<&str> = found.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "stack `b` keeps its state in the same place as `a`: s3: states, shop/a",
                "stack `d` keeps its state in the same place as `c`: local: d/terraform.tfstate",
            ]
        );
        // Both lines are named.
        assert!(found.iter().all(|it| it.sources.len() == 2), "{found:?}");
    }

    #[test]
    fn cycles_are_named() {
        let messages = diagnostics(|app| {
            let stack = app.stack("dev");
            stack.add("a", Raw::new("aws_x").set("v", Expr::<String>::raw("aws_x.b.id")));
            stack.add("b", Raw::new("aws_x").set("v", Expr::<String>::raw("local.c")));
            stack.local("c", Expr::<String>::raw("aws_x.a.id"));
            stack.add("self", Raw::new("aws_x"));
        });
        assert_eq!(messages, ["dependency cycle: aws_x.a -> aws_x.b -> local.c -> aws_x.a"]);
    }

    #[test]
    fn modules_may_take_from_one_another() {
        let messages = diagnostics(|app| {
            let stack = app.stack("dev");
            let call = |of: &str| Module::new("./m").input("v", Expr::<String>::raw(of));
            stack.add("a", call("module.b.x"));
            stack.add("b", call("module.a.y"));
        });
        assert_eq!(messages, [""; 0]);
    }

    #[test]
    fn names_and_values_are_checked() {
        let messages = diagnostics(|app| {
            let stack = app.stack("dev");
            stack.add("a b", Raw::new("aws_x"));
            stack.add("a", Raw::new("aws_x"));
            stack.add("a", Raw::new("aws_x"));
            stack.add("n", Raw::new("aws_x").set("number", f64::INFINITY));
            stack.add("f", Raw::new("aws_x").set("text", "\u{FDD0}"));
            app.stack("dev");
        });
        assert_eq!(
            messages,
            [
                "two stacks have one name",
                "Terraform refuses the name `a b`",
                "the name of aws_x.a is taken",
                "text holds one of U+FDD0 to U+FDD4, which mark expressions inside text, without its counterpart",
                "inf is not a number that Terraform has",
            ]
        );
    }

    #[test]
    fn cycles_of_stacks_are_named() {
        let messages = diagnostics(|app| {
            let a = app.stack("a").output("x", "1");
            let b = app.stack("b");
            let from_a = b.read(&a);
            let from_b = b.output("y", from_a);
            let other = app.stack("c").output("z", "1");
            let c = app.stack("d");
            c.read(&from_b);
            c.read(&other);
        });
        assert_eq!(messages, [] as [&str; 0]);
        let mut first = crate::Stack::new("a");
        let mut second = crate::Stack::new("b");
        let x = first.output("x", "1");
        let y = second.output("y", "2");
        first.read(&y);
        second.read(&x);
        let mut app = App::new();
        app.add(first);
        app.add(second);
        assert_eq!(
            app.finish().diagnostics[0].message,
            "stacks depend on each other in a cycle: a -> b -> a"
        );
    }
}
