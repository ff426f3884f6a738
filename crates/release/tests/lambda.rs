//! Releases with the SDK's own clients against a fake of Lambda and CloudWatch over HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_aws;

use std::time::Duration;

use aws_sdk_lambda::config::{Credentials, Region};
use fake_aws::http::{Fault, Server, Shared};
use fake_aws::model::{AliasUpdate, Model};
use formwork_release::aws::{AwsErrorKind, Connection, connect_from};
use formwork_release::engine::{
    AwsClock, Candidates, Check, Clock, Commit, Context, CurrentStep, Destination, Direction, ExecutionMode,
    Journal, Promotion, ReleaseError, Serving, Status, SystemClock, Timing,
};
use formwork_release::permissions::Verb;
use formwork_release::target::TargetDescription;
use formwork_release::target::lambda::{
    Aws, Function, Lambda, LambdaApi, Package, Record, Resumed, Session, Started, TrafficQuery, history,
    promote, resume, rollback, start, status, verify,
};
use formwork_release::{Analysis, Shifting, Step};

/// A pipeline in front of the fake, with a clock of its own.
struct Pipeline {
    api: Aws,
    journal: Journal,
    clock: Box<dyn Clock>,
    by: String,
    mode: ExecutionMode,
}

impl Pipeline {
    async fn new(server: &Server, by: &str) -> Self {
        Self::with(server, by, SystemClock::new(), ExecutionMode::Live).await
    }

    async fn with(server: &Server, by: &str, clock: SystemClock, mode: ExecutionMode) -> Self {
        let connection = connection(server).await;
        let clock = Box::new(AwsClock::new(clock, connection.time.clone()));
        Self { api: Aws::new(&connection), journal: Journal::silent(), clock, by: by.to_owned(), mode }
    }

    fn context(&self) -> Context<'_> {
        let timing = Timing { pause: Duration::from_millis(5), ..Timing::default() };
        Context { clock: &*self.clock, journal: &self.journal, by: self.by.clone(), mode: self.mode, timing }
    }

    async fn start(&self, service: &Function, code: &str) -> Result<Vec<Started>, ReleaseError> {
        let package = Package::new(format!("PK {code}").into_bytes());
        let commit = Commit::parse("4f2a9c1d").unwrap();
        let context = self.context();
        start(&Session { api: &self.api, context: &context }, &[(service.clone(), package)], &commit).await
    }

    async fn prepare(&self, service: &Function, code: &str) -> Result<Started, ReleaseError> {
        let started = self.start(service, code).await?.remove(0);
        let passed = async |_: &Function, _: &Record| vec![Check { name: "smoke".into(), failure: None }];
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        verify(&session, std::slice::from_ref(service), passed).await?;
        Ok(started)
    }

    async fn promote(&self, service: &Function) -> Result<Vec<String>, ReleaseError> {
        self.promote_as(service, &promotion()).await
    }

    async fn promote_as(
        &self,
        service: &Function,
        promotion: &Promotion,
    ) -> Result<Vec<String>, ReleaseError> {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        promote(&session, std::slice::from_ref(service), promotion).await
    }

    async fn rollback(&self, service: &Function, to: Destination) -> Result<(), ReleaseError> {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        rollback(&session, std::slice::from_ref(service), &to).await.map(drop)
    }

    async fn resume(&self, service: &Function) -> Result<Resumed, ReleaseError> {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        let direction = Direction::Forward(CurrentStep::Analyzed);
        resume(&session, std::slice::from_ref(service), direction).await
    }

    async fn status(&self, service: &Function) -> Status {
        let context = self.context();
        let session = Session { api: &self.api, context: &context };
        status(&session, std::slice::from_ref(service)).await.unwrap().remove(0)
    }

    async fn history(&self, service: &Function) -> Vec<formwork_release::engine::HistoryEntry> {
        let context = self.context();
        history(&Session { api: &self.api, context: &context }, service).await.unwrap()
    }
}

