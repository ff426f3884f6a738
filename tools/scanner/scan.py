"""Scans synthesized documents with checkov, and compares what it finds with `waivers.toml`."""

import collections
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

WAIVERS = pathlib.Path(__file__).with_name("waivers.toml")

# What checkov's reader of Terraform JSON takes for a broken document: a block whose arguments are not objects.
UNREADABLE = ("terraform", "moved", "import", "removed", "check")

# A document that must not pass: if checkov finds nothing in it, it reads nothing.
OPEN = {
    "resource": {
        "aws_security_group": {
            "open": {
                "ingress": [{"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}],
            }
        }
    }
}
OPEN_STACK, OPEN_CHECK = "not-a-stack", "CKV_AWS_24"

Finding = collections.namedtuple("Finding", "check title stack name")


class Failure(Exception):
    pass


def prepare(documents, folder):
    """Writes what checkov can read of each document, and the one that must not pass."""
    for document in documents:
        content = json.loads(document.read_text())
        write(folder / document.parent.name, {key: value for key, value in content.items() if key not in UNREADABLE})
    write(folder / OPEN_STACK, OPEN)


def write(folder, content):
    folder.mkdir()
    (folder / "main.tf.json").write_text(json.dumps(content))


def scan(folder):
    checkov = pathlib.Path(sys.executable).with_name("checkov")
    run = subprocess.run(
        [checkov, "--framework", "terraform_json", "--directory", folder, "--compact", "--output", "json", "--skip-download"],
        capture_output=True,
        text=True,
    )
    try:
        report = json.loads(run.stdout)
    except json.JSONDecodeError:
        raise Failure(f"checkov ended with {run.returncode} and no report:\n{run.stdout}{run.stderr}") from None
    if unread := report["results"].get("parsing_errors"):
        raise Failure(f"checkov cannot read {', '.join(unread)}")
    read = {stack(one) for kind in ("passed_checks", "failed_checks") for one in report["results"][kind]}
    # Some checks come with several findings for one resource.
    found = {
        Finding(one["check_id"], one["check_name"], stack(one), one["resource"].rsplit(".", 1)[-1])
        for one in report["results"]["failed_checks"]
    }
    return report["summary"]["passed"], read, found


def stack(one):
    return pathlib.Path(one["file_path"]).parent.name


def waivers():
    entries = tomllib.loads(WAIVERS.read_text())["waiver"]
    for entry in entries:
        if unknown := entry.keys() - {"checks", "resources", "stacks", "reason"}:
            raise Failure(f"{WAIVERS.name}: {entry.get('checks')} has {', '.join(sorted(unknown))}, which no waiver has")
        if not entry.get("reason", "").strip():
            raise Failure(f"{WAIVERS.name}: {entry.get('checks')} has no reason")
    return entries


def covers(entry, check, finding):
    return (
        check == finding.check
        and any(fnmatch.fnmatchcase(finding.name, pattern) for pattern in entry.get("resources", ["*"]))
        and any(fnmatch.fnmatchcase(finding.stack, pattern) for pattern in entry.get("stacks", ["*"]))
    )


def compare(found, entries):
    """The number of waived findings. Fails at one that no waiver covers, and at a waiver that covers none."""
    open_ones = [one for one in sorted(found) if not any(covers(entry, check, one) for entry in entries for check in entry["checks"])]
    stale = [
        check for entry in entries for check in entry["checks"] if not any(covers(entry, check, one) for one in found)
    ]
    lines = [f"{one.stack}: {one.name}: {one.title} ({one.check})" for one in open_ones]
    lines += [f"{WAIVERS.name}: nothing needs this waiver of {check} any more" for check in stale]
    if lines:
        raise Failure("\n".join(lines))
    return len(found)


def main():
    documents = sorted(pathlib.Path(sys.argv[1]).glob("*/main.tf.json"))
    if not documents:
        raise Failure(f"there is no document in {sys.argv[1]}")
    entries = waivers()
    with tempfile.TemporaryDirectory() as folder:
        prepare(documents, pathlib.Path(folder))
        passed, read, found = scan(folder)
    if not any(one.check == OPEN_CHECK and one.stack == OPEN_STACK for one in found):
        raise Failure(f"checkov passes a security group that is open to everyone: it does not read the documents")
    found = {one for one in found if one.stack != OPEN_STACK}
    waived = compare(found, entries)
    # A stack without resources has nothing to scan.
    scanned = len(read - {OPEN_STACK})
    print(f"checkov: {passed} checks passed in {scanned} of {len(documents)} documents, {waived} findings are waived")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        sys.exit(1)
