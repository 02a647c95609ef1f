"""The compiled heart of aqueous equilibrium: three nested scalar problems, each monotone.

Given p[H] and the volume, a metal is dissolved up to the solubility of its solid; where solids
share a ligand (oxalate), the free ligand follows from its own balance, which is monotone; the
proton balance is monotone in ln h; and the volume hardly depends on either. Nothing here can
diverge, and every family keeps its total at every step.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

_LN_H_LOW, _LN_H_HIGH = math.log(1e-18), math.log(100.0)
_LN_LIGAND_RANGE = math.log(1e40)
_STEPS = 200
_VOLUME_ROUNDS = 60
_TIGHT = 4e-16
_LEAST_LOOSE = 1e-3


@njit(cache=True)
def fractions(ln_h, member_family, member_ln_beta, member_protons, families):
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
def dissolved_metal(s, ln_h, ln_x, total, share, volume, table, ln_K):
    """Dissolved amount [mol/s] of the metal of solid `s`: all of it, or what is soluble."""
    metal = int(table[s, 0])
    ln_product = ln_K[s] + table[s, 5] * ln_h
    if table[s, 3] > 0:
        ln_product -= table[s, 3] * ln_x
    ln_free = ln_product / table[s, 1]
    ln_most = math.log(total[metal] / (share[metal] * volume)) if total[metal] > 0 else -np.inf
    if ln_free >= ln_most:
        return total[metal]
    return math.exp(ln_free) * share[metal] * volume


@njit(cache=True)
def ligand_excess(ligand, ln_h, ln_x, total, share, volume, table, ln_K):
    """Ligand needed at free concentration exp(ln_x) less the ligand there is [mol/s]."""
    need = math.exp(ln_x) * share[ligand] * volume - total[ligand]
    for s in range(ln_K.size):
        if int(table[s, 2]) == ligand:
            metal = int(table[s, 0])
            solid = total[metal] - dissolved_metal(s, ln_h, ln_x, total, share, volume, table, ln_K)
            need += table[s, 3] * solid / table[s, 1]
    return need


@njit(cache=True)
def free_ligand(ligand, ln_h, total, share, volume, table, ln_K):
    """ln of the free ligand [mol/L] at which its balance closes, by safeguarded bisection."""
    if total[ligand] <= 0:
        return -np.inf
    high = math.log(total[ligand] / (share[ligand] * volume))
    if ligand_excess(ligand, ln_h, high, total, share, volume, table, ln_K) <= 0:
        return high
    low = high - _LN_LIGAND_RANGE
    f_low = ligand_excess(ligand, ln_h, low, total, share, volume, table, ln_K)
    f_high = ligand_excess(ligand, ln_h, high, total, share, volume, table, ln_K)
    side = 0
    for step in range(_STEPS):
        middle = next_guess(step, low, high, f_low, f_high)
        value = ligand_excess(ligand, ln_h, middle, total, share, volume, table, ln_K)
        if value == 0.0 or high - low <= _TIGHT * abs(high):
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
def speciate(ln_h, total, volume, model):
    """Dissolved totals, solids formed [mol/s] and the shares of each family at exp(ln_h)."""
    member_family, member_ln_beta, member_protons, table, ln_K, _ = model
    share = fractions(ln_h, member_family, member_ln_beta, member_protons, total.size)
    solids = np.zeros(ln_K.size)
    dissolved = total.copy()
    ligand = -1
    ln_x = 0.0
    for s in range(ln_K.size):
        if int(table[s, 2]) >= 0 and ligand < 0:
            ligand = int(table[s, 2])
            ln_x = free_ligand(ligand, ln_h, total, share, volume, table, ln_K)
    for s in range(ln_K.size):
        if int(table[s, 2]) >= 0 and ln_x == -np.inf:
            continue
        metal = int(table[s, 0])
        kept = dissolved_metal(s, ln_h, ln_x, total, share, volume, table, ln_K)
        dissolved[metal] = kept
        solids[s] = (total[metal] - kept) / table[s, 1]
    if ligand >= 0 and ln_x > -np.inf:
        dissolved[ligand] = min(total[ligand], math.exp(ln_x) * share[ligand] * volume)
        share_out_ligand(ligand, total, dissolved, solids, table)
    return dissolved, solids, share


@njit(cache=True)
def share_out_ligand(ligand, total, dissolved, solids, table):
    """Make the solids hold just the ligand that is not dissolved, in place.

    Where little of a metal precipitates, its solid is a small difference of large numbers; what
    rounding took from the ligand balance is given back to those solids, in proportion. Where they
    hold less than `_LEAST_LOOSE` of the ligand it is left: to them it would be noise.
    """
    missing = total[ligand] - dissolved[ligand]
    loose = 0.0
    for s in range(solids.size):
        if int(table[s, 2]) == ligand:
            missing -= table[s, 3] * solids[s]
            if table[s, 1] * solids[s] < 0.5 * total[int(table[s, 0])]:
                loose += table[s, 3] * solids[s]
    if loose <= _LEAST_LOOSE * total[ligand]:
        return
    for s in range(solids.size):
        metal = int(table[s, 0])
        if int(table[s, 2]) == ligand and table[s, 1] * solids[s] < 0.5 * total[metal]:
            solids[s] *= max(0.0, 1.0 + missing / loose)
            dissolved[metal] = total[metal] - table[s, 1] * solids[s]


@njit(cache=True)
def proton_excess(ln_h, total, protons, volume, model):
    """Protons that exp(ln_h) asks for less the protons there are [mol/s]; monotone in ln_h."""
    member_family, member_ln_beta, member_protons, table, _, ln_Kw = model
    dissolved, solids, share = speciate(ln_h, total, volume, model)
    need = (math.exp(ln_h) - math.exp(ln_Kw - ln_h)) * volume - protons
    for k in range(member_family.size):
        f = member_family[k]
        member = math.exp(member_ln_beta[k] + member_protons[k] * ln_h)
        need += member_protons[k] * member * dissolved[f] / share[f]
    for s in range(solids.size):
        need -= table[s, 5] * solids[s]
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
    member_family, member_ln_beta, member_protons, table, _, ln_Kw = model
    master_v, member_v, member_w, water_v, hydroxide_v = volumes
    dissolved, solids, share = speciate(ln_h, total, volume, model)
    hydroxide = math.exp(ln_Kw - ln_h) * volume
    size = hydroxide * (hydroxide_v - water_v) + water * water_v
    for f in range(total.size):
        size += master_v[f] * dissolved[f] / share[f]
    for k in range(member_family.size):
        f = member_family[k]
        amount = math.exp(member_ln_beta[k] + member_protons[k] * ln_h) * dissolved[f] / share[f]
        size += (member_v[k] - member_w[k] * water_v) * amount
    for s in range(solids.size):
        size -= table[s, 4] * solids[s] * water_v
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
    """Family totals, protons and water [mol/s] with members and solids counted in."""
    master, member, solid, water, proton, hydroxide = places
    member_family, _, member_protons, table, _, _ = model
    total = amounts[master]
    protons = amounts[proton] - amounts[hydroxide]
    waters = amounts[water] + amounts[hydroxide]
    for k in range(member.size):
        amount = amounts[member[k]]
        total[member_family[k]] += amount
        protons += member_protons[k] * amount
        waters += member_waters[k] * amount
    for s in range(solid.size):
        amount = amounts[solid[s]]
        total[int(table[s, 0])] += table[s, 1] * amount
        if table[s, 2] >= 0:
            total[int(table[s, 2])] += table[s, 3] * amount
        waters += table[s, 4] * amount
        protons -= table[s, 5] * amount
    return total, protons, waters


@njit(cache=True)
def rebuild(amounts, places, model, volumes, ln_h_fixed):
    """Amounts [mol/s] at equilibrium and ln h; at exp(ln_h_fixed) when that is not NaN."""
    master, member, solid, water, proton, hydroxide = places
    member_family, member_ln_beta, member_protons, table, _, ln_Kw = model
    total, protons, waters = totals(amounts, places, model, volumes[2])
    ln_h, volume = settle(total, protons, waters, model, volumes, ln_h_fixed)
    dissolved, solids, share = speciate(ln_h, total, volume, model)
    new = amounts.copy()
    new[master] = dissolved / share
    for k in range(member.size):
        f = member_family[k]
        beta = math.exp(member_ln_beta[k] + member_protons[k] * ln_h)
        new[member[k]] = beta * dissolved[f] / share[f]
        waters -= volumes[2][k] * new[member[k]]
    for s in range(solid.size):
        new[solid[s]] = solids[s]
        waters -= table[s, 4] * solids[s]
    new[proton] = math.exp(ln_h) * volume
    new[hydroxide] = math.exp(ln_Kw - ln_h) * volume
    new[water] = waters - new[hydroxide]
    return new, ln_h, proton_excess(ln_h, total, protons, volume, model)