async fn connection(server: &Server) -> Connection {
    let settings = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(server.url())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"));
    connect_from(settings, |_| ()).await
}

fn promotion() -> Promotion {
    Promotion { wanted: None, candidates: Candidates::Verified, current_step: CurrentStep::Analyzed }
}

/// What a stack says of the service.
fn described() -> TargetDescription {
    Lambda::new("shop-orders", "live", "candidate").into()
}

fn orders(shifting: Shifting) -> Function {
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

async fn server() -> Server {
    let model = Model { update_takes: 2, ..Model::default() };
    Server::start(model.with_function("shop-orders", &["live", "candidate"])).await
}

fn serving(server: &Server) -> String {
    server.shared().model.alias("shop-orders", "live").unwrap().version
}

fn moves(server: &Server) -> usize {
    server.shared().model.written.iter().filter(|written| written.alias == "live").count()
}

#[tokio::test]
async fn a_promotion_takes_three_calls_and_a_rollback_one_write() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    server.shared().calls.clear();
    assert_eq!(pipeline.promote(&service).await.unwrap(), ["2"]);
    assert_eq!(server.shared().calls, ["GetAlias", "GetAlias", "UpdateAlias"]);
    server.shared().calls.clear();
    pipeline.rollback(&service, Destination::Previous).await.unwrap();
    assert_eq!(server.shared().calls, ["GetAlias", "GetFunctionConfiguration", "UpdateAlias"]);
    assert_eq!(serving(&server), "1");
}

#[tokio::test]
async fn verbs_call_what_their_permissions_say() {
    let canary = Shifting::Canary { steps: vec![Step { percent: 10, bake_seconds: 0 }] };
    let (server, service) = (server().await, orders(canary));
    let pipeline = Pipeline::new(&server, "ci").await;
    let check = |verb: Verb| {
        let calls = std::mem::take(&mut server.shared().calls);
        assert!(!calls.is_empty(), "{verb:?}");
        for call in calls {
            let is_named =
                verb.permissions_for(&described()).iter().any(|it| it.action == format!("lambda:{call}"));
            assert!(is_named, "{verb:?} calls {call}");
        }
    };
    pipeline.start(&service, "two").await.unwrap();
    check(Verb::Start);
    pipeline.prepare(&service, "two").await.unwrap();
    server.shared().calls.retain(|call| call != "UpdateFunctionCode" && call != "PublishVersion");
    check(Verb::Verify);
    pipeline.promote(&service).await.unwrap();
    check(Verb::Promote);
    pipeline.status(&service).await;
    check(Verb::Status);
    pipeline.history(&service).await;
    check(Verb::History);
    pipeline.rollback(&service, Destination::Previous).await.unwrap();
    check(Verb::Rollback);
}

#[tokio::test]
async fn the_same_package_gives_the_same_version_and_release() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    let first = pipeline.start(&service, "two").await.unwrap();
    let again = pipeline.start(&service, "two").await.unwrap();
    assert_eq!(first, again);
    let uploads = server.shared().calls.iter().filter(|call| *call == "UpdateFunctionCode").count();
    assert_eq!(uploads, 1);
    // Taken back, it can be tried again, as another attempt.
    pipeline.prepare(&service, "two").await.unwrap();
    pipeline.promote(&service).await.unwrap();
    pipeline.rollback(&service, Destination::Previous).await.unwrap();
    let refused = pipeline.promote(&service).await.unwrap_err();
    assert!(refused.to_string().contains("was taken back"), "{refused}");
    let attempt = pipeline.prepare(&service, "two").await.unwrap();
    assert_eq!(attempt.release, format!("{}-2", first[0].release));
    assert_eq!(pipeline.promote(&service).await.unwrap(), ["2"]);
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_move_it_is_made_once() {
    for faults in [
        vec![Fault::ReplyLost],
        vec![Fault::ErrorAfter],
        vec![Fault::Drop, Fault::Drop],
        vec![Fault::Error],
        vec![Fault::Throttle; 4],
        vec![Fault::Duplicate],
        vec![Fault::Delay(Duration::from_millis(50))],
        vec![Fault::Drop, Fault::Throttle, Fault::ReplyLost],
    ] {
        let (server, service) = (server().await, orders(Shifting::default()));
        let pipeline = Pipeline::new(&server, "ci").await;
        pipeline.prepare(&service, "two").await.unwrap();
        server.shared().faults.insert("UpdateAlias", faults.clone());
        assert_eq!(pipeline.promote(&service).await, Ok(vec!["2".to_owned()]), "{faults:?}");
        assert_eq!((moves(&server), serving(&server)), (1, "2".to_owned()), "{faults:?}");
        assert_eq!(server.shared().faults["UpdateAlias"], [], "{faults:?}");
    }
}

