"""Component balances at given distribution ratios: an absorbing random walk over the stages.

A component that enters stage j in the aqueous (A) or the organic (O) leaves it as

    x = (A + eta O) / E,   y = (1 - eta) O / G + eta D x,   E = Q + eta G D

(Q, G: aqueous and organic volume leaving the stage per second, eta: Murphree efficiency of the
organic, D = y*/x: distribution ratio). Both phases of the stage above and below are its next
inputs, or it escapes with a product. The walk on 2 N states is solved from both ends by
elimination without any subtraction (Grassmann, Taksar and Heyman 1985,
doi:10.1287/opre.33.5.1107), so that every concentration is positive and right to a relative
rounding error, however small, and every component is closed, whatever the potentials are.

Arrays: `volumes` [L/s], shape (6, stage), rows aqueous up, down and out, organic up, down and out
(up is towards stage 1, down towards stage N, out leaves the cascade); `aqueous_in`,
`organic_in` [mol/s], concentrations [mol/L] and `D` [-], shape (stage, component). Pairs and
2 x 2 matrices of a component stand in rows 0..1 or 0..3 of arrays of shape (stage, row, component),
matrices row by row, the aqueous before the organic.
"""

from __future__ import annotations

import numpy as np

from ytterby.separation.compiled import compiled

WHOLLY_ORGANIC = 1e30
"""Distribution ratio of the extractant [-]: so large that none is dissolved."""

TINY = 1e-300
"""Smallest divisor: a component without any way out gives a huge, finite concentration."""


@compiled
def visits(R00, R01, R10, R11, e0, e1):
    """(I - R)^-1 for return probabilities R and escapes e, columns of R and e adding to one."""
    inverse = 1.0 / (R10 * e1 + R01 * e0 + e0 * e1 + TINY)
    return (R01 + e1) * inverse, R01 * inverse, R10 * inverse, (R10 + e0) * inverse


@compiled
def volumes_of(volumes, efficiency, j):
    """Of stage j: aqueous up, down, out, organic up, down, out; all aqueous and all organic [L/s];
    efficiency, and organic that passes without exchange [s/L]."""
    ua, wa, oa = volumes[0, j], volumes[1, j], volumes[2, j]
    uo, wo, oo = volumes[3, j], volumes[4, j], volumes[5, j]
    G = uo + wo + oo
    eta = efficiency[j]
    return ua, wa, oa, uo, wo, oo, ua + wa + oa, G, eta, (1.0 - eta) / (G + TINY)


@compiled
def outputs(Q, G, eta, bypass, D):
    """(x, y) of a stage per (A, O) that enter it [s/L], row by row."""
    m00 = 1.0 / (Q + eta * G * D + TINY)
    m10 = eta * D * m00
    return m00, eta * m00, m10, bypass + eta * m10


@compiled
def with_returns(m00, m01, m10, m11, r00, r01, r10, r11, e0, e1):
    """Visits, and (x, y) per (A, O), where part of what leaves comes back, row by row.

    r: what comes back as A and as O per x and y leaving [L/s], r00 and r01 weighing x and y into
    the return of A. e: what does not come back, per x and y [L/s].
    """
    n00, n01, n10, n11 = visits(
        r00 * m00 + r01 * m10,
        r00 * m01 + r01 * m11,
        r10 * m00 + r11 * m10,
        r10 * m01 + r11 * m11,
        e0 * m00 + e1 * m10,
        e0 * m01 + e1 * m11,
    )
    q00, q01 = m00 * n00 + m01 * n10, m00 * n01 + m01 * n11
    q10, q11 = m10 * n00 + m11 * n10, m10 * n01 + m11 * n11
    return n00, n01, n10, n11, q00, q01, q10, q11


@compiled
def eliminate(m, back_a, back_o, out_a, out_o, on_a, on_o, entering_a, entering_o, state, i):
    """Take one stage out of the walk, in the direction of the sweep; fills column i of `state`.

    state, shape (8, component): passage (4) from the inputs of a stage to those of the next one in
    that direction; escape (2) without ever arriving there; first arrivals (2) [mol/s] of all
    sources so far. back: flow [L/s] to the stages already taken out; out: what leaves the cascade
    here; on: to the next stage. entering: sources of the stage [mol/s].
    Returns (x, y) of the stage per (A, O), those stages free [s/L].
    """
    m00, m01, m10, m11 = m
    la, lo = out_a + state[4, i] * back_a, out_o + state[5, i] * back_o
    n00, n01, n10, n11, q00, q01, q10, q11 = with_returns(
        m00, m01, m10, m11,
        state[0, i] * back_a, state[1, i] * back_o, state[2, i] * back_a, state[3, i] * back_o,
        la + on_a, lo + on_o,
    )  # fmt: skip
    v0, v1 = entering_a + state[6, i], entering_o + state[7, i]
    leave0, leave1 = la * m00 + lo * m10, la * m01 + lo * m11
    state[0, i], state[1, i], state[2, i], state[3, i] = (
        on_a * q00,
        on_a * q01,
        on_o * q10,
        on_o * q11,
    )
    state[4, i], state[5, i] = leave0 * n00 + leave1 * n10, leave0 * n01 + leave1 * n11
    state[6, i] = state[0, i] * v0 + state[1, i] * v1
    state[7, i] = state[2, i] * v0 + state[3, i] * v1
    return q00, q01, q10, q11


