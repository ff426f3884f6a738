//! Stages with their logs and limits, and the permissions that let them invoke functions.

use std::collections::BTreeSet;

use formwork::{Map, Resource, Stack as FormworkStack, aws};

use crate::label::label;
use crate::lambda_service::Callee;
use crate::rest_api::config::{RestApiConfig, Target};
use crate::rest_api::serving::{LogLevel, Stage};
use crate::tags::tags;

/// Adds a stage.
pub(crate) fn stage(
    stack: &mut FormworkStack,
    api: &aws::ApiGatewayRestApiRef,
    deployment: &aws::ApiGatewayDeploymentRef,
    config: &RestApiConfig,
    stage: &Stage,
    account: Option<&aws::ApiGatewayAccountRef>,
) -> aws::ApiGatewayStageRef {
    let name = label(&stage.name);
    let logs = aws::CloudwatchLogGroup::new()
        .name(format!("/aws/apigateway/{}/{}", config.name, stage.name))
        .retention_in_days(stage.log_days)
        .tags(tags(&config.tags));
    let logs = stack.add(&format!("{name}_access_logs"), logs);
    let fields = stage.log_fields.iter().map(|(name, variable)| (name.clone(), variable.as_str().into()));
    let format = serde_json::Value::Object(fields.collect());
    let mut resource = aws::ApiGatewayStage::new(aws::ApiGatewayStageArgs {
        deployment_id: deployment.id().into(),
        rest_api_id: api.id().into(),
        stage_name: stage.name.clone().into(),
    })
    .access_log_settings(aws::api_gateway_stage::AccessLogSettings::new(
        aws::api_gateway_stage::AccessLogSettingsArgs {
            destination_arn: logs.arn().into(),
            format: format.clone().into(),
        },
    ))
    .xray_tracing_enabled(stage.tracing)
    .tags(tags(&config.tags));
    if let Some(alias) = &stage.alias {
        resource = resource.variables(Map::new().with("alias", alias));
    }
    // API Gateway would make the log group itself, and keep its logs for ever.
    if stage.log_level != LogLevel::Off {
        let logs = aws::CloudwatchLogGroup::new()
            .name(format!("API-Gateway-Execution-Logs_{}/{}", api.id(), stage.name))
            .retention_in_days(stage.log_days)
            .tags(tags(&config.tags));
        let logs = stack.add(&format!("{name}_execution_logs"), logs);
        resource = resource.depends_on(&logs);
    }
    // Without the account's role, API Gateway refuses stages that log.
    let reference = stack.add(&name, resource.depends_on(account));
    let level = match stage.log_level {
        LogLevel::Off => "OFF",
        LogLevel::Error => "ERROR",
        LogLevel::Info => "INFO",
    };
    let mut settings =
        aws::api_gateway_method_settings::Settings::new().metrics_enabled(true).logging_level(level);
    if stage.traces_data {
        settings = settings.data_trace_enabled(true);
    }
    let (rate, burst) = stage.throttling.unzip();
    settings = settings.throttling_rate_limit(rate).throttling_burst_limit(burst);
    let settings = aws::ApiGatewayMethodSettings::new(aws::ApiGatewayMethodSettingsArgs {
        method_path: "*/*".into(),
        rest_api_id: api.id().into(),
        stage_name: reference.stage_name().into(),
        settings,
    });
    stack.add(&name, settings);
    reference
}

/// Lets a stage invoke the aliases that its routes lead to, and no other stage.
pub(crate) fn permissions(
    stack: &mut FormworkStack,
    api: &aws::ApiGatewayRestApiRef,
    config: &RestApiConfig,
    stage: &Stage,
) {
    let mut permitted = BTreeSet::new();
    for route in &config.routes {
        let alias = match (&route.target, &stage.alias) {
            (Target::Alias(alias), _) => Some(alias),
            (Target::ByStage { aliases, .. }, Some(alias)) => aliases.get(alias),
            (Target::ByStage { .. }, None) => None,
        };
        let Some(alias) = alias else { continue };
        let name = format!("{}_{}", label(&stage.name), alias.as_ref().address().name);
        if permitted.insert(name.clone()) {
            let source_arn = format!("{}/{}/*", api.execution_arn(), stage.name);
            stack.add(&name, permission(alias, source_arn));
        }
    }
}

/// Lets API Gateway invoke one alias for one source.
pub(crate) fn permission(alias: &aws::LambdaAliasRef, source_arn: String) -> aws::LambdaPermission {
    Callee::from(alias).permission("apigateway.amazonaws.com", source_arn)
}
