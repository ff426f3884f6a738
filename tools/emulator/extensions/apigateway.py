"""API Gateway: tags of APIs and domain names. moto serves those of stages only."""

import json
from urllib.parse import unquote

from moto.apigateway import urls
from moto.apigateway.responses import APIGatewayResponse

from .patching import wraps

ARN = "{0}/tags/arn:(?P<partition>[^/]+):apigateway:(?P<region_name>[^/]+)::"
for path in ("/restapis/(?P<function_id>[^/]+)$", "/domainnames/(?P<domain_name>[^/]+)$"):
    if ARN + path in urls.url_paths:
        raise TypeError(f"moto has {path} itself: remove the extension")
    urls.url_paths[ARN + path] = APIGatewayResponse.dispatch


def owner(response):
    """The API or domain name whose tags a request is about; nothing for a stage."""
    kind, name, *stage = unquote(response.path.split("/tags/")[1]).split("::/")[1].split("/")
    if stage:
        return None
    return response.backend.get_rest_api(name) if kind == "restapis" else response.backend.get_domain_name(name)


@wraps(APIGatewayResponse)
def get_tags(original, self):
    tagged = owner(self)
    return json.dumps({"tags": tagged.tags or {}}) if tagged else original(self)


@wraps(APIGatewayResponse)
def tag_resource(original, self):
    tagged = owner(self)
    if not tagged:
        return original(self)
    tagged.tags = {**(tagged.tags or {}), **self._get_param("tags")}
    return json.dumps({})


@wraps(APIGatewayResponse)
def untag_resource(original, self):
    tagged = owner(self)
    if not tagged:
        return original(self)
    gone = self.querystring.get("tagKeys", [])
    tagged.tags = {key: value for key, value in (tagged.tags or {}).items() if key not in gone}
    return json.dumps({})
