"""Shows, on a moto without extensions, every fault for which `extensions` has a stand-in.

A fault that is gone fails the check: the stand-in is not needed any more and goes. Each function asks moto as a client
of AWS would, and returns whether it answers as AWS would not.
"""

import inspect
import json
import sys

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

from packages import package
from service import REGION

EXTENDED = ("apigateway_", "apigatewayv2_", "cloudfront_", "cloudtrail_", "ec2_", "ecs_", "elasticache_", "lambda_", "rds_", "s3_", "sqs_")


def client(service):
    return boto3.client(service, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")


def fails(call, **arguments):
    """Whether a call that AWS serves is refused, or trips over moto itself."""
    try:
        call(**arguments)
    except (ClientError, NotImplementedError, AttributeError):
        return True
    return False


def elasticache_has_no_parameter_groups():
    return fails(
        client("elasticache").create_cache_parameter_group,
        CacheParameterGroupName="group",
        CacheParameterGroupFamily="valkey8",
        Description="group",
    )


def elasticache_does_not_delete_subnet_groups():
    elasticache, ec2 = client("elasticache"), client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    elasticache.create_cache_subnet_group(
        CacheSubnetGroupName="group", CacheSubnetGroupDescription="group", SubnetIds=[subnet]
    )
    return fails(elasticache.delete_cache_subnet_group, CacheSubnetGroupName="group")


def replication_group(**more):
    elasticache = client("elasticache")
    group = elasticache.create_replication_group(
        ReplicationGroupId="group", ReplicationGroupDescription="group", Engine="valkey", NumCacheClusters=2, **more
    )["ReplicationGroup"]
    return elasticache, group


def elasticache_makes_one_cluster_of_two():
    _, group = replication_group()
    return len(group["MemberClusters"]) == 1


def elasticache_does_not_know_the_clusters_of_a_group():
    elasticache, group = replication_group()
    return fails(elasticache.describe_cache_clusters, CacheClusterId=group["MemberClusters"][0])


def elasticache_never_finishes_deleting_a_group():
    elasticache, _ = replication_group()
    elasticache.delete_replication_group(ReplicationGroupId="group")
    return not fails(elasticache.describe_replication_groups, ReplicationGroupId="group")


def bucket():
    s3 = client("s3")
    s3.create_bucket(Bucket="bucket")
    return s3


def s3_forgets_how_many_versions_a_rule_keeps():
    s3 = bucket()
    rule = {
        "ID": "old",
        "Status": "Enabled",
        "Filter": {},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
    }
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
    answer = s3.get_bucket_lifecycle_configuration(Bucket="bucket")["Rules"][0]
    return "NewerNoncurrentVersions" not in answer["NoncurrentVersionExpiration"]


def s3_refuses_without_reading_the_condition():
    s3 = bucket()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        # The call below is made over TLS, so this does not concern it.
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_object(Bucket="bucket", Key="key", Body=b"")
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return fails(s3.head_object, Bucket="bucket", Key="key")


def s3_stumbles_over_a_marker_in_a_bucket_that_is_emptied():
    s3 = bucket()
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="bucket", Key="key", Body=b"")
    s3.delete_object(Bucket="bucket", Key="key")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Suspended"})
    listed = s3.list_object_versions(Bucket="bucket")
    versions = [{"Key": "key", "VersionId": one["VersionId"]} for one in listed["Versions"] + listed["DeleteMarkers"]]
    return fails(s3.delete_objects, Bucket="bucket", Delete={"Objects": versions})


def distribution():
    config = {
        "CallerReference": "one",
        "Comment": "",
        "Enabled": True,
        "Origins": {
            "Quantity": 1,
            "Items": [
                {
                    "Id": "bucket",
                    "DomainName": "bucket.s3.us-east-1.amazonaws.com",
                    "OriginAccessControlId": "E2QWRUHAPOMQZL",
                    "S3OriginConfig": {"OriginAccessIdentity": ""},
                }
            ],
        },
        "DefaultCacheBehavior": {
            "TargetOriginId": "bucket",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        "ViewerCertificate": {"CloudFrontDefaultCertificate": True},
    }
    return client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["DistributionConfig"]


def cloudfront_drops_the_access_control_of_an_origin():
    return not distribution()["Origins"]["Items"][0].get("OriginAccessControlId")


def cloudfront_forwards_values_beside_a_cache_policy():
    return "ForwardedValues" in distribution()["DefaultCacheBehavior"]


def cloudfront_has_a_method_for_the_default_certificate():
    return "SSLSupportMethod" in distribution()["ViewerCertificate"]


def rds_does_not_say_who_set_a_parameter():
    rds = client("rds")
    rds.create_db_parameter_group(DBParameterGroupName="group", DBParameterGroupFamily="postgres18", Description="group")
    parameter = {"ParameterName": "log_lock_waits", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    rds.modify_db_parameter_group(DBParameterGroupName="group", Parameters=[parameter])
    return "Source" not in rds.describe_db_parameters(DBParameterGroupName="group")["Parameters"][0]


def database(name):
    return client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        EnablePerformanceInsights=True,
    )["DBInstance"]


def rds_forgets_performance_insights():
    return not database("one").get("PerformanceInsightsEnabled")


def rds_gives_all_instances_one_id():
    return database("one")["DbiResourceId"] == database("two")["DbiResourceId"]


def apigatewayv2_does_not_tag_stages():
    gateway = client("apigatewayv2")
    api = gateway.create_api(Name="api", ProtocolType="HTTP")["ApiId"]
    gateway.create_stage(ApiId=api, StageName="live")
    arn = f"arn:aws:apigateway:{REGION}::/apis/{api}/stages/live"
    # Over HTTP it is refused; within a process it is taken, and forgotten.
    refused = fails(gateway.tag_resource, ResourceArn=arn, Tags={"own": "yes"})
    return refused or not gateway.get_stage(ApiId=api, StageName="live").get("Tags")


def ec2_keeps_the_first_tags_of_a_launch_template():
    ec2 = client("ec2")
    template = ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData={"InstanceType": "t3.micro"})
    ec2.create_tags(Resources=[template["LaunchTemplate"]["LaunchTemplateId"]], Tags=[{"Key": "own", "Value": "yes"}])
    return not ec2.describe_launch_templates()["LaunchTemplates"][0].get("Tags")


