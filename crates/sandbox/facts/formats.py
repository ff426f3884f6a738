"""Measures which texts a provider takes: ARNs, JSON documents, CIDR blocks, names of certain characters.

Adds to the file of facts that measure.py wrote the lines `TYPE format …` and `TYPE pattern …`. Every argument of a type
gets a probe at once, so that all types take a few minutes:

    venv/bin/python formats.py PATH/terraform-provider-aws_v5.100.0_x5 hashicorp-aws-5.100.0.txt
"""

import json
import re
import string
import sys
from collections import defaultdict

import wording
from measure import write
from provider import Failed, Provider, names
from shape import assemble, shape

NONSENSE = "formwork nonsense ~"
# Schemas beyond this have no names that anybody gives.
LARGE = 1500

# What an error says of the format that it asks for, and a text that has it.
FORMATS = {
    "arn": (r"is an invalid ARN|cannot be parsed as an ARN|must be a valid ARN", "arn:aws:iam::123456789012:role/formwork"),
    "json": (r"contains an invalid JSON|is not valid JSON string", '{"Version":"2012-10-17","Statement":[]}'),
    "account": (r"doesn't look like AWS Account ID|must be a valid AWS account ID", "123456789012"),
    "region": (r"doesn't look like AWS Region", "us-east-1"),
    "cidr": (r"is not a valid CIDR block|valid CIDR Value|invalid CIDR address", "10.0.0.0/16"),
    "ipv4": (r"contain a valid IPv4 address", "10.0.0.5"),
    "time": (r"valid RFC3339|must be in RFC3339 time format", "2030-01-02T03:04:05Z"),
    "window": (r"must satisfy the format of \"ddd:hh24:mi-ddd:hh24:mi\"", "mon:03:00-mon:04:00"),
}
# Each stands for itself; a letter or digit for its kind.
CHARACTERS = [*" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", "A", "5"]
KINDS = {"A": string.ascii_uppercase, "5": string.digits}
# What names may not begin with, where AWS keeps it for itself.
BEGINNINGS = ["sg-", "aws:", "AWS", "aws-", "amzn-", "internal-", "rds:"]


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    binary, target, *chosen = sys.argv[1:]
    with open(target, encoding="utf-8") as file:
        head, *lines = file.read().splitlines()
    provider = Provider(binary)
    schemas = provider.schema.resource_schemas
    known, conflicts = defaultdict(set), defaultdict(set)
    for line in lines:
        kind, rule, *words = line.split(" ")
        if rule in ("enum", "pattern"):
            known[kind].add(words[0])
        elif rule == "conflicts":
            conflicts[kind].update((words[0], other) for other in words[1:])
        elif rule == "exactly-one":
            conflicts[kind].update((one, other) for one in words for other in words if one != other)
    found = set(lines)
    for name in sorted(chosen or schemas):
        found |= Formats(provider, name, shape(schemas[name].block), known[name], conflicts[name]).measure()
    provider.stop()
    write(target, [head, *sorted(found, key=str.encode)])