#[tokio::test]
async fn uploads_and_publications_survive_faults_too() {
    for operation in ["UpdateFunctionCode", "PublishVersion", "GetFunctionConfiguration", "GetAlias"] {
        for fault in [Fault::Drop, Fault::ReplyLost, Fault::Throttle, Fault::Error, Fault::ErrorAfter] {
            let (server, service) = (server().await, orders(Shifting::default()));
            let pipeline = Pipeline::new(&server, "ci").await;
            server.shared().faults.insert(operation, vec![fault]);
            let started = pipeline.start(&service, "two").await.unwrap();
            assert_eq!(started[0].version, "2", "{operation} {fault:?}");
            assert_eq!(server.shared().model.functions["shop-orders"].versions.len(), 2);
        }
    }
}

#[tokio::test]
async fn a_release_survives_reads_that_lag_behind_writes() {
    let canary = Shifting::Canary { steps: vec![Step { percent: 10, bake_seconds: 0 }] };
    for lag in 1..=6 {
        for faults in [vec![], vec![Fault::ReplyLost], vec![Fault::Pass, Fault::Pass, Fault::ErrorAfter]] {
            let (server, service) = (server().await, orders(canary.clone()));
            let pipeline = Pipeline::new(&server, "ci").await;
            server.shared().lag = lag;
            server.shared().faults.insert("UpdateAlias", faults.clone());
            let what = format!("{lag} reads, {faults:?}");
            let started = pipeline.prepare(&service, "two").await;
            assert_eq!(started.unwrap_or_else(|stop| panic!("{what}: {stop}")).version, "2", "{what}");
            assert_eq!(pipeline.promote(&service).await, Ok(vec!["2".to_owned()]), "{what}");
            assert_eq!((moves(&server), serving(&server)), (2, "2".to_owned()), "{what}");
            // At once, as if nothing had been promoted yet for all that reads say.
            pipeline.rollback(&service, Destination::Previous).await.unwrap();
            assert_eq!((moves(&server), serving(&server)), (3, "1".to_owned()), "{what}");
            let uploads = server.shared().model.functions["shop-orders"].versions.len();
            assert_eq!(uploads, 2, "{what}");
        }
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_with_its_statement() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    server.shared().faults.insert("UpdateAlias", vec![Fault::Deny]);
    let denied = pipeline.promote(&service).await.unwrap_err().to_string();
    for part in [
        "lambda:UpdateAlias",
        "arn:aws:lambda:eu-central-1:123456789012:function:shop-orders:live",
        "permissions::lambda_release",
    ] {
        assert!(denied.contains(part), "{denied}");
    }
    assert_eq!((moves(&server), serving(&server)), (0, "1".to_owned()));
}

#[tokio::test]
async fn weights_of_somebody_else_are_refused_before_anything_is_done() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    let weights = Some([("2".to_owned(), 0.2)].into());
    let update = AliasUpdate { weights, ..AliasUpdate::default() };
    server.shared().model.update_alias("shop-orders", "live", &update).unwrap();
    let refused = pipeline.promote(&service).await.unwrap_err().to_string();
    assert!(refused.contains("weights that no release gave it: 1 80%, 2 20%"), "{refused}");
    let found = pipeline.status(&service).await;
    assert_eq!(found.state, "foreign weights");
    assert!(found.warnings[0].contains("unfinished"), "{found:?}");
    // A rollback gives the version of before all calls, whoever gave the weights.
    pipeline.rollback(&service, Destination::Previous).await.unwrap();
    let alias = server.shared().model.alias("shop-orders", "live").unwrap();
    assert!(alias.weights.is_empty() && alias.version == "1", "{alias:?}");
}

