"""Energy that a plant takes: what its units say, and what their equipment draws otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ytterby.accounts.equipment import equipment
from ytterby.balance import Balance
from ytterby.facts import Fact

ELECTRICITY, HEAT = "electricity", "heat"


@dataclass(frozen=True)
class Use:
    """Energy taken by one unit over the period.

    carrier: electricity, heat or the name of a fuel. joules: [J]. estimated: sized by rule
    rather than told by the balance.
    """

    unit: str
    carrier: str
    joules: float
    estimated: bool


def energy(
    balance: Balance, kinds: Mapping[str, str], own: Mapping[str, Fact] | None = None
) -> tuple[tuple[Use, ...], dict[str, str]]:
    """(energy used; why it is not known, by unit).

    kinds, own: see `equipment`. Duties that a balance states go before estimates.
    """
    told: dict[str, list[Use]] = {}
    for (unit, carrier), joules in balance.duties.items():
        told.setdefault(unit, []).append(Use(unit, carrier, joules, estimated=False))
    uses, missing = [], {}
    for unit, (items, reason) in equipment(balance, kinds, own).items():
        if unit in told:
            uses += told[unit]
            continue
        power, heat = sum(i.power for i in items), sum(i.heat for i in items)
        if reason and not power + heat:
            missing[unit] = reason
        for carrier, watts in ((ELECTRICITY, power), (HEAT, heat)):
            if watts > 0:
                uses.append(Use(unit, carrier, watts * balance.period, estimated=True))
    return tuple(uses), missing
