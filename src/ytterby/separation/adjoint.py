"""The adjoint of a solved cascade: what an outlet quantity owes to every number it was solved from.

With z = (x, y) of every stage and the balances z = M f, f = sources + what the neighbours send (see
`walk`), and the closures F(p, z) = 0 of the potentials p, a quantity q(z) changes by

    dq = (dq/dz dz/dp) dp,  J dp = -dF,  J = dF/dp + dF/dz dz/dp

so that with J^T lambda = -(dq/dz dz/dp)^T and w = dq/dz + lambda^T dF/dz every parameter t is
served by what it does locally, at fixed potentials and contents:

    dq/dt = lambda^T dF/dt + w^T dz/dt

A quantity that depends on the potentials as such adds what it does to the right side of lambda.

Both solutions with transposed matrices are the kernel's own sums over the stages with its
generators exchanged: J^T by `newton.solve_steps`, the balances by `newton.response`. Everything
stays free of subtractions but for the signs of w, so traces have their gradient as exactly as
their amount.

chain: components, then the counter-ion, then the extractant, as in `circuit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import COUNTER_ION, Chemistry
from ytterby.separation.circuit import Circuit
from ytterby.separation.elimination import generators, response, solve_steps
from ytterby.separation.mass_action import closure, distribution
from ytterby.separation.newton import evaluate
from ytterby.separation.solve import Case, Posed
from ytterby.separation.walk import TINY, WHOLLY_ORGANIC, sweep, visits

Array = NDArray[np.float64]

MIRRORED_ROWS = [1, 0, 2, 4, 3, 5]
"""Rows of `volumes` of a cascade read from the other end."""

TRANSPOSED = [0, 2, 1, 3]
"""Rows of a 2 x 2 matrix that is transposed."""

LOCAL_STEP = 1e-5
"""Relative step of central differences of a stage's closures [-]: error about 1e-10."""


@dataclass(frozen=True)
class Network:
    """The stages as a network at given distribution ratios; matrices (stage, 4, chain), in rows.

    mixing: outputs (x, y) of a stage per its inputs, the stage alone [s/L]. gain: with all stages
    around it free. around: what comes back as input, per output that leaves [L/s].
    up, down: as in `walk`.
    """

    mixing: Array
    gain: Array
    around: Array
    up: Array
    down: Array

    @classmethod
    def of(cls, volumes: Array, efficiency: Array, D: Array) -> Network:
        """volumes [L/s], shape (6, stage); D [-], shape (stage, chain)."""
        passed, escaped, free = swept(volumes, efficiency, D)
        mirrored = np.ascontiguousarray(volumes[MIRRORED_ROWS][:, ::-1])
        found = swept(mirrored, efficiency[::-1].copy(), D[::-1].copy())
        passed_below, escaped_below, free_below = (values[::-1] for values in found)
        mixing = alone(volumes, efficiency, D)
        up, down = np.zeros_like(mixing), np.zeros_like(mixing)
        up[:-1] = free[:-1] * volumes[[0, 3, 0, 3], 1:].T[:, :, None]
        down[1:] = free_below[1:] * volumes[[1, 4, 1, 4], :-1].T[:, :, None]
        upwards = volumes[[0, 3, 0, 3]].T[:, :, None]
        downwards = volumes[[1, 4, 1, 4]].T[:, :, None]
        around = passed * upwards + passed_below * downwards
        leaving = volumes[[2, 5]].T[:, :, None] + escaped * upwards[:, :2]
        leaving = leaving + escaped_below * downwards[:, :2]
        returns = product(around, mixing)
        escapes = np.stack(
            [
                leaving[:, 0] * mixing[:, 0] + leaving[:, 1] * mixing[:, 2],
                leaving[:, 0] * mixing[:, 1] + leaving[:, 1] * mixing[:, 3],
            ],
            axis=1,
        )
        often = visits(*np.moveaxis(returns, 1, 0), *np.moveaxis(escapes, 1, 0))
        return cls(mixing, product(mixing, np.stack(often, axis=1)), around, up, down)

    def gathered(self, weights: Array) -> Array:
        """What a change of (x, y) of every stage weighs with its consequences in the stages beyond
        it, shape (stage, 2 chain), for weights of (x, y) in the same shape."""
        up, down = np.zeros_like(self.up), np.zeros_like(self.down)
        up[:-1], down[1:] = self.down[1:, TRANSPOSED], self.up[:-1, TRANSPOSED]
        N = weights.shape[0]
        return response(np.ones((N, 1)), weights.reshape(N, 1, -1), up, down)

    def owed(self, gathered: Array) -> Array:
        """Weight of the inputs of every stage, shape (stage, 2, chain), of what is `gathered`."""
        a = gathered.reshape(gathered.shape[0], 2, -1)
        return transposed_times(self.gain, a)

    def effect(self, gathered: Array, owed: Array, change: Array) -> Array:
        """What a change of (x, y) of each stage at fixed inputs, shape (stage, 2, chain), does,
        returns included, shape (stage, chain)."""
        back = times(self.around, change)
        return (gathered.reshape(change.shape) * change + owed * back).sum(axis=1)


