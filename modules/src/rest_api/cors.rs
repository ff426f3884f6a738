//! Cross-origin requests: the answers to preflight requests, and headers on answers that no function gave.

use std::collections::BTreeSet;

use formwork::{Resource, Stack, aws};

use crate::rest_api::config::{Cors, RestApiConfig};
use crate::rest_api::deployment::Definition;
use crate::rest_api::methods::{declared_headers, literal_headers};
use crate::rest_api::tree::{Node, Tree};

/// Answers `OPTIONS` on every path that has a route, and puts the origin on API Gateway's own errors.
pub(crate) fn preflight(
    stack: &mut Stack,
    api: &aws::ApiGatewayRestApiRef,
    cors: &Cors,
    config: &RestApiConfig,
    tree: &Tree,
    definition: &mut Definition,
) {
    let paths: BTreeSet<&str> = config.routes.iter().map(|route| route.path.as_str()).collect();
    for node in paths.into_iter().filter_map(|path| tree.node(path)) {
        options(stack, api, cors, node, definition);
    }
    let headers = [("Access-Control-Allow-Origin", cors.origin.clone())];
    for (name, kind) in [("errors_4xx", "DEFAULT_4XX"), ("errors_5xx", "DEFAULT_5XX")] {
        let response = aws::ApiGatewayGatewayResponse::new(aws::ApiGatewayGatewayResponseArgs {
            response_type: kind.into(),
            rest_api_id: api.id().into(),
        })
        .response_parameters(literal_headers("gatewayresponse", &headers));
        let response = stack.add(name, response);
        definition.add(&response);
    }
}

fn options(
    stack: &mut Stack,
    api: &aws::ApiGatewayRestApiRef,
    cors: &Cors,
    node: &Node,
    definition: &mut Definition,
) {
    let name = format!("{}_options", node.label);
    let headers = [
        ("Access-Control-Allow-Headers", cors.headers.join(",")),
        ("Access-Control-Allow-Methods", cors.method_names().join(",")),
        ("Access-Control-Allow-Origin", cors.origin.clone()),
        ("Access-Control-Max-Age", cors.max_age_seconds.to_string()),
    ];
    let method = stack.add(
        &name,
        aws::ApiGatewayMethod::new(aws::ApiGatewayMethodArgs {
            authorization: "NONE".into(),
            http_method: "OPTIONS".into(),
            resource_id: (&node.resource_id).into(),
            rest_api_id: api.id().into(),
        }),
    );
    let integration = stack.add(
        &name,
        aws::ApiGatewayIntegration::new(aws::ApiGatewayIntegrationArgs {
            http_method: method.http_method().into(),
            resource_id: (&node.resource_id).into(),
            rest_api_id: api.id().into(),
            r#type: "MOCK".into(),
        })
        .request_templates([("application/json", r#"{"statusCode": 204}"#)]),
    );
    let declared = stack.add(
        &name,
        aws::ApiGatewayMethodResponse::new(aws::ApiGatewayMethodResponseArgs {
            http_method: method.http_method().into(),
            resource_id: (&node.resource_id).into(),
            rest_api_id: api.id().into(),
            status_code: "204".into(),
        })
        .response_parameters(declared_headers("method.response", &headers)),
    );
    let answer = stack.add(
        &name,
        aws::ApiGatewayIntegrationResponse::new(aws::ApiGatewayIntegrationResponseArgs {
            http_method: method.http_method().into(),
            resource_id: (&node.resource_id).into(),
            rest_api_id: api.id().into(),
            status_code: declared.status_code().into(),
        })
        .response_parameters(literal_headers("method.response", &headers))
        // AWS refuses a response to an integration that is not there yet, and nothing here refers to it.
        .depends_on(&integration),
    );
    definition.add(&method);
    definition.add(&integration);
    definition.add(&declared);
    definition.add(&answer);
}
