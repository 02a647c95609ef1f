"""Following an element through a plant: laws that hold for every balance that closes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts.books import books, separation
from tests.plants import magnet_plant

from ytterby.accounts.tracing import Trace

SHARES = st.floats(0.01, 0.99)


@given(recycle=SHARES, extract=SHARES)
def test_all_that_enters_ends_somewhere_whatever_the_recycle(recycle, extract):
    """A tank with a recycle r: of what is in it the share e/(1 - r(1 - e)) ends as product."""
    inside = 1 / (1 - recycle * (1 - extract))
    back, gone = recycle * (1 - extract) * inside, (1 - recycle) * (1 - extract) * inside
    balance = books(
        {
            "feed": (None, "tank", "feed", {"Nd": 1.0}),
            "tank.on": ("tank", "press", "internal", {"Nd": inside}),
            "press.back": ("press", "tank", "internal", {"Nd": back}),
            "press.water": ("press", None, "effluent", {"Nd": gone}),
            "press.product": ("press", None, "product", {"Nd": extract * inside}),
        }
    )
    fates = Trace(balance, "Nd").fates
    assert fates.sum(axis=1) == pytest.approx(1)
    assert fates[0, 4] == pytest.approx(extract * inside)


def test_origins_and_fates_of_every_element_of_a_solved_plant_add_up():
    balance = magnet_plant().solve()
    for element in ("Nd", "Dy", "Cl", "Na", "C"):
        trace = Trace(balance, element)
        for row, edge in enumerate(balance.edges):
            if edge.source and balance.mass(edge.name, element) > 0:
                assert sum(trace.origin_of(row).values()) == pytest.approx(1, rel=1e-9)


def test_the_way_and_the_origin_of_iron_in_the_water():
    balance = separation()
    trace = Trace(balance, "Fe")
    row = balance.edge("split.water")
    assert trace.way_to(row) == ("leach", "split")
    assert trace.origin_of(row) == {"ore": 1.0}


def test_an_element_that_is_not_known_everywhere_cannot_be_followed():
    balance = separation()
    known = np.array(balance.known)
    known[balance.edge("split.gas"), balance.elements.index("C")] = False
    assert not Trace(replace(balance, known=known), "C").known
