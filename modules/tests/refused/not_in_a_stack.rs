//! What is not in a stack has no attributes to refer to.

use formwork::aws;

fn main() {
    let bucket = aws::S3Bucket::new();
    let _ = bucket.arn();
}
