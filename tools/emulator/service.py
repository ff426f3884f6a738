"""The emulator as a process, and how clients and providers reach it."""

import os
import pathlib
import subprocess
import sys
import time

import boto3

REGION = "us-east-1"
ACCOUNT = "123456789012"

# Every service that a stack of this repository uses, and those that the provider asks on its own (ec2, sts). A service
# that is missing here is asked for at AWS, which `sealed` makes impossible: the apply fails and names it.
SERVICES = [
    "acm",
    "apigateway",
    "apigatewayv2",
    "applicationautoscaling",
    "apprunner",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "ecr",
    "ecs",
    "elasticache",
    "elbv2",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "rds",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "servicediscovery",
    "sns",
    "sqs",
    "ssm",
    "sts",
]


class Emulator:
    """One empty AWS on loopback, on a free port, for as long as the `with` block lasts."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        (self.folder / "calls").unlink(missing_ok=True)
        self.log = open(self.folder / "emulator.log", "wb")
        self.process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("server.py"), port_file],
            # The emulator ends when this closes, in whatever way this process ends.
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            # The policies that AWS manages are part of every account, and moto has them on request.
            env={**os.environ, "MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
        )
        deadline = time.monotonic() + 60
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"the emulator did not start:\n{(self.folder / 'emulator.log').read_text()}")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port_file.read_text()}"
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def calls(self):
        """The actions of IAM that terraform's calls needed so far, in their order."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def provider(self, block):
        """The arguments that turn a provider, with the block that it has, to the emulator."""
        return {
            # The emulator has one account, whatever the block allows.
            **({"allowed_account_ids": [ACCOUNT]} if "allowed_account_ids" in block else {}),
            "s3_use_path_style": True,
            "skip_credentials_validation": True,
            "skip_metadata_api_check": "true",
            "skip_region_validation": True,
            "max_retries": 2,
            "endpoints": [{service: self.url for service in SERVICES}],
        }

    def backend(self):
        """The arguments that turn the backend for state in S3 to the emulator."""
        return {
            "use_path_style": True,
            "skip_credentials_validation": True,
            "skip_metadata_api_check": True,
            "skip_requesting_account_id": True,
            "skip_region_validation": True,
            "endpoints": {service: self.url for service in ("dynamodb", "iam", "s3", "sts")},
        }


def environment():
    """The environment of terraform: test keys, and none of the user's settings for AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def sealed(variables):
    """The same environment with no way out of this machine."""
    nowhere = "http://127.0.0.1:9"
    return {**variables, "HTTP_PROXY": nowhere, "HTTPS_PROXY": nowhere, "NO_PROXY": "127.0.0.1,localhost"}
