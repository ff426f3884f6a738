//! The configuration of an HTTP API.

use std::collections::BTreeSet;

use formwork::model::nearest;
use formwork::{Map, Value};

use crate::lambda_service::Callee;
use crate::mistakes::Mistakes;
use crate::rest_api::{Cors, Method};
use crate::route_path::{Greedy, path_label, sibling_mistakes};

/// What an HTTP API is like: routes, who may call them, and limits. The defaults: no limits beyond those of the
/// account, access logs kept for 30 days, no other origin's pages.
#[derive(Clone, Debug)]
pub struct HttpApiConfig {
    pub(crate) name: String,
    pub(crate) routes: Vec<Route>,
    pub(crate) authorizers: Vec<Authorizer>,
    pub(crate) cors: Option<Cors>,
    pub(crate) throttling: Option<(f64, u32)>,
    pub(crate) log_days: u32,
    pub(crate) tags: Map<String>,
}

impl HttpApiConfig {
    /// An API by its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            routes: Vec::new(),
            authorizers: Vec::new(),
            cors: None,
            throttling: None,
            log_days: 30,
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

    /// Lets pages from another origin call the API. API Gateway answers their preflight requests itself.
    #[must_use]
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Limits requests: so many per second, and so many at once. Each route then has metrics of its own, which the
    /// provider turns on with limits only.
    #[must_use]
    pub const fn throttling(mut self, rate_per_second: f64, burst: u32) -> Self {
        self.throttling = Some((rate_per_second, burst));
        self
    }

    /// Keeps access logs for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Adds tags to the API, its stage and its logs.
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
        mistakes.log_days(self.log_days);
        let mut seen = BTreeSet::new();
        for route in &self.routes {
            let key = route.key();
            if let Some(hint) = crate::route_path::mistake(&route.path) {
                mistakes.add(format!("`{}` is not a path for a route", route.path), hint);
            }
            if !seen.insert(key.clone()) {
                let message = format!("the route {key} occurs twice");
                mistakes.add(message, "keep one of the two");
            }
            let by_token = |one: &Authorizer| {
                matches!(one.kind, Kind::Jwt { .. }) && route.authorizer.as_ref() == Some(&one.name)
            };
            if !route.scopes.is_empty() && !self.authorizers.iter().any(by_token) {
                let message = format!("the route {key} asks for scopes, and no token is asked for");
                mistakes.add(message, "name an authorizer that is made with `Authorizer::jwt`");
            }
            let names = || self.authorizers.iter().map(|authorizer| authorizer.name.as_str());
            if let Some(name) =
                route.authorizer.as_deref().filter(|name| !names().any(|known| known == *name))
            {
                let message = format!("the route {key} names the authorizer `{name}`, which the API lacks");
                let hint = match nearest(name, names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "add it with `authorizer`".to_owned(),
                };
                mistakes.add(message, hint);
            }
        }
        let paths = self.routes.iter().map(|route| route.path.as_str());
        sibling_mistakes(paths, Greedy::Apart, &mut mistakes);
        for Authorizer { name, kind, sources } in &self.authorizers {
            let cache_seconds = match kind {
                Kind::Function { cache_seconds, .. } => cache_seconds,
                Kind::Jwt { audiences, .. } => {
                    if audiences.is_empty() {
                        let message = format!("the authorizer `{name}` lets tokens for nobody pass");
                        mistakes.add(message, "name an audience");
                    }
                    continue;
                }
            };
            if *cache_seconds > 0 && sources.is_empty() {
                let message =
                    format!("the authorizer `{name}` keeps decisions but has nothing to tell them by");
                mistakes.add(message, "name an identity source, or keep them for 0 s");
            }
            if *cache_seconds > MOST_CACHE_SECONDS {
                let message = format!("the authorizer `{name}` keeps decisions for {cache_seconds} s");
                mistakes.add(message, format!("choose 0 to {MOST_CACHE_SECONDS}"));
            }
        }
        mistakes
    }
}

/// API Gateway Developer Guide, "Control access to HTTP APIs with AWS Lambda authorizers".
const MOST_CACHE_SECONDS: u32 = 3600;

/// A method on a path, and the function that answers.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) callee: Callee,
    pub(crate) authorizer: Option<String>,
    pub(crate) scopes: Vec<String>,
}

impl Route {
    /// A route that a function, or an alias of it, answers. A path is `/` or parts such as `/jobs/{id}`; the last part
    /// may be `{proxy+}`, which takes everything below.
    pub fn new(method: Method, path: impl Into<String>, callee: impl Into<Callee>) -> Self {
        Self { method, path: path.into(), callee: callee.into(), authorizer: None, scopes: Vec::new() }
    }

    /// Lets an authorizer of the API decide who may call.
    #[must_use]
    pub fn authorizer(mut self, name: impl Into<String>) -> Self {
        self.authorizer = Some(name.into());
        self
    }

    /// Lets tokens pass that have this scope, or another one that the route names. The route's authorizer is one by token.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scopes.push(scope.into());
        self
    }

    /// The logical name of what belongs to the route.
    pub(crate) fn label(&self) -> String {
        format!("{}_{}", path_label(&self.path), self.method.as_str().to_ascii_lowercase())
    }

    /// The route as API Gateway writes it, such as `GET /jobs/{id}`.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method.as_str(), self.path)
    }
}

/// Who decides whether a request may pass: a function that answers `{"isAuthorized": true}` or `false`, or API Gateway
/// itself by a token.
#[derive(Clone, Debug)]
pub struct Authorizer {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) sources: Vec<String>,
}

/// How an authorizer decides.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A function is asked, and its decisions are kept.
    Function { callee: Callee, cache_seconds: u32 },
    /// The token must be of this issuer, for one of these audiences.
    Jwt { issuer: Value<String>, audiences: Vec<Value<String>> },
}

impl Authorizer {
    /// An authorizer whose decisions are kept for 300 s, for all routes alike. A request without one of the sources, such as
    /// `$request.header.x-api-key`, is answered with 401 before the function is asked.
    pub fn new<S: Into<String>>(
        name: impl Into<String>,
        callee: impl Into<Callee>,
        sources: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            name: name.into(),
            kind: Kind::Function { callee: callee.into(), cache_seconds: 300 },
            sources: sources.into_iter().map(Into::into).collect(),
        }
    }

    /// Lets requests pass whose header `Authorization` has a JSON Web Token of an issuer, such as
    /// `https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_abc`, for one of the audiences: with Cognito the ids of its
    /// clients. API Gateway gets the keys from the issuer.
    pub fn jwt<A: Into<Value<String>>>(
        name: impl Into<String>,
        issuer: impl Into<Value<String>>,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        let audiences = audiences.into_iter().map(Into::into).collect();
        Self {
            name: name.into(),
            kind: Kind::Jwt { issuer: issuer.into(), audiences },
            sources: vec!["$request.header.Authorization".to_owned()],
        }
    }

    /// Keeps decisions of a function for a number of seconds, 0 to 3600. One decision is for all routes that the sources do not tell apart:
    /// where they depend on the route, `$context.routeKey` must be a source too.
    #[must_use]
    pub const fn cache_seconds(mut self, seconds: u32) -> Self {
        if let Kind::Function { cache_seconds, .. } = &mut self.kind {
            *cache_seconds = seconds;
        }
        self
    }
}
