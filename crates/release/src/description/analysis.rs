//! The limits that a new version must keep to while it serves: errors, latency, alarms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::{Mistake, Name, Shifting, WebMetric};

/// The limits that a new version is judged by, minute by minute, from CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Judgement")]
pub struct Analysis {
    /// Per cent of calls that may fail, also of API Gateway's answers that may be 5xx.
    pub error_percent: f64,
    /// Percentage points by which more calls may fail than of the old version in the same minutes, besides
    /// `error_percent`; absent: the old version is not looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub points_over_old_version: Option<f64>,
    /// Milliseconds that the slowest hundredth of calls may take (the 99th percentile of Duration); `null`: as long as
    /// they take.
    pub p99_milliseconds: Option<u32>,
    /// Minutes in a row for which a limit must be passed to be a breach.
    pub breach_minutes: u32,
    /// Calls of the new version without which there is no verdict. 0: what nobody calls passes when its bake is over.
    pub minimum_requests: u32,
    /// Minutes after which a step without enough calls, or without metrics, pauses for a person to decide.
    pub longest_bake_minutes: u32,
    /// Minutes for which CloudWatch may fail to answer before the release pauses.
    pub metrics_outage_minutes: u32,
    /// What becomes of a release without a verdict: too few calls within the longest bake, or metrics that stay
    /// unanswered.
    #[serde(skip_serializing_if = "WithoutVerdict::is_default")]
    pub without_verdict: WithoutVerdict,
    /// Alarms by name: one that rings is a breach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<String>,
    /// Numbers that HTTP endpoints give: one over its limit is a breach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<WebMetric>,
    /// The stage of API Gateway in front, watched for 5xx: Lambda's own errors are only those of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiStage>,
}

/// What becomes of a release of which there is no verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithoutVerdict {
    /// It pauses: what serves keeps its share until a person decides.
    #[default]
    Pause,
    /// It goes back.
    RollBack,
}

impl WithoutVerdict {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A stage of a REST API, as its metrics name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiStage {
    /// The API's name, not its id.
    pub api: Name,
    /// The stage.
    pub stage: String,
}

impl Default for Analysis {
    /// 5 % errors or a p99 of 2 s for 5 minutes, 20 calls at least; a pause after an hour without a verdict, or after
    /// 10 minutes without CloudWatch.
    fn default() -> Self {
        Self {
            error_percent: 5.0,
            points_over_old_version: None,
            p99_milliseconds: Some(2000),
            breach_minutes: 5,
            minimum_requests: 20,
            longest_bake_minutes: 60,
            metrics_outage_minutes: 10,
            without_verdict: WithoutVerdict::Pause,
            alarms: Vec::new(),
            metrics: Vec::new(),
            api: None,
        }
    }
}

impl Analysis {
    /// Adds an alarm that must not ring.
    #[must_use]
    pub fn alarm(mut self, name: impl Into<String>) -> Self {
        self.alarms.push(name.into());
        self
    }

    /// Adds a number of Prometheus, Datadog or any other HTTP endpoint that must keep to its limits.
    #[must_use]
    pub fn metric(mut self, metric: WebMetric) -> Self {
        self.metrics.push(metric);
        self
    }

    /// Watches a stage of a REST API for answers of 5xx.
    #[must_use]
    pub fn api(mut self, api: impl Into<Name>, stage: impl Into<String>) -> Self {
        self.api = Some(ApiStage { api: api.into(), stage: stage.into() });
        self
    }

    /// Asks for so many calls of the new version before there is a verdict. With 0 a version that nobody calls passes
    /// when its bake is over: for functions that a clock or a queue calls, and environments that nobody uses all day.
    #[must_use]
    pub const fn minimum_requests(mut self, calls: u32) -> Self {
        self.minimum_requests = calls;
        self
    }

    /// Lets calls take as long as they take: for functions whose work takes minutes, or that wait for others.
    #[must_use]
    pub const fn any_duration(mut self) -> Self {
        self.p99_milliseconds = None;
        self
    }

    /// Compares with the old version: so many percentage points more of the new version's calls may fail than of the old
    /// one's in the same minutes. `error_percent` counts besides.
    #[must_use]
    pub const fn compared_with_old_version(mut self, points: f64) -> Self {
        self.points_over_old_version = Some(points);
        self
    }

    /// Goes back instead of pausing where there is no verdict.
    #[must_use]
    pub const fn roll_back_without_verdict(mut self) -> Self {
        self.without_verdict = WithoutVerdict::RollBack;
        self
    }

    pub(crate) fn mistakes(&self, shifting: &Shifting) -> Vec<Mistake> {
        let mut mistakes: Vec<Mistake> = self.metrics.iter().flat_map(WebMetric::mistakes).collect();
        if let Some(points) = self.points_over_old_version {
            if !(0.0..100.0).contains(&points) {
                let message = format!("{points} percentage points over the old version are no limit");
                mistakes.push(Mistake::new(message, "choose 0 to less than 100"));
            }
            if !shifting.is_weighted() {
                let message = "there is no old version to compare with while all requests go to the new one";
                mistakes.push(Mistake::new(
                    message.to_owned(),
                    "shift in steps (`Shifting::Canary` or `Linear`), or judge by `error_percent` alone",
                ));
            }
        }
        if !(0.0..100.0).contains(&self.error_percent) {
            let message = format!("an error rate of {} per cent is no limit", self.error_percent);
            mistakes.push(Mistake::new(message, "choose 0 to less than 100"));
        }
        if self.breach_minutes == 0 {
            let message = "a breach needs a minute at least: CloudWatch counts by the minute".to_owned();
            mistakes.push(Mistake::new(message, "choose 1 or more"));
        }
        mistakes
    }

    /// What is wrong with it for a service whose calls are not counted: it is judged by alarms and numbers alone.
    pub(crate) fn mistakes_without_calls(&self, kind: &str, shifting: &Shifting) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let default = Self::default();
        let asked_for = [
            ("error_percent", self.error_percent.to_bits() != default.error_percent.to_bits()),
            ("points_over_old_version", self.points_over_old_version.is_some()),
            ("p99_milliseconds", self.p99_milliseconds != default.p99_milliseconds),
            ("breach_minutes", self.breach_minutes != default.breach_minutes),
            ("minimum_requests", self.minimum_requests != default.minimum_requests),
            ("api", self.api.is_some()),
        ];
        for (what, _) in asked_for.into_iter().filter(|(_, is_asked_for)| *is_asked_for) {
            let message =
                format!("{kind} cannot be judged by `{what}`: only calls of Lambda functions are counted");
            mistakes.push(Mistake::new(
                message,
                "name an alarm with `Analysis::alarm`, or a number with `metric`",
            ));
        }
        let is_watched = shifting.steps().iter().any(|step| step.bake_seconds > 0);
        if is_watched && self.alarms.is_empty() && self.metrics.is_empty() {
            let message = format!("{kind} is to be watched, and nothing says by what");
            mistakes.push(Mistake::new(
                message,
                "name an alarm with `Analysis::alarm`, or a number with `metric`",
            ));
        }
        mistakes
    }
}
