"""Feeds: what enters a plant, read from an assay, a solution, a gas or an organic."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from ytterby.balance import AMBIENT, Basis, Stream
from ytterby.chemistry import (
    DILUENTS,
    DIMERS,
    EXTRACTANTS,
    INERT,
    OTHER_NAMES,
    RARE_EARTHS,
    Species,
    UnknownFormula,
    equilibrate,
)
from ytterby.facts import Fact, UnknownFact, fact, table
from ytterby.plant.clay_feed import clay_amounts
from ytterby.plant.errors import nearest
from ytterby.quantity import QuantityError, check, describe, parse, parse_any
from ytterby.units import FieldError

FORMS = ("assay", "clay", "scrap", "liquid", "liquor", "gas", "extractant")
COMMON_KEYS = ("flow", "temperature", "source", "note")
KEYS = {
    "assay": ("assay",),
    "clay": ("clay",),
    "scrap": ("scrap", "oil", "moisture", "coating"),
    "liquid": ("liquid",),
    "liquor": ("liquor", "pH", "anion"),
    "gas": ("gas",),
    "extractant": ("extractant", "molarity", "diluent"),
}
SOLUTES = {
    "HCl": ("H+", "Cl-"),
    "NaOH": ("Na+", "OH-"),
    "NaCl": ("Na+", "Cl-"),
    "H2C2O4": ("H2C2O4",),
    "H2O2": ("H2O2",),
    "H2SO4": ("H+", "H+", "SO4-2"),
    "HNO3": ("H+", "NO3-"),
    "HF": ("HF",),
    "NaF": ("Na+", "F-"),
    "Na2SO4": ("Na+", "Na+", "SO4-2"),
    "Na2CO3": ("Na+", "Na+", "CO3-2"),
    "NaHS": ("Na+", "HS-"),
    "Na2S": ("Na+", "Na+", "HS-", "OH-"),
    "NaNO3": ("Na+", "NO3-"),
    "NH3": ("NH4+", "OH-"),
    "NH4HCO3": ("NH4+", "HCO3-"),
    "Cu(NO3)2": ("Cu+2", "NO3-", "NO3-"),
    "(NH4)2SO4": ("NH4+", "NH4+", "SO4-2"),
    "MgSO4": ("Mg+2", "SO4-2"),
    "Mg(OH)2": ("Mg+2", "OH-", "OH-"),
}
"""What each solute gives; NH3 is weighed as NH4OH and Na2S as NaHS with NaOH. Mg(OH)2 is magnesia
slaked to a milk, all of which counts as dissolved."""
MEDIA = {"chloride": "Cl-", "nitrate": "NO3-", "sulfate": "SO4-2"}
"""Anion that makes up the charge of a liquor."""
GASES = ("air", "O2", "N2", "CO2", "H2")
SCRAP = {
    "hard-disk": "feeds.magnet-hdd",
    "motor": "feeds.magnet-generic",
    "wind": "feeds.magnet-generic",
    "e-bike": "feeds.magnet-e-bike",
    "swarf": "feeds.swarf",
    "lamp-phosphor": "feeds.lamp-phosphor",
    "nimh": "feeds.nimh",
}
"""Kind of scrap -> table of the facts that assay it; oil, moisture and coating: `scrap.<kind>`."""
OIL = "kerosene(org)"
ION_OF = {element: f"{element}+3" for element in RARE_EARTHS} | {
    "Na": "Na+",
    "Al": "Al+3",
    "Co": "Co+2",
    "Ni": "Ni+2",
    "Cu": "Cu+2",
    "Ca": "Ca+2",
    "Mg": "Mg+2",
    "B": "H3BO3",
}
_SOLUTION = re.compile(r"^(?P<solute>[A-Za-z0-9()]+)\s+(?P<strength>.+)$")
_ASSAY_ROUNDING = 1e-9
_WATER = "H2O"
_PER_LITRE = 1000
_TEMPERATURES = (200.0, 2000.0)
"""What a feed may have [K]; anything else is a slip of the unit."""
_PH = (-2.0, 14.0)
"""p[H] that a liquor may be given [-]; anything else is a slip of the pen."""

Per = Literal["kilogram", "cubic metre"]


@dataclass(frozen=True)
class Feed:
    """What enters a plant.

    form: assay (solid), clay, scrap, liquid, liquor, gas or extractant. amounts: (species, mol)
    in one kilogram, or in one cubic metre of liquid as `per` says. flow: kg/s, or m3/s when
    `by_volume`; None for a feed that is drawn on demand. temperature: [K].
    """

    form: str
    amounts: tuple[tuple[str, float], ...]
    per: Per = "kilogram"
    flow: float | None = None
    by_volume: bool = False
    temperature: float = AMBIENT
    source: str = ""
    note: str = ""
    tree: Any = field(default=None, compare=False, repr=False)

    @staticmethod
    def of(tree: Any) -> Feed:
        """The feed that a tree describes; raises FieldError."""
        if isinstance(tree, Feed):
            return tree
        return _read(tree)

    @property
    def species(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.amounts)

    def unit_stream(self, basis: Basis) -> Stream:
        """1 kg/s of the feed."""
        amounts = equilibrate(basis.amounts(dict(self.amounts)), basis.solution)
        stream = Stream(basis, amounts, self.temperature)
        return (1 / stream.mass) * stream

    def stream(self, basis: Basis) -> Stream:
        """The feed at its flow; a feed without a flow brings nothing of itself."""
        unit = self.unit_stream(basis)
        if self.flow is None:
            return 0 * unit
        if not self.by_volume:
            return self.flow * unit
        volume = sum(unit.volume(phase) for phase in ("solid", "aqueous", "organic", "gas"))
        return (self.flow / volume) * unit


def _read(tree: Any) -> Feed:
    if not isinstance(tree, Mapping):
        raise FieldError((), describe(tree), "a mapping such as {liquid: water}")
    forms = [form for form in FORMS if form in tree]
    if len(forms) != 1:
        found = " and ".join(forms) or f"only {', '.join(map(str, tree)) or 'nothing'}"
        raise FieldError((), found, f"one of {', '.join(FORMS)}")
    form = forms[0]
    for key in tree:
        if key not in (*KEYS[form], *COMMON_KEYS):
            allowed = (*KEYS[form], *COMMON_KEYS)
            raise FieldError(
                (str(key),),
                f"unknown key {key!r}",
                f"one of {', '.join(allowed)}",
                nearest(key, allowed).strip(),
            )
    per: Per = "kilogram"
    match form:
        case "assay":
            amounts = _assay(tree["assay"])
        case "clay":
            amounts = _at("clay", lambda: clay_amounts(tree["clay"]))
        case "scrap":
            amounts = _scrap(tree)
        case "liquid":
            amounts, per = _liquid(tree["liquid"])
        case "liquor":
            amounts, per = _liquor(tree), "cubic metre"
        case "gas":
            amounts = _gas(tree["gas"])
        case _:
            amounts, per = _organic(tree), "cubic metre"
    flow, by_volume = _flow(tree.get("flow"))
    temperature = _at("temperature", lambda: _temperature(tree.get("temperature")))
    return Feed(
        form=form,
        amounts=tuple(amounts.items()),
        per=per,
        flow=flow,
        by_volume=by_volume,
        temperature=temperature,
        source=str(tree.get("source", "")),
        note=str(tree.get("note", "")),
        tree=tree,
    )


def _at(key: str, read: Any) -> Any:
    """`read()` with the errors placed at `key`."""
    try:
        return read()
    except FieldError as error:
        raise FieldError((key, *error.path), error.found, error.expected, error.hint) from None
    except QuantityError as error:
        raise FieldError((key,), error.found, error.expected, error.hint) from None


def _flow(raw: Any) -> tuple[float | None, bool]:
    if raw is None:
        return None, False
    value, unit = _at("flow", lambda: parse_any(raw, ("kg/s", "m3/s")))
    if value < 0:
        raise FieldError(("flow",), f"the negative flow {raw!r}", "a flow of 0 or more")
    return value, unit == "m3/s"


def _temperature(raw: Any) -> float:
    value = AMBIENT if raw is None else parse(raw, "K")
    check(value, *_TEMPERATURES, "K", raw)
    return value


def _assay(raw: Any) -> dict[str, float]:
    """mol per kilogram of each species of a solid of which mass fractions are given."""
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError(
            ("assay",), describe(raw), "a mapping from element or compound to mass share"
        )
    shares: dict[str, float] = {}
    for key, value in raw.items():
        if key != "remainder":
            shares[str(key)] = _at(
                "assay", lambda k=key, v=value: _at(str(k), lambda: _share(k, v))
            )
    total = sum(shares.values())
    if total > 1 + _ASSAY_ROUNDING:
        raise FieldError(("assay",), f"shares that add up to {100 * total:.7g} %", "100 % at most")
    rest = max(1 - total, 0.0)
    if "remainder" in raw:
        name = str(raw["remainder"])
        _at("assay", lambda: _at("remainder", lambda: _solid(name)))
        shares[name] = shares.get(name, 0.0) + rest
    elif rest > _ASSAY_ROUNDING:
        raise FieldError(
            ("assay",),
            f"shares that add up to {100 * total:.7g} %",
            "100 %, or what the rest is",
            f"Say it, such as 'remainder: {INERT}'",
        )
    return {
        _solid(name): share / Species.of(_solid(name)).molar_mass
        for name, share in shares.items()
        if share > 0
    }


def _scrap(tree: Mapping[str, Any]) -> dict[str, float]:
    """mol per kilogram as delivered: a sourced assay with what sticks to it.

    The shipped oil, moisture and coating stand unless the tree gives others; what the assay does
    not account for is inert.
    """
    kind = tree["scrap"]
    if not isinstance(kind, str) or kind not in SCRAP:
        hint = nearest(kind, SCRAP).strip() if isinstance(kind, str) else ""
        raise FieldError(("scrap",), describe(kind), f"one of {', '.join(SCRAP)}", hint)
    rows, extras = table(SCRAP[kind]), table(f"scrap.{kind}")
    wet = {
        key: _at(key, lambda k=key: _fraction(tree[k])) if key in tree else extras[key].value
        for key in ("oil", "moisture")
    }
    assay = {key: fact.value for key, fact in rows.items() if key != "unaccounted"}
    coating = _coating(tree.get("coating"), extras.get("coating"))
    metal = 1 - sum(coating.values())
    solid = {key: metal * share for key, share in assay.items()}
    for key, share in coating.items():
        solid[key] = solid.get(key, 0.0) + share
    solid[INERT] = solid.get(INERT, 0.0) + max(1 - sum(solid.values()), 0.0)
    dry = 1 - sum(wet.values())
    if dry <= 0 or metal <= 0 or sum(assay.values()) > 1 + _ASSAY_ROUNDING:
        raise FieldError(("scrap",), "oil, moisture and coating of 100 % or more", "less")
    amounts = {
        _solid(key): dry * share / Species.of(_solid(key)).molar_mass
        for key, share in solid.items()
        if share > 0
    }
    for name, key in ((OIL, "oil"), (_WATER, "moisture")):
        if wet[key] > 0:
            amounts[name] = wet[key] / Species.of(name).molar_mass
    return amounts


def _fraction(raw: Any) -> float:
    value = parse(raw, "-")
    check(value, 0, 1, "-")
    return value


def _coating(raw: Any, shipped: Fact | None) -> dict[str, float]:
    """Share of the dry scrap that is coating, by element."""
    if raw is None:
        if shipped is None:
            return {}
        return {shipped.conditions.partition(",")[0]: shipped.value}
    if not isinstance(raw, Mapping):
        raise FieldError(("coating",), describe(raw), "a mapping such as {Ni: 1.5 %}")
    return {
        str(key): _at("coating", lambda k=key, v=value: _at(str(k), lambda: _share(k, v)))
        for key, value in raw.items()
    }


def _share(key: object, raw: Any) -> float:
    _solid(str(key))
    value = parse(raw, "-")
    check(value, 0, 1, "-", raw)
    return value


def _solid(name: str) -> str:
    try:
        return Species.of(f"{name}(s)").name
    except UnknownFormula:
        known = [*ION_OF, "Fe", INERT]
        raise FieldError(
            (),
            f"unknown substance {name!r}",
            f"an element, a compound or {INERT}",
            nearest(name, known).strip(),
        ) from None


def _liquid(raw: Any) -> tuple[dict[str, float], Per]:
    """Water, or water with one solute: mol per kilogram, or per m3 where a molarity is given."""
    if raw == "water":
        return {_WATER: 1 / Species.of(_WATER).molar_mass}, "kilogram"
    match = _SOLUTION.match(raw) if isinstance(raw, str) else None
    if match is None or match["solute"] not in SOLUTES:
        known = ", ".join(SOLUTES)
        hint = nearest(match["solute"], SOLUTES).strip() if match else ""
        raise FieldError(
            ("liquid",),
            describe(raw),
            f"water or a solution such as 'HCl 31 % w/w' (of {known})",
            hint,
        )
    ions = Counter(SOLUTES[match["solute"]])
    strength, unit = _at("liquid", lambda: _strength(match["strength"], ("-", "mol/m3", "kg/m3")))
    molar_mass = sum(n * Species.of(ion).molar_mass for ion, n in ions.items())
    if unit == "-":
        _at("liquid", lambda: check(strength, 0, 1, "-", match["strength"]))
        water = (1 - strength) / Species.of(_WATER).molar_mass
        found = {ion: n * strength / molar_mass for ion, n in ions.items()}
        return found | {_WATER: water}, "kilogram"
    amount = strength if unit == "mol/m3" else strength / molar_mass
    return _filled_with_water({i: n * amount for i, n in ions.items()}, "liquid"), "cubic metre"


def _liquor(tree: Mapping[str, Any]) -> dict[str, float]:
    """mol per m3 of a liquor given by ions [kg/m3] or [mol/m3] and a p[H].

    Its anion makes up the charge, chloride unless it says otherwise.
    """
    raw, anion = tree["liquor"], tree.get("anion", "chloride")
    if anion not in MEDIA:
        raise FieldError(
            ("anion",), describe(anion), f"one of {', '.join(MEDIA)}", nearest(anion, MEDIA).strip()
        )
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError(("liquor",), describe(raw), "a mapping such as {Nd: 60 g/L, Fe+3: 1 g/L}")
    amounts: dict[str, float] = {}
    for key, value in raw.items():
        ion = ION_OF.get(str(key), str(key))
        try:
            species = Species.of(ion)
        except UnknownFormula:
            species = None
        if species is None or species.phase != "aqueous" or (not species.charge and ion != "H3BO3"):
            raise FieldError(
                ("liquor", str(key)),
                f"unknown ion {str(key)!r}",
                "an ion such as Nd, Fe+3, Fe+2 or Cl-",
            )
        strength, unit = _at(
            "liquor", lambda k=key, v=value: _at(str(k), lambda: _strength(v, ("kg/m3", "mol/m3")))
        )
        mass = species.atoms and Species.of(ion).molar_mass
        if ion == "H3BO3":
            mass = Species.of("B(s)").molar_mass
        amounts[ion] = strength if unit == "mol/m3" else strength / mass
    pH = _at("pH", lambda: _pH(tree.get("pH", 2)))
    proton = 10.0**-pH * _PER_LITRE
    amounts["H+"] = amounts.get("H+", 0.0) + proton
    surplus = sum(Species.of(ion).charge * amount for ion, amount in amounts.items())
    if surplus < 0:
        raise FieldError(("liquor",), "more anions than cations", "a liquor without net charge")
    closing = MEDIA[anion]
    if anion == "sulfate":
        # Hydrogen sulfate holds protons besides: at this p[H] so many per sulfate.
        ratio = proton / _PER_LITRE * 10.0 ** fact("aqueous.log-k.HSO4-").value
        held = ratio / (1 + ratio)
        surplus /= 2 - held
        amounts["H+"] += held * surplus
    amounts[closing] = amounts.get(closing, 0.0) + surplus
    return _filled_with_water(amounts, "liquor")


def _strength(raw: Any, units: tuple[str, ...]) -> tuple[float, str]:
    """A concentration and the one of `units` in which it is told; raises QuantityError."""
    strength, unit = parse_any(raw, units)
    check(strength, 0, math.inf, unit, raw)
    return strength, unit


def _pH(raw: Any) -> float:
    value = parse(raw, "-")
    check(value, *_PH, "-", raw)
    return value


def _filled_with_water(amounts: dict[str, float], key: str) -> dict[str, float]:
    """The solutes of one m3 and the water that fills it up."""
    from ytterby.chemistry import molar_volume

    try:
        room = 1 - sum(amount * molar_volume(ion) for ion, amount in amounts.items())
    except UnknownFact as error:
        raise FieldError((key,), str(error), "species with a sourced molar volume") from None
    if room <= 0:
        raise FieldError((key,), "more solute than fits", "a solution that has room for water")
    return amounts | {_WATER: amounts.get(_WATER, 0.0) + room / molar_volume(_WATER)}


@cache
def _air() -> dict[str, float]:
    return {f"{gas}(g)": share.value for gas, share in table("gases.air").items()}


def _gas(raw: Any) -> dict[str, float]:
    if raw not in GASES:
        raise FieldError(("gas",), describe(raw), " or ".join(GASES), nearest(raw, GASES).strip())
    shares = _air() if raw == "air" else {f"{raw}(g)": 1.0}
    mass = sum(share * Species.of(gas).molar_mass for gas, share in shares.items())
    return {gas: share / mass for gas, share in shares.items()}


def _organic(tree: Mapping[str, Any]) -> dict[str, float]:
    """mol per m3 of free extractant and diluent; the molarity counts molecules, not dimers."""
    named, diluent = tree["extractant"], tree.get("diluent", "kerosene")
    extractant = OTHER_NAMES.get(named, named) if isinstance(named, str) else named
    if not isinstance(extractant, str) or extractant not in EXTRACTANTS:
        raise FieldError(
            ("extractant",),
            describe(extractant),
            f"one of {', '.join(EXTRACTANTS)}",
            nearest(extractant, (*EXTRACTANTS, *OTHER_NAMES)).strip(),
        )
    if not isinstance(diluent, str) or diluent not in DILUENTS:
        raise FieldError(("diluent",), describe(diluent), f"one of {', '.join(DILUENTS)}")
    if "molarity" not in tree:
        raise FieldError(("molarity",), "nothing", "a concentration of monomer, such as 1.0 mol/L")
    molarity = _at("molarity", lambda: parse(tree["molarity"], "mol/m3"))
    basis = Basis.of({f"{extractant}(org)", f"{diluent}(org)"})
    free = molarity / 2 if extractant in DIMERS else molarity
    volume = dict(zip(basis.names, basis.molar_volume.tolist(), strict=True))
    room = 1 - free * volume[f"{extractant}(org)"]
    if molarity <= 0 or room < 0:
        raise FieldError(
            ("molarity",), describe(tree["molarity"]), "more than 0 and no more than pure"
        )
    return {f"{extractant}(org)": free, f"{diluent}(org)": room / volume[f"{diluent}(org)"]}
