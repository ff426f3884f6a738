//! The connection to AWS: region, credentials and endpoints as the SDK finds them.
//!
//! The SDK does not repeat calls here. Whether a call may be repeated depends on what it does, and a move of an alias
//! that is sent twice behind our back makes a refusal look like somebody else's doing.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::aws::ServerTime;
use crate::aws::listening_client::ListeningClient;

/// How long a call may take. An upload of 50 MB needs some of it.
const ATTEMPT: Duration = Duration::from_secs(120);
/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a server may be silent.
const READ: Duration = Duration::from_secs(20);

/// What clients are made from.
#[derive(Clone, Debug)]
pub struct Connection {
    /// The SDK's settings.
    pub config: SdkConfig,
    /// What time it is at AWS, as far as its answers tell.
    pub time: ServerTime,
}

/// Finds region and credentials: environment, profiles, SSO, web identity, metadata services. `AWS_ENDPOINT_URL` and
/// `AWS_ENDPOINT_URL_LAMBDA` lead elsewhere. `say` gets a sentence when an endpoint does not answer.
pub async fn connect(say: impl Fn(&str) + Send + Sync + 'static) -> Connection {
    connect_from(aws_config::defaults(BehaviorVersion::latest()), say).await
}

/// The same with settings of the caller's, which count before what the SDK finds.
pub async fn connect_from(settings: ConfigLoader, say: impl Fn(&str) + Send + Sync + 'static) -> Connection {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(READ)
        .operation_attempt_timeout(ATTEMPT)
        .build();
    let time = ServerTime::new();
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = settings
        .http_client(ListeningClient { client: http, time: time.clone(), say: Arc::new(say) })
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts)
        .load()
        .await;
    Connection { config, time }
}
