"""The compiled kernel: component balances of a cascade and the Newton step of its potentials.

**Chain.** A component that enters stage j in the aqueous (A) or the organic (O) leaves it as

    x = (A + eta O) / E,   y = (1 - eta) O / G + eta D x,   E = Q + eta G D

(Q, G: aqueous and organic volume leaving the stage per second, eta: Murphree efficiency of the
organic, D = y*/x: distribution ratio). Both phases of the stage above and below are its next
inputs, or it escapes with a product. This is an absorbing random walk on 2 N states; it is solved
from both ends by elimination without any subtraction (Grassmann, Taksar and Heyman 1985,
doi:10.1287/opre.33.5.1107), so that every concentration is positive and right to a relative
rounding error, however small, and every component is closed, whatever the potentials are.

**Closure.** u = ln r, r = a/h, is right when free and bound extractant add up in every stage:

    F(u) = a(r h) + sum_i n_i D_i x_i - T = 0,   h - Kw/h = X - sum_i z_i x_i

**Newton step.** dF/du is a dense matrix, but a sum of one causal and one anticausal recursion over
the stages with a state of two numbers per exchanged component (the phases crossing an interface).
It is factorised in that form: O(stages * components^2), without ever being written down.

Arrays: `volumes` [L/s], shape (6, stage), rows AQUEOUS_UP .. ORGANIC_OUT; `aqueous_in`,
`organic_in` [mol/s], concentrations [mol/L] and `D` [-], shape (stage, chain). The chain is the
components, then the counter-anion (D = 0), then the extractant (D = infinite, as a dimer).
"""

from __future__ import annotations

import math

import numpy as np

from ytterby.separation.compiled import compiled

AQUEOUS_UP, AQUEOUS_DOWN, AQUEOUS_OUT, ORGANIC_UP, ORGANIC_DOWN, ORGANIC_OUT = range(6)
"""Rows of `volumes`: up is towards stage 1, down towards stage N, out leaves the cascade."""

WHOLLY_ORGANIC = 1e30
"""Distribution ratio of the extractant [-]: so large that none is dissolved."""

POTENTIAL_LIMIT = 80.0
"""Bound of ln r [-], far outside chemistry: keeps r**n finite."""

LONGEST_STEP = 3.0
"""Largest change of ln r in one Newton step [-]: a factor 20, beyond which D**3 misleads."""

LEAST_ORDER = 0.25
"""Least slope d ln(effective)/d ln a [-] of the extractant's activity: see free_extractant."""

LARGEST_EXPONENT = 200.0
"""Bound of ln a [-]: an iterate may be absurd, but not infinite."""

ROOT_STEPS, ROUNDING = 60, 1e-15
"""Newton steps of a scalar root, and the relative change at which it stands still."""

TINY = 1e-300
"""Smallest divisor: a component without any way out gives a huge, finite concentration."""


@compiled
def stage_matrix(volumes, efficiency, D, j):
    """(x, y) per (A, O) of stage j [s/L], and the share D-driven: returns m00, m01, m10, m11."""
    Q = volumes[0, j] + volumes[1, j] + volumes[2, j]
    G = volumes[3, j] + volumes[4, j] + volumes[5, j]
    E = Q + efficiency * G * D + TINY
    bypass = (1.0 - efficiency) / (G + TINY)
    return 1.0 / E, efficiency / E, efficiency * D / E, bypass + efficiency * efficiency * D / E


@compiled
def visits(R00, R01, R10, R11, e0, e1):
    """(I - R)^-1 for return probabilities R and escapes e, columns of R and e adding to one."""
    det = R10 * e1 + R01 * e0 + e0 * e1 + TINY
    return (R01 + e1) / det, R01 / det, R10 / det, (R10 + e0) / det