#[tokio::test]
async fn provisioned_concurrency_excludes_weights() {
    let canary = Shifting::Canary { steps: vec![Step { percent: 10, bake_seconds: 0 }] };
    let (server, service) = (server().await, orders(canary));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    let set = |status| {
        let mut shared = server.shared();
        let function = shared.model.functions.get_mut("shop-orders").unwrap();
        function.provisioned.insert("live".to_owned(), status);
    };
    set("READY");
    let refused = pipeline.promote(&service).await.unwrap_err().to_string();
    assert!(refused.contains("provisioned concurrency, which excludes weights"), "{refused}");
    assert_eq!(pipeline.promote(&orders(Shifting::default())).await.unwrap(), ["2"]);
}

/// AWS shifts calls by itself while it moves provisioned concurrency, and shows weights as it does.
#[tokio::test]
async fn a_shift_of_provisioned_concurrency_is_refused_or_its_end_is_seen() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    let show = |weights: &[(&str, f64)], status| {
        let mut shared = server.shared();
        let function = shared.model.functions.get_mut("shop-orders").unwrap();
        function.provisioned.insert("live".to_owned(), status);
        let live = function.aliases.get_mut("live").unwrap();
        live.weights = weights.iter().map(|(version, weight)| ((*version).to_owned(), *weight)).collect();
    };
    show(&[("2", 0.5)], "IN_PROGRESS");
    let on_its_way = "provisioned concurrency of alias `live` is on its way, and AWS shifts calls by itself";
    for refused in
        [pipeline.promote(&service).await.map(drop), pipeline.start(&service, "three").await.map(drop)]
    {
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(on_its_way) && refused.contains("wait until it is ready"), "{refused}");
    }
    assert_eq!((moves(&server), serving(&server)), (0, "1".to_owned()));
    // It ends while the promotion looks.
    server.shared().calls.clear();
    let end = async {
        while !server.shared().calls.iter().any(|call| call == "GetProvisionedConcurrencyConfig") {
            tokio::task::yield_now().await;
        }
        show(&[], "READY");
    };
    let (promoted, ()) = tokio::join!(pipeline.promote(&service), end);
    assert_eq!(promoted.unwrap(), ["2"]);
}

#[tokio::test]
async fn a_version_that_is_gone_is_said_before_anything_is_done() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    pipeline.promote(&service).await.unwrap();
    server.shared().model.functions.get_mut("shop-orders").unwrap().versions.remove(0);
    let refused = pipeline.rollback(&service, Destination::Previous).await.unwrap_err().to_string();
    assert!(refused.contains("version 1 of shop-orders is gone"), "{refused}");
    assert!(refused.contains("there are 2"), "{refused}");
    let found = pipeline.status(&service).await;
    assert!(found.warnings.iter().any(|it| it.contains("version 1 is gone")), "{found:?}");
    assert_eq!(serving(&server), "2");
}

