//! A table of jobs (DynamoDB): one item per job, paid by request, encrypted, with backups of every second.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::job_table::{JobTableConfig, job_table};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let jobs = job_table(stack, "jobs", JobTableConfig::new("shop-jobs").expires_by("expires_at"));
//! stack.output("may_read", formwork::serde_json::json!(jobs.allow(["dynamodb:GetItem"]).statements().len()).to_string());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! Not here: what is in an item beyond its key; that is the jobs' own.

use std::collections::BTreeSet;
use std::fmt::Display;

use formwork::aws::dynamodb_table::{
    Attribute, AttributeArgs, GlobalSecondaryIndex, GlobalSecondaryIndexArgs, PointInTimeRecovery,
    ServerSideEncryption, Ttl,
};
use formwork::{Map, Source, Stack, aws};

use crate::iam::Policy;
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// What a table is like. The defaults: the key `job_id`, items kept for ever, protected from deletion.
#[derive(Clone, Debug)]
pub struct JobTableConfig {
    table_name: String,
    key: String,
    indexes: Vec<(String, String)>,
    expires_by: Option<String>,
    deletion_protection: bool,
    tags: Map<String>,
}

impl JobTableConfig {
    /// A table by its name.
    pub fn new(table_name: impl Into<String>) -> Self {
        Self {
            table_name: table_name.into(),
            key: "job_id".to_owned(),
            indexes: Vec::new(),
            expires_by: None,
            deletion_protection: true,
            tags: Map::new(),
        }
    }

    /// Names the attribute that tells jobs apart: text.
    #[must_use]
    pub fn key(mut self, attribute: impl Into<String>) -> Self {
        self.key = attribute.into();
        self
    }

    /// Adds an index, by its name, that finds jobs by another attribute: text. It holds all attributes, and jobs that lack
    /// this one are not in it.
    #[must_use]
    pub fn index(mut self, index_name: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.indexes.push((index_name.into(), attribute.into()));
        self
    }

    /// Removes an item some time after the second that this attribute holds, counted from 1970.
    #[must_use]
    pub fn expires_by(mut self, attribute: impl Into<String>) -> Self {
        self.expires_by = Some(attribute.into());
        self
    }

    /// Lets a plan delete the table.
    #[must_use]
    pub const fn without_deletion_protection(mut self) -> Self {
        self.deletion_protection = false;
        self
    }

