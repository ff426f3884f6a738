//! Reusable infrastructure: typed configuration in, typed references out, safe by default, everything overridable.
//!
//! A module is a configuration struct and a function that takes the stack, a name and the configuration. Logical names
//! are put behind the module's name. Not here: systems; they are in the `stacks` package.

pub mod alarms;
pub mod alerts;
pub mod app_runner;
pub mod artifact_bucket;
pub mod audit_trail;
pub mod boundary;
pub mod cache;
pub mod certificate;
pub mod container_registry;
pub mod dashboard;
pub mod egress_group;
pub mod fargate_service;
pub mod github_oidc;
pub mod http_api;
pub mod iam;
pub mod job_table;
pub mod lambda_service;
pub mod load_balancer;
pub mod network;
pub mod postgres;
pub mod queue;
pub mod repository;
pub mod rest_api;
pub mod schedule;
pub mod secret;
pub mod state_backend;
pub mod static_site;
pub mod worker_template;

mod ingress_group;
mod label;
mod mistakes;
mod private_bucket;
mod route_path;
mod tags;
#[cfg(test)]
mod testing;
