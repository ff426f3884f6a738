//! Methods with their integrations, authorizers, request validators and models.

use std::collections::BTreeMap;

use formwork::{Expr, Json, Map, Stack, Value, aws};

use crate::label::label;
use crate::rest_api::config::{Authorizer, AuthorizerKind, Body, RestApiConfig, Route, Target};
use crate::rest_api::deployment::Definition;
use crate::rest_api::tree::{Node, Tree};

/// Adds a method and an integration per route.
pub(crate) fn routes(
    stack: &mut Stack,
    api: &aws::ApiGatewayRestApiRef,
    config: &RestApiConfig,
    tree: &Tree,
    definition: &mut Definition,
) {
    let authorizers: BTreeMap<&str, aws::ApiGatewayAuthorizerRef> = config
        .authorizers
        .iter()
        .map(|one| (one.name.as_str(), authorizer(stack, api, one, definition)))
        .collect();
    let mut builder = Builder {
        stack,
        api,
        config,
        authorizers,
        definition,
        validators: BTreeMap::new(),
        models: BTreeMap::new(),
    };
    let mut seen = Vec::new();
    for route in &config.routes {
        // A route that occurs twice was reported; adding it again would report its parts once more.
        let key = (route.method.as_str(), route.path.as_str());
        if let Some(node) = tree.node(&route.path).filter(|_| !seen.contains(&key)) {
            seen.push(key);
            builder.route(route, node);
        }
    }
}

struct Builder<'a> {
    stack: &'a mut Stack,
    api: &'a aws::ApiGatewayRestApiRef,
    config: &'a RestApiConfig,
    authorizers: BTreeMap<&'a str, aws::ApiGatewayAuthorizerRef>,
    definition: &'a mut Definition,
    /// By what they validate: body, parameters.
    validators: BTreeMap<(bool, bool), aws::ApiGatewayRequestValidatorRef>,
    models: BTreeMap<String, aws::ApiGatewayModelRef>,
}

impl Builder<'_> {
    fn route(&mut self, route: &Route, node: &Node) {
        let name = format!("{}_{}", node.label, route.method.as_str().to_ascii_lowercase());
        let method = self.method(route, node);
        let method = self.stack.add(&name, method);
        self.definition.add(&method);
        let (uri, terraform_knows) = self.uri(&route.target);
        let integration = aws::ApiGatewayIntegration::new(aws::ApiGatewayIntegrationArgs {
            http_method: method.http_method().into(),
            resource_id: (&node.resource_id).into(),
            rest_api_id: self.api.id().into(),
            r#type: "AWS_PROXY".into(),
        })
        // Lambda is always invoked with POST, whatever the request's method.
        .integration_http_method("POST")
        .uri(uri);
        let integration = self.stack.add(&name, integration);
        self.definition.add(&integration);
        self.definition.add_uri(terraform_knows);
    }

    fn method(&mut self, route: &Route, node: &Node) -> aws::ApiGatewayMethod {
        let authorizer = route.authorizer.as_deref().and_then(|name| self.authorizers.get(name));
        let authorization = match authorizer {
            None => Value::from("NONE"),
            Some(authorizer) => authorization(authorizer),
        };
        let mut method = aws::ApiGatewayMethod::new(aws::ApiGatewayMethodArgs {
            authorization,
            http_method: route.method.as_str().into(),
            resource_id: (&node.resource_id).into(),
            rest_api_id: self.api.id().into(),
        })
        .authorizer_id(authorizer.map(aws::ApiGatewayAuthorizerRef::id));
        if route.api_key {
            method = method.api_key_required(true);
        }
        if !route.required_parameters.is_empty() {
            let parameters = route.required_parameters.iter();
            let parameters = parameters.map(|location| (format!("method.request.{location}"), true));
            method = method.request_parameters(parameters.collect::<Vec<_>>());
        }
        if let Some(body) = &route.body {
            method = method.request_models([("application/json", self.model(body).name())]);
        }
        let always = self.config.validates_everything;
        let validates = (always || route.body.is_some(), always || !route.required_parameters.is_empty());
        match validates {
            (false, false) => method,
            _ => method.request_validator_id(self.validator(validates).id()),
        }
    }

    /// The URI of an integration, and the part of it that only Terraform knows.
    fn uri(&mut self, target: &Target) -> (Value<String>, Expr<String>) {
        match target {
            Target::Alias(alias) => (alias.invoke_arn().into(), alias.invoke_arn()),
            Target::ByStage { function, .. } => {
                // The function's own `invoke_arn` names no alias. API Gateway puts in the stage's variable; to
                // Terraform `${stageVariables.alias}` is plain text.
                let invoke = Expr::<String>::call(
                    "replace",
                    [
                        function.invoke_arn().into(),
                        "/invocations".into(),
                        ":${stageVariables.alias}/invocations".into(),
                    ],
                );
                (invoke.into(), function.invoke_arn())
            }
        }
    }

    fn model(&mut self, body: &Body) -> aws::ApiGatewayModelRef {
        if let Some(model) = self.models.get(&body.model) {
            return model.clone();
        }
        let model = aws::ApiGatewayModel::new(aws::ApiGatewayModelArgs {
            content_type: "application/json".into(),
            name: body.model.clone().into(),
            rest_api_id: self.api.id().into(),
        })
        .schema(Value::<String>::from(&body.schema));
        let model = self.stack.add(&format!("model_{}", label(&body.model)), model);
        self.definition.add(&model);
        self.models.insert(body.model.clone(), model.clone());
        model
    }

    fn validator(&mut self, (body, parameters): (bool, bool)) -> aws::ApiGatewayRequestValidatorRef {
        if let Some(validator) = self.validators.get(&(body, parameters)) {
            return validator.clone();
        }
        let name = match (body, parameters) {
            (true, true) => "body_and_parameters",
            (true, false) => "body",
            _ => "parameters",
        };
        let validator = aws::ApiGatewayRequestValidator::new(aws::ApiGatewayRequestValidatorArgs {
            name: name.into(),
            rest_api_id: self.api.id().into(),
        })
        .validate_request_body(body)
        .validate_request_parameters(parameters);
        let validator = self.stack.add(&format!("validate_{name}"), validator);
        self.definition.add(&validator);
        self.validators.insert((body, parameters), validator.clone());
        validator
    }
}

