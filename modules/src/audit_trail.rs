//! Who did what in the account: a trail of CloudTrail over all regions, and the bucket that keeps it.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::audit_trail::{AuditTrailConfig, audit_trail};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let config = AuditTrailConfig::new("shop-audit", "acme-shop-audit", "eu-central-1");
//! let trail = audit_trail(stack, "audit", config);
//! stack.output("audit_bucket", trail.bucket.bucket());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! The first trail of an account costs nothing but the storage; a second one over the same events is paid by the event.
//!
//! Not here: what is read and written within buckets, tables and functions (data events), which is paid by the event.

use formwork::{Map, Resource, Source, Stack, aws};

use crate::iam::{Policy, Statement, partition};
use crate::mistakes::Mistakes;
use crate::private_bucket::{Encryption, OldVersions, private_bucket};
use crate::tags::tags;

/// What a trail is like. The defaults: all regions and the global services, files that show whether they were changed,
/// and no copy in CloudWatch Logs.
#[derive(Clone, Debug)]
pub struct AuditTrailConfig {
    trail_name: String,
    bucket_name: String,
    region: String,
    log_days: Option<u32>,
    role_name: Option<String>,
    removable: bool,
    tags: Map<String>,
}

impl AuditTrailConfig {
    /// A trail by its name, the name of its bucket, and the region that it is made in.
    pub fn new(
        trail_name: impl Into<String>,
        bucket_name: impl Into<String>,
        region: impl Into<String>,
    ) -> Self {
        Self {
            trail_name: trail_name.into(),
            bucket_name: bucket_name.into(),
            region: region.into(),
            log_days: None,
            role_name: None,
            removable: false,
            tags: Map::new(),
        }
    }

    /// Copies events to CloudWatch Logs, to be searched and alarmed on, for a number of days that it offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = Some(days);
        self
    }

    /// Names the role that writes the logs, which otherwise has the name of the trail: an account has a role's name once, so
    /// that a trail of the same name in a second region needs another.
    #[must_use]
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.role_name = Some(name.into());
        self
    }

    fn name_of_role(&self) -> &str {
        self.role_name.as_deref().unwrap_or(&self.trail_name)
    }

    /// Lets the bucket be deleted with all that is in it.
    #[must_use]
    pub const fn removable(mut self) -> Self {
        self.removable = true;
        self
    }

    /// Adds tags to everything that the trail consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a trail consists of.
#[derive(Clone, Debug)]
pub struct AuditTrailParts {
    /// The trail.
    pub trail: aws::CloudtrailRef,
    /// The bucket that keeps it.
    pub bucket: aws::S3BucketRef,
    /// The copy in CloudWatch Logs, if there is one.
    pub log_group: Option<aws::CloudwatchLogGroupRef>,
}

/// Adds a trail and its bucket.
#[track_caller]
pub fn audit_trail(stack: &mut Stack, name: &str, config: AuditTrailConfig) -> AuditTrailParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let mut mistakes = Mistakes::default();
    mistakes.bucket_name(&config.bucket_name);
    if !is_trail_name(&config.trail_name) {
        let message = format!("CloudTrail refuses the trail name `{}`", config.trail_name);
        let hint = "a name has 3 to 128 letters, digits and single `.`, `-` and `_`, which it neither begins nor ends with";
        mistakes.add(message, hint);
    }
    if let Some(days) = config.log_days {
        mistakes.log_days(days);
        mistakes.role_name(config.name_of_role());
    }
    mistakes.report(stack, name, source);
    let bucket = aws::S3Bucket::new()
        .bucket(config.bucket_name.as_str())
        .force_destroy(config.removable)
        .tags(tags(&config.tags));
    let old_versions = OldVersions { days: 90, at_least: 1 };
    let private = private_bucket(stack, bucket, &Encryption::S3, old_versions);
    let account = stack.add("account", aws::data::CallerIdentity::new()).account_id();
    let partition = partition(&config.region);
    // Written out: the trail needs the policy first.
    let trail_arn =
        format!("arn:{partition}:cloudtrail:{}:{account}:trail/{}", config.region, config.trail_name);
    let arn = private.bucket.arn();
    let by_trail = |statement: Statement| {
        statement.principal("Service", ["cloudtrail.amazonaws.com"]).condition(
            "StringEquals",
            "aws:SourceArn",
            [&trail_arn],
        )
    };
    // AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail".
    let check = by_trail(Statement::allow(["s3:GetBucketAcl"])).sid("TrailChecks").on([&arn]);
    let write = by_trail(Statement::allow(["s3:PutObject"]))
        .sid("TrailWrites")
        .on([format!("{arn}/AWSLogs/{account}/*")])
        .condition("StringEquals", "s3:x-amz-acl", ["bucket-owner-full-control"]);
    let policy = private.policy(stack, Policy::new().with(check).with(write));
    let mut trail = aws::Cloudtrail::new(aws::CloudtrailArgs {
        name: config.trail_name.clone().into(),
        s3_bucket_name: private.bucket.id().into(),
    })
    .is_multi_region_trail(true)
    .include_global_service_events(true)
    .enable_log_file_validation(true)
    .tags(tags(&config.tags))
    .depends_on(&policy);
    let log_group = config.log_days.map(|days| logs(stack, &config, days));
    if let Some((group, role, policy)) = &log_group {
        trail = trail
            // CloudTrail asks for the ARN of the group's streams.
            .cloud_watch_logs_group_arn(format!("{}:*", group.arn()))
            .cloud_watch_logs_role_arn(role.arn())
            .depends_on(policy);
    }
    let trail = stack.add("trail", trail);
    AuditTrailParts { trail, bucket: private.bucket, log_group: log_group.map(|(group, ..)| group) }
}

