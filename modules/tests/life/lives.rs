//! Everything is destroyed and made again under the same names, and stands twice in one stack.

use formwork::serde_json::json;
use formwork::{Map, Stack, aws, testing};
use formwork_modules::alarms::{Alarm, AlarmsConfig, alarms};
use formwork_modules::alerts::{AlertsConfig, alerts};
use formwork_modules::app_runner::{AppRunnerConfig, Platform, Scaling, app_runner};
use formwork_modules::artifact_bucket::{ArtifactBucketConfig, artifact_bucket};
use formwork_modules::audit_trail::{AuditTrailConfig, audit_trail};
use formwork_modules::boundary::{BoundaryConfig, boundary};
use formwork_modules::budget::{BudgetConfig, budget};
use formwork_modules::cache::{CacheConfig, Engine, ValkeyVersion, cache};
use formwork_modules::certificate::{CertificateConfig, certificate};
use formwork_modules::container_registry::{ContainerRegistryConfig, container_registry};
use formwork_modules::dashboard::{DashboardConfig, dashboard};
use formwork_modules::egress_group::{EgressGroupConfig, egress_group};
use formwork_modules::event_bus::{EventBusConfig, event_bus};
use formwork_modules::fargate_service::{
    ClusterConfig, FargateServiceConfig, FargateTaskConfig, cluster, fargate_service, fargate_task,
};
use formwork_modules::http_api::{HttpApiConfig, Route as ApiRoute, http_api};
use formwork_modules::iam::Policy;
use formwork_modules::job_table::{JobTableConfig, job_table};
use formwork_modules::kms_key::{KmsKeyConfig, kms_key};
use formwork_modules::lambda_service::{LambdaServiceConfig, Package, lambda_service};
use formwork_modules::load_balancer::{HealthCheck, LoadBalancerConfig, Route, load_balancer};
use formwork_modules::network::{NetworkConfig, network};
use formwork_modules::postgres::{PostgresConfig, PostgresVersion, postgres};
use formwork_modules::queue::{QueueConfig, QueueConsumerConfig, queue, queue_consumer};
use formwork_modules::rest_api::{Method, RestApiConfig, Route as RestRoute, Stage, rest_api};
use formwork_modules::schedule::{ScheduleConfig, schedule};
use formwork_modules::secret::{SecretConfig, secret};
use formwork_modules::static_site::{StaticSiteConfig, static_site};
use formwork_modules::step_function::{StepFunctionConfig, step_function};
use formwork_modules::worker_template::{WorkerTemplateConfig, worker_template};

use crate::{REGION, ground};

