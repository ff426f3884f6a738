//! Files that a stack needs: code, pages, scripts. They are written beside the document and referred to by a path
//! within it, so that a plan needs nothing but the folder.
//!
//! The name of what is written holds a hash of names, modes and contents: when they change, so does the document, and
//! what is there already is not made again.

mod archive;
mod content;
mod folder;

use std::path::PathBuf;

use formwork_core::{Attachment, Expr, Packing, Source, Stack};

use crate::assets::content::Content;

pub use folder::{prune, stale, write};

/// The largest zip that Lambda takes when the code is part of the request: 50 MB (Lambda Developer Guide, "Lambda
/// quotas", "Deployment package size").
pub const LAMBDA_ZIP: u64 = 50 * 1024 * 1024;

/// How many hexadecimal digits of the content's hash are in a name.
const DIGITS: usize = 32;

/// A file, a folder or a zip archive of one, to be put beside a stack's document.
#[derive(Clone, Debug)]
pub struct Asset {
    from: PathBuf,
    packing: Packing,
    executables: Vec<String>,
    limit: Option<u64>,
    source: Source,
}

impl Asset {
    /// A copy of a file or folder.
    #[must_use]
    #[track_caller]
    pub fn copy(from: impl Into<PathBuf>) -> Self {
        Self::of(from.into(), Packing::Copy, Source::here())
    }

    /// A zip archive of a file, or of what is in a folder. The same names, modes and contents give the same bytes
    /// everywhere: entries are sorted, of one time, and either executable or not.
    #[must_use]
    #[track_caller]
    pub fn zip(from: impl Into<PathBuf>) -> Self {
        Self::of(from.into(), Packing::Zip, Source::here())
    }

    /// Makes a file in it executable, by its path within the asset: for programs that were not built on Unix.
    #[must_use]
    pub fn executable(mut self, name: impl Into<String>) -> Self {
        self.executables.push(name.into());
        self
    }

    /// Refuses an asset that is larger when it is written, in bytes, such as [`LAMBDA_ZIP`].
    #[must_use]
    pub const fn limit(mut self, bytes: u64) -> Self {
        self.limit = Some(bytes);
        self
    }

    /// Reads the content once and asks for the asset beside the stack's document. What cannot be read is a finding.
    pub fn add_to(self, stack: &mut Stack, name: &str) -> Placed {
        let name = stack.logical_name(name);
        if !formwork_core::is_identifier(&name) {
            let diagnostic =
                stack.diagnostic(format!("`{name}` is not a name for an asset")).source(self.source);
            stack.report(diagnostic.hint("use letters, digits, underscores and hyphens"));
        }
        let content = Content::read(&self.from, &self.executables);
        let (hash, is_folder) = match &content {
            Ok(content) => (content.hash(self.packing), content.is_folder()),
            Err(error) => {
                let message = format!("the asset {} cannot be read: {error}", self.from.display());
                let diagnostic = stack.diagnostic(message).source(self.source);
                stack.report(diagnostic.hint("build it first; relative paths begin where the program runs"));
                ("0".repeat(DIGITS), false)
            }
        };
        let extension = match (self.packing, self.from.extension().and_then(|extension| extension.to_str())) {
            (Packing::Zip, _) => ".zip".to_owned(),
            (Packing::Copy, Some(extension)) if !is_folder => format!(".{extension}"),
            _ => String::new(),
        };
        let path = format!("assets/{name}-{}{extension}", &hash[..DIGITS]);
        stack.attach(Attachment {
            path: path.clone(),
            from: self.from,
            packing: self.packing,
            executables: self.executables,
            limit: self.limit,
            source: self.source,
        });
        Placed { path, hash }
    }

    /// Puts the asset at a path of the caller's choice, relative to the document, such as `files/init.sh`: for
    /// expressions that name it by themselves. Changes of its content do not change the document.
    #[track_caller]
    pub fn place_at(self, stack: &mut Stack, path: &str) {
        let is_below = !path.is_empty()
            && !path.contains('\\')
            && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
        let is_taken = path.split('/').next().is_some_and(|first| first.starts_with(".terraform"));
        if !is_below || is_taken || matches!(path, "main.tf.json" | "assets") {
            let diagnostic =
                stack.diagnostic(format!("`{path}` is no place for an asset")).source(self.source);
            return stack.report(diagnostic.hint("name a path below the document, such as `files/init.sh`"));
        }
        if !self.from.exists() {
            let message = format!("the asset {} is not there", self.from.display());
            let diagnostic = stack.diagnostic(message).source(self.source);
            return stack.report(diagnostic.hint("relative paths begin where the program runs"));
        }
        stack.attach(Attachment {
            path: path.to_owned(),
            from: self.from,
            packing: Packing::InPlace,
            executables: self.executables,
            limit: self.limit,
            source: self.source,
        });
    }

    const fn of(from: PathBuf, packing: Packing, source: Source) -> Self {
        Self { from, packing, executables: Vec::new(), limit: None, source }
    }
}

/// Where an asset will be, for arguments.
#[derive(Clone, Debug)]
pub struct Placed {
    path: String,
    hash: String,
}

impl Placed {
    /// The path, as Terraform finds it: `${path.module}/assets/…`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", Expr::<String>::raw("path.module"), self.path)
    }

    /// The base64 of the SHA-256 of the file, as Lambda's `source_code_hash` takes it. Terraform works it out from the
    /// file itself.
    #[must_use]
    pub fn source_code_hash(&self) -> Expr<String> {
        Expr::call("filebase64sha256", [self.path().into()])
    }

    /// A hash of names, modes and contents, in hexadecimal digits. It is the same everywhere.
    #[must_use]
    pub fn content_hash(&self) -> &str {
        &self.hash
    }
}
