"""Equipment of each unit of a balance, and what the correlations say that it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ytterby.accounts.sizing import Item, Sizing, nothing, tank
from ytterby.accounts.sizing_rules import RULES, TOLD, UNPRICED
from ytterby.balance import Balance
from ytterby.facts import Fact, UnknownFact, below, table

Sized = tuple[tuple[Item, ...], str]
"""(equipment; what it lacks and why, or nothing)."""


def equipment(
    balance: Balance, kinds: Mapping[str, str], own: Mapping[str, Fact] | None = None
) -> dict[str, Sized]:
    """Equipment by unit. kinds: kind of each unit by name, as `kinds_of` reads off a plant.

    own: facts in place of shipped ones by name; `sizing.residence.<kind>` [time] makes a stirred
    tank of any kind of unit. A unit whose kind or species are not known has none, and says why.
    """
    sizing = Sizing(balance, own or {})
    return {unit: _sized(sizing, unit, kinds.get(unit, "")) for unit in balance.units}


def kinds_of(plant: Any) -> dict[str, str]:
    """Kind of each unit of a plant, by name."""
    return {name: unit.kind for name, unit in plant.units.items()}


def sizing_facts(
    kinds: Mapping[str, str], own: Mapping[str, Fact] | None = None
) -> dict[str, Fact]:
    """The facts that sizing rests on, by name."""
    facts = [*table("sizing").values()]
    facts += [f for k, f in table("sizing.residence").items() if k in kinds.values()]
    for kind in dict.fromkeys(kinds.values()):
        facts += below(f"sizing.{kind}")  # which only units of that kind use
    if "cascade" in kinds.values():
        facts += [*table("mixer-settler.residence-time").values()]
        facts += [table("sizing.residence")["solvent-tank"]]
    return {fact.name: (own or {}).get(fact.name, fact) for fact in facts}


def _sized(sizing: Sizing, unit: str, kind: str) -> Sized:
    if not kind:
        return (), f"the kind of unit {unit} is not known"
    rule = RULES.get(kind) or (tank if sizing.has_residence(kind) else None)
    if rule is None:
        return (), (
            f"there is no rule to size a unit of kind {kind!r}; give sizing.residence.{kind} "
            "as a fact of your own if it is a stirred tank"
        )
    streams = [e.name for e in sizing.balance.edges if unit in (e.source, e.target)]
    absent = [name for name in streams if name not in sizing.balance.streams]
    if absent and rule is not nothing:
        return (), f"the size of {unit} needs the species of {', '.join(absent)}"
    if kind in TOLD and unit not in sizing.balance.details:
        return (), f"the size of {unit} needs what a solved unit tells of its inside"
    lacks = f"{unit}: {UNPRICED[kind]}" if kind in UNPRICED else ""
    return rule(sizing, unit, kind), lacks


def correlation_facts(kind: str, own: Mapping[str, Fact] | None = None) -> dict[str, Fact]:
    """`cost`, `size` and `exponent` of a kind of equipment; raises UnknownFact.

    own: facts in place of shipped ones by name.
    """
    try:
        facts = table(f"cost.equipment.{kind}")
    except UnknownFact:
        raise UnknownFact(
            f"no cost of equipment {kind!r} is known; expected one of "
            f"{', '.join(equipment_kinds())}"
        ) from None
    return {part: (own or {}).get(fact.name, fact) for part, fact in facts.items()}


def equipment_cost(
    kind: str, size: float, own: Mapping[str, Fact] | None = None
) -> tuple[float, bool]:
    """(bare erected cost [USD of the year of its fact, United States], whether the size lies in
    the range).

    C = C_ref (S / S_ref)^n, with size S in the unit of `cost.equipment.<kind>.size`. Source: the
    facts `cost.equipment`, most of them from the University of Kentucky study in PrOMMiS, those
    for water from WaterTAP. Raises UnknownFact.
    """
    facts = correlation_facts(kind, own)
    reference = facts["size"]
    inside = float(reference.labels["low"]) <= size <= float(reference.labels["high"])
    return facts["cost"].value * (size / reference.value) ** facts["exponent"].value, inside


def equipment_kinds() -> tuple[str, ...]:
    """Kinds of equipment that a cost is known of."""
    names = (found.name.removeprefix("cost.equipment.") for found in below("cost.equipment"))
    return tuple(dict.fromkeys(name.partition(".")[0] for name in names))
