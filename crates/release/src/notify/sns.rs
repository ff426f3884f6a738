//! Amazon SNS.

use std::time::Duration;

use aws_sdk_sns::Client;
use aws_sdk_sns::config::{Builder, Region};
use aws_sdk_sns::error::ProvideErrorMetadata;

use crate::aws::connect;
use crate::notify::notice::Notice;
use crate::web::innermost;

/// The most characters of a subject, which are those of ASCII (SNS API Reference, "Publish").
const SUBJECT: usize = 100;
const LIMIT: Duration = Duration::from_secs(20);

/// Publishes a notice to a topic, in the topic's region.
pub(super) async fn tell(topic: &str, notice: &Notice) -> Result<(), String> {
    let region = topic.split(':').nth(3).filter(|region| !region.is_empty());
    let region = region.ok_or_else(|| "this is not the ARN of a topic".to_owned())?.to_owned();
    let work = async {
        let connection = connect(|_| ()).await;
        let config = Builder::from(&connection.config).region(Region::new(region)).build();
        let subject: String =
            notice.title.chars().filter(|it| matches!(it, ' '..='~')).take(SUBJECT).collect();
        let url = notice.url.as_ref().map(|url| format!("\n\n{url}")).unwrap_or_default();
        Client::from_conf(config)
            .publish()
            .topic_arn(topic)
            // An empty one is refused, and none is not.
            .set_subject(Some(subject.trim().to_owned()).filter(|subject| !subject.is_empty()))
            .message(format!("{}\n\n{}{url}", notice.title, notice.text))
            .send()
            .await
            .map_err(|error| match (error.code(), error.message()) {
                (Some(code), Some(message)) => format!("{code}: {message}"),
                _ => innermost(&error),
            })
    };
    match tokio::time::timeout(LIMIT, work).await {
        Ok(sent) => sent.map(|_| ()),
        Err(_) => Err("no answer in time".to_owned()),
    }
}
