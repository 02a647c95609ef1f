"""Which phases a solution forms: an interior-point method on a convex problem.

At given volume the free species minimise a strictly convex Gibbs energy under the balances of the
masters; a phase is a bound on their potentials, with its amount as the multiplier. Species are
followed in logarithms, the products of amount and slack of every phase go to nothing together.
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

_STEPS = 120
_LARGEST_STEP, _DEEPEST_STEP = 2.0, -40.0
"""Most that ln of an amount may grow, and fall, in a step [-]."""
_TO_BOUNDARY = 0.9
"""Share of the way to nothing that an amount or a slack may go in a step [-]."""
_LONG, _SHORT, _EASE = 0.7, 0.1, 3.0
"""Length of a step from which on bounds are tightened, below which they are eased, by how much."""
_SEARCHED, _FEASIBLE = 1e-10, 1e-8
"""Where the search ends: bounds as tight, and equations met as well, as this [-]."""
_FIRST_SHARE = 0.1
"""Of each phase at first, over the most there could be [-]."""
_LEAST_SPECIES, _LEAST_TOTAL = 1e-30, 1e-7
"""Least amount of a species at first, over the ceiling; least ceiling, per mol of water [-]."""
_FAINT, _RIDGE = 1e-25, 1e-14
"""Species below this share of the ceiling do not delay the end; what the diagonal is raised by."""


@compiled
def search(total, waters, free, potentials, tighten, model):
    """(potentials, amounts of phases, which are there); `potentials` is where it starts from.

    tighten: what the bounds are multiplied by after a long step [-].
    """
    ceiling = np.abs(total).sum() + _LEAST_TOTAL * waters
    amounts = species_at(potentials, waters * model.water, model)
    amounts = np.minimum(np.maximum(amounts, _LEAST_SPECIES * ceiling), ceiling)
    scale = _most_of(total, ceiling, model)
    formed, slack = _FIRST_SHARE * scale, np.ones(scale.size)
    target = 1.0
    for _ in range(_STEPS):
        lacking, size = gaps(total, amounts, formed, model)
        mismatch = _mismatch(potentials, amounts, waters, formed, model)
        gap = _gap(potentials, slack, model)
        if target < _SEARCHED:
            counted = mismatch[amounts > _FAINT * ceiling]
            if max(widest_gap(lacking, size, free), _largest(counted), _largest(gap)) < _FEASIBLE:
                break
        wanted = target * scale - formed * slack
        known, change = _direction(
            lacking, mismatch, gap, wanted, amounts, formed, slack, free, model
        )
        if not known:
            break
        grow, step_slack = _followed(change, mismatch, gap, free, model)
        step_phase = (wanted - formed * step_slack) / slack
        longest = _length(grow, formed, step_phase, slack, step_slack)
        for a in range(free.size):
            potentials[free[a]] += longest * change[a]
        for j in range(amounts.size):
            amounts[j] *= math.exp(max(longest * grow[j], _DEEPEST_STEP))
            amounts[j] = max(amounts[j], TINY)
        formed += longest * step_phase
        slack += longest * step_slack
        # The bounds are tightened only as fast as the balances follow.
        if longest > _LONG:
            target *= tighten
        elif longest < _SHORT:
            target = min(1.0, _EASE * target)
    there = formed / scale > slack
    return potentials, np.where(there, formed, 0.0), there


@compiled
def _largest(values):
    """The largest of them without sign; 0 where there is none."""
    largest = 0.0
    for value in values:
        largest = max(largest, abs(value))
    return largest


@compiled
def _most_of(total, ceiling, model):
    """The most there could be of each phase, by its scarcest master [mol]; protons do not count."""
    S = model.S
    most = np.full(model.ln_K.size, ceiling)
    for k in range(most.size):
        for i in range(1, total.size):
            if S[i, k] > 0:
                most[k] = min(most[k], total[i] / S[i, k])
    return most


@compiled
def _mismatch(potentials, amounts, waters, formed, model):
    """ln of what each species should be over what it is [-]."""
    A = model.A
    volume = volume_of(waters, amounts, formed, model)
    mismatch = np.empty(amounts.size)
    for j in range(amounts.size):
        mismatch[j] = model.ln_beta[j] - math.log(amounts[j] / volume)
        for i in range(potentials.size):
            mismatch[j] += A[i, j] * potentials[i]
    return mismatch


@compiled
def _gap(potentials, slack, model):
    """How far each phase is below saturation, less its slack [-]."""
    S = model.S
    gap = model.ln_K - slack
    for k in range(gap.size):
        for i in range(potentials.size):
            gap[k] -= S[i, k] * potentials[i]
    return gap


@compiled
def _direction(lacking, mismatch, gap, wanted, amounts, formed, slack, free, model):
    """(whether there is one, change of the potentials of `free`) by Newton's method.

    Species, phases and slacks are eliminated beforehand.
    """
    A, S = model.A, model.S
    matrix = normal_matrix(free, amounts, model)
    right = np.empty(free.size)
    for a in range(free.size):
        i = free[a]
        right[a] = lacking[i]
        for j in range(amounts.size):
            right[a] -= A[i, j] * amounts[j] * mismatch[j]
        for k in range(formed.size):
            if S[i, k] != 0.0:
                right[a] -= S[i, k] * (wanted[k] - formed[k] * gap[k]) / slack[k]
                for b in range(free.size):
                    matrix[a, b] += S[i, k] * S[free[b], k] * formed[k] / slack[k]
    for a in range(free.size):
        matrix[a, a] += TINY + _RIDGE * matrix[a, a]
    return solve_dense(matrix, right), right


@compiled
def _followed(change, mismatch, gap, free, model):
    """Changes of ln of the species, and of the slacks, that go with one of the potentials [-]."""
    A, S = model.A, model.S
    grow, step_slack = mismatch.copy(), gap.copy()
    for a in range(free.size):
        for j in range(grow.size):
            grow[j] += A[free[a], j] * change[a]
        for k in range(step_slack.size):
            step_slack[k] -= S[free[a], k] * change[a]
    return grow, step_slack


@compiled
def _length(grow, formed, step_phase, slack, step_slack):
    """Share of a step to take, so that all stays positive and no species grows too fast [-]."""
    longest = 1.0
    for j in range(grow.size):
        if grow[j] > 0:
            longest = min(longest, _LARGEST_STEP / grow[j])
    for k in range(formed.size):
        if step_slack[k] < 0:
            longest = min(longest, -_TO_BOUNDARY * slack[k] / step_slack[k])
        if step_phase[k] < 0:
            longest = min(longest, -_TO_BOUNDARY * formed[k] / step_phase[k])
    return longest
