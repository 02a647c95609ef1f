"""Oracles for fronts amid long cascades and on cliffs, where the flows all but hold them."""

import numpy as np
import pytest
from benchmarks.reference.dense import judge

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Stages, Target

JUDGED = 1e-10
"""The dense equations share no code with the kernel, which stops at 1e-11 relative."""

SOME_HUNDRED = 500
"""Newton steps; where the front was not marched to its place, they were 17,000 and in vain."""

MORE = 1.01
"""So many times less loss is asked for: its logarithm bends by a hundredth over that."""

TERBIUM = {"Nd": 2 / 3, "Gd": 2 / 15, "Tb": 1 / 15, "Dy": 2 / 15}


def terbium(reflux: float) -> Cascade:
    """Gadolinium from terbium; over a ten-thousandth of the reflux the front crosses 61 stages."""
    known = Chemistry.of(
        "P507",
        (*TERBIUM, "Na"),
        separation_factors={("Dy", "Tb"): 2.1, ("Tb", "Gd"): 2.35},
    )
    return Cascade(
        known,
        Stages(61, 19, 7),
        Aqueous(0.03, TERBIUM, acid=0.337),
        Organic(0.1272, 0.5, {"Na": 0.315, "Dy": 1.3e-8}),
        strip=Aqueous(0.0143167, acid=5.0),
        reflux=reflux,
    )


@pytest.mark.parametrize("reflux", [0.4401, 0.4402, 0.4403])
def test_a_front_that_the_flows_all_but_hold_is_found(reflux):
    profile = terbium(reflux).solve()
    assert profile.converged, profile.reason
    assert profile.iterations <= SOME_HUNDRED
    assert judge(terbium(reflux), profile) <= JUDGED


LOST, SOILED = 1.06e-6, 2.56e-5
"""Loss of praseodymium and cerium in it [-]."""


def praseodymium(lost: float = LOST) -> Cascade:
    """Little cerium from much praseodymium: both targets stand on the cliff of one charge."""
    return Cascade(
        Chemistry.of("P507", ("Ce", "Pr", "Na"), separation_factors={("Pr", "Ce"): 2.4}),
        Stages(20, 30, 4),
        Aqueous(0.03, {"Ce": 0.04288, "Pr": 0.9571}, acid=0.01),
        Organic(0.53457, 0.5, {"Na": 0.315}),
        strip=Aqueous(0.0774591537, acid=5.0),
        reflux=0.2151,
        targets=(
            Target("organic", "loss", ("Pr",), lost),
            Target("reflux", "impurity", ("Pr",), SOILED, weights={"Ce": 1.0, "Pr": 1.0}),
        ),
    )


def test_two_targets_that_one_charge_governs_are_met_together():
    profile = praseodymium().solve()
    assert profile.converged, profile.reason
    assert list(profile.figures.values()) == pytest.approx([LOST, SOILED], rel=1e-9)
    assert judge(praseodymium(), profile) <= JUDGED


def test_on_a_cliff_the_sensitivities_still_tell_what_a_target_costs():
    """With the purity kept, the loss falls by a thousandth of what either slope alone says."""
    profile = praseodymium().solve()
    matrix = np.array([list(by.values()) for by in profile.sensitivity.values()])
    dearer = praseodymium(LOST / MORE).solve(profile)
    flows = [np.log(dearer.flows[k] / profile.flows[k]) for k in ("organic", "reflux")]
    told = np.linalg.solve(matrix, [-np.log(MORE), 0.0])
    assert flows == pytest.approx(told, rel=0.02)
