//! How a new version is judged by its calls and alarms, and what is done without a verdict.

use formwork_release::aws::AwsErrorKind;
use formwork_release::engine::{ExecutionMode, ReleaseError, SystemClock};
use formwork_release::target::lambda::{Aws, Function, LambdaApi, TrafficQuery};
use formwork_release::{Analysis, Shifting, Step};

use crate::fake_aws::http::{Server, Shared};
use crate::pipeline::{Pipeline, connection, moves, orders, server, serving};

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
