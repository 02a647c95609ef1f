"""Cost: correlations against their source, laws of sharing, prices, and what is not known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest
from tests.accounts.books import books, separation
from tests.plants import magnet_plant

from ytterby.accounts import (
    RULES,
    CostBasis,
    attribute,
    capital,
    cost,
    equipment,
    equipment_cost,
    kinds_of,
    price_set,
    priced_by_content,
    sales,
)
from ytterby.accounts.prices import of_facts
from ytterby.facts import Fact, UnknownFact, fact, table
from ytterby.plant import Plant

KENTUCKY = """
loader 1 - 5; jaw-crusher 589 hp 1; roll-crusher 430 hp 1; screen 124 ft2 1; conveyor 575 ton/h 2
screen 332 ft2 1; bin 100 ton 1; ball-mill 5609 hp 1; bucket-elevator 1 - 1; motor 58 hp 1
bin 100 ton 2; conveyor 575 ton/h 1; furnace 737 MBTU/h 1; gas-scrubber 11500 ft3/min 1
quencher 11500 ft3/min 3; chiller 131 MBTU/h 1; tank 164805 gal 3; agitator 474 hp 3
pump 10987 gal/min 3; thickener 22590 ft2 1; filter-press 3600 ft3 1; heater 2.4 MBTU/h 1
tank 35136 gal 6; agitator 20 hp 2; pump 7027 gal/min 1; mixer-settler 61107 gal 6
tank 1405 gal 5; agitator 0.8 hp 2; pump 281 gal/min 3; mixer-settler 2444 gal 6
tank 3514 gal 3; agitator 2 hp 1; pump 703 gal/min 2; mixer-settler 18332 gal 3
filter-press 0.26 ft3 1; tank 1504 gal 4; agitator 0.61 hp 3; pump 70 gal/min 1
filter-press 0.405 ft3 1; furnace 0.35 MBTU/h 1; tank 453131 gal 2; pump 78805 gal/min 2
filter-press 469 ft3 1; conveyor 569 ton/h 1
"""
"""Equipment of the University of Kentucky plant: kind, size of each, unit, pieces."""
US_UNITS = {
    "-": 1.0,
    "hp": 0.7457,
    "ft2": 0.092903,
    "ft3": 0.0283168,
    "gal": 0.00378541,
    "gal/min": 0.00378541 * 60,
    "ft3/min": 0.0283168 * 60,
    "MBTU/h": 293.071,
    "ton": 0.907185,
    "ton/h": 0.907185,
}
"""In the units of the facts: kW, m2, m3, m3/h, t."""


@cache
def solved():
    plant = magnet_plant()
    return plant.solve(), CostBasis("EE", kinds=kinds_of(plant))


def test_the_equipment_of_the_kentucky_plant_costs_what_its_source_says():
    """44.308 million dollars at an index of 609.495 against 541.7 of 2016.

    One correlation per kind stands for several accounts of the source, hence 1 %.
    """
    total = 0.0
    for row in KENTUCKY.replace("\n", ";").split(";"):
        if row.strip():
            kind, size, unit, pieces = row.split()
            one, _ = equipment_cost(kind, float(size) * US_UNITS[unit])
            total += int(pieces) * one
    assert total * 609.495 / 541.7 / 1e6 == pytest.approx(44.308, rel=0.01)


@pytest.mark.parametrize(
    ("kind", "size", "printed"),
    [
        ("mixer-settler", 2444 * 0.00378541, 303516.83),
        ("mixer-settler", 18332 * 0.00378541, 749135.33),
        ("tank", 1405 * 0.00378541, 1343.2),
        ("filter-press", 0.405 * 0.0283168, 3171.0),
        ("furnace", 0.35 * 293.071, 235395.0),
    ],
)
def test_accounts_that_share_a_correlation_lie_on_it(kind, size, printed):
    """To 2.5 %: the source rounds its exponents."""
    assert equipment_cost(kind, size)[0] == pytest.approx(printed, rel=0.025)


def test_a_size_beyond_the_correlation_is_told():
    assert not equipment_cost("mixer-settler", 0.01)[1]
    with pytest.raises(UnknownFact, match="expected one of"):
        equipment_cost("centrifuge", 1.0)


def test_installation_adds_197_percent_and_the_index_and_the_place_count():
    balance, basis = solved()
    statement = capital(balance, basis)
    bare = statement.line("equipment", "all").value
    assert statement.line("installation").value == pytest.approx(1.97 * bare)
    here = CostBasis("US", year=2016, kinds=basis.kinds)
    there = CostBasis("CN", year=2022, kinds=basis.kinds)
    factor = 816.0 / 541.7 * fact("cost.location.CN").value
    ratio = (
        capital(balance, there).line("equipment", "all").value
        / capital(balance, here).line("equipment", "all").value
    )
    assert ratio == pytest.approx(factor)


def test_products_bear_all_of_the_cost_and_no_more_under_every_rule():
    balance, basis = solved()
    statement = cost(balance, basis)
    years = 8766 * fact("cost.capital.capacity-factor").value
    totals = set()
    for rule in RULES:
        lines = [line for line in statement.about("unit cost") if line.key[2] == rule]
        yearly = sum(line.value * balance.flow(line.key[1]) * 3600 * years for line in lines)
        totals.add(round(yearly, 3))
    assert len(totals) == 1
    charge = statement.line("capital").value / (1 - 1.1**-20) * 0.1
    assert totals.pop() == pytest.approx(statement.line("operating").value + charge, rel=1e-6)


def test_margin_and_present_value_follow_from_the_lines_above_them():
    balance, basis = solved()
    basis = CostBasis(
        "EE", kinds=basis.kinds, prices=priced_by_content(balance, "scrap", basis.prices)
    )
    statement = cost(balance, basis)
    margin = statement.line("revenue").value - statement.line("operating").value
    assert statement.line("margin").value == pytest.approx(margin)
    worth = -statement.line("capital").value
    worth += sum(margin / 1.1**t for t in range(1, 21))
    worth += capital(balance, basis).line("returned").value / 1.1**20
    assert statement.line("net present value").value == pytest.approx(worth)
    factor = statement.line("minimum price").value
    needed = factor * statement.line("revenue").value - statement.line("operating").value
    worth += sum((needed - margin) / 1.1**t for t in range(1, 21))
    assert worth == pytest.approx(0, abs=1e-6 * statement.line("capital").value)


def test_reagents_are_bought_as_pure_substance():
    """100 kg of 30 % NaOH cost what 30 kg of NaOH do."""
    balance, basis = solved()
    line = cost(balance, basis).line("buy", "NaOH")
    sodium = balance.mass("alkali", "Na") * 39.997 / 22.990
    yearly = sodium * 8766 * fact("cost.capital.capacity-factor").value
    assert line.value == pytest.approx(yearly * basis.prices["NaOH"].value, rel=1e-4)


def test_a_pure_oxide_is_sold_as_such_and_a_mixture_at_a_discount():
    def selling(nd: float, dy: float):
        masses = {"Nd": nd, "Dy": dy, "O": 0.17 * (nd + dy)}
        return sales(
            books(
                {"ore": (None, "mill", "feed", masses), "mill.p": ("mill", None, "product", masses)}
            ),
            price_set(),
        )

    (pure,) = selling(1000, 1)
    assert pure.sold_as == "Nd2O3" and pure.mass == pytest.approx(1166.4, rel=1e-4)
    assert pure.value == pytest.approx(1166.4 * 73, rel=1e-4)
    mixed = selling(900, 100)
    assert {sale.sold_as for sale in mixed} == {"mixed oxide"}
    assert sum(sale.value for sale in mixed) == pytest.approx(
        0.65 * (900 * 1.16639 * 73 + 100 * 1.14769 * 239), rel=1e-4
    )


def of_one_product(name: str, masses: dict[str, float]):
    unit = name.partition(".")[0]
    return sales(
        books({"ore": (None, unit, "feed", masses), name: (unit, None, "product", masses)}),
        price_set(),
    )


def test_metals_and_magnets_bring_more_than_their_oxides_and_are_no_liquor():
    worth = 290 * 1.16639 * 73 + 20 * 1.14769 * 239
    magnet = {"Nd": 290, "Dy": 20, "Fe": 670, "Co": 10, "B": 10, "O": 2}
    for name, sold_as in (("coat.magnet", "magnet"), ("cast.alloy", "metal")):
        found = of_one_product(name, magnet)
        assert {sale.sold_as for sale in found} == {sold_as}
        factor = fact(f"prices.payability.{sold_as}").value
        assert factor > 1
        assert sum(sale.value for sale in found) == pytest.approx(factor * worth, rel=1e-4)
    oxide = magnet | {"O": 0.2 * 1000}
    assert {sale.sold_as for sale in of_one_product("coat.magnet", oxide)} == {"liquor"}


def test_nothing_is_paid_for_a_trace_in_an_oxide():
    found = of_one_product("mill.p", {"Nd": 900, "Dy": 100, "Tm": 1e-4, "O": 170})
    assert [sale.element for sale in found] == ["Nd", "Dy"]


def test_prices_of_your_own_replace_the_shipped_ones():
    own = of_facts([Fact("mine.Nd", 100.0, "USD/kg", "measured", "contract 2026")])
    prices = price_set() | own
    assert prices["Nd"].value == 100 and prices["Dy"].value == 239
    assert table("prices.usgs-2024")["Dy"].value == 257


def test_a_balance_by_hand_has_reagents_and_revenue_but_no_capital():
    statement = cost(separation(), CostBasis("US", kinds={"leach": "acid-leach", "split": "split"}))
    assert statement.line("capital").value is None
    assert "needs the species of ore" in statement.line("capital").missing
    assert statement.line("net present value").value is None
    assert statement.line("buy", "HCl").value > 0
    assert statement.line("buy", "ore").missing == "no price of ore is known"
    assert statement.line("sell", "split.light", "Nd").value > 0
    assert "without buy ore" in statement.line("operating").remark


def test_every_line_names_the_facts_it_rests_on_and_the_weakest_of_them():
    balance, basis = solved()
    statement = cost(balance, basis)
    acid = statement.line("buy", "HCl")
    assert acid.facts == ("prices.reagents.HCl",) and acid.evidence == "reference"
    sold = statement.line("sell", "kiln.product", "Nd")
    assert sold.facts == ("prices.usgs-2025.Nd", "prices.payability.mixed-oxide")
    assert statement.line("labour").evidence == "assumed"
    worth = statement.line("net present value")
    assert worth.evidence == "assumed" and set(acid.facts) <= set(worth.facts)


def test_what_the_plant_rests_on_comes_on_top():
    plant = magnet_plant()
    balance = plant.solve(sensitivity=True)
    basis = CostBasis("EE", kinds=kinds_of(plant))
    line = attribute(partial(cost, basis=basis), balance).line("sell", "kiln.product", "Nd")
    assert "prices.usgs-2025.Nd" in line.facts and "leach.extent.ferrite" in line.facts
    assert line.movers and all("." in fact for fact, _ in line.movers)


def test_a_kind_of_unit_without_a_rule_is_told():
    balance, _ = solved()
    statement = capital(balance, CostBasis("US", kinds={"roast": "levitation"}))
    assert (
        "no rule to size a unit of kind 'levitation'"
        in statement.line("equipment", "roast").missing
    )


def test_a_residence_of_your_own_makes_a_tank_of_any_kind():
    balance, _ = solved()
    name = "sizing.residence.levitation"
    own = {name: Fact(name, 2.0, "h", "measured", "trial 7")}
    statement = capital(balance, CostBasis("US", kinds={"iron": "levitation"}, own=own))
    assert statement.line("equipment", "iron", "tank", "").value
    assert name in own and not statement.about("equipment", "iron")[0].missing


def test_a_fact_of_your_own_sizes_the_equipment():
    """Twice the residence is twice the tank, and costs as its exponent says."""
    balance, basis = solved()
    name = "sizing.residence.acid-leach"
    twice = {name: replace(fact(name), value=2 * fact(name).value)}
    usual = capital(balance, basis).value("equipment", "leach", "tank", "")
    double = capital(balance, replace(basis, own=twice)).value("equipment", "leach", "tank", "")
    exponent = fact("cost.equipment.tank.exponent").value
    assert double / usual == pytest.approx(2**exponent)


def test_an_unknown_place_or_year_is_refused():
    balance, basis = solved()
    with pytest.raises(UnknownFact, match="no location factor of 'Mars'"):
        capital(balance, CostBasis("Mars", kinds=basis.kinds))
    with pytest.raises(UnknownFact, match="no plant cost index of 1700"):
        capital(balance, CostBasis("US", year=1700, kinds=basis.kinds))


def test_the_size_of_a_stirred_tank():
    """The tank holds an hour of its inflow in four fifths of its volume; few solids are in it."""
    balance, basis = solved()
    tank = equipment(balance, basis.kinds)["iron"][0][0]
    inflow = sum(
        balance.stream(name).volume("aqueous")
        for name in ("oxidise.liquor", "alkali > iron.reagent")
    )
    assert tank.size == pytest.approx(inflow * 3600 / 0.8, rel=1e-3)


def test_units_of_metal_and_magnet_making_name_what_has_no_open_cost():
    plant = Plant.read(Path(__file__).parents[2] / "examples" / "metal-to-magnet" / "plant.yaml")
    balance, kinds = plant.solve(), kinds_of(plant)
    statement = capital(balance, CostBasis("CN", kinds=kinds))
    (furnace,) = statement.about("equipment", "sinter", "furnace")
    power = balance.duties["sinter", "electricity"] / balance.period / 1000
    assert furnace.value > 0 and f"{power:.3g} kW" in furnace.label
    lacking = [line for line in statement.about("equipment") if line.value is None]
    assert {"sinter", "mill", "press"} <= {line.key[1] for line in lacking}
    assert all("no open cost is known" in line.missing for line in lacking)
    total = statement.line("total")
    assert total.value and total.remark.startswith("lacks equipment of cast")
