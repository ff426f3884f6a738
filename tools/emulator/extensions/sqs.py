"""SQS: which queues may use a queue for their dead letters, and attributes that stay when others are set."""

import json

from moto.sqs.models import Queue

from .patching import wraps

# moto keeps the policy, and tells nobody.
Queue.redrive_allow_policy = None
Queue.BASE_ATTRIBUTES = [*Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]


@wraps(Queue)
def _set_attributes(original, self, attributes, now=None):
    """moto takes a queue's policy away when anything else is set. An empty text takes it away in AWS."""
    before = {"Policy": self.policy} if hasattr(self, "_policy_json") else {}
    given = {name: value or None if name == "RedriveAllowPolicy" else value for name, value in attributes.items()}
    return original(self, {**before, **given}, now)


def attributes(self, original=Queue.attributes.fget):
    """AWS answers with the text that it was given; moto writes its own, with more spaces."""
    result = original(self)
    if result.get("RedrivePolicy"):
        result["RedrivePolicy"] = json.dumps(json.loads(result["RedrivePolicy"]), separators=(",", ":"))
    return result


Queue.attributes = property(attributes)
