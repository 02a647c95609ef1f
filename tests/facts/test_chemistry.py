"""The chemistry of extraction as facts: whole series, and derived values that follow."""

import math
import re
from itertools import pairwise

import pytest

from ytterby.facts import UnknownFact, all_facts, fact, table
from ytterby.facts.library import DATA, read

RARE_EARTHS = "La Ce Pr Nd Sm Eu Gd Tb Dy Ho Y Er Tm Yb Lu".split()
COMPANIONS = "Sc Th U Fe Al Ca Mg Mn Co Ni Cu Zn Pb Na NH4".split()
ACIDIC = ("p507", "d2ehpa", "cyanex272", "naphthenic")
SOLVATING = ("tbp.nitrate", "todga.nitrate", "todga.chloride")
NAMES = {f.name for f in all_facts()}
ROUNDING = 1e-4
"""The files carry six significant figures."""


def optional(prefix):
    """The table of that prefix, empty where there is none."""
    try:
        return table(prefix)
    except UnknownFact:
        return {}


def value(name):
    return fact(name).value


def reference(extractant):
    """Concentration of the free extractant at which the constants stand [mol/L]."""
    unit = "monomer" if f"{extractant}.reference-monomer" in NAMES else "dimer"
    return value(f"{extractant}.reference-{unit}"), value(f"{extractant}.{unit}-order")


@pytest.mark.parametrize("path", sorted(DATA.glob("*.yaml")), ids=lambda p: p.stem)
def test_every_file_says_what_it_holds_and_is_well_formed(path):
    assert path.read_text(encoding="utf-8").startswith("# ")
    assert list(read(path))


@pytest.mark.parametrize("extractant", ACIDIC)
def test_an_acidic_extractant_knows_every_element(extractant):
    constants = table(f"{extractant}.log-k")
    assert set(constants) == {*RARE_EARTHS, *COMPANIONS}
    assert all(constants[e].uncertainty for e in constants)
    assert all("pH" in constants[e].window for e in RARE_EARTHS)
    scalars = table(extractant)
    wanted = ("slope", "pKa", "loading-limit", "saponification-limit", "density", "molar-mass")
    assert not [name for name in wanted if name not in scalars]


@pytest.mark.parametrize("system", SOLVATING)
def test_a_solvating_extractant_knows_every_rare_earth(system):
    constants = table(f"{system}.log-k")
    assert set(RARE_EARTHS) <= set(constants)
    assert all("acid" in constants[e].window for e in RARE_EARTHS)
    assert {"extractant-order", "anion-order", "loading-limit"} <= set(table(system))


@pytest.mark.parametrize("extractant", ACIDIC)
def test_charge_leaves_as_protons_and_returns_with_anions(extractant):
    """Protons released and anions carried make up the charge of every ion that deviates."""
    charges = {"Th": 4, "Sc": 3}
    protons, anions = optional(f"{extractant}.protons"), optional(f"{extractant}.anions")
    for element in {*protons, *anions}:
        assert protons[element].value + anions[element].value == charges[element]


@pytest.mark.parametrize("extractant", ["p507", "d2ehpa", "cyanex272"])
def test_constants_follow_from_the_reference_distribution(extractant):
    concentration, order = reference(extractant)
    at_reference = table(f"{extractant}.log-d-reference")
    for element in RARE_EARTHS:
        expected = at_reference[element].value - order * math.log10(concentration)
        assert value(f"{extractant}.log-k.{element}") == pytest.approx(expected, abs=ROUNDING)


def test_chloride_constants_between_the_measured_keep_the_proportion_of_the_traces():
    """Eu, Gd and Tb between Sm and Dy; every rare earth has a constant in chloride."""
    traces, chloride = table("p507.log-k"), table("p507.chloride.log-k")
    assert set(chloride) == set(RARE_EARTHS)
    low, high = chloride["Sm"].value, chloride["Dy"].value
    span = traces["Dy"].value - traces["Sm"].value
    for element in ("Eu", "Gd", "Tb"):
        share = (traces[element].value - traces["Sm"].value) / span
        assert chloride[element].value == pytest.approx(low + share * (high - low), abs=ROUNDING)


