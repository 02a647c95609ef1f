"""Losses: where each kilogram of an element goes that no product holds, and what wins it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ytterby.accounts.statement import Line, Statement
from ytterby.balance import AMBIENT, Balance
from ytterby.plant import Plant, PlantError
from ytterby.units import Declaration, declarations

LOST = ("residue", "effluent", "emission", "unassigned")
"""Roles of streams in which an element counts as lost."""
_STEP = 0.1
"""How far a setting is moved, relative [-]."""


def losses(element: str) -> Callable[[Balance], Statement]:
    """The account of where `element` leaves other than with a product, as a function of a balance.

    Lines: `loss` of each stream [kg/s], largest first, `share` of what is fed [-], and the sums
    `lost` and `recovered` [-]. Each line names its stream; the stream's name says which unit it
    left. Species are not needed; where a mass is not known the line says so.
    """

    def account(balance: Balance) -> Statement:
        return Statement(f"Losses of {element}", tuple(_lines(balance, element)))

    return account


def _lines(balance: Balance, element: str) -> Iterable[Line]:
    fed, ways = _fed(balance, element), _ways(balance, element)
    feeds = tuple(edge.name for edge in balance.edges if edge.source is None)
    lost = [way for way in ways if way.role in LOST]
    for way in lost:
        text = f"{element} lost with {way.stream} of unit {way.unit}"
        missing = f"{element} is not known of {way.stream}"
        yield Line.of(("loss", way.stream, element), text, way.flow, "kg/s", (way.stream,), missing)
    for way in lost:
        share = way.flow / fed if fed else float("nan")
        text = f"share of all {element} that leaves with {way.stream}"
        missing = f"{element} of {way.stream} or of a feed is not known, or none is fed"
        streams = (way.stream, *feeds)
        yield Line.of(("share", way.stream, element), text, share, "-", streams, missing)
    for key, chosen in (("lost", lost), ("recovered", [w for w in ways if w.role == "product"])):
        total = sum(way.flow for way in chosen) / fed if fed else float("nan")
        streams = (*(way.stream for way in chosen), *feeds)
        missing = f"{element} is not known of every stream, or none is fed"
        yield Line.of((key, element), f"share of {element} {key}", total, "-", streams, missing)


@dataclass(frozen=True)
class Way:
    """One way out of the plant: stream, the unit it leaves, its role, and kg/s of the element."""

    stream: str
    unit: str
    role: str
    flow: float


def _ways(balance: Balance, element: str) -> list[Way]:
    """Ways out, the largest first; those not known last."""
    ways = [
        Way(edge.name, edge.source or "", edge.role, _flow(balance, edge.name, element))
        for edge in balance.edges
        if edge.target is None
    ]
    return sorted(ways, key=lambda way: (np.isnan(way.flow), -way.flow))


def _flow(balance: Balance, stream: str, element: str) -> float:
    return balance.mass(stream, element) / balance.period


def _fed(balance: Balance, element: str) -> float:
    """[kg/s] of the element in all feeds."""
    column = balance.elements.index(element) if element in balance.elements else None
    if column is None:
        return 0.0
    rows = [row for row, edge in enumerate(balance.edges) if edge.source is None]
    masses = np.where(balance.known[rows, column], balance.masses[rows, column], np.nan)
    return float(masses.sum() / balance.period)


@dataclass(frozen=True)
class Lever:
    """What one changed setting wins back.

    path: `unit.setting`. before, after: its value, as written in a plant file. won: kg/s more of
    the element in products. cost: kg/s more of all drawn feeds. trouble: why the changed plant
    does not run, or "".
    """

    path: str
    before: str
    after: str
    won: float
    cost: float
    trouble: str = ""


def levers(
    element: str, plant: Plant, base: Balance, *, progress: Callable[[str], None] | None = None
) -> tuple[Lever, ...]:
    """What each unit's settings, changed one at a time, would win back of `element`, most first.

    Every number that somebody chose is moved up and down by a tenth (a temperature by a tenth of
    its distance from room temperature, a count by one) within its limits, the plant solved anew
    from `base`, and the better way kept; so what a recycle does with the change is counted.
    A change is no advice: `cost` says what it draws, and purity targets stay as they are.

    base: `plant.solve()`. progress: called with each path.
    """
    found = []
    for path, now, tried in _settings(plant):
        if progress is not None:
            progress(path)
        ways = [_lever(element, plant, base, path, now, value) for value in tried]
        found.append(max(ways, key=lambda lever: (not lever.trouble, lever.won)))
    return tuple(sorted(found, key=lambda lever: (bool(lever.trouble), -lever.won)))


def _lever(
    element: str, plant: Plant, base: Balance, path: str, now: str | float, value: str | float
) -> Lever:
    try:
        changed = plant.with_(**{path: value}).solve(near=base)
    except (ArithmeticError, PlantError) as error:
        return Lever(path, str(now), str(value), 0.0, 0.0, str(error))
    won = _recovered(changed, element) - _recovered(base, element)
    return Lever(path, str(now), str(value), won, _drawn(changed) - _drawn(base))


def _settings(plant: Plant) -> Iterator[tuple[str, str | float, list[str | float]]]:
    """(path, value now, values to try) of every number somebody chose in the units."""
    for name, unit in plant.units.items():
        for key, told in declarations(type(unit)).items():
            value = getattr(unit, key)
            if told.kind == "setting" and not told.choices:
                tried = [v for v in _moved(value, told) if told.minimum <= v <= told.maximum]
                if tried:
                    yield f"{name}.{key}", _written(value, told), [_written(v, told) for v in tried]
            elif key == "stages":
                for section, count in value.items():
                    yield f"{name}.{key}.{section}", count, [count + 1, max(count - 1, 1)]


def _moved(value: float, told: Declaration) -> list[float]:
    if told.whole:
        return [value + 1, value - 1]
    step = _STEP * (value - AMBIENT if told.unit == "K" else value)
    return [value + step, value - step] if step else []


def _written(value: float, told: Declaration) -> str | float:
    return value if told.unit == "-" else f"{value!r} {told.unit}"


def _recovered(balance: Balance, element: str) -> float:
    return sum(way.flow for way in _ways(balance, element) if way.role == "product")


def _drawn(balance: Balance) -> float:
    """[kg/s] of the feeds drawn on demand."""
    drawn = {edge.name for edge in balance.edges if edge.source is None and " > " in edge.name}
    return sum(balance.flow(name) for name in drawn)