#[tokio::test]
async fn status_and_history_tell_what_is_true() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "octocat").await;
    let started = pipeline.prepare(&service, "two").await.unwrap();
    pipeline.promote(&service).await.unwrap();
    let found = pipeline.status(&service).await;
    let Serving::Aliases { aliases, .. } = &found.serving else { panic!("{found:?}") };
    let live = &aliases[0];
    assert_eq!((live.alias.as_str(), found.state.as_str()), ("live", "promoted"));
    assert_eq!(live.versions, [("2".to_owned(), 100)]);
    assert_eq!(live.commit.as_deref(), Some("4f2a9c1d"));
    assert_eq!((live.by.as_deref(), live.before.as_deref()), (Some("octocat"), Some("1")));
    assert!(live.since.is_some());
    let versions = pipeline.history(&service).await;
    assert_eq!(versions[0].release, Some(started.release));
    assert_eq!(versions[0].aliases, ["candidate", "live"]);
}

#[tokio::test]
async fn a_dry_run_writes_nothing() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    pipeline.prepare(&service, "two").await.unwrap();
    let dry_run = Pipeline::with(&server, "ci", SystemClock::new(), ExecutionMode::DryRun).await;
    let before = server.shared().model.written.len();
    assert_eq!(dry_run.promote(&service).await.unwrap(), ["2"]);
    assert_eq!(dry_run.start(&service, "three").await.unwrap()[0].version, "(new)");
    assert_eq!(server.shared().model.written.len(), before);
    let calls = server.shared().calls.clone();
    assert!(calls.iter().filter(|call| *call == "UpdateFunctionCode").count() == 1, "{calls:?}");
}

/// A canary of ten minutes, on a clock that makes seconds of it.
async fn canary(traffic: &[(&str, (f64, f64))]) -> (Server, Result<Vec<String>, ReleaseError>) {
    canary_with(Analysis::default(), |shared| {
        shared.traffic = traffic.iter().map(|(version, calls)| ((*version).to_owned(), *calls)).collect();
    })
    .await
}

async fn canary_with(
    analysis: Analysis,
    prepare: impl FnOnce(&mut Shared),
) -> (Server, Result<Vec<String>, ReleaseError>) {
    let steps = vec![Step { percent: 10, bake_seconds: 600 }];
    let (server, service) = (server().await, orders(Shifting::Canary { steps }));
    let service = Function { analysis, ..service };
    let clock = SystemClock::faster(2000);
    let pipeline = Pipeline::with(&server, "ci", clock, ExecutionMode::Live).await;
    pipeline.prepare(&service, "two").await.unwrap();
    prepare(&mut server.shared());
    let outcome = pipeline.promote(&service).await;
    (server, outcome)
}

/// Calls that nobody could complain about.
fn good_traffic(shared: &mut Shared) {
    shared.traffic =
        [("1", (900.0, 0.0)), ("2", (100.0, 0.0))].map(|(name, it)| (name.to_owned(), it)).into();
}

#[tokio::test]
async fn a_canary_is_judged_by_its_own_calls() {
    let (server, outcome) = canary(&[("1", (900.0, 90.0)), ("2", (100.0, 1.0))]).await;
    assert_eq!(outcome.unwrap(), ["2"]);
    assert_eq!((moves(&server), serving(&server)), (2, "2".to_owned()));
}

#[tokio::test]
async fn a_breach_rolls_back_with_the_numbers() {
    let (server, outcome) = canary(&[("1", (900.0, 0.0)), ("2", (100.0, 30.0))]).await;
    let breach = outcome.unwrap_err().to_string();
    assert!(breach.contains("more than 5% of the calls failed for 5 minutes: 30/100"), "{breach}");
    assert!(breach.contains("rolled back"), "{breach}");
    let alias = server.shared().model.alias("shop-orders", "live").unwrap();
    assert!(alias.version == "1" && alias.weights.is_empty(), "{alias:?}");
}