def ec2_starts_instances_with_the_tags_of_their_template():
    ec2 = client("ec2")
    own = [{"ResourceType": "launch-template", "Tags": [{"Key": "own", "Value": "yes"}]}]
    ec2.create_launch_template(
        LaunchTemplateName="template", LaunchTemplateData={"InstanceType": "t3.micro"}, TagSpecifications=own
    )
    versions = ec2.describe_launch_template_versions(LaunchTemplateName="template")["LaunchTemplateVersions"]
    return bool(versions[0]["LaunchTemplateData"].get("TagSpecifications"))


def ec2_forgets_the_description_of_a_rule_between_groups():
    ec2 = client("ec2")
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 5432,
        "ToPort": 5432,
        "UserIdGroupPairs": [{"GroupId": group, "Description": "from functions"}],
    }
    rule = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"][0]
    return not rule.get("Description")


def apigateway_tags_neither_apis_nor_domain_names():
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="api")["id"]
    gateway.create_domain_name(domainName="api.example.com", regionalCertificateName="certificate")
    arn = f"arn:aws:apigateway:{REGION}::"
    return all(
        fails(gateway.tag_resource, resourceArn=arn + path, tags={"Edited": "yes"})
        for path in (f"/restapis/{api}", "/domainnames/api.example.com")
    )


def ecs_reads_half_of_what_a_service_is_created_with():
    ecs = client("ecs")
    ecs.create_cluster(clusterName="cluster")
    container = {"name": "app", "image": "app", "memory": 128}
    ecs.register_task_definition(family="task", containerDefinitions=[container])
    ecs.create_service(
        cluster="cluster", serviceName="service", taskDefinition="task", desiredCount=1, healthCheckGracePeriodSeconds=60
    )
    service = ecs.describe_services(cluster="cluster", services=["service"])["services"][0]
    return "healthCheckGracePeriodSeconds" not in service


def cloudtrail_keeps_a_trail_that_is_deleted_by_its_arn():
    client("s3").create_bucket(Bucket="trails")
    trails = client("cloudtrail")
    arn = trails.create_trail(Name="trail", S3BucketName="trails")["TrailARN"]
    trails.delete_trail(Name=arn)
    return trails.describe_trails()["trailList"] != []


def lambda_ties_a_source_to_a_version():
    functions, sqs = client("lambda"), client("sqs")
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    source = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
    role = client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    functions.create_function(
        FunctionName="function",
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role=role,
        Code={"ZipFile": package()},
        Publish=True,
    )
    alias = functions.create_alias(FunctionName="function", Name="live", FunctionVersion="1")["AliasArn"]
    mapping = functions.create_event_source_mapping(FunctionName=alias, EventSourceArn=source)
    return mapping["FunctionArn"] != alias


def sqs_takes_a_policy_away_when_something_else_is_set():
    sqs = client("sqs")
    statement = {"Sid": "s", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    url = sqs.create_queue(QueueName="queue", Attributes={"Policy": policy})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "1"})
    return "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]


def sqs_writes_a_policy_of_its_own():
    sqs = client("sqs")
    sqs.create_queue(QueueName="dead")
    policy = '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":5}'
    url = sqs.create_queue(QueueName="queue", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return attributes["RedrivePolicy"] != policy


def sqs_drops_who_may_send_dead_letters():
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="queue", Attributes={"RedriveAllowPolicy": '{"redrivePermission": "denyAll"}'})["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return "RedriveAllowPolicy" not in attributes


def main():
    def is_fault(item):
        # Faults are named after the service that has them.
        return inspect.isfunction(item) and item.__name__.startswith(EXTENDED)

    gone = []
    for name, fault in inspect.getmembers(sys.modules[__name__], is_fault):
        with mock_aws():
            shown = fault()
        print(f"  fault: {name.replace('_', ' ')}" + ("" if shown else " — NOT ANY MORE"))
        if not shown:
            gone.append(name)
    if gone:
        sys.exit(f"error: moto is right now about {', '.join(gone)}\n  hint: remove their extensions and faults")


if __name__ == "__main__":
    main()
