"""The constants of extraction against published measurements, within the source's own scatter."""

import math

import pytest

from ytterby.facts import fact, table


def value(name):
    return fact(name).value


# Li (1987) as tabulated in ANL-CEEESA/LLEPE, data/csvs/labeled_zeroes_removed_*.csv: P507 1 mol/L,
# equal volumes of HCl liquor: acid of the feed, rare earth of the feed, rare earth left [mol/L], D.
LI_1987 = {
    "La": [(0.01, 0.0499991, 0.0395, 0.2658), (0.03, 0.19999343, 0.1883, 0.0621)],
    "Ce": [(0.01, 0.15009456, 0.1232, 0.2183), (0.05, 0.10000382, 0.0826, 0.2107)],
    "Pr": [(0.03, 0.10009624, 0.0776, 0.2899), (0.05, 0.09997622, 0.0809, 0.2358)],
    "Nd": [(0.01, 0.09999803, 0.0683, 0.4641), (0.05, 0.09996185, 0.0757, 0.3205)],
    "Sm": [(0.01, 0.09997920, 0.0480, 1.0829), (0.1, 0.09999773, 0.0623, 0.6051)],
    "Dy": [(0.3, 0.09999641, 0.0409, 1.4449), (0.5, 0.15000096, 0.0984, 0.5244)],
    "Y": [(0.5, 0.1000004, 0.0445, 1.2472), (1.0, 0.15000104, 0.1108, 0.3538)],
}


def dimer_activity(free):
    """log10 of the activity of the free dimer, from its concentration [mol/L]."""
    root = math.sqrt(free) - math.sqrt(value("p507.reference-dimer"))
    return math.log10(free) - value("p507.alstad-a") * root


@pytest.mark.parametrize("element", LI_1987)
@pytest.mark.parametrize("table_name", ["p507.chloride.log-k", "p507.log-k"])
def test_p507_reproduces_isotherms_in_chloride(element, table_name):
    """The chloride constants within twice their scatter; those from nitrate traces within 0.5.

    Traces in nitrate miss lanthanum at process loading by 0.9 decades: the reason why the chloride
    constants are a table of their own.
    """
    constant = fact(f"{table_name}.{element}")
    missed = 0.9 if element == "La" else 0.5
    allowed = 2 * constant.uncertainty if "chloride" in table_name else missed
    bound = value("p507.dimers-per-rare-earth")
    for acid, feed, left, ratio in LI_1987[element]:
        organic = feed - left
        free, proton = 0.5 - bound * organic, acid + 3 * organic
        predicted = constant.value + 3 * dimer_activity(free) - 3 * math.log10(proton)
        assert predicted == pytest.approx(math.log10(ratio), abs=allowed)


def test_p507_agrees_with_a_batch_test_of_neodymium():
    """64 % extracted at 0.8 mol/L and equilibrium p[H] 1.02 to 1.42, 1.5 g/L each of Nd, Tb, Dy:

    Sci. Rep. 10 (2020) 16911, doi:10.1038/s41598-020-74041-9.
    """
    free, ratio = 0.327, 0.64 / 0.36
    low, high = (math.log10(ratio) - 3 * math.log10(free) - 3 * pH for pH in (1.42, 1.02))
    assert low <= value("p507.log-k.Nd") <= high


def test_holmium_chloride_at_two_molar():
    """log10 beta = -0.56 at 2 mol/L and 303 K, doi:10.4236/ampc.2015.55017; allowed 0.1.

    Between the effective constants at 1 and 3 mol/L, measured by others and another method.
    """
    measured = -0.56
    at_1, at_3 = (value(f"aqueous.complex.log-beta-{i}.HoCl+2") for i in ("1M", "3M"))
    assert at_3 - 0.1 < measured < at_1 + 0.1
    assert measured == pytest.approx((at_1 + at_3) / 2, abs=0.1)


# Stability constants of certain lanthanide(III) and actinide(III) chloride and nitrate complexes,
# abstract: K of MNO3+2 at 22 degC and ionic strength 1 with its uncertainty.
NITRATE_AT_1M = {"La": (1.3, 0.3), "Ce": (1.3, 0.3), "Pr": (1.7, 0.3), "Eu": (2.0, 0.3)}


@pytest.mark.parametrize("element", NITRATE_AT_1M)
def test_nitrate_complexes_at_one_molar(element):
    """Within the uncertainty of the estimate and that of the measurement together, at two sigma."""
    measured, spread = NITRATE_AT_1M[element]
    estimate = fact(f"aqueous.complex.log-beta-1M.{element}NO3+2")
    at_zero = fact(f"aqueous.complex.log-beta.{element}NO3+2")
    allowed = 2 * math.hypot(spread / measured / math.log(10), estimate.uncertainty)
    allowed = math.hypot(allowed, 2 * at_zero.uncertainty)
    assert estimate.value == pytest.approx(math.log10(measured), abs=allowed)


