"""Runs the steps that call `gh`, with the real one in front of a fake of GitHub's API: `gh.py GH`.

No registry has a GitHub, so what the API answers is written down here, from GitHub's documentation. What is held to the real
program is what it takes: options that it does not know, an order of arguments, what it asks with them.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from steps import calling

SHA = "0123456789abcdef0123456789abcdef01234567"
VALUES = {"COMMIT": SHA, "VERSION": SHA, "PULL_REQUEST": "5", "TAG": "v1.2.3", "BRANCH": "main", "GH_REPO": "owner/name"}
PAGE = {"totalCount": 0, "nodes": [], "pageInfo": {"hasNextPage": False, "endCursor": ""}}

# What GitHub answers, by method and path.
ANSWERS = [
    ("GET .*/actions/workflows/[^/]+/runs.*", {"total_count": 1, "workflow_runs": [{"id": 7, "workflow_id": 3}]}),
    ("GET .*/actions/workflows/[^/]+", {"id": 3, "name": "Deploy", "path": ".github/workflows/deploy.yml"}),
    ("GET .*/actions/runs/7/artifacts.*", {"total_count": 0, "artifacts": []}),
    ("GET .*/issues/5/comments.*", []),
    ("POST .*/issues/5/comments", {"id": 1}),
    ("POST .*/statuses/.*", {"id": 1}),
    ("GET .*/git/ref/heads/.*", {"object": {"sha": "1" * 40}}),
    ("GET .*/git/commits/.*", {"tree": {"sha": "2" * 40}}),
    ("POST .*/git/(trees|commits)", {"sha": "3" * 40}),
    ("PATCH .*/git/refs/heads/.*", {"ref": "refs/heads/x"}),
    ("(GET|HEAD) .*/releases/tags/.*", None),
    ("POST .*/releases", {"id": 9, "url": "http://api.github.localhost/repos/owner/name/releases/9",
                          "upload_url": "http://api.github.localhost/upload/9{?name,label}",
                          "html_url": "https://github.com/owner/name/releases/9"}),
    ("POST /upload/9.*", {"id": 1}),
    ("PATCH .*/releases/9", {"id": 9, "html_url": "https://github.com/owner/name/releases/9"}),
    ("GET /repos/[^/]+/[^/]+", {"id": 1, "default_branch": "dev", "full_name": "owner/name"}),
]

REPOSITORY = {
    "id": "R1", "name": "name", "owner": {"login": "owner"}, "hasIssuesEnabled": True, "viewerPermission": "WRITE",
    "defaultBranchRef": {"name": "dev"}, "isPrivate": False, "mergeCommitAllowed": True, "rebaseMergeAllowed": True,
    "squashMergeAllowed": True, "description": "", "issues": PAGE, "pullRequests": PAGE, "parent": None,
    "issueTemplates": [], "pullRequestTemplates": [],
}

# What each step asks at least, by its name, in this order: a method and a path, or an operation of GraphQL.
ASKED = {
    "Ask whether staging ran it": ["GET /repos/owner/name/actions/workflows/deploy-staging.yml/runs"],
    "Open an issue": ["IssueList", "RepositoryInfo", "IssueCreate"],
    "Publish": ["POST /repos/owner/name/releases"],
    "Comment on the pull request": ["GET /repos/owner/name/issues/5/comments", "POST /repos/owner/name/issues/5/comments"],
    "Report": [f"POST /repos/jcom-dev/shtetl-api/statuses/{SHA}"],
    "Propose the commit for the submodule": [
        "GET /repos/owner/name/git/ref/heads/dev", f"GET /repos/owner/name/git/commits/{'1' * 40}",
        "POST /repos/owner/name/git/trees", "POST /repos/owner/name/git/commits",
        "PATCH /repos/owner/name/git/refs/heads/submodule/shtetl-api", "PullRequestList", "PullRequestCreate",
    ],
}


class GitHub(BaseHTTPRequestHandler):
    """GitHub's API, reached as a proxy: gh speaks HTTP to the host `github.localhost` alone."""

    asked: list[str] = []

    def answer(self) -> None:
        body = self.body()
        path = re.sub(r"^http://[^/]+", "", self.path)
        if path == "/graphql":
            self.send(200, {"data": self.graphql(json.loads(body)["query"])})
            return
        called = f"{self.command} {path}"
        self.asked.append(called.split("?")[0])
        for pattern, answer in ANSWERS:
            if re.fullmatch(pattern, called):
                self.send(404 if answer is None else 200, answer if answer is not None else {"message": "Not Found"})
                return
        self.send(404, {"message": f"the fake knows nothing of {called}"})

    def body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def graphql(self, query: str) -> dict:
        named = re.search(r"(query|mutation) (\w+)", query)
        operation = named.group(2) if named else "?"
        if "__type" in query:
            names = re.findall(r"(\w+): ?__type", query)
            return {name: {"fields": [], "inputFields": [], "enumValues": []} for name in names}
        self.asked.append(operation)
        # gh takes no field that it did not ask for.
        if operation == "RepositoryFindRef":
            return {"repository": {"ref": {"id": "R2"}}}
        issue = {"id": "I1", "number": 1, "url": "https://github.com/owner/name/issues/1"}
        return {
            "repository": REPOSITORY, "viewer": {"login": "bot"},
            "createIssue": {"issue": issue}, "createPullRequest": {"pullRequest": issue},
        }

    def send(self, status: int, value: object) -> None:
        text = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = answer

    def log_message(self, *arguments: object) -> None:
        pass


