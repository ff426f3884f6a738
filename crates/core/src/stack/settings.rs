//! The `terraform` block of a stack: its backend, encryption, target; and what is put beside the document.

use crate::{Attachment, Backend, Encryption, Source, Stack, StatePlace, Target};

impl Stack {
    /// Chooses where the state is kept. Without it, that is a file in the folder of the synthesized stack. No other
    /// stack may keep its state in the same place.
    #[track_caller]
    pub fn backend(&mut self, backend: impl Into<Backend>) {
        self.backend = Some(backend.into());
        self.backend_source = Some(Source::here());
    }
}

impl Stack {
    /// Where the state is, if the backend says all of it.
    #[must_use]
    pub fn state_place(&self) -> Option<StatePlace> {
        self.backend.clone().unwrap_or_default().place(&self.name)
    }

    /// Encrypts the state or saved plans (OpenTofu 1.7; Terraform has nothing of the kind).
    #[track_caller]
    pub fn encryption(&mut self, encryption: Encryption) {
        self.settings.nest("encryption", encryption.into_block());
    }
}

impl Stack {
    /// Says what must be able to read this stack's document.
    pub const fn target(&mut self, target: Target) {
        self.target = Some(target);
    }
}

impl Stack {
    /// Puts something beside the document. The same path twice is one attachment.
    pub fn attach(&mut self, attachment: Attachment) {
        if !self.attachments.iter().any(|known| known.path == attachment.path) {
            self.attachments.push(attachment);
        }
    }

    /// What is put beside the document.
    #[must_use]
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }
}
