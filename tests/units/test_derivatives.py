"""Derivatives that units know are those that differences give."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plants import looped_plant, magnet_plant

from ytterby.plant.flowsheet import Flowsheet
from ytterby.plant.solve import Start, converge
from ytterby.plant.tangent import unit_jacobian
from ytterby.units import Filter, Split, Unit
from ytterby.units.unit import in_equilibrium


@settings(max_examples=5)
@given(st.sampled_from(["residue", "iron_cake", "oxalate_cake", "bleed"]), st.floats(0.05, 0.9))
def test_presses_and_splits_know_their_derivatives(name, bleed):
    agree(magnet_plant(bleed=bleed), name)


@pytest.mark.parametrize("name", ["press0", "purge0"])
def test_a_press_without_solids_and_a_split_know_theirs(name):
    liquor = {"Nd": "40 g/L", "Co": "0.5 g/L", "Na": "2 g/L"}
    agree(looped_plant([0.3], [2.5], liquor), name)


def agree(plant, name):
    """By share of each outlet, for changes of what comes in that keep it at equilibrium."""
    flowsheet = Flowsheet.of(plant)
    done = converge(flowsheet, Start.at(flowsheet, None), lambda line: None)
    exact = unit_jacobian(flowsheet, name, done)
    with pytest.MonkeyPatch.context() as patch:
        for unit in (Filter, Split):
            patch.setattr(unit, "derivative", Unit.derivative)
        differences = unit_jacobian(flowsheet, name, done)
    inlets = flowsheet.inlets(name, done.streams)
    for (port, out), expected in differences.outlets.items():
        if (port, out) not in exact.outlets:
            assert not expected.any(), (port, out)
            continue
        stream, made = inlets[port].stream, done.outcomes[name].outlets[out].amounts
        there = stream.amounts > 0
        found = exact.outlets[port, out] @ in_equilibrium(stream, np.eye(made.size))
        size = np.maximum(made, 1e-6 * made.max(initial=1e-30))[:, None]
        change, other = (m[:, there] * stream.amounts[there] for m in (found, expected))
        np.testing.assert_allclose(change / size, other / size, rtol=1e-4, atol=2e-4)
    for (port, at), expected in differences.drawn.items():
        if (port, at) in exact.drawn:
            amounts = inlets[port].stream.amounts
            found = exact.drawn[port, at] * amounts
            np.testing.assert_allclose(found, expected * amounts, rtol=1e-4, atol=1e-6)
