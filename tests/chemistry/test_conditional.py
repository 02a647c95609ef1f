"""Published: constants away from 25 degC and in brine, and what follows from them."""

from __future__ import annotations

import pytest

from ytterby.balance import Basis
from ytterby.chemistry import (
    OutOfReach,
    Solution,
    Species,
    conditional,
    dose_to_p_h,
    equilibrate,
    ionic_strength,
    p_h,
)

LITRE = 55.3
"""mol of water in a litre."""


def basis_of(*names: str) -> Basis:
    return Basis.of(set(names))


@pytest.mark.parametrize("celsius", [10, 25, 40, 60])
@pytest.mark.parametrize("acidity", [9.0, 10.0, 11.0])
def test_free_ammonia_follows_emerson_over_pH_and_temperature(celsius, acidity):
    """pKa = 0.09018 + 2729.92 / T, Emerson et al., J. Fish. Res. Board Can. 32 (1975) 2379,
    fitted from 0 to 50 degC. 0.02 units of pKa are a hundredth of the share at most."""
    kelvin = celsius + 273.15
    published = 1 / (1 + 10 ** (0.09018 + 2729.92 / kelvin - acidity))
    basis = basis_of("NH4+", "Cl-")
    warm = conditional(Solution.of(basis.names), temperature=kelvin)
    amounts = basis.amounts({"H2O": LITRE, "NH4+": 0.1, "Cl-": 0.1})
    settled = equilibrate(amounts, warm, dosed_to=acidity)
    share = settled[basis.index["NH3"]] / 0.1
    assert share == pytest.approx(published, abs=0.012)


@pytest.mark.parametrize(
    ("salt", "ion", "table"),
    [
        ("NH4Cl(s)", "NH4+", {20: 37.56, 40: 46, 60: 55.3, 80: 65.6, 100: 77.3}),
        ("(NH4)2SO4(s)", "NH4+", {20: 75.4, 40: 81.2, 60: 87.4, 80: 94.1, 100: 102}),
        ("Na2SO4(s)", "Na+", {32.384: 49.7, 100: 42.7}),
        ("NaCl(s)", "Na+", {21.11: 35.96, 37.78: 36.39, 65.56: 37.38, 100: 39.12}),
    ],
)
def test_salts_dissolve_as_their_tables_say(salt, ion, table):
    """g per 100 g of water, Sigma-Aldrich (NH4Cl), chemister.ru ((NH4)2SO4) and Salt Institute
    (NaCl), to 1.5 %; Na2SO4 goes through the two points that were found."""
    anion, count = ("SO4-2", 2) if "SO4" in salt else ("Cl-", 1)
    basis = basis_of(salt, ion, anion)
    brine = basis.amounts({"H2O": 1000 / 18.015, ion: count * 30, anion: 30})
    for celsius, grams in table.items():
        hot = conditional(Solution.of(basis.names, (salt,)), temperature=celsius + 273.15)
        left = equilibrate(brine, hot)[basis.index[ion]]
        if ion == "NH4+":
            left += equilibrate(brine, hot)[basis.index["NH3"]]
        dissolved = left / count * Species.of(salt).molar_mass * 100
        assert dissolved == pytest.approx(grams, rel=0.015)


def test_nothing_changes_in_pure_water_at_ambient():
    basis = basis_of("NH4+", "Cl-")
    plain = Solution.of(basis.names)
    assert conditional(plain) is plain


def test_ionic_strength_counts_the_square_of_the_charge():
    basis = basis_of("Ca+2", "Cl-")
    amounts = basis.amounts({"H2O": LITRE, "Ca+2": 0.1, "Cl-": 0.2})
    assert ionic_strength(amounts, Solution.of(basis.names)) == pytest.approx(0.3, rel=0.01)


@pytest.mark.parametrize("reagent", [{"Na+": 2, "CO3-2": 1}, {"Ca+2": 1, "CO3-2": 1}])
def test_carbonate_neutralises_acid_though_it_gives_no_protons(reagent):
    basis = basis_of("Na+", "Ca+2", "Cl-", "CO3-2", "CO2(g)")
    solution = Solution.of(basis.names, ("CO2(g)",))
    acid = basis.amounts({"H2O": LITRE, "H+": 0.05, "Cl-": 0.05})
    alkali = basis.amounts(reagent)
    dose = dose_to_p_h(acid, alkali, 6.0, solution)
    assert p_h(acid + dose * alkali, solution) == pytest.approx(6.0, abs=1e-6)


def test_carbonate_cannot_acidify():
    basis = basis_of("Na+", "Cl-", "CO3-2")
    solution = Solution.of(basis.names)
    lye = basis.amounts({"H2O": LITRE, "Na+": 0.05, "OH-": 0.05})
    with pytest.raises(OutOfReach):
        dose_to_p_h(lye, basis.amounts({"Na+": 2, "CO3-2": 1}), 7.0, solution)
