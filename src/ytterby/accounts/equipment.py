"""Equipment of each unit, sized from what flows through it by simple rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ytterby.balance import AMBIENT, Balance, Stream
from ytterby.facts import Fact, UnknownFact, all_facts, fact, table

_PER_HOUR = 3600
_WATTS = 1000
_LITRES = 1000


@dataclass(frozen=True)
class Item:
    """Some like pieces of equipment of one unit.

    kind: name of the cost correlation `cost.equipment.<kind>`. count: pieces. size: of each, in
    the unit of `cost.equipment.<kind>.size`. power: electricity drawn by all [W]. heat: heat put
    in by all [W]. part: what it is for.
    """

    unit: str
    kind: str
    count: int
    size: float
    power: float = 0.0
    heat: float = 0.0
    part: str = ""


Sized = tuple[tuple[Item, ...], str]
"""(equipment; why there is none, or nothing)."""


def equipment(balance: Balance, kinds: Mapping[str, str]) -> dict[str, Sized]:
    """Equipment by unit. kinds: kind of each unit by name, as `kinds_of` reads off a plant.

    A unit whose kind or species are not known has none, and says why.
    """
    return {unit: _sized(balance, unit, kinds.get(unit, "")) for unit in balance.units}


def kinds_of(plant: Any) -> dict[str, str]:
    """Kind of each unit of a plant, by name."""
    return {name: unit.kind for name, unit in plant.units.items()}


def sizing_facts(kinds: Mapping[str, str]) -> dict[str, Fact]:
    """The facts that sizing rests on, by name."""
    found = dict(table("sizing").items())
    residence = table("sizing.residence")
    return found | {f"residence.{k}": f for k, f in residence.items() if k in kinds.values()}


def _sized(balance: Balance, unit: str, kind: str) -> Sized:
    if not kind:
        return (), f"the kind of unit {unit} is not known"
    rule = _RULES.get(kind) or (_tank if kind in table("sizing.residence") else None)
    if rule is None:
        return (), f"there is no rule to size a unit of kind {kind!r}"
    streams = [e.name for e in balance.edges if unit in (e.source, e.target)]
    absent = [name for name in streams if name not in balance.streams]
    if absent and rule is not _nothing:
        return (), f"the size of {unit} needs the species of {', '.join(absent)}"
    return rule(balance, unit, kind), ""


def _entering(balance: Balance, unit: str) -> list[Stream]:
    return [balance.streams[e.name] for e in balance.edges if e.target == unit]


def _leaving(balance: Balance, unit: str) -> list[Stream]:
    return [balance.streams[e.name] for e in balance.edges if e.source == unit]


def _slurry(stream: Stream) -> float:
    """Volume of liquid and solid [m3/s]; solids of unknown density count with a common one."""
    solid = stream.volume("solid")
    if math.isnan(solid):
        solid = stream.mass_of("solid") / _si("sizing.solids-density", "kg/m3")
    return stream.volume("aqueous") + stream.volume("organic") + solid


def _si(name: str, unit: str) -> float:
    return fact(name).si(unit)


def _nothing(balance: Balance, unit: str, kind: str) -> tuple[Item, ...]:
    return ()


def _tank(balance: Balance, unit: str, kind: str) -> tuple[Item, ...]:
    """A stirred tank: V = q tau / (1 - freeboard), with its agitator and pump."""
    flow = sum(_slurry(stream) for stream in _entering(balance, unit))
    liquid = flow * _si(f"sizing.residence.{kind}", "s")
    power = liquid * _si("sizing.agitation-power", "W/m3")
    tank = liquid / (1 - fact("sizing.tank-freeboard").value)
    return (
        Item(unit, "tank", 1, tank),
        Item(unit, "agitator", 1, power / _WATTS, power=power),
        _pump(unit, flow),
    )


def _pump(unit: str, flow: float) -> Item:
    energy = _si("sizing.pumping-energy", "J/m3")
    return Item(unit, "pump", 1, flow * _PER_HOUR, power=flow * energy)


def _filter(balance: Balance, unit: str, kind: str) -> tuple[Item, ...]:
    """A chamber press that holds the wet cake of one cycle, with its pump."""
    edges = [e.name for e in balance.edges if e.source == unit]
    cake = max(edges, key=lambda name: balance.streams[name].mass_of("solid"))
    mass = balance.streams[cake].mass
    volume = mass / _si("sizing.cake-density", "kg/m3") * _si("sizing.filter-cycle", "s")
    flow = sum(_slurry(stream) for stream in _entering(balance, unit))
    energy = mass * _si("sizing.filter-energy", "J/kg")
    return (Item(unit, "filter-press", 1, volume, power=energy), _pump(unit, flow))


def _furnace(balance: Balance, unit: str, kind: str) -> tuple[Item, ...]:
    """A furnace by heat input, and a scrubber by gas at ambient temperature.

    Q = (sum over outlets of m c (T - T0) - the same of inlets + water evaporated x latent heat) /
    efficiency. Simplification: heat of reaction is left out, so that the roasting of metal, which
    gives off more heat than this, is an upper bound.
    """
    entering, leaving = _entering(balance, unit), _leaving(balance, unit)
    evaporated = sum(s["H2O(g)"] for s in leaving) - sum(s["H2O(g)"] for s in entering)
    water = max(evaporated, 0.0) * _water_mass(leaving[0])
    heat = sum(_sensible(s) for s in leaving) - sum(_sensible(s) for s in entering)
    heat += water * _si("sizing.heat-of-evaporation", "J/kg")
    heat = max(heat, 0.0) / fact("sizing.furnace-efficiency").value
    gas = sum(s.volume("gas") * AMBIENT / s.temperature for s in leaving) * _PER_HOUR
    return (
        Item(unit, "furnace", 1, heat / _WATTS, heat=heat),
        Item(unit, "gas-scrubber", 1, gas),
    )


def _water_mass(stream: Stream) -> float:
    basis = stream.basis
    return float(basis.molar_mass[basis.index["H2O"]])


def _sensible(stream: Stream) -> float:
    """Heat above ambient [W]."""
    capacity = (
        stream.mass_of("solid") * _si("sizing.heat-capacity-solid", "J/kg/K")
        + stream.mass_of("gas") * _si("sizing.heat-capacity-gas", "J/kg/K")
        + (stream.mass_of("aqueous") + stream.mass_of("organic"))
        * _si("sizing.heat-capacity-liquor", "J/kg/K")
    )
    return capacity * (stream.temperature - AMBIENT)


@dataclass(frozen=True)
class Section:
    """One section of a cascade: stages, and the volumes [m3] that stand in each of them."""

    name: str
    stages: int
    mixer: float
    organic: float
    aqueous: float

    @property
    def volume(self) -> float:
        """Of one mixer-settler [m3]."""
        return self.organic + self.aqueous


def sections(detail: Any) -> tuple[Section, ...]:
    """The mixer-settlers of a cascade: volumetric flow x residence of mixer and settler.

    detail: what `Balance.details` holds of a cascade.
    """
    mixer = _si("mixer-settler.residence-time.mixer", "s")
    residence = mixer + _si("mixer-settler.residence-time.settler", "s")
    organic = detail.profile.flows.organic / _LITRES
    found = []
    for name, stages in detail.stages.items():
        ratio = detail.profile.phase_ratio.get(name, 0.0)
        aqueous = organic / ratio if ratio > 0 else 0.0
        found.append(
            Section(
                name,
                int(stages),
                (organic + aqueous) * mixer,
                organic * residence,
                aqueous * residence,
            )
        )
    return tuple(one for one in found if one.stages)


def _cascade(balance: Balance, unit: str, kind: str) -> tuple[Item, ...]:
    """Mixer-settlers by section, a tank for the organic, and its pump."""
    detail = balance.details[unit]
    items = [
        Item(
            unit,
            "mixer-settler",
            section.stages,
            section.volume,
            power=section.stages * section.mixer * _si("sizing.mixer-power", "W/m3"),
            part=section.name,
        )
        for section in sections(detail)
    ]
    organic = detail.profile.flows.organic / _LITRES
    held = organic * _si("sizing.residence.solvent-tank", "s")
    tank = held / (1 - fact("sizing.tank-freeboard").value)
    return (*items, Item(unit, "tank", 1, tank, part="solvent"), _pump(unit, organic))


_RULES: dict[str, Callable[[Balance, str, str], tuple[Item, ...]]] = {
    "filter": _filter,
    "oxidation-roast": _furnace,
    "calcination": _furnace,
    "sulfation-roast": _furnace,
    "alkaline-fusion": _furnace,
    "drying": _furnace,
    "cascade": _cascade,
    "split": _nothing,
    "specified-split": _nothing,
}
"""How each kind of unit is sized; kinds with a residence time in the facts are stirred tanks."""


def correlation(kind: str) -> tuple[float, float, float, tuple[float, float]]:
    """(cost [USD of its year], size, exponent, range of sizes) of a kind of equipment."""
    try:
        facts = table(f"cost.equipment.{kind}")
    except UnknownFact:
        raise UnknownFact(
            f"no cost of equipment {kind!r} is known; expected one of "
            f"{', '.join(equipment_kinds())}"
        ) from None
    size = facts["size"]
    window = (float(size.labels["low"]), float(size.labels["high"]))
    return facts["cost"].value, size.value, facts["exponent"].value, window


def equipment_kinds() -> tuple[str, ...]:
    """Kinds of equipment that a cost is known of."""
    start = "cost.equipment."
    names = (found.name for found in all_facts() if found.name.startswith(start))
    return tuple(dict.fromkeys(name.removeprefix(start).partition(".")[0] for name in names))
