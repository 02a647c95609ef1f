"""The inside of a cascade: concentrations, pH and loading from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from ytterby.app.figures.chart import Chart, Scale, colours_of, linear, logarithmic
from ytterby.app.figures.svg import drawing
from ytterby.plant import Plant

WIDTH = 980
_LEFT, _RIGHT, _GAP = 56, 46, 62
_TOP, _HEIGHT, _LOW_HEIGHT = 30, 230, 120
_DECADES = 7
_MOST_COMPONENTS = 8
_TITLE_GAP = 78
_FOOT = 40
_INKS = {"pH": "#b81f44", "loading": "#0f62a8"}


class StageProfile(Protocol):
    """What a profile has to tell; `ytterby.separation.Profile` does.

    aqueous, organic: [mol/L], shape (stage, component). pH [-], loading [-]: shape (stage,).
    """

    @property
    def components(self) -> Sequence[str]: ...
    @property
    def aqueous(self) -> np.ndarray: ...
    @property
    def organic(self) -> np.ndarray: ...
    @property
    def pH(self) -> np.ndarray: ...
    @property
    def loading(self) -> np.ndarray: ...


def profile_svg(
    profile: StageProfile, sections: Mapping[str, int] | None = None, name: str = "cascade"
) -> str:
    """The stage profiles of a cascade as SVG.

    Above, concentrations in either phase on logarithmic axes, seven decades at most; below, pH
    and the loading of the extractant. sections: stages of each section, in order, such as
    {"extraction": 6, "scrubbing": 6, "stripping": 5}; nothing is marked without them.
    """
    stages = len(profile.pH)
    told = _sections(sections or {})
    shown = _main_components(profile)
    colours = colours_of([profile.components[i] for i in shown])
    width = (WIDTH - 2 * (_LEFT + _RIGHT) - _GAP + _RIGHT) / 2
    parts = []
    for place, (phase, values) in enumerate(
        (("aqueous", profile.aqueous), ("organic", profile.organic))
    ):
        left = _LEFT + place * (width + _GAP + _LEFT)
        scale = logarithmic(values[:, shown], _DECADES)
        chart = Chart(left, _TOP, width, _HEIGHT, stages, scale, told)
        rows = {profile.components[i]: values[:, i] for i in shown}
        parts += [
            chart.frame(f"{phase} phase, mol/L", name_stages=False),
            chart.lines(rows, colours),
        ]
        figure, series, low = _lower(profile, place)
        chart = Chart(left, _TOP + _HEIGHT + _TITLE_GAP / 2, width, _LOW_HEIGHT, stages, low, told)
        parts += [chart.frame(figure, name_stages=True), chart.lines(series, _INKS, named=False)]
    return drawing(
        WIDTH,
        _TOP + _HEIGHT + _TITLE_GAP / 2 + _LOW_HEIGHT + _FOOT,
        f"Stage profiles of {name}",
        f"{', '.join(colours)} over {stages} stages, with pH and loading",
        parts,
    )


def _lower(profile: StageProfile, place: int) -> tuple[str, dict[str, np.ndarray], Scale]:
    """(title, line, axis) of the chart under the aqueous (0) or the organic (1) one."""
    if place:
        loading = np.asarray(profile.loading) * 100
        title = "loading, % of the extractant bound to rare earths and iron"
        return title, {"loading": loading}, linear(loading, from_zero=True)
    return "pH", {"pH": np.asarray(profile.pH)}, linear(np.asarray(profile.pH))


def _sections(lengths: Mapping[str, int]) -> list[tuple[str, int, int]]:
    sections, first = [], 1
    for name, length in lengths.items():
        if length > 0:
            sections.append((name, first, first + length - 1))
            first += length
    return sections


def _main_components(profile: StageProfile) -> list[int]:
    """The components with the highest concentrations in either phase, in their own order."""
    highest = np.maximum(profile.aqueous.max(axis=0), profile.organic.max(axis=0))
    highest[[i for i, name in enumerate(profile.components) if name == "H2O"]] = 0.0
    main = sorted(np.argsort(-highest, kind="stable")[:_MOST_COMPONENTS].tolist())
    return [i for i in main if highest[i] > 0]


def is_profile(detail: object) -> bool:
    """Whether what a unit tells of its inside is a stage profile."""
    return all(
        hasattr(detail, name) for name in ("components", "aqueous", "organic", "pH", "loading")
    )


def sections_of(plant: Plant | None, unit: str) -> dict[str, int]:
    """Stages of each section of the cascade `unit`; nothing where the plant does not say."""
    stages = getattr(plant.units.get(unit), "stages", {}) if plant is not None else {}
    return dict(stages)
