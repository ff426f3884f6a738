//! `missing-backup`: what is lost can be had back.

use formwork_core::{Diagnostic, Json, Stack};
use formwork_schema::TypeFacts;
use formwork_schema::facts::Backups;

use crate::body::{Switch, refers_to};
use crate::guarded_object::GuardedObject;

pub(super) fn check(stack: &Stack) -> Vec<Diagnostic> {
    // Facts are read only of types that the stack has.
    let types = TypeFacts::types_with_backups()
        .filter(|type_name| GuardedObject::resources(stack, type_name).next().is_some());
    let mut stores: Vec<(&str, &Backups)> =
        types.filter_map(|type_name| Some((type_name, TypeFacts::of(type_name).backups.as_ref()?))).collect();
    stores.sort_by_key(|(_, backups)| rank(backups));
    let mut diagnostics = Vec::new();
    for (type_name, backups) in stores {
        for guarded in GuardedObject::resources(stack, type_name) {
            if !has_backups(&guarded, backups) && !is_selected(&guarded) {
                diagnostics.push(missing(&guarded, backups));
            }
        }
    }
    diagnostics
}

/// What is reported first: what an argument of the resource itself would mend.
const fn rank(backups: &Backups) -> u8 {
    match backups {
        Backups::Days { by_default: false, .. } => 0,
        Backups::Days { by_default: true, .. } => 1,
        Backups::Switch { .. } => 2,
        Backups::Policy { .. } => 3,
    }
}

/// Whether the service makes backups of a resource, for all that the program says.
fn has_backups(guarded: &GuardedObject<'_>, backups: &Backups) -> bool {
    let body = guarded.body();
    match backups {
        Backups::Days { argument, by_default, copies } => {
            let is_copy = copies.iter().any(|argument| body.get(argument).is_some());
            let is_kept = *by_default || body.get(argument).is_some();
            is_copy || is_kept && body.number(argument) != Some(0)
        }
        Backups::Switch { block, argument } => {
            let state = body.nested(block).first().map_or(Switch::Missing, |block| block.switch(argument));
            !matches!(state, Switch::Missing | Switch::Off)
        }
        Backups::Policy { type_name, refers, block, argument, off } => {
            GuardedObject::resources(guarded.stack, type_name).any(|policy| {
                let blocks = policy.body().nested(block);
                let is_on = blocks.iter().all(|block| block.text(argument).as_ref() != Some(off));
                let names = |value: &Json| refers_to(value, guarded.type_name, guarded.name);
                is_on && policy.body().get(refers).is_some_and(names)
            })
        }
    }
}

/// Whether a plan of AWS Backup takes the resource, by its name or by all that there is.
fn is_selected(guarded: &GuardedObject<'_>) -> bool {
    GuardedObject::resources(guarded.stack, "aws_backup_selection").any(|selection| {
        let names = |value: &Json| refers_to(value, guarded.type_name, guarded.name);
        selection.body().get("resources").is_some_and(names)
            || selection.body().texts("resources").iter().any(|resource| resource == "*")
    })
}

fn missing(guarded: &GuardedObject<'_>, backups: &Backups) -> Diagnostic {
    let message = "no backup is made of what it keeps";
    match backups {
        Backups::Days { argument, .. } => {
            guarded.diagnostic(argument, message, "set it to the days for which backups are kept")
        }
        Backups::Switch { block, argument } => {
            guarded.diagnostic(block, message, format!("set `{block}.{argument}` to true"))
        }
        Backups::Policy { type_name, .. } => {
            let hint = format!("add an `{type_name}`, or select it for a plan of AWS Backup");
            Diagnostic { argument: None, ..guarded.diagnostic("", message, hint) }
        }
    }
}
