"""How cascades are run and what things cost: the givens of a design, as values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from ytterby.balance import Basis
from ytterby.chemistry import DILUENTS, DIMERS, RARE_EARTHS, Species, kg_oxide
from ytterby.facts import UnknownFact, fact, table
from ytterby.separation import Chemistry

SODIUM = "Na"
ANCHOR = "Dy"
"""Element in mid-series whose trace constant was measured: the others are spaced from it."""
CHARGE = 3
"""Charge of a rare earth, and protons exchanged for it [-]."""
LITRES = 1000
ACID_MASS = Species.of("H+").molar_mass + Species.of("Cl-").molar_mass
ALKALI_MASS = Species.of("Na+").molar_mass + Species.of("OH-").molar_mass
SALT_MASS = Species.of("Na+").molar_mass + Species.of("Cl-").molar_mass
"""kg of HCl, of NaOH and of NaCl per mol."""
WATER_MASS = 1
"""kg of water per litre, near enough [kg/L]."""


@dataclass(frozen=True)
class Practice:
    """How a cascade is run.

    extractant: name, as in the facts. molarity: monomer in the organic [mol/L].
    saponification: share of the monomer neutralised by alkali [-].
    feed: rare earths in the liquor that enters [mol/L]; feed_acid: free acid in it [mol/L].
    strip_acid: HCl entering the last stripping stage [mol/L].
    acid_excess: strip acid beyond three per rare earth loaded [-].
    stripping_factor: least strip flow over (organic flow times D at the acid end) [-].
    returned_share: extracted elements returning on the stripped organic, over what the raffinate
        may lose of them [-].
    least_excess: least S/S_min - 1 [-].
    loading_limit: largest share of the extractant bound [-].
    mixer, settler: residence times of both phases together [s].
    """

    extractant: str
    molarity: float
    saponification: float
    feed: float
    feed_acid: float
    strip_acid: float
    acid_excess: float
    stripping_factor: float
    returned_share: float
    least_excess: float
    loading_limit: float
    mixer: float
    settler: float

    @classmethod
    def usual(cls, extractant: str = "P507", **changes: float) -> Practice:
        """The shipped facts on practice, `design.*`, with changes by field name."""
        limit = _loading_limit(extractant)
        per_litre = {
            name: fact(f"design.{key}").si("mol/m3") / LITRES
            for name, key in (
                ("molarity", "molarity"),
                ("feed", "feed-concentration"),
                ("feed_acid", "feed-acid"),
                ("strip_acid", "strip-acid"),
            )
        }
        usual = {
            # Two monomers hold one sodium, six one rare earth: full loading is half neutralised.
            "saponification": fact("design.loading-margin").value * limit / 2,
            "acid_excess": fact("design.acid-excess").value,
            "stripping_factor": fact("design.stripping-factor").value,
            "returned_share": fact("design.returned-share").value,
            "least_excess": fact("design.least-excess").value,
            "loading_limit": limit,
            "mixer": fact("mixer-settler.residence-time.mixer").si("s"),
            "settler": fact("mixer-settler.residence-time.settler").si("s"),
        }
        unknown = set(changes) - set(usual) - set(per_litre)
        if unknown:
            raise ValueError(
                f"practice: unknown {', '.join(sorted(unknown))}; expected some of "
                f"{', '.join(sorted({*usual, *per_litre}))}"
            )
        return cls(extractant, **{**per_litre, **usual, **changes})

    @property
    def dimer(self) -> float:
        """Extractant as dimer [mol/L]."""
        return self.molarity / 2

    @property
    def sodium(self) -> float:
        """Sodium in the saponified organic [mol/L]."""
        return self.molarity * self.saponification

    @property
    def loaded(self) -> float:
        """Rare earth that the sodium of one litre of organic exchanges for [mol/L]."""
        return self.sodium / CHARGE

    @property
    def residence(self) -> float:
        """Time both phases spend in one stage [s]."""
        return self.mixer + self.settler

    def distribution(self, chemistry: Chemistry, log_K: float, free: float, acid: float) -> float:
        """Distribution ratio K a_eff^q/h^3 of a rare earth or a mean one [-].

        log_K: log10 of the constant [-]. free: free dimer [mol/L]. acid: H+ in the aqueous [mol/L].
        """
        log_a = math.log10(free) - chemistry.curvature * (
            math.sqrt(free) - math.sqrt(chemistry.reference)
        )
        order = float(chemistry.exponent[chemistry.charge == CHARGE].mean())
        return 10.0 ** (log_K + order * log_a - CHARGE * math.log10(acid))

    def on(self, extractant: str) -> Practice:
        """The same on another extractant: its own loading limit, and saponification to match.

        Raises ValueError for one that does not stand as a dimer.
        """
        if extractant == self.extractant:
            return self
        limit = _loading_limit(extractant)
        share = self.saponification * limit / self.loading_limit
        return replace(self, extractant=extractant, loading_limit=limit, saponification=share)


def _loading_limit(extractant: str) -> float:
    """Largest share of an extractant that may be bound [-]; raises ValueError where none is
    designed for."""
    if extractant not in DIMERS:
        raise ValueError(
            f"practice: found the extractant {extractant!r}, expected one of "
            f"{', '.join(sorted(DIMERS))}: designs are for acids that stand as dimers"
        )
    return fact(f"{extractant.lower()}.loading-limit").value


REAGENTS = {"acid": "HCl", "alkali": "NaOH", "extractant": "P507", "diluent": "kerosene"}
"""Names of the fields of `Prices` among the prices of reagents."""


@dataclass(frozen=True)
class Prices:
    """What weighs stages against flows, in one currency.

    acid, alkali: per kg of pure HCl and NaOH. extractant, diluent: per kg.
    mixer_settler: per m3 of working volume, installed.
    capital_charge: share of capital, organic and locked-up metal charged per second [1/s].
    oxide: per kg of trade oxide, by element; what is not named is worth nothing.
    """

    acid: float
    alkali: float
    extractant: float
    diluent: float
    mixer_settler: float
    capital_charge: float
    oxide: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def shipped(cls, **changes: float | Mapping[str, float]) -> Prices:
        """The shipped prices [USD], with changes by field name: of reagents those of the accounts,
        `prices.reagents.*`, of equipment and capital `design.price.*`, mostly assumed."""
        reagents = table("prices.reagents")
        values = {field: reagents[name].value for field, name in REAGENTS.items()}
        values |= {
            name.replace("-", "_"): item.value for name, item in table("design.price").items()
        }
        values["capital_charge"] = fact("design.price.capital-charge").si("s-1")
        oxide = {name: item.value for name, item in table("design.price.oxide").items()}
        return cls(**{**values, "oxide": oxide, **changes})  # type: ignore[arg-type]

    def organic(self, practice: Practice) -> float:
        """Per litre of fresh organic: extractant and diluent by their volumes [currency/L]."""
        extractant = practice.extractant
        kilograms = practice.dimer * Species.of(f"{extractant}(org)").molar_mass
        density = fact(f"{extractant.lower()}.density").si("kg/m3") / LITRES
        room = max(1 - kilograms / density, 0.0)
        diluent = room * diluent_density(extractant)
        return kilograms * self.extractant + diluent * self.diluent

    def metal(self, element: str) -> float:
        """Per mol of a rare earth [currency/mol]."""
        return self.oxide.get(element, 0.0) * kg_oxide(element)


@cache
def diluent_density(extractant: str) -> float:
    """kg per litre of the first diluent known."""
    names = (f"{next(iter(DILUENTS))}(org)", f"{extractant}(org)")
    basis = Basis.of(set(names))
    volume = basis.molar_volume[basis.index[names[0]]]
    return Species.of(names[0]).molar_mass / float(volume) / LITRES


def series(
    extractant: str,
    elements: Iterable[str],
    *,
    separation_factors: Mapping[tuple[str, str], float] | None = None,
) -> Chemistry:
    """The chemistry of some rare earths and sodium, with process separation factors.

    separation_factors: of pairs, the more extracted first [-]; where a neighbouring pair is not
        named, the sourced one of chloride practice (`<extractant>.process.separation-factor.*`),
        which trace constants miss, and where there is none, that of the trace constants.
    Raises ValueError naming what is no rare earth.
    """
    names = tuple(elements)
    foreign = [name for name in names if name not in RARE_EARTHS]
    if foreign:
        raise ValueError(f"series: {', '.join(foreign)} is no rare earth; remove it before the cut")
    shifts = spacing(extractant, separation_factors or {})
    return Chemistry.of(extractant, (*names, SODIUM), separation_factors=shifts)


def spacing(
    extractant: str, separation_factors: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], float]:
    """Factors that set every neighbour from one anchor outwards, as `Chemistry.of` applies them.

    The anchor keeps its trace constant: the level of extraction is that of the trace constants,
    the spacing that of practice. Only ratios part elements; the level only moves p[H].
    """
    constants = {
        e: item.value
        for e, item in table(f"{extractant.lower()}.log-k").items()
        if e in RARE_EARTHS
    }
    ranked = [e for e in sorted(constants, key=constants.__getitem__) if e != "Sc"]
    known = {**process_factors(extractant), **separation_factors}
    anchor = ranked.index(ANCHOR) if ANCHOR in ranked else 0

    def factor(light: str, heavy: str) -> float:
        if (heavy, light) in known:
            return known[heavy, light]
        return 10.0 ** (constants[heavy] - constants[light])

    down = [(ranked[i + 1], ranked[i]) for i in range(anchor - 1, -1, -1)]
    up = [(ranked[i], ranked[i + 1]) for i in range(anchor, len(ranked) - 1)]
    return {(heavy, light): factor(light, heavy) for heavy, light in down} | {
        (light, heavy): 1 / factor(light, heavy) for light, heavy in up
    }


def process_factors(extractant: str) -> dict[tuple[str, str], float]:
    """The sourced separation factors of practice, the more extracted element first [-]."""
    try:
        known = table(f"{extractant.lower()}.process.separation-factor")
    except UnknownFact:
        return {}
    return {tuple(pair.split("/")): item.value for pair, item in known.items()}  # type: ignore[misc]


def order(chemistry: Chemistry, elements: Iterable[str]) -> tuple[str, ...]:
    """Elements by rising extraction: what stays in the raffinate comes first."""
    names = tuple(elements)
    constants = chemistry.log_K[chemistry.index(names)]
    return tuple(names[i] for i in np.argsort(constants, kind="stable"))
