"""Neighbours of one plant by their settings, each solved once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ytterby.balance import BalanceError
from ytterby.plant import NotConverged, Plant, PlantError
from ytterby.plant.nearby import Nearby
from ytterby.quantity import parse
from ytterby.study.evaluate import Study
from ytterby.study.variables import Variable
from ytterby.units import declarations

_DIGITS = 12
_SHARES = ("%", "percent", "ppm", "ppb")


@dataclass(frozen=True, eq=False)
class Search:
    """Solved neighbours of one plant; settings as shares of the ranges of their fields.

    solved: figures by settings, None where there is no steady state. reasons: why.
    """

    study: Study
    near: Nearby
    start: np.ndarray
    solved: dict[tuple[float, ...], Mapping[str, float] | None] = field(default_factory=dict)
    reasons: dict[tuple[float, ...], str] = field(default_factory=dict)

    @staticmethod
    def of(study: Study) -> Search:
        """A search that starts at the plant of `study`; fields outside their range are moved in."""
        start = [
            np.clip((current(study.plant, v) - v.low) / (v.high - v.low), 0.0, 1.0)
            for v in study.variables
        ]
        return Search(study, Nearby.of(study.plant), np.array(start))

    def key(self, shares: np.ndarray) -> tuple[float, ...]:
        return tuple(np.round(shares, _DIGITS).tolist())

    def settings(self, shares: np.ndarray) -> dict[str, float]:
        """Values by name of the variable, in its unit."""
        return {
            v.name: float(v.low + share * (v.high - v.low))
            for v, share in zip(self.study.variables, shares, strict=True)
        }

    def variant(self, shares: np.ndarray) -> Plant:
        return self.study.variant(list(self.settings(shares).values()))

    def figures(self, shares: np.ndarray) -> Mapping[str, float] | None:
        """Figures of the plant there, or None where it has no steady state."""
        key = self.key(shares)
        if key not in self.solved:
            try:
                plant = self.variant(shares)
                self.solved[key] = self.study.outcome(plant, self.near.solve(plant))
            except (NotConverged, BalanceError, PlantError) as error:
                self.solved[key], self.reasons[key] = None, str(error)
        return self.solved[key]


def current(plant: Plant, variable: Variable) -> float:
    """What a field of the plant stands at, in the unit of the variable."""
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
