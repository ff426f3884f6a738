//! What an API consists of, and what is refused.

use formwork::Stack;
use serde_json::{Value, json};

use super::{Authorizer, HttpApiConfig, Route, http_api};
use crate::lambda_service::{LambdaServiceConfig, LambdaServiceParts, Package, lambda_service};
use crate::rest_api::{Cors, Method};
use crate::testing::{diagnostics, document};

fn service(stack: &mut Stack) -> LambdaServiceParts {
    let config = LambdaServiceConfig::new("shop-orders", Package::zip("orders.zip")).stable_alias("live");
    lambda_service(stack, "orders", config)
}

fn config(service: &LambdaServiceParts) -> HttpApiConfig {
    HttpApiConfig::new("shop")
        .authorizer(
            Authorizer::new("key", &service.function, ["$request.header.x-api-key"]).cache_seconds(60),
        )
        .route(Route::new(Method::Post, "/orders", &service.function).authorizer("key"))
        .route(Route::new(Method::Get, "/orders/{id}", &service.aliases["live"]))
}

fn built(change: impl Fn(HttpApiConfig) -> HttpApiConfig) -> Value {
    document(|stack| {
        let service = service(stack);
        let parts = http_api(stack, "api", change(config(&service)));
        stack.output("endpoint", parts.endpoint());
    })["resource"]
        .take()
}

#[test]
fn a_route_is_answered_by_its_function_and_only_it_may_invoke() {
    let resources = built(|config| config);
    let route = &resources["aws_apigatewayv2_route"]["api_orders_by_id_get"];
    assert_eq!(route["route_key"], json!("GET /orders/{id}"));
    assert_eq!(
        route["target"],
        json!("integrations/${aws_apigatewayv2_integration.api_orders_by_id_get.id}")
    );
    assert_eq!(route.get("authorizer_id"), None);
    let permission = &resources["aws_lambda_permission"]["api_orders_by_id_get"];
    assert_eq!(permission["qualifier"], json!("${aws_lambda_alias.orders_live.name}"));
    assert_eq!(
        permission["source_arn"],
        json!("${aws_apigatewayv2_api.api_api.execution_arn}/*/GET/orders/*")
    );
}

#[test]
fn an_authorizer_decides() {
    let resources = built(|config| config);
    let authorizer = &resources["aws_apigatewayv2_authorizer"]["api_key"];
    assert_eq!(authorizer["identity_sources"], json!(["$request.header.x-api-key"]));
    assert_eq!(authorizer["authorizer_result_ttl_in_seconds"], json!(60));
    assert_eq!(authorizer["enable_simple_responses"], json!(true));
    let route = &resources["aws_apigatewayv2_route"]["api_orders_post"];
    assert_eq!(route["authorization_type"], json!("CUSTOM"));
    assert_eq!(route["authorizer_id"], json!("${aws_apigatewayv2_authorizer.api_key.id}"));
    let source = &resources["aws_lambda_permission"]["api_authorizer_key"]["source_arn"];
    assert!(source.as_str().unwrap().contains("/authorizers/${aws_apigatewayv2_authorizer.api_key.id}"));
}

#[test]
fn a_token_decides() {
    let resources = document(|stack| {
        let service = service(stack);
        let config = config(&service)
            .authorizer(Authorizer::jwt("users", "https://id.example.com", ["shop"]))
            .route(Route::new(Method::Get, "/me", &service.function).authorizer("users").scope("read"));
        http_api(stack, "api", config);
    })["resource"]
        .take();
    let authorizer = &resources["aws_apigatewayv2_authorizer"]["api_users"];
    assert_eq!(authorizer["authorizer_type"], json!("JWT"));
    assert_eq!(
        authorizer["jwt_configuration"],
        json!({"audience": ["shop"], "issuer": "https://id.example.com"})
    );
    let route = &resources["aws_apigatewayv2_route"]["api_me_get"];
    assert_eq!(
        (&route["authorization_type"], &route["authorization_scopes"]),
        (&json!("JWT"), &json!(["read"]))
    );
    assert_eq!(resources["aws_lambda_permission"].get("api_authorizer_users"), None);
}

