//! `local`: every call to AWS goes to an emulator on this machine, with keys that open nothing.

use formwork::aws;
use formwork::aws::provider::Endpoints;

/// What an emulator takes for keys: anything.
const KEY: &str = "test";

/// Points a provider at an emulator: every service that a stack here uses, no credentials, and no questions to AWS about
/// account, region or instance.
pub(crate) fn redirect(provider: aws::Provider, endpoint: &str) -> aws::Provider {
    let endpoints = Endpoints::new()
        .apigateway(endpoint)
        .cloudtrail(endpoint)
        .cloudwatch(endpoint)
        .ec2(endpoint)
        .events(endpoint)
        .iam(endpoint)
        .lambda(endpoint)
        .logs(endpoint)
        .rds(endpoint)
        .route53(endpoint)
        .s3(endpoint)
        .secretsmanager(endpoint)
        .sns(endpoint)
        .sqs(endpoint)
        .sts(endpoint);
    provider
        .access_key(KEY)
        .secret_key(KEY)
        .skip_credentials_validation(true)
        .skip_metadata_api_check("true")
        .skip_region_validation(true)
        .skip_requesting_account_id(true)
        // An emulator has one host name for all buckets.
        .s3_use_path_style(true)
        .endpoints(endpoints)
}
