"""Which errors are an answer to the reader, and with which status the command ends."""

from __future__ import annotations

import sys

from ytterby.app.cli import BAD_INPUT, RESULT_IS_NONE
from ytterby.balance import BalanceError
from ytterby.facts import UnknownFact
from ytterby.ledger.errors import LedgerError
from ytterby.plant import Infeasible, NotConverged, PlantError
from ytterby.quantity import QuantityError
from ytterby.separation.dynamics import Stalled

_STATUS: dict[type[Exception], int] = {
    PlantError: BAD_INPUT,
    QuantityError: BAD_INPUT,
    UnknownFact: BAD_INPUT,
    LedgerError: BAD_INPUT,
    OSError: BAD_INPUT,
    Infeasible: BAD_INPUT,
    NotConverged: RESULT_IS_NONE,
    BalanceError: RESULT_IS_NONE,
    Stalled: RESULT_IS_NONE,
}


def status_of_error(error: Exception) -> int:
    """Print the message of an error that is an answer; raise any other, which is a defect."""
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            print(message(error), file=sys.stderr)
            return status
    raise error


def message(error: Exception) -> str:
    """What the reader is told."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}"
    return str(error)
