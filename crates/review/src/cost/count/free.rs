//! Types that cost nothing by themselves. What they belong to may.

/// Whole families of which nothing is paid for by resource: providers, and a service of AWS that is free.
const FAMILIES: &[&str] =
    &["archive_", "aws_iam_", "github_", "local_", "null_", "random_", "terraform_", "time_", "tls_"];

/// Types of AWS, in order. Their names are exact: beside `aws_route` there is `aws_route53_health_check`.
const TYPES: &[&str] = &[
    "aws_acm_certificate_validation",
    "aws_api_gateway_account",
    "aws_api_gateway_api_key",
    "aws_api_gateway_authorizer",
    "aws_api_gateway_base_path_mapping",
    "aws_api_gateway_deployment",
    "aws_api_gateway_domain_name",
    "aws_api_gateway_gateway_response",
    "aws_api_gateway_integration",
    "aws_api_gateway_integration_response",
    "aws_api_gateway_method",
    "aws_api_gateway_method_response",
    "aws_api_gateway_model",
    "aws_api_gateway_request_validator",
    "aws_api_gateway_resource",
    "aws_api_gateway_rest_api_policy",
    "aws_api_gateway_usage_plan",
    "aws_api_gateway_usage_plan_key",
    "aws_apigatewayv2_api_mapping",
    "aws_apigatewayv2_authorizer",
    "aws_apigatewayv2_deployment",
    "aws_apigatewayv2_domain_name",
    "aws_apigatewayv2_integration",
    "aws_apigatewayv2_route",
    "aws_apprunner_auto_scaling_configuration_version",
    // Its actions are paid, not the budget.
    "aws_budgets_budget",
    "aws_cloudfront_cache_policy",
    "aws_cloudfront_origin_access_control",
    "aws_cloudfront_origin_access_identity",
    "aws_cloudfront_origin_request_policy",
    "aws_cloudfront_response_headers_policy",
    "aws_cloudwatch_event_permission",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_resource_policy",
    "aws_cloudwatch_log_stream",
    "aws_cloudwatch_query_definition",
    "aws_db_option_group",
    "aws_db_parameter_group",
    "aws_db_subnet_group",
    "aws_default_network_acl",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_default_subnet",
    "aws_default_vpc",
    "aws_ecr_lifecycle_policy",
    "aws_ecr_repository_policy",
    "aws_ecs_capacity_provider",
    "aws_ecs_cluster_capacity_providers",
    "aws_ecs_task_definition",
    "aws_eip_association",
    "aws_elasticache_parameter_group",
    "aws_elasticache_subnet_group",
    "aws_internet_gateway",
    "aws_key_pair",
    "aws_kms_alias",
    "aws_kms_key_policy",
    "aws_lambda_alias",
    "aws_lambda_event_source_mapping",
    "aws_lambda_function_event_invoke_config",
    "aws_lambda_function_url",
    "aws_lambda_layer_version",
    "aws_lambda_permission",
    "aws_lb_listener",
    "aws_lb_listener_certificate",
    "aws_lb_listener_rule",
    "aws_lb_target_group",
    "aws_lb_target_group_attachment",
    "aws_main_route_table_association",
    "aws_network_acl",
    "aws_network_acl_rule",
    "aws_network_interface",
    "aws_placement_group",
    "aws_route",
    "aws_route53_delegation_set",
    "aws_route53_record",
    "aws_route53_zone_association",
    "aws_route_table",
    "aws_route_table_association",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    // Older versions are storage of the bucket.
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_website_configuration",
    "aws_scheduler_schedule_group",
    "aws_secretsmanager_secret_policy",
    "aws_secretsmanager_secret_version",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_sns_topic_policy",
    "aws_sqs_queue_policy",
    "aws_sqs_queue_redrive_allow_policy",
    "aws_sqs_queue_redrive_policy",
    "aws_subnet",
    "aws_volume_attachment",
    "aws_vpc",
    "aws_vpc_dhcp_options",
    "aws_vpc_dhcp_options_association",
    "aws_vpc_endpoint_route_table_association",
    "aws_vpc_ipv4_cidr_block_association",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
    // Rules are counted with the list that they are in.
    "aws_wafv2_ip_set",
    "aws_wafv2_web_acl_association",
];

pub(super) fn is_free(type_name: &str) -> bool {
    TYPES.binary_search(&type_name).is_ok() || FAMILIES.iter().any(|family| type_name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use formwork_schema::Library;

    use super::*;

    #[test]
    fn types_are_in_order_and_there_are_such() {
        assert!(TYPES.is_sorted());
        let library = Library::embedded();
        let known: Vec<&str> = library.iter().flat_map(|catalogue| catalogue.resource_names()).collect();
        let invented: Vec<_> = TYPES.iter().filter(|name| !known.contains(name)).collect();
        assert!(invented.is_empty(), "{invented:?}");
    }

    #[test]
    fn a_type_is_not_free_because_its_name_begins_like_one_that_is() {
        for paid in [
            "aws_route53recoverycontrolconfig_cluster",
            "aws_route53_health_check",
            "aws_vpc_ipam",
            "aws_vpclattice_service",
            "aws_vpn_connection",
            "aws_cloudtrail_event_data_store",
            "aws_lambda_provisioned_concurrency_config",
            "aws_s3_bucket_inventory",
        ] {
            assert!(!is_free(paid), "{paid}");
        }
    }
}
