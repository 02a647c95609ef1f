"""A cascade unit with what its inlets bring: the cascade to solve, and its outlets as streams."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ytterby.balance import Stream, mix
from ytterby.chemistry import (
    RARE_EARTHS,
    Species,
    equilibrate,
    hydroxide_of,
    kg_oxide,
    solubility,
)
from ytterby.facts import UnknownFact, fact
from ytterby.separation import Cascade, Chemistry, Organic, Profile, Stages, Target
from ytterby.units.cascade_form import Aim, Frozen
from ytterby.units.cascade_streams import Solvent, aqueous_of, outlet_stream, supply
from ytterby.units.extraction import Components
from ytterby.units.unit import Inlet

if TYPE_CHECKING:
    from ytterby.units.cascade import CascadeUnit

_LITRES = 1000


@dataclass(frozen=True, eq=False)
class Case:
    """A cascade unit with what its inlets bring."""

    unit: CascadeUnit
    feed: Stream
    organic: Inlet
    strip: Inlet
    saponify: Inlet | None
    known: Components
    chemistry: Chemistry

    @staticmethod
    def of(unit: CascadeUnit, inlets: Mapping[str, Inlet]) -> Case:
        feed = inlets["feed"].stream
        known = Components.of(feed.basis, unit.system, unit.elements)
        return Case(
            unit,
            feed,
            inlets["organic"],
            inlets["strip"],
            inlets.get("saponify"),
            known,
            unit.chemistry(known),
        )

    def solvent(self, litres: float, organic: Inlet | None = None) -> Solvent:
        """The organic as it enters at `litres` [L/s]; `organic` in place of what returns."""
        unit = self.unit
        return Solvent.at(
            litres / _LITRES,
            organic or self.organic,
            self.saponify,
            unit.saponification,
            unit.system,
        )

    def organic_at(self, litres: float) -> Organic:
        """The organic feed at `litres` [L/s]: what returns, made up, saponified."""
        return self.solvent(litres).as_feed(self.known, self.feed.basis)

    def cascade(self, litres: float) -> Cascade:
        """The cascade itself; `litres` [L/s] is where its search for the organic flow begins.

        The flow decides how much fresh organic joins, and so the composition of the organic.
        """
        unit, known = self.unit, self.known
        given = {name: flow * _LITRES for name, flow in unit.flows.items() if name != "reflux"}
        return Cascade(
            chemistry=self.chemistry,
            stages=Stages(**unit.stages),
            feed=aqueous_of(self.feed, known),
            organic=dataclasses.replace(self.organic_at(litres), flow=given.get("organic")),
            strip=dataclasses.replace(aqueous_of(self.strip_acid, known), flow=given.get("strip")),
            reflux=unit.flows.get("reflux"),
            targets=_targets(unit.targets, known),
            efficiency=unit.efficiency.value,
            entrainment=(unit.aqueous_in_organic.value, unit.organic_in_aqueous.value),
            solubility=hydroxide_products(known),
            loading_limit=unit.loading_limit.value,
            organic_at=cache(self.organic_at),
        )

    @property
    def strip_acid(self) -> Stream:
        """What strips, in any amount: at a given flow what is offered, made up to it."""
        if "strip" in self.unit.flows and self.strip.stream.amounts.any():
            amounts, _, _ = supply(self.strip, "aqueous", self.unit.flows["strip"])
            return mix([Stream(self.feed.basis, amounts, self.strip.stream.temperature)])
        return self.strip.reagent if self.strip.reagent is not None else self.strip.stream

    def _with_solids_of_strip(self, extract: Stream, profile: Profile) -> Stream:
        """What strip acid of other units carries besides liquor passes through to the extract."""
        if not self.strip.stream.amounts.any():
            return extract
        offered, _, _ = supply(self.strip, "aqueous", profile.flows.strip / _LITRES)
        carried = np.where(self.feed.basis.masks["aqueous"], 0.0, offered)
        return Stream(extract.basis, extract.amounts + carried, extract.temperature)

    def outlets(self, profile: Profile, solvent: Solvent) -> dict[str, Stream]:
        """Raffinate, extract and stripped organic as streams."""
        made = {
            name: outlet_stream(found, self.known, solvent, self.feed)
            for name, found in profile.outlets.items()
        }
        basis = self.feed.basis
        past = self.feed.only("solid", "organic", "gas").amounts + solvent.aside
        raffinate = equilibrate(made["raffinate"].amounts + past, basis.solution)
        return {
            "raffinate": Stream(basis, raffinate, self.feed.temperature),
            "extract": self._with_solids_of_strip(made["extract"], profile),
            "stripped": made["organic"],
        }


@cache
def _targets(aims: Frozen, known: Components) -> tuple[Target, ...]:
    """The aims as targets of the cascade."""
    return tuple(_target(flow, aim, known) for flow, aim in aims.items())


def _target(flow: str, aim: Aim, known: Components) -> Target:
    kind = "equality" if aim.sense == "=" else "limit"
    match aim.quality:
        case "recovery":
            return Target.recovery(flow, aim.elements, aim.value, kind)
        case "purity":
            scales = zip(known.names, known.per_mole.tolist(), strict=True)
            weights = {e: kg_oxide(e) / scale for e, scale in scales if e in RARE_EARTHS}
            return Target.purity(flow, aim.elements, aim.value, weights, kind)
        case _:
            return Target.residual(flow, aim.elements, aim.value, kind)


@cache
def hydroxide_products(known: Components) -> dict[str, float]:
    """log10 of the solubility product [M][OH]^z of each component that has a sourced one [-]."""
    products = {}
    for name, ion in zip(known.names, known.species, strict=True):
        charge = Species.of(ion).charge
        if charge > 1 and len(Species.of(ion).atoms) == 1:
            try:
                constant = solubility(hydroxide_of(ion)).value
            except UnknownFact:
                continue
            products[name] = constant + charge * fact("aqueous.log-k.water").value
    return products
