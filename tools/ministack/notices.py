"""Whether a gate that does not pass is told by SNS: the topic's subscriber gets the notice.

Usage: notices.py MINISTACK PROGRAM

GitHub is a fake here that knows of no status, so that the gate waits in vain.
"""

import http.server
import json
import sys
import threading
import urllib.parse
import urllib.request
import xml.etree.ElementTree

from emulator import Emulator, authorization, expect

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class GitHub(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_):
        pass


def query(emulator, service, **parameters):
    """Calls an action of a query API; gives back its answer's elements by name."""
    data = urllib.parse.urlencode(parameters).encode()
    request = urllib.request.Request(emulator.url, data)
    request.add_header("authorization", authorization(service))
    request.add_header("content-type", "application/x-www-form-urlencoded")
    with urllib.request.urlopen(request, timeout=60) as answer:
        root = xml.etree.ElementTree.fromstring(answer.read())
    return {element.tag.rsplit("}", 1)[-1]: element.text for element in root.iter()}


def main():
    github = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GitHub)
    threading.Thread(target=github.serve_forever, daemon=True).start()
    with Emulator(*sys.argv[1:]) as emulator:
        topic = query(emulator, "sns", Action="CreateTopic", Name="releases")["TopicArn"]
        queue = query(emulator, "sqs", Action="CreateQueue", QueueName="people")["QueueUrl"]
        name = queue.rsplit("/", 1)[1]
        endpoint = ":".join(["arn:aws:sqs", *topic.split(":")[3:5], name])
        query(emulator, "sns", Action="Subscribe", TopicArn=topic, Protocol="sqs", Endpoint=endpoint)
        gate = ["gate", "wait", "--repository", "acme/shop", "--commit", COMMIT, "--context", "e2e"]
        limits = ["--limit", "1s", "--interval", "100ms"]
        credentials = {
            "GITHUB_TOKEN": "none",
            "GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}",
            "GITHUB_STEP_SUMMARY": "",
            "SLACK_WEBHOOK_URL": "",
        }
        told = emulator.run(*gate, *limits, "--sns", topic, code=1, more=credentials)
        expect("SNS was told", "was not told" in told.stderr, False)
        received = query(emulator, "sqs", Action="ReceiveMessage", QueueUrl=queue)
        notice = json.loads(received["Body"])
        expect("the subject", notice["Subject"], "Gate did not pass")
        expect("the message names the gate", "status `e2e`" in notice["Message"], True)
        missing = topic.rsplit(":", 1)[0] + ":nobody"
        untold = emulator.run(*gate, *limits, "--sns", missing, code=1, more=credentials)
        warning = f"warning: SNS topic {missing} was not told: NotFound: Topic does not exist: {missing}\n"
        expect("a topic that is not there is a warning of one line", warning in untold.stderr, True)


main()
