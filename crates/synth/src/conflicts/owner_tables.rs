//! Which objects set one thing, with a source for each row: the API that replaces what is there, or the page of the
//! provider that says what cannot stand side by side. A test checks every type and argument against the catalogues.

/// A thing that one object sets as a whole: a second one of the type replaces what the first one set.
pub(super) struct Once {
    pub(super) type_name: &'static str,
    /// The arguments that say which thing it is, the one that names it first.
    pub(super) by: &'static [&'static str],
    /// The action of the API that replaces.
    pub(super) source: &'static str,
}

/// Arguments of an object that list its parts, which exist as objects of their own too.
pub(super) struct Inline {
    pub(super) type_name: &'static str,
    pub(super) arguments: &'static [&'static str],
    /// The type of the part, and its argument that names the whole.
    pub(super) part: &'static str,
    pub(super) refers: &'static str,
    /// What an argument of the part must be, if it is a part only then.
    pub(super) only: Option<(&'static str, &'static str)>,
    /// What replaces.
    pub(super) source: &'static str,
}

/// An object that removes the parts that are not in its list.
pub(super) struct Exclusive {
    pub(super) type_name: &'static str,
    pub(super) list: &'static str,
    /// The argument that names the whole, unless it is the object itself.
    pub(super) refers: Option<&'static str>,
    /// The type of the part, its argument that names the whole, and the one that stands in the list.
    pub(super) part: &'static str,
    pub(super) part_refers: &'static str,
    pub(super) part_named: &'static str,
    pub(super) source: &'static str,
}

/// An object that removes what others add to the thing that it names.
pub(super) struct Whole {
    pub(super) type_name: &'static str,
    pub(super) refers: &'static str,
    pub(super) parts: &'static [&'static str],
    pub(super) source: &'static str,
}

