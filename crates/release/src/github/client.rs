//! Requests to GitHub: who asks, what a refusal means, and how often a request is sent.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use formwork_core::Hint;
use formwork_core::secret::SecretForms;
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::duration::show_duration;
use crate::github::{AppKey, AppKeyError, Repository, limit, page};
use crate::web::innermost;

const API: &str = "https://api.github.com";
const VERSION: &str = "2022-11-28";
const TOKEN_HINT: &str = "set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY, in the environment";
const ADDRESS_HINT: &str = "GITHUB_API_URL is such as `https://github.example.com/api/v3`";
/// How long one answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// How often a read is sent that gets no usable answer.
const READS: u32 = 5;
/// The tokens of an App's installation are good for an hour; this is when a new one is asked for.
const TOKEN_LIFETIME: Duration = Duration::from_secs(50 * 60);
/// The most that is read of a list. A gate that has to look further back is told so.
const PAGES: usize = 20;

/// Who asks.
#[derive(Debug)]
pub enum Credentials {
    /// A token: of a job, of a person, or of an App.
    Token(Token),
    /// A GitHub App, for which a token is asked that is good for one repository.
    App {
        /// The App's id or client id.
        id: String,
        /// Its private key.
        key: Box<AppKey>,
    },
}

/// A token that is not shown.
#[derive(Clone)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token")
    }
}

/// A client with a token, and since when it has it.
#[derive(Clone)]
struct Session {
    client: Octocrab,
    /// What no answer may repeat.
    token: SecretForms,
    begun: Instant,
}

/// A wait that GitHub asked for, to be told to people.
pub type OnWait<'a> = dyn Fn(&str) + 'a;

/// GitHub, for one repository.
pub struct GitHub<'a> {
    /// The repository that requests are about.
    pub repository: Repository,
    base: String,
    credentials: Credentials,
    session: Mutex<Option<Session>>,
    /// When all waiting ends.
    deadline: Instant,
    on_wait: &'a OnWait<'a>,
}

/// Why GitHub did not do or say what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GitHubError {
    /// There is nobody to ask as.
    #[error("{}{}", self.summary(), Hint::new(TOKEN_HINT))]
    NoCredentials,
    /// The App's key is none.
    #[error(transparent)]
    Key(#[from] AppKeyError),
    /// The address of the API is none.
    #[error("{}{}", self.summary(), Hint::new(ADDRESS_HINT))]
    Address {
        /// What was given.
        url: String,
    },
    /// GitHub refused.
    #[error("{}{hint}", self.summary())]
    Refused {
        /// Method and path.
        request: String,
        /// The status.
        status: u16,
        /// What GitHub says.
        message: String,
        /// What may help.
        hint: Hint,
    },
    /// No usable answer. A write may have been carried out all the same.
    #[error("{request}: no usable answer: {reason}")]
    Lost {
        /// Method and path.
        request: String,
        /// What came instead.
        reason: String,
    },
    /// A limit lasts longer than may be waited.
    #[error("{request}: GitHub's rate limit ends in {}, which is later than the limit of this command", show_duration(*wait))]
    Limited {
        /// Method and path.
        request: String,
        /// How long GitHub asks to wait.
        wait: Duration,
    },
    /// The answer has another shape than documented.
    #[error("{request}: the answer cannot be understood: {reason}")]
    Decode {
        /// Method and path.
        request: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl GitHubError {
    /// What went wrong, without what to do about it.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::NoCredentials => "there is no token for GitHub".to_owned(),
            Self::Address { url } => format!("`{url}` cannot be the address of GitHub's API"),
            Self::Refused { request, status, message, .. } => format!("{request}: {status}: {message}"),
            Self::Key(_) | Self::Lost { .. } | Self::Limited { .. } | Self::Decode { .. } => self.to_string(),
        }
    }

    /// Whether nothing is known about what became of the request.
    #[must_use]
    pub const fn is_lost(&self) -> bool {
        matches!(self, Self::Lost { .. })
    }

    /// Whether there is no such thing, or none that the token may see.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

impl Credentials {
    /// Takes credentials from the environment: an App's if `GITHUB_APP_ID` is set, else `GITHUB_TOKEN`.
    ///
    /// # Errors
    /// Fails if there are none, or the key is none.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Self, GitHubError> {
        let filled = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(id) = filled("GITHUB_APP_ID") {
            let pem = filled("GITHUB_APP_PRIVATE_KEY").ok_or(GitHubError::NoCredentials)?;
            return Ok(Self::App { id, key: Box::new(AppKey::parse(&pem)?) });
        }
        filled("GITHUB_TOKEN").map(|token| Self::Token(Token(token))).ok_or(GitHubError::NoCredentials)
    }
}