class Formats:
    """The formats of one resource type's texts."""

    def __init__(self, provider, type_name, root, known, conflicts):
        self.provider, self.type_name, self.root = provider, type_name, root
        leaves = [leaf for leaf in root.settable_leaves() if leaf.scalar == "string"]
        self.leaves = {leaf.path: leaf for leaf in leaves if leaf.name not in known}
        # The provider does not look at arguments that exclude each other: they are asked about in turn.
        self.turns = [set(), set(), set()]
        for leaf in self.leaves.values():
            clashes = lambda turn: any((leaf.name, o) in conflicts or (o, leaf.name) in conflicts for o in turn)
            free = [turn for turn in self.turns if not clashes({".".join(path) for path in turn})]
            if free:
                free[0].add(leaf.path)

    def measure(self):
        if not self.leaves or len(self.leaves) > LARGE:
            return set()
        refused = self.refused(lambda _: NONSENSE)
        formats = {}
        others = set()
        for path, words in refused.items():
            found = [name for name, (expression, _) in FORMATS.items() if re.search(expression, words)]
            if len(found) == 1:
                formats[path] = found[0]
            elif not found and not read_already(words):
                others.add(path)
        # What has the format must be taken.
        wrong = self.refused(lambda path: FORMATS[formats[path]][1] if path in formats else None)
        lines = {
            f"{self.type_name} format {'.'.join(path)} {name}" for path, name in formats.items() if path not in wrong
        }
        return lines | self.names(others) | self.beginnings({path for path in self.leaves if path[-1] in ("name", "name_prefix")})

    def names(self, paths):
        """What characters texts may have, begin with and end with, where one of small letters is taken."""
        paths = {path for path in paths if path not in self.refused(self.only(paths, "formworka"))}
        if not paths:
            return set()
        bad = defaultdict(lambda: defaultdict(str))
        for place, text in (("in", "form{}worka"), ("start", "{}formworka"), ("end", "formworka{}")):
            for character in CHARACTERS:
                for path in self.refused(self.only(paths, text.format(character))):
                    if path in paths:
                        bad[path][place] += KINDS.get(character, character)
        lines = set()
        for path in paths:
            inside = bad[path]["in"]
            only = {place: "".join(c for c in bad[path][place] if c not in inside) for place in ("start", "end")}
            expressions = [
                f"^[^{escaped(inside)}]*$" if inside else None,
                f"^[^{escaped(only['start'])}]" if only["start"] else None,
                f"[^{escaped(only['end'])}]$" if only["end"] else None,
            ]
            for expression in filter(None, expressions):
                lines.add(f"{self.type_name} pattern {'.'.join(path)} {json.dumps(expression)}")
        return lines

    def beginnings(self, paths):
        """What names may not begin with that they may have elsewhere."""
        lines = set()
        for beginning in BEGINNINGS:
            refused = self.refused(self.only(paths, f"{beginning}formwork")) if paths else {}
            taken = set(refused) - set(self.refused(self.only(set(refused), f"formwork{beginning}formwork")))
            for path in taken & paths:
                lines.add(f"{self.type_name} pattern {'.'.join(path)} {json.dumps(not_beginning(beginning))}")
        return lines

    def only(self, paths, text):
        return lambda path: text if path in paths else None

    def refused(self, text_of):
        """The words of the errors that the texts get, by path."""
        found = {}
        for turn in self.turns:
            if any(text_of(path) is not None for path in turn):
                found |= self.refused_in(lambda path: text_of(path) if path in turn else None)
        return found

    def refused_in(self, text_of):
        shown = set()
        for path in self.leaves:
            if text_of(path) is not None:
                shown.update(path[:length] for length in range(len(path)))

        def value_of(leaf):
            return text_of(leaf.path) if leaf.path in self.leaves else None

        try:
            errors = self.provider.validate(
                self.type_name, assemble(self.root, value_of, lambda group: group.settable and group.path in shown)
            )
        except Failed:
            return {}
        found = defaultdict(str)
        for error in errors:
            words = wording.text(error)
            path = names(error.attribute)
            if path in self.leaves and text_of(path) is not None and not is_about_presence(error, words):
                found[path] += words
        return found


def is_about_presence(error, words):
    return wording.is_relation(error) or re.search(
        r"unconfigurable attribute|Missing required argument|Read-Only Attribute|Required Attribute|unknown key", words
    )


def read_already(words):
    """Whether measure.py has read the rule from the words."""
    return any(
        read(words) is not None
        for read in (wording.enumeration, wording.length, wording.value_range, wording.pattern)
    )


def not_beginning(text):
    """The regular expression of what does not begin with a text."""
    letters = [re.escape(letter) for letter in text]
    others = [f"{''.join(letters[:index])}($|[^{letter}])" for index, letter in enumerate(letters)]
    return f"^({'|'.join(others)})"


def escaped(characters):
    """The characters within brackets of a regular expression; runs of letters and digits as ranges."""
    for run in (string.ascii_uppercase, string.digits):
        characters = characters.replace(run, f"{run[0]}\x00{run[-1]}")
    return re.sub(r"([\\\]\[^-])", r"\\\1", characters).replace("\x00", "-")


if __name__ == "__main__":
    main()
