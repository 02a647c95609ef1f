"""What every unit operation must pass."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tests.units.cases import CASES

from ytterby.balance import Basis, Stream, empty
from ytterby.plant import Feed
from ytterby.units import KINDS, Inlet, declarations

kinds = pytest.mark.parametrize("kind", list(KINDS))


def run(kind: str, factor: float = 1.0):
    """(inlets, outcome) of the case of `kind` with its extensive inlets times `factor`."""
    unit, taken, drawn = CASES[kind]
    feeds = {port: Feed.of(tree) for port, (tree, _) in taken.items()}
    reagents = {port: Feed.of(tree) for port, tree in drawn.items()}
    names = frozenset().union(*(feed.species for feed in (*feeds.values(), *reagents.values())))
    while (more := frozenset(Basis.of(names | unit.reach(names)).names)) != names:
        names = more
    basis = Basis.of(names)
    inlets = {
        port: Inlet(
            factor * taken[port][1] * feeds[port].unit_stream(basis)
            if port in feeds
            else empty(basis),
            reagents[port].unit_stream(basis) if port in reagents else None,
        )
        for port in {*feeds, *reagents}
    }
    return inlets, unit.run(kind, inlets)


def entering(inlets, outcome) -> np.ndarray:
    return np.sum(
        [
            inlet.stream.element_amounts
            + (
                outcome.drawn.get(port, 0.0) * inlet.reagent.element_amounts
                if inlet.reagent
                else 0.0
            )
            for port, inlet in inlets.items()
        ],
        axis=0,
    )


@kinds
def test_every_element_that_enters_leaves(kind):
    inlets, outcome = run(kind)
    into = entering(inlets, outcome)
    out = np.sum([stream.element_amounts for stream in outcome.outlets.values()], axis=0)
    # 1e-12 of the element, or of a billionth of all: differences of sums of doubles.
    np.testing.assert_allclose(out, into, rtol=1e-12, atol=1e-15 * into.sum())


@kinds
def test_outlets_are_neutral_and_never_negative(kind):
    for port, stream in run(kind)[1].outlets.items():
        assert np.all(stream.amounts >= 0), port
        assert max(map(abs, stream.charge.values())) < 1e-11, port


@kinds
@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_twice_the_inlets_give_twice_the_outlets(kind, factor):
    small, large = run(kind)[1], run(kind, factor)[1]
    for port, stream in small.outlets.items():
        expected = factor * stream.amounts
        np.testing.assert_allclose(
            large.outlets[port].amounts, expected, rtol=1e-9, atol=1e-13 * max(expected.sum(), 1e-9)
        )


@kinds
def test_empty_inlets_give_empty_outlets(kind):
    for stream in run(kind, 0.0)[1].outlets.values():
        assert np.all(np.isfinite(stream.amounts))


@kinds
def test_the_same_inlets_give_the_same_outlets(kind):
    once, again = run(kind)[1], run(kind)[1]
    for port, stream in once.outlets.items():
        assert np.array_equal(stream.amounts, again.outlets[port].amounts)


@kinds
def test_every_field_says_what_it_is(kind):
    unit = KINDS[kind]
    assert unit.__doc__ and unit.grade in ("mechanistic", "fitted", "specified")
    assert unit.outlets and all(unit.outlets.values())
    for field in dataclasses.fields(unit):
        assert declarations(unit)[field.name].doc


@kinds
def test_outlets_stand_on_the_species_that_reach_promises(kind):
    inlets, outcome = run(kind)
    made = {
        stream.basis.names[i]
        for stream in outcome.outlets.values()
        for i in np.flatnonzero(stream.amounts)
    }
    brought = {
        inlet.stream.basis.names[i]
        for inlet in inlets.values()
        for stream in (inlet.stream, inlet.reagent)
        if isinstance(stream, Stream)
        for i in np.flatnonzero(stream.amounts)
    }
    unit = CASES[kind][0]
    assert made <= set(Basis.of(frozenset(brought | unit.reach(frozenset(brought)))).names)


def test_the_only_specified_unit_is_the_split():
    assert [kind for kind, unit in KINDS.items() if unit.grade == "specified"] == ["split"]
