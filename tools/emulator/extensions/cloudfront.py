"""CloudFront: distributions as they were described, without what the caller did not ask for."""

from moto.cloudfront.models import DefaultCacheBehaviour, Origin, ViewerCertificate

from .patching import wraps


@wraps(Origin, "__init__")
def remember_access_control(original, self, origin):
    """moto drops the reference to the origin access control."""
    original(self, origin)
    self.origin_access_control_id = origin.get("OriginAccessControlId", "")


@wraps(DefaultCacheBehaviour, "__init__")
def forward_nothing_unasked(original, self, config):
    """moto answers with forwarded values beside a cache policy, where AWS allows one of the two."""
    asked = "ForwardedValues" in config
    original(self, config)
    if not asked:
        self.forwarded_values = None


@wraps(ViewerCertificate, "__init__")
def default_certificate_has_no_method(original, self, config):
    """moto invents a method of support for the default certificate, which has none."""
    original(self, config)
    if not config.get("SSLSupportMethod"):
        self.ssl_support_method = None
