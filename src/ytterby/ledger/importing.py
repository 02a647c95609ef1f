"""Tables of lots, assays, readings and movements into the books: all of them, or none."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from ytterby.ledger import asking
from ytterby.ledger.account import Account
from ytterby.ledger.approval import proposal
from ytterby.ledger.assay import Assay
from ytterby.ledger.book import Book
from ytterby.ledger.chain import canonical
from ytterby.ledger.columns import Cells, Problem, cells_of
from ytterby.ledger.draft import Draft, draft_of
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.event import Event
from ytterby.ledger.lot import Lot
from ytterby.ledger.mass import kilograms
from ytterby.ledger.posting import enter
from ytterby.ledger.sheets import TABLES, Sheet, read_sheets
from ytterby.ledger.store import writing
from ytterby.ledger.tabular import SHAPES, record_of

_SHOWN = 20
"""Problems that an error lists; the rest it counts."""


class ImportRefused(LedgerError):
    """Tables that cannot be entered, with all that is wrong in them; nothing was entered."""

    def __init__(self, problems: Iterable[Problem]):
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems", "none")

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"... and {len(self.problems) - _SHOWN} more")
        return "\n".join([*lines, "Nothing was entered."])


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do.

    entries: new ones, as entered. known: how many rows the books had already.
    """

    entries: tuple[Entry, ...]
    known: int

    @property
    def counts(self) -> Mapping[str, int]:
        """How many new entries of each kind."""
        return Counter(entry.kind for entry in self.entries)

    @property
    def proposals(self) -> tuple[int, ...]:
        """New entries that wait for a second person."""
        return tuple(entry.seq for entry in self.entries if entry.kind == "proposal")


@dataclass
class _Item:
    """The rows that enter one thing. source: digest of what they say, whatever the file."""

    table: str
    reference: str
    rows: list[Cells] = field(default_factory=list)

    @property
    def where(self) -> str:
        return self.rows[0].row.where()

    @property
    def source(self) -> str:
        said = [sorted(cells.row.cells.items()) for cells in self.rows]
        text = canonical({"table": self.table, "rows": said})
        return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def import_tables(
    book: Book,
    paths: Iterable[Path],
    *,
    person: str,
    table: str | None = None,
    dry_run: bool = False,
) -> Imported:
    """Enter the tables of all files together, or none; raises ImportRefused with all problems.

    What the books have already is told apart by what its rows say and left as it is, so that the
    same file can be sent twice. Events that need a second person become proposals. table: which
    one CSV files hold, where their names do not say so. dry_run: check all and enter nothing.
    """
    sheets = [sheet for path in paths for sheet in read_sheets(path, table)]
    items, problems = _items(sorted(sheets, key=lambda sheet: TABLES.index(sheet.name)))
    with writing(book.engine) as connection, connection.begin_nested() as trial:
        imported = _Import(connection, book).run(items, problems, person)
        if dry_run:
            trial.rollback()
    return imported


def _items(sheets: Sequence[Sheet]) -> tuple[list[_Item], list[Problem]]:
    """What the rows of all sheets enter, in order; rows of one movement together."""
    items: dict[tuple[str, str], _Item] = {}
    problems: list[Problem] = []
    for sheet in sheets:
        shape = SHAPES[sheet.name]
        for cells in cells_of(sheet, shape.columns, problems):
            reference = shape.reference(cells)
            if cells.problems:
                problems += cells.problems
                continue
            key = sheet.name, reference
            item = items.setdefault(key, _Item(sheet.name, reference))
            if item.rows and sheet.name != "movements":
                reason = f"found {shape.kind} {reference!r} again, expected it once. "
                problems.append(Problem(cells.row.where(), f"{reason}It stands in {item.where}."))
                continue
            item.rows.append(cells)
    return list(items.values()), problems


@dataclass
class _Import:
    """One import under way. lots, assays: that it brings. held: micrograms that it moved so far."""

    connection: Connection
    book: Book
    lots: dict[str, Lot] = field(default_factory=dict)
    assays: dict[str, Assay] = field(default_factory=dict)
    held: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))

    def run(self, items: Sequence[_Item], problems: list[Problem], person: str) -> Imported:
        known = asking.by_reference(self.connection, [item.reference for item in items])
        drafts: list[Draft] = []
        places: list[_Item] = []
        for item in items:
            try:
                draft = self._draft(item, known)
            except LedgerError as error:
                problems.append(_problem(item, error))
                continue
            found = [problem for cells in item.rows for problem in cells.problems]
            problems += found
            if draft is not None and not found:
                drafts.append(draft)
                places.append(item)
        if problems:
            raise ImportRefused(dict.fromkeys(problems))
        try:
            entered = enter(self.connection, drafts, person, self.book.now()) if drafts else []
        except LedgerError as error:
            if error.field in ("clock", "person"):
                raise
            raise ImportRefused([_problem(places[error.record], error)]) from None
        return Imported(tuple(entered), len(items) - len(drafts))

    def _draft(self, item: _Item, known: Mapping[tuple[str, str], Entry]) -> Draft | None:
        """What an item enters; None where the books have it already."""
        kind = SHAPES[item.table].kind
        before = known.get((kind, item.reference))
        if before is None and kind == "event":
            before = known.get(("proposal", item.reference))
        if before is not None and before.source == item.source:
            return None
        record = record_of(item.table, item.rows, self._contents)
        if isinstance(record, Lot):
            self.lots[record.name] = record
        elif isinstance(record, Assay) and (
            record.status == "final" or record.lot not in self.assays
        ):
            self.assays[record.lot] = record
        if isinstance(record, Event) and record.approved:
            said = record.body()
            draft = proposal("event", {**said, "source": item.source}, record.reference)
        else:
            plain = draft_of(record, self.book.start)
            said = plain.body
            draft = Draft(plain.kind, {**said, "source": item.source}, plain.reference)
        if before is not None and before.said == said:
            return None
        if draft.kind == "event":
            for account, lot, element, mass in draft.lines:
                self.held[account, lot, element] += mass
        return draft

    def _contents(self, account: Account, lot: str) -> Mapping[str, float]:
        """All that a lot brings along: by weight and assay from outside, else what it holds."""
        if not lot:
            raise LedgerError("neither masses nor a lot", "one of them", field="lot")
        if not account.inside:
            assay = self.assays.get(lot) or asking.assay(self.connection, lot)
            return assay.contents(self.lots.get(lot) or asking.lot(self.connection, lot))
        there: dict[str, float] = defaultdict(float)
        for (where, _, element), mass in asking.holdings(self.connection, None, lot).items():
            if where == account:
                there[element] += mass
        for (where, name, element), mass in self.held.items():
            if (where, name) == (str(account), lot):
                there[element] += kilograms(mass)
        if not there:
            raise LedgerError(f"nothing of lot {lot!r} in {account}", "what is to be moved")
        return dict(there)


def _problem(item: _Item, error: LedgerError) -> Problem:
    """Where in the rows of an item an error is: at the cell that it names or quotes."""
    filled = [
        (cells.row, name, column)
        for cells in item.rows
        for name, column in cells.names.items()
        if column in cells.row.cells
    ]
    named = [(row, column) for row, name, column in filled if name == error.field]
    quoted = [(row, c) for row, _, c in filled if repr(row.cells[c]) in error.found]
    for row, column in (*named, *quoted):
        return Problem(row.where(column), str(error))
    return Problem(item.where, str(error))
