//! `release` for what is no function, through the built program: the real clients of the SDK, against a small server
//! that stands in for ECS, Elastic Load Balancing, App Runner, S3 and CloudFront. It is a fake, strict in what
//! releases rest on: revisions that exist, one operation at a time, writes only if a version is still the one named.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::github::{Behaviour, GitHub, TOKEN};
use support::http::{Asked, Reply, Server};
use support::{Ran, TestEnv};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

#[derive(Default)]
struct Cloud {
    definitions: Vec<(Value, Value)>,
    serving: String,
    failed: Option<String>,
    /// How many looks at a service show its last change still under way.
    settling: usize,
    tasks: Vec<Value>,
    app: Value,
    app_tags: BTreeMap<String, String>,
    objects: BTreeMap<String, (String, BTreeMap<String, String>)>,
    invalidated: Vec<String>,
}

struct Aws {
    server: Server,
    cloud: Arc<Mutex<Cloud>>,
    env: TestEnv,
}

impl Aws {
    fn start() -> Self {
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
        let server = Server::start(move |asked| answer(&mut kept.lock().unwrap(), asked));
        Self { server, cloud, env: TestEnv::new() }
    }

    fn release(&self, arguments: &[&str]) -> Ran {
        self.release_with(&[], arguments)
    }

    fn release_with(&self, more: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let variables = [
            ("FIXTURE", "delivery"),
            ("AWS_ENDPOINT_URL", self.server.url.as_str()),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("API_KEY", "a-value-that-nobody-may-see"),
        ];
        let wait: &[&str] =
            if arguments[0] == "status" { &[] } else { &["--interval", "5ms", "--limit", "2s"] };
        let variables = [&variables[..], more].concat();
        let ran = self.env.run_in_job(&variables, &[&["release"], arguments, wait].concat());
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("nobody-may-see"), "{}", ran.stdout);
        ran
    }

    fn good(&self, arguments: &[&str]) -> Ran {
        let ran = self.release(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        ran
    }

    fn serving(&self) -> String {
        self.cloud.lock().unwrap().serving.clone()
    }

    fn object(&self, key: &str) -> Option<String> {
        self.cloud.lock().unwrap().objects.get(key).map(|object| object.0.clone())
    }
}

