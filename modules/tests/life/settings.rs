//! Each setting of each module, changed alone: what is replaced and destroyed by it. One plan for all.

use std::collections::BTreeSet;

use formwork::serde_json::json;
use formwork::{Expr, Map, Stack, aws, testing};
use formwork_modules::cache::{CacheConfig, Engine, ValkeyVersion, cache};
use formwork_modules::fargate_service::{
    ClusterConfig, FargateServiceConfig, FargateTaskConfig, cluster, fargate_service,
};
use formwork_modules::http_api::{HttpApiConfig, Route as ApiRoute, http_api};
use formwork_modules::iam::Policy;
use formwork_modules::job_table::{JobTableConfig, job_table};
use formwork_modules::lambda_service::{Architecture, LambdaServiceConfig, Package, lambda_service};
use formwork_modules::load_balancer::{HealthCheck, LoadBalancerConfig, Route, load_balancer};
use formwork_modules::postgres::{PostgresConfig, PostgresVersion, postgres};
use formwork_modules::queue::{QueueConfig, queue};
use formwork_modules::rest_api::{Cors, Method};
use formwork_modules::schedule::{ScheduleConfig, schedule};
use formwork_modules::secret::{SecretConfig, secret};
use formwork_modules::static_site::{Missing, PriceClass, StaticSiteConfig, static_site};

use crate::{Ground, REGION, ground};

/// Adds an instance of a module to a stack, under a name.
type Addition = Box<dyn Fn(&mut Stack, &Ground, &str)>;
/// A change of a configuration, and what it loses.
type Change<C> = (fn(C, &Ground) -> C, Vec<&'static str>);

/// One change of one instance of a module: the module before and after it, by the instance's name, and what is lost, by
/// type and what follows the name.
struct Setting {
    before: Addition,
    after: Addition,
    loses: Vec<&'static str>,
}

/// The changes of a module's configuration: how it begins, how it is added, and each change with what it loses.
fn settings<C: 'static>(
    base: fn(&Ground, &str) -> C,
    add: fn(&mut Stack, &Ground, &str, C),
    changes: Vec<Change<C>>,
) -> Vec<Setting> {
    let setting = move |(change, loses): Change<C>| Setting {
        before: Box::new(move |stack, ground, name| add(stack, ground, name, base(ground, name))),
        after: Box::new(move |stack, ground, name| {
            add(stack, ground, name, change(base(ground, name), ground))
        }),
        loses,
    };
    changes.into_iter().map(setting).collect()
}

fn stores() -> Vec<Setting> {
    let mut all = settings::<PostgresConfig>(
        |ground, name| {
            PostgresConfig::new(name, PostgresVersion::V17, "db.t4g.micro")
                .network(ground.vpc_id.clone(), ground.subnet_ids.clone())
                .allow_from("app", ground.callers.clone())
        },
        |stack, _, name, config| drop(postgres(stack, name, config)),
        vec![
            (|config, _| config.database("shop"), vec!["aws_db_instance _instance", "terraform_data _life"]),
            (|config, _| config.username("shop"), vec!["aws_db_instance _instance", "terraform_data _life"]),
            (|config, _| config.storage_gib(40, 200), vec![]),
            (|config, _| config.backup_days(14), vec![]),
            (|config, _| config.log_days(60), vec![]),
            (|config, _| config.multi_az(), vec![]),
            (|config, _| config.without_deletion_protection(), vec![]),
            (|config, _| config.without_final_snapshot(), vec!["terraform_data _life"]),
            (|config, _| config.final_snapshot("shop-end"), vec!["terraform_data _life"]),
            (|config, _| config.allow_major_version_upgrade(), vec![]),
            (|config, _| config.allow_major_version_upgrade_in_window(), vec![]),
            (|config, _| config.parameter("log_min_duration_statement", "50"), vec![]),
            (|config, ground| config.allow_from("more", ground.others.clone()), vec![]),
            (|config, _| config.tags(Map::new().with("Team", "shop")), vec![]),
        ],
    );
    all.extend(settings::<CacheConfig>(
        |ground, name| {
            CacheConfig::new(name, Engine::Valkey(ValkeyVersion::V8_0), "cache.t4g.micro")
                .network(ground.vpc_id.clone(), ground.subnet_ids.clone())
        },
        |stack, _, name, config| drop(cache(stack, name, config)),
        vec![
            (|config, _| config.nodes(2), vec![]),
            (|config, _| config.snapshot_days(7), vec![]),
            (|config, _| config.parameter("maxmemory-policy", "allkeys-lru"), vec![]),
            (|config, ground| config.allow_from("more", ground.others.clone()), vec![]),
            (|config, _| config.tags(Map::new().with("Team", "shop")), vec![]),
        ],
    ));
    all.extend(settings::<SecretConfig>(
        |_, name| SecretConfig::new(format!("/shop/{name}"), "SMTP"),
        |stack, _, name, config| drop(secret(stack, name, config)),
        vec![
            (|config, _| config.recovery_days(7), vec![]),
            (|config, _| config.kms_key("arn:aws:kms:eu-central-1:123456789012:key/k"), vec![]),
            (|config, _| config.tags(Map::new().with("Team", "shop")), vec![]),
        ],
    ));
    all.extend(settings::<JobTableConfig>(
        |_, name| JobTableConfig::new(format!("{name}-jobs")),
        |stack, _, name, config| drop(job_table(stack, name, config)),
        vec![
            (|config, _| config.index("by-state", "state"), vec![]),
            (|config, _| config.expires_by("expires_at"), vec![]),
            (|config, _| config.without_deletion_protection(), vec![]),
            (|config, _| config.key("number"), vec!["aws_dynamodb_table _table"]),
        ],
    ));
    all.extend(settings::<QueueConfig>(
        |_, name| QueueConfig::new(name),
        |stack, _, name, config| drop(queue(stack, name, config)),
        vec![
            (|config, _| config.visibility_seconds(90), vec![]),
            (|config, _| config.keep_days(2), vec![]),
            (|config, _| config.dead_letters_after(9), vec![]),
            (|config, _| config.kms_key("arn:aws:kms:eu-central-1:123456789012:key/k"), vec![]),
            (
                |config, _| config.without_dead_letters(),
                vec![
                    "aws_sqs_queue _dead_letters",
                    "aws_sqs_queue_policy _dead_letters",
                    "aws_sqs_queue_redrive_allow_policy _dead_letters",
                ],
            ),
        ],
    ));
    all
}

