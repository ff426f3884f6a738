//! The database stack: the network that functions and database share, the groups that functions carry, PostgreSQL.

use formwork::{Hint, Output, Stack, aws};
use formwork_modules::boundary::bound_roles;
use formwork_modules::network::{NetworkParts, network};
use formwork_modules::postgres::{PORT, PostgresParts, postgres};

use super::Project;
use super::settings::{DatabaseSettings, Settings};
use crate::shared::database::DatabaseSettings as RdsSettings;
use crate::shared::network::NetworkSettings;

/// The name of the first database in the instance, and of its master user.
pub(crate) const DATABASE: &str = "scheduler";

/// What other stacks use of this one.
pub(crate) struct DatabaseOutputs {
    /// Where functions run, if there is a network.
    pub(crate) network: Option<NetworkOutputs>,
    /// The database's host name.
    pub(crate) host: Output<String>,
    /// The database's port.
    pub(crate) port: Output<String>,
    /// What there is besides, if it is on RDS.
    pub(crate) instance: Option<InstanceOutputs>,
}

/// Where functions run.
pub(crate) struct NetworkOutputs {
    /// The private subnets, in the order of the zones.
    pub(crate) subnet_ids: Output<Vec<String>>,
    /// How many there are.
    pub(crate) zones: usize,
    /// The group that all functions carry: it lets out HTTPS.
    pub(crate) functions: Output<String>,
    /// The group that the database admits.
    pub(crate) clients: Output<String>,
}

/// An instance on RDS.
pub(crate) struct InstanceOutputs {
    /// Its identifier, as its metrics name it.
    pub(crate) identifier: Output<String>,
    /// The secret with the master user's name and password.
    pub(crate) secret_arn: Output<String>,
}

pub(crate) fn database(
    stack: &mut Stack,
    project: &Project,
    settings: &Settings,
) -> formwork::Result<DatabaseOutputs> {
    let database_network =
        settings.network.as_ref().map(|net| DatabaseNetwork::build(stack, project, settings, net));
    let outputs = match (&settings.database, &database_network) {
        (DatabaseSettings::Rds(rds), Some(database_network)) => {
            let parts = instance(stack, settings, rds, database_network)?;
            let instance = InstanceOutputs {
                identifier: stack.output("database_identifier", parts.instance.identifier()),
                secret_arn: stack.output("database_secret_arn", parts.secret_arn()),
            };
            DatabaseOutputs {
                network: Some(database_network.outputs(stack)),
                host: stack.output("database_host", parts.host()),
                port: stack.output("database_port", PORT.to_string()),
                instance: Some(instance),
            }
        }
        (DatabaseSettings::Rds(_), None) => anyhow::bail!(
            "{}: a database on RDS needs a network{}",
            settings.file(),
            Hint::new("add `[network]` with `cidr`, `zones` and `nat`")
        ),
        (DatabaseSettings::Container(container), _) => DatabaseOutputs {
            network: database_network.as_ref().map(|database_network| database_network.outputs(stack)),
            host: stack.output("database_host", container.host.as_str()),
            port: stack.output("database_port", container.port.to_string()),
            instance: None,
        },
    };
    if settings.emulator.is_none() {
        // The pipeline may make roles only with it (see `bootstrap`).
        bound_roles(stack, project.boundary_arn(settings));
    }
    Ok(outputs)
}

/// The network and the groups in it.
struct DatabaseNetwork {
    network: NetworkParts,
    functions: aws::SecurityGroupRef,
    clients: aws::SecurityGroupRef,
}

impl DatabaseNetwork {
    fn build(stack: &mut Stack, project: &Project, settings: &Settings, net: &NetworkSettings) -> Self {
        let config = net.config(settings.prefix(), &project.region, settings.operations.log_days);
        let network = network(stack, "network", config);
        let mut group = |name: &str, description: &str| {
            let full_name = settings.name(name);
            let group = aws::SecurityGroup::new()
                .name(&full_name)
                .description(description)
                .vpc_id(network.vpc_id())
                .tags([("Name", &full_name)]);
            stack.add(name, group)
        };
        let functions = group("functions", "Carried by all functions");
        let clients = group("clients", "Carried by functions that use the database");
        let https = aws::VpcSecurityGroupEgressRule::new(aws::VpcSecurityGroupEgressRuleArgs {
            ip_protocol: "tcp".into(),
            security_group_id: functions.id().into(),
        })
        .from_port(443)
        .to_port(443)
        .cidr_ipv4("0.0.0.0/0")
        .description("To AWS, and through NAT to webhooks");
        stack.add("functions_https", https);
        Self { network, functions, clients }
    }

    fn outputs(&self, stack: &mut Stack) -> NetworkOutputs {
        let subnet_ids = self.network.private_subnet_ids();
        NetworkOutputs {
            zones: subnet_ids.len(),
            subnet_ids: stack.output("private_subnet_ids", subnet_ids),
            functions: stack.output("functions_security_group_id", self.functions.id()),
            clients: stack.output("clients_security_group_id", self.clients.id()),
        }
    }
}

fn instance(
    stack: &mut Stack,
    settings: &Settings,
    rds: &RdsSettings,
    database_network: &DatabaseNetwork,
) -> formwork::Result<PostgresParts> {
    let config = rds
        .config(&settings.file(), settings.prefix())?
        .network(database_network.network.vpc_id(), database_network.network.private_subnet_ids())
        .database(DATABASE)
        .username(DATABASE)
        .log_days(settings.operations.log_days)
        .allow_from("clients", database_network.clients.id());
    let parts = postgres(stack, "database", config);
    let rule = aws::VpcSecurityGroupEgressRule::new(aws::VpcSecurityGroupEgressRuleArgs {
        ip_protocol: "tcp".into(),
        security_group_id: database_network.clients.id().into(),
    })
    .from_port(PORT)
    .to_port(PORT)
    .referenced_security_group_id(parts.security_group.id())
    .description("To the database");
    stack.add("clients_database", rule);
    Ok(parts)
}
