//! A small HTTP client: one request, one answer, a limit on time and on size.
//!
//! It follows no redirect, keeps no cookie and never sends a request twice: what is looked at is the one answer.

use std::time::Duration;

use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The most of an answer's body that is read, in bytes.
pub const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// A client for HTTP and HTTPS. Certificates are checked against the roots of the machine, or those that
/// `SSL_CERT_FILE` names.
#[derive(Clone, Debug)]
pub struct WebClient {
    client: Client<HttpsConnector<HttpConnector>, String>,
}

/// A response, read to its end.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; what is not UTF-8 is replaced.
    pub body: String,
}

/// What kept an answer from coming.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// The machine has no usable root certificates.
    #[error("the root certificates of this machine cannot be read")]
    Roots(#[source] std::io::Error),
    /// The request cannot be put together.
    #[error("this is not a request: {reason}")]
    Request {
        /// What is wrong with it.
        reason: String,
    },
    /// No answer within the limit.
    #[error("no answer from {host} within {}", crate::duration::show_duration(*limit))]
    Timeout {
        /// Who was asked.
        host: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The connection failed.
    #[error("no answer from {host}: {reason}")]
    Connection {
        /// Who was asked.
        host: String,
        /// The innermost cause.
        reason: String,
    },
    /// The body broke off or is too long.
    #[error("the answer of {host} cannot be read: {reason}")]
    Body {
        /// Who was asked.
        host: String,
        /// The innermost cause.
        reason: String,
    },
}

impl WebClient {
    /// Makes a client.
    ///
    /// # Errors
    /// Fails if the root certificates cannot be read.
    pub fn new() -> Result<Self, WebError> {
        let connector = HttpsConnectorBuilder::new().with_native_roots().map_err(WebError::Roots)?;
        let connector = connector.https_or_http().enable_http1().build();
        // A connection of its own for each request: none is sent again because a kept one had been closed.
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(0)
            .retry_canceled_requests(false)
            .build(connector);
        Ok(Self { client })
    }

    /// Sends one request and reads the answer, both within the limit.
    ///
    /// # Errors
    /// Fails without an answer; any status is an answer.
    pub async fn send(
        &self,
        method: Method,
        url: &Uri,
        headers: HeaderMap,
        body: String,
        limit: Duration,
    ) -> Result<Response, WebError> {
        // Without the name and the password that may stand before it.
        let host = url.authority().map_or_else(String::new, |authority| {
            authority.as_str().rsplit('@').next().unwrap_or_default().to_owned()
        });
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(body)
            .map_err(|error| WebError::Request { reason: error.to_string() })?;
        *request.headers_mut() = headers;
        match tokio::time::timeout(limit, self.exchange(request, &host)).await {
            Ok(answer) => answer,
            Err(_) => Err(WebError::Timeout { host, limit }),
        }
    }

    async fn exchange(&self, request: Request<String>, host: &str) -> Result<Response, WebError> {
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| WebError::Connection { host: host.to_owned(), reason: innermost(&error) })?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, BODY_LIMIT)
            .collect()
            .await
            .map_err(|error| WebError::Body { host: host.to_owned(), reason: innermost(error.as_ref()) })?;
        let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        Ok(Response { status: parts.status, headers: parts.headers, body })
    }
}

/// The cause at the bottom, which is the one that says something: `connection refused`, not `client error`.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// Everything but the unreserved characters of RFC 3986 as `%XX`.
pub(crate) fn percent_encode(text: &str) -> String {
    const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, &RESERVED).to_string()
}
