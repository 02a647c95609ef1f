"""Solvent-extraction cascade: extraction, scrubbing and stripping as one counter-current train."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, ClassVar

from ytterby.chemistry import EXTRACTANTS, OTHER_NAMES, complex_of
from ytterby.facts import Fact
from ytterby.separation import Chemistry, NoCircuit, Profile
from ytterby.units.cascade_case import Case
from ytterby.units.cascade_derivative import derivative
from ytterby.units.cascade_detail import CascadeDetail, Remembered
from ytterby.units.cascade_form import (
    FLOWS_SCHEMA,
    STAGES_SCHEMA,
    TARGETS_SCHEMA,
    Frozen,
    read_flows,
    read_stages,
    read_targets,
    write_flows,
    write_targets,
)
from ytterby.units.cascade_scope import check_system, known_constants, system_of
from ytterby.units.cascade_streams import supply
from ytterby.units.cascade_trouble import idle, missing, notes, trouble
from ytterby.units.extraction import (
    ALKALIS,
    ANIONS,
    MODELS,
    Components,
    System,
    by_exchange,
    by_mass_action,
    extracted,
    parted,
)
from ytterby.units.fields import (
    FactTable,
    FieldError,
    choice,
    group,
    inlet,
    setting,
    sourced,
    sourced_table,
)
from ytterby.units.unit import Derivative, Inlet, Outcome, Unit

_LITRES = 1000
_KEPT = 64
"""Distributions that are kept; fitting and sweeping make new ones all the time."""


@dataclass(frozen=True, kw_only=True)
class CascadeUnit(Unit):
    """Parts rare earths between the raffinate and the strip liquor of a counter-current cascade.

    Organic enters the first extraction stage, is loaded, scrubbed and stripped; at the last
    stripping stage the strip liquor leaves, and the share `reflux` of it goes on as scrub.
    Distribution is mass action: acids exchange protons, RE+3 + 3 (HA)2 = RE(HA2)3 + 3 H+, with
    saponification; TBP and TODGA take up the salt, RE+3 + 3 NO3- + 3 S = RE(NO3)3 S3. Or, in the
    exchange model, constant separation factors part the elements on the saponified organic of an
    acid. Stages have an efficiency, and entrainment goes both ways. Each target sets one flow.

    The organic is a loop: it brings its composition, the cascade sets its flow, and fresh organic
    makes up for what was lost. Alkali and strip acid of other units come first, drawn ones fill
    up; alkali beyond the saponification joins the raffinate. Aqueous droplets that the returning
    organic carries and the water of saponification leave with the raffinate. A rare earth, thorium
    or uranium without a constant is refused, other metals without one stay in the liquor. Fails
    where: a third phase forms, metal complexes with chloride or nitrate (those with sulfate are
    reckoned with), or p[H] leaves the window of the constants (any strip does: extrapolated).
    """

    kind: ClassVar[str] = "cascade"
    grade: ClassVar = "mechanistic"
    outlets: ClassVar[Mapping[str, str]] = {
        "raffinate": "what was not extracted [aqueous]",
        "extract": "the strip liquor that is drawn off [aqueous]",
        "stripped": "the organic, for its next turn [organic]",
    }

    feed: Any = inlet("The liquor to be parted.")
    organic: Any = inlet("The returning organic first, fresh organic makes up.", drawable=True)
    strip: Any = inlet("Strip acid.", drawable=True)
    saponify: Any = inlet("Alkali that saponifies the organic.", drawable=True, required=False)
    stages: Frozen = group(
        "Stages of each section: {extraction: 6, scrubbing: 6, stripping: 5}",
        read_stages,
        dict,
        STAGES_SCHEMA,
    )
    targets: Frozen = group(
        "What each flow is set for, such as {organic: Dy recovery >= 99 %}",
        read_targets,
        write_targets,
        TARGETS_SCHEMA,
        required=False,
    )
    flows: Frozen = group(
        "Flows that no target sets: {organic: 120 L/h, strip: 20 L/h, reflux: 30 %}",
        read_flows,
        write_flows,
        FLOWS_SCHEMA,
        required=False,
    )
    saponification: float = setting(
        "-", "Share of the monomer neutralised by alkali", default=0, minimum=0, maximum=1
    )
    extractant: str = choice("Extractant", EXTRACTANTS, default="P507", aliases=OTHER_NAMES)
    anion: str = choice("Anion of liquor and strip acid", ANIONS, default="chloride")
    model: str = choice("How distribution is reckoned", MODELS, default="mass-action")
    log_K: FactTable = sourced_table(
        "p507.log-k",
        "log10 of the extraction constant of each element; -50 where it stays in the liquor",
        minimum=-50,
        maximum=50,
        chosen=known_constants,
    )
    separation_factors: FactTable = sourced_table(
        "p507.process.separation-factor",
        "Factors that move the constants, or that the exchange model parts by, {Dy/Tb: 2.1}",
        minimum=1e-6,
        maximum=1e6,
        chosen=lambda unit: f"{system_of(unit).facts}.process.separation-factor",
        asked=True,
    )
    order: Fact = sourced(
        "p507.dimer-order",
        "Exponent of the extractant for rare earths",
        minimum=0.1,
        maximum=10.0,
        chosen=lambda unit: system_of(unit).fact(
            "dimer-order", "monomer-order", "extractant-order", otherwise="p507.dimer-order"
        ),
    )
    activity: Fact = sourced(
        "p507.alstad-a",
        "Alstad coefficient of the free extractant",
        chosen=lambda unit: system_of(unit).fact("alstad-a", otherwise="organic.alstad-a"),
    )
    reference_dimer: Fact = sourced(
        "p507.reference-dimer",
        "Free extractant at which the constants stand",
        unit="mol/m3",
        chosen=lambda unit: system_of(unit).fact(
            "reference-dimer", "reference-monomer", otherwise="organic.reference-extractant"
        ),
    )
    efficiency: Fact = sourced(
        "mixer-settler.stage-efficiency", "Murphree efficiency of a stage", minimum=0.1, maximum=1.0
    )
    aqueous_in_organic: Fact = sourced(
        "mixer-settler.entrainment.aqueous-in-organic",
        "Aqueous carried with the organic, by volume",
        maximum=0.1,
    )
    organic_in_aqueous: Fact = sourced(
        "mixer-settler.entrainment.organic-in-aqueous",
        "Organic carried with the aqueous, by volume",
        maximum=0.1,
    )
    loading_limit: Fact = sourced(
        "p507.loading-limit",
        "Rare earth over the stoichiometric capacity, at most",
        maximum=1.0,
        chosen=lambda unit: f"{system_of(unit).facts}.loading-limit",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        for flow in ("organic", "strip", "reflux"):
            if flow in self.flows and flow in self.targets:
                raise FieldError(
                    ("flows", flow), f"a flow for {flow!r}, which a target sets", "one of the two"
                )
            if flow not in self.flows and flow not in self.targets:
                raise FieldError(
                    (), f"neither a target nor a flow for {flow!r}", f"one of them for {flow!r}"
                )
        check_system(self)

    @property
    def system(self) -> System:
        """What extracts, in what, and how it is reckoned."""
        return system_of(self)

    @property
    def facts(self) -> dict[str, Fact]:
        unused = ("log_K", "order", "activity", "reference_dimer") if self.system.exchanges else ()
        return {
            path: one for path, one in super().facts.items() if path.partition(".")[0] not in unused
        }

    @property
    def factors(self) -> dict[tuple[str, str], float]:
        """Separation factors by pair, the first over the second [-]."""
        pairs = ((pair.partition("/"), one) for pair, one in self.separation_factors.items())
        return {(first, second): one.value for (first, _, second), one in pairs}

    @property
    def elements(self) -> tuple[str, ...]:
        """Elements that the unit knows to extract, and what it calls the acid that TBP takes up."""
        if not self.system.exchanges:
            return tuple(self.log_K)
        return (*parted(self.factors), *ALKALIS)

    def reach(self, names: frozenset[str]) -> set[str]:
        system, sulfate = self.system, {"SO4-2"} if self.anion == "sulfate" else set()
        bound = {system.bound(component) for component in extracted(system, names, self.elements)}
        salts = set() if system.solvates else {"Na+", complex_of("Na+", self.extractant)}
        return bound | salts | sulfate | {system.counter_ion, f"{self.extractant}(org)"}

    @cached_property
    def chemistry(self) -> Callable[[Components], Chemistry]:
        """Distribution of the components of a plant; it is the same object for the same ones."""
        if self.system.exchanges:
            return partial(_by_exchange, factors=tuple(self.factors.items()))
        return partial(
            _by_mass_action,
            log_K=tuple((element, fact.value) for element, fact in self.log_K.items()),
            factors=tuple(self.factors.items()),
            order=self.order.value,
            activity=self.activity.value,
            reference=self.reference_dimer.si("mol/m3") / _LITRES,
        )

    def only_drawn(self, port: str) -> str:
        aimed = port == "strip" and "strip" in self.targets
        return "a target sets how much; give the strip acid a flow instead" if aimed else ""

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        case = Case.of(self, inlets)
        if (reason := missing(case)) is not None:
            return idle(name, inlets, reason)
        last = memory or Remembered()
        profile = last.profile
        if profile is not None and profile.components != case.known.names:
            profile = None
        try:
            cascade = case.cascade(self._first_organic(case, profile))
            # What was sought far and wide on the last pass is not sought so again on this one.
            profile = cascade.solve(profile, sensitivity=False, thorough=not last.reason)
        except NoCircuit as error:
            return idle(name, inlets, str(error))
        solvent = case.solvent(profile.flows.organic)
        _, strip_drawn, strip_surplus = supply(case.strip, "aqueous", profile.flows.strip / _LITRES)
        outlets = case.outlets(profile, solvent)
        return Outcome(
            outlets=outlets,
            drawn={"organic": solvent.drawn, "strip": strip_drawn, "saponify": solvent.alkali},
            findings=notes(name, self, case.feed, profile, solvent.spare),
            trouble=trouble(name, profile, last.reason, solvent.surplus, strip_surplus),
            stuck=not (profile.converged or profile.limited),
            passing=profile.converged,
            residual=profile.residual,
            memory=last.after(profile),
            detail=CascadeDetail(case, profile, solvent),
        )

    def derivative(self, inlets: Mapping[str, Inlet], outcome: Outcome) -> Derivative | None:
        # What depends on a determined acid or alkali is left to differences.
        streams = [inlets[port].stream for port in ("strip", "saponify") if port in inlets]
        if outcome.stuck or not self._plain or any(one.amounts.any() for one in streams):
            return None
        detail: CascadeDetail = outcome.detail
        case, profile = detail.case, detail.solved
        cascade = case.cascade(profile.flows.organic)
        return derivative(case, cascade, profile, detail.solvent, outcome.outlets)

    @property
    def _plain(self) -> bool:
        """Whether an acid exchanges protons for metals, and the liquor has one anion."""
        system = self.system
        return not (system.solvates or system.exchanges or self.anion == "sulfate")

    def _first_organic(self, case: Case, profile: Profile | None) -> float:
        """Organic flow [L/s] to start from: the last, the one given, or what returns."""
        if "organic" in self.flows:
            return self.flows["organic"] * _LITRES
        if profile is not None:
            return profile.flows.organic
        returning = case.organic.stream.volume("organic") * _LITRES
        return returning or case.feed.volume("aqueous") * _LITRES or 1.0


@lru_cache(maxsize=_KEPT)
def _by_mass_action(known: Components, log_K: tuple, factors: tuple, **numbers: float) -> Chemistry:
    return by_mass_action(known, dict(log_K), dict(factors), **numbers)


@lru_cache(maxsize=_KEPT)
def _by_exchange(known: Components, factors: tuple) -> Chemistry:
    return by_exchange(known, dict(factors))
