"""EC2: the descriptions of rules between security groups."""

from moto.ec2.models.security_groups import SecurityGroupRule

# moto knows the description of a rule for addresses only.
SecurityGroupRule.description = property(
    lambda rule: rule.ip_range.get("Description") or rule.source_group.get("Description")
)