def test_naphthenic_constants_follow_from_the_measured_distribution():
    pH, free = value("naphthenic.anchor-pH"), value("naphthenic.free-monomer")
    for element, measured in table("naphthenic.distribution-ratio").items():
        expected = math.log10(measured.value) - 3 * pH - 3 * math.log10(free)
        assert value(f"naphthenic.log-k.{element}") == pytest.approx(expected, abs=ROUNDING)


def test_tbp_constants_follow_from_the_reference_distribution():
    nitrate = value("tbp.nitrate.reference-nitrate")
    tbp = value("tbp.nitrate.reference-extractant")
    for element, at_reference in table("tbp.nitrate.log-d-reference").items():
        expected = at_reference.value - 3 * math.log10(nitrate * tbp)
        assert value(f"tbp.nitrate.log-k.{element}") == pytest.approx(expected, abs=ROUNDING)


def test_todga_constants_follow_from_the_measured_distribution():
    total, acid, strong = 0.1, 0.5, 3.0
    free = total / (1 + 10 ** value("todga.nitrate.log-k.HNO3") * acid**2)
    for element, measured in table("todga.nitrate.distribution-ratio").items():
        expected = math.log10(measured.value) - 3 * math.log10(free * acid)
        assert value(f"todga.nitrate.log-k.{element}") == pytest.approx(expected, abs=ROUNDING)
    for element, measured in table("todga.chloride.distribution-ratio").items():
        expected = math.log10(measured.value) - 3 * math.log10(total * strong)
        assert value(f"todga.chloride.log-k.{element}") == pytest.approx(expected, abs=ROUNDING)


def half_extraction(found):
    """(charge, p[H] of half extraction, free extractant) that a source names, or None."""
    text = re.search(r"log K = -(\d) p\[H\]50 - \d log10\(([\d.]+)\), p\[H\]50 = ([\d.]+)", found)
    return (int(text[1]), float(text[3]), float(text[2])) if text else None


def test_constants_from_half_extraction_follow_from_it():
    told = [f for f in all_facts() if ".log-k." in f.name and half_extraction(f.source)]
    assert len(told) > len(RARE_EARTHS)
    for found in told:
        charge, pH, free = half_extraction(found.source)
        expected = -charge * pH - charge * math.log10(free)
        assert found.value == pytest.approx(expected, abs=ROUNDING), found.name


@pytest.mark.parametrize("extractant", ["p507", "d2ehpa", "cyanex272"])
def test_process_factors_stand_apart_and_cover_the_series(extractant):
    """Every neighbouring pair of the series has a factor for practice, above one."""
    factors = table(f"{extractant}.process.separation-factor")
    pairs = [f"{heavier}/{lighter}" for lighter, heavier in pairwise(RARE_EARTHS)]
    assert not [pair for pair in pairs if pair not in factors]
    assert all(factors[pair].value > 1 for pair in factors)


@pytest.mark.parametrize("extractant", ["d2ehpa", "cyanex272"])
def test_estimated_process_factors_are_the_steps_of_the_constants(extractant):
    constants = table(f"{extractant}.log-k")
    for pair, factor in table(f"{extractant}.process.separation-factor").items():
        if factor.source.startswith("step of"):
            heavier, lighter = pair.split("/")
            step = 10 ** (constants[heavier].value - constants[lighter].value)
            assert factor.value == pytest.approx(step, rel=1e-3), pair


@pytest.mark.parametrize("system", ["naphthenic", "tbp.nitrate"])
def test_process_factors_of_a_loaded_solvent_are_its_own_ratios(system):
    constants = table(f"{system}.log-k")
    for pair, factor in table(f"{system}.process.separation-factor").items():
        more, less = pair.split("/")
        ratio = 10 ** (constants[more].value - constants[less].value)
        assert factor.value == pytest.approx(ratio, rel=1e-3), pair


