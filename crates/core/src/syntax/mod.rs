//! HCL text and Terraform addresses, read without evaluating anything: the one scanner of references and templates, the
//! JSON documents in strings, names and addresses of blocks.
//!
//! Imports nothing of the crate.

pub(crate) mod address;
pub mod encoded;
pub mod references;
mod rewrite;
pub(crate) mod scanner;
pub(crate) mod traversal;
