"""Accounts: pure functions from a balance to a statement whose every line can be followed down."""

from ytterby.accounts.effluent import Discharge, effluent
from ytterby.accounts.limits import Limit, limits
from ytterby.accounts.radioactivity import radioactivity, specific_activity
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
    "Discharge",
    "Limit",
    "Line",
    "Statement",
    "UnknownLine",
    "attribute",
    "effluent",
    "limits",
    "radioactivity",
    "recovery_and_purity",
    "share_resting_on",
    "specific_activity",
    "spread",
    "together",
]