#[tokio::test]
async fn few_calls_that_all_fail_roll_back_unless_the_old_version_fails_too() {
    let (server, outcome) = canary(&[("1", (9.0, 0.0)), ("2", (1.0, 1.0))]).await;
    let breach = outcome.unwrap_err().to_string();
    assert!(breach.contains("calls of the new version failed, and 0 of "), "{breach}");
    assert_eq!((moves(&server), serving(&server)), (2, "1".to_owned()));
    let limits = Analysis { minimum_requests: 500, ..Analysis::default() };
    let (_, outcome) = canary_with(limits, |shared| {
        shared.traffic =
            [("1", (9.0, 9.0)), ("2", (1.0, 1.0))].map(|(name, it)| (name.to_owned(), it)).into();
    })
    .await;
    let paused = outcome.unwrap_err();
    assert!(matches!(paused, ReleaseError::Paused { percent: 10, .. }), "{paused}");
    assert!(paused.to_string().contains("failed, and "), "{paused}");
}

#[tokio::test]
async fn the_old_version_is_the_yardstick_where_the_stack_says_so() {
    let limits = Analysis { error_percent: 50.0, ..Analysis::default() }.compared_with_old_version(2.0);
    for (new, old, is_good) in [(8.0, 80.0, true), (8.0, 9.0, false)] {
        let (_, outcome) = canary_with(limits.clone(), |shared| {
            shared.traffic =
                [("1", (900.0, old)), ("2", (100.0, new))].map(|(name, it)| (name.to_owned(), it)).into();
        })
        .await;
        assert_eq!(outcome.is_ok(), is_good, "{outcome:?}");
    }
}

/// Whichever series is not answered, and in whatever way: the calls are not known.
#[tokio::test]
async fn a_series_that_is_not_complete_is_no_answer() {
    let server = server().await;
    good_traffic(&mut server.shared());
    let api = Aws::new(&connection(&server).await);
    let query = TrafficQuery {
        function: "shop-orders".into(),
        alias: "live".into(),
        version: Some("2".into()),
        api: Some(("shop".into(), "live".into())),
        from: 600,
        until: 900,
    };
    for series in ["invocations", "errors", "p99", "requests", "answers5xx"] {
        for status in ["PartialData", "InternalError", "Forbidden", "Absent", "SomethingNew"] {
            server.shared().statuses = [(series, vec![status])].into();
            let failure = api.traffic(&query).await.unwrap_err();
            let is_denied = matches!(failure.kind, AwsErrorKind::Denied(_));
            assert_eq!((is_denied, failure.is_passing()), (status == "Forbidden", !is_denied), "{failure}");
            assert!(failure.to_string().contains(&format!("series `{series}`")), "{status}: {failure}");
        }
    }
    server.shared().statuses.clear();
    assert_eq!(api.traffic(&query).await.unwrap().len(), 5);
}

/// No verdict is made of missing data.
#[tokio::test]
async fn what_cloudwatch_does_not_answer_is_no_verdict() {
    for (series, status) in
        [("errors", "InternalError"), ("invocations", "PartialData"), ("p99", "Forbidden")]
    {
        let (server, service) = (server().await, orders(Shifting::AllAtOnce { watch_seconds: 300 }));
        let pipeline = Pipeline::with(&server, "ci", SystemClock::faster(2000), ExecutionMode::Live).await;
        pipeline.prepare(&service, "two").await.unwrap();
        good_traffic(&mut server.shared());
        server.shared().statuses.insert(series, vec![status]);
        let stop = pipeline.promote(&service).await.unwrap_err();
        let what = format!("{series} {status}: {stop}");
        if status == "Forbidden" {
            // Found out before anything moves, with what grants it.
            assert!(what.contains("permissions::read_metrics"), "{what}");
            assert_eq!(moves(&server), 0, "{what}");
            continue;
        }
        assert!(matches!(stop, ReleaseError::Paused { percent: 100, .. }), "{what}");
        assert!(what.contains(&format!("series `{series}` is {status}")), "{what}");
        let back = Analysis::default().roll_back_without_verdict();
        let service = Function { analysis: back, ..service };
        let stop = pipeline.promote(&service).await.unwrap_err().to_string();
        assert!(stop.contains("there is no verdict at 100%"), "{stop}");
        assert_eq!(serving(&server), "1", "{what}");
    }
}

