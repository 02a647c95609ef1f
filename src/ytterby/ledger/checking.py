"""What is held against the books before it is entered, and refused."""

from __future__ import annotations

from typing import Any

from ytterby.ledger.account import Account
from ytterby.ledger.assay import ASSAY_SURPLUS
from ytterby.ledger.draft import Draft
from ytterby.ledger.errors import LedgerError, nearest
from ytterby.ledger.event import POOL
from ytterby.ledger.mass import LARGEST_STOCK, kilograms
from ytterby.ledger.names import likeness
from ytterby.ledger.state import State


def check_reference(draft: Draft, known: dict[tuple[str, str], int]) -> None:
    """Raise LedgerError where a draft corrects what nobody entered, or its reference is taken.

    known: numbers of entries by (kind, reference).
    """
    if draft.replaced and (draft.kind, draft.replaced) not in known:
        raise LedgerError(
            f"{draft.kind} {draft.replaced!r}, which the books do not know",
            "the one that is replaced",
            field="replaces",
        )
    seq = known.get((draft.kind, draft.reference)) if draft.reference else None
    if seq is not None:
        raise LedgerError(
            f"{draft.kind} {draft.reference!r}, which is entry {seq} already",
            "one that is new",
            "To correct an entry, reverse it and enter the right one under another reference.",
            field="reference" if draft.kind == "event" else draft.kind,
        )


def check(draft: Draft, state: State, recorded: str) -> None:
    """Hold a draft against the books, and let the state know it; raises LedgerError."""
    if draft.body["time"] > recorded:
        raise LedgerError(
            f"{draft.body['time']}, which is still to come",
            f"a time up to now, {recorded}",
            "Check the date and the time zone.",
            field="time",
        )
    if draft.lines:
        _check_period(draft.body["time"], state)
    for account in sorted({line[0] for line in draft.lines}):
        _check_known("account", account, state)
    for lot in sorted({line[1] for line in draft.lines} - {POOL}):
        _check_known("lot", lot, state)
    if draft.kind in ("account", "lot"):
        _open_name(draft, state)
    elif draft.kind == "assay":
        _check_known("lot", draft.body["lot"], state)
    elif draft.kind == "event":
        _check_event(draft.lines, state)
    elif draft.kind == "close":
        state.closed = draft.body["time"]


def _open_name(draft: Draft, state: State) -> None:
    kind, name = draft.kind, draft.body["name"]
    twin = state.names.setdefault((kind, likeness(name)), name)
    if twin != name:
        raise LedgerError(
            f"{kind} {name!r}, which looks like {twin!r}",
            "names that cannot be mistaken for one another",
            field=kind,
        )
    if kind == "account":
        state.accounts[name] = Account.of(name)
    elif draft.body["gross"] is not None:
        net = draft.body["gross"][0] - draft.body["tare"]
        state.weights[name] = net * (1 - draft.body["moisture"][0])


def _check_known(kind: str, name: str, state: State) -> None:
    known = state.names.get((kind, likeness(name)))
    if known != name:
        names = [n for (k, _), n in state.names.items() if k == kind]
        advice = f"Did you mean {known!r}?" if known else nearest(name, names)
        raise LedgerError(
            f"{kind} {name!r}, which the books do not know",
            f"{'an' if kind == 'account' else 'a'} {kind} that was entered before",
            advice,
            field=kind,
        )


def _check_period(time: str, state: State) -> None:
    if time < state.closed:
        raise LedgerError(
            f"{time}, in a period that is closed",
            f"a time from {state.closed} on",
            "What was wrong in a closed period is put right in an open one, with a note.",
            field="time",
        )
    if time < state.started:
        raise LedgerError(f"{time}", f"a time since the books began, {state.started}", field="time")


def _check_event(lines: list[list[Any]], state: State) -> None:
    for account, lot, element, moved in lines:
        held = state.move(account, lot, element, moved)
        where = state.accounts[account]
        if abs(kilograms(held)) > LARGEST_STOCK:
            raise LedgerError(
                f"{kilograms(held):.3g} kg {element} in {account}",
                f"at most {LARGEST_STOCK:.3g} kg",
                "Check the unit.",
                field=element,
            )
        if moved < 0 and held < 0 and where.inside and not where.mixed:
            raise LedgerError(
                f"{kilograms(-moved):.9g} kg {element} taken from "
                f"{f'lot {lot!r} in ' if lot else ''}{account}, "
                f"which holds {kilograms(held - moved):.9g} kg",
                "no more than is there",
                "See whether an earlier event is missing, or this one stands twice.",
                field=element,
            )
    for lot in sorted({line[1] for line in lines} & state.weights.keys()):
        _check_weight(lot, state)


def _check_weight(lot: str, state: State) -> None:
    """Raise LedgerError where the elements of a lot weigh more than the lot."""
    there, weight = kilograms(state.stock[lot]), state.weights[lot]
    if there > weight * (1 + ASSAY_SURPLUS):
        raise LedgerError(
            f"{there:.6g} kg of elements in lot {lot!r}, which weighs {weight:.6g} kg dry",
            "no more than it weighs",
            "Check the masses and the weight of the lot.",
            field="lot",
        )
