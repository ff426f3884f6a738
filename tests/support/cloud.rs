//! A small server that stands in for ECS, Elastic Load Balancing, App Runner, S3 and CloudFront. It is a fake, strict
//! in what releases rest on: revisions that exist, one operation at a time, writes only if a version is still the one
//! named. It can kill whoever calls it.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::http::{Asked, Reply, Server};
use crate::support::{Ran, TestEnv};

pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What is true.
#[derive(Clone, Default)]
pub(crate) struct Cloud {
    /// Revisions of the task definition, with their tags.
    pub(crate) definitions: Vec<(Value, Value)>,
    pub(crate) serving: String,
    failed: Option<String>,
    /// How many looks at a service show its last change still under way.
    settling: usize,
    /// Tasks that were run, and whether somebody has seen them stopped.
    pub(crate) tasks: Vec<(Value, bool)>,
    /// App Runner's image.
    pub(crate) app: Value,
    app_tags: BTreeMap<String, String>,
    /// Objects by key: text and headers.
    pub(crate) objects: BTreeMap<String, (String, BTreeMap<String, String>)>,
    pub(crate) invalidated: Vec<String>,
    /// The calls so far.
    calls: usize,
    /// The process that is killed at a call, by its number from 1.
    kill: Option<(u32, usize, Moment)>,
}

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
    pub(crate) env: TestEnv,
}

impl Aws {
    pub(crate) fn start() -> Self {
        let container = json!({
            "name": "app", "image": "shop:1", "essential": true,
            "environment": [{ "name": "LEVEL", "value": "info" }, { "name": "KEY", "value": "old" }],
        });
        let definition = json!({
            "taskDefinitionArn": arn(1), "family": "orders", "revision": 1, "status": "ACTIVE",
            "containerDefinitions": [container, { "name": "proxy", "image": "proxy:1" }], "cpu": "256", "memory": "512",
            "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "taskRoleArn": "arn:role",
        });
        let cloud = Cloud {
            definitions: vec![(definition, json!([]))],
            serving: arn(1),
            app: json!("portal:1"),
            ..Cloud::default()
        };
        let cloud = Arc::new(Mutex::new(cloud));
        let kept = Arc::clone(&cloud);
        let server = Server::start(move |asked| {
            let mut cloud = kept.lock().unwrap();
            cloud.calls += 1;
            if cloud.kills(Moment::BeforeCall) {
                return Reply::lost();
            }
            let reply = answer(&mut cloud, asked);
            cloud.kills(Moment::AfterCall);
            reply
        });
        Self { server, cloud, env: TestEnv::new() }
    }

    pub(crate) fn release(&self, arguments: &[&str]) -> Ran {
        self.release_with(&[], arguments)
    }

    pub(crate) fn release_with(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let (variables, arguments) = (self.variables(more), with_patience(arguments));
        let ran = self.env.run_in_job(&variables, &arguments);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("nobody-may-see"), "{}", ran.stdout);
        ran
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
        let mut command = self.env.command_in_job(&self.variables(&[]), &with_patience(arguments));
        // The server is held until it knows whom to kill.
        let mut cloud = self.cloud.lock().unwrap();
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        (cloud.calls, cloud.kill) = (0, Some((child.id(), call, moment)));
        drop(cloud);
        let status = child.wait().unwrap();
        self.cloud.lock().unwrap().kill = None;
        assert!(status.success() || status.signal() == Some(9), "{arguments:?}, call {call}: {status}");
        !status.success()
    }

    pub(crate) fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.release(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    pub(crate) fn serving(&self) -> String {
        self.cloud.lock().unwrap().serving.clone()
    }

    pub(crate) fn object(&self, key: &str) -> Option<String> {
        self.cloud.lock().unwrap().objects.get(key).map(|object| object.0.clone())
    }
}

