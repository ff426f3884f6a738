//! The scheduler's documents hold what its document asks for.

use std::collections::BTreeMap;

use formwork::App;
use formwork::schema::Library;
use serde_json::{Value, json};

fn synthesized() -> formwork::Synthesized {
    let mut app = App::new();
    crate::systems::scheduler::build(&mut app).expect("the settings are right");
    formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read")
}

fn documents() -> BTreeMap<String, Value> {
    let parse = |bytes: &[u8]| serde_json::from_slice(bytes).expect("documents are JSON");
    let documents = synthesized().documents;
    documents.iter().map(|(entry, bytes)| (entry.name.clone(), parse(bytes))).collect()
}

const DEPLOYED: [&str; 3] = ["dev", "staging", "production"];

#[test]
fn five_stacks_per_environment_in_the_order_in_which_they_need_each_other() {
    let synthesized = synthesized();
    let needs = |name: &str| {
        let entry = synthesized.documents.iter().find(|(entry, _)| entry.name == name);
        entry.map(|(entry, _)| entry.dependencies.clone()).unwrap_or_else(|| panic!("there is no {name}"))
    };
    for environment in ["local", "dev", "staging", "production"] {
        let named = |what: &str| format!("scheduler-{environment}-{what}");
        assert_eq!(needs(&named("database")), [""; 0]);
        assert_eq!(needs(&named("queue")), [named("database")]);
        assert_eq!(needs(&named("scheduler")), [named("database"), named("queue")]);
        assert_eq!(needs(&named("api")), [named("database")]);
        let monitoring = needs(&named("monitoring"));
        assert!(monitoring.contains(&named("api")) && monitoring.contains(&named("queue")), "{monitoring:?}");
        // The database of `local` is a container, of which CloudWatch knows nothing.
        assert_eq!(monitoring.contains(&named("database")), environment != "local");
    }
}

#[test]
fn the_api_is_as_the_document_configures_it() {
    let documents = documents();
    let resources = &documents["scheduler-production-api"]["resource"];
    let authorizer = &resources["aws_api_gateway_authorizer"]["api_token"];
    assert_eq!(
        (&authorizer["type"], &authorizer["authorizer_result_ttl_in_seconds"]),
        (&json!("TOKEN"), &json!(300))
    );
    let validator = &resources["aws_api_gateway_request_validator"]["api_validate_body_and_parameters"];
    assert_eq!(validator["validate_request_body"], json!(true));
    assert_eq!(validator["validate_request_parameters"], json!(true));
    let methods = resources["aws_api_gateway_method"].as_object().expect("some");
    for (name, method) in methods.iter().filter(|(name, _)| !name.ends_with("_options")) {
        assert!(method.get("request_validator_id").is_some(), "{name}");
        assert_eq!(method["authorizer_id"], json!("${aws_api_gateway_authorizer.api_token.id}"), "{name}");
    }
    let stage = &resources["aws_api_gateway_stage"]["api_v1"];
    assert_eq!((&stage["stage_name"], &stage["xray_tracing_enabled"]), (&json!("v1"), &json!(true)));
    let format: Value =
        serde_json::from_str(stage["access_log_settings"]["format"].as_str().expect("text")).expect("JSON");
    let fields: Vec<&String> = format.as_object().expect("an object").keys().collect();
    let asked = [
        "httpMethod",
        "ip",
        "latency",
        "protocol",
        "requestId",
        "requestTime",
        "resourcePath",
        "responseLength",
        "status",
    ];
    assert_eq!(fields, asked);
    let settings = &resources["aws_api_gateway_method_settings"]["api_v1"]["settings"];
    assert_eq!(settings["logging_level"], json!("INFO"));
    assert_eq!(settings["throttling_rate_limit"], json!(500.0));
    assert_eq!(settings["throttling_burst_limit"], json!(1000));
    assert_eq!(settings.get("data_trace_enabled"), None, "tokens of real users stay out of logs");
}

