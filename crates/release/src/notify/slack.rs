//! Slack, by an incoming webhook.

use std::time::Duration;

use formwork_core::secret::SecretForms;
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::json;

use crate::notify::notice::Notice;
use crate::web::WebClient;

/// The keys in a webhook's path are longer than what else is in it.
const PART: usize = 8;
const LIMIT: Duration = Duration::from_secs(10);

/// Posts a notice. No reason that is given back has the webhook's address in it, nor a part of it that is a key.
pub(super) async fn tell(webhook: &str, notice: &Notice) -> Result<(), String> {
    let mut address = SecretForms::default();
    address.add(webhook);
    let path = webhook.splitn(4, '/').nth(3).unwrap_or_default();
    path.split('/').filter(|part| part.len() >= PART).for_each(|part| address.add(part));
    post(webhook, notice).await.map_err(|reason| address.hide(&reason, "(webhook)"))
}

async fn post(webhook: &str, notice: &Notice) -> Result<(), String> {
    let url: Uri = webhook.parse().map_err(|_| "SLACK_WEBHOOK_URL is not a URL".to_owned())?;
    let link = notice.url.as_ref().map(|url| format!("\n<{}>", escape(url))).unwrap_or_default();
    let text = format!("*{}*\n{}{link}", escape(&notice.title), escape(&notice.text));
    let body = json!({ "text": text }).to_string();
    let headers =
        HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let client = WebClient::new().map_err(|error| error.to_string())?;
    let response =
        client.send(Method::POST, &url, headers, body, LIMIT).await.map_err(|error| error.to_string())?;
    if response.status.is_success() {
        Ok(())
    } else {
        Err(format!("status {}: {}", response.status.as_u16(), response.body.trim()))
    }
}

/// Slack's three characters of its own (Slack's docs, "Formatting text for app surfaces").
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
