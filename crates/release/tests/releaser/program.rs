//! A release in a process of its own, for tests that kill it: `releaser VERB SHIFTING GENERATION SERVICE…`.
//!
//! It talks to what `AWS_ENDPOINT_URL` names, as any release does.

use std::process::ExitCode;
use std::time::Duration;

use formwork_core::Hint;
use formwork_release::aws::connect;
use formwork_release::engine::{
    Candidates, Check, Commit, Context, CurrentStep, Destination, Direction, ExecutionMode, Journal,
    Promotion, ReleaseError, SystemClock, Timing,
};
use formwork_release::target::lambda::{
    Aws, Function, Package, Record, Session, promote, resume, rollback, start, verify,
};
use formwork_release::{Analysis, Shifting, Step};

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
    let service = |name: &String| Function {
        name: name.clone(),
        function: format!("shop-{name}"),
        stable_alias: "live".into(),
        candidate_alias: "candidate".into(),
        shifting: shifting.clone(),
        analysis: Analysis::default(),
        api: None,
        pause_at: Vec::new(),
    };
    let services: Vec<Function> = names.iter().map(service).collect();
    let outcome = formwork_release::block_on(work(verb, generation, &services));
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            tell(&error.to_string());
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

async fn work(verb: &str, generation: &str, services: &[Function]) -> Result<(), ReleaseError> {
    let api = Aws::new(&connect(|_| ()).await);
    let (clock, journal) = (SystemClock::new(), Journal::silent());
    let timing = Timing { pause: Duration::from_millis(5), ..Timing::default() };
    let by = "releaser".into();
    let context = Context { clock: &clock, journal: &journal, by, mode: ExecutionMode::Live, timing };
    let session = Session { api: &api, context: &context };
    match verb {
        "rollback" => rollback(&session, services, &Destination::Previous).await.map(drop),
        "resume" => resume(&session, services, Direction::Forward(CurrentStep::Analyzed)).await.map(drop),
        _ => release(&session, generation, services).await,
    }
}

/// The whole of a release.
async fn release(
    session: &Session<'_, Aws>,
    generation: &str,
    services: &[Function],
) -> Result<(), ReleaseError> {
    let package = |service: &Function| {
        Package::new(format!("PK generation {generation} of {}", service.name).into_bytes())
    };
    let packages: Vec<(Function, Package)> = services.iter().map(|it| (it.clone(), package(it))).collect();
    let commit = Commit::parse(&format!("{generation:0>7}")).ok_or_else(|| ReleaseError::Refused {
        service: "all".into(),
        message: format!("{generation} is no number"),
        hint: Hint::new("give one"),
    })?;
    start(session, &packages, &commit).await?;
    let passed = async |_: &Function, _: &Record| vec![Check { name: "smoke".into(), failure: None }];
    verify(session, services, passed).await?;
    let promotion =
        Promotion { wanted: None, candidates: Candidates::Verified, current_step: CurrentStep::Analyzed };
    promote(session, services, &promotion).await.map(drop)
}
