"""The chemistry of distribution: which components exchange, with which constants and exponents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.constants import (
    CHARGES,
    MEDIUM_STRENGTH,
    Constants,
    acidic,
    complexes,
    correlated,
    process_factors,
    solvating,
)
from ytterby.separation.mass_action import proton

Array = NDArray[np.float64]
Mechanism = Literal["cation exchange", "solvation", "homovalent exchange"]

ACID = "H"
"""The component that carries the acid where protons are not what metals exchange for."""

COUNTER_ION = "counter-ion"
"""Names the monovalent anion that keeps every aqueous phase neutral: chloride or nitrate."""

WATER_LOG_K = -14.0
"""log10 of the ion product of water [mol2/L2], 298 K, infinite dilution (CODATA 13.995)."""


@dataclass(frozen=True)
class Ligand:
    """Aqueous complexes of the extracted ions, and the protonation of what binds them.

    component: the ligand, a component (`SO4`) or the counter-ion.
    log_beta: log10 of the cumulative constants of each component, one per ligand taken up, mol/L.
    """

    component: str
    log_beta: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class Chemistry:
    """How each component parts between aqueous and organic.

    Cation exchange, `M + q (HA)2 = M(HA2)z + z H+`:   D = K a_eff^q / h^z
    Solvation, `M + z X + q S = MX_z S_q`:             D = K a_eff^q [X]^z
    Homovalent exchange (equivalents, no free extractant): D = K r, r as the capacity wants it

    with a the free extractant (dimer, or solvating molecule) and h the proton concentration
    [mol/L], log10 a_eff = log10 a - A (sqrt a - sqrt a_ref). A component without a constant is a
    passenger: it stays in the aqueous phase. The counter-ion is not listed: it keeps every aqueous
    phase neutral. In solvation and homovalent exchange the acid is a component of its own, `H`.

    components: names, e.g. ("Nd", "Dy", "Na", "B").
    charge: charge of the aqueous ion, and protons or anions that go with it [-], (component,).
    slope: exponent of the protons or of the anion [-], shape (component,); zero for a passenger.
    log_K: log10 K, concentrations in mol/L [-], shape (component,); -inf where not extracted.
    exponent: exponent of the extractant [-], shape (component,); the slope where not given.
    bound: extractant bound per ion [-], shape (component,); the slope where not given.
    extractant: name for messages.
    curvature: Alstad coefficient A [L^0.5 mol^-0.5]; 0 for an ideal organic phase.
    reference: free extractant a_ref at which K was measured [mol/L].
    log_Kw: log10 of the ion product of water [-].
    coupling: of dosage and p[H] in a correlation, d^2 ln D / d a d ln h [L/mol], (component,).
    anions: counter-ions that go into the organic with an exchanging ion [-], (component,); it gives
        so many protons less.
    ligand: complexes in the aqueous phase, or None.
    protonation: (component, log10 K of its protonation), such as ("SO4", 1.99), or None.
    windows: where the constants were measured: by component and variable ("pH", "loading").
    """

    components: tuple[str, ...]
    charge: Array
    slope: Array
    log_K: Array
    extractant: str = ""
    curvature: float = 0.0
    reference: float = 1.0
    log_Kw: float = WATER_LOG_K
    mechanism: Mechanism = "cation exchange"
    exponent: Array = field(default=None)  # type: ignore[assignment]
    bound: Array = field(default=None)  # type: ignore[assignment]
    coupling: Array = field(default=None)  # type: ignore[assignment]
    anions: Array = field(default=None)  # type: ignore[assignment]
    ligand: Ligand | None = None
    protonation: tuple[str, float] | None = None
    windows: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = (len(self.components),)
        none = np.zeros(size)
        defaults = {"exponent": self.slope, "bound": self.slope, "coupling": none, "anions": none}
        for name in ("charge", "slope", "log_K", *defaults):
            given = getattr(self, name)
            values = np.array(defaults[name] if given is None else given, dtype=float)
            if values.shape != size:
                raise ValueError(
                    f"chemistry: {name} has shape {values.shape}, expected {size}: "
                    "one number per component"
                )
            object.__setattr__(self, name, values)
        if len(set(self.components)) != len(self.components):
            raise ValueError(f"chemistry: a component stands twice in {self.components}")
        for name in ("slope", *defaults):
            object.__setattr__(self, name, np.where(self.exchanging, getattr(self, name), 0.0))
        for name in ("charge", "slope", "log_K", *defaults):
            getattr(self, name).setflags(write=False)
        self._check()

    def _check(self) -> None:
        wrong = [
            name
            for name, there, z in zip(self.components, self.exchanging, self.charge, strict=True)
            if there and z < 1
        ]
        if wrong:
            raise ValueError(
                f"chemistry: {', '.join(wrong)} is no cation, and only cations exchange"
            )
        if self.needs_acid and ACID not in self.components:
            raise ValueError(
                f"chemistry: {self.mechanism} needs the component {ACID!r}, which carries the acid"
            )
        for named in (self.ligand and self.ligand.component, (self.protonation or ("",))[0]):
            if named and named != COUNTER_ION and named not in self.components:
                raise ValueError(f"chemistry: the ligand {named!r} is not among the components")

    @cached_property
    def protons(self) -> Array:
        """Protons an ion gives, or anions it takes along by its charge [-], shape (component,)."""
        return self.charge - self.anions

    @cached_property
    def exchanging(self) -> NDArray[np.bool_]:
        """Which components go into the organic, shape (component,)."""
        return np.isfinite(self.log_K)

    @property
    def needs_acid(self) -> bool:
        """Whether the acid is a component of its own."""
        return self.mechanism != "cation exchange"

    @cached_property
    def own_proton(self) -> bool:
        """Whether protons need a potential beside that of the extractant: unless all ions take as
        much extractant as they give protons."""
        if self.mechanism != "cation exchange":
            return False
        even = (self.exponent == self.slope) & (self.coupling == 0)
        return not bool(even[self.exchanging].all())

    @cached_property
    def potentials(self) -> int:
        """Potentials per stage [-], one to three."""
        with_ligand = self.ligand is not None or self.mechanism == "solvation"
        return 1 + self.own_proton + with_ligand

    @classmethod
    def of(
        cls,
        extractant: str,
        components: Sequence[str],
        *,
        medium: str | None = None,
        separation_factors: Mapping[tuple[str, str], float] | Literal["process"] | None = None,
        charges: Mapping[str, int] | None = None,
    ) -> Chemistry:
        """The shipped constants of an acidic extractant; what has no constant is a passenger.

        medium: takes the constants measured in it where there are any: "chloride" for P507.
        separation_factors: K of the first over K of the second of a pair [-]; pairs that hang
            together are moved as one, the first component named stays. Trace constants mislead for
            neighbours: pass values of practice for the pair to be parted, or "process" for those
            that are shipped.
        charges: charge of components that CHARGES does not list [-].
        Raises KeyError when the extractant or a charge is unknown.
        """
        found = acidic(extractant, medium)
        factors = (
            process_factors(extractant) if separation_factors == "process" else separation_factors
        )
        log_K = shifted(
            found.log_K,
            {
                pair: value
                for pair, value in (factors or {}).items()
                if set(pair) <= set(components)
            },
        )
        return cls._from(found, log_K, components, charges, extractant)

    @classmethod
    def solvating(cls, extractant: str, components: Sequence[str], medium: str) -> Chemistry:
        """The shipped constants of TBP or TODGA in "nitrate" or "chloride"; adds the acid `H`."""
        found = solvating(extractant, medium)
        names = [name for name in components if name != ACID]
        return cls._from(
            found, found.log_K, [*names, ACID], None, extractant, mechanism="solvation"
        )

    @classmethod
    def correlation(
        cls, extractant: str, name: str, components: Sequence[str], *, log_K_sulfate: float
    ) -> Chemistry:
        """A shipped correlation of log10 D with p[H] and dosage, for the liquor it was fitted in.

        log_K_sulfate: log10 of the protonation constant of sulfate, the component `SO4`.
        """
        found = correlated(extractant, name)
        return cls._from(
            found,
            found.log_K,
            components,
            None,
            f"{extractant} ({name})",
            protonation=("SO4", log_K_sulfate),
        )

    @classmethod
    def _from(
        cls,
        found: Constants,
        log_K: Mapping[str, float],
        components: Sequence[str],
        charges: Mapping[str, int] | None,
        extractant: str,
        **more: Any,
    ) -> Chemistry:
        charge = charges_of(components, charges)
        given = dict(zip(components, charge.tolist(), strict=True))
        protons = {name: given[name] - found.anions.get(name, 0.0) for name in components}

        def column(values: Mapping[str, float], default: Mapping[str, float]) -> Array:
            return np.array([values.get(name, default.get(name, 0.0)) for name in components])

        return cls(
            components=tuple(components),
            charge=charge,
            slope=column(found.slope, protons),
            log_K=np.array([log_K.get(name, -np.inf) for name in components]),
            extractant=extractant,
            curvature=found.curvature,
            reference=found.reference,
            exponent=column(found.order, given),
            bound=column(found.bound, given),
            coupling=column(found.coupling, {}),
            anions=column(found.anions, {}),
            windows={n: w for n, w in found.windows.items() if n in given},
            **more,
        )

    def with_complexes(self, ligand: str, strength: str | None = None) -> Chemistry:
        """The same with aqueous complexes of every ion with `ligand`: SO4, Cl or NO3.

        SO4 must be a component; Cl and NO3 are the counter-ion. The constants of an acidic
        extractant hold the complexes of the medium they were measured in: those of the counter-ion
        count relative to 1 mol/L of it. strength: "1M" or "3M" for effective constants, None for
        those at zero ionic strength.
        """
        known = complexes(ligand, strength)
        betas = {
            n: known[n]
            for n, e in zip(self.components, self.exchanging, strict=True)
            if e and n in known
        }
        log_K = np.array(self.log_K)
        counter = ligand != "SO4"
        if counter and self.mechanism == "cation exchange":
            for name, beta in betas.items():
                powers = MEDIUM_STRENGTH ** np.arange(1, len(beta) + 1)
                held = 1 + float((10.0 ** np.array(beta)) @ powers)
                log_K[self.index([name])[0]] += np.log10(held)
        return replace(self, log_K=log_K, ligand=Ligand(COUNTER_ION if counter else ligand, betas))

    @classmethod
    def exchange(
        cls,
        separation_factors: Mapping[tuple[str, str], float],
        components: Sequence[str],
        *,
        alkali: str = "NH4",
    ) -> Chemistry:
        """Constant separation factors, for practice data: an organic of fixed capacity.

        Everything counts in equivalents: pass concentrations in eq/L, and the capacity of the
        organic as its extractant. The alkali of saponification is displaced by every metal, and
        every metal by acid (component `H`), each completely.
        separation_factors: D of the first over D of the second of pairs that chain all
        components together [-]. Raises ValueError when they do not.
        """
        names = tuple(name for name in components if name not in (ACID, alkali))
        first = next(iter(separation_factors))[0]
        log_D = shifted({first: 0.0}, separation_factors)
        missing = ", ".join(name for name in names if name not in log_D)
        if missing:
            raise ValueError(f"exchange: no separation factor leads to {missing}")
        low, high = min(log_D.values()), max(log_D.values())
        order = [*names, alkali, ACID]
        log_K = [log_D[n] for n in names] + [low - COMPLETE, high + COMPLETE]
        ones = np.ones(len(order))
        return cls(
            components=tuple(order),
            charge=ones,
            slope=ones,
            log_K=np.array(log_K),
            extractant="exchange model",
            mechanism="homovalent exchange",
        )

    def acidity(self, x: Array, potential: Array) -> Array:
        """h of every stage [mol/L], shape (stage,).

        x: aqueous [mol/L], shape (stage, chain): components, then the counter-ion. potential: of
        every stage, see `mass_action` [-], shape (stage, potential).
        """
        if self.needs_acid:
            # Pure water has protons of its own.
            acid = x[:, self.components.index(ACID)]
            return 0.5 * (acid + np.sqrt(acid * acid + 4 * 10.0**self.log_Kw))
        if self.own_proton:
            return np.exp(potential[:, 1])
        n = len(self.components)
        excess = x[:, n] - x[:, :n] @ self.protons
        Ka, anion, free = np.inf, np.zeros(x.shape[0]), self.ligand is not None
        if self.protonation is not None:
            name, log_K = self.protonation
            Ka, anion = 10.0**-log_K, x[:, self.components.index(name)]
        if free:
            anion = np.exp(potential[:, -1])
        Kw = 10.0**self.log_Kw
        pairs = zip(excess.tolist(), anion.tolist(), strict=True)
        return np.array([proton(charge, Kw, held, Ka, free)[0] for charge, held in pairs])

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.components)}

    def index(self, names: Sequence[str]) -> NDArray[np.int_]:
        """Positions of components; raises KeyError naming the ones that are not there."""
        try:
            return np.array([self._places[name] for name in names], dtype=int)
        except KeyError:
            missing = ", ".join(name for name in names if name not in self._places)
            known = ", ".join(self.components)
            raise KeyError(f"{missing} not among the components {known}") from None

    def vector(self, amounts: Mapping[str, float]) -> Array:
        """A mapping as an array over the components, zero where not named."""
        values = np.zeros(len(self.components))
        if amounts:
            values[self.index(tuple(amounts))] = list(amounts.values())
        if not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(f"concentrations must be finite and not negative, found {amounts}")
        return values


COMPLETE = 4.0
"""log10 of the separation factor between acid, metals and alkali in the exchange model [-]: far
beyond that of any two metals, so that displacement is complete within a few stages."""


def charges_of(components: Sequence[str], charges: Mapping[str, int] | None) -> Array:
    """Charge of each component [-]; raises KeyError naming those that are unknown."""
    known = {**CHARGES, **(charges or {})}
    unknown = [name for name in components if name not in known]
    if unknown:
        raise KeyError(
            f"components {', '.join(unknown)}: charge unknown; pass charges={{name: charge}}"
        )
    return np.array([known[name] for name in components], dtype=float)


def shifted(
    constants: Mapping[str, float], factors: Mapping[tuple[str, str], float]
) -> dict[str, float]:
    """log10 K with the pairs standing to each other as the factors say.

    Pairs that hang together move as one; the component that is named first keeps its constant.
    """
    moved = dict(constants)
    done: set[str] = set()
    for start, _ in factors:
        waiting = [] if start in done else [start]
        while waiting:
            here = waiting.pop()
            done.add(here)
            for (first, second), factor in factors.items():
                step = float(np.log10(factor))
                for a, b, change in ((first, second, -step), (second, first, step)):
                    if a == here and b not in done:
                        moved[b] = moved[here] + change
                        waiting.append(b)
                        done.add(b)
    return moved
