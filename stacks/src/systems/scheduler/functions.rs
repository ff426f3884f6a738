//! The functions: what all of them have in common, and how they are released.

use formwork::release::{Analysis, Lambda, Release, Releases};
use formwork::{Expr, Stack};
use formwork_modules::iam::Policy;
use formwork_modules::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};

use super::Project;
use super::database::{DATABASE, DatabaseOutputs};
use super::names::{self, CANDIDATE, LIVE, MIGRATE};
use super::settings::{DatabaseSettings, FunctionSettings, Settings};

/// The certificates that RDS signs with, in the runtime's own files. Node.js 20 and later do not load them by themselves
/// (AWS Lambda Developer Guide, "Building Lambda functions with Node.js", "CA certificate loading").
const AMAZON_CERTIFICATES: &str = "/var/runtime/ca-cert.pem";

/// A migration may wait for locks and build indexes; Lambda ends it after 15 minutes.
const MIGRATION: FunctionSettings =
    FunctionSettings { memory_mb: 256, timeout_seconds: 900, reserved_concurrency: None };

/// Minutes after which a step without enough calls pauses. The credentials of a job last an hour, in which all steps of a
/// release should be done.
const LONGEST_BAKE_MINUTES: u32 = 30;

/// A function before it has what only it needs.
pub(super) struct Function<'a> {
    settings: &'a Settings,
    name: &'a str,
    config: LambdaServiceConfig,
    /// Whether it is given a password as it is.
    is_told_password: bool,
}

impl<'a> Function<'a> {
    /// A function in the private subnets, if there is a network, that may reach AWS and webhooks.
    pub(super) fn new(
        stack: &mut Stack,
        project: &Project,
        settings: &'a Settings,
        database: &DatabaseOutputs,
        name: &'a str,
    ) -> Self {
        let config = Self::sized(project, settings, name);
        let groups = database.network.as_ref().map(|network| vec![stack.read(&network.functions)]);
        Self { settings, name, config, is_told_password: false }.placed(stack, database, groups)
    }

    /// A function that may reach the database besides.
    pub(super) fn with_database(
        stack: &mut Stack,
        project: &Project,
        settings: &'a Settings,
        database: &DatabaseOutputs,
        name: &'a str,
    ) -> Self {
        let groups = database
            .network
            .as_ref()
            .map(|network| vec![stack.read(&network.functions), stack.read(&network.clients)]);
        let mut config = Self::sized(project, settings, name)
            .environment("DATABASE_HOST", stack.read(&database.host))
            .environment("DATABASE_PORT", stack.read(&database.port))
            .environment("DATABASE_NAME", DATABASE);
        if let Some(instance) = &database.instance {
            let secret_arn = stack.read(&instance.secret_arn);
            config = config
                // The password stays in Secrets Manager: a variable would show it to whoever may read the function.
                .environment("DATABASE_SECRET_ARN", &secret_arn)
                .environment("NODE_EXTRA_CA_CERTS", AMAZON_CERTIFICATES)
                .policy(Policy::new().allow(["secretsmanager:GetSecretValue"], [secret_arn]));
        }
        let container = match &settings.database {
            DatabaseSettings::Container(container) => Some(container),
            DatabaseSettings::Rds(_) => None,
        };
        if let Some(container) = container {
            config = config
                .environment("DATABASE_USER", &container.user)
                .environment("DATABASE_PASSWORD", &container.password);
        }
        let is_told_password = container.is_some();
        Self { settings, name, config, is_told_password }.placed(stack, database, groups)
    }

    /// Adds what only this function needs.
    pub(super) fn configured(
        mut self,
        change: impl FnOnce(LambdaServiceConfig) -> LambdaServiceConfig,
    ) -> Self {
        self.config = change(self.config);
        self
    }

