"""Equilibrium of an aqueous solution, alone or with the solids it can form."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ytterby.chemistry import kernel, phases
from ytterby.chemistry.solution import WATER, Phases, Solution

_DOUBLINGS = 200
_TIGHT = 4e-16
_SECANT, _SECANTS = 1e-4, 12
"""First step of a dose, relative to what is dosed, and most secants after it."""
_STILL = 1e-15
"""Last step of a dose, relative to what is dosed [-]."""
_LITRES_PER_CUBIC_METRE = 1000
_START = 0.1
_KEPT = 256
"""Models of present masters that are kept; conditional constants make new ones all the time."""
_NOTHING = 1e-25
"""mol per mol of water that take no part: they stay as they came."""


class OutOfReach(ValueError):
    """No amount of the reagent brings the solution to the p[H] asked for."""


class NoEquilibrium(ArithmeticError):
    """The search for the solids of a solution did not end."""


@dataclass(eq=False)
class Guess:
    """Where the last equilibrium with solids stood: potentials, phases there, dose. Saves time.

    dosed: the dose was within reach. held: phases and reach stay as they are, even where a solid
    or a dose would have to be less than nothing: the smooth continuation, which derivatives are of.
    """

    potentials: np.ndarray
    there: np.ndarray
    dose: float = 0.0
    dosed: bool = False
    held: bool = False

    def hold(self) -> Guess:
        """A guess that is held."""
        return replace(self, held=True)

    @staticmethod
    def none() -> Guess:
        return Guess(np.array([math.nan]), np.zeros(0, dtype=np.bool_))


def equilibrate(
    amounts: np.ndarray,
    solution: Solution,
    guess: Guess | None = None,
    *,
    dosed_to: float | None = None,
) -> np.ndarray:
    """Amounts [mol/s] after the solution has come to equilibrium, shape (species,).

    Weak acids and hydrolysed metals take or give protons, H+ and OH- combine, and the solids
    that `solution` was made with precipitate or dissolve. Every element and the charge are kept.
    guess: of a like solution; it is brought up to date. dosed_to: the p[H] [-] to which `amounts`
    were dosed by `dose_to_p_h`; a liquor without buffer would miss it by what rounding leaves.
    """
    if not _is_wet(amounts, solution):
        return amounts
    ln_h = math.nan if dosed_to is None else -dosed_to * math.log(10.0)
    if solution.phases is None:
        return kernel.rebuild(amounts, solution.places, solution.model, solution.volumes, ln_h)[0]
    return _settle(amounts, solution, ln_h, guess)[0]


def p_h(amounts: np.ndarray, solution: Solution, guess: Guess | None = None) -> float:
    """p[H] = -log10 of the concentration of H+ [mol/L], at equilibrium; NaN without water."""
    if not _is_wet(amounts, solution):
        return math.nan
    if solution.phases is None:
        places, model = solution.places, solution.model
        return -kernel.rebuild(amounts, places, model, solution.volumes, math.nan)[1] / math.log(
            10.0
        )
    return -_settle(amounts, solution, math.nan, guess)[2] / math.log(10.0)


def acidity(amounts: np.ndarray, solution: Solution) -> float:
    """Protons the solution can give [mol/s], those of its weak acids down to the anion too."""
    places, model = solution.places, solution.model
    return float(kernel.totals(amounts, places, model, solution.volumes[2])[1])


def components(amounts: np.ndarray, solution: Solution) -> tuple[dict[str, float], float]:
    """(amounts [mol/s] by master species, water among them; protons the solution can give).

    What weak acids and hydrolysed metals hold is counted to their masters, C2O4-2 and Fe+3.
    """
    places, model = solution.places, solution.model
    total, protons, water = kernel.totals(amounts, places, model, solution.volumes[2])
    found = {solution.names[i]: float(n) for i, n in zip(places[0], total, strict=True)}
    return {**found, WATER: float(water)}, float(protons)


def dose_to_p_h(
    amounts: np.ndarray,
    reagent: np.ndarray,
    target: float,
    solution: Solution,
    guess: Guess | None = None,
) -> float:
    """How many times `reagent` [mol/s] must join `amounts` [mol/s] to reach p[H] `target` [-].

    Solids of `solution` precipitate on the way and release their protons. Raises OutOfReach when
    the solution is already past the target or the reagent cannot turn it.
    """
    if not _is_wet(amounts, solution):
        return 0.0
    ln_h = -target * math.log(10.0)
    guess = guess or Guess.none()
    if guess.dosed:
        dose, found = _by_secants(amounts, reagent, solution, ln_h, guess)
        if guess.held or (found and dose > 0):
            guess.dose = dose
            return dose
    guess.dosed = False
    start = _excess(amounts, solution, ln_h, guess)
    low, f_low = 0.0, start
    high = guess.dose * (1 + _START) or amounts[solution.places[0]].sum() / max(
        reagent.sum(), np.finfo(float).tiny
    )
    f_high = start
    try:
        for _ in range(_DOUBLINGS):
            f_high = _excess(amounts + high * reagent, solution, ln_h, guess)
            if f_high * start <= 0:
                break
            low, f_low, high = high, f_high, 2 * high
    except NoEquilibrium:
        raise _out_of_reach(target) from None
    if f_high * start > 0 or _wrong_way(start, reagent, solution, ln_h):
        raise _out_of_reach(target)
    bracket = (low, high, f_low, f_high)
    guess.dose = _false_position(amounts, reagent, solution, ln_h, bracket, guess)
    guess.dosed = True
    return guess.dose


def _out_of_reach(target: float) -> OutOfReach:
    return OutOfReach(f"no amount of the reagent brings the solution to pH {target:g}")


def supersaturation(amounts: np.ndarray, solution: Solution) -> dict[str, float]:
    """log10 of ion product over solubility [-] of each solid whose ions are there.

    The solution is brought to equilibrium within itself, without solids, before.
    """
    bare = Solution.of(solution.names)
    if solution.phases is None or not _is_wet(amounts, bare):
        return {}
    settled, ln_h, _ = kernel.rebuild(amounts, bare.places, bare.model, bare.volumes, math.nan)
    litres = float(solution.volume @ settled) * _LITRES_PER_CUBIC_METRE
    free = np.concatenate(([math.exp(ln_h)], settled[solution.places[0]] / litres))
    table, ln_K = solution.phases.model[2], solution.phases.model[3]
    found = {}
    for column, name in enumerate(solution.solids):
        needed = table[:, column] != 0
        if np.all(free[needed] > 0):
            product = float(table[needed, column] @ np.log(free[needed]))
            found[name] = (product - ln_K[column]) / math.log(10.0)
    return found


def _is_wet(amounts: np.ndarray, solution: Solution) -> bool:
    return bool(amounts[solution.places[2]] > 0)


def _excess(amounts: np.ndarray, solution: Solution, ln_h: float, guess: Guess) -> float:
    if solution.phases is None:
        return kernel.rebuild(amounts, solution.places, solution.model, solution.volumes, ln_h)[2]
    return _settle(amounts, solution, ln_h, guess)[1]


def _wrong_way(start: float, reagent: np.ndarray, solution: Solution, ln_h: float) -> bool:
    """Whether the reagent, brought to the p[H] asked for, gives protons where some lack, or takes.

    What dilution does to the protons themselves is no effect of the reagent and is left out.
    """
    total, protons, _ = kernel.totals(reagent, solution.places, solution.model, solution.volumes[2])
    return start * kernel.proton_excess(ln_h, total, protons, 0.0, solution.model) >= 0


def _false_position(
    amounts: np.ndarray,
    reagent: np.ndarray,
    solution: Solution,
    ln_h: float,
    bracket: tuple[float, float, float, float],
    guess: Guess,
) -> float:
    low, high, f_low, f_high = bracket
    side = 0
    for step in range(_DOUBLINGS):
        middle = kernel.next_guess(step, low, high, f_low, f_high)
        value = _excess(amounts + middle * reagent, solution, ln_h, guess)
        if value == 0.0 or high - low <= _TIGHT * high:
            return middle
        if value * f_high > 0:
            high, f_high, f_low = middle, value, f_low / 2 if side > 0 else f_low
            side = 1
        else:
            low, f_low, f_high = middle, value, f_high / 2 if side < 0 else f_high
            side = -1
    return 0.5 * (low + high)


def _by_secants(
    amounts: np.ndarray, reagent: np.ndarray, solution: Solution, ln_h: float, guess: Guess
) -> tuple[float, bool]:
    """The dose by secants from that of the guess, and whether they came to rest."""
    scale = float(amounts[solution.places[0]].sum() / reagent.sum())
    last, dose = guess.dose, guess.dose + _SECANT * scale
    value = _excess(amounts + last * reagent, solution, ln_h, guess)
    for _ in range(_SECANTS):
        new = _excess(amounts + dose * reagent, solution, ln_h, guess)
        if new == value:
            return dose, new == 0
        last, value, dose = dose, new, dose - new * (dose - last) / (new - value)
        if abs(dose - last) <= _STILL * scale:
            return dose, True
    return dose, False


def _settle(
    amounts: np.ndarray, solution: Solution, ln_h: float, guess: Guess | None
) -> tuple[np.ndarray, float, float]:
    """(amounts [mol/s] in equilibrium with the phases, proton excess [mol/s], ln h)."""
    extra = solution.phases
    assert extra is not None
    dissolved, protons, waters = kernel.totals(
        amounts, solution.places, solution.model, solution.volumes[2]
    )
    there = amounts[extra.solids]
    total = np.concatenate(([protons], dissolved)) + extra.model[2] @ there
    waters += float(extra.model[5] @ there)
    masters = np.flatnonzero(total[1:] > _NOTHING * waters) + 1
    present = _present(extra, (0, *masters.tolist()))
    rows, solids = np.concatenate(([0], masters)), present.solids
    guess = guess or Guess.none()
    fits = guess.potentials.size == rows.size and guess.there.size == solids.size
    found, formed, excess, potentials, known = phases.state_of(
        total[rows] / waters,
        1.0,
        present.model,
        ln_h,
        guess.potentials if fits else np.full(rows.size, math.nan),
        guess.there if fits else np.zeros(solids.size, dtype=np.bool_),
        guess.held,
    )
    if math.isnan(potentials[0]):
        raise NoEquilibrium("no equilibrium of the solution with its solids was found")
    guess.potentials, guess.there = potentials, known
    new = amounts.copy()
    new[present.species] = waters * found
    new[extra.solids[solids]] = waters * formed
    bound = present.model[4] @ found + present.model[5] @ formed
    new[solution.places[2]] = waters * (1 - float(bound))
    return new, waters * excess, float(potentials[0])


@dataclass(frozen=True, eq=False)
class _Present:
    """What the masters that are there can make: model, solids by position, species by place."""

    model: tuple
    solids: np.ndarray
    species: np.ndarray


@lru_cache(maxsize=_KEPT)
def _present(extra: Phases, masters: tuple[int, ...]) -> _Present:
    A, ln_beta, S, ln_K, waters, bound, volumes, water = extra.model
    absent = np.setdiff1d(np.arange(A.shape[0]), masters)
    species = np.flatnonzero(~np.any(A[absent] != 0, axis=0))
    solids = np.flatnonzero(~np.any(S[absent] != 0, axis=0))
    rows = np.array(masters)
    model = (
        np.ascontiguousarray(A[np.ix_(rows, species)]),
        ln_beta[species],
        np.ascontiguousarray(S[np.ix_(rows, solids)]),
        ln_K[solids],
        waters[species],
        bound[solids],
        volumes[species],
        water,
    )
    return _Present(model, solids, extra.species[species])
