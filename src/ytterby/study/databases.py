"""One liquor neutralised by our constants and by each database that comes with PHREEQC.

Databases disagree, on hydroxides of fresh iron and aluminium most of all. How far they lie apart
on the liquor at hand says how far to trust any of them, and us.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ytterby.balance import Basis
from ytterby.chemistry import Solution, Species, dose_to_p_h, equilibrate, hydroxides

_PLENTY = 100.0
"""mol of alkali that stand ready; what is left is taken off again."""
_PASSES = 6
"""Of correcting the activity of H+ that PHREEQC is asked for until its p[H] is the one wanted."""
_CLOSE = 1e-6


class OtherDatabase(ValueError):
    """A database that is not the one whose results are known."""


@dataclass(frozen=True)
class Database:
    """A database of PHREEQC. sha256: of its file. hydroxides: the fresh hydroxide of each ion in
    it; ions that are not named have none there and are left out of the liquor."""

    sha256: str
    hydroxides: Mapping[str, str]


DATABASES = {
    "llnl.dat": Database(
        "dbc108236b91b7618b5362e64c3968123bb7d969270cbc7129673b887397e78a",
        {
            "Fe+3": "Fe(OH)3",
            "Al+3": "Gibbsite",
            "Co+2": "Co(OH)2",
            **{f"{element}+3": f"{element}(OH)3(am)" for element in ("Pr", "Nd", "Gd", "Tb", "Dy")},
        },
    ),
    "minteq.v4.dat": Database(
        "a93914e63b0c616f8506cc92739188e50c5b9a15c33b111979652f308457f4ac",
        {"Fe+3": "Ferrihydrite", "Al+3": "Al(OH)3(am)", "Co+2": "Co(OH)2"},
    ),
    "phreeqc.dat": Database(
        "59373961d648dfbf68a40744060c1d64f57ecbec98f4f5fb89f3a1b4213ccd10",
        {"Fe+3": "Fe(OH)3(a)", "Al+3": "Al(OH)3(a)"},
    ),
    "sit.dat": Database(
        "d7cbc6d459fd144b617efcf4d4f18ae68c53acd4ae873df16a305b74efac4155",
        {"Fe+3": "Ferrihydrite(am)", "Al+3": "Gibbsite", "Co+2": "Co(OH)2(s,blue)"},
    ),
    "wateq4f.dat": Database(
        "7816c92eadd28f7e4703efa467a038a197748cd38f410d81aa7909fde1c8912f",
        {"Fe+3": "Fe(OH)3(a)", "Al+3": "Al(OH)3(a)"},
    ),
}
"""The databases that package `phreeqc` 1.1.1 ships, but for those without hydroxides of metals."""


@dataclass(frozen=True)
class Neutralised:
    """What neutralising a liquor comes to by one set of constants.

    alkali: NaOH [mol/L]. precipitated: share of each ion that is out as hydroxide [-]; an ion that
    the constants do not know is not in it, and takes no alkali.
    """

    alkali: float
    precipitated: Mapping[str, float]


def neutralised(liquor: Mapping[str, float], acid: float, p_h: float) -> dict[str, Neutralised]:
    """A chloride liquor brought to a p[H] with NaOH: 'ours', and by each database of PHREEQC.

    Fresh hydroxides form up to their solubility; nothing is dragged along with them. Ours takes
    concentrations for activities, the databases reckon with activities of their own.

    liquor: ions that hydrolyse, such as {"Fe+3": 0.01} [mol/L]. acid: free HCl in it [mol/L].
    p_h: what it is brought to, -log10 of the concentration of H+ [-].

    Raises ModuleNotFoundError without the package `phreeqc`, OtherDatabase where a database is not
    the one that is pinned. Valid for dilute liquors: litres and kilograms of water count alike.
    """
    found = {"ours": _ours(liquor, acid, p_h)}
    for name in DATABASES:
        found[name] = _theirs(name, liquor, acid, p_h)
    return found


def _ours(liquor: Mapping[str, float], acid: float, p_h: float) -> Neutralised:
    solids = hydroxides(list(liquor))
    basis = Basis.of({*liquor, *solids, "Na+", "Cl-"})
    solution = Solution.of(basis.names, solids)
    charge = acid + sum(Species.of(ion).charge * n for ion, n in liquor.items())
    water = 1 / Species.of("H2O").molar_mass
    start = basis.amounts({**liquor, "H+": acid, "Cl-": charge, "H2O": water})
    alkali = basis.amounts({"Na+": 1.0, "OH-": 1.0})
    dose = dose_to_p_h(start, alkali, p_h, solution)
    after = equilibrate(start + dose * alkali, solution)
    out = {ion: sum(float(after[basis.index[s]]) for s in hydroxides([ion])) for ion in liquor}
    return Neutralised(dose, {ion: out[ion] / n for ion, n in liquor.items()})


def _theirs(name: str, liquor: Mapping[str, float], acid: float, p_h: float) -> Neutralised:
    engine = engine_of(name)
    phases = {ion: DATABASES[name].hydroxides[ion] for ion in liquor if _knows(name, ion)}
    asked, row = p_h, {}
    for _ in range(_PASSES):
        row = _run(engine, {ion: liquor[ion] for ion in phases}, acid, asked, phases)
        off = p_h + math.log10(row["m_H+(mol/kgw)"])
        if abs(off) < _CLOSE:
            break
        asked += off
    out = {ion: row[phase] / liquor[ion] for ion, phase in phases.items()}
    return Neutralised(_PLENTY - row["Fix_pH"], out)


def _knows(name: str, ion: str) -> bool:
    return ion in DATABASES[name].hydroxides


def engine_of(name: str) -> Any:
    """PHREEQC with one of its databases loaded; raises OtherDatabase where it is another one."""
    phreeqc = import_module("phreeqc")
    file = Path(str(phreeqc.__file__)).parent / "databases" / name
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != DATABASES[name].sha256:
        raise OtherDatabase(
            f"{name} of the package phreeqc: found SHA-256 {found}, expected "
            f"{DATABASES[name].sha256}; install phreeqc 1.1.1"
        )
    engine = phreeqc.Phreeqc()
    engine.LoadBuiltInDatabase(name)
    return engine


def _run(
    engine: Any, liquor: Mapping[str, float], acid: float, p_h: float, phases: Mapping[str, str]
) -> dict[str, float]:
    """The last row of the output of PHREEQC at one activity of H+."""
    charge = acid + sum(Species.of(ion).charge * n for ion, n in liquor.items())
    lines = ["PHASES", "Fix_pH", "H+ = H+", "log_k 0", "SOLUTION 1", "units mol/kgw"]
    lines += [f"pH {-math.log10(acid)} charge", f"Cl {charge}"]
    lines += [f"{_valence(ion)} {amount}" for ion, amount in liquor.items()]
    lines += ["EQUILIBRIUM_PHASES 1", f"Fix_pH {-p_h} NaOH {_PLENTY}"]
    lines += [f"{phase} 0 0" for phase in phases.values()]
    lines += ["SELECTED_OUTPUT", "-reset false", "-high_precision true", "-molalities H+"]
    lines += ["-equilibrium_phases Fix_pH " + " ".join(phases.values()), "END"]
    if engine.RunString("\n".join(lines)):
        raise ArithmeticError(f"PHREEQC: {engine.GetErrorString()}")
    return {head: float(column[-1]) for head, column in engine.GetSelectedOutput().items()}


def _valence(ion: str) -> str:
    """Iron(III) as PHREEQC writes it; other metals have one valence in these liquors."""
    element = Species.of(ion).atoms[0][0]
    return "Fe(3)" if ion == "Fe+3" else element
