"""Constants from made data: found within their intervals, and what cannot be told is told.

The noise is drawn with fixed seeds.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Stages
from ytterby.separation.fit import Fit, fit
from ytterby.separation.measured import Isotherm, Reading, Sample, StageProfile

NOISE = 0.05
ELEMENTS = ("Nd", "Dy", "Y")


def true_chemistry() -> Chemistry:
    """P507 with constants that differ a little from the shipped ones."""
    shipped = Chemistry.of("P507", (*ELEMENTS, "Na"))
    shift = np.array([0.1, -0.2, 0.15, 0.0])
    return replace(shipped, log_K=shipped.log_K + shift, curvature=0.6)


def samples(
    seed: int, *, count: int = 8, noise: float = NOISE, spread: float = 0.3, pH: bool = True
) -> tuple[Sample, ...]:
    """Equilibria at several loadings, acidities and extractant concentrations, made forward."""
    chance, chemistry = np.random.default_rng(seed), true_chemistry()
    made = []
    for k in range(count):
        free = 0.25 * math.exp(spread * chance.uniform(-1, 1))
        acid = chance.uniform(0.8, 1.6)
        aqueous, organic = {}, {}
        for i, name in enumerate(ELEMENTS):
            x = 10.0 ** chance.uniform(-4, -2)
            bend = chemistry.curvature * (math.sqrt(free) - math.sqrt(chemistry.reference))
            log_D = chemistry.log_K[i] + chemistry.exponent[i] * (math.log10(free) - bend)
            D = 10.0 ** (log_D + chemistry.slope[i] * acid)
            aqueous[name], organic[name] = x, x * D * math.exp(noise * chance.normal())
        held = float(sum(b * organic[n] for b, n in zip(chemistry.bound, ELEMENTS, strict=False)))
        made.append(Sample(f"S{k + 1}", aqueous, organic, free + held, acid if pH else None))
    return tuple(made)


def isotherm(data: tuple[Sample, ...], *names: str, known: bool = True) -> Isotherm:
    start = replace(true_chemistry(), log_K=Chemistry.of("P507", (*ELEMENTS, "Na")).log_K)
    return Isotherm(start, data, names, NOISE if known else None)


LOG_K = tuple(f"log_K.{name}" for name in ELEMENTS)


def truth(name: str) -> float:
    chemistry = true_chemistry()
    if name == "curvature":
        return chemistry.curvature
    return float(chemistry.log_K[chemistry.components.index(name.removeprefix("log_K."))])


def test_exact_data_give_the_constants_back():
    found = fit(isotherm(samples(1, noise=0.0), *LOG_K, "curvature"))
    for name in found.names:
        assert found[name] == pytest.approx(truth(name), abs=1e-10)
    assert not found.unseen and not found.outliers


@pytest.mark.parametrize("known", [True, False], ids=["uncertainty known", "estimated"])
def test_the_intervals_hold_the_truth_as_often_as_they_say(known):
    """95 % of 4,000 intervals: 1,000 made tables of four constants.

    Those of one table go together, so the tolerance is that of 1,000 draws, three deviations of
    it: 2.1 %. Known uncertainties are never made smaller than they are said to be, so those
    intervals may hold more.
    """
    inside, total = 0, 0
    for seed in range(1000):
        found = fit(isotherm(samples(seed), *LOG_K, "curvature", known=known))
        for name in found.names:
            low, high = found.interval(name)
            inside += low <= truth(name) <= high
            total += 1
    assert 0.95 - 0.021 <= inside / total <= (1.0 if known else 0.95 + 0.021)


def only(data: tuple[Sample, ...], name: str) -> tuple[Sample, ...]:
    """The samples with the analysis of one element alone; what it leaves free stays free."""
    bound = dict(zip(true_chemistry().components, true_chemistry().bound.tolist(), strict=True))
    return tuple(
        replace(
            sample,
            aqueous={name: sample.aqueous[name]},
            organic={name: sample.organic[name]},
            extractant=sample.extractant
            - sum(bound[n] * y for n, y in sample.organic.items() if n != name),
        )
        for sample in data
    )


def test_a_constant_at_one_free_extractant_cannot_be_told_from_its_exponent():
    data = only(samples(2, spread=0.0, noise=0.0), "Dy")
    found = fit(isotherm(data, "log_K.Dy", "exponent"))
    assert [set(one.share) for one in found.unseen] == [{"log_K.Dy", "exponent"}]
    assert np.isinf(found.uncertainty).all()
    varied = fit(isotherm(only(samples(2), "Dy"), "log_K.Dy", "exponent"))
    assert not varied.unseen and np.isfinite(varied.uncertainty).all()


def test_what_is_hard_to_tell_apart_is_named():
    """A free extractant that varies by 1 %, and with the noise of the organic analysis."""
    found = fit(isotherm(only(samples(2, spread=0.01), "Dy"), "log_K.Dy", "exponent"))
    assert [set(one.share) for one in found.weak] == [{"log_K.Dy", "exponent"}]
    assert found.uncertainty[1] > 1


def test_without_acidity_only_separation_factors_are_seen():
    found = fit(isotherm(samples(3, pH=False), *LOG_K))
    (lost,) = found.unseen
    assert set(LOG_K) <= set(lost.share)
    assert np.isinf(found.uncertainty[:3]).all()
    factor, low, high = found.separation_factor("Y", "Dy")
    wanted = 10.0 ** (truth("log_K.Y") - truth("log_K.Dy"))
    assert low < wanted < high and high / low < 1.2
    assert low < factor < high


def test_an_outlier_is_flagged_and_does_not_count():
    data = list(samples(4, count=10))
    data[6] = replace(data[6], aqueous={**data[6].aqueous, "Dy": 2 * data[6].aqueous["Dy"]})
    for known in (True, False):
        found = fit(isotherm(tuple(data), *LOG_K, known=known))
        assert [found.rows[k] for k in found.outliers] == ["S7: Dy"]
        clean = fit(isotherm(samples(4, count=10), *LOG_K, known=known))
        assert found["log_K.Dy"] == pytest.approx(clean["log_K.Dy"], abs=2 * clean.uncertainty[1])


def test_good_data_are_rarely_flagged():
    flagged = sum(len(fit(isotherm(samples(s), *LOG_K)).outliers) for s in range(50))
    assert flagged <= 2


def cascade() -> Cascade:
    return Cascade(
        true_chemistry(),
        Stages(6, 5, 4),
        Aqueous(1.0, {"Nd": 0.2, "Dy": 0.08, "Y": 0.01}, acid=0.02),
        Organic(0.75, 0.5, {"Na": 0.3}),
        strip=Aqueous(0.12, {}, acid=4.0),
        reflux=0.3,
        efficiency=0.92,
        entrainment=(1e-3, 5e-4),
    )


def readings(seed: int, noise: float = NOISE) -> tuple[Reading, ...]:
    """Every second stage of the running cascade, both phases analysed."""
    chance, profile = np.random.default_rng(seed), cascade().solve(sensitivity=False)
    assert profile.converged
    return tuple(
        Reading(
            stage + 1,
            phase,
            name,
            float(values[stage, k]) * math.exp(noise * chance.normal()),
            NOISE,
        )
        for phase, values in (("aqueous", profile.aqueous), ("organic", profile.organic))
        for stage in range(0, 15, 2)
        for k, name in enumerate(ELEMENTS)
    )


def believed() -> Cascade:
    """The same with shipped constants and another efficiency: where the fit starts."""
    shipped = replace(cascade().chemistry, log_K=Chemistry.of("P507", (*ELEMENTS, "Na")).log_K)
    return replace(cascade(), chemistry=shipped, efficiency=0.85)


PROFILE_PARAMETERS = (*LOG_K, "efficiency")


def test_a_stage_profile_gives_constants_and_efficiency_back():
    found = fit(StageProfile(believed(), readings(0, noise=0.0), PROFILE_PARAMETERS))
    for name in LOG_K:
        assert found[name] == pytest.approx(truth(name), abs=1e-6)
    assert found["efficiency"] == pytest.approx(0.92, abs=1e-6)


def test_a_noisy_stage_profile_holds_the_truth_in_its_intervals():
    """Of 40 intervals of 95 %, at least 34 hold it: fewer are one chance in 500."""
    inside = 0
    for seed in range(10):
        found = fit(StageProfile(believed(), readings(seed + 1), PROFILE_PARAMETERS))
        for name in found.names:
            low, high = found.interval(name)
            inside += low <= (0.92 if name == "efficiency" else truth(name)) <= high
    assert inside >= 34


def test_the_derivatives_of_a_profile_are_those_of_differences():
    names = (*PROFILE_PARAMETERS, "curvature", "entrainment.aqueous", "entrainment.organic")
    model = StageProfile(believed(), readings(0), names)
    start, J = model.start(), model.jacobian(model.start())
    for k, step in enumerate((1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-6, 1e-6)):
        move = step * np.eye(len(names))[k]
        wanted = (model.residuals(start + move) - model.residuals(start - move)) / (2 * step)
        np.testing.assert_allclose(J[:, k], wanted, rtol=2e-4, atol=1e-4 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: isotherm(samples(1), "log_K.Ho"), "found the parameter 'log_K.Ho'"),
        (lambda: isotherm(samples(1), "log_k"), "expected log_K.<element>"),
        (lambda: fit(isotherm(samples(1, count=1), *LOG_K, "curvature")), "3 measurements for 4"),
        (
            lambda: isotherm((replace(samples(1)[0], extractant=0.0),), "log_K.Dy"),
            "binds more extractant than it holds",
        ),
        (
            lambda: StageProfile(cascade(), (Reading(99, "aqueous", "Dy", 1.0, 0.1),), LOG_K),
            "expected aqueous or organic of stage 1 to 15",
        ),
        (lambda: StageProfile(cascade(), readings(1), ("effort",)), "parameter 'effort'"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_what_was_expected(attempt, message):
    with pytest.raises(ValueError, match=message):
        attempt()


def test_intervals_narrow_with_the_data():
    few, many = (fit(isotherm(samples(5, count=n), *LOG_K)) for n in (6, 54))
    assert isinstance(few, Fit)
    assert many.uncertainty[1] < 0.6 * few.uncertainty[1]
