"""A plant: feeds and units wired by name; a value, the same in Python and in a file."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ytterby.balance import Balance, Basis, Finding
from ytterby.plant.errors import PlantError, nearest
from ytterby.plant.feed import Feed
from ytterby.quantity import describe
from ytterby.units import KINDS, FieldError, Unit, convert, declarations, required, settled, to_tree
from ytterby.units.thermal import NoStableForm

if TYPE_CHECKING:
    from os import PathLike

TERMINAL_ROLES = ("product", "residue", "effluent", "emission")
_TOP_KEYS = ("plant", "note", "feeds", "units", "outlets")
HOUR = 3600.0
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Plant:
    """Feeds and units wired by name, and the role of each stream that leaves.

    name: of the plant. feeds, units: by name; a Feed or the tree of one. outlets: role of each
    terminal stream: product, residue, effluent or emission. Raises PlantError.
    """

    name: str
    feeds: Mapping[str, Feed]
    units: Mapping[str, Unit]
    outlets: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    document: Any = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        from ytterby.plant.wiring import check

        feeds = {name: _feed(name, feed) for name, feed in self.feeds.items()}
        object.__setattr__(self, "feeds", feeds)
        check(self)

    @staticmethod
    def from_tree(tree: Any, document: Any = None) -> Plant:
        """The plant of a tree of plain values, as a file holds it; raises PlantError."""
        return _plant(tree, document, None)

    @staticmethod
    def read(path: str | PathLike[str]) -> Plant:
        """The plant in the file `path`; raises PlantError with file, line and column."""
        from ytterby.plant.file import read

        return read(path)

    def write(self, path: str | PathLike[str]) -> None:
        """Write the plant to the file `path`; comments of the file it came from stay."""
        from ytterby.plant.file import write

        write(self, path)

    def to_tree(self) -> dict[str, Any]:
        """The plain tree from which `from_tree` makes an equal plant."""
        tree: dict[str, Any] = {"plant": self.name}
        if self.note:
            tree["note"] = self.note
        tree["feeds"] = {name: dict(feed.tree) for name, feed in self.feeds.items()}
        tree["units"] = {name: _unit_tree(unit) for name, unit in self.units.items()}
        if self.outlets:
            tree["outlets"] = dict(self.outlets)
        return tree

    def with_(self, **changes: Any) -> Plant:
        """The plant with fields changed: plant.with_(**{"leach.acid_dose": 1.3}).

        A path starts at a unit or a feed. Values are written as in a plant file. Raises
        PlantError when the path or the value is wrong.
        """
        kept = self.document if self.document is not None else self.to_tree()
        document = kept
        for path, value in changes.items():
            document = _put(document, path, value, self)
        return _plant(document, document if self.document is not None else None, self)

    def plain(self) -> Plant:
        """The same plant without the comments of its file, quicker to make variants of."""
        tree = _bare(self.to_tree())
        return Plant.from_tree(tree, tree)

    def basis(self) -> Basis:
        """Every species that can come about in the plant."""
        names = frozenset().union(*(feed.species for feed in self.feeds.values()))
        while True:
            made = frozenset().union(*(unit.reach(names) for unit in self.units.values()))
            closed = frozenset(Basis.of(names | made).names)
            if closed == names:
                return Basis.of(names)
            names = closed

    def check(self) -> tuple[Finding, ...]:
        """What a reader should look at before solving, such as terminal streams without a role.

        An error is what keeps the plant from being solved, such as a target on what no feed brings.
        """
        from ytterby.plant.wiring import absent_targets, warnings

        return (*warnings(self), *absent_targets(self))

    def solve(
        self,
        *,
        period: float = HOUR,
        sensitivity: bool = False,
        near: Balance | None = None,
        progress: Progress | None = None,
    ) -> Balance:
        """The steady balance over `period` [s].

        sensitivity: also say how much each fact moves every stream (`Balance.responses`).
        near: the balance of a like plant to start from; it saves time and changes nothing else.
        progress: called with a line on every step. Raises NotConverged, BalanceError where a
        balance does not close, PlantError.
        """
        from ytterby.plant.solve import solve

        try:
            return solve(self, period, sensitivity, near, progress or (lambda line: None))
        except NoStableForm as error:
            raise PlantError((), str(error)) from None


def _plant(tree: Any, document: Any, like: Plant | None) -> Plant:
    """The plant of a tree; what `like` was made of and is still there is not made anew."""
    if not isinstance(tree, Mapping):
        raise PlantError((), f"found {describe(tree)}, expected a plant: {', '.join(_TOP_KEYS)}")
    for key in tree:
        if key not in _TOP_KEYS:
            expected = f"expected one of {', '.join(_TOP_KEYS)}.{nearest(key, _TOP_KEYS)}"
            raise PlantError((key,), f"found the key {key!r}, {expected}", at_key=True)
    for key in ("plant", "feeds", "units"):
        if key not in tree:
            raise PlantError((), f"found no {key!r}, which a plant needs")
    name = tree["plant"]
    if not isinstance(name, str) or not name.strip():
        raise PlantError(("plant",), f"found {describe(name)}, expected the name of the plant")
    return Plant(
        name=name,
        feeds=_mapping(tree, "feeds"),
        units={unit: _unit(unit, branch, name) for unit, branch in _mapping(tree, "units").items()},
        outlets=_roles(_mapping(tree, "outlets") if "outlets" in tree else {}),
        note=str(tree.get("note", "")),
        document=document,
    )


def _mapping(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    branch = tree[key]
    if not isinstance(branch, Mapping):
        raise PlantError((key,), f"found {describe(branch)}, expected a mapping by name")
    for name in branch:
        if (
            not isinstance(name, str)
            or not name.replace("_", "").replace("-", "").replace(".", "").isalnum()
        ):
            raise PlantError(
                (key, name),
                f"found the name {name!r}, expected letters, digits, - and _",
                at_key=True,
            )
    return branch


def _feed(name: str, tree: Any) -> Feed:
    try:
        return Feed.of(tree)
    except FieldError as error:
        raise _placed(("feeds", name), error) from None


def _placed(path: tuple[str, ...], error: FieldError) -> PlantError:
    hint = f". {error.hint}" if error.hint else ""
    at_key = (
        bool(error.path)
        and error.found.startswith("unknown")
        and error.found.endswith(repr(error.path[-1]))
    )
    message = f"found {error.found}, expected {error.expected}{hint}"
    return PlantError((*path, *error.path), message, at_key=at_key)


def _unit(name: str, branch: Any, plant: str) -> Unit:
    path = ("units", name)
    if not isinstance(branch, Mapping):
        raise PlantError(path, f"found {describe(branch)}, expected a mapping with 'is: <unit>'")
    kind = branch.get("is")
    if not isinstance(kind, str) or kind not in KINDS:
        found = f"found {describe(kind)} as the kind of unit" if "is" in branch else "found no 'is'"
        known = f"expected one of {', '.join(KINDS)}.{nearest(kind, KINDS)}"
        raise PlantError((*path, "is") if "is" in branch else path, f"{found}, {known}")
    told = declarations(KINDS[kind])
    for key in branch:
        if key != "is" and key not in told:
            known = f"expected one of {', '.join(told)}.{nearest(key, told)}"
            raise PlantError((*path, key), f"found the field {key!r}, {known}", at_key=True)
    for key in required(KINDS[kind]):
        if key not in branch:
            raise PlantError(
                path, f"found no {key!r}, which it needs: {told[key].doc}", at_key=True
            )
    source = f"given in plant {plant!r}"
    try:
        given = {key: value for key, value in branch.items() if key != "is"}
        fields = {
            key: convert(key, told[key], value, source)
            for key, value in given.items()
            if not told[key].chosen
        }
        # Choices come first: which facts are overridden depends on them.
        told = settled(KINDS[kind], fields)
        fields |= {
            key: convert(key, told[key], value, source)
            for key, value in given.items()
            if told[key].chosen
        }
        return KINDS[kind](**fields)
    except FieldError as error:
        raise _placed(path, error) from None


def _roles(outlets: Mapping[str, Any]) -> dict[str, str]:
    for name, role in outlets.items():
        if role not in TERMINAL_ROLES:
            raise PlantError(
                ("outlets", name),
                f"found the role {role!r}, expected one of {', '.join(TERMINAL_ROLES)}."
                f"{nearest(role, TERMINAL_ROLES)}",
            )
    return dict(outlets)


def _bare(value: Any) -> Any:
    """A tree of the types of Python alone, without what a file's reader hangs on them."""
    match value:
        case Mapping():
            return {str(key): _bare(one) for key, one in value.items()}
        case list() | tuple():
            return [_bare(one) for one in value]
        case bool() | None:
            return value
        case int() | float() | str():
            return next(kind(value) for kind in (int, float, str) if isinstance(value, kind))
    return value


def _unit_tree(unit: Unit) -> dict[str, Any]:
    tree: dict[str, Any] = {"is": unit.kind}
    for name, told in settled(type(unit), vars(unit)).items():
        branch = to_tree(getattr(unit, name), told)
        if branch not in ({}, [], None) or name in required(type(unit)):
            tree[name] = branch
    return tree


def _put(document: Any, path: str, value: Any, plant: Plant) -> Any:
    """The document with the value at a dotted path that starts at a unit or a feed.

    Mappings on the way are copied, so that the document itself stays as it is.
    """
    head, *keys = path.split(".")
    section = "units" if head in plant.units else "feeds"
    if head not in document.get(section, {}) or not keys:
        known = [*plant.units, *plant.feeds]
        raise PlantError(
            (), f"found no unit or feed field {path!r}, expected unit.field.{nearest(head, known)}"
        )
    whole = branch = copy.copy(document)
    for key in (section, head, *keys[:-1]):
        below = branch.get(key)
        branch[key] = copy.copy(below) if isinstance(below, Mapping) else {}
        branch = branch[key]
    branch[keys[-1]] = value
    return whole
