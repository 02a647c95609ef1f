"""Accounts: pure functions from a balance to a statement whose every line can be followed down."""

from ytterby.accounts.allocation import RULES, Allocation, Burden, Rule
from ytterby.accounts.capital import CostBasis, capital
from ytterby.accounts.carbon import carbon
from ytterby.accounts.compare import Comparison, compare
from ytterby.accounts.consumption import consumption
from ytterby.accounts.cost import cost
from ytterby.accounts.effluent import Discharge, effluent
from ytterby.accounts.emissions import CarbonBasis
from ytterby.accounts.equipment import equipment, equipment_cost, kinds_of
from ytterby.accounts.evidence import (
    Account,
    attribute,
    changes,
    not_linear,
    share_resting_on,
    spread,
    weigh,
)
from ytterby.accounts.inventory import Inventory, inventory
from ytterby.accounts.limits import Limit, limits
from ytterby.accounts.prices import PriceSet, price_set, priced_by_content, sales
from ytterby.accounts.purchases import Purchase, purchases
from ytterby.accounts.radioactivity import radioactivity, specific_activity
from ytterby.accounts.recovery import recovery_and_purity
from ytterby.accounts.recycled_content import WrongClass, recycled_content
from ytterby.accounts.statement import Line, Statement, UnknownLine, together
from ytterby.accounts.water import water

__all__ = [
    "RULES",
    "Account",
    "Allocation",
    "Burden",
    "CarbonBasis",
    "Comparison",
    "CostBasis",
    "Discharge",
    "Inventory",
    "Limit",
    "Line",
    "PriceSet",
    "Purchase",
    "Rule",
    "Statement",
    "UnknownLine",
    "WrongClass",
    "attribute",
    "capital",
    "carbon",
    "changes",
    "compare",
    "consumption",
    "cost",
    "effluent",
    "equipment",
    "equipment_cost",
    "inventory",
    "kinds_of",
    "limits",
    "not_linear",
    "price_set",
    "priced_by_content",
    "purchases",
    "radioactivity",
    "recovery_and_purity",
    "recycled_content",
    "sales",
    "share_resting_on",
    "specific_activity",
    "spread",
    "together",
    "water",
    "weigh",
]
