"""What a campaign on clay comes to: the streams of the plant, and what a mine engineer asks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.chemistry import RARE_EARTHS, Species, equilibrate
from ytterby.chemistry.exchanger import AMMONIUM, HELD
from ytterby.separation.leaching import Leaching

_WATER = "H2O"
_DAY = 86400.0
_MILLION = 1_000_000


@dataclass(frozen=True, eq=False)
class ClayDetail:
    """What a mine engineer asks of a campaign.

    leaching: the column in time, per m2. area: of column that a kg/s of ore fills [m2 s/kg].
    days, pore_volumes: of the whole campaign. breakthrough: of the rare earths [days].
    breakthrough_volumes: pore volumes by then [-]. recovery: of desorbable rare earths from the
    clay that is reached [-]. lixiviant: ammonium (or what else exchanges) fed, as kg of its
    sulfate per kg of oxide in the liquor [-]. residual: ammonium left, per dry ore [kg/kg].
    peak: highest rare earths in the outflow, as oxide [kg/m3]. aluminium: mol of it per mol of
    rare earth in the liquor [-].
    """

    leaching: Leaching
    area: float
    days: float
    pore_volumes: float
    breakthrough: float
    breakthrough_volumes: float
    recovery: float
    lixiviant: float
    residual: float
    peak: float
    aluminium: float


def outlets_of(
    ore: Stream, solution: Stream, water: Stream, pores: float, run: Leaching, area: float
) -> tuple[Stream, Stream]:
    """(all liquor, the clay that was reached with its water).

    Water stays by volume. Solids that recycled liquor carries are filtered off by the clay.
    """
    basis = ore.basis
    into = solution.amounts + water.amounts
    aqueous, solid = basis.masks["aqueous"], basis.masks["solid"]
    liquor = np.where(aqueous | solid, 0.0, into + ore.amounts)
    spent = np.where(solid, into + ore.amounts, 0.0)
    for solid_name in HELD.values():
        if solid_name in basis.index:
            spent[basis.index[solid_name]] -= ore[solid_name]
    for ion, left, pore, clay in zip(
        run.ions, run.collected[-1], run.pore_water, run.on_clay, strict=True
    ):
        if ion not in basis.index:
            continue  # ammonium where there is none: what constants are against
        liquor[basis.index[ion]] += area * left
        spent[basis.index[ion]] += area * pore
        if clay:
            spent[basis.index[HELD[ion]]] += area * clay
    place = basis.index[_WATER]
    volume = sum(s.volume("aqueous") for s in (solution, water, ore))
    stays = pores / volume
    total = into[place] + ore.amounts[place]
    liquor[place], spent[place] = (1 - stays) * total, stays * total
    return (
        Stream(basis, equilibrate(liquor, basis.solution), ore.temperature),
        Stream(basis, equilibrate(spent, basis.solution), ore.temperature),
    )


def detail_of(
    run: Leaching, area: float, liquor: Stream, spent: Stream, solution: Stream
) -> ClayDetail:
    """The figures of a campaign. liquor: caught or not; spent: clay that was reached or not."""
    ions = [f"{e}+3" for e in RARE_EARTHS if f"{e}+3" in run.ions]
    known = [ion for ion in ions if run.start[run.place(ion)] > 0]
    first = run.breakthrough(*known) if known else math.inf
    reo = liquor.reo_mass
    oxides = np.zeros(len(run.ions))
    for ion in known:
        one = Stream(liquor.basis, liquor.basis.amounts({ion: 1.0}))
        oxides[run.place(ion)] = one.reo_mass
    rare_earths = sum(liquor.amount(e) for e in RARE_EARTHS)
    sulfate = _sulfate_mass(solution)
    dry = spent.mass_of("solid")
    return ClayDetail(
        leaching=run,
        area=area,
        days=float(run.time[-1]) / _DAY,
        pore_volumes=float(run.pore_volumes[-1]),
        breakthrough=first / _DAY,
        breakthrough_volumes=float(np.interp(first, run.time, run.pore_volumes)),
        recovery=float(run.recovery(*known)[-1]) if known else math.nan,
        lixiviant=sulfate / reo if reo else math.inf,
        residual=spent.amount("N") * Species.of(AMMONIUM).molar_mass / dry,
        peak=float((run.effluent @ oxides).max()),
        aluminium=liquor.amount("Al") / rare_earths if rare_earths else math.inf,
    )


def _sulfate_mass(solution: Stream) -> float:
    """What the solution brings of ammonium, magnesium and sodium, as kg/s of their sulfates."""
    salts = {"NH4+": "(NH4)2SO4(s)", "Mg+2": "MgSO4(s)", "Na+": "Na2SO4(s)"}
    return sum(
        solution[ion] * Species.of(salt).molar_mass * Species.of(ion).charge / 2
        for ion, salt in salts.items()
    )


def told(name: str, detail: ClayDetail) -> tuple[Finding, ...]:
    """What the reader of the plant should know of the campaign."""
    if math.isnan(detail.recovery):
        return (Finding(name, "the clay holds no rare earths by exchange"),)
    text = (
        f"rare earths break through after {detail.breakthrough:.3g} days "
        f"({detail.breakthrough_volumes:.2f} pore volumes) of {detail.days:.3g}; "
        f"{detail.recovery:.1%} of what is desorbable where the solution reaches, with "
        f"{detail.lixiviant:.3g} kg of salt per kg REO, recycle included; ammonium left "
        f"{detail.residual * _MILLION:.0f} mg/kg"
    )
    return (Finding(name, text, "note"),)
