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
from scipy.optimize import NonlinearConstraint, minimize, nnls

from ytterby.plant import Plant
from ytterby.study.descent import Point, descend
from ytterby.study.evaluate import Progress, Study
from ytterby.study.search import Search

_FIRST_RADIUS, _LAST_RADIUS = 0.2, 1e-3
"""Trust region at the start and at the end, relative to the range of a field [-]."""
Method = Literal["slopes", "models"]
_BINDING = 2e-3
"""Distance from a limit, relative to its size or to the range of a field, at which it binds [-]."""
_REACH = 3 * _LAST_RADIUS
"""Distance from a limit that the end of a search leaves open, relative to the range of a field."""


@dataclass(frozen=True)
class Aim:
    """A figure to be made as large or as small as can be."""

    name: str
    sense: Literal["maximise", "minimise"]

    @property
    def sign(self) -> int:
        """Of the figure in what is minimised."""
        return 1 if self.sense == "minimise" else -1


@dataclass(frozen=True)
class Held:
    """A figure that must stay on one side of a value."""

    name: str
    sense: Literal[">=", "<="]
    value: float

    def room(self, figure: float) -> float:
        """How far the figure is on the right side [its unit]; negative on the wrong one."""
        return figure - self.value if self.sense == ">=" else self.value - figure


@dataclass(frozen=True)
class Binding:
    """A limit on which the optimum stands.

    what: the figure held, or the field and which of its ends. worth: by how much the aim gets
    better per unit by which the limit is eased [aim per unit of the figure or field].
    """

    what: str
    worth: float


@dataclass(frozen=True)
class Optimum:
    """What a search found.

    start, best: settings by field, as a plant file has them. before, after: figures at both.
    plant: the plant at the best settings, None where it is no plant that varies. binding: limits
    it stands on, the dearest first. solved: plants solved. feasible: whether all that was to be
    held is held.
    """

    aim: Aim
    start: dict[str, float]
    best: dict[str, float]
    before: Mapping[str, float]
    after: Mapping[str, float]
    plant: Plant | None
    binding: tuple[Binding, ...]
    solved: int
    feasible: bool

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
        _binding(search, best, aim, held),
        len(search.solved),
        all(one.room(after[one.name]) >= -_slack(one) for one in held),
    )


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
        self.sizes = np.array([abs(one.value) or 1.0 for one in self.held])

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
        rooms = [_inward(one) * found[one.name] for one in self.held]
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


def _slack(one: Held) -> float:
    return _BINDING * (abs(one.value) or 1.0)


def _best_of(
    search: Search, found: np.ndarray, aim: Aim, held: Sequence[Held]
) -> tuple[np.ndarray, Mapping[str, float]]:
    """The best of all plants solved that hold what is to be held; else where the search ended."""
    good = [
        (aim.sign * figures[aim.name], key, figures)
        for key, figures in search.solved.items()
        if figures is not None
        and all(one.room(figures[one.name]) >= -_slack(one) / 2 for one in held)
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


def _binding(
    search: Search, best: np.ndarray, aim: Aim, held: Sequence[Held]
) -> tuple[Binding, ...]:
    """Limits that the optimum stands on, with their multipliers.

    At an optimum the slope of the aim is a sum of slopes of what binds, with weights that are
    never negative (Karush, Kuhn, Tucker); the weights are what easing each limit is worth.
    """
    at = search.figures(best)
    assert at is not None
    slopes = search.slopes(best, [aim.name, *(one.name for one in held)])
    limits: list[tuple[str, np.ndarray, float]] = [
        (f"{one.name} {one.sense} {one.value:g}", _inward(one) * slopes[one.name], 1.0)
        for one in held
        if one.room(at[one.name]) <= _slack(one) + _REACH * np.linalg.norm(slopes[one.name])
    ]
    for i, variable in enumerate(search.variables):
        width, inward = variable.high - variable.low, np.eye(len(best))[i]
        if best[i] <= _BINDING:
            limits.append((f"{variable.name} >= {variable.low:g}", inward, width))
        elif best[i] >= 1 - _BINDING:
            limits.append((f"{variable.name} <= {variable.high:g}", -inward, width))
    if not limits:
        return ()
    weights, _ = nnls(np.array([row for _, row, _ in limits]).T, aim.sign * slopes[aim.name])
    found = [
        Binding(what, float(weight) / width)
        for (what, _, width), weight in zip(limits, weights, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -one.worth))


def _inward(one: Held) -> int:
    return 1 if one.sense == ">=" else -1
