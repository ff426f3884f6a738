//! What workers on EC2 are started from: a launch template, and the role, profile and security group that it names.
//!
//! ```
//! use formwork::{App, aws};
//! use formwork_modules::network::{Nat, NetworkConfig, network};
//! use formwork_modules::worker_template::{WorkerTemplateConfig, image_variable, worker_template};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let image = image_variable(stack, "worker_ami_id", "What the workers run");
//! let net = network(stack, "network", NetworkConfig::new("shop", "10.0.0.0/16", ["eu-central-1a"]).nat(Nat::None));
//! let config = WorkerTemplateConfig::new("shop-worker", &image, "t3.small")
//!     .public_network(net.vpc_id(), net.public_subnets[0].id());
//! let workers = worker_template(stack, "worker", config);
//! stack.output("template", workers.template.id());
//! assert!(app.finish().diagnostics.is_empty());
//! ```
//!
//! A worker is one instance that ends when it shuts down. It reads about itself with version 2 of the metadata service
//! only (IMDSv2), its tags included; its disk is encrypted; nothing reaches it from outside.
//!
//! Not here: who starts workers. [`WorkerTemplateParts::launch_policy`] is what they need.

mod launch;

use formwork::aws::launch_template::{
    BlockDeviceMappings, Ebs, EnclaveOptions, IamInstanceProfile, MetadataOptions, NetworkInterfaces,
    TagSpecifications,
};
use formwork::{Expr, Map, Source, Stack, Value, Variable, aws};

use crate::egress_group::{EgressGroupConfig, egress_group};
use crate::iam::Policy;
use crate::mistakes::Mistakes;
use crate::policies::permit;
use crate::tags::tags;

/// What workers are like. The defaults: 30 GiB of disk on `/dev/xvda`, monitored every minute.
#[derive(Clone, Debug)]
pub struct WorkerTemplateConfig {
    name: String,
    image_id: Value<String>,
    instance_type: String,
    device: String,
    disk_gib: u32,
    network: Option<WorkerNetwork>,
    role_name: Option<String>,
    policy: Policy,
    tags: Map<String>,
}

#[derive(Clone, Debug)]
struct WorkerNetwork {
    vpc_id: Expr<String>,
    subnet_id: Expr<String>,
    has_public_address: bool,
}

