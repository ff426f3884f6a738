//! Rules that a program can ask for with [`App::guard`](formwork_core::App::guard): [`aws`] keeps what it builds there
//! from being open, public, unencrypted, without backup or in plain text; [`naming`] holds names to a convention.
//!
//! A rule checks the stacks as they will be written, so that typed resources, raw ones, modules, aspects and overrides
//! are all alike to it. It checks only what it can read: an argument that Terraform computes may be right, and is left
//! alone. `docs/guards.md` lists the rules, each with its reason and where that comes from.
//!
//! Not here: what a provider refuses anyway. That is checked against the catalogues.

pub mod aws;
pub mod naming;

mod body;
mod guarded_object;
