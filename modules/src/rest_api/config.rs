//! The configuration of a REST API.

use std::collections::{BTreeMap, BTreeSet};

use formwork::{Map, Value, aws};
use indexmap::IndexMap;

use crate::lambda_service::LambdaServiceParts;
use crate::mistakes::Mistakes;
use crate::rest_api::serving::{Stage, UsagePlan};
use crate::route_path::{Greedy, sibling_mistakes};

/// The longest that an authorizer's decisions can be kept, in seconds.
const MOST_CACHE_SECONDS: u32 = 3600;

/// The largest size that compression can begin at, in bytes.
const MOST_COMPRESSED_FROM: u32 = 10_485_760;

/// What an API is like: routes, who may call them, and the stages that serve them.
#[derive(Clone, Debug)]
pub struct RestApiConfig {
    pub(crate) name: String,
    pub(crate) routes: Vec<Route>,
    pub(crate) authorizers: Vec<Authorizer>,
    pub(crate) cors: Option<Cors>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) usage_plans: Vec<UsagePlan>,
    pub(crate) manages_account: bool,
    pub(crate) only_own_domains: bool,
    pub(crate) validates_everything: bool,
    pub(crate) compressed_from_bytes: Option<u32>,
    pub(crate) tags: Map<String>,
}

impl RestApiConfig {
    /// An API by its name, which is also what its CloudWatch metrics are filed under.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            routes: Vec::new(),
            authorizers: Vec::new(),
            cors: None,
            stages: Vec::new(),
            usage_plans: Vec::new(),
            manages_account: false,
            only_own_domains: false,
            validates_everything: false,
            compressed_from_bytes: None,
            tags: Map::new(),
        }
    }

    /// Adds a route.
    #[must_use]
    pub fn route(mut self, route: Route) -> Self {
        self.routes.push(route);
        self
    }

    /// Adds an authorizer that routes can name.
    #[must_use]
    pub fn authorizer(mut self, authorizer: Authorizer) -> Self {
        self.authorizers.push(authorizer);
        self
    }

    /// Lets pages from another origin call the API.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Adds a stage.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stages.push(stage);
        self
    }

    /// Adds a usage plan with its API keys.
    #[must_use]
    pub fn usage_plan(mut self, plan: UsagePlan) -> Self {
        self.usage_plans.push(plan);
        self
    }

    /// Gives API Gateway the role that it writes logs with. An account has one such setting per region: where it has
    /// APIs of several stacks, use [`account_logging`](crate::rest_api::account_logging) in one that they depend on.
    #[must_use]
    pub const fn manage_account(mut self) -> Self {
        self.manages_account = true;
        self
    }

    /// Answers only under own domain names, not under the one that AWS gives.
    #[must_use]
    pub const fn only_own_domains(mut self) -> Self {
        self.only_own_domains = true;
        self
    }

    /// Validates body and parameters of every route, also of those that say nothing of theirs: what they come to say is
    /// then asked for.
    #[must_use]
    pub const fn validate_everything(mut self) -> Self {
        self.validates_everything = true;
        self
    }

    /// Compresses answers of so many bytes or more, 0 to 10485760, for callers that take it.
    #[must_use]
    pub const fn compress_from_bytes(mut self, bytes: u32) -> Self {
        self.compressed_from_bytes = Some(bytes);
        self
    }

    /// Adds tags to the API and its stages.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }

    /// What is wrong, and what to do instead.
    pub(crate) fn mistakes(&self) -> Mistakes {
        let mut mistakes = Mistakes::default();
        if self.routes.is_empty() {
            mistakes.add("the API has no route", "add one with `route`");
        }
        if self.stages.is_empty() {
            mistakes.add("the API has no stage", "add one with `stage`");
        }
        for stage in &self.stages {
            mistakes.log_days(stage.log_days);
        }
        let mut seen = BTreeSet::new();
        for route in &self.routes {
            let text = format!("{} {}", route.method.as_str(), route.path);
            if let Some(hint) = crate::route_path::mistake(&route.path) {
                mistakes.add(format!("`{}` is not a path for a route", route.path), hint);
            }
            if !seen.insert(text.clone()) {
                let message = format!("the route {text} occurs twice");
                mistakes.add(message, "keep one of the two");
            }
            self.route_mistakes(route, &text, &mut mistakes);
        }
        let paths = self.routes.iter().map(|route| route.path.as_str());
        sibling_mistakes(paths, Greedy::Alike, &mut mistakes);
        self.model_mistakes(&mut mistakes);
        self.range_mistakes(&mut mistakes);
        mistakes
    }

    /// A model is made once, of the first body that names it.
    fn model_mistakes(&self, mistakes: &mut Mistakes) {
        let mut known: BTreeMap<&str, &serde_json::Value> = BTreeMap::new();
        for body in self.routes.iter().filter_map(|route| route.body.as_ref()) {
            if !body.model.bytes().all(|byte| byte.is_ascii_alphanumeric()) || body.model.is_empty() {
                let message = format!("`{}` is not a name for a model", body.model);
                mistakes.add_once(message, "a name has letters and digits");
            }
            if **known.entry(&body.model).or_insert(&body.schema) != body.schema {
                let message = format!("the model `{}` has two schemas", body.model);
                mistakes.add_once(message, "give one of the two another name");
            }
        }
    }

    /// API Gateway REST API Reference, `CreateStage`, `CreateAuthorizer` and `CreateRestApi`.
    fn range_mistakes(&self, mistakes: &mut Mistakes) {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        for stage in &self.stages {
            if !(1..=128).contains(&stage.name.len()) || !stage.name.bytes().all(is_letter) {
                let hint = "a name has 1 to 128 letters, digits, hyphens and underscores";
                mistakes.add(format!("`{}` is not a name for a stage", stage.name), hint);
            }
        }
        for authorizer in self.authorizers.iter().filter(|one| one.cache_seconds > MOST_CACHE_SECONDS) {
            let Authorizer { name, cache_seconds, .. } = authorizer;
            let message = format!("the authorizer `{name}` keeps decisions for {cache_seconds} s");
            mistakes.add(message, format!("choose 0 to {MOST_CACHE_SECONDS}"));
        }
        if let Some(bytes) = self.compressed_from_bytes.filter(|bytes| *bytes > MOST_COMPRESSED_FROM) {
            let message = format!("API Gateway does not compress answers of {bytes} bytes or more");
            mistakes.add(message, format!("choose 0 to {MOST_COMPRESSED_FROM}"));
        }
        if self.manages_account {
            mistakes.role_name(&self.logging_role());
        }
    }

    /// The name of the role that API Gateway writes logs with.
    pub(crate) fn logging_role(&self) -> String {
        format!("{}-api-logs", self.name)
    }

    fn route_mistakes(&self, route: &Route, text: &str, mistakes: &mut Mistakes) {
        if let Some(name) = &route.authorizer
            && !self.authorizers.iter().any(|authorizer| authorizer.name == *name)
        {
            let names = self.authorizers.iter().map(|authorizer| authorizer.name.as_str());
            let hint = match formwork::model::nearest(name, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "add it with `authorizer`".to_owned(),
            };
            mistakes
                .add(format!("the route {text} names the authorizer `{name}`, which the API lacks"), hint);
        }
        let Target::ByStage { aliases, .. } = &route.target else { return };
        for stage in &self.stages {
            match &stage.alias {
                None => mistakes.add(
                    format!(
                        "the route {text} leaves the alias to the stage, and the stage `{}` has none",
                        stage.name
                    ),
                    "name one with `Stage::alias`".to_owned(),
                ),
                Some(alias) if !aliases.contains_key(alias) => {
                    let message = format!(
                        "the stage `{}` serves the alias `{alias}`, which the function of the route {text} lacks",
                        stage.name
                    );
                    let hint = match formwork::model::nearest(alias, aliases.keys().map(String::as_str)) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it has {}", Vec::from_iter(aliases.keys().cloned()).join(", ")),
                    };
                    mistakes.add(message, hint);
                }
                Some(_) => {}
            }
        }
    }
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every method that has no route of its own.
    Any,
    /// `DELETE`
    Delete,
    /// `GET`
    Get,
    /// `HEAD`
    Head,
    /// `PATCH`
    Patch,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

