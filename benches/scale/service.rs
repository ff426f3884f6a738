//! What the measured programs are made of: services of eight resources each.

use formwork::{Lifecycle, Resource, Stack, aws};

/// How many resources a service has.
pub(crate) const RESOURCES_PER_SERVICE: usize = 8;

/// Role, function, log group, four aliases and an alarm, which refer to each other.
pub(crate) fn service(stack: &mut Stack, number: usize) {
    let name = format!("service-{number:05}");
    let mut scope = stack.scope(&format!("service_{number:05}"));
    let trust = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
    });
    let role = scope.add("role", aws::IamRole::new(trust).name(format!("{name}-role")));
    let logs = scope.add(
        "logs",
        aws::CloudwatchLogGroup::new().name(format!("/aws/lambda/{name}")).retention_in_days(14),
    );
    let variables = [("RUST_LOG", "info"), ("SERVICE", name.as_str())];
    let function = scope.add(
        "function",
        aws::LambdaFunction::new(aws::LambdaFunctionArgs {
            function_name: name.as_str().into(),
            role: role.arn().into(),
        })
        .runtime("provided.al2023")
        .handler("bootstrap")
        .filename("function.zip")
        .memory_size(256)
        .timeout(30)
        .publish(true)
        .environment(aws::lambda_function::Environment::new().variables(variables))
        .depends_on(&logs),
    );
    for alias in ["candidate", "dev", "staging", "prod"] {
        let lifecycle = Lifecycle::new().ignore_changes(["function_version"]);
        scope.add(
            alias,
            aws::LambdaAlias::new(aws::LambdaAliasArgs {
                function_name: function.function_name().into(),
                function_version: function.version().into(),
                name: alias.into(),
            })
            .lifecycle(lifecycle),
        );
    }
    scope.add(
        "errors",
        aws::CloudwatchMetricAlarm::new(format!("{name}-errors"))
            .comparison_operator("GreaterThanThreshold")
            .evaluation_periods(1)
            .metric_name("Errors")
            .namespace("AWS/Lambda")
            .period(300)
            .statistic("Sum")
            .threshold(5)
            .dimensions([("FunctionName", function.function_name())]),
    );
}
