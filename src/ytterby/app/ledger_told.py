"""What `ytterby ledger ...` tells of books: origins, stock, tables and evidence to take along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from ytterby.ledger import Account, Book, LedgerError, write_evidence
from ytterby.ledger.moment import read


def trace(address: str, lot: str, *, way: Literal["back", "forward", "recall"]) -> int:
    """Print where a lot came from, where its material is, or which lots it went through."""
    book = Book.open(address)
    if way == "back":
        _print_origins(book, book.lot(lot).name)
        return 0
    found = book.trace_lot(lot)
    places = found.where(lot)
    if way == "recall":
        lots = found.lots.get(lot, frozenset())
        print(f"Lots that hold or held material of {lot}: {', '.join(sorted(lots)) or 'none'}")
    print_rows(
        ("account", "lot", "element", "kg"),
        [
            (str(account), name, element, f"{mass:.6g}")
            for (account, name), masses in places.items()
            for element, mass in masses.items()
        ],
    )
    return 0


def _print_origins(book: Book, lot: str) -> None:
    origins = book.trace_origins().of(lot)
    rows = []
    known = {one.name: one for one in book.lots()}
    for element, labels in origins.items():
        total = sum(labels.values())
        for label, mass in sorted(labels.items(), key=lambda item: -item[1]):
            source = known.get(label)
            stages = source.origin if source else {}
            rows.append(
                (
                    element,
                    label,
                    f"{mass:.6g}",
                    f"{mass / total:.1%}",
                    source.feed_class if source else "",
                    ", ".join(f"{s} {c.get(element, c.get('*', '?'))}" for s, c in stages.items()),
                )
            )
    print_rows(("element", "from", "kg", "share", "feed class", "origin"), rows)


def show(address: str, *, at: str) -> int:
    """Print what stands in every account, and the proposals that wait."""
    book = Book.open(address)
    held = book.holdings(read(at, "--at") if at else None)
    print_rows(("account", "lot", "element", "kg"), _rows(held))
    for entry in book.pending():
        what = entry.body["proposed"]
        print(f"Proposal {entry.seq} of {entry.person}: {what['kind']} of {entry.time:%Y-%m-%d}")
    return 0


def _rows(held: Mapping[tuple[Account, str, str], float]) -> list[tuple[str, str, str, str]]:
    return [(str(a), lot, element, f"{mass:.9g}") for (a, lot, element), mass in held.items()]


def export(address: str, file: Path, *, lots: Sequence[str]) -> int:
    """Write what stands, or a bundle of evidence."""
    book = Book.open(address)
    if file.suffix == ".zip":
        digest = write_evidence(book, file, lots)
        print(f"{file}: evidence up to digest {digest}. Check it: python verify.py, inside.")
        return 0
    if file.exists():
        raise LedgerError(f"{file}, which is there already", "a file that is not")
    if file.suffix == ".xlsx" and find_spec("openpyxl") is None:
        raise LedgerError("no openpyxl", "it, for Excel", "pip install 'ytterby[excel]'")
    import pandas as pd

    table = pd.DataFrame(_rows(book.holdings()), columns=["account", "lot", "element", "kg"])
    table["kg"] = table["kg"].astype(float)
    writers = {
        ".csv": lambda: table.to_csv(file, index=False),
        ".xlsx": lambda: table.to_excel(file, index=False),
        ".json": lambda: table.to_json(file, orient="records", indent=2),
    }
    if file.suffix not in writers:
        raise LedgerError(repr(file.suffix), f".zip, {', '.join(writers)}", field="file")
    writers[file.suffix]()
    print(f"{file}: {len(table)} rows")
    return 0


def print_rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, numbers to the right."""
    from rich.table import Table

    from ytterby.app.terminal import console

    table = Table(box=None, pad_edge=False, header_style="")
    for name in head:
        right = name in ("kg", "± kg", "share")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console().print(table)
