//! What an API consists of, and what is refused.

use formwork::{Expr, Stack};
use serde_json::{Value, json};

use super::{
    Authorizer, AuthorizerKind, Body, Cors, Domain, LogLevel, Method, Period, RestApiConfig, Route, Stage,
    UsagePlan, rest_api,
};
use crate::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};
use crate::testing::{diagnostics, document};

fn orders(stack: &mut Stack) -> LambdaServiceParts {
    let config = LambdaServiceConfig::new("shop-orders", Package::zip("orders.zip"))
        .candidate_alias("candidate")
        .stable_alias("live");
    lambda_service(stack, "orders", config)
}

fn base(service: &LambdaServiceParts) -> RestApiConfig {
    RestApiConfig::new("shop")
        .route(Route::by_stage(Method::Any, "/orders", service))
        .route(Route::by_stage(Method::Any, "/orders/{proxy+}", service))
        .stage(Stage::new("live").alias("live"))
        .stage(Stage::new("next").alias("candidate"))
}

fn built(change: impl FnOnce(RestApiConfig, &LambdaServiceParts) -> RestApiConfig) -> Value {
    document(|stack| {
        stack.local("certificate", "arn:aws:acm:eu-central-1:1:certificate/x");
        let service = orders(stack);
        let config = change(base(&service), &service);
        rest_api(stack, "api", config);
    })["resource"]
        .take()
}

fn mistakes(change: impl FnOnce(RestApiConfig, &LambdaServiceParts) -> RestApiConfig) -> Vec<String> {
    diagnostics(|stack| {
        let service = orders(stack);
        let config = change(base(&service), &service);
        rest_api(stack, "api", config);
    })
}

#[test]
fn the_stage_chooses_the_alias() {
    let resources = built(|config, _| config);
    let uri = &resources["aws_api_gateway_integration"]["api_orders_proxy_any"]["uri"];
    assert_eq!(
        *uri,
        json!(
            "${replace(aws_lambda_function.orders_function.invoke_arn, \"/invocations\", \":$${stageVariables.alias}/invocations\")}"
        )
    );
    assert_eq!(resources["aws_api_gateway_stage"]["api_next"]["variables"], json!({"alias": "candidate"}));
    let permission = &resources["aws_lambda_permission"]["api_next_orders_candidate"];
    assert_eq!(permission["qualifier"], json!("${aws_lambda_alias.orders_candidate.name}"));
    assert_eq!(permission["source_arn"], json!("${aws_api_gateway_rest_api.api_api.execution_arn}/next/*"));
    assert_eq!(resources["aws_lambda_permission"].as_object().unwrap().len(), 2);
}

#[test]
fn paths_share_their_parts() {
    let resources =
        built(|config, service| config.route(Route::by_stage(Method::Get, "/stock/{id}/lines", service)));
    let paths = resources["aws_api_gateway_resource"].as_object().unwrap();
    let names: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["api_orders", "api_orders_proxy", "api_stock", "api_stock_by_id", "api_stock_by_id_lines"]
    );
    assert_eq!(
        paths["api_orders"]["parent_id"],
        json!("${aws_api_gateway_rest_api.api_api.root_resource_id}")
    );
    assert_eq!(paths["api_stock_by_id"]["path_part"], json!("{id}"));
}

fn definition(resources: &Value) -> &Value {
    &resources["aws_api_gateway_deployment"]["api_deployment"]["triggers"]["definition"]
}

#[test]
fn the_deployment_is_remade_exactly_when_the_api_changes() {
    let before = built(|config, _| config);
    let route = built(|config, service| config.route(Route::by_stage(Method::Get, "/", service)));
    let cors = built(|config, _| config.cors(Cors::new("*")));
    let stage = built(|config, _| config.stage(Stage::new("other").alias("live").throttling(5.0, 5)));
    assert_ne!(definition(&before), definition(&route));
    assert_ne!(definition(&before), definition(&cors));
    assert_eq!(definition(&before), definition(&stage));
    let deployment = &before["aws_api_gateway_deployment"]["api_deployment"];
    assert_eq!(deployment["lifecycle"], json!({"create_before_destroy": true}));
    assert_eq!(
        deployment["triggers"]["integrations"],
        json!(
            "${sha1(jsonencode([aws_lambda_function.orders_function.invoke_arn, aws_lambda_function.orders_function.invoke_arn]))}"
        )
    );
    assert_eq!(deployment["depends_on"].as_array().unwrap().len(), 6);
}

