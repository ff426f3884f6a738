"""CloudTrail: deleting a trail by its ARN."""

from moto.cloudtrail.models import CloudTrailBackend

from .patching import wraps


@wraps(CloudTrailBackend)
def delete_trail(original, self, name):
    """moto knows a trail by its name alone, and is silent about what it does not know."""
    return original(self, name.rsplit("/", 1)[-1])
