"""RDS: who set a parameter, performance insights, and the identity of an instance."""

import base64
import hashlib

from moto.rds.models import DBInstance, DBParameterGroup

from .patching import wraps


@wraps(DBParameterGroup)
def update_parameters(original, self, new_parameters):
    """moto does not say that a parameter was set by the user, so a search for those finds none."""
    original(self, new_parameters)
    for parameter in self.parameters.values():
        parameter["Source"] = "user"


@wraps(DBInstance, "__init__")
def keep_performance_insights(original, self, *arguments, **settings):
    """moto forgets that performance insights are on, and that they keep seven days unless told otherwise."""
    original(self, *arguments, **settings)
    self.performance_insights_enabled = settings.get("enable_performance_insights", False)
    if self.performance_insights_enabled:
        self.performance_insights_retention_period = settings.get("performance_insights_retention_period", 7)


@wraps(DBInstance, "__init__")
def identify(original, self, *arguments, **settings):
    """moto gives all instances one resource id, by which the provider then finds two."""
    original(self, *arguments, **settings)
    digest = hashlib.sha256(f"{self.account_id}/{self.region}/{self.db_instance_identifier}".encode()).digest()
    self.dbi_resource_id = f"db-{base64.b32encode(digest).decode()[:26]}"
