//! Steps that tell people: an issue, Slack, e-mail, the comment of a pull request.

use crate::{Expression, Script, Step, Text};

/// Tells of a failure: an issue and a channel of Slack.
#[must_use]
pub fn failure(title: impl Into<Text>, body: impl Into<Text>) -> Vec<Step> {
    let body = body.into();
    vec![issue(title, body.clone()), slack(body)]
}

/// Opens an issue, or adds to the one that is open under the same title.
#[must_use]
pub fn issue(title: impl Into<Text>, body: impl Into<Text>) -> Step {
    Step::run("Open an issue", Script::of(include_str!("../scripts/issue.sh")))
        .env("GH_TOKEN", Expression::token())
        .env("TITLE", title)
        .env("BODY", body)
}

/// Tells a channel of Slack, if the secret with its address is there.
#[must_use]
pub fn slack(body: impl Into<Text>) -> Step {
    Step::run("Tell Slack", Script::of(include_str!("../scripts/slack.sh")))
        .when(Expression::not_cancelled())
        .env("SLACK_WEBHOOK_URL", Expression::secret("SLACK_WEBHOOK_URL"))
        .env("BODY", body)
}

/// Tells the subscribers of a topic of SNS in the account of a role that was assumed and may publish there.
#[must_use]
pub fn email(topic: &str, title: impl Into<Text>, body: impl Into<Text>) -> Step {
    Step::run("Tell by e-mail", Script::of(include_str!("../scripts/email.sh")))
        .env("TOPIC", topic)
        .env("TITLE", title)
        .env("BODY", body)
}

/// Writes `comment.md` as the one comment of a kind on the pull request.
#[must_use]
pub fn comment(kind: &str) -> Step {
    Step::run("Comment on the pull request", Script::of(include_str!("../scripts/comment.sh")))
        .env("GH_TOKEN", Expression::token())
        .env("PULL_REQUEST", Expression::github("event.pull_request.number"))
        .env("MARKER", format!("<!-- {kind} -->"))
}
