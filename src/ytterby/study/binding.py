"""What stands in the way of a better optimum, and what easing it is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import nnls

from ytterby.plant import Plant
from ytterby.study.aim import TOLERANCE, Aim, Held
from ytterby.study.evaluate import Study
from ytterby.study.search import Search
from ytterby.study.slopes import slopes
from ytterby.units.cascade import CascadeUnit
from ytterby.units.cascade_detail import CascadeDetail

_END = 2e-3
"""Distance from the end of a field, relative to its range, at which it binds [-]."""
_REACH = 3e-3
"""Step of the fields, relative to their ranges, that a search leaves undone at its end [-]."""
_AWAY = 0.1
"""Distance from a limit, relative to its size, from which on it does not bind [-]."""
_MATTERS = 1e-3
"""Share of the slope of the aim that a limit must carry to bind [-]."""
_HUNDREDTH = 0.01
_EASED = 1e-3
"""Step of a target, relative to its size: less than the make-up of a solvent loop, so that it stays
one [-]."""


@dataclass(frozen=True)
class Binding:
    """A limit on which an optimum stands: no room is left, and with more the aim were better.

    name: the figure held, the field, or the target of the plant. sense, value, unit: of the limit.
    worth: by how much the aim gets better per unit by which the limit is eased [aim per unit].
    step: a small easing in round numbers, over which the worth may be taken to hold [unit].
    """

    name: str
    sense: str
    value: float
    unit: str
    worth: float
    step: float

    @property
    def what(self) -> str:
        """The limit in words, `leach.acid_dose >= 1`."""
        unit = "" if self.unit == "-" else self.unit
        return f"{self.name} {self.sense} {self.value:g} {unit}".rstrip()


@dataclass(frozen=True)
class Stand:
    """How an optimum stands between its limits.

    binding: those that bind, the dearest first. fixed: figures at their limit that nothing varied
    moves. rest: by how much the aim would get better per hundredth of the range of every field if
    they moved along what slope is left, in the unit of the aim: nothing at a true optimum.
    """

    binding: tuple[Binding, ...]
    fixed: tuple[Held, ...]
    rest: float


def stand(search: Search, best: np.ndarray, aim: Aim, held: Sequence[Held]) -> Stand:
    """Which limits bind at `best`, with their multipliers.

    At an optimum the slope of the aim is a sum of slopes of what binds, with weights that are
    never negative (Karush, Kuhn, Tucker); the weights are what easing each limit is worth.
    """
    at = search.figures(best)
    assert at is not None
    rising = search.slopes(best, [aim.name, *(one.name for one in held)])
    slope = aim.sign * rising[aim.name]
    close = [one for one in held if _close(one, at[one.name], rising[one.name])]
    moved = [one for one in close if np.linalg.norm(rising[one.name]) > TOLERANCE * one.size]
    limits = [(_held(one), one.inward * rising[one.name]) for one in moved]
    limits += _ends(search, best)
    rows = np.array([row for _, row in limits]).reshape(len(limits), len(best))
    lengths = np.linalg.norm(rows, axis=1)
    weights = nnls((rows / lengths[:, None]).T, slope)[0] if limits else np.zeros(0)
    rest = slope - (rows / lengths[:, None]).T @ weights
    found = [
        replace(limit, worth=float(weight / length) * limit.worth)
        for (limit, _), weight, length in zip(limits, weights, lengths, strict=True)
        if weight > _MATTERS * np.linalg.norm(slope)
    ]
    return Stand(
        tuple(sorted(found, key=lambda one: -one.worth * one.step)),
        tuple(one for one in close if one not in moved),
        _HUNDREDTH * float(np.abs(rest).sum()),
    )


def _close(one: Held, figure: float, slope: np.ndarray) -> bool:
    """Whether a figure has no room left, or no more than the end of a search leaves open."""
    left = TOLERANCE * one.size + _REACH * float(np.linalg.norm(slope))
    return one.room(figure) <= min(left, _AWAY * one.size)


def _held(one: Held) -> Binding:
    return Binding(one.name, one.sense, one.value, "", 1.0, round_step(one.size))


def _ends(search: Search, best: np.ndarray) -> Iterator[tuple[Binding, np.ndarray]]:
    """The ends of fields that `best` stands on, with the directions inwards."""
    for i, variable in enumerate(search.variables):
        width, inward = variable.high - variable.low, np.eye(len(best))[i]
        limit = Binding(
            variable.name, ">=", variable.low, variable.unit, 1 / width, round_step(width)
        )
        if best[i] <= _END:
            yield limit, inward
        elif best[i] >= 1 - _END:
            yield replace(limit, sense="<=", value=variable.high), -inward


def round_step(size: float) -> float:
    """The power of ten next below a tenth of `size`."""
    return 10.0 ** math.floor(math.log10(size / 10))


Figures = Mapping[str, float]


def worth_of_targets(
    study: Study, settings: Sequence[float], aim: Aim, binding: Sequence[Binding] = ()
) -> tuple[Binding, ...]:
    """What easing the targets of the plant itself is worth, those that set a flow at an optimum.

    The solve of a cascade holds its targets and its loading limit: they are in the way as much as
    what is held from outside, and no field that varies eases them.

    settings: the optimum, in the units of the variables. binding: what binds there; easing a target
    may also ease it, which counts with its worth. A worth below nothing tells that a tighter target
    would be better. Raises NotConverged.
    """
    plant = study.variant(settings)
    balance = plant.solve()
    eased = [found for name in plant.units for found in _eased(plant, name, balance.details)]
    steps = [(changed, _EASED * _size(limit)) for limit, changed in eased]
    held = {one.name: one for one in binding}
    found = []
    for (limit, _), rising in zip(eased, slopes(study, plant, balance, steps), strict=True):
        worth = -aim.sign * rising[aim.name]
        for name, slope in rising.items():
            if name in held:
                worth += held[name].worth * slope * (1 if held[name].sense == ">=" else -1)
        found.append(replace(limit, worth=worth))
    return tuple(sorted(found, key=lambda one: -one.worth * one.step))


def _size(limit: Binding) -> float:
    return min(limit.value, 1 - limit.value)


def _eased(plant: Plant, name: str, details: Mapping[str, Any]) -> Iterator[tuple[Binding, Plant]]:
    """The targets that set the flows of a cascade, each with the plant that has it eased by a
    step."""
    unit, detail = plant.units[name], details.get(name)
    if not isinstance(unit, CascadeUnit) or not isinstance(detail, CascadeDetail):
        return
    figures = detail.profile.figures
    for flow, aim in unit.targets.items():
        if f"{flow}: loading" in figures:
            fact = unit.loading_limit
            limit = _own(f"{name}: loading", "<=", fact.value)
            value = fact.value + _EASED * _size(limit)
            told = {"value": value, "source": fact.source, "class": fact.evidence}
            yield limit, plant.with_(**{f"{name}.loading_limit": told})
            continue
        sense = ">=" if aim.quality in ("recovery", "purity") else "<="
        limit = _own(f"{name}: {'+'.join(aim.elements)} {aim.quality}", sense, aim.value)
        allowed = 1 - aim.value if sense == ">=" else aim.value
        reached = [value for figure, value in figures.items() if figure.startswith(f"{flow}: ")]
        if not reached or not math.isclose(reached[0], allowed, rel_tol=TOLERANCE):
            continue
        value = aim.value + _EASED * _size(limit) * (-1 if sense == ">=" else 1)
        yield limit, plant.with_(**{f"{name}.targets.{flow}": str(replace(aim, value=value))})


def _own(name: str, sense: str, value: float) -> Binding:
    return Binding(name, sense, value, "", 0.0, round_step(min(value, 1 - value)))