@compiled
def sweep(volumes, efficiency, D, aqueous_in, organic_in, gain):
    """Eliminate the stages one after the other from stage 1 on.

    Returns the states (see `eliminate`) that every stage meets from the stages before it, shape
    (stage, 8, component). Fills gain (4) [s/L]: (x, y) of a stage per its inputs with the stages
    before it free.
    """
    N, n = D.shape
    states, state = np.empty((N, 8, n)), np.zeros((8, n))
    for j in range(N):
        ua, wa, oa, uo, wo, oo, Q, G, eta, bypass = volumes_of(volumes, efficiency, j)
        states[j] = state
        for i in range(n):
            m = outputs(Q, G, eta, bypass, D[j, i])
            gain[j, 0, i], gain[j, 1, i], gain[j, 2, i], gain[j, 3, i] = eliminate(
                m, ua, uo, oa, oo, wa, wo, aqueous_in[j, i], organic_in[j, i], state, i
            )
    return states


@compiled
def walk(volumes, efficiency, D, aqueous_in, organic_in):
    """Concentrations of every component in every stage at given distribution ratios.

    Returns x, y [mol/L], shape (stage, component), and what a Newton step needs:
    up, down: (x, y) of a stage per (x, y) of the stage below or above it with everything beyond
    free [-], shape (stage, 4, component); source: d(x, y)/d ln D of the stage's own distribution
    ratio [mol/L], shape (stage, 2, component).
    """
    N, n = D.shape
    x, y, gain = np.empty((N, n)), np.empty((N, n)), np.empty((N, 4, n))
    above = sweep(volumes, efficiency, D, aqueous_in, organic_in, gain)
    up, down, source = np.zeros((N, 4, n)), np.zeros((N, 4, n)), np.empty((N, 2, n))
    below = np.zeros((8, n))
    for j in range(N - 1, -1, -1):
        ua, wa, oa, uo, wo, oo, Q, G, eta, bypass = volumes_of(volumes, efficiency, j)
        above_a = volumes[1, j - 1] if j > 0 else 0.0
        above_o = volumes[4, j - 1] if j > 0 else 0.0
        below_a = volumes[0, j + 1] if j + 1 < N else 0.0
        below_o = volumes[3, j + 1] if j + 1 < N else 0.0
        for i in range(n):
            m = outputs(Q, G, eta, bypass, D[j, i])
            m00, m01, m10, m11 = m
            r00 = above[j, 0, i] * ua + below[0, i] * wa
            r01 = above[j, 1, i] * uo + below[1, i] * wo
            r10 = above[j, 2, i] * ua + below[2, i] * wa
            r11 = above[j, 3, i] * uo + below[3, i] * wo
            out_a = oa + below[4, i] * wa + above[j, 4, i] * ua
            out_o = oo + below[5, i] * wo + above[j, 5, i] * uo
            _, _, _, _, q00, q01, q10, q11 = with_returns(
                m00, m01, m10, m11, r00, r01, r10, r11, out_a, out_o
            )
            f0 = aqueous_in[j, i] + above[j, 6, i] + below[6, i]
            f1 = organic_in[j, i] + above[j, 7, i] + below[7, i]
            x[j, i] = q00 * f0 + q01 * f1
            y[j, i] = q10 * f0 + q11 * f1
            exchange = m10 * x[j, i]
            d0, d1 = -exchange * G, exchange * Q
            back0, back1 = r00 * d0 + r01 * d1, r10 * d0 + r11 * d1
            source[j, 0, i] = d0 + q00 * back0 + q01 * back1
            source[j, 1, i] = d1 + q10 * back0 + q11 * back1
            up[j, 0, i], up[j, 1, i] = gain[j, 0, i] * below_a, gain[j, 1, i] * below_o
            up[j, 2, i], up[j, 3, i] = gain[j, 2, i] * below_a, gain[j, 3, i] * below_o
            q00, q01, q10, q11 = eliminate(
                m, wa, wo, oa, oo, ua, uo, aqueous_in[j, i], organic_in[j, i], below, i
            )
            down[j, 0, i], down[j, 1, i] = q00 * above_a, q01 * above_o
            down[j, 2, i], down[j, 3, i] = q10 * above_a, q11 * above_o
    return x, y, up, down, source
