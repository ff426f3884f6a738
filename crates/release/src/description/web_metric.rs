//! A number that an HTTP endpoint gives: Prometheus, Datadog, or one's own.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::description::Mistake;
use crate::json_path::JsonPath;

/// A number in the JSON that an HTTP endpoint answers with, and its limits. It is asked before anything moves and while the
/// new version is watched; what is no number is no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebMetric {
    /// What it is called in messages.
    pub name: String,
    /// Where to ask: `https://…`, without a query.
    pub url: String,
    /// The parameters of the query. In their values `{version}` is what is released, and `{since}` when it got its share, in
    /// seconds since 1970.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Headers, with `${NAME}` for a variable of the environment of whoever releases: secrets are in no manifest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Where the number is, as a JSON path: `$.data.result[0].value[1]`. Text that is a number is one.
    pub value: String,
    /// The most that it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The least that it may be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
}

impl WebMetric {
    /// A number by its name, with where to ask and where in the answer it is.
    pub fn new(args: WebMetricArgs<'_>) -> Self {
        Self {
            name: args.name.to_owned(),
            url: args.url.to_owned(),
            query: BTreeMap::new(),
            headers: BTreeMap::new(),
            value: args.value.to_owned(),
            at_most: None,
            at_least: None,
        }
    }

    /// Adds a parameter of the query: `.query("query", "rate(errors{version=\"{version}\"}[5m])")`.
    #[must_use]
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.insert(name.into(), value.into());
        self
    }

    /// Adds a header: `.header("authorization", "Bearer ${PROMETHEUS_TOKEN}")`.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// The most that the number may be.
    #[must_use]
    pub const fn at_most(mut self, limit: f64) -> Self {
        self.at_most = Some(limit);
        self
    }

    /// The least that the number may be.
    #[must_use]
    pub const fn at_least(mut self, limit: f64) -> Self {
        self.at_least = Some(limit);
        self
    }

    pub(crate) fn mistakes(&self) -> Vec<Mistake> {
        let name = &self.name;
        let mut mistakes = Vec::new();
        if self.at_most.is_none() && self.at_least.is_none() {
            let message = format!("metric `{name}` has no limit");
            mistakes.push(Mistake::new(message, "give it `at_most` or `at_least`"));
        }
        if !self.url.starts_with("https://") && !self.url.starts_with("http://") {
            let message = format!("metric `{name}` is asked for at `{}`, which is no address", self.url);
            mistakes.push(Mistake::new(message, "begin it with `https://`"));
        } else if self.url.contains('?') {
            let message = format!("the address of metric `{name}` has a query");
            mistakes.push(Mistake::new(message, "give its parameters with `query`, unencoded"));
        }
        if let Err(error) = JsonPath::parse(&self.value) {
            let message = format!("metric `{name}`: {error}");
            mistakes.push(Mistake::new(message, "such as `$.data.result[0].value[1]`"));
        }
        mistakes
    }
}

/// What a metric is made from.
#[derive(Clone, Copy, Debug)]
pub struct WebMetricArgs<'a> {
    /// What it is called in messages.
    pub name: &'a str,
    /// Where to ask: `https://…`, without a query.
    pub url: &'a str,
    /// Where the number is in the answer, as a JSON path.
    pub value: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_asked_is_said() {
        let metric = |url, value| WebMetric::new(WebMetricArgs { name: "errors", url, value });
        assert_eq!(metric("https://x/api", "$.a").at_most(1.0).mistakes(), []);
        for (metric, said) in [
            (metric("https://x/api", "$.a"), "has no limit"),
            (metric("x/api", "$.a").at_least(1.0), "is no address"),
            (metric("https://x/api?query=up", "$.a").at_least(1.0), "has a query"),
            (metric("https://x/api", "a..b").at_least(1.0), "is not a JSON path"),
        ] {
            let mistakes = metric.mistakes();
            assert!(mistakes.len() == 1 && mistakes[0].message.contains(said), "{mistakes:?}");
        }
    }
}
