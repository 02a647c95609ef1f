"""Reverse osmosis: pressure drives water through a membrane that holds salt back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import AMBIENT, Basis, Finding, Stream
from ytterby.chemistry import Solution, equilibrate, ions_of, solids_of, supersaturation
from ytterby.facts import Fact
from ytterby.units.card import Card, kilowatt_hours, ratio
from ytterby.units.fields import FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.ions import neutral, osmotic_pressure
from ytterby.units.unit import Inlet, Outcome, Unit

_PER_BAR = 1e-5
_MILLIGRAMS = 1000
_CLEAR = 1.0
"""Suspended solids that a cartridge filter before the membrane takes [mg/L]."""
_SCALE = 0.3
"""log10 of supersaturation that an antiscalant does not need to hold back [-]."""
_SCALING = {"Ca+2", "Mg+2", "Ba+2"}
_OWN = {"NH4+": "ammonium", "NH3": "ammonia"}


@dataclass(frozen=True, kw_only=True)
class ReverseOsmosis(Unit):
    """Parts water into permeate and concentrate under pressure.

    The share `recovery` of the water passes. At any place along the membrane the permeate holds
    1 - R of what stands before it, so that of a solute (1 - recovery)^(1 - R) stays behind; the
    ions of the sign that would pass more are held back until charges balance. The pressure must
    stand above the osmotic pressure of the concentrate by the sourced driving pressure.
    Electricity: p V / efficiency, less what is recovered from the concentrate.

    Fails where: polarisation at the membrane is strong, p[H] or temperature damage the membrane,
    or ammonia is to be held back above p[H] 8: dissolved gas passes.
    """

    kind: ClassVar[str] = "reverse-osmosis"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "permeate": "the clean water [aqueous]",
        "concentrate": "the brine [solid, aqueous]",
    }

    liquor: Any = inlet("Clear water.")
    recovery: float = setting("-", "Share of the water that passes", minimum=0.01, maximum=0.98)
    pressure: float = setting("Pa", "Pressure, such as 60 bar", minimum=1e5, maximum=1.2e7)
    rejection: FactTable = sourced_table(
        "reverse-osmosis.rejection", "Share held back at any place, by kind of solute", maximum=1.0
    )
    osmotic_coefficient: Fact = sourced(
        "reverse-osmosis.osmotic-coefficient", "Osmotic coefficient"
    )
    driving_pressure: Fact = sourced(
        "reverse-osmosis.driving-pressure", "Pressure above the osmotic one, at least", unit="Pa"
    )
    pump_efficiency: Fact = sourced(
        "reverse-osmosis.pump-efficiency", "Efficiency of the pump", minimum=0.1, maximum=1.0
    )
    energy_recovery: float = setting(
        "-",
        "Share of the concentrate's pressure energy used again: exchanger 0.95, turbine 0.7",
        default=0,
        minimum=0,
        maximum=0.98,
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        """The scales that may be warned of; none is made."""
        return _scales_of(names)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor = inlets["liquor"].stream
        basis = liquor.basis
        held = self._rejections(basis)
        passing = (1 - (1 - self.recovery) ** (1 - held)) * basis.masks["aqueous"]
        passing = neutral(basis, liquor.amounts, passing)
        passing[basis.index["H2O"]] = self.recovery
        outlets = {
            "permeate": _settled(liquor, passing * liquor.amounts),
            "concentrate": _settled(liquor, (1 - passing) * liquor.amounts),
        }
        needed = self._needed(outlets["concentrate"]) - self._osmotic(outlets["permeate"])
        trouble = None
        if needed > self.pressure and liquor.mass > 0:
            text = (
                f"the concentrate asks for {needed * _PER_BAR:.0f} bar, more than the "
                f"{self.pressure * _PER_BAR:.0f} bar given; lower the recovery, raise the pressure "
                "or take salt out before"
            )
            trouble = Finding(name, text, "error")
        feed, brine = liquor.volume("aqueous"), outlets["concentrate"].volume("aqueous")
        power = self.pressure * feed / self.pump_efficiency.value
        power -= self.energy_recovery * self.pressure * brine
        clean = outlets["permeate"].volume("aqueous")
        card = Card(
            (
                ("electricity", kilowatt_hours(ratio(power, clean)), "kWh/m3 of permeate"),
                ("osmotic pressure of the feed", self._osmotic(liquor) * _PER_BAR, "bar"),
                (
                    "osmotic pressure of the concentrate",
                    self._osmotic(outlets["concentrate"]) * _PER_BAR,
                    "bar",
                ),
                ("salt in the permeate", _salt(outlets["permeate"]), "g/L"),
                ("salt in the concentrate", _salt(outlets["concentrate"]), "g/L"),
            )
        )
        return Outcome(
            outlets=outlets,
            duties={"electricity": power},
            findings=(*_fouling(name, liquor), *_scaling(name, outlets["concentrate"])),
            trouble=trouble,
            detail=card,
        )

    def _rejections(self, basis: Basis) -> np.ndarray:
        """Rejection of each species [-], shape (species,)."""
        keys = [_kind(name, charge) for name, charge in zip(basis.names, basis.charge, strict=True)]
        return np.array([self.rejection[key].value for key in keys])

    def _osmotic(self, stream: Stream) -> float:
        """Osmotic pressure [Pa]."""
        solutes = stream.basis.masks["aqueous"].copy()
        solutes[stream.basis.index["H2O"]] = False
        concentration = ratio(float(stream.amounts[solutes].sum()), stream.volume("aqueous"))
        return osmotic_pressure(concentration, self.osmotic_coefficient.value, AMBIENT)

    def _needed(self, concentrate: Stream) -> float:
        return self._osmotic(concentrate) + self.driving_pressure.si("Pa")


def _kind(name: str, charge: float) -> str:
    """Which rejection a species goes by."""
    if name in _OWN:
        return _OWN[name]
    return "uncharged" if charge == 0 else "monovalent" if abs(charge) == 1 else "multivalent"


def _settled(like: Stream, amounts: np.ndarray) -> Stream:
    return Stream(like.basis, equilibrate(amounts, like.basis.solution), like.temperature)


def _salt(stream: Stream) -> float:
    """Dissolved matter [g/L]."""
    water = stream["H2O"] * stream.basis.molar_mass[stream.basis.index["H2O"]]
    return ratio(stream.mass_of("aqueous") - water, stream.volume("aqueous"))


def _fouling(name: str, liquor: Stream) -> tuple[Finding, ...]:
    solids = ratio(_MILLIGRAMS * liquor.mass_of("solid"), liquor.volume("aqueous"))
    if not solids > _CLEAR:
        return ()
    text = f"{solids:.2g} mg/L of solids come in and foul the membrane; filter before"
    return (Finding(name, text),)


def _scaling(name: str, concentrate: Stream) -> tuple[Finding, ...]:
    over = supersaturation(concentrate.amounts, _scales(concentrate.basis))
    found = {solid: excess for solid, excess in over.items() if excess > _SCALE}
    if not found:
        return ()
    worst = max(found, key=lambda solid: found[solid])
    text = (
        f"{', '.join(sorted(found))} would scale the membrane; {worst} is {10 ** found[worst]:.2g}"
    )
    return (Finding(name, f"{text} times over its solubility"),)


def _scales_of(names: Iterable[str]) -> set[str]:
    """Solids of calcium, magnesium and barium that the ions among `names` can form."""
    there = frozenset(names)
    families = [s for f in ("sulfate", "fluoride", "carbonate") for s in solids_of(f, there)]
    return {solid for solid in families if ions_of(solid) & _SCALING}


@cache
def _scales(basis: Basis) -> Solution:
    possible = _scales_of(basis.names)
    return Solution.of(basis.names, tuple(name for name in basis.names if name in possible))
