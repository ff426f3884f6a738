"""Measures what the provider's validation says about each argument."""

import json
import re
from collections import defaultdict

import pool
import wording
from provider import Failed, names
from shape import assemble

# A schema beyond this size is measured with all its arguments at once.
LARGE = 1000
# The provider's library names siblings at random further down in an error's path.
TRUSTED = 3
# Relations inside a fuller configuration are looked for this many times per argument.
PEELS = 12


class Rules:
    """One resource type's rules, and values that its arguments accept."""

    def __init__(self, provider, type_name, root, unread):
        self.provider = provider
        self.type_name = type_name
        self.root = root
        self.unread = unread
        self.leaves = list(root.settable_leaves())
        self.large = len(self.leaves) > LARGE
        self.enums = defaultdict(dict)
        self.lengths = defaultdict(set)
        self.ranges = defaultdict(set)
        self.patterns = defaultdict(set)
        self.accepted = defaultdict(list)
        self.mixed = set()
        self.relations = set()
        self.baselines = {}
        self.partners = defaultdict(set)

    def measure(self):
        self.relate_simply()
        if self.large:
            self.probe_at_once()
        else:
            for leaf in self.leaves:
                self.probe(leaf)
            self.relate_fully()
        return self.lines()

    # One argument

    def probe(self, leaf):
        self.alone(leaf)
        if leaf.scalar == "bool":
            self.accepted[leaf.path] = [False, True]
            return
        probes = pool.TEXT_PROBES if leaf.scalar == "string" else pool.NUMBER_PROBES
        for value in probes:
            self.attempt(leaf, value)
        listed = self.listed(leaf)
        if listed is not None:
            if leaf.scalar == "string":
                swapped = next((v.swapcase() for v in listed if v.swapcase() != v), None)
                for value in [swapped, *pool.OTHER_TEXTS]:
                    if value is not None:
                        self.attempt(leaf, value)
            for value in listed:
                self.attempt(leaf, value)
        bounds = [end for pair in self.ranges[leaf.path] for end in pair if end is not None]
        candidates = pool.TEXTS if leaf.scalar == "string" else [*pool.NUMBERS, *bounds]
        for value in candidates:
            if len(self.good(leaf)) >= 2:
                break
            if value not in self.accepted[leaf.path]:
                self.attempt(leaf, value)

    def attempt(self, leaf, value):
        """Tries one value in the smallest configuration that holds the argument."""
        try:
            errors = self.errors_of(leaf, value)
        except Failed:
            return
        lists = set()
        for error in errors:
            if wording.is_relation(error):
                self.note_relations(error)
                continue
            lists.add(wording.enumeration(wording.text(error)) is not None)
            self.read(leaf.path, error, value)
        if not lists:
            self.accepted[leaf.path].append(value)
        elif len(lists) == 2:
            # The listed values are one way of several to be right.
            self.mixed.add(leaf.path)

    def errors_of(self, leaf, value):
        """The errors that come with the value, and not without it."""
        known = self.baseline(leaf)
        errors = self.provider.validate(self.type_name, self.chain(leaf, value))
        result = []
        for error in errors:
            place = names(error.attribute)[:TRUSTED]
            close = place == leaf.path[: len(place)] or place[: len(leaf.path)] == leaf.path
            if close and identity(error) not in known:
                result.append(error)
        return result

    def baseline(self, leaf):
        key = leaf.path if self.partners[leaf.path] else leaf.path[:-1]
        if key not in self.baselines:
            errors = self.provider.validate(self.type_name, self.chain(leaf, None))
            self.baselines[key] = {identity(error) for error in errors}
        return self.baselines[key]

    def chain(self, leaf, value):
        partners = self.partners[leaf.path]
        groups = {parent.path for parent in leaf.parents}
        for partner in partners:
            groups.update(partner[:end] for end in range(1, len(partner) + 1))

        def value_of(other):
            if other is leaf:
                return value
            if other.path in partners and other.scalar:
                return self.value_of(other)
            return None

        return assemble(self.root, value_of, lambda group: group.path in groups)

    def alone(self, leaf):
        """Finds what the argument can't do without, and keeps it as its company."""
        for _ in range(3):
            before = set(self.partners[leaf.path])
            try:
                errors = self.provider.validate(self.type_name, self.chain(leaf, fallback(leaf)))
            except Failed:
                return
            for error in errors:
                for kind, members in wording.relations(error, names(error.attribute)):
                    self.relations.add((kind, members))
                    if kind == "together" and members[0] == leaf.name:
                        self.partners[leaf.path].update(tuple(m.split(".")) for m in members[1:])
            if self.partners[leaf.path] == before:
                return

    # All arguments

    def relate_simply(self):
        """Reads relations from nothing, from empty blocks, and from everything."""
        for value_of, present in (
            (lambda _: None, lambda _: False),
            (lambda _: None, lambda group: group.settable),
        ):
            self.validate_for_relations(value_of, present)

    def relate_fully(self):
        """Sets everything, then takes away what is in conflict until an argument stands free of it."""
        for group in [g for g in self.root.walk() if g.settable and g.path]:
            shown = {parent.path for parent in group.parents} | {group.path}
            self.validate_for_relations(lambda _: None, lambda g, shown=shown: g.path in shown)
        conflicting = self.validate_for_relations(self.value_of, lambda group: group.settable)
        for first in sorted({members[0] for kind, members in conflicting if kind == "conflicts"}):
            gone = set()
            for _ in range(PEELS):
                found = self.validate_for_relations(
                    lambda leaf: None if any(leaf.path[: len(p)] == p for p in gone) else self.value_of(leaf),
                    lambda group: group.settable and group.path not in gone,
                )
                others = {tuple(m[1].split(".")) for kind, m in found if kind == "conflicts" and m[0] == first}
                if not others - gone:
                    break
                gone |= others

    def validate_for_relations(self, value_of, present):
        found = set()
        try:
            errors = self.provider.validate(self.type_name, assemble(self.root, value_of, present))
        except Failed:
            return found
        for error in errors:
            found.update(wording.relations(error, names(error.attribute)))
        self.relations |= found
        return found

    def note_relations(self, error):
        self.relations.update(wording.relations(error, names(error.attribute)))

    def value_of(self, leaf):
        if not leaf.settable:
            return None
        good = self.good(leaf)
        return good[0] if good else fallback(leaf)

    def good(self, leaf):
        """The accepted values that look like something a person would write."""
        return [value for value in self.accepted[leaf.path] if leaf.scalar == "bool" or value not in pool.ODD]

    def probe_at_once(self):
        """Sends each probe to all arguments at once, for schemas too large for one by one."""
        by_path = {leaf.path: leaf for leaf in self.leaves}
        for index in range(4):
            def value_of(leaf, index=index):
                if not leaf.settable or leaf.scalar == "bool":
                    return None
                return (pool.TEXT_PROBES if leaf.scalar == "string" else pool.NUMBER_PROBES)[index]

            try:
                errors = self.provider.validate(
                    self.type_name, assemble(self.root, value_of, lambda group: group.settable)
                )
            except Failed:
                continue
            for error in errors:
                if wording.is_relation(error):
                    self.note_relations(error)
                    continue
                place = names(error.attribute)
                if len(place) > TRUSTED:
                    place = wording.subject(error)
                if place in by_path:
                    self.read(place, error, None)
        for leaf in self.leaves:
            for value in self.listed(leaf) or []:
                self.accepted[leaf.path].append(value)

    # Facts

    def read(self, path, error, value):
        words = wording.text(error)
        if (values := wording.enumeration(words)) is not None:
            self.enums[path][json.dumps(values)] = values
        elif (pair := wording.length(words)) is not None:
            self.lengths[path].add(pair)
        elif (pair := wording.value_range(words)) is not None:
            self.ranges[path].add(pair)
        elif (expression := wording.pattern(words)) is not None:
            self.patterns[path].add(expression)
        elif value == pool.TEXT_PROBES[0]:
            self.unread[re.sub(r'".*"', "_", words, flags=re.DOTALL)[:160]].add(f"{self.type_name} {'.'.join(path)}")

    def listed(self, leaf):
        lists = list(self.enums[leaf.path].values())
        if len(lists) != 1 or any(value is None for value in lists[0]):
            return None
        if leaf.scalar == "number" and not all(isinstance(value, int) for value in lists[0]):
            return None
        return [str(value) for value in lists[0]] if leaf.scalar == "string" else lists[0]

    def lines(self):
        lines = set()
        for leaf in self.leaves:
            for kind, words in self.facts_of(leaf):
                lines.add(f"{self.type_name} {kind} {leaf.name} {words}")
        known = {leaf.name for leaf in self.leaves} | {group.name for group in self.root.walk()}
        conflicts = defaultdict(set)
        for kind, members in self.relations:
            if len(members) < 2 or not all(member in known for member in members):
                continue
            if kind == "conflicts":
                conflicts[members[0]].add(members[1])
            else:
                lines.add(f"{self.type_name} {kind} {' '.join(members)}")
        for first, others in conflicts.items():
            lines.add(f"{self.type_name} conflicts {first} {' '.join(sorted(others))}")
        return lines

    def facts_of(self, leaf):
        accepted = self.accepted[leaf.path]
        listed = self.listed(leaf)
        if listed is not None and leaf.scalar != "bool" and leaf.path not in self.mixed:
            beyond = set(accepted) - set(listed)
            if beyond == {""}:
                listed, beyond = [*listed, ""], set()
            if not beyond and (self.large or set(listed) <= set(accepted)):
                yield "enum", json.dumps(sorted(set(listed)), separators=(",", ":"), ensure_ascii=False)
        if leaf.scalar == "string":
            if ends := combined(self.lengths[leaf.path], [len(value) for value in accepted]):
                yield "length", ends
        elif leaf.scalar == "number":
            if ends := combined(self.ranges[leaf.path], accepted):
                yield "range", ends
        for expression in sorted(self.patterns[leaf.path]):
            if len(self.patterns[leaf.path]) == 1 and consistent(expression, accepted):
                yield "pattern", json.dumps(expression, ensure_ascii=False)


def identity(error):
    """An error's words without the values of set elements, which differ with the probe."""
    return re.sub(r"\[Value\(.*?\)\]", "", wording.text(error), flags=re.DOTALL)


def fallback(leaf):
    return {"string": "formwork-a", "number": 1, "bool": True}.get(leaf.scalar)


def combined(pairs, accepted):
    """`LOW HIGH` from what errors say, as far as no accepted value contradicts it."""
    lows = {low for low, _ in pairs if low is not None}
    highs = {high for _, high in pairs if high is not None}
    low = lows.pop() if len(lows) == 1 else None
    high = highs.pop() if len(highs) == 1 else None
    if low is not None and any(value < low for value in accepted):
        low = None
    if high is not None and any(value > high for value in accepted):
        high = None
    if low is None and high is None:
        return None
    return f"{'-' if low is None else low} {'-' if high is None else high}"


def consistent(expression, accepted):
    try:
        compiled = re.compile(expression.replace(r"\z", r"\Z"))
    except re.error:
        return True
    return all(compiled.search(value) for value in accepted if value != "")
