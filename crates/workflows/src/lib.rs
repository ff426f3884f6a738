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

pub mod actions;
mod estate;
mod expression;
mod graph;
mod job;
mod permission;
mod project;
mod render;
mod review;
mod shell;
mod step;
mod synthesized;
pub mod tool;
mod trigger;
mod workflow;
mod yaml;

pub use actions::Action;
pub use estate::{Estate, EstateEnvironment};
pub use expression::{Expression, Text};
pub use graph::mermaid;
pub use job::{Concurrency, Environment, Job, Matrix, Runner, Service};
pub use permission::{Access, Permissions, Scope};
pub use project::Project;
pub use render::{RENDERED, RenderError, Renderer};
pub use review::{Mistake, review};
pub use shell::{Command, Script, quote};
pub use step::{Effect, Reference, Step};
pub use synthesized::estate;
pub use tool::Tool;
pub use trigger::{Call, Input, Paths, Triggers};
pub use workflow::{Repository, Workflow};