# PrOMMiS, three equilibrium stages at 5 % D2EHPA and equal flows: p[H] of the stages from the
# aqueous inlet, molar mass [g/mol], inlets of the aqueous and the organic, aqueous outlet [mg/L].
STAGES_PH = (1.4691888337, 1.4621554465, 1.4032590306)
EXTRACTANT_IN, EXTRACTANT_MASS = 48790.0, 322.431
THREE_STAGES = {
    "Y": (88.905, 0.124, 2.179e-05, 6.2927e-06),
    "La": (138.905, 0.986, 0.000105, 0.91421),
    "Ce": (140.116, 2.277, 0.00031, 2.1095),
    "Pr": (140.907, 0.303, 3.711e-05, 0.27631),
    "Nd": (144.242, 0.946, 0.000165, 0.88099),
    "Sm": (150.36, 0.097, 1.701e-05, 0.086579),
    "Gd": (157.25, 0.2584, 3.357e-05, 0.19246),
    "Dy": (162.5, 0.047, 8.008e-06, 0.0011699),
    "Sc": (44.946, 0.032, 1.734, 0.0027415),
    "Al": (26.982, 422.375, 1.267e-05, 399.95),
    "Ca": (40.078, 109.542, 2.684e-05, 102.34),
    "Fe": (55.845, 688.266, 2.873e-06, 585.59),
}
COAL_REFUSE = "d2ehpa.correlation.coal-refuse"


def coal_refuse_ratio(element, pH, dose):
    """D of the imported set."""
    found = {name: f.value for name, f in table(f"{COAL_REFUSE}.{element}").items()}
    if "distribution-ratio" in found:
        return found["distribution-ratio"]
    slope = found["m0"] + found["m1"] * dose
    return 10 ** (slope * pH + found["B0"] + found["B1"] * math.log10(dose))


def aqueous_profile(ratios, aqueous, organic):
    """Aqueous of each stage at equal flows; aqueous enters the first, organic the last."""

    def inlet_for(left):
        stages, leaving = [left], organic
        for ratio in reversed(ratios):
            loaded = stages[-1] * ratio
            stages.append(stages[-1] + loaded - leaving)
            leaving = loaded
        return stages

    # The outlet enters every stage linearly, so two trials give it.
    none, one = inlet_for(0.0), inlet_for(1.0)
    left = (aqueous - none[-1]) / (one[-1] - none[-1])
    return inlet_for(left)[-2::-1]


def test_the_coal_refuse_set_reproduces_its_three_stage_case():
    """prommis/prommis 9beba554, test_solvent_extraction_steady.py, to its own tolerance of 1e-4.

    The dosage of a stage is what aluminium, calcium and iron have left of the extractant. The
    published outlets have five figures and the p[H] eleven, so 1e-4 and one unit of the last.
    """
    doses = [5.0, 5.0, 5.0]
    for _ in range(3):
        profiles = {
            element: aqueous_profile(
                [coal_refuse_ratio(element, pH, d) for pH, d in zip(STAGES_PH, doses, strict=True)],
                aqueous,
                organic,
            )
            for element, (_, aqueous, organic, _) in THREE_STAGES.items()
        }
        spent = [
            sum(
                (2 if element == "Ca" else 3)
                * (coal_refuse_ratio(element, pH, dose) * profiles[element][stage] - organic)
                / mass
                for element, (mass, _, organic, _) in THREE_STAGES.items()
            )
            for stage, (pH, dose) in enumerate(zip(STAGES_PH, doses, strict=True))
        ]
        density = value(f"{COAL_REFUSE}.dosage-density") * 1000
        doses = [100 * (EXTRACTANT_IN - EXTRACTANT_MASS * moles) / density for moles in spent]
    assert doses[0] * density / 100 == pytest.approx(46087, rel=1e-4)
    for element, (*_, left) in THREE_STAGES.items():
        assert profiles[element][-1] == pytest.approx(left, rel=2e-4), element


def test_tbp_spans_the_series_as_weakly_as_published():
    """D(Dy)/D(La) of 10.2 (Kraikaew et al. 2005), the rounding of the constants allowed."""
    spread = value("tbp.nitrate.log-k.Dy") - value("tbp.nitrate.log-k.La")
    assert 10**spread == pytest.approx(10.2, rel=0.05)


def test_todga_constants_from_half_molar_acid_hold_at_one_molar():
    """Light and middle rare earths at 1 mol/L HNO3, Sasaki et al. (2001): within 0.7 decades.

    The steepest of them rise with the 4.4th power of nitrate where the law has the third; the
    heavy ones were at the limit of counting there and are left out.
    """
    at_1M = {"La": 5.333, "Ce": 9.55, "Pr": 17.28, "Nd": 37.96, "Sm": 187, "Eu": 264.8, "Gd": 179.5}
    free = 0.1 / (1 + 10 ** value("todga.nitrate.log-k.HNO3"))
    for element, ratio in at_1M.items():
        predicted = value(f"todga.nitrate.log-k.{element}") + 3 * math.log10(free)
        assert predicted == pytest.approx(math.log10(ratio), abs=0.7)
