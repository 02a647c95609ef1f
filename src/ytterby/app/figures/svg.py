"""Pieces of SVG: escaped text, rounded paths, arrowheads, and the sheet around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as html_escape

FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, QUIET, PAPER, FAINT = "#1f2933", "#5b6875", "#ffffff", "#e4e8ec"
ROLE_COLOURS = {
    "feed": "#1d5fa8",
    "internal": "#46535f",
    "recycle": "#7b4ea3",
    "product": "#17733f",
    "residue": "#8a5a1c",
    "effluent": "#0b7180",
    "emission": "#6d7781",
    "unassigned": "#c2410c",
}
"""Colour of each role of a stream; a recycle is an internal stream that leads back."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LETTER = 0.56
"""Mean width of a letter per font size, a little on the wide side for sans-serif faces [-]."""
Point = tuple[float, float]


def escape(text: object) -> str:
    """`text` fit to stand in markup, whatever a file held."""
    return html_escape(_UNPRINTABLE.sub("", str(text)), quote=True)


def number(value: float) -> str:
    """A coordinate, to a hundredth of a pixel."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def tag(name: str, *children: str, **attributes: object) -> str:
    """An element; attribute names with `_` for `-`, values escaped, children already markup."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{told}>{inner}</{name}>" if inner else f"<{name}{told}/>"


def _value(value: object) -> str:
    return number(value) if isinstance(value, int | float) else escape(value)


def text(x: float, y: float, content: str, size: float = 11, **attributes: object) -> str:
    """A line of text at (x, y) [px] with a white halo, so that it reads across lines."""
    told = {"fill": INK, "stroke": PAPER, "stroke_width": 3, "paint_order": "stroke"} | attributes
    return tag("text", escape(content), x=x, y=y, font_size=size, stroke_linejoin="round", **told)


def hover(content: str) -> str:
    """What shows when the pointer rests on the element that this is put into."""
    return tag("title", escape(content))


def shortened(content: str, width: float, size: float) -> str:
    """`content` cut to about `width` [px] at font size `size` [px]."""
    room = int(width / (_LETTER * size))
    return content if len(content) <= room else content[: max(room - 1, 1)] + "…"


def text_width(content: str, size: float) -> float:
    """About how wide `content` is at font size `size` [px]."""
    return len(content) * _LETTER * size


def rounded(points: Sequence[Point], radius: float) -> str:
    """Path data along `points` [px] with corners rounded by `radius` [px]."""
    corners = [points[0]]
    corners += [
        point
        for before, point, after in zip(points, points[1:], points[2:], strict=False)
        if not _straight(before, point, after)
    ]
    corners.append(points[-1])
    data = [f"M{number(corners[0][0])},{number(corners[0][1])}"]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        near, far = _towards(corner, before, radius), _towards(corner, after, radius)
        data.append(
            f"L{number(near[0])},{number(near[1])}"
            f"Q{number(corner[0])},{number(corner[1])} {number(far[0])},{number(far[1])}"
        )
    data.append(f"L{number(corners[-1][0])},{number(corners[-1][1])}")
    return "".join(data)


def _straight(before: Point, point: Point, after: Point) -> bool:
    return before[0] == point[0] == after[0] or before[1] == point[1] == after[1]


def _towards(start: Point, end: Point, distance: float) -> Point:
    """The point `distance` from `start` towards `end`, half-way at most [px]."""
    length = abs(end[0] - start[0]) + abs(end[1] - start[1])
    share = min(distance / length, 1 / 2) if length else 0.0
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


def arrowhead(tip: Point, colour: str, *, down: bool = False, size: float = 6) -> str:
    """A triangle whose tip is at `tip` [px], pointing right, or down."""
    x, y = tip
    half = size / 2
    corners = [(x, y), (x - half, y - size), (x + half, y - size)]
    if not down:
        corners = [(x, y), (x - size, y - half), (x - size, y + half)]
    points = " ".join(f"{number(a)},{number(b)}" for a, b in corners)
    return tag("polygon", points=points, fill=colour)


def drawing(width: float, height: float, title: str, description: str, body: Sequence[str]) -> str:
    """A drawing of `width` by `height` [px] with an accessible title and description."""
    return tag(
        "svg",
        hover(title),
        tag("desc", escape(description)),
        *body,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {number(width)} {number(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=f"{title}. {description}",
        font_family=FONT,
    )
