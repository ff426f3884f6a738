"""Which actions of IAM terraform's calls to AWS need, as the emulator sees them.

The service is the one that the call is signed for. The operation is in the body, in a header, or follows from method and
path by AWS's own models, which botocore has.
"""

import functools
import io
import re
import urllib.parse

import botocore.session

# What services are signed as, where the model and IAM call them otherwise.
SERVICES = {"monitoring": "cloudwatch"}

# Operations whose action has another name: Service Authorization Reference, "… for Amazon S3", "… for AWS Lambda",
# "… for Amazon CloudFront". None needs no permission.
ACTIONS = {
    "s3:HeadBucket": ["s3:ListBucket"],
    "s3:HeadObject": ["s3:GetObject"],
    "s3:ListObjectsV2": ["s3:ListBucket"],
    "s3:ListObjects": ["s3:ListBucket"],
    "s3:ListObjectVersions": ["s3:ListBucketVersions"],
    "s3:DeleteObjects": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
    "s3:GetBucketAccelerateConfiguration": ["s3:GetAccelerateConfiguration"],
    "s3:GetBucketCors": ["s3:GetBucketCORS"],
    "s3:GetBucketEncryption": ["s3:GetEncryptionConfiguration"],
    "s3:GetBucketLifecycle": ["s3:GetLifecycleConfiguration"],
    "s3:GetBucketLifecycleConfiguration": ["s3:GetLifecycleConfiguration"],
    "s3:GetBucketReplication": ["s3:GetReplicationConfiguration"],
    "s3:GetObjectLockConfiguration": ["s3:GetBucketObjectLockConfiguration"],
    "s3:GetPublicAccessBlock": ["s3:GetBucketPublicAccessBlock"],
    "s3:PutBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3:DeleteBucketEncryption": ["s3:PutEncryptionConfiguration"],
    "s3:PutBucketLifecycle": ["s3:PutLifecycleConfiguration"],
    "s3:PutBucketLifecycleConfiguration": ["s3:PutLifecycleConfiguration"],
    "s3:DeleteBucketLifecycle": ["s3:PutLifecycleConfiguration"],
    "s3:PutPublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3:DeletePublicAccessBlock": ["s3:PutBucketPublicAccessBlock"],
    "s3:DeleteBucketOwnershipControls": ["s3:PutBucketOwnershipControls"],
    "s3:DeleteBucketTagging": ["s3:PutBucketTagging"],
    "cloudfront:CreateDistributionWithTags": ["cloudfront:CreateDistribution", "cloudfront:TagResource"],
    # Asked of AWS, and free of permissions; of the emulator, whose keys are nobody's, the provider asks the other.
    "sts:GetCallerIdentity": [],
    "iam:GetUser": [],
}


class NoteCalls:
    """Appends the actions of every call of terraform to a file."""

    def __init__(self, application, path):
        self.application = application
        self.path = path

    def __call__(self, request, start_response):
        if "terraform" in request.get("HTTP_USER_AGENT", "").lower():
            self.note(request)
        return self.application(request, start_response)

    def note(self, request):
        body = request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
        request["wsgi.input"] = io.BytesIO(body)
        for action in actions(request, body):
            with open(self.path, "a") as file:
                file.write(f"{action}\n")


def actions(request, body):
    signature = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", request.get("HTTP_AUTHORIZATION", ""))
    if not signature:
        return []
    service = SERVICES.get(signature[1], signature[1])
    if service == "apigateway":
        # IAM knows the method of the call: Service Authorization Reference, "… for Amazon API Gateway Management".
        return [f"apigateway:{request['REQUEST_METHOD']}"]
    operation = in_body(request, body) or in_header(request) or by_path(service, request)
    return ACTIONS.get(f"{service}:{operation}", [f"{service}:{operation}"])


def in_body(request, body):
    if not request.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return None
    return urllib.parse.parse_qs(body.decode()).get("Action", [None])[0]


def in_header(request):
    target = request.get("HTTP_X_AMZ_TARGET")
    return target.rsplit(".", 1)[-1] if target else None


def by_path(service, request):
    path = request["PATH_INFO"]
    query = urllib.parse.parse_qs(request.get("QUERY_STRING", ""), keep_blank_values=True)
    for method, pattern, needed, headers, operation in routes(service):
        is_meant = method == request["REQUEST_METHOD"] and pattern.fullmatch(path)
        has_query = all(name in query and (not value or value in query[name]) for name, value in needed.items())
        if is_meant and has_query and all(name in request for name in headers):
            return operation
    return f"{request['REQUEST_METHOD']} {path}"


@functools.cache
def routes(service):
    """Method, path, what the query and the headers must have, and operation: those that ask for most come first."""
    model = botocore.session.get_session().get_service_model(service)
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        needed = {key: values[0] for key, values in urllib.parse.parse_qs(query, keep_blank_values=True).items()}
        headers = []
        for member in operation.input_shape.required_members if operation.input_shape else []:
            place = operation.input_shape.members[member].serialization
            if place.get("location") == "querystring":
                needed[place["name"]] = ""
            elif place.get("location") == "header":
                headers.append("HTTP_" + place["name"].upper().replace("-", "_"))
        # Names of AWS's stand between slashes, but for those that may have some.
        pattern = re.sub(r"\\\{\w+(\\\+)?\\\}", lambda part: ".+" if part[1] else "[^/]+", re.escape(path.rstrip("/")))
        route = (operation.http["method"], re.compile(pattern + "/?"), needed, headers, name)
        found.append((-len(needed) - len(headers), path.count("{"), name, route))
    return [route for *_, route in sorted(found, key=lambda one: one[:3])]
