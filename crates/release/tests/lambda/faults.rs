//! Calls and answers that are lost, doubled, delayed, throttled, refused or late.

use std::time::Duration;

use formwork_release::engine::Destination;
use formwork_release::{Shifting, Step};

use crate::fake_aws::http::Fault;
use crate::pipeline::{Pipeline, moves, orders, server, serving};

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
