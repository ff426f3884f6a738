//! PostgreSQL on RDS, in private subnets: encrypted, backed up, and reachable for named security groups only.
//!
//! AWS makes the master password and keeps it in Secrets Manager; it is never in the state.
//!
//! # What changes later
//! - Storage that RDS made larger by itself stays as it is.
//! - A change of the instance class or of the storage waits for the maintenance window.
//! - Another major version has to be permitted: [`PostgresConfig::allow_major_version_upgrade`] says when it comes.
//! - The snapshot at the end has a name that no earlier life of the database had.
//!
//! ```
//! use formwork::{App, Expr, aws};
//! use formwork_modules::postgres::{PostgresConfig, PostgresVersion, postgres};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let vpc = stack.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
//! let a = stack.add("a", aws::Subnet::new(vpc.id()).cidr_block("10.0.0.0/24").availability_zone("eu-central-1a"));
//! let b = stack.add("b", aws::Subnet::new(vpc.id()).cidr_block("10.0.1.0/24").availability_zone("eu-central-1b"));
//! let callers = stack.add("callers", aws::SecurityGroup::new().vpc_id(vpc.id()));
//! let config = PostgresConfig::new("shop", PostgresVersion::V18, "db.t4g.micro")
//!     .network(vpc.id(), [a.id(), b.id()])
//!     .database("shop")
//!     .allow_from("orders", callers.id());
//! let database = postgres(stack, "database", config);
//! stack.output("secret_arn", database.secret_arn());
//! assert!(app.finish().diagnostics.is_empty());
//! ```

mod version;

use formwork::{Expr, Map, Resource, Source, Stack, TerraformData, Value, aws};

pub use version::PostgresVersion;

use crate::ingress_group::{Caller, ingress_group};
use crate::mistakes::Mistakes;
use crate::tags::tags;

/// The port of PostgreSQL.
pub const PORT: u16 = 5432;

/// The least storage that gp3 volumes have, in GiB (Amazon RDS User Guide, "gp3 storage").
const LEAST_STORAGE: u32 = 20;

/// When another major version comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Upgrade {
    AtOnce,
    InWindow,
}

/// The snapshot that is taken when a database is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FinalSnapshot {
    None,
    OfThisLife,
    Named(String),
}

/// What a database is like. The defaults: 20 GiB that may grow to 100, one zone, backups of 7 days, protected from
/// deletion, a final snapshot, Performance Insights.
#[derive(Clone, Debug)]
pub struct PostgresConfig {
    identifier: String,
    version: PostgresVersion,
    instance_class: String,
    network: Option<(Value<String>, Vec<Expr<String>>)>,
    database: Option<String>,
    username: String,
    storage_gib: u32,
    most_storage_gib: u32,
    backup_days: u32,
    log_days: u32,
    multi_az: bool,
    deletion_protection: bool,
    final_snapshot: FinalSnapshot,
    major_upgrade: Option<Upgrade>,
    parameters: Vec<(String, String)>,
    callers: Vec<Caller>,
    tags: Map<String>,
}

impl PostgresConfig {
    /// A database by its identifier, version and instance class, such as `db.t4g.micro`.
    pub fn new(
        identifier: impl Into<String>,
        version: PostgresVersion,
        instance_class: impl Into<String>,
    ) -> Self {
        Self {
            identifier: identifier.into(),
            version,
            instance_class: instance_class.into(),
            network: None,
            database: None,
            username: "postgres".to_owned(),
            storage_gib: LEAST_STORAGE,
            most_storage_gib: 100,
            backup_days: 7,
            log_days: 30,
            multi_az: false,
            deletion_protection: true,
            final_snapshot: FinalSnapshot::OfThisLife,
            major_upgrade: None,
            parameters: Vec::new(),
            callers: Vec::new(),
            tags: Map::new(),
        }
    }

    /// Puts the database into subnets of a VPC, in at least two zones.
    #[must_use]
    pub fn network(
        mut self,
        vpc_id: impl Into<Value<String>>,
        subnet_ids: impl IntoIterator<Item = Expr<String>>,
    ) -> Self {
        self.network = Some((vpc_id.into(), subnet_ids.into_iter().collect()));
        self
    }

    /// Makes a first database in the instance.
    #[must_use]
    pub fn database(mut self, name: impl Into<String>) -> Self {
        self.database = Some(name.into());
        self
    }

    /// Names the master user.
    #[must_use]
    pub fn username(mut self, name: impl Into<String>) -> Self {
        self.username = name.into();
        self
    }

    /// Storage in GiB: what there is at first, and what it may grow to, which is a tenth more at least.
    #[must_use]
    pub const fn storage_gib(mut self, first: u32, most: u32) -> Self {
        self.storage_gib = first;
        self.most_storage_gib = most;
        self
    }

    /// Keeps automatic backups for a number of days, 0 (none) to 35.
    #[must_use]
    pub const fn backup_days(mut self, days: u32) -> Self {
        self.backup_days = days;
        self
    }