    /// Adds tags to the table.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a table consists of.
#[derive(Clone, Debug)]
pub struct JobTableParts {
    /// The table.
    pub table: aws::DynamodbTableRef,
    has_indexes: bool,
}

impl JobTableParts {
    /// Permits actions, such as `dynamodb:GetItem`, on this table and its indexes.
    #[must_use]
    pub fn allow<A: Display>(&self, actions: impl IntoIterator<Item = A>) -> Policy {
        let mut resources = vec![self.table.arn().to_string()];
        if self.has_indexes {
            resources.push(format!("{}/index/*", self.table.arn()));
        }
        Policy::new().allow(actions, resources)
    }
}

/// Adds a table.
#[track_caller]
pub fn job_table(stack: &mut Stack, name: &str, config: JobTableConfig) -> JobTableParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    let mut mistakes = Mistakes::default();
    mistakes.table_name(&config.table_name);
    if let Some(twice) = config.expires_by.as_ref().filter(|attribute| **attribute == config.key) {
        mistakes.add(format!("the key `{twice}` cannot say when a job expires"), "name another attribute");
    }
    let mut indexes = BTreeSet::new();
    for (index, attribute) in &config.indexes {
        mistakes.index_name(index);
        if !indexes.insert(index) {
            mistakes.add(format!("the table has two indexes `{index}`"), "name each index once");
        }
        if *attribute == config.key {
            mistakes.add(format!("the index `{index}` is by the table's key"), "name another attribute");
        }
    }
    mistakes.report(stack, name, source);
    let mut table = aws::DynamodbTable::new(&config.table_name)
        .billing_mode("PAY_PER_REQUEST")
        .hash_key(&config.key)
        .attribute(Attribute::new(AttributeArgs { name: config.key.clone().into(), r#type: "S".into() }))
        .deletion_protection_enabled(config.deletion_protection)
        .point_in_time_recovery(PointInTimeRecovery::new(true))
        .server_side_encryption(ServerSideEncryption::new(true))
        .tags(tags(&config.tags));
    let attributes: BTreeSet<&String> = config.indexes.iter().map(|(_, attribute)| attribute).collect();
    for attribute in attributes {
        table = table.attribute(Attribute::new(AttributeArgs { name: attribute.into(), r#type: "S".into() }));
    }
    for (index, attribute) in &config.indexes {
        table = table.global_secondary_index(secondary_index(index, attribute));
    }
    let expiry =
        config.expires_by.as_ref().map(|attribute| Ttl::new().attribute_name(attribute).enabled(true));
    JobTableParts { table: stack.add("table", table.ttl(expiry)), has_indexes: !config.indexes.is_empty() }
}

#[expect(
    deprecated,
    reason = "version 5 of the provider asks for `hash_key`, and knows no other way to say it"
)]
fn secondary_index(name: &str, attribute: &str) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex::new(GlobalSecondaryIndexArgs { name: name.into(), projection_type: "ALL".into() })
        .hash_key(attribute)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{diagnostics, document};

    #[test]
    fn jobs_expire_and_are_read_by_whom_it_is_permitted() {
        let config = JobTableConfig::new("shop-jobs").expires_by("expires_at").without_deletion_protection();
        let document = document(|stack| {
            let jobs = job_table(stack, "jobs", config);
            let trust = Policy::assumed_by_service("lambda.amazonaws.com");
            let role = stack.add("role", aws::IamRole::new(trust));
            let read = jobs.allow(["dynamodb:GetItem"]);
            stack.add(
                "read",
                aws::IamRolePolicy::new(aws::IamRolePolicyArgs {
                    policy: read.into(),
                    role: role.id().into(),
                }),
            );
        });
        let table = &document["resource"]["aws_dynamodb_table"]["jobs_table"];
        assert_eq!(
            (&table["hash_key"], &table["billing_mode"]),
            (&json!("job_id"), &json!("PAY_PER_REQUEST"))
        );
        assert_eq!(table["ttl"]["attribute_name"], json!("expires_at"));
        assert_eq!(table["deletion_protection_enabled"], json!(false));
        assert_eq!(table["attribute"], json!([{"name": "job_id", "type": "S"}]));
        let policy = document["resource"]["aws_iam_role_policy"]["read"]["policy"].to_string();
        assert!(policy.contains("aws_dynamodb_table.jobs_table.arn"), "{policy}");
    }

    #[test]
    fn an_index_finds_jobs_by_another_attribute() {
        let document = document(|stack| {
            let config =
                JobTableConfig::new("shop-jobs").index("by-state", "state").index("by-owner", "owner");
            let jobs = job_table(stack, "jobs", config);
            let trust = Policy::assumed_by_service("lambda.amazonaws.com");
            let role = stack.add("role", aws::IamRole::new(trust));
            stack.add(
                "read",
                aws::IamRolePolicy::new(aws::IamRolePolicyArgs {
                    policy: jobs.allow(["dynamodb:Query"]).into(),
                    role: role.id().into(),
                }),
            );
        });
        let table = &document["resource"]["aws_dynamodb_table"]["jobs_table"];
        let names: Vec<_> = table["attribute"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
        assert_eq!(names, ["job_id", "owner", "state"]);
        assert_eq!(
            table["global_secondary_index"][0],
            json!({"name": "by-state", "hash_key": "state", "projection_type": "ALL"})
        );
        let policy = document["resource"]["aws_iam_role_policy"]["read"]["policy"].to_string();
        assert!(policy.contains("aws_dynamodb_table.jobs_table.arn}/index/*"), "{policy}");
        let found = diagnostics(|stack| {
            job_table(stack, "jobs", JobTableConfig::new("shop-jobs").index("by key", "job_id"));
        });
        assert_eq!(
            found,
            ["DynamoDB refuses the index name `by key`", "the index `by key` is by the table's key"]
        );
    }

    #[test]
    fn the_key_is_nothing_else() {
        let found = diagnostics(|stack| {
            job_table(stack, "jobs", JobTableConfig::new("shop jobs").expires_by("job_id"));
        });
        assert_eq!(
            found,
            ["DynamoDB refuses the table name `shop jobs`", "the key `job_id` cannot say when a job expires"]
        );
    }
}
