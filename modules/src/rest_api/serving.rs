//! How an API is served: stages, domain names, usage plans.

use formwork::Expr;

/// One line of JSON per request; the names are those of API Gateway's `$context` variables.
const ACCESS_LOG: [(&str, &str); 10] = [
    ("requestId", "$context.requestId"),
    ("time", "$context.requestTime"),
    ("ip", "$context.identity.sourceIp"),
    ("method", "$context.httpMethod"),
    ("path", "$context.path"),
    ("status", "$context.status"),
    ("responseLength", "$context.responseLength"),
    ("latency", "$context.responseLatency"),
    ("integrationLatency", "$context.integrationLatency"),
    ("error", "$context.error.message"),
];

/// What API Gateway itself logs of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// Failed requests.
    Error,
    /// Every request.
    Info,
}

/// A stage: an address under which the API answers.
#[derive(Clone, Debug)]
pub struct Stage {
    pub(crate) name: String,
    pub(crate) alias: Option<String>,
    pub(crate) throttling: Option<(f64, u32)>,
    pub(crate) log_level: LogLevel,
    pub(crate) traces_data: bool,
    pub(crate) log_fields: Vec<(String, String)>,
    pub(crate) log_days: u32,
    pub(crate) tracing: bool,
    pub(crate) domain: Option<Domain>,
}

impl Stage {
    /// A stage that is traced and metered, with access logs kept for 30 days.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            alias: None,
            throttling: None,
            log_level: LogLevel::Off,
            traces_data: false,
            log_fields: ACCESS_LOG.map(|(name, variable)| (name.to_owned(), variable.to_owned())).to_vec(),
            log_days: 30,
            tracing: true,
            domain: None,
        }
    }

    /// Names the alias that answers where routes leave it to the stage.
    #[must_use]
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.alias = Some(alias.into());
        self
    }

    /// Limits requests: so many per second, and so many at once.
    #[must_use]
    pub const fn throttling(mut self, rate_per_second: f64, burst: u32) -> Self {
        self.throttling = Some((rate_per_second, burst));
        self
    }

    /// Chooses what API Gateway itself logs. Bodies are not logged, unless [`trace_data`](Self::trace_data) says so.
    ///
    /// The log group of the stage is made before the stage. A stage that has logged before has one already, made by API
    /// Gateway: import it (`import STACK aws_cloudwatch_log_group.… API-Gateway-Execution-Logs_<id>/<stage>`).
    #[must_use]
    pub const fn log_level(mut self, level: LogLevel) -> Self {
        self.log_level = level;
        self
    }

    /// Logs whole requests and answers, with tokens and all that callers entrust to the API: for places without real
    /// callers only.
    #[must_use]
    pub const fn trace_data(mut self) -> Self {
        self.traces_data = true;
        self
    }

    /// Chooses the fields of an access log's line, by their names, and the `$context` variable that each takes its value
    /// from.
    #[must_use]
    pub fn log_fields<N: Into<String>, V: Into<String>>(
        mut self,
        fields: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        self.log_fields = fields.into_iter().map(|(name, variable)| (name.into(), variable.into())).collect();
        self
    }

    /// Keeps access logs, and what API Gateway itself logs, for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Sends no traces to X-Ray.
    #[must_use]
    pub const fn without_tracing(mut self) -> Self {
        self.tracing = false;
        self
    }

    /// Answers under a domain name.
    #[must_use]
    pub fn domain(mut self, domain: Domain) -> Self {
        self.domain = Some(domain);
        self
    }
}

/// A custom domain name, for TLS 1.2 and later.
#[derive(Clone, Debug)]
pub struct Domain {
    pub(crate) name: String,
    pub(crate) certificate_arn: Expr<String>,
    pub(crate) zone_id: Option<Expr<String>>,
}

impl Domain {
    /// A domain name with a certificate of the API's own region.
    pub fn new(name: impl Into<String>, certificate_arn: Expr<String>) -> Self {
        Self { name: name.into(), certificate_arn, zone_id: None }
    }

    /// Adds the alias record to a Route 53 zone.
    #[must_use]
    pub fn zone(mut self, zone_id: Expr<String>) -> Self {
        self.zone_id = Some(zone_id);
        self
    }
}

/// The period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

/// How much the holders of some API keys may use.
#[derive(Clone, Debug)]
pub struct UsagePlan {
    pub(crate) name: String,
    pub(crate) stages: Vec<String>,
    pub(crate) keys: Vec<String>,
    pub(crate) quota: Option<(u32, Period)>,
    pub(crate) throttling: Option<(f64, u32)>,
}

impl UsagePlan {
    /// A plan for some stages.
    pub fn new<S: Into<String>>(name: impl Into<String>, stages: impl IntoIterator<Item = S>) -> Self {
        Self {
            name: name.into(),
            stages: stages.into_iter().map(Into::into).collect(),
            keys: Vec::new(),
            quota: None,
            throttling: None,
        }
    }

    /// Makes an API key. Its value is in the state.
    #[must_use]
    pub fn key(mut self, name: impl Into<String>) -> Self {
        self.keys.push(name.into());
        self
    }

    /// Limits requests per period.
    #[must_use]
    pub const fn quota(mut self, requests: u32, period: Period) -> Self {
        self.quota = Some((requests, period));
        self
    }

    /// Limits requests: so many per second, and so many at once.
    #[must_use]
    pub const fn throttling(mut self, rate_per_second: f64, burst: u32) -> Self {
        self.throttling = Some((rate_per_second, burst));
        self
    }
}
