//! What a queue consists of, and what is refused.

use formwork::Stack;
use serde_json::json;

use super::{QueueConfig, QueueConsumerConfig, QueueParts, queue, queue_consumer};
use crate::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};
use crate::testing::{diagnostics, document};

fn built(stack: &mut Stack, config: QueueConfig) -> (QueueParts, LambdaServiceParts) {
    let orders = queue(stack, "orders", config);
    let config = LambdaServiceConfig::new("shop-worker", Package::zip("worker.zip"))
        .stable_alias("live")
        .policy(orders.receive_policy())
        .policy(orders.send_policy());
    let worker = lambda_service(stack, "worker", config);
    (orders, worker)
}

#[test]
fn what_fails_is_put_aside_and_can_go_back() {
    let document = document(|stack| {
        let (orders, worker) = built(stack, QueueConfig::new("shop-orders").dead_letters_after(3));
        queue_consumer(
            stack,
            "worker",
            QueueConsumerConfig::new(&orders, &worker.aliases["live"], 30).batch_size(5).most_at_once(2),
        );
    });
    let resources = &document["resource"];
    let queue = &resources["aws_sqs_queue"]["orders_queue"];
    let redrive = queue["redrive_policy"].as_str().unwrap();
    assert!(redrive.contains("aws_sqs_queue.orders_dead_letters.arn") && redrive.contains("3"), "{redrive}");
    assert_eq!(queue["sqs_managed_sse_enabled"], json!(true));
    let dead_letters = &resources["aws_sqs_queue"]["orders_dead_letters"];
    assert_eq!(dead_letters["message_retention_seconds"], json!(1_209_600));
    let back = resources["aws_sqs_queue_redrive_allow_policy"]["orders_dead_letters"]["redrive_allow_policy"]
        .as_str();
    assert!(back.unwrap().contains("aws_sqs_queue.orders_queue.arn"));
    let mapping = &resources["aws_lambda_event_source_mapping"]["worker"];
    assert_eq!(mapping["function_name"], json!("${aws_lambda_alias.worker_live.arn}"));
    assert_eq!(mapping["function_response_types"], json!(["ReportBatchItemFailures"]));
    assert_eq!(mapping["scaling_config"]["maximum_concurrency"], json!(2));
    let policy = resources["aws_sqs_queue_policy"]["orders_queue"]["policy"].as_str().unwrap();
    assert!(policy.contains("aws:SecureTransport") && !policy.contains("events.amazonaws.com"), "{policy}");
}

#[test]
fn figures_that_sqs_does_not_take_are_reported() {
    let found = |config: QueueConfig| {
        diagnostics(|stack| {
            queue(stack, "orders", config);
        })
    };
    assert_eq!(found(QueueConfig::new("my orders")), ["`my orders` is not a name for a queue"]);
    assert_eq!(found(QueueConfig::new("o").keep_days(15)), ["SQS does not keep messages for 15 days"]);
    assert_eq!(found(QueueConfig::new("o").keep_days(50_000)), ["SQS does not keep messages for 50000 days"]);
    assert_eq!(
        found(QueueConfig::new("o").visibility_seconds(50_000)),
        ["SQS does not hide messages for 50000 s"]
    );
    assert_eq!(
        found(QueueConfig::new("o").dead_letters_after(0)),
        ["messages are put aside after 1 to 1000 attempts"]
    );
    assert_eq!(found(QueueConfig::new("o").without_dead_letters()), [""; 0]);
}

#[test]
fn a_message_does_not_come_twice_while_somebody_works_on_it() {
    let found = diagnostics(|stack| {
        let (orders, worker) = built(stack, QueueConfig::new("shop-orders").visibility_seconds(30));
        queue_consumer(
            stack,
            "worker",
            QueueConsumerConfig::new(&orders, &worker.function, 10).batch_size(11).most_at_once(1),
        );
    });
    assert_eq!(
        found,
        [
            "messages are hidden for 30 s, and their function may take 10 s: they might come twice",
            "a batch of 11 messages is not what SQS gives",
            "a queue feeds 2 to 1000 copies of a function",
        ]
    );
}

#[test]
fn a_key_of_ones_own_is_asked_for_by_who_sends_and_receives() {
    let key = "arn:aws:kms:eu-central-1:1:key/k";
    let document = document(|stack| {
        let config = QueueConfig::new("shop-orders").kms_key(key).hidden_for_function_of(30);
        let (orders, worker) = built(stack, config);
        let consumer = QueueConsumerConfig::new(&orders, &worker.function, 30);
        queue_consumer(stack, "worker", consumer.batch_size(100).batching_window_seconds(20));
    });
    let resources = &document["resource"];
    for queue in ["orders_queue", "orders_dead_letters"] {
        let queue = &resources["aws_sqs_queue"][queue];
        assert_eq!((&queue["kms_master_key_id"], queue.get("sqs_managed_sse_enabled")), (&json!(key), None));
    }
    assert_eq!(resources["aws_sqs_queue"]["orders_queue"]["visibility_timeout_seconds"], json!(180));
    let policy = resources["aws_iam_role_policy"]["worker_policy"]["policy"].as_str().unwrap();
    assert!(policy.contains("kms:Decrypt") && policy.contains("kms:GenerateDataKey"), "{policy}");
    let mapping = &resources["aws_lambda_event_source_mapping"]["worker"];
    assert_eq!(mapping["maximum_batching_window_in_seconds"], json!(20));
    let found = diagnostics(|stack| {
        let (orders, worker) = built(stack, QueueConfig::new("shop-orders"));
        let consumer = QueueConsumerConfig::new(&orders, &worker.function, 30);
        queue_consumer(stack, "worker", consumer.batch_size(10_001).batching_window_seconds(301));
    });
    assert_eq!(
        found,
        ["a batch of 10001 messages is not what SQS gives", "Lambda does not wait 301 s for a batch"]
    );
}
