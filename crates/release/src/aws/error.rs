//! How a call of AWS fails, and what may be concluded from it.

use std::fmt::{Display, Formatter};

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use formwork_core::Hint;

use crate::aws::AccessDenied;

/// A call that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsError {
    /// The call, such as `UpdateAlias`.
    pub operation: &'static str,
    /// What it was about, such as `shop-orders:live`.
    pub subject: String,
    /// What may be concluded.
    pub kind: AwsErrorKind,
    /// What AWS said.
    pub message: String,
}

/// What may be concluded from a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AwsErrorKind {
    /// There were too many requests, and this one was not carried out.
    Throttled,
    /// Something else is being changed there, and this was not carried out.
    Busy,
    /// The revision was another one than that which was read: this call, or another one before it, came through.
    Stale,
    /// Nothing is known: no answer, or one of 5xx. The call may have been carried out, or may be later.
    Unknown,
    /// There is no such thing.
    Missing,
    /// The machine's clock is further from AWS's than a signature may be.
    ClockOff,
    /// It is not permitted.
    Denied(Box<AccessDenied>),
    /// AWS does not accept what was asked.
    Refused,
}

impl AwsError {
    /// Whether the same call may be made again without a look at what it did: reads, and what AWS did not carry out.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self.kind, AwsErrorKind::Throttled | AwsErrorKind::Busy | AwsErrorKind::Unknown)
    }

    /// Whether it is certain that the call was not carried out.
    #[must_use]
    pub const fn was_not_carried_out(&self) -> bool {
        !matches!(self.kind, AwsErrorKind::Unknown | AwsErrorKind::Stale)
    }

    /// What went wrong, without what to do about it.
    #[must_use]
    pub fn summary(&self) -> String {
        let Self { operation, subject, message, .. } = self;
        let what = match &self.kind {
            AwsErrorKind::Throttled => "too many requests",
            AwsErrorKind::Busy => "another change is under way",
            AwsErrorKind::Stale => "it was changed since it was read",
            AwsErrorKind::Unknown => "no usable answer",
            AwsErrorKind::Missing => "there is no such thing",
            AwsErrorKind::Denied(denied) => return format!("{operation} of {subject}: {}", denied.summary()),
            AwsErrorKind::ClockOff => return message.clone(),
            AwsErrorKind::Refused => "not accepted",
        };
        format!("{operation} of {subject}: {what}: {message}")
    }
}

impl Display for AwsError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            AwsErrorKind::Denied(denied) => write!(formatter, "{}{}", self.summary(), denied.hint()),
            AwsErrorKind::ClockOff => write!(formatter, "{}{}", self.summary(), clock_hint()),
            _ => formatter.write_str(&self.summary()),
        }
    }
}

impl std::error::Error for AwsError {}

/// What may be concluded from an error of the SDK.
pub(crate) fn failed<E>(
    service: &'static str,
    operation: &'static str,
    subject: impl Into<String>,
) -> impl FnOnce(SdkError<E, HttpResponse>) -> AwsError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let subject = subject.into();
    move |error| {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let code = error.code().unwrap_or_default().to_owned();
        let is_html = error.raw_response().is_some_and(|response| {
            response.headers().get("content-type").is_some_and(|kind| kind.starts_with("text/html"))
        });
        let message = match error.message() {
            _ if is_html => {
                "the answer is a page of HTML, not AWS's: is there a proxy or a login in between, or does AWS_ENDPOINT_URL lead elsewhere?"
                    .to_owned()
            }
            Some(message) => format!("{code}: {message}"),
            None => chain(&error),
        };
        let kind = match (code.as_str(), status) {
            ("TooManyRequestsException" | "ThrottlingException" | "Throttling", _) | (_, Some(429)) => {
                AwsErrorKind::Throttled
            }
            ("ResourceConflictException", _) | (_, Some(409)) => AwsErrorKind::Busy,
            ("PreconditionFailedException", _) | (_, Some(412)) => AwsErrorKind::Stale,
            _ if is_of_clock(&code, &message) => AwsErrorKind::ClockOff,
            ("AccessDeniedException" | "AccessDenied", _) | (_, Some(403)) => {
                AwsErrorKind::Denied(Box::new(AccessDenied::read(&message, service, operation, &subject)))
            }
            ("ResourceNotFoundException" | "ProvisionedConcurrencyConfigNotFoundException", _)
            | (_, Some(404)) => AwsErrorKind::Missing,
            (_, Some(400..500)) => AwsErrorKind::Refused,
            // Credentials that cannot be had, a region that is not set: nothing was sent.
            (_, None) if matches!(error, SdkError::ConstructionFailure(_)) => AwsErrorKind::Refused,
            _ => AwsErrorKind::Unknown,
        };
        AwsError { operation, subject, kind, message }
    }
}

/// Whether AWS refuses a signature for its time: each service in its own words (AWS General Reference, "Common errors";
/// S3's "Error responses").
fn is_of_clock(code: &str, message: &str) -> bool {
    matches!(code, "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture")
        || message.contains("Signature expired")
        || message.contains("Signature not yet current")
}

fn clock_hint() -> Hint {
    Hint::new("set the machine's clock, by NTP: signatures and what is judged rest on it; nothing was moved")
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Something that AWS should have told and did not.
pub(crate) fn missing(operation: &'static str, subject: &str, what: &str) -> AwsError {
    AwsError {
        operation,
        subject: subject.to_owned(),
        kind: AwsErrorKind::Missing,
        message: format!("the answer has no {what}"),
    }
}
