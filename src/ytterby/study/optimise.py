"""Running a plant better: one figure as good as can be, others held, over chosen fields.

A plant with long cascades has kinks (a target that begins to bind, a front that leaves a section),
so every step is held to a trust region. Two ways of search: along slopes (`ytterby.study.descent`),
whose cost hardly grows with the number of fields, and by quadratic models through solved points,
COBYQA (Ragonneau and Zhang 2023, as SciPy has it), which asks for no slope.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import NonlinearConstraint, minimize

from ytterby.plant import Plant
from ytterby.study.aim import Aim, Held
from ytterby.study.binding import Binding, Stand, stand
from ytterby.study.descent import Point, descend
from ytterby.study.evaluate import Progress, Study
from ytterby.study.search import Search

_FIRST_RADIUS, _LAST_RADIUS = 0.2, 1e-3
"""Trust region at the start and at the end, relative to the range of a field [-]."""
_SETTLED = 1e-3
"""Gain per hundredth of the ranges, relative to the aim, below which an optimum is one [-]."""
Method = Literal["slopes", "models"]


@dataclass(frozen=True)
class Optimum:
    """What a search found.

    start, best: settings by field, as a plant file has them. before, after: figures at both.
    plant: the plant at the best settings, None where it is no plant that varies. stand: how it
    stands between its limits. solved: plants solved. feasible: whether all that was to be held is
    held. unsolved: why the plant tried nearest to the best one has no steady state, or nothing.
    """

    aim: Aim
    start: dict[str, float]
    best: dict[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]
    plant: Plant | None
    stand: Stand
    solved: int
    feasible: bool
    unsolved: str = ""

    @property
    def binding(self) -> tuple[Binding, ...]:
        """Limits it stands on, the dearest first."""
        return self.stand.binding

    @property
    def settled(self) -> bool:
        """Whether it is a local optimum: along no slope would the aim get better by much."""
        return self.stand.rest <= _SETTLED * (abs(self.after[self.aim.name]) or 1.0)

    @property
    def gain(self) -> float:
        """By how much the aim is better than at the start, in its unit."""
        return self.aim.sign * (self.before[self.aim.name] - self.after[self.aim.name])


def optimise(
    over: Study | Search,
    aim: Aim,
    held: Sequence[Held] = (),
    *,
    most: int = 80,
    method: Method = "slopes",
    progress: Progress | None = None,
) -> Optimum:
    """The best settings of the variables of a study between their limits.

    over: the study, or a search to go on from, so that what was solved once is not solved again.
    most: plants to solve at most, those for the worth of limits apart. method: along slopes, or by
    models through solved points. The start is the plant as it is. It finds a local optimum. Raises
    ValueError where the start has no steady state, or a figure is not known.
    """
    search = over if isinstance(over, Search) else Search.of(over)
    start = search.start
    before = search.figures(start)
    if before is None:
        raise ValueError(f"the start has no steady state: {search.reasons[search.key(start)]}")
    _check(before, [aim.name, *(one.name for one in held)])
    problem = _Problem(search, aim, tuple(held), before, most, progress)
    found = problem.along_slopes() if method == "slopes" else problem.by_models()
    best, after = _best_of(search, found, aim, held)
    study = search.study
    return Optimum(
        aim,
        search.settings(start),
        search.settings(best),
        before,
        after,
        study.variant(list(search.settings(best).values()), commented=True) if study else None,
        stand(search, best, aim, held),
        len(search.solved),
        all(one.holds(after[one.name]) for one in held),
        _nearest_reason(search, best),
    )


def _nearest_reason(search: Search, best: np.ndarray) -> str:
    """Why the plant nearest to `best` of those without a steady state has none, or nothing."""
    if not search.reasons:
        return ""
    return search.reasons[min(search.reasons, key=lambda key: np.abs(np.array(key) - best).max())]


def _check(figures: Mapping[str, float], names: Sequence[str]) -> None:
    for name in names:
        if name not in figures:
            known = ", ".join(figures)
            raise ValueError(f"found no figure {name!r}, expected one of: {known}")


@dataclass
class _Problem:
    """Aim and rooms brought to size one, and how many plants were tried."""

    search: Search
    aim: Aim
    held: tuple[Held, ...]
    before: Mapping[str, float]
    most: int
    progress: Progress | None
    tried: int = 0

    def __post_init__(self) -> None:
        self.size = abs(self.before[self.aim.name]) or 1.0
        self.sizes = np.array([one.size for one in self.held])

    def value(self, shares: np.ndarray) -> Point | None:
        """(aim, rooms) at a point; None where there is no steady state."""
        self.tried += 1
        if self.progress:
            self.progress(min(self.tried, self.most), self.most)
        figures = self.search.figures(np.clip(shares, 0.0, 1.0))
        if figures is None:
            return None
        rooms = np.array([one.room(figures[one.name]) for one in self.held]) / self.sizes
        return self.aim.sign * figures[self.aim.name] / self.size, rooms

    def slopes(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of aim, shape (field,), and rooms, shape (held, field)."""
        names = [self.aim.name, *(one.name for one in self.held)]
        found = self.search.slopes(np.clip(shares, 0.0, 1.0), names)
        rooms = [one.inward * found[one.name] for one in self.held]
        table = np.array(rooms).reshape(len(self.held), len(shares)) / self.sizes[:, None]
        return self.aim.sign * found[self.aim.name] / self.size, table

    def along_slopes(self) -> np.ndarray:
        return descend(self.search.start, self.value, self.slopes, self.most)

    def by_models(self) -> np.ndarray:
        """Where COBYQA comes to rest."""
        held = len(self.held)
        worst = self.aim.sign * self.before[self.aim.name] / self.size + 1

        def objective(shares: np.ndarray) -> float:
            found = self.value(shares)
            return worst if found is None else found[0]

        def rooms(shares: np.ndarray) -> np.ndarray:
            figures = self.search.figures(np.clip(shares, 0.0, 1.0))
            if figures is None:
                return np.full(held, -1.0)
            return np.array([one.room(figures[one.name]) for one in self.held]) / self.sizes

        found = minimize(
            objective,
            self.search.start,
            method="COBYQA",
            bounds=[(0.0, 1.0)] * len(self.search.start),
            constraints=[NonlinearConstraint(rooms, 0.0, np.inf)] if held else (),
            options={
                "initial_tr_radius": _FIRST_RADIUS,
                "final_tr_radius": _LAST_RADIUS,
                "maxfev": self.most,
            },
        )
        return np.clip(found.x, 0.0, 1.0)


def _best_of(
    search: Search, found: np.ndarray, aim: Aim, held: Sequence[Held]
) -> tuple[np.ndarray, Mapping[str, float]]:
    """The best of all plants solved that hold what is to be held; else where the search ended."""
    good = [
        (aim.sign * figures[aim.name], key, figures)
        for key, figures in search.solved.items()
        if figures is not None and all(one.holds(figures[one.name]) for one in held)
    ]
    if good:
        _, key, figures = min(good, key=lambda entry: entry[0])
        return np.array(key), figures
    figures = search.figures(found)
    if figures is None:
        found = search.start
        figures = search.figures(found)
    assert figures is not None
    return found, figures
