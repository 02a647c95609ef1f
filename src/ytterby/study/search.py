"""Settings and what comes of them, each solved once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ytterby.plant.nearby import Nearby
from ytterby.study.evaluate import Study
from ytterby.study.slopes import slopes
from ytterby.study.variables import Variable, current

_DIGITS = 12
_STEP = 1e-3
"""Step of differences, relative to the range of a field [-]."""


Figures = Mapping[str, float]
Solve = Callable[[Sequence[float]], Figures]
"""Figures at settings, in the units of the variables; raises where there is no steady state."""


@dataclass(frozen=True, eq=False)
class Search:
    """Settings tried, as shares of the ranges of their fields, and what came of each.

    variables: what varies. start: shares. solve: figures at settings. tangent: slopes of all
    figures at settings (see `slopes`), None where they are taken by differences. study: whose
    plant varies, or None. solved: figures by shares, None where there is no steady state.
    reasons: why.
    """

    variables: tuple[Variable, ...]
    start: np.ndarray
    solve: Solve
    tangent: Callable[[np.ndarray, Sequence[np.ndarray]], list[dict[str, float]]] | None = None
    study: Study | None = None
    solved: dict[tuple[float, ...], Figures | None] = field(default_factory=dict)
    reasons: dict[tuple[float, ...], str] = field(default_factory=dict)

    @staticmethod
    def of(study: Study) -> Search:
        """A search that starts at the plant of `study`; fields outside their range are moved in."""
        near = Nearby.of(study.plant)
        start = [
            np.clip((current(study.plant, v) - v.low) / (v.high - v.low), 0.0, 1.0)
            for v in study.variables
        ]

        def solve(values: Sequence[float]) -> Figures:
            plant = study.variant(values)
            return study.outcome(plant, near.solve(plant))

        def tangent(at: np.ndarray, moved: Sequence[np.ndarray]) -> list[dict[str, float]]:
            plant = study.variant(list(search.settings(at).values()))
            steps = [
                (study.variant(list(search.settings(one).values())), float((one - at).sum()))
                for one in moved
            ]
            return slopes(study, plant, near.solve(plant), steps)

        search = Search(study.variables, np.array(start), solve, tangent, study)
        return search

    def key(self, shares: np.ndarray) -> tuple[float, ...]:
        return tuple(np.round(shares, _DIGITS).tolist())

    def settings(self, shares: np.ndarray) -> dict[str, float]:
        """Values by name of the variable, in its unit."""
        return {
            v.name: float(v.low + share * (v.high - v.low))
            for v, share in zip(self.variables, shares, strict=True)
        }

    def figures(self, shares: np.ndarray) -> Figures | None:
        """Figures there, or None where there is no steady state."""
        key = self.key(shares)
        if key not in self.solved:
            try:
                self.solved[key] = self.solve(list(self.settings(shares).values()))
            except (ArithmeticError, ValueError) as error:
                self.solved[key], self.reasons[key] = None, str(error)
        return self.solved[key]

    def slopes(self, shares: np.ndarray, names: Sequence[str]) -> dict[str, np.ndarray]:
        """d figure / d share of each field's range, one-sided, towards the inside.

        A step that cannot be run counts as one that changes nothing.
        """
        at = self.figures(shares)
        assert at is not None
        steps = np.where(shares + _STEP <= 1, _STEP, -_STEP)
        moved = [shares + step * row for step, row in zip(steps, np.eye(len(shares)), strict=True)]
        try:
            found = self.tangent(shares, moved) if self.tangent else None
        except (ArithmeticError, ValueError):
            found = None
        if found is None:
            found = []
            for one, step in zip(moved, steps, strict=True):
                figures = self.figures(one) or at
                found.append({name: (figures[name] - at[name]) / step for name in names})
        return {name: np.array([row.get(name, 0.0) for row in found]) for name in names}
