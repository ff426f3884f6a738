"""Whether the role that deploys stacks may do exactly what terraform calls for them."""

import pathlib
import re
import tomllib

from terraform import Failure

LIST = pathlib.Path(__file__).with_name("permissions.toml")
RECORDED = pathlib.Path(__file__).with_name("recorded")
PREFIX = "deploy-"


def roles(everyone):
    """The actions that each role of these documents is permitted, for the roles that deploy."""
    found = {}
    for stack in everyone:
        named = {f"aws_iam_role.{label}": role["name"] for label, role in stack.of_type("aws_iam_role").items()}
        policies = {f"aws_iam_policy.{label}": one["policy"] for label, one in stack.of_type("aws_iam_policy").items()}
        for attachment in stack.of_type("aws_iam_role_policy_attachment").values():
            role, policy = named.get(referred(attachment["role"])), policies.get(referred(attachment["policy_arn"]))
            if role and policy and role.startswith(PREFIX):
                found.setdefault(role, set()).update(actions(policy))
    return found


def referred(text):
    """`aws_iam_role.deploy` of `${aws_iam_role.deploy.arn}`."""
    return ".".join(text.removeprefix("${").split(".")[:2])


def actions(policy):
    """The policy is JSON, or an expression that makes it: the list after `Action` reads the same in both."""
    for value in re.findall(r'"Action"\s*[:=]\s*(\[[^\]]*\]|"[^"]*")', policy):
        yield from re.findall(r'"([^"]+)"', value)


def deployed_by(role, everyone):
    """The stacks that a role deploys: of its name, or whose names begin with it."""
    name = role.removeprefix(PREFIX)
    return {stack.name for stack in everyone if stack.name == name or stack.name.startswith(f"{name}-")}


def recorded():
    """What terraform called for the stacks of each role when they were last on the emulator."""
    return {file.name: set(file.read_text().split()) for file in sorted(RECORDED.iterdir())}


def record(role, called):
    """Keeps what terraform called. Fails if that is not what was recorded before."""
    before = recorded().get(role)
    if called == before:
        return
    partial = RECORDED.with_name(f"{role}.partial")
    partial.write_text("".join(f"{action}\n" for action in sorted(called)))
    partial.replace(RECORDED / role)
    if before is None:
        raise Failure(f"{role}: what terraform calls for it is recorded for the first time\n  hint: commit {RECORDED.name}/{role}")
    changes = [f"+{action}" for action in sorted(called - before)] + [f"-{action}" for action in sorted(before - called)]
    raise Failure(f"{role}: what terraform calls for it is recorded anew: {', '.join(changes)}\n  hint: commit {RECORDED.name}/{role}")


def compare(role, permitted, called):
    """A line about the comparison. Fails at a call that the role may not make, and at a permission for nothing."""
    entries = tomllib.loads(LIST.read_text())["besides"]
    if bare := [entry["actions"] for entry in entries if not entry.get("reason", "").strip()]:
        raise Failure(f"{LIST.name}: {bare[0]} has no reason")
    if missing := called - permitted:
        raise Failure(f"{role} may not do what terraform does for its stacks: {', '.join(sorted(missing))}")
    besides = {action for entry in entries for action in entry["actions"]}
    if unused := permitted - called - besides:
        raise Failure(
            f"{role} may do what terraform never did for its stacks: {', '.join(sorted(unused))}\n"
            f"  hint: take it away, or say in {LIST.name} when it is needed"
        )
    return f"{role} may do all of the {len(called)} actions that terraform called, and {len(permitted - called)} that have a reason"
