"""The linear system of a Newton step on the potentials of a cascade.

The derivative of the closures is a dense matrix, but a sum of one causal and one anticausal
recursion over the stages with a state of two numbers per component (the phases crossing an
interface). It is factorised in that form, O(stages * components^2), without ever being written
down. The same recursion, with its generators exchanged, solves the transposed system.
"""

from __future__ import annotations

import numpy as np

from ytterby.separation.compiled import compiled
from ytterby.separation.walk import TINY


@compiled
def generators(by_x, slopes, source):
    """What a stage hears, shape (stage, potential, 2 component), and what it says to the others,
    same shape: the closures by (x, y), and (x, y) by the potentials."""
    N, K, n = by_x.shape
    hears, says = np.zeros((N, K, 2 * n)), np.empty((N, K, 2 * n))
    for j in range(N):
        for k in range(K):
            for i in range(n):
                hears[j, k, i] = by_x[j, k, i]
                says[j, k, i] = slopes[j, k, i] * source[j, 0, i]
                says[j, k, n + i] = slopes[j, k, i] * source[j, 1, i]
    return hears, says


@compiled
def invert(matrix, inverse):
    """Fill the inverse of a small matrix by elimination with row exchange."""
    K = matrix.shape[0]
    work = matrix.copy()
    inverse[:, :] = 0.0
    for k in range(K):
        inverse[k, k] = 1.0
    for k in range(K):
        best = k
        for r in range(k + 1, K):
            if abs(work[r, k]) > abs(work[best, k]):
                best = r
        if best != k:
            for c in range(K):
                work[k, c], work[best, c] = work[best, c], work[k, c]
                inverse[k, c], inverse[best, c] = inverse[best, c], inverse[k, c]
        pivot = work[k, k] if work[k, k] != 0.0 else TINY
        for c in range(K):
            work[k, c] /= pivot
            inverse[k, c] /= pivot
        for r in range(K):
            if r != k:
                factor = work[r, k]
                for c in range(K):
                    work[r, c] -= factor * work[k, c]
                    inverse[r, c] -= factor * inverse[k, c]


@compiled
def join(own, hears, says, Psi, row, w, matrix):
    """A stage with all stages above it; fills row = hears (1 + Psi), by what comes from below;
    w = (1 + Psi) says; and matrix = own + hears w, by the potentials of the stage."""
    K, m = hears.shape
    for k in range(K):
        for c in range(m):
            row[k, c] = hears[k, c]
        for r in range(m):
            g = hears[k, r]
            if g != 0.0:
                for c in range(m):
                    row[k, c] += g * Psi[r, c]
        for r in range(m):
            total = 0.0
            for c in range(m):
                total += Psi[r, c] * says[k, c]
            w[k, r] = says[k, r] + total
    for k in range(K):
        for e in range(K):
            total = own[k, e]
            for c in range(m):
                total += hears[k, c] * w[e, c]
            matrix[k, e] = total


@compiled
def resolve(right, hears, pi, inverse, row, gain, part):
    """The potentials of a stage, d = part - gain q, by what comes from below; fills both."""
    K, m = hears.shape
    for k in range(K):
        for c in range(m):
            total = 0.0
            for e in range(K):
                total += inverse[k, e] * row[e, c]
            gain[k, c] = total
    for s in range(right.shape[1]):
        for k in range(K):
            part[k, s] = 0.0
        for e in range(K):
            total = right[e, s]
            for c in range(m):
                total -= hears[e, c] * pi[s, c]
            for k in range(K):
                part[k, s] += inverse[k, e] * total