#[test]
fn requests_are_validated_and_authorized() {
    let resources = built(|config, service| {
        let schema = json!({"type": "object", "required": ["sku"]});
        let alias = &service.aliases["live"];
        config.authorizer(Authorizer::new("token", AuthorizerKind::Token(alias.clone()))).route(
            Route::by_alias(Method::Post, "/lines", alias)
                .authorizer("token")
                .api_key()
                .require_parameter("querystring.page")
                .body(Body::new("Line", schema)),
        )
    });
    let method = &resources["aws_api_gateway_method"]["api_lines_post"];
    assert_eq!(method["authorizer_id"], json!("${aws_api_gateway_authorizer.api_token.id}"));
    assert_eq!(method["request_parameters"], json!({"method.request.querystring.page": true}));
    assert_eq!(
        method["request_models"],
        json!({"application/json": "${aws_api_gateway_model.api_model_Line.name}"})
    );
    assert_eq!(method["api_key_required"], json!(true));
    let authorizer = &resources["aws_api_gateway_authorizer"]["api_token"];
    assert_eq!(authorizer["authorizer_result_ttl_in_seconds"], json!(300));
    let permission = &resources["aws_lambda_permission"]["api_authorizer_token"];
    assert_eq!(
        permission["source_arn"],
        json!(
            "${aws_api_gateway_rest_api.api_api.execution_arn}/authorizers/${aws_api_gateway_authorizer.api_token.id}"
        )
    );
}

#[test]
fn pages_of_another_origin_may_call() {
    let resources = built(|config, _| config.cors(Cors::new("https://shop.example.com").header("X-Tenant")));
    let answer =
        &resources["aws_api_gateway_integration_response"]["api_orders_options"]["response_parameters"];
    assert_eq!(
        answer["method.response.header.Access-Control-Allow-Origin"],
        json!("'https://shop.example.com'")
    );
    let error = &resources["aws_api_gateway_gateway_response"]["api_errors_5xx"]["response_parameters"];
    assert_eq!(
        error["gatewayresponse.header.Access-Control-Allow-Origin"],
        json!("'https://shop.example.com'")
    );
}

#[test]
fn stages_have_domains_limits_and_plans() {
    let resources = built(|config, _| {
        let domain = Domain::new("api.example.com", Expr::raw("local.certificate"))
            .zone(Expr::raw("local.certificate"));
        let plan =
            UsagePlan::new("partners", ["live"]).key("acme").quota(1000, Period::Day).throttling(10.0, 5);
        config
            .manage_account()
            .stage(Stage::new("v1").alias("live").throttling(1000.0, 500).domain(domain))
            .usage_plan(plan)
    });
    assert_eq!(resources["aws_api_gateway_domain_name"]["api_v1"]["security_policy"], json!("TLS_1_2"));
    let mapping = &resources["aws_api_gateway_base_path_mapping"]["api_v1"];
    assert_eq!(mapping["stage_name"], json!("${aws_api_gateway_stage.api_v1.stage_name}"));
    let settings = &resources["aws_api_gateway_method_settings"]["api_v1"]["settings"];
    assert_eq!(settings["throttling_rate_limit"], json!(1000.0));
    assert_eq!(
        resources["aws_api_gateway_usage_plan"]["api_partners"]["quota_settings"]["period"],
        json!("DAY")
    );
    assert_eq!(
        resources["aws_api_gateway_usage_plan_key"]["api_partners_acme"]["key_type"],
        json!("API_KEY")
    );
}

#[test]
fn routes_and_stages_are_checked() {
    let path = |path: &'static str| {
        mistakes(move |config, service| config.route(Route::by_stage(Method::Get, path, service)))
    };
    assert_eq!(path("orders"), ["`orders` is not a path for a route"]);
    assert_eq!(path("/a/{rest+}/b"), ["`/a/{rest+}/b` is not a path for a route"]);
    assert_eq!(path("/a//b"), ["`/a//b` is not a path for a route"]);
    assert_eq!(
        mistakes(|config, service| config.route(Route::by_stage(Method::Any, "/orders", service))),
        ["the route ANY /orders occurs twice"]
    );
    assert_eq!(
        mistakes(|config, service| {
            config.route(Route::by_stage(Method::Get, "/x", service).authorizer("token"))
        }),
        ["the route GET /x names the authorizer `token`, which the API lacks"]
    );
    let found = mistakes(|config, _| config.stage(Stage::new("v1").alias("lvie")));
    assert_eq!(
        found[0],
        "the stage `v1` serves the alias `lvie`, which the function of the route ANY /orders lacks"
    );
    assert_eq!(
        mistakes(|config, _| config.usage_plan(UsagePlan::new("partners", ["lives"]))),
        ["the usage plan `partners` is for the stage `lives`, which the API lacks"]
    );
}

