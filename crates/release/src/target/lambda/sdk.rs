//! Lambda and CloudWatch as the SDK calls them.

use std::collections::HashMap;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    AliasConfiguration, AliasRoutingConfiguration, FunctionConfiguration, LastUpdateStatus,
    ProvisionedConcurrencyStatusEnum, State,
};

use crate::aws::{AwsError, AwsErrorKind, Connection, failed};
use crate::target::lambda::alias::{Alias, Route};
use crate::target::lambda::analysis::Minute;
use crate::target::lambda::api::{Configuration, LambdaApi, Provisioned, Readiness, TrafficQuery};
use crate::target::lambda::metrics;
use crate::target::lambda::package::{Object, Package, Source};
use crate::watch::{AlarmState, alarm_states};

/// AWS itself, or what `AWS_ENDPOINT_URL` names in its place.
#[derive(Clone, Debug)]
pub struct Aws {
    lambda: aws_sdk_lambda::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
}

impl Aws {
    /// Clients over a connection.
    #[must_use]
    pub fn new(connection: &Connection) -> Self {
        Self {
            lambda: aws_sdk_lambda::Client::new(&connection.config),
            cloudwatch: aws_sdk_cloudwatch::Client::new(&connection.config),
        }
    }
}

impl LambdaApi for Aws {
    async fn alias(&self, function: &str, alias: &str) -> Result<Alias, AwsError> {
        let call = self.lambda.get_alias().function_name(function).name(alias).send().await;
        let output = call.map_err(failed("lambda", "GetAlias", format!("{function}:{alias}")))?;
        Ok(alias_of(
            function,
            &AliasConfiguration::builder()
                .set_name(output.name)
                .set_function_version(output.function_version)
                .set_description(output.description)
                .set_routing_config(output.routing_config)
                .set_revision_id(output.revision_id)
                .build(),
        ))
    }

    async fn update_alias(&self, read: &Alias, route: &Route, description: &str) -> Result<Alias, AwsError> {
        let Alias { function, name, .. } = read;
        let shares =
            route.weights.iter().map(|(version, weight)| (version.clone(), f64::from(*weight) / 1000.0));
        // Weights are always named: a change of version alone would keep the old ones.
        let shares: HashMap<String, f64> = shares.collect();
        let routing =
            AliasRoutingConfiguration::builder().set_additional_version_weights(Some(shares)).build();
        let call = self
            .lambda
            .update_alias()
            .function_name(function)
            .name(name)
            .function_version(&route.version)
            .routing_config(routing)
            .description(description)
            .revision_id(&read.revision_id)
            .send()
            .await;
        let output = call.map_err(failed("lambda", "UpdateAlias", format!("{function}:{name}")))?;
        Ok(alias_of(
            function,
            &AliasConfiguration::builder()
                .set_name(output.name)
                .set_function_version(output.function_version)
                .set_description(output.description)
                .set_routing_config(output.routing_config)
                .set_revision_id(output.revision_id)
                .build(),
        ))
    }

    async fn aliases(&self, function: &str) -> Result<Vec<Alias>, AwsError> {
        let pages = self.lambda.list_aliases().function_name(function).into_paginator().items().send();
        let found: Result<Vec<AliasConfiguration>, _> = pages.collect().await;
        let found = found.map_err(failed("lambda", "ListAliases", function))?;
        Ok(found.iter().map(|alias| alias_of(function, alias)).collect())
    }

    async fn versions(&self, function: &str) -> Result<Vec<Configuration>, AwsError> {
        let pages =
            self.lambda.list_versions_by_function().function_name(function).into_paginator().items().send();
        let found: Result<Vec<FunctionConfiguration>, _> = pages.collect().await;
        let found = found.map_err(failed("lambda", "ListVersionsByFunction", function))?;
        let mut versions: Vec<Configuration> =
            found.into_iter().map(configuration_of).filter(|it| it.version != "$LATEST").collect();
        versions.sort_by_key(|it| it.version.parse::<u64>().unwrap_or(0));
        Ok(versions)
    }

    async fn configuration(&self, function: &str, version: Option<&str>) -> Result<Configuration, AwsError> {
        let subject = format!("{function}:{}", version.unwrap_or("$LATEST"));
        let call = self
            .lambda
            .get_function_configuration()
            .function_name(function)
            .set_qualifier(version.map(str::to_owned))
            .send()
            .await;
        let output = call.map_err(failed("lambda", "GetFunctionConfiguration", subject))?;
        Ok(configuration_of(
            FunctionConfiguration::builder()
                .set_version(output.version)
                .set_code_sha256(output.code_sha256)
                .set_description(output.description)
                .set_revision_id(output.revision_id)
                .set_state(output.state)
                .set_state_reason(output.state_reason)
                .set_last_update_status(output.last_update_status)
                .set_last_update_status_reason(output.last_update_status_reason)
                .set_last_modified(output.last_modified)
                .build(),
        ))
    }