#[test]
fn other_origins_are_restricted_in_production() {
    let documents = documents();
    let origin = |environment: &str| {
        let resources = &documents[&format!("scheduler-{environment}-api")]["resource"];
        let answer = &resources["aws_api_gateway_integration_response"]["api_user_options"];
        answer["response_parameters"]["method.response.header.Access-Control-Allow-Origin"].clone()
    };
    assert_eq!(origin("dev"), json!("'*'"));
    assert_eq!(origin("production"), json!("'https://app.example.com'"));
}

#[test]
fn alarms_have_the_thresholds_and_periods_of_the_document() {
    let documents = documents();
    let alarms = &documents["scheduler-production-monitoring"]["resource"]["aws_cloudwatch_metric_alarm"];
    let limit = |name: &str| {
        let alarm = &alarms[format!("alarms_{name}")];
        let period = alarm.get("period").or_else(|| alarm["metric_query"][1]["metric"].get("period"));
        let seconds = period.and_then(Value::as_u64).expect("a period")
            * alarm["evaluation_periods"].as_u64().expect("a number");
        (alarm["threshold"].as_f64().expect("a number"), seconds / 60)
    };
    assert_eq!(limit("api_error_rate"), (5.0, 5));
    assert_eq!(limit("api_answers_error_rate"), (5.0, 5));
    assert_eq!(limit("api_latency"), (2000.0, 5));
    assert_eq!(limit("queue_depth"), (1000.0, 10));
    assert_eq!(limit("database_cpu"), (80.0, 15));
    for function in crate::systems::scheduler::names::FUNCTIONS {
        assert_eq!(limit(&format!("{function}_throttles")), (0.0, 1), "{function}");
    }
    assert_eq!(alarms["alarms_api_latency"]["extended_statistic"], json!("p99"));
}

#[test]
fn the_database_is_encrypted_private_and_backed_up() {
    let documents = documents();
    for environment in DEPLOYED {
        let resources = &documents[&format!("scheduler-{environment}-database")]["resource"];
        let database = &resources["aws_db_instance"]["database_instance"];
        assert_eq!((&database["engine"], &database["engine_version"]), (&json!("postgres"), &json!("16")));
        assert_eq!(database["storage_encrypted"], json!(true));
        assert_eq!(database["publicly_accessible"], json!(false));
        assert_eq!(database["backup_retention_period"], json!(7));
    }
    let database = &documents["scheduler-dev-database"]["resource"]["aws_db_instance"]["database_instance"];
    assert_eq!(database["instance_class"], json!("db.t3.micro"));
    assert_eq!(documents["scheduler-local-database"].get("resource"), None);
}

#[test]
fn every_function_has_a_role_a_network_and_logs_of_seven_days() {
    let documents = documents();
    let mut roles = Vec::new();
    for (stack, function) in
        [("api", "api"), ("api", "authorizer"), ("scheduler", "scheduler"), ("queue", "worker")]
    {
        let resources = &documents[&format!("scheduler-production-{stack}")]["resource"];
        let resource = &resources["aws_lambda_function"][format!("{function}_function")];
        assert!(resource["vpc_config"]["subnet_ids"].as_array().is_some_and(|subnets| subnets.len() == 2));
        assert!(resource["reserved_concurrent_executions"].as_u64() > Some(0), "{function}");
        roles.push(resources["aws_iam_role"][format!("{function}_role")]["name"].clone());
        let logs = &resources["aws_cloudwatch_log_group"][format!("{function}_logs")];
        assert_eq!(logs["retention_in_days"], json!(7));
        let dev = &documents[&format!("scheduler-dev-{stack}")]["resource"]["aws_lambda_function"];
        assert_eq!(dev[format!("{function}_function")].get("reserved_concurrent_executions"), None);
    }
    roles.dedup();
    assert_eq!(roles.len(), 4);
    let policy =
        &documents["scheduler-production-api"]["resource"]["aws_iam_role_policy"]["authorizer_policy"];
    let policy = policy["policy"].as_str().expect("text");
    assert!(policy.contains("aws_secretsmanager_secret.jwt.arn") && !policy.contains("database"), "{policy}");
}

