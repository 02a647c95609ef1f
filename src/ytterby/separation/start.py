"""From nothing to a profile: a coarse cascade marched in time, then refined level by level.

1. fill: the feeds run through the cascade without exchange;
2. flash: each stage alone comes to equilibrium: monotone scalar equations, always solved;
3. pseudo-transient continuation: implicit Euler on the stage contents, the step grown on quick
   convergence and cut on failure, until a steady Newton iteration takes over;
4. refinement: a cascade of at most COARSEST stages is solved so; then stages are inserted where
   the potential changes least, so that fronts keep their width, until all are there.

The contents of the last step enter the balances as a feed and the new contents as a product, so a
step in time is the steady problem with other volumes: one kernel serves both.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from ytterby.separation.compiled import compiled
from ytterby.separation.mass_action import flash
from ytterby.separation.newton import (
    LIFTED_STEP,
    LIFTED_STEPS,
    LIFTED_TOLERANCE,
    evaluate,
    lifted,
    newton,
)
from ytterby.separation.walk import walk

EULER_TOLERANCE = 1e-4
"""Largest closure of a step in time [-], which is only on the way."""

STEADY_STEPS, EULER_STEPS = 25, 12
"""Most iterations of a steady Newton solve and of one implicit Euler step."""

QUICK, SLOW, FAST_GROWTH, SLOW_GROWTH = 4, 9, 4.0, 1.8
"""Steps in time: up to QUICK iterations the step grows fast, up to SLOW slowly, beyond not at
all."""

CUT, WARY_STEPS, WARY_GROWTH = 0.5, 4, 1.3
"""A failed step is cut, and so many steps after it grow no faster than this: a front that moves
from stage to stage lets only so much pass at a time."""

FIRST_TRY, TRY_AGAIN, SHORTEST = 8.0, 4.0, 1e-6
"""A steady solve is tried once the step is FIRST_TRY residence times long, and whenever it has
grown by TRY_AGAIN since; a step shorter than SHORTEST is given up [-]."""

CLOSER, CLOSEST = 1e-2, 1e-9
"""Where contents that stand still to EULER_TOLERANCE lead to no steady state, a step closes to this
share of what they miss it by, but no further than CLOSEST [-]."""

FURTHEST_AHEAD = 1.5
"""A front that creeps is guessed to go on by no more than so many of its last moves [-]."""

COARSEST = 16
"""Most stages of the cascade that is solved from nothing [-]."""

FROM_NOTHING, FROM_NEAR = 1.0, 30.0
"""First step in time [residence times] from contents made up and from those of a coarser level."""


@compiled
def fill(case, loaded):
    """Contents to start from [mol/L], x and y, shape (stage, component).

    The feeds run through the cascade without exchange. Unless `loaded`, the organic is taken in
    its acid form, so that no stage starts on the steep part of a titration.
    """
    volumes, efficiency, aqueous_in, organic_in, _, _ = case
    D = np.zeros(aqueous_in.shape)
    x, y, _, _, _ = walk(volumes, np.zeros(efficiency.size), D, aqueous_in, organic_in)
    if not loaded:
        y[:] = 0.0
    return x, y


@compiled
def contents(case):
    """Aqueous and organic in each stage [L] at a residence of one second, shape (stage,) each."""
    volumes = case[0]
    return volumes[0] + volumes[1] + volumes[2], volumes[3] + volumes[4] + volumes[5]


@compiled
def flash_all(Q, G, x, y, case, potentials):
    """Potentials [-], shape (stage, potential), of stages that each stand alone with Q and G [L] of
    contents x, y [mol/L]."""
    _, _, _, _, still, chemistry = case
    N = Q.size
    found = np.empty((N, potentials))
    for j in range(N):
        flash(Q[j], G[j], x[j], y[j], still[0, j], still[1, j], still[2, j], chemistry, found[j])
    return found


@compiled
def slowed(efficiency, organic, widened):
    """Efficiency of a stage whose organic [L/s] is widened by what it held, shape (stage,).

    eta stands for an exchange at the rate organic eta/(1 - eta) (y* - y); that rate stays.
    """
    exchanged = efficiency * organic
    return exchanged / (exchanged + (1.0 - efficiency) * widened)


def euler_step(time_step, Q, G, x, y, potential, case, tolerance):
    """One implicit Euler step of `time_step` from the contents x, y; answers as `newton` does."""
    volumes, efficiency, aqueous_in, organic_in, still, chemistry = case
    rate = 1.0 / time_step
    held = volumes.copy()
    held[2] += rate * Q
    held[5] += rate * G
    fed_a = aqueous_in + rate * Q.reshape(-1, 1) * x
    fed_o = organic_in + rate * G.reshape(-1, 1) * y
    slow = slowed(efficiency, G, G * (1.0 + rate))
    step = (held, slow, fed_a, fed_o, still, chemistry)
    found = settle(potential, x, step, tolerance)
    if found[5]:
        return found
    again = newton(potential, step, EULER_STEPS, tolerance)
    return (*again[:4], found[4] + again[4], again[5])


def settle(potential, x, case, tolerance):
    """The steady state near a guess of potentials and concentrations; answers as `newton` does."""
    found, residual, used, done = lifted(potential, x, case, LIFTED_STEPS, LIFTED_TOLERANCE)
    if not done:
        return found, x, x, residual, used, False
    found, xs, ys, residual, more, done = newton(found, case, STEADY_STEPS, tolerance)
    return found, xs, ys, residual, used + more, done


def pseudo_transient(x, y, potential, case, time_step, tolerance, most):
    """March the contents x, y to the steady state, from a guess of their potentials and a first
    time step, in about `most` Newton iterations.

    A front amid a long section, where the flows all but hold it, creeps: what it misses the steady
    state by is less than a step is closed to. Then steps are closed further, and each starts where
    the last one points. Returns potentials, x, y, largest relative closure [-], Newton iterations
    in all, converged. Unit of time: one residence in a stage.
    """
    Q, G = contents(case)
    next_try, total, wary = FIRST_TRY * time_step, 0, 0
    close, residual = EULER_TOLERANCE, math.inf
    guess = potential
    while total < most:
        found, xn, yn, residual, used, done = euler_step(time_step, Q, G, x, y, guess, case, close)
        total += used
        if not done:
            time_step *= CUT
            wary, guess = WARY_STEPS, potential
            if time_step < SHORTEST:
                break
            continue
        growth = grown(used, wary)
        guess = ahead(found, potential, growth) if close < EULER_TOLERANCE else found
        potential, x, y = found, xn, yn
        time_step *= growth
        wary -= 1
        if time_step >= next_try:
            next_try = TRY_AGAIN * time_step
            found, xs, ys, residual, used, done = settle(potential, x, case, tolerance)
            total += used
            if done:
                return found, xs, ys, residual, total, True
            missed = float(np.max(np.abs(evaluate(potential, case)[2])))
            close = max(CLOSEST, min(EULER_TOLERANCE, CLOSER * missed))
    return potential, x, y, residual, total, False


def grown(used, wary):
    """What a time step is multiplied by [-] after one that took so many iterations."""
    growth = FAST_GROWTH if used <= QUICK else SLOW_GROWTH if used <= SLOW else 1.0
    return min(growth, WARY_GROWTH) if wary > 0 else growth


def ahead(here, before, steps):
    """The potentials [-] if they go on as from `before` to `here`, `steps` times as long."""
    move = min(steps, FURTHEST_AHEAD) * (here - before)
    return here + np.clip(move, -LIFTED_STEP, LIFTED_STEP)


def levels(special: np.ndarray) -> list[np.ndarray]:
    """Stages kept at each level of refinement, from the coarsest to all of them.

    special: stages that must stay, since something enters, leaves or differs there, shape (stage,).
    Every run of ordinary stages between two of them is halved from level to level.
    """
    fixed = np.flatnonzero(special)
    runs = [np.arange(a + 1, b) for a, b in pairwise(fixed)]
    found = [np.arange(special.size)]
    halved = 1
    while found[0].size > COARSEST:
        halved *= 2
        kept = [run[: -(-run.size // halved)] for run in runs]
        coarse = np.sort(np.concatenate([fixed, *kept]))
        if coarse.size == found[0].size:
            break
        found.insert(0, coarse)
    return found


def refine(
    profile: tuple[np.ndarray, ...], special: np.ndarray, fine: np.ndarray
) -> tuple[np.ndarray, ...]:
    """A profile on the stages of a finer level, from one on those of a coarser.

    profile: arrays with stages along the first axis, the potentials first. special: which coarse
    stages must stay; fine: the same of the finer level. In every run the new stages are inserted
    in the gaps across which the potentials change least, at their middle.
    """
    change = np.abs(np.diff(profile[0], axis=0)).sum(axis=1)
    before, after = np.flatnonzero(special), np.flatnonzero(fine)
    places = np.arange(special.size, dtype=float)
    inserted = []
    for a, b, new in zip(before[:-1], before[1:], np.diff(after) - np.diff(before), strict=True):
        inserted.append(a + np.argsort(change[a:b], kind="stable")[:new] + 0.5)
    at = np.sort(np.concatenate([places, *inserted]))
    low, high = np.floor(at).astype(int), np.ceil(at).astype(int)
    return tuple(0.5 * (values[low] + values[high]) for values in profile)
