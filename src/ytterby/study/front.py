"""Compromises between two aims: the front of plants that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ytterby.study.aim import Aim, Held
from ytterby.study.evaluate import Progress, Study
from ytterby.study.optimise import Method, Optimum, optimise
from ytterby.study.search import Search


def pareto(
    over: Study | Search,
    first: Aim,
    second: Aim,
    held: Sequence[Held] = (),
    *,
    points: int = 5,
    most: int = 40,
    method: Method = "slopes",
    progress: Progress | None = None,
) -> tuple[Optimum, ...]:
    """Optima of `first` for levels of `second` between its best and what it is at first's best.

    Each level is held as a limit (epsilon constraint: Haimes, Lasdon and Wismer 1971), so that
    fronts that bulge the wrong way are found too. Points that another one beats in both are left
    out. points: levels, both ends included.
    """
    search = over if isinstance(over, Search) else Search.of(over)
    how: dict[str, Any] = {"most": most, "method": method, "progress": progress}
    ends = [optimise(search, aim, held, **how) for aim in (first, second)]
    levels = np.linspace(ends[0].after[second.name], ends[1].after[second.name], points)
    sense: Literal[">=", "<="] = ">=" if second.sense == "maximise" else "<="
    found = [ends[0]]
    for level in levels[1:-1]:
        limit = Held(second.name, sense, float(level))
        found.append(optimise(search, first, [*held, limit], **how))
    found.append(optimise(search, first, [*held, Held(second.name, sense, levels[-1])], **how))
    good = [one for one in found if one.feasible]
    return tuple(one for one in good if not any(_beats(o, one, first, second) for o in good))


def _beats(one: Optimum, other: Optimum, first: Aim, second: Aim) -> bool:
    better = [a.sign * (other.after[a.name] - one.after[a.name]) for a in (first, second)]
    return min(better) >= 0 and max(better) > 0
