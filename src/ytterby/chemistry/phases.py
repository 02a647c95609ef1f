"""The compiled heart of equilibrium with pure phases: a convex problem, solved twice over.

At given volume the free species minimise a strictly convex Gibbs energy under the balances of
the masters, and a pure phase (a solid, a gas at one atmosphere) is a bound on their chemical
potentials: it is absent where its ions stay below its solubility, and takes up what would exceed
it. So the answer is unique, however many solids share a metal or a ligand. An interior-point
search finds which phases are there, Newton on those alone makes the answer exact, and a guess
from a like solution skips the search.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_SEARCH_STEPS = 120
_NEWTON_STEPS = 60
_CHANGES = 80
_LARGEST_STEP = 2.0
_DEEPEST_STEP = -40.0
_TO_BOUNDARY = 0.9
_LONG, _SHORT = 0.7, 0.1
_QUICKLY, _SLOWLY, _EASE = 0.15, 0.6, 3.0
_SEARCHED = 1e-10
_FEASIBLE = 1e-8
_STILL = 1e-13
_ROUGH = 1e-3
_CLOSED = 3e-15
_OVER, _OVER_AGAIN = 1e-12, 1e-9
_TINY = 1e-290


@njit(cache=True)
def solve_dense(matrix, right):
    """Solution of a small dense system, rows scaled, pivots chosen by size; in place."""
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


@njit(cache=True)
def species_at(potentials, volume, A, ln_beta):
    """Amounts of the dissolved species at ln concentrations `potentials` of the masters."""
    amounts = np.empty(ln_beta.size)
    for j in range(ln_beta.size):
        exponent = ln_beta[j]
        for i in range(potentials.size):
            if A[i, j] != 0.0:
                exponent += A[i, j] * potentials[i]
        amounts[j] = volume * math.exp(min(exponent, 600.0))
    return amounts


@njit(cache=True)
def volume_of(waters, amounts, formed, model):
    """[L] of the solution."""
    _, _, _, _, _, phase_waters, volumes, water_volume = model
    size = waters * water_volume
    for j in range(amounts.size):
        size += volumes[j] * amounts[j]
    for k in range(formed.size):
        size -= phase_waters[k] * formed[k] * water_volume
    return max(size, 0.01 * waters * water_volume)


@njit(cache=True)
def gaps(total, amounts, formed, A, S):
    """What each master's balance lacks, and the size of its largest term."""
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


@njit(cache=True)
def normal_matrix(free, amounts, A):
    """A diag(amounts) A' over the masters `free`."""
    size = free.size
    matrix = np.zeros((size, size))
    for j in range(amounts.size):
        for a in range(size):
            weight = A[free[a], j] * amounts[j]
            if weight != 0.0:
                for b in range(size):
                    matrix[a, b] += weight * A[free[b], j]
    return matrix