@compiled
def solve_steps(right, own, hears, says, up, down):
    """Solve the linear system of the potentials for several right sides.

    right: shape (stage, potential, sides). own: shape (stage, potential, potential).
    The rows read own_j d_j + hears_j (says_j d_j + p_j + q_j) = right_j, with what comes from
    above, p_j = down_j (p_{j-1} + says_{j-1} d_{j-1}), and from below, q_j = up_j (q_{j+1} +
    says_{j+1} d_{j+1}). Eliminated from stage 1: p_j = pi_j + Psi_j (q_j + says_j d_j), a Riccati
    recursion with one update of low rank per stage.
    """
    N, K, sides = right.shape
    m = hears.shape[2]
    n = m // 2
    Psi, pi = np.zeros((m, m)), np.zeros((sides, m))
    gain, part = np.empty((N, K, m)), np.empty((N, K, sides))
    row, w = np.empty((K, m)), np.empty((K, m))
    matrix, inverse = np.empty((K, K)), np.empty((K, K))
    for j in range(N):
        join(own[j], hears[j], says[j], Psi, row, w, matrix)
        invert(matrix, inverse)
        resolve(right[j], hears[j], pi, inverse, row, gain[j], part[j])
        if j + 1 < N:
            for k in range(K):
                for r in range(m):
                    for c in range(m):
                        Psi[r, c] -= w[k, r] * gain[j, k, c]
                for s in range(sides):
                    for r in range(m):
                        pi[s, r] += w[k, r] * part[j, k, s]
            carry(Psi, down[j + 1], up[j], n)
            for s in range(sides):
                lead(pi[s], down[j + 1], n)
    answer = np.empty((N, K, sides))
    q = np.zeros((sides, m))
    for j in range(N - 1, -1, -1):
        for s in range(sides):
            for k in range(K):
                total = part[j, k, s]
                for c in range(m):
                    total -= gain[j, k, c] * q[s, c]
                answer[j, k, s] = total
            if j > 0:
                for k in range(K):
                    for c in range(m):
                        q[s, c] += says[j, k, c] * answer[j, k, s]
                lead(q[s], up[j - 1], n)
    return answer


@compiled
def carry(Psi, down, up, n):
    """Psi <- down Psi up, in place; down and up are 2 x 2 per component, in rows."""
    for i in range(n):
        a00, a01, a10, a11 = down[0, i], down[1, i], down[2, i], down[3, i]
        first, last = Psi[i], Psi[n + i]
        for k in range(n):
            u00, u01, u10, u11 = up[0, k], up[1, k], up[2, k], up[3, k]
            f0, f1, l0, l1 = first[k], first[n + k], last[k], last[n + k]
            h00, h01 = a00 * f0 + a01 * l0, a00 * f1 + a01 * l1
            h10, h11 = a10 * f0 + a11 * l0, a10 * f1 + a11 * l1
            first[k], first[n + k] = h00 * u00 + h01 * u10, h00 * u01 + h01 * u11
            last[k], last[n + k] = h10 * u00 + h11 * u10, h10 * u01 + h11 * u11


@compiled
def lead(vector, transfer, n):
    """vector <- transfer vector, in place."""
    for i in range(n):
        first, last = vector[i], vector[n + i]
        vector[i] = transfer[0, i] * first + transfer[1, i] * last
        vector[n + i] = transfer[2, i] * first + transfer[3, i] * last


@compiled
def response(change, says, up, down):
    """Change of (x, y) of every stage [mol/L], shape (stage, 2 component), when the potentials
    change by `change`, shape (stage, potential)."""
    N, K, m = says.shape
    n = m // 2
    answer = np.zeros((N, m))
    above, below = np.zeros(m), np.zeros(m)
    for j in range(N):
        if j > 0:
            lead(above, down[j], n)
        for c in range(m):
            answer[j, c] += above[c]
            for k in range(K):
                own = says[j, k, c] * change[j, k]
                answer[j, c] += own
                above[c] += own
    for j in range(N - 2, -1, -1):
        for c in range(m):
            for k in range(K):
                below[c] += says[j + 1, k, c] * change[j + 1, k]
        lead(below, up[j], n)
        for c in range(m):
            answer[j, c] += below[c]
    return answer
