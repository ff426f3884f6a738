"""Runs the steps that call `aws`: `aws.py VERSION-1 VERSION-2 [PART-OF-A-STEP]`. `tools/command-lines` says what for."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cloud import Cloud, REGION
from steps import Step, calling

STAND_INS = Path("stacks/tests/workflows/stand-ins").resolve()
SECRET = "file:///etc/hostname is text, 'as' \"is\"\tthis: ä $HOME `id`"


@dataclass(frozen=True)
class Scenario:
    """What a step meets, and whether it then succeeds."""

    name: str
    succeeds: bool
    # Whether what it asks for is there.
    is_there: bool = True
    # Whether the stand-in, which does not know what is there, can be asked too.
    of_stand_in: bool = True


def scenarios(step: Step) -> list[Scenario]:
    variables = dict(step.variables)
    found = [Scenario("all is well", succeeds=True)]
    asks = any(name in variables for name in ("NAMES", "TOPIC", "ALARMS", "ALARM_PREFIX", "FUNCTION", "PACKAGE"))
    if asks or "--function-name " in step.script:
        found.append(Scenario("nothing is there", succeeds=False, is_there=False, of_stand_in=False))
    if "ALARMS" in variables or "ALARM_PREFIX" in variables:
        found.append(Scenario("an alarm rings", succeeds=False))
    if "FUNCTION" in variables:
        found.append(Scenario("the function fails", succeeds=False))
    return found


class Runner:
    """Runs steps as GitHub's runners do, each in a folder of its own."""

    def __init__(self, cloud: Cloud, work: Path):
        self.cloud = cloud
        self.work = work
        self.count = 0

    def run(self, step: Step, scenario: Scenario, program: str | None) -> tuple[int, dict, str]:
        """The exit status, what was written, and what was printed; with the stand-in without a program."""
        self.count += 1
        folder = self.work / str(self.count)
        bin_folder = folder / "bin"
        bin_folder.mkdir(parents=True)
        variables = dict(step.variables)
        for name in variables.get("NAMES", "").split():
            variables[name] = SECRET
        self.cloud.reset()
        if scenario.is_there:
            self.cloud.prepare(step.script, variables)
        # The version that the step after a migration asks for.
        variables["VERSION"] = "7"
        if "MINUTES" in variables:
            variables["MINUTES"] = "1"
        answer, error = ({"version": 7}, None)
        if scenario.name == "the function fails":
            answer, error = ({"errorMessage": "no"}, "Unhandled")
        self.cloud.answer = (answer, error)
        ringing = ""
        if scenario.name == "an alarm rings":
            ringing = variables["ALARMS"].split()[-1] if "ALARMS" in variables else variables["ALARM_PREFIX"] + "errors"
            self.cloud.ring(ringing)
        if program is None:
            self._write(bin_folder / "aws", (STAND_INS / "aws.sh").read_text())
            self._tell_stand_in(folder, answer, error, ringing)
        else:
            self._write(bin_folder / "aws", f'#!/bin/bash\nexec "{program}" --endpoint-url {self.cloud.url} "$@"\n')
        for tool in ("docker", "sleep"):
            self._write(bin_folder / tool, "#!/bin/bash\nif [ \"$*\" != \"${*/stdin/}\" ]; then cat >> stdin; fi\n")
        self._add_files(folder, step.script, variables)
        environment = {
            "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true",
            "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "owner/name", "GITHUB_RUN_ID": "5",
            "NOTES": str(folder / "notes"), "AWS_FOLDER": str(folder / "aws"),
        }
        for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"):
            environment[name] = str(folder / name)
            Path(environment[name]).touch()
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.script], cwd=folder,
            env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
        )
        effects = {name: (folder / name).read_text() for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
        if program is None:
            effects |= self._written_by_stand_in(folder)
        else:
            effects |= self.cloud.effects()
        stdin = folder / "stdin"
        effects["a password on standard input"] = stdin.exists() and stdin.read_text().strip() != ""
        return ran.returncode, effects, ran.stdout

    @staticmethod
    def _write(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o755)

    @staticmethod
    def _add_files(folder: Path, script: str, variables: dict[str, str]) -> None:
        if "package/" in script:
            (folder / "package").mkdir()
            (folder / "package/lambda.zip").write_bytes(b"PK\x05\x06" + bytes(18))
            (folder / "package/metadata.json").write_text("{}")
        payload = variables.get("PAYLOAD", "")
        if payload.startswith("file://"):
            path = payload.removeprefix("file://")
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path)

    @staticmethod
    def _tell_stand_in(folder: Path, answer: dict, error: str | None, ringing: str) -> None:
        said = folder / "aws/migrate"
        said.mkdir(parents=True)
        (said / "answer.json").write_text(json.dumps(answer))
        invocation = {"StatusCode": 200} | ({"FunctionError": error} if error else {})
        (said / "invocation.json").write_text(json.dumps(invocation))
        (folder / "aws/ringing").write_text(ringing)

    @staticmethod
    def _written_by_stand_in(folder: Path) -> dict:
        root = folder / "aws"
        files = [path for path in root.rglob("*") if path.is_file() and path.relative_to(root).parts[0] != "migrate"]
        secrets, objects = {}, {}
        for path in files:
            name = str(path.relative_to(root))
            if name.startswith("secrets/"):
                secrets[name.removeprefix("secrets")] = path.read_text()
            elif name != "ringing":
                objects[name] = path.read_bytes()
        return {"secrets": secrets, "objects": objects}


def main() -> int:
    first, second, *part = sys.argv[1:]
    programs = {"version 1": first, "version 2": second, "the stand-in": None}
    steps = calling("aws")
    if len(steps) < 8:
        print(f"error: only {len(steps)} steps call aws: are the workflows where they were?", file=sys.stderr)
        return 1
    mistakes = []
    with tempfile.TemporaryDirectory() as work:
        runner = Runner(Cloud(), Path(work))
        for step in (step for step in steps if not part or part[0] in step.origin):
            for scenario in scenarios(step):
                mistakes += hold(runner, step, scenario, programs)
    for mistake in mistakes:
        print(f"error: {mistake}", file=sys.stderr)
    print(f"{len(steps)} kinds of steps that call aws, {runner.count} runs, {len(mistakes)} mistakes")
    return 1 if mistakes else 0


def hold(runner: Runner, step: Step, scenario: Scenario, programs: dict[str, str | None]) -> list[str]:
    """What a step does otherwise than it should, or with one program otherwise than with another."""
    mistakes, reference = [], None
    for name, program in programs.items():
        if program is None and not scenario.of_stand_in:
            continue
        status, effects, printed = runner.run(step, scenario, program)
        where = f"{step.origin}, {scenario.name}, with {name}"
        if (status == 0) != scenario.succeeds:
            mistakes.append(f"{where}: exit status {status}\n{printed}")
        if SECRET in printed:
            mistakes.append(f"{where}: a secret was printed")
        wrong = [secret for secret, value in effects["secrets"].items() if value != SECRET]
        if wrong:
            mistakes.append(f"{where}: {', '.join(wrong)} have another value than they were given")
        if reference is None:
            reference = effects
        for what, value in effects.items():
            if value != reference[what]:
                mistakes.append(f"{where}: {what} is {value!r}, and was {reference[what]!r} with version 1")
    if scenario.succeeds and reference is not None and not any(reference.values()):
        mistakes.append(f"{step.origin}: it changes nothing and says nothing")
    return mistakes


if __name__ == "__main__":
    sys.exit(main())
