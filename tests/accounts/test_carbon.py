"""Greenhouse gases: stoichiometry, factors that lack, and laws of allocation."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.accounts.books import books, separation
from tests.plants import magnet_plant

from ytterby.accounts import (
    RULES,
    Allocation,
    Burden,
    CarbonBasis,
    carbon,
    inventory,
    kinds_of,
    purchases,
)
from ytterby.accounts.purchases import SOLUTES
from ytterby.balance import Balance
from ytterby.chemistry import atomic_mass, atoms_of
from ytterby.facts import Fact, UnknownFact, fact, table

WORTH = ("Nd", "Pr", "Dy", "Co", "Ni")
PRICES = {"Nd": 73.0, "Pr": 74.0, "Dy": 239.0, "Co": 33.0, "Ni": 17.0}
BASIS = CarbonBasis("CN-JX", prices=PRICES)


@cache
def solved() -> tuple[Balance, dict[str, str]]:
    plant = magnet_plant()
    return plant.solve(), kinds_of(plant)


@given(
    masses=st.lists(st.floats(0, 1e3), min_size=4, max_size=4),
    amounts=st.lists(st.floats(-1e3, 1e6), min_size=3, max_size=3),
)
def test_every_rule_shares_out_all_of_a_burden_and_no_more(masses, amounts):
    nd_a, nd_b, dy_a, dy_b = masses
    balance = books(
        {
            "ore": (None, "mill", "feed", {"Nd": nd_a + nd_b, "Dy": dy_a + dy_b, "Fe": 1}),
            "mill.a": ("mill", None, "product", {"Nd": nd_a, "Dy": dy_a}),
            "mill.b": ("mill", None, "product", {"Nd": nd_b, "Dy": dy_b}),
            "mill.c": ("mill", None, "product", {"Nd": 1.0}),
            "mill.sand": ("mill", None, "residue", {"Fe": 1}),
        }
    )
    sharing = Allocation(balance, ("Nd", "Dy"), PRICES)
    burdens = [Burden("x", "mill", amounts[0]), Burden("y", None, amounts[1])]
    for rule in RULES:
        found = sharing.split(burdens, rule)
        whole = amounts[0] + amounts[1]
        size = abs(amounts[0]) + abs(amounts[1])
        assert sum(found.values()) == pytest.approx(whole, abs=1e-9 * size + 1e-12)


def test_the_total_of_a_solved_plant_is_the_same_under_every_rule():
    balance, kinds = solved()
    statement = carbon(balance, CarbonBasis("EE", prices=PRICES, kinds=kinds))
    total = statement.line("total").value
    for rule in RULES:
        lines = [line for line in statement.about("footprint") if line.key[2] == rule]
        shared = sum(line.value * balance.flow(line.key[1]) * 3600 for line in lines)
        assert shared == pytest.approx(total, rel=1e-9)


def test_carbon_in_the_stack_is_the_oxalate_that_was_calcined():
    """Six CO2 of 44.0095 g/mol per RE2(C2O4)3, whatever the rare earth."""
    balance, _ = solved()
    cake = balance.stream("oxalate_cake.cake")
    statement = carbon(balance, BASIS)
    emitted = statement.line("scope 1", "kiln.offgas").value
    assert emitted == pytest.approx(cake.amount("C") * 0.0440095 * 3600, rel=1e-5)
    from_oxalic = statement.line("of it from", "oxalic > oxalate.oxalic").value
    assert from_oxalic == pytest.approx(statement.line("scope 1", "process").value, rel=1e-9)


def test_a_balance_by_hand_emits_its_carbon_as_carbon_dioxide():
    """30 kg of carbon a day: 30 x 44.0095 / 12.0107 / 24 kg/h."""
    line = carbon(separation(), BASIS).line("scope 1", "split.gas")
    assert line.value == pytest.approx(30 * 44.0095 / 12.0107 / 24, rel=1e-5)
    assert line.remark == "all carbon taken as CO2"


def test_a_missing_factor_lowers_completeness_and_is_never_zero():
    statement = carbon(separation(), BASIS)
    oxalic = statement.line("scope 3", "precipitant")
    assert oxalic.value is None and "no open emission factor of precipitant" in oxalic.missing
    assert f"adds {113 / 24:.3g} kg/h" in oxalic.missing
    before = statement.line("completeness").value
    assert before is not None and before < 1
    given_factor = Fact("own", 2.0, "kg/kg", "measured", "supplier", labels={"status": "user"})
    factors = {"precipitant": given_factor, "ore": given_factor}
    after = carbon(separation(), CarbonBasis("CN-JX", prices=PRICES, factors=factors))
    assert after.line("completeness").value == pytest.approx(1)
    assert after.line("scope 3", "precipitant").value == pytest.approx(2 * 113 / 24)


def test_completeness_names_what_lacks_a_factor_the_most_of_it_first():
    remark = carbon(separation(), BASIS).line("completeness").remark
    assert remark.startswith("without a factor: ore (") and "precipitant (" in remark
    assert "cut ore off as waste" in carbon(separation(), BASIS).line("scope 3", "ore").missing


def test_a_factor_of_ingredients_alone_is_called_a_lower_bound():
    """Oxalic acid: 2 NaOH and H2SO4 by the formate route, at their own factors."""
    balance, kinds = solved()
    statement = carbon(balance, replace(BASIS, kinds=kinds))
    line = statement.line("scope 3", "H2C2O4")
    assert "a lower bound" in line.remark
    assert "by its ingredients only: H2C2O4" in statement.line("completeness").remark
    soda, acid = fact("carbon.upstream.NaOH").value, fact("carbon.upstream.H2SO4").value
    made = (2 * 39.997 * soda + 98.079 * acid) / 90.034
    assert fact("carbon.upstream.H2C2O4").value == pytest.approx(made, rel=2e-3)


@pytest.mark.parametrize(
    ("salt", "parts"),
    [
        ("NH4Cl", {"NH3": 17.031 / 53.491, "HCl": 36.461 / 53.491}),
        ("(NH4)2SO4", {"NH3": 2 * 17.031 / 132.14, "H2SO4": 98.079 / 132.14}),
        ("NH4HCO3", {"NH3": 17.031 / 79.056}),
        ("MgSO4", {"MgO": 40.304 / 120.366, "H2SO4": 98.079 / 120.366}),
        ("H2O2", {"H2": 2.016 / 34.015}),
    ],
)
def test_factors_reckoned_from_ingredients_follow_those_of_the_ingredients(salt, parts):
    made = sum(share * fact(f"carbon.upstream.{one}").value for one, share in parts.items())
    assert fact(f"carbon.upstream.{salt}").value == pytest.approx(made, rel=2e-3)


def test_a_factor_may_be_of_a_feed_as_it_is_bought():
    """All that comes by the feed counts, at kg CO2e per kg of solution."""
    balance, kinds = solved()
    own = {"acid": Fact("own.acid", 0.5, "kg/kg", "measured", "supplier")}
    basis = replace(BASIS, kinds=kinds, factors=own)
    line = carbon(balance, basis).line("scope 3", "acid")
    assert line.value == pytest.approx(0.5 * balance.flow("acid") * 3600, rel=1e-9)
    made = inventory(balance, basis, "mass")
    for name, share in made.footprints().items():
        printed = carbon(balance, basis).line("footprint", name, "mass").value
        assert share == pytest.approx(printed, rel=1e-9)


def test_fuel_burnt_is_also_extracted_and_brought():
    """DESNZ 2024: 0.03347 kg/kWh of natural gas, lower heating value, beside 56.1 kg/GJ."""
    balance = replace(separation(), duties={("leach", "heat"): 24 * 3.6e6})
    statement = carbon(balance, BASIS)
    assert statement.value("scope 3", "supply of natural-gas") == pytest.approx(0.03347)
    assert statement.value("scope 1", "natural-gas") == pytest.approx(56.1e-3 * 3.6)
    assert statement.value("total") >= 0.03347 + 56.1e-3 * 3.6


def test_what_is_cut_off_is_covered_and_brings_nothing():
    before = carbon(separation(), BASIS)
    after = carbon(separation(), replace(BASIS, cut_off=("ore",)))
    line = after.line("scope 3", "ore")
    assert line.value == 0.0 and "by choice" in line.remark
    assert after.value("total") == before.value("total")
    assert after.value("completeness") > before.value("completeness")


def test_what_needs_species_or_prices_says_so():
    statement = carbon(separation(), CarbonBasis("CN-JX", kinds={"leach": "acid-leach"}))
    assert "needs the species" in statement.line("energy", "leach").missing
    assert "kind of unit split is not known" in statement.line("energy", "split").missing
    assert statement.line("footprint", "all", "economic").missing == "no prices are given"
    assert "needs species" in statement.line("subdivided").remark


def test_a_line_rests_on_its_factor_and_a_total_on_all_of_them():
    balance, kinds = solved()
    statement = carbon(balance, CarbonBasis("EE", prices=PRICES, kinds=kinds))
    acid = statement.line("scope 3", "HCl")
    assert acid.facts == ("carbon.upstream.HCl",) and acid.evidence == "reference"
    total = statement.line("total")
    assert "carbon.grid.EE" in total.facts and total.evidence == "assumed"


def test_electricity_by_location_and_by_contract():
    """36 kWh in a day are 1.5 kWh/h: at 583.6 g/kWh, and at none of a contract."""
    balance = separation()
    from dataclasses import replace

    balance = replace(balance, duties={("leach", "electricity"): 36 * 3.6e6})
    none = Fact("contract", 0.0, "g/kWh", "measured", "supplier")
    statement = carbon(balance, CarbonBasis("CN-JX", contract=none))
    assert statement.line("scope 2", "location").value == pytest.approx(1.5 * 0.5836)
    assert statement.line("scope 2", "market").value == 0


def test_an_unknown_region_is_refused_with_the_known_ones():
    with pytest.raises(UnknownFact, match="expected one of AU, CN"):
        carbon(separation(), CarbonBasis("Atlantis"))


@pytest.mark.parametrize("substance", SOLUTES)
@pytest.mark.parametrize("strength", [0.05, 0.5, 1.0])
def test_a_reagent_is_recognised_by_its_elements(substance, strength):
    """Whatever water it is dissolved in; what water hydrates is told as the anhydride."""
    atoms = {"H": 2 / 18.015, "O": 1 / 18.015}
    masses = {e: (1 - strength) * n * 1e3 * atomic_mass(e) for e, n in atoms.items()}
    formula = atoms_of(substance)
    molar = sum(n * atomic_mass(e) for e, n in formula.items())
    for element, count in formula.items():
        part = strength * count * atomic_mass(element) / molar
        masses[element] = masses.get(element, 0.0) + part
    balance = books(
        {
            "reagent": (None, "tank", "feed", {e: m for e, m in masses.items() if m}),
            "tank.out": ("tank", None, "product", {e: m for e, m in masses.items() if m}),
        }
    )
    found = {one.substance: one.mass for one in purchases(balance)}
    if substance == "H2O2" or not set(formula) <= {"H", "O"}:
        wanted = "water" if substance in ("O2", "H2") else substance
        assert found.get(wanted) == pytest.approx(strength, rel=1e-4)


@pytest.mark.parametrize(("share", "told"), [(1.0, "Fe"), (0.995, "Fe"), (0.95, "bars")])
def test_a_metal_counts_with_its_impurities_as_long_as_they_are_few(share, told):
    masses = {"Fe": share, **({"Mn": 1 - share} if share < 1 else {})}
    balance = books(
        {"bars": (None, "mill", "feed", masses), "mill.out": ("mill", None, "product", masses)}
    )
    (one,) = purchases(balance)
    assert (one.substance, one.mass) == (told, pytest.approx(1.0))


def test_feeds_of_a_plant_are_read_as_trade_substances():
    balance, _ = solved()
    found = {(one.feed, one.substance) for one in purchases(balance)}
    assert {
        ("acid", "HCl"),
        ("alkali", "NaOH"),
        ("oxalic", "H2C2O4"),
        ("peroxide", "H2O2"),
        ("air", "air"),
        ("water", "water"),
        ("scrap", "scrap"),
    } <= found
    acid = sum(one.mass for one in purchases(balance) if one.substance == "HCl")
    fed = sum(balance.mass("acid", e) for e in balance.elements)
    assert acid == pytest.approx(0.31 * fed, rel=1e-9)


def test_potentials_are_those_of_the_sixth_assessment_report():
    """USEPA/LCIAformatter 48d19af, IPCC_GWP_values.csv."""
    printed = {"CO2": 1, "CH4": 27.9, "N2O": 273, "CF4": 7380, "C2F6": 12400, "SF6": 25200}
    assert {gas: fact(f"gwp.ar6.{gas}").value for gas in printed} == printed
    assert table("gwp.ar5")["CF4"].value == 6630
