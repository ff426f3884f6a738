//! An HTTP client that listens to what passes: the time that answers tell, and answers that do not come.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use crate::aws::ServerTime;
use crate::aws::server_time::read_date;

/// After how long without an answer somebody is told.
const HUNG: Duration = Duration::from_secs(10);

/// Who is told that an endpoint does not answer.
pub(super) type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// A client over another one.
#[derive(Clone)]
pub(super) struct ListeningClient {
    pub(super) client: SharedHttpClient,
    pub(super) time: ServerTime,
    pub(super) say: Say,
}

impl HttpClient for ListeningClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let connector = self.client.http_connector(settings, components);
        let (time, say) = (self.time.clone(), Arc::clone(&self.say));
        SharedHttpConnector::new(ListeningConnector { connector, time, say })
    }
}

struct ListeningConnector {
    connector: SharedHttpConnector,
    time: ServerTime,
    say: Say,
}

impl HttpConnector for ListeningConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (sent, time, say) = (Instant::now(), self.time.clone(), Arc::clone(&self.say));
        let authority = request.uri().split('/').nth(2).unwrap_or_default();
        let host = authority.split('?').next().unwrap_or_default().to_owned();
        let answer = self.connector.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = std::pin::pin!(answer);
            let answer = match tokio::time::timeout(HUNG, answer.as_mut()).await {
                Ok(answer) => answer,
                Err(_) => {
                    say(&format!("{host} has not answered for {} s: still waiting", HUNG.as_secs()));
                    answer.await
                }
            };
            if let Ok(answer) = &answer
                && let Some(date) = answer.headers().get("date").and_then(read_date)
            {
                time.note(date, sent, Instant::now());
            }
            answer
        })
    }
}

impl Debug for ListeningClient {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ListeningClient").finish_non_exhaustive()
    }
}

impl Debug for ListeningConnector {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ListeningConnector").finish_non_exhaustive()
    }
}