#[test]
fn what_api_gateway_refuses_is_reported() {
    let beside =
        mistakes(|config, service| config.route(Route::by_stage(Method::Get, "/orders/{id}", service)));
    assert_eq!(beside, ["API Gateway takes no variable `{id}` beside `{proxy+}` under `/orders`"]);
    let body = |schema: Value| Body::new("Line", schema);
    let models = mistakes(|config, service| {
        config
            .route(Route::by_stage(Method::Post, "/a", service).body(body(json!({"type": "object"}))))
            .route(Route::by_stage(Method::Post, "/b", service).body(body(json!({"type": "object"}))))
            .route(Route::by_stage(Method::Post, "/c", service).body(body(json!({"type": "array"}))))
    });
    assert_eq!(models, ["the model `Line` has two schemas"]);
    let ranges = mistakes(|config, service| {
        let kind = AuthorizerKind::Token(service.aliases["live"].clone());
        let mut config = config
            .stage(Stage::new("v1.0").alias("live").log_days(2))
            .authorizer(Authorizer::new("token", kind).cache_seconds(3601))
            .compress_from_bytes(10_485_761)
            .manage_account();
        config.name = "a".repeat(60);
        config
    });
    assert_eq!(
        ranges,
        [
            "CloudWatch Logs does not keep logs for 2 days".to_owned(),
            "`v1.0` is not a name for a stage".to_owned(),
            "the authorizer `token` keeps decisions for 3601 s".to_owned(),
            "API Gateway does not compress answers of 10485761 bytes or more".to_owned(),
            format!("IAM refuses the role name `{}-api-logs`", "a".repeat(60)),
        ]
    );
}

#[test]
fn pages_may_do_anything() {
    let cors = Cors::new("https://a.example").only_methods([Method::Any, Method::Get]);
    assert_eq!(cors.method_names(), ["*"]);
}

#[test]
fn everything_can_be_validated_and_compressed() {
    let resources = built(|config, _| config.validate_everything().compress_from_bytes(1024));
    let method = &resources["aws_api_gateway_method"]["api_orders_any"];
    let validator = "${aws_api_gateway_request_validator.api_validate_body_and_parameters.id}";
    assert_eq!(method["request_validator_id"], json!(validator));
    assert_eq!(resources["aws_api_gateway_rest_api"]["api_api"]["minimum_compression_size"], json!("1024"));
}

#[test]
fn pages_may_do_what_is_named() {
    let cors = Cors::new("https://a.example")
        .only_headers(["Content-Type"])
        .only_methods([Method::Post, Method::Get]);
    let resources = built(|config, _| config.cors(cors));
    let answer =
        &resources["aws_api_gateway_integration_response"]["api_orders_options"]["response_parameters"];
    assert_eq!(answer["method.response.header.Access-Control-Allow-Methods"], json!("'GET,OPTIONS,POST'"));
    assert_eq!(answer["method.response.header.Access-Control-Allow-Headers"], json!("'Content-Type'"));
}

#[test]
fn what_api_gateway_logs_is_not_kept_for_ever() {
    let stage = Stage::new("test").alias("live").log_level(LogLevel::Error).log_days(7);
    let resources = built(|config, _| config.stage(stage));
    let groups = &resources["aws_cloudwatch_log_group"];
    assert_eq!(
        groups["api_test_execution_logs"],
        json!({
            "name": "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.api_api.id}/test",
            "retention_in_days": 7,
        })
    );
    let waits = &resources["aws_api_gateway_stage"]["api_test"]["depends_on"];
    assert_eq!(*waits, json!(["aws_cloudwatch_log_group.api_test_execution_logs"]));
    assert_eq!(groups.get("api_live_execution_logs"), None);
}

#[test]
fn a_stage_logs_the_fields_that_are_chosen() {
    let stage = Stage::new("test").alias("live").trace_data().log_fields([("id", "$context.requestId")]);
    let resources = built(|config, _| config.stage(stage));
    let format = &resources["aws_api_gateway_stage"]["api_test"]["access_log_settings"]["format"];
    assert_eq!(*format, json!(r#"{"id":"$context.requestId"}"#));
    let settings = &resources["aws_api_gateway_method_settings"];
    assert_eq!(settings["api_test"]["settings"]["data_trace_enabled"], json!(true));
    assert_eq!(settings["api_live"]["settings"].get("data_trace_enabled"), None);
}
