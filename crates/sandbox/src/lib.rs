//! The sandbox: a simulated provider for any provider of the catalogue, in front of a simulated cloud.
//!
//! [`Sandbox::serve`] answers Terraform's plugin protocol 6 in this process. Terraform finds the servers through
//! `TF_REATTACH_PROVIDERS`, as it finds a provider in a debugger: nothing is installed, no process is started for each of
//! its commands, and nothing of the user's configuration is touched. Schemas come from the catalogue, computed values
//! are invented (the same for the same object), and what exists is kept in one file.
//!
//! This is a simulation. It refuses what it knows that the real provider or the cloud would refuse: `facts/*.txt` were
//! measured with the real provider, the facts in `formwork-schema` were written from the services' references. What it does
//! not refuse may still be wrong.
//!
//! May import `formwork-schema`; knows nothing of the command line, and starts no terraform.

// What is on the wire, and what is known of it.
mod configuration;
mod facts;
mod provider_diagnostic;
mod schema;
mod value;
mod wire;
// The simulated cloud, and what it and the provider refuse.
mod cloud;
mod constraints;
mod validation;
// The simulated provider.
mod certificate;
mod computed_values;
mod data;
mod functions;
mod plan;
mod provider;
// Its servers.
mod provider_service;
mod sandbox;
mod states;

pub use cloud::CloudError;
pub use sandbox::{ObjectName, Sandbox, SandboxError};
