"""What the cells of a row mean: masses, shares, times, names, with the errors of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from ytterby.chemistry import is_element
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.moment import read
from ytterby.ledger.names import check_name
from ytterby.ledger.sheets import Row, Sheet
from ytterby.ledger.uncertain import Uncertain
from ytterby.quantity import QuantityError, parse

T = TypeVar("T")
_HEAD = re.compile(r"^(?P<name>[^\[\]]+?)\s*(?:\[(?P<unit>[^\[\]]+)\])?$")
_SPREAD = re.compile(r"^(?P<value>[^±]+?)\s*(?:±|\+-)\s*(?P<spread>[^\s%]+)\s*(?P<unit>\S.*)?$")
_BARE = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$", re.ASCII)
UNCERTAINTIES = ("random", "systematic", "group")
"""Columns beside that of a value: "Nd random [%]"."""


@dataclass(frozen=True)
class Problem:
    """A cell, or a row, that cannot be entered: where it stands and why not."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@dataclass
class Cells:
    """The cells of one row, read by name; what is wrong with them gathers in `problems`.

    units: of the columns whose head names one.
    """

    row: Row
    names: dict[str, str]
    units: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def _read(self, name: str, read: Callable[[str], T], default: T, required: bool = False) -> T:
        column = self.names.get(name, "")
        text = self.row.cells.get(column, "")
        try:
            if text:
                return read(text)
            if required:
                raise LedgerError("nothing", f"a {name}")
        except (LedgerError, QuantityError) as error:
            reason = error.reason if isinstance(error, LedgerError) else str(error)
            self.problems.append(Problem(self.row.where(column), f"{name}: {reason}"))
        return default

    def text(self, name: str, *, required: bool = False, default: str = "") -> str:
        """The text of a cell."""
        return self._read(name, str, default, required)

    def key(self, name: str) -> str:
        """The text of a cell that has to be a name."""
        return self._read(name, lambda text: check_name(text, name), "", required=True)

    def time(self, name: str, default: datetime, *, required: bool = True) -> datetime:
        """The moment of a cell."""
        return self._read(name, lambda text: read(text, name), default, required)

    def number(self, name: str, unit: str, default: float | None = None) -> float | None:
        """The number of a cell in `unit`."""
        return self._read(name, lambda text: self._parse(name, text, unit), default)

    def uncertain(self, name: str, unit: str) -> Uncertain | None:
        """The value of a cell with its uncertainties, all in `unit`; "22.8 ± 0.5 %" is read too."""

        def value_of(text: str) -> Uncertain:
            spread = _SPREAD.match(text)
            if spread is None:
                value, random = self._parse(name, text, unit), None
            else:
                own = f" {spread['unit'] or ''}".rstrip()
                value = self._parse(name, spread["value"] + own, unit)
                random = self._parse(name, spread["spread"] + own, unit)
            if random is None:
                random = self.number(f"{name} random", unit, 0.0)
            systematic = self.number(f"{name} systematic", unit, 0.0)
            return Uncertain(value, random or 0.0, systematic or 0.0, self.text(f"{name} group"))

        return self._read(name, value_of, None)

    def _parse(self, name: str, text: str, unit: str) -> float:
        head = self.units.get(name, "")
        if "," in text:
            raise LedgerError(repr(text), "a number with a point, and no comma", "Write 12.5.")
        return parse(f"{text} {head}" if head and _BARE.match(text) else _plain(text), unit)

    @property
    def elements(self) -> Iterator[str]:
        """The elements of which this row has a cell that is not blank."""
        for name, column in self.names.items():
            if is_element(name) and column in self.row.cells:
                yield name


def _plain(text: str) -> str | float:
    """A bare number as one, so that only what has no dimension is taken without a unit."""
    return float(text) if _BARE.match(text) else text


def cells_of(sheet: Sheet, known: tuple[str, ...], problems: list[Problem]) -> Iterator[Cells]:
    """The rows of a sheet with the columns `known`; those that are not go to `problems`."""
    names: dict[str, str] = {}
    units: dict[str, str] = {}
    for number, column in enumerate(sheet.columns, start=1):
        match = _HEAD.match(column)
        name = _name(match["name"]) if match else column
        base = name
        for word in UNCERTAINTIES:
            base = base.removesuffix(f" {word}")
        if match is None or not (base in known or is_element(base)):
            names_known = f"{', '.join(known)}, or an element"
            hint = nearest(base, known)
            reason = LedgerError(f"column {column!r}", f"one of {names_known}", hint).reason
            problems.append(Problem(f"{sheet.file}:1:{number}", reason))
            continue
        names[name] = column
        if match["unit"]:
            units[name] = match["unit"].strip()
    for row in sheet.rows:
        yield Cells(row, names, units)


def _name(head: str) -> str:
    """The name of a column: small letters, but for the symbol of an element before it."""
    words = head.split()
    first = words[0] if is_element(words[0]) else words[0].lower()
    return " ".join([first, *(word.lower() for word in words[1:])])
