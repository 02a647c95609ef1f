"""A clay column in time as an interactive page: breakthrough, recovery, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ytterby.app.figures.chart import PALETTE
from ytterby.chemistry import RARE_EARTHS, Species
from ytterby.separation.column_fit import Sampled
from ytterby.separation.leaching import Leaching

_MOST_RARE_EARTHS = 4
_OTHERS = ("Al+3", "Ca+2", "Mg+2", "NH4+")
_HEIGHT = 980
_MILLI = 1000


def write(run: Leaching, name: str, path: Path, samples: Sequence[Sampled] = ()) -> None:
    """Write the page of `run` to `path`; samples of the outflow stand on it as points."""
    figure(run, name, samples).write_html(path, include_plotlyjs=True, full_html=True)


def figure(run: Leaching, name: str, samples: Sequence[Sampled] = ()):
    """The plotly figure: outflow and recovery over pore volumes, and the clay at the end."""
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    titles = ("Outflow", "Share that has left", "Held by the clay at the end")
    sheet = make_subplots(rows=3, cols=1, subplot_titles=titles, vertical_spacing=0.09)
    depth = (np.arange(run.column.cells) + 0.5) * run.column.height / run.column.cells
    for place, ion in enumerate(_shown(run)):
        ink = PALETTE[place % len(PALETTE)]
        line, group = {"color": ink}, {"legendgroup": ion, "name": ion}
        column = run.effluent[:, run.place(ion)]
        sheet.add_trace(Scatter(x=run.pore_volumes, y=column, line=line, **group), 1, 1)
        points = [one for one in samples if one.ion == ion]
        if points:
            at = np.interp([one.time for one in points], run.time, run.pore_volumes)
            values = [one.concentration for one in points]
            mark = {"color": ink, "symbol": "circle-open"}
            told = {**group, "name": f"{ion} measured"}
            dots = Scatter(x=at, y=values, mode="markers", marker=mark, **told)
            sheet.add_trace(dots, 1, 1)
        if run.start[run.place(ion)] > 0:
            share = run.recovery(ion)
            curve = Scatter(x=run.pore_volumes, y=share, line=line, showlegend=False, **group)
            sheet.add_trace(curve, 2, 1)
        if run.on_clay[run.place(ion)] > 0:
            held = run.held[:, run.place(ion)] * _MILLI
            sheet.add_trace(Scatter(x=depth, y=held, line=line, showlegend=False, **group), 3, 1)
    for row, across, up in (
        (1, "pore volumes", "mol/m3"),
        (2, "pore volumes", "share"),
        (3, "depth along the flow [m]", "mmol/kg"),
    ):
        sheet.update_xaxes(title_text=across, row=row, col=1)
        sheet.update_yaxes(title_text=up, rangemode="tozero", row=row, col=1)
    sheet.update_yaxes(tickformat=".0%", row=2, col=1)
    sheet.update_layout(title=f"Clay of {name}", height=_HEIGHT, template="plotly_white")
    return sheet


def _shown(run: Leaching) -> list[str]:
    """The rare earths of which most is there, by mass, and the other main ions."""
    ions = [ion for ion in (f"{e}+3" for e in RARE_EARTHS) if ion in run.ions]
    mass = {ion: run.start[run.place(ion)] * Species.of(ion).molar_mass for ion in ions}
    most = sorted((ion for ion in ions if mass[ion] > 0), key=lambda ion: -mass[ion])
    return [*most[:_MOST_RARE_EARTHS], *(ion for ion in _OTHERS if ion in run.ions)]
