//! What there is of the sandbox in a program that was built without it: a way to say so.

use std::ffi::OsString;
use std::path::Path;

use formwork_core::Hint;
use formwork_schema::Library;
use formwork_synth::ManifestStack;
use serde_json::Value;

/// No simulated providers: there is never one of these.
#[derive(Debug)]
pub(crate) enum Simulation {}

impl Simulation {
    pub(crate) fn notice(&self) -> Option<&str> {
        match *self {}
    }

    /// Says how to get the sandbox.
    pub(crate) fn open(_: &Path, _: Library) -> anyhow::Result<Self> {
        anyhow::bail!(
            "this program was built without the sandbox{}",
            Hint::new("build it with the feature `sandbox` of formwork")
        )
    }

    pub(crate) fn serve(&self, _: &ManifestStack, _: &Value, _: &Path) -> anyhow::Result<()> {
        match *self {}
    }

    pub(crate) fn environment(&self, _: &Path) -> Vec<(OsString, OsString)> {
        match *self {}
    }
}
