//! A deployer in a process of its own, for tests that kill it: `releaser VERB SHIFTING GENERATION SERVICE…`.
//!
//! It talks to what `AWS_ENDPOINT_URL` names, as any release does.

use std::process::ExitCode;
use std::time::Duration;

use formwork_release::cloud::{Aws, Clock, connect};
use formwork_release::journal::Journal;
use formwork_release::release::{
    Candidates, Check, Commit, Deployer, Destination, Judging, Package, Promotion, Record, Service, Stop,
    Timing, Way, promote, resume, rollback, start, verify,
};
use formwork_release::{Judgement, Shifting, Step};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, shifting, generation, names @ ..] = arguments.as_slice() else { return ExitCode::from(2) };
    let shifting = match shifting.as_str() {
        "canary" => {
            let steps = [10, 50].map(|percent| Step { percent, bake_seconds: 0 });
            Shifting::Canary { steps: steps.to_vec() }
        }
        _ => Shifting::default(),
    };
    let service = |name: &String| Service {
        name: name.clone(),
        function: format!("shop-{name}"),
        stable_alias: "live".into(),
        candidate_alias: "candidate".into(),
        shifting: shifting.clone(),
        judgement: Judgement::default(),
        api: None,
    };
    let services: Vec<Service> = names.iter().map(service).collect();
    let outcome = formwork_release::block_on(work(verb, generation, &services));
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(stop)) => {
            tell(&stop.to_string());
            ExitCode::FAILURE
        }
        Err(error) => {
            tell(&error.to_string());
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the test reads it")]
fn tell(text: &str) {
    eprintln!("{text}");
}

async fn work(verb: &str, generation: &str, services: &[Service]) -> Result<(), Stop> {
    let cloud = Aws::new(&connect().await, Clock::system());
    let journal = Journal::silent();
    let timing = Timing { pause: Duration::from_millis(5), ..Timing::default() };
    let deployer = Deployer { cloud: &cloud, journal: &journal, by: "releaser".into(), timing };
    match verb {
        "rollback" => rollback(&deployer, services, &Destination::Before).await.map(drop),
        "resume" => resume(&deployer, services, Way::Forward).await.map(drop),
        _ => release(&deployer, generation, services).await,
    }
}

/// The whole of a release.
async fn release(deployer: &Deployer<'_, Aws>, generation: &str, services: &[Service]) -> Result<(), Stop> {
    let package = |service: &Service| {
        Package::new(format!("PK generation {generation} of {}", service.name).into_bytes())
    };
    let packages: Vec<(Service, Package)> = services.iter().map(|it| (it.clone(), package(it))).collect();
    let commit = Commit::parse(&format!("{generation:0>7}")).ok_or_else(|| Stop::Refused {
        service: "all".into(),
        message: format!("{generation} is no number"),
        hint: "give one".into(),
    })?;
    start(deployer, &packages, &commit).await?;
    let passed = async |_: &Service, _: &Record| vec![Check { name: "smoke".into(), failure: None }];
    verify(deployer, services, passed).await?;
    let promotion = Promotion { wanted: None, candidates: Candidates::Verified, judging: Judging::EachStep };
    promote(deployer, services, &promotion).await.map(drop)
}
