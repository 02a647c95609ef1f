"""Moments as the books write them: UTC, to the microsecond, so that text sorts as time does."""

from __future__ import annotations

from datetime import UTC, datetime

from ytterby.ledger.errors import LedgerError

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


def written(moment: datetime, field: str = "time") -> str:
    """`moment` as the books write it; raises LedgerError when its time zone is not known."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise LedgerError(
            repr(moment), "a time with its zone, such as 2026-01-31T08:00+08:00", field=field
        )
    return moment.astimezone(UTC).strftime(_FORM).rjust(len("2026-01-31T08:00:00.000000Z"), "0")


def moment(text: str) -> datetime:
    """The moment that `written` wrote."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)


def read(text: object, field: str = "time") -> datetime:
    """A moment as people write it: 2026-01-31T08:00+08:00; a day alone is its start, UTC."""
    if isinstance(text, datetime) and text.tzinfo is not None:
        return text
    try:
        found = datetime.fromisoformat(str(text).strip())
    except ValueError:
        found = None
    if found is not None and len(str(text).strip()) == len("2026-01-31"):
        found = found.replace(tzinfo=UTC)
    if found is None or found.tzinfo is None:
        raise LedgerError(
            repr(str(text)),
            "a day, 2026-01-31, or a time with its zone, 2026-01-31T08:00+08:00",
            field=field,
        )
    return found


def now() -> datetime:
    """What the clock of this machine says."""
    return datetime.now(UTC)
