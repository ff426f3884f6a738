//! The fake over HTTP, as the SDK calls it: Lambda's REST and JSON, CloudWatch's CBOR.
//!
//! Besides, `POST /…/invocations?Qualifier=live` answers with the version that the alias leads to, and what goes wrong
//! on the way is set call by call.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use base64::Engine;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use crate::fake_aws::cbor;
use crate::fake_aws::model::{AliasState, AliasUpdate, Function, Model, Refusal, VersionState};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: a later call is meant.
    Pass,
    /// The connection is closed before the call is carried out.
    Drop,
    /// The call is carried out, and the connection is closed before the answer.
    ReplyLost,
    /// The call waits before it is carried out.
    Delay(Duration),
    /// The call is carried out twice; the second answer is sent.
    Duplicate,
    /// Too many requests.
    Throttle,
    /// An internal error, and nothing is carried out.
    Error,
    /// An internal error after the call was carried out.
    ErrorAfter,
    /// Not permitted.
    Deny,
}

/// What the server knows.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) model: Model,
    /// The calls so far: method and path, without invocations and metrics.
    pub(crate) calls: Vec<String>,
    /// What goes wrong with calls of an operation, in order: `UpdateAlias`.
    pub(crate) faults: BTreeMap<&'static str, Vec<Fault>>,
    /// Whose process is killed before or after a call: its number, and the process.
    pub(crate) kill: Option<Kill>,
    /// Calls per minute and failures per version.
    pub(crate) traffic: BTreeMap<String, (f64, f64)>,
    /// What CloudWatch says of a series, by its id: one status after the other, and the last one from then on. `Absent`:
    /// the series is not in the answer.
    pub(crate) statuses: BTreeMap<&'static str, Vec<&'static str>>,
    /// Whether CloudWatch answers on two pages.
    pub(crate) is_paged: bool,
    /// Alarms that ring, of those that exist.
    pub(crate) alarms: BTreeMap<String, bool>,
    /// Objects of S3 by bucket and key: `builds/orders.zip`.
    pub(crate) objects: BTreeMap<String, Vec<u8>>,
    /// What uploads name instead of sending it along: bucket, key and version.
    pub(crate) sources: Vec<Value>,
    /// How many reads after a write still show what was true before it: answers are right eventually.
    pub(crate) lag: usize,
    /// What was true before the last write, and how many reads it is still shown to.
    past: Option<(BTreeMap<String, Function>, usize)>,
}

impl Shared {
    /// Puts an object of S3 in the place of its name, as Lambda does with a package that is not sent along.
    fn inline_package(&mut self, call: &mut Call) {
        let (Some(bucket), Some(key)) = (call.text("S3Bucket"), call.text("S3Key")) else { return };
        let object = self.objects.get(&format!("{bucket}/{key}")).cloned().unwrap_or_default();
        self.sources.push(json!([bucket, key, call.body["S3ObjectVersion"]]));
        call.body["ZipFile"] = json!(base64::engine::general_purpose::STANDARD.encode(object));
    }

    /// Carries out a call on what is true, or has it read what was.
    fn carry_out(&mut self, call: &Call) -> Result<Value, Refusal> {
        let is_read = call.operation.starts_with("Get") || call.operation.starts_with("List");
        if !is_read {
            let before = (self.lag > 0).then(|| (self.model.functions.clone(), self.lag));
            let answer = call.carry_out(&mut self.model);
            // What came of a refused write is seen at once: nothing.
            self.past = if answer.is_ok() { before } else { self.past.take() };
            return answer;
        }
        let answer = call.carry_out(&mut self.model);
        match &mut self.past {
            Some((functions, reads)) if *reads > 0 => {
                *reads -= 1;
                let mut past = Model { functions: functions.clone(), ..Model::default() };
                call.carry_out(&mut past)
            }
            _ => answer,
        }
    }
}

/// When a process is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    pub(crate) process: u32,
    /// The number of the call, from 1.
    pub(crate) call: usize,
    pub(crate) moment: Moment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    BeforeCall,
    AfterCall,
}

/// A server on a port of its own, until it is dropped with its runtime.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

