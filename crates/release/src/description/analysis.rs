//! The limits that a new version must keep to while it serves: errors, latency, alarms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::{Mistake, Name};

/// The limits that a new version is judged by, minute by minute, from CloudWatch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "Judgement")]
pub struct Analysis {
    /// Per cent of calls that may fail, also of API Gateway's answers that may be 5xx.
    pub error_percent: f64,
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
    /// Alarms by name: one that rings is a breach.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<String>,
    /// The stage of API Gateway in front, watched for 5xx: Lambda's own errors are only those of functions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiStage>,
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
            p99_milliseconds: Some(2000),
            breach_minutes: 5,
            minimum_requests: 20,
            longest_bake_minutes: 60,
            metrics_outage_minutes: 10,
            alarms: Vec::new(),
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

    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
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
}
