"""Published figures of the recycling routes, each with its own tolerance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.units.feeds import AIR, OXALIC
from tests.units.test_harness import entering

from ytterby.balance import Basis, Stream, empty
from ytterby.chemistry import RARE_EARTHS, Solution, equilibrate, oxalate_of, oxide_factor
from ytterby.plant import Feed, Plant
from ytterby.units import (
    AcidLeach,
    Calcination,
    CarbonatePrecipitation,
    CopperDissolution,
    FullLeach,
    Inlet,
    Neutralisation,
    OxalatePrecipitation,
    Unit,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
ROUNDED = 6e-5
"""Figures computed from atomic weights are given to four decimals."""


def ran(unit: Unit, taken: dict[str, dict], drawn: dict[str, dict]):
    """(inlets, outcome) of 1 kg/s of each of the streams `taken`."""
    feeds = {port: Feed.of(tree) for port, tree in {**taken, **drawn}.items()}
    names = frozenset().union(*(feed.species for feed in feeds.values()))
    while (more := frozenset(Basis.of(names | unit.reach(names)).names)) != names:
        names = more
    basis = Basis.of(names)
    inlets = {
        port: Inlet(
            feeds[port].unit_stream(basis) if port in taken else empty(basis),
            feeds[port].unit_stream(basis) if port in drawn else None,
        )
        for port in feeds
    }
    return inlets, unit.run("unit", inlets)


def pure(outcome, inlets, port: str, solute: str, formula_mass: float) -> float:
    """kg/s of the pure solute drawn at a port."""
    return outcome.drawn[port] * inlets[port].reagent[solute] * formula_mass


def molar(formula: dict[str, int]) -> float:
    from ytterby.chemistry import atomic_mass

    return sum(count * atomic_mass(element) for element, count in formula.items())


HCL, OXALIC_DIHYDRATE = molar({"H": 1, "Cl": 1}), molar({"C": 2, "H": 6, "O": 6})
NAOH, BICARBONATE = molar({"Na": 1, "O": 1, "H": 1}), molar({"N": 1, "H": 5, "C": 1, "O": 3})
ND2O3 = molar({"Nd": 2, "O": 3})
NEODYMIUM = {"liquor": {"Nd": "50 g/L"}, "pH": 2}
HDD = {"scrap": "hard-disk"}


@pytest.mark.parametrize(
    ("element", "factor"),
    {
        "La": 1.17277,
        "Ce": 1.22837,
        "Pr": 1.20816,
        "Nd": 1.16638,
        "Gd": 1.15261,
        "Tb": 1.17617,
        "Dy": 1.14768,
        "Ho": 1.14551,
        "Y": 1.26993,
        "Lu": 1.13716,
    }.items(),
)
def test_oxide_factors_follow_from_atomic_weights(element, factor):
    """IUPAC weights; neodymium 1.1664, not the 1.664 that public models have carried."""
    assert oxide_factor(element) == pytest.approx(factor, abs=2e-5)


def test_oxalate_takes_stoichiometric_acid_and_sets_the_leach_acid_free():
    """1.124 kg H2C2O4.2H2O, 2.1775 kg Nd2(C2O4)3.10H2O and 0.6502 kg HCl per kg Nd2O3."""
    unit = OxalatePrecipitation(liquor="l", oxalic="o", dose=1.0)
    inlets, outcome = ran(unit, {"liquor": NEODYMIUM}, {"oxalic": OXALIC})
    oxide = inlets["liquor"].stream["Nd+3"] / 2 * ND2O3
    oxalic = inlets["oxalic"].reagent
    brought = outcome.drawn["oxalic"] * (oxalic["H2C2O4"] + oxalic["HC2O4-"] + oxalic["C2O4-2"])
    assert brought * OXALIC_DIHYDRATE / oxide == pytest.approx(1.1240, abs=ROUNDED)
    solid = outcome.outlets["slurry"].mass_of("solid")
    # What stays dissolved at the stoichiometric dose is some 2 %.
    assert solid / oxide == pytest.approx(2.1775, rel=0.03)
    acid = outcome.outlets["slurry"].acidity - inlets["liquor"].stream.acidity
    assert acid * HCL / oxide == pytest.approx(0.6502, abs=ROUNDED)


@pytest.mark.parametrize(
    ("element", "oxalate", "carbonate"),
    [
        ("La", 0.8105, 0.4052),
        ("Nd", 0.7848, 0.3924),
        ("Sm", 0.7572, 0.3786),
        ("Eu", 0.7503, 0.3752),
    ],
)
def test_calcination_gives_off_the_carbon_dioxide_of_its_stoichiometry(element, oxalate, carbonate):
    """kg CO2 per kg RE2O3, all carbon oxidised."""
    for solid, published in ((oxalate_of(element)[:-3], oxalate), (f"{element}2(CO3)3", carbonate)):
        unit = Calcination(solid="s", gas="g", temperature="950 degC")
        _, outcome = ran(unit, {"solid": {"assay": {solid: "100 %"}}}, {"gas": AIR})
        product = outcome.outlets["product"]
        carbon_dioxide = outcome.outlets["offgas"]["CO2(g)"] * molar({"C": 1, "O": 2})
        assert carbon_dioxide / product.mass == pytest.approx(published, abs=ROUNDED)


def test_carbonate_takes_the_bicarbonate_of_its_stoichiometry():
    """1.4097 kg NH4HCO3 per kg Nd2O3, 6 mol per mol: half of the carbon leaves as CO2."""
    unit = CarbonatePrecipitation(liquor="l", reagent="r", dose=2.0)
    reagent = {"liquid": "NH4HCO3 15 % w/w"}
    inlets, outcome = ran(unit, {"liquor": NEODYMIUM}, {"reagent": reagent})
    oxide = inlets["liquor"].stream["Nd+3"] / 2 * ND2O3
    drawn = pure(outcome, inlets, "reagent", "NH4+", BICARBONATE)
    ammonia = pure(outcome, inlets, "reagent", "NH3", BICARBONATE)
    assert (drawn + ammonia) / oxide == pytest.approx(1.4097, abs=ROUNDED)
    formed = outcome.outlets["slurry"]["Nd2(CO3)3(s)"] * ND2O3
    assert formed / oxide > 0.99


def test_neutralisation_takes_six_soda_per_oxide():
    """0.7132 kg NaOH per kg Nd2O3, hydroxide out of a liquor without free acid; 2 % for the pH."""
    unit = Neutralisation(liquor="l", reagent="a", to_pH=9.0)
    liquor = {"liquor": {"Nd": "50 g/L"}, "pH": 5}
    inlets, outcome = ran(unit, {"liquor": liquor}, {"reagent": {"liquid": "NaOH 30 % w/w"}})
    oxide = inlets["liquor"].stream["Nd+3"] / 2 * ND2O3
    soda = pure(outcome, inlets, "reagent", "Na+", NAOH)
    assert soda / oxide == pytest.approx(0.7132, rel=0.02)


def _acid_per_oxide(unit: Unit, solid: dict) -> float:
    """kg of HCl per kg of rare earth oxide in the solid."""
    acid = {"liquid": "HCl 31 % w/w"}
    inlets, outcome = ran(unit, {"solid": solid}, {"acid": acid, "water": {"liquid": "water"}})
    return pure(outcome, inlets, "acid", "Cl-", HCL) / inlets["solid"].stream.reo_mass


def test_selective_leach_takes_a_quarter_to_a_sixth_of_the_acid_of_a_full_one():
    """0.754 kg HCl/kg REO at n(HCl)/n(RE) = 3.5, against 3.2 (iron(II)) to 4.5 (iron(III)).

    2 %: trade oxides against RE2O3, and the boron and nickel that the table leaves out or counts.
    """
    leach = {"liquid_to_solid": "6 L/kg", "temperature": "80 degC"}
    selective = AcidLeach(solid="s", acid="a", water="w", acid_dose=3.5 / 3, **leach)
    full = FullLeach(
        solid="s",
        acid="a",
        water="w",
        acid_dose=1.0,
        time="4 h",
        extent={"metal": 1.0, "nickel-metal": 1.0},
        **leach,
    )
    roasted = {
        "assay": {
            "Nd2O3": 0.228 * oxide_factor("Nd"),
            "Pr2O3": 0.033 * 1.17031,
            "Dy2O3": 0.012 * oxide_factor("Dy"),
            "remainder": "inert",
        }
    }
    metal = _acid_per_oxide(full, HDD)
    chosen = _acid_per_oxide(selective, roasted)
    assert chosen == pytest.approx(0.7542, rel=0.02)
    assert metal == pytest.approx(3.2043, rel=0.03)
    assert 4 < metal / chosen < 6


def test_copper_nitrate_dissolution_has_the_stoichiometry_of_its_inventors():
    """2.9492 kg Cu(NO3)2 per kg Nd2Fe14B; of 34 Cu 30 end as Cu2O, one as metal, 3 as borate."""
    unit = CopperDissolution(
        solid="s",
        copper="c",
        gas="g",
        dose=1.0,
        temperature="70 degC",
        extent={"rare-earth": 1.0, "Fe": 1.0, "B": 1.0},
    )
    magnet = molar({"Nd": 2, "Fe": 14, "B": 1})
    assay = {
        "Nd": molar({"Nd": 2}) / magnet,
        "Fe": molar({"Fe": 14}) / magnet,
        "remainder": "B",
    }
    copper = {"liquid": "Cu(NO3)2 1 mol/L"}
    inlets, outcome = ran(unit, {"solid": {"assay": assay}}, {"copper": copper, "gas": AIR})
    salt = pure(outcome, inlets, "copper", "Cu+2", molar({"Cu": 1, "N": 2, "O": 6}))
    assert salt == pytest.approx(2.9492, abs=ROUNDED)
    slurry, scale = outcome.outlets["slurry"], 2 * magnet
    for species, moles in (("Cu2O(s)", 15), ("Cu(s)", 1), ("Cu3(BO3)2(s)", 1), ("Fe+2", 28)):
        # The share oxidised, 30/31, is kept to six digits.
        assert slurry[species] * scale == pytest.approx(moles, rel=1e-4), species
    assert slurry["Cu+2"] == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(
        entering(inlets, outcome),
        np.sum([s.element_amounts for s in outcome.outlets.values()], axis=0),
        rtol=1e-12,
        atol=1e-15,
    )


def test_neutralising_a_magnet_liquor_takes_iron_then_aluminium_and_leaves_rare_earths():
    """PHREEQC with llnl.dat: Fe(III) 98.81 % out at pH 4.0, 99.86 at 4.5; Al 88 % at 5.0, 99.97 at
    5.5; no rare earth below 7; Dy before Nd and Pr. Ours is a fresher solid without activities:
    half a unit of pH either way."""
    liquor = {
        "liquor": {"Nd": "40 g/L", "Pr": "6 g/L", "Dy": "2 g/L", "Fe+3": "1 g/L", "Al": "1 g/L"}
    }
    out = {}
    for pH in (3.5, 4.5, 5.5, 6.5, 8.0):
        unit = Neutralisation(
            liquor="l", reagent="a", to_pH=pH, coprecipitation={e: 0.0 for e in RARE_EARTHS}
        )
        inlets, outcome = ran(unit, {"liquor": liquor}, {"reagent": {"liquid": "NaOH 10 % w/w"}})
        slurry, fed = outcome.outlets["slurry"], inlets["liquor"].stream
        out[pH] = {
            e: slurry[f"{e}(OH)3(s)"] / fed.amount(e) for e in ("Fe", "Al", "Nd", "Pr", "Dy")
        }
    assert out[4.5]["Fe"] > 0.988 and out[3.5]["Al"] < 0.03
    assert out[5.5]["Al"] > 0.88
    assert max(out[6.5][e] for e in ("Nd", "Pr")) < 0.01
    assert out[8.0]["Dy"] > out[8.0]["Nd"] > out[8.0]["Pr"] > 0.4


def test_under_dosed_oxalate_loses_the_elements_in_the_published_order():
    """Dose curve of PrOMMiS at dose 5: Nd 97.9, Sm 94.6, Gd 87.9, Dy 41.7, Y 52.5 %: neodymium
    first, dysprosium last. It is a curve drawn through answers of another equilibrium program at pH
    1.5 (precipitate_reactions.py), not through measurements, and tells neither its liquor nor the
    unit of its dose. So values cannot be compared: only the order is asked of ours, at a dose that
    leaves a quarter, and that a full dose leaves little of any."""
    elements = ("Nd", "Sm", "Gd", "Dy")
    solids = tuple(oxalate_of(e) for e in elements)
    basis = Basis.of({*(f"{e}+3" for e in elements), *solids, "Cl-", "C2O4-2"})
    shares = {}
    for dose in (0.75, 1.3):
        given = {f"{e}+3": 0.01 for e in elements}
        oxalic = dose * 1.5 * 0.01 * len(elements)
        given |= {"Cl-": 0.03 * len(elements) + 0.03, "H+": 0.03, "H2O": 55.5, "H2C2O4": oxalic}
        after = Stream(basis, equilibrate(basis.amounts(given), Solution.of(basis.names, solids)))
        shares[dose] = [2 * after[solid] / 0.01 for solid in solids]
    assert shares[0.75] == sorted(shares[0.75], reverse=True)
    assert shares[0.75][0] > 0.9 and shares[0.75][-1] < 0.6
    assert min(shares[1.3]) > 0.85


RECOVERED = {
    "swarf": ("Chinese standard route: 95 to 96 % overall, 97.94 % leached at best", 0.92, 0.98),
    "sulfation": ("Liu 2021, doi:10.1016/j.hydromet.2021.105626: 96 % into the water", 0.93, 0.97),
    "copper-nitrate": ("Chowdhury 2021, doi:10.1021/acssuschemeng.1c05965: about 97 %", 0.95, 1.0),
    "full-leach": ("Qi 2018: all of it leached, oxalate 98 %", 0.95, 1.0),
    "nimh": ("Pietrelli 2002: about 80 % as double sulfate", 0.75, 0.85),
}


@pytest.mark.parametrize("name", RECOVERED)
def test_recoveries_of_routes_are_the_published_ones(name):
    """Our losses on filters and mother liquors are ours: 3 points on either side."""
    _, low, high = RECOVERED[name]
    plant = Plant.read(EXAMPLES / name / "plant.yaml")
    balance = plant.solve()
    scrap = next(feed for feed, told in plant.feeds.items() if told.flow is not None)
    product = next(stream for stream, role in plant.outlets.items() if role == "product")
    elements = [e for e in RARE_EARTHS if balance.mass(scrap, e) > 0]
    fed = sum(balance.mass(scrap, e) for e in elements)
    recovered = sum(balance.mass(product, e) for e in elements) / fed
    assert low <= recovered <= high


def test_phosphor_gives_up_what_two_step_leaching_gives_up():
    """Y 99.06, Eu 97.38, Ce 98.22, Tb 98.15 % leached with NaOH fusion between two leaches
    (discovery.researcher.life 3d794a81); oxalate and filters take up to 5 points more."""
    balance = Plant.read(EXAMPLES / "lamp-phosphor" / "plant.yaml").solve()
    for element, published in (("Y", 0.9906), ("Ce", 0.9822), ("Tb", 0.9815), ("Eu", 0.9738)):
        products = sum(
            balance.mass(f"{kiln}.product", element) for kiln in ("red_kiln", "green_kiln")
        )
        recovered = products / balance.mass("phosphor", element)
        assert published - 0.08 <= recovered <= published, element
