"""A designed cut as a plant that `ytterby run` solves."""

from __future__ import annotations

import math
from typing import Any

from ytterby.chemistry import RARE_EARTHS, atomic_mass, kg_oxide
from ytterby.design.designed import Designed
from ytterby.design.practice import LITRES
from ytterby.plant import Plant
from ytterby.separation import Aqueous
from ytterby.units import CascadeUnit

_HOURS = 3600
_DIGITS = 8
_NAME = "cascade"

LEAST = 0.01
"""Least impurity of a design, over the allowed one, that the purity in a plant file minds [-]."""


def plant_of(designed: Designed, name: str = "designed-cut") -> Plant:
    """One cascade on a chloride liquor, its organic going round, at the flows of the design.

    The reflux is set by a target, the purity of the extract, since no plant could give it to the
    digits that a long cascade asks for; the recovery then follows from the organic flow and the
    stages, with no search from far away. That purity lies between the one wanted and the one the
    design comes to: at either end a long cascade stands before a cliff, one loss or the other.
    The separation factors of the design go along as constants of the unit, so the plant says what
    they rest on. Scandium and elements without constants are not carried.
    """
    cut, sized = designed.cut, designed.sized
    feed, practice, flows = sized.cascade.feed, sized.practice, sized.profile.flows
    assert isinstance(feed, Aqueous)
    grams = {e: c * atomic_mass(e) * LITRES for e, c in feed.concentrations.items()}
    extracted = "+".join((*cut.middle, *cut.heavies))
    unit: dict[str, Any] = {
        "feed": "liquor",
        "organic": (f"{_NAME}.stripped", "organic"),
        "strip": "strip_acid",
        "saponify": "alkali",
        "stages": {
            "extraction": sized.stages.extraction,
            "scrubbing": sized.stages.scrubbing,
            "stripping": sized.stages.stripping,
        },
        "saponification": _digits(practice.saponification),
        "extractant": practice.extractant,
        "targets": {"reflux": f"{extracted} purity >= {_purity(designed)}"},
        "flows": {
            "organic": f"{_digits(flows.organic * _HOURS)} L/h",
            "strip": f"{_digits(flows.strip * _HOURS)} L/h",
        },
        "log_K": _constants(designed),
    }
    feeds: dict[str, Any] = {
        "liquor": {
            "liquor": {e: f"{_digits(value)} g/L" for e, value in grams.items()},
            "pH": _digits(-math.log10(feed.acid)),
            "flow": f"{_digits((feed.flow or 0.0) * _HOURS)} L/h",
        },
        "strip_acid": {"liquid": f"HCl {_digits(practice.strip_acid)} mol/L"},
        "alkali": {"liquid": "NaOH 30 % w/w"},
        "organic": {
            "extractant": practice.extractant,
            "molarity": f"{_digits(practice.molarity)} mol/L",
            "diluent": "kerosene",
        },
    }
    return Plant(
        name=name,
        feeds=feeds,
        units={
            _NAME: CascadeUnit(**unit),
        },
        outlets={f"{_NAME}.raffinate": "product", f"{_NAME}.extract": "product"},
    )


def _constants(designed: Designed) -> dict[str, Any]:
    chemistry = designed.cut.chemistry
    return {
        e: {
            "value": _digits(float(chemistry.log_K[chemistry.index((e,))[0]])),
            "source": "spaced by the separation factors of the design from the shipped constants",
            "class": "derived",
        }
        for e in designed.cut.series
        if e in RARE_EARTHS
    }


def _purity(designed: Designed) -> str:
    """Purity of the extract that the reflux is set by [-]."""
    cut = designed.cut
    mass = sum(n * kg_oxide(e) for e, n in designed.sized.outlet("extract").items())
    allowed = cut.light_lost * kg_oxide(cut.sharp_lights[-1]) / mass
    impurity = math.sqrt(allowed * min(max(designed.impurity, LEAST * allowed), allowed))
    return f"{1 - impurity:.{_DIGITS - math.ceil(math.log10(impurity))}f}"


def _digits(value: float) -> float:
    """As many digits as a reader of the file can use."""
    return float(f"{value:.{_DIGITS}g}")
