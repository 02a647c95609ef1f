"""Recycled content of the report: each product, element by element."""

from __future__ import annotations

from typing import Any

from ytterby.app.books import Books
from ytterby.app.report_headline import parts
from ytterby.app.show import UNKNOWN, percent
from ytterby.chemistry import INERT

CLASSES = ("post-consumer", "pre-consumer", "primary")
_TOGETHER = "rare earths"
_LEFT_OUT = ("H", "O", "N", "Ar", "C", INERT)
"""What mostly came with air, water and reagents: told by the account, not by the page."""
_LEAST_SHARE = 1e-6
"""Elements below this share of the mass of a product are left out of the page [-]."""
_ROUNDING = 1e-9
"""How far a share is from all of it by rounding alone [-]."""


def recycled(books: Books) -> dict[str, Any] | None:
    """A table for each product: how much of each element came with which class of feed."""
    if books.recycled is None:
        return None
    products = dict.fromkeys(line.key[1] for line in books.recycled.lines)
    tables = [{"name": name, "rows": _rows(books, name)} for name in products]
    return {"classes": CLASSES, "products": [one for one in tables if one["rows"]]}


def _rows(books: Books, product: str) -> list[dict[str, Any]]:
    """All rare earths together first, then each element, the most massive first."""
    assert books.recycled is not None
    balance, lines = books.balance, books.recycled.about("content", product)
    total = balance.flow(product) * balance.period
    elements = [e for e in dict.fromkeys(line.key[2] for line in lines) if e != _TOGETHER]
    shares = {e: balance.mass(product, e) / total for e in elements if e not in _LEFT_OUT}
    shown = sorted((e for e in shares if not shares[e] < _LEAST_SHARE), key=lambda e: -shares[e])
    found = []
    for element in (_TOGETHER, *shown):
        line = {one.key[3]: one for one in lines if one.key[2] == element}
        found.append(
            {
                "element": element,
                "share": parts(shares[element]) if element in shares else "",
                "cells": [_cell(line[name].value) for name in CLASSES],
                "evidence": line["primary"].evidence or "",
                "remark": line["primary"].missing,
            }
        )
    return found


def _cell(share: float | None) -> str:
    if share is None:
        return UNKNOWN
    return "100 %" if abs(1 - share) < _ROUNDING else percent(share)
