"""Chain of custody (ISO 22095): what may be claimed of a lot, element by element."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from ytterby.ledger.book import Book
from ytterby.ledger.entry import Entry
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.event import Event
from ytterby.ledger.genealogy import Trace
from ytterby.ledger.lot import EVERY, STAGES

Model = Literal[
    "identity preserved", "segregated", "controlled blending", "rolling average", "credit"
]
MODELS: tuple[Model, ...] = get_args(Model)
RECYCLED_ELEMENTS = ("Nd", "Dy", "Pr", "Tb", "B", "Sm", "Ni", "Co")
"""Whose recycled share Regulation (EU) 2024/1252 Art. 29 asks for."""
Source = Literal["post-consumer", "pre-consumer", "primary", "unknown"]
_SOURCE: dict[str, Source] = {
    "post-consumer": "post-consumer",
    "pre-consumer": "pre-consumer",
    "mine": "primary",
    "ion clay": "primary",
    "by-product": "primary",
    "tailings": "primary",
}
"""Sources by feed class. Tailings and by-products were never in use: they count as primary."""

_DAY = 24 * 60 * 60
_NAMED = 4
"""Lots that a refusal names."""


@dataclass(frozen=True)
class Content:
    """Where the mass of one element in a lot comes from [kg], by source; each at least zero."""

    masses: Mapping[Source, float]

    @property
    def total(self) -> float:
        """All of it [kg]."""
        return sum(self.masses.values())

    def share(self, source: Source) -> float:
        """Of the whole [-]; NaN where the lot holds none of the element."""
        return self.masses.get(source, 0.0) / self.total if self.total > 0 else float("nan")


def check_model(model: str) -> Model:
    """The model of that name; raises LedgerError, with a reason for book and claim."""
    if model in MODELS:
        return model  # type: ignore[return-value]
    if model.replace("&", "and").replace("-", " ") == "book and claim":
        raise LedgerError(
            "book and claim",
            "a model that ties the claim to material that went through the plant",
            "Certificates traded apart from material say nothing of what a magnet holds "
            "(ISO 22095:2020, 3.3.5; Regulation (EU) 2024/1252 Art. 29 asks for what it holds).",
            field="model",
        )
    raise LedgerError(repr(model), ", ".join(MODELS), nearest(model, MODELS), field="model")


def recycled_content(
    book: Book,
    lot: str,
    model: str = "controlled blending",
    *,
    window: tuple[datetime, datetime] | None = None,
    elements: Iterable[str] = RECYCLED_ELEMENTS,
) -> dict[str, Content]:
    """Post-consumer, pre-consumer and primary mass of each element in `lot`.

    controlled blending: what the books trace into the lot, pools being mixed. identity preserved:
    the same, refused unless it all came in as one lot. segregated: the same, refused unless it all
    has one source. rolling average: the average of what went into process within `window` (start,
    until), for a lot made in it. Credits are drawn from `CreditAccount` instead. Raises LedgerError
    where the model does not allow a claim.
    """
    chosen = check_model(model)
    if chosen == "credit":
        raise LedgerError(
            "the credit model",
            "one that says what is in a lot",
            "Draw claims from a CreditAccount, or with `ytterby statement credit`.",
            field="model",
        )
    origins = _origins(book, book.trace_origins(), lot)
    held = {e: labels for e, labels in origins.items() if e in tuple(elements)}
    if chosen == "rolling average":
        return _averaged(book, held, window)
    classes = {one.name: one.feed_class for one in book.lots()}
    found = {element: _content(labels, classes) for element, labels in held.items()}
    if chosen == "identity preserved":
        _require_one_lot(lot, origins)
    if chosen == "segregated":
        _require_one_source(lot, found)
    return found


def _require_one_lot(lot: str, origins: Mapping[str, Mapping[str, float]]) -> None:
    labels = sorted({label for masses in origins.values() for label in masses})
    if len(labels) > 1:
        raise LedgerError(
            f"{lot} made of {len(labels)} lots: {', '.join(labels[:_NAMED])}",
            "one, for identity to be preserved",
            "Claim controlled blending, or run campaigns between flushes.",
            field="model",
        )


def _require_one_source(lot: str, found: Mapping[str, Content]) -> None:
    sources = sorted({s for one in found.values() for s, mass in one.masses.items() if mass})
    if len(sources) > 1:
        raise LedgerError(
            f"{lot} made of {', '.join(sources)} material",
            "one source, for segregation",
            "Claim controlled blending instead.",
            field="model",
        )


def _origins(book: Book, trace: Trace, lot: str) -> dict[str, dict[str, float]]:
    found = trace.of(book.lot(lot).name)
    if not found:
        raise LedgerError(f"nothing ever posted on lot {lot!r}", "the event that made it")
    return found


def _content(labels: Mapping[str, float], classes: Mapping[str, str]) -> Content:
    masses: dict[Source, float] = defaultdict(float)
    for label, mass in labels.items():
        masses[_SOURCE.get(classes.get(label, ""), "unknown")] += mass
    return Content(dict(masses))


def _averaged(
    book: Book, held: Mapping[str, Mapping[str, float]], window: tuple[datetime, datetime] | None
) -> dict[str, Content]:
    if window is None:
        raise LedgerError("no window", "from when until when inputs are averaged", field="window")
    went_in = inputs(book, *window)
    found = {}
    for element, labels in held.items():
        average = went_in.get(element)
        if average is None or average.total <= 0:
            raise LedgerError(
                f"no {element} that went into process from {window[0]:%Y-%m-%d} to "
                f"{window[1]:%Y-%m-%d}",
                "some, to average",
                field="window",
            )
        mass = sum(labels.values())
        found[element] = Content({s: mass * average.share(s) for s in average.masses})
    return found


def inputs(book: Book, start: datetime, until: datetime) -> dict[str, Content]:
    """What went from raw material into process from `start` to before `until`, by element."""
    classes = {one.name: one.feed_class for one in book.lots()}
    return _put_in(book.entries("event", start=start, until=until), classes)


def _put_in(entries: Iterable[Entry], classes: Mapping[str, str]) -> dict[str, Content]:
    masses: dict[str, dict[Source, float]] = defaultdict(lambda: defaultdict(float))
    for entry in entries:
        event = Event.of_body(entry.body)
        pooled = {line.element for line in event.lines if line.account.mixed and line.mass != 0}
        for line in event.lines:
            if line.account.kind == "raw" and line.element in pooled:
                source = _SOURCE.get(classes.get(line.lot, ""), "unknown")
                masses[line.element][source] -= line.mass
    return {e: Content({s: max(m, 0.0) for s, m in by.items()}) for e, by in masses.items()}


def origins_of(book: Book, lot: str) -> dict[str, dict[str, dict[str, float]]]:
    """Share by country of each element of `lot` at each stage, as its forebears were declared.

    A stage that the lot itself declares, such as the separation that made it, goes before those of
    the lots it came from. What nobody declared is "unknown".
    """
    own = book.lot(lot).origin
    known = {one.name: one.origin for one in book.lots()}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for element, labels in _origins(book, book.trace_origins(), lot).items():
        total = sum(labels.values())
        stages: dict[str, dict[str, float]] = {}
        for stage in STAGES:
            here: dict[str, float] = defaultdict(float)
            for label, mass in labels.items():
                countries = own.get(stage) or known.get(label, {}).get(stage, {})
                country = countries.get(element, countries.get(EVERY, "unknown"))
                here[country] += mass / total if total else 0.0
            stages[stage] = dict(here)
        found[element] = stages
    return found


@dataclass
class CreditAccount:
    """Credits of one element and source: what went in times what comes out, less what is claimed.

    factor: documented conversion, mass that comes out per mass that goes in, at most 1 [-].
    expires_after: life of a credit [days], or None. entries: (time, mass) of credits not yet used
    [kg], oldest first.
    """

    element: str
    source: Source
    factor: float
    expires_after: float | None = None
    entries: list[tuple[datetime, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not 0 < self.factor <= 1:
            raise LedgerError(
                f"{self.factor:g}", "a recovery above 0, 1 at most", field="conversion factor"
            )

    def put_in(self, when: datetime, mass: float) -> None:
        """Credit `mass` [kg] of the element that went into process at `when`, in order of time."""
        if mass < 0 or (self.entries and when < self.entries[-1][0]):
            raise LedgerError(
                f"{mass:g} kg at {when:%Y-%m-%d}", "zero or more, no earlier than the one before"
            )
        self.entries.append((when, mass * self.factor))

    def held(self, when: datetime) -> float:
        """Credits at `when` that have not expired [kg]."""
        return sum(mass for made, mass in self.entries if self._lives(made, when))

    def claim(self, when: datetime, mass: float) -> None:
        """Use `mass` [kg] of credits, the oldest first; raises LedgerError on an overdraft."""
        held = self.held(when)
        if not 0 <= mass <= held:
            raise LedgerError(
                f"a claim of {mass:.6g} kg {self.source} {self.element} at {when:%Y-%m-%d}",
                f"{held:.6g} kg at most, which is held",
                "Credits cannot be overdrawn.",
                field="claim",
            )
        rest = []
        for made, credit in self.entries:
            if self._lives(made, when):
                used = min(mass, credit)
                mass, credit = mass - used, credit - used
            if credit > 0 and (made > when or self._lives(made, when)):
                rest.append((made, credit))
        self.entries = rest

    def _lives(self, made: datetime, when: datetime) -> bool:
        age = (when - made).total_seconds()
        return age >= 0 and (self.expires_after is None or age <= self.expires_after * _DAY)


def drawn(
    book: Book, account: CreditAccount, claims: Iterable[tuple[datetime, float]]
) -> CreditAccount:
    """The `account` after everything that the books put in and all `claims`, in order of time.

    claims: (time, mass [kg]). Raises LedgerError at the first claim that overdraws it.
    """
    classes = {one.name: one.feed_class for one in book.lots()}
    events = list(book.entries("event"))
    undone = {entry.reverses for entry in events}
    credits = [
        (entry.time, one.masses.get(account.source, 0.0))
        for entry in events
        if entry.reverses is None
        and entry.seq not in undone
        and (one := _put_in([entry], classes).get(account.element)) is not None
    ]
    moments = [(when, 0, mass) for when, mass in credits] + [(t, 1, mass) for t, mass in claims]
    for when, is_claim, mass in sorted(moments):
        if is_claim:
            account.claim(when, mass)
        else:
            account.put_in(when, mass)
    return account
