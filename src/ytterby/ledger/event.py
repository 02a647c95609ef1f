"""Events: what moved, from which account to which, element by element."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from ytterby.chemistry import is_element
from ytterby.ledger.account import Account
from ytterby.ledger.errors import LedgerError
from ytterby.ledger.mass import balanced, check_mass, kilograms
from ytterby.ledger.moment import moment, written
from ytterby.ledger.names import check_name, check_text

POOL = ""
"""The lot of a line that names none: what is there is one mixed pool."""


@dataclass(frozen=True)
class Line:
    """One element that one account gains, or gives where the mass is negative.

    account: where. element: symbol. mass: [kg]; zero says that the element was measured and none
    was there. lot: which lot gains or gives it, or none for the pool of the account.
    """

    account: Account
    element: str
    mass: float
    lot: str = POOL


@dataclass(frozen=True)
class Event:
    """What happened to material at one time; the lines of every element sum to zero.

    time: when it happened. lines: what every account gained and gave. reference: the paper it rests
    on, such as a weighbridge ticket; the books take each once. note: anything worth saying.
    """

    time: datetime
    lines: tuple[Line, ...]
    reference: str = ""
    note: str = ""
    kind: ClassVar[str] = "event"

    @property
    def approved(self) -> bool:
        """Whether a second person has to approve it."""
        return any(line.account.approved for line in self.lines)

    def body(self) -> dict[str, Any]:
        """The event as the books hold it, masses rounded to micrograms that sum to zero."""
        if not self.lines:
            raise LedgerError("no lines", "what moved", field="lines")
        return {
            "time": written(self.time),
            "reference": _optional(self.reference, "reference"),
            "note": check_text(self.note, "note"),
            "lines": _rounded(self.lines),
        }

    @staticmethod
    def of_body(body: Mapping[str, Any]) -> Event:
        """The event that the books hold."""
        lines = tuple(
            Line(Account.of(account), element, kilograms(mass), lot)
            for account, lot, element, mass in body["lines"]
        )
        return Event(moment(body["time"]), lines, body["reference"], body["note"])


def _optional(name: str, field: str) -> str:
    return check_name(name, field) if name else ""


def check_element(element: object, field: str = "element") -> str:
    """`element` itself; raises LedgerError unless it is the symbol of one."""
    if isinstance(element, str) and is_element(element):
        return element
    raise LedgerError(repr(element), "the symbol of an element, such as Nd", field=field)


def _rounded(lines: tuple[Line, ...]) -> list[list[Any]]:
    """[account, lot, element, micrograms] of each line, lines that say the same thing as one."""
    together: dict[str, dict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for lot in {line.lot for line in lines} - {POOL}:
        check_name(lot, "lot")
    for line in lines:
        together[check_element(line.element)][str(line.account), line.lot].append(line.mass)
    rows = []
    for element, places in together.items():
        masses = balanced([sum(masses) for masses in places.values()], element)
        rows += [
            [account, lot, element, mass]
            for (account, lot), mass in zip(places, masses, strict=True)
        ]
    return sorted(rows)


def move(
    time: datetime,
    source: str | Account,
    target: str | Account,
    masses: Mapping[str, float],
    *,
    lot: str = POOL,
    into: str | None = None,
    reference: str = "",
    note: str = "",
) -> Event:
    """The event that `masses` [kg] of elements went from one account to another.

    lot: which gives them. into: the lot that gains them, where it is another; a mixed pool such as
    work in progress takes them in without a lot.
    """
    source, target = Account.of(source, "from"), Account.of(target, "to")
    arriving = (POOL if target.mixed else lot) if into is None else into
    lines: list[Line] = []
    for element, mass in masses.items():
        moved = check_mass(mass, element)
        lines += (Line(source, element, -moved, lot), Line(target, element, moved, arriving))
    return Event(time, tuple(lines), reference, note)