#[test]
fn the_stage_logs_and_limits() {
    let resources =
        built(|config| config.throttling(100.0, 50).log_days(7).cors(Cors::new("https://a.example")));
    let stage = &resources["aws_apigatewayv2_stage"]["api_stage"];
    assert_eq!((&stage["name"], &stage["auto_deploy"]), (&json!("$default"), &json!(true)));
    let settings = &stage["default_route_settings"];
    assert_eq!(
        (&settings["throttling_rate_limit"], &settings["throttling_burst_limit"]),
        (&json!(100.0), &json!(50))
    );
    assert!(stage["access_log_settings"]["format"].as_str().unwrap().contains("$context.routeKey"));
    let cors = &resources["aws_apigatewayv2_api"]["api_api"]["cors_configuration"];
    assert_eq!(cors["allow_origins"], json!(["https://a.example"]));
    assert_eq!(resources["aws_cloudwatch_log_group"]["api_access_logs"]["retention_in_days"], json!(7));
}

#[test]
fn without_limits_the_stage_has_those_of_the_account() {
    let resources = built(|config| config);
    assert_eq!(resources["aws_apigatewayv2_stage"]["api_stage"].get("default_route_settings"), None);
}

#[test]
fn mistakes_are_reported() {
    let mistakes = |change: fn(HttpApiConfig, &LambdaServiceParts) -> HttpApiConfig| {
        diagnostics(|stack| {
            let service = service(stack);
            let config = change(config(&service), &service);
            http_api(stack, "api", config);
        })
    };
    let lacking = mistakes(|config, service| {
        config.route(Route::new(Method::Get, "/keys", &service.function).authorizer("kee"))
    });
    assert_eq!(lacking, ["the route GET /keys names the authorizer `kee`, which the API lacks"]);
    let twice =
        mistakes(|config, service| config.route(Route::new(Method::Post, "/orders", &service.function)));
    assert_eq!(twice, ["the route POST /orders occurs twice"]);
    let path = mistakes(|config, service| config.route(Route::new(Method::Get, "orders", &service.function)));
    assert_eq!(path, ["`orders` is not a path for a route"]);
    let scopes = mistakes(|config, service| {
        config
            .authorizer(Authorizer::jwt("users", "https://id.example.com", [] as [&str; 0]))
            .route(Route::new(Method::Get, "/me", &service.function).authorizer("key").scope("read"))
    });
    assert_eq!(
        scopes,
        [
            "the route GET /me asks for scopes, and no token is asked for",
            "the authorizer `users` lets tokens for nobody pass"
        ]
    );
    let kept = mistakes(|config, service| {
        config.authorizer(Authorizer::new("all", &service.function, [] as [&str; 0]))
    });
    assert_eq!(kept, ["the authorizer `all` keeps decisions but has nothing to tell them by"]);
}

#[test]
fn many_routes_to_one_function_have_room_in_its_policy() {
    let count = |routes: usize| {
        let document = document(|stack| {
            let orders = lambda_service(
                stack,
                "orders",
                LambdaServiceConfig::new("shop-orders", Package::zip("o.zip")).stable_alias("live"),
            );
            let mut config = HttpApiConfig::new("shop");
            for number in 0..routes {
                let path = format!("/orders/section-{number:02}/{{id}}");
                config = config.route(Route::new(Method::Get, path, &orders.aliases["live"]));
            }
            http_api(stack, "api", config);
        });
        let permissions = document["resource"]["aws_lambda_permission"].as_object().unwrap().clone();
        let wide = permissions.get("api_all_orders_live").map(|one| one["source_arn"].clone());
        (permissions.len(), wide)
    };
    assert_eq!(count(20), (20, None));
    let (few, wide) = count(80);
    assert!((40..55).contains(&few), "{few}");
    assert_eq!(wide.unwrap(), "${aws_apigatewayv2_api.api_api.execution_arn}/*/*");
    assert_eq!(count(200).0, few);
}
