"""Releases the site of shtetl-dev on the emulator's S3 and CloudFront, through the command line.

Usage: site.py MINISTACK PROGRAM

Two releases, a rollback, and a second deployer who is refused.
"""

import json
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree

from emulator import Emulator, authorization, expect

SERVICE = "shtetl-dev/web"
BUCKET = "shtetl-dev-web"
POINTER = ".formwork/current.json"
# As bundlers name files whose content never changes.
HASHES = {"one": "0a1b2c3d", "two": "4e5f6a7b"}

DISTRIBUTION = f"""<DistributionConfig xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">
<CallerReference>site</CallerReference><Comment></Comment><Enabled>true</Enabled>
<Origins><Quantity>1</Quantity><Items><Origin><Id>site</Id><DomainName>{BUCKET}.s3.amazonaws.com</DomainName>
<S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig></Origin></Items></Origins>
<DefaultCacheBehavior><TargetOriginId>site</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>
<MinTTL>0</MinTTL><ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies>
</ForwardedValues></DefaultCacheBehavior></DistributionConfig>"""


class Site:
    def __init__(self, emulator):
        self.emulator = emulator
        self.call("PUT", f"/{BUCKET}", "s3")
        created = self.call("POST", "/2020-05-31/distribution", "cloudfront", DISTRIBUTION.encode())[0]
        root = xml.etree.ElementTree.fromstring(created)
        self.distribution = next(element.text for element in root if element.tag.endswith("}Id"))

    def call(self, method, path, service, data=None):
        request = urllib.request.Request(f"{self.emulator.url}{path}", data, method=method)
        request.add_header("authorization", authorization(service))
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read(), answer.headers

    def object(self, key):
        """Text and headers; nothing if it is not there."""
        try:
            text, headers = self.call("GET", f"/{BUCKET}/{key}", "s3")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None, None
            raise
        return text.decode(), headers

    def invalidations(self):
        path = f"/2020-05-31/distribution/{self.distribution}/invalidation"
        root = xml.etree.ElementTree.fromstring(self.call("GET", path, "cloudfront")[0])
        return sum(element.tag.endswith("}InvalidationSummary") for element in root.iter())

    def release(self, verb, *arguments, code=0):
        output = f"web_distribution_id={self.distribution}"
        return self.emulator.release(verb, SERVICE, "--output", output, *arguments, code=code)


def main():
    with Emulator(*sys.argv[1:]) as emulator:
        site = Site(emulator)
        folder = emulator.folder / "dist"
        (folder / "assets").mkdir(parents=True)

        def build(name):
            for script in (folder / "assets").iterdir():
                script.unlink()
            (folder / "index.html").write_text(f"<p>{name}")
            (folder / "assets" / f"app-{HASHES[name]}.js").write_text(name)

        def start():
            site.release("start", "--package", str(folder), "--commit", "4f2a9c1d")

        build("one")
        start()
        expect("before the promotion", site.object("index.html")[0], None)
        site.release("verify")
        site.release("promote")
        text, headers = site.object("index.html")
        expect("the page", (text, headers["content-type"]), ("<p>one", "text/html; charset=utf-8"))
        expect("pages are asked for again", "no-cache" in headers["cache-control"], True)
        script = site.object("assets/app-0a1b2c3d.js")[1]
        expect("scripts are kept", script["cache-control"], "public, max-age=31536000, immutable")
        build("two")
        start()
        site.release("verify")
        site.release("promote")
        expect("the page", site.object("index.html")[0], "<p>two")
        expect("what open pages ask for", site.object("assets/app-0a1b2c3d.js")[0], "one")
        expect("invalidations", site.invalidations(), 2)
        status = json.loads(site.release("status", "--json").stdout)[0]
        expect("the state", (status["state"], status["commit"]), ("serving", "4f2a9c1d"))
        site.release("rollback")
        expect("the page", site.object("index.html")[0], "<p>one")
        again = site.release("rollback")
        expect("the same again changes nothing", "serves already" in again.stderr, True)
        start()
        # Somebody else writes the pointer between the reading and the writing: the emulator keeps the condition.
        pointer = json.loads(site.object(POINTER)[0])
        expect("what serves", pointer["phase"], "serving")
        request = urllib.request.Request(f"{emulator.url}/{BUCKET}/{POINTER}", b"{}", method="PUT")
        request.add_header("authorization", authorization("s3"))
        request.add_header("if-match", '"0"')
        try:
            urllib.request.urlopen(request, timeout=60)
            sys.exit("error: the emulator took a write whose condition did not hold")
        except urllib.error.HTTPError as error:
            expect("a write that is about something else", error.code, 412)


main()
