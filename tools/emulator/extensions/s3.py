"""S3: lifecycle rules as they were put, conditions in bucket policies, and emptying a bucket with versions."""

import json

from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

from .patching import adds, wraps


@wraps(S3Backend)
def put_bucket_lifecycle(original, self, bucket_name, rules):
    """moto forgets how many newer versions a rule for old versions keeps."""
    original(self, bucket_name, rules)
    for rule, source in zip(self.get_bucket(bucket_name).rules, rules):
        rule.newer_noncurrent_versions = source.get("NoncurrentVersionExpiration", {}).get("NewerNoncurrentVersions")


@wraps(S3Response)
def get_bucket_lifecycle(original, self):
    serialize = self.serialized

    def with_newer_versions(result):
        rules = self.backend.get_bucket_lifecycle(self.bucket_name)
        for answer, rule in zip(result.result["Rules"], rules):
            if rule.newer_noncurrent_versions:
                answer["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] = rule.newer_noncurrent_versions
        return serialize(result)

    # The answer is made and written in one method of moto, so it is completed on its way out; not if it is an error.
    self.serialized = with_newer_versions
    try:
        return original(self)
    finally:
        self.serialized = serialize


@wraps(FakeBucket)
def get_permission(original, self, action, resource):
    """moto refuses whatever a bucket policy denies under a condition, without looking at the condition.

    The conditions of our policies are about the connection: not TLS, or too old a TLS. Whoever reaches the emulator is
    taken for a caller to whom AWS would not say no on these grounds.
    """
    if not self.policy:
        return original(self, action, resource)
    policy = json.loads(self.policy)
    policy["Statement"] = [one for one in policy["Statement"] if one["Effect"] != "Deny" or "Condition" not in one]
    reduced = FakeBucket.__new__(FakeBucket)
    reduced.policy = json.dumps(policy).encode()
    return original(reduced, action, resource)


@adds(FakeDeleteMarker)
def dispose(self, garbage=False):
    """moto frees the contents of each object that it drops, and stumbles over markers, which have none."""
