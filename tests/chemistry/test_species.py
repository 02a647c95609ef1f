"""Formulas, charges and oxide factors."""

import pytest

from ytterby.chemistry import (
    Reaction,
    Species,
    UnbalancedReaction,
    UnknownFormula,
    atomic_mass,
    is_element,
    oxide_factor,
)

# kg of trade oxide per kg of element, reckoned by hand from IUPAC standard atomic weights.
FACTORS = {
    "La": 1.17277, "Ce": 1.22837, "Pr": 1.20816, "Nd": 1.16638, "Sm": 1.15961, "Eu": 1.15792,
    "Gd": 1.15261, "Tb": 1.17617, "Dy": 1.14768, "Ho": 1.14551, "Er": 1.14348, "Tm": 1.14206,
    "Yb": 1.13868, "Lu": 1.13716, "Y": 1.26993, "Sc": 1.53382,
}  # fmt: skip


@pytest.mark.parametrize("element", FACTORS)
def test_oxide_factors(element):
    # 5e-5: the last digit of the tabled factor, and gadolinium's and ytterbium's revised weights.
    assert oxide_factor(element) == pytest.approx(FACTORS[element], abs=5e-5)


@pytest.mark.parametrize(
    ("name", "phase", "charge", "atoms"),
    [
        ("Nd+3", "aqueous", 3, {"Nd": 1}),
        ("Fe(OH)2+", "aqueous", 1, {"Fe": 1, "O": 2, "H": 2}),
        ("C2O4-2", "aqueous", -2, {"C": 2, "O": 4}),
        ("NdFeO3(s)", "solid", 0, {"Nd": 1, "Fe": 1, "O": 3}),
        ("Nd2(C2O4)3.10H2O(s)", "solid", 0, {"Nd": 2, "C": 6, "O": 22, "H": 20}),
        ("O2(g)", "gas", 0, {"O": 2}),
        ("P507(org)", "organic", 0, {"C": 32, "H": 70, "O": 6, "P": 2}),
        ("Nd+3:P507(org)", "organic", 0, {"Nd": 1, "C": 96, "H": 207, "O": 18, "P": 6}),
        ("inert(s)", "solid", 0, {"inert": 1}),
    ],
)
def test_species_are_read_off_their_names(name, phase, charge, atoms):
    species = Species.of(name)
    assert (species.phase, species.charge, dict(species.atoms)) == (phase, charge, atoms)


@pytest.mark.parametrize("name", ["Xx2O3(s)", "P5O7(org)", "((s)", ""])
def test_nonsense_is_no_species(name):
    with pytest.raises(UnknownFormula):
        Species.of(name)


@pytest.mark.parametrize("name", ["Neodymium", "nd", "60", "Xx", ""])
def test_only_its_symbol_names_an_element(name):
    assert is_element("Nd") and not is_element(name)
    with pytest.raises(UnknownFormula, match="is no chemical element"):
        atomic_mass(name)


def test_an_unbalanced_reaction_is_refused_with_what_it_gains():
    with pytest.raises(UnbalancedReaction, match="'O': 1"):
        Reaction.of("Nd2O3(s) + 6 H+ = 2 Nd+3 + 4 H2O")
