"""A cascade at fixed flows: one point, from nothing or from a neighbour, and how it moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import COUNTER_ION, Chemistry
from ytterby.separation.circuit import Circuit
from ytterby.separation.elimination import generators, solve_steps
from ytterby.separation.newton import RESIDUAL_TOLERANCE, evaluate, newton
from ytterby.separation.start import (
    EULER_TOLERANCE,
    FROM_NEAR,
    FROM_NOTHING,
    STEADY_STEPS,
    contents,
    fill,
    flash_all,
    levels,
    pseudo_transient,
    refine,
    settle,
)
from ytterby.separation.walk import WHOLLY_ORGANIC, walk

Array = NDArray[np.float64]
Case = tuple[Array, Array, Array, Array, Array, tuple[Array, ...]]
LN_10 = np.log(10.0)

LEAST_LIGAND = 1e-25
"""Added where a ligand is carried by droplets only, so that its logarithm stays finite [mol/L]."""


@dataclass(frozen=True)
class Point:
    """A solution at fixed flows.

    potential: [-], shape (stage, potential). x, y: [mol/L], shape (stage, chain): components, then
    the counter-ion, then the extractant. volumes: [L/s], shape (6, stage).
    residual: largest relative closure [-]. iterations: Newton steps [-].
    """

    case: Case
    circuit: Circuit
    potential: Array
    x: Array
    y: Array
    residual: float
    iterations: int
    converged: bool

    @property
    def volumes(self) -> Array:
        return self.case[0]


@dataclass(frozen=True)
class Posed:
    """A circuit as the kernel takes it: the case, and what passes without exchange.

    x, y: concentrations of the chain [mol/L], shape (stage, chain), right for what does not
    exchange.
    """

    case: Case
    x: Array
    y: Array

    @staticmethod
    def of(chemistry: Chemistry, circuit: Circuit) -> Posed:
        """The circuit at its steady state."""
        return Posed.between(
            chemistry,
            circuit.volumes(),
            circuit.efficiency,
            circuit.aqueous_in,
            circuit.organic_in,
        )

    @staticmethod
    def between(
        chemistry: Chemistry,
        volumes: Array,
        efficiency: Array,
        aqueous_in: Array,
        organic_in: Array,
    ) -> Posed:
        """Stages with these volumes [L/s] and sources [mol/s], shape (stage, chain).

        What passes is solved here, once: its balances are linear and stand for themselves.
        """
        n = len(chemistry.components)
        there = chemistry.exchanging
        still = np.append(~there, [True, True])
        D = np.zeros((volumes.shape[1], int(still.sum())))
        D[:, -1] = WHOLLY_ORGANIC
        x, y = np.zeros(aqueous_in.shape), np.zeros(aqueous_in.shape)
        x[:, still], y[:, still], *_ = walk(
            volumes,
            efficiency,
            D,
            np.ascontiguousarray(aqueous_in[:, still]),
            np.ascontiguousarray(organic_in[:, still]),
        )
        passing = x[:, :n] @ np.where(there, 0.0, chemistry.protons)
        around = np.array([y[:, n + 1], x[:, n] - passing, binding(chemistry, x, passing)])
        exchanging = np.append(there, [False, False])
        case = (
            volumes,
            efficiency,
            np.ascontiguousarray(aqueous_in[:, exchanging]),
            np.ascontiguousarray(organic_in[:, exchanging]),
            around,
            arrays(chemistry),
        )
        return Posed(case, x, y)

    def whole(self, chemistry: Chemistry, x: Array, y: Array) -> tuple[Array, Array]:
        """Concentrations of the whole chain [mol/L], from those of what exchanges."""
        n = len(chemistry.components)
        there = np.flatnonzero(chemistry.exchanging)
        full_x, full_y = self.x.copy(), self.y.copy()
        full_x[:, there], full_y[:, there] = x, y
        if chemistry.mechanism == "solvation":
            full_x[:, n] = full_x[:, :n] @ chemistry.protons
            full_y[:, n] = full_y[:, :n] @ chemistry.protons
        return full_x, full_y

    def point(self, chemistry: Chemistry, circuit: Circuit, found: tuple) -> Point:
        """The answer of `newton` as a point."""
        potential, x, y, residual, iterations, converged = found
        full_x, full_y = self.whole(chemistry, x, y)
        return Point(self.case, circuit, potential, full_x, full_y, residual, iterations, converged)


def binding(chemistry: Chemistry, x: Array, passing: Array) -> Array:
    """Ligand or protonating anion that comes with what does not exchange [mol/L], (stage,)."""
    if chemistry.mechanism == "solvation":
        return passing
    named = chemistry.ligand.component if chemistry.ligand else (chemistry.protonation or ("",))[0]
    if not named:
        return np.zeros(x.shape[0])
    column = len(chemistry.components) if named == COUNTER_ION else chemistry.index([named])[0]
    return x[:, column] + LEAST_LIGAND


@lru_cache(maxsize=64)
def arrays(chemistry: Chemistry) -> tuple[Array, ...]:
    """The chemistry as the kernel takes it: see `mass_action`."""
    there = chemistry.exchanging
    solvating = chemistry.mechanism == "solvation"
    names = [name for name, e in zip(chemistry.components, there, strict=True) if e]
    nu = np.zeros((chemistry.potentials, len(names)))
    nu[0] = chemistry.exponent[there]
    if chemistry.own_proton:
        nu[1] = -chemistry.slope[there]
    if solvating:
        nu[-1] = chemistry.slope[there]
    given = chemistry.ligand.log_beta if chemistry.ligand else {}
    beta = np.zeros((len(names), max((len(b) for b in given.values()), default=0)))
    for row, name in enumerate(names):
        for order, value in enumerate(given.get(name, ())):
            beta[row, order] = 10.0**value
    Ka = 10.0 ** -chemistry.protonation[1] if chemistry.protonation else np.inf
    settings = [
        10.0**chemistry.log_Kw,
        chemistry.curvature,
        chemistry.reference,
        Ka,
        float(chemistry.own_proton),
        float(solvating or chemistry.ligand is not None),
        float(solvating),
        float(chemistry.mechanism != "homovalent exchange"),
    ]
    brought = chemistry.protons[there] if solvating else np.zeros(len(names))
    return (
        chemistry.log_K[there] * LN_10,
        nu,
        chemistry.bound[there].copy(),
        chemistry.protons[there].copy(),
        chemistry.coupling[there].copy(),
        beta,
        np.ascontiguousarray(brought),
        np.array(settings),
    )


def solve_at(chemistry: Chemistry, circuit: Circuit, guess: Array | None, most: int) -> Point:
    """The steady state of a circuit, from the potentials of a neighbour [-] or from nothing.

    most: Newton steps after which it is given up from nothing [-].
    """
    posed = Posed.of(chemistry, circuit)
    spent = 0
    if guess is not None:
        found = newton(guess, posed.case, STEADY_STEPS, RESIDUAL_TOLERANCE)
        if found[5]:
            return posed.point(chemistry, circuit, found)
        spent = found[4]
    found = from_nothing(chemistry, circuit, posed, most)
    return posed.point(chemistry, circuit, (*found[:4], found[4] + spent, found[5]))


def from_nothing(chemistry: Chemistry, circuit: Circuit, posed: Posed, most: int) -> tuple:
    """The answer of `newton` from a coarse cascade, refined level by level.

    most: Newton steps in all, of which one march takes at most half [-].
    """
    special = circuit.special
    kept = levels(special)
    used, found, before = 0, None, kept[0]
    for stages in kept:
        last = stages is kept[-1]
        tolerance = RESIDUAL_TOLERANCE if last else EULER_TOLERANCE
        case = posed.case if last else Posed.of(chemistry, circuit.at(stages)).case
        if found is not None and found[5]:
            guess = refine(found[:3], special[before], special[stages])
            found = near(guess, case, tolerance, most // 2)
            used += found[4]
        if found is None or not found[5]:
            found = afresh(chemistry, case, tolerance, most // 2 if used <= most else 0)
            used += found[4]
        before = stages
    assert found is not None
    return (*found[:4], used, found[5])


def afresh(chemistry: Chemistry, case: Case, tolerance: float, most: int) -> tuple:
    """The answer of `newton` from the feeds run through without exchange, marched in time.

    most: Newton steps of the march [-].
    """
    x, y = fill(case, chemistry.mechanism == "homovalent exchange")
    alone = flash_all(*contents(case), x, y, case, chemistry.potentials)
    return pseudo_transient(x, y, alone, case, FROM_NOTHING, tolerance, most)


def near(guess: tuple[Array, ...], case: Case, tolerance: float, most: int) -> tuple:
    """The answer of `newton` from a guess of potentials, x and y, marched in time if need be.

    most: Newton steps of a march [-].
    """
    potential, x, y = guess
    found = settle(potential, x, case, tolerance)
    if found[5]:
        return found
    spent = found[4]
    found = pseudo_transient(x, y, potential, case, FROM_NEAR, tolerance, most)
    return (*found[:4], found[4] + spent, found[5])


def tangents(point: Point, neighbours: list[Case], steps: list[float]) -> Array:
    """d potential / d parameter [-], shape (stage, potential, parameter), on solved closures.

    neighbours: the case with each parameter moved by its step; the closures respond linearly, and
    the factors of the Newton step are used once for all.
    """
    _, _, F, own, by_x, _, slopes, up, down, source, _ = evaluate(point.potential, point.case)
    moved = [
        -(evaluate(point.potential, case)[2] - F) / step
        for case, step in zip(neighbours, steps, strict=True)
    ]
    right = np.ascontiguousarray(np.stack(moved, axis=-1))
    hears, says = generators(by_x, slopes, source)
    return solve_steps(right, own, hears, says, up, down)
