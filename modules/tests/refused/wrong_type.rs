//! A list is not text.

use formwork::{Expr, aws};

fn main() {
    let names = Expr::<Vec<String>>::raw("data.aws_availability_zones.all.names");
    let _ = aws::S3Bucket::new().bucket(names);
}
