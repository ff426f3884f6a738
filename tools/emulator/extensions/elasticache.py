"""ElastiCache: parameter groups, the clusters of a replication group, and deletion."""

from moto.core.responses import ActionResult, EmptyResult
from moto.elasticache.exceptions import (
    CacheSubnetGroupNotFound,
    ElastiCacheException,
    ReplicationGroupNotFound,
)
from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

from .patching import adds, wraps


class CacheParameterGroupNotFound(ElastiCacheException):
    code = "CacheParameterGroupNotFound"

    def __init__(self, name):
        super().__init__(f"CacheParameterGroup {name} not found.")


class CacheParameterGroup:
    """A named set of engine parameters. It keeps the parameters that differ from the family's defaults."""

    def __init__(self, backend, name, family, description):
        self.cache_parameter_group_name = name
        self.cache_parameter_group_family = family
        self.description = description
        self.is_global = False
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:parametergroup:{name}"
        self.parameters = {}


def parameter_groups(backend):
    """The parameter groups of one account and region, kept with moto's own backend so that a reset clears them."""
    return backend.__dict__.setdefault("cache_parameter_groups", {})


def parameter_group(backend, name):
    if name not in parameter_groups(backend):
        raise CacheParameterGroupNotFound(name)
    return parameter_groups(backend)[name]


@adds(ElastiCacheResponse)
def create_cache_parameter_group(self):
    backend = self.elasticache_backend
    group = CacheParameterGroup(
        backend,
        self._get_param("CacheParameterGroupName"),
        self._get_param("CacheParameterGroupFamily"),
        self._get_param("Description"),
    )
    parameter_groups(backend)[group.cache_parameter_group_name] = group
    backend.tagging_service.tag_resource(group.arn, self._get_param("Tags", []))
    return ActionResult({"CacheParameterGroup": group})


@adds(ElastiCacheResponse)
def describe_cache_parameter_groups(self):
    name = self._get_param("CacheParameterGroupName")
    backend = self.elasticache_backend
    groups = [parameter_group(backend, name)] if name else list(parameter_groups(backend).values())
    return ActionResult({"CacheParameterGroups": groups})


@adds(ElastiCacheResponse)
def describe_cache_parameters(self):
    group = parameter_group(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    parameters = [
        {"ParameterName": name, "ParameterValue": value, "Source": "user"} for name, value in group.parameters.items()
    ]
    return ActionResult({"Parameters": parameters})


@adds(ElastiCacheResponse)
def modify_cache_parameter_group(self):
    group = parameter_group(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    for parameter in self._get_param("ParameterNameValues", []):
        group.parameters[parameter["ParameterName"]] = parameter["ParameterValue"]
    return ActionResult({"CacheParameterGroupName": group.cache_parameter_group_name})


@adds(ElastiCacheResponse)
def delete_cache_parameter_group(self):
    group = parameter_group(self.elasticache_backend, self._get_param("CacheParameterGroupName"))
    del parameter_groups(self.elasticache_backend)[group.cache_parameter_group_name]
    return EmptyResult()


@adds(ElastiCacheResponse)
def delete_cache_subnet_group(self):
    name = self._get_param("CacheSubnetGroupName")
    if self.elasticache_backend.cache_subnet_groups.pop(name, None) is None:
        raise CacheSubnetGroupNotFound(name)
    return EmptyResult()


@wraps(ElastiCacheBackend)
def list_tags_for_resource(original, self, arn):
    """moto's list of taggable kinds leaves parameter groups out."""
    if ":parametergroup:" in arn:
        return self.tagging_service.list_tags_for_resource(arn)
    return original(self, arn)


@wraps(ElastiCacheBackend)
def create_replication_group(original, self, **settings):
    """moto makes one cluster, whatever the number that was asked for."""
    settings["replicas_per_node_group"] = settings["replicas_per_node_group"] or (settings["num_cache_clusters"] or 1) - 1
    return original(self, **settings)


@wraps(ElastiCacheBackend)
def describe_cache_clusters(original, self, cache_cluster_id=None):
    """moto names the clusters of a replication group and does not know them afterwards."""
    for group in self.replication_groups.values():
        if cache_cluster_id in group.member_clusters:
            return [member_cluster(group, cache_cluster_id)]
    return original(self, cache_cluster_id)


def member_cluster(group, cluster_id):
    version = group.engine_version
    return {
        "CacheClusterId": cluster_id,
        "ReplicationGroupId": group.replication_group_id,
        "CacheClusterStatus": "available",
        "CacheNodeType": group.cache_node_type,
        "Engine": group.engine,
        # AWS answers with the patch level too.
        "EngineVersion": version if version.count(".") == 2 else f"{version}.0",
        "NumCacheNodes": 1,
        "CacheParameterGroup": {"CacheParameterGroupName": group.cache_parameter_group_name, "ParameterApplyStatus": "in-sync"},
        "CacheSubnetGroupName": group.cache_subnet_group_name,
        "SecurityGroups": [{"SecurityGroupId": one, "Status": "active"} for one in group.security_group_ids or []],
        "PreferredMaintenanceWindow": group.preferred_maintenance_window or "sun:05:00-sun:06:00",
        "AutoMinorVersionUpgrade": True,
        "SnapshotRetentionLimit": group.snapshot_retention_limit,
        "TransitEncryptionEnabled": group.transit_encryption_enabled,
        "AtRestEncryptionEnabled": group.at_rest_encryption_enabled,
        "AuthTokenEnabled": group.auth_token_enabled,
        "NetworkType": group.network_type,
        "IpDiscovery": group.ip_discovery,
    }


@wraps(ElastiCacheBackend)
def delete_replication_group(original, self, replication_group_id, retain_primary_cluster=None):
    """moto leaves a deleted group in the state "deleting" for ever."""
    if replication_group_id not in self.replication_groups:
        raise ReplicationGroupNotFound(replication_group_id)
    deleted = original(self, replication_group_id, retain_primary_cluster)
    del self.replication_groups[replication_group_id]
    return deleted
