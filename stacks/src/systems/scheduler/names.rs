//! Names that several stacks and the workflows agree on: functions, aliases, roles, alarms.

use super::settings::Settings;

/// The functions, by the names of their settings.
pub(crate) const FUNCTIONS: [&str; 4] = ["api", "authorizer", "scheduler", "worker"];

/// The function that runs migrations where the database can be reached.
pub(crate) const MIGRATE: &str = "migrate";

/// The alias that takes calls. Releases move it, step by step, and back when a new version fails.
pub(crate) const LIVE: &str = "live";

/// The alias that a new version is tested through.
pub(crate) const CANDIDATE: &str = "candidate";

/// The name of one of an environment's roles, `deploy` or `release`. Without the environment's prefix, since the role may
/// change roles that have it.
pub(crate) fn role_name(what: &str, settings: &Settings) -> String {
    format!("{what}-{}", settings.prefix())
}

/// The alarm on the API's p99.
pub(crate) const API_LATENCY: &str = "api_latency";

/// The alarm on deliveries that pile up.
pub(crate) const QUEUE_DEPTH: &str = "queue_depth";

/// The alarm on answers of 5xx.
pub(crate) const API_ANSWERS: &str = "api_answers_error_rate";

/// The alarm on deliveries that were put aside.
pub(crate) const DEAD_LETTERS: &str = "dead_letters";

/// The alarm on the database's processor.
pub(crate) const DATABASE_CPU: &str = "database_cpu";

/// The alarm on a function's errors.
pub(crate) fn error_rate(function: &str) -> String {
    format!("{function}_error_rate")
}

/// The alarm on calls of a function that were refused.
pub(crate) fn throttles(function: &str) -> String {
    format!("{function}_throttles")
}

/// What an alarm is called in CloudWatch.
pub(crate) fn alarm_name(settings: &Settings, alarm: &str) -> String {
    settings.name(&alarm.replace('_', "-"))
}

/// The names in CloudWatch of all alarms of an environment on AWS.
#[cfg(any(test, feature = "pipelines"))]
pub(crate) fn alarm_names(settings: &Settings) -> Vec<String> {
    let of_functions = FUNCTIONS.iter().flat_map(|name| [error_rate(name), throttles(name)]);
    let others = [API_ANSWERS, API_LATENCY, QUEUE_DEPTH, DEAD_LETTERS, DATABASE_CPU].map(str::to_owned);
    of_functions.chain(others).map(|alarm| alarm_name(settings, &alarm)).collect()
}
