//! Releases that are killed at every boundary of a call, before it is carried out and after, and then resumed: the
//! stable alias names the old version or the new one at any time, its calls are always answered, and nothing is done
//! twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod imitation;

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};

use imitation::http::{Kill, Moment, Server};
use imitation::model::Model;

/// The program of `tests/releaser/program.rs`, which cargo builds beside the tests.
fn releaser() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join("examples/releaser");
    assert!(
        path.exists(),
        "{}: `cargo build -p formwork-delivery --examples --features clients` makes it",
        path.display()
    );
    path
}

fn spawn(server: &Server, arguments: &[&str]) -> Child {
    Command::new(releaser())
        .args(arguments)
        .env("AWS_ENDPOINT_URL", server.url())
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn finish(server: &Server, arguments: &[&str]) -> (ExitStatus, String) {
    let output = spawn(server, arguments).wait_with_output().unwrap();
    (output.status, String::from_utf8(output.stderr).unwrap())
}

/// Spawns a release that is killed at a call; whether it was.
fn killed_at(server: &Server, call: usize, moment: Moment, arguments: &[&str]) -> bool {
    // The server is held until it knows whom to kill.
    let mut shared = server.shared();
    let mut child = spawn(server, arguments);
    shared.kill = Some(Kill { process: child.id(), call, moment });
    drop(shared);
    let status = child.wait().unwrap();
    server.shared().kill = None;
    assert!(status.success() || status.signal() == Some(9), "call {call}, {moment:?}: {status}");
    !status.success()
}

/// Every route that the stable aliases ever had, checked; gives back the versions that serve.
fn check(server: &Server, services: &[&str], what: &str) -> Vec<String> {
    let mut shared = server.shared();
    for written in shared.model.written.iter().filter(|written| written.alias == "live") {
        for version in std::iter::once(&written.after.version).chain(written.after.weights.keys()) {
            assert!(version == "1" || version == "2", "{what}: {written:?}");
        }
    }
    let model = &mut shared.model;
    let serve = |name: &&str| {
        let function = format!("shop-{name}");
        model.answers(&function, "live").unwrap_or_else(|error| panic!("{what}: {error}"));
        let versions = model.functions[&function].versions.len();
        assert!(versions <= 2, "{what}: {versions} versions of one package");
        let alias = model.alias(&function, "live").unwrap();
        assert!(alias.weights.is_empty(), "{what}: {alias:?}");
        alias.version
    };
    services.iter().map(serve).collect()
}

fn model(services: &[&str]) -> Model {
    services.iter().fold(Model { update_takes: 1, ..Model::default() }, |model, name| {
        model.with_function(&format!("shop-{name}"), &["live", "candidate"])
    })
}

/// Kills a release at each of its calls, and goes on in each way. The number of calls that it has.
fn every_boundary(shifting: &str, services: &[&str]) -> usize {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let arguments = |verb| [&[verb, shifting, "2"], services].concat();
    for call in 1.. {
        for moment in [Moment::BeforeCall, Moment::AfterCall] {
            let what = format!("{shifting}, call {call}, {moment:?}");
            let server = runtime.block_on(Server::start(model(services)));
            if !killed_at(&server, call, moment, &arguments("release")) {
                let serving = check(&server, services, &what);
                assert!(serving.iter().all(|version| version == "2"), "{what}: {serving:?}");
                return call - 1;
            }
            let (status, said) = finish(&server, &arguments("resume"));
            assert!(status.success(), "{what}: {said}");
            let serving = check(&server, services, &what);
            assert!(serving.windows(2).all(|pair| pair[0] == pair[1]), "{what}: {serving:?}");
            // One half goes on to the new version, the other back to the old one.
            let (verb, expected) = if call % 2 == 0 { ("release", "2") } else { ("rollback", "1") };
            let (status, said) = finish(&server, &arguments(verb));
            let is_at_rest = verb == "rollback" && said.contains("no release is known");
            assert!(status.success() || is_at_rest, "{what}: {said}");
            let serving = check(&server, services, &what);
            assert!(serving.iter().all(|version| version == expected), "{what}: {serving:?}");
            let writes = server.shared().model.written.len();
            assert!(writes <= services.len() * 6, "{what}: {writes} writes");
        }
    }
    unreachable!("a release ends")
}

#[test]
fn a_release_may_be_killed_at_every_call() {
    let calls = every_boundary("canary", &["orders"]);
    assert!((15..40).contains(&calls), "{calls}");
}

#[test]
fn services_that_go_as_one_may_be_killed_at_every_call() {
    let calls = every_boundary("all-at-once", &["orders", "stock"]);
    assert!((25..60).contains(&calls), "{calls}");
}