/// An answer, read to its end.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl<'a> GitHub<'a> {
    /// GitHub at an address, `https://api.github.com` if there is none. Waiting, for limits too, ends with the limit.
    ///
    /// # Errors
    /// Fails for an address that is none.
    pub fn new(
        repository: Repository,
        address: Option<&str>,
        credentials: Credentials,
        limit: Duration,
        on_wait: &'a OnWait<'a>,
    ) -> Result<Self, GitHubError> {
        let base = address.unwrap_or(API).trim_end_matches('/').to_owned();
        let parsed = base.parse::<http::Uri>().ok();
        if parsed.as_ref().and_then(http::Uri::scheme_str).is_none_or(|it| !matches!(it, "http" | "https")) {
            return Err(GitHubError::Address { url: base });
        }
        let deadline = Instant::now() + limit;
        Ok(Self { repository, base, credentials, session: Mutex::default(), deadline, on_wait })
    }

    /// When all waiting ends.
    #[must_use]
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Reads something of the repository; a path such as `/actions/runs/7`.
    pub(crate) async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, GitHubError> {
        let url = self.url(path);
        let reply = self.get(&url).await?;
        self.decode(&format!("GET {}", self.path_of(&url)), &reply.body)
    }

    /// Reads a list of the repository to its end, page by page, or until `enough` says so of a page.
    pub(crate) async fn read_all<T: DeserializeOwned>(
        &self,
        path: &str,
        member: Option<&str>,
        enough: impl Fn(&[T]) -> bool,
    ) -> Result<Vec<T>, GitHubError> {
        let mut url = self.url(path);
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let reply = self.get(&url).await?;
            let request = format!("GET {}", self.path_of(&url));
            let mut page: Value = self.decode(&request, &reply.body)?;
            let items = match member {
                Some(member) => page.get_mut(member).map(Value::take).unwrap_or_default(),
                None => page,
            };
            let items: Vec<T> = serde_json::from_value(items)
                .map_err(|error| GitHubError::Decode { request, reason: error.to_string() })?;
            let is_enough = enough(&items);
            all.extend(items);
            match page::next(&reply.headers) {
                Some(next) if !is_enough => url = next,
                _ => break,
            }
        }
        Ok(all)
    }

    /// Sends a write about the repository, once. Only a request that a rate limit kept from being carried out is sent
    /// again.
    pub(crate) async fn write(&self, method: Method, path: &str, body: &Value) -> Result<Value, GitHubError> {
        let url = self.url(path);
        let request = format!("{method} {}", self.path_of(&url));
        let reply = self.send(&method, &url, Some(body)).await?;
        if reply.body.is_empty() {
            return Ok(Value::Null);
        }
        self.decode(&request, &reply.body)
    }

    async fn get(&self, url: &str) -> Result<Response, GitHubError> {
        let mut pause = Duration::from_millis(200);
        for _ in 1..READS {
            match self.send(&Method::GET, url, None).await {
                Err(GitHubError::Lost { .. }) if Instant::now() + pause < self.deadline => {
                    sleep(pause).await;
                    pause *= 2;
                }
                result => return result,
            }
        }
        self.send(&Method::GET, url, None).await
    }

    /// Sends a request until no rate limit keeps it from being carried out.
    async fn send(&self, method: &Method, url: &str, body: Option<&Value>) -> Result<Response, GitHubError> {
        let request = format!("{method} {}", self.path_of(url));
        loop {
            let session = self.session().await?;
            let reply = exchange(&session, &request, method, url, body).await?;
            if let Some(wait) = limit::wait(reply.status, &reply.headers, &reply.body, seconds_now()) {
                if Instant::now() + wait >= self.deadline {
                    return Err(GitHubError::Limited { request, wait });
                }
                (self.on_wait)(&format!("GitHub's rate limit is reached; waiting {}", show_duration(wait)));
                sleep(wait).await;
                continue;
            }
            return match reply.status {
                status if status.is_success() => Ok(reply),
                status if status.is_server_error() => {
                    Err(GitHubError::Lost { request, reason: format!("status {}", status.as_u16()) })
                }
                _ => Err(self.refused(request, &reply)),
            };
        }
    }

    async fn session(&self) -> Result<Session, GitHubError> {
        let kept = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(session) = kept.filter(|session| session.begun.elapsed() < TOKEN_LIFETIME) {
            return Ok(session);
        }
        let session = match &self.credentials {
            Credentials::Token(Token(token)) => self.session_with(token)?,
            Credentials::App { id, key } => {
                let app = self.session_with(&key.token(id, seconds_now())?)?;
                self.session_with(&self.installation_token(&app).await?)?
            }
        };
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
        Ok(session)
    }

    /// The token of the App's installation that has the repository, good for this repository alone.
    async fn installation_token(&self, app: &Session) -> Result<String, GitHubError> {
        let url = self.url("/installation");
        let request = format!("GET {}", self.path_of(&url));
        let reply = exchange(app, &request, &Method::GET, &url, None).await?;
        if !reply.status.is_success() {
            return Err(self.refused(request, &reply));
        }
        let installation: Value = self.decode(&request, &reply.body)?;
        let url = format!("{}/app/installations/{}/access_tokens", self.base, installation["id"]);
        let request = format!("POST {}", self.path_of(&url));
        let body = json!({ "repositories": [self.repository.name] });
        // A token too many does no harm: this write may be sent again by the next run.
        let reply = exchange(app, &request, &Method::POST, &url, Some(&body)).await?;
        if !reply.status.is_success() {
            return Err(self.refused(request, &reply));
        }
        let answer: Value = self.decode(&request, &reply.body)?;
        answer["token"]
            .as_str()
            .map(ToOwned::to_owned)
            .ok_or_else(|| GitHubError::Decode { request, reason: "there is no token in it".to_owned() })
    }

    fn session_with(&self, token: &str) -> Result<Session, GitHubError> {
        let address = || GitHubError::Address { url: self.base.clone() };
        let client = Octocrab::builder()
            .base_uri(self.base.clone())
            .map_err(|_| address())?
            .personal_token(token.to_owned())
            .set_connect_timeout(Some(Duration::from_secs(10)))
            .build()
            .map_err(|_| address())?;
        let mut forms = SecretForms::default();
        forms.add(token);
        Ok(Session { client, token: forms, begun: Instant::now() })
    }

    fn url(&self, path: &str) -> String {
        format!("{}/repos/{}{path}", self.base, self.repository)
    }

    fn path_of<'b>(&self, url: &'b str) -> &'b str {
        url.strip_prefix(&self.base).unwrap_or(url)
    }

    fn decode<T: DeserializeOwned>(&self, request: &str, body: &str) -> Result<T, GitHubError> {
        serde_json::from_str(body)
            .map_err(|error| GitHubError::Decode { request: request.to_owned(), reason: error.to_string() })
    }

    fn refused(&self, request: String, reply: &Response) -> GitHubError {
        let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        let mut message = body["message"].as_str().unwrap_or("no reason given").to_owned();
        // A list of strings or of objects with a `message`, where GitHub knows more.
        for error in body["errors"].as_array().into_iter().flatten() {
            if let Some(text) = error.as_str().or_else(|| error["message"].as_str()) {
                message.push_str("; ");
                message.push_str(text);
            }
        }
        let hint = match reply.status.as_u16() {
            401 => Hint::new("the token is wrong or has expired"),
            403 | 404 => Hint::new(format!(
                "{} is not there, or the token may not do this; the token of a job reaches only the job's own repository: use a GitHub App, or a token that reaches it",
                self.repository
            )),
            _ => Hint::none(),
        };
        GitHubError::Refused { request, status: reply.status.as_u16(), message, hint }
    }
}

async fn exchange(
    session: &Session,
    request: &str,
    method: &Method,
    url: &str,
    body: Option<&Value>,
) -> Result<Response, GitHubError> {
    let lost = |reason: String| GitHubError::Lost { request: request.to_owned(), reason };
    let builder = http::Request::builder()
        .method(method)
        .uri(url)
        .header(http::header::ACCEPT, "application/vnd.github+json")
        .header("x-github-api-version", VERSION);
    let message = session.client.build_request(builder, body).map_err(|error| lost(error.to_string()))?;
    let work = async {
        let response = session.client.execute(message).await.map_err(|error| lost(innermost(&error)))?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| lost(innermost(&error)))?.to_bytes();
        // Whatever is shown of it, in a message or in an issue, has no token in it.
        let body = session.token.hide(&String::from_utf8_lossy(&body), "(token)");
        Ok(Response { status: parts.status, headers: parts.headers, body })
    };
    match tokio::time::timeout(ANSWER_LIMIT, work).await {
        Ok(reply) => reply,
        Err(_) => Err(lost(format!("nothing within {}", show_duration(ANSWER_LIMIT)))),
    }
}

pub(crate) fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
