"""Running a train: at factors of one it is the train, and less acid shows in its figures."""

from __future__ import annotations

from functools import cache

import pytest

from ytterby.design import Practice, Prices, Product, Task, Train, design_train, series
from ytterby.study.trains import figures, run_at, running, wanted

FEED = {"Nd": 0.02, "Gd": 0.012, "Dy": 0.02}
WANTED = [Product((element,), 0.999) for element in FEED]


@cache
def train() -> Train:
    task = Task.of(series("P507", FEED), FEED, WANTED, recovery=0.98, remainder=0.99)
    return design_train(task, Practice.usual(), Prices.shipped())


def test_at_its_own_flows_it_is_the_train():
    before, again = figures(train()), figures(run_at(train(), {}))
    # Refluxes are set anew, to a part of what may be lost.
    for name in ("reagents", "acid", "alkali"):
        assert again[name] == pytest.approx(before[name], rel=1e-3)
    for name, value in before.items():
        if name.startswith("impurity"):
            assert again[name] == pytest.approx(value, rel=0.05)


def test_less_strip_acid_costs_less():
    cut = train().steps[0].name
    search = running(train(), [cut], 0.9, 1.1)
    assert list(search.settings(search.start).values()) == pytest.approx([1, 1])
    usual, less = search.solve([1.0, 1.0]), search.solve([1.0, 0.97])
    assert less["acid"] < usual["acid"] and less["reagents"] < usual["reagents"]


def test_products_and_extractants_are_held():
    names = {one.name for one in wanted(train(), [train().steps[0].name])}
    assert {f"impurity {product.name}" for product in WANTED} < names
    assert f"loading {train().steps[0].name}" in names


def test_an_unknown_cut_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"no cut 'La \| Lu', expected some of"):
        running(train(), ["La | Lu"], 0.9, 1.1)
