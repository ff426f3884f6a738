//! A service that is released, with names in full, and who releases it.

use std::time::Duration;

use crate::cloud::Cloud;
use crate::description::{Judgement, Lambda, Release, Shifting, Target};
use crate::journal::Journal;

/// A function with its two aliases, as the command line calls it and as AWS does.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
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
    pub judgement: Judgement,
    /// Name and stage of the REST API in front.
    pub api: Option<(String, String)>,
}

impl Service {
    /// Puts values in the place of outputs. There is no service for targets other than functions.
    ///
    /// # Errors
    /// Fails with the name of an output that has no value.
    pub fn resolve(
        name: &str,
        release: &Release,
        outputs: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, String> {
        let Target::Lambda(Lambda { function, stable_alias, candidate_alias }) = &release.target else {
            return Ok(None);
        };
        let api = match &release.judgement.api {
            Some(stage) => Some((stage.api.resolve(&outputs)?, stage.stage.clone())),
            None => None,
        };
        Ok(Some(Self {
            name: name.to_owned(),
            function: function.resolve(&outputs)?,
            stable_alias: stable_alias.clone(),
            candidate_alias: candidate_alias.clone(),
            shifting: release.shifting.clone(),
            judgement: release.judgement.clone(),
            api,
        }))
    }
}

/// Who releases, where, and with how much patience.
pub struct Deployer<'a, C: Cloud> {
    /// AWS, or what stands in for it.
    pub cloud: &'a C,
    /// Where actions are told.
    pub journal: &'a Journal,
    /// Who it is, for the records.
    pub by: String,
    /// How long to wait for what.
    pub timing: Timing,
}

/// How often calls are repeated, and how long updates may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How often a call is made that is throttled, or that gets no answer.
    pub attempts: u32,
    /// How long another change to the same function is waited for.
    pub busy: Duration,
    /// How long a function may take to be ready after an upload. A first one in a VPC takes a minute or two.
    pub update: Duration,
    /// The first pause between attempts; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause between attempts.
    pub longest_pause: Duration,
    /// How often metrics are asked for while a step bakes.
    pub judging: Duration,
}

impl Default for Timing {
    /// Eight attempts within some ten seconds, five minutes for updates, metrics twice a minute.
    fn default() -> Self {
        Self {
            attempts: 8,
            busy: Duration::from_secs(300),
            update: Duration::from_secs(300),
            pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(4),
            judging: Duration::from_secs(30),
        }
    }
}