const fn once(type_name: &'static str, by: &'static [&'static str], source: &'static str) -> Once {
    Once { type_name, by, source }
}

const fn inline(
    (type_name, arguments): (&'static str, &'static [&'static str]),
    (part, refers): (&'static str, &'static str),
    source: &'static str,
) -> Inline {
    Inline { type_name, arguments, part, refers, only: None, source }
}

/// Sources: the API references of the services, and GitHub's REST API.
#[rustfmt::skip]
pub(super) const ONCE: &[Once] = &[
    once("aws_appautoscaling_policy", &["resource_id", "service_namespace", "scalable_dimension", "name"], "`PutScalingPolicy`"),
    once("aws_appautoscaling_target", &["resource_id", "service_namespace", "scalable_dimension"], "`RegisterScalableTarget`"),
    once("aws_autoscaling_policy", &["autoscaling_group_name", "name"], "`PutScalingPolicy`"),
    once("aws_autoscaling_schedule", &["autoscaling_group_name", "scheduled_action_name"], "`PutScheduledUpdateGroupAction`"),
    once("aws_backup_vault_policy", &["backup_vault_name"], "`PutBackupVaultAccessPolicy`"),
    once("aws_cloudwatch_composite_alarm", &["alarm_name"], "`PutCompositeAlarm`"),
    once("aws_cloudwatch_dashboard", &["dashboard_name"], "`PutDashboard`"),
    once("aws_cloudwatch_event_bus_policy", &["event_bus_name"], "`PutPermission`"),
    once("aws_cloudwatch_event_rule", &["name", "event_bus_name"], "`PutRule`"),
    once("aws_cloudwatch_event_target", &["rule", "event_bus_name", "target_id"], "`PutTargets`"),
    once("aws_cloudwatch_log_destination_policy", &["destination_name"], "`PutDestinationPolicy`"),
    once("aws_cloudwatch_log_metric_filter", &["log_group_name", "name"], "`PutMetricFilter`"),
    once("aws_cloudwatch_log_resource_policy", &["policy_name"], "`PutResourcePolicy`"),
    once("aws_cloudwatch_log_subscription_filter", &["log_group_name", "name"], "`PutSubscriptionFilter`"),
    once("aws_cloudwatch_metric_alarm", &["alarm_name"], "`PutMetricAlarm`"),
    once("aws_dynamodb_resource_policy", &["resource_arn"], "`PutResourcePolicy`"),
    once("aws_dynamodb_table_item", &["table_name", "item"], "`PutItem`"),
    once("aws_ecr_lifecycle_policy", &["repository"], "`PutLifecyclePolicy`"),
    once("aws_ecr_repository_policy", &["repository"], "`SetRepositoryPolicy`"),
    once("aws_ecs_cluster", &["name"], "`CreateCluster` gives back the one that is there, and the other"),
    once("aws_ecs_cluster_capacity_providers", &["cluster_name"], "`PutClusterCapacityProviders`"),
    once("aws_efs_backup_policy", &["file_system_id"], "`PutBackupPolicy`"),
    once("aws_efs_file_system_policy", &["file_system_id"], "`PutFileSystemPolicy`"),
    once("aws_elasticsearch_domain_policy", &["domain_name"], "`UpdateElasticsearchDomainConfig`"),
    once("aws_glacier_vault_lock", &["vault_name"], "`InitiateVaultLock`"),
    once("aws_iam_group_membership", &["group"], "`aws_iam_group_membership` removes other users and"),
    once("aws_iam_group_policy", &["group", "name"], "`PutGroupPolicy`"),
    once("aws_iam_group_policy_attachment", &["group", "policy_arn"], "`DetachGroupPolicy` of the one undoes the other, which otherwise"),
    once("aws_iam_policy_attachment", &["policy_arn"], "`aws_iam_policy_attachment` removes other attachments and"),
    once("aws_iam_role_policies_exclusive", &["role_name"], "`aws_iam_role_policies_exclusive` removes other policies and"),
    once("aws_iam_role_policy", &["role", "name"], "`PutRolePolicy`"),
    once("aws_iam_role_policy_attachment", &["role", "policy_arn"], "`DetachRolePolicy` of the one undoes the other, which otherwise"),
    once("aws_iam_role_policy_attachments_exclusive", &["role_name"], "`aws_iam_role_policy_attachments_exclusive` removes other attachments and"),
    once("aws_iam_user_policy", &["user", "name"], "`PutUserPolicy`"),
    once("aws_iam_user_policy_attachment", &["user", "policy_arn"], "`DetachUserPolicy` of the one undoes the other, which otherwise"),
    once("aws_kinesis_resource_policy", &["resource_arn"], "`PutResourcePolicy`"),
    once("aws_kms_key_policy", &["key_id"], "`PutKeyPolicy`"),
    once("aws_lambda_function_event_invoke_config", &["function_name", "qualifier"], "`PutFunctionEventInvokeConfig`"),
    once("aws_lambda_provisioned_concurrency_config", &["function_name", "qualifier"], "`PutProvisionedConcurrencyConfig`"),
    once("aws_main_route_table_association", &["vpc_id"], "`ReplaceRouteTableAssociation`"),
    once("aws_opensearch_domain_policy", &["domain_name"], "`UpdateDomainConfig`"),
    once("aws_s3_bucket_accelerate_configuration", &["bucket"], "`PutBucketAccelerateConfiguration`"),
    once("aws_s3_bucket_acl", &["bucket"], "`PutBucketAcl`"),
    once("aws_s3_bucket_analytics_configuration", &["bucket", "name"], "`PutBucketAnalyticsConfiguration`"),
    once("aws_s3_bucket_cors_configuration", &["bucket"], "`PutBucketCors`"),
    once("aws_s3_bucket_intelligent_tiering_configuration", &["bucket", "name"], "`PutBucketIntelligentTieringConfiguration`"),
    once("aws_s3_bucket_inventory", &["bucket", "name"], "`PutBucketInventoryConfiguration`"),
    once("aws_s3_bucket_lifecycle_configuration", &["bucket"], "`PutBucketLifecycleConfiguration`"),
    once("aws_s3_bucket_logging", &["bucket"], "`PutBucketLogging`"),
    once("aws_s3_bucket_metric", &["bucket", "name"], "`PutBucketMetricsConfiguration`"),
    once("aws_s3_bucket_notification", &["bucket"], "`PutBucketNotificationConfiguration`"),
    once("aws_s3_bucket_object_lock_configuration", &["bucket"], "`PutObjectLockConfiguration`"),
    once("aws_s3_bucket_ownership_controls", &["bucket"], "`PutBucketOwnershipControls`"),
    once("aws_s3_bucket_policy", &["bucket"], "`PutBucketPolicy`"),
    once("aws_s3_bucket_public_access_block", &["bucket"], "`PutPublicAccessBlock`"),
    once("aws_s3_bucket_replication_configuration", &["bucket"], "`PutBucketReplication`"),
    once("aws_s3_bucket_request_payment_configuration", &["bucket"], "`PutBucketRequestPayment`"),
    once("aws_s3_bucket_server_side_encryption_configuration", &["bucket"], "`PutBucketEncryption`"),
    once("aws_s3_bucket_versioning", &["bucket"], "`PutBucketVersioning`"),
    once("aws_s3_bucket_website_configuration", &["bucket"], "`PutBucketWebsite`"),
    once("aws_s3_object", &["bucket", "key"], "`PutObject`"),
    once("aws_secretsmanager_secret_policy", &["secret_arn"], "`PutResourcePolicy`"),
    once("aws_secretsmanager_secret_rotation", &["secret_id"], "`RotateSecret`"),
    once("aws_sns_topic", &["name"], "`CreateTopic` gives back the one that is there, and the other"),
    once("aws_sns_topic_policy", &["arn"], "`SetTopicAttributes`"),
    once("aws_sns_topic_subscription", &["topic_arn", "protocol", "endpoint"], "`Subscribe` gives back the one that is there, and the other"),
    once("aws_sqs_queue_policy", &["queue_url"], "`SetQueueAttributes`"),
    once("aws_sqs_queue_redrive_allow_policy", &["queue_url"], "`SetQueueAttributes`"),
    once("aws_sqs_queue_redrive_policy", &["queue_url"], "`SetQueueAttributes`"),
    once("aws_vpc_dhcp_options_association", &["vpc_id"], "`AssociateDhcpOptions`"),
    once("aws_wafv2_web_acl_association", &["resource_arn"], "`AssociateWebACL`"),
    once("aws_wafv2_web_acl_logging_configuration", &["resource_arn"], "`PutLoggingConfiguration`"),
    once("github_actions_environment_secret", &["repository", "environment", "secret_name"], "`PUT …/environments/{name}/secrets/{name}`"),
    once("github_actions_organization_secret", &["secret_name"], "`PUT /orgs/{org}/actions/secrets/{name}`"),
    once("github_actions_secret", &["repository", "secret_name"], "`PUT …/actions/secrets/{name}`"),
    once("github_branch_default", &["repository"], "`PATCH /repos/{owner}/{repo}`"),
    once("github_membership", &["username"], "`PUT /orgs/{org}/memberships/{username}`"),
    once("github_repository_collaborators", &["repository"], "`github_repository_collaborators` removes others and"),
    once("github_repository_environment", &["repository", "environment"], "`PUT …/environments/{name}`"),
    once("github_repository_file", &["repository", "branch", "file"], "`PUT …/contents/{path}`"),
    once("github_repository_topics", &["repository"], "`PUT …/topics`"),
    once("github_team_members", &["team_id"], "`github_team_members` removes others and"),
    once("github_team_membership", &["team_id", "username"], "`PUT …/memberships/{username}`"),
    once("github_team_repository", &["team_id", "repository"], "`PUT /orgs/{org}/teams/{team}/repos/{owner}/{repo}`"),
];

/// Sources: the notes on the pages of the types in the provider's documentation, and the API references.
#[rustfmt::skip]
pub(super) const INLINE: &[Inline] = &[
    Inline { only: Some(("type", "egress")), ..inline(("aws_security_group", &["egress"]), ("aws_security_group_rule", "security_group_id"), "`aws_security_group` with rules of its own") },
    Inline { only: Some(("type", "ingress")), ..inline(("aws_security_group", &["ingress"]), ("aws_security_group_rule", "security_group_id"), "`aws_security_group` with rules of its own") },
    inline(("aws_security_group", &["egress"]), ("aws_vpc_security_group_egress_rule", "security_group_id"), "`aws_security_group` with rules of its own"),
    inline(("aws_security_group", &["ingress"]), ("aws_vpc_security_group_ingress_rule", "security_group_id"), "`aws_security_group` with rules of its own"),
    inline(("aws_autoscaling_group", &["load_balancers", "target_group_arns", "traffic_source"]), ("aws_autoscaling_attachment", "autoscaling_group_name"), "`aws_autoscaling_group` with a list of its own"),
    inline(("aws_autoscaling_group", &["load_balancers", "target_group_arns", "traffic_source"]), ("aws_autoscaling_traffic_source_attachment", "autoscaling_group_name"), "`aws_autoscaling_group` with a list of its own"),
    inline(("aws_default_network_acl", &["egress", "ingress"]), ("aws_network_acl_rule", "network_acl_id"), "`aws_default_network_acl` with rules of its own"),
    inline(("aws_default_route_table", &["route"]), ("aws_route", "route_table_id"), "`aws_default_route_table` with routes of its own"),
    inline(("aws_dynamodb_table", &["replica"]), ("aws_dynamodb_table_replica", "global_table_arn"), "`aws_dynamodb_table` with replicas of its own"),
    inline(("aws_ec2_managed_prefix_list", &["entry"]), ("aws_ec2_managed_prefix_list_entry", "prefix_list_id"), "`aws_ec2_managed_prefix_list` with entries of its own"),
    inline(("aws_eip", &["instance", "network_interface"]), ("aws_eip_association", "allocation_id"), "`AssociateAddress`"),
    inline(("aws_elasticsearch_domain", &["access_policies"]), ("aws_elasticsearch_domain_policy", "domain_name"), "`UpdateElasticsearchDomainConfig`"),
    inline(("aws_elb", &["instances"]), ("aws_elb_attachment", "elb"), "`aws_elb` with instances of its own"),
    inline(("aws_iam_role", &["inline_policy"]), ("aws_iam_role_policy", "role"), "`aws_iam_role` with policies of its own"),
    inline(("aws_instance", &["ebs_block_device"]), ("aws_volume_attachment", "instance_id"), "`aws_instance` with volumes of its own"),
    inline(("aws_instance", &["vpc_security_group_ids"]), ("aws_network_interface_sg_attachment", "network_interface_id"), "`aws_instance` with groups of its own"),
    inline(("aws_kms_key", &["policy"]), ("aws_kms_key_policy", "key_id"), "`PutKeyPolicy`"),
    inline(("aws_network_acl", &["egress", "ingress"]), ("aws_network_acl_rule", "network_acl_id"), "`aws_network_acl` with rules of its own"),
    inline(("aws_network_acl", &["subnet_ids"]), ("aws_network_acl_association", "network_acl_id"), "`aws_network_acl` with subnets of its own"),
    inline(("aws_network_interface", &["security_groups"]), ("aws_network_interface_sg_attachment", "network_interface_id"), "`aws_network_interface` with groups of its own"),
    inline(("aws_opensearch_domain", &["access_policies"]), ("aws_opensearch_domain_policy", "domain_name"), "`UpdateDomainConfig`"),
    inline(("aws_rds_cluster", &["iam_roles"]), ("aws_rds_cluster_role_association", "db_cluster_identifier"), "`aws_rds_cluster` with roles of its own"),
    inline(("aws_redshift_cluster", &["iam_roles"]), ("aws_redshift_cluster_iam_roles", "cluster_identifier"), "`ModifyClusterIamRoles`"),
    inline(("aws_route53_zone", &["vpc"]), ("aws_route53_zone_association", "zone_id"), "`aws_route53_zone` with networks of its own"),
    inline(("aws_route_table", &["route"]), ("aws_route", "route_table_id"), "`aws_route_table` with routes of its own"),
    inline(("aws_s3_bucket", &["acceleration_status"]), ("aws_s3_bucket_accelerate_configuration", "bucket"), "`PutBucketAccelerateConfiguration`"),
    inline(("aws_s3_bucket", &["acl", "grant"]), ("aws_s3_bucket_acl", "bucket"), "`PutBucketAcl`"),
    inline(("aws_s3_bucket", &["cors_rule"]), ("aws_s3_bucket_cors_configuration", "bucket"), "`PutBucketCors`"),
    inline(("aws_s3_bucket", &["lifecycle_rule"]), ("aws_s3_bucket_lifecycle_configuration", "bucket"), "`PutBucketLifecycleConfiguration`"),
    inline(("aws_s3_bucket", &["logging"]), ("aws_s3_bucket_logging", "bucket"), "`PutBucketLogging`"),
    inline(("aws_s3_bucket", &["object_lock_configuration"]), ("aws_s3_bucket_object_lock_configuration", "bucket"), "`PutObjectLockConfiguration`"),
    inline(("aws_s3_bucket", &["policy"]), ("aws_s3_bucket_policy", "bucket"), "`PutBucketPolicy`"),
    inline(("aws_s3_bucket", &["replication_configuration"]), ("aws_s3_bucket_replication_configuration", "bucket"), "`PutBucketReplication`"),
    inline(("aws_s3_bucket", &["request_payer"]), ("aws_s3_bucket_request_payment_configuration", "bucket"), "`PutBucketRequestPayment`"),
    inline(("aws_s3_bucket", &["server_side_encryption_configuration"]), ("aws_s3_bucket_server_side_encryption_configuration", "bucket"), "`PutBucketEncryption`"),
    inline(("aws_s3_bucket", &["versioning"]), ("aws_s3_bucket_versioning", "bucket"), "`PutBucketVersioning`"),
    inline(("aws_s3_bucket", &["website"]), ("aws_s3_bucket_website_configuration", "bucket"), "`PutBucketWebsite`"),
    inline(("aws_secretsmanager_secret", &["policy"]), ("aws_secretsmanager_secret_policy", "secret_arn"), "`PutResourcePolicy`"),
    inline(("aws_sns_topic", &["policy"]), ("aws_sns_topic_policy", "arn"), "`SetTopicAttributes`"),
    inline(("aws_sqs_queue", &["policy"]), ("aws_sqs_queue_policy", "queue_url"), "`SetQueueAttributes`"),
    inline(("aws_sqs_queue", &["redrive_allow_policy"]), ("aws_sqs_queue_redrive_allow_policy", "queue_url"), "`SetQueueAttributes`"),
    inline(("aws_sqs_queue", &["redrive_policy"]), ("aws_sqs_queue_redrive_policy", "queue_url"), "`SetQueueAttributes`"),
    inline(("aws_vpc_endpoint", &["policy"]), ("aws_vpc_endpoint_policy", "vpc_endpoint_id"), "`ModifyVpcEndpoint`"),
    inline(("aws_vpc_endpoint", &["route_table_ids"]), ("aws_vpc_endpoint_route_table_association", "vpc_endpoint_id"), "`aws_vpc_endpoint` with route tables of its own"),
    inline(("aws_vpc_endpoint", &["security_group_ids"]), ("aws_vpc_endpoint_security_group_association", "vpc_endpoint_id"), "`aws_vpc_endpoint` with groups of its own"),
    inline(("aws_vpc_endpoint", &["subnet_ids"]), ("aws_vpc_endpoint_subnet_association", "vpc_endpoint_id"), "`aws_vpc_endpoint` with subnets of its own"),
    inline(("github_repository", &["default_branch"]), ("github_branch_default", "repository"), "`PATCH /repos/{owner}/{repo}`"),
    inline(("github_repository", &["topics"]), ("github_repository_topics", "repository"), "`PUT …/topics`"),
];

/// Sources: the pages of the types in the provider's documentation.
#[rustfmt::skip]
pub(super) const EXCLUSIVE: &[Exclusive] = &[
    Exclusive { type_name: "aws_iam_role", list: "managed_policy_arns", refers: None, part: "aws_iam_role_policy_attachment", part_refers: "role", part_named: "policy_arn", source: "`managed_policy_arns` is exclusive" },
    Exclusive { type_name: "aws_iam_group_policies_exclusive", list: "policy_names", refers: Some("group_name"), part: "aws_iam_group_policy", part_refers: "group", part_named: "name", source: "the page of `aws_iam_group_policies_exclusive`" },
    Exclusive { type_name: "aws_iam_group_policy_attachments_exclusive", list: "policy_arns", refers: Some("group_name"), part: "aws_iam_group_policy_attachment", part_refers: "group", part_named: "policy_arn", source: "the page of `aws_iam_group_policy_attachments_exclusive`" },
    Exclusive { type_name: "aws_iam_role_policies_exclusive", list: "policy_names", refers: Some("role_name"), part: "aws_iam_role_policy", part_refers: "role", part_named: "name", source: "the page of `aws_iam_role_policies_exclusive`" },
    Exclusive { type_name: "aws_iam_role_policy_attachments_exclusive", list: "policy_arns", refers: Some("role_name"), part: "aws_iam_role_policy_attachment", part_refers: "role", part_named: "policy_arn", source: "the page of `aws_iam_role_policy_attachments_exclusive`" },
    Exclusive { type_name: "aws_iam_user_policies_exclusive", list: "policy_names", refers: Some("user_name"), part: "aws_iam_user_policy", part_refers: "user", part_named: "name", source: "the page of `aws_iam_user_policies_exclusive`" },
    Exclusive { type_name: "aws_iam_user_policy_attachments_exclusive", list: "policy_arns", refers: Some("user_name"), part: "aws_iam_user_policy_attachment", part_refers: "user", part_named: "policy_arn", source: "the page of `aws_iam_user_policy_attachments_exclusive`" },
    Exclusive { type_name: "aws_vpc_security_group_rules_exclusive", list: "egress_rule_ids", refers: Some("security_group_id"), part: "aws_vpc_security_group_egress_rule", part_refers: "security_group_id", part_named: "id", source: "the page of `aws_vpc_security_group_rules_exclusive`" },
    Exclusive { type_name: "aws_vpc_security_group_rules_exclusive", list: "ingress_rule_ids", refers: Some("security_group_id"), part: "aws_vpc_security_group_ingress_rule", part_refers: "security_group_id", part_named: "id", source: "the page of `aws_vpc_security_group_rules_exclusive`" },
];

/// Sources: the pages of the types in the provider's documentation.
#[rustfmt::skip]
pub(super) const WHOLE: &[Whole] = &[
    Whole { type_name: "aws_iam_policy_attachment", refers: "policy_arn", parts: &["aws_iam_group_policy_attachment", "aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment"], source: "the page of `aws_iam_policy_attachment`" },
    Whole { type_name: "github_repository_collaborators", refers: "repository", parts: &["github_repository_collaborator"], source: "the page of `github_repository_collaborators`" },
    Whole { type_name: "github_team_members", refers: "team_id", parts: &["github_team_membership"], source: "the page of `github_team_members`" },
];

#[cfg(test)]
mod tests {
    use formwork_schema::Library;

    use super::*;

    /// A type has its arguments in some catalogue.
    fn has(library: &Library, type_name: &str, arguments: &[&str]) {
        let schemas: Vec<_> = library
            .iter()
            .filter_map(|catalogue| catalogue.resource(type_name).expect("it is whole"))
            .collect();
        assert!(!schemas.is_empty(), "no provider has {type_name}");
        for argument in arguments {
            let known = |block: &formwork_schema::BlockSchema| {
                block.attribute(argument).is_some() || block.nested_block(argument).is_some()
            };
            assert!(schemas.iter().any(|schema| known(&schema.block)), "{type_name} has no {argument}");
        }
    }

    #[test]
    fn every_type_and_argument_exists() {
        let library = Library::embedded();
        for row in ONCE {
            has(&library, row.type_name, row.by);
        }
        for row in INLINE {
            has(&library, row.type_name, row.arguments);
            has(&library, row.part, &[row.refers]);
        }
        for row in EXCLUSIVE {
            has(&library, row.type_name, &[row.list]);
            has(&library, row.type_name, row.refers.as_slice());
            has(&library, row.part, &[row.part_refers, row.part_named]);
        }
        for row in WHOLE {
            has(&library, row.type_name, &[row.refers]);
            row.parts.iter().for_each(|part| has(&library, part, &[row.refers]));
        }
    }
}
