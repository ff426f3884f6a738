//! A small cloud that stands in for ECS, Elastic Load Balancing, App Runner, S3 and CloudFront. It is a fake, strict in
//! what releases rest on: revisions that exist, one operation at a time, writes only if a version is still the one named.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses a part of it, and a test fails by panicking"
)]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::http::{Asked, Reply};

#[derive(Clone)]
pub(crate) struct Cloud {
    /// Task definitions with their tags, in the order in which they were registered.
    pub(crate) definitions: Vec<(Value, Value)>,
    /// Services of ECS by name.
    pub(crate) services: BTreeMap<String, Service>,
    /// How many looks at a service show its last change still under way.
    pub(crate) looks: usize,
    /// Tasks that were run.
    pub(crate) tasks: Vec<Value>,
    /// How many of them somebody has seen stopped.
    pub(crate) seen: usize,
    /// The exit code of tasks that migrate.
    pub(crate) migration_code: i32,
    /// Images whose names have this in them start no task that becomes healthy.
    pub(crate) broken: String,
    /// The image of the one service of App Runner.
    pub(crate) app: Value,
    pub(crate) app_tags: BTreeMap<String, String>,
    pub(crate) app_settling: usize,
    /// The objects of the one bucket, with their headers.
    pub(crate) objects: BTreeMap<String, (String, BTreeMap<String, String>)>,
    /// The paths that CloudFront was asked to forget.
    pub(crate) invalidated: Vec<String>,
    /// Alarms of CloudWatch with their states. Each rings while a service runs an image that is called `failing`.
    pub(crate) alarms: BTreeMap<String, &'static str>,
}

/// A service of ECS.
#[derive(Clone, Default)]
pub(crate) struct Service {
    /// The ARN of the definition that serves.
    pub(crate) serving: String,
    failed: Option<String>,
    pub(crate) settling: usize,
}

impl Default for Cloud {
    fn default() -> Self {
        Self {
            definitions: Vec::new(),
            services: BTreeMap::new(),
            looks: 2,
            tasks: Vec::new(),
            seen: 0,
            migration_code: 0,
            broken: "broken".to_owned(),
            app: Value::Null,
            app_tags: BTreeMap::new(),
            app_settling: 0,
            objects: BTreeMap::new(),
            invalidated: Vec::new(),
            alarms: BTreeMap::new(),
        }
    }
}

impl Cloud {
    /// Registers a task definition, and returns it with its ARN.
    pub(crate) fn register(&mut self, mut definition: Value, tags: Value) -> Value {
        let family = definition["family"].as_str().unwrap().to_owned();
        let revision =
            self.definitions.iter().filter(|it| it.0["family"] == definition["family"]).count() + 1;
        definition["taskDefinitionArn"] = json!(arn(&family, revision));
        definition["status"] = json!("ACTIVE");
        definition["revision"] = json!(revision);
        self.definitions.push((definition.clone(), tags));
        definition
    }

    /// Adds a service whose first definition has the service's name.
    pub(crate) fn add_service(&mut self, name: &str, definition: Value) {
        let definition = self.register(definition, json!([]));
        self.serve(name, definition["taskDefinitionArn"].as_str().unwrap());
    }

    /// Adds a service that runs a definition.
    pub(crate) fn serve(&mut self, name: &str, definition: &str) {
        self.services
            .insert(name.to_owned(), Service { serving: definition.to_owned(), ..Service::default() });
    }

    pub(crate) fn serving(&self, service: &str) -> String {
        self.services[service].serving.clone()
    }
}

/// The ARN of a task definition.
pub(crate) fn arn(family: &str, revision: usize) -> String {
    format!("arn:aws:ecs:eu-central-1:1:task-definition/{family}:{revision}")
}

