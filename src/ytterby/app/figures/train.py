"""A train as a drawing: cascades as boxes, raffinate up, extract down, products on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ytterby.app.figures.svg import (
    PAPER,
    QUIET,
    ROLE_COLOURS,
    arrowhead,
    drawing,
    hover,
    rounded,
    tag,
    text,
)

BOX_WIDTH, BOX_HEIGHT = 126, 54
_COLUMN, _ROW, _MARGIN = 156, 64, 26
_PRODUCT = 210
_CORNER = 8


@dataclass(frozen=True)
class Box:
    """A cascade to draw.

    title, lines: what stands in it. hint: what shows under the pointer.
    light, heavy: the box or product that raffinate and extract go to.
    """

    title: str
    lines: Sequence[str]
    hint: str
    light: Box | str
    heavy: Box | str


def train_svg(root: Box, products: Sequence[tuple[str, str]], name: str) -> str:
    """The drawing of a train.

    root: its first cascade. products: (name, what is told of it) from the light end of the series.
    A product that two cascades make is met by two lines.
    """
    rows = {product: _MARGIN + _ROW * (i + 1 / 2) for i, (product, _) in enumerate(products)}
    depth = _depth(root)
    right = _MARGIN + _COLUMN * depth + 40
    lines: list[str] = []
    boxes: list[str] = []

    def place(box: Box, column: int) -> tuple[float, float]:
        left = _MARGIN + 40 + _COLUMN * column
        targets = [
            (rows[part], right) if isinstance(part, str) else place(part, column + 1)
            for part in (box.light, box.heavy)
        ]
        middle = sum(y for y, _ in targets) / 2
        boxes.append(_box(box, left, middle))
        for (y, x), role in zip(targets, ("internal", "recycle"), strict=True):
            lines.append(_line(left + BOX_WIDTH, middle, x, y, ROLE_COLOURS[role]))
        return middle, left

    start, left = place(root, 0)
    feed = ROLE_COLOURS["feed"]
    lines.append(_line(_MARGIN - 10, start, left, start, feed))
    tags = [
        tag(
            "g",
            text(right + 8, rows[product] - 2, product, 13, font_weight=700, fill="#17733f"),
            text(right + 8, rows[product] + 13, told, 10.5, fill=QUIET),
        )
        for product, told in products
    ]
    legend = [
        text(_MARGIN, 14, "raffinate", 10.5, fill=ROLE_COLOURS["internal"]),
        text(_MARGIN + 60, 14, "extract", 10.5, fill=ROLE_COLOURS["recycle"]),
    ]
    return drawing(
        right + _PRODUCT,
        2 * _MARGIN + _ROW * len(products),
        f"Train of {name}",
        f"{len(boxes)} cascades to {len(products)} products",
        [*lines, *boxes, *tags, *legend],
    )


def _depth(box: Box | str) -> int:
    return 0 if isinstance(box, str) else 1 + max(_depth(box.light), _depth(box.heavy))


def _box(box: Box, left: float, middle: float) -> str:
    top = middle - BOX_HEIGHT / 2
    told = [
        text(left + 8, top + 17 + 13 * (i + 1), line, 10, fill=QUIET)
        for i, line in enumerate(box.lines)
    ]
    return tag(
        "g",
        hover(box.hint),
        tag(
            "rect",
            x=left,
            y=top,
            width=BOX_WIDTH,
            height=BOX_HEIGHT,
            rx=5,
            fill=PAPER,
            stroke="#46535f",
            stroke_width=1.2,
        ),
        text(left + 8, top + 16, box.title, 11.5, font_weight=700),
        *told,
    )


def _line(x: float, y: float, to_x: float, to_y: float, colour: str) -> str:
    bend = x + 14 if to_x - x > 14 else (x + to_x) / 2
    points = [(x, y), (bend, y), (bend, to_y), (to_x - 2, to_y)]
    path = tag("path", d=rounded(points, _CORNER), fill="none", stroke=colour, stroke_width=1.5)
    return tag("g", path, arrowhead((to_x, to_y), colour))
