"""Loops that an element enters and never leaves."""

from __future__ import annotations

import numpy as np

from ytterby.plant.errors import Infeasible
from ytterby.plant.flowsheet import Flowsheet, Pass

_KEPT = 1 - 1e-7
"""Share of an element that comes back per turn beyond which it has no way out [-]."""
_CARRIERS = frozenset("H O C N P Ar".split())
"""Elements of water, air and solvent, whose loops fill themselves to the size they are given."""
_NOTHING = 1e-25
_SUPPORT = 1e-3


def check_ways_out(flowsheet: Flowsheet, done: Pass) -> None:
    """Raise Infeasible when some element gathers for ever in a loop, and name the loop.

    Each unit is taken with the shares in which it parts the element among its outlets at present;
    a loop that returns all of it has a transmission matrix of spectral radius one.
    """
    basis, wiring = flowsheet.basis, flowsheet.wiring
    units = wiring.order
    place = {name: i for i, name in enumerate(units)}
    for row, element in enumerate(basis.elements):
        if element in _CARRIERS:
            continue
        passed = np.zeros((len(units), len(units)))
        made = np.zeros(len(units))
        for name in units:
            outlets = done.outcomes[name].outlets
            flows = {port: float(basis.atoms[row] @ s.amounts) for port, s in outlets.items()}
            made[place[name]] = sum(flows.values())
            for port, flow in flows.items():
                taker = wiring.taker.get(f"{name}.{port}")
                if taker and flow > _NOTHING:
                    passed[place[taker[0]], place[name]] += flow / made[place[name]]
        values, vectors = np.linalg.eig(passed)
        worst = int(np.argmax(np.abs(values)))
        if abs(values[worst]) > _KEPT:
            mode = np.abs(vectors[:, worst])
            inside = {name for name in units if mode[place[name]] > _SUPPORT * mode.max()}
            raise _no_way_out(flowsheet, element, inside)


def _no_way_out(flowsheet: Flowsheet, element: str, inside: set[str]) -> Infeasible:
    loop = flowsheet.wiring.loop(inside)
    unit = next(name for name in flowsheet.wiring.order if name in inside)
    return Infeasible(
        unit,
        f"{element} enters the loop {loop} and has no way out",
        f"bleed the loop: a 'split' on one of its streams lets {element} leave",
    )
