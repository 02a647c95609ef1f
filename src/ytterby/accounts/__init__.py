"""Accounts: pure functions from a balance to a statement whose every line can be followed down."""

from ytterby.accounts.recovery import recovery_and_purity
from ytterby.accounts.statement import (
    Account,
    Line,
    Statement,
    UnknownLine,
    attribute,
    share_resting_on,
    spread,
    together,
)

__all__ = [
    "Account",
    "Line",
    "Statement",
    "UnknownLine",
    "attribute",
    "recovery_and_purity",
    "share_resting_on",
    "spread",
    "together",
]
