//! A suite as TOML, read and checked.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use formwork_core::Hint;
use http::{HeaderName, Method};
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use crate::duration::parse_duration;
use crate::smoke::template::is_name;
use crate::smoke::{
    Exhausted, Expectation, JsonPath, Matcher, Poll, Request, Save, SaveSource, SmokeError, Suite, Template,
    Test, Variable,
};

const LIMIT: Duration = Duration::from_secs(600);
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuiteDocument {
    description: Option<String>,
    url: Option<Template>,
    timeout: Option<String>,
    limit: Option<String>,
    #[serde(default)]
    variables: BTreeMap<String, VariableDocument>,
    test: Vec<Spanned<TestDocument>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VariableDocument {
    output: Option<String>,
    environment: Option<String>,
    default: Option<String>,
    #[serde(default)]
    secret: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestDocument {
    name: String,
    request: RequestDocument,
    expect: ExpectationDocument,
    tries: Option<Template>,
    interval: Option<Template>,
    poll: Option<PollDocument>,
    #[serde(default)]
    save: BTreeMap<String, SaveDocument>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestDocument {
    method: Option<String>,
    path: Template,
    #[serde(default)]
    query: BTreeMap<String, Template>,
    #[serde(default)]
    headers: BTreeMap<String, Template>,
    json: Option<toml::Value>,
    text: Option<Template>,
    timeout: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectationDocument {
    status: toml::Value,
    #[serde(default)]
    headers: BTreeMap<String, toml::Value>,
    #[serde(default)]
    json: BTreeMap<String, toml::Value>,
    body: Option<toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PollDocument {
    until: BTreeMap<String, toml::Value>,
    attempts: Template,
    interval: Option<Template>,
    exhausted: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SaveDocument {
    Path(String),
    Full {
        json: Option<String>,
        header: Option<String>,
        #[serde(default)]
        secret: bool,
    },
}

impl Suite {
    /// Reads a file.
    ///
    /// # Errors
    /// Fails if it cannot be read or is not a suite, with the line.
    pub fn read(path: &Path) -> Result<Self, SmokeError> {
        let file = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| SmokeError::Read { file: file.clone(), source })?;
        Self::parse(&file, &text)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Fails if it is not a suite, with the line.
    pub fn parse(file: &str, text: &str) -> Result<Self, SmokeError> {
        let suite = parse(file, text)?;
        suite.check()?;
        Ok(suite)
    }
}

fn parse(file: &str, text: &str) -> Result<Suite, SmokeError> {
    let wrong = |line: usize, reason: String| SmokeError::Invalid {
        file: file.to_owned(),
        line,
        reason,
        hint: Hint::none(),
    };
    let line_at = |offset: usize| text.get(..offset).map_or(1, |before| before.matches('\n').count() + 1);
    let document: SuiteDocument = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        wrong(line_at(offset), error.message().to_owned())
    })?;
    let whole = |reason: String| wrong(1, reason);
    let timeout = duration(document.timeout.as_deref(), TIMEOUT).map_err(whole)?;
    let limit = duration(document.limit.as_deref(), LIMIT).map_err(whole)?;
    let mut variables = BTreeMap::new();
    for (name, variable) in document.variables {
        if !is_name(&name) {
            return Err(whole(format!("`{name}` cannot name a variable: letters, digits and `_`")));
        }
        let VariableDocument { output, environment, default, secret } = variable;
        variables.insert(name, Variable { output, environment, default, secret });
    }
    if document.test.is_empty() {
        return Err(whole("there is no `[[test]]`".to_owned()));
    }
    let mut tests = Vec::new();
    for test in document.test {
        let line = line_at(test.span().start);
        tests.push(read_test(test.into_inner(), line, timeout).map_err(|reason| wrong(line, reason))?);
    }
    let name =
        Path::new(file).file_stem().map_or_else(|| file.to_owned(), |it| it.to_string_lossy().into_owned());
    Ok(Suite {
        file: file.to_owned(),
        name,
        description: document.description,
        url: document.url,
        limit,
        variables,
        tests,
    })
}

fn read_test(document: TestDocument, line: usize, timeout: Duration) -> Result<Test, String> {
    let mut save = BTreeMap::new();
    for (name, source) in document.save {
        if !is_name(&name) {
            return Err(format!("`{name}` cannot name a variable: letters, digits and `_`"));
        }
        save.insert(name, read_save(source)?);
    }
    Ok(Test {
        name: document.name,
        line,
        request: read_request(document.request, timeout)?,
        expect: read_expectation(document.expect)?,
        tries: document.tries.map_or_else(|| Template::parse("1"), Ok)?,
        interval: document.interval.map_or_else(|| Template::parse("1s"), Ok)?,
        poll: document.poll.map(read_poll).transpose()?,
        save,
    })
}

fn read_request(document: RequestDocument, timeout: Duration) -> Result<Request, String> {
    let method = document.method.as_deref().unwrap_or("GET");
    let method = match Method::from_bytes(method.as_bytes()) {
        Ok(method) if method.as_str().bytes().all(|byte| byte.is_ascii_uppercase()) => method,
        _ => return Err(format!("`{method}` is not a method; they are written in capitals, such as `POST`")),
    };
    if document.json.is_some() && document.text.is_some() {
        return Err("a request has `json` or `text`, not both".to_owned());
    }
    document.headers.keys().try_for_each(|name| header_name(name))?;
    Ok(Request {
        method,
        path: document.path,
        query: document.query,
        headers: document.headers,
        json: document.json.map(json).transpose()?,
        text: document.text,
        timeout: duration(document.timeout.as_deref(), timeout)?,
    })
}

fn read_expectation(document: ExpectationDocument) -> Result<Expectation, String> {
    let statuses = match document.status {
        toml::Value::Array(statuses) => statuses,
        single => vec![single],
    };
    if statuses.is_empty() {
        return Err("`status` names no status".to_owned());
    }
    let status = statuses.iter().map(read_status).collect::<Result<_, _>>()?;
    document.headers.keys().try_for_each(|name| header_name(name))?;
    let headers = document
        .headers
        .into_iter()
        .map(|(name, value)| Ok((name, Matcher::parse(&json(value)?)?)))
        .collect::<Result<_, String>>()?;
    let body = match document.body {
        Some(value) => Some(Matcher::parse(&json(value)?)?),
        None => None,
    };
    Ok(Expectation { status, headers, json: read_paths(document.json)?, body })
}

/// `404`, or a class: `2xx`.
fn read_status(value: &toml::Value) -> Result<String, String> {
    let text = match value {
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let digits = text.strip_suffix("xx").unwrap_or(&text);
    let is_class = digits.len() == 1 && text.len() == 3;
    let is_status = digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if (is_class || is_status) && matches!(digits.as_bytes()[0], b'1'..=b'5') {
        return Ok(text);
    }
    Err(format!(
        "{value} is not a status; write one such as `404`, a class such as `\"2xx\"`, or a list of them"
    ))
}

fn read_poll(document: PollDocument) -> Result<Poll, String> {
    let exhausted = match document.exhausted.as_deref() {
        None | Some("fail") => Exhausted::Fail,
        Some("pass") => Exhausted::Pass,
        Some(other) => return Err(format!("`exhausted` is `fail` or `pass`, not `{other}`")),
    };
    if document.until.is_empty() {
        return Err("`poll.until` names nothing to wait for".to_owned());
    }
    Ok(Poll {
        until: read_paths(document.until)?,
        attempts: document.attempts,
        interval: document.interval.map_or_else(|| Template::parse("5s"), Ok)?,
        exhausted,
    })
}

fn read_save(document: SaveDocument) -> Result<Save, String> {
    let path = |text: &str| JsonPath::parse(text).map(SaveSource::Json).map_err(|error| error.to_string());
    match document {
        SaveDocument::Path(text) => Ok(Save { source: path(&text)?, secret: false }),
        SaveDocument::Full { json: Some(text), header: None, secret } => {
            Ok(Save { source: path(&text)?, secret })
        }
        SaveDocument::Full { json: None, header: Some(name), secret } => {
            header_name(&name)?;
            Ok(Save { source: SaveSource::Header(name), secret })
        }
        SaveDocument::Full { .. } => Err("what is saved is in `json` or in `header`: name one".to_owned()),
    }
}

fn read_paths(document: BTreeMap<String, toml::Value>) -> Result<BTreeMap<JsonPath, Matcher>, String> {
    let read = |(path, value): (String, toml::Value)| {
        let path = JsonPath::parse(&path).map_err(|error| error.to_string())?;
        let matcher = Matcher::parse(&json(value)?).map_err(|reason| format!("{path}: {reason}"))?;
        Ok((path, matcher))
    };
    document.into_iter().map(read).collect()
}

fn header_name(name: &str) -> Result<(), String> {
    let parsed = HeaderName::from_bytes(name.as_bytes());
    parsed.map(|_| ()).map_err(|_| format!("`{name}` is not the name of a header"))
}

fn duration(text: Option<&str>, default: Duration) -> Result<Duration, String> {
    text.map_or(Ok(default), |text| parse_duration(text).map_err(|error| error.to_string()))
}

/// TOML as JSON. TOML has no null and JSON no dates.
fn json(value: toml::Value) -> Result<Value, String> {
    Ok(match value {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(flag) => Value::from(flag),
        toml::Value::Datetime(date) => return Err(format!("JSON has no dates: write \"{date}\" as text")),
        toml::Value::Array(items) => Value::Array(items.into_iter().map(json).collect::<Result<_, _>>()?),
        toml::Value::Table(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| Ok((name, json(value)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}
