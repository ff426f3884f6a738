//! The infrastructure of a service: a queue, a function that works it off, and what they may do.

mod bindings;

use std::process::ExitCode;

use bindings::aws as own;
use formwork::{App, Expr, Output, Program, Stack, aws, serde_json::json};

/// What the queue's stack offers to others.
struct QueueOutputs {
    arn: Output<String>,
}

fn queue(stack: &mut Stack) -> QueueOutputs {
    stack.provider(aws::Provider::new().region("eu-central-1"));
    // `aws_sqs_queue` comes from `cargo run -- bindings add aws_sqs_queue`: one command for any resource type.
    let failed = stack.add("failed", own::SqsQueue::new().name("orders-failed"));
    let redrive = json!({"deadLetterTargetArn": failed.arn(), "maxReceiveCount": 5});
    let orders = stack.add("orders", own::SqsQueue::new().name("orders").redrive_policy(redrive));
    QueueOutputs { arn: stack.output("arn", orders.arn()) }
}

fn worker(stack: &mut Stack, queue: &QueueOutputs) {
    stack.provider(aws::Provider::new().region("eu-central-1"));
    // Reads the other stack's state, and makes this stack wait for it.
    let queue_arn: Expr<String> = stack.read(&queue.arn);
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}],
    });
    let role = stack.add("role", aws::IamRole::new(trust).name("orders-worker"));
    let receive = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": queue_arn,
        }],
    });
    stack.add("receive", aws::IamRolePolicy::new(aws::IamRolePolicyArgs { policy: receive.into(), role: role.id().into() }).name("receive"));
    let function = stack.add(
        "worker",
        aws::LambdaFunction::new(aws::LambdaFunctionArgs { function_name: "orders-worker".into(), role: role.arn().into() })
            .runtime("provided.al2023")
            .handler("bootstrap")
            .filename("worker.zip")
            .publish(true),
    );
    stack.add("source", own::LambdaEventSourceMapping::new(function.arn()).event_source_arn(queue_arn).batch_size(10));
}

fn build(app: &mut App) -> formwork::Result {
    let outputs = queue(app.stack("queue"));
    worker(app.stack("worker"), &outputs);
    Ok(())
}

fn main() -> ExitCode {
    Program::new(build).run()
}
