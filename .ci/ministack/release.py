"""Releases a function of shtetl-dev on the emulator, through the command line.

Usage: release.py MINISTACK PROGRAM

Started, verified, promoted, asked through its alias, watched as a canary, rolled back, taken through a refusal.
"""

import base64
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

FUNCTION = "shtetl-dev-zmanim"
SERVICE = "shtetl-dev/zmanim"
STABLE, CANDIDATE = "dev", "dev-candidate"


def package(answer):
    """A zipped Python function that answers one text. The same answer gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("index.py", (2026, 1, 1, 0, 0, 0))
        archive.writestr(entry, f"def handler(event, context):\n    return {{'answer': {answer!r}}}\n")
    return buffer.getvalue()


class Lambda:
    """The emulator's Lambda, over its REST API."""

    def __init__(self, url):
        self.url = url

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/2015-03-31/functions{path}", data, method=method)
        request.add_header("content-type", "application/json")
        # The emulator looks at the region and the service in it, and at nothing else.
        scope = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request"
        request.add_header("authorization", f"{scope}, SignedHeaders=host, Signature=0")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def ask(self, qualifier):
        return self.call("POST", f"/{FUNCTION}/invocations?Qualifier={qualifier}", {})["answer"]


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


def release(program, environment, *arguments, code=0):
    ran = subprocess.run([program, "release", *arguments], env=environment, capture_output=True, text=True)
    print(f"$ release {' '.join(arguments)}\n{ran.stdout}{ran.stderr}", end="")
    if ran.returncode != code:
        sys.exit(f"error: exit code {ran.returncode}, and {code} was expected")
    return ran


def expect(what, found, wanted):
    if found != wanted:
        sys.exit(f"error: {what}: {found!r}, and {wanted!r} was expected")
    print(f"  {what}: {found!r}")


def life(program, environment, function, folder):
    code = base64.b64encode(package("old")).decode()
    function.call(
        "POST",
        "",
        {
            "FunctionName": FUNCTION,
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": "arn:aws:iam::000000000000:role/function",
            "Code": {"ZipFile": code},
            "Publish": True,
        },
    )
    for alias in (STABLE, CANDIDATE):
        function.call("POST", f"/{FUNCTION}/aliases", {"Name": alias, "FunctionVersion": "1"})
    expect("before", function.ask(STABLE), "old")
    zipped = folder / "new.zip"
    zipped.write_bytes(package("new"))
    start = ["start", SERVICE, "--package", str(zipped), "--commit", "4f2a9c1d"]
    release(program, environment, *start, "--dry-run")
    expect("the candidate after a dry run", function.ask(CANDIDATE), "old")
    release(program, environment, *start)
    expect("the candidate", function.ask(CANDIDATE), "new")
    expect("the stable alias", function.ask(STABLE), "old")
    refused = release(program, environment, "promote", SERVICE, code=1)
    expect("an untested candidate is refused", "is not verified" in refused.stderr, True)
    release(program, environment, "verify", SERVICE, "--attest", "asked through its alias")
    release(program, environment, "promote", SERVICE, "--release", "4f2a9c1d")
    expect("the stable alias", function.ask(STABLE), "new")
    status = json.loads(release(program, environment, "status", SERVICE, "--json").stdout)[0]
    expect("the state", status["state"], "promoted")
    release(program, environment, "history", SERVICE)
    release(program, environment, "rollback", SERVICE)
    expect("the stable alias", function.ask(STABLE), "old")
    release(program, environment, *start)
    release(program, environment, "promote", SERVICE, "--unverified")
    expect("the stable alias", function.ask(STABLE), "new")
    gone = release(program, environment, "rollback", SERVICE, "--to", "99", code=1)
    expect("a version that is gone is said", "version 99" in gone.stderr, True)
    # Somebody in the console gives weights: nothing begins before they are gone.
    weights = {"FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.25}}}
    function.call("PUT", f"/{FUNCTION}/aliases/{STABLE}", weights)
    foreign = release(program, environment, *start, code=1)
    expect("foreign weights are refused", "weights that no release gave it" in foreign.stderr, True)
    release(program, environment, "rollback", SERVICE)
    expect("the stable alias", function.ask(STABLE), "new")


def main():
    ministack, program = sys.argv[1:]
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        server = os.environ | {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MINISTACK_HOST": "127.0.0.1"}
        log = open(pathlib.Path(folder) / "emulator.log", "w+")
        emulator = subprocess.Popen([ministack], env=server, stdout=log, stderr=log, cwd=folder)
        try:
            wait_for(url, emulator)
            life(program, environment, Lambda(url), pathlib.Path(folder))
        except (urllib.error.URLError, SystemExit):
            log.seek(0)
            print(log.read()[-4000:], file=sys.stderr)
            raise
        finally:
            emulator.terminate()
            emulator.wait()


main()
