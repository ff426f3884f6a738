//! A security group in front of a store: it admits named groups on one port, and lets nothing out.

use formwork::{Expr, Lifecycle, Map, Resource, Stack, Value, aws};

use crate::label::label;

/// Who may connect: a name for the rule and the security group that callers carry.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) name: String,
    pub(crate) security_group_id: Expr<String>,
}

/// Adds the group and one rule per caller.
pub(crate) fn ingress_group(
    stack: &mut Stack,
    name: &str,
    vpc_id: &Value<String>,
    port: u16,
    callers: &[Caller],
    tags: &Map<String>,
) -> aws::SecurityGroupRef {
    let group = aws::SecurityGroup::new()
        .name(name)
        .description(format!("Admits named callers on port {port}"))
        .vpc_id(vpc_id.clone())
        .tags(tags.clone().with("Name", name))
        // Rules of others name it, so that the old group can't go before they name the new one.
        .lifecycle(Lifecycle::new().create_before_destroy(true));
    let group = stack.add("access", group);
    for caller in callers {
        let rule = aws::VpcSecurityGroupIngressRule::new(aws::VpcSecurityGroupIngressRuleArgs {
            ip_protocol: "tcp".into(),
            security_group_id: group.id().into(),
        })
        .from_port(port)
        .to_port(port)
        .referenced_security_group_id(&caller.security_group_id)
        .description(format!("From {}", caller.name));
        stack.add(&format!("access_{}", label(&caller.name)), rule);
    }
    group
}