#[test]
fn due_events_go_through_a_queue_with_dead_letters() {
    let documents = documents();
    let rule =
        &documents["scheduler-dev-scheduler"]["resource"]["aws_cloudwatch_event_rule"]["due_events_rule"];
    assert_eq!(rule["schedule_expression"], json!("rate(1 minute)"));
    let queues = &documents["scheduler-dev-queue"]["resource"]["aws_sqs_queue"];
    assert!(queues["deliveries_queue"]["redrive_policy"].as_str().is_some_and(|text| text.contains('5')));
    assert_eq!(queues["deliveries_queue"].get("fifo_queue"), None);
    assert_eq!(queues["deliveries_dead_letters"]["name"], json!("scheduler-dev-deliveries-dead-letters"));
}

#[test]
fn releases_shift_and_go_back_at_the_limits_of_the_document() {
    let synthesized = synthesized();
    let production = synthesized.documents.iter().find(|(entry, _)| entry.name == "scheduler-production-api");
    let (entry, _) = production.expect("there is production");
    let release = &entry.annotations["release"]["api"];
    assert_eq!(release["target"]["stable_alias"], json!("live"));
    assert_eq!(release["shifting"]["kind"], json!("canary"));
    let analysis = &release["judgement"];
    assert_eq!(analysis["minimum_requests"], json!(5));
    assert_eq!((&analysis["error_percent"], &analysis["p99_milliseconds"]), (&json!(5.0), &json!(2000)));
    assert_eq!(analysis["breach_minutes"], json!(5));
    assert_eq!(analysis["api"], json!({"api": "scheduler-production-api", "stage": "v1"}));
}

#[test]
fn what_a_clock_or_a_queue_calls_may_take_its_time_and_needs_no_calls() {
    let synthesized = synthesized();
    for environment in DEPLOYED {
        for (stack, name) in [("scheduler", "scheduler"), ("queue", "worker")] {
            let stack = format!("scheduler-{environment}-{stack}");
            let found = synthesized.documents.iter().find(|(entry, _)| entry.name == stack);
            let analysis = &found.expect("it is there").0.annotations["release"][name]["judgement"];
            assert_eq!(analysis["p99_milliseconds"], json!(null), "{stack}");
            assert_eq!(analysis["minimum_requests"], json!(0), "{stack}");
            assert_eq!(analysis["error_percent"], json!(5.0), "{stack}");
        }
    }
}

#[test]
fn alarms_that_releases_and_gates_name_are_there() {
    use std::collections::BTreeSet;
    let synthesized = synthesized();
    let documents = documents();
    for settings in crate::systems::scheduler::Settings::all().expect("the settings are right") {
        if settings.emulator.is_some() {
            continue;
        }
        let alarms = &documents[&settings.name("monitoring")]["resource"]["aws_cloudwatch_metric_alarm"];
        let there: BTreeSet<&str> = alarms
            .as_object()
            .into_iter()
            .flat_map(|alarms| alarms.values())
            .filter_map(|alarm| alarm["alarm_name"].as_str())
            .collect();
        let named = crate::systems::scheduler::names::alarm_names(&settings);
        assert_eq!(named.iter().map(String::as_str).collect::<BTreeSet<_>>(), there);
        let of_environment =
            synthesized.documents.iter().filter(|(entry, _)| entry.name.starts_with(&settings.prefix()));
        for (entry, _) in of_environment {
            for release in entry.annotations.get("release").into_iter().flatten() {
                for alarm in release.1["judgement"]["alarms"].as_array().into_iter().flatten() {
                    assert!(there.contains(alarm.as_str().expect("a name")), "{alarm}");
                }
            }
        }
    }
}

