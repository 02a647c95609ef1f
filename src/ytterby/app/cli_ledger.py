"""The commands that keep books: `ytterby ledger ...`; each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App, Parameter

from ytterby.app.options import Flag, Movement, Several

ledger = App(
    name="ledger",
    help="Keep the books of a plant: lots, readings, and what moved.",
    help_flags=["--help", "-h"],
    help_format="plaintext",
    default_parameter=Parameter(show_default=False),
)


@ledger.command
def init(book: str, /, *, plant: str, start: str, by: str, account: Several = ()) -> int:
    """Begin the books of a plant.

    Parameters
    ----------
    book
        A file such as books.db, or the URL of an empty database: postgresql://user@host/books.
    plant
        Whose books they are.
    start
        From when on events are entered, such as 2026-01-01.
    by
        Who begins them.
    account
        Opened at once, as area/kind: --account store/raw. May be repeated.
    """
    from ytterby.app.ledger import init

    return init(book, plant=plant, start=start, person=by, accounts=account)


@ledger.command(name="import")
def import_(
    book: str,
    /,
    *files: Path,
    by: str,
    table: Literal["accounts", "lots", "assays", "measurements", "movements"] | None = None,
    dry_run: Flag = False,
) -> int:
    """Enter tables of accounts, lots, assays, measurements and movements: all of them, or none.

    Parameters
    ----------
    book
        The books.
    files
        CSV, Excel or JSON files. What the books have already is left as it is.
    by
        Who enters them.
    table
        What CSV files hold, where their names do not say so.
    dry_run
        Check all and enter nothing.
    """
    from ytterby.app.ledger import import_files

    return import_files(book, files, person=by, table=table, dry_run=dry_run)


@ledger.command
def post(
    book: str,
    /,
    *,
    by: str,
    movement: Movement | None = None,
    approve: int | None = None,
    decline: int | None = None,
    reverse: int | None = None,
) -> int:
    """Enter what moved; or approve, decline or reverse an entry.

    Parameters
    ----------
    book
        The books.
    by
        Who enters it.
    approve
        Enter what this proposal of another person puts forward.
    decline
        Say no to this proposal.
    reverse
        Put forward that this entry be undone.
    """
    from ytterby.app.ledger import decide, post

    movement = movement or Movement()
    for verb, seq in (("approve", approve), ("decline", decline), ("reverse", reverse)):
        if seq is not None:
            return decide(book, verb, seq, person=by, note=movement.note)
    return post(book, movement, person=by)


@ledger.command
def close(
    book: str,
    /,
    *,
    until: str,
    by: str,
    account: str = "",
    element: Several = (),
    note: str = "",
) -> int:
    """Put forward what a stock-take did not find, or that a period be closed.

    Another person approves either with `ledger post --approve`.

    Parameters
    ----------
    book
        The books.
    until
        The end of the period, such as 2026-02-01; events of before are refused once it is closed.
    by
        Who puts it forward.
    account
        Hold the stock-take of this account against the books, and put forward to post what is
        unaccounted for, such as sx/wip. Do so first, for each account.
    element
        Judge this one; all that the stock-take found when not given. May be repeated.
    note
        A remark.
    """
    from ytterby.app.ledger import close, take_stock

    if account:
        return take_stock(book, account, until=until, elements=element, person=by)
    return close(book, until=until, person=by, note=note)


@ledger.command
def verify(book: str, /, *, against: Several = ()) -> int:
    """Check every entry, and that what the books hold is what the entries come to.

    Parameters
    ----------
    book
        The books.
    against
        A bundle of evidence, or a digest that was noted, as entry:digest. May be repeated.
    """
    from ytterby.app.ledger import verify

    return verify(book, against)


@ledger.command
def trace(book: str, lot: str, /, *, forward: Flag = False, recall: Flag = False) -> int:
    """Tell where the material of a lot came from, element by element.

    Parameters
    ----------
    book
        The books.
    lot
        Which lot.
    forward
        Tell where its material stands now instead.
    recall
        Tell which lots hold or held any of it, and who was sent them.
    """
    from ytterby.app.ledger_told import trace

    return trace(book, lot, way="recall" if recall else "forward" if forward else "back")


@ledger.command
def show(book: str, /, *, at: str = "") -> int:
    """Print what stands in every account, and what waits for a second person.

    Parameters
    ----------
    book
        The books.
    at
        As of this time; now when not given.
    """
    from ytterby.app.ledger_told import show

    return show(book, at=at)


@ledger.command
def export(book: str, file: Path, /, *, lot: Several = ()) -> int:
    """Write what stands (.csv, .xlsx, .json), or evidence that anyone can check offline (.zip).

    Parameters
    ----------
    book
        The books.
    file
        The file to write; one that is there is left alone.
    lot
        In evidence, show only what concerns this lot, and seal the rest. May be repeated.
    """
    from ytterby.app.ledger_told import export

    return export(book, file, lots=lot)
