//! Slack, by an incoming webhook.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::json;

use crate::notify::notice::Notice;
use crate::web::WebClient;

const LIMIT: Duration = Duration::from_secs(10);

/// Posts a notice. No reason that is given back has the webhook's address in it.
pub(super) async fn tell(webhook: &str, notice: &Notice) -> Result<(), String> {
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
