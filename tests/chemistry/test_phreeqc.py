"""PHREEQC as an oracle: the same constants give the same solids; databases spread around ours.

The package `phreeqc` has engine and databases of the USGS, which are pinned by their SHA-256.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import phreeqc
import pytest

from ytterby.balance import Basis, Stream
from ytterby.chemistry import (
    FORMATION,
    Reaction,
    Solution,
    Species,
    dissolution_of,
    dose_to_p_h,
    equilibrate,
    hydroxides,
    solids_of,
    solubility,
)
from ytterby.facts import fact
from ytterby.study.databases import DATABASES, OtherDatabase, engine_of, neutralised

pytestmark = pytest.mark.oracle

IONS = ("Nd+3", "Dy+3", "Al+3", "Co+2", "Ca+2", "Pb+2", "Na+", "Cl-", "C2O4-2", "CO3-2", "F-")
SOLIDS = (
    *hydroxides(IONS),
    *(s for family in ("oxalate", "carbonate", "fluoride") for s in solids_of(family, IONS)),
)
BASIS = Basis.of({*IONS, *SOLIDS})
_ELEMENT_OF = {"C2O4-2": "Ox", "CO3-2": "Cb", "F-": "F", "Cl-": "Cl"}
_KILOGRAM_OF_WATER = 55.508
_LIQUORS = {
    "oxalate": {"Nd+3": 4e-3, "Dy+3": 1e-3, "Ca+2": 2e-3, "C2O4-2": 6e-3, "Na+": 1e-2},
    "carbonate": {"Nd+3": 2e-3, "Co+2": 1e-3, "Pb+2": 1e-4, "CO3-2": 5e-3, "Na+": 1.2e-2},
    "hydroxide": {"Nd+3": 1e-3, "Dy+3": 1e-3, "Al+3": 2e-3, "Co+2": 1e-3, "Na+": 1.2e-2},
    "fluoride": {"Nd+3": 1e-3, "Dy+3": 1e-3, "Ca+2": 1e-3, "F-": 8e-3, "Na+": 9e-3},
}


def _element(ion: str) -> str:
    return _ELEMENT_OF.get(ion) or Species.of(ion).atoms[0][0]


def _in_phreeqc(name: str) -> str:
    """The oracle's name of a species: anions are made-up elements, so that no redox enters."""
    for ion, element in _ELEMENT_OF.items():
        if name == ion:
            charge = Species.of(ion).charge
            return f"{element}{charge if charge < -1 else '-'}"
    if name in FORMATION:
        ion = next(i for i in Reaction.of(FORMATION[name]).species if i in _ELEMENT_OF or i in IONS)
        protons = -dict(Reaction.of(FORMATION[name]).stoichiometry).get("H+", 0)
        charge = int(Species.of(name).charge)
        sign = "" if not charge else f"{charge:+d}".replace("+1", "+").replace("-1", "-")
        if ion in _ELEMENT_OF:
            return f"H{int(protons) if protons > 1 else ''}{_ELEMENT_OF[ion]}{sign}"
    return name


def _database() -> str:
    """Our constants as a database of PHREEQC with all activity coefficients at one."""
    lines = ["SOLUTION_MASTER_SPECIES", "H H+ -1 H 1.008", "H(1) H+ -1 0", "E e- 0 0 0"]
    lines += ["O H2O 0 O 16.0", "O(-2) H2O 0 0", "H(0) H2 0 H", "O(0) O2 0 O"]
    lines += [f"{_element(ion)} {_in_phreeqc(ion)} 0 1 1" for ion in IONS]
    lines += ["SOLUTION_SPECIES"]
    ideal = ["-gamma 1e12 0"]
    for name in ("H+", "e-", "H2O", *(_in_phreeqc(ion) for ion in IONS)):
        lines += [f"{name} = {name}", "log_k 0", *ideal]
    lines += ["H2O = OH- + H+", f"log_k {fact('aqueous.log-k.water').value}", *ideal]
    lines += ["2 H2O = O2 + 4 H+ + 4 e-", "log_k -86.08", "2 H+ + 2 e- = H2", "log_k -3.15"]
    for member, equation in FORMATION.items():
        if member in BASIS.index:
            left, _, right = equation.partition(" = ")
            lines += [f"{_terms(left)} = {_terms(right)}"]
            lines += [f"log_k {fact(f'aqueous.log-k.{member}').value}", *ideal]
    lines += ["PHASES"]
    for number, solid in enumerate(SOLIDS):
        counts = dict(dissolution_of(solid).stoichiometry)
        formed = {part: n for part, n in counts.items() if n > 0}
        used = {part: -n for part, n in counts.items() if n < 0 and part != solid}
        right = " + ".join(f"{n:g} {_in_phreeqc(part)}" for part, n in formed.items())
        left = " + ".join(["@"] + [f"{n:g} {_in_phreeqc(part)}" for part, n in used.items()])
        lines += [f"Solid{number}", left.replace("@", _formula(solid)) + " = " + right]
        lines += [f"log_k {solubility(solid).value}"]
    return "\n".join([*lines, "END"])


