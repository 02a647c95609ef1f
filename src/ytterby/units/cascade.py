"""Solvent-extraction cascade: extraction, scrubbing and stripping as one counter-current train."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, ClassVar

from ytterby.balance import Finding, Stream, mix
from ytterby.chemistry import (
    RARE_EARTHS,
    Species,
    atomic_mass,
    complex_of,
    equilibrate,
    hydroxide_of,
    oxide_factor,
    solubility,
)
from ytterby.facts import Fact, UnknownFact, fact
from ytterby.separation import Cascade, Chemistry, NoCircuit, Organic, Profile, Stages, Target
from ytterby.units.cascade_derivative import derivative
from ytterby.units.cascade_form import (
    FLOWS_SCHEMA,
    STAGES_SCHEMA,
    TARGETS_SCHEMA,
    Aim,
    Frozen,
    read_flows,
    read_stages,
    read_targets,
    write_flows,
    write_targets,
)
from ytterby.units.cascade_streams import (
    Components,
    Solvent,
    aqueous_of,
    chemistry_of,
    exchanging,
    extractant_in,
    outlet_stream,
    supply,
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


@dataclass(frozen=True, kw_only=True)
class CascadeUnit(Unit):
    """Parts rare earths between the raffinate and the strip liquor of a counter-current cascade.

    Organic enters the first extraction stage, is loaded, scrubbed and stripped; at the last
    stripping stage the strip liquor leaves, and the share `reflux` of it goes on as scrub.
    Distribution is mass action with free dimer and acid, RE+3 + 3 (HA)2 = RE(HA2)3 + 3 H+, with
    saponification, one efficiency per stage and entrainment both ways. Each target sets one flow.

    The organic is a loop: it brings its composition, the cascade sets its flow, and fresh organic
    makes up for what was lost. Aqueous droplets that the returning organic carries and the water
    of saponification leave with the raffinate. Fails where: a third phase forms, metal complexes
    with chloride, or p[H] leaves the window of the constants (any strip does: extrapolated).
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
        "-", "Share of the monomer neutralised by alkali", default=0, minimum=0, maximum=0.5
    )
    extractant: str = choice("Extractant", ("P507",), default="P507")
    log_K: FactTable = sourced_table(
        "p507.log-k", "log10 of the extraction constant of each element", minimum=-50, maximum=50
    )
    activity: Fact = sourced("p507.alstad-a", "Alstad coefficient of the free dimer")
    reference_dimer: Fact = sourced(
        "p507.reference-dimer", "Free dimer at which the constants stand", unit="mol/m3"
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
        "p507.loading-limit", "Rare earth over the stoichiometric capacity, at most", maximum=1.0
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

    def reach(self, names: frozenset[str]) -> set[str]:
        ions = exchanging(names, self.log_K).values()
        made = {complex_of(ion, self.extractant) for ion in ions} | {"Cl-", "Na+"}
        return made | {complex_of("Na+", self.extractant), f"{self.extractant}(org)"}

    @cached_property
    def constants(self) -> tuple[tuple[tuple[str, float], ...], float, float]:
        """(log10 K by element, Alstad coefficient, free dimer at which they stand [mol/L])."""
        log_K = tuple((element, fact.value) for element, fact in self.log_K.items())
        return log_K, self.activity.value, self.reference_dimer.si("mol/m3") / _LITRES

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        case = Case.of(self, inlets)
        if (missing := self._missing(case)) is not None:
            return self._idle(name, inlets, missing)
        last = memory or Remembered()
        profile = last.profile
        if profile is not None and profile.components != case.known.names:
            profile = None
        try:
            cascade = case.cascade(self._first_organic(case, profile))
            # What was sought far and wide on the last pass is not sought so again on this one.
            profile = cascade.solve(profile, sensitivity=False, thorough=not last.reason)
        except NoCircuit as error:
            return self._idle(name, inlets, str(error))
        solvent = case.solvent(profile.flows.organic)
        _, strip_drawn, strip_surplus = supply(case.strip, "aqueous", profile.flows.strip / _LITRES)
        outlets = case.outlets(profile, solvent)
        return Outcome(
            outlets=outlets,
            drawn={"organic": solvent.drawn, "strip": strip_drawn, "saponify": solvent.alkali},
            findings=self._findings(name, profile),
            trouble=self._trouble(name, profile, last.reason, solvent.surplus, strip_surplus),
            stuck=not (profile.converged or profile.limited),
            residual=profile.residual,
            memory=last.after(profile),
            detail=CascadeDetail(case, profile, solvent),
        )

    def derivative(self, inlets: Mapping[str, Inlet], outcome: Outcome) -> Derivative | None:
        if outcome.stuck or inlets["strip"].stream.amounts.any():
            return None
        detail: CascadeDetail = outcome.detail
        case, profile = detail.case, detail.profile
        cascade = case.cascade(profile.flows.organic)
        return derivative(case, cascade, profile, detail.solvent, outcome.outlets)

    def _missing(self, case: Case) -> str | None:
        """What is lacking for the cascade to run at all."""
        feed, organic = case.feed, (case.organic.stream, case.organic.reagent)
        if not any(s and extractant_in(s.basis, s.amounts, self.extractant) for s in organic):
            return f"the organic holds no {self.extractant}"
        if not feed.volume("aqueous") > 0:
            return "no liquor enters"
        wanted = {e for aim in self.targets.values() for e in aim.elements}
        absent = sorted(e for e in wanted if not feed.amount(e) > 0)
        return f"the feed holds no {', '.join(absent)}, which a target names" if absent else None

    def _idle(self, name: str, inlets: Mapping[str, Inlet], reason: str) -> Outcome:
        """Everything passes by: the feed to the raffinate, the organic to its next turn."""
        feed, organic = inlets["feed"].stream, inlets["organic"].stream
        rest = [inlets[p].stream for p in ("strip", "saponify") if p in inlets]
        text = reason if "; " in reason else f"{reason}; feed it, or ask for what is there"
        return Outcome(
            outlets={"raffinate": mix([feed, *rest]), "extract": 0 * feed, "stripped": organic},
            drawn={"organic": 0.0, "strip": 0.0, "saponify": 0.0},
            trouble=Finding(name, text, "error"),
            stuck=True,
        )

    def _first_organic(self, case: Case, profile: Profile | None) -> float:
        """Organic flow [L/s] to start from: the last, the one given, or what returns."""
        if "organic" in self.flows:
            return self.flows["organic"] * _LITRES
        if profile is not None:
            return profile.flows.organic
        returning = case.organic.stream.volume("organic") * _LITRES
        return returning or case.feed.volume("aqueous") * _LITRES or 1.0

    def _findings(self, name: str, profile: Profile) -> tuple[Finding, ...]:
        low, high = min(profile.pH), max(profile.pH)
        used = [fact for fact in self.log_K.values() if "pH" in fact.window]
        if not used:
            return ()
        window = used[0].window["pH"]
        if low >= window[0] and high <= window[1]:
            return ()
        text = f"p[H] from {low:.2f} to {high:.2f} goes beyond {window[0]:g} to {window[1]:g}, "
        return (Finding(name, text + "where the constants were measured: extrapolated", "note"),)

    def _trouble(
        self,
        name: str,
        profile: Profile,
        known: str,
        solvent_surplus: bool,
        strip_surplus: bool,
    ) -> Finding | None:
        if not profile.converged:
            limited = profile.limited or not known
            return Finding(name, profile.reason if limited else known, "error")
        if solvent_surplus:
            text = "more organic returns than the cascade takes; bleed the organic loop"
            return Finding(name, text, "error")
        if strip_surplus:
            text = "more strip acid is offered than the cascade takes; let it be drawn"
            return Finding(name, text, "error")
        return None


@dataclass(frozen=True, eq=False)
class Remembered:
    """What a cascade unit remembers: the last profile that stood, and why there was none since."""

    profile: Profile | None = None
    reason: str = ""

    def after(self, profile: Profile) -> Remembered:
        """Flows at which a search gave up are no place to start the next one from."""
        if profile.converged or profile.limited:
            return Remembered(profile)
        return Remembered(self.profile, self.reason or profile.reason)


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
        known = Components.of(feed.basis, tuple(unit.log_K), unit.extractant)
        chemistry = _chemistry(known, unit.extractant, *unit.constants)
        return Case(
            unit,
            feed,
            inlets["organic"],
            inlets["strip"],
            inlets.get("saponify"),
            known,
            chemistry,
        )

    def solvent(self, litres: float, organic: Inlet | None = None) -> Solvent:
        """The organic as it enters at `litres` [L/s]; `organic` in place of what returns."""
        unit = self.unit
        return Solvent.at(
            litres / _LITRES,
            organic or self.organic,
            self.saponify,
            unit.saponification,
            unit.extractant,
        )

    def organic_at(self, litres: float) -> Organic:
        """The organic feed at `litres` [L/s]: what returns, made up, saponified."""
        return self.solvent(litres).as_feed(self.known, self.feed.basis)

    def cascade(self, litres: float) -> Cascade:
        """The cascade itself; `litres` [L/s] is where its search for the organic flow begins.

        The flow decides how much fresh organic joins, and so the composition of the organic.
        """
        unit, known = self.unit, self.known
        acid = self.strip.reagent if self.strip.reagent is not None else self.strip.stream
        given = {name: flow * _LITRES for name, flow in unit.flows.items() if name != "reflux"}
        return Cascade(
            chemistry=self.chemistry,
            stages=Stages(**unit.stages),
            feed=aqueous_of(self.feed, known),
            organic=dataclasses.replace(self.organic_at(litres), flow=given.get("organic")),
            strip=dataclasses.replace(aqueous_of(acid, known), flow=given.get("strip")),
            reflux=unit.flows.get("reflux"),
            targets=_targets(unit.targets, known),
            efficiency=unit.efficiency.value,
            entrainment=(unit.aqueous_in_organic.value, unit.organic_in_aqueous.value),
            solubility=hydroxide_products(known),
            loading_limit=unit.loading_limit.value,
            organic_at=self.organic_at,
        )

    def outlets(self, profile: Profile, solvent: Solvent) -> dict[str, Stream]:
        """Raffinate, extract and stripped organic as streams."""
        made = {
            name: outlet_stream(found, self.known, solvent, self.feed, self.unit.extractant)
            for name, found in profile.outlets.items()
        }
        basis = self.feed.basis
        past = self.feed.only("solid", "organic", "gas").amounts + solvent.aside
        raffinate = equilibrate(made["raffinate"].amounts + past, basis.solution)
        return {
            "raffinate": Stream(basis, raffinate, self.feed.temperature),
            "extract": made["extract"],
            "stripped": made["organic"],
        }


@dataclass(frozen=True, eq=False)
class CascadeDetail:
    """What a cascade tells of its inside.

    profile: stage by stage. solvent: its organic.
    """

    case: Case
    profile: Profile
    solvent: Solvent

    @property
    def stages(self) -> Mapping[str, int]:
        """Stages per section [-]."""
        return self.case.unit.stages

    @property
    def aims(self) -> Mapping[str, Aim]:
        """Aims by the flow they set."""
        return self.case.unit.targets

    @property
    def loading_limit(self) -> Fact:
        """Rare earth over the stoichiometric capacity, at most [-]."""
        return self.case.unit.loading_limit

    @cached_property
    def cascade(self) -> Cascade:
        """The cascade as it was solved, without any plant."""
        solved = self.case.cascade(self.profile.flows.organic)
        return dataclasses.replace(solved, organic_at=None)

    @property
    def acid(self) -> float:
        """HCl in the strip acid per rare earth oxide fed, by mass [-]."""
        made = Species.of("H+").molar_mass + Species.of("Cl-").molar_mass
        return self._per_oxide(self.profile.acid_used * made)

    @property
    def alkali(self) -> float:
        """NaOH for saponification per rare earth oxide fed, by mass [-]."""
        saponify = self.case.saponify
        hydroxide = saponify.reagent["OH-"] if saponify and saponify.reagent else 0.0
        sodium = Species.of("Na+").molar_mass + Species.of("OH-").molar_mass
        return self._per_oxide(self.solvent.alkali * hydroxide * sodium)

    def _per_oxide(self, kilograms: float) -> float:
        oxides = self.case.feed.reo_mass
        return kilograms / oxides if oxides else 0.0

    def rows(self) -> list[tuple[str, str]]:
        """(label, text) of what an engineer asks first of a cascade."""
        profile = self.cascade.solve(self.profile)
        ratios = ", ".join(f"{s} {r:.3g}" for s, r in profile.phase_ratio.items())
        highest = float(profile.loading.max())
        rows = [
            ("phase ratio, organic : aqueous", ratios),
            ("highest loading", f"{_percent(highest)}, limit {_percent(self.loading_limit.value)}"),
            ("acid", f"{self.acid:.3g} kg HCl per kg of rare earth oxide fed"),
            ("alkali", f"{self.alkali:.3g} kg NaOH per kg of rare earth oxide fed"),
        ]
        if profile.margin:
            margins = ", ".join(f"{s} {_percent(m)}" for s, m in profile.margin.items())
            rows.append(("distance to pinch", margins))
        for flow, aim in self.aims.items():
            rows.append(
                (
                    f"{flow} flow set for",
                    f"{'+'.join(aim.elements)} {aim.quality} {aim.sense} {_percent(aim.value)}",
                )
            )
        for figure, value in profile.figures.items():
            slopes = profile.sensitivity.get(figure, {})
            by = ", ".join(f"{flow} {slope:+.3g}" for flow, slope in slopes.items())
            told = f"{_percent(value)}; d ln / d ln of flow: {by}" if by else _percent(value)
            rows.append((figure, told))
        return rows


@lru_cache(maxsize=64)
def _chemistry(
    known: Components,
    extractant: str,
    log_K: tuple[tuple[str, float], ...],
    activity: float,
    reference: float,
) -> Chemistry:
    return chemistry_of(known, dict(log_K), extractant, activity, reference)


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
            weights = {e: kg_oxide(e) for e in RARE_EARTHS if e in known.names}
            return Target.purity(flow, aim.elements, aim.value, weights, kind)
        case _:
            return Target.residual(flow, aim.elements, aim.value, kind)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def kg_oxide(element: str) -> float:
    """kg of trade oxide per mol of `element`."""
    return atomic_mass(element) * oxide_factor(element)


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
