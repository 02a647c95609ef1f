"""Stirred tanks in series in which solids shrink: rates, acid and equilibrium together.

In a tank at steady state every solid j loses, of the share s of it that is left,

    s_in - s = theta k_j [H+]^n_j f(s)

with theta the mass of solids in the tank over the solids fed to the first. A core that its surface
reaction shrinks has f = s^(2/3), one that diffusion through an ash layer shrinks
f = 1/(6 (s^(-1/3) - 1)) (Levenspiel, Chemical Reaction Engineering, shrinking core), so that in a
batch 1 - (1 - X)^(1/3) and 1 - 3 (1 - X)^(2/3) + 2 (1 - X) grow with time. [H+] follows from what
dissolves and falls with it: one monotone problem per tank. All particles of a tank count as alike
in s; their spread of residence times is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.constants import gas_constant
from scipy.optimize import brentq

from ytterby.balance import AMBIENT, Basis
from ytterby.chemistry import (
    FORMATION,
    Guess,
    Reaction,
    Solution,
    equilibrate,
    p_h,
)
from ytterby.units.minerals import in_acid
from ytterby.units.unit import react

SURFACE, ASH = "surface", "ash-layer"
LAWS = (SURFACE, ASH)
_NEWTON, _BISECTIONS, _ROUNDS = 60, 60, 8
_LOWEST, _HIGHEST = -14.0, 1.5
"""log10 of [H+] between which it is sought [mol/L]."""
_TIGHT = 1e-14
_STILL = 1e-15


@dataclass(frozen=True)
class Rate:
    """How fast a solid dissolves.

    constant: k at 1 mol/L of H+ and the reference temperature [1/s]. order: in [H+] [-].
    law: surface or ash-layer. energy: of activation [J/mol]. temperature: of reference [K].
    """

    constant: float
    order: float
    law: str = SURFACE
    energy: float = 0.0
    temperature: float = AMBIENT

    def at(self, temperature: float) -> float:
        """k at `temperature` [K]: Arrhenius [1/s]."""
        colder = 1 / temperature - 1 / self.temperature
        return self.constant * math.exp(-self.energy / gas_constant * colder)


@dataclass(frozen=True)
class Tank:
    """What leaves a tank: amounts [mol/s]; share left of each solid [-]; p[H] [-]."""

    amounts: np.ndarray
    left: Mapping[str, float]
    pH: float


def left_over(entering: np.ndarray, strength: np.ndarray, ash: np.ndarray) -> np.ndarray:
    """Share of each solid left [-] of `entering`, where strength is theta k [H+]^n [-]."""
    root = np.cbrt(entering)
    y = root.copy()
    for _ in range(_NEWTON):
        gap = y**3 + strength * y**2 - entering
        slope = 3 * y**2 + 2 * strength * y
        step = np.divide(gap, slope, out=np.zeros_like(gap), where=slope > 0)
        y = np.maximum(y - step, 0.0)
        if np.all(np.abs(step) <= _STILL * root):
            break
    if ash.any():
        low, high = np.zeros_like(root), root.copy()
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            more = 6 * (1 - middle) * (entering - middle**3) > strength * middle
            low, high = np.where(more, middle, low), np.where(more, high, middle)
        y = np.where(ash, 0.5 * (low + high), y)
    return y**3


def series(
    basis: Basis,
    fed: np.ndarray,
    rates: Mapping[str, Rate],
    count: int,
    time: float,
    temperature: float,
    solution: Solution,
    plain: bool = False,
) -> list[Tank]:
    """The tanks, first to last. fed: solids and liquor that enter the first [mol/s].

    rates: by solid. time: residence of the slurry in each tank [s]. temperature: [K].
    solution: with the solids that may come down. plain: reckon [H+] of the rates as if no metal
    hydrolysed and nothing came down, as those do who fit rates with bisulfate alone.
    """
    solids = [name for name in rates if name in basis.index and fed[basis.index[name]] > 0]
    fresh = np.array([fed[basis.index[name]] for name in solids])
    law = _Law(
        constants=np.array([rates[name].at(temperature) for name in solids]),
        orders=np.array([rates[name].order for name in solids]),
        ash=np.array([rates[name].law == ASH for name in solids], dtype=bool),
        time=time,
    )
    acid = _plain(basis) if plain else _full(basis, solution)
    mask = basis.masks["solid"]
    whole = float(basis.molar_mass[mask] @ fed[mask])
    tanks, left, amounts = [], np.ones(len(solids)), fed
    for _ in range(count):
        amounts, left, pH = _tank(basis, amounts, left, fresh, solids, law, whole, acid)
        amounts = _settled(basis, amounts, solution)
        tanks.append(Tank(amounts, dict(zip(solids, left.tolist(), strict=True)), pH))
    return tanks


@dataclass(frozen=True)
class _Law:
    """Rates of the solids that are there, as arrays; time: in each tank [s]."""

    constants: np.ndarray
    orders: np.ndarray
    ash: np.ndarray
    time: float


def _tank(
    basis: Basis,
    into: np.ndarray,
    entering: np.ndarray,
    fresh: np.ndarray,
    solids: list[str],
    law: _Law,
    whole: float,
    acid: Callable[[np.ndarray], float],
) -> tuple[np.ndarray, np.ndarray, float]:
    """(amounts out, shares left, p[H]) of one tank."""
    mask = basis.masks["solid"]
    weights = np.array([basis.molar_mass[basis.index[name]] for name in solids])
    mass = float(basis.molar_mass[mask] @ into[mask])

    def shares(log_h: float) -> np.ndarray:
        left = entering
        for _ in range(_ROUNDS):
            lost = float(weights @ (fresh * (entering - left)))
            theta = law.time * (mass - lost) / whole if whole > 0 else 0.0
            new = left_over(entering, theta * law.constants * 10.0 ** (law.orders * log_h), law.ash)
            if np.all(np.abs(new - left) <= _STILL):
                break
            left = new
        return left

    def dissolved(left: np.ndarray) -> np.ndarray:
        gone = fresh * (entering - left)
        extents = {in_acid(name): amount for name, amount in zip(solids, gone, strict=True)}
        return react(basis, into, extents)

    def gap(log_h: float) -> float:
        return -acid(dissolved(shares(log_h))) - log_h

    if not solids or not into[basis.index["H2O"]] > 0:
        return into, entering, acid(into)
    log_h = float(brentq(gap, _LOWEST, _HIGHEST, xtol=_TIGHT, rtol=_TIGHT))  # pyright: ignore
    left = shares(log_h)
    return dissolved(left), left, -log_h


def _settled(basis: Basis, amounts: np.ndarray, solution: Solution) -> np.ndarray:
    """`amounts` [mol/s] after the liquor has come to equilibrium and solids have come down.

    Solids that are there stand aside: how fast they dissolve is a matter of rates.
    """
    solids = np.where(basis.masks["solid"], amounts, 0.0)
    return equilibrate(amounts - solids, solution) + solids


def _full(basis: Basis, solution: Solution) -> Callable[[np.ndarray], float]:
    """p[H] at equilibrium of the liquor and of the solids that may come down from it."""
    guess, liquid = Guess.none(), ~basis.masks["solid"]
    return lambda amounts: p_h(amounts * liquid, solution, guess)


def _plain(basis: Basis) -> Callable[[np.ndarray], float]:
    """p[H] as if no metal hydrolysed."""
    hydrolysed = [name for name in FORMATION if name in basis.index and "OH" in name]
    kept = [place for place, name in enumerate(basis.names) if name not in hydrolysed]
    solution = Solution.of(tuple(basis.names[place] for place in kept))

    def reckoned(amounts: np.ndarray) -> float:
        back = {Reaction.of(FORMATION[n]): -float(amounts[basis.index[n]]) for n in hydrolysed}
        return p_h(react(basis, amounts, back)[kept], solution)

    return reckoned