def test_factors_that_are_products_of_others_are_that():
    factors = {k: f.value for k, f in table("p507.process.separation-factor").items()}
    rounded = 0.01
    assert factors["Y/Ho"] == pytest.approx(factors["Y/Dy"] / factors["Ho/Dy"], rel=rounded)
    assert factors["Dy/Nd"] == pytest.approx(factors["Dy/Sm"] * factors["Sm/Nd"], rel=rounded)


def test_practice_parts_neodymium_from_praseodymium_worse_than_traces_do():
    """The reason why process factors are facts of their own."""
    for extractant in ("p507", "d2ehpa"):
        trace = 10 ** (value(f"{extractant}.log-k.Nd") - value(f"{extractant}.log-k.Pr"))
        assert value(f"{extractant}.process.separation-factor.Nd/Pr") < 0.75 * trace


def test_naphthenic_acid_leaves_yttrium_and_takes_samarium():
    """Yttrium is the least extracted, which is what the acid is used for; samarium the most."""
    constants = {e: value(f"naphthenic.log-k.{e}") for e in RARE_EARTHS}
    assert min(constants, key=constants.__getitem__) == "Y"
    assert max(constants, key=constants.__getitem__) == "Sm"


@pytest.mark.parametrize("kind", ["Cl+2", "Cl2+", "SO4+", "(SO4)2-", "NO3+2"])
def test_every_rare_earth_has_the_complex(kind):
    at_zero = table("aqueous.complex.log-beta")
    assert all(f"{element}{kind}" in at_zero for element in RARE_EARTHS)


@pytest.mark.parametrize(("strength", "name"), [(1.0, "1M"), (3.0, "3M")])
def test_effective_chloride_constants_follow_the_measured_law(strength, name):
    """log10 beta(I) = log10 beta - 3.066 sqrt(I)/(1 + 1.727 sqrt(I)), Luo and Byrne (2001)."""
    root = math.sqrt(strength)
    for element in RARE_EARTHS:
        expected = value(f"aqueous.complex.log-beta.{element}Cl+2") - 3.066 * root / (
            1 + 1.727 * root
        )
        found = value(f"aqueous.complex.log-beta-{name}.{element}Cl+2")
        assert found == pytest.approx(expected, abs=ROUNDING)


TERM = re.compile(r"(-?\d* ?)([A-Z][A-Za-z0-9()+-]*)/([A-Z][A-Za-z0-9]*[+-])")


def ionic_change(species, metal, ligand):
    """Change of the sum of squared charges when `species` forms."""
    charge = {"Cl-": -1, "NO3-": -1, "SO4-2": -2}[ligand]
    count = {"2": 2, "3": 3}.get((re.search(r"\)(\d)", species) or ["", "1"])[1], 1)
    product = metal + count * charge
    return product**2 - metal**2 - count * charge**2


@pytest.mark.parametrize(("strength", "name"), [(1.0, "1M"), (3.0, "3M")])
def test_other_effective_constants_follow_the_interaction_theory(strength, name):
    """log10 beta(I) = log10 beta + dz2 D - I sum(e), D = 0.509 sqrt(I)/(1 + 1.5 sqrt(I))."""
    screening = 0.509 * math.sqrt(strength) / (1 + 1.5 * math.sqrt(strength))
    effective = table(f"aqueous.complex.log-beta-{name}")
    checked = 0
    for species, found in effective.items():
        if "specific ion interaction" not in found.source:
            continue
        metal = {"Th": 4, "UO": 2, "HS": 1}.get(species[:2], 3)
        ligand = next(x for x in ("SO4", "NO3", "Cl") if x in species)
        ligand += "-2" if ligand == "SO4" else "-"
        terms = TERM.findall(found.source.split("aqueous.interaction: ")[1])
        total = 0.0
        for count, ion, counter in terms:
            factor = {"": 1.0, "-": -1.0}.get(count.strip()) or float(count)
            total += factor * value(f"aqueous.interaction.{ion}.{counter}")
        change = ionic_change(species, metal, ligand)
        expected = value(f"aqueous.complex.log-beta.{species}") + change * screening
        assert found.value == pytest.approx(expected - strength * total, abs=ROUNDING), species
        checked += 1
    assert checked == len(effective) - len(RARE_EARTHS)


