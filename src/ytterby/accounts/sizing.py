"""Rules by which equipment is sized from what flows through its unit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ytterby.balance import AMBIENT, Balance, Stream
from ytterby.facts import Fact, fact, table

_PER_HOUR = 3600
WATTS = 1000
_LITRES = 1000
_PER_TONNE = 1000


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


@dataclass(frozen=True, eq=False)
class Sizing:
    """A balance and what sizes rest on. own: facts in place of shipped ones, by name."""

    balance: Balance
    own: Mapping[str, Fact] = field(default_factory=dict)

    def si(self, name: str, unit: str) -> float:
        """The fact `name` in `unit`."""
        return (self.own.get(name) or fact(name)).si(unit)

    def has_residence(self, kind: str) -> bool:
        """Whether units of this kind are stirred tanks with a known residence time."""
        return kind in table("sizing.residence") or f"sizing.residence.{kind}" in self.own

    def entering(self, unit: str) -> list[Stream]:
        return [self.balance.streams[name] for name in self._ends[0].get(unit, ())]

    def leaving(self, unit: str) -> list[Stream]:
        return [self.balance.streams[name] for name in self._ends[1].get(unit, ())]

    @cached_property
    def _ends(self) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Names of the edges that enter each unit, and of those that leave it."""
        entering: dict[str, list[str]] = {}
        leaving: dict[str, list[str]] = {}
        for edge in self.balance.edges:
            for ends, unit in ((entering, edge.target), (leaving, edge.source)):
                if unit is not None:
                    ends.setdefault(unit, []).append(edge.name)
        return entering, leaving

    def told(self, unit: str, field: str, name: str) -> Fact:
        """The fact that a field of the unit held, or the shipped `name`."""
        return self.own.get(name) or self.balance.facts.get(f"{unit}.{field}") or fact(name)

    def power(self, unit: str, carrier: str) -> float:
        """What the unit itself says that it takes of a carrier [W]."""
        return self.balance.duties.get((unit, carrier), 0.0) / self.balance.period

    def slurry(self, stream: Stream) -> float:
        """Volume of liquid and solid [m3/s]; solids of unknown density count with a common one."""
        solid = stream.volume("solid")
        if math.isnan(solid):
            solid = stream.mass_of("solid") / self.si("sizing.solids-density", "kg/m3")
        return stream.volume("aqueous") + stream.volume("organic") + solid

    def pump(self, unit: str, flow: float) -> Item:
        """flow: [m3/s]."""
        energy = self.si("sizing.pumping-energy", "J/m3")
        return Item(unit, "pump", 1, flow * _PER_HOUR, power=flow * energy)

    def tank_of(self, liquid: float) -> float:
        """Volume of a tank that holds `liquid` [m3]."""
        return liquid / (1 - self.si("sizing.tank-freeboard", "-"))

    def sections(self, detail: Any) -> tuple[Section, ...]:
        """The mixer-settlers of a cascade: volumetric flow x residence of mixer and settler.

        detail: what `Balance.details` holds of a cascade.
        """
        mixer = self.si("mixer-settler.residence-time.mixer", "s")
        residence = mixer + self.si("mixer-settler.residence-time.settler", "s")
        organic = detail.profile.flows.organic / _LITRES
        found = []
        for name, stages in detail.stages.items():
            ratio = detail.profile.phase_ratio.get(name, 0.0)
            aqueous = organic / ratio if ratio > 0 else 0.0
            held = (organic * residence, aqueous * residence)
            found.append(Section(name, int(stages), (organic + aqueous) * mixer, *held))
        return tuple(one for one in found if one.stages)