impl Method {
    /// The method as API Gateway spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Any => "ANY",
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// A method on a path, and the function that answers.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) target: Target,
    pub(crate) authorizer: Option<String>,
    pub(crate) api_key: bool,
    pub(crate) required_parameters: Vec<String>,
    pub(crate) body: Option<Body>,
}

/// Which function answers, and which of its aliases.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// The alias that the stage names.
    ByStage { function: aws::LambdaFunctionRef, aliases: IndexMap<String, aws::LambdaAliasRef> },
    /// Always the same alias.
    Alias(aws::LambdaAliasRef),
}

impl Route {
    /// A route whose stage chooses the alias. A path is `/` or parts such as `/orders/{id}`; the last part may be
    /// `{proxy+}`, which takes everything below.
    pub fn by_stage(method: Method, path: impl Into<String>, service: &LambdaServiceParts) -> Self {
        let target = Target::ByStage { function: service.function.clone(), aliases: service.aliases.clone() };
        Self::new(method, path.into(), target)
    }

    /// A route that one alias answers in every stage.
    pub fn by_alias(method: Method, path: impl Into<String>, alias: &aws::LambdaAliasRef) -> Self {
        Self::new(method, path.into(), Target::Alias(alias.clone()))
    }

    /// Lets an authorizer of the API decide who may call.
    #[must_use]
    pub fn authorizer(mut self, name: impl Into<String>) -> Self {
        self.authorizer = Some(name.into());
        self
    }

