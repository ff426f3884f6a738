//! `release` of services other than functions, through the built program: the real clients of the SDK, against a small server
//! that stands in for ECS, Elastic Load Balancing, App Runner, S3 and CloudFront.

use std::collections::BTreeMap;

use crate::aws::{Aws, COMMIT, arn};
use crate::support::github::{Behaviour, GitHub, TOKEN};
use crate::support::http::{Reply, Server};
use serde_json::{Value, json};

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
    let other = aws.release(&["promote", "orders", "--release", "fedcba9876543210fedcba9876543210fedcba98"]);
    assert_eq!((other.code, aws.serving()), (1, arn(1)));
    assert!(other.stderr.contains("and not what was asked for"), "{}", other.stderr);
    aws.good(&["promote", "orders", "--release", &COMMIT[..12]]);
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
fn settings_that_terraform_changed_come_with_the_next_release() {
    let aws = Aws::start();
    aws.good(&["start", "orders", "--image", "shop:2", "--commit", COMMIT]);
    aws.good(&["verify", "orders"]);
    aws.good(&["promote", "orders"]);
    let settings = {
        let mut cloud = aws.cloud.lock().unwrap();
        let mut definition = cloud.definitions[0].0.clone();
        definition["cpu"] = json!("512");
        cloud.register(definition, json!([{ "key": "ManagedBy", "value": "terraform" }]))
    };
    assert_eq!(settings["taskDefinitionArn"], arn(3));
    let start = ["start", "orders", "--image", "shop:3", "--commit", COMMIT];
    let ran = aws.good(&start);
    let wanted = "the candidate is orders:4 with the settings of orders:3, orders:2 serves";
    assert!(ran.stderr.contains(wanted), "{}", ran.stderr);
    let definition = aws.cloud.lock().unwrap().definitions[3].0.clone();
    assert_eq!(
        (&definition["cpu"], &definition["containerDefinitions"][0]["image"]),
        (&json!("512"), &json!("shop:3"))
    );
    assert!(aws.good(&start).stderr.contains("the candidate is orders:4 already"));
    aws.good(&["verify", "orders"]);
    aws.good(&["promote", "orders"]);
    assert_eq!(aws.serving(), arn(4));
    // From now on they are those of what serves.
    let ran = aws.good(&["start", "orders", "--image", "shop:4", "--commit", COMMIT]);
    assert!(ran.stderr.contains("the candidate is orders:5, orders:4 serves"), "{}", ran.stderr);
    aws.good(&["rollback", "orders"]);
    assert_eq!(aws.serving(), arn(2));
}

#[test]
fn the_first_release_goes_to_a_service_whose_first_tasks_had_no_image() {
    let aws = Aws::start();
    aws.cloud.lock().unwrap().services.get_mut("orders").unwrap().settling = 100;
    aws.good(&["start", "orders", "--image", "shop:2", "--commit", COMMIT]);
    aws.good(&["verify", "orders"]);
    aws.good(&["promote", "orders"]);
    assert_eq!(aws.serving(), arn(2));
    // A deployment of a release is waited for.
    aws.cloud.lock().unwrap().services.get_mut("orders").unwrap().settling = 100;
    let early = aws.release(&["start", "orders", "--image", "shop:3", "--commit", COMMIT]);
    assert_eq!(early.code, 1);
    assert!(early.stderr.contains("another deployment is not over"), "{}", early.stderr);
}

#[test]
fn a_dry_run_writes_nothing() {
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
fn what_serves_is_asked_no_further_than_to_the_first_file_with_a_failure() {
    for (broken, paths) in [("/first", &["/first"][..]), ("/second", &["/first", "/second"])] {
        let aws = Aws::start();
        for name in ["first", "second"] {
            let test = format!(
                "[[test]]\nname = \"answers\"\nrequest = {{ path = \"/{name}\" }}\nexpect = {{ status = 200 }}\n"
            );
            aws.env.write(
                &format!("{name}.toml"),
                &format!("description = \"Portal\"\nurl = \"${{site}}\"\n\n[variables.site]\noutput = \"site\"\n\n{test}"),
            );
        }
        let site = Server::start(move |asked| {
            Reply::json(if asked.path() == broken { 500 } else { 200 }, &json!({}))
        });
        let output = format!("site={}", site.url);
        let release = |arguments: &[&str]| {
            let arguments = [arguments, &["portal", "--output", &output]].concat();
            aws.release_with(&[("FIXTURE", "asked-once-it-serves")], &arguments)
        };
        for arguments in [&["start", "--image", "portal:2", "--commit", COMMIT][..], &["verify"]] {
            let ran = release(arguments);
            assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
        }
        let ran = release(&["promote"]);
        assert!(
            ran.code == 1 && ran.stderr.contains(&format!("{}.toml: answers", &broken[1..])),
            "{}",
            ran.stderr
        );
        let asked: Vec<String> = site.asked().iter().map(|asked| asked.path().to_owned()).collect();
        assert_eq!(asked, paths);
    }
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
        let other = aws.release(&["promote", "site", "--release", "fedcba9876543210"]);
        assert!(other.stderr.contains("and not what was asked for"), "{}", other.stderr);
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
        let deployment = ["--github-environment", "prod", "--github-repository", "acme/shop"];
        let ran = aws.release_with(&variables, &[arguments, &deployment].concat());
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
