"""How the outlets of a cascade unit move with its inlets: from species to species.

What enters a stage is linear in the species of the inlets; the cascade answers to it (`Response`);
what leaves is linear in that answer but for the equilibrium of each aqueous phase, whose
derivative has one column per dissolved substance. Columns stand for the species of the feed, then
for those of the returning organic.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ytterby.balance import Basis, Stream
from ytterby.chemistry import sizes_of, totals
from ytterby.separation import Cascade, Change, Profile
from ytterby.units.cascade_streams import Solvent, amounts_of, units_of
from ytterby.units.extraction import Components
from ytterby.units.unit import Derivative, Inlet, in_equilibrium

if TYPE_CHECKING:
    from ytterby.units.cascade_case import Case

_STEP = 1e-6
"""Relative step of differences in the organic flow [-]."""
_LITRES = 1000
_PORTS = {"raffinate": "raffinate", "extract": "extract", "organic": "stripped"}
"""Outlets of the unit by those of the profile."""


def derivative(
    case: Case, cascade: Cascade, profile: Profile, solvent: Solvent, outlets: Mapping[str, Stream]
) -> Derivative:
    """The derivatives of a solved cascade by the species of its feed and its returning organic."""
    basis, known, extractant = case.feed.basis, case.known, case.unit.extractant
    size, litres = len(basis.names), solvent.flow * _LITRES
    by_organic, by_litre = _solvent_moves(case, solvent)
    liquor, organic = _by_liquor(basis, known), _by_organic(basis, known, extractant)
    entering = np.zeros((len(liquor) + len(organic), 2 * size))
    entering[: len(liquor), :size] = liquor
    entering[len(liquor) :, size:] = organic @ by_organic[:size]
    scales = np.concatenate(
        [sizes_of(liquor @ case.feed.amounts), sizes_of(organic @ solvent.amounts)]
    )
    answer = cascade.respond(profile, _changes(case, cascade, scales))
    entering /= scales[:, None]
    flow = answer.flows["organic"] @ entering
    moved_solvent = np.outer(by_litre, flow)
    moved_solvent[:, size:] += by_organic
    diluent = np.where(basis.masks["organic"] & (units_of(basis, extractant) == 0), 1.0, 0.0)
    found = {}
    for name, out in profile.outlets.items():
        numbers = answer.outlets[name] @ entering
        share = out.organic_flow / litres
        moved = amounts_of(basis, known) @ numbers[:-1]
        moved += diluent[:, None] * (share * moved_solvent[:size])
        moved += np.outer(diluent * solvent.amounts / litres, numbers[-1] - share * flow)
        if name == "raffinate":
            moved += moved_solvent[size : 2 * size]
            moved[:, :size] += np.diag(np.where(basis.masks["aqueous"], 0.0, 1.0))
        port = _PORTS[name]
        found[port] = in_equilibrium(outlets[port], moved)
    strip = (answer.flows["strip"] @ entering) / _LITRES
    drawn = {
        "organic": moved_solvent[2 * size],
        "saponify": moved_solvent[2 * size + 1],
        "strip": strip / case.strip.reagent.volume("aqueous") if case.strip.reagent else 0 * strip,
    }
    columns = {"feed": slice(0, size), "organic": slice(size, 2 * size)}
    return Derivative(
        {(at, port): m[:, part] for at, part in columns.items() for port, m in found.items()},
        {(at, port): row[part] for at, part in columns.items() for port, row in drawn.items()},
    )


def _changes(case: Case, cascade: Cascade, scales: np.ndarray) -> list[Change]:
    """One change for each row of what enters with the liquor, and with the organic."""
    n, there = len(case.known.names), [i for i, b in enumerate(case.known.bound) if b]
    place = cascade.stages.extraction - 1
    chain = np.eye(n + 2)
    chain[:n, n] = case.chemistry.protons
    amounts = [*chain[: n + 1], np.zeros(n + 2), *np.eye(n + 2)[[*there, n + 1]]]
    changes = []
    for row, (one, scale) in enumerate(zip(amounts, scales.tolist(), strict=True)):
        liquor, volume = row <= n + 1, scale if row == n + 1 else 0.0
        changes.append(
            Change(place if liquor else 0, "aqueous" if liquor else "organic", volume, one * scale)
        )
    return changes


@cache
def _by_liquor(basis: Basis, known: Components) -> np.ndarray:
    """Components, acid [mol/s] and volume [L/s] of a liquor by its species."""
    masters = [basis.names[i] for i in basis.solution.places[0]]
    rows = totals(basis.solution)
    at = {name: row for row, name in enumerate([*masters, "H+", "H2O"])}
    volume = np.where(basis.masks["aqueous"], basis.molar_volume, 0.0) * _LITRES
    return np.vstack([rows[[at[name] for name in known.species]], rows[at["H+"]], volume])


@cache
def _by_organic(basis: Basis, known: Components, extractant: str) -> np.ndarray:
    """Bound components and extractant [mol/s] of an organic by its species."""
    bound = [basis.index[name] for name in known.bound if name]
    return np.vstack([np.eye(len(basis.names))[bound], units_of(basis, extractant)])


def _solvent_moves(case: Case, solvent: Solvent) -> tuple[np.ndarray, np.ndarray]:
    """The solvent, its amounts, what goes past, organic and alkali drawn, by the species of the
    returning organic at its flow, and by that flow [L/s]."""
    stream, litres = case.organic.stream, solvent.flow * _LITRES
    there = _numbers(solvent)
    by_organic = np.zeros((there.size, stream.amounts.size))
    columns = np.flatnonzero(stream.amounts)
    steps = _STEP * sizes_of(stream.amounts)[columns] if columns.size else columns
    for column, step in zip(columns.tolist(), steps.tolist(), strict=True):
        amounts = stream.amounts.copy()
        amounts[column] += step
        moved = Inlet(Stream(stream.basis, amounts, stream.temperature), case.organic.reagent)
        by_organic[:, column] = (_numbers(case.solvent(litres, moved)) - there) / step
    more = case.solvent(litres * (1 + _STEP))
    return by_organic, (_numbers(more) - there) / (_STEP * litres)


def _numbers(solvent: Solvent) -> np.ndarray:
    return np.concatenate([solvent.amounts, solvent.aside, [solvent.drawn, solvent.alkali]])
