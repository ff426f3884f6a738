//! What the verbs call, from the Service Authorization Reference: "Actions, resources, and condition keys for AWS Lambda" and "… for Amazon CloudWatch".

use crate::permissions::{DESCRIBE_ALARMS, Permission, Scope, Verb};

const GET_ALIAS: Permission = on_function("lambda:GetAlias");
const UPDATE_ALIAS: Permission = on_function("lambda:UpdateAlias");
const LIST_ALIASES: Permission = on_function("lambda:ListAliases");
const LIST_VERSIONS: Permission = on_function("lambda:ListVersionsByFunction");
const GET_CONFIGURATION: Permission = on_function("lambda:GetFunctionConfiguration");
const UPDATE_CODE: Permission = on_function("lambda:UpdateFunctionCode");
const PUBLISH_VERSION: Permission = on_function("lambda:PublishVersion");
const GET_CONCURRENCY: Permission = on_function("lambda:GetProvisionedConcurrencyConfig");
const GET_METRICS: Permission = Permission { action: "cloudwatch:GetMetricData", scope: Scope::Everything };

const fn on_function(action: &'static str) -> Permission {
    Permission { action, scope: Scope::Function }
}

/// What a verb calls.
pub(super) const fn permissions(verb: Verb) -> &'static [Permission] {
    match verb {
        Verb::Start => &[
            GET_ALIAS,
            GET_CONCURRENCY,
            GET_CONFIGURATION,
            LIST_VERSIONS,
            UPDATE_CODE,
            PUBLISH_VERSION,
            UPDATE_ALIAS,
        ],
        Verb::Verify => &[GET_ALIAS, GET_CONFIGURATION, UPDATE_ALIAS, DESCRIBE_ALARMS],
        Verb::Promote => &[GET_ALIAS, GET_CONCURRENCY, UPDATE_ALIAS, GET_METRICS, DESCRIBE_ALARMS],
        Verb::Resume => &[
            GET_ALIAS,
            GET_CONCURRENCY,
            GET_CONFIGURATION,
            LIST_VERSIONS,
            UPDATE_ALIAS,
            GET_METRICS,
            DESCRIBE_ALARMS,
        ],
        Verb::Rollback => &[GET_ALIAS, GET_CONFIGURATION, LIST_VERSIONS, UPDATE_ALIAS],
        Verb::Status | Verb::History => &[LIST_ALIASES, LIST_VERSIONS],
    }
}
