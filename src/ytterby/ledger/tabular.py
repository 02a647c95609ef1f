"""Records out of the rows of tables: what each column of each table means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ytterby.ledger.account import Account
from ytterby.ledger.assay import Assay
from ytterby.ledger.columns import Cells
from ytterby.ledger.entry import Record
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import Event, Line, move
from ytterby.ledger.lot import EVERY, STAGES, Lot
from ytterby.ledger.measurement import QUANTITIES, Measurement
from ytterby.ledger.uncertain import Uncertain

_NEVER = datetime.min.replace(tzinfo=UTC)
"""Stands for a time that could not be read; the row has a problem then and is not entered."""


@dataclass(frozen=True)
class Shape:
    """One table. columns: that it may have beside elements. key: that tell one row from another.

    reference: what the books know a row by, from the cells of `key`. kind: of the entry.
    """

    columns: tuple[str, ...]
    key: tuple[str, ...]
    kind: str

    def reference(self, cells: Cells) -> str:
        """By which the books know what this row enters."""
        return " of ".join(cells.key(name) for name in self.key)


SHAPES: Mapping[str, Shape] = {
    "accounts": Shape(("account",), ("account",), "account"),
    "lots": Shape(
        ("lot", "time", "form", "gross", "tare", "moisture", "feed class", *STAGES, "note"),
        ("lot",),
        "lot",
    ),
    "assays": Shape(
        ("certificate", "lot", "time", "laboratory", "method", "status", "replaces", "note"),
        ("certificate", "lot"),
        "assay",
    ),
    "measurements": Shape(
        ("name", "stream", "start", "time", "element", *QUANTITIES, "status", "replaces", "note"),
        ("name",),
        "measurement",
    ),
    "movements": Shape(
        ("reference", "time", "from", "to", "lot", "into", "note"), ("reference",), "event"
    ),
}
"""The tables that books take; those with masses or shares also have a column per element."""

Contents = Callable[[Account, str], Mapping[str, float]]
"""Mass [kg] of each element that a lot brings along from an account."""


def record_of(table: str, rows: Sequence[Cells], contents: Contents) -> Record:
    """What the rows of one reference enter; raises LedgerError where it cannot be."""
    if table == "movements":
        return _event(rows, contents)
    return _RECORDS[table](rows[0])


def _account(cells: Cells) -> Account:
    return Account.of(cells.text("account", required=True))


def _lot(cells: Cells) -> Lot:
    origin = {stage: _countries(text) for stage in STAGES if (text := cells.text(stage))}
    gross = cells.uncertain("gross", "kg")
    return Lot(
        name=cells.text("lot", required=True),
        time=cells.time("time", _NEVER),
        form=cells.text("form", required=True),
        gross=gross,
        tare=cells.number("tare", "kg", 0.0) or 0.0,
        moisture=cells.uncertain("moisture", "-") or Uncertain(0.0),
        feed_class=cells.text("feed class", default="unknown"),  # type: ignore[arg-type]
        origin=origin,
        note=cells.text("note"),
    )


def _countries(text: str) -> dict[str, str]:
    """The countries of "CN, Dy: MM", by element."""
    found = {}
    for part in text.split(","):
        element, colon, country = part.rpartition(":")
        found[element.strip() if colon else EVERY] = country.strip()
    return found


def _assay(cells: Cells) -> Assay:
    shares = {element: cells.uncertain(element, "-") for element in cells.elements}
    return Assay(
        lot=cells.text("lot", required=True),
        time=cells.time("time", _NEVER),
        certificate=cells.text("certificate", required=True),
        shares={element: share for element, share in shares.items() if share is not None},
        laboratory=cells.text("laboratory"),
        method=cells.text("method"),
        status=cells.text("status", default="final"),  # type: ignore[arg-type]
        replaces=cells.text("replaces"),
        note=cells.text("note"),
    )


def _measurement(cells: Cells) -> Measurement:
    given = [quantity for quantity in QUANTITIES if cells.text(quantity)]
    if len(given) != 1:
        raise LedgerError(
            " and ".join(given) or "no reading", f"one of {', '.join(QUANTITIES)}", field="reading"
        )
    reading = cells.uncertain(given[0], "-" if given[0] == "share" else "kg")
    time = cells.time("time", _NEVER)
    return Measurement(
        name=cells.text("name", required=True),
        stream=cells.text("stream", required=True),
        quantity=given[0],  # type: ignore[arg-type]
        reading=reading or Uncertain(0.0),
        start=cells.time("start", time, required=False),
        time=time,
        element=cells.text("element") or None,
        status=cells.text("status", default="final"),  # type: ignore[arg-type]
        replaces=cells.text("replaces"),
        note=cells.text("note"),
    )


_RECORDS: Mapping[str, Callable[[Cells], Record]] = {
    "accounts": _account,
    "lots": _lot,
    "assays": _assay,
    "measurements": _measurement,
}


def _event(rows: Sequence[Cells], contents: Contents) -> Event:
    """One event of all rows with the same reference."""
    lines: list[Line] = []
    for cells in rows:
        lines += _moved(cells, contents).lines
    times = {cells.time("time", _NEVER) for cells in rows}
    if len(times) > 1:
        raise LedgerError(
            f"{len(times)} times under one reference", "one time for one event", field="time"
        )
    notes = dict.fromkeys(note for cells in rows if (note := cells.text("note")))
    reference = rows[0].text("reference", required=True)
    return Event(times.pop(), tuple(lines), reference, "\n".join(notes))


def _moved(cells: Cells, contents: Contents) -> Event:
    source = Account.of(cells.text("from", required=True), "from")
    target = Account.of(cells.text("to", required=True), "to")
    lot, into = cells.text("lot"), cells.text("into") or None
    masses: Mapping[str, Any] = {e: cells.number(e, "kg", 0.0) for e in cells.elements}
    for element, mass in masses.items():
        if mass is not None and mass < 0:
            raise LedgerError(
                f"{mass:g} kg", "zero or more, from and to as they are", field=element
            )
    return move(
        cells.time("time", _NEVER),
        source,
        target,
        masses or contents(source, lot),
        lot=lot,
        into=into,
    )
