//! A service: a function on AWS Lambda behind an HTTP API.

use formwork::assets::{Asset, LAMBDA_ZIP};
use formwork::{Resource, Stack, aws};
use formwork_modules::http_api::{HttpApiConfig, Route, http_api};
use formwork_modules::iam::{Policy, Statement};
use formwork_modules::rest_api::Method;

use crate::settings::Settings;

/// Fills the stack.
pub fn build(stack: &mut Stack, settings: &Settings) {
    stack.provider(aws::Provider::new().region(settings.region.as_str()));
    let logs = aws::CloudwatchLogGroup::new().name(format!("/aws/lambda/{}", settings.name)).retention_in_days(30);
    let logs = stack.add("service", logs);
    let role = aws::IamRole::new(Policy::assumed_by_service("lambda.amazonaws.com")).name(settings.name.as_str());
    let role = stack.add("service", role);
    let write_logs = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]);
    let policy = Policy::new().with(write_logs.on([format!("{}:*", logs.arn())]));
    let policy = stack.add(
        "service",
        aws::IamRolePolicy::new(aws::IamRolePolicyArgs { policy: policy.into(), role: role.id().into() }),
    );
    let code = concat!(env!("CARGO_MANIFEST_DIR"), "/service");
    let code = Asset::zip(code).limit(LAMBDA_ZIP).add_to(stack, "service");
    let function = stack.add(
        "service",
        aws::LambdaFunction::new(aws::LambdaFunctionArgs {
            function_name: settings.name.as_str().into(),
            role: role.arn().into(),
        })
        .runtime("nodejs22.x")
        .handler("index.handler")
        .filename(code.path())
        .source_code_hash(code.source_code_hash())
        .depends_on(&policy),
    );
    let route = Route::new(Method::Get, "/{proxy+}", &function);
    let api = http_api(stack, "api", HttpApiConfig::new(settings.name.as_str()).route(route));
    stack.output("endpoint", api.endpoint());
}
