//! Ten minutes: a project, a mistake, an edit, its test, the sandbox, the workflows.

use serde_json::Value;

use crate::folder::{Folder, ROOT, run};

#[test]
fn a_new_project_works_at_once() {
    let folder = Folder::new();
    let made = folder.does("", &format!("new shop --formwork {ROOT}"));
    assert!(made.stderr.contains("Made shop with a bucket on AWS"), "{}", made.stderr);
    folder.share("shop");

    // From wherever below the project.
    folder.does("shop/src", "synth");
    let document = folder.read("shop/formwork.out/shop/main.tf.json");
    assert!(document.contains("\"shop-files\""), "{document}");
    assert!(folder.read("shop/snapshots/shop.snap").ends_with(&document), "{document}");

    // A mistake that the compiler does not see is found, at its line.
    let stack = "shop/src/stack.rs";
    let bucket = "aws::S3Bucket::new()";
    folder.edit(stack, "use formwork::{Stack, aws};", "use formwork::{Resource, Stack, aws};");
    folder.edit(stack, bucket, "aws::S3Bucket::new().set(\"bukcet\", 1)");
    let wrong = folder.formwork("shop", "synth --format json");
    assert_eq!(wrong.code, 1, "{}", wrong.stderr);
    assert!(wrong.stderr.contains("did you mean `bucket`?"), "{}", wrong.stderr);
    let findings: Value = serde_json::from_str(&wrong.stdout).unwrap();
    assert!(findings.to_string().contains("src/stack.rs"), "{findings}");

    // An edit: the difference by meaning, the test that asks for a review, and the review.
    folder.edit(stack, ".set(\"bukcet\", 1)", ".force_destroy(true)");
    folder.edit(stack, "{Resource, Stack, aws}", "{Stack, aws}");
    let changed = folder.does("shop", "diff");
    assert!(changed.stdout.contains("force_destroy"), "{}", changed.stdout);
    let test = |update: &str| {
        run(folder.cargo("shop").args(["test", "--quiet", "--offline"]).env("INSTA_UPDATE", update))
    };
    let asked = test("no");
    assert_eq!(asked.code, 101, "{}{}", asked.stdout, asked.stderr);
    assert!(asked.stdout.contains("the_document_is_the_one_that_was_reviewed"), "{}", asked.stdout);
    let reviewed = test("always");
    assert_eq!(reviewed.code, 0, "{}{}", reviewed.stdout, reviewed.stderr);
    assert!(folder.read("shop/snapshots/shop.snap").contains("\"force_destroy\": true"));

    // The sandbox, without any credential.
    let planned = folder.does("shop", "plan --sandbox --json");
    let planned: Value = serde_json::from_str(&planned.stdout).unwrap();
    assert!(planned.to_string().contains("aws_s3_bucket.files"), "{planned}");
    folder.does("shop", "apply --sandbox --auto-approve");
    let again = folder.does("shop", "plan --sandbox");
    assert!((again.stdout + &again.stderr).contains("no changes"));

    // The workflows are those that the verb writes.
    folder.does("shop", "pipelines init --region eu-central-1 --check");

    let doctor = folder.does("shop", "doctor --json");
    let doctor: Value = serde_json::from_str(&doctor.stdout).unwrap();
    let status = |name: &str| {
        let checks = doctor["checks"].as_array().unwrap().iter();
        checks.clone().find(|it| it["name"] == name).map(|it| it["status"].clone())
    };
    assert_eq!(status("terraform"), Some("good".into()), "{doctor}");
    assert_eq!(status("feature delivery"), Some("good".into()));
    assert_eq!(status("backend of shop"), Some("advice".into()));
    assert_eq!(status("credentials aws"), Some("advice".into()));
    let with_key = run(folder.tool("shop").arg("doctor").env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"));
    assert!(with_key.stdout.contains("AWS_ACCESS_KEY_ID is set"), "{}", with_key.stdout);
    assert!(!with_key.stdout.contains("AKIAEXAMPLE"), "{}", with_key.stdout);
}
