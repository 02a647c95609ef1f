"""The drawing of a plant: units from left to right, streams with their flows, recycles dashed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ytterby.app.figures.grid import BOX_WIDTH, LABEL_ROOM, TAG_PITCH, Cell, Grid
from ytterby.app.figures.layers import (
    arcs_of,
    feed_of,
    is_drawn,
    layer_of,
    ordered,
    outside,
    port_of,
)
from ytterby.app.figures.svg import (
    INK,
    PAPER,
    QUIET,
    ROLE_COLOURS,
    arrowhead,
    drawing,
    hover,
    number,
    rounded,
    shortened,
    tag,
    text,
    text_width,
)
from ytterby.app.show import UNKNOWN, hourly
from ytterby.balance import Balance, Edge
from ytterby.plant import Plant

COLUMNS = 5
"""Layers that stand side by side before the drawing starts a new row."""
_RADIUS = 6
_NAME, _SMALL = 12.5, 10.5
_TAG_INDENT = 16
_MAIN_ELEMENTS = 8
_LEGEND_HEIGHT = 34
_LEGEND = (
    "feed",
    "internal",
    "recycle",
    "product",
    "residue",
    "effluent",
    "emission",
    "unassigned",
)


def flowsheet_svg(plant: Plant | None, balance: Balance) -> str:
    """The flowsheet of `balance` as SVG.

    Layers follow the longest path through the wiring and fold into rows. Feeds on demand stand
    over the unit that draws them, what leaves the plant under its unit; recycles are dashed. What a
    stream holds shows under the pointer. plant: adds the kind of each unit; None where the
    balance did not come from a plant.
    """
    inside = [edge for edge in balance.edges if _has_node(edge)]
    arcs = arcs_of(balance, inside)
    layers = ordered(layer_of(balance.units, arcs), arcs)
    tags = {unit: _tags(balance, unit) for unit in balance.units}
    cells = {node: Cell(narrow=True) for nodes in layers for node in nodes}
    cells |= {unit: Cell(len(above), len(below)) for unit, (above, below) in tags.items()}
    grid = Grid(layers, arcs, cells, COLUMNS)
    lines = [_line(balance, grid, index) for index in _back_first(grid)]
    boxes = [_unit(plant, balance, grid, unit, *tags[unit]) for unit in balance.units]
    feeds = [_feed(balance, grid, arc.edge) for arc in arcs if arc.edge.source is None]
    roles = {_role(balance, edge) for edge in balance.edges}
    legend = _legend([role for role in _LEGEND if role in roles], grid.height)
    return drawing(
        grid.width,
        grid.height + _LEGEND_HEIGHT,
        f"Flowsheet of {balance.plant}",
        f"{len(balance.units)} units and {len(balance.edges)} streams with their flows",
        [*lines, *boxes, *feeds, legend],
    )


def _has_node(edge: Edge) -> bool:
    """Streams between units and feeds with a flow; the rest are tags at their unit."""
    return edge.target is not None and not is_drawn(edge)


def _role(balance: Balance, edge: Edge) -> str:
    units = balance.units
    if edge.source in units and edge.target in units:
        return "recycle" if units.index(edge.target) <= units.index(edge.source) else "internal"
    return edge.role


def _tags(balance: Balance, unit: str) -> tuple[list[Edge], list[Edge]]:
    """(feeds that `unit` draws, what leaves the plant there); what does not flow is left out."""
    around = [e for e in balance.edges if unit in (e.source, e.target) and not _has_node(e)]
    flowing = [edge for edge in around if balance.flow(edge.name) != 0]
    leaving = sorted((e for e in flowing if e.source == unit), key=lambda e: e.role != "product")
    return [e for e in flowing if e.target == unit], leaving


def composition(balance: Balance, edge: Edge) -> str:
    """What an edge carries, for people: its way, its flow and what it holds most of."""
    way = f"{edge.name}: {edge.source or 'outside'} to {edge.target or 'outside'}"
    if edge.name in balance.streams:
        return f"{way}\n{balance.streams[edge.name]}"
    row = balance.edge(edge.name)
    masses = np.where(balance.known[row], balance.masses[row], 0.0) / balance.period
    main = [i for i in np.argsort(-masses)[:_MAIN_ELEMENTS] if masses[i] > 0]
    held = ", ".join(f"{balance.elements[i]} {hourly(float(masses[i]))}" for i in main)
    unknown = [
        e for e, known in zip(balance.elements, balance.known[row], strict=True) if not known
    ]
    rest = f"\nnot known: {', '.join(unknown)}" if unknown else ""
    return f"{way}\n{_flow(balance, edge)}\n{held} kg/h{rest}"


def _flow(balance: Balance, edge: Edge) -> str:
    shown = hourly(balance.flow(edge.name))
    return UNKNOWN if shown == UNKNOWN else f"{shown} kg/h"


def _back_first(grid: Grid) -> list[int]:
    """Lines in the order of drawing, recycles under the main way."""
    return sorted(range(len(grid.ways)), key=lambda i: (not grid.ways[i].arc.back, i))


def _line(balance: Balance, grid: Grid, index: int) -> str:
    edge = grid.ways[index].arc.edge
    role = _role(balance, edge)
    colour, points = ROLE_COLOURS[role], grid.line(index)
    tip = points[-1]
    path = rounded([*points[:-1], (tip[0] - 3, tip[1])], _RADIUS)
    dashes = "6 4" if role == "recycle" else None
    x, y = points[0]
    label = (
        []
        if edge.source is None
        else [
            text(
                x + 5, y - 4, shortened(port_of(edge), LABEL_ROOM - 4, _SMALL), _SMALL, fill=QUIET
            ),
            text(x + 5, y + 12, _flow(balance, edge), _SMALL, fill=colour),
        ]
    )
    return tag(
        "g",
        hover(composition(balance, edge)),
        tag("path", d=path, fill="none", stroke=PAPER, stroke_width=6),
        tag("path", d=path, fill="none", stroke=colour, stroke_width=1.6, stroke_dasharray=dashes),
        arrowhead(tip, colour, size=7),
        *label,
    )


def _unit(
    plant: Plant | None,
    balance: Balance,
    grid: Grid,
    name: str,
    above: Sequence[Edge],
    below: Sequence[Edge],
) -> str:
    left, top, width, height = grid.box(name)
    kind = plant.units[name].kind if plant is not None and name in plant.units else ""
    middle, centre = top + height / 2, left + width / 2
    room = width - 2 * _RADIUS
    box = tag(
        "rect",
        x=left,
        y=top,
        width=width,
        height=height,
        rx=_RADIUS,
        fill="#f3f6f9",
        stroke="#8696a5",
        stroke_width=1.1,
    )
    told = f"{name}: {kind}" if kind else name
    heading = text(
        centre,
        middle + (-1 if kind else 4),
        shortened(name, room, _NAME),
        _NAME,
        text_anchor="middle",
        font_weight=600,
        stroke="none",
    )
    under = text(
        centre,
        middle + 13,
        shortened(kind, room, _SMALL),
        _SMALL,
        text_anchor="middle",
        fill=QUIET,
        stroke="none",
    )
    tags = [
        *_stack(balance, above, left, top - 8, down=False, tip=top),
        *_stack(balance, below, left, top + height + 8, down=True, tip=top + height),
    ]
    return tag("g", tag("g", hover(told), box, heading, under if kind else ""), *tags)


def _stack(
    balance: Balance, edges: Sequence[Edge], left: float, start: float, *, down: bool, tip: float
) -> list[str]:
    """Tags over or under a box, hung on one stem that leads into it or out of it."""
    drawn = []
    for place, edge in reversed(list(enumerate(edges))):
        lines = place + 1 if down else len(edges) - place
        y = start + (lines * TAG_PITCH if down else -(lines - 1) * TAG_PITCH - 4)
        colour = ROLE_COLOURS[edge.role]
        name = feed_of(edge) if edge.source is None else port_of(edge)
        flow = _flow(balance, edge)
        room = BOX_WIDTH + LABEL_ROOM - _TAG_INDENT - text_width(flow, _SMALL) - 24
        x = left + _TAG_INDENT
        stem_end = y - 4
        begin, end, head = (tip, stem_end - 2, stem_end + 3) if down else (stem_end, tip - 3, tip)
        stem = (
            tag(
                "path",
                d=f"M{number(x)},{number(begin)}V{number(end)}",
                stroke=colour,
                stroke_width=1.4,
                fill="none",
            ),
            arrowhead((x, head), colour, down=True),
        )
        words = f"{shortened(name, room, _SMALL)}  {flow}"
        label = text(x + 9, y, words, _SMALL, fill=colour)
        if edge.role == "product":
            label = _badge(x + 4, y, words, colour)
        drawn.append(tag("g", hover(composition(balance, edge)), *stem, label))
    return drawn


def _badge(x: float, y: float, words: str, colour: str) -> str:
    """A product among the tags: white on its colour."""
    width = text_width(words, 12) + 16
    back = tag("rect", x=x + 4, y=y - 13, width=width, height=18, rx=9, fill=colour)
    told = {"fill": PAPER, "stroke": "none", "font_weight": 600}
    return back + text(x + 12, y, words, 11.5, **told)


def _feed(balance: Balance, grid: Grid, edge: Edge) -> str:
    """A feed with a flow: a filled box at the edge of the drawing."""
    left, top, width, height = grid.box(outside(edge))
    colour = ROLE_COLOURS[edge.role]
    words = [shortened(edge.name, width - 2 * _RADIUS, _NAME), _flow(balance, edge)]
    return tag(
        "g",
        hover(composition(balance, edge)),
        tag("rect", x=left, y=top - 4, width=width, height=height + 8, rx=height / 2, fill=colour),
        text(
            left + width / 2,
            top + height / 2 - 2,
            words[0],
            12,
            fill=PAPER,
            stroke="none",
            text_anchor="middle",
            font_weight=600,
        ),
        text(
            left + width / 2,
            top + height / 2 + 12,
            words[1],
            _SMALL,
            fill=PAPER,
            stroke="none",
            text_anchor="middle",
        ),
    )


def _legend(roles: Sequence[str], top: float) -> str:
    parts, x, y = [], 4.0, top + _LEGEND_HEIGHT / 2
    for role in roles:
        dashes = "6 4" if role == "recycle" else None
        parts.append(
            tag(
                "path",
                d=f"M{number(x)},{number(y)}h24",
                stroke=ROLE_COLOURS[role],
                stroke_width=2.4,
                stroke_dasharray=dashes,
            )
        )
        parts.append(text(x + 30, y + 4, role, 11, fill=INK))
        x += 30 + text_width(role, 11) + 22
    return tag("g", *parts)
