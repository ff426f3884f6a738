"""Measures what a plan does when one argument changes: replacement, and what becomes unknown."""

import msgpack

import pool
from cases import CASES
from provider import Failed
from shape import assemble, merged, sample

# Plans until a state is one that its configuration leaves alone.
SETTLING = 3
# A type whose plans hang or end the provider so many times is left alone.
PATIENCE = 2
# Of types with more arguments, only those at the top are changed.
DEEP = 180
# Types with more arguments are not asked again, in the smallest configuration, about what the fullest one told.
MANY = 100


class Plans:
    """One resource type's plans, each with one argument changed."""

    def __init__(self, provider, type_name, root, rules):
        self.provider = provider
        self.type_name = type_name
        self.root = root
        self.rules = rules
        self.leaves = [leaf for leaf in root.settable_leaves() if not leaf.write_only]
        self.groups = [group for group in root.walk() if group.settable and group.path]
        self.large = len(self.leaves) > DEEP
        if self.large:
            self.leaves = [leaf for leaf in self.leaves if len(leaf.path) == 1]
            self.groups = [group for group in self.groups if len(group.path) == 1]
        self.replaced = set()
        self.counted = set()
        self.renewed = {}
        self.answered = 0
        self.hung = 0
        self.reasons = set()

    def measure(self):
        # An option that is on may ask for replacement: that is not the changed argument's own rule.
        seen = self.change_in_full(False, replaces=True)
        if any(leaf.scalar == "bool" for leaf in self.leaves):
            self.change_in_full(True, replaces=False)
        for leaf in self.leaves:
            if leaf.name in self.replaced or len(self.leaves) > MANY and leaf in seen:
                continue
            sparse = Draft(self, None, {parent.path for parent in leaf.parents}, {leaf.path})
            if state := self.settled(sparse):
                self.change(leaf.path, state, sparse.config(leaf), True)
        for group in self.groups:
            if any(name.startswith(f"{group.name}.") for name in self.replaced):
                continue
            around = {parent.path for parent in group.parents}
            if state := self.settled(Draft(self, None, around, set())):
                self.appear(group, state, Draft(self, None, around | {group.path}, set()).config())
        self.cases()
        return self.lines()

    def change_in_full(self, truth, replaces):
        """Changes each argument of the fullest configuration, and returns those that the plan changes."""
        draft, state = self.fullest(truth)
        if state is None:
            return set()
        return {
            leaf
            for leaf in self.leaves
            if draft.shows(leaf) and self.change(leaf.path, state, draft.config(leaf), replaces)
        }

    def fullest(self, truth):
        """The fullest configuration that the provider can plan, and its state."""
        groups = {group.path for group in self.groups} if not self.large else set()
        everything = Draft(self, truth, groups, {leaf.path for leaf in self.leaves})
        if state := self.settled(everything):
            return everything, state
        draft = Draft(self, truth, set(), set())
        state = self.settled(draft)
        if state is None:
            draft = Draft(self, None, set(), set())
            state = self.settled(draft)
        if state is None:
            return draft, None
        for name in sorted({path[0] for path in everything.groups | everything.paths}):
            attempt = Draft(
                self,
                draft.truth,
                draft.groups | {path for path in everything.groups if path[0] == name},
                draft.paths | {path for path in everything.paths if path[0] == name},
            )
            if better := self.settled(attempt):
                draft, state = attempt, better
        return draft, state

    def change(self, path, state, config, replaces):
        """Plans a change, and returns whether the plan changes anything."""
        prior, known_replaced, known_unknown = state
        replaced, planned = self.plan(prior, config)
        if planned is None:
            return False
        self.answered += 1
        own = [p for p in replaced - known_replaced if p == path[: len(p)]]
        name = ".".join(path)
        if own:
            if replaces:
                self.replaced.add(name)
            return True
        if replaced - known_replaced:
            return True
        renewed = {p for p in unknown_in(planned) - known_unknown if p[: len(path)] != path}
        if renewed:
            self.renewed.setdefault(name, set()).update(".".join(p) for p in renewed)
        return planned != prior

    def appear(self, group, state, config):
        """Adds a block that was not there."""
        prior, known_replaced, _ = state
        replaced, planned = self.plan(prior, config)
        if planned is not None and any(path == group.path[: len(path)] for path in replaced - known_replaced):
            self.counted.add(group.name)

    def cases(self):
        for before, after in CASES.get(self.type_name, []):
            prior = self.created(self.given(before), self.computed_only)
            replaced, _ = self.plan(prior, self.given(after))
            self.replaced.update(".".join(path) for path in replaced if path != ("id",))

    def given(self, values):
        return assemble(self.root, lambda _: None, lambda _: False) | values

    def plan(self, prior, config):
        """What one plan replaces, and the planned state or None."""
        if self.hung >= PATIENCE:
            return set(), None
        try:
            errors, replaced, planned = self.provider.plan(
                self.type_name, prior, merged(self.root, config, prior or {}), config
            )
        except Failed as failure:
            self.hung += 1
            self.reasons.add(str(failure))
            return set(), None
        if errors:
            self.reasons.update(error.summary for error in errors)
            return set(), None
        return set(replaced), planned

    def likely(self, leaf):
        """A value for an argument that the provider computes when it is not given."""
        return None if leaf.scalar == "bool" else leaf.wrapped(choices(self.rules, leaf)[0])

    def computed_only(self, _leaf):
        return None

    def created(self, config, unsaid, computed=sample):
        """A state as after the first apply: what the provider plans, samples for what it computes."""
        likely = with_computed(self.root, config, unsaid, computed)
        _, planned = self.plan(None, config)
        return likely if planned is None else filled(planned, likely)

    def settled(self, draft):
        """A state that the draft leaves alone, and what it replaces and has unknown nevertheless."""
        config = draft.config()
        for unsaid, computed in ((self.likely, sample), (self.computed_only, sample), (self.computed_only, nothing)):
            if state := self.settled_from(self.created(config, unsaid, computed), config):
                return state
        return None

    def settled_from(self, prior, config):
        for _ in range(SETTLING):
            replaced, planned = self.plan(prior, config)
            if planned is None:
                return None
            known = filled(planned, prior)
            if known == prior:
                break
            prior = known
        return prior, replaced, unknown_in(planned)

    def lines(self):
        lines = set()
        # That a block comes or goes is told by the arguments in it that force replacement, if there are any.
        counted = {f"{n}.#" for n in self.counted if not any(r.startswith(f"{n}.") for r in self.replaced)}
        if counted or self.replaced:
            lines.add(f"{self.type_name} replace {','.join(sorted(self.replaced | counted))}")
        for name, renewed in self.renewed.items():
            if name not in self.replaced:
                lines.add(f"{self.type_name} renews {name} {','.join(sorted(renewed))}")
        return lines


