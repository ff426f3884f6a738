"""Measures the rules of a terraform provider by asking it, and writes them as a file of facts.

Nothing but the provider runs: it gets test keys and endpoints at which nothing
listens, and is asked to validate configurations and to plan changes.

    python3 -m venv venv && venv/bin/pip install grpcio grpcio-tools msgpack
    venv/bin/python measure.py PATH/terraform-provider-aws_v5.100.0_x5 \
        registry.terraform.io/hashicorp/aws 5.100.0 hashicorp-aws-5.100.0.txt [TYPE …]

With types named, only these are measured. What could not be read goes to
stderr. How a line of the file reads is said in README.md beside this script.
"""

import os
import sys
import time
from collections import Counter, defaultdict

from plans import Plans
from provider import Provider
from rules import Rules
from shape import shape


def main():
    if len(sys.argv) < 5:
        raise SystemExit(__doc__)
    binary, source, version, target, *chosen = sys.argv[1:]
    started = time.monotonic()
    provider = Provider(binary)
    schemas = provider.schema.resource_schemas
    unknown_types = [name for name in chosen if name not in schemas]
    if unknown_types:
        raise SystemExit(f"no resource types of this provider: {' '.join(unknown_types)}")
    lines, unread, unplanned = set(), defaultdict(set), {}
    for name in sorted(chosen or schemas):
        root = shape(schemas[name].block)
        rules = Rules(provider, name, root, unread)
        lines |= rules.measure()
        plans = Plans(provider, name, root, rules)
        lines |= plans.measure()
        if rules.leaves and not plans.answered:
            unplanned[name] = sorted(plans.reasons)
        print(f"{time.monotonic() - started:.0f} s {name}", file=sys.stderr)
    provider.stop()
    write(target, [f"formwork-facts 1 {source} {version}", *sorted(lines, key=str.encode)])
    report(provider, lines, unread, unplanned, time.monotonic() - started)


def write(target, lines):
    """Replaces the file in one step, so that nobody reads half of it."""
    draft = f"{target}.draft"
    with open(draft, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(draft, target)


def report(provider, lines, unread, unplanned, seconds):
    say = lambda words: print(words, file=sys.stderr)
    for words, places in sorted(unread.items(), key=lambda item: -len(item[1])):
        say(f"unread {len(places)} {words!r} e.g. {sorted(places)[0]}")
    for name, reasons in sorted(unplanned.items()):
        say(f"not planned {name}: {reasons[:2]}")
    for kind, count in sorted(Counter(line.split(" ")[1] for line in lines).items()):
        say(f"{kind} {count}")
    say(f"{len(unplanned)} types could not be planned; {provider.calls} calls, "
        f"{provider.restarts} restarts, {seconds:.0f} s")


if __name__ == "__main__":
    main()
