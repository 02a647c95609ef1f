"""Laws of the units that treat waste water."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.units.test_published import ran
from tests.units.water_cases import ALKALINE, BRINE, EFFLUENT, LIME, SLURRY, WATER_CASES

from ytterby.balance import Basis
from ytterby.units import FieldError, FluorideRemoval, LimeTreatment, Settling
from ytterby.units.ions import charges, neutral

FEW = settings(max_examples=15, deadline=None)
AIR, WATER = {"gas": "air"}, {"liquid": "water"}


def changed(kind: str, liquor: dict, drawn: dict, **fields):
    unit, taken, _ = WATER_CASES[kind]
    port = next(iter(taken))
    return ran(dataclasses.replace(unit, **fields), {port: liquor}, drawn)[1]


@FEW
@given(
    st.lists(st.floats(1e-6, 10), min_size=5, max_size=5),
    st.lists(st.floats(0, 1), min_size=5, max_size=5),
)
def test_what_passes_a_membrane_is_neutral_and_no_more_than_there_was(amounts, asked):
    names = ("Na+", "Ca+2", "Nd+3", "Cl-", "SO4-2")
    basis = Basis.of(set(names))
    dense = basis.amounts(dict(zip(names, amounts, strict=True)))
    # What is left over of one sign is chloride or sodium, so that the liquor is neutral.
    surplus = float(charges(basis) @ dense)
    dense[basis.index["Cl-" if surplus > 0 else "Na+"]] += abs(surplus)
    shares = basis.amounts(dict(zip(names, asked, strict=True)))
    passing = neutral(basis, dense, shares)
    assert np.all(passing >= 0) and np.all(passing <= shares + 1e-15)
    assert abs(charges(basis) @ (passing * dense)) <= 1e-12 * np.abs(charges(basis) @ dense + 10)


@FEW
@given(st.integers(1, 12), st.floats(200, 4000))
def test_more_air_and_more_stages_never_leave_more_ammonia(stages, air):
    def left(stages: int, air: float) -> float:
        fields = {"stages": stages, "air_to_liquor": air}
        outcome = changed("ammonia-stripping", ALKALINE, {"air": AIR}, **fields)
        return outcome.detail["ammonia nitrogen left"]

    once = left(stages, air)
    assert left(stages + 1, air) <= once * (1 + 1e-9)
    assert left(stages, 1.1 * air) <= once * (1 + 1e-9)


@FEW
@given(st.floats(0.1, 0.9), st.floats(0.01, 0.08))
def test_more_recovery_makes_a_stronger_concentrate(recovery, more):
    def strength(share: float) -> float:
        outcome = changed("reverse-osmosis", BRINE, {}, recovery=share, pressure="120 bar")
        return outcome.detail["osmotic pressure of the concentrate"]

    assert strength(recovery + more) > strength(recovery)


@FEW
@given(st.floats(0.5, 0.9), st.floats(0.01, 0.09))
def test_more_evaporation_never_dissolves_salt(share, more):
    def crystals(part: float) -> float:
        outcome = changed("evaporation", BRINE, {}, evaporated=part)
        return outcome.outlets["crystals"].mass_of("solid")

    assert crystals(share + more) >= crystals(share) * (1 - 1e-9)


@FEW
@given(st.floats(0.5, 20), st.floats(1.05, 3))
def test_more_calcium_never_leaves_more_fluoride(dose, factor):
    def left(times: float) -> float:
        unit = FluorideRemoval(liquor="l", reagent="c", dose=times)
        liquor = {"liquor": {"Na": "1 g/L", "F-": "0.3 g/L"}, "pH": 7}
        calcium = {"liquor": {"Ca": "60 g/L"}, "pH": 7}
        return ran(unit, {"liquor": liquor}, {"reagent": calcium})[1].detail["fluoride left"]

    # The ionic strength that calcium brings makes fluoride a little more soluble again.
    assert left(dose * factor) <= left(dose) * 1.1


@pytest.mark.parametrize("target", [4.0, 7.0, 10.0, 12.0])
@pytest.mark.parametrize("lime", [LIME, {"assay": {"CaO": "100 %"}}])
def test_lime_reaches_the_acidity_that_streams_tell(target, lime):
    unit = LimeTreatment(liquor="l", reagent="r", to_pH=target)
    _, outcome = ran(unit, {"liquor": EFFLUENT}, {"reagent": lime})
    assert outcome.outlets["slurry"].pH == pytest.approx(target, abs=0.005)


def test_limestone_does_not_make_water_alkaline():
    unit = LimeTreatment(liquor="l", reagent="r", to_pH=11)
    _, outcome = ran(unit, {"liquor": EFFLUENT}, {"reagent": {"assay": {"CaCO3": "100 %"}}})
    assert any("no amount of the reagent" in str(finding) for finding in outcome.findings)


@FEW
@given(st.floats(0.1, 0.6))
def test_the_underflow_is_as_thick_as_asked(solids):
    _, outcome = ran(Settling(slurry="s", solids=solids), {"slurry": SLURRY}, {})
    underflow = outcome.outlets["underflow"]
    assert underflow.mass_of("solid") / underflow.mass == pytest.approx(solids, rel=1e-9)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("reverse-osmosis", "pressure", "500 bar"),
        ("evaporation", "evaporated", "100 %"),
        ("ammonia-stripping", "stages", 2.5),
        ("bipolar-electrodialysis", "acid_strength", "9 mol/L"),
        ("fluoride-removal", "database", "phreeqc"),
        ("nitrification-anammox", "removed", "100 %"),
    ],
)
def test_what_cannot_be_is_refused_with_the_range(kind, field, value):
    with pytest.raises(FieldError, match=field) as refused:
        dataclasses.replace(WATER_CASES[kind][0], **{field: value})
    assert "expected" in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "liquor", "drawn", "told"),
    [
        ("evaporation", {"liquor": {"Na": "20 g/L"}, "pH": 0}, {}, "acid boils off"),
        (
            "nitrification-anammox",
            {"liquor": {"NH4+": "0.5 g/L", "Na": "20 g/L"}, "pH": 7, "temperature": "8 degC"},
            {"alkali": {"liquid": "Na2CO3 10 % w/w"}, "air": AIR},
            "hardly grow",
        ),
        (
            "bipolar-electrodialysis",
            {"liquor": {"Na": "20 g/L", "Ca": "50 mg/L"}, "pH": 7},
            {"acid_water": WATER, "base_water": WATER},
            "they scale",
        ),
        ("reverse-osmosis", {"liquor": {"Ca": "1 g/L", "SO4-2": "2.3 g/L"}}, {}, "CaSO4.2H2O"),
    ],
)
def test_what_a_unit_does_not_bear_is_told(kind, liquor, drawn, told):
    outcome = changed(kind, liquor, drawn)
    assert any(told in str(finding) for finding in outcome.findings)