impl Server {
    /// Starts a server; requests are served on the runtime that this is called on.
    pub(crate) async fn start(model: Model) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared { model, ..Shared::default() }));
        let server = Self { address, shared };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = accepting.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| server.clone().serve(request));
                    let connection = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service);
                    // A client that goes away, or one that a fault is for.
                    let _ = connection.await;
                });
            }
        });
        server
    }

    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn serve(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Lost> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Lost)?.to_bytes();
        let path = parts.uri.path().to_owned();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        if path.starts_with("/service/GraniteServiceVersion20100801/") {
            return Ok(cbor::answer(&mut self.shared(), &path, &body));
        }
        if let Some(object) = self.shared().objects.get(path.trim_start_matches('/')) {
            let body = Full::new(Bytes::from(object.clone()));
            return Ok(Response::builder().header("x-amz-version-id", "v1").body(body).unwrap());
        }
        if !path.starts_with("/20") {
            let body =
                "<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>";
            return Ok(Response::builder().status(404).body(Full::new(Bytes::from(body))).unwrap());
        }
        let mut call = Call::read(parts.method.as_str(), &path, &query, &body);
        self.shared().inline_package(&mut call);
        if call.operation == "Invoke" {
            let mut shared = self.shared();
            return Ok(
                match shared.model.answers(&call.function, call.qualifier.as_deref().unwrap_or("1")) {
                    Ok(versions) => json_answer(200, &json!(versions)),
                    Err(error) => json_answer(404, &json!({ "message": error })),
                },
            );
        }
        let fault = self.begin(&call);
        match fault {
            Some(Fault::Drop) => return Err(Lost),
            Some(Fault::Delay(time)) => tokio::time::sleep(time).await,
            Some(Fault::Throttle) => return Ok(refused(429, "TooManyRequestsException", "Rate exceeded")),
            Some(Fault::Error) => return Ok(refused(500, "ServiceException", "An error occurred")),
            Some(Fault::Deny) => {
                let message = format!(
                    "User: arn:aws:sts::123456789012:assumed-role/release/ci is not authorized to perform: lambda:{} on resource: arn:aws:lambda:eu-central-1:123456789012:function:{}:{} because no identity-based policy allows the lambda:{} action",
                    call.operation,
                    call.function,
                    call.alias.as_deref().unwrap_or("$LATEST"),
                    call.operation
                );
                return Ok(refused(403, "AccessDeniedException", &message));
            }
            _ => {}
        }
        if fault == Some(Fault::Duplicate) {
            let _ = self.shared().carry_out(&call);
        }
        let answer = self.shared().carry_out(&call);
        self.end();
        match fault {
            Some(Fault::ReplyLost) => Err(Lost),
            Some(Fault::ErrorAfter) => Ok(refused(500, "ServiceException", "An error occurred")),
            _ => Ok(match answer {
                Ok(value) => json_answer(200, &value),
                Err(Refusal { status, code, message }) => refused(status, code, &message),
            }),
        }
    }

    /// Counts a call, and says what goes wrong with it.
    fn begin(&self, call: &Call) -> Option<Fault> {
        let mut shared = self.shared();
        shared.calls.push(call.operation.to_owned());
        if kill_at(&shared, Moment::BeforeCall) {
            return Some(Fault::Drop);
        }
        let faults = shared.faults.get_mut(call.operation)?;
        (!faults.is_empty()).then(|| faults.remove(0))
    }

    fn end(&self) {
        kill_at(&self.shared(), Moment::AfterCall);
    }
}

/// Kills the process whose moment has come, as `kill -9` does.
fn kill_at(shared: &Shared, moment: Moment) -> bool {
    let kill = shared.kill.filter(|kill| kill.call == shared.calls.len() && kill.moment == moment);
    if let Some(kill) = kill {
        let status = std::process::Command::new("kill").args(["-9", &kill.process.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "{kill:?}");
    }
    kill.is_some()
}

/// A connection that ends without an answer.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is closed on purpose")
    }
}

impl std::error::Error for Lost {}