/// AWS CloudTrail User Guide, "Naming requirements for CloudTrail resources".
fn is_trail_name(name: &str) -> bool {
    let is_mark = |byte: u8| matches!(byte, b'.' | b'_' | b'-');
    let bytes = name.as_bytes();
    (3..=128).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || is_mark(*byte))
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && !bytes.windows(2).any(|pair| pair.iter().all(|byte| is_mark(*byte)))
}

/// The log group, and the role that CloudTrail writes to it with.
fn logs(
    stack: &mut Stack,
    config: &AuditTrailConfig,
    days: u32,
) -> (aws::CloudwatchLogGroupRef, aws::IamRoleRef, aws::IamRolePolicyRef) {
    let group = aws::CloudwatchLogGroup::new()
        .name(format!("/aws/cloudtrail/{}", config.trail_name))
        .retention_in_days(days)
        .tags(tags(&config.tags));
    let group = stack.add("logs", group);
    let trust = Policy::assumed_by_service("cloudtrail.amazonaws.com");
    let role =
        stack.add("logs", aws::IamRole::new(trust).name(config.name_of_role()).tags(tags(&config.tags)));
    let write =
        Policy::new().allow(["logs:CreateLogStream", "logs:PutLogEvents"], [format!("{}:*", group.arn())]);
    let policy = stack.add(
        "logs",
        aws::IamRolePolicy::new(aws::IamRolePolicyArgs { policy: write.into(), role: role.id().into() })
            .name("write"),
    );
    (group, role, policy)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    fn config() -> AuditTrailConfig {
        AuditTrailConfig::new("shop-audit", "acme-shop-audit", "eu-central-1")
    }

    #[test]
    fn the_trail_is_everywhere_and_only_it_writes() {
        let document = document(|stack| {
            audit_trail(stack, "audit", config().log_days(7));
        });
        let resources = &document["resource"];
        let trail = &resources["aws_cloudtrail"]["audit_trail"];
        assert_eq!(trail["is_multi_region_trail"], json!(true));
        assert_eq!(trail["enable_log_file_validation"], json!(true));
        assert_eq!(
            trail["depends_on"],
            json!(["aws_s3_bucket_policy.audit_bucket", "aws_iam_role_policy.audit_logs"])
        );
        let policy = resources["aws_s3_bucket_policy"]["audit_bucket"]["policy"].as_str().unwrap();
        assert!(
            policy.contains("trail/shop-audit") && policy.contains("bucket-owner-full-control"),
            "{policy}"
        );
        assert_eq!(resources["aws_cloudwatch_log_group"]["audit_logs"]["retention_in_days"], json!(7));
    }

    #[test]
    fn the_bucket_has_a_name_that_s3_takes() {
        let found = diagnostics(|stack| {
            audit_trail(stack, "audit", AuditTrailConfig::new("audit", "Shop", "eu-central-1").removable());
        });
        assert_eq!(found, ["S3 refuses the bucket name `Shop`"]);
    }

    #[test]
    fn the_trail_has_a_name_that_cloudtrail_takes() {
        assert!(is_trail_name("acme.shop-audit_1"));
        for name in ["ab", "shop..audit", "shop-_audit", "-shop", "shop-", "shop audit"] {
            assert!(!is_trail_name(name), "{name}");
        }
        let long = "a".repeat(65);
        let found = diagnostics(|stack| {
            audit_trail(
                stack,
                "audit",
                AuditTrailConfig::new(&long, "shop-audit", "eu-central-1").log_days(7),
            );
            audit_trail(stack, "other", AuditTrailConfig::new("a_-b", "shop-other", "eu-central-1"));
        });
        assert_eq!(
            found,
            [
                format!("IAM refuses the role name `{long}`"),
                "CloudTrail refuses the trail name `a_-b`".to_owned()
            ]
        );
    }
}
