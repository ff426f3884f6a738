//! `diff`: what changed, by meaning.

use crate::Program;
use crate::cli::Verdict;

/// Show which resources and arguments changed since the last synthesis or a git revision
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args, _: &Program) -> anyhow::Result<Verdict> {
    anyhow::bail!("not here yet")
}