fn code() -> Vec<Setting> {
    let mut all = settings::<LambdaServiceConfig>(
        move |_, name| LambdaServiceConfig::new(name, Package::s3("code", "1.zip")).stable_alias("live"),
        |stack, _, name, config| drop(lambda_service(stack, name, config)),
        vec![
            (|config, _| config.memory_mb(512), vec![]),
            (|config, _| config.timeout_seconds(60), vec![]),
            (|config, _| config.scratch_mb(1024), vec![]),
            (|config, _| config.architecture(Architecture::Arm), vec![]),
            (|config, _| config.runtime("nodejs22.x", "index.handler"), vec![]),
            (|config, _| config.environment("A", "b"), vec![]),
            (|config, _| config.log_days(60), vec![]),
            (|config, _| config.without_tracing(), vec![]),
            (|config, _| config.reserved_concurrency(3), vec![]),
            (|config, _| config.candidate_alias("next"), vec![]),
            (|config, _| config.policy(Policy::new().allow(["s3:GetObject"], ["arn:aws:s3:::b/*"])), vec![]),
            (|config, ground| config.in_vpc(ground.subnet_ids.clone(), [ground.callers.clone()]), vec![]),
            (
                |config, _| config.role_name("another-role"),
                vec!["aws_iam_role _role", "aws_iam_role_policy _policy"],
            ),
            (|config, _| config.tags(Map::new().with("Team", "shop")), vec![]),
        ],
    );
    all.extend(settings::<HttpApiConfig>(
        |_, name| HttpApiConfig::new(name),
        |stack, _, name, config| {
            let service = LambdaServiceConfig::new(format!("{name}-f"), Package::s3("code", "1.zip"));
            let function = lambda_service(stack, &format!("{name}_f"), service).function;
            http_api(stack, name, config.route(ApiRoute::new(Method::Get, "/orders", &function)));
        },
        vec![
            (|config, _| config.cors(Cors::new("https://shop.example.com")), vec![]),
            (|config, _| config.throttling(100.0, 50), vec![]),
            (|config, _| config.log_days(60), vec![]),
            (|config, _| config.tags(Map::new().with("Team", "shop")), vec![]),
        ],
    ));
    all.extend(settings::<(String, Option<&'static str>)>(
        |_, name| (name.to_owned(), None),
        |stack, _, name, (rule, description)| {
            let service = LambdaServiceConfig::new(format!("{name}-f"), Package::s3("code", "1.zip"));
            let function = lambda_service(stack, &format!("{name}_f"), service).function;
            let mut config = ScheduleConfig::at(rule, "rate(1 hour)", &function);
            if let Some(description) = description {
                config = config.description(description).input(json!({"a": 1})).retries(3, 600).disabled();
            }
            schedule(stack, name, config);
        },
        vec![(|(rule, _), _| (rule, Some("Sweeps")), vec![])],
    ));
    all
}

