"""Scrap feeds: sourced assays as delivered, and what a wrong one is told."""

from __future__ import annotations

import pytest

from ytterby.balance import Basis
from ytterby.facts import table
from ytterby.plant import Feed
from ytterby.plant.liquid_feed import SOLUTES
from ytterby.plant.solid_feed import SCRAP
from ytterby.units import FieldError


def stream(tree: dict):
    feed = Feed.of(tree)
    return feed.unit_stream(Basis.of(feed.species))


@pytest.mark.parametrize("kind", SCRAP)
def test_scrap_weighs_what_it_weighs(kind):
    extras = table(f"scrap.{kind}")
    one = stream({"scrap": kind})
    assert one.mass == pytest.approx(1, rel=1e-12)
    assert one.mass_of("organic") == pytest.approx(extras["oil"].value, abs=1e-12)
    assert one.mass_of("aqueous") == pytest.approx(extras["moisture"].value, abs=1e-12)


@pytest.mark.parametrize("kind", SCRAP)
def test_every_assay_states_its_uncertainty_or_its_source(kind):
    for fact in table(SCRAP[kind]).values():
        assert fact.source and (fact.uncertainty is not None or fact.evidence == "reference")


def test_oil_moisture_and_coating_dilute_the_assay():
    clean, dirty = (
        stream({"scrap": "hard-disk"}),
        stream({"scrap": "hard-disk", "oil": "4 %", "moisture": "6 %", "coating": {"Zn": "2 %"}}),
    )
    share = dirty.element_masses["Nd"] / clean.element_masses["Nd"]
    assert share == pytest.approx(0.90 * 0.98, rel=1e-12)
    assert dirty.element_masses["Zn"] == pytest.approx(0.90 * 0.02, rel=1e-12)


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        ({"scrap": "hard-disc"}, "hard-disk"),
        ({"scrap": "swarf", "oil": "120 %"}, "oil"),
        ({"scrap": "swarf", "oil": "60 %", "moisture": "50 %"}, "100 %"),
        ({"scrap": "swarf", "coating": {"Nickel": "1 %"}}, "Nickel"),
        ({"scrap": "swarf", "coating": "1 %"}, "mapping"),
        ({"scrap": "swarf", "grade": "N42"}, "grade"),
    ],
)
def test_a_wrong_scrap_says_what_is_wrong(tree, told):
    with pytest.raises(FieldError) as refused:
        Feed.of(tree)
    assert told in str(refused.value)


@pytest.mark.parametrize("solute", SOLUTES)
def test_every_solute_makes_a_neutral_solution(solute):
    one = stream({"liquid": f"{solute} 5 % w/w"})
    assert one.mass == pytest.approx(1, rel=1e-12)
    assert abs(one.charge["aqueous"]) < 1e-12