impl Cloud {
    /// Kills the process whose moment has come, as `kill -9` does.
    fn kills(&self, moment: Moment) -> bool {
        let kill = self.kill.filter(|(_, call, at)| (*call, *at) == (self.calls, moment));
        if let Some((process, ..)) = kill {
            let status = Command::new("kill").args(["-9", &process.to_string()]).status();
            assert!(status.is_ok_and(|status| status.success()));
        }
        kill.is_some()
    }
}

fn with_patience<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let wait: &[&str] = if arguments[0] == "status" { &[] } else { &["--interval", "5ms", "--limit", "2s"] };
    [&["release"], arguments, wait].concat()
}

pub(crate) fn arn(revision: usize) -> String {
    format!("arn:aws:ecs:eu-central-1:1:task-definition/orders:{revision}")
}

fn answer(cloud: &mut Cloud, asked: &Asked) -> Reply {
    let target = asked.header("x-amz-target").unwrap_or_default().to_owned();
    match target.split_once('.') {
        Some(("AppRunner", operation)) => app_runner(cloud, operation, &asked.json()),
        Some((_, operation)) => ecs(cloud, operation, &asked.json()),
        None if asked.path().contains("/distribution/") => {
            cloud.invalidated.extend(tags(&asked.body, "Path"));
            let body = "<Invalidation><Id>I</Id><Status>InProgress</Status><CreateTime>2026-01-01T00:00:00Z</CreateTime><InvalidationBatch><Paths><Quantity>0</Quantity></Paths><CallerReference>x</CallerReference></InvalidationBatch></Invalidation>";
            Reply::new(201, body)
        }
        None if asked.body.contains("Action=DescribeTargetHealth") => Reply::new(
            200,
            "<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions><member><TargetHealth><State>healthy</State></TargetHealth></member><member><TargetHealth><State>draining</State></TargetHealth></member></TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>",
        ),
        None => s3(cloud, asked),
    }
}