@njit(cache=True)
def search(total, waters, free, potentials, tighten, model):
    """(potentials, amounts of phases, which are there) by an interior-point method."""
    A, ln_beta, S, ln_K, _, _, _, water_volume = model
    species, phases = ln_beta.size, ln_K.size
    volume = waters * water_volume
    amounts = species_at(potentials, volume, A, ln_beta)
    ceiling = np.abs(total).sum() + 1e-7 * waters
    for j in range(species):
        amounts[j] = min(max(amounts[j], 1e-30 * ceiling), ceiling)
    scale = np.empty(phases)
    for k in range(phases):
        scale[k] = ceiling
        for i in range(1, total.size):
            if S[i, k] > 0:
                scale[k] = min(scale[k], total[i] / S[i, k])
    formed, slack = 0.1 * scale, np.ones(phases)
    step_phase, step_slack = np.zeros(phases), np.zeros(phases)
    grow = np.zeros(species)
    target = 1.0
    for _ in range(_SEARCH_STEPS):
        volume = volume_of(waters, amounts, formed, model)
        lacking, size = gaps(total, amounts, formed, A, S)
        worst = 0.0
        for i in free:
            worst = max(worst, abs(lacking[i]) / max(size[i], _TINY))
        mismatch = np.empty(species)
        for j in range(species):
            mismatch[j] = ln_beta[j] - math.log(amounts[j] / volume)
            for i in range(total.size):
                mismatch[j] += A[i, j] * potentials[i]
            worst = max(worst, abs(mismatch[j]) if amounts[j] > 1e-25 * ceiling else 0.0)
        gap = np.empty(phases)
        for k in range(phases):
            gap[k] = ln_K[k] - slack[k]
            for i in range(total.size):
                gap[k] -= S[i, k] * potentials[i]
            worst = max(worst, abs(gap[k]))
        if worst < _FEASIBLE and target < _SEARCHED:
            break
        matrix = normal_matrix(free, amounts, A)
        right = np.empty(free.size)
        for a in range(free.size):
            i = free[a]
            right[a] = lacking[i]
            for j in range(species):
                right[a] -= A[i, j] * amounts[j] * mismatch[j]
            for k in range(phases):
                if S[i, k] != 0.0:
                    wanted = target * scale[k] - formed[k] * slack[k] - formed[k] * gap[k]
                    right[a] -= S[i, k] * wanted / slack[k]
                    for b in range(free.size):
                        matrix[a, b] += S[i, k] * S[free[b], k] * formed[k] / slack[k]
        for a in range(free.size):
            matrix[a, a] += _TINY + 1e-14 * matrix[a, a]
        if not solve_dense(matrix, right):
            break
        longest = 1.0
        for j in range(species):
            grow[j] = mismatch[j]
            for a in range(free.size):
                grow[j] += A[free[a], j] * right[a]
            if grow[j] > 0:
                longest = min(longest, _LARGEST_STEP / grow[j])
        for k in range(phases):
            step_slack[k] = gap[k]
            for a in range(free.size):
                step_slack[k] -= S[free[a], k] * right[a]
            step_phase[k] = (
                target * scale[k] - formed[k] * slack[k] - formed[k] * step_slack[k]
            ) / slack[k]
            if step_slack[k] < 0:
                longest = min(longest, -_TO_BOUNDARY * slack[k] / step_slack[k])
            if step_phase[k] < 0:
                longest = min(longest, -_TO_BOUNDARY * formed[k] / step_phase[k])
        for a in range(free.size):
            potentials[free[a]] += longest * right[a]
        for j in range(species):
            amounts[j] *= math.exp(max(longest * grow[j], _DEEPEST_STEP))
            amounts[j] = max(amounts[j], _TINY)
        formed += longest * step_phase
        slack += longest * step_slack
        # The bounds are tightened only as fast as the balances follow.
        if longest > _LONG:
            target *= tighten
        elif longest < _SHORT:
            target = min(1.0, _EASE * target)
    there = np.zeros(phases, dtype=np.bool_)
    for k in range(phases):
        there[k] = formed[k] / scale[k] > slack[k]
        if not there[k]:
            formed[k] = 0.0
    return potentials, formed, there


@njit(cache=True)
def newton(total, waters, free, potentials, formed, there, model):
    """Whether the balances close with just the phases `there`; potentials, formed in place."""
    A, ln_beta, S, ln_K, _, _, _, _ = model
    present = np.flatnonzero(there)
    masters, size = free.size, free.size + present.size
    amounts = np.zeros(ln_beta.size)
    volume = volume_of(waters, amounts, formed, model)
    for _ in range(_NEWTON_STEPS):
        amounts = species_at(potentials, volume, A, ln_beta)
        lacking, scale = gaps(total, amounts, formed, A, S)
        matrix = np.zeros((size, size))
        matrix[:masters, :masters] = normal_matrix(free, amounts, A)
        right = np.zeros(size)
        worst = 0.0
        for a in range(masters):
            right[a] = lacking[free[a]]
            worst = max(worst, abs(lacking[free[a]]) / max(scale[free[a]], _TINY))
            for c in range(present.size):
                matrix[a, masters + c] = S[free[a], present[c]]
                matrix[masters + c, a] = S[free[a], present[c]]
        for c in range(present.size):
            right[masters + c] = ln_K[present[c]]
            for i in range(total.size):
                right[masters + c] -= S[i, present[c]] * potentials[i]
            worst = max(worst, abs(right[masters + c]))
        if not solve_dense(matrix, right):
            return False
        longest = 1.0
        for a in range(size):
            if not math.isfinite(right[a]):
                return False
        for a in range(masters):
            longest = min(longest, _LARGEST_STEP / max(abs(right[a]), _TINY))
        for a in range(masters):
            potentials[free[a]] += longest * right[a]
        for c in range(present.size):
            formed[present[c]] += longest * right[masters + c]
        amounts = species_at(potentials, volume, A, ln_beta)
        new = volume_of(waters, amounts, formed, model)
        still = abs(new - volume) <= _STILL * new
        volume = new
        if worst <= _STILL and still:
            return True
    return worst <= 1e3 * _STILL


@njit(cache=True)
def worst_of(formed, there, left, potentials, total, model):
    """(phase to take out, phase to let in), -1 for none.

    A phase that has `left` before comes in again only when clearly supersaturated: rounding would
    send it to and fro.
    """
    _, _, S, ln_K, _, _, _, _ = model
    out, into = -1, -1
    most, least = 0.0, 0.0
    for k in range(ln_K.size):
        if there[k]:
            if formed[k] < least:
                out, least = k, formed[k]
        else:
            over = -ln_K[k]
            for i in range(total.size):
                over += S[i, k] * potentials[i]
            if over > max(most, _OVER_AGAIN if left[k] else _OVER):
                into, most = k, over
    return out, into