def _terms(side: str) -> str:
    return " + ".join(
        " ".join([*term.split()[:-1], _in_phreeqc(term.split()[-1])]) for term in side.split(" + ")
    )


def _formula(solid: str) -> str:
    """A formula of the oracle's elements that balances the dissolution reaction."""
    atoms: dict[str, float] = {}
    for part, n in dissolution_of(solid).stoichiometry:
        if part == solid:
            continue
        if part in ("H2O", "H+"):
            for element, count in Species.of(part).atoms:
                atoms[element] = atoms.get(element, 0.0) + n * count
        else:
            atoms[_element(part)] = atoms.get(_element(part), 0.0) + n
    return "".join(f"{element}{count:g}" for element, count in atoms.items() if count)


def _oracle(liquor: dict[str, float], acid: float) -> dict[str, float]:
    """mol of each solid that PHREEQC forms in a kilogram of water."""
    engine = phreeqc.Phreeqc()
    assert engine.LoadDatabaseString(_database()) == 0, engine.GetErrorString()
    charge = acid + sum(Species.of(ion).charge * n for ion, n in liquor.items())
    lines = ["SOLUTION 1", "units mol/kgw", "pH 3 charge"]
    lines += [f"{_element(ion)} {n:.15g}" for ion, n in liquor.items() if ion != "Cl-"]
    lines += [f"Cl {charge + liquor.get('Cl-', 0):.15g}", "EQUILIBRIUM_PHASES 1"]
    lines += [f"Solid{i} 0 0" for i in range(len(SOLIDS))]
    lines += ["SELECTED_OUTPUT", "-reset false", "-high_precision true"]
    lines += ["-equilibrium_phases " + " ".join(f"Solid{i}" for i in range(len(SOLIDS))), "END"]
    assert engine.RunString("\n".join(lines)) == 0, engine.GetErrorString()
    table = engine.GetSelectedOutput()
    return {solid: float(table[f"Solid{i}"][-1]) for i, solid in enumerate(SOLIDS)}


@pytest.mark.parametrize("name", _LIQUORS)
@pytest.mark.parametrize("acid", [1e-3, -2e-3])
def test_the_same_constants_give_the_same_solids(name, acid):
    """Molality and molarity, and the activity of water, differ by half a per cent at most here."""
    liquor = _LIQUORS[name]
    charge = acid + sum(Species.of(ion).charge * n for ion, n in liquor.items())
    given = {**liquor, "Cl-": charge, "H2O": _KILOGRAM_OF_WATER - max(-acid, 0)}
    given |= {"H+": acid} if acid > 0 else {"OH-": -acid}
    ours = equilibrate(BASIS.amounts(given), Solution.of(BASIS.names, SOLIDS))
    theirs = _oracle(liquor, acid)
    for solid in SOLIDS:
        assert ours[BASIS.index[solid]] == pytest.approx(theirs[solid], rel=0.01, abs=2e-6), solid


_PHASES = {
    "llnl.dat": {"Fe(3)": "Fe(OH)3", "Al": "Gibbsite", "Nd": "Nd(OH)3(am)"},
    "minteq.v4.dat": {"Fe(3)": "Ferrihydrite", "Al": "Al(OH)3(am)"},
    "phreeqc.dat": {"Fe(3)": "Fe(OH)3(a)", "Al": "Al(OH)3(a)"},
    "sit.dat": {"Fe(3)": "Ferrihydrite(am)", "Al": "Gibbsite"},
}
_MAGNET = {"Fe(3)": 0.01, "Al": 0.01, "Nd": 0.1}


def _half_way(database: str, metal: str, phase: str) -> float:
    """p[H] at which half of the metal is precipitated, with that database."""
    low, high = 1.0, 10.0
    engine = engine_of(database)
    for _ in range(24):
        pH = 0.5 * (low + high)
        lines = ["PHASES", "Fix_pH", "H+ = H+", "log_k 0", "SOLUTION 1", "units mol/kgw"]
        lines += ["pH 1", f"{metal} {_MAGNET[metal]}", "Na 0.5", "Cl 1.0 charge"]
        lines += ["EQUILIBRIUM_PHASES 1", f"Fix_pH {-pH} NaOH 10", f"{phase} 0 0"]
        lines += ["SELECTED_OUTPUT", "-reset false", f"-equilibrium_phases {phase}"]
        lines += ["-molalities H+", "END"]
        assert engine.RunString("\n".join(lines)) == 0, engine.GetErrorString()
        table = engine.GetSelectedOutput()
        formed = float(table[phase][-1])
        low, high = (pH, high) if formed < _MAGNET[metal] / 2 else (low, pH)
    return -math.log10(float(table["m_H+(mol/kgw)"][-1]))


