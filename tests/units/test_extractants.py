"""The cascade unit with every extractant it takes: laws, and what a user is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from ytterby.balance import Basis, empty
from ytterby.chemistry import Complex, Species, complex_of
from ytterby.facts import table
from ytterby.plant import Feed, Infeasible, Plant, PlantError
from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Stages
from ytterby.units import CascadeUnit, FieldError, Inlet

EXAMPLE = Path(__file__).parents[2] / "examples" / "extractants" / "plant.yaml"
LIQUOR = {"Nd": "30 g/L", "Dy": "10 g/L", "Y": "10 g/L", "Fe+3": "1 mg/L", "Co": "1 g/L"}
LITRES_PER_SECOND = 1e-3
STAGES = {"extraction": 4, "scrubbing": 4, "stripping": 4}
FLOWS = {"organic": "3.5 L/s", "strip": "1.2 L/s", "reflux": "20 %"}
HCL, NITRIC, SULFURIC = "HCl 4 mol/L", "HNO3 4 mol/L", "H2SO4 2 mol/L"
SODA, AMMONIA = "NaOH 30 % w/w", "NH3 25 % w/w"
ACIDS = {
    "P507": ({}, "chloride", HCL, SODA),
    "P507 with ammonia": ({}, "chloride", HCL, AMMONIA),
    "P507 in nitrate": ({"anion": "nitrate"}, "nitrate", NITRIC, SODA),
    "P507 in sulfate": ({"anion": "sulfate"}, "sulfate", SULFURIC, SODA),
    "D2EHPA": ({"extractant": "P204"}, "chloride", HCL, SODA),
    "D2EHPA in sulfate": ({"extractant": "D2EHPA", "anion": "sulfate"}, "sulfate", SULFURIC, SODA),
    "Cyanex 272": ({"extractant": "Cyanex 272"}, "chloride", HCL, SODA),
    "naphthenic acid": ({"extractant": "naphthenic acid"}, "chloride", HCL, SODA),
    "process factors": ({"separation_factors": "process"}, "chloride", HCL, SODA),
    "exchange": (
        {"model": "exchange", "separation_factors": {"Dy/Nd": 20.0, "Y/Dy": 2.8}},
        "chloride",
        HCL,
        SODA,
    ),
}
SOLVATES = {
    "TBP in nitrate": ({"extractant": "TBP", "anion": "nitrate"}, "3 mol/L", -0.3),
    "TODGA in nitrate": ({"extractant": "TODGA", "anion": "nitrate"}, "0.5 mol/L", -0.3),
    "TODGA in chloride": ({"extractant": "TODGA"}, "0.5 mol/L", -0.4),
}
CASES = [*ACIDS, *SOLVATES]


def posed(case: str) -> tuple[CascadeUnit, dict[str, Feed]]:
    """A unit at fixed flows and what feeds it."""
    if case in ACIDS:
        fields, anion, acid, alkali = ACIDS[case]
        pH, molarity = 1.5, "1 mol/L"
        fields = {**fields, "saponify": "a", "saponification": 0.3}
    else:
        fields, molarity, pH = SOLVATES[case]
        anion, acid, alkali = fields.get("anion", "chloride"), "HCl 0.01 mol/L", SODA
    unit = CascadeUnit(feed="f", organic="o", strip="s", stages=STAGES, flows=FLOWS, **fields)
    liquor = {"liquor": LIQUOR, "pH": pH, "anion": anion, "flow": "1 L/s"}
    feeds = {
        "feed": Feed.of(liquor),
        "organic": Feed.of({"extractant": unit.extractant, "molarity": molarity}),
        "strip": Feed.of({"liquid": "water" if case in SOLVATES else acid}),
        "saponify": Feed.of({"liquid": alkali}),
    }
    return unit, feeds if case in ACIDS else {k: v for k, v in feeds.items() if k != "saponify"}


def run(unit: CascadeUnit, feeds: dict[str, Feed]):
    """(inlets, outcome) of a unit; what has no flow is drawn."""
    names = frozenset().union(*(feed.species for feed in feeds.values()))
    while (more := frozenset(Basis.of(names | unit.reach(names)).names)) != names:
        names = more
    basis = Basis.of(names)
    inlets = {
        port: Inlet(feed.stream(basis))
        if feed.flow
        else Inlet(empty(basis), feed.unit_stream(basis))
        for port, feed in feeds.items()
    }
    return inlets, unit.run("cascade", inlets)


@pytest.mark.parametrize("case", CASES)
def test_every_element_that_enters_leaves(case):
    inlets, outcome = run(*posed(case))
    assert outcome.trouble is None or "loading" in outcome.trouble.text
    into = sum(i.stream.element_amounts for i in inlets.values()) + sum(
        outcome.drawn[port] * inlets[port].reagent.element_amounts
        for port in ("organic", "strip", "saponify")
        if port in inlets
    )
    out = sum(stream.element_amounts for stream in outcome.outlets.values())
    # 1e-12 of the element, or of a billionth of all: differences of sums of doubles.
    np.testing.assert_allclose(out, into, rtol=1e-12, atol=1e-15 * into.sum())


@pytest.mark.parametrize("case", CASES)
def test_outlets_are_neutral_and_never_negative(case):
    for port, stream in run(*posed(case))[1].outlets.items():
        assert np.all(stream.amounts >= 0), port
        assert max(map(abs, stream.charge.values())) < 1e-11, port


@pytest.mark.parametrize("case", CASES)
def test_what_extracts_better_leaves_with_the_extract(case):
    inlets, outcome = run(*posed(case))
    extract, raffinate = outcome.outlets["extract"], outcome.outlets["raffinate"]
    heavy, light = ("Nd", "Y") if case == "naphthenic acid" else ("Dy", "Nd")
    ratio = {e: extract.amount(e) / raffinate.amount(e) for e in (heavy, light)}
    assert ratio[heavy] > 2 * ratio[light]
    assert extract.amount("Co") < 0.01 * inlets["feed"].stream.amount("Co")


@pytest.mark.parametrize("case", CASES)
def test_the_plant_file_gives_the_unit_again(case):
    unit, feeds = posed(case)
    streams = {"feed": "f", "organic": "o", "strip": "s", "saponify": "a"}
    plant = Plant("p", {streams[port]: feed for port, feed in feeds.items()}, {"c": unit})
    assert Plant.from_tree(plant.to_tree()) == plant


@pytest.mark.parametrize("extractant", ["P507", "D2EHPA", "Cyanex272", "naphthenic"])
def test_the_unit_parts_as_the_cascade_alone_does(extractant):
    """The same chemistry by `Chemistry.of`, streams left aside: what enters is read off them."""
    unit, feeds = posed("P507")
    unit = CascadeUnit(**{**vars(unit), "extractant": extractant, **dict.fromkeys(CHOSEN)})
    feeds["organic"] = Feed.of({"extractant": extractant, "molarity": "1 mol/L"})
    detail = run(unit, feeds)[1].detail
    names = ("Nd", "Dy", "Y", "Fe", "Co", "Na")
    taken = {
        name: {n: feed.concentrations.get(n, 0.0) for n in names}
        for name, feed in (("feed", detail.cascade.feed), ("organic", detail.cascade.organic))
    }
    alone = Cascade(
        Chemistry.of(extractant, names),
        Stages(**STAGES),
        feed=Aqueous(1.0, taken["feed"], acid=detail.cascade.feed.acid),
        organic=Organic(3.5, detail.cascade.organic.extractant, taken["organic"]),
        strip=Aqueous(1.2, acid=detail.cascade.strip.acid),
        reflux=0.2,
    ).solve()
    places = [detail.profile.components.index(n) for n in names]
    # Chloride joins for the waters of Fe+3 only, which moves p[H] by less than this.
    np.testing.assert_allclose(detail.profile.organic[:, places], alone.organic, rtol=1e-4)


CHOSEN = ("log_K", "order", "activity", "reference_dimer", "loading_limit")


@pytest.mark.parametrize(
    ("name", "atoms"),
    [
        ("Nd+3:naphthenic(org)", {"Nd": 1, "C": 51, "H": 93, "O": 6}),
        ("UO2+2.2NO3-:2TBP(org)", {"U": 1, "N": 2, "C": 24, "H": 54, "O": 16, "P": 2}),
        ("H+.NO3-:TBP(org)", {"N": 1, "C": 12, "H": 28, "O": 7, "P": 1}),
        ("Th+4.2Cl-:3P507(org)", {"Th": 1, "Cl": 2, "C": 96, "H": 208, "O": 18, "P": 6}),
    ],
)
def test_a_complex_holds_what_its_name_says(name, atoms):
    assert dict(Species.of(name).atoms) == atoms


def test_thorium_takes_chloride_along():
    name = CascadeUnit(feed="f", organic="o", strip="s", stages=STAGES, flows=FLOWS).system.bound(
        "Th"
    )
    assert name == complex_of("Th+4", "P507", units=3, anion="Cl-", anions=2)
    assert (Complex.of(name).units, Complex.of(name).protons) == (3, 2)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"extractant": "P508"}, "Did you mean 'P507'"),
        ({"extractant": "TBP"}, "TBP in chloride, of which no constants are known"),
        ({"extractant": "TODGA", "saponification": 0.2}, "saponification of TODGA"),
        ({"extractant": "D2EHPA", "saponification": 0.6}, "at most 50 %"),
        ({"model": "exchange"}, "separation_factors: process"),
        ({"model": "exchange", "extractant": "TBP", "anion": "nitrate"}, "an acid"),
        ({"separation_factors": {"Dy-Tb": 2.1}}, "a pair of elements such as Dy/Tb"),
        ({"separation_factors": "all"}, "'process'"),
        ({"anion": "bromide"}, "chloride or nitrate or sulfate"),
    ],
)
def test_what_an_extractant_cannot_do_is_refused(fields, told):
    with pytest.raises(FieldError, match=told):
        CascadeUnit(feed="f", organic="o", strip="s", stages=STAGES, flows=FLOWS, **fields)


def test_a_rare_earth_without_a_constant_is_refused_by_name():
    unit, feeds = posed("TBP in nitrate")
    with_scandium = {**LIQUOR, "Sc": "1 g/L"}
    feeds["feed"] = Feed.of({**feeds["feed"].tree, "liquor": with_scandium})
    trouble = run(unit, feeds)[1].trouble
    assert "no constant of Sc on TBP in nitrate is known" in trouble.text
    assert "log_K: {Sc: ...}" in trouble.text
    told = dataclasses.replace(unit, log_K={"Sc": -2.5})
    assert run(told, feeds)[1].trouble is None


def test_an_element_without_a_separation_factor_is_refused_by_name():
    unit, feeds = posed("exchange")
    feeds["feed"] = Feed.of({**feeds["feed"].tree, "liquor": {**LIQUOR, "Ho": "1 g/L"}})
    assert "no separation factor leads to Ho" in run(unit, feeds)[1].trouble.text


def test_a_metal_without_a_constant_stays_in_the_liquor_and_is_told_of():
    unit, feeds = posed("TBP in nitrate")
    notes = [finding.text for finding in run(unit, feeds)[1].findings]
    assert any(note.startswith("Fe, Co stays in the liquor") for note in notes)


def test_a_constant_of_ones_own_is_a_fact_of_the_plant_file():
    tree = {
        "plant": "own",
        "feeds": {
            "f": {"liquor": {"Nd": "30 g/L"}, "flow": "1 L/h"},
            "o": {"extractant": "Cyanex 272", "molarity": "1 mol/L"},
            "s": {"liquid": HCL},
        },
        "units": {
            "c": {
                "is": "cascade",
                "extractant": "Cyanex 272",
                "feed": "f",
                "organic": "o",
                "strip": "s",
                "stages": STAGES,
                "flows": FLOWS,
                "log_K": {"Nd": {"value": -4.9, "source": "our isotherm", "class": "measured"}},
            }
        },
    }
    used = Plant.from_tree(tree).units["c"].facts
    assert used["log_K.Nd"].source == "our isotherm"
    assert used["log_K.Dy"] == table("cyanex272.log-k")["Dy"]
    tree["units"]["c"]["log_K"] = {"Xx": 1.0}
    with pytest.raises(PlantError, match="the symbol of an element"):
        Plant.from_tree(tree)


def test_a_sulfate_liquor_has_the_acidity_that_was_asked_for():
    liquor = {"Nd": "20 g/L", "Na": "10 g/L"}
    feed = Feed.of({"liquor": liquor, "pH": 1.0, "anion": "sulfate", "flow": "1 L/s"})
    stream = feed.stream(Basis.of(feed.species))
    # Hydrogen sulfate takes more room than what it forms from.
    assert stream.pH == pytest.approx(1.0, abs=1e-2)
    assert stream["Cl-"] == 0


def test_the_example_gives_the_heaviest_up_to_weak_acid_on_one_extractant_only():
    plant = Plant.read(EXAMPLE)
    balance = plant.solve()
    assert abs(balance.worst_closure()[2]) < 1e-9
    strong, weak = (balance.details[name] for name in ("phosphonic", "phosphinic"))
    assert weak.acid < strong.acid / 5
    assert (strong.alkali_name, weak.alkali_name) == ("NaOH", "NH3")
    for name in ("phosphonic", "phosphinic"):
        purity = balance.purity(f"{name}.extract")
        assert sum(purity[e] for e in ("Tm", "Yb", "Lu")) >= 0.99 - 1e-9


def test_another_extractant_that_comes_back_is_refused_and_not_divided_by():
    tree = Plant.read(EXAMPLE).to_tree()
    tree["units"]["phosphinic"]["organic"] = ["phosphonic.stripped", "cyanex"]
    tree["units"]["phosphonic"]["organic"] = ["p507"]
    tree["outlets"]["phosphinic.stripped"] = "residue"
    with pytest.raises(Infeasible) as refused:
        Plant.from_tree(tree).solve()
    assert "the organic holds no Cyanex272" in str(refused.value)
