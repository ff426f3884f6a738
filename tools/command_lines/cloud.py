"""An emulated AWS with what the steps ask for, and what of it they changed."""

import io
import json
import logging
import re
import urllib.request
import zipfile

import boto3
from moto.awslambda.utils import get_backend
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.config import default_user_config
from moto.server import ThreadedMotoServer
from moto.sns import sns_backends

ACCOUNT = "123456789012"
REGION = "us-east-1"


class Cloud:
    """One emulated account, and the calls of functions that reached it."""

    def __init__(self):
        default_user_config["lambda"] = {"use_docker": False}
        self.invoked = []
        self.answer = ({"version": 7}, None)
        cloud = self

        def invoke(backend, name, qualifier, body, headers, response_headers):
            # What is not there is not called.
            backend.get_function(name)
            return cloud._invoke(name, body, response_headers)

        LambdaSimpleBackend.invoke = invoke
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.url = f"http://{host}:{port}"

    def _invoke(self, name, body, response_headers):
        # The emulator does not pass the alias on.
        self.invoked.append((name.rsplit(":", 1)[-1], json.loads(body)))
        answer, error = self.answer
        if error:
            response_headers["x-amz-function-error"] = error
        return json.dumps(answer).encode()

    def client(self, service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, **keys)

    def reset(self):
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")).read()
        self.invoked.clear()
        self.answer = ({"version": 7}, None)

    def prepare(self, script, variables):
        """Makes what a step expects to be there."""
        functions = set(re.findall(r"--function-name ([a-z][a-z0-9-]*)", script))
        if "FUNCTION" in variables:
            functions.add(variables["FUNCTION"])
        for name in functions:
            self._add_function(name, variables.get("ALIAS", "live"))
        for name in variables.get("NAMES", "").split():
            self.client("secretsmanager").create_secret(Name=variables["PLACE"] + name)
        if "TOPIC" in variables:
            self.client("sns").create_topic(Name=variables["TOPIC"])
        alarms = variables.get("ALARMS", "").split()
        if "ALARM_PREFIX" in variables:
            alarms.append(variables["ALARM_PREFIX"] + "errors")
        for name in alarms:
            self.client("cloudwatch").put_metric_alarm(
                AlarmName=name, Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60,
                EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
            )
        for value in variables.values():
            if value.startswith("s3://"):
                self.client("s3").create_bucket(Bucket=value.split("/")[2])

    def _add_function(self, name, alias):
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("bootstrap", "")
        role = {"Version": "2012-10-17", "Statement": []}
        iam = self.client("iam")
        try:
            iam.create_role(RoleName="function", AssumeRolePolicyDocument=str(role).replace("'", '"'))
        except iam.exceptions.EntityAlreadyExistsException:
            pass
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name, Role=f"arn:aws:iam::{ACCOUNT}:role/function", Runtime="provided.al2023",
            Handler="bootstrap", Code={"ZipFile": package.getvalue()}, Publish=True,
        )
        functions.create_alias(FunctionName=name, Name=alias, FunctionVersion="1")

    def ring(self, alarm):
        """Has an alarm ring."""
        cloudwatch_backends[ACCOUNT][REGION].set_alarm_state(alarm, "test", "{}", "ALARM")

    def effects(self):
        """What was written: values of secrets, objects, notices, concurrency and calls of functions."""
        store, secrets = self.client("secretsmanager"), {}
        for secret in store.list_secrets()["SecretList"]:
            # One without a value has no versions.
            if secret.get("SecretVersionsToStages"):
                secrets[secret["Name"]] = store.get_secret_value(SecretId=secret["Name"])["SecretString"]
        storage = self.client("s3")
        objects = {}
        for bucket in storage.list_buckets()["Buckets"]:
            for item in storage.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
                key = item["Key"]
                objects[f"{bucket['Name']}/{key}"] = storage.get_object(Bucket=bucket["Name"], Key=key)["Body"].read()
        notices = [
            (notice[2], notice[1])
            for topic in sns_backends[ACCOUNT][REGION].topics.values()
            for notice in topic.sent_notifications
        ]
        backend = get_backend(ACCOUNT, REGION)
        concurrency = {
            function.function_name: function.reserved_concurrency for function in backend.list_functions()
        }
        return {
            "secrets": secrets, "objects": objects, "notices": notices, "concurrency": concurrency,
            "calls": list(self.invoked),
        }
