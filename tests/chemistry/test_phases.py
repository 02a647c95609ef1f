"""Laws of equilibrium with many solids that share metals and ligands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ytterby.balance import Basis
from ytterby.chemistry import (
    FAMILIES,
    Guess,
    Solution,
    Species,
    dose_to_p_h,
    equilibrate,
    hydroxides,
    ions_of,
    p_h,
    solids_of,
    supersaturation,
)

METALS = ("La+3", "Nd+3", "Dy+3", "Fe+3", "Co+2", "Al+3", "Ca+2", "Pb+2", "Th+4")
ACIDS = ("H2C2O4", "H2CO3", "H2S", "HF", "HSO4-")
_MASTERS = {*METALS, "Na+", "Cl-", "C2O4-2", "CO3-2", "HS-", "F-", "SO4-2"}
SOLIDS = (
    *hydroxides(METALS),
    *(solid for family in FAMILIES for solid in solids_of(family, _MASTERS)),
)
BASIS = Basis.of({*_MASTERS, *SOLIDS})
SOLUTION = Solution.of(BASIS.names, SOLIDS)
amount = st.just(0.0) | st.floats(-12, 0).map(lambda power: 10**power)


@st.composite
def slurries(draw) -> np.ndarray:
    metals = {name: draw(amount) for name in METALS}
    weak = {name: 0.3 * draw(amount) for name in ACIDS}
    acid, alkali = draw(st.floats(1e-6, 2)), draw(st.floats(0, 1.2))
    charge = sum(Species.of(name).charge * n for name, n in metals.items())
    sodium = alkali * charge + weak["HSO4-"]
    return BASIS.amounts(
        {
            **metals,
            **weak,
            "H+": acid,
            "Cl-": charge + acid,
            "Na+": sodium,
            "OH-": alkali * charge,
            "H2O": 55.5,
        }
    )


@given(slurries())
def test_every_element_and_the_charge_are_kept(amounts):
    after = equilibrate(amounts, SOLUTION)
    before = BASIS.atoms @ amounts
    np.testing.assert_allclose(BASIS.atoms @ after, before, rtol=1e-12, atol=1e-15 * before.sum())
    assert np.all(after >= 0)
    assert abs(BASIS.charge @ after) <= 1e-12 * (np.abs(BASIS.charge) @ after)


@given(slurries())
def test_a_solid_is_there_exactly_where_it_is_saturated(amounts):
    after = equilibrate(amounts, SOLUTION)
    formed = {solid: after[BASIS.index[solid]] for solid in SOLIDS}
    dissolved = after.copy()
    dissolved[[BASIS.index[solid] for solid in SOLIDS]] = 0.0
    for solid, excess in supersaturation(dissolved, SOLUTION).items():
        assert excess < 1e-6, solid
        if formed[solid] > 0:
            assert excess == pytest.approx(0, abs=1e-6), solid


@given(slurries(), slurries())
def test_a_guess_changes_nothing_but_time(amounts, other):
    guess = Guess.none()
    equilibrate(other, SOLUTION, guess)
    once, again = equilibrate(amounts, SOLUTION), equilibrate(amounts, SOLUTION, guess)
    # Solids that are just about to form have room to differ by rounding over solubility.
    np.testing.assert_allclose(again, once, rtol=1e-7, atol=1e-11)


@given(slurries(), st.floats(2, 9))
def test_a_dose_reaches_the_p_h_with_every_solid_free_to_form(amounts, target):
    alkali = BASIS.amounts({"Na+": 1.0, "OH-": 1.0, "H2O": 5.0})
    if p_h(amounts, SOLUTION) < target:
        dose = dose_to_p_h(amounts, alkali, target, SOLUTION)
        assert p_h(amounts + dose * alkali, SOLUTION) == pytest.approx(target, abs=1e-6)


@pytest.mark.parametrize("solid", SOLIDS)
def test_every_solid_dissolves_into_ions_of_the_plant(solid):
    assert ions_of(solid) <= set(BASIS.names)
