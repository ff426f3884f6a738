//! What each verb calls, does and tells, in time as AWS counts it.

use formwork_release::engine::{Clock, Destination, ExecutionMode, Journal, Serving, SystemClock};
use formwork_release::permissions::Verb;
use formwork_release::target::lambda::Record;
use formwork_release::{Shifting, Step};

use crate::pipeline::{Pipeline, described, moves, orders, server, serving};

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
