//! Files that belong beside a stack's document. The model only knows of them; who writes the document writes them too.

use std::path::PathBuf;

use crate::Source;

/// What is put beside a document, and where it comes from.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// The file or folder to be, relative to the document. It holds what identifies the content, so that a path that is
    /// there already is up to date.
    pub path: String,
    /// The file or folder that it is made from.
    pub from: PathBuf,
    /// How it is made.
    pub packing: Packing,
    /// Names of files that are executable, whatever the file system says of them.
    pub executables: Vec<String>,
    /// The largest size that is of use, in bytes.
    pub limit: Option<u64>,
    /// The line that asked for it.
    pub source: Source,
}

/// How an [`Attachment`] is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// As it is.
    Copy,
    /// As it is, at a path that says nothing of its content: it is made again whenever it differs.
    InPlace,
    /// As a zip archive of the file or of what is in the folder.
    Zip,
}
