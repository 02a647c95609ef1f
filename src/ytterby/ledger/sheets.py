"""Tables as people send them: CSV, Excel and JSON files, every cell knowing where it stands."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from ytterby.ledger.errors import LedgerError, nearest

TABLES = ("accounts", "lots", "assays", "measurements", "movements")
"""Names of the tables that books take, in the order in which they are entered."""
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Row:
    """One row of a table.

    file, number: where it stands. cells: text by column, blank ones left out. columns: number of
    each column in the file.
    """

    file: str
    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, int]

    def where(self, column: str = "") -> str:
        """file:row:column"""
        place = f":{self.columns[column]}" if column in self.columns else ""
        return f"{self.file}:{self.number}{place}"


@dataclass(frozen=True)
class Sheet:
    """One table of a file. name: one of `TABLES`. columns: as the head names them."""

    file: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheets(path: Path, table: str | None = None) -> list[Sheet]:
    """The tables of a file; raises LedgerError where it cannot be read.

    table: which one a CSV file is, where its name does not say so: lots-2026-01.csv is one of lots.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return [_csv(path, table or _table_of(path))]
    if kind in (".xlsx", ".xlsm"):
        return list(_excel(path))
    if kind == ".json":
        return list(_json(path))
    raise LedgerError(f"file {str(path)!r}", "a .csv, .xlsx or .json file")


def _table_of(path: Path) -> str:
    named = [table for table in TABLES if table.rstrip("s") in path.stem.lower()]
    if len(named) != 1:
        raise LedgerError(
            f"a file called {path.name!r}",
            f"one of {', '.join(TABLES)} in its name",
            "Rename it, or say which table it is.",
        )
    return named[0]


def _csv(path: Path, table: str) -> Sheet:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise LedgerError(
            f"{path}: byte {error.start} that is not UTF-8", "a file in UTF-8", "Save it as UTF-8."
        ) from None
    head = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[Any]]] = []
    try:
        line = 1
        for cells in reader:
            rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise LedgerError(f"{path}:{reader.line_num}: {error}", "rows of cells") from None
    return _sheet(str(path), table, rows)


def _excel(path: Path) -> Iterator[Sheet]:
    try:
        from openpyxl import load_workbook
        from openpyxl.utils.exceptions import InvalidFileException
    except ModuleNotFoundError:
        raise LedgerError(
            f"{path}, an Excel file", "openpyxl to read it with", "pip install 'ytterby[excel]'"
        ) from None
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise LedgerError(f"{path}: {error}", "an Excel file") from None
    try:
        for name in workbook.sheetnames:
            rows = enumerate(workbook[name].iter_rows(values_only=True), start=1)
            table = _known(name, f"{path}: sheet")
            yield _sheet(f"{path}[{name}]", table, [(n, list(cells)) for n, cells in rows])
    finally:
        workbook.close()


def _json(path: Path) -> Iterator[Sheet]:
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LedgerError(f"{path}: {error}", "JSON in UTF-8") from None
    if not isinstance(tree, dict):
        raise LedgerError(f"{path} without tables", '{"lots": [{"lot": "L-1", ...}, ...], ...}')
    for name, items in tree.items():
        table = _known(name, f"{path}:")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise LedgerError(f"{path}: {name!r} that is no list of rows", "a list of mappings")
        columns = list(dict.fromkeys(str(key) for item in items for key in item))
        rows = [(n, [item.get(c) for c in columns]) for n, item in enumerate(items, start=1)]
        yield _sheet(f"{path}[{name}]", table, [(0, columns), *rows])


def _known(name: str, where: str) -> str:
    table = name.strip().lower()
    if table not in TABLES:
        raise LedgerError(
            f"{where} {name!r}", f"one of {', '.join(TABLES)}", nearest(table, TABLES)
        )
    return table


def _sheet(file: str, table: str, rows: list[tuple[int, list[Any]]]) -> Sheet:
    if not rows:
        raise LedgerError(f"{file}, which is empty", "a head and rows")
    head = [_text(cell) for cell in rows[0][1]]
    while head and not head[-1]:
        head.pop()
    for number, name in enumerate(head, start=1):
        if not name or head.count(name) > 1:
            raise LedgerError(
                f"{file}:{rows[0][0]}:{number}: column {name!r}",
                "a name of its own for each column",
            )
    columns = {name: number for number, name in enumerate(head, start=1)}
    return Sheet(file, table, tuple(head), tuple(_rows(file, columns, rows[1:])))


def _rows(file: str, columns: dict[str, int], rows: list[tuple[int, list[Any]]]) -> Iterator[Row]:
    for number, cells in rows:
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            continue
        if any(texts[len(columns) :]):
            raise LedgerError(
                f"{file}:{number}: {len(texts)} cells",
                f"{len(columns)}, one for each column",
                "A cell that holds a separator stands in double quotes.",
            )
        named = {c: t for c, t in zip(columns, texts, strict=False) if t}
        yield Row(file, number, named, columns)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip(" \t\r\n")