def test_hydroxide_solubility_is_known_wherever_it_limits():
    solids = table("aqueous.solubility.log-k")
    trivalent = [*RARE_EARTHS, "Sc", "Fe", "Al"]
    wanted = [f"{e}(OH)3" for e in trivalent] + ["Th(OH)4", "Co(OH)2", "Ni(OH)2", "Mg(OH)2"]
    assert not [name for name in wanted if name not in solids]


NAMED = re.compile(
    r"\b((?:p507|d2ehpa|cyanex272|naphthenic|tbp|todga|aqueous)(?:\.[A-Za-z0-9()+/-]+)+)"
)


def named_in(text):
    """Names of facts in a text; a bracket that the name did not open is punctuation."""
    for name in NAMED.findall(text):
        yield name.rstrip(")") if name.count(")") > name.count("(") else name


def test_sources_that_name_other_facts_name_ones_that_exist():
    prefixes = {n.rsplit(".", k)[0] for n in NAMES for k in range(1, n.count(".") + 1)}
    dangling = {
        (found.name, name)
        for found in all_facts()
        for name in named_in(found.source)
        if name not in NAMES | prefixes
    }
    assert not dangling


def test_what_follows_from_a_fact_is_no_better_known_than_it():
    """Nothing is published or computed that names an assumed or estimated fact as its ground."""
    checked = 0
    for found in all_facts():
        grounds = [fact(n) for n in named_in(found.source) if n in NAMES]
        checked += len(grounds)
        if found.evidence in ("measured", "reference", "derived"):
            weak = [g.name for g in grounds if g.evidence in ("assumed", "estimated")]
            assert not weak, found.name
    assert checked > len(RARE_EARTHS)


def test_constants_a_ratio_away_from_another_are_that():
    """`<fact> + log10(x)` at the head of a source is how the value was made."""
    made = re.compile(r"([a-z0-9.-]+\.[A-Z][a-z]?)(?: \(assumed\))? \+ log10\(([\d.]+)\)")
    told = [(f, made.match(f.source)) for f in all_facts()]
    told = [(f, found) for f, found in told if found]
    assert len(told) > 5
    for found, (name, ratio) in ((f, m.groups()) for f, m in told):
        assert found.value == pytest.approx(value(name) + math.log10(float(ratio)), abs=ROUNDING)


def test_scandium_on_d2ehpa_follows_from_the_imported_ratio():
    """Sc over Dy of the coal-refuse set at p[H] 1.44 and 5 % extractant, on the scale of Dy."""
    pH, dose = 1.44, 5.0
    set_ = "d2ehpa.correlation.coal-refuse"
    m0, m1, B0, B1 = (value(f"{set_}.Dy.{n}") for n in ("m0", "m1", "B0", "B1"))
    dysprosium = (m0 + m1 * dose) * pH + B0 + B1 * math.log10(dose)
    scandium = math.log10(value(f"{set_}.Sc.distribution-ratio"))
    expected = value("d2ehpa.log-k.Dy") + scandium - dysprosium
    assert value("d2ehpa.log-k.Sc") == pytest.approx(expected, abs=ROUNDING)


def test_imported_correlations_are_whole():
    prefix = "d2ehpa.correlation.coal-refuse"
    fitted = [e for e in RARE_EARTHS if f"{prefix}.{e}.m0" in NAMES]
    assert len(fitted) == 8
    for element in fitted:
        assert set(table(f"{prefix}.{element}")) == {"m0", "m1", "B0", "B1"}
    for element in ("Sc", "Al", "Ca", "Fe"):
        assert value(f"{prefix}.{element}.distribution-ratio") > 0
    window = table(prefix)
    assert window["pH-least"].value < window["pH-most"].value
    assert window["dosage-least"].value < window["dosage-most"].value
