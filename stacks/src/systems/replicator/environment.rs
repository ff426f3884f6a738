//! One environment: job table, workers, functions, API, alarms.

use formwork::hashicorp::random;
use formwork::{Export, Expr, Stack, aws};
use formwork_modules::alarms::{Alarm, AlarmsConfig, alarms};
use formwork_modules::alerts::{AlertsConfig, alerts};
use formwork_modules::boundary::bound_roles;
use formwork_modules::http_api::{Authorizer, HttpApiConfig, HttpApiParts, Route, http_api};
use formwork_modules::iam::Policy;
use formwork_modules::job_table::{JobTableConfig, JobTableParts, job_table};
use formwork_modules::lambda_service::{
    CodeOwner, LambdaServiceConfig, LambdaServiceParts, Package, lambda_service,
};
use formwork_modules::rest_api::Method;

use super::Project;
use super::settings::{FunctionSettings, Settings, StateKind};
use super::workers::{Workers, metric_namespace, start_policy, workers};
use crate::shared::platform::prepare_aws;

/// The size of the function that checks keys, in every environment: it compares two texts.
const AUTHORIZER: FunctionSettings = FunctionSettings { memory_mb: 128, timeout_seconds: 5 };

/// The length of the API key. 32 letters and digits are more than 190 bits.
const KEY_LENGTH: u32 = 32;

pub(crate) fn environment(stack: &mut Stack, project: &Project, settings: &Settings) {
    let region = &project.region;
    prepare_aws(stack, "replicator", &settings.environment, project.provider());
    stack.require_provider("random", "hashicorp/random", ">= 3.6.0, < 4.0.0");
    if settings.state == StateKind::Remote {
        project.state().keep_state_of(stack, &settings.state_key());
    }
    let mut config = JobTableConfig::new(settings.name("jobs")).expires_by("expires_at");
    if !settings.jobs.deletion_protection {
        config = config.without_deletion_protection();
    }
    let jobs = job_table(stack, "jobs", config);
    stack.output("job_table", jobs.table.name());
    let workers = workers(stack, region, settings, &jobs);
    stack.output("worker_template_id", workers.template.template.id());
    stack.output("worker_log_group", workers.log_group.name());
    let key = api_key(stack, settings);
    let builder = Functions { project, settings, jobs: &jobs, workers: &workers };
    let may_start = start_policy(project, &workers);
    let provisioner = builder.provisioner(stack, may_start);
    let coordinator = builder.coordinator(stack, &provisioner);
    let authorizer = builder.authorizer(stack, &key);
    let api = build_api(stack, settings, &coordinator, &authorizer);
    build_alarms(stack, settings, &api);
    if settings.state == StateKind::Remote {
        // The pipeline may make roles only with it (see `bootstrap`).
        bound_roles(stack, project.boundary_arn(settings));
    }
}

/// The key that callers send as `x-api-key`. It is an output, so it is in the state; functions get it from Systems
/// Manager, where reading it is a permission of its own.
fn api_key(stack: &mut Stack, settings: &Settings) -> aws::SsmParameterRef {
    let key = stack.add("api_key", random::Password::new(KEY_LENGTH).special(false));
    stack.export("api_key", Export::new(key.result()).sensitive());
    let parameter = aws::SsmParameter::new(aws::SsmParameterArgs {
        name: format!("{}/api-key", settings.path()).into(),
        r#type: "SecureString".into(),
    })
    .description("What callers of the API send as x-api-key")
    .value(key.result());
    stack.add("api_key", parameter)
}

/// What functions are built from.
struct Functions<'a> {
    project: &'a Project,
    settings: &'a Settings,
    jobs: &'a JobTableParts,
    workers: &'a Workers,
}