impl From<Infallible> for Lost {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A call of Lambda.
struct Call {
    operation: &'static str,
    function: String,
    alias: Option<String>,
    qualifier: Option<String>,
    body: Value,
}

impl Call {
    fn read(method: &str, path: &str, query: &str, body: &[u8]) -> Self {
        let segments: Vec<&str> = path.split('/').skip(3).collect();
        let function = segments.first().copied().unwrap_or_default().to_owned();
        let operation = match (method, segments.get(1).copied(), segments.len()) {
            ("GET", Some("aliases"), 2) => "ListAliases",
            ("GET", Some("aliases"), 3) => "GetAlias",
            ("PUT", Some("aliases"), 3) => "UpdateAlias",
            ("GET", Some("versions"), _) => "ListVersionsByFunction",
            ("POST", Some("versions"), _) => "PublishVersion",
            ("PUT", Some("code"), _) => "UpdateFunctionCode",
            ("GET", Some("configuration"), _) => "GetFunctionConfiguration",
            ("GET", Some("provisioned-concurrency"), _) => "GetProvisionedConcurrencyConfig",
            ("POST", Some("invocations"), _) => "Invoke",
            _ => "Unknown",
        };
        let qualifier = query.split('&').find_map(|pair| pair.strip_prefix("Qualifier=")).map(str::to_owned);
        Self {
            operation,
            function,
            alias: segments.get(2).map(|name| (*name).to_owned()),
            qualifier,
            body: serde_json::from_slice(body).unwrap_or(Value::Null),
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.body[key].as_str()
    }

    fn carry_out(&self, model: &mut Model) -> Result<Value, Refusal> {
        let (function, alias) = (self.function.as_str(), self.alias.as_deref().unwrap_or_default());
        match self.operation {
            "GetAlias" => model.alias(function, alias).map(|state| shown_alias(alias, &state)),
            "UpdateAlias" => {
                let weights = self.body.pointer("/RoutingConfig/AdditionalVersionWeights");
                let weights = weights.and_then(Value::as_object).map(|weights| {
                    weights
                        .iter()
                        .map(|(version, it)| (version.clone(), it.as_f64().unwrap_or(-1.0)))
                        .collect()
                });
                let update = AliasUpdate {
                    version: self.text("FunctionVersion").map(str::to_owned),
                    weights,
                    description: self.text("Description").map(str::to_owned),
                    revision: self.text("RevisionId").map(str::to_owned),
                };
                model.update_alias(function, alias, &update).map(|state| shown_alias(alias, &state))
            }
            "ListAliases" => {
                let aliases = model.function(function)?.aliases.clone();
                let shown: Vec<Value> =
                    aliases.iter().map(|(name, state)| shown_alias(name, state)).collect();
                Ok(json!({ "Aliases": shown }))
            }
            "ListVersionsByFunction" => {
                let mut all = vec![shown_version(&model.configuration(function, None)?)];
                all.extend(model.function(function)?.versions.iter().map(shown_version));
                Ok(json!({ "Versions": all }))
            }
            "PublishVersion" => {
                let (sha256, revision) = (self.text("CodeSha256"), self.text("RevisionId"));
                let note = self.text("Description").unwrap_or_default();
                model.publish(function, sha256, revision, note).map(|version| shown_version(&version))
            }
            "UpdateFunctionCode" => {
                let package = self.text("ZipFile").unwrap_or_default();
                let package = base64::engine::general_purpose::STANDARD.decode(package).unwrap_or_default();
                let revision = self.text("RevisionId");
                model.update_code(function, revision, &package).map(|version| shown_version(&version))
            }
            "GetFunctionConfiguration" => model
                .configuration(function, self.qualifier.as_deref())
                .map(|version| shown_version(&version)),
            "GetProvisionedConcurrencyConfig" => {
                let alias = self.qualifier.as_deref().unwrap_or_default();
                match model.function(function)?.provisioned.get(alias) {
                    Some(status) => Ok(json!({ "Status": status })),
                    None => Err(Refusal {
                        status: 404,
                        code: "ProvisionedConcurrencyConfigNotFoundException",
                        message: "No Provisioned Concurrency Config found for this function".into(),
                    }),
                }
            }
            _ => Err(Refusal { status: 400, code: "InvalidRequestContentException", message: "?".into() }),
        }
    }
}

fn shown_alias(name: &str, state: &AliasState) -> Value {
    let mut shown = json!({
        "AliasArn": format!("arn:aws:lambda:eu-central-1:123456789012:function:f:{name}"),
        "Name": name,
        "FunctionVersion": state.version,
        "Description": state.description,
        "RevisionId": state.revision,
    });
    if !state.weights.is_empty() {
        shown["RoutingConfig"] = json!({ "AdditionalVersionWeights": state.weights });
    }
    shown
}

fn shown_version(version: &VersionState) -> Value {
    let number = if version.number == 0 { "$LATEST".to_owned() } else { version.number.to_string() };
    let is_pending = version.pending > 0;
    json!({
        "FunctionName": "f",
        "Version": number,
        "CodeSha256": version.code_sha256,
        "Description": version.description,
        "RevisionId": version.revision,
        "State": if is_pending && version.number > 0 { "Pending" } else { "Active" },
        "LastUpdateStatus": if is_pending && version.number == 0 { "InProgress" } else { "Successful" },
        "LastModified": "2026-11-21T13:00:00.000+0000",
    })
}

fn json_answer(status: u16, value: &Value) -> Response<Full<Bytes>> {
    let body = Full::new(Bytes::from(value.to_string()));
    Response::builder().status(status).header("content-type", "application/json").body(body).unwrap()
}

fn refused(status: u16, code: &str, message: &str) -> Response<Full<Bytes>> {
    let mut answer = json_answer(status, &json!({ "Type": "User", "Message": message }));
    answer.headers_mut().insert("x-amzn-errortype", code.parse().unwrap());
    answer
}
