"""How much each fact moves every stream, to first order."""

from __future__ import annotations

import numpy as np

from ytterby.facts import Fact
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.tangent import Tangent

_DEFAULT_UNCERTAINTY = 0.1
"""Relative step where nobody stated an uncertainty [-]."""
_SHARE_OF_STEP = 1e-3
"""The part of the step by which a fact is really moved, so that the answer is a derivative [-]."""


def step_of(fact: Fact) -> float:
    """One standard uncertainty, or a tenth of the value where none is stated, in its unit."""
    return fact.uncertainty or _DEFAULT_UNCERTAINTY * abs(fact.value)


def responses(flowsheet: Flowsheet, done: Pass, period: float) -> dict[str, np.ndarray]:
    """Change of element masses [kg], shape (edge, element), per step of each fact, by unit.field.

    Facts that do not move their unit at all are left out.
    """
    from ytterby.plant.solve import edges

    tangent = Tangent.around(flowsheet, done, everywhere=True)
    moved = _direct(flowsheet, done)
    keys = tuple(moved)
    if not keys:
        return {}
    sources, direct_draws = _as_columns(flowsheet, moved, keys)
    returned, _ = tangent.propagate(sources, {})
    torn = tangent.close({s: returned[s] for s in tangent.active if s in returned})
    streams, draws = tangent.propagate(sources, torn)
    basis = flowsheet.basis
    weights = basis.atoms * basis.atomic_mass[:, None] * period
    names = list(edges(flowsheet, done))
    table = np.zeros((len(names), len(basis.elements), len(keys)))
    for row, edge in enumerate(names):
        if edge.name in streams:
            table[row] = weights @ streams[edge.name]
        elif " > " in edge.name:
            feed, _, at = edge.name.partition(" > ")
            unit, _, port = at.rpartition(".")
            kilograms = draws.get((unit, port), 0.0) + direct_draws.get((unit, port), 0.0)
            table[row] = np.outer(
                weights @ flowsheet.reagents[feed].amounts, kilograms * np.ones(len(keys))
            )
    return {key: table[:, :, column] for column, key in enumerate(keys)}


def _direct(flowsheet: Flowsheet, done: Pass) -> dict[str, tuple[str, dict, dict]]:
    """(unit, changes of its outlets, changes of its draws) per step of each of its facts."""
    found = {}
    for name, unit in flowsheet.plant.units.items():
        base, inlets = done.outcomes[name], flowsheet.inlets(name, done.streams)
        for path, fact in unit.facts.items():
            step = step_of(fact)
            if not step:
                continue
            share = (
                _SHARE_OF_STEP
                if fact.value + step * _SHARE_OF_STEP <= _roof(fact)
                else -_SHARE_OF_STEP
            )
            changed = Fact(**{**fact.__dict__, "value": fact.value + share * step})
            new = flowsheet.run_unit(unit.with_fact(path, changed), name, inlets)
            outlets = {
                port: (new.outlets[port].amounts - stream.amounts) / share
                for port, stream in base.outlets.items()
            }
            if any(change.any() for change in outlets.values()):
                draws = {port: (new.drawn[port] - base.drawn[port]) / share for port in base.drawn}
                found[f"{name}.{path}"] = (name, outlets, draws)
    return found


def _roof(fact: Fact) -> float:
    """Shares and efficiencies are moved down where they stand at one."""
    return 1.0 if fact.unit == "-" and 0 <= fact.value <= 1 else np.inf


def _as_columns(
    flowsheet: Flowsheet, moved: dict[str, tuple[str, dict, dict]], keys: tuple[str, ...]
) -> tuple[dict[str, np.ndarray], dict[tuple[str, str], np.ndarray]]:
    size = len(flowsheet.basis.names)
    sources: dict[str, np.ndarray] = {}
    draws: dict[tuple[str, str], np.ndarray] = {}
    for column, key in enumerate(keys):
        unit, outlets, drawn = moved[key]
        for port, change in outlets.items():
            stream = f"{unit}.{port}"
            sources.setdefault(stream, np.zeros((size, len(keys))))[:, column] = change
        for port, change in drawn.items():
            draws.setdefault((unit, port), np.zeros(len(keys)))[column] = change
    return sources, draws
