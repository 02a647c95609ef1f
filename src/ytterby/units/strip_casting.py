"""Strip casting: metals charged to an alloy of a composition, melted and cast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.chemistry import RARE_EARTHS
from ytterby.facts import Fact
from ytterby.units.alloy import (
    HEAVY,
    OXYGEN,
    above_limits,
    bind_oxygen,
    fed,
    metal_mass,
    oxides_of,
    oxygen_for,
    spend,
)
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.shares import shares
from ytterby.units.unit import Inlet, Outcome, Unit, with_reagent

_PORTS = ("heavy", "iron", "boron", "additives")
_EXACT = 1e-9


@dataclass(frozen=True, kw_only=True)
class StripCasting(Unit):
    """Charges metals to an alloy of the composition asked for, melts and casts it.

    What `rare_earths` brings sets the size of the charge: iron is drawn until rare earths are
    their share of it, `heavy` until Gd, Tb, Dy and Ho are theirs, boron and additives until
    theirs. Of the rare earths a sourced share is oxidised into slag; the alloy takes up oxygen.

    Shares are of the charge. Fails where: metals evaporate (Sm), or the crucible is attacked.
    """

    kind: ClassVar[str] = "strip-casting"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "alloy": "flakes [solid]",
        "slag": "oxidised metal and skull [solid]",
        "offgas": "what is left of the air [gas]",
    }

    rare_earths: Any = inlet("Rare earth metals, clean magnet scrap; all of it is charged.")
    heavy: Any = inlet(
        "Metal that raises heavy rare earths, such as Dy-Fe.", drawable=True, required=False
    )
    iron: Any = inlet("Iron.", drawable=True)
    boron: Any = inlet("Ferroboron.", drawable=True)
    additives: Any = inlet(
        "Co, Al, Cu, Ga and Nb together, as one mixture.", drawable=True, required=False
    )
    air: Any = inlet("Air, of which the melt takes up oxygen.", drawable=True)
    rare_earth_share: float = setting(
        "-", "Metallic rare earths per mass of charge", minimum=0.2, maximum=0.5
    )
    heavy_share: float = setting(
        "-", "Gd, Tb, Dy and Ho per mass of charge, at least", default=0, minimum=0, maximum=0.2
    )
    boron_share: float = setting("-", "Boron per mass of charge", minimum=0, maximum=0.03)
    additive_share: float = setting(
        "-", "The mixture of additives per mass of charge", default=0, minimum=0, maximum=0.2
    )
    oxygen_pickup: float = setting(
        "-", "Oxygen picked up per mass of alloy, such as 200 ppm", minimum=0, maximum=0.05
    )
    limits: Frozen = shares("Highest mass share of unwanted elements, {O: 0.1 %}", required=False)
    slag_loss: Fact = sourced(
        "casting.slag-loss", "Share of the rare earths that goes into slag", maximum=1
    )
    energy: Fact = sourced("casting.energy", "Electricity per mass of alloy", unit="J/kg")

    def reach(self, names: frozenset[str]) -> set[str]:
        return oxides_of(names)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        metals = inlets["rare_earths"].stream
        basis = metals.basis
        ports = {port: inlets[port] for port in _PORTS if port in inlets}
        drawn = self._charge(metals, ports)
        amounts = metals.amounts.copy()
        for port, given in ports.items():
            amounts = amounts + with_reagent(given, drawn[port])
        charge = Stream(basis, amounts)
        slag, molten, oxygen = self._slag(charge)
        pickup, findings = oxygen_for(name, basis, molten, self.oxygen_pickup)
        air, air_drawn = fed(inlets["air"], OXYGEN, oxygen + pickup)
        enough = spend(air, basis.index[OXYGEN], oxygen + pickup)
        alloy = bind_oxygen(basis, molten, pickup)
        cast = Stream(basis, alloy)
        text = "the air brings too little oxygen; let it name a feed without a flow"
        return Outcome(
            outlets={
                "alloy": cast,
                "slag": Stream(basis, slag),
                "offgas": Stream(basis, air),
            },
            drawn={**drawn, "air": air_drawn},
            duties={"electricity": cast.mass * self.energy.si("J/kg")},
            findings=(
                *self._findings(name, charge),
                *findings,
                *above_limits(name, cast, self.limits),
            ),
            trouble=None if enough else Finding(name, text, "error"),
        )

    def _charge(self, metals: Stream, ports: Mapping[str, Inlet]) -> dict[str, float]:
        """kg/s drawn at each port, none below zero.

        Content less share times mass, summed over all that is charged, is nought for each port
        that draws; a port that would have to give back draws nothing.
        """
        base = Stream(metals.basis, metals.amounts + sum(p.stream.amounts for p in ports.values()))
        drawing = [port for port, given in ports.items() if given.reagent is not None]
        drawn = dict.fromkeys(ports, 0.0)
        while drawing:
            lack = np.array([self._lack(port, base, ports[port].stream.mass) for port in drawing])
            gain = np.array(
                [
                    [-self._lack(row, _reagent(ports[c]), float(row == c)) for c in drawing]
                    for row in drawing
                ]
            )
            found = np.linalg.lstsq(gain, lack)[0]
            if np.all(found >= 0):
                return drawn | dict(zip(drawing, found.tolist(), strict=True))
            drawing.remove(drawing[int(np.argmin(found))])
        return drawn

    def _lack(self, port: str, stream: Stream, own: float) -> float:
        """[kg/s] by which `stream` falls short of what `port` is to bring it to.

        own: mass that came by the port. Iron answers for the share of rare earths.
        """
        match port:
            case "iron":
                return self.rare_earth_share * stream.mass - metal_mass(stream, RARE_EARTHS)
            case "heavy":
                return self.heavy_share * stream.mass - metal_mass(stream, HEAVY)
            case "boron":
                return self.boron_share * stream.mass - stream.element_masses.get("B", 0.0)
            case _:
                return self.additive_share * stream.mass - own

    def _slag(self, charge: Stream) -> tuple[np.ndarray, np.ndarray, float]:
        """(slag, molten metal [mol/s], O2 that the slag takes up [mol/s])."""
        basis = charge.basis
        slag, molten, oxygen = basis.zeros(), charge.amounts.copy(), 0.0
        for element in RARE_EARTHS:
            lost = self.slag_loss.value * charge[f"{element}(s)"]
            if lost > 0:
                molten[basis.index[f"{element}(s)"]] -= lost
                slag[basis.index[f"{element}2O3(s)"]] += lost / 2
                oxygen += lost * 3 / 4
        return slag, molten, oxygen

    def _findings(self, name: str, charge: Stream) -> tuple[Finding, ...]:
        if not charge.mass > 0:
            return ()
        found = []
        wanted = (
            (self.rare_earth_share, metal_mass(charge, RARE_EARTHS), "metallic rare earths"),
            (self.heavy_share, metal_mass(charge, HEAVY), "metallic heavy rare earths"),
            (self.boron_share, charge.element_masses.get("B", 0.0), "boron"),
        )
        for target, mass, what in wanted:
            share = mass / charge.mass
            if share < target * (1 - _EXACT):
                text = f"{what} are {share:.2%} of the charge, wanted {target:.2%}"
                found.append(Finding(name, f"{text}; name a metal that brings more"))
            elif share > target * (1 + _EXACT):
                text = f"{what} are {share:.2%} of the charge, more than {target:.2%}"
                found.append(Finding(name, text, "note"))
        return tuple(found)


def _reagent(inlet: Inlet) -> Stream:
    assert inlet.reagent is not None
    return inlet.reagent
