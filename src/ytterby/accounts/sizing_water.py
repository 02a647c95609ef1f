"""Rules by which equipment for water is sized, and what ores need besides."""

from __future__ import annotations

from ytterby.accounts.sizing import WATTS, Item, Sizing, gas_at_ambient, tank
from ytterby.balance import Stream
from ytterby.units.steam import saturation_pressure

_PER_HOUR = 3600
_MEMBRANES = 3
"""Membranes of a triplet: anion, bipolar, cation."""


def osmosis(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Membranes by permeate over flux, and a pump by the electricity that the unit states."""
    clean = _outlet(sizing, unit, "permeate").volume("aqueous")
    power = sizing.power(unit, "electricity")
    return (
        Item(unit, "membrane", 1, clean / sizing.si("sizing.reverse-osmosis.flux", "m/s")),
        Item(unit, "high-pressure-pump", 1, power / WATTS, power=power),
    )


def evaporator(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Heating surface A = m L / (U dT), a crystalliser by crystals, and a compressor or a boiler.

    m: vapour [kg/s], L: latent heat [J/kg], dT: the approach of the unit [K]. Several effects
    share the surface of one. Simplification: the condensate counts as the vapour.
    """
    vapour = _outlet(sizing, unit, "condensate").mass
    crystals = _outlet(sizing, unit, "crystals")
    approach = sizing.told(unit, "approach", "evaporation.approach").si("K")
    latent = vapour * sizing.si("sizing.heat-of-evaporation", "J/kg")
    surface = latent / (sizing.si("sizing.evaporation.heat-transfer", "W/m2/K") * approach)
    return (
        Item(unit, "evaporator", 1, surface),
        Item(unit, "crystalliser", 1, crystals.mass_of("solid")),
        *_compressor(sizing, unit, vapour, crystals.temperature, approach),
        *_heater(sizing, unit),
    )


def _heater(sizing: Sizing, unit: str) -> tuple[Item, ...]:
    """A heater of what the unit says that it takes, or none."""
    heat = sizing.power(unit, "heat")
    return (Item(unit, "heater", 1, heat / WATTS, heat=heat),) if heat > 0 else ()


def _compressor(
    sizing: Sizing, unit: str, vapour: float, boiling: float, approach: float
) -> tuple[Item, ...]:
    """S = m r (e / (1 - e))^0.7 (El-Sayed 2001); none where steam drives it.

    boiling: saturation temperature of the vapour [K]. r follows from the saturation pressures
    with the approach and the boiling-point elevation that the unit tells between them.
    """
    power = sizing.power(unit, "electricity")
    if power <= 0:
        return ()
    lift = approach + sizing.balance.details[unit]["boiling-point elevation"]
    pressures = saturation_pressure(boiling + lift) / saturation_pressure(boiling)
    efficiency = sizing.told(unit, "compressor", "evaporation.compressor-efficiency").value
    exponent = sizing.si("sizing.evaporation.compressor-exponent", "-")
    size = vapour * pressures * (efficiency / (1 - efficiency)) ** exponent
    return (Item(unit, "vapour-compressor", 1, size, power=power),)


def dialysis_stack(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Membranes of the triplets that the unit tells, and their rectifier."""
    power = sizing.power(unit, "electricity")
    area = _MEMBRANES * sizing.balance.details[unit]["triplets of membrane"]
    return (
        Item(unit, "dialysis-membrane", 1, area),
        Item(unit, "rectifier", 1, power / WATTS, power=power),
    )


def rectifier(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """The rectifier of electrolysis, not its cells."""
    power = sizing.power(unit, "electricity")
    return (Item(unit, "rectifier", 1, power / WATTS, power=power),)


def stripper(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A tower as a gas scrubber of the same air, its blower, and a heater of what it is fed."""
    air = gas_at_ambient(sizing.entering(unit))
    return (
        Item(unit, "gas-scrubber", 1, air),
        Item(unit, "blower", 1, air, power=sizing.power(unit, "electricity")),
        *_heater(sizing, unit),
    )


def absorber(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A gas scrubber by the gas that enters, and the pump of its liquor."""
    gas = gas_at_ambient(sizing.entering(unit))
    liquor = sum(stream.volume("aqueous") for stream in sizing.leaving(unit))
    return (Item(unit, "gas-scrubber", 1, gas), sizing.pump(unit, liquor))


def thickener(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A thickener by overflow over the rate at which it may rise, and its pump."""
    rise = sizing.told(unit, "rise_rate", "settling.rise-rate").si("m/s")
    overflow = _outlet(sizing, unit, "overflow").volume("aqueous")
    flow = sum(sizing.slurry(stream) for stream in sizing.entering(unit))
    return (Item(unit, "thickener", 1, overflow / rise), sizing.pump(unit, flow))


def aerated_tank(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """A tank by its residence, and a blower by the air that enters."""
    flow = sum(sizing.slurry(stream) for stream in sizing.entering(unit))
    liquid = flow * sizing.si(f"sizing.residence.{kind}", "s")
    air = gas_at_ambient(sizing.entering(unit))
    return (
        Item(unit, "tank", 1, sizing.tank_of(liquid)),
        Item(unit, "blower", 1, air, power=sizing.power(unit, "electricity")),
        sizing.pump(unit, flow),
    )


def pumps(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Only the pumps: liquid in and liquid out."""
    streams = (*sizing.entering(unit), *sizing.leaving(unit))
    return (sizing.pump(unit, sum(stream.volume("aqueous") for stream in streams)),)


def circulation(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Pumps of a heap or of clay in place: what is put on, and what is caught."""
    put_on = sum(stream.volume("aqueous") for stream in sizing.entering(unit))
    caught = _outlet(sizing, unit, "liquor").volume("aqueous")
    return (sizing.pump(unit, put_on + caught),)


def cells(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """Flotation cells as tanks with agitators of the power that cells draw."""
    vessel, _, pump = tank(sizing, unit, kind)
    pulp = vessel.size * (1 - sizing.si("sizing.tank-freeboard", "-"))
    power = pulp * sizing.si("sizing.flotation.power", "W/m3")
    return (vessel, Item(unit, "agitator", 1, power / WATTS, power=power), pump)


def magnets(sizing: Sizing, unit: str, kind: str) -> tuple[Item, ...]:
    """The drives of a magnetic separator, and its pump."""
    entering = sizing.entering(unit)
    dry = sum(stream.mass_of("solid") for stream in entering)
    power = dry * sizing.si("sizing.magnetic-separation.energy", "J/kg")
    motor = Item(unit, "motor", 1, power / WATTS, power=power)
    return (motor, sizing.pump(unit, sum(sizing.slurry(stream) for stream in entering)))


def _outlet(sizing: Sizing, unit: str, port: str) -> Stream:
    return sizing.balance.streams[f"{unit}.{port}"]