def swept(volumes: Array, efficiency: Array, D: Array) -> tuple[Array, Array, Array]:
    """What comes back from the stages before each stage: passage (stage, 4, chain) and escape
    (stage, 2, chain), and the gain of each stage with those before it free, as in `sweep`."""
    N, n = D.shape
    gain, none = np.empty((N, 4, n)), np.zeros((N, n))
    states = sweep(volumes, efficiency, D, none, none, gain)
    return states[:, :4], states[:, 4:6], gain


def alone(volumes: Array, efficiency: Array, D: Array) -> Array:
    """Outputs (x, y) of each stage per its inputs [s/L], shape (stage, 4, chain)."""
    Q, G = volumes[:3].sum(0)[:, None], volumes[3:].sum(0)[:, None]
    eta = efficiency[:, None]
    m00 = 1 / (Q + eta * G * D + TINY)
    m10 = eta * D * m00
    return np.stack([m00, eta * m00, m10, (1 - eta) / (G + TINY) + eta * m10], axis=1)


def product(a: Array, b: Array) -> Array:
    """2 x 2 matrices times 2 x 2 matrices, in rows."""
    return np.stack(
        [
            a[:, 0] * b[:, 0] + a[:, 1] * b[:, 2],
            a[:, 0] * b[:, 1] + a[:, 1] * b[:, 3],
            a[:, 2] * b[:, 0] + a[:, 3] * b[:, 2],
            a[:, 2] * b[:, 1] + a[:, 3] * b[:, 3],
        ],
        axis=1,
    )


def times(a: Array, v: Array) -> Array:
    """2 x 2 matrices times pairs, shape (stage, 2, chain)."""
    first, last = v[:, 0], v[:, 1]
    return np.stack([a[:, 0] * first + a[:, 1] * last, a[:, 2] * first + a[:, 3] * last], axis=1)


def transposed_times(a: Array, v: Array) -> Array:
    """Transposed 2 x 2 matrices times pairs, shape (stage, 2, chain)."""
    return times(a[:, TRANSPOSED], v)