fn arn(revision: usize) -> String {
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
            cloud.definitions[index].1.as_array_mut().unwrap().extend(tags);
            Reply::json(200, &json!({}))
        }
        "ListTasks" => Reply::json(200, &json!({ "taskArns": [] })),
        "RunTask" => {
            cloud.tasks.push(body.clone());
            Reply::json(200, &json!({ "tasks": [{ "taskArn": format!("arn:task/{}", cloud.tasks.len()) }] }))
        }
        "DescribeTasks" => {
            let index = find(cloud, cloud.tasks.last().unwrap()["taskDefinition"].as_str().unwrap()).unwrap();
            let image = cloud.definitions[index].0["containerDefinitions"][0]["image"].as_str().unwrap();
            let code = if image.contains("bad-migration") { 3 } else { 0 };
            let task = json!({
                "taskArn": "arn:task/1", "lastStatus": "STOPPED", "stoppedReason": "Essential container in task exited",
                "containers": [{ "name": "app", "exitCode": code }],
            });
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

#[test]
fn an_ecs_service_gets_a_new_image_after_its_migrations_and_goes_back() {
    let aws = Aws::start();
    let start = [
        "start",
        "orders",
        "--image",
        "shop:2",
        "--commit",
        COMMIT,
        "--env",
        "API_KEY",
        "--secret",
        "KEY=arn:secret",
    ];
    let ran = aws.good(&start);
    assert!(ran.stderr.contains("the candidate is orders:2, orders:1 serves"), "{}", ran.stderr);
    // The same again is the same.
    assert!(aws.good(&start).stderr.contains("the candidate is orders:2 already"));
    let definition = aws.cloud.lock().unwrap().definitions[1].0.clone();
    let container = &definition["containerDefinitions"][0];
    assert_eq!(container["image"], "shop:2");
    let variables = json!([{ "name": "LEVEL", "value": "info" }, { "name": "API_KEY", "value": "a-value-that-nobody-may-see" }]);
    assert_eq!(container["environment"], variables);
    assert_eq!(container["secrets"], json!([{ "name": "KEY", "valueFrom": "arn:secret" }]));
    assert_eq!((&definition["taskRoleArn"], &definition["cpu"]), (&json!("arn:role"), &json!("256")));
    let early = aws.release(&["promote", "orders"]);
    assert_eq!(early.code, 1);
    assert!(early.stderr.contains("orders:2 is not verified"), "{}", early.stderr);
    aws.good(&["verify", "orders"]);
    let task = aws.cloud.lock().unwrap().tasks[0].clone();
    assert_eq!(task["overrides"]["containerOverrides"][0]["command"], json!(["migrate"]));
    assert_eq!(task["taskDefinition"], arn(2));
    aws.good(&["promote", "orders"]);
    assert_eq!(aws.serving(), arn(2));
    let status = aws.good(&["status", "orders", "--json"]);
    let status: Value = serde_json::from_str(&status.stdout).unwrap();
    assert_eq!(
        (&status[0]["serving"], &status[0]["before"], &status[0]["commit"]),
        (&json!("orders:2"), &json!("orders:1"), &json!(COMMIT))
    );
    aws.good(&["rollback", "orders"]);
    assert_eq!(aws.serving(), arn(1));
    let gone = aws.release(&["rollback", "orders", "--to", "99"]);
    assert_eq!((gone.code, aws.serving()), (1, arn(1)));
}

#[test]
fn a_migration_that_fails_changes_nothing_and_a_broken_image_goes_back() {
    let aws = Aws::start();
    aws.good(&["start", "orders", "--image", "shop:bad-migration", "--commit", COMMIT]);
    let failed = aws.release(&["verify", "orders"]);
    assert_eq!(failed.code, 1);
    assert!(failed.stderr.contains("the migration task ended with 3"), "{}", failed.stderr);
    assert_eq!(aws.serving(), arn(1));
    aws.good(&["start", "orders", "--image", "shop:broken", "--commit", COMMIT]);
    aws.good(&["verify", "orders"]);
    let broken = aws.release(&["promote", "orders"]);
    assert_eq!(broken.code, 1, "{}", broken.stderr);
    assert!(broken.stderr.contains("ECS deployment circuit breaker"), "{}", broken.stderr);
    assert!(broken.stderr.contains("orders:1 serves"), "{}", broken.stderr);
    let foreign = aws.release(&["start", "orders", "--image", "shop:3", "--commit", "nonsense"]);
    assert_eq!(foreign.code, 2);
}

#[test]
fn a_rehearsal_writes_nothing() {
    let aws = Aws::start();
    let ran = aws.good(&["start", "orders", "--image", "shop:2", "--commit", COMMIT, "--dry-run"]);
    assert!(ran.stdout.contains("\"rehearsed\""), "{}", ran.stdout);
    assert_eq!(aws.cloud.lock().unwrap().definitions.len(), 1);
}

#[test]
fn an_app_runner_service_gets_a_new_image_and_keeps_the_old_one_if_that_fails() {
    let aws = Aws::start();
    for image in ["portal:2", "portal:broken"] {
        aws.good(&["start", "portal", "--image", image, "--commit", COMMIT]);
        aws.good(&["verify", "portal"]);
        let ran = aws.release(&["promote", "portal"]);
        match image {
            "portal:2" => assert_eq!(ran.code, 0, "{}", ran.stderr),
            _ => assert!(ran.code == 1 && ran.stderr.contains("App Runner went back"), "{}", ran.stderr),
        }
        assert_eq!(aws.cloud.lock().unwrap().app, "portal:2");
    }
    aws.good(&["rollback", "portal", "--to", "portal:1"]);
    assert_eq!(aws.cloud.lock().unwrap().app, "portal:1");
}

#[test]
fn a_site_is_replaced_pages_last_and_comes_back_whole() {
    let aws = Aws::start();
    let old = ("<p>old".to_owned(), BTreeMap::new());
    aws.cloud.lock().unwrap().objects.insert("index.html".to_owned(), old);
    aws.env.write("dist/index.html", "<p>one");
    aws.env.write("dist/assets/app-0a1b2c3d.js", "one()");
    let publish = |aws: &Aws| {
        aws.good(&["start", "site", "--package", "dist", "--commit", COMMIT]);
        aws.good(&["verify", "site"]);
        aws.good(&["promote", "site"]);
    };
    aws.good(&["start", "site", "--package", "dist", "--commit", COMMIT]);
    assert_eq!(aws.object("index.html").as_deref(), Some("<p>old"));
    publish(&aws);
    assert_eq!(aws.object("index.html").as_deref(), Some("<p>one"));
    let script = aws.cloud.lock().unwrap().objects["assets/app-0a1b2c3d.js"].1.clone();
    assert_eq!(script["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(script["content-type"], "text/javascript; charset=utf-8");
    std::fs::remove_file(aws.env.path("dist/assets/app-0a1b2c3d.js")).unwrap();
    aws.env.write("dist/index.html", "<p>two");
    aws.env.write("dist/assets/app-4e5f6a7b.js", "two()");
    aws.cloud.lock().unwrap().invalidated.clear();
    publish(&aws);
    assert_eq!(aws.object("index.html").as_deref(), Some("<p>two"));
    // Pages that are still open ask for the files of the release before.
    assert!(aws.object("assets/app-0a1b2c3d.js").is_some());
    assert_eq!(aws.cloud.lock().unwrap().invalidated, ["/assets/app-4e5f6a7b.js", "/index.html", "/"]);
    aws.good(&["rollback", "site"]);
    assert_eq!(aws.object("index.html").as_deref(), Some("<p>one"));
    aws.env.write("dist/index.html", "<p>three");
    publish(&aws);
    aws.env.write("dist/index.html", "<p>four");
    publish(&aws);
    // What neither this release nor the one before has is gone.
    assert_eq!(aws.object("assets/app-0a1b2c3d.js"), None);
    assert_eq!(aws.object("assets/app-4e5f6a7b.js").as_deref(), Some("two()"));
    assert_eq!(aws.release(&["start", "site", "--package", "nowhere", "--commit", COMMIT]).code, 1);
}

#[test]
fn github_is_told_of_what_is_no_function() {
    let aws = Aws::start();
    let github = GitHub::start(Behaviour::default());
    let told = |arguments: &[&str]| {
        let variables = [("GITHUB_TOKEN", TOKEN), ("GITHUB_API_URL", github.server.url.as_str())];
        let place = ["--github-environment", "prod", "--github-repository", "acme/shop"];
        let ran = aws.release_with(&variables, &[arguments, &place].concat());
        assert!(!ran.stderr.contains("GitHub was not told"), "{}", ran.stderr);
        github.check();
        ran.code
    };
    let statuses = |id| github.statuses_of(id).into_iter().map(|(state, _)| state).collect::<Vec<_>>();
    assert_eq!(told(&["start", "orders", "--image", "shop:2", "--commit", COMMIT]), 0);
    assert_eq!(
        github.deployments()[0]["payload"]["services"],
        json!({ "orders": { "before": "orders:1", "after": "orders:2" } })
    );
    for verb in ["verify", "promote", "rollback"] {
        assert_eq!(told(&[verb, "orders"]), 0);
    }
    assert_eq!(statuses(5), ["in_progress", "in_progress", "success", "inactive"]);
    let last = github.statuses_of(5).pop().unwrap().1;
    assert!(last.ends_with("orders rolled back from orders:2 to orders:1"), "{last}");
    // The circuit breaker went back.
    assert_eq!(told(&["start", "orders", "--image", "shop:broken", "--commit", COMMIT]), 0);
    assert_eq!(told(&["promote", "orders", "--unverified"]), 1);
    assert_eq!(statuses(6), ["in_progress", "failure"]);
    // A migration that fails.
    assert_eq!(told(&["start", "orders", "--image", "shop:bad-migration", "--commit", COMMIT]), 0);
    assert_eq!(told(&["verify", "orders"]), 1);
    assert_eq!(statuses(7), ["in_progress", "failure"]);
    aws.env.write("dist/index.html", "<p>one");
    for arguments in [
        &["start", "site", "--package", "dist", "--commit", COMMIT][..],
        &["verify", "site"],
        &["promote", "site"],
    ] {
        assert_eq!(told(arguments), 0);
    }
    assert_eq!(statuses(8), ["in_progress", "in_progress", "success"]);
    assert_eq!(told(&["start", "portal", "--image", "portal:2", "--commit", COMMIT]), 0);
    assert_eq!(told(&["promote", "portal", "--unverified"]), 0);
    assert_eq!(statuses(9), ["in_progress", "success"]);
}
