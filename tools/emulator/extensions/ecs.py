"""ECS: what a service is created with and moto does not read."""

from moto.core.utils import camelcase_to_underscores
from moto.ecs.responses import EC2ContainerServiceResponse

from .patching import wraps

UNREAD = (
    "availabilityZoneRebalancing",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
)


@wraps(EC2ContainerServiceResponse)
def create_service(original, self):
    """moto keeps them only when a service is updated."""
    answer = original(self)
    for name in UNREAD:
        value = self._get_param(name)
        if value is not None:
            setattr(answer.result["service"], camelcase_to_underscores(name), value)
    return answer