@compiled
def sweep(
    volumes, efficiency, D, aqueous_in, organic_in, i, towards_N, passage, escape, arrival, gain
):
    """Eliminate the stages of component i from one end.

    Fills, per stage: passage (4): inputs of j -> inputs of the next stage, first arrival;
    escape (2): never arriving there; arrival (2) [mol/s]: first arrivals of all sources so far;
    gain (4) [s/L]: outputs (x, y) of j per inputs with the swept side free.
    """
    N = efficiency.size
    if towards_N:
        start, step, back_a, back_o, on_a, on_o = 0, 1, 0, 3, 1, 4
    else:
        start, step, back_a, back_o, on_a, on_o = N - 1, -1, 1, 4, 0, 3
    p00 = p01 = p10 = p11 = s0 = s1 = g0 = g1 = 0.0
    for k in range(N):
        j = start + step * k
        m00, m01, m10, m11 = stage_matrix(volumes, efficiency[j], D[j, i], j)
        ua, uo = volumes[back_a, j], volumes[back_o, j]
        R00 = p00 * ua * m00 + p01 * uo * m10
        R01 = p00 * ua * m01 + p01 * uo * m11
        R10 = p10 * ua * m00 + p11 * uo * m10
        R11 = p10 * ua * m01 + p11 * uo * m11
        la = volumes[2, j] + s0 * ua
        lo = volumes[5, j] + s1 * uo
        wa, wo = volumes[on_a, j], volumes[on_o, j]
        leave0 = la * m00 + lo * m10
        leave1 = la * m01 + lo * m11
        n00, n01, n10, n11 = visits(
            R00, R01, R10, R11, leave0 + wa * m00 + wo * m10, leave1 + wa * m01 + wo * m11
        )
        q00, q01 = m00 * n00 + m01 * n10, m00 * n01 + m01 * n11
        q10, q11 = m10 * n00 + m11 * n10, m10 * n01 + m11 * n11
        v0, v1 = aqueous_in[j, i] + g0, organic_in[j, i] + g1
        p00, p01, p10, p11 = wa * q00, wa * q01, wo * q10, wo * q11
        s0, s1 = leave0 * n00 + leave1 * n10, leave0 * n01 + leave1 * n11
        g0, g1 = p00 * v0 + p01 * v1, p10 * v0 + p11 * v1
        passage[j, 0], passage[j, 1], passage[j, 2], passage[j, 3] = p00, p01, p10, p11
        escape[j, 0], escape[j, 1] = s0, s1
        arrival[j, 0], arrival[j, 1] = g0, g1
        gain[j, 0], gain[j, 1], gain[j, 2], gain[j, 3] = q00, q01, q10, q11


@compiled
def chain(volumes, efficiency, D, aqueous_in, organic_in, slope, respond):
    """Concentrations of every component in every stage at given distribution ratios.

    Returns x, y [mol/L], shape (stage, chain) and, when `respond`, what the Newton step needs:
    up, down: (x, y) of a stage per (x, y) of the stage below or above it with everything beyond
    free, shape (stage, chain, 4); source: d(x, y)/d ln r of the stage's own potential, shape
    (stage, chain, 2).
    """
    N, n = D.shape
    x = np.empty((N, n))
    y = np.empty((N, n))
    rows = N if respond else 0
    up = np.zeros((rows, n, 4))
    down = np.zeros((rows, n, 4))
    source = np.zeros((rows, n, 2))
    pl, pr = np.zeros((N + 2, 4)), np.zeros((N + 2, 4))
    el, er = np.zeros((N + 2, 2)), np.zeros((N + 2, 2))
    gl, gr = np.zeros((N + 2, 2)), np.zeros((N + 2, 2))
    ql, qr = np.zeros((N + 2, 4)), np.zeros((N + 2, 4))
    for i in range(n):
        sweep(
            volumes, efficiency, D, aqueous_in, organic_in, i, True, pl[1:], el[1:], gl[1:], ql[1:]
        )
        sweep(
            volumes, efficiency, D, aqueous_in, organic_in, i, False, pr[1:], er[1:], gr[1:], qr[1:]
        )
        pl[0], el[0], gl[0] = 0.0, 0.0, 0.0
        pr[N + 1], er[N + 1], gr[N + 1] = 0.0, 0.0, 0.0
        for j in range(N):
            m00, m01, m10, m11 = stage_matrix(volumes, efficiency[j], D[j, i], j)
            ua, uo, wa, wo = volumes[0, j], volumes[3, j], volumes[1, j], volumes[4, j]
            r00 = pl[j, 0] * ua + pr[j + 2, 0] * wa
            r01 = pl[j, 1] * uo + pr[j + 2, 1] * wo
            r10 = pl[j, 2] * ua + pr[j + 2, 2] * wa
            r11 = pl[j, 3] * uo + pr[j + 2, 3] * wo
            la = volumes[2, j] + el[j, 0] * ua + er[j + 2, 0] * wa
            lo = volumes[5, j] + el[j, 1] * uo + er[j + 2, 1] * wo
            n00, n01, n10, n11 = visits(
                r00 * m00 + r01 * m10,
                r00 * m01 + r01 * m11,
                r10 * m00 + r11 * m10,
                r10 * m01 + r11 * m11,
                la * m00 + lo * m10,
                la * m01 + lo * m11,
            )
            f0 = aqueous_in[j, i] + gl[j, 0] + gr[j + 2, 0]
            f1 = organic_in[j, i] + gl[j, 1] + gr[j + 2, 1]
            q00, q01 = m00 * n00 + m01 * n10, m00 * n01 + m01 * n11
            q10, q11 = m10 * n00 + m11 * n10, m10 * n01 + m11 * n11
            x[j, i] = q00 * f0 + q01 * f1
            y[j, i] = q10 * f0 + q11 * f1
            if not respond or slope[i] == 0.0:
                continue
            Q = volumes[0, j] + volumes[1, j] + volumes[2, j]
            G = volumes[3, j] + volumes[4, j] + volumes[5, j]
            exchange = m10 * slope[i] * x[j, i]
            d0, d1 = -exchange * G, exchange * Q
            back0, back1 = r00 * d0 + r01 * d1, r10 * d0 + r11 * d1
            source[j, i, 0] = d0 + q00 * back0 + q01 * back1
            source[j, i, 1] = d1 + q10 * back0 + q11 * back1
            if j + 1 < N:
                na, no = volumes[0, j + 1], volumes[3, j + 1]
                up[j, i, 0], up[j, i, 1] = ql[j + 1, 0] * na, ql[j + 1, 1] * no
                up[j, i, 2], up[j, i, 3] = ql[j + 1, 2] * na, ql[j + 1, 3] * no
            if j > 0:
                na, no = volumes[1, j - 1], volumes[4, j - 1]
                down[j, i, 0], down[j, i, 1] = qr[j + 1, 0] * na, qr[j + 1, 1] * no
                down[j, i, 2], down[j, i, 3] = qr[j + 1, 2] * na, qr[j + 1, 3] * no
    return x, y, up, down, source


