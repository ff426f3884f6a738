"""Takes AWS stacks through a life on the emulator, with the real provider.

Usage: stacks.py SYNTHESIZED WORK [STACK…]

Applied, planned again without changes, edited, planned again without changes, undisturbed by those after it, destroyed,
nothing left. All stacks share one account, as they do in AWS. State is where the document keeps it: in S3, on the
emulator, or in a file.
"""

import json
import pathlib
import re
import subprocess
import sys
import time

import allowances
import permissions
from packages import package
from service import Emulator
from terraform import Failure, Terraform

PROVIDER = {"source": "hashicorp/aws", "version": "5.100.0"}

# Providers that the sandbox stands in for, since a mirror of AWS's has no others.
SIMULATED = {"hashicorp/random"}

# What a person says on the command line.
VARIABLES = {"worker_ami_id": "ami-0abc123def4567890"}


class Stack:
    """One synthesized document, and the questions that its life asks."""

    def __init__(self, folder):
        self.name = folder.name
        self.text = (folder / "main.tf.json").read_text()
        self.document = json.loads(self.text)

    def of_type(self, kind):
        return self.document.get("resource", {}).get(kind, {})

    def sources(self):
        return {one["source"] for one in self.document["terraform"].get("required_providers", {}).values()}

    def is_of_aws(self):
        return {PROVIDER["source"]} <= self.sources() <= {PROVIDER["source"]} | SIMULATED

    def variables(self):
        wanted = [name for name, one in self.document.get("variable", {}).items() if "default" not in one]
        return {f"TF_VAR_{name}": VARIABLES[name] for name in wanted}

    def backend(self):
        """Where state is in S3; nothing, if it is in a file."""
        return self.document["terraform"].get("backend", {}).get("s3")

    def keeps_its_own_state(self):
        backend = self.backend()
        buckets = self.of_type("aws_s3_bucket").values()
        return backend is not None and any(one.get("bucket") == backend["bucket"] for one in buckets)

    def remote_states(self):
        return self.document.get("data", {}).get("terraform_remote_state", {})

    def reading_from(self, place):
        """The states of others that this stack reads, where the emulator has them."""
        states = {
            name: {"config": {**remote["config"], **place}}
            for name, remote in self.remote_states().items()
            if remote["backend"] == "s3"
        }
        return {"data": {"terraform_remote_state": states}} if states else {}

    def readings_of(self, other):
        """The names and configurations by which this stack reads the state of the other."""
        here = other.backend() or {"path": f"../{other.name}/terraform.tfstate"}
        for name, remote in self.remote_states().items():
            if all(remote["config"].get(one) == here.get(one) for one in ("bucket", "key", "path")):
                yield name, remote

    def reads(self, other):
        return any(self.readings_of(other))

    def packages(self):
        """The bucket and key of each package that a pipeline has put into S3."""
        functions = self.of_type("aws_lambda_function").values()
        return {(one["s3_bucket"], one["s3_key"]) for one in functions if "s3_bucket" in one}

    def aliases_that_stay(self):
        """The addresses of Lambda aliases that releases move, and whether terraform leaves them where they are."""
        return {
            f"aws_lambda_alias.{name}": "function_version" in alias.get("lifecycle", {}).get("ignore_changes", [])
            for name, alias in self.of_type("aws_lambda_alias").items()
        }

    def providers(self, arguments):
        """One provider block for every one of the document, each with these arguments."""
        blocks = self.document.get("provider", {}).get("aws", [{}])
        return {"aws": [{**({"alias": one["alias"]} if "alias" in one else {}), **arguments(one)} for one in blocks]}

    def edit(self):
        """A change of settings: one more tag on everything, and twice the memory for every function."""

        def tagged(provider):
            tags = provider.get("default_tags", [{}])[0].get("tags", {})
            return {"default_tags": [{"tags": {**tags, "Edited": "yes"}}]}

        functions = {
            name: {"memory_size": 2 * function.get("memory_size", 128)}
            for name, function in self.of_type("aws_lambda_function").items()
        }
        return {
            "provider": self.providers(tagged),
            **({"resource": {"aws_lambda_function": functions}} if functions else {}),
        }

    def unguarded(self):
        """What a person would edit before destroying a stack that is guarded against it."""
        lifted = {}
        for kind, resources in self.document["resource"].items():
            for name, resource in resources.items():
                changes = {guard: False for guard in ("deletion_protection", "deletion_protection_enabled") if resource.get(guard)}
                if resource.get("lifecycle", {}).get("prevent_destroy"):
                    changes["lifecycle"] = {"prevent_destroy": False}
                if changes and kind == "aws_s3_bucket":
                    changes["force_destroy"] = True
                if changes:
                    lifted.setdefault(kind, {})[name] = changes
        return lifted


