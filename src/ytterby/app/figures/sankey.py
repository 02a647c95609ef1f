"""The way of one element through a plant, each ribbon as wide as its mass flow."""

from __future__ import annotations

from collections.abc import Sequence

from ytterby.app.figures.layers import feed_of, outside
from ytterby.app.figures.sankey_layout import (
    LABEL_LEFT,
    LABEL_RIGHT,
    LINE,
    WIDTH,
    Layout,
    Ribbon,
    ribbons,
)
from ytterby.app.figures.svg import (
    INK,
    QUIET,
    ROLE_COLOURS,
    drawing,
    hover,
    shortened,
    tag,
    text,
)
from ytterby.app.show import hourly, percent
from ytterby.balance import Balance

_STAGGER = 13
_SIZE, _SMALL = 11, 10.5
_AMOUNT_ROOM = 150


def sankey_svg(balance: Balance, element: str) -> str:
    """The Sankey diagram of `element` as SVG.

    Feeds enter from the left, what leaves runs below to the list on the right, recycles run back
    above. The shares in the list are of all that is fed.
    """
    drawn, left_out = ribbons(balance, element)
    title = f"Where {element} goes in {balance.plant}"
    if not drawn:
        return drawing(WIDTH, LINE * 2, title, "nothing flows", [text(8, LINE, "nothing flows")])
    layout = Layout(balance, drawn)
    fed = sum(ribbon.mass for ribbon in drawn if ribbon.arc.edge.source is None)
    back = [_ribbon(layout, r, element) for r in drawn if r.role in ("recycle", "internal")]
    ends = [_ribbon(layout, r, element) for r in drawn if r.role not in ("recycle", "internal")]
    nodes = [_bar(layout, unit) for unit in layout.units]
    lists = [_arrival(layout, r, fed) for r in layout.leaving]
    lists += [_departure(layout, r, fed) for r in layout.entering]
    note = f"not drawn: streams too thin to see, {hourly(left_out)} kg/h in all" if left_out else ""
    return drawing(
        WIDTH,
        layout.height,
        title,
        f"{len(drawn)} flows between {len(layout.units)} units, as wide as their mass flow",
        [*back, *ends, *nodes, *lists, text(4, layout.height - 6, note, _SMALL, fill=QUIET)],
    )


def _ribbon(layout: Layout, ribbon: Ribbon, element: str) -> str:
    edge = ribbon.arc.edge
    way = f"{edge.name}: {edge.source or 'outside'} to {edge.target or 'outside'}"
    return tag(
        "path",
        hover(f"{way}\n{element} {hourly(ribbon.mass)} kg/h"),
        **layout.shape(ribbon),
    )


def _bar(layout: Layout, unit: str) -> str:
    left, top, width, height = layout.bar(unit)
    step = layout.layer[unit] % 2
    label = shortened(unit, 2 * layout.pitch - 8, _SIZE)
    return tag(
        "g",
        hover(unit),
        tag("rect", x=left, y=top, width=width, height=max(height, 1), fill=INK, rx=1.5),
        text(
            left + width / 2,
            top - 6 - step * _STAGGER,
            label,
            _SIZE,
            text_anchor="middle",
            font_weight=600,
        ),
    )


def _arrival(layout: Layout, ribbon: Ribbon, fed: float) -> str:
    y = layout.lanes_below[ribbon.arc] + 4
    share = f", {percent(ribbon.mass / fed)}" if fed > 0 else ""
    amount = f"{hourly(ribbon.mass)} kg/h{share}"
    name = shortened(ribbon.arc.edge.name, LABEL_RIGHT - _AMOUNT_ROOM, _SIZE)
    x = WIDTH - LABEL_RIGHT + 30
    weight = 600 if ribbon.role == "product" else None
    return tag(
        "g",
        text(x, y, name, _SIZE, font_weight=weight, fill=ROLE_COLOURS[ribbon.role]),
        text(WIDTH - 4, y, amount, _SMALL, text_anchor="end"),
    )


def _departure(layout: Layout, ribbon: Ribbon, fed: float) -> str:
    x, y = layout.start_of_feed(ribbon)
    name = feed_of(ribbon.arc.edge)
    amount = f"{hourly(ribbon.mass)} kg/h"
    colour = ROLE_COLOURS["feed"]
    if layout.layer[outside(ribbon.arc.edge)] == 0:
        return tag(
            "g",
            text(
                x - 6,
                y - 2,
                shortened(name, LABEL_LEFT - 8, _SIZE),
                _SIZE,
                text_anchor="end",
                font_weight=600,
                fill=colour,
            ),
            text(x - 6, y + 12, amount, _SMALL, text_anchor="end"),
        )
    return text(x - 4, y + 4, f"{name} {amount}", _SMALL, text_anchor="end", fill=colour)


def elements_by_interest(balance: Balance, first: Sequence[str]) -> list[str]:
    """The elements that flow: those of `first` in their order, then the others by mass."""
    fed = {
        element: sum(
            flow
            for edge in balance.edges
            if edge.source is None and (flow := balance.mass(edge.name, element)) > 0
        )
        for element in balance.elements
    }
    flowing = [element for element in balance.elements if fed[element] > 0]
    rank = {element: place for place, element in enumerate(first)}
    return sorted(flowing, key=lambda e: (rank.get(e, len(rank)), -fed[e], e))
