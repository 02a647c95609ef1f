"""Recovery and purity: hand calculations, laws, and what is said when something is not known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.plants import magnet_plant

from ytterby.accounts import UnknownLine, attribute, recovery_and_purity, spread, together
from ytterby.balance import Balance, Edge
from ytterby.facts import Fact

ELEMENTS = ("Nd", "Dy", "Fe", "O")
ND2O3, DY2O3 = 1.16639, 1.14769
"""kg of oxide per kg of metal, from atomic masses 144.242, 162.500 and 15.999."""


def by_hand(**changes: object) -> Balance:
    """Two feeds, one unit, an oxide and a residue; masses in kg over an hour."""
    edges = (
        Edge("ore", None, "mill", "feed"),
        Edge("air", None, "mill", "feed"),
        Edge("mill.oxide", "mill", None, "product"),
        Edge("mill.tails", "mill", None, "residue"),
    )
    masses = np.array(
        [
            [10.0, 2.0, 50.0, 0.0],
            [0.0, 0.0, 0.0, 20.0],
            [9.0, 1.0, 0.01, 1.8],
            [1.0, 1.0, 49.99, 18.2],
        ]
    )
    balance = Balance(
        plant="by hand",
        period=3600.0,
        units=("mill",),
        edges=edges,
        elements=ELEMENTS,
        masses=masses,
        known=np.ones(masses.shape, dtype=bool),
        stock_change=np.zeros((1, len(ELEMENTS))),
    )
    return replace(balance, **changes)


def test_purity_is_reckoned_in_trade_oxides():
    oxide = 9 * ND2O3 + 1 * DY2O3
    statement = recovery_and_purity(by_hand())
    assert statement.line("purity", "mill.oxide", "Nd").value == pytest.approx(
        9 * ND2O3 / oxide, rel=1e-5
    )
    assert statement.line("oxide", "mill.oxide").value == pytest.approx(oxide / 3600, rel=1e-5)


def test_recovery_counts_what_all_feeds_bring():
    statement = recovery_and_purity(by_hand())
    line = statement.line("recovery", "mill.oxide", "Nd")
    assert line.value == pytest.approx(0.9)
    assert line.streams == ("mill.oxide", "ore")


def test_impurities_are_shares_of_the_product_by_mass_and_never_oxygen():
    statement = recovery_and_purity(by_hand())
    assert statement.line("impurity", "mill.oxide", "Fe").value == pytest.approx(0.01 / 11.81)
    with pytest.raises(UnknownLine, match="has no line"):
        statement.line("impurity", "mill.oxide", "O")


def test_ways_out_of_an_element_add_up_to_all_of_it():
    balance = magnet_plant().solve()
    statement = recovery_and_purity(balance)
    for element in balance.elements:
        ways = (*statement.about("recovery"), *statement.about("destination"))
        shares = [line.value for line in ways if line.key[2] == element]
        assert not shares or sum(shares) == pytest.approx(1, rel=1e-9)


def test_an_unknown_mass_is_said_not_taken_for_zero():
    known = np.ones((4, 4), dtype=bool)
    known[2, 1] = False
    statement = recovery_and_purity(by_hand(known=known))
    line = statement.line("purity", "mill.oxide", "Nd")
    assert line.value is None
    assert line.missing == "not known of mill.oxide: Dy"
    assert statement.line("recovery", "mill.oxide", "Nd").value == pytest.approx(0.9)


def test_an_unknown_feed_leaves_recovery_open():
    known = np.ones((4, 4), dtype=bool)
    known[0, 0] = False
    line = recovery_and_purity(by_hand(known=known)).line("recovery", "mill.oxide", "Nd")
    assert line.value is None and line.missing == "Nd is not known of feed ore"


def test_a_line_names_the_facts_that_move_it_and_the_weakest_class():
    weak = Fact("leach.extent", 0.9, "-", "assumed", "nobody", uncertainty=0.01)
    idle = Fact("press.moisture", 0.2, "-", "reference", "somebody")
    moved = np.zeros((4, 4))
    moved[2, 0], moved[3, 0] = 0.1, -0.1
    balance = by_hand(
        facts={"mill.extent": weak, "mill.moisture": idle},
        responses={"mill.extent": moved, "mill.moisture": np.zeros((4, 4))},
    )
    line = attribute(recovery_and_purity, balance).line("recovery", "mill.oxide", "Nd")
    assert line.facts == ("mill.extent",) and line.evidence == "assumed"
    assert line.movers[0][1] == pytest.approx(0.01)
    assert spread(line, balance.facts) == pytest.approx(0.01)


def test_a_fact_in_two_units_moves_a_line_as_one():
    one = Fact("filter.loss", 0.1, "-", "reference", "somebody")
    moved = np.zeros((4, 4))
    moved[2, 0] = 0.1
    facts = {"a.loss": one, "b.loss": one}
    balance = by_hand(facts=facts, responses={key: moved for key in facts})
    line = attribute(recovery_and_purity, balance).line("recovery", "mill.oxide", "Nd")
    assert spread(line, facts) == pytest.approx(0.02)


def test_purities_of_one_product_together_are_all_of_it_and_nothing_moves_them():
    balance = magnet_plant().solve(sensitivity=True)
    statement = attribute(recovery_and_purity, balance)
    whole = together(("all",), "all", statement.about("purity", "kiln.product"))
    assert whole.value == pytest.approx(1)
    # Responses are differences with a step of 1e-6 on units that repeat to 1e-13.
    assert spread(whole, balance.facts) == pytest.approx(0, abs=1e-7)
