"""A cascade written down once more, densely: every equation of every stage in plain NumPy.

Shares no code with the kernel but the description of a cascade. The unknowns are logarithms of the
concentrations of every component in both phases of every stage, of the free extractant, of the
protons and of the free ligand; the equations are ratios that must be one:

    out / in of each component;    y / ((1 - eta) y_in + eta D x);
    (free + bound) / all extractant;    cations / anions;    (free + bound) / all ligand.

`residuals` judges any profile; `solve` finds one by Newton with a dense Jacobian of differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve as solve_linear

from ytterby.separation import Aqueous, Cascade, Flows, Organic, Profile

Array = NDArray[np.float64]

DIFFERENCE = 1e-7
"""Step of the differences in a logarithm [-]."""

LONGEST, MOST, ENOUGH = 2.0, 40, 1e-10
"""Longest change of a logarithm in a step, most steps, and the change that ends them [-]."""

CHUNK = 64
"""Columns of the Jacobian made at once."""

NOTHING = 1e-290
"""What is below this is not judged: its products with a distribution ratio leave the range of
doubles, and a long cascade takes the best extracted element lower than that [mol/L]."""

COUNTER_ION = "counter-ion"
LN_10 = np.log(10.0)


@dataclass(frozen=True)
class Streams:
    """Volumes and amounts that enter and leave every stage.

    aqueous, organic: volume that each settler passes on [L/s], shape (stage,).
    onward_a, onward_o: share of these that goes to the next stage [-], shape (stage,).
    fed_a, fed_o: amounts entering from outside [mol/s], shape (stage, component).
    counter_ion, extractant: the same of these two [mol/s], shape (stage,).
    """

    aqueous: Array
    organic: Array
    onward_a: Array
    onward_o: Array
    fed_a: Array
    fed_o: Array
    counter_ion: Array
    extractant: Array
    efficiency: Array
    droplets: tuple[float, float]

    @property
    def leaving(self) -> tuple[Array, Array]:
        """All aqueous and all organic leaving each stage, droplets included [L/s]."""
        in_organic, in_aqueous = self.droplets
        return (
            self.aqueous + in_organic * self.organic,
            self.organic + in_aqueous * self.aqueous,
        )

    def entering(self, x: Array, y: Array, fed_a: Array, fed_o: Array) -> tuple[Array, Array]:
        """Amounts entering each stage in either phase [mol/s], shape (..., stage, component)."""
        in_organic, in_aqueous = self.droplets
        down_a, up_o = self.onward_a * self.aqueous, self.onward_o * self.organic
        into_a, into_o = fed_a + np.zeros_like(x), fed_o + np.zeros_like(y)
        into_a[..., :-1, :] += down_a[1:, None] * x[..., 1:, :]
        into_a[..., 1:, :] += in_organic * up_o[:-1, None] * x[..., :-1, :]
        into_o[..., 1:, :] += up_o[:-1, None] * y[..., :-1, :]
        into_o[..., :-1, :] += in_aqueous * down_a[1:, None] * y[..., 1:, :]
        return into_a, into_o


def feeds(cascade: Cascade, flows: Flows) -> list[tuple[Aqueous | Organic, int, float]]:
    """Every feed with the stage it enters, from zero, and its flow [L/s]."""
    s = cascade.stages
    found: list[tuple[Aqueous | Organic | None, int, float | None]] = [
        (cascade.organic, 0, flows.organic),
        (cascade.feed, s.extraction - 1, cascade.feed.flow),
        (cascade.scrub, s.extraction + s.scrubbing - 1, flows.scrub),
        (cascade.strip, s.total - 1, flows.strip),
    ]
    found += [(side.feed, side.stage - 1, flows.side[side.name]) for side in cascade.side_feeds]
    return [(feed, stage, flow) for feed, stage, flow in found if feed is not None and flow]


def streams(cascade: Cascade, flows: Flows) -> Streams:
    """The streams of a cascade at given flows; volumes by one dense linear system."""
    chemistry, N = cascade.chemistry, cascade.stages.total
    n = len(chemistry.components)
    volume_a, volume_o = np.zeros(N), np.zeros(N)
    fed_a, fed_o = np.zeros((N, n)), np.zeros((N, n))
    counter_ion, extractant = np.zeros(N), np.zeros(N)
    for feed, stage, flow in feeds(cascade, flows):
        amounts = np.array([feed.concentrations.get(c, 0.0) for c in chemistry.components])
        if isinstance(feed, Organic):
            volume_o[stage] += flow
            volume_a[stage] += flow * feed.water
            fed_o[stage] += flow * amounts
            extractant[stage] += flow * feed.extractant
            continue
        if chemistry.needs_acid:
            amounts[chemistry.components.index("H")] += feed.acid
        volume_a[stage] += flow
        fed_a[stage] += flow * amounts
        acid = 0.0 if chemistry.needs_acid else feed.acid
        counter_ion[stage] += flow * (chemistry.protons @ amounts + acid)
    onward_a, onward_o = np.ones(N), np.ones(N)
    if cascade.stages.stripping:
        onward_a[cascade.stages.extraction + cascade.stages.scrubbing] = flows.reflux
    for side in cascade.side_draws:
        (onward_a if side.phase == "aqueous" else onward_o)[side.stage - 1] = 1 - side.share
    onward_a[0], onward_o[-1] = 0.0, 0.0
    droplets = cascade.layout.entrainment
    down, up = np.diag(onward_a[1:], 1), np.diag(onward_o[:-1], -1)
    one = np.eye(N)
    matrix = np.block(
        [[one - down, droplets[0] * (one - up)], [droplets[1] * (one - down), one - up]]
    )
    aqueous, organic = np.split(np.linalg.solve(matrix, np.append(volume_a, volume_o)), 2)
    efficiency = np.full(N, cascade.layout.efficiency, dtype=float)
    return Streams(
        aqueous, organic, onward_a, onward_o, fed_a, fed_o, counter_ion, extractant, efficiency,
        droplets,
    )  # fmt: skip


class Dense:
    """The equations of one cascade at given flows."""

    def __init__(self, cascade: Cascade, flows: Flows) -> None:
        self.cascade, self.chemistry = cascade, cascade.chemistry
        self.streams = streams(cascade, flows)
        fed = self.streams.fed_a.sum(0) + self.streams.fed_o.sum(0)
        self.there = np.flatnonzero(self.chemistry.exchanging & (fed > 0))
        passing = ~self.chemistry.exchanging
        self.still = np.where(passing, self._pass(self.streams.fed_a), 0.0)
        self.counter_ion = self._pass(self.streams.counter_ion[:, None])[:, 0]
        self.extractant = self._pass(self.streams.extractant[:, None], organic=True)[:, 0]
        solvating = self.chemistry.mechanism == "solvation"
        self.has_acid = self.chemistry.mechanism == "cation exchange"
        self.has_ligand = solvating or self.chemistry.ligand is not None
        self.width = 2 * self.there.size + 1 + self.has_acid + self.has_ligand

    def _pass(self, fed: Array, organic: bool = False) -> Array:
        """Concentrations [mol/L], shape (stage, what passes), of what stays in one phase."""
        one = np.eye(fed.shape[0])
        none = np.zeros_like(one)
        entering = self.streams.entering(one, one, none, none)[int(organic)]
        leaving = self.streams.leaving[int(organic)]
        return np.linalg.solve(np.diag(leaving) - entering, fed)

    def unknowns(self, profile: Profile) -> Array:
        """The logarithms that stand for a profile, shape (stage, unknown)."""
        chemistry, i = self.chemistry, self.there
        columns = [np.log(profile.aqueous[:, i]), np.log(profile.organic[:, i])]
        columns.append(self._first(profile)[:, None])
        if self.has_acid:
            columns.append(-LN_10 * profile.pH[:, None])
        if self.has_ligand and chemistry.mechanism == "solvation":
            columns.append(np.log(profile.aqueous @ chemistry.protons)[:, None])
        elif self.has_ligand:
            columns.append(profile.potential[:, -1:])
        return np.concatenate(columns, axis=1)

    def _first(self, profile: Profile) -> Array:
        homovalent = self.chemistry.mechanism == "homovalent exchange"
        return profile.potential[:, 0] if homovalent else np.log(profile.free_extractant)

    def residuals(self, unknowns: Array) -> Array:
        """ln of every ratio that must be one, shape (..., stage, equation)."""
        chemistry, i, s = self.chemistry, self.there, self.streams
        n = i.size
        x, y = np.exp(unknowns[..., :n]), np.exp(unknowns[..., n : 2 * n])
        ln_a = unknowns[..., 2 * n]
        ln_h = unknowns[..., 2 * n + 1] if self.has_acid else np.zeros_like(ln_a)
        ln_L = unknowns[..., -1] if self.has_ligand else None
        D, bound_ligand = self._distribution(ln_a, ln_h, ln_L, x)
        Q, G = (v[:, None] for v in s.leaving)
        into_a, into_o = s.entering(x, y, s.fed_a[:, i], s.fed_o[:, i])
        eta = s.efficiency[:, None]
        equations = [
            np.log((Q * x + G * y) / (into_a + into_o)),
            np.log(y / ((1 - eta) * into_o / G + eta * D * x)),
        ]
        free = np.exp(ln_a) if chemistry.mechanism != "homovalent exchange" else 0.0
        held = free + (D * x) @ chemistry.bound[i]
        equations.append(np.log(held / self.extractant)[..., None])
        h, L = np.exp(ln_h), (np.exp(ln_L) if ln_L is not None else None)
        if self.has_acid:
            equations.append(self._neutral(x, h, L)[..., None])
        if L is not None:
            equations.append(np.log(self._ligand(x, h, L, bound_ligand))[..., None])
        return np.concatenate(equations, axis=-1)

    def _distribution(self, ln_a, ln_h, ln_L, x) -> tuple[Array, Array]:
        """D, and ligand bound to the extracted ions [mol/L], shape (..., stage)."""
        chemistry, i = self.chemistry, self.there
        root = np.sqrt(np.exp(ln_a)) - np.sqrt(chemistry.reference)
        effective = (ln_a - LN_10 * chemistry.curvature * root)[..., None]
        ln_D = LN_10 * chemistry.log_K[i] + chemistry.exponent[i] * effective
        bound = np.zeros_like(ln_a)
        if chemistry.mechanism == "solvation":
            return np.exp(ln_D + chemistry.slope[i] * ln_L[..., None]), bound
        ln_D = ln_D - chemistry.slope[i] * ln_h[..., None]
        ln_D = ln_D + chemistry.coupling[i] * np.exp(effective) * ln_h[..., None]
        if chemistry.ligand is not None:
            for column, place in enumerate(i):
                beta = chemistry.ligand.log_beta.get(chemistry.components[place], ())
                orders = np.arange(1, len(beta) + 1)
                terms = np.exp(LN_10 * np.array(beta) + orders * ln_L[..., None])
                alpha = 1 + terms.sum(-1)
                ln_D[..., column] -= np.log(alpha)
                bound = bound + x[..., column] * (orders * terms).sum(-1) / alpha
        return np.exp(ln_D), bound

    def _neutral(self, x: Array, h: Array, L: Array | None) -> Array:
        chemistry = self.chemistry
        passing = self.still * chemistry.protons
        cations = h + x @ chemistry.protons[self.there] + np.maximum(passing, 0).sum(1)
        anions = 10.0**chemistry.log_Kw / h + np.maximum(-passing, 0).sum(1) + self.counter_ion
        if chemistry.protonation is not None:
            name, log_K = chemistry.protonation
            Ka, total = 10.0**-log_K, self.still[:, chemistry.components.index(name)]
            cations = cations + h * (L / Ka if L is not None else total / (Ka + h))
        return np.log(cations / anions)

    def _ligand(self, x: Array, h: Array, L: Array, bound: Array) -> Array:
        """All ligand found over all there is [-]."""
        chemistry = self.chemistry
        if chemistry.mechanism == "solvation":
            return L / (self.still @ chemistry.protons + x @ chemistry.protons[self.there])
        assert chemistry.ligand is not None
        name = chemistry.ligand.component
        if name == COUNTER_ION:
            total = self.counter_ion
        else:
            total = self.still[:, chemistry.components.index(name)]
        if chemistry.protonation is not None:
            L = L * (1 + h / 10.0 ** -chemistry.protonation[1])
        return (L + bound) / total

    def solve(self, start: Array) -> tuple[Array, int, bool]:
        """The unknowns that make every residual nought, Newton steps taken, and whether they did.

        start: unknowns to begin with, shape (stage, unknown).
        """
        u = start.copy()
        size = u.size
        for step in range(1, MOST + 1):
            here = self.residuals(u).ravel()
            jacobian = np.empty((size, size))
            for first in range(0, size, CHUNK):
                columns = np.arange(first, min(first + CHUNK, size))
                moved = np.repeat(u.reshape(1, -1), columns.size, axis=0)
                moved[np.arange(columns.size), columns] += DIFFERENCE
                values = self.residuals(moved.reshape(-1, *u.shape)).reshape(columns.size, -1)
                jacobian[:, columns] = (values - here).T / DIFFERENCE
            change = solve_linear(jacobian, -here)
            longest = np.abs(change).max()
            u += (min(1.0, LONGEST / longest) * change).reshape(u.shape)
            if longest <= ENOUGH:
                return u, step, True
        return u, MOST, False


def judge(cascade: Cascade, profile: Profile) -> float:
    """The largest |ln(ratio that must be one)| of a profile, by the dense equations [-].

    A component is not judged in a stage where it, or a neighbour, holds less than `NOTHING`.
    """
    dense = Dense(cascade, profile.flows)
    with np.errstate(divide="ignore", invalid="ignore"):
        worst = np.abs(dense.residuals(dense.unknowns(profile)))
    i = dense.there
    held = np.minimum(profile.aqueous[:, i], profile.organic[:, i]) > NOTHING
    around = np.pad(held, ((1, 1), (0, 0)), constant_values=True)
    judged = np.ones(worst.shape, dtype=bool)
    judged[:, : 2 * i.size] = np.tile(around[:-2] & held & around[2:], 2)
    worst = worst[judged].max()
    return float(worst) if np.isfinite(worst) else np.inf
