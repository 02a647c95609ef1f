"""The statements that books of a plant give; each command imports what it needs when it runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from ytterby.app.options import Flag, Several, Text

statement = App(
    name="statement",
    help="Statements on books, for tax, customs, buyers and managers, as of a day.",
    help_flags=["--help", "-h"],
    help_format="plaintext",
)
Books = Annotated[str, Parameter(help="The books: a file, or the address of a database.")]
LotName = Annotated[str, Parameter(help="The lot.")]
Lots = Annotated[Several, Parameter(name="--lot", help="May be repeated.")]


@Parameter(name="*")
@dataclass(frozen=True)
class Output:
    """How a statement is told."""

    json: Flag = False
    """Print JSON and nothing else."""
    out: Path | None = None
    """Write to this file: .json, .csv or .xlsx."""


@Parameter(name="*")
@dataclass(frozen=True)
class Ruled(Output):
    """Of a statement that rests on rules of law."""

    rules: Path | None = None
    """A file of rules of yours beside the shipped ones."""


@Parameter(name="*")
@dataclass(frozen=True)
class Dated(Ruled):
    """Of a statement that rests on the law of a day."""

    on: str | None = None
    """The day whose law counts; today when not given."""


@statement.command
def closing(
    book: Books,
    account: Annotated[str, Parameter(help="Work in progress, such as circuit/wip.")],
    /,
    *,
    first: Annotated[str, Parameter(help="First month, such as 2026-01.")],
    last: Annotated[str, Parameter(help="Last month.")],
    element: Annotated[Several, Parameter(help="May be repeated.")] = (),
    options: Output | None = None,
) -> int:
    """Material unaccounted for by month, and what chance does not explain."""
    from ytterby.app import statement as told

    books, boundaries = told.book_of(book), told.months(first, last)
    return told.tell(lambda: [told.closing(books, account, boundaries, element)], options)


@statement.command
def plan(
    file: Annotated[Path, Parameter(help="YAML: throughput, stock, instruments, losses, better.")],
    /,
    *,
    options: Output | None = None,
) -> int:
    """Tell with what chance losses are found, and what better measurement would buy."""
    from ytterby.app import statement as told
    from ytterby.app.statement_files import plan

    return told.tell(lambda: [plan(file)], options)


@statement.command
def law(
    *words: str,
    options: Dated | None = None,
) -> int:
    """List the rules of law that statements rest on, with status, source and how they were read.

    Parameters
    ----------
    words
        Only rules that mention all of these words.
    """
    from ytterby.app import statement as told

    day, law = told.law_on(options)
    return told.tell(lambda: [told.law(words, day, law)], options)


@statement.command
def oxide(book: Books, /, *, lot: Lots = (), options: Output | None = None) -> int:
    """Element mass and oxide equivalent (REO) of lots."""
    from ytterby.app import statement as told

    books = told.book_of(book)
    return told.tell(lambda: [told.oxides(books, lot)], options)


@statement.command
def fingerprint(
    book: Books,
    /,
    *,
    lot: Lots = (),
    options: Ruled | None = None,
) -> int:
    """Tell whether assays fit the feed class that was declared."""
    from ytterby.app import statement as told

    books = told.book_of(book)
    law = told.law_of(options.rules if options else None)
    return told.tell(lambda: told.fingerprints(books, lot, law), options)


@statement.command
def match(
    file: Annotated[Path, Parameter(help="CSV: item, paper, mass, unit, uncertainty.")],
    /,
    *,
    options: Output | None = None,
) -> int:
    """Match receipts, production, invoices and stock."""
    from ytterby.app import statement as told
    from ytterby.app.statement_files import papers

    return told.tell(lambda: [papers(file)], options)


@statement.command
def flows(
    book: Books,
    /,
    *,
    month: Annotated[str, Parameter(help="Such as 2026-03.")],
    quota: Annotated[str | None, Parameter(help="Of the year, as oxide, such as '400 t'.")] = None,
    options: Dated | None = None,
) -> int:
    """The Chinese monthly flow statement, and what is left of a quota."""
    from ytterby.app import statement as told
    from ytterby.app.statement_flows import flows
    from ytterby.quantity import parse

    books, (day, law) = told.book_of(book), told.law_on(options)
    allowed = {"separation": parse(quota, "kg")} if quota is not None else {}
    return told.tell(lambda: flows(books, month, allowed, day, law), options)


@statement.command
def taxes(
    file: Annotated[Path, Parameter(help="YAML: what was sold, discharged, dumped and bought.")],
    /,
    *,
    options: Dated | None = None,
) -> int:
    """Chinese resource tax, environmental tax, refund of VAT and reverse invoices."""
    from ytterby.app import statement as told
    from ytterby.app.statement_files import taxes

    day, law = told.law_on(options)
    return told.tell(lambda: taxes(file, day, law), options)


@statement.command
def recovery(
    stage: Annotated[str, Parameter(help="cracking, separation-light and others.")],
    taken: Annotated[str, Parameter(help="Oxide equivalent that went in, such as '120 t'.")],
    made: Annotated[str, Parameter(help="Oxide equivalent that was made.")],
    /,
    *,
    uncertainty: Annotated[float, Parameter(help="Of the recovery.")],
    options: Dated | None = None,
) -> int:
    """Tell whether a recovery is plausible."""
    from ytterby.accounts.bands import recovery_bands
    from ytterby.app import statement as told
    from ytterby.quantity import parse

    day, law = told.law_on(options)
    went, came = parse(taken, "kg"), parse(made, "kg")
    return told.tell(
        lambda: [recovery_bands(stage, went, came, uncertainty=uncertainty, on=day, law=law)],
        options,
    )


@statement.command
def recycled(
    book: Books,
    lot: LotName,
    /,
    *,
    model: Annotated[str, Parameter(help="Custody model of ISO 22095.")] = "controlled blending",
    first: Annotated[str | None, Parameter(help="First month that is averaged.")] = None,
    last: Annotated[str | None, Parameter(help="Last month that is averaged.")] = None,
    options: Dated | None = None,
) -> int:
    """Recycled share of Nd, Dy, Pr, Tb, B, Sm, Ni and Co in a lot, pre- and post-consumer apart."""
    from ytterby.app import statement as told

    books, (day, law) = told.book_of(book), told.law_on(options)
    window = None
    if first is not None and last is not None:
        boundaries = told.months(first, last)
        window = (boundaries[0], boundaries[-1])
    return told.tell(lambda: [told.recycled(books, lot, model, window, day, law)], options)


@statement.command
def credit(
    book: Books,
    claims: Annotated[Path, Parameter(help="CSV: date, mass, unit.")],
    /,
    *,
    element: Annotated[str, Parameter(help="Such as Nd.")],
    factor: Annotated[str, Parameter(help="Documented recovery, such as '94 %'.")],
    source: Literal["post-consumer", "pre-consumer", "primary"] = "post-consumer",
    expires: Annotated[float | None, Parameter(help="Life of a credit in days.")] = None,
    options: Output | None = None,
) -> int:
    """Mass balance by credits: draw claims from what went in; an overdraft is refused."""
    from ytterby.app import statement as told
    from ytterby.quantity import parse

    books, share = told.book_of(book), parse(factor, "-")
    return told.tell(lambda: [told.credit(books, element, source, share, claims, expires)], options)


@statement.command
def origin(
    book: Books,
    lot: LotName,
    /,
    *,
    sintered_in: Annotated[Text, Parameter(help="Country of milling and sintering.")] = "",
    recycled: Annotated[Flag, Parameter(help="NdFeB from recycled only.")] = False,
    options: Dated | None = None,
) -> int:
    """The origin test of 10 USC 4872, per element and stage."""
    from ytterby.app import statement as told

    books, (day, law) = told.book_of(book), told.law_on(options)
    return told.tell(lambda: [told.origin(books, lot, sintered_in, recycled, day, law)], options)


@statement.command
def purity(
    book: Books,
    lot: LotName,
    form: Annotated[str, Parameter(help="Such as 'Nd oxide' or 'NdPr oxide'.")],
    element: Annotated[str, Parameter(help="Such as Nd.")],
    /,
    *,
    cost: Annotated[str, Parameter(help="Of production, such as '1000 USD'.")] = "0 USD",
    options: Dated | None = None,
) -> int:
    """The chance that a lot meets the purity gate of US 45X."""
    from ytterby.app import statement as told
    from ytterby.quantity import parse

    books, (day, law) = told.book_of(book), told.law_on(options)
    spent = parse(cost, "USD")
    return told.tell(lambda: [told.purity(books, lot, form, element, spent, day, law)], options)


@statement.command
def export_control(
    book: Books,
    lot: LotName,
    form: Annotated[str, Parameter(help="metal, alloy, target, magnet, oxide or compound.")],
    /,
    *,
    options: Dated | None = None,
) -> int:
    """The listed items of Chinese export control that a lot matches."""
    from ytterby.app import statement as told

    books, (day, law) = told.book_of(book), told.law_on(options)
    return told.tell(lambda: [told.controlled(books, lot, form, day, law)], options)
