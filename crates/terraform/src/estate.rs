//! All stacks of a program, beside those that a command is about.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use formwork_core::Stack;
use formwork_synth::{OutputFolder, Retired, Synthesized};

use crate::{Commit, Terraform, Workspace};

/// The stacks of a program, with what it takes to work on any of them.
#[derive(Clone, Copy, Debug)]
pub struct Estate<'a> {
    /// The terraform that works on them.
    pub terraform: &'a Terraform,
    /// The stacks and their documents.
    pub synthesized: &'a Synthesized,
    /// The folder of the documents.
    pub documents: &'a Path,
    /// Stacks that are no longer part of the program.
    pub retired: &'a [Retired],
    /// The commit that the program is of, if that is known.
    pub commit: Option<&'a Commit>,
    /// Two at a time would write one manifest.
    pub writing: &'a Mutex<()>,
}

impl<'a> Estate<'a> {
    /// Opens the folder of a stack whose document is on disk already.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn open(self, index: usize) -> anyhow::Result<Workspace<'a>> {
        let (entry, _) = &self.synthesized.documents[index];
        Workspace::open(self, entry, serde_json::to_value(&self.synthesized.stacks[index])?)
    }

    /// Opens the folder of a stack that is no longer part of the program, with its last document.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn open_retired(self, retired: &'a Retired) -> anyhow::Result<Workspace<'a>> {
        if self.terraform.environment.is_real() {
            retired.restore(self.documents)?;
        }
        Workspace::open(self, &retired.entry, retired.document.clone())
    }

    /// Opens the folder of any stack of the program or of a retired one, and writes its document first. There is none for
    /// a module, and for a name that no stack has.
    ///
    /// # Errors
    /// Fails if the folder cannot be written to.
    pub fn stack(self, name: &str) -> anyhow::Result<Option<Workspace<'a>>> {
        let stacks = &self.synthesized.stacks;
        let found = stacks.iter().position(|stack| stack.name() == name && !stack.is_module());
        let Some(index) = found else {
            let retired = self.retired.iter().find(|retired| retired.entry.name == name);
            return retired.map(|retired| self.open_retired(retired)).transpose();
        };
        let turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        OutputFolder::prepare(self.documents, self.synthesized, &[index])?
            .write()
            .with_context(|| format!("cannot write to {}", self.documents.display()))?;
        drop(turn);
        self.open(index).map(Some)
    }

    /// The names of all stacks that are applied, sorted; then of those that are no longer part of the program.
    pub fn names(self) -> impl Iterator<Item = &'a str> {
        let stacks = self.synthesized.stacks.iter().filter(|stack| !stack.is_module()).map(Stack::name);
        stacks.chain(self.retired.iter().map(|retired| retired.entry.name.as_str()))
    }
}
