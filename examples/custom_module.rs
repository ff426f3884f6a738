//! A module of one's own: a configuration, a function, and what others may refer to.
//!
//! Run it with `cargo run -p formwork --example custom_module -- synth`.

use std::process::ExitCode;

use formwork::{App, Program, Source, Stack, aws};

/// A topic and who hears of it.
struct AnnouncementsConfig {
    topic_name: String,
    emails: Vec<String>,
}

/// What the module made.
struct AnnouncementsParts {
    topic: aws::SnsTopicRef,
}

/// Adds a topic with its subscriptions. A mistake is reported at the caller's line, with all others.
#[track_caller]
fn announcements(stack: &mut Stack, name: &str, config: AnnouncementsConfig) -> AnnouncementsParts {
    if config.emails.is_empty() {
        let diagnostic = stack.diagnostic("announcements that nobody hears").source(Source::here());
        stack.report(diagnostic.hint("name at least one e-mail address"));
    }
    // Inside the scope, `topic` becomes `<name>_topic`.
    let stack = &mut stack.scope(name);
    let topic = stack.add("topic", aws::SnsTopic::new().name(&config.topic_name));
    for (number, email) in config.emails.iter().enumerate() {
        let subscription = aws::SnsTopicSubscription::new(aws::SnsTopicSubscriptionArgs {
            endpoint: email.into(),
            protocol: "email".into(),
            topic_arn: topic.arn().into(),
        });
        stack.add(&format!("email_{number}"), subscription);
    }
    AnnouncementsParts { topic }
}

fn build(app: &mut App) -> formwork::Result {
    let stack = app.stack("team");
    stack.provider(aws::Provider::new().region("eu-central-1"));
    let config = AnnouncementsConfig {
        topic_name: "team-releases".to_owned(),
        emails: vec!["team@example.com".to_owned(), "ops@example.com".to_owned()],
    };
    let releases = announcements(stack, "releases", config);
    stack.output("releases", releases.topic.arn());
    Ok(())
}

fn main() -> ExitCode {
    Program::new(build).run()
}
