"""Oxidation roast: magnet metal to oxides in air, part of the rare earths bound in ferrite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ytterby.balance import Stream
from ytterby.chemistry import RARE_EARTHS, Reaction
from ytterby.facts import Fact
from ytterby.units.fields import inlet, setting, sourced
from ytterby.units.thermal import (
    OXYGEN,
    SESQUIOXIDE,
    burn,
    ferrite_formation,
    fire,
    stable_species,
)
from ytterby.units.unit import Inlet, Outcome, Unit, elements_in, outside_windows, react

_FERRITE_FORMERS = tuple(e for e in RARE_EARTHS if SESQUIOXIDE[e].endswith("2O3"))
_MAGNETITE = Reaction.of("3 Fe2O3(s) = 2 Fe3O4(s) + 1/2 O2(g)")


@dataclass(frozen=True, kw_only=True)
class OxidationRoast(Unit):
    """Roasts metallic scrap in air until all of it is oxide.

    Every metal goes to its oxide; a sourced share of each rare earth then joins hematite as
    ferrite, REFeO3, which dissolves more slowly than the sesquioxide, and a sourced share of the
    iron stays magnetite. Air is drawn for the oxygen taken up and an excess.

    Fails where: oxidation is incomplete (short, cool or coarse); boron is bound as borate.
    """

    kind: ClassVar[str] = "oxidation-roast"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "calcine": "the oxides [solid]",
        "offgas": "nitrogen, unused oxygen and what burnt [gas]",
    }

    solid: Any = inlet("What is roasted.")
    gas: Any = inlet("Air, or what is used as such.", drawable=True)
    temperature: float = setting("K", "Temperature of the roast", minimum=600, maximum=1400)
    ferrite_share: Fact = sourced(
        "roast.ferrite-share",
        "Share of the rare earths bound as ferrite, cerium apart",
        maximum=1.0,
    )
    magnetite_share: Fact = sourced(
        "roast.magnetite-share", "Share of the iron that stays magnetite", maximum=1.0
    )
    excess_air: Fact = sourced("roast.excess-air", "Oxygen offered beyond that taken up, relative")

    def reach(self, names: frozenset[str]) -> set[str]:
        elements = elements_in(names)
        made = stable_species(elements, SESQUIOXIDE)
        if "Fe" in elements:
            made |= {f"{e}FeO3(s)" for e in elements & set(_FERRITE_FORMERS)} | {"Fe3O4(s)"}
        return made

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        charge = inlets["solid"].stream
        basis = charge.basis
        oxides, oxygen = burn(charge.only("solid", "aqueous", "organic"), SESQUIOXIDE)
        made = react(basis, oxides, self._iron_reactions(Stream(basis, oxides)))
        oxygen -= made[basis.index[OXYGEN]]
        made[basis.index[OXYGEN]] = 0.0
        calcine, offgas, drawn, trouble = fire(
            name, charge, made, oxygen, inlets["gas"], self.excess_air.value, self.temperature
        )
        return Outcome(
            outlets={"calcine": calcine, "offgas": offgas},
            drawn={"gas": drawn},
            findings=outside_windows(name, (self.ferrite_share,), temperature=self.temperature),
            trouble=trouble,
        )

    def _iron_reactions(self, oxides: Stream) -> dict[Reaction, float]:
        """Extents [mol/s]: ferrites as far as there is hematite, then magnetite from the rest."""
        wanted = {
            element: self.ferrite_share.value * oxides[f"{element}2O3(s)"]
            for element in _FERRITE_FORMERS
            if oxides[f"{element}2O3(s)"] > 0
        }
        hematite = oxides["Fe2O3(s)"]
        share = min(1.0, hematite / total) if (total := sum(wanted.values())) > 0 else 0.0
        extents = {ferrite_formation(e): share * extent for e, extent in wanted.items()}
        magnetite = self.magnetite_share.value * (hematite - share * total)
        if hematite > 0:
            extents[_MAGNETITE] = magnetite / 3
        return extents
