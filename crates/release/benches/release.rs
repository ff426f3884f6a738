//! From `promote` to the alias moved: calls, and time for round trips of a known length.
//!
//! `cargo bench -p formwork-release --bench release`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and fails by panicking")]

#[path = "../tests/fake_aws/mod.rs"]
mod fake_aws;

use std::time::{Duration, Instant};

use aws_sdk_lambda::config::{Credentials, Region};
use fake_aws::http::{Fault, Server};
use fake_aws::model::Model;
use formwork_release::aws::connect_from;
use formwork_release::engine::{
    Candidates, Check, Commit, Context, CurrentStep, Destination, ExecutionMode, Journal, Promotion,
    SystemClock, Timing,
};
use formwork_release::target::lambda::{
    Aws, Function, Package, Record, Session, promote, rollback, start, verify,
};
use formwork_release::{Analysis, Shifting};

/// What a call takes on its way to AWS and back, besides what the machine takes.
const ROUND_TRIPS: [u64; 3] = [0, 20, 80];
const RUNS: usize = 20;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    println!("services  round trip  calls  promote  rollback");
    for count in [1, 3] {
        for milliseconds in ROUND_TRIPS {
            runtime.block_on(measure(count, Duration::from_millis(milliseconds)));
        }
    }
}

async fn measure(count: usize, round_trip: Duration) {
    let names = ["orders", "stock", "users"];
    let service = |name: &&str| Function {
        name: (*name).into(),
        function: format!("shop-{name}"),
        stable_alias: "live".into(),
        candidate_alias: "candidate".into(),
        shifting: Shifting::default(),
        analysis: Analysis::default(),
        api: None,
        pause_at: Vec::new(),
    };
    let services: Vec<Function> = names[..count].iter().map(service).collect();
    let model = services
        .iter()
        .fold(Model::default(), |model, it| model.with_function(&it.function, &["live", "candidate"]));
    let server = Server::start(model).await;
    let settings = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(server.url())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("bench", "bench", None, None, "bench"));
    let api = Aws::new(&connect_from(settings, |_| ()).await);
    let (clock, journal) = (SystemClock::new(), Journal::silent());
    let (by, timing) = ("bench".into(), Timing::default());
    let context = Context { clock: &clock, journal: &journal, by, mode: ExecutionMode::Live, timing };
    let session = Session { api: &api, context: &context };
    let (mut promoted, mut back, mut calls) = (Vec::new(), Vec::new(), 0);
    for run in 0..RUNS {
        let package =
            |it: &Function| (it.clone(), Package::new(format!("PK {run} {}", it.name).into_bytes()));
        let packages: Vec<_> = services.iter().map(package).collect();
        start(&session, &packages, &Commit::parse(&format!("{run:07x}")).unwrap()).await.unwrap();
        let passed = async |_: &Function, _: &Record| vec![Check { name: "smoke".into(), failure: None }];
        verify(&session, &services, passed).await.unwrap();
        let promotion =
            Promotion { wanted: None, candidates: Candidates::Verified, current_step: CurrentStep::Analyzed };
        delay(&server, round_trip);
        let begun = Instant::now();
        promote(&session, &services, &promotion).await.unwrap();
        promoted.push(begun.elapsed());
        calls = server.shared().calls.len();
        delay(&server, round_trip);
        let begun = Instant::now();
        rollback(&session, &services, &Destination::Previous).await.unwrap();
        back.push(begun.elapsed());
        server.shared().faults.clear();
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        format!("{:.1} ms", times[times.len() / 2].as_secs_f64() * 1000.0)
    };
    println!(
        "{count:>8}  {:>7} ms  {calls:>5}  {:>7}  {:>8}",
        round_trip.as_millis(),
        median(&mut promoted),
        median(&mut back)
    );
}

/// Has every call wait, and counts from here.
fn delay(server: &Server, round_trip: Duration) {
    let mut shared = server.shared();
    shared.calls.clear();
    for operation in ["GetAlias", "UpdateAlias", "GetFunctionConfiguration"] {
        shared.faults.insert(operation, vec![Fault::Delay(round_trip); 50]);
    }
}
