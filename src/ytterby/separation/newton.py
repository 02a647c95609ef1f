"""Newton on the potentials of a cascade: the damped iteration, and the lifted one.

The linear system of a step is solved by `elimination`.

`case` is a tuple of arrays: volumes, efficiency, aqueous_in, organic_in (as in `walk`), still and
chemistry (as in `mass_action`).
"""

from __future__ import annotations

import math

import numpy as np

from ytterby.separation.compiled import compiled
from ytterby.separation.elimination import generators, response, solve_steps
from ytterby.separation.mass_action import POTENTIAL_LIMIT, closure, distribution
from ytterby.separation.walk import TINY, walk

LONGEST_STEP = 3.0
"""Largest change of a potential in one Newton step [-]: a factor 20, beyond which D**3 misleads."""

RESIDUAL_TOLERANCE = 1e-11
"""Largest relative closure [-]: a hundred times tighter than what a plant asks of a recycle."""

SEVERAL = 30.0
"""A closure counts from so many times its rounding on [-]: sums of some ten terms of it."""

STEP_TOLERANCE = 1e-8
"""Largest last change of a potential [-]: Newton squares it, so traces are right to rounding."""

HALVINGS, DECREASE, SMALL_MERIT = 8, 0.1, 1e-16
"""Line search: most halvings of a step, share of the predicted decrease asked for, and the sum of
squares below which rounding decides and the full step is taken."""

LIFTED_STEP, LIFTED_STEPS, LIFTED_TOLERANCE = 0.5, 12, 1e-2
"""Lifted Newton: longest step [-], most iterations, and the closure at which the potentials alone
take over [-]."""

LEAST_SHARE = 0.2
"""A concentration falls to no less than this share of itself in one lifted step [-]."""

MOSTLY_FREE = 0.5
"""Free share of the extractant in sight above which a stage is titrated [-]."""


@compiled
def evaluate(potential, case):
    """Everything at given potentials: x, y, F, by_potential, by_x, free, slopes, up, down, source,
    noise, in the shapes of `walk` and `mass_action`."""
    volumes, efficiency, aqueous_in, organic_in, still, chemistry = case
    D, slopes, nbar = distribution(potential, chemistry)
    x, y, up, down, source = walk(volumes, efficiency, D, aqueous_in, organic_in)
    F, by_potential, by_x, free, noise = closure(potential, D, slopes, nbar, x, still, chemistry)
    return x, y, F, by_potential, by_x, free, slopes, up, down, source, noise


@compiled
def newton(potential, case, most, tolerance):
    """Newton on the potentials for ln(1 + F) = 0: (a + sum s y)/T grows like r**n, its logarithm
    like n ln r.

    Ends when every |F| <= `tolerance` and the last step was small enough. Returns potentials,
    x, y, largest relative closure beyond rounding [-], iterations, converged.
    """
    potential, trial = potential.copy(), potential.copy()
    N, K = potential.shape
    change, right = np.zeros((N, K)), np.empty((N, K, 1))
    iteration, halvings, damping, last, merit = 0, 0, 1.0, math.inf, math.inf
    residual = math.inf
    while True:
        x, y, F, own, by_x, free, slopes, up, down, source, noise = evaluate(trial, case)
        G = np.log1p(F)
        beyond = np.maximum(np.abs(F) - SEVERAL * noise, 0.0)
        reached = np.sum(np.where(beyond > 0.0, G * G, 0.0))
        # One call of `evaluate` serves start, steps and line search: it is long when compiled.
        if merit >= SMALL_MERIT and not reached < (1.0 - DECREASE * damping) * merit:
            if iteration > 0:
                halvings += 1
                if halvings > HALVINGS:
                    return trial, x, y, residual, iteration, False
                damping *= 0.5
                trial = bounded(potential + damping * change)
                continue
            if not math.isfinite(reached):
                return trial, x, y, math.inf, 0, False
        potential, merit = trial, reached
        residual = np.max(beyond)
        if residual <= tolerance and (last <= STEP_TOLERANCE or tolerance > RESIDUAL_TOLERANCE):
            return potential, x, y, residual, iteration, True
        if iteration == most:
            return potential, x, y, residual, iteration, False
        for j in range(N):
            for k in range(K):
                titrated = k == 0 and F[j, 0] > 0.0 and free[j] > MOSTLY_FREE
                right[j, k, 0] = -F[j, k] if titrated else -(1.0 + F[j, k]) * G[j, k]
        hears, says = generators(by_x, slopes, source)
        change = solve_steps(right, own, hears, says, up, down)[:, :, 0]
        last = np.max(np.abs(change))
        if not math.isfinite(last):
            return potential, x, y, math.inf, iteration, False
        damping, halvings = min(1.0, LONGEST_STEP / (last + TINY)), 0
        trial = bounded(potential + damping * change)
        iteration += 1


@compiled
def bounded(potential):
    """The potentials, kept within POTENTIAL_LIMIT."""
    return np.minimum(np.maximum(potential, -POTENTIAL_LIMIT), POTENTIAL_LIMIT)


@compiled
def lifted(potential, x, case, most, tolerance):
    """Newton on potentials and concentrations together, from a guess of both.

    The balances of the components are not solved at every iterate but join the Newton step. From a
    guess that is right in both but for the places of stages, such as a refined profile, this goes
    straight where the potentials alone would be led astray by the concentrations that follow from
    them. Returns potentials, the largest closure of the balanced profile [-], iterations, and
    whether that is at most `tolerance`.
    """
    volumes, efficiency, aqueous_in, organic_in, still, chemistry = case
    potential, x = potential.copy(), x.copy()
    N, K = potential.shape
    n = x.shape[1]
    for iteration in range(most + 1):
        D, slopes, nbar = distribution(potential, chemistry)
        balanced, _, up, down, source = walk(volumes, efficiency, D, aqueous_in, organic_in)
        F, _, _, _, _ = closure(potential, D, slopes, nbar, balanced, still, chemistry)
        residual = np.max(np.abs(F))
        if residual <= tolerance or iteration == most or not math.isfinite(residual):
            return potential, residual, iteration, residual <= tolerance
        F, own, by_x, _, _ = closure(potential, D, slopes, nbar, x, still, chemistry)
        for j in range(N):
            for i in range(n):
                scale = x[j, i] / (balanced[j, i] + TINY)
                source[j, 0, i] *= scale
                source[j, 1, i] *= scale
        right = np.empty((N, K, 1))
        for j in range(N):
            for k in range(K):
                total = -(1.0 + F[j, k]) * math.log1p(F[j, k])
                for i in range(n):
                    total -= by_x[j, k, i] * (balanced[j, i] - x[j, i])
                right[j, k, 0] = total
        hears, says = generators(by_x, slopes, source)
        change = solve_steps(right, own, hears, says, up, down)[:, :, 0]
        longest = np.max(np.abs(change))
        if not math.isfinite(longest):
            return potential, math.inf, iteration, False
        damping = min(1.0, LIFTED_STEP / (longest + TINY))
        moved = response(change, says, up, down)
        for j in range(N):
            for k in range(K):
                potential[j, k] += damping * change[j, k]
            for i in range(n):
                new = x[j, i] + damping * (balanced[j, i] + moved[j, i] - x[j, i])
                x[j, i] = max(new, LEAST_SHARE * x[j, i])
    return potential, residual, most, False
