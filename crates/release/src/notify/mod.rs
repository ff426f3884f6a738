//! Tells people: on Slack, by SNS, in the summary of a GitHub job.

mod notice;
mod slack;
mod sns;
mod summary;

use std::path::PathBuf;

pub use notice::Notice;
pub use summary::append_summary;

/// Where to tell it.
#[derive(Clone, Default)]
pub struct Channels {
    slack: Option<String>,
    sns: Option<String>,
    summary: Option<PathBuf>,
}

/// A channel that could not be told. The others were, all the same.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// Slack did not take it. The webhook's address is a secret, and not shown.
    #[error("Slack was not told: {reason}")]
    Slack {
        /// Why.
        reason: String,
    },
    /// SNS did not take it.
    #[error("SNS topic {topic} was not told: {reason}")]
    Sns {
        /// The topic's ARN.
        topic: String,
        /// Why.
        reason: String,
    },
    /// The file cannot be written.
    #[error("the job's summary {} cannot be written", file.display())]
    Summary {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Channels {
    /// The channels that the environment names: `SLACK_WEBHOOK_URL` and `GITHUB_STEP_SUMMARY`; and a topic of SNS.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>, sns: Option<String>) -> Self {
        let filled = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            slack: filled("SLACK_WEBHOOK_URL"),
            sns,
            summary: filled("GITHUB_STEP_SUMMARY").map(PathBuf::from),
        }
    }
}

/// Tells every channel, and gives back which could not be told.
pub async fn notify(channels: &Channels, notice: &Notice) -> Vec<NotifyError> {
    let mut failures = Vec::new();
    if let Some(file) = &channels.summary {
        let text = format!("### {}\n\n{}\n", notice.title, notice.markdown());
        let told = append_summary(file, &text);
        failures.extend(told.err().map(|source| NotifyError::Summary { file: file.clone(), source }));
    }
    if let Some(webhook) = &channels.slack {
        failures.extend(slack::tell(webhook, notice).await.err().map(|reason| NotifyError::Slack { reason }));
    }
    if let Some(topic) = &channels.sns {
        let told = sns::tell(topic, notice).await;
        failures.extend(told.err().map(|reason| NotifyError::Sns { topic: topic.clone(), reason }));
    }
    failures
}
