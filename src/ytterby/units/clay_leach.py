"""Leaching of ion-adsorption clay over a campaign: pregnant liquor, and what stays behind."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.constants import gas_constant

from ytterby.balance import AMBIENT, Basis, Finding, Stream, empty
from ytterby.chemistry import Species, equilibrate, molar_volume
from ytterby.chemistry.exchanger import AMMONIUM, EXCHANGEABLE, HELD
from ytterby.facts import Fact
from ytterby.separation.column import Clay, ClayColumn, Wash
from ytterby.separation.leaching import Leaching
from ytterby.units.clay_campaign import detail_of, outlets_of, told
from ytterby.units.fields import SI, FactTable, inlet, setting, sourced, sourced_table
from ytterby.units.unit import Inlet, Outcome, Unit, with_reagent

_WATER = "H2O"
_SPHERE = 15
"""Of the linear driving force, k = 15 D/R2 (Glueckauf, Trans. Faraday Soc. 51 (1955) 1540)."""
_DRY = 1e-9


@dataclass(frozen=True, kw_only=True)
class ClayLeach(Unit):
    """Leaches a heap, a column or clay in place with a salt, then rinses it with water.

    The campaign is a column in time (ytterby.separation.column): Kerr exchange of all cations,
    mixing cells, water that stands in aggregates. The outlets are its totals. Of the ore the share
    `swept` is reached; of the liquor the share `collected` is caught, the rest seeps away. Clay
    drier than it becomes is wetted first, from `water`. Recycled liquor comes before what is drawn;
    with `strength`, `salt` brings the lixiviant up to it.

    Which part of the ground a solution reaches, and how much of it is caught again, has no general
    source: both have to be given. Fails where: aluminium is held as hydroxide, sulfate binds rare
    earths (it does, by some tenths of log K), or channels make the ground anything but a column.
    """

    kind: ClassVar[str] = "clay-leach"
    grade: ClassVar = "mechanistic"
    outlets: ClassVar[Mapping[str, str]] = {
        "liquor": "pregnant liquor of the whole campaign [aqueous]",
        "seepage": "liquor that is not caught [aqueous]",
        "spent": "spent clay with its water [solid, aqueous]",
    }

    ore: Any = inlet("Clay as it lies or is stacked: a feed of `clay`.")
    lixiviant: Any = inlet("Recycled liquor first, the drawn one fills up.", drawable=True)
    salt: Any = inlet("Strong salt solution for `strength`.", drawable=True, required=False)
    water: Any = inlet("Water to wet the clay with and to rinse it.", drawable=True, required=False)
    liquid_to_solid: float = setting(
        "m3/kg", "Lixiviant per dry clay, such as 0.8 L/kg", minimum=1e-6, maximum=0.1
    )
    rinse: float = setting(
        "m3/kg", "Water afterwards per dry clay", default=SI(0.0), minimum=0, maximum=0.1
    )
    strength: float = setting(
        "mol/m3", "Charge of exchanging cations to reach with `salt`", default=SI(0.0), minimum=0
    )
    height: float = setting("m", "Depth of clay along the flow", minimum=0.001, maximum=200)
    flux: float = setting(
        "m/s", "Volume per area and time, such as 0.05 m/d", minimum=1e-10, maximum=0.01
    )
    cells: int = setting(
        "-",
        "Mixing cells; they disperse like height/(2 cells)",
        default=10,
        minimum=1,
        maximum=1000,
        whole=True,
    )  # pyright: ignore[reportAssignmentType]
    swept: float = setting(
        "-", "Share of the clay that the solution reaches", minimum=0.001, maximum=1
    )
    collected: float = setting("-", "Share of the outflow that is caught", minimum=0.001, maximum=1)
    temperature: float = setting(
        "K", "Temperature in the clay", default=SI(AMBIENT), minimum=273.15, maximum=373
    )
    log_K: FactTable = sourced_table(
        "clay.log-k",
        "log10 of Kerr's constant against ammonium [mol/kg, mol/L]",
        minimum=-12,
        maximum=12,
    )
    density: Fact = sourced("clay.density", "Dry mass per volume in place", unit="kg/m3")
    held_water: Fact = sourced("clay.water", "Water per dry mass while it is leached")
    stagnant: Fact = sourced("clay.stagnant", "Share of it that stands in aggregates", maximum=0.99)
    diffusivity: Fact = sourced("clay.diffusivity", "Of ions in aggregates", unit="m2/s")
    radius: Fact = sourced("clay.aggregate-radius", "Radius of aggregates", unit="m")
    activation_energy: Fact = sourced(
        "clay.activation-energy", "Of the diffusion in aggregates", unit="J/mol"
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        ions = {ion for ion, solid in HELD.items() if solid in names or ion in names}
        return ions | {HELD[ion] for ion in ions} | {_WATER, "H+"}

    @property
    def transfer(self) -> float:
        """Rate at which standing water swaps with flowing water [1/s], 15 D/R2."""
        colder = 1 / self.temperature - 1 / AMBIENT
        warm = math.exp(-self.activation_energy.si("J/mol") / gas_constant * colder)
        return _SPHERE * self.diffusivity.si("m2/s") * warm / self.radius.si("m") ** 2

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        ore = inlets["ore"].stream
        basis = ore.basis
        reached = self.swept * ore
        dry = reached.mass_of("solid")
        solution, drawn, findings = self._solution(name, inlets, self.liquid_to_solid * dry)
        pores = max(self.held_water.value * dry / _water_density(), reached.volume("aqueous"))
        short = pores - reached.volume("aqueous")
        water, drawn["water"] = _filled(inlets.get("water"), short + self.rinse * dry, basis)
        if not dry or not solution.volume("aqueous"):
            rest = Stream(basis, ore.amounts, self.temperature)
            through = Stream(basis, solution.amounts + water.amounts, self.temperature)
            return Outcome({"liquor": through, "seepage": empty(basis), "spent": rest}, drawn)
        if water.volume("aqueous") < short * (1 - _DRY):
            text = "the clay is drier than it becomes; let 'water' name a feed to wet it with"
            trouble = Finding(name, text, "error")
            same = {"liquor": solution, "seepage": empty(basis), "spent": ore}
            return Outcome(same, drawn, trouble=trouble)
        run, area = self._campaign(reached, solution, water, pores)
        liquor, spent = outlets_of(reached, solution, water, pores, run, area)
        spent = Stream(basis, spent.amounts + (1 - self.swept) * ore.amounts, self.temperature)
        detail = detail_of(run, area, liquor, spent, solution)
        return Outcome(
            outlets={
                "liquor": Stream(basis, self.collected * liquor.amounts, self.temperature),
                "seepage": Stream(basis, (1 - self.collected) * liquor.amounts, self.temperature),
                "spent": spent,
            },
            drawn=drawn,
            findings=(*findings, *told(name, detail)),
            detail=detail,
        )

    def _solution(
        self, name: str, inlets: Mapping[str, Inlet], volume: float
    ) -> tuple[Stream, dict[str, float], list[Finding]]:
        """(lixiviant, kg/s drawn by port, findings): `volume` [m3/s] at the strength asked for."""
        lixiviant, salt = inlets["lixiviant"], inlets.get("salt")
        basis = lixiviant.stream.basis
        brought = lixiviant.stream.amounts + (salt.stream.amounts if salt else 0.0)
        came = Stream(basis, brought)
        fill, strong = lixiviant.reagent, salt.reagent if salt else None
        rows = [
            (_volume(fill), _volume(strong), volume - came.volume("aqueous")),
            (_strength(fill), _strength(strong), self.strength * volume - _strength(came)),
        ]
        with_fill, with_salt = _drawn(rows, self.strength > 0)
        findings = []
        if came.volume("aqueous") > volume * (1 + _DRY) > 0:
            share = came.volume("aqueous") / volume - 1
            text = f"recycled liquor exceeds the lixiviant asked for by {share:.0%}"
            findings.append(Finding(name, text))
        amounts = with_reagent(lixiviant, with_fill)
        if salt:
            amounts = amounts + with_reagent(salt, with_salt)
        mixed = Stream(basis, equilibrate(amounts, basis.solution), self.temperature)
        return mixed, {"lixiviant": with_fill, "salt": with_salt}, findings

    def _campaign(
        self, ore: Stream, solution: Stream, water: Stream, pores: float
    ) -> tuple[Leaching, float]:
        """(the column in time, m2 of it that the flow of ore fills [m2/s])."""
        dry, density = ore.mass_of("solid"), self.density.si("kg/m3")
        area = dry / (density * self.height)
        held = {ion: ore[solid] / dry for ion, solid in HELD.items() if solid in ore.basis.index}
        stagnant = self.stagnant.value
        clay = Clay(
            held,
            {ion: self._constant(ion) for ion in held if ion != AMMONIUM},
            density,
            pores / (area * self.height),
            stagnant,
            self.transfer if stagnant > 0 else math.inf,
        )
        wetting = pores - ore.volume("aqueous")
        wetted = Stream(ore.basis, ore.only("aqueous").amounts + _part(water, wetting).amounts)
        column = ClayColumn(clay, self.height, self.cells, _concentrations(wetted, pores))
        washes = [_wash(solution, self.flux, area)]
        rest = water.volume("aqueous") - wetting
        if rest > _DRY * pores:
            washes.append(_wash(_part(water, rest), self.flux, area))
        return column.leach(washes), area

    def _constant(self, ion: str) -> float:
        element = ion.partition("+")[0]
        return self.log_K[element].value


def _water_density() -> float:
    return Species.of(_WATER).molar_mass / molar_volume(_WATER)


def _volume(stream: Stream | None) -> float:
    return stream.volume("aqueous") if stream is not None else 0.0


def _strength(stream: Stream | None) -> float:
    """Charge of the cations that exchange, protons apart [mol/s]."""
    if stream is None:
        return 0.0
    return sum(Species.of(ion).charge * stream[ion] for ion in EXCHANGEABLE if ion != "H+")


def _drawn(rows: list[tuple[float, float, float]], strong: bool) -> tuple[float, float]:
    """kg/s of (filling, salt) that bring volume and, where asked, strength; none is negative."""
    (v_fill, v_salt, volume), (s_fill, s_salt, strength) = rows
    salt = 0.0
    if strong and s_salt > 0:
        if v_fill > 0:
            determinant = s_salt * v_fill - v_salt * s_fill
            salt = (strength * v_fill - volume * s_fill) / determinant if determinant else 0.0
        else:
            salt = strength / s_salt
        salt = max(salt, 0.0)
    fill = max(volume - salt * v_salt, 0.0) / v_fill if v_fill > 0 else 0.0
    return fill, salt


def _filled(inlet: Inlet | None, volume: float, basis: Basis) -> tuple[Stream, float]:
    """(water, kg/s drawn) of an inlet that brings `volume` [m3/s] or more."""
    if inlet is None:
        return empty(basis), 0.0
    short = max(volume - inlet.stream.volume("aqueous"), 0.0)
    drawn = short / inlet.reagent.volume("aqueous") if inlet.reagent is not None else 0.0
    amounts = equilibrate(with_reagent(inlet, drawn), basis.solution)
    return Stream(basis, amounts, inlet.stream.temperature), drawn


def _part(stream: Stream, volume: float) -> Stream:
    whole = stream.volume("aqueous")
    return (volume / whole if whole > 0 else 0.0) * stream


def _concentrations(stream: Stream, volume: float) -> dict[str, float]:
    """mol/m3 of every dissolved species but water."""
    basis = stream.basis
    return {
        basis.names[place]: float(stream.amounts[place]) / volume
        for place in np.flatnonzero(stream.amounts * basis.masks["aqueous"])
        if basis.names[place] != _WATER
    }


def _wash(stream: Stream, flux: float, area: float) -> Wash:
    volume = stream.volume("aqueous")
    return Wash(_concentrations(stream, volume), flux, volume / (area * flux))
