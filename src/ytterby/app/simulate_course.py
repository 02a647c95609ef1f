"""What a cascade in time comes to: its course in moles, purity against what is specified."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ytterby.app.show import duration, percent
from ytterby.chemistry import RARE_EARTHS, kg_oxide
from ytterby.separation import Cascade
from ytterby.separation.dynamics import Trajectory

_HOUR = 3600.0
_NEAR = 1e-2
"""Share of the impurity allowed by which it may still exceed it [-]: a steady state that was set
to stand at its specification exactly is only ever approached."""


def in_moles(run: Trajectory, per_mole: np.ndarray) -> Trajectory:
    """A run of a cascade that counts `per_mole` of each component [-], shape (component,)."""
    return replace(
        run,
        outlets={name: amounts / per_mole for name, amounts in run.outlets.items()},
        aqueous=run.aqueous / per_mole,
        organic=run.organic / per_mole,
        inventory=run.inventory / per_mole,
    )


@dataclass(frozen=True)
class Specification:
    """What an outlet is to reach: the share of `elements` in it, by mass of trade oxides [-].

    purity: None where none is asked for. weights: kg of trade oxide per mol.
    """

    outlet: str
    elements: tuple[str, ...]
    purity: float | None
    weights: dict[str, float]

    @staticmethod
    def of(cascade: Cascade, run: Trajectory) -> Specification:
        """That of a purity target; without one, none for what is most of the extract in the end."""
        names = cascade.chemistry.components
        weights = {name: kg_oxide(name) for name in names if name in RARE_EARTHS}
        for target in cascade.targets:
            if target.quantity == "impurity":
                return Specification(target.of, target.components, 1 - target.allowed, weights)
        made = dict(zip(run.components, run.outlets["extract"][-1].tolist(), strict=True))
        best = max(weights or made, key=lambda name: made[name] * weights.get(name, 1.0))
        return Specification("extract", (best,), None, weights)

    def over_time(self, run: Trajectory) -> np.ndarray:
        """The purity at every step [-]."""
        return run.purity(self.outlet, self.elements, self.weights)

    def time(self, run: Trajectory) -> float:
        """From when on it is kept to the end [s]; infinite where it is not."""
        assert self.purity is not None
        allowed = (1 - self.purity) * (1 + _NEAR)
        return run.time_to(self.outlet, self.elements, 1 - allowed, self.weights)


def shown(unit: str, run: Trajectory, specification: Specification) -> RenderableType:
    """Purity over time, and when it is to specification."""
    named = "+".join(specification.elements)
    purity = specification.over_time(run)
    table = Table(box=None, pad_edge=False)
    titles = ("Time", f"{named} in {specification.outlet}", f"{named} held", "Lowest p[H]")
    for title in titles:
        table.add_column(title, justify="right")
    held = run.inventory[:, [run.components.index(n) for n in specification.elements]].sum(1)
    for place in marked_steps(run.time):
        table.add_row(
            duration(float(run.time[place])),
            percent(float(purity[place])),
            f"{held[place]:.3g} mol",
            f"{run.pH[place].min():.2f}",
        )
    worst = max(run.closure, key=lambda name: abs(run.closure[name]))
    moving = max(abs(rate) for rate in run.rate.values())
    lines = [
        verdict(run, specification),
        f"At the end {moving:.1g} of what is fed still gathers in the stages; what came, went and "
        f"stayed closes to {abs(run.closure[worst]):.1g} ({worst}).",
    ]
    return Group(Text(unit, style="bold"), table, *(Text(line) for line in lines))


def verdict(run: Trajectory, specification: Specification) -> str:
    """Whether, and from when on, the specification is kept, in a sentence."""
    named = "+".join(specification.elements)
    if specification.purity is None:
        return "No specification: the cascade has no purity target."
    wanted = f"{named} {percent(specification.purity)} in the {specification.outlet}"
    reached = specification.time(run)
    if math.isinf(reached):
        best = percent(float(specification.over_time(run).max()))
        return f"Not to specification by {duration(float(run.time[-1]))}: {wanted}; best {best}."
    return f"To specification, and kept to the end, from {duration(reached)} on: {wanted}."


def marked_steps(time: np.ndarray) -> list[int]:
    """The steps to tell of: the first, the last, and those nearest to 1, 2 and 5 times powers of
    ten of hours between."""
    hours = time / _HOUR
    powers = range(-1, 1 + int(math.log10(max(hours[-1], 1))))
    marks = [lead * 10.0**power for power in powers for lead in (1, 2, 5)]
    inside = [int(np.abs(hours - mark).argmin()) for mark in marks if mark < hours[-1]]
    return sorted({0, *inside, time.size - 1})


def write_csv(run: Trajectory, specification: Specification, path: Path) -> None:
    """Every step as a row: hour, purity, and what leaves by each outlet [mol/s]."""
    purity = specification.over_time(run)
    title = f"{specification.outlet} purity of {'+'.join(specification.elements)} [-]"
    names = [f"{o}.{c} [mol/s]" for o in run.outlets for c in run.components]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["time [h]", title, *names])
        for step, time in enumerate(run.time.tolist()):
            amounts = [f"{v:.9g}" for rows in run.outlets.values() for v in rows[step].tolist()]
            writer.writerow([f"{time / _HOUR:.9g}", f"{purity[step]:.9g}", *amounts])
