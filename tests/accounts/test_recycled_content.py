"""Recycled content: by hand, by law, and what a wrong class is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts.books import books

from ytterby.accounts import WrongClass, recycled_content
from ytterby.balance import Balance

CLASSES = {"motors": "post-consumer", "swarf": "pre-consumer"}


def maker(ore: float, motors: float, swarf: float, back: float) -> Balance:
    """A melt of three feeds whose machining sends the share `back` of it round again."""
    made = ore + motors + swarf
    cast = made / (1 - back)
    return books(
        {
            "ore": (None, "melt", "feed", {"Nd": ore, "Fe": 3 * ore}),
            "motors > melt.metal": (None, "melt", "feed", {"Nd": motors, "Fe": 0.0}),
            "swarf": (None, "melt", "feed", {"Nd": swarf, "Fe": swarf}),
            "melt.alloy": (
                "melt",
                "machine",
                "internal",
                {"Nd": cast, "Fe": (3 * ore + swarf) / (1 - back)},
            ),
            "machine.swarf": (
                "machine",
                "melt",
                "internal",
                {"Nd": back * cast, "Fe": back * (3 * ore + swarf) / (1 - back)},
            ),
            "machine.magnet": ("machine", None, "product", {"Nd": made, "Fe": 3 * ore + swarf}),
        }
    )


def shares(balance: Balance, element: str) -> dict[str, float]:
    lines = recycled_content(CLASSES)(balance).about("content", "machine.magnet", element)
    return {line.key[3]: line.value for line in lines}


flow = st.floats(1e-3, 1e3)


@given(flow, flow, flow, st.floats(0, 0.9))
def test_own_swarf_that_goes_round_is_no_recycled_content(ore, motors, swarf, back):
    found = shares(maker(ore, motors, swarf, back), "Nd")
    total = ore + motors + swarf
    # The loop is solved as one linear system, 1 - 0.9 in the worst case.
    assert found["primary"] == pytest.approx(ore / total, rel=1e-9)
    assert found["post-consumer"] == pytest.approx(motors / total, rel=1e-9)
    assert found["pre-consumer"] == pytest.approx(swarf / total, rel=1e-9)


@given(flow, flow, flow, st.floats(0, 0.9))
def test_the_classes_of_an_element_add_up_to_all_of_it(ore, motors, swarf, back):
    balance = maker(ore, motors, swarf, back)
    for element in ("Nd", "Fe", "rare earths"):
        assert sum(shares(balance, element).values()) == pytest.approx(1, rel=1e-9)


def test_each_element_has_a_content_of_its_own():
    balance = maker(1.0, 2.0, 1.0, 0.2)
    assert shares(balance, "Nd")["post-consumer"] == pytest.approx(0.5)
    assert shares(balance, "Fe")["post-consumer"] == 0
    assert shares(balance, "Fe")["pre-consumer"] == pytest.approx(0.25)
    assert shares(balance, "rare earths") == pytest.approx(shares(balance, "Nd"))


def test_what_is_not_known_is_said_and_not_guessed():
    balance = maker(1.0, 2.0, 1.0, 0.2)
    known = balance.known.copy()
    known[0, balance.elements.index("Fe")] = False
    hidden = replace(balance, known=known, masses=np.where(known, balance.masses, 0.0))
    assert set(shares(hidden, "Fe").values()) == {None}
    line = recycled_content(CLASSES)(hidden).line("content", "machine.magnet", "Fe", "primary")
    assert line.missing == "Fe is not known on every edge"
    assert shares(hidden, "Nd")["primary"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("classes", "told"),
    [
        ({"motors": "consumer"}, "pre-consumer, post-consumer, primary"),
        ({"moters": "post-consumer"}, "Did you mean 'motors'?"),
    ],
)
def test_a_wrong_class_or_feed_is_refused_with_what_is_expected(classes, told):
    with pytest.raises(WrongClass) as refused:
        recycled_content(classes)(maker(1.0, 1.0, 1.0, 0.0))
    assert told in str(refused.value)
