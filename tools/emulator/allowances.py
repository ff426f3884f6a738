"""What the emulator is allowed to get wrong: exactly what `allowances.toml` says, no more and no less."""

import pathlib
import tomllib

from terraform import Failure

LIST = pathlib.Path(__file__).with_name("allowances.toml")


def drifts(plan):
    """The arguments that a plan would change, as `type.argument`; `type:create` and the like for more than updates."""
    found = set()
    for one in plan["resource_changes"]:
        change = one["change"]
        if change["actions"] in (["no-op"], ["read"]):
            continue
        if change["actions"] != ["update"]:
            found.add(f"{one['type']}:{'/'.join(change['actions'])}")
            continue
        before, after, unknown = change["before"], change["after"], change["after_unknown"]
        found |= {f"{one['type']}.{name}" for name in before if before[name] != after.get(name) or unknown.get(name)}
    found |= {f"output {name}" for name, one in plan.get("output_changes", {}).items() if one["actions"] != ["no-op"]}
    return found


def entries(kind):
    return tomllib.loads(LIST.read_text()).get(kind, [])


def check(stacks):
    """Fails if an entry has no reason, or is about a stack that there is not."""
    for kind in ("drift", "remains"):
        for entry in entries(kind):
            if not entry.get("reason", "").strip():
                raise Failure(f"{LIST.name}: {entry['what']} has no reason")
            if unknown := set(entry["stacks"]) - set(stacks):
                raise Failure(f"{LIST.name}: {entry['what']} names {', '.join(sorted(unknown))}, which is no stack of AWS")


def compare(stack, kind, found):
    """Fails unless what was found is what is allowed for this stack."""
    allowed = {one["what"] for one in entries(kind) if stack in one["stacks"]}
    if new := found - allowed:
        raise Failure(f"{stack}: {kind} that is not in {LIST.name}: {', '.join(sorted(new))}")
    if stale := allowed - found:
        raise Failure(f"{stack}: {kind} in {LIST.name} that is not there any more: {', '.join(sorted(stale))}\n  hint: remove it")
