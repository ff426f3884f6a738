"""Releases the four services of cat-house-staging as one on the emulator's ECS and load balancing.

Usage: services.py MINISTACK PROGRAM

The emulator runs no containers without Docker, so a deployment is over as soon as ECS has taken it, and there is no
migration task to wait for.
"""

import json
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree

from emulator import Emulator, authorization, expect

PREFIX = "cat-house-staging"
SERVICES = ["auth", "catalog", "installation", "proxy"]


class Cluster:
    def __init__(self, emulator):
        self.emulator = emulator
        self.groups = {}
        self.ecs("CreateCluster", clusterName=PREFIX)
        for service in SERVICES:
            name = f"{PREFIX}-{service}"
            container = {"name": "app", "image": f"{service}:1", "essential": True}
            self.ecs("RegisterTaskDefinition", family=name, containerDefinitions=[container])
            self.ecs("CreateService", cluster=PREFIX, serviceName=name, taskDefinition=f"{name}:1", desiredCount=1)
            group = self.balancing(Action="CreateTargetGroup", Name=service, Protocol="HTTP", Port="80", TargetType="ip")
            self.groups[service] = group["TargetGroupArn"]
            target = {"Targets.member.1.Id": "10.50.0.4"}
            self.balancing(Action="RegisterTargets", TargetGroupArn=self.groups[service], **target)

    def ecs(self, action, **body):
        request = urllib.request.Request(self.emulator.url, json.dumps(body).encode())
        request.add_header("authorization", authorization("ecs"))
        request.add_header("content-type", "application/x-amz-json-1.1")
        request.add_header("x-amz-target", f"AmazonEC2ContainerServiceV20141113.{action}")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def balancing(self, **parameters):
        request = urllib.request.Request(self.emulator.url, urllib.parse.urlencode(parameters).encode())
        request.add_header("authorization", authorization("elasticloadbalancing"))
        with urllib.request.urlopen(request, timeout=60) as answer:
            root = xml.etree.ElementTree.fromstring(answer.read())
        return {element.tag.rsplit("}", 1)[-1]: element.text for element in root.iter()}

    def serving(self):
        """The images that the services run."""
        images = []
        for service in SERVICES:
            found = self.ecs("DescribeServices", cluster=PREFIX, services=[f"{PREFIX}-{service}"])["services"][0]
            definition = self.ecs("DescribeTaskDefinition", taskDefinition=found["taskDefinition"])
            images.append(definition["taskDefinition"]["containerDefinitions"][0]["image"])
        return images

    def release(self, verb, *arguments, code=0):
        outputs = [f"{service}_target_group_arn={arn}" for service, arn in self.groups.items()]
        outputs = [part for output in outputs for part in ("--output", output)]
        return self.emulator.release(verb, PREFIX, *outputs, *arguments, code=code)


def main():
    with Emulator(*sys.argv[1:]) as emulator:
        cluster = Cluster(emulator)
        images = [part for service in SERVICES for part in ("--image", f"{service}={service}:2")]
        patience = ["--interval", "100ms", "--limit", "1m"]
        cluster.release("start", *images, "--commit", "4f2a9c1d")
        expect("before the promotion", cluster.serving(), [f"{service}:1" for service in SERVICES])
        refused = cluster.release("promote", *patience, code=1)
        expect("untested candidates are refused", "is not verified" in refused.stderr, True)
        cluster.release("promote", "--unverified", *patience)
        expect("after it", cluster.serving(), [f"{service}:2" for service in SERVICES])
        status = json.loads(cluster.release("status", "--json").stdout)
        expect("the commits", [service["commit"] for service in status], ["4f2a9c1d"] * len(SERVICES))
        cluster.release("rollback", *patience)
        expect("taken back", cluster.serving(), [f"{service}:1" for service in SERVICES])
        again = cluster.release("rollback", *patience)
        expect("the same again changes nothing", again.stderr.count("already"), len(SERVICES))
        refused = cluster.release("promote", "--unverified", *patience, code=1)
        expect("what was taken back is refused", "was taken back" in refused.stderr, True)


main()
