//! Reading: a folder's files as Terraform reads them.

mod comments;
mod folder;
mod json;
mod native;
mod overrides;
mod template;
mod text;

pub(crate) use folder::{module, one_file, variable_files};
