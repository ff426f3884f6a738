//! A pipeline in front of the fake, and the service that it releases.

use std::time::Duration;

use aws_sdk_lambda::config::{Credentials, Region};
use formwork_release::aws::{Connection, connect_from};
use formwork_release::engine::{
    AwsClock, Candidates, Check, Clock, Commit, Context, CurrentStep, Destination, Direction, ExecutionMode,
    HistoryEntry, Journal, Promotion, ReleaseError, Status, SystemClock, Timing,
};
use formwork_release::target::TargetDescription;
use formwork_release::target::lambda::{
    Aws, Function, Lambda, Package, Record, Resumed, Session, Started, history, promote, resume, rollback,
    start, status, verify,
};
use formwork_release::{Analysis, Shifting};

use crate::fake_aws::http::Server;
use crate::fake_aws::model::Model;

/// A pipeline in front of the fake, with a clock of its own.
pub(crate) struct Pipeline {
    api: Aws,
    pub(crate) journal: Journal,
    clock: Box<dyn Clock>,
    by: String,
    mode: ExecutionMode,
}

impl Pipeline {
    pub(crate) async fn new(server: &Server, by: &str) -> Self {
        Self::with(server, by, SystemClock::new(), ExecutionMode::Live).await
    }

    pub(crate) async fn with(server: &Server, by: &str, clock: SystemClock, mode: ExecutionMode) -> Self {
        let connection = connection(server).await;
        let clock = Box::new(AwsClock::new(clock, connection.time.clone()));
        Self { api: Aws::new(&connection), journal: Journal::silent(), clock, by: by.to_owned(), mode }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        let timing = Timing { pause: Duration::from_millis(5), ..Timing::default() };
        Context { clock: &*self.clock, journal: &self.journal, by: self.by.clone(), mode: self.mode, timing }
    }

    pub(crate) async fn start(&self, service: &Function, code: &str) -> Result<Vec<Started>, ReleaseError> {
        let package = Package::new(format!("PK {code}").into_bytes());
        let commit = Commit::parse("4f2a9c1d").unwrap();
        let context = self.context();
        start(&Session { api: &self.api, context: &context }, &[(service.clone(), package)], &commit).await
    }

    pub(crate) async fn prepare(&self, service: &Function, code: &str) -> Result<Started, ReleaseError> {
        let started = self.start(service, code).await?.remove(0);
        let passed = async |_: &Function, _: &Record| vec![Check { name: "smoke".into(), failure: None }];
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        verify(&session, std::slice::from_ref(service), passed).await?;
        Ok(started)
    }

    pub(crate) async fn promote(&self, service: &Function) -> Result<Vec<String>, ReleaseError> {
        self.promote_as(service, &promotion()).await
    }

    pub(crate) async fn promote_as(
        &self,
        service: &Function,
        promotion: &Promotion,
    ) -> Result<Vec<String>, ReleaseError> {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        promote(&session, std::slice::from_ref(service), promotion).await
    }

    pub(crate) async fn rollback(&self, service: &Function, to: Destination) -> Result<(), ReleaseError> {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        rollback(&session, std::slice::from_ref(service), &to).await.map(drop)
    }

    pub(crate) async fn resume(&self, service: &Function) -> Result<Resumed, ReleaseError> {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        let direction = Direction::Forward(CurrentStep::Analyzed);
        resume(&session, std::slice::from_ref(service), direction).await
    }

    pub(crate) async fn status(&self, service: &Function) -> Status {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        status(&session, std::slice::from_ref(service)).await.unwrap().remove(0)
    }

    pub(crate) async fn history(&self, service: &Function) -> Vec<HistoryEntry> {
        let context = self.context();
        history(&Session { api: &self.api, context: &context }, service).await.unwrap()
    }
}

pub(crate) async fn connection(server: &Server) -> Connection {
    let settings = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(server.url())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"));
    connect_from(settings, |_| ()).await
}

pub(crate) fn promotion() -> Promotion {
    Promotion { wanted: None, candidates: Candidates::Verified, current_step: CurrentStep::Analyzed }
}

/// What a stack says of the service.
pub(crate) fn described() -> TargetDescription {
    Lambda::new("shop-orders", "live", "candidate").into()
}

pub(crate) fn orders(shifting: Shifting) -> Function {
    Function {
        name: "orders".into(),
        function: "shop-orders".into(),
        stable_alias: "live".into(),
        candidate_alias: "candidate".into(),
        shifting,
        analysis: Analysis::default(),
        api: None,
        pause_at: Vec::new(),
    }
}

pub(crate) async fn server() -> Server {
    let model = Model { update_takes: 2, ..Model::default() };
    Server::start(model.with_function("shop-orders", &["live", "candidate"])).await
}

pub(crate) fn serving(server: &Server) -> String {
    server.shared().model.alias("shop-orders", "live").unwrap().version
}

pub(crate) fn moves(server: &Server) -> usize {
    server.shared().model.written.iter().filter(|written| written.alias == "live").count()
}
