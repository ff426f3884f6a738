//! Reusable infrastructure: typed configuration in, typed references out, safe by default, everything overridable.
//!
//! A module is a configuration and a function: `network(&mut stack, "network", NetworkConfig::new(…))` adds the
//! resources and returns `NetworkParts`. Logical names are put behind the module's name. What `new` does not ask for has
//! a default, and a method that chooses otherwise.
//!
//! Every public module here has a page in `docs/modules/`, written from its source; `tests/catalogue/` writes the
//! pages and checks the convention. This crate imports the facade `formwork` only. Not here: systems; they are in the
//! package `stacks`.

// Network
pub mod certificate;
pub mod egress_group;
pub mod load_balancer;
pub mod network;

// Functions and containers
pub mod app_runner;
pub mod artifact_bucket;
pub mod container_registry;
pub mod fargate_service;
pub mod lambda_service;
pub mod worker_template;

// APIs and sites
pub mod http_api;
pub mod rest_api;
pub mod static_site;

// Stores
pub mod cache;
pub mod job_table;
pub mod postgres;
pub mod secret;

// Messages and schedules
pub mod event_bus;
pub mod queue;
pub mod schedule;
pub mod step_function;

// Watching
pub mod alarms;
pub mod alerts;
pub mod audit_trail;
pub mod budget;
pub mod dashboard;

// Deploying
pub mod boundary;
pub mod github_oidc;
pub mod repository;
pub mod state_backend;

// IAM and keys
pub mod iam;
pub mod kms_key;

// What the modules share.
mod ingress_group;
mod label;
mod mistakes;
mod policies;
mod private_bucket;
mod route_path;
mod tags;
#[cfg(test)]
mod testing;

/// The front page, whose examples are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct FrontPage;