    /// Keeps logs for a number of days that CloudWatch Logs offers.
    #[must_use]
    pub const fn log_days(mut self, days: u32) -> Self {
        self.log_days = days;
        self
    }

    /// Keeps a standby in another zone, which takes over when the first fails.
    #[must_use]
    pub const fn multi_az(mut self) -> Self {
        self.multi_az = true;
        self
    }

    /// Lets the database be deleted by a plan.
    #[must_use]
    pub const fn without_deletion_protection(mut self) -> Self {
        self.deletion_protection = false;
        self
    }

    /// Takes no snapshot when the database is deleted: what is in it is lost.
    #[must_use]
    pub fn without_final_snapshot(mut self) -> Self {
        self.final_snapshot = FinalSnapshot::None;
        self
    }

    /// Names the snapshot that is taken when the database is deleted. Otherwise it is `<identifier>-final-` and eight digits,
    /// which are others for each life of a database: AWS refuses to delete one whose snapshot would have a name that is
    /// taken.
    #[must_use]
    pub fn final_snapshot(mut self, name: impl Into<String>) -> Self {
        self.final_snapshot = FinalSnapshot::Named(name.into());
        self
    }

    /// Lets a change of the version bring the database to another major version, during the apply, which waits for it: the
    /// database is away for minutes then, and there is no way back but a snapshot. Otherwise RDS refuses the change. All other
    /// changes are made at once too, for as long as this is said.
    #[must_use]
    pub const fn allow_major_version_upgrade(mut self) -> Self {
        self.major_upgrade = Some(Upgrade::AtOnce);
        self
    }

    /// The same in the next maintenance window. Until then every plan says that the version changes. Apply this once
    /// *before* the version changes: then the parameter group of the old version is left behind, since the instance uses it
    /// until the window is over, and RDS does not delete a group that is used. Nobody deletes it later.
    #[must_use]
    pub const fn allow_major_version_upgrade_in_window(mut self) -> Self {
        self.major_upgrade = Some(Upgrade::InWindow);
        self
    }

    /// Sets a parameter of PostgreSQL. It is applied at the next restart, which every parameter allows.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// Admits what carries a security group. The name tells the rules apart.
    #[must_use]
    pub fn allow_from(mut self, name: impl Into<String>, security_group_id: Expr<String>) -> Self {
        self.callers.push(Caller { name: name.into(), security_group_id });
        self
    }

    /// Adds tags to everything that the database consists of.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What a database consists of.
#[derive(Clone, Debug)]
pub struct PostgresParts {
    /// The instance.
    pub instance: aws::DbInstanceRef,
    /// The group that decides who may connect.
    pub security_group: aws::SecurityGroupRef,
}

impl PostgresParts {
    /// The host name, without the port.
    #[must_use]
    pub fn host(&self) -> Expr<String> {
        self.instance.address()
    }

    /// The secret with the master user's name and password, as JSON.
    #[must_use]
    pub fn secret_arn(&self) -> Expr<String> {
        self.instance.master_user_secret(0).secret_arn()
    }
}

/// Adds a database.
#[track_caller]
pub fn postgres(stack: &mut Stack, name: &str, config: PostgresConfig) -> PostgresParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let (vpc_id, subnet_ids) = config.network.clone().unwrap_or_else(|| (Value::null(), Vec::new()));
    let identifier = &config.identifier;
    let subnets = aws::DbSubnetGroup::new(subnet_ids).name(identifier).tags(tags(&config.tags));
    let subnets = stack.add("subnets", subnets);
    let security_group =
        ingress_group(stack, &format!("{identifier}-database"), &vpc_id, PORT, &config.callers, &config.tags);
    let parameters = stack.add("parameters", parameter_group(&config));
    let mut instance = aws::DbInstance::new(&config.instance_class)
        .identifier(identifier)
        .engine("postgres")
        .engine_version(config.version.major().to_string())
        .allocated_storage(config.storage_gib)
        .max_allocated_storage(config.most_storage_gib)
        .storage_type("gp3")
        .storage_encrypted(true)
        .username(&config.username)
        .manage_master_user_password(true)
        .port(PORT)
        .db_subnet_group_name(subnets.name())
        .vpc_security_group_ids([security_group.id()])
        .publicly_accessible(false)
        .parameter_group_name(parameters.name())
        .multi_az(config.multi_az)
        .backup_retention_period(config.backup_days)
        .copy_tags_to_snapshot(true)
        .auto_minor_version_upgrade(true)
        .deletion_protection(config.deletion_protection)
        .performance_insights_enabled(true)
        .enabled_cloudwatch_logs_exports(LOGS)
        .tags(tags(&config.tags));
    match config.major_upgrade {
        Some(Upgrade::AtOnce) => {
            instance = instance.allow_major_version_upgrade(true).apply_immediately(true);
        }
        Some(Upgrade::InWindow) => instance = instance.allow_major_version_upgrade(true),
        None => {}
    }
    instance = instance.db_name(config.database.as_ref());
    instance = match &config.final_snapshot {
        FinalSnapshot::None => instance.skip_final_snapshot(true),
        FinalSnapshot::Named(name) => instance.final_snapshot_identifier(name),
        FinalSnapshot::OfThisLife => {
            instance.final_snapshot_identifier(format!("{identifier}-final-{}", life(stack, &config)))
        }
    };
    for log in LOGS {
        let group = aws::CloudwatchLogGroup::new()
            .name(format!("/aws/rds/instance/{identifier}/{log}"))
            .retention_in_days(config.log_days)
            .tags(tags(&config.tags));
        // RDS would make the log group itself, and keep its logs for ever.
        let group = stack.add(&format!("{log}_logs"), group);
        instance = instance.depends_on(&group);
    }
    PostgresParts { instance: stack.add("instance", instance), security_group }
}

