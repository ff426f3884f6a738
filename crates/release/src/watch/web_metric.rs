//! Asks HTTP endpoints for numbers.

use std::cell::OnceCell;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::Value;

use crate::description::WebMetric;
use crate::json_path::JsonPath;
use crate::watch::{Silence, Verdict};
use crate::web::{Response, WebClient, percent_encode};

/// How long an endpoint may take to answer. What it answers with may have 4 MiB ([`crate::web::BODY_LIMIT`]).
const LIMIT: Duration = Duration::from_secs(10);

/// What numbers are asked for about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    /// What is released.
    pub(crate) version: &'a str,
    /// When it got its share, in seconds since 1970.
    pub(crate) since: u64,
}

/// Asks for numbers, each time with the same client: making one reads the root certificates of the machine, and is only
/// done where there is something to ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct WebMetrics {
    client: OnceCell<WebClient>,
}

impl WebMetrics {
    /// Asks for all numbers. One over its limit is a breach, whether the others answer or not.
    pub(crate) async fn ask(&self, metrics: &[WebMetric], subject: &Subject<'_>) -> Result<Verdict, Silence> {
        let (mut told, mut silent) = (Vec::new(), None);
        for metric in metrics {
            match self.number(metric, subject).await {
                Ok(number) if metric.at_most.is_some_and(|most| number > most) => {
                    let most = metric.at_most.unwrap_or_default();
                    return Ok(Verdict::Breach(format!(
                        "{} is {number}, and at most {most} may be",
                        metric.name
                    )));
                }
                Ok(number) if metric.at_least.is_some_and(|least| number < least) => {
                    let least = metric.at_least.unwrap_or_default();
                    return Ok(Verdict::Breach(format!(
                        "{} is {number}, and at least {least} must be",
                        metric.name
                    )));
                }
                Ok(number) => told.push(format!("{} is {number}", metric.name)),
                Err(reason) => drop(silent.get_or_insert(format!("metric `{}`: {reason}", metric.name))),
            }
        }
        match silent {
            Some(reason) => Err(Silence { reason, may_pass: true }),
            None => Ok(Verdict::Pass(told.join(", "))),
        }
    }

    async fn number(&self, metric: &WebMetric, subject: &Subject<'_>) -> Result<f64, String> {
        let url = address(metric, subject)?;
        let headers = headers(metric, |name| std::env::var(name).ok())?;
        let sent = self.client()?.send(Method::GET, &url, headers, String::new(), LIMIT).await;
        number(metric, &sent.map_err(|error| error.to_string())?)
    }

    fn client(&self) -> Result<&WebClient, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Certificates that could not be read may be there at the next look.
        let client = WebClient::new().map_err(|error| error.to_string())?;
        Ok(self.client.get_or_init(|| client))
    }
}

fn address(metric: &WebMetric, subject: &Subject<'_>) -> Result<Uri, String> {
    let since = subject.since.to_string();
    let parameters: Vec<String> = metric
        .query
        .iter()
        .map(|(name, value)| {
            let value = value.replace("{version}", subject.version).replace("{since}", &since);
            format!("{}={}", percent_encode(name), percent_encode(&value))
        })
        .collect();
    let query = if parameters.is_empty() { String::new() } else { format!("?{}", parameters.join("&")) };
    format!("{}{query}", metric.url).parse().map_err(|error| format!("{}: {error}", metric.url))
}

fn headers(metric: &WebMetric, variable: impl Fn(&str) -> Option<String>) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, template) in &metric.headers {
        let mut value = template.clone();
        while let Some((before, rest)) = value.split_once("${") {
            let (variable_name, after) =
                rest.split_once('}').ok_or_else(|| format!("header {name}: `${{` is not closed"))?;
            let secret = variable(variable_name)
                .ok_or_else(|| format!("{variable_name} is not in the environment"))?;
            value = format!("{before}{secret}{after}");
        }
        let parsed_name = name.parse::<HeaderName>().map_err(|error| format!("header {name}: {error}"))?;
        // Without the value: it may be a secret.
        let mut parsed =
            HeaderValue::from_str(&value).map_err(|_| format!("header {name}: not printable"))?;
        parsed.set_sensitive(true);
        headers.insert(parsed_name, parsed);
    }
    Ok(headers)
}

/// The number in an answer. Anything else is no answer.
fn number(metric: &WebMetric, response: &Response) -> Result<f64, String> {
    let host = metric.url.split('/').nth(2).unwrap_or(&metric.url);
    if !response.status.is_success() {
        return Err(format!("{host} answered with {}", response.status.as_u16()));
    }
    let document: Value = serde_json::from_str(&response.body).map_err(|error| {
        match response.body.trim_start().starts_with('<') {
            true => format!(
                "{host} answered with HTML and not with JSON: is that the page of a login or a proxy?"
            ),
            false => format!("{host} did not answer with JSON: {error}"),
        }
    })?;
    let path = JsonPath::parse(&metric.value).map_err(|error| error.to_string())?;
    let [found] = path.find(&document)[..] else {
        return Err(format!("`{path}` names no one value in the answer of {host}"));
    };
    let number = match found {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite()).ok_or_else(|| format!("`{path}` is {found}, and no number"))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use crate::description::WebMetricArgs;

    fn prometheus() -> WebMetric {
        let value = "$.data.result[0].value[1]";
        WebMetric::new(WebMetricArgs { name: "errors", url: "https://prometheus/api/v1/query", value })
            .query("query", "rate(errors{version=\"{version}\"}[5m] @ {since})")
            .at_most(0.05)
    }

    fn read(status: StatusCode, body: &str) -> Result<f64, String> {
        let response = Response { status, headers: HeaderMap::new(), body: body.to_owned() };
        number(&prometheus(), &response)
    }

    #[test]
    fn a_number_is_read_and_everything_else_is_no_answer() {
        let answer = |value: &str| format!(r#"{{"data":{{"result":[{{"value":[1,{value}]}}]}}}}"#);
        assert_eq!(read(StatusCode::OK, &answer("\"0.25\"")), Ok(0.25));
        assert_eq!(read(StatusCode::OK, &answer("3")), Ok(3.0));
        for (status, body, said) in [
            (StatusCode::OK, answer("\"NaN\""), "no number"),
            (StatusCode::OK, answer("\"+Inf\""), "no number"),
            (StatusCode::OK, answer("null"), "no number"),
            (StatusCode::OK, r#"{"data":{"result":[]}}"#.to_owned(), "names no one value"),
            (StatusCode::OK, " <!doctype html><title>Log in".to_owned(), "HTML and not with JSON"),
            (StatusCode::OK, String::new(), "did not answer with JSON"),
            (StatusCode::SERVICE_UNAVAILABLE, answer("0"), "answered with 503"),
        ] {
            let refusal = read(status, &body).unwrap_err();
            assert!(refusal.contains(said), "{body}: {refusal}");
        }
    }

    #[test]
    fn parameters_are_encoded_and_secrets_come_from_the_environment() {
        let url = address(&prometheus(), &Subject { version: "7", since: 60 }).unwrap().to_string();
        assert_eq!(
            url,
            "https://prometheus/api/v1/query?query=rate%28errors%7Bversion%3D%227%22%7D%5B5m%5D%20%40%2060%29"
        );
        let metric = prometheus().header("authorization", "Bearer ${TOKEN}");
        let secret = |name: &str| (name == "TOKEN").then(|| "t0p".to_owned());
        assert_eq!(headers(&metric, secret).unwrap()["authorization"], "Bearer t0p");
        assert_eq!(headers(&metric, |_| None).unwrap_err(), "TOKEN is not in the environment");
    }
}
