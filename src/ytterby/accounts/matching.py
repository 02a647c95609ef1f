"""Do receipts, production, invoices and stock agree? The match that an auditor makes first."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ytterby.accounts.ruled import SURE
from ytterby.accounts.statement import Line, Statement

Paper = Literal[
    "opening", "receipt", "invoice in", "production", "use", "dispatch", "invoice out", "closing"
]


@dataclass(frozen=True)
class Record:
    """What one kind of paper says of one item in a period.

    item: such as "NdPr oxide". paper: which. mass: in one basis throughout, such as REO [kg].
    uncertainty: one standard uncertainty [kg].
    """

    item: str
    paper: Paper
    mass: float
    uncertainty: float = 0.0


_MATCHES: tuple[tuple[str, dict[Paper, int], str, str], ...] = (
    (
        "purchases",
        {"receipt": 1, "invoice in": -1},
        "more received than invoiced: feed without papers?",
        "more invoiced than received: papers without feed?",
    ),
    (
        "sales",
        {"dispatch": 1, "invoice out": -1},
        "more dispatched than invoiced: sold off the books?",
        "more invoiced than dispatched",
    ),
    (
        "stock",
        {"opening": 1, "receipt": 1, "production": 1, "use": -1, "dispatch": -1, "closing": -1},
        "less in stock than papers say",
        "more in stock than papers say",
    ),
)


def matching(records: Iterable[Record]) -> Statement:
    """Gaps between papers, by item: purchases, sales, and the roll-forward of stock.

    A gap beyond twice its standard uncertainty does not match; where no uncertainty is stated, any
    gap does not. A match is left out where an item has none of its papers but one.
    Keys: ("gap", item, "purchases").
    """
    records = tuple(records)
    lines = []
    for item in dict.fromkeys(record.item for record in records):
        own = [record for record in records if record.item == item]
        for name, signs, over, under in _MATCHES:
            there = [record for record in own if record.paper in signs]
            if len({record.paper for record in there}) < 2:
                continue
            gap = sum(signs[record.paper] * record.mass for record in there)
            spread = math.sqrt(sum(record.uncertainty**2 for record in there))
            matches = abs(gap) <= SURE * spread
            remark = "matches" if matches else (over if gap > 0 else under)
            label = f"{name} of {item}, ± {spread:.3g} kg"
            lines.append(Line.of(("gap", item, name), label, gap, "kg", remark=remark))
    return Statement("Match of receipts, production, invoices and stock", tuple(lines))
