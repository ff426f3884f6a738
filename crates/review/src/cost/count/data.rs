//! Databases, caches, tables, and what keeps secrets.

use crate::cost::count::part::{Counted, Subject, assumed, fixed, hours, unknown};

pub(super) fn database(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let class = arguments.required("instance_class")?;
    // The price of a class depends on the engine; a replica has that of its source.
    let source = subject.referred("replicate_source_db", "aws_db_instance");
    let engine = match (arguments.text("engine")?, source) {
        (None, Some(source)) => source.required("engine")?,
        _ => arguments.required("engine")?,
    };
    let mut parts = Vec::new();
    // The standby costs as much as the instance.
    let (zones, remark) = match arguments.is_on("multi_az") {
        Ok(true) => (2.0, ", Multi-AZ"),
        Ok(false) => (1.0, ""),
        Err(_) => {
            parts.push(unknown("whether it has a standby is an expression; without one was counted"));
            (1.0, "")
        }
    };
    let price = format!("rds_instance_hour.{engine}.{class}");
    parts.insert(0, hours(&format!("{class}{remark}"), &price, zones));
    let size = match arguments.number("allocated_storage") {
        Ok(Some(gigabytes)) => Ok(gigabytes),
        Ok(None) => Err("how much storage it has is not in the program".to_owned()),
        Err(reason) => Err(reason),
    };
    match (size, arguments.text("storage_type")) {
        (Err(reason), _) | (_, Err(reason)) => parts.push(unknown(reason)),
        (Ok(gigabytes), Ok(storage)) => {
            let default = if arguments.given("iops").is_some() { "io1" } else { "gp2" };
            let storage = storage.unwrap_or(default);
            let what = format!("{gigabytes} GB of {storage}{remark}");
            parts.push(fixed(&what, &format!("rds_storage_gb.{storage}"), gigabytes * zones));
        }
    }
    if arguments.given("iops").is_some() || arguments.given("storage_throughput").is_some() {
        parts.push(unknown("nothing is known of the price of provisioned speed of storage"));
    }
    if arguments.number("performance_insights_retention_period")?.is_some_and(|days| days > 7.0) {
        parts.push(unknown("nothing is known of the price of Performance Insights beyond 7 days"));
    }
    match arguments.is_on("manage_master_user_password") {
        Ok(true) => parts.push(fixed("secret of the master user", "secret", 1.0)),
        Ok(false) => {}
        Err(reason) => parts.push(unknown(reason)),
    }
    Ok(parts)
}

pub(super) fn replication_group(subject: &Subject<'_>) -> Counted {
    let arguments = subject.arguments;
    let (engine, node) = (arguments.text("engine")?.unwrap_or("redis"), arguments.required("node_type")?);
    let nodes = match arguments.number("num_cache_clusters")? {
        Some(nodes) => nodes,
        None => {
            let groups = arguments.number("num_node_groups")?.unwrap_or(1.0);
            groups * (1.0 + arguments.number("replicas_per_node_group")?.unwrap_or(0.0))
        }
    };
    let price = format!("elasticache_node_hour.{engine}.{node}");
    Ok(vec![hours(&format!("{nodes} × {node}"), &price, nodes)])
}

pub(super) fn table(subject: &Subject<'_>) -> Counted {
    const SIZE: &[&str] = &["dynamodb_gb"];
    let arguments = subject.arguments;
    if let Some(class) = arguments.text("table_class")?.filter(|class| *class != "STANDARD") {
        return Err(format!("nothing is known of the prices of tables of class {class}"));
    }
    let mut parts = vec![assumed("storage", "dynamodb_gb", 1.0, SIZE)];
    if arguments.text("billing_mode")? == Some("PAY_PER_REQUEST") {
        parts.push(assumed("reads", "dynamodb_reads_million", 1.0, &["dynamodb_reads_million"]));
        parts.push(assumed("writes", "dynamodb_writes_million", 1.0, &["dynamodb_writes_million"]));
    } else {
        // An index has a capacity of its own.
        let (mut reads, mut writes) = (0.0, 0.0);
        for part in [vec![arguments], arguments.blocks("global_secondary_index")?].concat() {
            reads += part.number("read_capacity")?.unwrap_or(1.0);
            writes += part.number("write_capacity")?.unwrap_or(1.0);
        }
        parts.push(hours("read capacity", "dynamodb_capacity_read_hour", reads));
        parts.push(hours("write capacity", "dynamodb_capacity_write_hour", writes));
    }
    if let Some(recovery) = arguments.block("point_in_time_recovery")?
        && recovery.is_on("enabled")?
    {
        parts.push(assumed("point-in-time recovery", "dynamodb_recovery_gb", 1.0, SIZE));
    }
    if !arguments.blocks("replica")?.is_empty() {
        parts.push(unknown("nothing is known of the price of its replicas in other regions"));
    }
    Ok(parts)
}

/// A copy in another region costs as much as the secret.
pub(super) fn secret(subject: &Subject<'_>) -> Counted {
    let copies = subject.arguments.blocks("replica")?.len() as f64;
    Ok(vec![fixed("secret", "secret", 1.0 + copies)])
}

pub(super) fn parameter(subject: &Subject<'_>) -> Counted {
    match subject.arguments.text("tier")? {
        None | Some("Standard") => Ok(Vec::new()),
        Some(other) => Err(format!("nothing is known of the price of a parameter of tier {other}")),
    }
}
