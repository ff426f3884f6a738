//! Releases that are killed at every boundary of a call, before it is carried out and after, and then resumed: the
//! stable alias names the old version or the new one at any time, requests through it, which are made all the while, are
//! always answered, and nothing is done twice.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fake_aws;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use fake_aws::http::{Kill, Moment, Server};
use fake_aws::model::Model;

/// The program of `tests/releaser/program.rs`, which cargo builds beside the tests.
fn releaser() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests.parent().unwrap().parent().unwrap().join("examples/releaser");
    assert!(
        path.exists(),
        "{}: `cargo build -p formwork-release --examples --features clients` makes it",
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

/// A client that calls the services through their stable aliases, one request after the other, until it is stopped.
struct Requests {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Requests {
    fn begin(server: &Server, services: &[&str]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (kept, address) = (Arc::clone(&stop), server.address);
        let services: Vec<String> = services.iter().map(|name| (*name).to_owned()).collect();
        let thread = std::thread::spawn(move || {
            let mut connection = BufReader::new(TcpStream::connect(address).unwrap());
            let mut answered = 0;
            while !kept.load(Ordering::Relaxed) || answered < services.len() {
                for service in &services {
                    let versions = invoke(&mut connection, service);
                    assert!(versions.iter().all(|version| version == "1" || version == "2"), "{versions:?}");
                    answered += 1;
                }
                // As often as there is something new to see, and the machine has other things to do.
                std::thread::park_timeout(Duration::from_millis(1));
            }
            answered
        });
        Self { stop, thread }
    }

    /// Stops, and says how many requests were answered; one that was not fails the test.
    fn end(self, what: &str) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_else(|_| panic!("{what}: a request through the stable alias failed"))
    }
}

/// The versions that may answer a request through the stable alias.
fn invoke(connection: &mut BufReader<TcpStream>, service: &str) -> Vec<String> {
    let path = format!("/2015-03-31/functions/shop-{service}/invocations?Qualifier=live");
    write!(connection.get_mut(), "POST {path} HTTP/1.1\r\nhost: lambda\r\ncontent-length: 0\r\n\r\n")
        .unwrap();
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(connection.read_line(&mut head).unwrap() > 0, "{service}: no answer after {head}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    connection.read_exact(&mut body).unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{service}: {head}{}", String::from_utf8_lossy(&body));
    let versions: Vec<String> = serde_json::from_slice(&body).unwrap();
    assert!(!versions.is_empty());
    versions
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
    let mut answered = 0;
    for call in 1.. {
        for moment in [Moment::BeforeCall, Moment::AfterCall] {
            let what = format!("{shifting}, call {call}, {moment:?}");
            let server = runtime.block_on(Server::start(model(services)));
            let requests = Requests::begin(&server, services);
            if !killed_at(&server, call, moment, &arguments("release")) {
                let serving = check(&server, services, &what);
                assert!(serving.iter().all(|version| version == "2"), "{what}: {serving:?}");
                answered += requests.end(&what);
                // Each of the processes that were killed, and each that went on, was asked meanwhile.
                assert!(answered > call * services.len(), "{answered} requests");
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
            answered += requests.end(&what);
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