pub(crate) fn answer(cloud: &mut Cloud, asked: &Asked) -> Reply {
    if asked.path().ends_with("/operation/DescribeAlarms") {
        return alarms(cloud);
    }
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

fn alarms(cloud: &Cloud) -> Reply {
    let runs_failing = |service: &Service| {
        let definition = cloud.definitions.iter().find(|it| it.0["taskDefinitionArn"] == service.serving);
        definition.is_some_and(|it| it.0["containerDefinitions"][0]["image"].to_string().contains("failing"))
    };
    let fails = cloud.services.values().any(runs_failing) || cloud.app.to_string().contains("failing");
    let states =
        cloud.alarms.iter().map(|(name, state)| (name.as_str(), if fails { "ALARM" } else { *state }));
    let bytes = crate::fake_aws::cbor::shown_alarms(states.collect());
    let reply = Reply { bytes: Some(bytes), ..Reply::new(200, "") };
    reply.header("smithy-protocol", "rpc-v2-cbor").header("content-type", "application/cbor")
}

fn ecs(cloud: &mut Cloud, operation: &str, body: &Value) -> Reply {
    // A family alone stands for its newest revision.
    let find = |cloud: &Cloud, name: &str| {
        let is_named = |it: &(Value, Value)| {
            let arn = it.0["taskDefinitionArn"].as_str().unwrap();
            arn == name || arn.ends_with(&format!("/{name}")) || it.0["family"] == name
        };
        cloud.definitions.iter().rposition(is_named)
    };
    let missing = || {
        Reply::json(
            400,
            &json!({ "__type": "ClientException", "message": "Unable to describe task definition." }),
        )
    };
    match operation {
        "DescribeServices" => {
            let name = body["services"][0].as_str().unwrap();
            let Some(service) = cloud.services.get_mut(name) else {
                return Reply::json(200, &json!({ "services": [], "failures": [{ "reason": "MISSING" }] }));
            };
            let is_settling = service.settling > 0;
            service.settling = service.settling.saturating_sub(1);
            let serving = &service.serving;
            let mut deployments = vec![json!({
                "id": "1", "status": "PRIMARY", "taskDefinition": serving, "desiredCount": 1,
                "runningCount": 1, "rolloutState": if is_settling { "IN_PROGRESS" } else { "COMPLETED" },
            })];
            if let Some(failed) = &service.failed {
                deployments.push(json!({
                    "id": "2", "status": "ACTIVE", "taskDefinition": failed, "desiredCount": 1, "runningCount": 0,
                    "rolloutState": "FAILED", "rolloutStateReason": "ECS deployment circuit breaker: tasks failed to start.",
                }));
            }
            let service = json!({
                "serviceName": name, "status": "ACTIVE", "taskDefinition": serving,
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
            let of_family =
                cloud.definitions.iter().rev().filter(|it| it.0["family"] == body["familyPrefix"]);
            let arns: Vec<_> = of_family.map(|it| &it.0["taskDefinitionArn"]).collect();
            Reply::json(200, &json!({ "taskDefinitionArns": arns }))
        }
        "RegisterTaskDefinition" => {
            let mut definition = body.clone();
            let tags = definition.as_object_mut().unwrap().remove("tags").unwrap_or_default();
            let definition = cloud.register(definition, tags);
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
            let runs = (1..).zip(&cloud.tasks).skip(cloud.seen);
            let runs = runs.filter(|(_, task)| task["startedBy"] == body["startedBy"]);
            let arns: Vec<String> = runs.map(|(index, _)| format!("arn:task/{index}")).collect();
            Reply::json(200, &json!({ "taskArns": arns }))
        }
        "RunTask" => {
            cloud.tasks.push(body.clone());
            Reply::json(200, &json!({ "tasks": [{ "taskArn": format!("arn:task/{}", cloud.tasks.len()) }] }))
        }
        "DescribeTasks" => {
            let index = find(cloud, cloud.tasks.last().unwrap()["taskDefinition"].as_str().unwrap()).unwrap();
            let image = cloud.definitions[index].0["containerDefinitions"][0]["image"].as_str().unwrap();
            let code = if image.contains("bad-migration") { 3 } else { cloud.migration_code };
            let task = json!({
                "taskArn": "arn:task/1", "lastStatus": "STOPPED", "stoppedReason": "Essential container in task exited",
                "containers": [{ "name": "app", "exitCode": code }],
            });
            cloud.seen = cloud.tasks.len();
            Reply::json(200, &json!({ "tasks": [task] }))
        }
        "UpdateService" => {
            let Some(index) = find(cloud, body["taskDefinition"].as_str().unwrap()) else { return missing() };
            let (definition, broken) = (&cloud.definitions[index].0, &cloud.broken);
            let wanted = definition["taskDefinitionArn"].as_str().unwrap().to_owned();
            let service = cloud.services.get_mut(body["service"].as_str().unwrap()).unwrap();
            service.settling = cloud.looks;
            // The circuit breaker goes back to what served.
            if definition["containerDefinitions"][0]["image"].as_str().unwrap().contains(broken) {
                service.failed = Some(wanted)
            } else {
                service.failed = None;
                service.serving = wanted;
            }
            Reply::json(200, &json!({}))
        }
        other => Reply::json(400, &json!({ "__type": "UnknownOperation", "message": other })),
    }
}

fn app_runner(cloud: &mut Cloud, operation: &str, body: &Value) -> Reply {
    match operation {
        "DescribeService" => {
            let status = if cloud.app_settling > 0 { "OPERATION_IN_PROGRESS" } else { "RUNNING" };
            cloud.app_settling = cloud.app_settling.saturating_sub(1);
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
            if cloud.app_settling > 0 {
                let message = "Service cannot be updated in the current state: OPERATION_IN_PROGRESS.";
                return Reply::json(400, &json!({ "__type": "InvalidStateException", "Message": message }));
            }
            cloud.app_settling = cloud.looks;
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
    // The bucket is the first part of the path.
    let path = asked.path().trim_start_matches('/').to_owned();
    let key = path.split_once('/').map(|(_, key)| key.to_owned()).unwrap_or_default();
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
                Some(source) => {
                    cloud.objects[source.trim_start_matches('/').split_once('/').unwrap().1].clone()
                }
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
