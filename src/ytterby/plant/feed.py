"""Feeds: what enters a plant, read from an assay, a solution, a gas or an organic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ytterby.balance import AMBIENT, Basis, Stream
from ytterby.chemistry import (
    DILUENTS,
    DIMERS,
    EXTRACTANTS,
    OTHER_NAMES,
    Species,
    equilibrate,
)
from ytterby.facts import table
from ytterby.plant.clay_feed import clay_amounts
from ytterby.plant.errors import nearest, placed
from ytterby.plant.liquid_feed import Per, liquid_amounts, liquor_amounts
from ytterby.plant.solid_feed import assay_amounts, scrap_amounts
from ytterby.quantity import check, describe, parse, parse_any
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
GASES = ("air", "O2", "N2", "CO2", "H2")
_TEMPERATURES = (200.0, 2000.0)
"""What a feed may have [K]; anything else is a slip of the unit."""


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
            amounts = assay_amounts(tree["assay"])
        case "clay":
            amounts = placed("clay", lambda: clay_amounts(tree["clay"]))
        case "scrap":
            amounts = scrap_amounts(tree)
        case "liquid":
            amounts, per = liquid_amounts(tree["liquid"])
        case "liquor":
            amounts, per = liquor_amounts(tree), "cubic metre"
        case "gas":
            amounts = _gas(tree["gas"])
        case _:
            amounts, per = _organic(tree), "cubic metre"
    flow, by_volume = _flow(tree.get("flow"))
    temperature = placed("temperature", lambda: _temperature(tree.get("temperature")))
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


def _flow(raw: Any) -> tuple[float | None, bool]:
    if raw is None:
        return None, False
    value, unit = placed("flow", lambda: parse_any(raw, ("kg/s", "m3/s")))
    if value < 0:
        raise FieldError(("flow",), f"the negative flow {raw!r}", "a flow of 0 or more")
    return value, unit == "m3/s"


def _temperature(raw: Any) -> float:
    value = AMBIENT if raw is None else parse(raw, "K")
    check(value, *_TEMPERATURES, "K", raw)
    return value


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
    molarity = placed("molarity", lambda: parse(tree["molarity"], "mol/m3"))
    basis = Basis.of({f"{extractant}(org)", f"{diluent}(org)"})
    free = molarity / 2 if extractant in DIMERS else molarity
    volume = dict(zip(basis.names, basis.molar_volume.tolist(), strict=True))
    room = 1 - free * volume[f"{extractant}(org)"]
    if molarity <= 0 or room < 0:
        raise FieldError(
            ("molarity",), describe(tree["molarity"]), "more than 0 and no more than pure"
        )
    return {f"{extractant}(org)": free, f"{diluent}(org)": room / volume[f"{diluent}(org)"]}
