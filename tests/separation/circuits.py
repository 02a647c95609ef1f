"""Small cascades of every mechanism, for the claims about cascades."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from ytterby.separation import Aqueous, Cascade, Chemistry, Organic, SideDraw, SideFeed, Stages

ELEMENTS = ("La", "Nd", "Eu", "Dy", "Y", "Lu")
FEED = dict(zip(ELEMENTS, (0.16, 0.14, 0.01, 0.02, 0.1, 0.005), strict=True))
TRUE_STAGES = {"efficiency": 1.0, "entrainment": (0.0, 0.0)}
HYDROGEN_SULFATE = 1.2
"""log10 of the protonation constant of sulfate at 1 mol/L ionic strength, for these tests [-]."""


def acidic(
    extractant: str = "P507",
    stages: Stages | None = None,
    chemistry: Chemistry | None = None,
    feed: dict[str, float] = FEED,
    acid: float = 0.01,
    **changes,
) -> Cascade:
    """Extraction, scrubbing with reflux and stripping with an acidic extractant."""
    total = sum(feed[c] for c in feed if c in ELEMENTS)
    organic = 0.9 * 3 * total / 0.35
    given = {
        "chemistry": chemistry or Chemistry.of(extractant, (*feed, "Na")),
        "stages": stages or Stages(3, 3, 2),
        "feed": Aqueous(1.0, feed, acid=acid),
        "organic": Organic(organic, 0.5, {"Na": 0.35}),
        "strip": Aqueous(1.5 * organic * 0.35 / 4.0, acid=4.0),
        "reflux": 0.3,
    }
    return Cascade(**{**given, **changes})


def chloride(extractant: str) -> Cascade:
    """With chloride complexes in the aqueous phase."""
    known = Chemistry.of(extractant, (*FEED, "Na")).with_complexes("Cl", "1M")
    return acidic(extractant, chemistry=known)


def sulfate(extractant: str) -> Cascade:
    """With sulfate complexes and hydrogen sulfate."""
    known = Chemistry.of(extractant, (*FEED, "SO4", "Na")).with_complexes("SO4", "1M")
    known = replace(known, protonation=("SO4", HYDROGEN_SULFATE))
    return acidic(extractant, chemistry=known, feed={**FEED, "SO4": 0.6}, acid=0.05)


def tbp() -> Cascade:
    """Tributyl phosphate with a nitrate salt, stripped by water."""
    return Cascade(
        Chemistry.solvating("TBP", (*FEED, "Na"), "nitrate"),
        Stages(3, 3, 2),
        Aqueous(1.0, {**FEED, "Na": 2.0}, acid=0.5),
        Organic(2.0, 1.8),
        strip=Aqueous(2.0, acid=0.01),
        reflux=0.2,
    )


def todga() -> Cascade:
    """A diglycolamide in nitric acid, stripped by dilute acid."""
    return Cascade(
        Chemistry.solvating("TODGA", ELEMENTS, "nitrate"),
        Stages(3, 3, 2),
        Aqueous(1.0, {name: value / 20 for name, value in FEED.items()}, acid=1.0),
        Organic(1.0, 0.2),
        strip=Aqueous(1.0, acid=0.01),
        reflux=0.2,
    )


def exchange() -> Cascade:
    """Constant separation factors, in equivalents."""
    factors = {pair: 1.8 for pair in zip(ELEMENTS[1:], ELEMENTS[:-1], strict=True)}
    feed = {name: 3 * value for name, value in FEED.items()}
    organic = 0.9 * sum(feed.values())
    return Cascade(
        Chemistry.exchange(factors, ELEMENTS),
        Stages(3, 3, 2),
        Aqueous(1.0, feed),
        Organic(organic, 1.0, {"NH4": 1.0}),
        strip=Aqueous(1.1 * organic / 4.0, acid=4.0),
        reflux=0.3,
    )


def correlation() -> Cascade:
    """A correlation of log10 D with p[H] and dosage, in sulfuric acid."""
    names = ("La", "Ce", "Nd", "Dy", "Y", "Fe", "Al", "SO4", "Na")
    known = Chemistry.correlation("D2EHPA", "coal-refuse", names, log_K_sulfate=1.99)
    feed = dict(zip(names, (7e-6, 2e-5, 7e-6, 3e-7, 1e-6, 0.012, 0.016, 0.1, 0.02), strict=True))
    return Cascade(
        known, Stages(4), Aqueous(1.0, feed, acid=0.11), Organic(0.7, 0.15), **TRUE_STAGES
    )


MECHANISMS = {
    "P507": acidic,
    "D2EHPA": lambda: acidic("D2EHPA"),
    "Cyanex 272": lambda: acidic("Cyanex 272"),
    "P507 in chloride": lambda: chloride("P507"),
    "D2EHPA in chloride": lambda: chloride("D2EHPA"),
    "P507 in sulfate": lambda: sulfate("P507"),
    "D2EHPA in sulfate": lambda: sulfate("D2EHPA"),
    "TBP": tbp,
    "TODGA": todga,
    "exchange": exchange,
    "correlation": correlation,
}

FURTHER = {
    "loaded organic as the feed": lambda: Cascade(
        Chemistry.of("P507", ("Nd", "Dy", "Na")),
        Stages(3, 3, 2),
        Organic(1.0, 0.5, {"Nd": 0.05, "Dy": 0.06}),
        Organic(0.6, 0.5, {"Na": 0.3}),
        strip=Aqueous(0.35, acid=4.0),
        reflux=0.5,
    ),
    "loaded organic beside the feed": lambda: acidic(
        side_feeds=(SideFeed("loaded", 3, Organic(0.5, 0.5, {"Nd": 0.05, "Dy": 0.04})),)
    ),
    "aqueous side feed": lambda: acidic(
        side_feeds=(SideFeed("second", 2, Aqueous(0.3, {"La": 0.3, "Nd": 0.1}, acid=0.01)),)
    ),
    "organic side feed": lambda: acidic(
        side_feeds=(SideFeed("fresh", 2, Organic(0.3, 0.4, {"Na": 0.2}, water=0.1)),)
    ),
    "aqueous side draw": lambda: acidic(side_draws=(SideDraw("middle", 5, "aqueous", 0.2),)),
    "organic side draw": lambda: acidic(side_draws=(SideDraw("middle", 4, "organic", 0.2),)),
    "separate scrub": lambda: acidic(scrub=Aqueous(0.1, acid=1.0), reflux=0.1),
    "extraction only": lambda: acidic(stages=Stages(4), strip=None, reflux=0.0),
    "saponification water": lambda: acidic(organic=Organic(1.1, 0.5, {"Na": 0.35}, water=0.05)),
    "efficiency by stage": lambda: acidic(efficiency=np.linspace(0.7, 1.0, 8)),
    "heavy entrainment": lambda: acidic(entrainment=(0.02, 0.01)),
}


@st.composite
def cascades(draw: st.DrawFn) -> Cascade:
    """Cascades with an acidic extractant, two to six elements and three to fifteen stages."""
    within = st.floats
    present = draw(st.lists(st.sampled_from(ELEMENTS), min_size=2, max_size=6, unique=True))
    shares = [draw(within(0.01, 1.0)) for _ in present]
    total, saponified = draw(within(0.01, 1.5)), draw(within(0.1, 0.45))
    organic = draw(within(0.3, 1.2)) * 3 * total / saponified
    acid = draw(within(3.0, 6.0))
    parts = st.integers(1, 5)
    return acidic(
        stages=Stages(draw(parts), draw(parts), draw(parts)),
        chemistry=Chemistry.of(
            draw(st.sampled_from(("P507", "D2EHPA", "Cyanex 272"))), (*present, "Na")
        ),
        feed={name: total * s / sum(shares) for name, s in zip(present, shares, strict=True)},
        acid=10 ** -draw(within(1.0, 2.5)),
        organic=Organic(organic, 0.5, {"Na": saponified}),
        strip=Aqueous(draw(within(1.1, 1.8)) * organic * saponified / acid, acid=acid),
        reflux=draw(within(0.05, 0.8)),
        efficiency=draw(within(0.7, 1.0)),
        entrainment=(draw(within(0.0, 0.01)), draw(within(0.0, 0.01))),
    )