fn ecs(cloud: &mut Cloud, operation: &str, body: &Value) -> Reply {
    let find = |cloud: &Cloud, name: &str| {
        let is_named = |arn: &str| arn == name || arn.ends_with(&format!("/{name}"));
        cloud.definitions.iter().position(|it| is_named(it.0["taskDefinitionArn"].as_str().unwrap()))
    };
    let missing = || {
        Reply::json(
            400,
            &json!({ "__type": "ClientException", "message": "Unable to describe task definition." }),
        )
    };
    match operation {
        "DescribeServices" => {
            let is_settling = cloud.settling > 0;
            cloud.settling = cloud.settling.saturating_sub(1);
            let mut deployments = vec![json!({
                "id": "1", "status": "PRIMARY", "taskDefinition": cloud.serving, "desiredCount": 1,
                "runningCount": 1, "rolloutState": if is_settling { "IN_PROGRESS" } else { "COMPLETED" },
            })];
            if let Some(failed) = &cloud.failed {
                deployments.push(json!({
                    "id": "2", "status": "ACTIVE", "taskDefinition": failed, "desiredCount": 1, "runningCount": 0,
                    "rolloutState": "FAILED", "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start.",
                }));
            }
            let service = json!({
                "serviceName": "orders", "status": "ACTIVE", "taskDefinition": cloud.serving,
                "deployments": deployments, "launchType": "FARGATE", "desiredCount": 1,
                "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } },
                "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": true, "rollback": true } },
            });
            Reply::json(200, &json!({ "services": [service] }))
        }
        "DescribeTaskDefinition" => match find(cloud, body["taskDefinition"].as_str().unwrap()) {
            Some(index) => {
                let (definition, tags) = &cloud.definitions[index];
                Reply::json(200, &json!({ "taskDefinition": definition, "tags": tags }))
            }
            None => missing(),
        },
        "ListTaskDefinitions" => {
            let arns: Vec<_> = cloud.definitions.iter().rev().map(|it| &it.0["taskDefinitionArn"]).collect();
            Reply::json(200, &json!({ "taskDefinitionArns": arns }))
        }
        "RegisterTaskDefinition" => {
            let mut definition = body.clone();
            let tags = definition.as_object_mut().unwrap().remove("tags").unwrap_or_default();
            definition["taskDefinitionArn"] = json!(arn(cloud.definitions.len() + 1));
            definition["status"] = json!("ACTIVE");
            cloud.definitions.push((definition.clone(), tags));
            Reply::json(200, &json!({ "taskDefinition": definition }))
        }
        "TagResource" => {
            let index = find(cloud, body["resourceArn"].as_str().unwrap()).unwrap();
            let tags = body["tags"].as_array().unwrap().clone();
            let own = cloud.definitions[index].1.as_array_mut().unwrap();
            own.retain(|tag| tags.iter().all(|new| new["key"] != tag["key"]));
            own.extend(tags);
            Reply::json(200, &json!({}))
        }
        "ListTasks" => {
            let runs = |(task, stopped): &(Value, bool)| !stopped && task["startedBy"] == body["startedBy"];
            let arns = (1..).zip(&cloud.tasks).filter(|(_, task)| runs(task));
            let arns: Vec<String> = arns.map(|(index, _)| format!("arn:task/{index}")).collect();
            Reply::json(200, &json!({ "taskArns": arns }))
        }
        "RunTask" => {
            cloud.tasks.push((body.clone(), false));
            Reply::json(200, &json!({ "tasks": [{ "taskArn": format!("arn:task/{}", cloud.tasks.len()) }] }))
        }
        "DescribeTasks" => {
            let index =
                find(cloud, cloud.tasks.last().unwrap().0["taskDefinition"].as_str().unwrap()).unwrap();
            let image = cloud.definitions[index].0["containerDefinitions"][0]["image"].as_str().unwrap();
            let code = if image.contains("bad-migration") { 3 } else { 0 };
            let task = json!({
                "taskArn": "arn:task/1", "lastStatus": "STOPPED", "stoppedReason": "Essential container in task exited",
                "containers": [{ "name": "app", "exitCode": code }],
            });
            cloud.tasks.iter_mut().for_each(|(_, stopped)| *stopped = true);
            Reply::json(200, &json!({ "tasks": [task] }))
        }
        "UpdateService" => {
            let Some(index) = find(cloud, body["taskDefinition"].as_str().unwrap()) else { return missing() };
            let definition = &cloud.definitions[index].0;
            let wanted = definition["taskDefinitionArn"].as_str().unwrap().to_owned();
            cloud.settling = 2;
            // The circuit breaker goes back to what served.
            match definition["containerDefinitions"][0]["image"].as_str().unwrap().contains("broken") {
                true => cloud.failed = Some(wanted),
                false => {
                    cloud.failed = None;
                    cloud.serving = wanted;
                }
            }
            Reply::json(200, &json!({}))
        }
        other => Reply::json(400, &json!({ "__type": "UnknownOperation", "message": other })),
    }
}

