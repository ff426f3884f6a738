"""Shows that state in S3 with terraform's own lock file survives what happens to it, on the emulator.

Usage: state.py WORK

Two applies at the same time: the lock refuses one, and nothing is lost. An apply killed with -9 in the middle: the next
run continues from the state that it left, once its lock is removed.
"""

import json
import os
import pathlib
import re
import signal
import sys
import time

from service import REGION, Emulator
from terraform import Failure, Terraform

BUCKET = "terraform-state"
KEY = "proof/terraform.tfstate"
LOCK = f"{KEY}.tflock"
APPLY = ("apply", "-auto-approve", "-input=false", "-no-color")


# What terraform waits at least between two writes of the state while it applies; it cannot be told a shorter time.
PERSIST_SECONDS = 20


class Proof:
    """A configuration with state in S3, in which resources wait for leave before they are done."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.storage = emulator.client("s3")
        self.storage.create_bucket(Bucket=BUCKET)
        self.storage.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})

    def checkout(self, name, gates):
        """One person's copy of the configuration: `first`, then a resource for each gate, then `last`."""
        terraform = Terraform(self.emulator.folder / name)
        resources = {"first": {"input": "first"}}
        before = "first"
        for gate in gates:
            resources[gate.name] = {
                "input": f"${{terraform_data.{before}.output}}",
                "provisioner": [{"local-exec": {"command": gate.command}}],
            }
            before = gate.name
        resources["last"] = {"input": name, "depends_on": [f"terraform_data.{before}"]}
        backend = {"bucket": BUCKET, "key": KEY, "region": REGION, "use_lockfile": True, **self.emulator.backend()}
        terraform.write("main.tf.json", {"terraform": {"backend": {"s3": backend}}, "resource": {"terraform_data": resources}})
        terraform.init()
        return terraform

    def stored(self):
        """The state as it is in the bucket, or nothing."""
        if KEY not in self.keys():
            return None
        return json.loads(self.storage.get_object(Bucket=BUCKET, Key=KEY)["Body"].read())

    def keys(self):
        return [one["Key"] for one in self.storage.list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def locked(self):
        return LOCK in self.keys()

    def holds(self, condition, text):
        if not condition:
            raise Failure(f"this does not hold: {text}")
        print(f"  state: {text}", flush=True)


class Gate:
    """Where an apply says that it has come, and waits for leave to go on; both are files, so no timing is in it."""

    def __init__(self, emulator, name):
        folder = emulator.folder.resolve()
        self.name = name
        self.reached = folder / f"{name}.reached"
        self.leave = folder / f"{name}.leave"
        self.command = f"touch '{self.reached}'; while [ ! -e '{self.leave}' ]; do sleep 0.05; done"

    def wait(self, process):
        wait_for(self.reached.exists, process, f"come to `{self.name}`")

    def open(self):
        self.leave.touch()


def wait_for(condition, process, what):
    deadline = time.monotonic() + 120
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise Failure(f"an apply did not {what}:\n{process.communicate()[0]}")
        time.sleep(0.05)


def ids(resources):
    """The identity of each resource: one that is made anew has another."""
    return {address: one["values"]["id"] for address, one in resources.items()}


def two_at_once(emulator):
    proof = Proof(emulator)
    gate = Gate(emulator, "middle")
    one, other = proof.checkout("one", [gate]), proof.checkout("other", [gate])
    running = one.start(*APPLY)
    gate.wait(running)
    proof.holds(proof.locked(), "an apply that runs holds the lock file")

    status, output = other.run(*APPLY, "-lock-timeout=0s", accept=(0, 1))
    proof.holds(status == 1 and "Error acquiring the state lock" in output, "a second apply at the same time is refused")
    proof.holds(
        re.search(rf"Path:\s+{BUCKET}/{KEY}", output) and "OperationTypeApply" in output,
        "the refusal names the state and the operation that holds it",
    )
    proof.holds(proof.locked() and running.poll() is None, "the refusal leaves the lock to the first apply")

    gate.open()
    running.communicate()
    proof.holds(running.returncode == 0 and not proof.locked(), "the first apply ends well and releases the lock")
    made = ids(other.state())
    wanted = {"terraform_data.first", "terraform_data.middle", "terraform_data.last"}
    proof.holds(set(made) == wanted, "nothing that it made is lost")

    other.apply()
    state = other.state()
    proof.holds(
        ids(state) == made and state["terraform_data.last"]["values"]["output"] == "other",
        "the second, tried again, changes what the first made and makes nothing twice",
    )


def killed_in_the_middle(emulator):
    proof = Proof(emulator)
    early, middle = Gate(emulator, "early"), Gate(emulator, "middle")
    folder = proof.checkout("killed", [early, middle])
    running = folder.start(*APPLY)
    early.wait(running)
    # Terraform writes the state when a resource is done and the last write is long enough ago: let it be so for `early`.
    time.sleep(PERSIST_SECONDS + 1)
    early.open()
    middle.wait(running)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    proof.holds(running.returncode == -signal.SIGKILL, "an apply is killed with -9 in the middle")
    left = proof.stored()
    proof.holds(
        left and {one["name"] for one in left["resources"]} == {"first", "early"},
        "its state is in the bucket and has what was done by then",
    )
    proof.holds(proof.locked(), "its lock stays")

    status, output = folder.run("plan", "-input=false", "-no-color", "-lock-timeout=0s", accept=(0, 1))
    lock = re.search(r"ID:\s+([0-9a-f-]{36})", output)
    proof.holds(status == 1 and lock, "the next run is refused and names the lock")
    folder.run("force-unlock", "-force", lock[1])
    proof.holds(not proof.locked(), "force-unlock removes it")

    before = ids(folder.state())
    middle.open()
    folder.apply()
    after = ids(folder.state())
    proof.holds(
        len(after) == 4 and {address: after[address] for address in before} == before,
        "the next run continues: it keeps what was done and makes the rest",
    )
    now = proof.stored()
    proof.holds(
        now["lineage"] == left["lineage"] and now["serial"] > left["serial"] and not proof.locked(),
        "the state is the same one, further on, and free",
    )
    proof.holds(folder.plan() is None, "and there is nothing left to do")


def main():
    work = pathlib.Path(sys.argv[1])
    for part in (two_at_once, killed_in_the_middle):
        with Emulator(work / part.__name__) as emulator:
            part(emulator)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"error: {failure}")
