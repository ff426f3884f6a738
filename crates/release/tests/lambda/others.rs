//! Other people, AWS itself and other deployers, who move what a release is about.

use formwork_release::engine::{Destination, Promotion, ReleaseError};
use formwork_release::target::lambda::{Record, Resumed};
use formwork_release::{Shifting, Step};

use crate::fake_aws::model::AliasUpdate;
use crate::pipeline::{Pipeline, moves, orders, promotion, server, serving};

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
