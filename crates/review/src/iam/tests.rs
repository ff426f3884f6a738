//! Planted policies.

use serde_json::{Value, json};

use super::*;

/// What changes between two policies of a role, a line each.
fn of_role(before: Value, after: Value) -> Vec<String> {
    let body = |policy: Value| match policy {
        Value::Null => Value::Null,
        Value::String(text) => json!({ "role": "orders", "policy": text }),
        statements => json!({ "role": "orders", "policy": json!({ "Statement": statements }).to_string() }),
    };
    lines(&changes("aws_iam_role_policy", "aws_iam_role_policy.orders", &body(before), &body(after), None))
}

fn lines(changes: &[AccessChange]) -> Vec<String> {
    let line = |change: &AccessChange| {
        let permission = change.permission.as_ref().map(|it| {
            let conditions = it.conditions();
            let when = if conditions.is_empty() {
                String::new()
            } else {
                format!(" if {}", conditions.join(" and "))
            };
            format!("{:?} {}: {} on {}{when}", it.effect, it.principals, it.actions, it.resources)
        });
        let text = format!("{:?} {} {}", change.kind, permission.unwrap_or_default(), change.note);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    changes.iter().map(line).collect()
}

fn allow(action: Value, resource: Value) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

#[test]
fn form_does_not_count() {
    let before = json!([allow(json!(["s3:GetObject", "s3:PutObject"]), json!("a"))]);
    let after = json!([
        { "Sid": "Put", "Effect": "Allow", "Action": "S3:PutObject", "Resource": ["a"] },
        allow(json!("s3:GetObject"), json!("a")),
    ]);
    assert_eq!(of_role(before, after), [] as [&str; 0]);
}

#[test]
fn an_action_is_widened() {
    let before = json!([allow(json!("s3:Get*"), json!("arn:aws:s3:::a/*"))]);
    let after = json!([allow(json!("s3:*"), json!("arn:aws:s3:::a/*"))]);
    let widened = "Widened Allow role orders: s3:* on arn:aws:s3:::a/* was s3:Get*";
    assert_eq!(of_role(before.clone(), after.clone()), [widened]);
    let narrowed = "Narrowed Allow role orders: s3:Get* on arn:aws:s3:::a/* was s3:*";
    assert_eq!(of_role(after, before), [narrowed]);
}

#[test]
fn what_is_covered_already_is_not_gained() {
    let before = json!([allow(json!("*"), json!("*"))]);
    let after = json!([allow(json!("*"), json!("*")), allow(json!("s3:GetObject"), json!("a"))]);
    assert_eq!(of_role(before.clone(), after), [] as [&str; 0]);
    let lost = of_role(before, Value::Null);
    assert_eq!(lost, ["Lost Allow role orders: * on *"]);
}

#[test]
fn several_actions_are_one_line() {
    let after = json!([allow(json!(["sqs:SendMessage", "sqs:GetQueueUrl"]), json!(["a", "b"]))]);
    let gained = "Gained Allow role orders: sqs:GetQueueUrl, sqs:SendMessage on a, b";
    assert_eq!(of_role(Value::Null, after), [gained]);
}

#[test]
fn a_condition_that_is_gone_widens() {
    let statement = allow(json!("kms:Decrypt"), json!("k"));
    let mut only = statement.clone();
    only["Condition"] = json!({ "StringEquals": { "aws:SourceAccount": "1" } });
    let widened = "Widened Allow role orders: kms:Decrypt on k was only if StringEquals aws:SourceAccount 1";
    assert_eq!(of_role(json!([only]), json!([statement])), [widened]);
    let narrowed = "Narrowed Allow role orders: kms:Decrypt on k if StringEquals aws:SourceAccount 1 was without a condition";
    assert_eq!(of_role(json!([statement]), json!([only])), [narrowed]);
}

#[test]
fn values_of_a_condition_count() {
    let with = |operator: &str, values: Value| {
        let mut statement = allow(json!("a:b"), json!("c"));
        statement["Condition"] = json!({ operator: { "k": values } });
        json!([statement])
    };
    let kind = |operator: &str, before: Value, after: Value| {
        let lines = of_role(with(operator, before), with(operator, after));
        lines.iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kind("StringEquals", json!("x"), json!(["x", "y"])), ["Widened"]);
    assert_eq!(kind("StringNotEquals", json!("x"), json!(["x", "y"])), ["Narrowed"]);
    assert_eq!(kind("StringLike", json!("repo:a/b:main"), json!("repo:a/*")), ["Widened"]);
    // What nobody knows to be weaker is another one.
    assert_eq!(kind("NumericLessThan", json!("1"), json!("2")), ["Gained", "Lost"]);
}

#[test]
fn a_principal_comes() {
    let trust = |principal: Value| {
        let statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal });
        json!({ "name": "deploy", "assume_role_policy": json!({ "Statement": [statement] }).to_string() })
    };
    let before = trust(json!({ "Service": "lambda.amazonaws.com" }));
    let after = trust(json!({ "Service": "lambda.amazonaws.com", "AWS": "123456789012" }));
    let of = |before: &Value, after: &Value| {
        lines(&changes("aws_iam_role", "aws_iam_role.d", before, after, None))
    };
    let gained = "Gained Allow AWS arn:aws:iam::123456789012:root: sts:AssumeRole on aws_iam_role.d";
    assert_eq!(of(&before, &after), [gained]);
    let anybody = of(&before, &trust(json!("*")));
    assert_eq!(
        anybody,
        ["Widened Allow *: sts:AssumeRole on aws_iam_role.d was Service lambda.amazonaws.com"]
    );
    assert_eq!(of(&trust(json!({ "AWS": ["*"] })), &trust(json!("*"))), [] as [&str; 0]);
}

