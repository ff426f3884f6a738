//! The smallest program: one bucket.
//!
//! Run it with `cargo run -p formwork --example bucket -- synth`.

use std::process::ExitCode;

use formwork::{App, Program, aws};

fn build(app: &mut App) -> formwork::Result {
    let stack = app.stack("pages");
    stack.provider(aws::Provider::new().region("eu-central-1"));
    let bucket = stack.add("pages", aws::S3Bucket::new().bucket("pages.example.com"));
    stack.output("bucket_arn", bucket.arn());
    Ok(())
}

fn main() -> ExitCode {
    Program::new(build).run()
}
