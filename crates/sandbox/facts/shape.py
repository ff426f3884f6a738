"""A resource type's arguments as a tree, and values assembled from it."""

import json
from dataclasses import dataclass, field

# Meta-arguments of the provider's libraries: they say nothing about the resource.
SKIPPED = {"id", "tags_all", "timeouts"}
NESTING = {1: "single", 2: "list", 3: "set", 4: "map", 5: "single"}


@dataclass(eq=False)
class Leaf:
    """An attribute of a primitive type, or a collection of one."""

    path: tuple
    type: object
    scalar: str
    required: bool
    settable: bool
    computed: bool
    write_only: bool
    parents: tuple

    @property
    def name(self):
        return ".".join(self.path)

    def wrapped(self, scalar):
        """A value of the argument's type with the scalar in it."""
        return wrapped(peeled(self.type)[0], scalar)


@dataclass(eq=False)
class Group:
    """A nested block, or an attribute that holds objects."""

    path: tuple
    wraps: tuple
    is_block: bool
    required: bool
    settable: bool
    computed: bool
    parents: tuple
    leaves: list = field(default_factory=list)
    groups: list = field(default_factory=list)

    @property
    def name(self):
        return ".".join(self.path)

    def walk(self):
        """Every group below, itself first."""
        yield self
        for group in self.groups:
            yield from group.walk()

    def settable_leaves(self):
        """Every leaf that a configuration can set, in the order of the schema."""
        for group in self.walk():
            if group.settable:
                yield from (leaf for leaf in group.leaves if leaf.settable)


def shape(block):
    """The tree of a resource type's schema."""
    root = Group((), (), True, True, True, False, ())
    fill_block(root, block)
    return root


def fill_block(group, block):
    parents = group.parents + (group,) if group.path else ()
    for attribute in block.attributes:
        path = group.path + (attribute.name,)
        settable = attribute.optional or attribute.required
        if path[0] in SKIPPED and not attribute.required:
            settable = False
        add(
            group,
            path,
            json.loads(attribute.type),
            required=attribute.required,
            settable=settable,
            computed=attribute.computed,
            write_only=attribute.write_only,
            parents=parents,
        )
    for nested in block.block_types:
        path = group.path + (nested.type_name,)
        child = Group(
            path,
            (NESTING[nested.nesting],),
            True,
            nested.min_items > 0,
            path[0] not in SKIPPED,
            False,
            parents,
        )
        fill_block(child, nested.block)
        group.groups.append(child)


def add(group, path, kind, required, settable, computed, write_only, parents):
    """Adds an attribute: as a group if it takes objects, else as a leaf."""
    wraps, inner = peeled(kind)
    if settable and isinstance(inner, list) and inner[0] == "object" and not write_only:
        child = Group(path, wraps or ("single",), False, required, True, computed, parents)
        for name, member in sorted(inner[1].items()):
            add(child, path + (name,), member, False, True, computed, False, parents + (child,))
        group.groups.append(child)
        return
    scalar = inner if isinstance(inner, str) and inner != "dynamic" else None
    group.leaves.append(
        Leaf(path, kind, scalar, required, settable and scalar is not None, computed, write_only, parents)
    )


def peeled(kind):
    wraps = []
    while isinstance(kind, list) and kind[0] in ("list", "set", "map"):
        wraps.append(kind[0])
        kind = kind[1]
    return tuple(wraps), kind


def wrapped(wraps, value):
    for wrap in reversed(wraps):
        if wrap == "map":
            value = {"formwork": value}
        elif wrap in ("list", "set"):
            value = [value]
    return value


def assemble(group, value_of, present):
    """Builds an object: `value_of` gives a leaf's scalar or None, `present` whether a group is there."""
    result = {}
    for leaf in group.leaves:
        value = value_of(leaf)
        if value is None:
            result[leaf.path[-1]] = None
        elif leaf.scalar is None:
            result[leaf.path[-1]] = value
        else:
            result[leaf.path[-1]] = leaf.wrapped(value)
    for child in group.groups:
        if present(child):
            result[child.path[-1]] = wrapped(child.wraps, assemble(child, value_of, present))
        elif child.is_block and child.wraps[0] in ("list", "set"):
            result[child.path[-1]] = []
        elif child.is_block and child.wraps[0] == "map":
            result[child.path[-1]] = {}
        else:
            result[child.path[-1]] = None
    return result


def sample(kind, name):
    """A plausible value of any type, for what the provider computes."""
    if kind == "string":
        if name == "arn" or name.endswith("_arn"):
            return f"arn:aws:iam::123456789012:role/formwork-{name}"
        if name.endswith(("_at", "_date", "_time", "_timestamp", "expiration")):
            return "2030-01-02T03:04:05Z"
        return f"formwork-{name}"
    if kind == "number":
        return 7
    if kind == "bool":
        return False
    if kind == "dynamic":
        return None
    if kind[0] in ("list", "set"):
        return [sample(kind[1], name)]
    if kind[0] == "map":
        return {"formwork": sample(kind[1], name)}
    if kind[0] == "object":
        return {key: sample(member, key) for key, member in kind[1].items()}
    return None


def merged(group, config, prior):
    """What terraform proposes: the configuration, and the prior state where it is silent on what is computed."""
    if config is None:
        return prior if group.computed else None
    if prior is None:
        prior = {}
    result = {}
    for leaf in group.leaves:
        value = config.get(leaf.path[-1])
        if leaf.write_only:
            value = None
        elif value is None and leaf.computed:
            value = prior.get(leaf.path[-1])
        result[leaf.path[-1]] = value
    for child in group.groups:
        name = child.path[-1]
        ours, theirs = config.get(name), prior.get(name)
        if not ours:
            result[name] = theirs if child.computed and not child.is_block else ours
        elif child.wraps == ("single",):
            result[name] = merged(child, ours, theirs)
        elif len(child.wraps) == 1 and child.wraps[0] in ("list", "set"):
            theirs = theirs or []
            result[name] = [
                merged(child, item, theirs[index] if index < len(theirs) else None)
                for index, item in enumerate(ours)
            ]
        else:
            result[name] = ours
    return result
