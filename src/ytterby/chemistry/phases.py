"""Equilibrium of a solution with pure phases: a convex problem, solved twice over.

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

from ytterby.chemistry.balances import (
    TINY,
    gaps,
    normal_matrix,
    solve_dense,
    species_at,
    volume_of,
    widest_gap,
)
from ytterby.chemistry.compiled import compiled
from ytterby.chemistry.interior_point import search

_QUICKLY, _SLOWLY = 0.15, 0.6
"""How fast the search tightens its bounds: at first, and once more where that led nowhere [-]."""
_START = 1e-12
"""Least amount of a master that a search starts from, per mol of water [-]."""
_NEWTON_STEPS, _CHANGES = 60, 80
"""Most steps of Newton, and most phases that are let in or taken out, before it is given up."""
_LARGEST_STEP = 2.0
"""Most that ln of a concentration may change in a step of Newton [-]."""
_STILL, _NEARLY_STILL = 1e-13, 1e-10
"""Gap of the equations at which Newton ends; one that is good enough where it cannot go on [-]."""
_ROUGH = 1e-3
"""Gap of the balances that a search without Newton may leave [-]."""
_OVER, _OVER_AGAIN = 1e-12, 1e-9
"""ln of the supersaturation from which on a phase comes in, at first and once it has left [-]."""
_CLOSED, _ROUNDS, _LARGEST_CHANGE = 3e-15, 2, 0.5
"""Gap of balances that count as closed, most rounds of closing, most relative change in one [-]."""


@compiled
def state_of(total, waters, model, ln_h, potentials, there, same):
    """(species, phases [mol], proton excess, potentials, which phases) at equilibrium.

    The proton excess is what ln_h asks for less what there is, 0 where ln_h is NaN. All else is as
    `settle` takes and gives it.
    """
    potentials, formed, there = settle(total, waters, model, ln_h, potentials, there, same)
    volume = volume_of(waters, np.zeros(model.ln_beta.size), formed, model)
    amounts = np.zeros(model.ln_beta.size)
    if math.isnan(potentials[0]):
        return amounts, formed, 0.0, potentials, there
    for _ in range(_NEWTON_STEPS):
        amounts = species_at(potentials, volume, model)
        new = volume_of(waters, amounts, formed, model)
        if abs(new - volume) <= _CLOSED * new:
            break
        volume = new
    amounts = species_at(potentials, volume, model)
    held = not math.isnan(ln_h)
    _close(total, amounts, formed, _free(total, held), model)
    excess = -gaps(total, amounts, formed, model)[0][0] if held else 0.0
    return amounts, formed, excess, potentials, there


@compiled
def settle(total, waters, model, ln_h, potentials, there, same):
    """(potentials, phases formed, which are there) in equilibrium, per the guess or from nothing.

    The first potential is NaN where no equilibrium was found.
    total: of each master, protons first [mol]. ln_h: NaN, or where ln of H+ [mol/L] is held; its
    balance is then left open. potentials: a guess, NaN first where there is none. same: the phases
    of the guess are those there, even where one would have to be less than nothing.
    """
    held = not math.isnan(ln_h)
    free = _free(total, held)
    formed = np.zeros(model.ln_K.size)
    if not math.isnan(potentials[0]):
        potentials, there = potentials.copy(), there.copy()
        if held:
            potentials[0] = ln_h
        if same and _newton(total, waters, free, potentials, formed, there, model):
            return potentials, formed, there
        if _refine(total, waters, free, potentials, formed, there, model):
            return potentials, formed, there
    found, made, known = potentials, formed, there
    for tighten in (_QUICKLY, _SLOWLY):
        start = np.log(np.maximum(total, _START * waters) / (waters * model.water))
        if held:
            start[0] = ln_h
        potentials, formed, there = search(total, waters, free, start, tighten, model)
        found, made, known = potentials.copy(), formed.copy(), there.copy()
        if _refine(total, waters, free, potentials, formed, there, model):
            return potentials, formed, there
    # The search itself stands within its own tolerance, if it ended.
    volume = volume_of(waters, np.zeros(model.ln_beta.size), made, model)
    lacking, scale = gaps(total, species_at(found, volume, model), made, model)
    if widest_gap(lacking, scale, free) > _ROUGH:
        found[0] = math.nan
    return found, made, known


@compiled
def _free(total, held):
    """The masters whose balance closes: all, but the protons where their concentration is held."""
    return np.arange(1 if held else 0, total.size)


@compiled
def _refine(total, waters, free, potentials, formed, there, model):
    """Whether Newton and exchanges of phases settle from the guess, all in place."""
    left = np.zeros(formed.size, dtype=np.bool_)
    for _ in range(_CHANGES):
        if not _newton(total, waters, free, potentials, formed, there, model):
            return False
        out, into = _to_exchange(formed, there, left, potentials, model)
        if out >= 0:
            there[out], left[out] = False, True
            formed[out] = 0.0
        elif into >= 0:
            there[into] = True
        else:
            return True
    return False


@compiled
def _to_exchange(formed, there, left, potentials, model):
    """(phase to take out, phase to let in), -1 for none.

    A phase that has `left` before comes in again only when clearly supersaturated: rounding would
    send it to and fro.
    """
    S = model.S
    out, into = -1, -1
    most, least = 0.0, 0.0
    for k in range(formed.size):
        if there[k]:
            if formed[k] < least:
                out, least = k, formed[k]
        else:
            over = -model.ln_K[k]
            for i in range(potentials.size):
                over += S[i, k] * potentials[i]
            if over > max(most, _OVER_AGAIN if left[k] else _OVER):
                into, most = k, over
    return out, into


@compiled
def _newton(total, waters, free, potentials, formed, there, model):
    """Whether the balances close with just the phases `there`; potentials, formed in place."""
    present, masters = np.flatnonzero(there), free.size
    amounts, worst = np.zeros(model.ln_beta.size), math.inf
    volume = volume_of(waters, amounts, formed, model)
    for _ in range(_NEWTON_STEPS):
        amounts = species_at(potentials, volume, model)
        matrix, right, worst = _system(total, amounts, potentials, formed, free, present, model)
        if not solve_dense(matrix, right):
            return False
        longest = 1.0
        for a in range(right.size):
            if not math.isfinite(right[a]):
                return False
            if a < masters:
                longest = min(longest, _LARGEST_STEP / max(abs(right[a]), TINY))
        for a in range(masters):
            potentials[free[a]] += longest * right[a]
        for c in range(present.size):
            formed[present[c]] += longest * right[masters + c]
        new = volume_of(waters, species_at(potentials, volume, model), formed, model)
        still = abs(new - volume) <= _STILL * new
        volume = new
        if worst <= _STILL and still:
            return True
    return worst <= _NEARLY_STILL


@compiled
def _system(total, amounts, potentials, formed, free, present, model):
    """(matrix, right-hand side, largest gap) of a step of Newton: balances, then saturations."""
    S = model.S
    masters = free.size
    size = masters + present.size
    lacking, scale = gaps(total, amounts, formed, model)
    matrix, right = np.zeros((size, size)), np.zeros(size)
    matrix[:masters, :masters] = normal_matrix(free, amounts, model)
    right[:masters] = lacking[free]
    worst = widest_gap(lacking, scale, free)
    for c in range(present.size):
        k, row = present[c], masters + c
        for a in range(masters):
            matrix[a, row] = matrix[row, a] = S[free[a], k]
        right[row] = model.ln_K[k]
        for i in range(total.size):
            right[row] -= S[i, k] * potentials[i]
        worst = max(worst, abs(right[row]))
    return matrix, right, worst


@compiled
def _close(total, amounts, formed, free, model):
    """Close the balances of `free` to the last digit by relative changes of all amounts."""
    S = model.S
    for _ in range(_ROUNDS):
        lacking, scale = gaps(total, amounts, formed, model)
        if widest_gap(lacking, scale, free) <= _CLOSED:
            return
        matrix = normal_matrix(free, amounts, model)
        for k in range(formed.size):
            for a in range(free.size):
                for b in range(free.size):
                    matrix[a, b] += S[free[a], k] * S[free[b], k] * formed[k]
        right = lacking[free]
        if not solve_dense(matrix, right):
            return
        _scale(amounts, model.A, free, right)
        _scale(formed, S, free, right)


@compiled
def _scale(amounts, table, free, change):
    """Change each amount by the masters in it, in place."""
    for j in range(amounts.size):
        relative = 0.0
        for a in range(free.size):
            relative += table[free[a], j] * change[a]
        amounts[j] *= 1.0 + min(max(relative, -_LARGEST_CHANGE), _LARGEST_CHANGE)
