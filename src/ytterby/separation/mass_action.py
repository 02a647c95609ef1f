"""The law of mass action in every stage: distribution ratios, and what closes their potentials.

    ln D_i = ln K_i + nu_ia p_a + nu_ih p_h + nu_iL p_L + c_i a p_h - ln alpha_i(L)

p_a = ln of the effective free extractant, p_h = ln h, p_L = ln of the free ligand. Where every
extracted ion takes as many dimers as it gives protons, the first two act only as the ratio
r = a/h, and one potential u = ln r serves for both. alpha_i = 1 + sum_k beta_ik L^k counts the
complexes of the aqueous ion; c_i couples dosage and p[H] in correlations.

Closures, one per potential, each zero at the solution:

    extractant  (a + sum_i s_i D_i x_i) / T - 1
    proton      h(x) / h - 1           (only where it has a potential of its own)
    ligand      (L (1 + h/Ka) + sum_i nbar_i x_i) / (B + sum_i c_i x_i) - 1

with s_i the extractant bound per ion, T all extractant, h(x) the proton concentration that keeps
the aqueous phase neutral, nbar_i = d ln alpha_i / d ln L, and B the ligand that comes with
components that do not exchange; in a solvating system the ions bring z_i ligands each.

`chemistry` is a tuple of arrays: ln K (component), nu (potential, component), bound (component),
charge (component), coupling (component), beta (component, order), brought (component), settings
(Kw, curvature, reference, Ka, then flags: own proton potential, ligand potential, solvating,
extractant may be free).
`still` is what does not exchange, shape (3, stage) [mol/L]: extractant T, excess of negative over
positive charge X, and ligand or protonating anion B.
"""

from __future__ import annotations

import math

import numpy as np

from ytterby.separation.compiled import compiled

LEAST_ORDER = 0.25
"""Least slope d ln(effective)/d ln a [-] of the extractant's activity: see free_extractant."""

LARGEST_EXPONENT = 200.0
"""Bound of ln a [-]: an iterate may be absurd, but not infinite."""

ROOT_STEPS, ROUNDING = 60, 1e-15
"""Newton steps of a scalar root, and the relative change at which it stands still."""

EPSILON = 2.3e-16
"""Rounding of a number, relative [-]."""

POTENTIAL_LIMIT = 80.0
"""Bound of a potential [-], far outside chemistry: keeps D finite."""

FLASH_TOLERANCE, FLASH_ROUNDS = 1e-6, 3
"""Width at which the bisection of a stage ends [-], and rounds between it and the ligand."""


@compiled
def proton(excess, Kw, anion, Ka, free_anion):
    """h [mol/L] that neutralises, its derivatives by excess [-] and by ln of the free anion.

    h (1 + anion/(Ka + h)) - Kw/h = excess, or h (1 + anion/Ka) - Kw/h = excess where `anion` is
    what is free of a protonating anion (HSO4-: Ka); Ka infinite: no protonation.
    """
    if free_anion or anion == 0.0 or math.isinf(Ka):
        c = 1.0 + (anion / Ka if free_anion else 0.0)
        root = math.sqrt(excess * excess + 4.0 * c * Kw)
        h = 0.5 * (excess + root) / c if excess > 0.0 else 2.0 * Kw / (root - excess)
        return h, h / root, -h * h * (c - 1.0) / root
    low, high = -POTENTIAL_LIMIT, math.log(max(excess, 0.0) + math.sqrt(Kw))
    v = high
    for _ in range(ROOT_STEPS):
        h = math.exp(v)
        held = h * anion / (Ka + h)
        value = h + held - Kw / h - excess
        slope = h + held * Ka / (Ka + h) + Kw / h
        if value > 0.0:
            high = v
        else:
            low = v
        change = value / slope
        new = v - change
        if not low < new < high:
            new = 0.5 * (low + high)
        v, change = new, abs(new - v)
        if change <= ROUNDING * max(1.0, abs(v)):
            break
    h = math.exp(v)
    return h, 1.0 / (1.0 + anion * Ka / (Ka + h) ** 2 + Kw / (h * h)), 0.0