class Draft:
    """A configuration: what is required, and the arguments and blocks that are named."""

    def __init__(self, plans, truth, groups, paths):
        self.plans = plans
        self.truth = truth
        self.groups = groups
        self.paths = paths

    def shows(self, leaf):
        return leaf.settable and (leaf.required or leaf.path in self.paths)

    def config(self, changed=None):
        def value_of(leaf):
            return self.value(leaf, leaf is changed) if self.shows(leaf) else None

        return assemble(
            self.plans.root, value_of, lambda group: group.settable and (group.required or group.path in self.groups)
        )

    def value(self, leaf, changed):
        if leaf.scalar == "bool":
            return bool(self.truth) != changed
        return choices(self.plans.rules, leaf)[1 if changed else 0]


def choices(rules, leaf):
    """Values to plan with: accepted ones, or two that look likely."""
    good = list(dict.fromkeys(rules.good(leaf)))
    spare = pool.TEXTS if leaf.scalar == "string" else pool.NUMBERS
    return good + [value for value in spare[:4] if value not in good]


def with_computed(group, config, unsaid, computed):
    """A state: the configuration, `computed` for what is computed, and `unsaid` for what may be."""
    state = dict(config)
    for leaf in group.leaves:
        name = leaf.path[-1]
        if leaf.write_only or leaf.path[0] == "timeouts":
            state[name] = None
        elif state[name] is None and leaf.computed:
            state[name] = unsaid(leaf) if leaf.settable else computed(leaf.type, name)
    for child in group.groups:
        name = child.path[-1]
        if isinstance(state[name], list):
            state[name] = [with_computed(child, item, unsaid, computed) for item in state[name]]
        elif child.wraps == ("single",) and state[name] is not None:
            state[name] = with_computed(child, state[name], unsaid, computed)
        elif state[name] is None and child.computed:
            state[name] = None if child.is_block or child.wraps[0] in ("single", "map") else []
    return state


def nothing(_kind, _name):
    """No sample: some computed values are of types of which an invented one is refused."""
    return None


def unknown_in(value, path=()):
    """The paths, without indexes, at which a planned state is unknown."""
    if isinstance(value, msgpack.ExtType):
        return {path}
    found = set()
    if isinstance(value, dict):
        for key, item in value.items():
            found |= unknown_in(item, path + (key,))
    elif isinstance(value, list):
        for item in value:
            found |= unknown_in(item, path)
    return found


def filled(planned, prior):
    """The planned state with what is unknown taken from the prior state."""
    if isinstance(planned, msgpack.ExtType):
        return prior
    if isinstance(planned, dict):
        prior = prior if isinstance(prior, dict) else {}
        return {key: filled(item, prior.get(key)) for key, item in planned.items()}
    if isinstance(planned, list):
        prior = prior if isinstance(prior, list) else []
        return [filled(item, prior[i] if i < len(prior) else None) for i, item in enumerate(planned)]
    return planned