#[tokio::test]
async fn answers_on_several_pages_and_series_that_come_late_are_answers() {
    let (server, outcome) = canary_with(Analysis::default(), |shared| {
        good_traffic(shared);
        shared.is_paged = true;
    })
    .await;
    assert_eq!((outcome, serving(&server)), (Ok(vec!["2".to_owned()]), "2".to_owned()));
    let (_, outcome) = canary_with(Analysis::default(), |shared| {
        good_traffic(shared);
        shared.statuses.insert("errors", vec!["InternalError", "PartialData", "Complete"]);
    })
    .await;
    assert_eq!(outcome, Ok(vec!["2".to_owned()]));
}

#[tokio::test]
async fn without_calls_there_is_no_verdict_and_the_release_pauses() {
    let (server, outcome) = canary(&[("1", (900.0, 0.0))]).await;
    let paused = outcome.unwrap_err();
    assert!(matches!(&paused, ReleaseError::Paused { percent: 10, .. }), "{paused}");
    assert!(paused.to_string().contains("`release resume --judged`"), "{paused}");
    let alias = server.shared().model.alias("shop-orders", "live").unwrap();
    assert_eq!(alias.weights.get("2"), Some(&0.1));
    let (server, outcome) = canary_with(Analysis::default().roll_back_without_verdict(), |_| ()).await;
    let back = outcome.unwrap_err().to_string();
    assert!(back.contains("there is no verdict at 10%: 0 calls of the new version"), "{back}");
    assert_eq!((moves(&server), serving(&server)), (2, "1".to_owned()));
}

#[tokio::test]
async fn an_alarm_that_rings_is_a_breach_and_one_that_rang_before_stops_everything() {
    let watched = Shifting::AllAtOnce { watch_seconds: 600 };
    let (server, mut service) = (server().await, orders(watched));
    service.analysis = service.analysis.alarm("orders-errors");
    server.shared().alarms.insert("orders-errors".to_owned(), false);
    let pipeline = Pipeline::with(&server, "ci", SystemClock::faster(2000), ExecutionMode::Live).await;
    pipeline.prepare(&service, "two").await.unwrap();
    server.shared().alarms.insert("orders-errors".to_owned(), true);
    let refused = pipeline.promote(&service).await.unwrap_err().to_string();
    assert!(refused.contains("alarm orders-errors rings already, and nothing was moved"), "{refused}");
    assert_eq!(moves(&server), 0);
    server.shared().alarms.insert("orders-errors".to_owned(), false);
    let rings = async {
        while moves(&server) == 0 {
            tokio::task::yield_now().await;
        }
        server.shared().alarms.insert("orders-errors".to_owned(), true);
    };
    let (breach, ()) = tokio::join!(pipeline.promote(&service), rings);
    let breach = breach.unwrap_err().to_string();
    assert!(breach.contains("alarm orders-errors rings; rolled back"), "{breach}");
    assert_eq!(serving(&server), "1");
}

/// The machine's clock: minutes that it is off by. AWS's counts, and beyond what a signature allows nothing is done.
#[tokio::test]
async fn time_is_that_of_aws() {
    for minutes in [-60, -15, -6, -4, -1, 0, 1, 4, 6, 15, 60] {
        let (server, service) = (server().await, orders(Shifting::default()));
        let right = Pipeline::new(&server, "ci").await;
        right.prepare(&service, "two").await.unwrap();
        let clock = SystemClock::new().off_by(minutes * 60);
        let mut pipeline = Pipeline::with(&server, "ci", clock, ExecutionMode::Live).await;
        let notes = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let kept = std::rc::Rc::clone(&notes);
        pipeline.journal = Journal::new(std::io::sink(), move |note| kept.borrow_mut().push(note.to_owned()));
        let outcome = pipeline.promote(&service).await;
        let said = notes.borrow().iter().filter(|note| note.contains("AWS's counts")).count();
        if minutes.abs() > 5 {
            let refused = outcome.unwrap_err().to_string();
            let way = if minutes < 0 { "behind" } else { "ahead of" };
            assert!(refused.contains(way) && refused.contains("a signature is good for 5m"), "{refused}");
            assert_eq!(moves(&server), 0, "{minutes}");
            continue;
        }
        assert_eq!(outcome.unwrap(), ["2"]);
        assert_eq!(said, usize::from(minutes != 0), "{minutes}");
        let alias = server.shared().model.alias("shop-orders", "live").unwrap();
        let at = Record::read(&alias.description).unwrap().at;
        let now = SystemClock::new().now().as_secs();
        assert!(at.abs_diff(now) <= 3, "{minutes}: {at} at {now}");
    }
}

