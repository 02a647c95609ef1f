"""Where the material of a lot came from and where it went, element by element.

Every element goes its own way: in separation the neodymium of a lot ends up in one product and its
dysprosium in another. So kinship is not by weight but by element, and it follows from what was
posted. What is drawn from a pool has the composition of the pool (it is mixed), and what one event
makes of several lots holds of each its share. Shares are whole micrograms, so that the parts of a
lot come to its mass exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ytterby.ledger.account import Account
from ytterby.ledger.mass import kilograms, prorated

UNDOCUMENTED = "undocumented"
"""What was taken beyond all that the books had put in before."""
OTHER = "other"
Parts = dict[str, int]
Place = tuple[str, str]
Lines = Iterable[tuple[str, str, str, int]]


@dataclass(frozen=True)
class Trace:
    """Labelled material after all events.

    parts: micrograms by label, by (account, lot) and element. made: the same of all that ever went
    into a lot from elsewhere, by lot and element. lots: that labelled material went through.
    """

    parts: Mapping[tuple[Place, str], Parts]
    made: Mapping[tuple[str, str], Parts]
    lots: Mapping[str, frozenset[str]]

    def of(self, lot: str) -> dict[str, dict[str, float]]:
        """Mass [kg] by element and label of all that ever went into `lot`."""
        return {
            element: {label: kilograms(mass) for label, mass in parts.items()}
            for (name, element), parts in sorted(self.made.items())
            if name == lot
        }

    def where(self, label: str) -> dict[tuple[Account, str], dict[str, float]]:
        """Mass [kg] of material with `label`, by (account, lot) and element."""
        found: dict[tuple[Account, str], dict[str, float]] = defaultdict(dict)
        for ((account, lot), element), parts in sorted(self.parts.items()):
            if parts.get(label):
                found[Account.of(account), lot][element] = kilograms(parts[label])
        return dict(found)


def trace_origins(events: Iterable[Lines]) -> Trace:
    """Label all material with the lot, or the account, as which it came into the plant."""
    return _Replay(None).run(events)


def trace_lot(events: Iterable[Lines], lot: str) -> Trace:
    """Label what ever stood in `lot` with its name, all else as `OTHER`."""
    return _Replay(lot).run(events)


@dataclass
class _Replay:
    """Labelled material on its way through the events.

    marked: the lot whose material is followed, or None for all origins. parts, made: see Trace.
    debts: micrograms taken from a place before the books had put them in.
    """

    marked: str | None
    parts: dict[tuple[Place, str], Parts] = field(default_factory=dict)
    made: dict[tuple[str, str], Parts] = field(default_factory=dict)
    debts: dict[tuple[Place, str], int] = field(default_factory=lambda: defaultdict(int))
    lots: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def run(self, events: Iterable[Lines]) -> Trace:
        for lines in events:
            moved: dict[str, list[tuple[Place, int]]] = defaultdict(list)
            for account, lot, element, mass in lines:
                moved[element].append(((account, lot), mass))
            for element, masses in moved.items():
                self._move(element, masses)
        lots = {label: frozenset(through) for label, through in self.lots.items()}
        return Trace(self.parts, self.made, lots)

    def _move(self, element: str, moved: list[tuple[Place, int]]) -> None:
        """One element, from givers to takers: first each lot to itself, what is left is mixed."""
        given: dict[str, Parts] = defaultdict(dict)
        for (account, lot), mass in moved:
            if mass < 0:
                _add(given[lot], self._take((account, lot), element, -mass))
        wanted = {place: mass for place, mass in moved if mass > 0}
        for place in wanted:
            own = given.get(place[1], {})
            kept = min(wanted[place], sum(own.values()))
            self._give(place, element, _drawn(own, kept))
            wanted[place] -= kept
        mixed: Parts = {}
        for parts in given.values():
            _add(mixed, parts)
        for place, mass in wanted.items():
            parts = _drawn(mixed, mass)
            _add(self.made.setdefault((place[1], element), {}), parts)
            self._give(place, element, parts)

    def _take(self, place: Place, element: str, mass: int) -> Parts:
        account, lot = place
        there = self.parts.get((place, element), {})
        taken = _drawn(there, min(mass, sum(there.values())))
        short = mass - sum(taken.values())
        if short and Account.of(account).inside:
            self.debts[place, element] += short
            _add(taken, {self._label(lot, UNDOCUMENTED): short})
        elif short:
            new = {self._label(lot, lot or account): short}
            _add(self.made.setdefault((lot, element), {}), new)
            _add(taken, new)
        return taken

    def _give(self, place: Place, element: str, parts: Parts) -> None:
        total, lot = sum(parts.values()), place[1]
        if not total:
            return
        if lot and lot == self.marked:
            parts = {lot: total}
        if lot:
            for label in parts:
                self.lots[label].add(lot)
        repaid = min(self.debts[place, element], total)
        if repaid:
            self.debts[place, element] -= repaid
            _drawn(parts, repaid)
        _add(self.parts.setdefault((place, element), {}), parts)

    def _label(self, lot: str, origin: str) -> str:
        if self.marked is None:
            return origin
        return lot if lot == self.marked else OTHER


def _add(to: Parts, parts: Parts) -> None:
    for label, mass in parts.items():
        to[label] = to.get(label, 0) + mass


def _drawn(parts: Parts, mass: int) -> Parts:
    """Take `mass` micrograms out of `parts`, of each label its share."""
    if not mass:
        return {}
    shares = prorated(mass, list(parts.values()))
    drawn = {label: share for label, share in zip(parts, shares, strict=True) if share}
    for label, share in drawn.items():
        parts[label] -= share
        if not parts[label]:
            del parts[label]
    return drawn


def events_in_order(bodies: Iterable[dict[str, Any]]) -> list[Lines]:
    """The lines of all events by the time they happened, without what was reversed."""
    events = [body for body in bodies if body["kind"] == "event"]
    undone = {body["reverses"] for body in events if "reverses" in body}
    valid = [b for b in events if "reverses" not in b and b["seq"] not in undone]
    return [body["lines"] for body in sorted(valid, key=lambda b: (b["time"], b["seq"]))]