impl WorkerTemplateConfig {
    /// Workers by the name of their template, the id of their image, and their type, such as `t3.medium`.
    pub fn new(
        name: impl Into<String>,
        image_id: impl Into<Value<String>>,
        instance_type: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            image_id: image_id.into(),
            instance_type: instance_type.into(),
            device: "/dev/xvda".to_owned(),
            disk_gib: 30,
            network: None,
            role_name: None,
            policy: Policy::new(),
            tags: Map::new(),
        }
    }

    /// The disk: the name under which the image has its root device, and its size in GiB.
    #[must_use]
    pub fn disk(mut self, device: impl Into<String>, gib: u32) -> Self {
        self.device = device.into();
        self.disk_gib = gib;
        self
    }

    /// Starts workers in a subnet that reaches the internet through an internet gateway: each gets a public address.
    #[must_use]
    pub fn public_network(mut self, vpc_id: Expr<String>, subnet_id: Expr<String>) -> Self {
        self.network = Some(WorkerNetwork { vpc_id, subnet_id, has_public_address: true });
        self
    }

    /// Starts workers in a subnet that reaches the internet through NAT, or not at all.
    #[must_use]
    pub fn private_network(mut self, vpc_id: Expr<String>, subnet_id: Expr<String>) -> Self {
        self.network = Some(WorkerNetwork { vpc_id, subnet_id, has_public_address: false });
        self
    }

    /// Names the role and the profile, which otherwise have the name of the template: an account has them once, so that the
    /// same template in a second region needs others.
    #[must_use]
    pub fn role_name(mut self, name: impl Into<String>) -> Self {
        self.role_name = Some(name.into());
        self
    }

    fn name_of_role(&self) -> &str {
        self.role_name.as_deref().unwrap_or(&self.name)
    }

    /// Permits workers what they do.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = self.policy.merge(policy);
        self
    }

    /// Adds tags to the template and to every worker and its disk.
    #[must_use]
    pub fn tags(mut self, tags: Map<String>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What workers are started from.
#[derive(Clone, Debug)]
pub struct WorkerTemplateParts {
    /// The template.
    pub template: aws::LaunchTemplateRef,
    /// The role that workers have.
    pub role: aws::IamRoleRef,
    /// The profile that gives an instance the role.
    pub instance_profile: aws::IamInstanceProfileRef,
    /// The group that workers carry.
    pub security_group: aws::SecurityGroupRef,
    subnet_id: Option<Expr<String>>,
}

/// A variable that takes the id of a machine image, such as `ami-0abc123def4567890`, and nothing else. It has no value
/// of its own: images are built outside of Terraform.
#[track_caller]
pub fn image_variable(stack: &mut Stack, name: &str, description: &str) -> Expr<String> {
    // Amazon EC2 User Guide, "Resource IDs": 8 hexadecimal digits in ids from before 2018, 17 since.
    let pattern = "^ami-([0-9a-f]{8}|[0-9a-f]{17})$";
    let check = Expr::<bool>::raw(format!("can(regex({pattern:?}, var.{name}))"));
    let variable = Variable::<String>::new().description(description).not_null().validation(
        &check,
        format!("{name} must be the id of a machine image, such as ami-0abc123def4567890."),
    );
    // What stands in where nothing is real.
    stack.annotate("simulated_variable", name, &"ami-0abc123def4567890");
    stack.variable(name, variable)
}

/// Adds a template, and what it names.
#[track_caller]
pub fn worker_template(stack: &mut Stack, name: &str, config: WorkerTemplateConfig) -> WorkerTemplateParts {
    let source = Source::here();
    let stack = &mut stack.scope(name);
    mistakes(&config).report(stack, name, source);
    let trust = Policy::assumed_by_service("ec2.amazonaws.com");
    let role = aws::IamRole::new(trust).name(config.name_of_role()).tags(tags(&config.tags));
    let role = stack.add("role", role);
    if !config.policy.is_empty() {
        permit(stack, ("policy", "worker"), (&role, config.name_of_role()), config.policy.clone());
    }
    let profile =
        aws::IamInstanceProfile::new().name(config.name_of_role()).role(role.name()).tags(tags(&config.tags));
    let instance_profile = stack.add("profile", profile);
    let security_group = security_group(stack, &config);
    let template = template(&config, &instance_profile, &security_group);
    WorkerTemplateParts {
        template: stack.add("template", template),
        role,
        instance_profile,
        security_group,
        subnet_id: config.network.map(|network| network.subnet_id),
    }
}

/// What is wrong with a configuration, and what to do instead.
fn mistakes(config: &WorkerTemplateConfig) -> Mistakes {
    let mut mistakes = Mistakes::default();
    // The template, the profile and the security group have longer names than the role.
    mistakes.role_name(&config.name);
    if config.role_name.is_some() {
        mistakes.role_name(config.name_of_role());
    }
    if config.name.len() < 3 || config.name.contains([',', '=', '+', '@']) || config.name.starts_with("sg-") {
        let hint = "a name has 3 to 64 letters, digits, hyphens, dots and underscores, and does not begin with `sg-`";
        mistakes.add(format!("EC2 refuses the name `{}` for a template or a group", config.name), hint);
    }
    for (key, _) in config.tags.clone().into_iter().filter(|(key, _)| !is_key_of_metadata(key)) {
        let message = format!("no worker starts with the tag `{key}`");
        mistakes.add(message, "workers read their tags, whose keys have letters, digits and `+-=.,_:@` then");
    }
    if config.network.is_none() {
        mistakes.add(
            "the workers have no network",
            "name their subnet with `public_network` or `private_network`",
        );
    }
    if !config.instance_type.contains('.') {
        let message = format!("`{}` is not an instance type", config.instance_type);
        mistakes.add(message, "it is written as in `t3.medium`");
    }
    mistakes
}

/// Whether a key of a tag is one for the metadata service, which is a path there (Amazon EC2 User Guide, "Tag
/// restrictions").
fn is_key_of_metadata(key: &str) -> bool {
    !matches!(key, "" | "." | ".." | "_index")
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-=.,_:@".contains(&byte))
}

/// The group of workers: nothing comes in, everything goes out.
fn security_group(stack: &mut Stack, config: &WorkerTemplateConfig) -> aws::SecurityGroupRef {
    let vpc_id = config.network.as_ref().map_or_else(Value::null, |network| (&network.vpc_id).into());
    let group = EgressGroupConfig {
        group_name: config.name.clone(),
        vpc_id,
        carried_by: "Carried by workers, admits nobody".to_owned(),
        reaches: "To AWS and to what the workers work on".to_owned(),
        tags: config.tags.clone(),
    };
    egress_group(stack, "workers", group).security_group
}

fn template(
    config: &WorkerTemplateConfig,
    profile: &aws::IamInstanceProfileRef,
    security_group: &aws::SecurityGroupRef,
) -> aws::LaunchTemplate {
    let disk = Ebs::new()
        .encrypted("true")
        .delete_on_termination("true")
        .volume_type("gp3")
        .volume_size(config.disk_gib);
    let metadata = MetadataOptions::new()
        .http_endpoint("enabled")
        .http_tokens("required")
        // One hop: what runs in a container on the worker gets no credentials of its role.
        .http_put_response_hop_limit(1)
        .instance_metadata_tags("enabled");
    let network = config.network.as_ref();
    let interface = NetworkInterfaces::new()
        .device_index(0)
        .delete_on_termination("true")
        .security_groups([security_group.id()])
        .subnet_id(network.map(|network| &network.subnet_id))
        .associate_public_ip_address(network.map(|network| network.has_public_address.to_string()));
    let mut template = aws::LaunchTemplate::new()
        .name(&config.name)
        .description("What workers are started from")
        .update_default_version(true)
        .image_id(config.image_id.clone())
        .instance_type(&config.instance_type)
        // A worker that is done shuts down, and is gone.
        .instance_initiated_shutdown_behavior("terminate")
        .iam_instance_profile(IamInstanceProfile::new().arn(profile.arn()))
        .metadata_options(metadata)
        .monitoring(EnclaveOptions::new().enabled(true))
        .network_interfaces(interface)
        .block_device_mappings(BlockDeviceMappings::new().device_name(&config.device).ebs(disk))
        .tags(tags(&config.tags));
    for resource_type in ["instance", "volume"] {
        let named = config.tags.clone().with("Name", &config.name);
        template =
            template.tag_specifications(TagSpecifications::new().resource_type(resource_type).tags(named));
    }
    template
}

#[cfg(test)]
mod tests;