#[test]
fn functions_find_the_database_and_trust_its_certificate() {
    let documents = documents();
    let variables = |environment: &str| {
        let stack = &documents[&format!("scheduler-{environment}-api")]["resource"]["aws_lambda_function"];
        ["api_function", "migrate_function"].map(|name| stack[name]["environment"]["variables"].clone())
    };
    for of_function in variables("production") {
        assert_eq!(of_function["NODE_EXTRA_CA_CERTS"], json!("/var/runtime/ca-cert.pem"));
        assert_eq!(of_function.get("DATABASE_PASSWORD"), None);
    }
    for of_function in variables("local") {
        assert_eq!(of_function["DATABASE_USER"], json!("postgres"));
        assert_eq!(of_function.get("NODE_EXTRA_CA_CERTS"), None);
    }
    let local = &documents["scheduler-local-api"]["resource"]["aws_lambda_function"]["api_function"];
    assert_eq!(local["runtime"], json!("nodejs20.x"));
}

#[test]
fn an_api_on_aws_lets_no_strangers_in_and_answers_under_its_own_name_only() {
    let project = crate::systems::scheduler::Project::read().expect("the settings are right");
    let mut settings = crate::systems::scheduler::Settings::all().expect("the settings are right").remove(1);
    let build = |settings: &crate::systems::scheduler::Settings| {
        let mut app = App::new();
        let database = crate::systems::scheduler::stack(&mut app, &project, settings, "database");
        let database =
            crate::systems::scheduler::database::database(database, &project, settings).expect("it is right");
        let stack = crate::systems::scheduler::stack(&mut app, &project, settings, "api");
        crate::systems::scheduler::api::api(stack, &project, settings, &database).map(|_| app)
    };
    settings.api.bypass_authorizer = true;
    let Err(error) = build(&settings) else { panic!("it lets everybody in") };
    let message = error.to_string();
    assert!(message.contains("stacks/src/systems/scheduler/dev.toml: api.bypass_authorizer"), "{message}");
    settings.api.bypass_authorizer = false;
    let domain = crate::systems::scheduler::settings::DomainSettings {
        name: "api.example.com".to_owned(),
        zone: "example.com".to_owned(),
    };
    settings.api.domain = Some(domain);
    let app = build(&settings).expect("it is right");
    let synthesized = formwork::synthesize(app, &Library::embedded()).expect("the catalogues can be read");
    let (_, bytes) =
        synthesized.documents.iter().find(|(it, _)| it.name == "scheduler-dev-api").expect("one");
    let document: Value = serde_json::from_slice(bytes).expect("documents are JSON");
    let api = &document["resource"]["aws_api_gateway_rest_api"]["api_api"];
    assert_eq!(api["disable_execute_api_endpoint"], json!(true));
}

#[test]
fn one_trail_covers_the_account_and_staging_is_configured_as_production() {
    let documents = documents();
    let has_trail = |environment: &str| {
        let document = &documents[&format!("scheduler-{environment}-monitoring")];
        document["resource"].get("aws_cloudtrail").is_some()
    };
    assert_eq!(DEPLOYED.map(has_trail), [false, false, true]);
    for (stack, name) in
        [("api", "api"), ("api", "authorizer"), ("scheduler", "scheduler"), ("queue", "worker")]
    {
        let of = |environment: &str| {
            let document = &documents[&format!("scheduler-{environment}-{stack}")];
            let function = &document["resource"]["aws_lambda_function"][format!("{name}_function")];
            ["memory_size", "timeout", "reserved_concurrent_executions"].map(|it| function[it].clone())
        };
        assert_eq!(of("staging"), of("production"), "{name}");
    }
    let mapping = &documents["scheduler-production-queue"]["resource"]["aws_lambda_event_source_mapping"];
    let mapping = mapping.as_object().expect("some").values().next().expect("one");
    assert_eq!(mapping["scaling_config"]["maximum_concurrency"], json!(100));
}

