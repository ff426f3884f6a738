//! A security group without ingress: what it is attached to may call everything, and cannot be called through it.
//!
//! ```
//! use formwork::{App, Map, aws};
//! use formwork_modules::egress_group::{EgressGroupConfig, egress_group};
//!
//! let mut app = App::new();
//! let stack = app.stack("shop");
//! stack.provider(aws::Provider::new().region("eu-central-1"));
//! let vpc = stack.add("vpc", aws::Vpc::new().cidr_block("10.0.0.0/16"));
//! let config = EgressGroupConfig {
//!     group_name: "shop-functions".to_owned(),
//!     vpc_id: vpc.id().into(),
//!     carried_by: "Carried by the functions".to_owned(),
//!     reaches: "To the database and to AWS".to_owned(),
//!     tags: Map::new(),
//! };
//! let group = egress_group(stack, "functions", config);
//! stack.output("functions_group", group.security_group.id());
//! assert!(app.finish().diagnostics.is_empty());
//! ```

use formwork::{Lifecycle, Map, Resource, Stack, Value, aws};

/// What a group is like.
#[derive(Clone, Debug)]
pub struct EgressGroupConfig {
    /// The name of the group, which is its tag `Name` too.
    pub group_name: String,
    /// The VPC.
    pub vpc_id: Value<String>,
    /// Who carries it: the group's description. It cannot be changed later: another one is for a new group only.
    pub carried_by: String,
    /// What its carriers have to reach: the description of the rule that lets everything out.
    pub reaches: String,
    /// More tags of the group.
    pub tags: Map<String>,
}

/// What a group consists of.
#[derive(Clone, Debug)]
pub struct EgressGroupParts {
    /// The group that callers carry.
    pub security_group: aws::SecurityGroupRef,
}

/// Adds a group, and the rule that lets everything out.
#[track_caller]
pub fn egress_group(stack: &mut Stack, name: &str, config: EgressGroupConfig) -> EgressGroupParts {
    let group = aws::SecurityGroup::new()
        .name(&config.group_name)
        .description(config.carried_by)
        .vpc_id(config.vpc_id)
        .tags(config.tags.with("Name", config.group_name))
        // Rules of others name it, so that the old group can't go before they name the new one. A description can't be
        // changed, and a group with another one would have the name of this one.
        .lifecycle(Lifecycle::new().create_before_destroy(true).ignore_changes(["description"]));
    let group = stack.add(name, group);
    let everything = aws::VpcSecurityGroupEgressRule::new(aws::VpcSecurityGroupEgressRuleArgs {
        ip_protocol: "-1".into(),
        security_group_id: group.id().into(),
    })
    .cidr_ipv4("0.0.0.0/0");
    stack.add(&format!("{name}_out"), everything.description(config.reaches));
    EgressGroupParts { security_group: group }
}
