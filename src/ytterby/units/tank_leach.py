"""Acid leach in stirred tanks, by rates: of any solid whose rate is given, and of coal refuse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from ytterby.balance import AMBIENT, Basis, Finding, Stream
from ytterby.chemistry import Solution, hydroxides, solids_of
from ytterby.quantity import QuantityError, check, describe, parse
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import SI, FactTable, FieldError, group, inlet, setting, sourced_table
from ytterby.units.minerals import ANY_RARE_EARTH, IN_ACID, in_acid, of_every_rare_earth
from ytterby.units.tank import LAWS, SURFACE, Rate, Tank, series
from ytterby.units.topping import top_up_leach
from ytterby.units.unit import Inlet, Outcome, Unit

_KEYS = ("rate", "order", "law", "energy", "temperature")
_MOST = 1e6
_SCHEMA = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": "object",
        "required": ["rate"],
        "properties": {
            "rate": {"type": "string"},
            "order": {"type": "number"},
            "law": {"enum": list(LAWS)},
            "energy": {"type": "string"},
            "temperature": {"type": "string"},
        },
        "additionalProperties": False,
    },
}


def _read(raw: Any) -> Frozen:
    example = "{RE2O3: {rate: 0.5 1/h, order: 0.7, law: surface}}"
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError((), describe(raw), f"a mapping such as {example}")
    found = {_solid(key): _rate(str(key), value) for key, value in raw.items()}
    return Frozen(found)


def _solid(key: Any) -> str:
    """`NdPO4` or `NdPO4(s)`; `REPO4` means that of every rare earth."""
    solid = f"{str(key).removesuffix('(s)')}(s)"
    if not any(one in IN_ACID for one in of_every_rare_earth(solid)):
        expected = "a solid that acid dissolves, such as RE2O3, NdPO4, REFCO3 or Fe2O3"
        raise FieldError((str(key),), f"unknown key {key!r}", expected)
    return solid


def _rate(solid: str, raw: Any) -> Rate:
    if isinstance(raw, Rate):
        return raw
    if not isinstance(raw, Mapping) or "rate" not in raw:
        raise FieldError((solid,), describe(raw), "a mapping with a rate such as {rate: 0.5 1/h}")
    for key in raw:
        if key not in _KEYS:
            raise FieldError(
                (solid, str(key)), f"unknown key {key!r}", f"one of {', '.join(_KEYS)}"
            )
    law = raw.get("law", SURFACE)
    if law not in LAWS:
        raise FieldError((solid, "law"), describe(law), " or ".join(LAWS))
    units = {"rate": "1/s", "order": "-", "energy": "J/mol", "temperature": "K"}
    values = {}
    for key, unit in units.items():
        if key in raw:
            try:
                values[key] = raw[key] if isinstance(raw[key], SI) else parse(raw[key], unit)
                check(values[key], 0, _MOST, unit, raw[key])
            except QuantityError as error:
                raise FieldError((solid, key), error.found, error.expected, error.hint) from None
    return Rate(
        values["rate"],
        values.get("order", 1.0),
        law,
        values.get("energy", 0.0),
        values.get("temperature", AMBIENT),
    )


def _write(rates: Frozen) -> dict[str, Any]:
    return {
        solid.removesuffix("(s)"): {
            "rate": f"{rate.constant!r} 1/s",
            "order": rate.order,
            "law": rate.law,
            "energy": f"{rate.energy!r} J/mol",
            "temperature": f"{rate.temperature!r} K",
        }
        for solid, rate in rates.items()
    }


@dataclass(frozen=True, kw_only=True)
class StirredTanks(Unit):
    """What leaches in stirred tanks share: solid, acid, water, and tanks in series.

    plain_acid: whether [H+] of the rates counts no hydrolysis of metals.
    """

    plain_acid: ClassVar[bool] = False
    outlets: ClassVar[Mapping[str, str]] = {
        "slurry": "pregnant liquor with the residue [solid, aqueous]",
        "offgas": "carbon dioxide, hydrogen, chlorine, where any forms [gas]",
    }

    solid: Any = inlet("What is leached.")
    acid: Any = inlet("Recycled acid first, fresh acid tops it up to the dose.", drawable=True)
    water: Any = inlet("Water, tops the liquid up to the ratio.", drawable=True, required=False)
    acid_dose: float = setting(
        "mol/kg", "Protons per dry solid; without it no acid is drawn", default=SI(0.0), minimum=0
    )
    liquid_to_solid: float = setting(
        "m3/kg",
        "Liquid per mass of solid; without it no water is drawn",
        default=SI(0.0),
        minimum=0,
    )
    tanks: int = setting("-", "Tanks in series", default=1, minimum=1, maximum=50, whole=True)  # pyright: ignore[reportAssignmentType]
    time: float = setting("s", "Residence of the slurry in each tank", minimum=1, maximum=1e7)
    temperature: float = setting(
        "K", "Temperature of the leach", default=SI(298.15), minimum=273.15, maximum=473
    )

    def kinetics(self) -> Mapping[str, Rate]:
        """Rate of each solid."""
        raise NotImplementedError

    def reach(self, names: frozenset[str]) -> set[str]:
        dissolving = names & set(self.kinetics())
        made = {"H+", "H2O"}.union(*(in_acid(solid).species for solid in dissolving))
        made |= {"PO4-3"} if "H3PO4" in made else set()
        return made | set(_solids(frozenset(names | made)))

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        solid = inlets["solid"].stream
        basis = solid.basis
        wanted = self.acid_dose * solid.mass_of("solid")
        liquid, drawn, findings = top_up_leach(name, inlets, wanted, self.liquid_to_solid)
        fed = solid.amounts + liquid
        tanks = series(
            basis,
            fed,
            self.kinetics(),
            self.tanks,
            self.time,
            self.temperature,
            _solution(basis),
            self.plain_acid,
        )
        last, gas = tanks[-1], basis.masks["gas"]
        return Outcome(
            outlets={
                "slurry": Stream(basis, last.amounts * ~gas, self.temperature),
                "offgas": Stream(basis, last.amounts * gas, self.temperature),
            },
            drawn=drawn,
            findings=(*findings, *self._told(name, tanks, solid)),
            detail=tuple(tanks),
        )

    def _told(self, name: str, tanks: list[Tank], solid: Stream) -> tuple[Finding, ...]:
        still = [s for s in IN_ACID if solid[s] > 0 and s not in self.kinetics()]
        if not still:
            return ()
        text = f"no rate is given for {', '.join(s.removesuffix('(s)') for s in still)}: it stays"
        return (Finding(name, text, "note"),)


@dataclass(frozen=True, kw_only=True)
class TankLeach(StirredTanks):
    """Leaches in hydrochloric, sulfuric or nitric acid, in one or more tanks, by given rates.

    Every solid with a rate shrinks by it (docs: a surface that reacts, or diffusion through an
    ash layer), [H+] follows from the acid and what has dissolved in each tank, and hydroxides,
    gypsum, barium sulfate, fluorides and phosphates come down where they are no longer soluble.
    A solid without a rate stays. Thorium, uranium and radium go where their own solids do.

    Rates belong to one ore, grind and acid and have no general source: they have to be given.
    Fails where: silica gels, or iron(II) is oxidised.
    """

    kind: ClassVar[str] = "tank-leach"
    grade: ClassVar = "fitted"

    rates: Frozen = group(
        "Rate at 1 mol/L of H+, order, law, energy of each solid, {RE2O3: {rate: 1 1/h}}",
        _read,
        _write,
        _SCHEMA,
    )

    def kinetics(self) -> Mapping[str, Rate]:
        ordered = sorted(self.rates.items(), key=lambda item: ANY_RARE_EARTH not in item[0])
        return {
            one: rate
            for solid, rate in ordered
            for one in of_every_rare_earth(solid)
            if one in IN_ACID
        }


@dataclass(frozen=True, kw_only=True)
class CoalRefuseLeach(StirredTanks):
    """Leaches coal refuse in dilute sulfuric acid, in one or more tanks.

    The oxides of twelve elements shrink as r = k [H+]^n (1 - X)^(2/3), with k and n fitted to
    refuse of West Kentucky seam No. 13; k is per share of the oxide, so that the grade may differ.
    As in that fit, [H+] of the rates knows bisulfate and no hydrolysis of metals.

    Fails where: the refuse is another seam's, was calcined first, or acid is stronger than in
    those tests; europium, terbium and what is heavier than dysprosium were not fitted and stay.
    """

    kind: ClassVar[str] = "coal-refuse-leach"
    grade: ClassVar = "fitted"
    plain_acid: ClassVar[bool] = True

    rate: FactTable = sourced_table(
        "leach.coal-refuse.rate", "Rate constant of each oxide at 1 mol/L of H+", unit="1/s"
    )
    order: FactTable = sourced_table("leach.coal-refuse.order", "Order in H+ of each oxide")

    def kinetics(self) -> Mapping[str, Rate]:
        return {
            _OXIDE.get(element, f"{element}2O3(s)"): Rate(fact.si("1/s"), self.order[element].value)
            for element, fact in self.rate.items()
        }


_OXIDE = {"Ca": "CaO(s)"}


@cache
def _solids(names: frozenset[str]) -> tuple[str, ...]:
    families = ("sulfate", "fluoride", "phosphate")
    return (*hydroxides(names), *(s for family in families for s in solids_of(family, names)))


@cache
def _solution(basis: Basis) -> Solution:
    there = set(_solids(frozenset(basis.names)))
    return Solution.of(basis.names, tuple(name for name in basis.names if name in there))
