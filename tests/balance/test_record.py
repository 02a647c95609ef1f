"""A balance written as plain data is read back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.plants import magnet_plant

from ytterby.accounts import carbon, consumption, kinds_of, recovery_and_purity
from ytterby.accounts.emissions import CarbonBasis
from ytterby.balance import Balance, Edge, Finding, RecordError
from ytterby.facts import Fact

ELEMENTS = ("Dy", "Fe", "Nd")
EDGES = (
    Edge("ore", None, "mill", "feed"),
    Edge("acid > mill.acid", None, "mill", "feed"),
    Edge("mill.slurry", "mill", None, "residue"),
)
MASSES = arrays(float, (3, 3), elements=st.floats(0, 1e9))
FACT = Fact(
    "leach.extent",
    0.9,
    "-",
    "reference",
    "somebody",
    0.05,
    "80 degC",
    {"temperature": (333.15, 368.15)},
    "a note",
    {"year": "2020"},
)


def through_text(balance: Balance) -> Balance:
    return Balance.from_dict(json.loads(json.dumps(balance.to_dict())))


@given(
    masses=MASSES,
    known=arrays(bool, (3, 3)),
    stock=arrays(float, (1, 3), elements=st.floats(-1e3, 1e3)),
    period=st.floats(1, 1e9),
    watts=st.floats(0, 1e9),
)
def test_masses_stock_energy_and_what_is_not_known_come_back(masses, known, stock, period, watts):
    """Flows are written per hour: there and back costs a unit in the last place or two."""
    finding = Finding("mill", "a text: with a colon", "note")
    balance = Balance(
        plant="by hand",
        period=period,
        units=("mill",),
        edges=EDGES,
        elements=ELEMENTS,
        masses=masses,
        known=known,
        stock_change=stock,
        duties={("mill", "electricity"): watts * period},
        facts={"mill.extent": FACT},
        findings=(finding,),
    )
    back = through_text(balance)
    same = ("plant", "period", "units", "edges", "elements", "findings", "facts")
    assert all(getattr(back, name) == getattr(balance, name) for name in same)
    assert (back.known == known).all()
    close = {"rtol": 1e-15, "atol": 1e-300}
    np.testing.assert_allclose(back.masses[known], masses[known], **close)
    np.testing.assert_allclose(back.stock_change, stock, **close)
    told = back.duties["mill", "electricity"]
    np.testing.assert_allclose(told, balance.duties["mill", "electricity"], **close)


def test_an_hour_of_a_solved_plant_comes_back_to_the_last_digit():
    plant = magnet_plant()
    balance = plant.solve()
    back = through_text(balance)
    assert (back.masses == balance.masses).all() and back.known.all()
    assert back.facts == balance.facts and back.findings == balance.findings
    assert back.duties == balance.duties
    for name, stream in balance.streams.items():
        assert back.streams[name].basis is stream.basis
        assert (back.streams[name].amounts == stream.amounts).all()
        assert back.streams[name].temperature == stream.temperature
    back.check()


def test_accounts_that_need_no_insides_are_the_same_of_both():
    plant = magnet_plant()
    balance = plant.solve()
    bare = replace(balance, details={}, responses={})
    back = through_text(balance)
    kinds = kinds_of(plant)
    for account in (
        recovery_and_purity,
        lambda one: consumption(one, kinds),
        lambda one: carbon(one, CarbonBasis("EE", kinds=kinds)),
    ):
        assert account(back) == account(bare)


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        ([], "found list, expected a mapping"),
        ({"plant": "x"}, "found no period_s and no units"),
        ({"streams": {"ore": {"source": None, "target": "mill"}}}, "data of another form"),
        ({"streams": {"ore": {"role": "sale"}}}, "found role 'sale', expected one of feed"),
        (
            {"streams": {"ore": {"source": "moon", "target": None, "role": "feed"}}},
            "found unit 'moon'",
        ),
        (
            {
                "streams": {
                    "ore": {
                        "source": None,
                        "target": "mill",
                        "role": "feed",
                        "kg_per_h": {"Xx": 1},
                    }
                }
            },
            "found 'Xx', which elements does not name",
        ),
        ({"findings": ["alarm: mill: x"], "streams": {}}, "expected it to start with note"),
        ({"facts": {"a": {"class": "sure"}}, "streams": {}}, "found class 'sure'"),
    ],
)
def test_data_that_are_no_balance_are_refused(tree, text):
    if isinstance(tree, dict) and "plant" not in tree:
        tree = {"plant": "x", "period_s": 3600, "units": ["mill"], "elements": ["Nd"], **tree}
    with pytest.raises(RecordError) as caught:
        Balance.from_dict(tree)
    assert text in str(caught.value)
