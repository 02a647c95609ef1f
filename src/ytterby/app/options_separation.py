"""Options of the commands of cascades and columns; each field is one option, its text the help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from ytterby.app.options import Changes, Flag, Several


@Parameter(name="*")
@dataclass(frozen=True)
class SimulateOptions:
    """Of `ytterby simulate`."""

    hours: float = 1000
    """How long to simulate."""
    start: Literal["fill", "steady", "total-reflux"] = "fill"
    """Start filled with its feeds, at its steady state, or filled and run at total reflux first."""
    reflux_hours: float = 24
    """How long it runs at total reflux."""
    set_: Annotated[
        Changes,
        Parameter(
            help='Change something at an hour: --set "organic=110 %@200", feed=stopped@5, '
            '"reflux=30 %@5", log_K.Nd=-0.4@9, "feed.Dy=0.02 mol/L@24". May be repeated.'
        ),
    ] = ()
    accuracy: float = 1e-3
    """Error of a step in time, relative to the contents."""
    csv: Path | None = None
    """Also write every step to this file."""
    report: Path | None = None
    """Also write one self-contained HTML page to this file."""


@Parameter(name="*")
@dataclass(frozen=True)
class DesignOptions:
    """Of `ytterby design`."""

    cut: str | None = None
    """The last element that stays in the raffinate: --cut Nd."""
    purity: str = "99.9 %"
    """Extracted elements in the oxides of the extract."""
    recovery: str = "99 %"
    """Share of what is extracted, or of each product's elements, that is not lost."""
    product: Several = ()
    """A wanted product and its purity: --product Pr+Nd:99.5%. May be repeated."""
    remainder: str = "99 %"
    """Purity of what lies between the wanted products."""
    flow: str = "100 kg/h"
    """Rare earth oxides fed."""
    extractant: str = "P507"
    """Extractant of every cascade: P507, D2EHPA or Cyanex 272."""
    cut_extractant: Several = ()
    """Another one for one cut of a train: --cut-extractant "Er|Tm=Cyanex 272". May be repeated."""
    prices: Path | None = None
    """A YAML file with prices in place of the shipped ones, such as acid: 0.2."""
    unsharp: Flag = False
    """Also try a first cut that lets one product leave by both outlets."""
    link: Flag = False
    """Also run pairs of cascades with one organic, all that save reagents: after an unsharp cut
    those that make its product, or else the loaded organic of a cascade feeds the one that parts
    its extract."""
    plant: Path | None = None
    """Write the cut to this file, for ytterby run."""
    report: Path | None = None
    """Also write one self-contained HTML page to this file."""


@Parameter(name="*")
@dataclass(frozen=True)
class FitOptions:
    """Of `ytterby fit`."""

    extractant: str = "P507"
    """The extractant, whose shipped constants stand where nothing is fitted."""
    medium: str | None = None
    """Start from constants measured in this medium, such as chloride."""
    free: Annotated[
        Several,
        Parameter(
            help="What to fit: log_K.Dy, exponent, curvature; for a stage profile also efficiency, "
            "entrainment.aqueous, entrainment.organic. May be repeated; else log_K of all that is "
            "there."
        ),
    ] = ()
    uncertainty: float | None = None
    """Relative standard uncertainty of a distribution ratio; else it is estimated."""
    plant: Path | None = None
    """The plant file that a stage profile is of."""
    unit: str | None = None
    """The cascade in it."""
    facts: Path | None = None
    """Also write the constants as a file of facts."""
    source: str | None = None
    """Where the measurements come from, as the facts will say it."""
    conditions: str = ""
    """Under which they were made."""


@Parameter(name="*")
@dataclass(frozen=True)
class LeachColumnOptions:
    """Of `ytterby leach-column`."""

    set_: Changes = ()
    """Change a field first, as in the file; none leaves it out. May be repeated."""
    csv: Path | None = None
    """Also write every step to this file."""
    plot: Path | None = None
    """Also write a picture to this file, one self-contained HTML page."""
    measured: Path | None = None
    """Fit constants to a column test: time [h], ion, concentration, uncertainty [mol/m3]."""
    free: Several = ()
    """What to fit: log_K.Dy+3, log_held.Dy+3, log_transfer; else log_K of all ions measured."""