@compiled
def proton(excess, Kw):
    """h [mol/L] from h - Kw/h = excess [mol/L], and dh/d excess [-]; without cancellation."""
    root = math.sqrt(excess * excess + 4.0 * Kw)
    h = 0.5 * (excess + root) if excess > 0.0 else 2.0 * Kw / (root - excess)
    return h, h / root


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
def distribution(u, log_K, slope, components):
    """D = K r^n [-], shape (stage, chain), with the counter-anion and the extractant appended."""
    N = u.size
    D = np.empty((N, components + 2))
    for j in range(N):
        for i in range(components):
            D[j, i] = 0.0 if slope[i] == 0.0 else math.exp(log_K[i] + slope[i] * u[j])
        D[j, components] = 0.0
        D[j, components + 1] = WHOLLY_ORGANIC
    return D


@compiled
def closure(u, D, x, y, slope, charge, Kw, curvature, reference):
    """Relative closure F/T [-] per stage, and its derivatives by ln r and by x_i (over T).

    Returns F, dF/du at fixed x, shape (stage,), and dF/dx [L/mol], shape (stage, component).
    """
    N = u.size
    n = slope.size - 2
    F = np.empty(N)
    by_u = np.empty(N)
    by_x = np.empty((N, n))
    for j in range(N):
        excess = x[j, n]
        bound = 0.0
        by_u[j] = 0.0
        for i in range(n):
            excess -= charge[i] * x[j, i]
            ny = slope[i] * D[j, i] * x[j, i]
            bound += ny
            by_u[j] += slope[i] * ny
        h, by_excess = proton(excess, Kw)
        r = math.exp(u[j])
        a, order = free_extractant(r * h, curvature, reference)
        T = y[j, n + 1]
        F[j] = (a + bound - T) / T
        by_u[j] = (by_u[j] + order * a) / T
        dh = order * a / h * by_excess
        for i in range(n):
            by_x[j, i] = (slope[i] * D[j, i] - charge[i] * dh) / T
    return F, by_u, by_x


