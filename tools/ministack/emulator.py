"""The emulator in a process of its own, and the command line against it."""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request


class Emulator:
    """Runs the emulator while the block does, in a folder of its own."""

    def __init__(self, ministack, program):
        self.ministack = ministack
        self.program = program

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        self.environment = os.environ | {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        server = os.environ | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
        self.log = open(self.folder / "emulator.log", "w+")
        command = [self.ministack]
        self.process = subprocess.Popen(command, env=server, stdout=self.log, stderr=self.log, cwd=self.folder)
        try:
            wait_for(self.url, self.process)
        except SystemExit:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, *_):
        self.process.terminate()
        self.process.wait()
        if kind is not None:
            self.log.seek(0)
            print(self.log.read()[-4000:], file=sys.stderr)
        self.log.close()
        self.temporary.cleanup()

    def run(self, *arguments, code=0, more=None):
        """Runs the command line, and fails unless it ends with the code."""
        command = [self.program, *arguments]
        ran = subprocess.run(command, env=self.environment | (more or {}), capture_output=True, text=True)
        print(f"$ {' '.join(arguments)}\n{ran.stdout}{ran.stderr}", end="")
        if ran.returncode != code:
            sys.exit(f"error: exit code {ran.returncode}, and {code} was expected")
        return ran

    def release(self, *arguments, code=0):
        return self.run("release", *arguments, code=code)


def authorization(service):
    """What the emulator looks at: the region and the service. It checks no signature."""
    scope = f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request"
    return f"{scope}, SignedHeaders=host, Signature=0"


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"error: {what}: {found!r}, and {wanted!r} was expected")
    print(f"  {what}: {found!r}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url, process):
    for _ in range(300):
        if process.poll() is not None:
            sys.exit(f"error: the emulator ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    sys.exit("error: the emulator does not answer")