@compiled
def free_extractant(effective, curvature, reference):
    """a [mol/L] from effective = a 10^(-curvature (sqrt a - sqrt reference)), and d ln a / d ln.

    With v = ln a: v - b e^(v/2) = ln effective - b sqrt(reference), b = ln(10) curvature. Its
    slope 1 - b e^(v/2) / 2 falls with a; below LEAST_ORDER it is held, so that every iterate has
    an answer. For P507 (curvature 0.473) that is a = 1.9 mol/L, more than the pure extractant.
    """
    if curvature == 0.0:
        return effective, 1.0
    b = curvature * math.log(10.0)
    target = math.log(effective) - b * math.sqrt(reference)
    root = 2.0 * (1.0 - LEAST_ORDER) / b
    v = 2.0 * math.log(root)
    excess = target - (v - b * root)
    if excess >= 0.0:
        return math.exp(min(v + excess / LEAST_ORDER, LARGEST_EXPONENT)), 1.0 / LEAST_ORDER
    v = min(v, target + b * root)
    slope = LEAST_ORDER
    for _ in range(ROOT_STEPS):
        root = math.exp(0.5 * v)
        slope = 1.0 - 0.5 * b * root
        change = (v - b * root - target) / slope
        v -= change
        if abs(change) <= ROUNDING * max(1.0, abs(v)):
            break
    return math.exp(v), 1.0 / slope


@compiled
def complexed(beta, L, i):
    """ln alpha and nbar of component i at free ligand L [mol/L]."""
    alpha, bound, power = 1.0, 0.0, 1.0
    for k in range(beta.shape[1]):
        power *= L
        term = beta[i, k] * power
        alpha += term
        bound += (k + 1) * term
    return math.log(alpha), bound / alpha


@compiled
def distribution(potential, chemistry):
    """D [-], shape (stage, component), d ln D / d potential, shape (stage, potential, component),
    and nbar [-], shape (stage, component)."""
    log_K, nu, _, _, coupling, beta, _, settings = chemistry
    N, K = potential.shape
    n = log_K.size
    own_proton, has_ligand = settings[4] > 0.0, settings[5] > 0.0
    D, slopes, nbar = np.empty((N, n)), np.empty((N, K, n)), np.zeros((N, n))
    for j in range(N):
        for i in range(n):
            total = log_K[i]
            for k in range(K):
                total += nu[k, i] * potential[j, k]
                slopes[j, k, i] = nu[k, i]
            D[j, i] = total
        if own_proton:
            a, p = math.exp(potential[j, 0]), potential[j, 1]
            for i in range(n):
                D[j, i] += coupling[i] * a * p
                slopes[j, 0, i] += coupling[i] * a * p
                slopes[j, 1, i] += coupling[i] * a
        if has_ligand and beta.shape[1] > 0:
            L = math.exp(potential[j, K - 1])
            for i in range(n):
                hidden, nbar[j, i] = complexed(beta, L, i)
                D[j, i] -= hidden
                slopes[j, K - 1, i] -= nbar[j, i]
        for i in range(n):
            D[j, i] = math.exp(D[j, i])
    return D, slopes, nbar


@compiled
def stage_closure(potential, D, slopes, nbar, x, T, X, B, chemistry, F, by_potential, by_x, noise):
    """Fill the closures of one stage, their derivatives by its potentials and by its x, and what
    rounding leaves of them: near neutrality h is a small difference of large charges.

    Returns the share of the extractant in sight that is free [-]: near one the closure is a
    titration.
    """
    _, _, bound, charge, _, beta, brought, settings = chemistry
    Kw, curvature, reference, Ka = settings[0], settings[1], settings[2], settings[3]
    own_proton, has_ligand = settings[4] > 0.0, settings[5] > 0.0
    K, n = potential.size, D.size
    excess, held, complexes, anion, gross = X, 0.0, 0.0, B, abs(X)
    for i in range(n):
        excess -= charge[i] * x[i]
        gross += charge[i] * x[i]
        held += bound[i] * D[i] * x[i]
        complexes += nbar[i] * x[i]
        anion += brought[i] * x[i]
    L = math.exp(potential[K - 1]) if has_ligand else B
    h, by_excess, by_L = proton(excess, Kw, L, Ka, has_ligand)
    first = math.exp(potential[0])
    effective = first if own_proton or settings[6] > 0.0 else first * h
    a, order = 0.0, 0.0
    if settings[7] > 0.0:
        a, order = free_extractant(effective, curvature, reference)
    F[0] = (a + held - T) / T
    for k in range(K):
        total = 0.0
        for i in range(n):
            total += bound[i] * slopes[k, i] * D[i] * x[i]
        by_potential[0, k] = total / T
    by_potential[0, 0] += order * a / T
    shared = 0.0 if own_proton or settings[6] > 0.0 else order * a / h
    blur = EPSILON * gross * by_excess
    noise[:] = EPSILON
    noise[0] += blur * shared / T
    for i in range(n):
        by_x[0, i] = (bound[i] * D[i] - charge[i] * shared * by_excess) / T
    if own_proton:
        here = math.exp(potential[1])
        F[1] = h / here - 1.0
        noise[1] += blur / here
        by_potential[1, :] = 0.0
        by_potential[1, 1] = -h / here
        for i in range(n):
            by_x[1, i] = -charge[i] * by_excess / here
    if has_ligand:
        m = K - 1
        protonated = L * h / Ka
        value = L + protonated + complexes
        F[m] = value / anion - 1.0
        by_potential[m, :] = 0.0
        by_potential[m, m] = (L + protonated + spread(beta, L, nbar, x)) / anion
        for i in range(n):
            by_x[m, i] = (nbar[i] - (F[m] + 1.0) * brought[i]) / anion
        if not math.isinf(Ka):
            by_potential[m, m] += L / Ka * by_L / anion
            by_potential[0, m] += shared * by_L / T
            if own_proton:
                by_potential[1, m] = by_L / math.exp(potential[1])
            for i in range(n):
                by_x[m, i] -= L / Ka * charge[i] * by_excess / anion
    return a / (a + held + 1e-300)


