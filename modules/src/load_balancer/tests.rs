//! What a load balancer consists of, and what is refused.

use serde_json::{Value as Json, json};

use super::*;
use crate::testing::{diagnostics, document};

fn config() -> LoadBalancerConfig {
    let subnet = |zone: &str| Expr::<String>::raw(format!("\"subnet-{zone}\""));
    LoadBalancerConfig::new("shop", "vpc-1", [subnet("a"), subnet("b")])
        .answer(FixedAnswer::json("health", "/health", &json!({"status": "healthy"})))
        .route(Route::new(
            "orders",
            ["/api/v1/orders", "/api/v1/orders/*"],
            8005,
            HealthCheck::new("/api/v1/orders/health"),
        ))
}

#[test]
fn paths_lead_to_targets_and_fixed_answers() {
    let document = document(|stack| {
        let parts = load_balancer(stack, "balancer", config());
        stack.output("url", parts.url());
    });
    let resources = &document["resource"];
    let rules = &resources["aws_lb_listener_rule"];
    assert_eq!(rules["balancer_health"]["priority"], 1);
    let answer = &rules["balancer_health"]["action"][0]["fixed_response"];
    assert_eq!(answer["message_body"], r#"{"status":"healthy"}"#);
    assert_eq!(answer["status_code"], "200");
    let orders = &rules["balancer_port_8005"];
    assert_eq!(orders["priority"], 8005);
    assert_eq!(orders["action"][0]["target_group_arn"], "${aws_lb_target_group.balancer_port_8005.arn}");
    assert_eq!(
        orders["condition"][0]["path_pattern"]["values"],
        json!(["/api/v1/orders", "/api/v1/orders/*"])
    );
    let group = &resources["aws_lb_target_group"]["balancer_port_8005"];
    assert_eq!((&group["name"], &group["target_type"]), (&json!("shop-8005"), &json!("ip")));
    assert_eq!(group["health_check"]["path"], "/api/v1/orders/health");
    assert_eq!(group["lifecycle"], json!({"create_before_destroy": true}));
    assert_eq!(resources["aws_lb_listener"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(
        resources["aws_lb_listener"]["balancer_http"]["default_action"][0]["fixed_response"]["status_code"],
        "404"
    );
    assert_eq!(document["output"]["url"]["value"], "http://${aws_lb.balancer_balancer.dns_name}");
    assert_eq!(resources.get("aws_vpc_security_group_egress_rule"), None::<&Json>);
}

#[test]
fn with_a_certificate_http_is_redirected() {
    let document = document(|stack| {
        load_balancer(stack, "balancer", config().certificate("arn:aws:acm:eu-central-1:1:certificate/c"));
    });
    let listeners = &document["resource"]["aws_lb_listener"];
    let redirect = &listeners["balancer_http"]["default_action"][0]["redirect"];
    assert_eq!(*redirect, json!({"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}));
    assert_eq!(listeners["balancer_https"]["ssl_policy"], TLS_POLICY);
    let rule = &document["resource"]["aws_lb_listener_rule"]["balancer_port_8005"];
    assert_eq!(rule["listener_arn"], "${aws_lb_listener.balancer_https.arn}");
    let access = &document["resource"]["aws_vpc_security_group_ingress_rule"];
    assert_eq!(access["balancer_access_443"]["from_port"], 443);
}

#[test]
fn answers_and_times_are_those_that_there_are() {
    let found = diagnostics(|stack| {
        let health = HealthCheck::new("/health");
        let config = config()
            .idle_seconds(0)
            .answer(FixedAnswer::json("moved", "/old", &json!({})).status(301))
            .route(Route::new("first", ["/first"], 8006, health).priority(2).draining_seconds(4000));
        load_balancer(stack, "balancer", config);
    });
    assert_eq!(
        found,
        [
            "a load balancer does not wait 0 s for data",
            "the route `first` gives its targets 4000 s to finish",
            "the route `first` has the priority of an answer, 2",
            "the answer `moved` is not one that a load balancer gives",
            "the ELBv2 Listener Rule `aws_lb_listener.balancer_http.arn 2` is `aws_lb_listener_rule.balancer_first` too, and there can be one",
        ]
    );
}

#[test]
fn what_would_be_refused_is_reported() {
    let found = diagnostics(|stack| {
        let route =
            Route::new("late", ["no-slash"], 8005, HealthCheck::new("/health").every(5, 5)).priority(0);
        let mut config = config().route(route);
        config.name = "a-name-that-is-much-too-long-for-elb".to_owned();
        config.subnet_ids.pop();
        load_balancer(stack, "balancer", config);
    });
    assert_eq!(
        found,
        [
            "Elastic Load Balancing refuses the name `a-name-that-is-much-too-long-for-elb`",
            "Elastic Load Balancing refuses the name `a-name-that-is-much-too-long-for-elb-8005`",
            "Elastic Load Balancing refuses the name `a-name-that-is-much-too-long-for-elb-8005`",
            "a load balancer in 1 subnet(s) is not served",
            "the route `late` has the path `no-slash`",
            "the route `late` has the priority 0",
            "the health check of `late` is not one that there is",
            "the route `late` has the port of another, 8005",
            "the ELBv2 Target Group `a-name-that-is-much-too-long-for-elb-8005` is `aws_lb_target_group.balancer_late` too, and a region has the name once",
        ]
    );
}
