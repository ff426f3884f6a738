"""The steps of rendered workflows that call a program."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

WORKFLOWS = Path("snapshots/workflows")


@dataclass(frozen=True)
class Step:
    """A script, and the variables that the step, its job and its workflow give it."""

    origin: str
    script: str
    variables: tuple[tuple[str, str], ...]


def calling(program: str) -> list[Step]:
    """One step of each kind: those that differ by an environment's name or a number only are one kind."""
    call = re.compile(rf"(^|[\s(|]){program} [a-z]", re.MULTILINE)
    kinds = {}
    for path in sorted(WORKFLOWS.glob("**/.github/workflows/*.yml")):
        workflow = yaml.safe_load(path.read_text())
        for name, job in workflow["jobs"].items():
            for step in job.get("steps", []):
                script = step.get("run", "")
                if not call.search(script):
                    continue
                variables = {}
                for scope in (workflow, job, step):
                    variables |= {key: sample(key, value) for key, value in scope.get("env", {}).items()}
                kind = re.sub(r"\b(dev|staging|production|prod|candidate|live)\b|\d+", "", script)
                origin = f"{path.relative_to(WORKFLOWS)}, job {name}, step {step.get('name')}"
                kinds.setdefault((kind, is_file(variables)), Step(origin, script, tuple(variables.items())))
    return list(kinds.values())


def is_file(variables: dict[str, str]) -> bool:
    return variables.get("PAYLOAD", "").startswith("file://")


def sample(name: str, value: object) -> str:
    """What a variable has in a run: what GitHub would put in is told by the variable's name."""
    return re.sub(r"\$\{\{.*?\}\}", f"sample-of-{name.lower()}", str(value))
