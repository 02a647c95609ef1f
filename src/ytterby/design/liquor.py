"""Liquors of a train: what leaves a cascade, and how it is made a feed for the next one.

Between cascades the free acid is neutralised by soda (or acid is added), water is evaporated (or
added) until the rare earths are as concentrated as the next cascade wants them, and salt that no
longer dissolves crystallises:

    Cl + HCl = 3 RE + Na + NaOH + acid wanted,   Na + NaOH = Na in the liquor + salt

What is still dissolved goes on into the next cascade. Volumes add, as in the cascades.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ytterby.design.cut import Cut
from ytterby.design.practice import CHARGE, SODIUM, Practice
from ytterby.facts import fact
from ytterby.separation import Aqueous, Profile


@dataclass(frozen=True)
class Outflow:
    """A liquor that leaves a cascade.

    flow: [L/s]. metals: rare earths, those in droplets of organic with them [mol/s].
    sodium, chloride: [mol/s].
    """

    flow: float
    metals: Mapping[str, float]
    sodium: float
    chloride: float

    @classmethod
    def of(cls, cut: Cut, profile: Profile, name: str) -> Outflow:
        """What leaves by "raffinate", "extract" or "organic"."""
        outlet, index = profile.outlets[name], cut.chemistry.index
        amounts = outlet.amounts
        return cls(
            outlet.aqueous_flow,
            {e: float(amounts[index((e,))[0]]) for e in cut.series if amounts[index((e,))[0]] > 0},
            float(amounts[index((SODIUM,))[0]]),
            outlet.chloride,
        )

    @property
    def acid(self) -> float:
        """Chloride that no metal binds [mol/s]."""
        return self.chloride - CHARGE * sum(self.metals.values()) - self.sodium

    def part(self, share: float) -> Outflow:
        """A share of it."""
        return Outflow(
            share * self.flow,
            {e: share * n for e, n in self.metals.items()},
            share * self.sodium,
            share * self.chloride,
        )

    def __add__(self, other: Outflow) -> Outflow:
        elements = dict.fromkeys((*self.metals, *other.metals))
        return Outflow(
            self.flow + other.flow,
            {e: self.metals.get(e, 0.0) + other.metals.get(e, 0.0) for e in elements},
            self.sodium + other.sodium,
            self.chloride + other.chloride,
        )


@dataclass(frozen=True)
class Conditioning:
    """What it takes to make one liquor out of another.

    alkali, acid: NaOH and HCl, in solution [mol/s]. salt: NaCl that crystallises [mol/s].
    water: added; evaporated where negative [L/s].
    """

    alkali: float = 0.0
    acid: float = 0.0
    salt: float = 0.0
    water: float = 0.0

    @property
    def evaporated(self) -> float:
        """Water that is boiled off [L/s]."""
        return max(-self.water, 0.0)


@dataclass(frozen=True)
class Liquor:
    """A feed of a cascade as it arrives.

    flow: [L/s]. concentrations: rare earths [mol/L]. acid: free [mol/L]. sodium: [mol/L].
    arriving: what it was made of; None for the feed of a train. conditioning: how.
    """

    flow: float
    concentrations: dict[str, float]
    acid: float
    sodium: float = 0.0
    arriving: Outflow | None = None
    conditioning: Conditioning = field(default_factory=Conditioning)

    @classmethod
    def of(cls, cut: Cut, practice: Practice, arriving: Outflow | None = None) -> Liquor:
        """The feed of a cut at the concentration and acid of practice."""
        flow = cut.total / practice.feed
        fresh = cls(flow, {e: n / flow for e, n in cut.feed.items()}, practice.feed_acid)
        return replace(fresh, arriving=arriving).with_acid(practice.feed_acid)

    def with_acid(self, acid: float) -> Liquor:
        """The same with another free acid [mol/L]."""
        if self.arriving is None:
            return replace(self, acid=acid)
        came, metals = self.arriving, sum(self.concentrations.values())
        surplus = came.acid - acid * self.flow
        alkali, added = max(surplus, 0.0), max(-surplus, 0.0)
        brought = came.sodium + alkali
        kept = min(brought, salt_dissolved(CHARGE * metals + acid) * self.flow)
        reagents = alkali / strength("alkali") + added / strength("acid")
        how = Conditioning(alkali, added, brought - kept, self.flow - came.flow - reagents)
        return replace(self, acid=acid, sodium=kept / self.flow, conditioning=how)

    def aqueous(self) -> Aqueous:
        """As a feed of the solver."""
        held = {**self.concentrations, SODIUM: self.sodium} if self.sodium else self.concentrations
        return Aqueous(self.flow, held, self.acid)


def salt_dissolved(chloride: float) -> float:
    """Sodium that stays dissolved beside other chloride, both [mol/L].

    Na (Na + Cl) = s^2 with s the solubility in water: the common ion, without activities.
    """
    pure = fact("design.salt-solubility").si("mol/m3") / 1000
    return (math.sqrt(chloride * chloride + 4 * pure * pure) - chloride) / 2


def strength(reagent: str) -> float:
    """Of the "alkali" or "acid" that liquors are conditioned with [mol/L]."""
    return fact(f"design.{reagent}-strength").si("mol/m3") / 1000
