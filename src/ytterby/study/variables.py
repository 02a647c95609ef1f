"""What varies in a study: fields, facts and assays, each with a distribution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

from ytterby.chemistry import is_element
from ytterby.facts import Fact
from ytterby.plant import Plant
from ytterby.quantity import parse, parse_any
from ytterby.quantity.number import split
from ytterby.units import declarations

Shape = Literal["normal", "uniform"]
_WIDEST = 4.0
"""Standard deviations beyond which no sample is drawn [-]."""
_SOURCE = "drawn in a study"
_SHARES = ("%", "percent", "ppm", "ppb")


@dataclass(frozen=True)
class Variable:
    """One thing that varies.

    name: how results call it. paths: where it stands in the plant, as `Plant.with_` takes them;
    several where one fact serves several units, none where it is a fact of the accounts, such as
    a price. unit: of its numbers, as the plant file writes them. shape: normal (center, spread =
    one standard deviation, cut at four of them and at low and high) or uniform (from low to
    high). fact: the fact it stands for, or None.
    """

    name: str
    paths: tuple[str, ...]
    unit: str
    shape: Shape
    center: float
    spread: float
    low: float = -np.inf
    high: float = np.inf
    fact: Fact | None = None

    @property
    def distribution(self) -> Any:
        """The distribution as SciPy has it."""
        if self.shape == "uniform":
            return stats.uniform(self.low, self.high - self.low)
        low = max((self.low - self.center) / self.spread, -_WIDEST)
        high = min((self.high - self.center) / self.spread, _WIDEST)
        return stats.truncnorm(low, high, self.center, self.spread)

    @property
    def step(self) -> float:
        """How far it usually lies from its middle: a standard deviation or a quarter of its
        range, in its unit."""
        return (self.high - self.low) / 4 if self.shape == "uniform" else self.spread

    def changes(self, value: float) -> dict[str, Any]:
        """What `Plant.with_` is given for `value` [unit]."""
        text = value if self.unit == "-" else f"{value!r} {self.unit}"
        if self.fact is None:
            return dict.fromkeys(self.paths, text)
        told = {"value": text, "source": _SOURCE, "class": self.fact.evidence}
        return {path: dict(told) for path in self.paths}


def current(plant: Plant, variable: Variable) -> float:
    """What a variable stands at in the plant, in its unit.

    Raises ValueError where the plant gives its field no number.
    """
    if variable.shape == "normal":
        return variable.center
    head, *keys = variable.paths[0].split(".")
    tree: Any = plant.to_tree()
    branch = tree["units"].get(head) or tree["feeds"].get(head)
    for key in keys:
        branch = branch.get(key) if isinstance(branch, Mapping) else None
    if branch is None and head in plant.units:
        told = declarations(type(plant.units[head]))[keys[0]]
        branch = f"{getattr(plant.units[head], keys[0])!r} {told.unit}".removesuffix(" -")
    if branch is None:
        raise ValueError(f"{variable.name}: found nothing there, expected a number to start from")
    if variable.unit in _SHARES:
        return parse(branch, "-") / parse(f"1 {variable.unit}", "-")
    return parse(branch, variable.unit)


def field_between(path: str, low: str | float, high: str | float) -> Variable:
    """A field that may stand anywhere from `low` to `high`, written as in a plant file."""
    number, unit = _read(low)
    top, top_unit = _read(high)
    if unit != top_unit:
        raise ValueError(
            f"{path}: found {low!r} and {high!r}, expected both in the same unit, such as {unit!r}"
        )
    if not number < top:
        raise ValueError(f"{path}: found {low!r} to {high!r}, expected the lower one first")
    middle = (number + top) / 2
    return Variable(path, (path,), unit, "uniform", middle, 0.0, number, top)


def assay(feed: str, plant: Plant, spreads: Mapping[str, str | float]) -> tuple[Variable, ...]:
    """The elements of a feed with one standard uncertainty each: {"Nd": "0.5 %"}.

    The feed must name a remainder, which takes up the difference.
    """
    tree = plant.feeds[feed].tree["assay"]
    if "remainder" not in tree:
        raise ValueError(
            f"feed {feed!r}: found an assay without a remainder, expected one, such as "
            "'remainder: inert', to take up what the elements vary by"
        )
    found = []
    for element, spread in spreads.items():
        center, unit = _read(tree[element])
        width = parse_any(spread, ("-",))[0] / parse_any(f"1 {unit}", ("-",))[0]
        path = f"{feed}.assay.{element}"
        found.append(Variable(path, (path,), unit, "normal", center, width, low=0.0))
    return tuple(found)


def uncertain_facts(
    plant: Plant, only: Sequence[str] | None = None, *, unstated: float | None = None
) -> tuple[Variable, ...]:
    """The facts that a plant rests on, within one standard uncertainty.

    only: keys of `Balance.facts` (`unit.field`) to keep; all when None. unstated: relative
    standard uncertainty of facts that state none; they are left out when None. One fact in
    several units is one variable; facts of elements that are not in the plant are left out.
    """
    present = set(plant.basis().elements)
    places: dict[Fact, list[str]] = {}
    limits: dict[Fact, tuple[float, float]] = {}
    for unit_name, unit in plant.units.items():
        told = declarations(type(unit))
        for path, fact in unit.facts.items():
            key = path.partition(".")[2]
            if is_element(key) and key not in present:
                continue
            if only is None or f"{unit_name}.{path}" in only:
                places.setdefault(fact, []).append(f"{unit_name}.{path}")
                limits[fact] = _limits(told[path.partition(".")[0]], fact)
    found = []
    for fact, paths in places.items():
        spread = fact.uncertainty or (unstated or 0.0) * abs(fact.value)
        if spread > 0:
            low, high = limits[fact]
            found.append(
                Variable(
                    fact.name,
                    tuple(paths),
                    fact.unit,
                    "normal",
                    fact.value,
                    spread,
                    low,
                    high,
                    fact,
                )
            )
    return tuple(found)


def uncertain_account_facts(
    facts: Iterable[Fact], *, unstated: float | None = None
) -> tuple[Variable, ...]:
    """Prices, emission factors, sizes and shares within one standard uncertainty, none below nil.

    facts: those that accounts rest on, see `Figures.facts`. unstated: as `uncertain_facts` has it.
    """
    found = {}
    for one in facts:
        spread = one.uncertainty or (unstated or 0.0) * abs(one.value)
        if spread > 0:
            shape = (one.name, (), one.unit, "normal", one.value, spread)
            found[one.name] = Variable(*shape, low=min(0.0, one.value), fact=one)
    return tuple(found.values())


def _limits(told: Any, fact: Fact) -> tuple[float, float]:
    """Limits of a field in the unit of its fact."""
    scale = fact.si(told.unit) / fact.value if fact.value else 1.0
    ends = (told.minimum / scale, told.maximum / scale)
    return min(ends), max(ends)


def _read(raw: str | float) -> tuple[float, str]:
    if not isinstance(raw, str):
        return float(raw), "-"
    number, unit = split(raw)
    return number, unit or "-"
