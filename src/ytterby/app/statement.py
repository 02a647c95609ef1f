"""`ytterby statement`: what the books of a plant say to tax, customs, buyers and managers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAMLError

from ytterby.accounts import Line, Statement
from ytterby.accounts.ruled import NOT_ADVICE, of_rule
from ytterby.facts.rule import Rule, all_rules, read, the_rule, with_own
from ytterby.ledger import Assay, Book, LedgerError, Lot
from ytterby.plant.errors import PlantError

if TYPE_CHECKING:
    from ytterby.app.cli_statement import Dated, Output

_MONTH = re.compile(r"(\d{4})-(\d{2})")
_MONTHS = 12


def tell(made: Callable[[], list[Statement]], options: Output | None) -> int:
    """Print or write the statements that `made` draws up; what cannot be is a PlantError."""
    from ytterby.app.accounts import told
    from ytterby.app.tables import refuse_format, write

    as_json, out = (options.json, options.out) if options is not None else (False, None)
    refuse_format(out)
    try:
        found = made()
    except LedgerError as error:
        raise PlantError((), str(error)) from None
    except ValueError as error:
        if isinstance(error, PlantError):
            raise
        raise PlantError((), str(error)) from None
    tree = [one.to_dict() for one in found]
    if out is not None:
        write({one.title: one.table() for one in found}, tree, out)
    if as_json:
        print(json.dumps(tree, indent=2))
    elif out is None:
        from ytterby.app.terminal import console

        for one in found:
            console().print(told(one, everything=True))
        console().print(f"({NOT_ADVICE})")
    return 0


def today(on: str | None) -> str:
    """The day as of which law counts: `on`, checked, or today [ISO date]."""
    if on is None:
        return date.today().isoformat()
    try:
        return date.fromisoformat(on).isoformat()
    except ValueError:
        raise PlantError((), f"--on {on}: expected a day such as 2026-01-31") from None


def month(text: str, option: str) -> datetime:
    """The beginning of a month such as 2026-03; raises PlantError."""
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= _MONTHS:
        raise PlantError((), f"{option} {text}: expected a month such as 2026-03")
    return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC)


def after(when: datetime) -> datetime:
    """The beginning of the next month."""
    return datetime(when.year + when.month // _MONTHS, when.month % _MONTHS + 1, 1, tzinfo=UTC)


def months(first: str, last: str) -> list[datetime]:
    """The boundaries of the months from `first` through `last`."""
    found, end = [month(first, "--first")], after(month(last, "--last"))
    while found[-1] < end:
        found.append(after(found[-1]))
    if len(found) < 2:
        raise PlantError((), f"--last {last}: expected a month no earlier than {first}")
    return found


def book_of(path: str) -> Book:
    """The books at a file or address; raises PlantError."""
    try:
        return Book.open(path)
    except LedgerError as error:
        raise PlantError((), str(error)) from None


def closing(book: Book, account: str, boundaries: list[datetime], elements: tuple[str, ...]) -> Any:
    """Material unaccounted for by month and element, and what chance does not explain."""
    from ytterby.ledger.closing import closing as close

    taken = {one.element for one in book.measurements() if one.stream == account}
    judged = elements or tuple(sorted(element for element in taken if element))
    if not judged:
        raise PlantError(
            (), f"found no stock-take of {account!r} in the books, expected one a month"
        )
    found = close(book, account, boundaries, elements=judged)
    lines = []
    for column, element in enumerate(found.muf.elements):
        for row, period in enumerate(found.muf.periods):
            mass, spread = found.muf.values[row, column], found.muf.standard[row, column]
            key, label = ("muf", period, element), f"{element} unaccounted for, {period}"
            lines.append(Line.of(key, label, float(mass), "kg", remark=f"± {spread:.3g} kg"))
        total, spread = found.muf.cumulative(element)
        key, label = ("cumuf", element), f"{element} unaccounted for, all months"
        lines.append(Line.of(key, label, total, "kg", remark=f"± {spread:.3g} kg"))
    alarms = [
        Line.of(("alarm", str(i)), f"beyond chance: {a.test}", a.statistic, "-", remark=str(a))
        for i, a in enumerate(found.alarms)
    ]
    open_ = [
        Line(("provisional", one.record), f"not final: {one.record}", None, "-", missing=one.reason)
        for one in found.provisional
    ]
    return Statement(f"Closing of {found.account}", (*lines, *alarms, *open_))


def law_of(path: Path | None) -> tuple[Rule, ...]:
    """The shipped rules with those of a file in front; raises PlantError."""
    if path is None:
        return all_rules()
    try:
        return with_own(read(path))
    except OSError as error:
        raise PlantError((), f"--rules {path}: {error.strerror or error}") from None
    except (ValueError, YAMLError) as error:
        raise PlantError((), f"--rules {path}: {error}") from None


def law_on(options: Dated | None) -> tuple[str, tuple[Rule, ...]]:
    """The day that counts, and the rules."""
    if options is None:
        return today(None), law_of(None)
    return today(options.on), law_of(options.rules)


def law(words: tuple[str, ...], on: str, rules: Sequence[Rule]) -> Statement:
    """Every one of `rules` that mentions all `words`, with its status on a day and its source."""
    lines = []
    for rule in rules:
        text = f"{rule.name} {rule.kind} {rule.jurisdiction} {rule.instrument} {rule.says}".lower()
        if all(word.lower() in text for word in words):
            told = f"{rule.says} ({rule.on(on).text}; {rule.text}; {rule.source})"
            label = f"{rule.name}: {rule.instrument}"
            if rule.value is None:
                lines.append(Line((rule.name,), label, None, "-", missing=told, facts=(rule.name,)))
            else:
                lines.append(of_rule((rule.name,), label, rule.value, rule.unit, rule, told))
    if not lines:
        raise PlantError((), f"found no rule that mentions {' '.join(words)}")
    return Statement(f"Rules of law as of {on}", tuple(lines))


def oxides(book: Book, names: tuple[str, ...]) -> Statement:
    """Oxide equivalents of lots, by weight and assay."""
    from ytterby.accounts.oxides import oxide_equivalents

    named = [(lot, book.assay(lot.name)) for lot in map(book.lot, names)]
    return oxide_equivalents(
        {lot.name: assay.contents(lot) for lot, assay in named or _assayed(book)}
    )


def fingerprints(book: Book, names: tuple[str, ...], law: Sequence[Rule]) -> list[Statement]:
    """Whether assays fit the feed class that was declared: all of named lots, or one line each."""
    from ytterby.accounts.fingerprint import fingerprint

    if names:
        told = [
            (lot, fingerprint(_distribution(book.assay(lot.name)), lot.feed_class, law))
            for lot in map(book.lot, names)
        ]
        return [Statement(f"{one.title} of {lot.name}", one.lines) for lot, one in told]
    lines = [_fit(lot, assay, law) for lot, assay in _assayed(book) if lot.feed_class != "unknown"]
    return [Statement("Feed fingerprints", tuple(lines))]


def _fit(lot: Lot, assay: Assay, law: Sequence[Rule]) -> Line:
    from ytterby.accounts.fingerprint import classes, fingerprint

    key, label = ("fits", lot.name), f"chance that {lot.name} fits {lot.feed_class}"
    if lot.feed_class not in classes(law):
        reason = f"no bounds are known of feed class {lot.feed_class}"
        return Line(key, label, None, "-", missing=reason)
    found = fingerprint(_distribution(assay), lot.feed_class, law)
    return replace(found.line("fits", lot.feed_class), key=key, label=label)


def _distribution(assay: Assay) -> dict[str, tuple[float, float]]:
    """(share, standard uncertainty) of each element of an assay [-]."""
    return {element: (share.value, share.standard) for element, share in assay.shares.items()}


def recycled(
    book: Book,
    lot: str,
    model: str,
    window: tuple[datetime, datetime] | None,
    on: str,
    rules: Sequence[Rule],
) -> Statement:
    """Post-consumer, pre-consumer and primary share of each element that Art. 29 names."""
    from ytterby.ledger.custody import recycled_content

    content = recycled_content(book, lot, model, window=window)
    lines = []
    for element, one in content.items():
        for source in ("post-consumer", "pre-consumer", "primary", "unknown"):
            key, label = ("share", element, source), f"{element} of {lot}, {source}"
            lines.append(Line.of(key, label, one.share(source), "-", remark=model))
    law = the_rule("recycled content", rules)
    text = f"{law.says} ({law.on(on).text}). {law.note}"
    label = f"{law.instrument}: mass of magnets from which it counts"
    lines.append(of_rule(("law",), label, law.fact.value, law.unit, law, text))
    return Statement(f"Recycled content of {lot}", tuple(lines))


def credit(
    book: Book, element: str, source: Any, factor: float, claims: Path, expires: float | None
) -> Statement:
    """What is left of the credits of one element and source after the claims of a CSV file."""
    from ytterby.app.statement_files import claims_of
    from ytterby.ledger.custody import CreditAccount, drawn

    made = claims_of(claims)
    account = drawn(book, CreditAccount(element, source, factor, expires), made)
    last = max((when for when, _ in made), default=book.start)
    label = f"{source} {element}"
    return Statement(
        "Mass balance by credits",
        (
            Line.of(("claimed",), f"{label} claimed", sum(m for _, m in made), "kg"),
            Line.of(("held",), f"{label} left on {last:%Y-%m-%d}", account.held(last), "kg"),
        ),
    )


def origin(
    book: Book, lot: str, sintered_in: str, is_recycled: bool, on: str, law: Sequence[Rule]
) -> Statement:
    """The origin test of 10 USC 4872 for a magnet lot."""
    from ytterby.accounts.magnet_origin import magnet_origin
    from ytterby.ledger.custody import origins_of

    return magnet_origin(
        origins_of(book, lot),
        on=on,
        milled_and_sintered_in=sintered_in,
        recycled=is_recycled,
        law=law,
    )


def purity(
    book: Book, lot: str, form: str, element: str, cost: float, on: str, law: Sequence[Rule]
) -> Statement:
    """The purity gate of 45X for a lot: 1 less all else that was analysed in it."""
    from ytterby.accounts.purity_gates import purity_gate
    from ytterby.chemistry import RARE_EARTHS, oxide_factor

    mains = re.findall("[A-Z][a-z]?", form.split()[0]) if form.split() else []
    shares = book.assay(lot).shares
    others = {e: share for e, share in shares.items() if e not in (*mains, element)}
    if not others:
        raise PlantError((), f"lot {lot!r}: found no impurity analysed, expected one at least")
    impurity = variance = 0.0
    for symbol, share in others.items():
        factor = oxide_factor(symbol) if "oxide" in form and symbol in RARE_EARTHS else 1.0
        impurity += factor * share.value
        variance += (factor * share.standard) ** 2
    return purity_gate(form, element, 1 - impurity, variance**0.5, cost=cost, on=on, law=law)


def controlled(book: Book, lot: str, form: str, on: str, law: Sequence[Rule]) -> Statement:
    """The listed items of Chinese export control that a lot matches."""
    from ytterby.accounts.export_control import export_control

    assay = {element: share.value for element, share in book.assay(lot).shares.items()}
    return export_control(form, assay, on=on, law=law)


def _assayed(book: Book) -> list[tuple[Lot, Assay]]:
    """The lots that were weighed and assayed, with the assay that counts."""
    assays = book.assays_by_lot()
    lots = (lot for lot in book.lots() if lot.gross is not None)
    return [(lot, assays[lot.name][-1]) for lot in lots if lot.name in assays]
