"""Streams on a basis of species, and the balance of a plant over a period."""

from ytterby.balance.balance import (
    CLOSURE_TOLERANCE,
    TRACE_SHARE,
    Balance,
    BalanceError,
    Edge,
    Role,
    UnknownStream,
    of_streams,
)
from ytterby.balance.basis import Basis
from ytterby.balance.covariance import Covariance
from ytterby.balance.finding import Finding
from ytterby.balance.record import RecordError
from ytterby.balance.stream import AMBIENT, Stream, empty, mix

__all__ = [
    "AMBIENT",
    "CLOSURE_TOLERANCE",
    "TRACE_SHARE",
    "Balance",
    "BalanceError",
    "Basis",
    "Covariance",
    "Edge",
    "Finding",
    "RecordError",
    "Role",
    "Stream",
    "UnknownStream",
    "empty",
    "mix",
    "of_streams",
]