impl Functions<'_> {
    /// Starts a worker for a job.
    fn provisioner(&self, stack: &mut Stack, may_start: Policy) -> LambdaServiceParts {
        let config = self
            .config("provisioner", &self.settings.provisioner)
            .environment("JOB_TABLE", self.jobs.table.name())
            .environment("WORKER_TEMPLATE_ID", self.workers.template.template.id())
            .policy(self.jobs.allow(["dynamodb:GetItem", "dynamodb:UpdateItem"]))
            .policy(may_start);
        lambda_service(stack, "provisioner", config)
    }

    /// Takes jobs, hands them to the provisioner, and tells how they stand.
    fn coordinator(&self, stack: &mut Stack, provisioner: &LambdaServiceParts) -> LambdaServiceParts {
        let invoke = Policy::new().allow(["lambda:InvokeFunction"], [provisioner.function.arn()]);
        let config = self
            .config("coordinator", &self.settings.coordinator)
            .environment("JOB_TABLE", self.jobs.table.name())
            .environment("JOB_DAYS", self.settings.jobs.keep_days.to_string())
            .environment("PROVISIONER_FUNCTION", provisioner.function.function_name())
            // For the `log_url` of a job's status.
            .environment("WORKER_LOG_GROUP", self.workers.log_group.name())
            .policy(self.jobs.allow(["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]))
            .policy(invoke);
        lambda_service(stack, "coordinator", config)
    }

    /// Compares the key of a request with the one in Systems Manager.
    fn authorizer(&self, stack: &mut Stack, key: &aws::SsmParameterRef) -> LambdaServiceParts {
        let config = self
            .config("authorizer", &AUTHORIZER)
            .environment("API_KEY_PARAMETER", key.name())
            .policy(Policy::new().allow(["ssm:GetParameter"], [key.arn()]));
        lambda_service(stack, "authorizer", config)
    }

    fn config(&self, name: &str, size: &FunctionSettings) -> LambdaServiceConfig {
        let package = &self.project.package;
        LambdaServiceConfig::new(
            self.settings.name(name),
            Package::zip(&package.file).built_at(&package.built_at),
        )
        // The document's way: what was packaged goes out with `apply`.
        .code_owner(CodeOwner::Terraform)
        .runtime(&package.runtime, name)
        .memory_mb(size.memory_mb)
        .timeout_seconds(size.timeout_seconds)
        .log_days(self.settings.operations.log_days)
        .environment("ENVIRONMENT", &self.settings.environment)
        .environment("METRIC_NAMESPACE", metric_namespace(self.settings))
    }
}

fn build_api(
    stack: &mut Stack,
    settings: &Settings,
    coordinator: &LambdaServiceParts,
    authorizer: &LambdaServiceParts,
) -> HttpApiParts {
    let route = |method, path| Route::new(method, path, &coordinator.function).authorizer("api-key");
    let config = HttpApiConfig::new(settings.prefix())
        .authorizer(Authorizer::new("api-key", &authorizer.function, ["$request.header.x-api-key"]))
        .route(route(Method::Post, "/jobs"))
        .route(route(Method::Get, "/jobs/{id}"))
        .throttling(settings.api.rate_limit.into(), settings.api.burst_limit)
        .log_days(settings.operations.log_days);
    let api = http_api(stack, "api", config);
    stack.output("api_endpoint", api.endpoint());
    api
}

fn build_alarms(stack: &mut Stack, settings: &Settings, api: &HttpApiParts) {
    let emails = settings.operations.alert_emails.clone();
    let topic = alerts(stack, "alerts", AlertsConfig::new(settings.name("alerts")).emails(emails)).topic;
    let mut config = AlarmsConfig::new(settings.prefix(), topic.arn());
    for name in ["coordinator", "provisioner", "authorizer"] {
        let function = settings.name(name);
        config = config.alarm(format!("{name}_errors"), Alarm::lambda_errors(&function));
        config = config.alarm(format!("{name}_throttles"), Alarm::lambda_throttles(&function));
    }
    let id: Expr<String> = api.api.id();
    config = config.alarm("api_errors", Alarm::http_api_error_rate(&settings.prefix(), &id));
    alarms(stack, "alarms", config);
}
