"""The inner loop of a clay column: one potential per mixing cell, one step after the other.

Written for the compiler: plain arrays, no objects. In every cell and step the ions held by the
clay follow from one number r, the amount of ammonium held over its concentration,

    q_i = K_i c_i r^z_i,   sum_i z_i q_i = capacity

so that c_i = T_i/(V + M K_i r^z_i) with T_i what the cell holds of the ion: positive and closed
for whatever r, and monotone in it. A step is implicit (Euler), the cells are taken in the
direction of flow, and each is a problem of its own.
"""

from __future__ import annotations

import math

import numpy as np

from ytterby.separation.compiled import compiled

_STEPS = 100
_TIGHT = 2e-15
_LONGEST = 2.0
_WIDEST = 60.0


@compiled
def potential(total, water, clay, K, charge, capacity, guess):
    """ln r at which the clay of a cell holds its capacity [-].

    total: of each ion in the cell [mol], those that do not exchange have K = 0.
    water [m3], clay [kg]: K [mol/kg per mol/m3]. capacity: [mol of charge].
    """
    low, high, x = -np.inf, np.inf, guess
    if capacity <= 0.0:
        return x
    for _ in range(_STEPS):
        e = math.exp(x)
        held, slope = -capacity, 0.0
        for i in range(total.size):
            if K[i] > 0.0:
                power = e if charge[i] == 1 else (e * e if charge[i] == 2 else e * e * e)
                strength = clay * K[i] * power
                share = strength / (water + strength)
                amount = charge[i] * total[i] * share
                held += amount
                slope += charge[i] * amount * (1.0 - share)
        if abs(held) <= _TIGHT * capacity:
            break
        if held > 0.0:
            high = min(high, x)
        else:
            low = max(low, x)
        step = -held / slope if slope > 0.0 else -math.copysign(_LONGEST, held)
        step = min(max(step, -_LONGEST), _LONGEST)
        new = x + step
        if not low < new < high:
            new = 0.5 * (low + high)
        if new == x or high - low <= _TIGHT * max(abs(x), 1.0) or abs(new) > _WIDEST:
            break
        x = new
    return x


@compiled
def march(mobile, still, held, entering, flow, step, steps, cell, K, charge, capacity, ln_r):
    """Run `steps` steps of `step` [s]; the state is changed in place.

    mobile, still: concentrations in flowing and stagnant water [mol/m3], shape (cell, ion).
    held: [mol/kg], shape (cell, ion). entering: [mol/m3], shape (ion,). flow: [m3/s].
    cell: (flowing water [m3], stagnant water [m3], clay [kg], transfer [m3/s]); an infinite
    transfer makes one water of both. ln_r: of each cell, a first guess, brought up to date.
    Returns concentrations that left in each step, shape (step, ion).
    """
    flowing, stagnant, clay, transfer = cell
    cells, ions = mobile.shape
    left = np.zeros((steps, ions))
    total = np.zeros(ions)
    carried = np.zeros(ions)
    passed = flow * step
    together = math.isinf(transfer)
    swapped = 0.0 if together else transfer * step
    mixed = flowing + passed + swapped
    share = swapped / mixed
    for n in range(steps):
        for i in range(ions):
            carried[i] = entering[i]
        for j in range(cells):
            if together:
                water = flowing + stagnant + passed
                for i in range(ions):
                    total[i] = (
                        flowing * mobile[j, i]
                        + stagnant * still[j, i]
                        + clay * held[j, i]
                        + passed * carried[i]
                    )
            else:
                # Not 1 - share: a fast swap would leave few digits of it.
                water = stagnant + swapped * ((flowing + passed) / mixed)
                for i in range(ions):
                    carried[i] = (flowing * mobile[j, i] + passed * carried[i]) / mixed
                    total[i] = stagnant * still[j, i] + clay * held[j, i] + swapped * carried[i]
            ln_r[j] = potential(total, water, clay, K, charge, capacity, ln_r[j])
            e = math.exp(ln_r[j])
            for i in range(ions):
                strength = 0.0
                if K[i] > 0.0:
                    power = e if charge[i] == 1 else (e * e if charge[i] == 2 else e * e * e)
                    strength = K[i] * power
                still[j, i] = total[i] / (water + clay * strength)
                held[j, i] = strength * still[j, i]
                if together:
                    carried[i] = still[j, i]
                else:
                    carried[i] += share * still[j, i]
                mobile[j, i] = carried[i]
        for i in range(ions):
            left[n, i] = carried[i]
    return left
