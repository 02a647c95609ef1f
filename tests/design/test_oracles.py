"""Cascade design against other ways of working it out."""

import math

import numpy as np
import pytest

from ytterby.design import (
    Operation,
    Split,
    classical_stages,
    exact_stages,
    square_root_rule,
    stepped_stages,
    undercount,
)
from ytterby.design.stagewise import Section

# Cascades of constant separation factor solved stage by stage by an independent program to a
# residual below 1e-12: factor, feed, purities (A, B), E_M, E_M', S, Xu's n and m, least whole n, m.
COMPUTED = [
    (1.5, 0.75, 0.999, 0.999, 0.942503094095, 1.22474487139, 4.08984751237, 23.1202583794,
     27.649283866, 27, 26),
    (2.0, 0.3, 0.999, 0.9999, 0.707106781187, 1.21612307232, 1.68939361307, 24.130351363,
     14.586687391, 27, 16),
    (1.4, 0.5, 0.999, 0.999, 0.865916512309, 1.18321595662, 3.22901994577, 35.8782288155,
     40.0539356709, 46, 47),
    (10.0, 0.3, 0.999, 0.9999, 0.385546546943, 3.16227766017, 0.439079328404, 6.19710534974,
     5.73508454704, 9, 6),
]  # fmt: skip


@pytest.mark.parametrize("case", COMPUTED, ids=lambda case: f"beta{case[0]:g}-fA{case[1]:g}")
def test_flows_and_stages_agree_with_computed_cascades(case):
    beta, fraction, extract, raffinate, E, E_scrub, S, n, m, whole_n, whole_m = case
    run = square_root_rule(Split(fraction, extract, raffinate), beta)
    printed = 1e-9  # the tables carry twelve digits
    assert run.extraction_ratio == pytest.approx(E, rel=printed)
    assert run.scrub_ratio == pytest.approx(E_scrub, rel=printed)
    assert run.organic == pytest.approx(S, rel=printed)
    count = classical_stages(run, beta)
    assert (count.extraction, count.scrubbing) == pytest.approx((n, m), rel=printed)
    assert exact_stages(run, beta).whole == (whole_n, whole_m)


@pytest.mark.parametrize(
    ("beta", "fraction", "raffinate", "extract", "xu", "corrected", "exact"),
    [
        (1.5, 0.75, 0.999, 0.999, 50.8, 53.7, 51.7),
        (1.5, 0.5, 0.9999, 0.9999, 83.3, 88.2, 95.3),
        (2.0, 0.3, 0.9999, 0.999, 38.7, 41.8, 42.0),
        (1.4, 0.5, 0.999, 0.999, 75.9, 81.2, 91.5),
        (10.0, 0.3, 0.9999, 0.999, 11.9, 16.4, 14.6),
    ],
)
def test_the_classical_formulas_fall_short_by_the_tabled_amounts(
    beta, fraction, raffinate, extract, xu, corrected, exact
):
    run = square_root_rule(Split(fraction, extract, raffinate), beta)
    rounding = 0.06  # the table has one decimal
    assert classical_stages(run, beta).total == pytest.approx(xu, abs=rounding)
    assert classical_stages(run, beta, corrected=True).total == pytest.approx(
        corrected, abs=rounding
    )
    assert exact_stages(run, beta).total == pytest.approx(exact, abs=rounding)
    assert undercount(run, beta) == pytest.approx(1 - xu / exact, abs=rounding / 10)


@pytest.mark.parametrize("factor", [1.3, 2.0, 6.0])
def test_traces_follow_kremser(factor):
    """At x << 1 the distribution ratio is constant and the count that of Kremser (1930)."""
    beta, S, L, entering, leaving = 3.0, factor / 3.0, 1.0, 1e-9, 1e-12
    section = Section(beta, S, L, net=leaving)
    steps = section.steps(leaving, entering)
    # x_{k+1} = A x_k + x_1 with A = beta S/L, so x_k = x_1 (A^k - 1)/(A - 1).
    kremser = math.log(entering / leaving * (factor - 1) + 1) / math.log(factor) - 1
    assert steps == pytest.approx(kremser, rel=1e-6)


def test_stepping_by_hand_reaches_the_same_profile():
    run = Operation(Split(0.4, 0.99, 0.995), "aqueous", 2.5)
    beta, S, W, split = 1.8, 2.5, run.scrub, run.split
    x = [1 - split.raffinate_purity]
    while x[-1] < split.fraction:
        y = beta * x[-1] / (1 + (beta - 1) * x[-1])
        x.append((S * y + split.raffinate * x[0]) / (W + 1))
    assert len(x) == stepped_stages(run, beta)[0]
    assert (np.diff(x) > 0).all()