class Life:
    """One stack on one emulator, step by step."""

    def __init__(self, stack, everyone, emulator, work):
        self.stack = stack
        self.everyone = everyone
        self.emulator = emulator
        self.work = work
        self.environment = {**stack.variables(), **self.simulated()}
        # States that are files are read from the folder beside.
        self.terraform = Terraform(work / stack.name, self.environment)
        self.began = time.monotonic()

    def simulated(self):
        """Starts the providers that the sandbox stands in for; they end with this process. Says where they are."""
        sources = sorted(self.stack.sources() & SIMULATED)
        if not sources:
            return {}
        command = ["cargo", "run", "--quiet", "--package", "formwork-sandbox", "--example", "serve", "--"]
        folder = self.work / f"{self.stack.name}-sandbox"
        self.sandbox = subprocess.Popen(
            [*command, folder, self.stack.name, *sources], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        places = self.sandbox.stdout.readline()
        if not places:
            raise Failure(f"the sandbox does not serve {', '.join(sources)} for {self.stack.name}")
        return {"TF_REATTACH_PROVIDERS": places}

    def say(self, text):
        print(f"  {self.stack.name}: {text} ({time.monotonic() - self.began:.0f} s)", flush=True)

    def build(self):
        self.prepare()
        self.apply()
        self.plan_again("after the apply")
        self.change()
        self.plan_again("after the change")
        self.read_by_others()

    def prepare(self):
        (self.terraform.folder / "main.tf.json").write_text(self.stack.text)
        for function in self.stack.of_type("aws_lambda_function").values():
            if "filename" in function:
                (self.terraform.folder / function["filename"]).write_bytes(package())
        self.terraform.write(
            "provider_override.tf.json",
            {
                "terraform": {"required_providers": {"aws": PROVIDER}},
                "provider": self.stack.providers(self.emulator.provider),
                **self.stack.reading_from(self.emulator.backend()),
            },
        )
        self.surroundings()

    def surroundings(self):
        """Makes what the stack takes for granted and is not there: the zone of its domain, and where its state is kept."""
        names = self.emulator.client("route53")
        there = {zone["Name"].rstrip(".") for zone in names.list_hosted_zones()["HostedZones"]}
        for zone in self.stack.document.get("data", {}).get("aws_route53_zone", {}).values():
            if zone["name"] not in there:
                names.create_hosted_zone(Name=zone["name"], CallerReference=zone["name"])
        buckets = {bucket["Name"] for bucket in self.emulator.client("s3").list_buckets()["Buckets"]}
        backend = self.stack.backend()
        if backend and not self.stack.keeps_its_own_state() and backend["bucket"] not in buckets:
            make_state_storage(self.emulator, backend)
        storage = self.emulator.client("s3")
        for bucket, key in self.stack.packages():
            if bucket not in buckets:
                storage.create_bucket(Bucket=bucket)
                buckets.add(bucket)
            storage.put_object(Bucket=bucket, Key=key, Body=package())

    def keep_state(self, backend, *arguments):
        self.terraform.write("backend_override.tf.json", {"terraform": {"backend": backend}})
        self.terraform.init(*arguments)

    def state_in_s3(self):
        return {"s3": {**self.stack.backend(), **self.emulator.backend()}}

    def apply(self):
        if not self.stack.backend():
            self.terraform.init()
            self.terraform.apply()
        elif not self.stack.keeps_its_own_state():
            self.keep_state(self.state_in_s3())
            self.terraform.apply()
        else:
            # The bucket is in the stack: state begins in a file and moves into it, as docs/systems says.
            self.keep_state({"local": {}})
            self.terraform.apply()
            self.keep_state(self.state_in_s3(), "-migrate-state", "-force-copy")
        self.look_for_state()
        self.before = self.terraform.state()
        self.say(f"applied {len(self.before)} resources")

    def look_for_state(self):
        backend = self.stack.backend()
        if not backend:
            if not (self.terraform.folder / "terraform.tfstate").exists():
                raise Failure(f"the state of {self.stack.name} is not in its folder")
            return
        listed = self.emulator.client("s3").list_objects_v2(Bucket=backend["bucket"], Prefix=backend["key"])
        keys = [one["Key"] for one in listed.get("Contents", [])]
        if keys != [backend["key"]]:
            raise Failure(f"the bucket {backend['bucket']} holds {keys}, and not the state of {self.stack.name} without a lock")

    def plan_again(self, when):
        plan = self.terraform.plan()
        drifts = allowances.drifts(plan) if plan else set()
        allowances.compare(self.stack.name, "drift", drifts)
        self.say(f"no changes {when}" + (f", but for {len(drifts)} known drifts of the emulator" if drifts else ""))

    def change(self):
        self.terraform.write("edit_override.tf.json", self.stack.edit())
        plan = self.terraform.plan()
        actions = [(one["address"], one["change"]["actions"]) for one in plan["resource_changes"]] if plan else []
        wrong = [f"{address}: {'/'.join(what)}" for address, what in actions if what not in (["no-op"], ["read"], ["update"])]
        updated = sum(what == ["update"] for _, what in actions)
        if wrong or (self.before and not updated):
            raise Failure(f"an edit of settings must update {updated} resources in place and nothing else: {wrong}")
        self.terraform.run("apply", "-input=false", "-no-color", "plan")
        after = self.terraform.state()
        for address, stays in self.stack.aliases_that_stay().items():
            was, now = (state[address]["values"]["function_version"] for state in (self.before, after))
            if (was == now) != stays:
                raise Failure(f"{address} went from version {was} to {now}, and should {'stay' if stays else 'move'}")
        self.say(f"changed {updated} resources in place")

    def read_by_others(self):
        """The part of other stacks that is AWS: reading this stack's outputs from its state."""
        outputs = self.terraform.show()["values"].get("outputs", {})
        for other in self.everyone:
            for name, remote in other.readings_of(self.stack):
                self.read_by(other, name, remote, outputs)

    def read_by(self, other, name, remote, outputs):
        wanted = sorted(set(re.findall(rf"data\.terraform_remote_state\.{re.escape(name)}\.outputs\.([\w-]+)", other.text)))
        reader = Terraform(self.work / f"{other.name}-reads-{name}")
        place = self.emulator.backend() if remote["backend"] == "s3" else {}
        reader.write(
            "main.tf.json",
            {
                "data": {"terraform_remote_state": {name: {**remote, "config": {**remote["config"], **place}}}},
                "output": {one: {"value": f"${{data.terraform_remote_state.{name}.outputs.{one}}}"} for one in wanted},
            },
        )
        reader.init()
        reader.apply()
        read = json.loads(reader.run("output", "-json")[1])
        expected = {one: outputs[one]["value"] for one in wanted}
        if {one: value["value"] for one, value in read.items()} != expected:
            raise Failure(f"{other.name} reads {read} from the state of {self.stack.name}, where it says {expected}")
        self.say(f"{other.name} reads {len(wanted)} outputs from its state")

    def destroy(self):
        unguarded = self.stack.unguarded()
        if any("lifecycle" in change for resources in unguarded.values() for change in resources.values()):
            status, output = self.terraform.run("plan", "-destroy", "-input=false", "-no-color", accept=(0, 1))
            if status == 0 or "Instance cannot be destroyed" not in output:
                raise Failure(f"{self.stack.name} is guarded against being destroyed, and yet:\n{output}")
            self.say("destroying it is refused")
        if unguarded:
            self.terraform.write("unguarded_override.tf.json", {"resource": unguarded})
            self.terraform.apply()
        if self.stack.keeps_its_own_state():
            self.keep_state({"local": {}}, "-migrate-state", "-force-copy")
        last_state = self.terraform.run("state", "pull")[1]
        self.terraform.run("destroy", "-auto-approve", "-input=false", "-no-color")
        if left := self.terraform.state():
            raise Failure(f"the state still has {sorted(left)}")
        # The bucket may be another stack's, which could not be destroyed with them.
        storage = self.emulator.client("s3")
        for bucket, key in self.stack.packages():
            for version in storage.list_object_versions(Bucket=bucket, Prefix=key).get("Versions", []):
                storage.delete_object(Bucket=bucket, Key=key, VersionId=version["VersionId"])
        self.say("destroyed")
        self.look_for_snapshots()
        self.look_for_remains(last_state)

    def look_for_snapshots(self):
        """What must remain: the last snapshot of each database."""
        listed = self.emulator.client("rds").describe_db_snapshots()["DBSnapshots"]
        taken = {one["DBSnapshotIdentifier"] for one in listed}
        # What differs from one life to the next is known to the state only, and stands at the end.
        named = (one["final_snapshot_identifier"] for one in self.stack.of_type("aws_db_instance").values())
        wanted = {name.split("${")[0] for name in named}
        if missing := {start for start in wanted if not any(name.startswith(start) for name in taken)}:
            raise Failure(f"{self.stack.name} was destroyed without the last snapshot of its database: {', '.join(missing)}")

    def look_for_remains(self, last_state):
        """Asks the provider for everything that the last state knew: all of it must be gone."""
        search = Terraform(self.work / f"{self.stack.name}-remains", self.environment)
        for document in self.terraform.folder.glob("*.tf.json"):
            (search.folder / document.name).write_text(document.read_text())
        for package in self.terraform.folder.glob("*.zip"):
            (search.folder / package.name).write_bytes(package.read_bytes())
        search.write("backend_override.tf.json", {"terraform": {"backend": {"local": {}}}})
        search.init()
        (search.folder / "terraform.tfstate").write_text(last_state)
        # What the sandbox stands in for is nowhere but in the state.
        of_aws = (one for one in search.state().values() if one["provider_name"].endswith(PROVIDER["source"]))
        known = {one["address"] for one in of_aws}
        plan = search.plan("-refresh-only") or {}
        gone = {one["address"] for one in plan.get("resource_drift", []) if one["change"]["actions"] == ["delete"]}
        remains = {address.split(".")[0] for address in known - gone}
        allowances.compare(self.stack.name, "remains", remains)
        but = f", but for known remains: {', '.join(sorted(remains))}" if remains else ""
        self.say(f"nothing left of {len(known)} resources{but}")


def with_what_they_read(stacks, able):
    """These stacks, and those whose states they cannot do without."""
    found = list(dict.fromkeys(stacks))
    for stack in found:
        found.extend(other for other in able if other not in found and stack.reads(other))
    return found


def in_order(stacks):
    """What makes the bucket of states comes first, then what others read."""
    rest = sorted(stacks, key=lambda stack: not stack.keeps_its_own_state())
    ordered = []
    while rest:
        ready = next((one for one in rest if not any(one.reads(other) for other in rest)), rest[0])
        rest.remove(ready)
        ordered.append(ready)
    return ordered


def make_state_storage(emulator, backend):
    """Makes what shtetl-bootstrap makes in AWS: the bucket of the state, and the table of its locks."""
    storage = emulator.client("s3")
    storage.create_bucket(Bucket=backend["bucket"])
    storage.put_bucket_versioning(Bucket=backend["bucket"], VersioningConfiguration={"Status": "Enabled"})
    if table := backend.get("dynamodb_table"):
        emulator.client("dynamodb").create_table(
            TableName=table,
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


def main():
    synthesized, work, *wanted = sys.argv[1:]
    everyone = [Stack(document.parent) for document in sorted(pathlib.Path(synthesized).glob("*/main.tf.json"))]
    able = {stack.name: stack for stack in everyone if stack.is_of_aws()}
    if unknown := set(wanted) - set(able):
        raise Failure(f"no stack of AWS is called {', '.join(sorted(unknown))}\n  hint: there are {', '.join(able)}")
    if not able:
        raise Failure(f"{synthesized} has no stack of AWS")
    allowances.check(able)
    with Emulator(work) as emulator:
        chosen = in_order(with_what_they_read([able[name] for name in wanted or able], able.values()))
        lives = [Life(stack, everyone, emulator, emulator.folder) for stack in chosen]
        called = {}

        def take(step, life):
            """What terraform calls meanwhile is for this stack."""
            before = len(emulator.calls())
            step()
            called.setdefault(life.stack.name, set()).update(emulator.calls()[before:])

        for life in lives:
            take(life.build, life)
        for life in lives[:-1]:
            life.plan_again("after the other stacks")
        for life in reversed(lives):
            take(life.destroy, life)
        for role, permitted in permissions.roles(everyone).items():
            stacks = permissions.deployed_by(role, everyone)
            if stacks and stacks <= set(called):
                calls = set().union(*(called[name] for name in stacks))
                print(f"  {permissions.compare(role, permitted, calls)}")
                permissions.record(role, calls)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
