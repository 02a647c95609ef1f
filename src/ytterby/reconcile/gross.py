"""Tests for what is not chance: a biased instrument, a leak, an undocumented feed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, norm

from ytterby.reconcile.arrow import Arrow
from ytterby.reconcile.model import Model, State

NO_CHECK = 1e-8
"""Redundancy of a reading below which nothing else bears on it [-]; round-off stands at 1e-12."""


@dataclass(frozen=True)
class GlobalTest:
    """Whether all readings together fit the balances.

    statistic: sum of the squared residuals, each over its random uncertainty; chi-square with
    `freedom` degrees when only chance is at work. limit: not exceeded by chance with confidence
    1 - level. probability: of a statistic this large by chance [-].
    """

    statistic: float
    freedom: int
    limit: float
    probability: float

    @property
    def passed(self) -> bool:
        """Whether chance explains the residuals."""
        return self.statistic <= self.limit


@dataclass(frozen=True)
class Leak:
    """What the readings say is lost at a unit beyond its measured outlets; negative: gained.

    unit: where. element: what, or None for the mass. lost, uncertainty: [kg]. statistic:
    likelihood ratio in standard deviations. smallest: loss that would be found [kg].
    """

    unit: str
    element: str | None
    lost: float
    uncertainty: float
    statistic: float
    smallest: float


@dataclass(frozen=True, eq=False)
class Residuals:
    """Residuals of all readings and how free they are, in the order of the readings.

    residual: (reading - reconciled) / random [-]. redundancy: share of an error of the reading
    that shows in its own residual [-]: 0 where nothing checks it, shape (reading,).
    """

    residual: np.ndarray
    redundancy: np.ndarray

    @property
    def checked(self) -> np.ndarray:
        """Which readings something else bears on."""
        return self.redundancy > NO_CHECK

    @property
    def standardised(self) -> np.ndarray:
        """Residuals in their own standard deviations, NaN where nothing checks the reading.

        This is the measurement test of highest power, and its square the likelihood ratio for a
        bias of that reading alone (Mah and Tamhane, AIChE J. 28 (1982) 828,
        doi:10.1002/aic.690280519; Narasimhan and Mah, AIChE J. 33 (1987) 1514,
        doi:10.1002/aic.690330911).
        """
        free = np.where(self.checked, self.redundancy, np.nan)
        return self.residual / np.sqrt(free)


def residuals(model: Model, state: State, arrow: Arrow) -> Residuals:
    """The residuals of the readings at the reconciled `state`."""
    head, blocks = model.residuals(state)
    free_head, free_blocks = arrow.redundancy()
    residual, redundancy = np.zeros(len(model.readings)), np.zeros(len(model.readings))
    count = len(model.mass.place)
    residual[model.mass.place], redundancy[model.mass.place] = head[:count], free_head[:count]
    for rows, block, free in zip(model.elements, blocks, free_blocks, strict=True):
        residual[rows.place], redundancy[rows.place] = block, free
    return Residuals(residual, redundancy)


def global_test(model: Model, state: State, arrow: Arrow, level: float) -> GlobalTest:
    """The chi-square test of all readings. level: rate of false alarms [-]."""
    head, blocks = model.residuals(state)
    statistic = float(head @ head + sum(block @ block for block in blocks))
    rows = len(head) + sum(len(block) for block in blocks)
    freedom = rows - arrow.rank
    if freedom == 0:
        return GlobalTest(statistic, 0, 0.0, 1.0)
    limit = float(chi2.isf(level, freedom))
    return GlobalTest(statistic, freedom, limit, float(chi2.sf(statistic, freedom)))


def critical(level: float, tests: int) -> float:
    """Two-sided limit [standard deviations] of each of `tests` at a joint false-alarm `level`.

    Sidak: each at 1 - (1 - level)^(1 / tests).
    """
    each = 1 - (1 - level) ** (1 / max(tests, 1))
    return float(norm.isf(each / 2))


def noncentrality(level: float, tests: int, power: float) -> float:
    """Shift [standard deviations] that a test of `critical` finds with probability `power`."""
    return critical(level, tests) + float(norm.ppf(power))


def leaks(model: Model, state: State, arrow: Arrow, level: float, power: float) -> list[Leak]:
    """What is lost at each unit by element and as mass, the likeliest first.

    Generalised likelihood ratio: with d what a loss of 1 kg at the unit does to the whitened
    readings and S the projection on what no circulation explains, lost = d'Sr / d'Sd and the
    ratio is (d'Sr)2 / d'Sd (Narasimhan and Mah 1987). Units without redundancy are left out.
    """
    found = _mass_leaks(model, state, arrow)
    for element in range(len(model.network.elements)):
        found += _element_leaks(model, state, arrow, element)
    shift = noncentrality(level, len(found), power)
    told = [
        Leak(unit, element, pull / push, push**-0.5, pull / push**0.5, shift * push**-0.5)
        for unit, element, pull, push in found
    ]
    return sorted(told, key=lambda leak: -abs(leak.statistic))


_Found = tuple[str, str | None, float, float]
"""(unit, element or None, d'Sr [1/kg], d'Sd [1/kg2])."""


def _element_leaks(model: Model, state: State, arrow: Arrow, element: int) -> list[_Found]:
    carried, block = model.carried[element], arrow.blocks[element]
    pushed = model.by_content(state, element) @ carried.paths
    residual = model.residuals(state)[1][element]
    squared = (pushed**2).sum(axis=0)
    shared = arrow.head_part(element).T @ pushed
    free = squared - ((block.seen.T @ pushed) ** 2).sum(axis=0) - (shared**2).sum(axis=0)
    name = model.network.elements[element]
    return _told(model, name, carried.reached, residual @ pushed, free, squared)


def _mass_leaks(model: Model, state: State, arrow: Arrow) -> list[_Found]:
    paths = model.flows.paths
    head, blocks = model.residuals(state)
    pushed = model.mass_rows() @ paths
    count = len(pushed)
    squared, pull = (pushed**2).sum(axis=0), head[:count] @ pushed
    shared = arrow.head.seen[:count].T @ pushed
    own = np.zeros_like(squared)
    for element, (block, residual) in enumerate(zip(arrow.blocks, blocks, strict=True)):
        moved = model.by_mass(state, element) @ paths
        squared, pull = squared + (moved**2).sum(axis=0), pull + residual @ moved
        shared = shared + arrow.head_part(element).T @ moved
        own = own + ((block.seen.T @ moved) ** 2).sum(axis=0)
    free = squared - own - (shared**2).sum(axis=0)
    return _told(model, None, model.flows.reached, pull, free, squared)


def _told(
    model: Model,
    element: str | None,
    reached: np.ndarray,
    pull: np.ndarray,
    free: np.ndarray,
    squared: np.ndarray,
) -> list[_Found]:
    seen = reached & (free > NO_CHECK * np.maximum(squared, np.finfo(float).tiny))
    units = model.network.units
    return [(units[u], element, float(pull[u]), float(free[u])) for u in np.flatnonzero(seen)]