    /// Adds the function, and says how it is released: judged by its own errors and latency, and by those of the API
    /// where it answers for it.
    pub(super) fn add(self, stack: &mut Stack) -> LambdaServiceParts {
        let Self { settings, name, config, is_told_password } = self;
        let parts = lambda_service(stack, name, config);
        if is_told_password {
            let reason = "it opens a container of Docker Compose on this machine, and nothing else";
            stack.waive(parts.function.as_ref().address(), "plain-secret", reason);
        }
        stack.output(&format!("{name}_function"), parts.function.function_name());
        let release = Release::new(Lambda::new(settings.name(name), LIVE, CANDIDATE));
        // What migrates is called by the pipeline, through the candidate: there is nothing to shift or to judge.
        let release = match name {
            MIGRATE => release,
            _ => release.shifting(settings.shifting.clone()).analysis(analysis(settings, name)),
        };
        stack.release(name, release);
        parts
    }

    fn sized(project: &Project, settings: &Settings, name: &str) -> LambdaServiceConfig {
        let size = size(settings, name);
        let runtime = settings.functions.runtime.as_ref().unwrap_or(&project.package.runtime);
        let config = LambdaServiceConfig::new(settings.name(name), Package::zip(format!("{name}.zip")))
            .runtime(runtime, &project.package.handler)
            .memory_mb(size.memory_mb)
            .timeout_seconds(size.timeout_seconds)
            .log_days(settings.operations.log_days)
            .environment("ENVIRONMENT", &settings.environment)
            .environment("METRIC_NAMESPACE", settings.metric_namespace())
            .environment("NODE_OPTIONS", "--enable-source-maps")
            .candidate_alias(CANDIDATE)
            .stable_alias(LIVE);
        match size.reserved_concurrency {
            Some(executions) => config.reserved_concurrency(executions),
            None => config,
        }
    }

    fn placed(
        mut self,
        stack: &mut Stack,
        database: &DatabaseOutputs,
        groups: Option<Vec<Expr<String>>>,
    ) -> Self {
        if let (Some(network), Some(groups)) = (&database.network, groups) {
            let subnet_ids = stack.read(&network.subnet_ids);
            self.config = self.config.in_vpc((0..network.zones).map(|zone| subnet_ids.at(zone)), groups);
        }
        self
    }
}

/// What a new version must keep to. More than 5 % errors for 5 minutes take any function back; a p99 over 2 s, the
/// document's limit for answers, only those that somebody waits for: the scheduler sweeps for as long as it takes, and a
/// delivery waits for somebody else's server.
///
/// Only `api` is asked for calls before there is a verdict, where the settings ask. How often the others are called is up
/// to a clock, a queue and the age of tokens: a step in which nobody calls them passes when it is over.
fn analysis(settings: &Settings, name: &str) -> Analysis {
    let alarm = |alarm: &str| names::alarm_name(settings, alarm);
    let analysis = Analysis { longest_bake_minutes: LONGEST_BAKE_MINUTES, ..Analysis::default() };
    let analysis = analysis.minimum_requests(0).alarm(alarm(&names::throttles(name)));
    let of_api = |analysis: Analysis| analysis.api(settings.name("api"), &settings.api.stage);
    match name {
        "api" => {
            let analysis = analysis.minimum_requests(settings.analysis.minimum_requests);
            // As callers see it, with what API Gateway and the authorizer take.
            of_api(analysis).alarm(alarm(names::API_LATENCY))
        }
        "authorizer" => of_api(analysis),
        "worker" => analysis.any_duration().alarm(alarm(names::QUEUE_DEPTH)),
        _ => analysis.any_duration(),
    }
}

/// The size of a function by its name.
pub(super) fn size<'a>(settings: &'a Settings, name: &str) -> &'a FunctionSettings {
    match name {
        "authorizer" => &settings.functions.authorizer,
        "scheduler" => &settings.functions.scheduler,
        "worker" => &settings.functions.worker,
        MIGRATE => &MIGRATION,
        _ => &settings.functions.api,
    }
}
