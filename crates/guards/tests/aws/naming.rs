//! Names that follow the convention.

use formwork_aws as aws;
use formwork_core::App;
use formwork_guards::naming;

#[test]
fn names_follow_the_convention() {
    let mut app = App::new();
    app.guard([naming::logical_names(), naming::prefixed("acme-", &["aws_s3_bucket"])]);
    let stack = app.stack("dev");
    stack.add("s3_bucket", aws::S3Bucket::new().bucket("acme-a"));
    stack.add("Site", aws::S3Bucket::new().bucket("site"));
    stack.add("good", aws::S3Bucket::new().bucket("acme-b"));
    let messages: Vec<String> =
        app.settle().diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect();
    assert_eq!(
        messages,
        [
            "the logical name `Site` has more than lower-case letters, digits and underscores",
            "the logical name `s3_bucket` repeats the type",
            "the name `site` does not begin with `acme-`",
        ]
    );
}
