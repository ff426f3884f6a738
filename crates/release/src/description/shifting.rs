//! How requests move from the old version to the new one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::Mistake;

/// How requests move to a new version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shifting {
    /// All requests at once; then the new version is watched.
    AllAtOnce {
        /// Seconds for which the new version is judged once it has all requests. 0: not at all.
        #[serde(default)]
        watch_seconds: u64,
    },
    /// The same share more, step by step.
    Linear {
        /// Per cent of requests that each step adds: 1 to 99.
        percent: u32,
        /// Seconds for which each step is judged before the next.
        bake_seconds: u64,
    },
    /// Chosen shares one after the other, then all requests.
    Canary {
        /// The shares, rising.
        steps: Vec<Step>,
    },
}

/// A share of requests that a new version gets, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Per cent of requests: 1 to 100.
    pub percent: u32,
    /// Seconds for which the new version is judged with this share. 0: not at all.
    pub bake_seconds: u64,
}

impl Default for Shifting {
    fn default() -> Self {
        Self::AllAtOnce { watch_seconds: 0 }
    }
}

impl Shifting {
    /// The steps in order. The last one is always all requests.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        let all = |bake_seconds| Step { percent: 100, bake_seconds };
        match self {
            Self::AllAtOnce { watch_seconds } => vec![all(*watch_seconds)],
            Self::Linear { percent, bake_seconds } => {
                let shares = (1..).map(|step| percent.max(&1) * step).take_while(|share| *share < 100);
                let step = |percent| Step { percent, bake_seconds: *bake_seconds };
                shares.map(step).chain([all(0)]).collect()
            }
            Self::Canary { steps } => {
                let mut steps = steps.clone();
                if steps.last().is_none_or(|step| step.percent < 100) {
                    steps.push(all(0));
                }
                steps
            }
        }
    }

    /// Whether two versions serve at the same time on the way.
    #[must_use]
    pub fn is_weighted(&self) -> bool {
        self.steps().len() > 1
    }

    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        match self {
            Self::Linear { percent, .. } if !(1..=99).contains(percent) => mistakes.push(Mistake::new(
                format!("linear steps of {percent} per cent lead nowhere"),
                "choose 1 to 99, or `Shifting::AllAtOnce`",
            )),
            Self::Canary { steps } => {
                let is_rising = steps.windows(2).all(|pair| pair[0].percent < pair[1].percent);
                let in_range = steps.iter().all(|step| (1..=100).contains(&step.percent));
                if steps.is_empty() || !is_rising || !in_range {
                    mistakes.push(Mistake::new(
                        "the steps of a canary are shares of 1 to 100 per cent, rising".to_owned(),
                        "such as 10 and 50; all requests follow by themselves",
                    ));
                }
            }
            Self::AllAtOnce { .. } | Self::Linear { .. } => {}
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_ends_with_all_requests() {
        let shares =
            |shifting: Shifting| shifting.steps().iter().map(|step| step.percent).collect::<Vec<_>>();
        assert_eq!(shares(Shifting::default()), [100]);
        assert_eq!(shares(Shifting::Linear { percent: 30, bake_seconds: 1 }), [30, 60, 90, 100]);
        assert_eq!(shares(Shifting::Linear { percent: 50, bake_seconds: 1 }), [50, 100]);
        let canary = Shifting::Canary { steps: vec![Step { percent: 10, bake_seconds: 300 }] };
        assert_eq!(shares(canary), [10, 100]);
        let watched = Shifting::Canary { steps: vec![Step { percent: 100, bake_seconds: 300 }] };
        assert!(!watched.is_weighted());
    }
}
