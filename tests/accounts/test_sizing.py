"""Sizes and costs of equipment: every kind has a rule, and water costs what WaterTAP says."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import ytterby as yt
from ytterby.accounts import CostBasis, capital, equipment, equipment_cost, kinds_of
from ytterby.accounts.energy import energy
from ytterby.accounts.equipment import equipment_kinds
from ytterby.accounts.sizing_rules import RULES, UNPRICED
from ytterby.balance import Balance
from ytterby.facts import Fact, fact, table
from ytterby.units import KINDS
from ytterby.units.steam import saturation_pressure

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def solved(name: str) -> tuple[Balance, dict[str, str]]:
    plant = yt.Plant.read(EXAMPLES / name / "plant.yaml")
    return plant.solve(), kinds_of(plant)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_unit_has_a_rule_to_size_it(kind):
    assert kind in RULES or kind in table("sizing.residence")
    assert all(one in KINDS for one in UNPRICED)


@pytest.mark.parametrize("kind", equipment_kinds())
def test_every_cost_is_of_a_year_whose_index_is_known(kind):
    assert fact(f"cost.equipment.{kind}.cost").labels["year"] in table("cost.index")


@pytest.mark.parametrize(
    ("kind", "size", "dollars", "year"),
    [
        ("membrane", 362.0, 30 * 362, "2018"),
        ("high-pressure-pump", 36 * 1e5 / 3600 / 1000, 53 * 36, "2018"),  # 1 m3/h at 36 bar
        ("dialysis-membrane", 10.0, 1600, "2018"),
        ("evaporator", 100.0, 1e5, "2020"),
        ("vapour-compressor", 2 * 1.6 * (0.8 / 0.2) ** 0.7, 7364 * 2 * 1.6 * 4**0.7, "2001"),
        ("crystalliser", 0.5, 675000 * 0.5**0.53, "2007"),
    ],
)
def test_water_equipment_costs_what_its_source_says(kind, size, dollars, year):
    """WaterTAP 4a26103, watertap/costing/unit_models: purchased, before its factor of two."""
    assert equipment_cost(kind, size)[0] == pytest.approx(dollars, rel=1e-12)
    assert fact(f"cost.equipment.{kind}.cost").labels["year"] == year


def test_money_of_another_year_is_brought_to_that_of_the_basis():
    """Chemical Engineering Plant Cost Index: 394.3 in 2001, 541.7 in 2016, 603.1 in 2018."""
    basis = CostBasis("US", year=2018)
    assert basis.cost_factor("2001") == pytest.approx(603.1 / 394.3)
    assert basis.cost_factor("2016") == pytest.approx(603.1 / 541.7)
    assert basis.cost_factor("2018") == pytest.approx(1)


def test_membranes_evaporators_and_thickeners_are_sized_by_what_flows():
    balance, kinds = solved("waste-water")
    found = {(u, i.kind): i for u, (items, _) in equipment(balance, kinds).items() for i in items}
    permeate = balance.stream("osmosis.permeate").volume("aqueous")
    assert found["osmosis", "membrane"].size == pytest.approx(permeate * 3.6e6 / 20)
    vapour = balance.stream("crystalliser.condensate").mass
    latent = fact("sizing.heat-of-evaporation").si("J/kg")
    assert found["crystalliser", "evaporator"].size == pytest.approx(vapour * latent / 3000 / 5)
    overflow = balance.stream("clarifier.overflow").volume("aqueous")
    rise = fact("settling.rise-rate").si("m/s")
    assert found["clarifier", "thickener"].size == pytest.approx(overflow / rise)
    compressor = found["crystalliser", "vapour-compressor"]
    boiling = balance.stream("crystalliser.crystals").temperature
    lift = 5 + balance.details["crystalliser"]["boiling-point elevation"]
    pressures = saturation_pressure(boiling + lift) / saturation_pressure(boiling)
    efficiency = fact("evaporation.compressor-efficiency").value
    odds = efficiency / (1 - efficiency)
    assert compressor.size == pytest.approx(vapour * pressures * odds**0.7, rel=1e-9)


def test_a_fact_of_the_unit_goes_before_the_shipped_one():
    balance, kinds = solved("waste-water")
    wide = Fact("crystalliser.approach", 10.0, "K", "measured", "this plant")
    other = replace(balance, facts={**balance.facts, "crystalliser.approach": wide})
    sizes = [
        next(i.size for i in equipment(one, kinds)["crystalliser"][0] if i.kind == "evaporator")
        for one in (balance, other)
    ]
    assert sizes[1] == pytest.approx(sizes[0] / 2)


def test_pumping_through_clay_counts_and_what_has_no_cost_is_named():
    balance, kinds = solved("ion-clay")
    uses, missing = energy(balance, kinds)
    (pumped,) = (use for use in uses if use.unit == "heap")
    entering = sum(
        balance.streams[e.name].volume("aqueous") for e in balance.edges if e.target == "heap"
    )
    caught = balance.stream("heap.liquor").volume("aqueous")
    energy_per_volume = fact("sizing.pumping-energy").si("J/m3")
    assert pumped.joules / balance.period == pytest.approx((entering + caught) * energy_per_volume)
    assert not missing
    statement = capital(balance, CostBasis("CN", kinds=kinds))
    assert "pads, wells" in statement.line("equipment", "heap").missing
    assert "lacks equipment of heap" in statement.line("total").remark


def test_a_unit_without_its_details_says_so():
    balance, kinds = solved("waste-water")
    _, reason = equipment(replace(balance, details={}), kinds)["crystalliser"]
    assert "what a solved unit tells of its inside" in reason


def test_a_cracking_tank_is_heated():
    balance, kinds = solved("monazite")
    items = {item.kind: item for item in equipment(balance, kinds)["crack"][0]}
    entering = [balance.streams[e.name] for e in balance.edges if e.target == "crack"]
    hot = balance.stream("crack.slurry")
    rise = hot.temperature - entering[0].temperature
    parts = {"solid": "solid", "aqueous": "liquor"}
    capacity = sum(
        hot.mass_of(phase) * fact(f"sizing.heat-capacity-{name}").si("J/kg/K")
        for phase, name in parts.items()
    )
    assert items["heater"].heat == pytest.approx(capacity * rise / 0.85, rel=1e-6)
    assert math.isclose(items["heater"].size * 1000, items["heater"].heat)
