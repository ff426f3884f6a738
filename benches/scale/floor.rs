//! The floor: a program written for these documents alone, with serde structs and owned values, that builds them and
//! writes the same bytes. It has no model, no references, no checks, no manifest and no digests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// Writes the documents for a size.
pub(crate) fn write(size: &str, folder: &Path) -> super::Outcome {
    match size.split_once('x') {
        None => document("services", services(size.parse()?), None, folder),
        Some((stacks, resources)) => {
            let count = resources.parse::<usize>()? / super::RESOURCES_PER_SERVICE;
            for number in 0..stacks.parse::<usize>()? {
                document(&format!("stack_{number:03}"), services(count), Some(number), folder)?;
            }
            Ok(())
        }
    }
}

/// Entries in order, written as a map.
struct Named<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Named<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Document {
    #[serde(rename = "//")]
    note: &'static str,
    terraform: BTreeMap<&'static str, BTreeMap<&'static str, RequiredProvider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<BTreeMap<&'static str, Named<RemoteState>>>,
    resource: Resources,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Named<Output>>,
}

#[derive(Serialize)]
struct RequiredProvider {
    source: String,
    version: String,
}

#[derive(Serialize)]
struct RemoteState {
    backend: String,
    config: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Output {
    value: String,
}

#[derive(Serialize)]
struct Resources {
    aws_cloudwatch_log_group: Named<LogGroup>,
    aws_cloudwatch_metric_alarm: Named<Alarm>,
    aws_iam_role: Named<Role>,
    aws_lambda_alias: Named<Alias>,
    aws_lambda_function: Named<Function>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aws_sns_topic: Option<Named<Topic>>,
}

#[derive(Serialize)]
struct LogGroup {
    name: String,
    retention_in_days: i64,
}

#[derive(Serialize)]
struct Alarm {
    alarm_name: String,
    comparison_operator: String,
    evaluation_periods: i64,
    metric_name: String,
    namespace: String,
    period: i64,
    statistic: String,
    threshold: i64,
    dimensions: Named<String>,
}

#[derive(Serialize)]
struct Role {
    assume_role_policy: String,
    name: String,
}

#[derive(Serialize)]
struct Alias {
    function_name: String,
    function_version: String,
    name: String,
    lifecycle: Lifecycle,
}

#[derive(Serialize)]
struct Lifecycle {
    ignore_changes: Vec<String>,
}

#[derive(Serialize)]
struct Function {
    function_name: String,
    role: String,
    runtime: String,
    handler: String,
    filename: String,
    memory_size: i64,
    timeout: i64,
    publish: bool,
    environment: BTreeMap<&'static str, Named<String>>,
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct Topic {
    name: String,
}

fn services(count: usize) -> Resources {
    let mut resources = Resources {
        aws_cloudwatch_log_group: Named(Vec::new()),
        aws_cloudwatch_metric_alarm: Named(Vec::new()),
        aws_iam_role: Named(Vec::new()),
        aws_lambda_alias: Named(Vec::new()),
        aws_lambda_function: Named(Vec::new()),
        aws_sns_topic: None,
    };
    for number in 0..count {
        service(&mut resources, number);
    }
    resources
}

fn service(resources: &mut Resources, number: usize) {
    let name = format!("service-{number:05}");
    let scope = format!("service_{number:05}");
    let trust = serde_json::json!({
        "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}],
        "Version": "2012-10-17",
    });
    let role = Role { assume_role_policy: trust.to_string(), name: format!("{name}-role") };
    resources.aws_iam_role.0.push((format!("{scope}_role"), role));
    let logs = LogGroup { name: format!("/aws/lambda/{name}"), retention_in_days: 14 };
    resources.aws_cloudwatch_log_group.0.push((format!("{scope}_logs"), logs));
    let variables =
        Named(vec![("RUST_LOG".to_owned(), "info".to_owned()), ("SERVICE".to_owned(), name.clone())]);
    let function = Function {
        function_name: name.clone(),
        role: format!("${{aws_iam_role.{scope}_role.arn}}"),
        runtime: "provided.al2023".to_owned(),
        handler: "bootstrap".to_owned(),
        filename: "function.zip".to_owned(),
        memory_size: 256,
        timeout: 30,
        publish: true,
        environment: BTreeMap::from([("variables", variables)]),
        depends_on: vec![format!("aws_cloudwatch_log_group.{scope}_logs")],
    };
    resources.aws_lambda_function.0.push((format!("{scope}_function"), function));
    for alias in ["candidate", "dev", "prod", "staging"] {
        let value = Alias {
            function_name: format!("${{aws_lambda_function.{scope}_function.function_name}}"),
            function_version: format!("${{aws_lambda_function.{scope}_function.version}}"),
            name: alias.to_owned(),
            lifecycle: Lifecycle { ignore_changes: vec!["function_version".to_owned()] },
        };
        resources.aws_lambda_alias.0.push((format!("{scope}_{alias}"), value));
    }
    let function_name = format!("${{aws_lambda_function.{scope}_function.function_name}}");
    let alarm = Alarm {
        alarm_name: format!("{name}-errors"),
        comparison_operator: "GreaterThanThreshold".to_owned(),
        evaluation_periods: 1,
        metric_name: "Errors".to_owned(),
        namespace: "AWS/Lambda".to_owned(),
        period: 300,
        statistic: "Sum".to_owned(),
        threshold: 5,
        dimensions: Named(vec![("FunctionName".to_owned(), function_name)]),
    };
    resources.aws_cloudwatch_metric_alarm.0.push((format!("{scope}_errors"), alarm));
}

fn document(name: &str, mut resources: Resources, number: Option<usize>, folder: &Path) -> super::Outcome {
    let previous = number.and_then(|number| number.checked_sub(1)).map(|number| format!("stack_{number:03}"));
    let (mut data, mut output) = (None, None);
    if let Some(number) = number {
        let topic = Topic { name: format!("topic-{number}") };
        resources.aws_sns_topic = Some(Named(vec![("topic".to_owned(), topic)]));
        let value = match &previous {
            None => "${aws_sns_topic.topic.arn}".to_owned(),
            Some(previous) => format!("${{data.terraform_remote_state.{previous}.outputs.topic}}"),
        };
        output = Some(Named(vec![("topic".to_owned(), Output { value })]));
    }
    if let Some(previous) = previous {
        let path = format!("../{previous}/terraform.tfstate");
        let state = RemoteState { backend: "local".to_owned(), config: BTreeMap::from([("path", path)]) };
        data = Some(BTreeMap::from([("terraform_remote_state", Named(vec![(previous, state)]))]));
    }
    let provider =
        RequiredProvider { source: "hashicorp/aws".to_owned(), version: ">= 6.47.0, < 7.0.0".to_owned() };
    let document = Document {
        note: "Synthesized by Formwork. Change the program, not this file.",
        terraform: BTreeMap::from([("required_providers", BTreeMap::from([("aws", provider)]))]),
        data,
        resource: resources,
        output,
    };
    let mut bytes = Vec::new();
    serde_json::to_writer_pretty(&mut bytes, &document)?;
    bytes.push(b'\n');
    fs::create_dir_all(folder.join(name))?;
    fs::write(folder.join(name).join("main.tf.json"), bytes)?;
    std::mem::forget(document);
    Ok(())
}