@dataclass(frozen=True)
class Solved:
    """A profile with everything that is needed of it; x, y, D: shape (stage, chain)."""

    chemistry: Chemistry
    circuit: Circuit
    case: Case
    potential: Array
    x: Array
    y: Array
    D: Array
    network: Network
    parts: tuple

    @classmethod
    def of(cls, chemistry: Chemistry, circuit: Circuit, potential: Array) -> Solved:
        posed = Posed.of(chemistry, circuit)
        parts = evaluate(potential, posed.case)
        x, y = posed.whole(chemistry, parts[0], parts[1])
        D = np.zeros(x.shape)
        D[:, :-2][:, chemistry.exchanging] = distribution(potential, posed.case[5])[0]
        D[:, -1] = WHOLLY_ORGANIC
        volumes, efficiency = posed.case[:2]
        network = Network.of(volumes, efficiency, D)
        return cls(chemistry, circuit, posed.case, potential, x, y, D, network, parts)

    @property
    def exchanging(self) -> NDArray[np.int_]:
        """Places in the chain of what exchanges."""
        return np.flatnonzero(self.chemistry.exchanging)

    def by_distribution(self) -> Array:
        """(x, y) of a stage by ln D at fixed inputs [mol/L], shape (stage, 2, chain)."""
        volumes = self.case[0]
        Q, G = volumes[:3].sum(0)[:, None], volumes[3:].sum(0)[:, None]
        exchange = self.network.mixing[:, 2] * self.x
        return np.stack([-G * exchange, Q * exchange], axis=1)

    def closure_of(self, still: Array, chemistry: tuple) -> Array:
        """The closures [-], shape (stage, potential), at the same potentials and concentrations."""
        D, slopes, nbar = distribution(self.potential, chemistry)
        x = np.ascontiguousarray(self.x[:, self.exchanging])
        return closure(self.potential, D, slopes, nbar, x, still, chemistry)[0]

    def by_passing(self) -> tuple[Array, Array, Array]:
        """Closures by extractant, excess charge and ligand [L/mol], shape (stage, potential) each.

        The charge counts as one more anion that takes no part in anything else.
        """
        still, chemistry = self.case[4], self.case[5]
        log_K, nu, bound, charge, coupling, beta, brought, settings = chemistry
        one = (
            np.append(log_K, -np.inf),
            np.column_stack([nu, np.zeros(nu.shape[0])]),
            np.append(bound, 0.0),
            np.append(charge, -1.0),
            np.append(coupling, 0.0),
            np.vstack([beta, np.zeros((1, beta.shape[1]))]),
            np.append(brought, 0.0),
            settings,
        )
        D, slopes, nbar = distribution(self.potential, one)
        x = np.column_stack([self.x[:, self.exchanging], np.zeros(self.x.shape[0])])
        F, _, by_x, _, _ = closure(self.potential, D, slopes, nbar, x, still, one)
        by_extractant = np.zeros_like(F)
        by_extractant[:, 0] = -(F[:, 0] + 1) / still[0]
        more, less = still.copy(), still.copy()
        more[2] *= 1 + LOCAL_STEP
        less[2] *= 1 - LOCAL_STEP
        change = self.closure_of(more, chemistry) - self.closure_of(less, chemistry)
        step = (more[2] - less[2])[:, None]
        by_ligand = np.divide(change, step, out=np.zeros_like(F), where=step != 0)
        return by_extractant, by_x[:, :, -1].copy(), by_ligand


@dataclass(frozen=True)
class Adjoint:
    """Weights of a quantity.

    closures: of the closures, lambda, shape (stage, potential). gathered: of (x, y) of each stage
    with their consequences, shape (stage, 2 chain). sources: of what enters each stage in the
    aqueous and in the organic [1/(mol/s)], shape (stage, 2, chain). log_D: of ln of the
    distribution ratios, shape (stage, chain). efficiency: shape (stage,). volumes: [1/(L/s)],
    shape (6, stage).
    """

    closures: Array
    gathered: Array
    sources: Array
    log_D: Array
    efficiency: Array
    volumes: Array

    @classmethod
    def of(
        cls, solved: Solved, by_x: Array, by_y: Array, by_potential: Array | float = 0
    ) -> Adjoint:
        """by_x, by_y: the quantity by the concentrations [1/(mol/L)], shape (stage, chain).
        by_potential: and by the potentials as such, shape (stage, potential)."""
        network, there = solved.network, solved.exchanging
        weights = np.hstack([by_x, by_y])
        by_D = solved.by_distribution()
        gathered = network.gathered(weights)
        at_first = network.effect(gathered, network.owed(gathered), by_D)
        slopes = solved.parts[6]
        wanted = np.einsum("jki,ji->jk", slopes, at_first[:, there]) + by_potential
        closures = transposed_solve(solved, wanted)
        weights = weights + through_closures(solved, closures)
        gathered = network.gathered(weights)
        owed = network.owed(gathered)
        log_D = network.effect(gathered, owed, by_D)
        bound = solved.case[5][2]
        held = bound * solved.D[:, there] * solved.x[:, there] / solved.case[4][0][:, None]
        log_D[:, there] += closures[:, :1] * held
        efficiency, volumes = by_stage(solved, gathered, owed)
        return cls(closures, gathered, owed, log_D, efficiency, volumes)

    def plus(self, others: Sequence[Adjoint], shares: Array) -> Adjoint:
        """The weights of a quantity and of shares of others together: all are linear in them."""
        total = {}
        for one in fields(self):
            parts = [s * getattr(o, one.name) for s, o in zip(shares, others, strict=True)]
            total[one.name] = np.sum([getattr(self, one.name), *parts], axis=0)
        return Adjoint(**total)