#[test]
fn local_reaches_nothing_but_the_emulator() {
    for (name, document) in documents().iter().filter(|(name, _)| name.starts_with("scheduler-local-")) {
        let provider = &document["provider"]["aws"][0];
        for flag in ["skip_credentials_validation", "skip_requesting_account_id", "skip_region_validation"] {
            assert_eq!(provider[flag], json!(true), "{name} {flag}");
        }
        let endpoints = provider["endpoints"][0].as_object().expect("a block");
        assert!(endpoints.values().all(|endpoint| endpoint == "http://localhost:4566"), "{name}");
        assert_eq!(document["terraform"].get("backend"), None, "{name}");
        for kind in document["resource"].as_object().into_iter().flat_map(|types| types.keys()) {
            let service = match kind.as_str() {
                _ if kind.starts_with("aws_api_gateway_") => "apigateway",
                "aws_cloudwatch_log_group" => "logs",
                _ if kind.starts_with("aws_cloudwatch_event_") => "events",
                _ if kind.starts_with("aws_cloudwatch_") => "cloudwatch",
                _ => kind.split('_').nth(1).expect("a type has a service"),
            };
            assert!(endpoints.contains_key(service), "{name}: {kind} would go to AWS");
        }
    }
}

#[test]
fn production_is_approved_and_every_role_is_bounded() {
    let documents = documents();
    let environments = &documents["scheduler-github"]["resource"]["github_repository_environment"];
    assert_eq!(environments["scheduler_production"]["reviewers"]["teams"], json!([0]));
    assert_eq!(environments["scheduler_dev"].get("reviewers"), None);
    assert_eq!(environments.as_object().map(serde_json::Map::len), Some(3));
    for environment in DEPLOYED {
        for what in ["database", "queue", "scheduler", "api", "monitoring"] {
            let document = &documents[&format!("scheduler-{environment}-{what}")];
            for (name, role) in document["resource"]["aws_iam_role"].as_object().into_iter().flatten() {
                let boundary = role["permissions_boundary"].as_str().expect("text");
                assert!(boundary.ends_with(&format!("policy/boundary-scheduler-{environment}")), "{name}");
            }
        }
    }
}

#[test]
fn a_database_on_rds_needs_a_network() {
    let text = include_str!("../../src/systems/scheduler/dev.toml").replace("[network]", "[nutwork]");
    let error =
        formwork::settings::parse::<crate::systems::scheduler::Settings>("dev.toml", &text).unwrap_err();
    assert!(error.to_string().contains("nutwork"), "{error}");
    let mut settings = crate::systems::scheduler::Settings::all().expect("the settings are right").remove(1);
    settings.network = None;
    let project = crate::systems::scheduler::Project::read().expect("the settings are right");
    let mut app = App::new();
    let stack = crate::systems::scheduler::stack(&mut app, &project, &settings, "database");
    let refused = crate::systems::scheduler::database::database(stack, &project, &settings);
    let message = refused.err().expect("a mistake").to_string();
    assert!(
        message.contains("stacks/src/systems/scheduler/dev.toml: a database on RDS needs a network"),
        "{message}"
    );
}

/// LocalStack by its own names of services, which `SERVICES` of its container lists.
#[test]
fn the_page_lists_every_service_that_local_asks_the_emulator_for() {
    const SERVICES: [(&str, &str); 10] = [
        ("aws_api_gateway_", "apigateway"),
        ("aws_cloudwatch_event_", "events"),
        ("aws_cloudwatch_log_", "logs"),
        ("aws_cloudwatch_", "cloudwatch"),
        ("aws_caller_identity", "sts"),
        ("aws_iam_", "iam"),
        ("aws_lambda_", "lambda"),
        ("aws_secretsmanager_", "secretsmanager"),
        ("aws_sns_", "sns"),
        ("aws_sqs_", "sqs"),
    ];
    let mut services = std::collections::BTreeSet::new();
    for (name, document) in documents().iter().filter(|(name, _)| name.starts_with("scheduler-local-")) {
        let types = ["resource", "data"].into_iter().filter_map(|kind| document[kind].as_object());
        for kind in types.flat_map(|types| types.keys()).filter(|kind| kind.starts_with("aws_")) {
            let service = SERVICES.iter().find(|(prefix, _)| kind.starts_with(prefix));
            services.insert(service.unwrap_or_else(|| panic!("{name}: which service has {kind}?")).1);
        }
    }
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/systems/scheduler.md");
    let page = std::fs::read_to_string(page).unwrap();
    let listed = page.split("`SERVICES=").nth(1).unwrap().split('`').next().unwrap();
    assert_eq!(listed, Vec::from_iter(services).join(","));
}