fn app_runner(cloud: &mut Cloud, operation: &str, body: &Value) -> Reply {
    match operation {
        "DescribeService" => {
            let status = if cloud.settling > 0 { "OPERATION_IN_PROGRESS" } else { "RUNNING" };
            cloud.settling = cloud.settling.saturating_sub(1);
            let repository = json!({ "ImageIdentifier": cloud.app, "ImageRepositoryType": "ECR" });
            let service = json!({
                "ServiceName": "portal", "ServiceId": "1", "ServiceArn": "a", "Status": status, "CreatedAt": 0,
                "UpdatedAt": 0, "AutoScalingConfigurationSummary": {}, "NetworkConfiguration": {},
                "InstanceConfiguration": {}, "SourceConfiguration": { "ImageRepository": repository },
            });
            Reply::json(200, &json!({ "Service": service }))
        }
        "ListTagsForResource" => {
            let tags: Vec<_> =
                cloud.app_tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
            Reply::json(200, &json!({ "Tags": tags }))
        }
        "TagResource" => {
            for tag in body["Tags"].as_array().unwrap() {
                let text = |name: &str| tag[name].as_str().unwrap().to_owned();
                cloud.app_tags.insert(text("Key"), text("Value"));
            }
            Reply::json(200, &json!({}))
        }
        "UpdateService" => {
            let image = &body["SourceConfiguration"]["ImageRepository"]["ImageIdentifier"];
            if cloud.settling > 0 {
                let message = "Service cannot be updated in the current state: OPERATION_IN_PROGRESS.";
                return Reply::json(400, &json!({ "__type": "InvalidStateException", "Message": message }));
            }
            cloud.settling = 2;
            // App Runner keeps what serves if the new image does not come up.
            if !image.as_str().unwrap().contains("broken") {
                cloud.app = image.clone();
            }
            Reply::json(200, &json!({ "OperationId": image, "Service": { "ServiceName": "portal" } }))
        }
        "ListOperations" => {
            let broken = json!({ "Id": "portal:broken", "Status": "ROLLBACK_SUCCEEDED" });
            let good = json!({ "Id": cloud.app, "Status": "SUCCEEDED" });
            Reply::json(200, &json!({ "OperationSummaryList": [good, broken] }))
        }
        other => Reply::json(400, &json!({ "__type": "UnknownOperation", "message": other })),
    }
}

fn s3(cloud: &mut Cloud, asked: &Asked) -> Reply {
    let key = asked.path().trim_start_matches("/site-bucket").trim_start_matches('/').to_owned();
    let etag = |body: &str| {
        format!("\"{:x}\"", body.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31) + u64::from(byte)))
    };
    match asked.method.as_str() {
        "GET" if key.is_empty() => {
            let prefix = asked.query("prefix").unwrap_or_default();
            let keys = cloud.objects.keys().filter(|key| key.starts_with(&prefix));
            let contents: String = keys.map(|key| format!("<Contents><Key>{key}</Key></Contents>")).collect();
            Reply::new(
                200,
                format!("<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>"),
            )
        }
        "GET" => match cloud.objects.get(&key) {
            Some((body, _)) => Reply::new(200, body.clone()).header("etag", etag(body)),
            None => Reply::new(404, "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>"),
        },
        "PUT" => {
            let present = cloud.objects.get(&key).map(|it| etag(&it.0));
            let is_stale = asked.header("if-match").is_some_and(|wanted| present.as_deref() != Some(wanted))
                || (asked.header("if-none-match").is_some() && present.is_some());
            if is_stale {
                return Reply::new(412, "<Error><Code>PreconditionFailed</Code><Message>x</Message></Error>");
            }
            let kept = ["content-type", "cache-control"];
            let object = match asked.header("x-amz-copy-source") {
                Some(source) => cloud.objects[source.trim_start_matches("site-bucket/")].clone(),
                None => {
                    let headers = kept
                        .iter()
                        .filter_map(|name| Some(((*name).to_owned(), asked.header(name)?.to_owned())));
                    (asked.body.clone(), headers.collect())
                }
            };
            let reply = match asked.header("x-amz-copy-source") {
                Some(_) => Reply::new(200, "<CopyObjectResult><ETag>\"1\"</ETag></CopyObjectResult>"),
                None => Reply::new(200, "").header("etag", etag(&object.0)),
            };
            cloud.objects.insert(key, object);
            reply
        }
        _ => {
            cloud.objects.remove(&key);
            Reply::new(204, "")
        }
    }
}

fn tags(xml: &str, name: &str) -> Vec<String> {
    let open = format!("<{name}>");
    let parts = xml.split(&open).skip(1);
    parts.filter_map(|part| Some(part.split_once(&format!("</{name}>"))?.0.to_owned())).collect()
}
