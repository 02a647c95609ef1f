"""The compiled heart of a solution by itself: nested scalar problems, each monotone.

The proton balance is monotone in ln h, and the volume hardly depends on it. Nothing here can
diverge, and every family keeps its total at every step. Equilibrium with solids: `phases`.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_LN_H_LOW, _LN_H_HIGH = math.log(1e-18), math.log(100.0)
_STEPS = 200
_VOLUME_ROUNDS = 60
_TIGHT = 4e-16


@njit(cache=True)
def shares(ln_h, member_family, member_ln_beta, member_protons, families):
    """Sum over a family of member / master concentrations [-], shape (family,)."""
    share = np.ones(families)
    for k in range(member_family.size):
        share[member_family[k]] += math.exp(member_ln_beta[k] + member_protons[k] * ln_h)
    return share


@njit(cache=True)
def next_guess(step, low, high, f_low, f_high):
    """The point to try next in a bracket: Illinois' false position, each fourth time the middle."""
    if step % 4 != 3 and f_high != f_low:
        secant = high - f_high * (high - low) / (f_high - f_low)
        if low < secant < high:
            return secant
    return 0.5 * (low + high)


@njit(cache=True)
def proton_excess(ln_h, total, protons, volume, model):
    """Protons that exp(ln_h) asks for less the protons there are [mol/s]; monotone in ln_h."""
    member_family, member_ln_beta, member_protons, ln_Kw = model
    share = shares(ln_h, member_family, member_ln_beta, member_protons, total.size)
    need = (math.exp(ln_h) - math.exp(ln_Kw - ln_h)) * volume - protons
    for k in range(member_family.size):
        f = member_family[k]
        member = math.exp(member_ln_beta[k] + member_protons[k] * ln_h)
        need += member_protons[k] * member * total[f] / share[f]
    return need


@njit(cache=True)
def root_ln_h(total, protons, volume, model):
    """ln h [mol/L] at which protons balance, by bisection sped up with secants."""
    low, high = _LN_H_LOW, _LN_H_HIGH
    f_low = proton_excess(low, total, protons, volume, model)
    f_high = proton_excess(high, total, protons, volume, model)
    if f_low >= 0:
        return low
    if f_high <= 0:
        return high
    side = 0
    for step in range(_STEPS):
        middle = next_guess(step, low, high, f_low, f_high)
        value = proton_excess(middle, total, protons, volume, model)
        if value == 0.0 or high - low <= _TIGHT * abs(middle):
            return middle
        if value > 0:
            high, f_high = middle, value
            f_low = f_low / 2 if side > 0 else f_low
            side = 1
        else:
            low, f_low = middle, value
            f_high = f_high / 2 if side < 0 else f_high
            side = -1
    return 0.5 * (low + high)


@njit(cache=True)
def volume_at(ln_h, total, water, volume, model, volumes):
    """Volume [L/s] of the solution speciated at exp(ln_h) in `volume`."""
    member_family, member_ln_beta, member_protons, ln_Kw = model
    master_v, member_v, member_w, water_v, hydroxide_v = volumes
    share = shares(ln_h, member_family, member_ln_beta, member_protons, total.size)
    hydroxide = math.exp(ln_Kw - ln_h) * volume
    size = hydroxide * (hydroxide_v - water_v) + water * water_v
    for f in range(total.size):
        size += master_v[f] * total[f] / share[f]
    for k in range(member_family.size):
        f = member_family[k]
        amount = math.exp(member_ln_beta[k] + member_protons[k] * ln_h) * total[f] / share[f]
        size += (member_v[k] - member_w[k] * water_v) * amount
    return size


@njit(cache=True)
def settle(total, protons, water, model, volumes, ln_h_fixed):
    """(ln h, volume [L/s]) of the solution in equilibrium; ln h as given when it is not NaN."""
    volume = max(water * volumes[3], _TIGHT)
    ln_h = ln_h_fixed
    for _ in range(_VOLUME_ROUNDS):
        if math.isnan(ln_h_fixed):
            ln_h = root_ln_h(total, protons, volume, model)
        new = volume_at(ln_h, total, water, volume, model, volumes)
        new = max(new, _TIGHT)
        done = abs(new - volume) <= _TIGHT * new
        volume = new
        if done:
            break
    return ln_h, volume


@njit(cache=True)
def totals(amounts, places, model, member_waters):
    """Family totals, protons and water [mol/s] with members counted in."""
    master, member, water, proton, hydroxide = places
    member_family, _, member_protons, _ = model
    total = amounts[master]
    protons = amounts[proton] - amounts[hydroxide]
    waters = amounts[water] + amounts[hydroxide]
    for k in range(member.size):
        amount = amounts[member[k]]
        total[member_family[k]] += amount
        protons += member_protons[k] * amount
        waters += member_waters[k] * amount
    return total, protons, waters


@njit(cache=True)
def rebuild(amounts, places, model, volumes, ln_h_fixed):
    """(amounts [mol/s] at equilibrium, ln h, proton excess); at exp(ln_h_fixed) unless NaN."""
    master, member, water, proton, hydroxide = places
    member_family, member_ln_beta, member_protons, ln_Kw = model
    total, protons, waters = totals(amounts, places, model, volumes[2])
    ln_h, volume = settle(total, protons, waters, model, volumes, ln_h_fixed)
    share = shares(ln_h, member_family, member_ln_beta, member_protons, total.size)
    new = amounts.copy()
    new[master] = total / share
    for k in range(member.size):
        f = member_family[k]
        beta = math.exp(member_ln_beta[k] + member_protons[k] * ln_h)
        new[member[k]] = beta * total[f] / share[f]
        waters -= volumes[2][k] * new[member[k]]
    new[proton] = math.exp(ln_h) * volume
    new[hydroxide] = math.exp(ln_Kw - ln_h) * volume
    new[water] = waters - new[hydroxide]
    return new, ln_h, proton_excess(ln_h, total, protons, volume, model)


@njit(cache=True)
def answers(amounts, places, model, volumes, moved, steps):
    """d amounts / d amount of each species in `moved` [-], shape (species, moved), at equilibrium.

    steps: how far each is moved [mol/s].
    """
    found = np.zeros((amounts.size, moved.size))
    for column in range(moved.size):
        more = amounts.copy()
        more[moved[column]] += steps[column]
        found[:, column] = (rebuild(more, places, model, volumes, np.nan)[0] - amounts) / steps[
            column
        ]
    return found
