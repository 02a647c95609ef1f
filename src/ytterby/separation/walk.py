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
def sweep(volumes, efficiency, D, aqueous_in, organic_in, passage, escape, arrival, gain):
    """Eliminate the stages one after the other from stage 1 on.

    Fills, per stage: passage (4): inputs of j -> inputs of the next stage, first arrival;
    escape (2): never arriving there; arrival (2) [mol/s]: first arrivals of all sources so far;
    gain (4) [s/L]: outputs (x, y) of j per inputs with the stages before it free.
    """
    N, n = D.shape
    p00, p01, p10, p11 = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    s0, s1, g0, g1 = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for j in range(N):
        Q = volumes[0, j] + volumes[1, j] + volumes[2, j]
        G = volumes[3, j] + volumes[4, j] + volumes[5, j]
        eta = efficiency[j]
        bypass = (1.0 - eta) / (G + TINY)
        ua, wa, oa = volumes[0, j], volumes[1, j], volumes[2, j]
        uo, wo, oo = volumes[3, j], volumes[4, j], volumes[5, j]
        for i in range(n):
            m00 = 1.0 / (Q + eta * G * D[j, i] + TINY)
            m01, m10 = eta * m00, eta * D[j, i] * m00
            m11 = bypass + eta * m10
            ba, bo = p00[i] * ua, p01[i] * uo
            ca, co = p10[i] * ua, p11[i] * uo
            la, lo = oa + s0[i] * ua, oo + s1[i] * uo
            leave0, leave1 = la * m00 + lo * m10, la * m01 + lo * m11
            n00, n01, n10, n11 = visits(
                ba * m00 + bo * m10,
                ba * m01 + bo * m11,
                ca * m00 + co * m10,
                ca * m01 + co * m11,
                leave0 + wa * m00 + wo * m10,
                leave1 + wa * m01 + wo * m11,
            )
            q00, q01 = m00 * n00 + m01 * n10, m00 * n01 + m01 * n11
            q10, q11 = m10 * n00 + m11 * n10, m10 * n01 + m11 * n11
            v0, v1 = aqueous_in[j, i] + g0[i], organic_in[j, i] + g1[i]
            p00[i], p01[i], p10[i], p11[i] = wa * q00, wa * q01, wo * q10, wo * q11
            s0[i], s1[i] = leave0 * n00 + leave1 * n10, leave0 * n01 + leave1 * n11
            g0[i], g1[i] = p00[i] * v0 + p01[i] * v1, p10[i] * v0 + p11[i] * v1
            passage[j, 0, i], passage[j, 1, i] = p00[i], p01[i]
            passage[j, 2, i], passage[j, 3, i] = p10[i], p11[i]
            escape[j, 0, i], escape[j, 1, i] = s0[i], s1[i]
            arrival[j, 0, i], arrival[j, 1, i] = g0[i], g1[i]
            gain[j, 0, i], gain[j, 1, i], gain[j, 2, i], gain[j, 3, i] = q00, q01, q10, q11


