//! HCL text and Terraform addresses, read without evaluating anything: the one scanner of references and templates, the
//! JSON documents in strings, names and addresses of blocks, the marks around expressions in text.
//!
//! Imports nothing of the crate.

pub(crate) mod address;
pub mod encoded;
pub(crate) mod fence_marks;
pub mod references;
mod rewrite;
pub(crate) mod scanner;
pub(crate) mod traversal;
