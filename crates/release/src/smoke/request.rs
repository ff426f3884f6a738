//! A request with its variables filled in, ready to be sent.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use crate::smoke::Test;
use crate::smoke::template::for_each_text;
use crate::smoke::values::{NotPassed, Values, failed, fill, fill_text};
use crate::web::{Response, WebClient, percent_encode};

/// A request, ready to be sent.
pub(super) struct PreparedRequest {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    body: String,
    timeout: Duration,
}

/// Checks that a text can stand before paths.
pub(super) fn check_base(url: &str) -> Result<(), String> {
    let parsed: Uri = url.parse().map_err(|_| format!("`{url}` is not a URL"))?;
    match (parsed.scheme_str(), parsed.host()) {
        (Some("http" | "https"), Some(_)) if !url.contains(['?', '#']) => Ok(()),
        (Some("http" | "https"), Some(_)) => Err(format!("`{url}` has a query or a fragment")),
        _ => Err(format!("`{url}` does not begin with `https://` or `http://`")),
    }
}

impl PreparedRequest {
    pub(super) fn new(test: &Test, base: Option<&str>, values: &Values) -> Result<Self, NotPassed> {
        let request = &test.request;
        let url = url(test, base, values)?;
        let mut headers = HeaderMap::new();
        let user_agent = concat!("formwork-smoke/", env!("CARGO_PKG_VERSION"));
        headers.insert(http::header::USER_AGENT, HeaderValue::from_static(user_agent));
        let mut body = String::new();
        if let Some(mut json) = request.json.clone() {
            for_each_text(&mut json, &mut |text| fill_text(text, values))?;
            headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            body = json.to_string();
        }
        if let Some(text) = &request.text {
            body = fill(text, values)?;
        }
        for (name, template) in &request.headers {
            let value = HeaderValue::from_str(&fill(template, values)?).map_err(|_| {
                failed(format!("the value of header `{name}` has a character that none may have"))
            })?;
            let name = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| failed(format!("`{name}` is not the name of a header")))?;
            headers.insert(name, value);
        }
        Ok(Self { method: request.method.clone(), url, headers, body, timeout: request.timeout })
    }

    /// Sends it once, within its own limit and what is left of another one.
    pub(super) async fn send(&self, client: &WebClient, left: Duration) -> Result<Response, String> {
        let limit = self.timeout.min(left);
        let answer =
            client.send(self.method.clone(), &self.url, self.headers.clone(), self.body.clone(), limit);
        answer.await.map_err(|error| error.to_string())
    }
}

fn url(test: &Test, base: Option<&str>, values: &Values) -> Result<Uri, NotPassed> {
    let path = fill(&test.request.path, values)?;
    let mut url = match (path.starts_with("http://") || path.starts_with("https://"), base) {
        (true, _) => path,
        (false, Some(base)) => format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/')),
        (false, None) => {
            return Err(failed(format!(
                "`{path}` is no whole URL, and the suite has no `url`; give one with `--url`"
            )));
        }
    };
    for (position, (name, template)) in test.request.query.iter().enumerate() {
        url.push(if position == 0 && !url.contains('?') { '?' } else { '&' });
        url.push_str(&percent_encode(name));
        url.push('=');
        url.push_str(&percent_encode(&fill(template, values)?));
    }
    url.parse().map_err(|_| failed(format!("`{url}` is not a URL")))
}
