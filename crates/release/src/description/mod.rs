//! How a service is released, as its stack describes it: typed, light, and kept in the manifest.
//!
//! Not here: what is released. A package and a commit come with each release.

mod analysis;
mod freeze;
mod name;
mod shifting;
mod web_metric;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::analysis::{Analysis, ApiStage, WithoutVerdict};
pub use self::freeze::Freeze;
pub use self::name::Name;
pub use self::shifting::{Shifting, Step};
pub use self::web_metric::{WebMetric, WebMetricArgs};
use crate::permissions::{DESCRIBE_ALARMS, Permission, Verb};
use crate::target::TargetDescription;

/// The kind of annotation that the manifest keeps releases under.
pub const ANNOTATION: &str = "release";

/// How one service is released.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// What the service is in AWS.
    pub target: TargetDescription,
    /// How requests move to the new version.
    #[serde(default)]
    pub shifting: Shifting,
    /// What a new version must keep to while it serves some or all requests.
    #[serde(default, rename = "judgement")]
    pub analysis: Analysis,
    /// Services with the same group release as one: all of them are promoted, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Files of smoke tests that `release verify` runs against the candidate, relative to the working directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub smoke: Vec<String>,
    /// Shares, in per cent, at which a promotion waits for a person after it has passed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pause_at: Vec<u32>,
    /// Times in which nothing is promoted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub freezes: Vec<Freeze>,
}

impl Release {
    /// A release of a target: all requests at once, judged by the limits of [`Analysis::default`].
    pub fn new(target: impl Into<TargetDescription>) -> Self {
        Self {
            target: target.into(),
            shifting: Shifting::default(),
            analysis: Analysis::default(),
            group: None,
            smoke: Vec::new(),
            pause_at: Vec::new(),
            freezes: Vec::new(),
        }
    }

    /// Chooses how requests move to the new version.
    #[must_use]
    pub fn shifting(mut self, shifting: Shifting) -> Self {
        self.shifting = shifting;
        self
    }

    /// Chooses what a new version must keep to.
    #[must_use]
    pub fn analysis(mut self, analysis: Analysis) -> Self {
        self.analysis = analysis;
        self
    }

    /// Releases the service as one with the others of a group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// Adds a file of smoke tests for the candidate.
    #[must_use]
    pub fn smoke(mut self, file: impl Into<String>) -> Self {
        self.smoke.push(file.into());
        self
    }

    /// Waits for a person at a share, in per cent, once it has passed: `release resume --judged` goes on.
    #[must_use]
    pub fn pause_at(mut self, percent: u32) -> Self {
        self.pause_at.push(percent);
        self
    }

    /// Promotes nothing in a time.
    #[must_use]
    pub fn freeze(mut self, freeze: Freeze) -> Self {
        self.freezes.push(freeze);
        self
    }

    /// All names in it that may be outputs.
    #[must_use]
    pub fn names(&self) -> Vec<&Name> {
        let api = self.analysis.api.as_ref().filter(|_| self.target.kind().has_weights).map(|it| &it.api);
        self.target.names().into_iter().map(|(_, name)| name).chain(api).collect()
    }

    /// What a verb calls for it.
    #[must_use]
    pub fn permissions(&self, verb: Verb) -> Vec<Permission> {
        let mut permissions = verb.permissions_for(&self.target).to_vec();
        let watches = matches!(verb, Verb::Promote | Verb::Resume) && !self.analysis.alarms.is_empty();
        if watches && !permissions.contains(&DESCRIBE_ALARMS) {
            permissions.push(DESCRIBE_ALARMS);
        }
        permissions
    }

    /// What is wrong with the description, empty if it can be carried out.
    #[must_use]
    pub fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = self.target.mistakes();
        mistakes.extend(self.shifting.mistakes());
        mistakes.extend(self.analysis.mistakes(&self.shifting));
        mistakes.extend(self.freezes.iter().flat_map(Freeze::mistakes));
        let shares: Vec<u32> = self.shifting.steps().iter().map(|step| step.percent).collect();
        for percent in self.pause_at.iter().filter(|percent| **percent >= 100 || !shares.contains(percent)) {
            mistakes.push(Mistake::new(
                format!("there is no step of {percent} per cent to pause at"),
                "name the share of a step of the shifting",
            ));
        }
        if self.shifting.is_weighted() && !self.target.kind().has_weights {
            mistakes.push(Mistake::new(
                format!("{} cannot be shifted by weights", self.target.kind().name),
                "only aliases of Lambda functions have weights; use `Shifting::AllAtOnce`",
            ));
        }
        if !self.target.kind().has_weights {
            mistakes.extend(self.analysis.mistakes_without_calls(self.target.kind().name, &self.shifting));
        }
        mistakes
    }
}