def run(step, program: str, proxy: str, folder: Path) -> subprocess.CompletedProcess:
    """Runs a step as a runner does, in a folder with the files that the step takes."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    (bin_folder / "gh").symlink_to(program)
    (folder / "comment.md").write_text("Migrations: success\n")
    (folder / "binaries").mkdir()
    (folder / "binaries/replicator-linux").write_text("a program")
    environment = {
        "PATH": f"{bin_folder}:{os.environ['PATH']}", "HOME": str(folder), "GH_HOST": "github.localhost",
        "http_proxy": proxy, "GH_PROMPT_DISABLED": "1", "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "owner/name", "GITHUB_RUN_ID": "5", "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"), "GH_ENTERPRISE_TOKEN": "token",
    }
    variables = {name: VALUES.get(name, value) for name, value in step.variables}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step.script], cwd=folder,
        env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=600,
    )


def is_within(expected: list[str], asked: list[str]) -> bool:
    """Whether all of it was asked in this order. Versions of gh differ in what they look up besides."""
    rest = iter(asked)
    return all(call in rest for call in expected)


def main() -> int:
    server = ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = f"http://127.0.0.1:{server.server_port}"
    steps, mistakes = calling("gh"), []
    if len(steps) < 5:
        mistakes.append(f"only {len(steps)} steps call gh: are the workflows where they were?")
    for step in steps:
        GitHub.asked.clear()
        with tempfile.TemporaryDirectory() as folder:
            ran = run(step, sys.argv[1], proxy, Path(folder))
        name = step.origin.rsplit("step ", 1)[-1]
        # gh says at once of what it does not know.
        if ran.returncode != 0 or re.search(r"unknown (flag|command|shorthand)|the fake knows nothing", ran.stdout):
            mistakes.append(f"{step.origin}: exit status {ran.returncode} after {GitHub.asked}\n{ran.stdout}")
        elif not is_within(ASKED.get(name, []), GitHub.asked):
            mistakes.append(f"{step.origin}: asked {GitHub.asked}, and not {ASKED[name]}\n{ran.stdout}")
    for mistake in mistakes:
        print(f"error: {mistake}", file=sys.stderr)
    print(f"{len(steps)} kinds of steps that call gh, {len(mistakes)} mistakes")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