#[test]
fn what_is_left_out_counts_the_other_way() {
    let but = |actions: Value| json!([{ "Effect": "Allow", "NotAction": actions, "Resource": "*" }]);
    let widened = of_role(but(json!(["iam:*", "sts:*"])), but(json!("iam:*")));
    assert_eq!(widened, ["Widened Allow role orders: all but iam:* on * was all but iam:*, sts:*"]);
    let one = json!([allow(json!("s3:GetObject"), json!("a"))]);
    let more = of_role(one.clone(), but(json!("iam:*")));
    assert_eq!(more, ["Widened Allow role orders: all but iam:* on * was s3:GetObject; a"]);
    let outside = of_role(json!([allow(json!("iam:PassRole"), json!("a"))]), but(json!("iam:*")));
    assert_eq!(
        outside,
        ["Gained Allow role orders: all but iam:* on *", "Lost Allow role orders: iam:PassRole on a"]
    );
}

#[test]
fn a_denial_that_is_gone_opens() {
    let deny = json!([{ "Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*" }]);
    let body = |policy: &Value| json!({ "role": "r", "policy": json!({ "Statement": policy }).to_string() });
    let of = |before: &Value, after: &Value| changes("aws_iam_role_policy", "a.b", before, after, None);
    let gone = of(&body(&deny), &body(&json!([])));
    assert_eq!((gone.len(), gone[0].kind, gone[0].opens()), (1, AccessKind::Lost, true));
    let came = of(&body(&json!([])), &body(&deny));
    assert_eq!((came[0].kind, came[0].opens()), (AccessKind::Gained, false));
}

#[test]
fn what_is_known_after_the_apply_is_never_called_equal() {
    let unknown = crate::unknown::UNKNOWN;
    let before = json!([allow(json!("sqs:SendMessage"), json!("arn:aws:sqs:eu:1:jobs"))]);
    assert_eq!(of_role(before.clone(), json!(unknown)), [format!("Unknown {unknown}")]);
    // The program says what it is made of.
    let written = json!({ "role": "orders", "policy":
        "${jsonencode({\"Statement\" = [{\"Effect\" = \"Allow\", \"Action\" = [\"sqs:SendMessage\", \"sqs:PurgeQueue\"], \"Resource\" = aws_sqs_queue.jobs.arn}]})}" });
    let after = json!({ "role": "orders", "policy": unknown });
    let before = json!({ "role": "orders", "policy": json!({ "Statement": before }).to_string() });
    let of = |before: &Value| {
        lines(&changes("aws_iam_role_policy", "aws_iam_role_policy.o", before, &after, Some(&written)))
    };
    assert_eq!(
        of(&before),
        [
            "Gained Allow role orders: sqs:PurgeQueue on (known after apply: aws_sqs_queue.jobs.arn)",
            "Unknown Allow role orders: sqs:SendMessage on (known after apply: aws_sqs_queue.jobs.arn) was arn:aws:sqs:eu:1:jobs",
        ]
    );
    let gained = "Gained Allow role orders: sqs:PurgeQueue, sqs:SendMessage on (known after apply: aws_sqs_queue.jobs.arn)";
    assert_eq!(of(&Value::Null), [gained]);
}

#[test]
fn attachments_and_calls_of_functions_are_permissions() {
    let attachment = json!({ "role": "ci", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess" });
    let of = |type_name: &str, after: &Value| lines(&changes(type_name, "x.y", &Value::Null, after, None));
    assert_eq!(
        of("aws_iam_role_policy_attachment", &attachment),
        [
            "Gained Allow role ci: all of the policy arn:aws:iam::aws:policy/AdministratorAccess on what it names"
        ]
    );
    let call = json!({ "action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com", "function_name": "f", "source_arn": "t" });
    assert_eq!(
        of("aws_lambda_permission", &call),
        ["Gained Allow Service sns.amazonaws.com: lambda:InvokeFunction on f if ArnLike aws:SourceArn t"]
    );
}

#[test]
fn other_documents_are_no_policies() {
    let rules = json!({ "policy": "{\"rules\":[]}", "tags": "{}" });
    assert!(changes("aws_ecr_lifecycle_policy", "a.b", &Value::Null, &rules, None).is_empty());
    let nested = json!({ "inline_policy": [{ "name": "n", "policy": json!({ "Statement": allow(json!("a:b"), json!("c")) }).to_string() }] });
    let found = changes("aws_iam_role", "a.b", &Value::Null, &nested, None);
    assert_eq!(found[0].argument, "inline_policy[n].policy");
}
