"""Another solution of the same equations agrees: dense, closed forms, and another program."""

import math
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from benchmarks.reference.dense import Dense
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.separation.circuits import MECHANISMS, TRUE_STAGES, cascades

from ytterby.facts import table
from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Stages
from ytterby.separation import chemistry as chemistry_module
from ytterby.separation.constants import correlated

TRACE = 1e-6
"""Asked of every concentration, traces included [-]."""


def difference(cascade: Cascade) -> float:
    """Largest relative difference of a concentration from the dense solution, which starts from
    logarithms displaced at random by 0.1."""
    profile = cascade.solve()
    assert profile.converged, profile.reason
    dense = Dense(cascade, profile.flows)
    here = dense.unknowns(profile)
    displaced = here + np.random.default_rng(5).normal(0.0, 0.1, here.shape)
    there, _, done = dense.solve(displaced)
    assert done
    return float(np.abs(np.expm1(there - here)[:, : 2 * dense.there.size]).max())


@pytest.mark.parametrize("name", MECHANISMS)
def test_every_mechanism_agrees_with_the_dense_equations(name):
    assert difference(MECHANISMS[name]()) <= TRACE


@given(cascades())
@settings(max_examples=10)
def test_random_cascades_agree_with_the_dense_equations(cascade):
    assert difference(cascade) <= TRACE


@given(
    st.integers(1, 60),
    st.lists(st.floats(0.05, 20.0), min_size=1, max_size=6),
    st.floats(0.2, 5.0),
)
def test_constant_distribution_ratios_give_kremsers_formula(stages, ratios, organic):
    """A. Kremser, Natl. Petroleum News 22 (1930) 43: x_1/x_feed = (E - 1)/(E^(N + 1) - 1), E the
    extraction factor; 1/(N + 1) at E = 1."""
    names = tuple(f"M{k}" for k in range(len(ratios)))
    ones = np.ones(len(names))
    constant = Chemistry(names, ones, 0 * ones, np.log10(ratios))
    profile = Cascade(
        constant,
        Stages(stages),
        Aqueous(1.0, dict.fromkeys(names, 1e-3), acid=0.1),
        Organic(organic, 1.0),
        **TRUE_STAGES,
    ).solve()
    assert profile.converged, profile.reason
    for column, ratio in enumerate(ratios):
        E = organic * ratio
        terms = math.fsum(E**k for k in range(stages + 1))
        assert profile.aqueous[0, column] == pytest.approx(1e-3 / terms, rel=1e-11)


BINARY = {
    # beta, f_A, n, m, S, W, P_A, P_B; S and W in equivalents per equivalent fed.
    "1.5, three quarters A": (1.5, 0.75, 27, 26, 4.08984751237, 3.33934651037,
                              0.999083960015, 0.999252554419),
    "1.5, fewer extraction stages": (1.5, 0.75, 24, 28, 4.08984751237, 3.33934651037,
                                     0.998980120975, 0.998940203254),
    "2, three tenths A": (2.0, 0.3, 25, 15, 1.68939361307, 1.38916335979,
                          0.998797165956, 0.99981297578),
}  # fmt: skip


def binary(beta, share, n, m, S, W, reflux_purity):
    """A over B at constant separation factor: the organic takes all it can, and the scrub brings
    back a part of the product."""
    names = ("A", "B", "NH4", "H")
    ones = np.ones(4)
    known = Chemistry(
        names, ones, ones, np.array([np.log10(beta), 0.0, -12.0, 12.0]),
        mechanism="homovalent exchange",
    )  # fmt: skip
    profile = Cascade(
        known,
        Stages(n, m),
        Aqueous(1.0, {"A": share, "B": 1 - share}),
        Organic(S, 1.0, {"NH4": 1.0}),
        scrub=Aqueous(W, {"A": reflux_purity, "B": 1 - reflux_purity}),
        **TRUE_STAGES,
    ).solve()
    assert profile.converged, profile.reason
    return profile


def fractions(profile):
    """Share of A among A and B in the aqueous of every stage, and in the product [-]."""
    x = profile.aqueous[:, 0] / profile.aqueous[:, :2].sum(1)
    product = profile.organic[-1, :2]
    return x, product[0] / product.sum()


@pytest.mark.parametrize("name", BINARY)
def test_binary_cascades_give_the_purities_worked_out_elsewhere(name):
    beta, share, n, m, S, W, P_A, P_B = BINARY[name]
    x, product = fractions(binary(beta, share, n, m, S, W, P_A))
    assert product == pytest.approx(P_A, abs=1e-9)
    assert 1 - x[0] == pytest.approx(P_B, abs=1e-9)


def stages_between(first: float, last: float, beta: float, E: float) -> float:
    """Stages from `first` to `last` in an extraction section, exactly [-].

    y = beta x/(1 + (beta - 1) x) and x' = E y + (1 - E) first make a Moebius map, x' = (p x + c)/
    (q x + 1), which is a multiplication in (x - x+)/(x - x-), x+ and x- its fixed points.
    """
    q, c = beta - 1, (1 - E) * first
    p = E * beta + c * q
    root = math.sqrt((p - 1) ** 2 + 4 * q * c)
    low, high = (p - 1 - root) / (2 * q), (p - 1 + root) / (2 * q)
    factor = (p - q * low) / (p - q * high)
    return 1 + math.log((last - low) * (first - high) / ((last - high) * (first - low))) / math.log(
        factor
    )


