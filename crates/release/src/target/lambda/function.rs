//! A function that is released, with names in full.

use crate::description::{Analysis, Shifting};
use crate::engine::Context;
use crate::target::lambda::Lambda;
use crate::target::{DescribedService, Opening};

/// A function with its two aliases, as the command line calls it and as AWS does.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// What the stack calls it.
    pub name: String,
    /// The function's name.
    pub function: String,
    /// The alias that takes requests.
    pub stable_alias: String,
    /// The alias that is tested.
    pub candidate_alias: String,
    /// How requests move.
    pub shifting: Shifting,
    /// What a new version must keep to.
    pub analysis: Analysis,
    /// Name and stage of the REST API in front.
    pub api: Option<(String, String)>,
    /// Shares, in per cent, at which a promotion waits for a person.
    pub pause_at: Vec<u32>,
}

impl Function {
    /// Puts values in the place of outputs.
    ///
    /// # Errors
    /// Fails with the name of an output that has no value.
    pub(super) fn open(lambda: &Lambda, opening: &Opening<'_>) -> Result<Self, String> {
        let DescribedService { name, release, .. } = opening.service;
        let api = match &release.analysis.api {
            Some(stage) => Some((opening.resolve(&stage.api)?, stage.stage.clone())),
            None => None,
        };
        Ok(Self {
            name: name.clone(),
            function: opening.resolve(&lambda.function)?,
            stable_alias: lambda.stable_alias.clone(),
            candidate_alias: lambda.candidate_alias.clone(),
            shifting: release.shifting.clone(),
            analysis: release.analysis.clone(),
            api,
            pause_at: release.pause_at.clone(),
        })
    }
}

/// Calls of Lambda on behalf of a release.
pub struct Session<'a, C> {
    /// Lambda, or what stands in for it.
    pub api: &'a C,
    /// Who releases, when, and how.
    pub context: &'a Context<'a>,
}
