"""What is wrong with an argument is said where it is passed."""

from dataclasses import replace

import pytest
from tests.separation.circuits import acidic

from ytterby.separation import (
    Aqueous,
    Cascade,
    Chemistry,
    Organic,
    SideDraw,
    SideFeed,
    Stages,
    Target,
)

RECOVERY = Target.recovery("organic", ("Dy",), 0.9)

BAD = {
    "no extraction stage": (lambda: Stages(0, 2), "at least one extraction stage"),
    "negative stages": (lambda: Stages(2, -1), "none negative"),
    "stripping without acid": (lambda: acidic(strip=None), "without strip acid"),
    "a feed without a flow": (
        lambda: replace(acidic(), feed=Aqueous(None, {"Dy": 0.1})), "has no flow"),
    "two targets on one flow": (
        lambda: acidic(targets=(RECOVERY, replace(RECOVERY, allowed=0.2))), "same flow"),
    "a flow nothing sets": (
        lambda: acidic(organic=Organic(None, 0.5)), "neither a flow nor a target"),
    "a target on an unknown component": (
        lambda: acidic(targets=(Target.recovery("organic", ("Xx",), 0.9),)), "Xx not among"),
    "a side feed beyond the last stage": (
        lambda: acidic(side_feeds=(SideFeed("more", 99, Aqueous(0.1)),)), "stage 99"),
    "a side draw at stage zero": (
        lambda: acidic(side_draws=(SideDraw("less", 0, "aqueous", 0.1),)), "stage 0"),
    "a recovery of one": (lambda: Target.recovery("organic", ("Dy",), 1.0), "expected above 0"),
    "a share above one": (lambda: Target("organic", "loss", ("Dy",), 1.5), "below 1"),
    "an unknown element": (lambda: Chemistry.of("P507", ("Xx",)), "charge unknown"),
    "a component twice": (lambda: Chemistry.of("P507", ("Dy", "Dy")), "stands twice"),
    "an unknown extractant": (lambda: Chemistry.of("P999", ("Dy",)), "p999"),
    "a chain of factors with a gap": (
        lambda: Chemistry.exchange({("Nd", "Pr"): 1.5}, ("Pr", "Nd", "Dy")), "leads to Dy"),
    "a feed short of positive charge": (
        lambda: acidic(acid=-9.0).solve(), "positive charge missing"),
    "a negative concentration": (
        lambda: acidic(feed={"Dy": -0.1, "Nd": 0.2}).solve(), "not negative"),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_the_message_names_what_is_wrong(what):
    call, words = BAD[what]
    with pytest.raises((ValueError, KeyError), match=words):
        call()


def test_a_shape_that_does_not_fit_the_components_is_named():
    with pytest.raises(ValueError, match=r"log_K has shape \(1,\), expected \(2,\)"):
        Chemistry(("Nd", "Dy"), [3.0, 3.0], [3.0, 3.0], [1.0])  # type: ignore[arg-type]


def test_an_anion_does_not_exchange():
    with pytest.raises(ValueError, match="only cations exchange"):
        Chemistry(("SO4",), [-2.0], [2.0], [1.0])  # type: ignore[arg-type]


def test_an_outlet_that_is_not_there_lists_those_that_are():
    cascade: Cascade = acidic()
    circuit = cascade.layout.circuit(cascade.first_flows())
    with pytest.raises(KeyError, match="no outlet 'product', only raffinate, extract, organic"):
        circuit.draw("product")


def test_a_cascade_without_organic_is_refused():
    with pytest.raises(ValueError, match="without organic"):
        acidic(organic=Organic(0.0, 0.5)).solve()