def transposed_solve(solved: Solved, wanted: Array) -> Array:
    """lambda of J^T lambda = -wanted, shape (stage, potential)."""
    _, _, _, own, by_x, _, slopes, up, down, source, _ = solved.parts
    hears, says = generators(by_x, slopes, source)
    back, forth = np.zeros_like(up), np.zeros_like(down)
    back[:-1], forth[1:] = down[1:, TRANSPOSED], up[:-1, TRANSPOSED]
    transposed = np.ascontiguousarray(own.transpose(0, 2, 1))
    right = np.ascontiguousarray(-wanted[:, :, None])
    return solve_steps(right, transposed, says, hears, back, forth)[:, :, 0]


def through_closures(solved: Solved, closures: Array) -> Array:
    """Weight that concentrations have through the closures, shape (stage, 2 chain)."""
    chemistry, there = solved.chemistry, solved.exchanging
    n = len(chemistry.components)
    by_extractant, by_charge, by_ligand = (
        (closures * values).sum(axis=1) for values in solved.by_passing()
    )
    x, y = np.zeros_like(solved.x), np.zeros_like(solved.y)
    x[:, there] = np.einsum("jk,jki->ji", closures, solved.parts[4])
    y[:, n + 1] = by_extractant
    passing = np.where(chemistry.exchanging, 0.0, chemistry.protons)
    x[:, n] += by_charge
    x[:, :n] -= by_charge[:, None] * passing
    named = chemistry.ligand.component if chemistry.ligand else (chemistry.protonation or ("",))[0]
    if chemistry.mechanism == "solvation":
        x[:, :n] += by_ligand[:, None] * passing
    elif named:
        column = n if named == COUNTER_ION else chemistry.components.index(named)
        x[:, column] += by_ligand
    return np.hstack([x, y])


def by_stage(solved: Solved, gathered: Array, owed: Array) -> tuple[Array, Array]:
    """Weights of the efficiency of every stage, and of the volumes leaving it."""
    volumes, efficiency = solved.case[:2]
    network, x, y, D = solved.network, solved.x, solved.y, solved.D
    G, eta = volumes[3:].sum(0)[:, None], efficiency[:, None]
    m00, m10 = network.mixing[:, 0], network.mixing[:, 2]
    fed = solved.circuit.organic_in.copy()
    fed[:-1] += volumes[3, 1:, None] * y[1:]
    fed[1:] += volumes[4, :-1, None] * y[:-1]

    def effect(dx: Array, dy: Array) -> Array:
        return network.effect(gathered, owed, np.stack([dx, dy], axis=1)).sum(axis=1)

    by_Q = effect(-m00 * x, -m10 * x)
    by_G = effect(-m10 * x, -(1 - eta) * fed / G**2 - eta * D * m10 * x)
    dx = m00 * (fed - G * D * x)
    by_efficiency = effect(dx, D * x - fed / G + eta * D * dx)
    weights = np.empty_like(volumes)
    for rows, own, values, inputs in (
        (slice(0, 3), by_Q, x, owed[:, 0]),
        (slice(3, 6), by_G, y, owed[:, 1]),
    ):
        part = np.tile(own, (3, 1))
        part[0, 1:] += (inputs[:-1] * values[1:]).sum(axis=1)
        part[1, :-1] += (inputs[1:] * values[:-1]).sum(axis=1)
        weights[rows] = part
    return by_efficiency, weights
