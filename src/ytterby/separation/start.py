"""From nothing to a profile: Newton on the potentials, and what stands behind it when it fails.

1. fill: every phase runs through the cascade without any exchange (efficiency zero);
2. flash: each stage alone comes to equilibrium: a monotone scalar equation, always solved;
3. pseudo-transient continuation: implicit Euler on the stage contents, the step grown on quick
   convergence and cut on failure, until a steady Newton iteration takes over.

The contents of the last step enter the balances as a feed and the new contents as a product, so a
step in time is the steady problem with other volumes: one kernel serves both.
"""

from __future__ import annotations

import math

import numpy as np

from ytterby.separation.compiled import compiled
from ytterby.separation.kernel import (
    LONGEST_STEP,
    POTENTIAL_LIMIT,
    TINY,
    chain,
    closure,
    distribution,
    free_extractant,
    proton,
    solve_steps,
)

RESIDUAL_TOLERANCE = 1e-11
"""Largest relative closure [-]: a hundred times tighter than what a plant asks of a recycle."""

EULER_TOLERANCE = 1e-4
"""The same for a step in time, which is only on the way."""

STEP_TOLERANCE = 1e-8
"""Largest last change of ln r [-]: Newton squares it, so traces are right to rounding."""

STEADY_STEPS, EULER_STEPS, PSEUDO_STEPS = 25, 12, 400
"""Most iterations of a steady Newton solve, of one implicit Euler step, and most such steps."""

HALVINGS, DECREASE, SMALL_MERIT = 8, 0.1, 1e-16
"""Line search: most halvings of a step, share of the predicted decrease asked for, and the sum of
squares below which rounding decides and the full step is taken."""

QUICK, FAST_GROWTH, SLOW_GROWTH, CUT = 3, 4.0, 1.8, 0.2
"""Steps in time: up to QUICK iterations the step grows fast; a failed step is cut."""


@compiled
def evaluate(u, case, respond):
    """Distribution, concentrations, closure and responses at given potentials."""
    volumes, efficiency, aqueous_in, organic_in, log_K, slope, charge, water = case
    D = distribution(u, log_K, slope, slope.size - 2)
    x, y, up, down, source = chain(volumes, efficiency, D, aqueous_in, organic_in, slope, respond)
    F, by_u, by_x = closure(u, D, x, y, slope, charge, water[0], water[1], water[2])
    return x, y, F, by_u, by_x, up, down, source


@compiled
def free_share(u, x, case):
    """Roughly r h / (r h + bound) per stage [-]: above a half, the residual is a titration."""
    _, _, _, _, log_K, slope, charge, water = case
    n = slope.size - 2
    share = np.empty(u.size)
    for j in range(u.size):
        excess, bound = x[j, n], 0.0
        for i in range(n):
            excess -= charge[i] * x[j, i]
            if slope[i] > 0.0:
                bound += slope[i] * math.exp(log_K[i] + slope[i] * u[j]) * x[j, i]
        free = math.exp(u[j]) * proton(excess, water[0])[0]
        share[j] = free / (free + bound)
    return share


@compiled
def newton(u, case, most, tolerance):
    """Newton on ln r for ln(1 + F) = 0: (a + sum n y)/T grows like r**n, its logarithm like n ln r.

    Ends when every |F| <= `tolerance` and the last step was small enough. Returns ln r, x, y,
    largest relative closure [-], iterations, converged.
    """
    u = u.copy()
    step = math.inf
    x, y, F, by_u, by_x, up, down, source = evaluate(u, case, True)
    for iteration in range(most + 1):
        residual = np.max(np.abs(F))
        if not math.isfinite(residual):
            return u, x, y, math.inf, iteration, False
        if residual <= tolerance and (step <= STEP_TOLERANCE or tolerance > RESIDUAL_TOLERANCE):
            return u, x, y, residual, iteration, True
        if iteration == most:
            break
        G = np.log1p(F)
        steep = (F > 0.0) & (free_share(u, x, case) > 0.5)
        right = np.where(steep, -F, -(1.0 + F) * G)
        change, _ = solve_steps(right.reshape(-1, 1), by_u, by_x, up, down, source, case[5])
        step = np.max(np.abs(change))
        if not math.isfinite(step):
            return u, x, y, math.inf, iteration, False
        damping = min(1.0, LONGEST_STEP / (step + TINY))
        merit = np.sum(G * G)
        for _ in range(HALVINGS + 1):
            v = np.minimum(
                np.maximum(u + damping * change[:, 0], -POTENTIAL_LIMIT), POTENTIAL_LIMIT
            )
            x, y, F, by_u, by_x, up, down, source = evaluate(v, case, True)
            G = np.log1p(F)
            if merit < SMALL_MERIT or np.sum(G * G) < (1.0 - DECREASE * damping) * merit:
                break
            damping *= 0.5
        else:
            return v, x, y, residual, iteration + 1, False
        u = v
    return u, x, y, residual, most, False


