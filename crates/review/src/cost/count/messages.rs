//! Queues, topics and schedules.

use crate::cost::count::part::{Counted, Part, Subject, assumed};

pub(super) fn queue(subject: &Subject<'_>) -> Counted {
    let is_fifo = subject.arguments.is_on("fifo_queue")?;
    let price = if is_fifo { "sqs_fifo_requests_million" } else { "sqs_requests_million" };
    Ok(vec![assumed("requests", price, 1.0, &["sqs_requests_million"])])
}

pub(super) fn topic(subject: &Subject<'_>) -> Counted {
    if subject.arguments.is_on("fifo_topic")? {
        return Err("nothing is known of the price of a FIFO topic".to_owned());
    }
    Ok(vec![assumed("messages published", "sns_publishes_million", 1.0, &["sns_publishes_million"])])
}

/// What is published is paid for at the topic, and what is delivered here.
pub(super) fn subscription(subject: &Subject<'_>) -> Counted {
    const USE: &[&str] = &["sns_publishes_million"];
    match subject.arguments.required("protocol")? {
        "lambda" | "sqs" => Ok(Vec::new()),
        // E-mails are sold by a hundred thousand.
        "email" | "email-json" => Ok(vec![assumed("e-mails", "sns_emails_100000", 10.0, USE)]),
        "http" | "https" => Ok(vec![assumed("calls of its address", "sns_http_million", 1.0, USE)]),
        other => Err(format!("nothing is known of the price of deliveries by {other}")),
    }
}

pub(super) fn schedule() -> Part {
    assumed("invocations", "eventbridge_million", 1.0, &["event_invocations_million"])
}
