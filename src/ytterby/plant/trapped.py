"""Loops that an element enters and never leaves."""

from __future__ import annotations

import numpy as np

from ytterby.plant.errors import Infeasible, NotConverged
from ytterby.plant.flowsheet import Flowsheet, Pass

_KEPT = 1 - 1e-7
"""Share of an element that comes back per turn beyond which it has no way out [-]."""
_GATHERING = 0.99
"""The same from which a loop that does not settle is said to gather it [-]."""
_CARRIERS = frozenset("H O C N P Ar".split())
"""Elements of water, air and solvent, whose loops fill themselves to the size they are given."""
_NOTHING = 1e-25
_SUPPORT = 1e-3
_SQUARINGS = 7


def check_ways_out(flowsheet: Flowsheet, done: Pass) -> None:
    """Raise NotConverged when some element gathers for ever in a loop, and name the loop."""
    element, share, inside = most_kept(flowsheet, done)
    if share > _KEPT:
        raise _no_way_out(flowsheet, element, inside)


def check_gathering(flowsheet: Flowsheet, done: Pass) -> None:
    """Raise NotConverged naming an element that hardly leaves a loop which does not settle."""
    element, share, inside = most_kept(flowsheet, done)
    if share > _GATHERING:
        loop = flowsheet.wiring.loop(inside)
        raise NotConverged(
            _first(flowsheet, inside),
            f"{element} gathers in the loop {loop}: {share:.4%} of it comes back at every turn",
            f"a larger bleed: a 'split' on one of its streams lets {element} leave",
        )


def most_kept(flowsheet: Flowsheet, done: Pass) -> tuple[str, float, set[str]]:
    """(element, share that comes back per turn [-], units of the loop) where most is kept.

    Each unit is taken with the shares in which it parts the element among its outlets at present;
    a loop that returns all of it has a transmission matrix of spectral radius one.
    """
    units = flowsheet.wiring.order
    elements = [e for e in flowsheet.basis.elements if e not in _CARRIERS]
    passed = np.array([_passed(flowsheet, done, element) for element in elements])
    most: tuple[str, float, set[str]] = ("", 0.0, set())
    # Eigenvalues are needed of those only that may keep more than another does.
    bounds = _bounds(passed)
    for row in np.argsort(-bounds).tolist():
        if bounds[row] <= most[1]:
            break
        values, vectors = np.linalg.eig(passed[row])
        worst = int(np.argmax(np.abs(values)))
        if abs(values[worst]) > most[1]:
            mode = np.abs(vectors[:, worst])
            inside = {name for i, name in enumerate(units) if mode[i] > _SUPPORT * mode.max()}
            most = (elements[row], float(abs(values[worst])), inside)
    return most


def _passed(flowsheet: Flowsheet, done: Pass, element: str) -> np.ndarray:
    """Share of an element that each unit passes on to each [-], shape (taker, giver)."""
    basis, wiring = flowsheet.basis, flowsheet.wiring
    atoms = basis.atoms[basis.elements.index(element)]
    place = {name: i for i, name in enumerate(wiring.order)}
    passed = np.zeros((len(place), len(place)))
    for name in wiring.order:
        outlets = done.outcomes[name].outlets
        flows = {port: float(atoms @ s.amounts) for port, s in outlets.items()}
        made = sum(flows.values())
        for port, flow in flows.items():
            taker = wiring.taker.get(f"{name}.{port}")
            if taker and flow > _NOTHING:
                passed[place[taker[0]], place[name]] += flow / made
    return passed


def _bounds(matrices: np.ndarray) -> np.ndarray:
    """Bounds of the spectral radii of matrices [-]: the norm of a high power, and its root."""
    powers = matrices
    for _ in range(_SQUARINGS):
        powers = powers @ powers
    return np.abs(powers).sum(axis=1).max(axis=1) ** (0.5**_SQUARINGS)


def _first(flowsheet: Flowsheet, inside: set[str]) -> str:
    return next(name for name in flowsheet.wiring.order if name in inside)


def _no_way_out(flowsheet: Flowsheet, element: str, inside: set[str]) -> Infeasible:
    loop = flowsheet.wiring.loop(inside)
    return Infeasible(
        _first(flowsheet, inside),
        f"{element} enters the loop {loop} and has no way out",
        f"bleed the loop: a 'split' on one of its streams lets {element} leave",
    )
