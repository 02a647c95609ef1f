"""Cascades whose gradients are tested, and differences of cascades solved anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ytterby.separation import (
    Aqueous,
    Cascade,
    Chemistry,
    Organic,
    Profile,
    SideDraw,
    SideFeed,
    Stages,
)
from ytterby.separation.gradient import BY_COMPONENT, Quantity

HEAVY = ("Tb", "Dy", "Y")
STEPS = {"concentrations": 1e-5, "entrainment": 1e-6}
IMPURITY = Quantity("extract", "impurity", HEAVY).ln


def acidic(extractant: str) -> Cascade:
    """Extraction, scrubbing and stripping with reflux, droplets and an efficiency below one."""
    return Cascade(
        Chemistry.of(extractant, ("Nd", "Tb", "Dy", "Y", "Na", "Ca")),
        Stages(8, 8, 5),
        Aqueous(1.0, {"Nd": 0.2, "Tb": 0.02, "Dy": 0.08, "Y": 0.01, "Ca": 0.01}, acid=0.02),
        Organic(0.75, 0.5, {"Na": 0.3}, water=0.01),
        strip=Aqueous(0.12, {}, acid=4.0),
        reflux=0.3,
        efficiency=0.95,
        entrainment=(1e-3, 5e-4),
    )


def sulfate(extractant: str) -> Cascade:
    """Aqueous complexes with sulfate, which takes up protons: one potential more."""
    chemistry = Chemistry.of(extractant, ("Nd", "Tb", "Dy", "Y", "Na", "SO4"))
    bound = replace(chemistry.with_complexes("SO4", "1M"), protonation=("SO4", 1.2))
    cascade = acidic(extractant)
    feed = {"Nd": 0.2, "Tb": 0.02, "Dy": 0.08, "Y": 0.01, "SO4": 0.1}
    return replace(cascade, chemistry=bound, feed=replace(cascade.feed, concentrations=feed))


def solvating() -> Cascade:
    return Cascade(
        Chemistry.solvating("TODGA", ("Nd", "Tb", "Dy", "Y"), "nitrate"),
        Stages(4, 3, 4),
        Aqueous(1.0, {"Nd": 0.02, "Tb": 0.002, "Dy": 0.008, "Y": 0.001}, acid=2.0),
        Organic(1.2, 0.1),
        strip=Aqueous(0.4, {}, acid=0.01),
        scrub=Aqueous(0.1, {}, acid=1.0),
        reflux=0.1,
        efficiency=0.9,
        entrainment=(1e-3, 5e-4),
    )


def with_sides() -> Cascade:
    side = SideFeed("wash", 5, Aqueous(0.1, {"Nd": 0.01}, acid=0.1))
    return replace(
        acidic("P507"), side_feeds=(side,), side_draws=(SideDraw("bleed", 11, "organic", 0.05),)
    )


def moved(cascade: Cascade, parameter: str, place: int, by: float) -> Cascade:
    """The cascade with one parameter changed."""
    chemistry = cascade.chemistry
    if parameter in BY_COMPONENT:
        values = np.array(getattr(chemistry, parameter))
        values[place] += by
        return replace(cascade, chemistry=replace(chemistry, **{parameter: values}))
    if parameter == "protonation":
        name, log_K = chemistry.protonation
        return replace(cascade, chemistry=replace(chemistry, protonation=(name, log_K + by)))
    if parameter in ("curvature", "reference", "log_Kw"):
        value = getattr(chemistry, parameter) + by
        return replace(cascade, chemistry=replace(chemistry, **{parameter: value}))
    if parameter in ("efficiency", "entrainment"):
        size = cascade.stages.total if parameter == "efficiency" else 2
        values = np.zeros(size) + getattr(cascade, parameter)
        values[place] += by
        return replace(cascade, **{parameter: values if size > 2 else tuple(values)})
    if parameter == "reflux":
        return replace(cascade, reflux=cascade.reflux + by)
    name, _, field = parameter.rpartition(".")
    sides = {side.name: side for side in cascade.side_feeds}
    feed = sides[name].feed if name in sides else getattr(cascade, name)
    if field == "concentrations":
        component = chemistry.components[place]
        held = {**feed.concentrations, component: feed.concentrations[component] + by}
        feed = replace(feed, concentrations=held)
    else:
        feed = replace(feed, **{field: getattr(feed, field) + by})
    if name in sides:
        return replace(cascade, side_feeds=(replace(sides[name], feed=feed),))
    return replace(cascade, **{name: feed})


def difference(value: Callable[[float], float], step: float) -> float:
    """d value at zero, to fourth order."""
    near, far = value(step / 2) - value(-step / 2), value(step) - value(-step)
    return (8 * near - far) / (6 * step)


def places(cascade: Cascade, parameter: str, size: int) -> list[int]:
    """The numbers of a parameter that can be moved both ways."""
    chemistry = cascade.chemistry
    if parameter in BY_COMPONENT:
        return [k for k in range(size) if chemistry.exchanging[k]]
    name, _, field = parameter.rpartition(".")
    if field == "concentrations":
        sides = {side.name: side.feed for side in cascade.side_feeds}
        feed = sides[name] if name in sides else getattr(cascade, name)
        return [k for k, n in enumerate(chemistry.components) if n in feed.concentrations]
    return list(range(size))


def solved(cascade: Cascade, near: Profile) -> Profile:
    profile = cascade.solve(near, sensitivity=False)
    assert profile.converged, profile.reason
    return profile
