//! The workers: where they run, what they are started from, where their logs go.

use formwork::{Expr, Stack, Value, aws};
use formwork_modules::iam::{Policy, Statement};
use formwork_modules::job_table::JobTableParts;
use formwork_modules::network::{Nat, NetworkConfig, network};
use formwork_modules::worker_template::{
    WorkerTemplateConfig, WorkerTemplateParts, image_variable, worker_template,
};

use super::Project;
use super::settings::Settings;

/// What others must know of the workers.
pub(super) struct Workers {
    /// What they are started from.
    pub(super) template: WorkerTemplateParts,
    /// Their logs.
    pub(super) log_group: aws::CloudwatchLogGroupRef,
}

/// Adds the workers' network, logs and template.
pub(super) fn workers(stack: &mut Stack, region: &str, settings: &Settings, jobs: &JobTableParts) -> Workers {
    let image = image_variable(
        stack,
        "worker_ami_id",
        "The machine image that workers run, as `build-ami.sh` tells it",
    );
    let net = &settings.network;
    // Workers reach databases anywhere, and nobody reaches them: public addresses cost less than a NAT gateway.
    let config = NetworkConfig::new(settings.prefix(), &net.cidr, net.zones.clone())
        .region(region)
        .nat(Nat::None)
        .private_cidrs([] as [&str; 0])
        .flow_log_days(settings.operations.log_days);
    let net = network(stack, "network", config);
    let logs = aws::CloudwatchLogGroup::new()
        .name(format!("{}/worker", settings.path()))
        .retention_in_days(settings.operations.log_days);
    let log_group = stack.add("worker_logs", logs);
    let policy = jobs
        .allow(["dynamodb:GetItem", "dynamodb:UpdateItem"])
        .allow(
            ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [format!("{}:*", log_group.arn())],
        )
        // CloudWatch knows no resources for metrics, but their namespace.
        .with(Statement::allow(["cloudwatch:PutMetricData"]).on(["*"]).condition(
            "StringEquals",
            "cloudwatch:namespace",
            [metric_namespace(settings)],
        ));
    let mut config =
        WorkerTemplateConfig::new(settings.name("worker"), &image, &settings.workers.instance_type)
            .disk("/dev/xvda", settings.workers.disk_gib)
            .policy(policy)
            .tags(told(settings, jobs, &log_group));
    if let Some(subnet) = net.public_subnets.first() {
        config = config.public_network(net.vpc_id(), subnet.id());
    }
    Workers { template: worker_template(stack, "worker", config), log_group }
}

/// What a worker is told by its tags, which it reads from the metadata service. The job's id comes with its start.
fn told(
    settings: &Settings,
    jobs: &JobTableParts,
    logs: &aws::CloudwatchLogGroupRef,
) -> formwork::Map<String> {
    let text = |value: Expr<String>| Value::<String>::from(value);
    formwork::Map::new()
        .with("JobTable", text(jobs.table.name()))
        .with("LogGroup", text(logs.name()))
        .with("MetricNamespace", metric_namespace(settings))
}

/// The namespace of the metrics that workers and functions emit.
pub(super) fn metric_namespace(settings: &Settings) -> String {
    format!("Replicator/{}", settings.environment)
}

/// Permits to start workers, and nothing else of EC2.
pub(super) fn start_policy(project: &Project, workers: &Workers) -> Policy {
    workers.template.launch_policy(&project.region, &project.account_id)
}
