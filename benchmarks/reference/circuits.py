"""Random circuits, seeded: what a plant might run, and what it might wrongly ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, Profile, Stages, Target

RARE_EARTHS = tuple("La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Y".split())
EXTRACTABLE = (*RARE_EARTHS, "Sc")
ALKALI = "Na"
EXTRACTANTS = ("P507", "D2EHPA", "Cyanex 272")

CHARGE = 3
"""Equivalents of a rare earth per mol."""

LEAST_ASKED, MOST_ASKED = 1e-5, 0.5
"""Loss and impurity that are worth posing [-]: 99.999 % to 50 %."""


MOST_REFLUX = 0.999
"""Share of the strip liquor returned that counts as total reflux [-]."""


@lru_cache(maxsize=1024)
def chemistry(extractant: str, components: tuple[str, ...]) -> Chemistry:
    """The shipped constants, kept so that equal cases share them."""
    return Chemistry.of(extractant, components)


def full_circuit(
    stages: int, rng: np.random.Generator, extractant: str = "P507", more: tuple[str, ...] = ()
) -> Cascade:
    """Fifteen rare earths, and `more`, in extraction, scrubbing with reflux and stripping."""
    extraction = scrubbing = max(1, int(0.4 * stages))
    present = RARE_EARTHS + more
    shares = 10 ** rng.uniform(-2.5, 0.2, len(present))
    total = rng.uniform(0.03, 1.6)
    saponified, acid = rng.uniform(0.15, 0.45), rng.uniform(3.0, 6.0)
    organic = rng.uniform(0.3, 1.2) * CHARGE * total / saponified
    return Cascade(
        chemistry(extractant, tuple(dict.fromkeys((*present, ALKALI)))),
        Stages(extraction, scrubbing, stages - extraction - scrubbing),
        Aqueous(
            1.0,
            dict(zip(present, total * shares / shares.sum(), strict=True)),
            acid=10 ** -rng.uniform(1.0, 2.5),
        ),
        Organic(organic, 0.5, {ALKALI: saponified}),
        strip=Aqueous(rng.uniform(1.1, 1.8) * organic * saponified / acid, acid=acid),
        reflux=rng.uniform(0.1, 0.8),
    )


@dataclass(frozen=True)
class Draw:
    """A cascade at flows drawn by lot, and the components it is to bring into the extract."""

    cascade: Cascade
    wanted: tuple[str, ...]
    both: bool

    def reached(self, profile: Profile) -> tuple[float, float] | None:
        """Loss of the wanted and impurity of the extract [-] that the drawn flows give; None where
        nobody would ask for them."""
        loss, impurity = self.shares(profile)
        worth = LEAST_ASKED <= loss <= MOST_ASKED
        worth &= not self.both or LEAST_ASKED <= impurity <= MOST_ASKED
        return (loss, impurity) if worth else None

    def shares(self, profile: Profile) -> tuple[float, float]:
        """Loss of the wanted and impurity of the extract [-]."""
        known = self.cascade.chemistry
        wanted = known.index(self.wanted)
        counted = known.index(tuple(c for c in known.components if c != ALKALI))
        left = {name: outlet.amounts for name, outlet in profile.outlets.items()}
        lost = left["raffinate"][wanted].sum()
        loss = lost / sum(amounts[wanted].sum() for amounts in left.values())
        other = left["extract"][np.setdiff1d(counted, wanted)].sum()
        drawn = other + left["extract"][wanted].sum()
        return float(loss), float(other / drawn) if drawn > 0 else 0.0

    def least_impurity(self) -> float:
        """Least impurity of the extract [-] over reflux from what was drawn to nearly all."""
        refluxes = np.linspace(self.cascade.reflux or 0.0, MOST_REFLUX, 12).tolist()
        tried = [replace(self.cascade, reflux=r).solve(sensitivity=False) for r in refluxes]
        found = [self.shares(p)[1] for p in tried if p.converged]
        return min((i for i in found if i > 0), default=1.0)

    def purity(self, impurity: float) -> Target:
        """At most this impurity of the extract [-], counted without the alkali."""
        weights = {c: 1.0 for c in self.cascade.chemistry.components if c != ALKALI}
        return Target("reflux", "impurity", self.wanted, impurity, "equality", weights)

    def posed(self, loss: float, impurity: float) -> Cascade:
        """The same cascade with these as targets, and no word of the flows that met them."""
        targets = [Target("organic", "loss", self.wanted, loss, "equality")]
        if self.both:
            targets.append(self.purity(impurity))
        return replace(
            self.cascade,
            organic=replace(self.cascade.organic, flow=None),
            reflux=None if self.both else self.cascade.reflux,
            targets=tuple(targets),
        )


LOADED = 0.75
"""Share of the lots that load the organic with what the cut takes [-]."""


def sections(stages: int, rng: np.random.Generator) -> Stages:
    """So many stages parted at random; at least one of extraction and one of stripping."""
    stripping = max(1, int(stages * rng.uniform(0.1, 0.3)))
    extraction = max(1, int((stages - stripping) * rng.uniform(0.25, 0.75)))
    return Stages(extraction, stages - stripping - extraction, stripping)


def drawn(rng: np.random.Generator) -> Draw | None:
    """One cascade by lot, 2 to 500 stages, 2 to 16 elements; None where the lot leaves the bounds.

    Most lots load the organic with about what the cut takes, as a plant with saponified organic
    does; the others draw organic, strip and reflux freely, may use acid organic, and bring no more
    alkali than the feed has metal, beyond which hydroxide would fall.
    """
    stages = round(float(np.exp(rng.uniform(np.log(2), np.log(500)))))
    count = int(rng.integers(2, len(EXTRACTABLE) + 1))
    extractant = str(rng.choice(EXTRACTANTS))
    known = chemistry(extractant, (*EXTRACTABLE, ALKALI))
    picked = rng.choice(len(EXTRACTABLE), count, replace=False)
    present = [EXTRACTABLE[i] for i in sorted(picked, key=lambda i: known.log_K[i])]
    shares = rng.dirichlet(np.ones(count))
    cut = int(rng.integers(1, count))
    wanted = tuple(present[cut:])
    loaded = rng.uniform() < LOADED
    total = 10 ** rng.uniform(-3.0 if loaded else -6.0, np.log10(2.0))
    extractable = rng.uniform(0.1, 0.75)
    saponified = rng.uniform(0.0, 0.5) * (1.0 if loaded else rng.integers(0, 2))
    alkali = 2 * extractable * saponified
    acid = rng.uniform(3.0, 6.0)
    if loaded:
        lighter, heavier = known.log_K[known.index((present[cut - 1], present[cut]))]
        share = float(shares[cut:].sum())
        least = share + 1 / (10 ** float(heavier - lighter) - 1)
        extraction = least * rng.uniform(1.05, 3.0)
        ratio = extraction * CHARGE * total / alkali
        reflux = 1 - share * (1 + rng.normal(0.0, 0.03)) / extraction
        strip = rng.uniform(1.1, 2.0) * ratio * alkali / acid
    else:
        ratio = 10 ** rng.uniform(np.log10(0.05), np.log10(20.0))
        alkali = min(alkali, rng.uniform() * CHARGE * total / ratio)
        reflux = rng.uniform(0.0, 0.9)
        strip = ratio * 10 ** rng.uniform(-1.5, 0.5)
    if not (0.05 <= ratio <= 20.0 and 0.0 <= reflux < 0.99):
        return None
    cascade = Cascade(
        chemistry(extractant, (*present, ALKALI)),
        sections(stages, rng),
        Aqueous(
            1.0, dict(zip(present, total * shares, strict=True)), acid=10 ** -rng.uniform(0.5, 3.0)
        ),
        Organic(ratio, extractable, {ALKALI: alkali} if alkali else {}),
        strip=Aqueous(strip, acid=acid),
        reflux=reflux,
    )
    return Draw(cascade, wanted, both=bool(rng.uniform() < 0.7))


def draws(seed: int) -> Iterator[Draw]:
    """Cascades by lot without end; case k of a seed is always the same."""
    for k in range(2**62):
        found = drawn(np.random.default_rng([seed, k]))
        if found is not None:
            yield found
