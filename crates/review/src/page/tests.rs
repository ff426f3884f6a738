//! What a page says, and what it never does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::action::Action;
use crate::comparison::{ArgumentChange, differing};

fn change(address: &str, action: Action, arguments: Vec<ArgumentChange>) -> Change {
    Change {
        address: address.to_owned(),
        type_name: address.split('.').next().unwrap_or_default().to_owned(),
        action,
        moment: Moment::Apply,
        moved_from: None,
        replaced_for: Vec::new(),
        arguments,
        source: None,
        users: BTreeSet::new(),
    }
}

fn page(changes: Vec<Change>) -> Page {
    let stack =
        StackPage { name: "shop".to_owned(), status: "planned".to_owned(), changes, ..StackPage::default() };
    Page { title: "Plan of shop".to_owned(), stacks: vec![stack], ..Page::default() }
}

fn argument(path: &str, before: Option<Value>, after: Option<Value>) -> ArgumentChange {
    ArgumentChange { path: path.to_owned(), before, after }
}

#[test]
fn text_from_outside_stays_text() {
    let evil = "<script>alert(1)</script>\"'&\u{202e}";
    let mut planned = change(
        &format!("aws_x.y[\"{evil}\"]"),
        Action::Replace,
        vec![argument(evil, Some(json!(evil)), Some(json!({ evil: evil })))],
    );
    planned.replaced_for = vec![evil.to_owned()];
    planned.source = Some(Link { text: evil.to_owned(), href: Some("javascript:alert(1)".to_owned()) });
    planned.users = BTreeSet::from([(evil.to_owned(), evil.to_owned())]);
    let mut page = page(vec![planned]);
    page.title = evil.to_owned();
    page.notice = Some(evil.to_owned());
    page.stacks[0].name = evil.to_owned();
    page.stacks[0].status = evil.to_owned();
    page.stacks[0].hooks = vec![evil.to_owned()];
    let finding =
        Finding { level: Level::Error, subject: evil.to_owned(), message: evil.to_owned(), source: None };
    page.findings = vec![finding];
    let html = page.html();
    assert_eq!(html.matches("<script>").count(), 1, "only our own");
    assert!(!html.contains("javascript:") && !html.contains('\u{202e}'));
    assert!(html.contains("&lt;script&gt;alert(1)"));
}

#[test]
fn nothing_is_loaded_and_the_policy_has_the_hashes_of_what_is_there() {
    let html = page(Vec::new()).html();
    assert!(html.contains("default-src 'none'; style-src 'sha256-"));
    for loading in
        ["<link", "<img", "<iframe", " src=", "@import", "url(", " style=", " onclick=", "unsafe-inline"]
    {
        assert!(!html.contains(loading), "{loading}");
    }
}

#[test]
fn documents_within_arguments_are_compared_by_meaning_and_texts_by_lines() {
    let statement =
        |action: &str| json!({ "Statement": [{ "Effect": "Allow", "Action": action }] }).to_string();
    let old = json!({ "policy": statement("s3:Get*"), "user_data": "#!/bin/sh\necho one\nexit" });
    let new = json!({ "policy": statement("s3:*"), "user_data": "#!/bin/sh\necho two\nexit" });
    let html = page(vec![change("aws_x.y", Action::Update, differing(&old, &new))]).html();
    assert!(html.contains("<dt>policy.Statement[0].Action</dt>"), "{html}");
    assert!(html.contains("<del>- echo one\n</del><ins>+ echo two\n</ins>"), "{html}");
}

#[test]
fn five_thousand_changes_stay_below_ten_megabytes() {
    let long = json!("x".repeat(3_000));
    let changes = (0..5_000).map(|at| {
        let arguments =
            vec![argument("a", Some(long.clone()), Some(long.clone())), argument("b", None, Some(json!(at)))];
        change(&format!("aws_sqs_queue.q[{at}]"), Action::Update, arguments)
    });
    let html = page(changes.collect()).html();
    assert!(html.len() < 10_000_000, "{}", html.len());
    assert_eq!(html.matches("<details class=\"change\"").count(), 5_000);
    assert!(html.contains("changes have no room here"));
}

#[test]
fn the_first_part_has_at_most_ten_lines() {
    let policy =
        json!({ "Statement": [{ "Effect": "Allow", "Action": ["s3:Get*", "s3:Put*"], "Resource": "*" }] });
    let made = crate::impact::Changed {
        address: "aws_iam_role_policy.p".to_owned(),
        type_name: "aws_iam_role_policy".to_owned(),
        before: Value::Null,
        after: json!({ "role": "r", "policy": policy.to_string() }),
        is_destroyed: false,
    };
    let lost = crate::impact::Changed {
        address: "aws_db_instance.main".to_owned(),
        type_name: "aws_db_instance".to_owned(),
        before: json!({ "publicly_accessible": true, "engine": "postgres" }),
        after: Value::Null,
        is_destroyed: true,
    };
    let impact = crate::impact::Impact::of(
        &json!({ "provider": { "aws": { "region": "us-east-1" } } }),
        &[made, lost],
    );
    let lines = summary(&[(&impact, vec![Action::Destroy, Action::Create])]);
    let lines: Vec<String> = lines.into_iter().map(|(title, text)| format!("{title}: {text}")).collect();
    assert_eq!(lines[0], "Risk: 1 destroyed, 1 added");
    assert!(lines[1].starts_with("Loses: the database (aws_db_instance.main)"), "{lines:?}");
    assert!(lines.contains(&"Access gained: s3:Get*, s3:Put* of role r".to_owned()), "{lines:?}");
    assert!(lines.iter().any(|it| it.starts_with("Not reachable any more: ")), "{lines:?}");
}
