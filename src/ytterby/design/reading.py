"""What a steady state says of a cut: metals in its outlets, losses, and their change by stage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ytterby.design.cut import Cut
from ytterby.separation import Profile, Stages

Array = NDArray[np.float64]

LEAST_GAIN = 0.02
"""Least decrease of ln(loss) per stage that is believed [-]: below, a section is pinched."""


def metals(cut: Cut, profile: Profile, name: str) -> dict[str, float]:
    places = cut.chemistry.index(cut.series)
    return dict(zip(cut.series, profile.outlets[name].amounts[places].tolist(), strict=True))


def losses_of(cut: Cut, profile: Profile) -> tuple[float, float]:
    raffinate, extract = metals(cut, profile, "raffinate"), metals(cut, profile, "extract")
    return sum(raffinate[e] for e in cut.heavies), sum(extract[e] for e in cut.sharp_lights)


def gain(values: Array) -> float:
    """Rise of ln(value) per stage at the beginning of a section [-]."""
    if values.size < 2:
        return 1.0
    steps = np.diff(np.log(values[: min(4, values.size)]))
    return max(float(steps.mean()), LEAST_GAIN)


def stretched(profile: Profile, old: Stages, new: Stages) -> Profile:
    """A first guess for other stages: the potentials of each section drawn out or together."""
    if old == new:
        return profile
    known = profile.potential.reshape(old.total, -1)
    columns = []
    for column in known.T:
        parts = []
        for name, part in new.sections.items():
            there = old.sections.get(name, slice(old.extraction - 1, old.extraction))
            values = column[there]
            places = np.linspace(0, values.size - 1, part.stop - part.start)
            parts.append(np.interp(places, np.arange(values.size), values))
        columns.append(np.concatenate(parts))
    potential = np.array(columns).T.reshape(new.total, *profile.potential.shape[1:])
    return replace(profile, potential=potential, border=None)
