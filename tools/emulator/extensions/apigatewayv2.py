"""API Gateway v2: tags of stages. moto serves those of APIs and VPC links only."""

import json
from urllib.parse import unquote

from moto.apigateway import urls
from moto.apigatewayv2.responses import ApiGatewayV2Response

from .patching import wraps

PATH = "{0}/v2/tags/(?P<resource_arn_pt1>[^/]+)/apis/(?P<resource_arn_pt2>[^/]+)/stages/(?P<stage_name>[^/]+)$"
# Both versions are signed for the same service, and moto serves them by the paths of the first.
if PATH in urls.url_paths:
    raise TypeError("moto has tags of stages itself: remove the extension")
urls.url_paths[PATH] = ApiGatewayV2Response.dispatch


def owner(response):
    """The stage whose tags a request is about; nothing for an API."""
    _, name, *stage = unquote(response.path.split("/tags/")[1]).split("::/")[1].split("/")
    return response.apigatewayv2_backend.get_stage(name, stage[1]) if stage else None


@wraps(ApiGatewayV2Response)
def get_tags(original, self):
    stage = owner(self)
    return (200, {}, json.dumps({"tags": stage.tags})) if stage else original(self)


@wraps(ApiGatewayV2Response)
def tag_resource(original, self):
    stage = owner(self)
    if not stage:
        return original(self)
    stage.tags = {**stage.tags, **json.loads(self.body).get("tags", {})}
    return 201, {}, "{}"


@wraps(ApiGatewayV2Response)
def untag_resource(original, self):
    stage = owner(self)
    if not stage:
        return original(self)
    gone = self.querystring.get("tagKeys") or []
    stage.tags = {key: value for key, value in stage.tags.items() if key not in gone}
    return 200, {}, "{}"
