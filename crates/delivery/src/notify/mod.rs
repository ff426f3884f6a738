//! Tells people: on Slack, by SNS, in the summary of a GitHub job.

mod summary;

pub use summary::append_summary;