@compiled
def walk(volumes, efficiency, D, aqueous_in, organic_in):
    """Concentrations of every component in every stage at given distribution ratios.

    Returns x, y [mol/L], shape (stage, component), and what a Newton step needs:
    up, down: (x, y) of a stage per (x, y) of the stage below or above it with everything beyond
    free [-], shape (stage, 4, component); source: d(x, y)/d ln D of the stage's own distribution
    ratio [mol/L], shape (stage, 2, component).
    """
    N, n = D.shape
    x, y = np.empty((N, n)), np.empty((N, n))
    passage, gain = np.zeros((N + 1, 4, n)), np.empty((N, 4, n))
    escape, arrival = np.zeros((N + 1, 2, n)), np.zeros((N + 1, 2, n))
    sweep(
        volumes, efficiency, D, aqueous_in, organic_in, passage[1:], escape[1:], arrival[1:], gain
    )
    up, down, source = np.zeros((N, 4, n)), np.zeros((N, 4, n)), np.empty((N, 2, n))
    p00, p01, p10, p11 = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    s0, s1, g0, g1 = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for j in range(N - 1, -1, -1):
        Q = volumes[0, j] + volumes[1, j] + volumes[2, j]
        G = volumes[3, j] + volumes[4, j] + volumes[5, j]
        eta = efficiency[j]
        bypass = (1.0 - eta) / (G + TINY)
        ua, wa, oa = volumes[0, j], volumes[1, j], volumes[2, j]
        uo, wo, oo = volumes[3, j], volumes[4, j], volumes[5, j]
        above_a = volumes[1, j - 1] if j > 0 else 0.0
        above_o = volumes[4, j - 1] if j > 0 else 0.0
        below_a = volumes[0, j + 1] if j + 1 < N else 0.0
        below_o = volumes[3, j + 1] if j + 1 < N else 0.0
        for i in range(n):
            m00 = 1.0 / (Q + eta * G * D[j, i] + TINY)
            m01, m10 = eta * m00, eta * D[j, i] * m00
            m11 = bypass + eta * m10
            b00, b01 = p00[i] * wa, p01[i] * wo
            b10, b11 = p10[i] * wa, p11[i] * wo
            r00, r01 = passage[j, 0, i] * ua + b00, passage[j, 1, i] * uo + b01
            r10, r11 = passage[j, 2, i] * ua + b10, passage[j, 3, i] * uo + b11
            la, lo = oa + s0[i] * wa, oo + s1[i] * wo
            both_a, both_o = la + escape[j, 0, i] * ua, lo + escape[j, 1, i] * uo
            n00, n01, n10, n11 = visits(
                r00 * m00 + r01 * m10,
                r00 * m01 + r01 * m11,
                r10 * m00 + r11 * m10,
                r10 * m01 + r11 * m11,
                both_a * m00 + both_o * m10,
                both_a * m01 + both_o * m11,
            )
            f0 = aqueous_in[j, i] + arrival[j, 0, i] + g0[i]
            f1 = organic_in[j, i] + arrival[j, 1, i] + g1[i]
            q00, q01 = m00 * n00 + m01 * n10, m00 * n01 + m01 * n11
            q10, q11 = m10 * n00 + m11 * n10, m10 * n01 + m11 * n11
            x[j, i] = q00 * f0 + q01 * f1
            y[j, i] = q10 * f0 + q11 * f1
            exchange = m10 * x[j, i]
            d0, d1 = -exchange * G, exchange * Q
            back0, back1 = r00 * d0 + r01 * d1, r10 * d0 + r11 * d1
            source[j, 0, i] = d0 + q00 * back0 + q01 * back1
            source[j, 1, i] = d1 + q10 * back0 + q11 * back1
            up[j, 0, i], up[j, 1, i] = gain[j, 0, i] * below_a, gain[j, 1, i] * below_o
            up[j, 2, i], up[j, 3, i] = gain[j, 2, i] * below_a, gain[j, 3, i] * below_o
            leave0, leave1 = la * m00 + lo * m10, la * m01 + lo * m11
            n00, n01, n10, n11 = visits(
                b00 * m00 + b01 * m10,
                b00 * m01 + b01 * m11,
                b10 * m00 + b11 * m10,
                b10 * m01 + b11 * m11,
                leave0 + ua * m00 + uo * m10,
                leave1 + ua * m01 + uo * m11,
            )
            q00, q01 = m00 * n00 + m01 * n10, m00 * n01 + m01 * n11
            q10, q11 = m10 * n00 + m11 * n10, m10 * n01 + m11 * n11
            down[j, 0, i], down[j, 1, i] = q00 * above_a, q01 * above_o
            down[j, 2, i], down[j, 3, i] = q10 * above_a, q11 * above_o
            v0, v1 = aqueous_in[j, i] + g0[i], organic_in[j, i] + g1[i]
            p00[i], p01[i], p10[i], p11[i] = ua * q00, ua * q01, uo * q10, uo * q11
            s0[i], s1[i] = leave0 * n00 + leave1 * n10, leave0 * n01 + leave1 * n11
            g0[i], g1[i] = p00[i] * v0 + p01[i] * v1, p10[i] * v0 + p11[i] * v1
    return x, y, up, down, source
