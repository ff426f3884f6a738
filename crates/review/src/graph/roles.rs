//! What resource types are in a picture of an architecture: things of their own, or parts of other things.
//!
//! What is known of a type is in the facts of `formwork-schema`. Here is what its name says where nothing is known.

use formwork_schema::TypeFacts;
use formwork_schema::facts::Role;

/// Ends of names of types that are parts of others, for the types that have no role.
const PARTS: &[&str] = &[
    "_access_block",
    "_access_control",
    "_account",
    "_acl",
    "_alias",
    "_archive",
    "_association",
    "_attachment",
    "_authorizer",
    "_block",
    "_branch",
    "_certificate",
    "_collaborators",
    "_configuration",
    "_controls",
    "_deployment",
    "_document",
    "_eip",
    "_endpoint",
    "_file",
    "_flow_log",
    "_group",
    "_id",
    "_integration",
    "_key",
    "_listener",
    "_mapping",
    "_member",
    "_membership",
    "_method",
    "_model",
    "_notification",
    "_object",
    "_parameter",
    "_password",
    "_permission",
    "_permissions",
    "_pet",
    "_policy",
    "_profile",
    "_protection",
    "_proxy",
    "_record",
    "_resource",
    "_response",
    "_route",
    "_rule",
    "_ruleset",
    "_secret",
    "_security_group",
    "_settings",
    "_stage",
    "_string",
    "_subscription",
    "_table",
    "_target",
    "_validation",
    "_validator",
    "_variable",
    "_vpc_link",
    "_versioning",
    "_version",
];

/// What a resource type is in the picture. A type without a role is a part if its name ends like one, and otherwise a
/// thing that is called like its type.
pub(crate) fn role(type_name: &str) -> Option<Role> {
    // It is in no catalogue: a part of Terraform itself, which keeps a value for whatever uses it.
    if type_name == "terraform_data" {
        return Some(Role::Standalone);
    }
    let by_name = || PARTS.iter().any(|end| type_name.ends_with(end)).then_some(Role::Part);
    TypeFacts::of(type_name).role.or_else(by_name)
}

/// Words of types' names that are not written in small letters.
const SPELLINGS: &[(&str, &str)] = &[
    ("acm", "ACM"),
    ("api", "API"),
    ("apigateway", "API Gateway"),
    ("cloudfront", "CloudFront"),
    ("cloudwatch", "CloudWatch"),
    ("dynamodb", "DynamoDB"),
    ("ec2", "EC2"),
    ("ecr", "ECR"),
    ("ecs", "ECS"),
    ("efs", "EFS"),
    ("eks", "EKS"),
    ("iam", "IAM"),
    ("kms", "KMS"),
    ("lb", "LB"),
    ("rds", "RDS"),
    ("s3", "S3"),
    ("ses", "SES"),
    ("sns", "SNS"),
    ("sqs", "SQS"),
    ("ssm", "SSM"),
    ("vpc", "VPC"),
];

/// The words of a type's name without the provider: `aws_kinesis_stream` is a `Kinesis stream`.
pub(crate) fn words(type_name: &str) -> String {
    let name = type_name.split_once('_').map_or(type_name, |(_, rest)| rest);
    let word = |(position, word): (usize, &str)| {
        if let Some((_, spelling)) = SPELLINGS.iter().find(|(small, _)| *small == word) {
            return (*spelling).to_owned();
        }
        let mut characters = word.chars();
        match characters.next() {
            Some(first) if position == 0 => first.to_uppercase().chain(characters).collect(),
            _ => word.to_owned(),
        }
    };
    name.split('_').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_without_facts_are_told_by_their_names() {
        assert_eq!(role("aws_s3_bucket_versioning"), Some(Role::Part));
        assert_eq!(role("aws_kinesis_firehose_delivery_stream"), None);
        assert_eq!(words("aws_kinesis_stream"), "Kinesis stream");
        assert_eq!(words("aws_iam_role"), "IAM role");
    }
}