@compiled
def spread(beta, L, nbar, x):
    """sum_i x_i d nbar_i / d ln L [mol/L]: the variance of the number of ligands on an ion."""
    total = 0.0
    for i in range(x.size):
        alpha, second, power = 1.0, 0.0, 1.0
        for k in range(beta.shape[1]):
            power *= L
            alpha += beta[i, k] * power
            second += (k + 1) * (k + 1) * beta[i, k] * power
        total += x[i] * (second / alpha - nbar[i] * nbar[i])
    return total


@compiled
def closure(potential, D, slopes, nbar, x, still, chemistry):
    """Closures F [-], shape (stage, potential), their derivatives by the potentials of the stage,
    shape (stage, potential, potential), and by x [L/mol], shape (stage, potential, component),
    the free share of the extractant in sight [-], shape (stage,), and what rounding leaves of the
    closures [-], shape (stage, potential)."""
    N, K = potential.shape
    n = D.shape[1]
    F, by_potential = np.empty((N, K)), np.empty((N, K, K))
    by_x, free, noise = np.empty((N, K, n)), np.empty(N), np.empty((N, K))
    for j in range(N):
        free[j] = stage_closure(
            potential[j],
            D[j],
            slopes[j],
            nbar[j],
            x[j],
            still[0, j],
            still[1, j],
            still[2, j],
            chemistry,
            F[j],
            by_potential[j],
            by_x[j],
            noise[j],
        )
    return F, by_potential, by_x, free, noise


@compiled
def flash(aqueous, organic, x, y, T, X, B, chemistry, potential):
    """Fill the potentials at which the contents of one stage, `aqueous` and `organic` [L], with
    x, y [mol/L], are in equilibrium: nested bisections of monotone functions."""
    settings = chemistry[7]
    K = potential.size
    acid_ligand = settings[5] > 0.0 and settings[6] == 0.0
    if acid_ligand:
        potential[K - 1] = math.log(B + 1e-300)
    for _ in range(FLASH_ROUNDS if acid_ligand else 1):
        low, high = -POTENTIAL_LIMIT, POTENTIAL_LIMIT
        while high - low > FLASH_TOLERANCE:
            potential[0] = 0.5 * (low + high)
            if settings[4] > 0.0 or settings[6] > 0.0:
                second(1, aqueous, organic, x, y, T, X, B, chemistry, potential)
            if miss(0, aqueous, organic, x, y, T, X, B, chemistry, potential) > 0.0:
                high = potential[0]
            else:
                low = potential[0]
        if acid_ligand:
            second(K - 1, aqueous, organic, x, y, T, X, B, chemistry, potential)


@compiled
def second(k, aqueous, organic, x, y, T, X, B, chemistry, potential):
    """Bisect potential k at which its own closure holds, the others as they are."""
    low, high = -POTENTIAL_LIMIT, 10.0
    rises = not (chemistry[7][4] > 0.0 and k == 1)
    while high - low > FLASH_TOLERANCE:
        potential[k] = 0.5 * (low + high)
        value = miss(k, aqueous, organic, x, y, T, X, B, chemistry, potential)
        if (value > 0.0) == rises:
            high = potential[k]
        else:
            low = potential[k]


@compiled
def miss(k, aqueous, organic, x, y, T, X, B, chemistry, potential):
    """Closure k of a stage in equilibrium at the given potentials [-]."""
    K, n = potential.size, x.size
    D, slopes, nbar = distribution(potential.reshape(1, K), chemistry)
    here = np.empty(n)
    for i in range(n):
        here[i] = (aqueous * x[i] + organic * y[i]) / (aqueous + organic * D[0, i])
    F, by_potential, by_x, noise = np.empty(K), np.empty((K, K)), np.empty((K, n)), np.empty(K)
    stage_closure(
        potential, D[0], slopes[0], nbar[0], here, T, X, B, chemistry, F, by_potential, by_x, noise
    )
    return F[k]
