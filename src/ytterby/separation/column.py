"""A column of ion-adsorption clay in time: what a lixiviant drives out of it, and when.

The column is a row of mixing cells. Water flows from cell to cell; part of it stands in the pores
of aggregates, where the clay holds its cations, and swaps with the flowing part by diffusion,

    V_m dc_m/dt = Q (c_in - c_m) - k V_s (c_m - c_s)
    V_s dc_s/dt + M dq/dt = k V_s (c_m - c_s)

and the clay is in equilibrium with the water that stands. Its law is that of Kerr (J. Am. Soc.
Agron. 20 (1928) 309, doi:10.2134/agronj1928.00021962002000040001x): mass action of amounts held
[mol/kg] and concentrations [mol/L], here against ammonium,

    z NH4(held) + M+z = M(held) + z NH4+      K = (q_M/c_M) (c_NH4/q_NH4)^z

with the charge held constant. n cells disperse like a dispersivity of height/(2 n) (Levenspiel,
Chemical Reaction Engineering, tanks in series). Anions are neither held nor kept out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ytterby.chemistry import Species
from ytterby.separation.column_kernel import march
from ytterby.separation.leaching import Leaching

Array = NDArray[np.float64]

AMMONIUM = "NH4+"
LITRES = 1000.0
STEP = 0.2
"""Share of the flowing water of a cell that a step in time displaces [-]."""
MOST_STEPS = 1_000_000
_NOTHING = 1e-9


@dataclass(frozen=True)
class Clay:
    """What the column is packed with, or the ground is made of.

    held: cations held by exchange, by ion [mol/kg of dry clay]; together they are its capacity.
    log_K: log10 of Kerr's constant against ammonium, of every cation that may be held
        [mol/kg and mol/L].
    density: dry mass per volume of bed [kg/m3]. water: volume of water per volume of bed [-].
    stagnant: share of that water that stands in aggregates [-].
    transfer: rate k at which it swaps with the flowing water [1/s]; infinite without delay.
    """

    held: Mapping[str, float]
    log_K: Mapping[str, float]
    density: float
    water: float
    stagnant: float = 0.0
    transfer: float = math.inf

    def __post_init__(self) -> None:
        _above_zero("density", self.density)
        _above_zero("transfer", self.transfer)
        if not 0 < self.water < 1 or not 0 <= self.stagnant < 1:
            raise ValueError(
                f"clay: found water {self.water:g} and stagnant {self.stagnant:g}; expected shares "
                "of the bed and of its water, below 1"
            )
        if self.stagnant == 0 and math.isfinite(self.transfer):
            raise ValueError("clay: found a rate of transfer, but no stagnant water it is for")
        for ion, amount in self.held.items():
            if ion != AMMONIUM and ion not in self.log_K:
                raise ValueError(f"clay: {ion} is held, but log_K does not name it")
            if not 0 <= amount < math.inf:
                raise ValueError(f"clay: found {amount:g} mol/kg of {ion}, expected 0 or more")
        for ion in self.log_K:
            if not 1 <= Species.of(ion).charge <= 3:
                raise ValueError(f"clay: log_K names {ion}, expected cations of charge 1 to 3")

    @property
    def capacity(self) -> float:
        """Charge held [mol/kg], the cation exchange capacity."""
        return sum(Species.of(ion).charge * amount for ion, amount in self.held.items())


@dataclass(frozen=True)
class Wash:
    """A solution that is fed for some time.

    concentrations: by ion [mol/m3]; none for water. Anions only pass, and may be left out.
    flux: volume per area and time [m/s]. duration: [s].
    """

    concentrations: Mapping[str, float]
    flux: float
    duration: float

    def __post_init__(self) -> None:
        _above_zero("flux", self.flux)
        _above_zero("duration", self.duration)
        for ion, concentration in self.concentrations.items():
            if not 0 <= concentration < math.inf:
                raise ValueError(
                    f"wash: found {concentration:g} mol/m3 of {ion}, expected 0 or more"
                )


def kerr(log_K: float, charge: int, capacity: float) -> float:
    """log10 of Kerr's constant [mol/kg, mol/L] from that of Gaines and Thomas [-, mol/L].

    K = K_GT C^(1 - z)/z, with C the capacity [mol of charge per kg]: Gaines and Thomas count the
    held ions in shares of it (J. Chem. Phys. 21 (1953) 714, doi:10.1063/1.1698996). Both against
    the same ion of charge one.
    """
    return log_K + (1 - charge) * math.log10(capacity) - math.log10(charge)


@dataclass(frozen=True)
class ClayColumn:
    """A column, heap or block of clay through which water seeps one way.

    clay: what it is made of. height: along the flow [m]. cells: mixing cells [-].
    pores: what the water in it holds at the start, by ion [mol/m3]; nothing, where left out.
    """

    clay: Clay
    height: float
    cells: int = 10
    pores: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _above_zero("height", self.height)
        if self.cells < 1 or self.cells != int(self.cells):
            raise ValueError(f"column: found {self.cells} cells, expected a whole number above 0")

    @property
    def dispersivity(self) -> float:
        """Dispersivity that its mixing cells stand for [m]."""
        return self.height / (2 * self.cells)

    def leach(self, washes: Sequence[Wash], *, step: float = STEP) -> Leaching:
        """The column under the `washes`, one after the other.

        step: share of the flowing water of a cell that a step in time displaces [-]; the error
        of the outflow falls with it. Raises ValueError where there are too many steps.
        """
        if not washes:
            raise ValueError("column: found no wash, expected one at least")
        clay, ions = self.clay, self._ions(washes)
        cell = self.cell
        constants = _constants(clay, ions, cell[2])
        state = self._start(ions)
        first = _amounts(cell, *state)
        ln_r = np.zeros(self.cells)
        stretches = [one for wash in washes for one in _stretches(wash, cell[0], step)]
        if sum(count for _, count, _ in stretches) > MOST_STEPS:
            raise ValueError(
                f"column: more than {MOST_STEPS} steps in time; feed less, or take fewer cells"
            )
        lengths, volumes, left, fed = [], [], [], np.zeros(len(ions))
        for wash, count, length in stretches:
            entering = np.array([wash.concentrations.get(ion, 0.0) for ion in ions])
            left.append(march(*state, entering, wash.flux, length, count, cell, *constants, ln_r))
            lengths.append(np.full(count, length))
            volumes.append(np.full(count, length * wash.flux))
            fed += entering * wash.flux * length * count
        return Leaching(
            column=self,
            washes=tuple(washes),
            exchanging=constants[0] > 0,
            ions=ions,
            time=np.cumsum(np.concatenate(lengths)),
            volume=np.cumsum(np.concatenate(volumes)),
            effluent=np.concatenate(left),
            flowing=state[0],
            stagnant=state[1],
            held=state[2],
            start=first,
            fed=fed,
        )

    def _ions(self, washes: Sequence[Wash]) -> tuple[str, ...]:
        named = {AMMONIUM: None, **dict.fromkeys(self.clay.log_K), **dict.fromkeys(self.clay.held)}
        named |= dict.fromkeys(self.pores)
        for wash in washes:
            named |= dict.fromkeys(wash.concentrations)
        return tuple(named)

    @property
    def cell(self) -> tuple[float, float, float, float]:
        """(flowing water, stagnant water [m3], clay [kg], transfer [m3/s]) of a cell, per m2."""
        clay, depth = self.clay, self.height / self.cells
        still = clay.stagnant * clay.water * depth
        rate = clay.transfer * still if math.isfinite(clay.transfer) else math.inf
        return clay.water * depth - still, still, clay.density * depth, rate

    def _start(self, ions: tuple[str, ...]) -> tuple[Array, Array, Array]:
        pores = np.array([self.pores.get(ion, 0.0) for ion in ions])
        held = np.array([self.clay.held.get(ion, 0.0) for ion in ions])
        water = np.tile(pores, (self.cells, 1))
        return water, water.copy(), np.tile(held, (self.cells, 1))


def _constants(clay: Clay, ions: tuple[str, ...], mass: float) -> tuple[Array, Array, float]:
    """(K [mol/kg per mol/m3], 0 for what is not held; charge; charge that `mass` [kg] holds)."""
    K = np.zeros(len(ions))
    for place, ion in enumerate(ions):
        if ion == AMMONIUM:
            K[place] = 1 / LITRES
        elif ion in clay.log_K:
            K[place] = 10.0 ** clay.log_K[ion] / LITRES
    charge = np.array([float(Species.of(ion).charge) for ion in ions])
    return K, charge, clay.capacity * mass


def _stretches(wash: Wash, flowing: float, step: float) -> list[tuple[Wash, int, float]]:
    """(wash, steps, length of one [s]): as many full steps as go in, and what remains.

    A step less or more would change the result by a jump; one that shrinks to nothing does not.
    """
    length = step * flowing / wash.flux
    full = int(wash.duration / length)
    rest = wash.duration - full * length
    if full and rest <= _NOTHING * length:
        return [(wash, full, wash.duration / full)]
    return [*([(wash, full, length)] if full else []), (wash, 1, rest)]


def _amounts(cell: tuple[float, ...], flowing: Array, stagnant: Array, held: Array) -> Array:
    """All of each ion in the column [mol/m2], shape (ion,)."""
    return (cell[0] * flowing + cell[1] * stagnant + cell[2] * held).sum(axis=0)


def _above_zero(name: str, value: float) -> None:
    if not value > 0:
        raise ValueError(f"column: found {name} {value!r}, expected a number above 0")