/// Eight digits that a database keeps for as long as it lives: they come anew with whatever replaces it.
fn life(stack: &mut Stack, config: &PostgresConfig) -> Expr<String> {
    let replacing = [Some(&config.identifier), Some(&config.username), config.database.as_ref()];
    let replacing: Vec<&String> = replacing.into_iter().flatten().collect();
    let life = stack.add("life", TerraformData::new().triggers_replace(replacing));
    Expr::call("substr", [life.id().into(), 0.into(), 8.into()])
}

/// The logs that RDS sends to CloudWatch Logs.
const LOGS: [&str; 2] = ["postgresql", "upgrade"];

fn parameter_group(config: &PostgresConfig) -> aws::DbParameterGroup {
    let major = config.version.major();
    let mut group = aws::DbParameterGroup::new(format!("postgres{major}"))
        // A change of family needs a new group while the old one is in use.
        .name(format!("{}-postgres{major}", config.identifier))
        .tags(tags(&config.tags));
    let always = [("rds.force_ssl", "1"), ("log_lock_waits", "1"), ("log_min_duration_statement", "1000")];
    let always = always.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let own = |name: &String| config.parameters.iter().any(|(own, _)| own == name);
    for (name, value) in always.filter(|(name, _)| !own(name)).chain(config.parameters.iter().cloned()) {
        let parameter = aws::db_parameter_group::Parameter::new(aws::db_parameter_group::ParameterArgs {
            name: name.into(),
            value: value.into(),
        })
        .apply_method("pending-reboot");
        group = group.parameter(parameter);
    }
    if config.major_upgrade == Some(Upgrade::InWindow) {
        group = group.skip_destroy(true);
    }
    group.lifecycle(formwork::Lifecycle::new().create_before_destroy(true))
}

/// What is wrong with a configuration, and what to do instead (Amazon RDS User Guide, "Settings for DB instances").
fn mistakes(config: &PostgresConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    match &config.network {
        None => mistakes.add("the database has no network", "name its VPC and subnets with `network`"),
        Some((_, subnets)) if subnets.len() < 2 => mistakes.add(
            format!("the database has {} subnets, and RDS asks for two zones", subnets.len()),
            "name subnets in at least two availability zones",
        ),
        Some(_) => {}
    }
    if !config.instance_class.starts_with("db.") {
        mistakes.add(
            format!("`{}` is not an instance class of RDS", config.instance_class),
            "it is written as in `db.t4g.micro`",
        );
    }
    if config.storage_gib < LEAST_STORAGE {
        mistakes
            .add(format!("{} GiB are less than gp3 storage has", config.storage_gib), "choose 20 or more");
    }
    // A tenth more at least (Amazon RDS User Guide, "Managing capacity automatically with Amazon RDS storage autoscaling").
    let least = config.storage_gib.saturating_add(config.storage_gib.div_ceil(10));
    if config.most_storage_gib < least {
        let message =
            format!("storage cannot grow from {} to {} GiB", config.storage_gib, config.most_storage_gib);
        mistakes.add(message, format!("let it grow to {least} GiB or more"));
    }
    if config.backup_days > 35 {
        mistakes.add(format!("RDS does not keep backups for {} days", config.backup_days), "choose 0 to 35");
    }
    let is_identifier = config.identifier.starts_with(|first: char| first.is_ascii_lowercase())
        && config.identifier.len() <= 63
        && !config.identifier.ends_with('-')
        && !config.identifier.contains("--")
        && config
            .identifier
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !is_identifier {
        let hint = "it begins with a letter and has up to 63 lower-case letters, digits and single hyphens";
        mistakes.add(format!("`{}` is not an identifier for a database", config.identifier), hint);
    }
    mistakes.log_days(config.log_days);
    if config.username == "admin" {
        mistakes.add("PostgreSQL on RDS reserves the user name `admin`", "choose another one");
    }
    mistakes
}

#[cfg(test)]
mod tests;
