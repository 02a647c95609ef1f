"""Losses: where each kilogram of an element goes that no product holds, and what wins it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ytterby.accounts.statement import Line, Statement
from ytterby.balance import AMBIENT, Balance
from ytterby.plant import Plant, PlantError
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.solve import Start, converge
from ytterby.plant.tangent import Tangent
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
    the element in products. solved: whether the changed plant was solved, or only its unit, the
    rest of the plant answering to first order. cost: kg/s more of all drawn feeds, where it was
    solved. trouble: why the changed plant does not run, or "".
    """

    path: str
    before: str | float
    after: str | float
    won: float
    solved: bool = False
    cost: float | None = None
    trouble: str = ""


def levers(element: str, plant: Plant, base: Balance, *, confirm: int = 0) -> tuple[Lever, ...]:
    """What each unit's settings, changed one at a time, would win back of `element`, most first.

    Every number that somebody chose is moved up and down by a tenth (a temperature by a tenth of
    its distance from room temperature, a count by one) within its limits. The unit is run anew
    with it on what it receives; the rest of the plant, recycles included, answers to first order;
    the better way is kept. The best `confirm` levers are then solved in full. A change is no
    advice: it may cost reagent or purity.

    base: `plant.solve()`.
    """
    found = _to_first_order(element, plant, base)
    ranked = sorted(found, key=lambda lever: (bool(lever.trouble), -lever.won))
    solved = [_solved(element, plant, base, lever) for lever in ranked[:confirm]]
    return (*sorted(solved, key=lambda lever: -lever.won), *ranked[confirm:])


def _to_first_order(element: str, plant: Plant, base: Balance) -> list[Lever]:
    flowsheet = Flowsheet.of(plant)
    done = converge(flowsheet, Start.at(flowsheet, base), lambda line: None)
    tangent = Tangent.around(flowsheet, done, everywhere=True)
    ways, changes = [], []
    for path, now, tried in _settings(plant):
        for value in tried:
            change, trouble = _unit_changed(flowsheet, done, plant, path, value)
            ways.append(Lever(path, now, value, 0.0, trouble=trouble))
            changes.append(change)
    won = _won(flowsheet, tangent, changes, element)
    best: dict[str, Lever] = {}
    for lever, amount in zip(ways, won.tolist(), strict=True):
        lever = replace(lever, won=0.0 if lever.trouble else amount)
        known = best.get(lever.path)
        if known is None or (not lever.trouble, lever.won) > (not known.trouble, known.won):
            best[lever.path] = lever
    return list(best.values())


def _won(
    flowsheet: Flowsheet, tangent: Tangent, changes: list[dict[str, np.ndarray]], element: str
) -> np.ndarray:
    """kg/s more in all products for each change of a unit's outlets, loops closed."""
    size = len(flowsheet.basis.names)
    sources: dict[str, np.ndarray] = {}
    for column, change in enumerate(changes):
        for stream, amounts in change.items():
            sources.setdefault(stream, np.zeros((size, len(changes))))[:, column] = amounts
    returned, _ = tangent.propagate(sources, {})
    torn = tangent.close({s: returned[s] for s in tangent.active if s in returned})
    moved, _ = tangent.propagate(sources, torn)
    weights = _weights(flowsheet, element)
    products = [
        s for s, role in flowsheet.plant.outlets.items() if role == "product" and s in moved
    ]
    return sum((weights @ moved[s] for s in products), np.zeros(len(changes)))


def _weights(flowsheet: Flowsheet, element: str) -> np.ndarray:
    """kg of the element per mol of each species, shape (species,)."""
    basis = flowsheet.basis
    if element not in basis.elements:
        return basis.zeros()
    row = basis.elements.index(element)
    return basis.atoms[row] * basis.atomic_mass[row]


def _unit_changed(
    flowsheet: Flowsheet, done: Pass, plant: Plant, path: str, value: str | float
) -> tuple[dict[str, np.ndarray], str]:
    """(change of each outlet [mol/s] of the unit whose setting is changed, why it cannot be)."""
    name = next(unit for unit in plant.units if path.startswith(f"{unit}."))
    try:
        changed = plant.with_(**{path: value}).units[name]
        outcome = flowsheet.run_unit(changed, name, flowsheet.inlets(name, done.streams))
    except (ArithmeticError, ValueError) as error:
        return {}, str(error)
    if outcome.trouble is not None:
        return {}, outcome.trouble.text
    return {
        f"{name}.{port}": stream.amounts - done.outcomes[name].outlets[port].amounts
        for port, stream in outcome.outlets.items()
    }, ""


def _solved(element: str, plant: Plant, base: Balance, lever: Lever) -> Lever:
    try:
        changed = plant.with_(**{lever.path: lever.after}).solve(near=base)
    except (ArithmeticError, PlantError) as error:
        return replace(lever, won=0.0, solved=True, trouble=str(error))
    won = _recovered(changed, element) - _recovered(base, element)
    return replace(lever, won=won, solved=True, cost=_drawn(changed) - _drawn(base))


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