fn authorizer(
    stack: &mut Stack,
    api: &aws::ApiGatewayRestApiRef,
    authorizer: &Authorizer,
    definition: &mut Definition,
) -> aws::ApiGatewayAuthorizerRef {
    let resource = aws::ApiGatewayAuthorizer::new(aws::ApiGatewayAuthorizerArgs {
        name: authorizer.name.clone().into(),
        rest_api_id: api.id().into(),
    })
    .authorizer_result_ttl_in_seconds(authorizer.cache_seconds);
    let resource = match &authorizer.kind {
        AuthorizerKind::Token(alias) => resource.r#type("TOKEN").authorizer_uri(alias.invoke_arn()),
        AuthorizerKind::Request(alias, sources) => {
            resource.r#type("REQUEST").authorizer_uri(alias.invoke_arn()).identity_source(sources.join(","))
        }
        AuthorizerKind::Cognito(pools) => resource.r#type("COGNITO_USER_POOLS").provider_arns(pools),
    };
    let name = label(&authorizer.name);
    let reference = stack.add(&name, resource);
    definition.add(&reference);
    if let AuthorizerKind::Token(alias) | AuthorizerKind::Request(alias, _) = &authorizer.kind {
        let source_arn = format!("{}/authorizers/{}", api.execution_arn(), reference.id());
        stack.add(&format!("authorizer_{name}"), super::stage::permission(alias, source_arn));
    }
    reference
}

/// What a method's `authorization` is for an authorizer: `CUSTOM` for functions.
fn authorization(authorizer: &aws::ApiGatewayAuthorizerRef) -> Value<String> {
    let kind = authorizer.r#type();
    // Which of the two it is follows from the authorizer, so that they cannot disagree.
    let hcl = format!("{} == \"COGNITO_USER_POOLS\" ? \"COGNITO_USER_POOLS\" : \"CUSTOM\"", kind.hcl());
    Expr::<String>::raw(hcl).into()
}

/// Response headers as API Gateway takes them: literals between single quotes.
pub(crate) fn literal_headers(prefix: &str, headers: &[(&str, String)]) -> Map<String> {
    let mut map = Map::new();
    for (name, value) in headers {
        map = map.with(format!("{prefix}.header.{name}"), format!("'{value}'"));
    }
    map
}

/// Declares response headers.
pub(crate) fn declared_headers(prefix: &str, headers: &[(&str, String)]) -> Value<Map<bool>> {
    let entry = |(name, _): &(&str, String)| (format!("{prefix}.header.{name}").into(), Json::Bool(true));
    Value::from_json(Json::Object(headers.iter().map(entry).collect()))
}
