"""Who takes what: checks of the wiring, the order of the way through, and where loops are torn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ytterby.balance import Finding
from ytterby.plant.errors import PlantError, nearest
from ytterby.units import CascadeUnit, declarations

if TYPE_CHECKING:
    from ytterby.plant.plant import Plant


def produced(plant: Plant) -> dict[str, str | None]:
    """Every stream that exists before anybody takes it -> the unit that makes it (None: a feed)."""
    streams: dict[str, str | None] = {name: None for name in plant.feeds}
    for name, unit in plant.units.items():
        streams.update({f"{name}.{port}": name for port in unit.outlets})
    return streams


def drawn(plant: Plant) -> frozenset[str]:
    """Feeds without a flow: they are drawn on demand."""
    return frozenset(name for name, feed in plant.feeds.items() if feed.flow is None)


def check(plant: Plant) -> None:
    """Raise PlantError for names that nothing produces, streams taken twice and wrong draws."""
    for name in plant.feeds:
        if name in plant.units:
            raise PlantError(
                ("units", name), "a feed has the same name; give one of them another", at_key=True
            )
    taken: dict[str, str] = {}
    for name, unit in plant.units.items():
        for port in unit.inlets:
            _check_taken(plant, name, port, taken)
            _check_drawn(plant, name, port)
    for stream in plant.outlets:
        _check_outlet(plant, stream, taken)


def _check_taken(plant: Plant, name: str, port: str, taken: dict[str, str]) -> None:
    """Note what a port takes in `taken`; every stream exists, and determined ones go once."""
    streams, on_demand = produced(plant), drawn(plant)
    for position, stream in enumerate(plant.units[name].inlets[port]):
        path = ("units", name, port, position)
        if stream not in streams:
            raise PlantError(
                path,
                f"inlet {port!r} names {stream!r}, which nothing produces."
                f"{nearest(stream, streams)}",
            )
        if stream in on_demand:
            continue
        if stream in taken:
            raise PlantError(
                path,
                f"inlet {port!r} takes {stream!r}, which {taken[stream]!r} takes already; "
                "part it with a unit 'is: split' and take its outlets",
            )
        taken[stream] = f"{name}.{port}"


def _check_drawn(plant: Plant, name: str, port: str) -> None:
    """A port draws one feed at most, only where the unit sets how much, and at times only that."""
    path, unit, on_demand = ("units", name, port), plant.units[name], drawn(plant)
    called = [stream for stream in unit.inlets[port] if stream in on_demand]
    if called and not declarations(type(unit))[port].drawable:
        raise PlantError(
            path,
            f"inlet {port!r} takes the feed {called[0]!r}, which has no flow, expected one "
            "with 'flow:', since this inlet does not set it",
        )
    if len(called) > 1:
        raise PlantError(
            path,
            f"inlet {port!r} draws {' and '.join(map(repr, called))}, expected one feed "
            "without a flow; give the others a 'flow:'",
        )
    for position, stream in enumerate(unit.inlets[port]):
        if stream not in on_demand and (reason := unit.only_drawn(port)):
            raise PlantError(
                (*path, position),
                f"inlet {port!r} takes {stream!r}, expected a feed without a flow only: {reason}",
            )


def _check_outlet(plant: Plant, stream: str, taken: dict[str, str]) -> None:
    """What has a role is made by a unit and leaves the plant."""
    streams = produced(plant)
    if streams.get(stream) is None:
        outlets = [name for name, unit in streams.items() if unit]
        raise PlantError(
            ("outlets", stream),
            f"no unit makes this stream.{nearest(stream, outlets)}",
            at_key=True,
        )
    if stream in taken:
        raise PlantError(
            ("outlets", stream),
            f"{taken[stream]!r} takes this stream, so it does not leave; take its role out",
            at_key=True,
        )


def warnings(plant: Plant) -> tuple[Finding, ...]:
    """Terminal streams without a role, feeds that nobody takes."""
    wiring = Wiring.of(plant)
    found = [
        Finding(stream, "leaves the plant without a role; give it one under 'outlets'")
        for stream in wiring.terminal
        if stream not in plant.outlets
    ]
    used = {stream for unit in plant.units.values() for ns in unit.inlets.values() for stream in ns}
    found += [
        Finding(feed, "is a feed that no unit takes") for feed in plant.feeds if feed not in used
    ]
    return tuple(found)


def absent_targets(plant: Plant) -> tuple[Finding, ...]:
    """Targets of cascades on elements that no feed brings: such a plant has no steady state."""
    brought = set(plant.basis().elements)
    found = []
    for name, unit in plant.units.items():
        targets = unit.targets if isinstance(unit, CascadeUnit) else {}
        absent = sorted({e for aim in targets.values() for e in aim.elements} - brought)
        if absent:
            text = f"a target names {', '.join(absent)}, which no feed brings"
            found.append(Finding(name, text, "error"))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Wiring:
    """The graph of a plant.

    order: unit names such that each comes after what feeds it, but for the torn streams.
    torn: streams at which loops are cut, few and deterministic.
    taker: (unit, port) of each determined stream that is taken.
    """

    plant: Plant
    order: tuple[str, ...]
    torn: tuple[str, ...]
    taker: dict[str, tuple[str, str]]

    @staticmethod
    def of(plant: Plant) -> Wiring:
        on_demand = drawn(plant)
        taker = {
            stream: (name, port)
            for name, unit in plant.units.items()
            for port, names in unit.inlets.items()
            for stream in names
            if stream not in on_demand
        }
        order, torn = _tear(plant, taker)
        return Wiring(plant, order, torn, taker)

    @cached_property
    def terminal(self) -> tuple[str, ...]:
        """Streams that leave the plant, in file order."""
        return tuple(
            stream
            for stream, unit in produced(self.plant).items()
            if unit is not None and stream not in self.taker
        )

    def successors(self, unit: str) -> list[tuple[str, str]]:
        """(stream, unit that takes it) of the outlets of `unit` that stay in the plant."""
        streams = [f"{unit}.{port}" for port in self.plant.units[unit].outlets]
        return [(stream, self.taker[stream][0]) for stream in streams if stream in self.taker]

    def loop(self, inside: set[str]) -> str:
        """'a -> b -> a' through units of `inside`, for messages."""
        start = next(unit for unit in self.order if unit in inside)
        path = [start]
        while True:
            onward = [unit for _, unit in self.successors(path[-1]) if unit in inside]
            if not onward:
                return " -> ".join(path)
            fresh = [unit for unit in onward if unit not in path]
            if not fresh:
                return " -> ".join([*path[path.index(onward[0]) :], onward[0]])
            path.append(fresh[0])


def _tear(
    plant: Plant, taker: dict[str, tuple[str, str]]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(order, torn streams) by a depth-first walk along the streams in file order.

    Every stream that leads back to a unit still being walked closes a loop and is torn.
    """
    onward = {
        name: [
            (f"{name}.{port}", taker[f"{name}.{port}"][0])
            for port in unit.outlets
            if f"{name}.{port}" in taker
        ]
        for name, unit in plant.units.items()
    }
    state: dict[str, str] = {}
    finished: list[str] = []
    torn: list[str] = []

    def walk(start: str) -> None:
        stack = [(start, iter(onward[start]))]
        state[start] = "open"
        while stack:
            unit, streams = stack[-1]
            for stream, target in streams:
                if state.get(target) == "open":
                    torn.append(stream)
                elif target not in state:
                    state[target] = "open"
                    stack.append((target, iter(onward[target])))
                    break
            else:
                state[unit] = "done"
                finished.append(unit)
                stack.pop()

    fed = [
        name
        for name, unit in plant.units.items()
        if any(
            stream in plant.feeds and plant.feeds[stream].flow is not None
            for names in unit.inlets.values()
            for stream in names
        )
    ]
    for name in [*fed, *plant.units]:
        if name not in state:
            walk(name)
    return tuple(reversed(finished)), tuple(torn)