def nothing(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A unit that is no equipment: a branch of a pipe."""
    return ()


def gas_at_ambient(streams: Iterable[Stream]) -> float:
    """Volume of gas [m3/h] at ambient temperature."""
    return sum(s.volume("gas") * AMBIENT / s.temperature for s in streams) * _PER_HOUR


def tank(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A stirred tank: V = q tau / (1 - freeboard), with its agitator and pump."""
    flow = sum(sizing.slurry(stream) for stream in sizing.entering(unit))
    liquid = flow * sizing.si(f"sizing.residence.{kind}", "s")
    power = liquid * sizing.si("sizing.agitation-power", "W/m3")
    return (
        Item(unit, "tank", 1, sizing.tank_of(liquid)),
        Item(unit, "agitator", 1, power / WATTS, power=power),
        sizing.pump(unit, flow),
    )


def heated_tank(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A stirred tank with a heater for what its slurry is warmer than what enters.

    Simplification: heat of reaction is left out, as in `furnace`.
    """
    entering, leaving = sizing.entering(unit), sizing.leaving(unit)
    heat = sum(sensible(sizing, s) for s in leaving) - sum(sensible(sizing, s) for s in entering)
    heat = max(heat, 0.0) / sizing.si("sizing.boiler-efficiency", "-")
    heater = (Item(unit, "heater", 1, heat / WATTS, heat=heat),) if heat else ()
    return (*tank(sizing, unit, kind), *heater)


def filter_press(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A chamber press that holds the wet cake of one cycle, with its pump."""
    cake = max(sizing.leaving(unit), key=lambda stream: stream.mass_of("solid"))
    cycle = sizing.si("sizing.filter-cycle", "s")
    volume = cake.mass / sizing.si("sizing.cake-density", "kg/m3") * cycle
    flow = sum(sizing.slurry(stream) for stream in sizing.entering(unit))
    energy = cake.mass * sizing.si("sizing.filter-energy", "J/kg")
    return (Item(unit, "filter-press", 1, volume, power=energy), sizing.pump(unit, flow))


def furnace(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A furnace by heat input, and a scrubber by gas at ambient temperature.

    Q = (sum over outlets of m c (T - T0) - the same of inlets + water evaporated x latent heat) /
    efficiency. Simplification: heat of reaction is left out, so that the roasting of metal, which
    gives off more heat than this, is an upper bound.
    """
    entering, leaving = sizing.entering(unit), sizing.leaving(unit)
    evaporated = sum(s["H2O(g)"] for s in leaving) - sum(s["H2O(g)"] for s in entering)
    water = max(evaporated, 0.0) * _water_mass(leaving[0])
    heat = sum(sensible(sizing, s) for s in leaving) - sum(sensible(sizing, s) for s in entering)
    heat += water * sizing.si("sizing.heat-of-evaporation", "J/kg")
    heat = max(heat, 0.0) / sizing.si("sizing.furnace-efficiency", "-")
    return (
        Item(unit, "furnace", 1, heat / WATTS, heat=heat),
        Item(unit, "gas-scrubber", 1, gas_at_ambient(leaving)),
    )


def _water_mass(stream: Stream) -> float:
    basis = stream.basis
    return float(basis.molar_mass[basis.index["H2O"]])


def sensible(sizing: Sizing, stream: Stream) -> float:
    """Heat above ambient [W]."""
    capacity = (
        stream.mass_of("solid") * sizing.si("sizing.heat-capacity-solid", "J/kg/K")
        + stream.mass_of("gas") * sizing.si("sizing.heat-capacity-gas", "J/kg/K")
        + (stream.mass_of("aqueous") + stream.mass_of("organic"))
        * sizing.si("sizing.heat-capacity-liquor", "J/kg/K")
    )
    return capacity * (stream.temperature - AMBIENT)


def cascade(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Mixer-settlers by section, a tank for the organic, and its pump."""
    detail = sizing.balance.details[unit]
    stirring = sizing.si("sizing.mixer-power", "W/m3")
    items = [
        Item(
            unit,
            "mixer-settler",
            section.stages,
            section.volume,
            power=section.stages * section.mixer * stirring,
            part=section.name,
        )
        for section in sizing.sections(detail)
    ]
    organic = detail.profile.flows.organic / _LITRES
    held = organic * sizing.si("sizing.residence.solvent-tank", "s")
    solvent = Item(unit, "tank", 1, sizing.tank_of(held), part="solvent")
    return (*items, solvent, sizing.pump(unit, organic))


def crushing(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A furnace that demagnetises and a crusher, both by what the unit says that it takes."""
    heat, work = sizing.power(unit, "heat"), sizing.power(unit, "electricity")
    return (
        Item(unit, "furnace", 1, heat / WATTS, heat=heat),
        Item(unit, "roll-crusher", 1, work / WATTS, power=work),
    )


def electric_furnace(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A furnace by the electricity that the unit says that it takes.

    Simplification: it costs what a fired furnace of the same heat does, so that it is a lower
    bound; vacuum, casting wheel and gas line are named as missing.
    """
    power = sizing.power(unit, "electricity")
    return (Item(unit, "furnace", 1, power / WATTS, power=power),)


def driven(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """The motors by the electricity that the unit says that it takes, not what they move."""
    power = sizing.power(unit, "electricity")
    return (Item(unit, "motor", 1, power / WATTS, power=power),)


def sieving(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A screen by the powder that passes it."""
    powder = sum(stream.mass_of("solid") for stream in sizing.leaving(unit))
    return (Item(unit, "screen", 1, powder / sizing.si("sizing.screen-capacity", "kg/m2/s")),)


def blending(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A bin that holds one batch, and the motor that turns it over."""
    powder = sum(stream.mass_of("solid") for stream in sizing.leaving(unit))
    batch = powder * sizing.si("sizing.blend-batch", "s")
    power = powder * sizing.si("sizing.blending-energy", "J/kg")
    return (
        Item(unit, "bin", 1, batch / _PER_TONNE),
        Item(unit, "motor", 1, power / WATTS, power=power),
    )
