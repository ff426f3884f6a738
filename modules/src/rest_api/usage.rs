//! Usage plans and API keys.

use formwork::{Stack as FormworkStack, aws};
use indexmap::IndexMap;

use crate::label::label;
use crate::rest_api::config::RestApiConfig;
use crate::rest_api::serving::{Period, UsagePlan};
use crate::tags::tags;

/// Adds the usage plans; returns the keys by name.
pub(crate) fn plans(
    stack: &mut FormworkStack,
    api: &aws::ApiGatewayRestApiRef,
    config: &RestApiConfig,
    stages: &IndexMap<String, aws::ApiGatewayStageRef>,
) -> IndexMap<String, aws::ApiGatewayApiKeyRef> {
    let mut keys = IndexMap::new();
    for plan in &config.usage_plans {
        let reference = stack.add(&label(&plan.name), usage_plan(api, config, plan, stages));
        for key in &plan.keys {
            let name = format!("{}_{}", label(&plan.name), label(key));
            let key_reference = stack.add(&name, aws::ApiGatewayApiKey::new(key).tags(tags(&config.tags)));
            let membership = aws::ApiGatewayUsagePlanKey::new(aws::ApiGatewayUsagePlanKeyArgs {
                key_id: key_reference.id().into(),
                key_type: "API_KEY".into(),
                usage_plan_id: reference.id().into(),
            });
            stack.add(&name, membership);
            keys.insert(key.clone(), key_reference);
        }
        for stage in plan.stages.iter().filter(|stage| !stages.contains_key(*stage)) {
            let message =
                format!("the usage plan `{}` is for the stage `{stage}`, which the API lacks", plan.name);
            let diagnostic = stack.diagnostic(message).did_you_mean(stage, stages.keys().map(String::as_str));
            stack.report(diagnostic);
        }
    }
    keys
}

fn usage_plan(
    api: &aws::ApiGatewayRestApiRef,
    config: &RestApiConfig,
    plan: &UsagePlan,
    stages: &IndexMap<String, aws::ApiGatewayStageRef>,
) -> aws::ApiGatewayUsagePlan {
    let mut resource = aws::ApiGatewayUsagePlan::new(&plan.name).tags(tags(&config.tags));
    for stage in plan.stages.iter().filter_map(|stage| stages.get(stage)) {
        let covered =
            aws::api_gateway_usage_plan::ApiStages::new(aws::api_gateway_usage_plan::ApiStagesArgs {
                api_id: api.id().into(),
                stage: stage.stage_name().into(),
            });
        resource = resource.api_stages(covered);
    }
    let quota = plan.quota.map(|(requests, period)| {
        let period = match period {
            Period::Day => "DAY",
            Period::Week => "WEEK",
            Period::Month => "MONTH",
        };
        aws::api_gateway_usage_plan::QuotaSettings::new(requests, period)
    });
    let throttling = plan.throttling.map(|(rate, burst)| {
        aws::api_gateway_usage_plan::ThrottleSettings::new().rate_limit(rate).burst_limit(burst)
    });
    resource.quota_settings(quota).throttle_settings(throttling)
}