    /// Asks for an API key of a usage plan.
    #[must_use]
    pub const fn api_key(mut self) -> Self {
        self.api_key = true;
        self
    }

    /// Refuses requests without a parameter, such as `querystring.page` or `header.X-Tenant`.
    #[must_use]
    pub fn require_parameter(mut self, location: impl Into<String>) -> Self {
        self.required_parameters.push(location.into());
        self
    }

    /// Refuses requests whose JSON body does not fit a schema.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = Some(body);
        self
    }

    const fn new(method: Method, path: String, target: Target) -> Self {
        Self {
            method,
            path,
            target,
            authorizer: None,
            api_key: false,
            required_parameters: Vec::new(),
            body: None,
        }
    }
}

/// A model that request bodies must fit.
#[derive(Clone, Debug)]
pub struct Body {
    pub(crate) model: String,
    pub(crate) schema: serde_json::Value,
}

impl Body {
    /// A model by its name (letters and digits) and its JSON Schema, draft 4 (API Gateway Developer Guide, "Data
    /// models for REST APIs").
    pub fn new(model: impl Into<String>, schema: serde_json::Value) -> Self {
        Self { model: model.into(), schema }
    }
}

/// Who decides whether a request may pass.
#[derive(Clone, Debug)]
pub struct Authorizer {
    pub(crate) name: String,
    pub(crate) kind: AuthorizerKind,
    pub(crate) cache_seconds: u32,
}

/// How an authorizer decides.
#[derive(Clone, Debug)]
pub enum AuthorizerKind {
    /// A function that is given the token of the `Authorization` header.
    Token(aws::LambdaAliasRef),
    /// A function that is given the request; the sources, such as `method.request.header.X-Tenant`, must be there.
    Request(aws::LambdaAliasRef, Vec<String>),
    /// Cognito user pools, by ARN.
    Cognito(Vec<Value<String>>),
}

impl Authorizer {
    /// An authorizer whose decisions are kept for 300 s, as API Gateway does by default.
    pub fn new(name: impl Into<String>, kind: AuthorizerKind) -> Self {
        Self { name: name.into(), kind, cache_seconds: 300 }
    }

    /// Keeps decisions for a number of seconds, 0 to 3600.
    #[must_use]
    pub const fn cache_seconds(mut self, seconds: u32) -> Self {
        self.cache_seconds = seconds;
        self
    }
}

/// Which pages from other origins may call an API.
#[derive(Clone, Debug)]
pub struct Cors {
    pub(crate) origin: String,
    pub(crate) headers: Vec<String>,
    pub(crate) methods: Vec<Method>,
    pub(crate) max_age_seconds: u32,
}

impl Cors {
    /// Pages of one origin, such as `https://shop.example.com`, or of any with `*`.
    pub fn new(origin: impl Into<String>) -> Self {
        let headers = ["Authorization", "Content-Type", "X-Api-Key", "X-Amz-Date", "X-Amz-Security-Token"];
        let methods =
            vec![Method::Delete, Method::Get, Method::Head, Method::Patch, Method::Post, Method::Put];
        let headers = headers.map(str::to_owned).to_vec();
        Self { origin: origin.into(), headers, methods, max_age_seconds: 600 }
    }

    /// Permits these request headers, and no others.
    #[must_use]
    pub fn only_headers<H: Into<String>>(mut self, headers: impl IntoIterator<Item = H>) -> Self {
        self.headers = headers.into_iter().map(Into::into).collect();
        self
    }

    /// Permits these methods, and no others. `OPTIONS` is always there, since browsers ask with it. [`Method::Any`] permits
    /// all, as `*`, which browsers take literally in requests with credentials.
    #[must_use]
    pub fn only_methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods = methods.into_iter().collect();
        self
    }

    /// The permitted methods, in the order of the alphabet.
    pub(crate) fn method_names(&self) -> Vec<&'static str> {
        // `ANY` is API Gateway's word, which browsers do not know.
        if self.methods.contains(&Method::Any) {
            return vec!["*"];
        }
        let mut names: Vec<&str> =
            self.methods.iter().map(|method| method.as_str()).chain(["OPTIONS"]).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Permits one more request header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.headers.push(name.into());
        self
    }

    /// Lets browsers keep the answer for a number of seconds.
    #[must_use]
    pub const fn max_age_seconds(mut self, seconds: u32) -> Self {
        self.max_age_seconds = seconds;
        self
    }
}
