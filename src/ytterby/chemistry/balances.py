"""What a solution with pure phases obeys: species from potentials, volume, balances of masters."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ytterby.chemistry.compiled import compiled

TINY = 1e-290
"""Stands for nothing where something is divided by it."""
_MOST_EXPONENT = 600.0
"""ln of a concentration beyond which it is held, short of overflow [-]."""
_DRIEST = 0.01
"""Least volume of a solution over that of the water it came with [-]."""


class Model(NamedTuple):
    """Equilibrium with pure phases as arrays; of the masters, H+ is the first.

    A: masters in each dissolved species [-], shape (master, species). ln_beta: of its formation
    from them, shape (species,). S: masters that each phase gives when it dissolves [-], shape
    (master, phase). ln_K: of that, shape (phase,). waters, bound: water in each species and each
    phase [-]. volumes: of each species less that of its water [L/mol]. water: volume of that
    [L/mol].
    """

    A: NDArray[np.float64]
    ln_beta: NDArray[np.float64]
    S: NDArray[np.float64]
    ln_K: NDArray[np.float64]
    waters: NDArray[np.float64]
    bound: NDArray[np.float64]
    volumes: NDArray[np.float64]
    water: float


@compiled
def solve_dense(matrix, right):
    """Whether a small dense system was solved, in place of `right`; rows scaled, largest pivots."""
    size = right.size
    for i in range(size):
        largest = 0.0
        for j in range(size):
            largest = max(largest, abs(matrix[i, j]))
        if largest > 0:
            matrix[i] /= largest
            right[i] /= largest
    for k in range(size):
        pivot = k
        for i in range(k + 1, size):
            if abs(matrix[i, k]) > abs(matrix[pivot, k]):
                pivot = i
        if matrix[pivot, k] == 0.0:
            return False
        if pivot != k:
            for j in range(k, size):
                matrix[k, j], matrix[pivot, j] = matrix[pivot, j], matrix[k, j]
            right[k], right[pivot] = right[pivot], right[k]
        for i in range(k + 1, size):
            factor = matrix[i, k] / matrix[k, k]
            if factor != 0.0:
                for j in range(k + 1, size):
                    matrix[i, j] -= factor * matrix[k, j]
                right[i] -= factor * right[k]
    for i in range(size - 1, -1, -1):
        total = right[i]
        for j in range(i + 1, size):
            total -= matrix[i, j] * right[j]
        right[i] = total / matrix[i, i]
    return True


@compiled
def species_at(potentials, volume, model):
    """Amounts of the dissolved species [mol] at ln concentrations `potentials` of the masters."""
    A = model.A
    amounts = np.empty(model.ln_beta.size)
    for j in range(amounts.size):
        exponent = model.ln_beta[j]
        for i in range(potentials.size):
            if A[i, j] != 0.0:
                exponent += A[i, j] * potentials[i]
        amounts[j] = volume * math.exp(min(exponent, _MOST_EXPONENT))
    return amounts


@compiled
def volume_of(waters, amounts, formed, model):
    """[L] of the solution. waters: that of all species and phases [mol]."""
    volumes, bound = model.volumes, model.bound
    size = waters * model.water
    for j in range(amounts.size):
        size += volumes[j] * amounts[j]
    for k in range(formed.size):
        size -= bound[k] * formed[k] * model.water
    return max(size, _DRIEST * waters * model.water)


@compiled
def gaps(total, amounts, formed, model):
    """What each master's balance lacks [mol], and the size of its largest term."""
    A, S = model.A, model.S
    lacking, scale = total.copy(), np.abs(total)
    for i in range(total.size):
        for j in range(amounts.size):
            if A[i, j] != 0.0:
                lacking[i] -= A[i, j] * amounts[j]
                scale[i] = max(scale[i], abs(A[i, j]) * amounts[j])
        for k in range(formed.size):
            if S[i, k] != 0.0:
                lacking[i] -= S[i, k] * formed[k]
                scale[i] = max(scale[i], abs(S[i, k]) * formed[k])
    return lacking, scale


@compiled
def widest_gap(lacking, scale, free):
    """The largest gap of the masters `free`, relative to the largest term of its balance [-]."""
    widest = 0.0
    for i in free:
        widest = max(widest, abs(lacking[i]) / max(scale[i], TINY))
    return widest


@compiled
def normal_matrix(free, amounts, model):
    """A diag(amounts) A' over the masters `free`."""
    A = model.A
    size = free.size
    matrix = np.zeros((size, size))
    for j in range(amounts.size):
        for a in range(size):
            weight = A[free[a], j] * amounts[j]
            if weight != 0.0:
                for b in range(size):
                    matrix[a, b] += weight * A[free[b], j]
    return matrix
