"""EC2: the descriptions of rules between security groups, and the tags of launch templates."""

from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupRule

from .patching import wraps

# moto knows the description of a rule for addresses only.
SecurityGroupRule.description = property(
    lambda rule: rule.ip_range.get("Description") or rule.source_group.get("Description")
)

# moto tells of a template's tags as they were when it was made.
LaunchTemplate.tags = property(LaunchTemplate.get_tags, lambda template, tags: None)


@wraps(LaunchTemplate)
def create_version(original, self, data, description):
    """moto adds the template's own tags to those of what is started from it."""
    if started := data.get("TagSpecifications"):
        data["TagSpecifications"] = [one for one in started if one["ResourceType"] != "launch-template"]
    return original(self, data, description)