def _ours_half_way(ion: str, amount: float) -> float:
    basis = Basis.of({ion, *hydroxides([ion]), "Na+", "Cl-"})
    solution = Solution.of(basis.names, hydroxides([ion]))
    start = {ion: amount, "Cl-": 0.6 + 3 * amount, "H+": 0.1, "Na+": 0.5, "H2O": 55.5}
    alkali = basis.amounts({"Na+": 1.0, "OH-": 1.0, "H2O": 1.0})
    low, high = 1.5, 10.0
    for _ in range(24):
        pH = 0.5 * (low + high)
        liquor = basis.amounts(start)
        dose = dose_to_p_h(liquor, alkali, pH, solution)
        after = Stream(basis, equilibrate(liquor + dose * alkali, solution))
        formed = sum(after[solid] for solid in hydroxides([ion]))
        low, high = (pH, high) if formed < amount / 2 else (low, pH)
    return 0.5 * (low + high)


@pytest.mark.parametrize(("metal", "ion"), [("Fe(3)", "Fe+3"), ("Al", "Al+3"), ("Nd", "Nd+3")])
def test_our_precipitation_lies_within_the_spread_of_the_databases(metal, ion, capsys):
    """0.7 of p[H] beyond the spread is allowed: what the activity of an M+3 ion at ionic
    strength 1, which we leave out, is worth."""
    found = {d: _half_way(d, metal, p[metal]) for d, p in _PHASES.items() if metal in p}
    ours = _ours_half_way(ion, _MAGNET[metal])
    with capsys.disabled():
        spread = ", ".join(f"{name} {pH:.2f}" for name, pH in found.items())
        print(f"\n{metal} half precipitated at p[H] {ours:.2f}; {spread}")
    assert min(found.values()) - 0.7 <= ours <= max(found.values()) + 0.7


MAGNET_LIQUOR = {"Fe+3": 0.01, "Al+3": 0.005, "Co+2": 0.005, "Nd+3": 0.1, "Dy+3": 0.005}
FREE_ACID = 0.1


@pytest.fixture(scope="module")
def side_by_side():
    return neutralised(MAGNET_LIQUOR, FREE_ACID, 4.5)


def test_iron_leaves_and_rare_earths_stay_whatever_the_constants(side_by_side):
    assert set(side_by_side) == {"ours", *DATABASES}
    for found in side_by_side.values():
        out = found.precipitated
        assert out["Fe+3"] > 0.99
        assert all(out[ion] < 1e-3 for ion in ("Co+2", "Nd+3", "Dy+3") if ion in out)


def test_alkali_goes_to_free_acid_and_to_what_precipitates(side_by_side):
    """Hydrolysed ions in solution take the rest: 2.5 OH- of each aluminium left, at most."""
    for found in side_by_side.values():
        out = found.precipitated
        least = FREE_ACID + sum(3 * MAGNET_LIQUOR[ion] * out[ion] for ion in ("Fe+3", "Al+3"))
        left = 2.5 * MAGNET_LIQUOR["Al+3"] * (1 - out["Al+3"]) + 1e-3
        assert least - 1e-3 <= found.alkali <= least + left


def test_our_share_of_aluminium_lies_within_the_spread_of_the_databases(side_by_side):
    """From none to all: nobody should trust one database on fresh aluminium hydroxide."""
    theirs = [side_by_side[name].precipitated["Al+3"] for name in DATABASES]
    assert min(theirs) < 0.01
    assert max(theirs) > 0.99
    assert min(theirs) <= side_by_side["ours"].precipitated["Al+3"] <= max(theirs)


def test_the_page_shows_what_comes_out(side_by_side):
    page = (Path(__file__).parents[2] / "docs" / "routes.md").read_text("utf-8")
    for name, found in side_by_side.items():
        shares = (
            f"{found.precipitated[ion]:.1%}" if ion in found.precipitated else ""
            for ion in ("Fe+3", "Al+3", "Nd+3")
        )
        row = " | ".join([name, f"{found.alkali:.3f}", *shares])
        assert f"| {row} |".replace("|  |", "| |") in page, row


def test_a_database_that_is_not_the_pinned_one_is_refused(monkeypatch):
    other = replace(DATABASES["phreeqc.dat"], sha256="0" * 64)
    monkeypatch.setitem(DATABASES, "phreeqc.dat", other)
    with pytest.raises(OtherDatabase, match=r"phreeqc\.dat.*found SHA-256 5937.*install phreeqc"):
        neutralised(MAGNET_LIQUOR, FREE_ACID, 4.5)
