"""The terraform binary, run in one folder."""

import atexit
import json
import os
import pathlib
import shlex
import signal
import subprocess

from service import environment, sealed

# Far above what any step takes; a step that hangs must not take the hour of CI.
LIMIT_SECONDS = 900


# What was started and may still run.
STARTED = []


@atexit.register
def end_all():
    """Ends what still runs, and what that has started, when a check fails or is interrupted."""
    for process in STARTED:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


class Failure(Exception):
    """Something that must hold does not. The text is for the person who runs the check."""


class Terraform:
    """A working folder of terraform, with its documents and overrides, and what it needs in its environment."""

    def __init__(self, folder, variables=None):
        self.folder = pathlib.Path(folder)
        self.variables = variables or {}
        self.folder.mkdir(parents=True, exist_ok=True)

    def write(self, name, document):
        (self.folder / name).write_text(json.dumps(document, indent=2))

    def start(self, *arguments, online=False):
        process = subprocess.Popen(
            ["terraform", *arguments],
            cwd=self.folder,
            env={**(environment() if online else sealed(environment())), **self.variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A group of its own, so that all of it can be ended at once.
            start_new_session=True,
        )
        STARTED.append(process)
        return process

    def run(self, *arguments, accept=(0,), online=False):
        """Runs one command to its end; returns its exit status and output."""
        process = self.start(*arguments, online=online)
        try:
            output, _ = process.communicate(timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired as expired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            raise Failure(f"`{shlex.join(process.args)}` took more than {LIMIT_SECONDS} s:\n{output}") from expired
        if process.returncode not in accept:
            raise Failure(f"`{shlex.join(process.args)}` exited with {process.returncode} in {self.folder}:\n{errors(output)}")
        return process.returncode, output

    def init(self, *arguments):
        # Only this may download: the provider, where no mirror has it.
        self.run("init", "-input=false", "-no-color", *arguments, online=True)

    def apply(self, *arguments):
        self.run("apply", "-auto-approve", "-input=false", "-no-color", *arguments)

    def plan(self, *arguments):
        """Plans, and returns the plan as terraform shows it to machines, or nothing if there are no changes."""
        status, _ = self.run("plan", "-input=false", "-no-color", "-detailed-exitcode", "-out=plan", *arguments, accept=(0, 2))
        return self.show("plan") if status == 2 else None

    def show(self, *plan):
        return json.loads(self.run("show", "-json", *plan)[1])

    def state(self):
        """Every resource of the state by its address, data sources excepted."""
        root = self.show().get("values", {}).get("root_module", {})
        return {one["address"]: one for one in root.get("resources", []) if one["mode"] == "managed"}


def errors(output):
    """The errors of an output, without the progress before them."""
    start = output.find("Error: ")
    return output[start:] if start >= 0 else output