/// One of each module, under a name.
fn all(stack: &mut Stack, name: &str, number: u8) {
    let scope = &mut stack.scope(name);
    let zones = ["a", "b"].map(|zone| format!("{REGION}{zone}"));
    let net = network(scope, "net", NetworkConfig::new(name, format!("10.{number}.0.0/16"), zones));
    let database = PostgresConfig::new(name, PostgresVersion::V18, "db.t4g.micro")
        .network(net.vpc_id(), net.private_subnet_ids())
        .without_deletion_protection();
    postgres(scope, "database", database);
    let config = CacheConfig::new(name, Engine::Valkey(ValkeyVersion::V8_2), "cache.t4g.micro")
        .network(net.vpc_id(), net.private_subnet_ids());
    cache(scope, "cache", config);
    secret(scope, "secret", SecretConfig::new(format!("/{name}/smtp"), "SMTP").recovery_days(0));
    job_table(scope, "jobs", JobTableConfig::new(format!("{name}-jobs")).without_deletion_protection());
    let code = Package::s3("code", "orders.zip");
    let function = LambdaServiceConfig::new(format!("{name}-orders"), code).stable_alias("live").policy(
        Policy::new().allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], ["*"]),
    );
    let function = lambda_service(scope, "orders", function);
    let alias = &function.aliases["live"];
    let route = ApiRoute::new(Method::Get, "/orders", alias);
    http_api(scope, "http", HttpApiConfig::new(name).route(route));
    let rest = RestApiConfig::new(format!("{name}-rest"))
        .route(RestRoute::by_alias(Method::Get, "/orders", alias))
        .stage(Stage::new("v1"));
    rest_api(scope, "rest", rest);
    schedule(scope, "sweep", ScheduleConfig::at(format!("{name}-sweep"), "rate(1 hour)", alias));
    let jobs = queue(scope, "queue", QueueConfig::new(name));
    queue_consumer(scope, "consumer", QueueConsumerConfig::new(&jobs, alias, 30));
    let topic = alerts(scope, "alerts", AlertsConfig::new(name).emails(["ops@example.com"]));
    let watched = AlarmsConfig::new(name, topic.topic.arn())
        .alarm("errors", Alarm::lambda_errors(&format!("{name}-orders")));
    alarms(scope, "alarms", watched);
    dashboard(scope, "dashboard", DashboardConfig::new(name, REGION).heading("# Orders"));
    let health = HealthCheck::new("/health");
    let balancer = LoadBalancerConfig::new(name, net.vpc_id(), net.public_subnet_ids())
        .without_deletion_protection()
        .route(Route::new("web", ["/*"], 8080, health));
    let balancer = load_balancer(scope, "lb", balancer);
    let cluster = cluster(scope, "cluster", ClusterConfig::new(name));
    let image = "public.ecr.aws/nginx/nginx:1.27";
    let task = |what: &str| FargateTaskConfig::new(format!("{name}-{what}"), image, REGION);
    fargate_task(scope, "migrate", task("migrate"));
    let service = FargateServiceConfig::new(&cluster.cluster, task("web"))
        .network(net.vpc_id(), net.private_subnet_ids())
        .behind(&balancer.targets["web"])
        .scales(1, 3);
    fargate_service(scope, "web", service);
    let images = container_registry(scope, "images", ContainerRegistryConfig::new([format!("{name}/app")]));
    let repository = &images.repositories[&format!("{name}/app")];
    let scaling = Scaling { least: 1, most: 2, requests: 100 };
    let app = AppRunnerConfig::new(
        format!("{name}-app"),
        format!("{}:latest", repository.repository_url()),
        repository.arn(),
        REGION,
        Platform::AppRunner(scaling),
    );
    app_runner(scope, "app", app);
    static_site(scope, "site", StaticSiteConfig::new(format!("acme-{name}-site")));
    let bucket = ArtifactBucketConfig::new(format!("acme-{name}-artifacts"));
    artifact_bucket(scope, "artifacts", bucket);
    let trail =
        AuditTrailConfig::new(format!("{name}-audit"), format!("acme-{name}-audit"), REGION).removable();
    audit_trail(scope, "audit", trail);
    boundary(
        scope,
        "boundary",
        BoundaryConfig::new(format!("{name}-boundary"), Policy::new().allow(["s3:*"], ["*"])),
    );
    let workers = WorkerTemplateConfig::new(format!("{name}-workers"), "ami-0abc123def4567890", "t3.medium")
        .private_network(net.vpc_id(), net.private_subnet_ids()[0].clone());
    worker_template(scope, "workers", workers);
    let key = KmsKeyConfig::new(name, "Encrypts orders", "123456789012").removable();
    kms_key(scope, "key", key);
    let events = EventBusConfig::new(name).archive_days(7).allow_account("210987654321");
    event_bus(scope, "events", events);
    let pass = json!({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}});
    step_function(scope, "machine", StepFunctionConfig::new(format!("{name}-machine"), &pass));
    budget(scope, "budget", BudgetConfig::monthly(name, 100).email("ops@example.com"));
    let zone = scope.add("zone", aws::Route53Zone::new(format!("{name}.example.com")));
    let domain = format!("api.{name}.example.com");
    certificate(scope, "certificate", CertificateConfig::new(domain, zone.zone_id()));
    let group = EgressGroupConfig {
        group_name: format!("{name}-functions"),
        vpc_id: net.vpc_id().into(),
        carried_by: "Carried by functions".to_owned(),
        reaches: "All".to_owned(),
        tags: Map::new(),
    };
    egress_group(scope, "functions", group);
}

#[test]
fn everything_lives_twice() {
    let life = testing::life();
    let build = |stack: &mut Stack| {
        ground(stack);
        all(stack, "shop", 1);
        all(stack, "depot", 2);
    };
    life.apply(build);
    life.plan(build).assert_none();
    // Buckets and keys that protect themselves apart, a second life begins as the first.
    let gone = life.destroy(build);
    assert!(gone.destroyed().len() > 100, "{}", gone.destroyed().len());
    life.apply(build);
}
