"""What is provisional, and what corrects what: of assays and of readings."""

from __future__ import annotations

from typing import Any, Literal, get_args

from ytterby.ledger.errors import LedgerError
from ytterby.ledger.names import check_name, check_text

Status = Literal["provisional", "final"]


def revision(status: Status, replaces: str, note: str) -> dict[str, Any]:
    """Status, what it corrects ("" for nothing) and remark as the books hold them.

    Raises LedgerError.
    """
    if status not in get_args(Status):
        raise LedgerError(repr(status), " or ".join(get_args(Status)), field="status")
    return {
        "status": status,
        "replaces": check_name(replaces, "replaces") if replaces else "",
        "note": check_text(note, "note"),
    }