@njit(cache=True)
def settle(total, waters, model, ln_h, potentials, there, same):
    """(potentials, phases formed, which are there) in equilibrium, per the guess or from nothing.

    The first potential is NaN where no equilibrium was found.
    total: of each master, protons first [mol]. ln_h: NaN, or where ln of H+ [mol/L] is held; its
    balance is then left open. potentials: a guess, NaN first where there is none. same: the phases
    of the guess are those there, even where one would have to be less than nothing.
    """
    phases = model[3].size
    held = not math.isnan(ln_h)
    free = np.arange(1 if held else 0, total.size)
    formed = np.zeros(phases)
    if not math.isnan(potentials[0]):
        potentials, there = potentials.copy(), there.copy()
        if held:
            potentials[0] = ln_h
        if same and newton(total, waters, free, potentials, formed, there, model):
            return potentials, formed, there
        if refine(total, waters, free, potentials, formed, there, model):
            return potentials, formed, there
    found, made, known = potentials, formed, there
    for tighten in (_QUICKLY, _SLOWLY):
        start = np.empty(total.size)
        for i in range(total.size):
            start[i] = math.log(max(total[i], 1e-12 * waters) / (waters * model[7]))
        if held:
            start[0] = ln_h
        potentials, formed, there = search(total, waters, free, start, tighten, model)
        found, made, known = potentials.copy(), formed.copy(), there.copy()
        if refine(total, waters, free, potentials, formed, there, model):
            return potentials, formed, there
    # The search itself stands within its own tolerance, if it ended.
    volume = volume_of(waters, np.zeros(model[1].size), made, model)
    amounts = species_at(found, volume, model[0], model[1])
    lacking, scale = gaps(total, amounts, made, model[0], model[2])
    for i in free:
        if abs(lacking[i]) > _ROUGH * scale[i]:
            found[0] = math.nan
    return found, made, known


@njit(cache=True)
def refine(total, waters, free, potentials, formed, there, model):
    """Whether Newton and exchanges of phases settle from the guess, all in place."""
    left = np.zeros(formed.size, dtype=np.bool_)
    for _ in range(_CHANGES):
        if not newton(total, waters, free, potentials, formed, there, model):
            return False
        out, into = worst_of(formed, there, left, potentials, total, model)
        if out >= 0:
            there[out], left[out] = False, True
            formed[out] = 0.0
        elif into >= 0:
            there[into] = True
        else:
            return True
    return False


@njit(cache=True)
def close(total, amounts, formed, free, model):
    """Close the balances of `free` to the last digit by relative changes of all amounts."""
    A, _, S, _, _, _, _, _ = model
    for _ in range(2):
        lacking, scale = gaps(total, amounts, formed, A, S)
        worst = 0.0
        for i in free:
            worst = max(worst, abs(lacking[i]) / max(scale[i], _TINY))
        if worst <= _CLOSED:
            return
        matrix = normal_matrix(free, amounts, A)
        for k in range(formed.size):
            for a in range(free.size):
                for b in range(free.size):
                    matrix[a, b] += S[free[a], k] * S[free[b], k] * formed[k]
        right = lacking[free]
        if not solve_dense(matrix, right):
            return
        for j in range(amounts.size):
            change = 0.0
            for a in range(free.size):
                change += A[free[a], j] * right[a]
            amounts[j] *= 1.0 + min(max(change, -0.5), 0.5)
        for k in range(formed.size):
            change = 0.0
            for a in range(free.size):
                change += S[free[a], k] * right[a]
            formed[k] *= 1.0 + min(max(change, -0.5), 0.5)


@njit(cache=True)
def state_of(total, waters, model, ln_h, potentials, there, same):
    """(species, phases [mol], proton excess, potentials, which phases) at equilibrium.

    The proton excess is what ln_h asks for less what there is, 0 where ln_h is NaN.
    """
    A, ln_beta, S, _, _, _, _, _ = model
    potentials, formed, there = settle(total, waters, model, ln_h, potentials, there, same)
    volume = volume_of(waters, np.zeros(ln_beta.size), formed, model)
    amounts = np.zeros(ln_beta.size)
    if math.isnan(potentials[0]):
        return amounts, formed, 0.0, potentials, there
    for _ in range(_NEWTON_STEPS):
        amounts = species_at(potentials, volume, A, ln_beta)
        new = volume_of(waters, amounts, formed, model)
        if abs(new - volume) <= _CLOSED * new:
            break
        volume = new
    amounts = species_at(potentials, volume, A, ln_beta)
    held = not math.isnan(ln_h)
    free = np.arange(1 if held else 0, total.size)
    close(total, amounts, formed, free, model)
    excess = -gaps(total, amounts, formed, A, S)[0][0] if held else 0.0
    return amounts, formed, excess, potentials, there