@given(
    st.floats(1.3, 4.0), st.floats(0.2, 0.8), st.integers(3, 20), st.integers(3, 20),
    st.floats(1.1, 2.0),
)  # fmt: skip
def test_the_exact_stage_count_of_a_binary_section_is_the_number_of_stages(
    beta, share, n, m, surplus
):
    S = surplus * (share + 1 / (beta - 1))
    W = S - share
    x, _ = fractions(binary(beta, share, n, m, S, W, 0.99))
    assert stages_between(x[0], x[n - 1], beta, S / (1 + W)) == pytest.approx(n, abs=1e-6)


PROMMIS_MOLAR_MASS = 0.322431
"""Of the extractant in the source below [kg/mol]."""

OUTLETS = {
    # aqueous raffinate, loaded organic [mg/L]; molar mass [g/mol]
    "Sc": (0.002741512494309636, 1.7632584875056907, 44.946),
    "Y": (6.292755445322331e-06, 0.12401549724455473, 88.905),
    "La": (0.914214374373918, 0.0718906256260819, 138.905),
    "Ce": (2.1095278998360105, 0.1677821001639892, 140.116),
    "Pr": (0.2763100455026317, 0.026727064497368294, 140.907),
    "Nd": (0.8809872254834672, 0.06517777451653269, 144.242),
    "Sm": (0.08657862645373787, 0.010438383546262113, 150.36),
    "Gd": (0.19245933405827667, 0.06597423594172332, 157.25),
    "Dy": (0.0011699115613805562, 0.045838096438619455, 162.5),
    "Al": (399.9500798514486, 22.424932818551326, 26.982),
    "Ca": (102.33608160228421, 7.20594523771581, 40.078),
    "Fe": (585.5947170037663, 102.67128586923364, 55.845),
}
FED = {
    # aqueous and organic feed [mg/L]
    "Al": (422.375, 1.267e-05), "Ca": (109.542, 2.684e-05), "Fe": (688.266, 2.873e-06),
    "Sc": (0.032, 1.734), "Y": (0.124, 2.179e-05), "La": (0.986, 0.000105),
    "Ce": (2.277, 0.00031), "Pr": (0.303, 3.711e-05), "Nd": (0.946, 0.000165),
    "Sm": (0.097, 1.701e-05), "Gd": (0.2584, 3.357e-05), "Dy": (0.047, 8.008e-06),
}  # fmt: skip


def test_three_stages_of_prommis():
    """prommis 1.1.0, test_solvent_extraction_steady.py at commit 9beba5543605, 5 % of extractant:
    an equation-oriented model of Pyomo, solved by Ipopt; printed with its own molar masses."""

    def theirs(extractant, name):
        found = correlated(extractant, name)
        ratio = PROMMIS_MOLAR_MASS / table("d2ehpa")["molar-mass"].si("kg/mol")
        return replace(
            found,
            log_K={k: v + found.order[k] * math.log10(ratio) for k, v in found.log_K.items()},
            coupling={k: v * ratio for k, v in found.coupling.items()},
        )

    names = (*FED, "SO4", "Na")
    with patch.object(chemistry_module, "correlated", theirs):
        known = Chemistry.correlation("D2EHPA", "coal-refuse", names, log_K_sulfate=1.99)
    mass = {name: OUTLETS[name][2] for name in FED}
    aqueous = {name: FED[name][0] / 1000 / mass[name] for name in FED}
    organic = {name: FED[name][1] / 1000 / mass[name] for name in FED}
    sulfate, hydrogen_sulfate = 100 / 96e3, 10000 / 97e3
    aqueous |= {"SO4": sulfate + hydrogen_sulfate, "Na": 0.02}
    extractant = 975.8e3 * 0.05 / 1000 / (PROMMIS_MOLAR_MASS * 1000)
    bound = known.bound[: len(FED)] @ np.array(list(organic.values()))
    profile = Cascade(
        known,
        Stages(3),
        Aqueous(1.0, aqueous, acid=10.75 / 1000 + hydrogen_sulfate),
        Organic(1.0, extractant + bound, organic),
        **TRUE_STAGES,
    ).solve()
    assert profile.converged, profile.reason
    for column, name in enumerate(FED):
        raffinate, loaded, molar = OUTLETS[name]
        assert profile.aqueous[0, column] * 1000 * molar == pytest.approx(raffinate, rel=1e-6)
        assert profile.organic[-1, column] * 1000 * molar == pytest.approx(loaded, rel=1e-6)
    np.testing.assert_allclose(
        profile.pH[::-1], [1.4691888337182464, 1.462155446506007, 1.403259030568324], atol=1e-6
    )
