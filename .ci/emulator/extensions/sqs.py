"""SQS: which queues may use a queue for their dead letters."""

from moto.sqs.models import Queue

from .patching import wraps

# moto keeps the policy, and tells nobody.
Queue.redrive_allow_policy = None
Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]


@wraps(Queue)
def _set_attributes(original, self, attributes, now=None):
    """An empty text takes the policy away."""
    return original(self, {name: value or None if name == "RedriveAllowPolicy" else value for name, value in attributes.items()}, now)