    async fn update_code(
        &self,
        function: &str,
        revision_id: &str,
        package: &Package,
    ) -> Result<Configuration, AwsError> {
        let call = self.lambda.update_function_code().function_name(function).revision_id(revision_id);
        let call = match package.source() {
            Source::Bytes(bytes) => call.zip_file(Blob::new(bytes.as_slice())),
            Source::Object(Object { bucket, key, version }) => {
                call.s3_bucket(bucket).s3_key(key).set_s3_object_version(version.clone())
            }
        };
        let call = call.send().await;
        let output = call.map_err(failed("lambda", "UpdateFunctionCode", function))?;
        Ok(configuration_of(
            FunctionConfiguration::builder()
                .set_version(output.version)
                .set_code_sha256(output.code_sha256)
                .set_description(output.description)
                .set_revision_id(output.revision_id)
                .set_state(output.state)
                .set_last_update_status(output.last_update_status)
                .set_last_modified(output.last_modified)
                .build(),
        ))
    }

    async fn publish(
        &self,
        function: &str,
        code_sha256: &str,
        description: &str,
    ) -> Result<Configuration, AwsError> {
        let call = self
            .lambda
            .publish_version()
            .function_name(function)
            .code_sha256(code_sha256)
            .description(description)
            .send()
            .await;
        let output = call.map_err(failed("lambda", "PublishVersion", function))?;
        Ok(configuration_of(
            FunctionConfiguration::builder()
                .set_version(output.version)
                .set_code_sha256(output.code_sha256)
                .set_description(output.description)
                .set_revision_id(output.revision_id)
                .set_state(output.state)
                .set_last_update_status(output.last_update_status)
                .set_last_modified(output.last_modified)
                .build(),
        ))
    }

    async fn provisioned(&self, function: &str, alias: &str) -> Result<Option<Provisioned>, AwsError> {
        let call = self
            .lambda
            .get_provisioned_concurrency_config()
            .function_name(function)
            .qualifier(alias)
            .send()
            .await;
        let subject = format!("{function}:{alias}");
        match call.map_err(failed("lambda", "GetProvisionedConcurrencyConfig", subject)) {
            Ok(output) => Ok(Some(match output.status {
                Some(ProvisionedConcurrencyStatusEnum::InProgress) => Provisioned::InProgress,
                Some(ProvisionedConcurrencyStatusEnum::Failed) => Provisioned::Failed,
                _ => Provisioned::Ready,
            })),
            Err(failure) if failure.kind == AwsErrorKind::Missing => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn traffic(&self, query: &TrafficQuery) -> Result<Vec<Minute>, AwsError> {
        metrics::traffic(&self.cloudwatch, query).await
    }

    async fn ringing(&self, alarms: &[String]) -> Result<Vec<String>, AwsError> {
        let states = alarm_states(&self.cloudwatch, alarms).await?;
        Ok(states
            .into_iter()
            .filter(|(_, state)| *state == AlarmState::Rings)
            .map(|(name, _)| name)
            .collect())
    }
}

fn alias_of(function: &str, alias: &AliasConfiguration) -> Alias {
    let shares = alias.routing_config.as_ref().and_then(|it| it.additional_version_weights.as_ref());
    let version = alias.function_version.as_deref().unwrap_or_default();
    Alias {
        function: function.to_owned(),
        name: alias.name.clone().unwrap_or_default(),
        route: Route::from_shares(version, shares.into_iter().flatten()),
        description: alias.description.clone().unwrap_or_default(),
        revision_id: alias.revision_id.clone().unwrap_or_default(),
    }
}

fn configuration_of(found: FunctionConfiguration) -> Configuration {
    let update_failed = found.last_update_status == Some(LastUpdateStatus::Failed);
    let reason = |reason: Option<String>| reason.unwrap_or_else(|| "AWS gives no reason".to_owned());
    let readiness = match found.state {
        _ if update_failed => Readiness::Failed(reason(found.last_update_status_reason)),
        _ if found.last_update_status == Some(LastUpdateStatus::InProgress) => Readiness::Pending,
        Some(State::Pending) => Readiness::Pending,
        Some(State::Failed) => Readiness::Failed(reason(found.state_reason)),
        // A function that was not called for long is inactive, and wakes at the next call.
        _ => Readiness::Ready,
    };
    Configuration {
        version: found.version.unwrap_or_default(),
        code_sha256: found.code_sha256.unwrap_or_default(),
        description: found.description.unwrap_or_default(),
        revision_id: found.revision_id.unwrap_or_default(),
        readiness,
        modified: found.last_modified.unwrap_or_default(),
    }
}
