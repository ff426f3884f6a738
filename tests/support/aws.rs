//! The command line in front of a small cloud that can kill it.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::json;

use crate::cloud::{self, Cloud, answer};
use crate::support::http::{Reply, Server};
use crate::support::{Ran, TestEnv};

/// When a process is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    BeforeCall,
    AfterCall,
}

/// A server, what it knows, and a folder to release from.
pub(crate) struct Aws {
    server: Server,
    pub(crate) cloud: Arc<Mutex<Cloud>>,
    victim: Arc<Mutex<Victim>>,
    pub(crate) env: TestEnv,
}

/// Who is killed at which call.
#[derive(Default)]
struct Victim {
    /// The calls so far.
    calls: usize,
    /// The process, and the number of the call, from 1.
    kill: Option<(u32, usize, Moment)>,
}

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

impl Aws {
    pub(crate) fn start() -> Self {
        let container = json!({
            "name": "app", "image": "shop:1", "essential": true,
            "environment": [{ "name": "LEVEL", "value": "info" }, { "name": "KEY", "value": "old" }],
        });
        let definition = json!({
            "family": "orders",
            "containerDefinitions": [container, { "name": "proxy", "image": "proxy:1" }], "cpu": "256", "memory": "512",
            "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "taskRoleArn": "arn:role",
        });
        let mut cloud = Cloud { app: json!("portal:1"), ..Cloud::default() };
        cloud.add_service("orders", definition);
        let (cloud, victim) = (Arc::new(Mutex::new(cloud)), Arc::new(Mutex::new(Victim::default())));
        let (kept, known) = (Arc::clone(&cloud), Arc::clone(&victim));
        let server = Server::start(move |asked| {
            let mut cloud = kept.lock().unwrap();
            let mut victim = known.lock().unwrap();
            victim.calls += 1;
            if victim.dies(Moment::BeforeCall) {
                return Reply::lost();
            }
            let reply = answer(&mut cloud, asked);
            victim.dies(Moment::AfterCall);
            reply
        });
        Self { server, cloud, victim, env: TestEnv::new() }
    }

    pub(crate) fn release(&self, arguments: &[&str]) -> Ran {
        self.release_with(&[], arguments)
    }

    pub(crate) fn release_with(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let (variables, arguments) = (self.variables(more), with_time_limits(arguments));
        let ran = self.env.run_in_job(&variables, &arguments);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("nobody-may-see"), "{}", ran.stdout);
        ran
    }

    /// The same with the limits of time that the program has by itself.
    pub(crate) fn release_as_it_is(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        self.env.run_in_job(&self.variables(more), &[&["release"], arguments].concat())
    }

    fn variables<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = [
            ("FIXTURE", "delivery"),
            ("AWS_ENDPOINT_URL", self.server.url.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("API_KEY", "a-value-that-nobody-may-see"),
        ];
        [&own[..], more].concat()
    }

    /// Runs a verb whose process is killed at a call; whether it was.
    pub(crate) fn killed_at(&self, call: usize, moment: Moment, arguments: &[&str]) -> bool {
        let mut command = self.env.command_in_job(&self.variables(&[]), &with_time_limits(arguments));
        // The server is held until it knows whom to kill.
        let mut victim = self.victim.lock().unwrap();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        *victim = Victim { calls: 0, kill: Some((child.id(), call, moment)) };
        drop(victim);
        let status = child.wait().unwrap();
        self.victim.lock().unwrap().kill = None;
        assert!(status.success() || status.signal() == Some(9), "{arguments:?}, call {call}: {status}");
        !status.success()
    }

    pub(crate) fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.release(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    pub(crate) fn serving(&self) -> String {
        self.cloud.lock().unwrap().serving("orders")
    }

    pub(crate) fn object(&self, key: &str) -> Option<String> {
        self.cloud.lock().unwrap().objects.get(key).map(|object| object.0.clone())
    }
}

impl Victim {
    /// Kills the process whose moment has come, as `kill -9` does.
    fn dies(&self, moment: Moment) -> bool {
        let kill = self.kill.filter(|(_, call, at)| (*call, *at) == (self.calls, moment));
        if let Some((process, ..)) = kill {
            let status = Command::new("kill").args(["-9", &process.to_string()]).status();
            assert!(status.is_ok_and(|status| status.success()));
        }
        kill.is_some()
    }
}

fn with_time_limits<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let wait: &[&str] = if arguments[0] == "status" { &[] } else { &["--interval", "5ms", "--limit", "2s"] };
    [&["release"], arguments, wait].concat()
}

/// The ARN of a revision of the service's task definition.
pub(crate) fn arn(revision: usize) -> String {
    cloud::arn("orders", revision)
}
