"""What a clay column gave over time, and what is left in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ytterby.chemistry import Species

if TYPE_CHECKING:
    from ytterby.separation.column import ClayColumn, Wash

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Leaching:
    """What a column gave, and what is left in it, per m2 across the flow.

    column, washes: what was leached, and with what. ions: names. exchanging: whether clay holds
    an ion, shape (ion,). time: end of each step [s]. volume: fed by then [m]. effluent:
    concentrations that left in it [mol/m3], shape (step, ion).
    flowing, stagnant: water at the end [mol/m3]; held: by clay [mol/kg]; shape (cell, ion).
    start, fed: in the column at first, and brought by the washes [mol/m2], shape (ion,).
    """

    column: ClayColumn
    washes: tuple[Wash, ...]
    exchanging: NDArray[np.bool_]
    ions: tuple[str, ...]
    time: Array
    volume: Array
    effluent: Array
    flowing: Array
    stagnant: Array
    held: Array
    start: Array
    fed: Array

    def place(self, ion: str) -> int:
        """Column of `ion` in the arrays; raises ValueError naming those there are."""
        if ion not in self.ions:
            raise ValueError(f"found the ion {ion!r}, expected one of {', '.join(self.ions)}")
        return self.ions.index(ion)

    @property
    def pore_volumes(self) -> Array:
        """Volume fed over the water in the column [-], shape (step,)."""
        return self.volume / (self.column.clay.water * self.column.height)

    @property
    def liquid_to_solid(self) -> Array:
        """Volume fed per dry clay [m3/kg], shape (step,)."""
        return self.volume / (self.column.clay.density * self.column.height)

    @cached_property
    def collected(self) -> Array:
        """What has left by each step [mol/m2], shape (step, ion)."""
        volumes = np.diff(self.volume, prepend=0.0)
        return np.cumsum(self.effluent * volumes[:, None], axis=0)

    def recovery(self, *ions: str) -> Array:
        """Share that has left, by step, of what was there of these ions and was fed [-]."""
        places = [self.place(ion) for ion in ions]
        entered = self.start[places].sum() + self.fed[places].sum()
        return self.collected[:, places].sum(axis=1) / entered

    def breakthrough(self, *ions: str, share: float = 0.05) -> float:
        """Time at which the outflow of these ions first reaches `share` of its peak [s]."""
        summed = self.effluent[:, [self.place(ion) for ion in ions]].sum(axis=1)
        peak = float(summed.max())
        if peak <= 0:
            return math.inf
        return float(self.time[int(np.argmax(summed >= share * peak))])

    @property
    def pore_water(self) -> Array:
        """In the water of the column at the end [mol/m2], shape (ion,)."""
        return self._left[0]

    @property
    def on_clay(self) -> Array:
        """Held by the clay at the end [mol/m2], shape (ion,)."""
        return self._left[1]

    @cached_property
    def _left(self) -> tuple[Array, Array]:
        """(in the water, on the clay) [mol/m2], the water neutral to the last digit.

        The capacity of a cell is met to a few 1e-15 of itself; of water that was rinsed clean, that
        may be all the charge there is. So much goes back to the clay, or comes from the ion that
        it holds most of.
        """
        cell = self.column.cell
        water = (cell[0] * self.flowing + cell[1] * self.stagnant).sum(axis=0)
        clay = cell[2] * self.held.sum(axis=0)
        charge = np.array([float(Species.of(ion).charge) for ion in self.ions])
        exchanging = self.exchanging
        excess, cations = float(charge @ water), float((charge * water)[exchanging].sum())
        if excess > 0:
            back = np.where(exchanging, min(excess / cations, 1.0) * water, 0.0)
        else:
            most = int(np.argmax(np.where(exchanging, charge * clay, -1.0)))
            back = np.zeros(len(self.ions))
            back[most] = excess / charge[most]
        return water - back, clay + back

    @property
    def closure(self) -> dict[str, float]:
        """(in - out - left in the column)/(in) of each ion that is there [-]."""
        entered = self.start + self.fed
        gap = entered - self.collected[-1] - self.pore_water - self.on_clay
        return {
            ion: float(gap[place] / entered[place])
            for place, ion in enumerate(self.ions)
            if entered[place] > 0
        }
