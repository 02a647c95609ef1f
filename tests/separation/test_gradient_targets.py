"""Gradients that follow the targets, against cascades solved anew for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.separation.gradients import (
    HEAVY,
    IMPURITY,
    acidic,
    difference,
    moved,
    places,
    solved,
    sulfate,
    with_sides,
)

from ytterby.separation import Cascade, Profile, Target
from ytterby.separation.gradient import Gradient, Quantity, gradient

RECOVERED = Target.recovery("organic", HEAVY, 0.99)
STRIPPED = Target.residual("strip", ("Dy",), 0.01)
PURE = Target.purity("reflux", HEAVY, 0.999, {"Nd": 144.2, "Tb": 158.9, "Dy": 162.5, "Y": 88.9})
LOST = Quantity("raffinate", "amount", HEAVY).ln


def aimed(cascade: Cascade, *targets: Target) -> Cascade:
    return replace(cascade, targets=targets)


FOLLOWING = {
    "three targets": (aimed(acidic("P507"), RECOVERED, PURE, STRIPPED), Quantity.flow("strip").ln),
    "two potentials": (aimed(acidic("D2EHPA"), RECOVERED, PURE, STRIPPED), IMPURITY),
    "sulfate": (aimed(sulfate("P507"), RECOVERED, PURE, STRIPPED), Quantity.flow("reflux")),
    "loading": (aimed(acidic("P507"), Target.loading("organic", 0.88, "equality")), LOST),
    "the loading limit instead of a recovery": (
        replace(
            aimed(acidic("P507"), Target.recovery("organic", HEAVY, 0.95), STRIPPED),
            loading_limit=0.8,
        ),
        Quantity.flow("organic").ln,
    ),
    "acidity and content": (
        aimed(
            acidic("P507"),
            Target.acidity("strip", 18, 0.41),
            Target.content("organic", ("Dy",), 1e-3),
        ),
        Quantity.recovery("extract", ("Dy",)),
    ),
    "acidity beside sulfate": (
        aimed(sulfate("P507"), Target.acidity("strip", 18, 0.41), RECOVERED),
        IMPURITY,
    ),
    "acidity by own protons": (
        aimed(acidic("D2EHPA"), Target.acidity("strip", 18, -0.5)),
        LOST,
    ),
    "side feed": (
        aimed(with_sides(), Target.content("organic", ("Dy",), 1e-3)),
        Quantity("bleed", "amount", ("Nd", "Dy")).ln,
    ),
}


@pytest.mark.parametrize(("cascade", "quantity"), FOLLOWING.values(), ids=FOLLOWING)
def test_flows_follow_their_targets_as_solved_anew(cascade, quantity):
    """Against cascades solved anew for their targets; fourth order with steps ten times as long,
    as targets are met to 1e-10 only."""
    profile = cascade.solve()
    assert profile.converged, profile.reason
    found = Gradient.of(cascade, profile, quantity)
    assert set(found.prices) == {target.flow for target in cascade.targets}

    def at(parameter: str, place: int, by: float) -> float:
        other = allowing(cascade, parameter, by) or moved(cascade, parameter, place, by)
        near = solved(other, profile)
        return Gradient.of(other, near, quantity, hold_flows=True).value

    shared = ("log_K", "bound", "log_Kw", "protonation", "feed.flow", "feed.concentrations")
    others = ("feed.acid", "organic.extractant", "strip.acid", "entrainment", "strip.flow")
    for parameter in (*shared, *others, *(f"{name}.allowed" for name in found.prices)):
        if parameter not in found.parameters:
            continue
        values = np.atleast_1d(found.by(parameter))
        scale = next((t.allowed for t in cascade.targets if parameter == f"{t.flow}.allowed"), 1.0)
        step = scale * {"entrainment": 1e-5, "concentrations": 1e-4}.get(
            parameter.rpartition(".")[2], 1e-3
        )
        for place in places(cascade, parameter, values.size):
            wanted = difference(lambda by, p=parameter, k=place: at(p, k, by), step)
            assert values[place] == pytest.approx(wanted, rel=1e-5, abs=1e-10 / step), (
                parameter,
                place,
            )


def allowing(cascade: Cascade, parameter: str, by: float) -> Cascade | None:
    """The cascade with what a target, or the limit of the loading in its place, allows changed;
    None where that is not the parameter."""
    flow, _, name = parameter.rpartition(".")
    if name != "allowed":
        return None
    if cascade.loading_limit is not None and flow == "organic":
        return replace(cascade, loading_limit=cascade.loading_limit + by)
    return replace(
        cascade,
        targets=tuple(
            replace(t, allowed=t.allowed + by) if t.flow == flow else t for t in cascade.targets
        ),
    )


@pytest.fixture(scope="module")
def pure() -> tuple[Cascade, Profile]:
    cascade = aimed(acidic("P507"), RECOVERED, PURE, STRIPPED)
    return cascade, cascade.solve()


def test_what_a_target_holds_does_not_move(pure):
    lost = Quantity("raffinate", "amount", HEAVY).ln
    impure = Quantity("extract", "impurity", HEAVY, PURE.weights).ln
    np.testing.assert_allclose(gradient(*pure, impure, "log_K"), 0.0, atol=1e-9)
    np.testing.assert_allclose(gradient(*pure, lost, "log_K"), 0.0, atol=1e-9)
    assert np.abs(gradient(*pure, impure, "log_K", hold_flows=True)).max() > 1


def test_twice_the_plant_takes_twice_the_flows(pure):
    """All flows follow the feed, so its flow changes amounts in proportion and no purity."""
    cascade, _ = pure
    assert gradient(*pure, Quantity.flow("organic").ln, "feed.flow") == pytest.approx(1)
    assert gradient(*pure, Quantity.flow("strip").ln, "feed.flow") == pytest.approx(1)
    assert gradient(*pure, Quantity.flow("reflux"), "feed.flow") == pytest.approx(0, abs=1e-8)
    product = Quantity("extract", "amount", ("Dy",)).ln
    assert gradient(*pure, product, "feed.flow") == pytest.approx(1 / cascade.feed.flow)


def test_a_purer_product_costs_acid(pure):
    assert gradient(*pure, Quantity.flow("strip"), "reflux.allowed") < 0
    assert gradient(*pure, Quantity.flow("reflux"), "reflux.allowed") < 0


def test_a_limit_more_than_met_holds_its_flow():
    """97 % are reached without reflux: its flow rests at its lower bound."""
    easy = Target.purity("reflux", HEAVY, 0.97)
    cascade = aimed(acidic("P507"), RECOVERED, easy, STRIPPED)
    found = Gradient.of(cascade, cascade.solve(), IMPURITY)
    assert set(found.prices) == {"organic", "strip"}
    assert "reflux" in found.parameters
    assert "reflux.allowed" not in found.parameters


def test_a_flow_that_follows_is_no_parameter(pure):
    with pytest.raises(KeyError, match=r"strip\.flow is set by its target; ask for strip\.allowed"):
        gradient(*pure, "extract.Dy", "strip.flow")
    assert gradient(*pure, "extract.Dy", "strip.flow", hold_flows=True) > 0
    with pytest.raises(KeyError, match=r"no parameter 'strip\.allowed'"):
        gradient(*pure, "extract.Dy", "strip.allowed", hold_flows=True)
    with pytest.raises(KeyError, match="no flow 'stripp', only organic, strip, scrub, reflux"):
        gradient(*pure, Quantity.flow("stripp"), "log_K")


def test_a_missed_target_is_refused(pure):
    cascade, profile = pure
    stricter = aimed(cascade, replace(RECOVERED, allowed=0.001), PURE, STRIPPED)
    with pytest.raises(ValueError, match=r"misses the target loss of Tb, Dy, Y of organic"):
        gradient(stricter, profile, "extract.Dy", "log_K")
    assert gradient(stricter, profile, "extract.Dy", "log_K", hold_flows=True) is not None
