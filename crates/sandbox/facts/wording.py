"""Reads rules out of the words of a provider's errors."""

import json
import re

NUMBER = r"(-?[\d.]+(?:e\+?\d+)?)"
GO_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')

LENGTHS = [
    (re.compile(rf"expected length of \S+ to be in the range \({NUMBER} - {NUMBER}\)"), "both"),
    (re.compile(rf"(?:string length|character count)[^,]*? must be between {NUMBER} and {NUMBER}"), "both"),
    (re.compile(rf"(?:string length|character count)[^,]*? must be at least {NUMBER}"), "low"),
    (re.compile(rf"(?:string length|character count)[^,]*? must be at most {NUMBER}"), "high"),
    (re.compile(rf"(?:cannot|must not|can not|can't) be (?:longer|greater|more) than {NUMBER} characters"), "high"),
    (re.compile(rf"(?:cannot|must not|can not|can't) be (?:shorter|less) than {NUMBER} characters"), "low"),
    (re.compile(rf"must be between {NUMBER} and {NUMBER} characters"), "both"),
]
RANGES = [
    (re.compile(rf"expected (?!length)\S+ to be in the range \({NUMBER} - {NUMBER}\)"), "both"),
    (re.compile(rf"expected (?!length)\S+ to be at least \({NUMBER}\)"), "low"),
    (re.compile(rf"expected (?!length)\S+ to be at most \({NUMBER}\)"), "high"),
    (re.compile(rf" value must be between {NUMBER} and {NUMBER}"), "both"),
    (re.compile(rf" value must be at least {NUMBER}"), "low"),
    (re.compile(rf" value must be at most {NUMBER}"), "high"),
]
PATTERNS = [
    re.compile(r'doesn\'t comply with restrictions \(("(?:[^"\\]|\\.)*")\)'),
    re.compile(r'to match regular expression ("(?:[^"\\]|\\.)*"), got'),
    re.compile(r"value must match regular expression '(.*)', got", re.DOTALL),
    re.compile(r"must match (?:(?:the )?(?:regular expression|regex|pattern):? )?[\"']?(\^.*\$)[\"']?(?:\) |, got)", re.DOTALL),
]
CLASSIC_ENUM = re.compile(r"expected \S+ to be one of \[(.*)\], got", re.DOTALL)
FRAMEWORK_ENUM = re.compile(r"value must be one of: \[(.*)\], got", re.DOTALL)
TYPED_ENUM = re.compile(r"Valid Values: \[(.*)\]", re.DOTALL)

CONFLICT = re.compile(r'"([\w.]+)": conflicts with ([\w.]+)')
SAME_TIME = re.compile(r'Attribute "([^"]+)" cannot be specified when "([^"]+)" is specified')
NEEDED = re.compile(r'Attribute "([^"]+)" must be specified when "([^"]+)" is specified')
ONE_OF = re.compile(r'"([\w.]+)": (one of|only one of|all of) `([\w.,]+)`')
EXACTLY = re.compile(
    r"(?:Exactly one of these attributes must be configured|one \(and only one\) of): ?\[([^\]]*)\]"
    r"|one \(and only one\) of \[([^\]]*)\] is required"
)
AT_LEAST = re.compile(
    r"At least one of these attributes must be configured: \[([^\]]*)\]"
    r"|At least one attribute out of \[([^\]]*)\] must be specified"
)


def text(error):
    return f"{error.summary} {error.detail}"


def subject(error):
    """The path that an error's words name, or None."""
    found = re.search(r"(?:expected|length of|value for) ([a-z0-9_]+(?:\.\w+)+) ", text(error))
    return tuple(plain(found[1]).split(".")) if found else None


def go_string(quoted):
    """The text of a Go string literal, or None if JSON reads it differently."""
    try:
        return json.loads(quoted)
    except ValueError:
        try:
            return json.loads(re.sub(r"\\x([0-9a-f]{2})", r"\\u00\1", quoted).replace("\\a", "\\u0007"))
        except ValueError:
            return None


def enumeration(words):
    """The values that an error lists, or None."""
    if found := CLASSIC_ENUM.search(words):
        body = found[1]
        if quoted := GO_STRING.findall(body):
            return [go_string(item) for item in quoted]
        try:
            return [int(item) for item in body.split()]
        except ValueError:
            return None
    if found := FRAMEWORK_ENUM.search(words):
        values = []
        for item in GO_STRING.findall(found[1]):
            value = go_string(item)
            values.append(go_string(value) if value and value.startswith('"') else value)
        try:
            return values or [int(item) for item in found[1].split()]
        except ValueError:
            return None
    if found := TYPED_ENUM.search(words):
        return found[1].split(" ")
    return None


def number(words):
    value = float(words.rstrip("."))
    return int(value) if value == int(value) else value


def bounds(rules, words):
    """The lower and upper bound that an error names, None for an open end; or None."""
    for expression, ends in rules:
        if found := expression.search(words):
            if ends == "both":
                return number(found[1]), number(found[2])
            return (number(found[1]), None) if ends == "low" else (None, number(found[1]))
    return None


def length(words):
    return bounds(LENGTHS, words)


def value_range(words):
    return None if length(words) else bounds(RANGES, words)


def pattern(words):
    for expression in PATTERNS:
        if found := expression.search(words):
            return go_string(found[1]) if found[1].startswith('"') else found[1]
    return None


def plain(name):
    """A path as the provider writes it, without indexes."""
    return ".".join(
        part for part in re.sub(r"\[[^\]]*\]", "", name.replace('"', "")).lstrip("<.").split(".") if not part.isdigit()
    )


def relations(error, place):
    """Yields (kind, names) for what an error says about arguments together; `place` is its path."""
    words = text(error)
    if found := CONFLICT.search(words):
        yield "conflicts", (plain(found[1]), plain(found[2]))
    elif found := SAME_TIME.search(words):
        yield "conflicts", (plain(found[2]), plain(found[1]))
    elif found := NEEDED.search(words):
        yield "together", (plain(found[2]), plain(found[1]))
    elif found := ONE_OF.search(words):
        members = sorted({plain(member) for member in found[3].split(",")})
        if found[2] == "all of":
            own = plain(found[1])
            yield "together", (own, *(member for member in members if member != own))
        elif found[2] == "only one of" or "combination" in error.summary:
            yield "exactly-one", tuple(members)
        else:
            yield "at-least-one", tuple(members)
    elif found := EXACTLY.search(words):
        yield "exactly-one", listed(found, place)
    elif found := AT_LEAST.search(words):
        yield "at-least-one", listed(found, place)


def listed(found, place):
    body = next(group for group in found.groups() if group is not None)
    members = [plain(item) for item in body.replace(",", " ").split()]
    prefix = ".".join(place[:-1])
    return tuple(sorted({f"{prefix}.{m}" if m.startswith("<") and prefix else m for m in members}))


def is_relation(error):
    words = text(error)
    return any(
        expression.search(words)
        for expression in (CONFLICT, SAME_TIME, NEEDED, ONE_OF, EXACTLY, AT_LEAST)
    )
