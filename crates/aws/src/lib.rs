//! Typed bindings of the provider `hashicorp/aws`.
//!
//! `aws_lambda_function` is [`LambdaFunction`], its blocks are in [`lambda_function`], data sources are in [`data`].
//! Here are the types that Formwork's own modules and systems use. Any other type is one command away:
//! `cargo run -- bindings add aws_sqs_queue` generates it into your package.

mod bindings;

pub use bindings::*;
