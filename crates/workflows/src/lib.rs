//! GitHub workflows as typed Rust, rendered with tera.
//!
//! ```
//! use formwork_workflows::{Expression, Job, Paths, Renderer, Script, Step, Triggers, Workflow};
//!
//! let test = Job::new("test", "Test", 20)
//!     .step(Step::checkout())
//!     .step(Step::run("Say who", Script::of("echo \"$ACTOR\"")).env("ACTOR", Expression::github("actor")));
//! let triggers = Triggers::new().pull_request(Paths::branches(["main"]));
//! let workflow = Workflow::new("ci.yml", "CI", "Tests every pull request.", triggers).job(test);
//! let text = Renderer::new()?.workflow(&workflow)?;
//! assert!(text.contains("ACTOR: ${{ github.actor }}"));
//! # Ok::<(), formwork_workflows::RenderError>(())
//! ```
//!
//! Three kinds of escaping have one place each: YAML in the renderer, the shell in [`Command`], GitHub's expressions in
//! [`Text`]. An [`Expression`] cannot become part of a [`Script`]: what a stranger may have written reaches a shell
//! through a variable of its environment or not at all.
//!
//! Not here: running anything, and what steps do on which system; that is in the programs that describe workflows.

// A workflow and its parts.
mod concurrency;
mod environment;
mod job;
mod matrix;
mod permission;
mod runner;
mod service;
mod step;
mod trigger;
mod workflow;

// What steps run, change and name.
pub mod actions;
mod effect;
mod expression;
mod reference;
mod shell;
mod text;

// Workflows that are made of them.
mod changed;
pub mod notify;
mod project;
mod tool;

// From workflows to files: the review, then the text.
mod inventory;
mod mermaid;
mod render;
mod review;
mod synthesized;
mod yaml;

pub use actions::Action;
pub use changed::PlannedStacks;
pub use concurrency::Concurrency;
pub use effect::Effect;
pub use environment::Environment;
pub use expression::Expression;
pub use inventory::{Inventory, InventoryEnvironment};
pub use job::Job;
pub use matrix::Matrix;
pub use mermaid::mermaid;
pub use permission::{Access, Permissions, Scope};
pub use project::Project;
pub use reference::Reference;
pub use render::{RENDERED, RENDERED_BY_INIT, RenderError, Renderer};
pub use review::{Diagnostic, review};
pub use runner::Runner;
pub use service::Service;
pub use shell::{Command, Script, quote};
pub use step::Step;
pub use synthesized::inventory;
pub use text::Text;
pub use tool::Tool;
pub use trigger::{Call, Input, Paths, Triggers};
pub use workflow::{Repository, Workflow};
