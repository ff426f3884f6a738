//! Instances with their volumes, functions, and App Runner.

use crate::cost::arguments::{Arguments, Reason};
use crate::cost::count::network::public_address;
use crate::cost::count::part::{Counted, HOURS, Part, Subject, assumed, fixed, hours, unknown};

/// The metrics that detailed monitoring of an instance sends.
const DETAILED_METRICS: f64 = 7.0;

pub(super) fn instance(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let price = class_price(arguments)?;
    let class = arguments.required("instance_type")?;
    let mut parts = vec![hours(&format!("{class} with Linux"), &price, 1.0)];
    match arguments.block("root_block_device")? {
        Some(root) => parts.push(disk(root, fixed)),
        None => parts.push(unknown("the size of its root volume is its image's, and not in the program")),
    }
    for more in arguments.blocks("ebs_block_device")? {
        parts.push(disk(more, fixed));
    }
    let by_subnet = || match subject.referred("subnet_id", "aws_subnet") {
        Some(subnet) => subnet.is_on("map_public_ip_on_launch"),
        None => Ok(false),
    };
    let is_public = match arguments.given("associate_public_ip_address") {
        Some(_) => arguments.is_on("associate_public_ip_address"),
        None => by_subnet(),
    };
    match is_public {
        Ok(true) => parts.push(public_address()),
        Ok(false) => {}
        Err(_) => parts.push(unknown("whether it has a public address is an expression")),
    }
    if arguments.is_on("monitoring")? {
        parts.push(fixed("metrics of detailed monitoring", "cloudwatch_metric", DETAILED_METRICS));
    }
    Ok(parts)
}

/// A template costs what is started from it, for as long as that runs.
pub(super) fn launch_template(subject: &Subject<'_>) -> Counted {
    const USE: &[&str] = &["ec2_template_hours"];
    let arguments = subject.arguments;
    if arguments.given("instance_type").is_none() {
        return Ok(Vec::new());
    }
    let price = class_price(arguments)?;
    let class = arguments.required("instance_type")?;
    let mut parts = vec![assumed(&format!("hours of {class} that it starts"), &price, 1.0, USE)];
    let mappings = arguments.blocks("block_device_mappings")?;
    if mappings.is_empty() {
        parts.push(unknown("the size of their root volume is their image's, and not in the program"));
    }
    for mapping in mappings {
        if let Some(disk_block) = mapping.block("ebs")? {
            parts.push(disk(disk_block, |what, price, size| {
                assumed(&format!("{what} for these hours"), price, size / HOURS, USE)
            }));
        }
    }
    for interface in arguments.blocks("network_interfaces")? {
        if interface.is_on("associate_public_ip_address")? {
            parts.push(assumed("public IPv4 address for these hours", "public_ipv4_hour", 1.0, USE));
        }
    }
    if let Some(monitoring) = arguments.block("monitoring")?
        && monitoring.is_on("enabled")?
    {
        let metrics = DETAILED_METRICS / HOURS;
        parts.push(assumed("detailed monitoring for these hours", "cloudwatch_metric", metrics, USE));
    }
    Ok(parts)
}

/// The price of an instance's class, on demand and with Linux.
fn class_price(arguments: Arguments<'_>) -> Result<String, Reason> {
    if !arguments.blocks("instance_market_options")?.is_empty() {
        return Err("it is a spot instance, whose price moves".to_owned());
    }
    let placement = arguments.block("placement")?.unwrap_or(arguments);
    match placement.text("tenancy")? {
        None | Some("default") => Ok(format!("ec2_hour.{}", arguments.required("instance_type")?)),
        Some(other) => Err(format!("nothing is known of the price of tenancy {other}")),
    }
}

pub(super) fn volume(subject: &Subject<'_>) -> Counted {
    Ok(vec![disk_of(subject.arguments, "size", "type", fixed)?])
}

fn disk(arguments: Arguments<'_>, part: impl Fn(&str, &str, f64) -> Part) -> Part {
    disk_of(arguments, "volume_size", "volume_type", part).unwrap_or_else(unknown)
}

