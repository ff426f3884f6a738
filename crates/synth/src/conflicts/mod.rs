//! What only several objects together get wrong, and terraform's plan lets pass: the apply fails half-way, or one object
//! undoes what another did.
//!
//! | file | what is in it |
//! | --- | --- |
//! | `identity.rs` | which object an argument names, however it is written |
//! | `names.rs` | one name that all accounts, an account or a region has once, given twice |
//! | `owners.rs` | one thing that two objects set |
//! | `owner_tables.rs` | which objects those are, with a source for each row |
//! | `documents.rs` | policies above the cloud's sizes, and statements with one id |

mod documents;
mod identity;
mod names;
mod owner_tables;
mod owners;

use formwork_core::{Diagnostic, Stack};

/// Checks the objects of a program against one another.
pub(crate) fn check(stacks: &[Stack]) -> Vec<Diagnostic> {
    let mut found = names::check(stacks);
    for stack in stacks {
        found.extend(owners::check(stack));
        found.extend(documents::check(stack));
    }
    found
}
