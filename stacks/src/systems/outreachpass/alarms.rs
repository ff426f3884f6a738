//! Alarms and their topic, with the document's thresholds and windows.

use formwork::Stack;
use formwork_modules::alarms::{Alarm, AlarmsConfig, alarms};
use formwork_modules::alerts::{AlertsConfig, alerts};

use super::names::{LIVE, alerts_topic};
use super::settings::Settings;

/// Errors of functions, in per cent, and the window in seconds ("Alarms": > 5 %, 15 minutes).
const FUNCTION_ERRORS: (f64, u32) = (5.0, 15 * 60);

/// Answers of the API with 5xx, in per cent, and the window in seconds ("Alarms": > 1 %, 5 minutes).
const API_ERRORS: (f64, u32) = (1.0, 5 * 60);

/// Processor of the database, in per cent, and the window in seconds ("Alarms": > 80 %, 10 minutes).
const DATABASE_CPU: (f64, u32) = (80.0, 10 * 60);

/// Adds the alarms and the topic that they tell.
pub(crate) fn build_alarms(stack: &mut Stack, settings: &Settings) {
    let topic = alerts(
        stack,
        "alerts",
        AlertsConfig::new(alerts_topic(settings)).emails(settings.alerts.emails.clone()),
    )
    .topic;
    stack.output("alerts_topic_arn", topic.arn());
    let mut config = AlarmsConfig::new(settings.prefix(), topic.arn());
    let over = |alarm: Alarm, (threshold, window): (f64, u32)| {
        alarm.threshold(threshold).period_seconds(window).periods(1)
    };
    for name in ["api", "worker"] {
        let alarm = Alarm::lambda_error_rate(&settings.function(name));
        config = config.alarm(format!("{name}_errors"), over(alarm, FUNCTION_ERRORS));
    }
    config = config.alarm("api_5xx", over(Alarm::api_error_rate(&settings.prefix(), LIVE), API_ERRORS));
    config = config.alarm("database_cpu", over(Alarm::database_cpu(&settings.prefix()), DATABASE_CPU));
    config = config.alarm("database_storage", Alarm::database_storage(&settings.prefix()));
    config = config.alarm("database_connections", Alarm::database_connections(&settings.prefix()));
    alarms(stack, "alarms", config);
}