/// Something wrong with a description, and the nearest right thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong: lower-case, without a period.
    pub message: String,
    /// What to do instead.
    pub hint: &'static str,
}

impl Mistake {
    pub(crate) fn new(message: String, hint: &'static str) -> Self {
        Self { message, hint }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::target::{AppRunner, Lambda, StaticSite};

    #[test]
    fn a_description_reads_as_it_was_written() {
        let release = Release::new(Lambda::new("shop-orders", "live", "candidate"))
            .shifting(Shifting::Linear { percent: 25, bake_seconds: 300 })
            .analysis(Analysis::default().alarm("shop-orders-errors").api("shop", "live"))
            .group("shop")
            .smoke("smoke/orders.toml");
        let json = serde_json::to_value(&release).unwrap();
        assert_eq!(
            json["target"],
            json!({ "kind": "lambda", "function": "shop-orders", "stable_alias": "live", "candidate_alias": "candidate" })
        );
        assert_eq!(json["shifting"], json!({ "kind": "linear", "percent": 25, "bake_seconds": 300 }));
        assert_eq!(serde_json::from_value::<Release>(json).unwrap(), release);
        assert_eq!(release.mistakes(), []);
    }

    #[test]
    fn what_only_terraform_knows_is_named_by_its_output() {
        let site = StaticSite::new(Name::output("web_bucket"), Name::output("web_distribution_id"));
        let json = serde_json::to_value(Release::new(site)).unwrap();
        assert_eq!(json["target"]["bucket"], json!({ "output": "web_bucket" }));
    }

    #[test]
    fn what_is_no_function_is_watched_by_alarms_and_numbers_or_not_at_all() {
        let portal = || Release::new(AppRunner::new("arn"));
        let watched = || Shifting::AllAtOnce { watch_seconds: 300 };
        let alarm = Analysis::default().alarm("portal-errors");
        assert_eq!(portal().shifting(watched()).analysis(alarm.clone()).mistakes(), []);
        let promoted = portal().analysis(alarm).permissions(Verb::Promote);
        assert!(promoted.iter().any(|it| it.action == "cloudwatch:DescribeAlarms"), "{promoted:?}");
        for (release, said) in [
            (portal().shifting(watched()), "nothing says by what"),
            (portal().analysis(Analysis { error_percent: 1.0, ..Analysis::default() }), "`error_percent`"),
            (portal().analysis(Analysis::default().any_duration()), "`p99_milliseconds`"),
            (portal().analysis(Analysis::default().minimum_requests(0)), "`minimum_requests`"),
            (portal().analysis(Analysis::default().api("portal", "live")), "`api`"),
        ] {
            let mistakes = release.mistakes();
            assert!(mistakes.len() == 1 && mistakes[0].message.contains(said), "{mistakes:?}");
        }
    }

    #[test]
    fn a_yardstick_needs_an_old_version_that_serves() {
        let compared = Analysis::default().compared_with_old_version(2.0);
        let release = |shifting| {
            let lambda = Lambda::new("orders", "live", "candidate");
            Release::new(lambda).analysis(compared.clone()).shifting(shifting).mistakes()
        };
        assert_eq!(release(Shifting::Linear { percent: 50, bake_seconds: 60 }), []);
        let mistakes = release(Shifting::default());
        assert!(mistakes[0].message.contains("no old version to compare with"), "{mistakes:?}");
    }

    #[test]
    fn what_cannot_be_carried_out_is_said() {
        let service = Release::new(AppRunner::new(Name::output("service_arn")))
            .shifting(Shifting::Canary { steps: vec![Step { percent: 10, bake_seconds: 60 }] });
        assert!(service.mistakes()[0].message.contains("App Runner"), "{:?}", service.mistakes());
        let same = Release::new(Lambda::new("orders", "live", "live"));
        assert_eq!(same.mistakes().len(), 1);
        let falling = Release::new(Lambda::new("orders", "live", "candidate")).shifting(Shifting::Canary {
            steps: vec![Step { percent: 50, bake_seconds: 60 }, Step { percent: 10, bake_seconds: 60 }],
        });
        assert_eq!(falling.mistakes().len(), 1);
    }
}
