//! Clusters and services of ECS.

use crate::cost::arguments::{Arguments, Reason};
use crate::cost::count::part::{Counted, Part, Subject, assumed, hours, unknown};

/// A cluster costs what it measures; what runs in it costs by itself.
pub(super) fn cluster(subject: &Subject<'_>) -> Counted {
    if has_insights(subject.arguments)? {
        Ok(vec![metrics("metrics of the cluster", &["insights_cluster_metrics"])])
    } else {
        Ok(Vec::new())
    }
}

pub(super) fn service(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let tasks = arguments.number("desired_count")?.ok_or("how many tasks it keeps is not in the program")?;
    let mut parts = match purchase(subject)? {
        Some(purchase) => fargate(subject, tasks, purchase)?,
        None => Vec::new(),
    };
    match subject.referred("cluster", "aws_ecs_cluster").map(has_insights) {
        Some(Ok(true)) => {
            parts.push(metrics("metrics of the service", &["insights_service_metrics"]));
            parts.push(metrics("metrics of its task definition", &["insights_task_metrics"]));
            let logs = &["insights_task_log_gb"];
            parts.push(assumed("what Container Insights logs", "cloudwatch_log_gb", tasks, logs));
        }
        // What is wrong the cluster says.
        Some(Ok(false) | Err(_)) => {}
        None => parts.push(unknown("its cluster is not in the stack, and may have Container Insights")),
    }
    Ok(parts)
}

/// How computing power on Fargate is bought.
#[derive(Clone, Copy, PartialEq)]
enum Purchase {
    OnDemand,
    Spot,
}

/// How a service buys Fargate; nothing if it runs on instances, which cost by themselves.
fn purchase(subject: &Subject<'_>) -> Result<Option<Purchase>, Reason> {
    let arguments = subject.arguments;
    match arguments.text("launch_type")? {
        Some("FARGATE") => return Ok(Some(Purchase::OnDemand)),
        Some(_) => return Ok(None),
        None => {}
    }
    let strategies = arguments.blocks("capacity_provider_strategy")?;
    let providers: Result<Vec<&str>, Reason> =
        strategies.iter().map(|strategy| strategy.required("capacity_provider")).collect();
    let providers = providers?;
    if providers.is_empty() && subject.others("aws_ecs_cluster_capacity_providers").next().is_some() {
        return Err("it runs on what its cluster's capacity providers give".to_owned());
    }
    let are_all = |name: &str| !providers.is_empty() && providers.iter().all(|provider| *provider == name);
    if are_all("FARGATE") {
        return Ok(Some(Purchase::OnDemand));
    }
    if are_all("FARGATE_SPOT") {
        return Ok(Some(Purchase::Spot));
    }
    if providers.iter().any(|provider| provider.starts_with("FARGATE")) {
        return Err("how many tasks run on which of its capacity providers is not known".to_owned());
    }
    Ok(None)
}

fn fargate(subject: &Subject<'_>, tasks: f64, purchase: Purchase) -> Counted {
    let task = subject.referred("task_definition", "aws_ecs_task_definition");
    let task = task.ok_or("the size of its task definition is not in the stack")?;
    let size = |name: &str| task.number(name)?.ok_or_else(|| format!("its task definition has no {name}"));
    let (cores, gigabytes) = (size("cpu")? / 1024.0, size("memory")? / 1024.0);
    let architecture = architecture(task)?;
    let (suffix, remark) = match purchase {
        Purchase::OnDemand => ("", ""),
        Purchase::Spot => (".spot", " Spot"),
    };
    let mut parts = vec![
        hours(
            &format!("{tasks} × {cores} vCPU on Fargate{remark}"),
            &format!("fargate_vcpu_hour.{architecture}{suffix}"),
            tasks * cores,
        ),
        hours(
            &format!("{tasks} × {gigabytes} GB on Fargate{remark}"),
            &format!("fargate_memory_gb_hour.{architecture}{suffix}"),
            tasks * gigabytes,
        ),
    ];
    if !task.blocks("ephemeral_storage")?.is_empty() {
        parts.push(unknown("nothing is known of the price of ephemeral storage beyond 20 GB"));
    }
    if let Some(network) = subject.arguments.block("network_configuration")?
        && network.is_on("assign_public_ip")?
    {
        parts.push(hours("public IPv4 addresses, one per task", "public_ipv4_hour", tasks));
    }
    Ok(parts)
}

/// The processor's architecture, as prices name it.
fn architecture(task: Arguments<'_>) -> Result<&'static str, Reason> {
    let Some(platform) = task.block("runtime_platform")? else { return Ok("x86_64") };
    match platform.text("operating_system_family")? {
        None | Some("LINUX") => {}
        Some(other) => return Err(format!("nothing is known of the price of Fargate with {other}")),
    }
    match platform.text("cpu_architecture")? {
        None | Some("X86_64") => Ok("x86_64"),
        Some("ARM64") => Ok("arm64"),
        Some(other) => Err(format!("nothing is known of the price of Fargate on {other}")),
    }
}

/// Whether a cluster has Container Insights, whose metrics are paid for like one's own.
fn has_insights(cluster: Arguments<'_>) -> Result<bool, Reason> {
    for setting in cluster.blocks("setting")? {
        if setting.text("name")? == Some("containerInsights") {
            return match setting.text("value")? {
                Some("enabled") => Ok(true),
                Some("enhanced") => {
                    Err("nothing is known of the price of Container Insights with enhanced observability"
                        .to_owned())
                }
                _ => Ok(false),
            };
        }
    }
    Ok(false)
}

fn metrics(what: &str, assumptions: &[&'static str]) -> Part {
    assumed(what, "cloudwatch_metric", 1.0, assumptions)
}
