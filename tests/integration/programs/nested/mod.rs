//! The program that blocks within blocks are tested with: one resource for each case.

use std::process::ExitCode;

use formwork::serde_json::json;
use formwork::{App, Body, Expr, Json, Map, Program, Stack, Value, for_each};

#[allow(missing_docs, unreachable_pub, reason = "it is what a user's package would hold")]
#[path = "bindings/anvil/mod.rs"]
mod anvil;

use anvil::Drop;
use anvil::drop::{BoxBlock, Lid, Note, Part, PartPart, Rule, Tag};

pub(crate) fn main() -> ExitCode {
    match Program::new(build).catalogue(anvil::CATALOGUE) {
        Ok(program) => program.run(),
        Err(_) => ExitCode::FAILURE,
    }
}

fn build(app: &mut App) -> formwork::Result {
    let hides = std::env::var("FIXTURE").is_ok_and(|variant| variant == "hiding");
    let stack = app.stack("drops");
    stack.provider(anvil::Provider::new());
    let names = stack.local("names", vec!["a".to_owned(), "b".to_owned()]);
    if hides {
        hiding(stack, &names);
        return Ok(());
    }
    within_a_block(stack, &names);
    within_each_other(stack);
    of_one_kind(stack, &names);
    labelled(stack);
    at_most_one(stack);
    with_for_each(stack, &names);
    in_attributes(stack);
    Ok(())
}

/// A block that is set as it is, with one that is repeated in it, beside one that is not.
fn within_a_block(stack: &mut Stack, names: &Expr<Vec<String>>) {
    let rule = Rule::new()
        .port(80)
        .part(Part::new("first"))
        .dynamic("part", names, |rule, part| rule.part(Part::new(format!("{}!", part.value()))));
    stack.add("within_a_block", Drop::new().rule(rule));
}

/// The elements of the outer collection have the inner one, and both elements are used inside.
fn within_each_other(stack: &mut Stack) {
    let rules = json!([
        {"name": "web", "port": 80, "parts": [{"name": "x", "sizes": [1, 2]}, {"name": "y", "sizes": []}]},
        {"name": "db", "port": 5432, "parts": []},
    ]);
    let rules = stack.local("rules", Value::<Json>::from(rules)).cast::<Vec<Json>>();
    let drop = Drop::new().dynamic("rule", &rules, |drop, rule| {
        let one =
            Rule::new().name(rule.value().field::<String>("name")).port(rule.value().field::<f64>("port"));
        let parts = rule.value().field::<Vec<Json>>("parts");
        drop.rule(one.dynamic("part", &parts, |one, part| {
            let name = part.value().field::<String>("name");
            let inner = Part::new(format!("{}-{name}", rule.value().field::<String>("name")));
            let sizes = part.value().field::<Vec<f64>>("sizes");
            one.part(inner.dynamic_as("part", "size", &sizes, |inner, size| {
                let leaf = Note::new().text(format!("{name} in {}", rule.value().field::<String>("name")));
                inner.part(PartPart::new().name(size.key()).size(size.value() * 10).leaf(leaf))
            }))
        }))
    });
    stack.add("within_each_other", drop);
}

/// Blocks of one kind within each other, the inner one of which has a name of its own for its element.
fn of_one_kind(stack: &mut Stack, names: &Expr<Vec<String>>) {
    let part = Part::new("all").dynamic("part", names, |part, one| {
        part.part(PartPart::new().name(one.value()).leaf(Note::new().text(one.key())))
    });
    let sizes = Map::<f64>::new().with("large", 9).with("small", 1);
    let rule = Rule::new().part(part).dynamic_as("part", "outer", names, |rule, outer| {
        rule.part(Part::new(outer.value()).dynamic("part", sizes.clone(), |part, inner| {
            part.part(PartPart::new().name(format!("{}/{}", outer.value(), inner.key())).size(inner.value()))
        }))
    });
    stack.add("of_one_kind", Drop::new().rule(rule));
}

/// Blocks with labels, which the elements name.
fn labelled(stack: &mut Stack) {
    let tags = json!({"one": {"notes": ["n1", "n2"]}, "two": {"notes": []}});
    let tags = stack.local("tags", Value::<Json>::from(tags)).cast::<Map<Json>>();
    let rule = Rule::new().tag("fixed", Tag::new().value("f")).dynamic("tag", &tags, |rule, tag| {
        let notes = tag.value().field::<Vec<String>>("notes");
        let inner = Tag::new().value(tag.key()).dynamic("note", &notes, |inner, note| {
            inner.note(format!("{}.{}", tag.key(), note.value()), Note::new().text(note.key()))
        });
        rule.tag(tag.key().to_string(), inner)
    });
    stack.add("labelled", Drop::new().rule(rule));
}

/// Blocks that occur at most once: there or not.
fn at_most_one(stack: &mut Stack) {
    for (name, flags) in [("with_lid", vec![true]), ("without_lid", Vec::new())] {
        let flags = stack.local(name, Value::<Vec<bool>>::from(flags));
        let drop = Drop::new().r#box(
            BoxBlock::new()
                .weight(1)
                .dynamic("lid", &flags, |own, lid| own.lid(Lid::new().open(lid.value()))),
        );
        stack.add(name, drop);
    }
}

/// The element of the whole resource, inside of a block that is repeated.
fn with_for_each(stack: &mut Stack, names: &Expr<Vec<String>>) {
    stack.add(
        "with_for_each",
        for_each(["k"], |one| {
            Drop::new().rule(Rule::new().dynamic("part", names, |rule, part| {
                rule.part(Part::new(format!("{}-{}", one.key(), part.value())))
            }))
        }),
    );
}

/// What is an attribute and no block is repeated by an expression.
fn in_attributes(stack: &mut Stack) {
    let metres = stack.local("metres", Value::<Vec<f64>>::from([1, 2]));
    let heights = metres.iter().map(|one| json!({"metres": one * 2}));
    stack.add("in_attributes", Drop::new().heights(heights));
}

/// Elements that Terraform would take for another.
fn hiding(stack: &mut Stack, names: &Expr<Vec<String>>) {
    let rule = Rule::new().dynamic("part", names, |rule, outer| {
        rule.part(
            Part::new("x").dynamic("part", names, |part, _| part.part(PartPart::new().name(outer.value()))),
        )
    });
    stack.add("hiding", Drop::new().rule(rule));
}
