"""Gradients against differences of solved cascades, for every parameter there is.

Differences of fourth order, steps 1e-4 in logarithms and exponents: they are right to about 1e-9
of the quantity's own size, which is the absolute tolerance; the relative one is 1e-5.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.separation.gradients import (
    HEAVY,
    IMPURITY,
    STEPS,
    acidic,
    difference,
    moved,
    places,
    solvating,
    solved,
    sulfate,
    with_sides,
)

from ytterby.separation import Stages
from ytterby.separation.gradient import Gradient, Quantity, gradient


@pytest.mark.parametrize(
    ("cascade", "quantity", "potentials"),
    [
        (acidic("P507"), IMPURITY, 1),
        (acidic("D2EHPA"), IMPURITY, 2),
        (sulfate("P507"), Quantity.recovery("extract", ("Dy",)).ln, 2),
        (sulfate("D2EHPA"), Quantity.purity("extract", HEAVY, {"Nd": 2.0, "Dy": 1.0}), 3),
        (solvating(), Quantity("raffinate", "amount", ("Dy",)).ln, 2),
        (with_sides(), Quantity("bleed", "amount", ("Nd", "Dy")).ln, 1),
    ],
    ids=["P507", "D2EHPA", "P507 sulfate", "D2EHPA sulfate", "TODGA", "side streams"],
)
def test_every_gradient_is_that_of_differences(cascade, quantity, potentials):
    assert cascade.chemistry.potentials == potentials
    profile = cascade.solve(sensitivity=False)
    assert profile.converged, profile.reason
    found = Gradient.of(cascade, profile, quantity)

    def at(parameter: str, place: int, by: float) -> float:
        other = moved(cascade, parameter, place, by)
        return Gradient.of(other, solved(other, profile), quantity).value

    tested = 0
    for parameter in found.parameters:
        if not cascade.chemistry.curvature and parameter == "curvature":
            continue
        values = np.atleast_1d(found.by(parameter))
        step = STEPS.get(parameter.rpartition(".")[2], 1e-4)
        for place in places(cascade, parameter, values.size):
            wanted = difference(lambda by, p=parameter, k=place: at(p, k, by), step)
            rounding = 1e-12 / step
            assert values[place] == pytest.approx(wanted, rel=1e-5, abs=rounding), (
                parameter,
                place,
            )
            tested += 1
    assert tested > 50


def test_a_function_of_the_concentrations_has_a_gradient_too():
    """The amount of Dy in the raffinate, once as an outlet and once as such a function."""
    cascade = acidic("P507")
    profile = solved(cascade, cascade.solve(sensitivity=False))
    Dy = cascade.chemistry.components.index("Dy")
    out = profile.outlets["raffinate"]

    def raffinate(x, y):
        by_x, by_y = np.zeros_like(x), np.zeros_like(y)
        by_x[0, Dy], by_y[0, Dy] = out.aqueous_flow, out.organic_flow
        return float((x * by_x + y * by_y).sum()), by_x, by_y

    given = gradient(cascade, profile, raffinate, "log_K")
    np.testing.assert_allclose(given, gradient(cascade, profile, "raffinate.Dy", "log_K"))


def test_what_is_fed_leaves_somewhere():
    """More of a component fed is found again in the outlets, all of it and nothing else."""
    cascade = with_sides()
    profile = solved(cascade, cascade.solve(sensitivity=False))
    for name in ("Nd", "Dy"):
        found = sum(
            gradient(cascade, profile, f"{outlet}.{name}", "feed.concentrations")
            for outlet in profile.outlets
        )
        unit = np.array([float(n == name) for n in cascade.chemistry.components])
        np.testing.assert_allclose(found, cascade.feed.flow * unit, atol=1e-9)


def test_unknown_names_are_refused_with_those_there_are():
    cascade = acidic("P507")
    profile = solved(cascade, cascade.solve(sensitivity=False))
    with pytest.raises(KeyError, match="no parameter 'log_k', expected one of log_K, exponent"):
        gradient(cascade, profile, "raffinate.Dy", "log_k")
    with pytest.raises(KeyError, match="no outlet 'rafinate'"):
        gradient(cascade, profile, "rafinate.Dy", "log_K")
    with pytest.raises(KeyError, match="Ho not among"):
        gradient(cascade, profile, "raffinate.Ho", "log_K")
    with pytest.raises(ValueError, match=r"balances of the profile are open by 0\.01"):
        gradient(cascade, replace(profile, residual=0.01), "raffinate.Dy", "log_K")
    with pytest.raises(ValueError, match="profile of this cascade"):
        gradient(replace(cascade, stages=Stages(8, 8, 6)), profile, "raffinate.Dy", "log_K")


def test_the_logarithm_of_nothing_is_refused():
    cascade = acidic("P507")
    clean = replace(cascade, feed=replace(cascade.feed, concentrations={"Nd": 0.2, "Dy": 0.08}))
    profile = solved(clean, clean.solve(sensitivity=False))
    with pytest.raises(ValueError, match=r"amount of Ca in 'extract' is 0, nothing or below"):
        gradient(clean, profile, Quantity("extract", "amount", ("Ca",)).ln, "log_K")


def test_traces_have_their_gradient_as_exactly_as_their_amount():
    """Thirty extraction stages leave some 1e-16 mol/s of Y in the raffinate."""
    cascade = replace(acidic("P507"), stages=Stages(30, 8, 5))
    profile = solved(cascade, cascade.solve(sensitivity=False))
    quantity = Quantity("raffinate", "amount", ("Y",)).ln
    found = Gradient.of(cascade, profile, quantity)
    assert found.value < -35

    def at(by: float) -> float:
        other = moved(cascade, "log_K", 3, by)
        return Gradient.of(other, solved(other, profile), quantity).value

    assert found.by("log_K")[3] == pytest.approx(difference(at, 1e-4), rel=1e-5)


def test_what_lies_below_all_numbers_is_nothing_and_never_no_number():
    """900 extraction stages leave less Y than 1e-308 mol/s: nothing, as are its gradients."""
    cascade = replace(acidic("P507"), stages=Stages(900, 8, 5))
    profile = solved(cascade, cascade.solve(sensitivity=False))
    assert profile.outlets["raffinate"].amounts[3] == 0
    for values in (profile.aqueous, profile.organic, profile.pH, profile.potential):
        assert np.isfinite(values).all()
    for quantity in (Quantity("raffinate", "amount", ("Y",)), IMPURITY):
        found = Gradient.of(cascade, profile, quantity)
        assert all(np.isfinite(found.by(name)).all() for name in found.parameters)
    with pytest.raises(ValueError, match="is 0, nothing or below 2e-308"):
        Gradient.of(cascade, profile, Quantity("raffinate", "amount", ("Y",)).ln)