@compiled
def solve_steps(right, by_u, by_x, up, down, source, slope):
    """Solve (dF/du) du = right for several right sides, shape (stage, sides); and the least pivot.

    With p_j = down_j (p_{j-1} + b_{j-1} du_{j-1}), q_j = up_j (q_{j+1} + b_{j+1} du_{j+1}) the
    rows read d_j du_j + g_j (p_j + q_j) = right_j. Eliminated from stage 1: p_j = pi_j +
    Psi_j (q_j + b_j du_j), a Riccati recursion with one rank-one update per stage.
    """
    N, sides = right.shape
    exchanged = np.nonzero(slope > 0.0)[0]
    m = 2 * exchanged.size
    Psi = np.zeros((m, m))
    pi = np.zeros((m, sides))
    gain = np.empty((N, m))
    part = np.empty((N, sides))
    g, b, w, row = np.zeros(m), np.zeros(m), np.zeros(m), np.zeros(m)
    least = math.inf
    for j in range(N):
        d = by_u[j]
        for e in range(exchanged.size):
            i = exchanged[e]
            g[2 * e] = by_x[j, i]
            b[2 * e], b[2 * e + 1] = source[j, i, 0], source[j, i, 1]
            d += g[2 * e] * b[2 * e]
        pivot = d
        for k in range(m):
            row[k] = g[k]
            w[k] = b[k]
        for e in range(exchanged.size):
            k = 2 * e
            for c in range(m):
                row[c] += g[k] * Psi[k, c]
        for k in range(m):
            total = 0.0
            for c in range(m):
                total += Psi[k, c] * b[c]
            w[k] += total
            pivot += g[k] * total
        least = min(least, pivot / d if d != 0.0 else 0.0)
        if pivot == 0.0:
            pivot = TINY
        for k in range(m):
            gain[j, k] = row[k] / pivot
        for s in range(sides):
            total = right[j, s]
            for e in range(exchanged.size):
                total -= g[2 * e] * pi[2 * e, s]
            part[j, s] = total / pivot
        if j + 1 < N:
            advance(Psi, pi, w, gain[j], part[j], down[j + 1], up[j], exchanged)
    answer = np.empty((N, sides))
    q = np.zeros((m, sides))
    for j in range(N - 1, -1, -1):
        for s in range(sides):
            total = part[j, s]
            for k in range(m):
                total -= gain[j, k] * q[k, s]
            answer[j, s] = total
        if j > 0:
            for e in range(exchanged.size):
                i = exchanged[e]
                for s in range(sides):
                    q0 = q[2 * e, s] + source[j, i, 0] * answer[j, s]
                    q1 = q[2 * e + 1, s] + source[j, i, 1] * answer[j, s]
                    q[2 * e, s] = up[j - 1, i, 0] * q0 + up[j - 1, i, 1] * q1
                    q[2 * e + 1, s] = up[j - 1, i, 2] * q0 + up[j - 1, i, 3] * q1
    return answer, least


@compiled
def advance(Psi, pi, w, gain, part, down, up, exchanged):
    """Carry Psi and pi of one stage to the next: Psi <- down (Psi - w gain') up, in place."""
    for e in range(exchanged.size):
        i = exchanged[e]
        a00, a01, a10, a11 = down[i, 0], down[i, 1], down[i, 2], down[i, 3]
        w0, w1 = w[2 * e], w[2 * e + 1]
        for c in range(exchanged.size):
            k = exchanged[c]
            g0, g1 = gain[2 * c], gain[2 * c + 1]
            t00 = Psi[2 * e, 2 * c] - w0 * g0
            t01 = Psi[2 * e, 2 * c + 1] - w0 * g1
            t10 = Psi[2 * e + 1, 2 * c] - w1 * g0
            t11 = Psi[2 * e + 1, 2 * c + 1] - w1 * g1
            h00, h01 = a00 * t00 + a01 * t10, a00 * t01 + a01 * t11
            h10, h11 = a10 * t00 + a11 * t10, a10 * t01 + a11 * t11
            Psi[2 * e, 2 * c] = h00 * up[k, 0] + h01 * up[k, 2]
            Psi[2 * e, 2 * c + 1] = h00 * up[k, 1] + h01 * up[k, 3]
            Psi[2 * e + 1, 2 * c] = h10 * up[k, 0] + h11 * up[k, 2]
            Psi[2 * e + 1, 2 * c + 1] = h10 * up[k, 1] + h11 * up[k, 3]
        for s in range(part.size):
            p0 = pi[2 * e, s] + w0 * part[s]
            p1 = pi[2 * e + 1, s] + w1 * part[s]
            pi[2 * e, s] = a00 * p0 + a01 * p1
            pi[2 * e + 1, s] = a10 * p0 + a11 * p1
