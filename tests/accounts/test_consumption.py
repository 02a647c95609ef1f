"""Reagents and energy: they follow from the balance, by hand and of a solved plant."""

from __future__ import annotations

import pytest
from tests.accounts.books import separation
from tests.plants import magnet_plant

from ytterby.accounts import consumption, kinds_of, purchases
from ytterby.chemistry import oxide_factor


def test_what_is_taken_is_what_is_bought_by_the_hour():
    balance = separation()
    statement = consumption(balance)
    for one in purchases(balance):
        hourly = one.mass / balance.period * 3600
        assert statement.value("taken", one.substance) == pytest.approx(hourly)


def test_per_oxide_divides_by_what_the_products_hold():
    balance = magnet_plant().solve()
    statement = consumption(balance, kinds_of(magnet_plant()))
    oxide = sum(balance.mass("kiln.product", e) * oxide_factor(e) for e in ("Nd", "Pr", "Dy"))
    hourly = oxide / balance.period * 3600
    taken = statement.value("taken", "HCl")
    assert statement.value("per oxide", "HCl") == pytest.approx(taken / hourly)
    power = statement.value("used", "electricity")
    assert statement.value("per oxide", "electricity") == pytest.approx(3.6 * power / hourly)


def test_energy_of_units_of_unknown_kind_is_said_to_be_missing():
    reasons = {line.missing for line in consumption(separation()).about("used")}
    assert reasons and all("kind of unit" in reason for reason in reasons)
