"""The statements that books of a plant give; each command imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

statement = App(
    name="statement",
    help="Statements on books, for tax, customs, buyers and managers, as of a day.",
    help_flags=["--help", "-h"],
    help_format="plaintext",
)
Json = Annotated[bool, Parameter(negative=(), help="Print JSON and nothing else.")]
Out = Annotated[Path | None, Parameter(help="Write to this file: .json, .csv or .xlsx.")]
On = Annotated[str | None, Parameter(help="The day whose law counts; today when not given.")]
Rules = Annotated[Path | None, Parameter(help="A file of rules of yours beside the shipped ones.")]
Books = Annotated[str, Parameter(help="The books: a file, or the address of a database.")]
LotName = Annotated[str, Parameter(help="The lot.")]
Lots = Annotated[tuple[str, ...], Parameter(name="--lot", negative=(), help="May be repeated.")]


@statement.command
def closing(
    book: Books,
    account: Annotated[str, Parameter(help="Work in progress, such as circuit/wip.")],
    /,
    *,
    first: Annotated[str, Parameter(help="First month, such as 2026-01.")],
    last: Annotated[str, Parameter(help="Last month.")],
    element: Annotated[tuple[str, ...], Parameter(negative=(), help="May be repeated.")] = (),
    json: Json = False,
    out: Out = None,
) -> int:
    """Material unaccounted for by month, and what chance does not explain."""
    from ytterby.app import statement as told

    books, boundaries = told.book_of(book), told.months(first, last)
    return told.tell(
        lambda: [told.closing(books, account, boundaries, element)], as_json=json, out=out
    )


@statement.command
def plan(
    file: Annotated[Path, Parameter(help="YAML: throughput, stock, instruments, losses, better.")],
    /,
    *,
    json: Json = False,
    out: Out = None,
) -> int:
    """Tell with what chance losses are found, and what better measurement would buy."""
    from ytterby.app import statement as told
    from ytterby.app.statement_files import plan

    return told.tell(lambda: [plan(file)], as_json=json, out=out)


@statement.command
def law(
    *words: str, on: On = None, rules: Rules = None, json: Json = False, out: Out = None
) -> int:
    """List the rules of law that statements rest on, with status, source and how they were read.

    Parameters
    ----------
    words
        Only rules that mention all of these words.
    """
    from ytterby.app import statement as told

    day, law = told.today(on), told.law_of(rules)
    return told.tell(lambda: [told.law(words, day, law)], as_json=json, out=out)


@statement.command
def oxide(book: Books, /, *, lot: Lots = (), json: Json = False, out: Out = None) -> int:
    """Element mass and oxide equivalent (REO) of lots."""
    from ytterby.app import statement as told

    books = told.book_of(book)
    return told.tell(lambda: [told.oxides(books, lot)], as_json=json, out=out)


@statement.command
def fingerprint(
    book: Books, /, *, lot: Lots = (), rules: Rules = None, json: Json = False, out: Out = None
) -> int:
    """Tell whether assays fit the feed class that was declared."""
    from ytterby.app import statement as told

    books, law = told.book_of(book), told.law_of(rules)
    return told.tell(lambda: told.fingerprints(books, lot, law), as_json=json, out=out)


@statement.command
def match(
    file: Annotated[Path, Parameter(help="CSV: item, paper, mass, unit, uncertainty.")],
    /,
    *,
    json: Json = False,
    out: Out = None,
) -> int:
    """Match receipts, production, invoices and stock."""
    from ytterby.app import statement as told
    from ytterby.app.statement_files import papers

    return told.tell(lambda: [papers(file)], as_json=json, out=out)


@statement.command
def flows(
    book: Books,
    /,
    *,
    month: Annotated[str, Parameter(help="Such as 2026-03.")],
    quota: Annotated[str | None, Parameter(help="Of the year, as oxide, such as '400 t'.")] = None,
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """The Chinese monthly flow statement, and what is left of a quota."""
    from ytterby.app import statement as told
    from ytterby.app.statement_flows import flows
    from ytterby.quantity import parse

    books, day, law = told.book_of(book), told.today(on), told.law_of(rules)
    allowed = {"separation": parse(quota, "kg")} if quota is not None else {}
    return told.tell(lambda: flows(books, month, allowed, day, law), as_json=json, out=out)


@statement.command
def taxes(
    file: Annotated[Path, Parameter(help="YAML: what was sold, discharged, dumped and bought.")],
    /,
    *,
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """Chinese resource tax, environmental tax, refund of VAT and reverse invoices."""
    from ytterby.app import statement as told
    from ytterby.app.statement_files import taxes

    day, law = told.today(on), told.law_of(rules)
    return told.tell(lambda: taxes(file, day, law), as_json=json, out=out)


@statement.command
def recovery(
    stage: Annotated[str, Parameter(help="cracking, separation-light and others.")],
    taken: Annotated[str, Parameter(help="Oxide equivalent that went in, such as '120 t'.")],
    made: Annotated[str, Parameter(help="Oxide equivalent that was made.")],
    /,
    *,
    uncertainty: Annotated[float, Parameter(help="Of the recovery.")],
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """Tell whether a recovery is plausible."""
    from ytterby.accounts.bands import recovery_bands
    from ytterby.app import statement as told
    from ytterby.quantity import parse

    day, law = told.today(on), told.law_of(rules)
    went, came = parse(taken, "kg"), parse(made, "kg")
    return told.tell(
        lambda: [recovery_bands(stage, went, came, uncertainty=uncertainty, on=day, law=law)],
        as_json=json,
        out=out,
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
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """Recycled share of Nd, Dy, Pr, Tb, B, Sm, Ni and Co in a lot, pre- and post-consumer apart."""
    from ytterby.app import statement as told

    books, day, law = told.book_of(book), told.today(on), told.law_of(rules)
    window = None
    if first is not None and last is not None:
        boundaries = told.months(first, last)
        window = (boundaries[0], boundaries[-1])
    return told.tell(
        lambda: [told.recycled(books, lot, model, window, day, law)], as_json=json, out=out
    )


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
    json: Json = False,
    out: Out = None,
) -> int:
    """Mass balance by credits: draw claims from what went in; an overdraft is refused."""
    from ytterby.app import statement as told
    from ytterby.quantity import parse

    books, share = told.book_of(book), parse(factor, "-")
    return told.tell(
        lambda: [told.credit(books, element, source, share, claims, expires)],
        as_json=json,
        out=out,
    )


@statement.command
def origin(
    book: Books,
    lot: LotName,
    /,
    *,
    sintered_in: Annotated[str, Parameter(help="Country of milling and sintering.")] = "",
    recycled: Annotated[bool, Parameter(negative=(), help="NdFeB from recycled only.")] = False,
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """The origin test of 10 USC 4872, per element and stage."""
    from ytterby.app import statement as told

    books, day, law = told.book_of(book), told.today(on), told.law_of(rules)
    return told.tell(
        lambda: [told.origin(books, lot, sintered_in, recycled, day, law)], as_json=json, out=out
    )


@statement.command
def purity(
    book: Books,
    lot: LotName,
    form: Annotated[str, Parameter(help="Such as 'Nd oxide' or 'NdPr oxide'.")],
    element: Annotated[str, Parameter(help="Such as Nd.")],
    /,
    *,
    cost: Annotated[str, Parameter(help="Of production, such as '1000 USD'.")] = "0 USD",
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """The chance that a lot meets the purity gate of US 45X."""
    from ytterby.app import statement as told
    from ytterby.quantity import parse

    books, day, law = told.book_of(book), told.today(on), told.law_of(rules)
    spent = parse(cost, "USD")
    return told.tell(
        lambda: [told.purity(books, lot, form, element, spent, day, law)], as_json=json, out=out
    )


@statement.command
def export_control(
    book: Books,
    lot: LotName,
    form: Annotated[str, Parameter(help="metal, alloy, target, magnet, oxide or compound.")],
    /,
    *,
    on: On = None,
    rules: Rules = None,
    json: Json = False,
    out: Out = None,
) -> int:
    """The listed items of Chinese export control that a lot matches."""
    from ytterby.app import statement as told

    books, day, law = told.book_of(book), told.today(on), told.law_of(rules)
    return told.tell(lambda: [told.controlled(books, lot, form, day, law)], as_json=json, out=out)
