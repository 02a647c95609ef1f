"""The facts that the accounts rest on: currencies, labels, and what every kind of them states."""

from __future__ import annotations

from pathlib import Path

import pytest

from ytterby.accounts import price_set
from ytterby.accounts.equipment import correlation_facts, equipment_kinds
from ytterby.accounts.prices import of_facts
from ytterby.facts import all_facts, table
from ytterby.facts.library import read
from ytterby.quantity import QuantityError, parse

FACTS = {fact.name: fact for fact in all_facts()}


def under(start: str):
    return [fact for name, fact in FACTS.items() if name.startswith(f"{start}.")]


def test_a_price_is_read_in_its_own_currency_and_no_other():
    assert parse("300 USD/t", "USD/kg") == pytest.approx(0.3)
    with pytest.raises(QuantityError, match="expected a quantity in EUR/kg"):
        parse("300 USD/t", "EUR/kg")


def test_a_price_of_your_own_is_read_with_its_labels(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "prices.mine:\n  Dy:\n    value: 210\n    unit: USD/kg\n    class: measured\n"
        "    source: contract 17\n    labels: {basis: Dy2O3, date: 2026-03-01}\n"
    )
    found = of_facts(read(path))
    assert found["Dy"].labels == {"basis": "Dy2O3", "date": "2026-03-01"}
    assert (price_set() | found)["Dy"].value == 210


@pytest.mark.parametrize("name", [n for n in table("prices.usgs-2025")])
def test_a_price_of_an_oxide_names_its_basis_purity_place_and_date(name):
    labels = table("prices.usgs-2025")[name].labels
    assert name in labels["basis"] and labels["purity"] and labels["place"] and labels["date"]


def test_every_emission_factor_names_region_year_licence_boundary_and_status():
    for fact in (*under("carbon.upstream"), *under("carbon.fuel"), *under("carbon.grid")):
        assert {"region", "year", "gwp", "licence", "boundary", "status"} <= set(fact.labels)


def test_what_comes_from_memory_is_assumed_and_gives_no_verdict():
    for fact in under("limits"):
        if fact.labels["text"] == "memory":
            assert fact.evidence == "assumed" and "remembered" in fact.source


@pytest.mark.parametrize("kind", equipment_kinds())
def test_a_correlation_states_the_range_it_stands_on(kind):
    facts = correlation_facts(kind)
    size = facts["size"]
    low, high = float(size.labels["low"]), float(size.labels["high"])
    assert facts["cost"].value > 0 and 0 < facts["exponent"].value <= 1.25
    assert low <= size.value <= high * (1 + 1e-6)


def test_shares_of_installation_are_those_of_the_source():
    """PrOMMiS adds 197 % of the equipment."""
    assert sum(f.value for f in table("cost.installation").values()) == pytest.approx(1.97)