fn traffic() -> Vec<Setting> {
    let mut all =
        settings::<LoadBalancerConfig>(
            |ground, name| {
                LoadBalancerConfig::new(name, ground.vpc_id.clone(), ground.subnet_ids.clone())
                    .route(Route::new("web", ["/*"], 8080, HealthCheck::new("/health")))
            },
            |stack, _, name, config| drop(load_balancer(stack, name, config)),
            vec![
                (|config, _| config.idle_seconds(120), vec![]),
                (|config, _| config.without_deletion_protection(), vec![]),
                (|config, _| config.allow_from(["10.0.0.0/8"]), vec![]),
                (
                    |config, _| {
                        config.route(Route::new("api", ["/api/*"], 9090, HealthCheck::new("/health")))
                    },
                    vec![],
                ),
                // The routes move to the listener of HTTPS.
                (
                    |config, _| config.certificate("arn:aws:acm:eu-central-1:123456789012:certificate/c"),
                    vec!["aws_lb_listener_rule _port_8080"],
                ),
            ],
        );
    all.extend(settings::<(FargateTaskConfig, Expr<String>, [Expr<String>; 2], u8)>(
        |ground, name| {
            let task = FargateTaskConfig::new(name, "public.ecr.aws/nginx/nginx:1.27", REGION);
            (task, ground.vpc_id.clone(), ground.subnet_ids.clone(), 0_u8)
        },
        |stack, _, name, (task, vpc_id, subnet_ids, what)| {
            let cluster = cluster(stack, &format!("{name}_cluster"), ClusterConfig::new(name));
            let mut config = FargateServiceConfig::new(&cluster.cluster, task).network(vpc_id, subnet_ids);
            config = match what {
                1 => config.tasks(3),
                2 => config.scales(2, 9),
                3 => config.execute_command(),
                4 => config.public_address(),
                _ => config,
            };
            fargate_service(stack, name, config);
        },
        vec![
            (|(task, a, b, _), _| (task, a, b, 1), vec![]),
            (|(task, a, b, _), _| (task, a, b, 2), vec![]),
            (|(task, a, b, _), _| (task, a, b, 3), vec![]),
            (|(task, a, b, _), _| (task, a, b, 4), vec![]),
            // A revision that is registered anew.
            (|(task, a, b, c), _| (task.size(512, 1024), a, b, c), vec!["aws_ecs_task_definition _task"]),
            (
                |(task, a, b, c), _| (task.environment("A", "b"), a, b, c),
                vec!["aws_ecs_task_definition _task"],
            ),
            (|(task, a, b, c), _| (task.log_days(60), a, b, c), vec![]),
        ],
    ));
    all.extend(settings::<StaticSiteConfig>(
        |_, name| StaticSiteConfig::new(format!("acme-{name}")),
        |stack, _, name, config| drop(static_site(stack, name, config)),
        vec![
            (|config, _| config.price_class(PriceClass::All), vec![]),
            (|config, _| config.missing(Missing::Page("/404.html".into())), vec![]),
            (|config, _| config.index("home.html"), vec![]),
        ],
    ));
    all
}

#[test]
fn a_setting_that_changes_loses_what_it_must_and_nothing_else() {
    let settings: Vec<Setting> = [stores(), code(), traffic()].into_iter().flatten().collect();
    let names: Vec<String> = (0..settings.len()).map(|number| format!("m{number:02}")).collect();
    let life = testing::life();
    let build = |is_after: bool| {
        let (settings, names) = (&settings, &names);
        move |stack: &mut Stack| {
            let ground = ground(stack);
            for (setting, name) in settings.iter().zip(names) {
                let add = if is_after { &setting.after } else { &setting.before };
                add(stack, &ground, name);
            }
            stack.add("mark", aws::SqsQueue::new().name(if is_after { "after" } else { "before" }));
        }
    };
    life.apply(build(false));
    let plan = life.plan(build(true));
    let mut expected: BTreeSet<String> = ["aws_sqs_queue.mark".to_owned()].into();
    for (setting, name) in settings.iter().zip(&names) {
        for lost in &setting.loses {
            let (kind, rest) = lost.split_once(' ').unwrap();
            expected.insert(format!("{kind}.{name}{rest}"));
        }
        // Each change is one.
        let is_changed = |address: &String| {
            address.contains(&format!(".{name}_")) || address.ends_with(&format!(".{name}"))
        };
        let all = [plan.created(), plan.updated(), plan.replaced(), plan.destroyed()].concat();
        assert!(all.iter().any(is_changed), "the change of {name} changes nothing");
    }
    plan.assert_loses(&expected);
}