fn disk_of(
    arguments: Arguments<'_>,
    size: &str,
    kind: &str,
    part: impl Fn(&str, &str, f64) -> Part,
) -> Result<Part, Reason> {
    if arguments.given("iops").is_some() || arguments.given("throughput").is_some() {
        return Err("nothing is known of the price of a volume's provisioned speed".to_owned());
    }
    let gigabytes = arguments.number(size)?.ok_or("the size of a volume is not in the program")?;
    let kind = arguments.required(kind)?;
    Ok(part(&format!("{gigabytes} GB of {kind}"), &format!("ebs_gb.{kind}"), gigabytes))
}

pub(super) fn function(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let memory = arguments.number("memory_size")?.unwrap_or(128.0);
    let architecture = match arguments.given("architectures") {
        None => "x86_64",
        Some(list) => {
            list.get(0).and_then(|first| first.as_str()).ok_or("only Terraform knows its `architectures`")?
        }
    };
    // Each of a million requests runs so many milliseconds: a thousand seconds per millisecond.
    let seconds = memory / 1024.0 * 1000.0;
    let mut parts = vec![
        assumed("requests", "lambda_requests_million", 1.0, &["lambda_requests_million"]),
        assumed(
            &format!("running with {memory} MB"),
            &format!("lambda_gb_second.{architecture}"),
            seconds,
            &["lambda_requests_million", "lambda_duration_ms"],
        ),
    ];
    if is_traced(arguments) {
        let assumptions = &["lambda_requests_million", "xray_sampled_share"];
        parts.push(assumed("traces", "xray_traces_million", 1.0, assumptions));
    }
    let storage =
        arguments.block("ephemeral_storage")?.map(|block| block.number("size")).transpose()?.flatten();
    if storage.is_some_and(|megabytes| megabytes > 512.0) {
        parts.push(unknown("nothing is known of the price of ephemeral storage beyond 512 MB"));
    }
    Ok(parts)
}

/// Whether a function records traces of its own accord.
pub(super) fn is_traced(function: Arguments<'_>) -> bool {
    let tracing = function.block("tracing_config").ok().flatten();
    tracing.and_then(|tracing| tracing.given("mode")).is_some_and(|mode| mode != "PassThrough")
}

pub(super) fn app_runner_service(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let size = |name: &str, default: f64| match arguments.block("instance_configuration")? {
        Some(instance) => thousandths(instance, name).map(|size| size.unwrap_or(default)),
        None => Ok(default),
    };
    let (cores, gigabytes) = (size("cpu", 1024.0)? / 1024.0, size("memory", 2048.0)? / 1024.0);
    // Without a configuration of its own, App Runner's default keeps one instance.
    let instances = match arguments.given("auto_scaling_configuration_arn") {
        None => 1.0,
        Some(_) => {
            let scaling = "aws_apprunner_auto_scaling_configuration_version";
            let scaling = subject.referred("auto_scaling_configuration_arn", scaling);
            scaling
                .ok_or("how many instances it keeps is not in the stack")?
                .number("min_size")?
                .unwrap_or(1.0)
        }
    };
    let mut parts = vec![
        hours(
            &format!("{instances} × {gigabytes} GB kept ready"),
            "app_runner_memory_gb_hour",
            instances * gigabytes,
        ),
        assumed(
            &format!("{cores} vCPU at work"),
            "app_runner_vcpu_hour",
            cores,
            &["app_runner_active_hours"],
        ),
    ];
    let source = arguments.block("source_configuration")?;
    let deploys = source.and_then(|source| source.given("auto_deployments_enabled"));
    if deploys != Some(&false.into()) {
        parts.push(fixed("automatic deployments", "app_runner_automatic_deployments", 1.0));
    }
    Ok(parts)
}

/// A size as a number of thousandths, or with the unit that App Runner takes as well.
fn thousandths(arguments: Arguments<'_>, name: &str) -> Result<Option<f64>, Reason> {
    let whole = arguments.given(name).and_then(|value| value.as_str()?.split_once(' '));
    match whole.and_then(|(number, _)| number.parse::<f64>().ok()) {
        Some(number) => Ok(Some(number * 1024.0)),
        None => arguments.number(name),
    }
}