#[tokio::test]
async fn what_a_person_took_back_is_not_promoted_again() {
    let (server, service) = (server().await, orders(Shifting::default()));
    let pipeline = Pipeline::new(&server, "ci").await;
    let first = pipeline.prepare(&service, "two").await.unwrap();
    pipeline.promote(&service).await.unwrap();
    let update = AliasUpdate { version: Some("1".into()), ..AliasUpdate::default() };
    server.shared().model.update_alias("shop-orders", "live", &update).unwrap();
    // Nothing is to be gone on with, and nothing comes next.
    assert_eq!(pipeline.resume(&service).await, Ok(Resumed::Nothing(None)));
    let refused = pipeline.promote(&service).await.unwrap_err().to_string();
    assert!(refused.contains("was taken back by hand"), "{refused}");
    let found = pipeline.status(&service).await;
    assert_eq!(found.state, "moved away by hand");
    assert!(found.warnings[0].contains("from version 2"), "{found:?}");
    pipeline.rollback(&service, Destination::Previous).await.unwrap();
    assert_eq!(serving(&server), "1");
    let again = pipeline.prepare(&service, "two").await.unwrap();
    assert_eq!(again.release, format!("{}-2", first.release));
    assert_eq!(pipeline.promote(&service).await.unwrap(), ["2"]);
}

/// Deployers in threads of their own, each with its own package.
async fn contest(deployers: usize) {
    let (server, service) = (server().await, orders(Shifting::default()));
    let threads: Vec<_> = (0..deployers)
        .map(|index| {
            let (server, service) = (server.clone(), service.clone());
            std::thread::spawn(move || {
                formwork_release::block_on(async {
                    let pipeline = Pipeline::new(&server, &format!("deployer {index}")).await;
                    let started = pipeline.prepare(&service, &format!("by {index}")).await?;
                    let wanted = Promotion { wanted: Some(started.release), ..promotion() };
                    pipeline.promote_as(&service, &wanted).await
                })
                .unwrap()
            })
        })
        .collect();
    let waited = tokio::task::spawn_blocking(|| threads.into_iter().map(|it| it.join().unwrap()).collect());
    let outcomes: Vec<Result<Vec<String>, ReleaseError>> = waited.await.unwrap();
    let winners: Vec<&String> = outcomes.iter().flatten().flatten().collect();
    assert!(!winners.is_empty(), "{outcomes:?}");
    assert!(winners.contains(&&serving(&server)), "{outcomes:?}");
    for lost in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert!(matches!(lost, ReleaseError::Refused { .. } | ReleaseError::Interfered { .. }), "{lost}");
    }
    // Each release begins from what served: none overwrites another without having seen it.
    let shared = server.shared();
    let mut served = "1".to_owned();
    for written in shared.model.written.iter().filter(|written| written.alias == "live") {
        let record = Record::read(&written.after.description).unwrap();
        assert_eq!(record.from, Some(served));
        served = written.after.version.clone();
    }
    assert_eq!(winners.len(), shared.model.written.iter().filter(|written| written.alias == "live").count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_deployers_at_once() {
    contest(2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_deployers_at_once() {
    contest(5).await;
}
