"""Lambda: event sources of aliases."""

from moto.awslambda.models import LambdaBackend

from .patching import wraps


@wraps(LambdaBackend)
def create_event_source_mapping(original, self, spec):
    """moto ties the source to the version that the alias has now, and AWS to the alias."""
    named = spec["FunctionName"]
    mapping = original(self, spec)
    if named.startswith("arn:"):
        mapping.function_arn = named
    return mapping
