//! The functions: what all of them have in common, and how they are released.

use formwork::release::{Judgement, Lambda, Release, Releases};
use formwork::{Expr, Stack};
use formwork_modules::iam::Policy;
use formwork_modules::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};

use super::Project;
use super::database::{DATABASE, DatabaseOutputs};
use super::settings::{FunctionSettings, Settings};

/// The alias that takes calls. Releases move it, step by step, and back when a new version fails.
pub(super) const LIVE: &str = "live";
/// The alias that a new version is tested through.
const CANDIDATE: &str = "candidate";

/// A function before it has what only it needs.
pub(super) struct Function<'a> {
    settings: &'a Settings,
    name: &'a str,
    config: LambdaServiceConfig,
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
        let groups = database.network.as_ref().map(|network| vec![stack.import(&network.functions)]);
        Self { settings, name, config }.placed(stack, database, groups)
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
            .map(|network| vec![stack.import(&network.functions), stack.import(&network.clients)]);
        let mut config = Self::sized(project, settings, name)
            .environment("DATABASE_HOST", stack.import(&database.host))
            .environment("DATABASE_PORT", stack.import(&database.port))
            .environment("DATABASE_NAME", DATABASE);
        if let Some(instance) = &database.instance {
            let secret_arn = stack.import(&instance.secret_arn);
            config = config
                // The password stays in Secrets Manager: a variable would show it to whoever may read the function.
                .environment("DATABASE_SECRET_ARN", &secret_arn)
                .policy(Policy::new().allow(["secretsmanager:GetSecretValue"], [secret_arn]));
        }
        Self { settings, name, config }.placed(stack, database, groups)
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
        let Self { settings, name, config } = self;
        let parts = lambda_service(stack, name, config);
        stack.output(&format!("{name}_function"), parts.function.function_name());
        // 5 % errors or a p99 of 2 s for 5 minutes: the limits of the document are those of every judgement.
        let mut judgement = Judgement::default();
        if name == "api" {
            judgement = judgement.api(settings.name("api"), &settings.api.stage);
        }
        let release = Release::new(Lambda::new(settings.name(name), LIVE, CANDIDATE))
            .shifting(settings.shifting.clone())
            .judgement(judgement);
        stack.release(name, release);
        parts
    }

    fn sized(project: &Project, settings: &Settings, name: &str) -> LambdaServiceConfig {
        let size = size(settings, name);
        let config = LambdaServiceConfig::new(settings.name(name), Package::zip(format!("{name}.zip")))
            .runtime(&project.package.runtime, &project.package.handler)
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
            let subnet_ids = stack.import(&network.subnet_ids);
            self.config = self.config.in_vpc((0..network.zones).map(|zone| subnet_ids.at(zone)), groups);
        }
        self
    }
}

/// The size of a function by its name.
pub(super) fn size<'a>(settings: &'a Settings, name: &str) -> &'a FunctionSettings {
    match name {
        "authorizer" => &settings.functions.authorizer,
        "scheduler" => &settings.functions.scheduler,
        "worker" => &settings.functions.worker,
        _ => &settings.functions.api,
    }
}