@compiled
def flash(aqueous, organic, x, y, j, case):
    """ln r at which the contents of stage j, `aqueous` and `organic` [L], are in equilibrium."""
    _, _, _, _, log_K, slope, charge, water = case
    n = slope.size - 2
    T = y[j, n + 1]
    low, high = -POTENTIAL_LIMIT, POTENTIAL_LIMIT
    while high - low > 1e-6:
        u = 0.5 * (low + high)
        excess = x[j, n]
        bound = 0.0
        for i in range(n):
            total = aqueous * x[j, i] + organic * y[j, i]
            if slope[i] == 0.0:
                excess -= charge[i] * x[j, i]
                continue
            D = math.exp(log_K[i] + slope[i] * u)
            dissolved = total / (aqueous + organic * D)
            excess -= charge[i] * dissolved
            bound += slope[i] * D * dissolved
        h, _ = proton(excess, water[0])
        a, _ = free_extractant(math.exp(u) * h, water[1], water[2])
        if a + bound > T:
            high = u
        else:
            low = u
    return 0.5 * (low + high)


@compiled
def fill(case):
    """Contents to start from, electroneutral: x, y [mol/L], shape (stage, chain).

    The aqueous feeds run through the cascade without exchange, against fresh extractant in its
    acid form: no stage starts on the steep part of a titration.
    """
    volumes, efficiency, aqueous_in, organic_in, _, slope, _, _ = case
    D = np.zeros((efficiency.size, slope.size))
    D[:, -1] = 1.0
    x, y, _, _, _ = chain(
        volumes, np.zeros(efficiency.size), D, aqueous_in, organic_in, slope, False
    )
    y[:, :-1] = 0.0
    return x, y


@compiled
def pseudo_transient(x, y, case):
    """March the contents x, y to the steady state.

    Returns ln r, x, y, largest relative closure [-], Newton iterations in all, converged. Unit of
    time: one residence in a stage.
    """
    volumes, efficiency, aqueous_in, organic_in, log_K, slope, charge, water = case
    N = efficiency.size
    Q = volumes[0] + volumes[1] + volumes[2]
    G = volumes[3] + volumes[4] + volumes[5]
    u = np.empty(N)
    for j in range(N):
        u[j] = flash(Q[j], G[j], x, y, j, case)
    time_step, next_try, total = 1.0, 8.0, 0
    residual = math.inf
    for _ in range(PSEUDO_STEPS):
        rate = 1.0 / time_step
        held = volumes.copy()
        held[2] += rate * Q
        held[5] += rate * G
        fed_a = aqueous_in + rate * Q.reshape(-1, 1) * x
        fed_o = organic_in + rate * G.reshape(-1, 1) * y
        step_case = (held, efficiency, fed_a, fed_o, log_K, slope, charge, water)
        v, xn, yn, residual, used, done = newton(u, step_case, EULER_STEPS, EULER_TOLERANCE)
        total += used
        if not done:
            time_step *= CUT
            if time_step < 1e-6:
                break
            for j in range(N):
                u[j] = flash(Q[j], G[j], x, y, j, case)
            continue
        u, x, y = v, xn, yn
        time_step *= FAST_GROWTH if used <= QUICK + 1 else SLOW_GROWTH
        if time_step >= next_try:
            next_try = 4.0 * time_step
            v, xs, ys, residual, used, done = newton(u, case, STEADY_STEPS, RESIDUAL_TOLERANCE)
            total += used
            if done:
                return v, xs, ys, residual, total, True
    return u, x, y, residual, total, False
