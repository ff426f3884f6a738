"""Releases a function of shtetl-dev on the emulator, through the command line.

Usage: release.py MINISTACK PROGRAM

Started, verified, promoted, asked through its alias, watched as a canary, rolled back, taken through a refusal.
"""

import base64
import io
import json
import sys
import urllib.request
import zipfile

from emulator import Emulator, authorization, expect

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
        request.add_header("authorization", authorization("lambda"))
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def ask(self, qualifier):
        return self.call("POST", f"/{FUNCTION}/invocations?Qualifier={qualifier}", {})["answer"]


def life(emulator, function):
    release = emulator.release
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
    zipped = emulator.folder / "new.zip"
    zipped.write_bytes(package("new"))
    start = ["start", SERVICE, "--package", str(zipped), "--commit", "4f2a9c1d"]
    release(*start, "--dry-run")
    expect("the candidate after a dry run", function.ask(CANDIDATE), "old")
    release(*start)
    expect("the candidate", function.ask(CANDIDATE), "new")
    expect("the stable alias", function.ask(STABLE), "old")
    refused = release("promote", SERVICE, code=1)
    expect("an untested candidate is refused", "is not verified" in refused.stderr, True)
    release("verify", SERVICE, "--attest", "asked through its alias")
    release("promote", SERVICE, "--release", "4f2a9c1d")
    expect("the stable alias", function.ask(STABLE), "new")
    status = json.loads(release("status", SERVICE, "--json").stdout)[0]
    expect("the state", status["state"], "promoted")
    release("history", SERVICE)
    release("rollback", SERVICE)
    expect("the stable alias", function.ask(STABLE), "old")
    release(*start)
    release("promote", SERVICE, "--unverified")
    expect("the stable alias", function.ask(STABLE), "new")
    gone = release("rollback", SERVICE, "--to", "99", code=1)
    expect("a version that is gone is said", "version 99" in gone.stderr, True)
    # Somebody in the console gives weights: nothing begins before they are gone.
    weights = {"FunctionVersion": "2", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.25}}}
    function.call("PUT", f"/{FUNCTION}/aliases/{STABLE}", weights)
    foreign = release(*start, code=1)
    expect("foreign weights are refused", "weights that no release gave it" in foreign.stderr, True)
    release("rollback", SERVICE)
    expect("the stable alias", function.ask(STABLE), "new")


def main():
    with Emulator(*sys.argv[1:]) as emulator:
        life(emulator, Lambda(emulator.url))


main()
