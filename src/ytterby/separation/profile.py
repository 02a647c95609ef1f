"""What a solved cascade looks like, stage by stage and stream by stream."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Circuit, Flows, Layout
from ytterby.separation.mass_action import distribution, free_extractant
from ytterby.separation.search import Border
from ytterby.separation.solve import Point, arrays

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outlet:
    """One stream leaving the cascade, with the droplets of the other phase in it.

    aqueous_flow, organic_flow: volumes [L/s].
    aqueous, organic: amounts in either phase [mol/s], shape (component,).
    chloride: counter-ion, in both phases [mol/s]. acid: H+ minus OH- in the aqueous [mol/s].
    extractant: free and bound, as dimer, in the organic [mol/s].
    """

    aqueous_flow: float
    organic_flow: float
    aqueous: Array
    organic: Array
    chloride: float
    acid: float
    extractant: float

    @property
    def amounts(self) -> Array:
        """Both phases together [mol/s], shape (component,)."""
        return self.aqueous + self.organic


@dataclass(frozen=True)
class Profile:
    """A cascade at its steady state, or the best one reached and why it is not better.

    converged: the balances and closures hold, every target is met and no limit is exceeded.
    limited: all but the last: hydroxide would come down, or the organic is loaded too much.
    reason: empty, or why not.
    components: names along the last axis.
    aqueous, organic: concentrations leaving each stage [mol/L], shape (stage, component).
    chloride, pH: [mol/L], -log10 of h in mol/L [-], shape (stage,).
    free_extractant, extractant: free, and free and bound [mol/L], shape (stage,).
    loading: share of the extractant bound to ions of more than one charge [-], shape (stage,).
    potential: the potentials of every stage, see `mass_action` [-], shape (stage, potential); what
        a warm start needs.
    flows: the flows used. volumes: [L/s], shape (6, stage), see `walk`.
    outlets: raffinate, extract (strip liquor), organic (leaving stage N) and the side draws.
    phase_ratio: organic per aqueous volume in each section that has aqueous [-].
    closure: (out - in)/in of each component, chloride and extractant [-].
    residual: largest relative closure of extractant and charge in a stage [-].
    figures: each target's quantity, in its unit, by "flow: quantity of components".
    sensitivity: d ln(quantity)/d ln(flow) by the same name, then by flow [-].
    margin: by section, the least driving force between neighbouring stages, see `pinches` [-].
    extrapolated: where constants are used outside the window they were measured in, in words.
    border: how it moves with the flows that targets set, which a warm start uses too.
    iterations: Newton steps in all [-].
    """

    converged: bool
    reason: str
    components: tuple[str, ...]
    aqueous: Array
    organic: Array
    chloride: Array
    pH: Array
    free_extractant: Array
    extractant: Array
    loading: Array
    potential: Array
    flows: Flows
    volumes: Array
    outlets: dict[str, Outlet]
    phase_ratio: dict[str, float]
    closure: dict[str, float]
    residual: float
    iterations: int
    acid_used: float
    alkali_used: float
    figures: dict[str, float] = field(default_factory=dict)
    sensitivity: dict[str, dict[str, float]] = field(default_factory=dict)
    margin: dict[str, float] = field(default_factory=dict)
    extrapolated: tuple[str, ...] = ()
    limited: bool = False
    border: Border | None = None


def outlet(chemistry: Chemistry, circuit: Circuit, x: Array, y: Array, name: str) -> Outlet:
    """What leaves the cascade with a draw; x, y [mol/L], shape (stage, chain)."""
    draw = circuit.draw(name)
    n = len(chemistry.components)
    aqueous_flow, organic_flow = circuit.drawn(draw)
    aqueous, organic = aqueous_flow * x[draw.stage], organic_flow * y[draw.stage]
    return Outlet(
        aqueous_flow=aqueous_flow,
        organic_flow=organic_flow,
        aqueous=aqueous[:n],
        organic=organic[:n],
        chloride=float(aqueous[n] + organic[n] + chemistry.anions @ (aqueous + organic)[:n]),
        acid=float(aqueous[n] - chemistry.protons @ aqueous[:n]),
        extractant=float(organic[n + 1]),
    )


def describe(
    layout: Layout, flows: Flows, point: Point, *, converged: bool, reason: str, iterations: int
) -> Profile:
    """The profile that belongs to a solved point."""
    chemistry, stages, circuit = layout.chemistry, layout.stages, point.circuit
    x, y, volumes, potential = point.x, point.y, point.volumes, point.potential
    n, charge = len(chemistry.components), chemistry.charge
    h = chemistry.acidity(x, potential)
    metals = np.where(charge > 1, chemistry.bound, 0.0)
    if chemistry.mechanism == "homovalent exchange":
        metals = np.ones(n)
        metals[chemistry.index(["H"])] = 0.0
    aqueous, organic = volumes[:3].sum(0), volumes[3:].sum(0)
    single = (charge == 1) & chemistry.exchanging & (np.array(chemistry.components) != "H")
    alkali = float(circuit.organic_in[:, :n][:, single].sum())
    loading = (y[:, :n] @ metals) / y[:, n + 1]
    with np.errstate(divide="ignore"):
        pH = -np.log10(h)
    return Profile(
        converged=converged,
        reason=reason,
        components=chemistry.components,
        aqueous=x[:, :n],
        organic=y[:, :n],
        chloride=x[:, n],
        pH=pH,
        free_extractant=free(chemistry, potential, h),
        extractant=y[:, n + 1],
        loading=loading,
        potential=potential,
        flows=flows,
        volumes=volumes,
        outlets={d.name: outlet(chemistry, circuit, x, y, d.name) for d in circuit.draws},
        phase_ratio={
            name: float(organic[part].mean() / aqueous[part].mean())
            for name, part in stages.sections.items()
            if aqueous[part].any()
        },
        closure=closure(chemistry, circuit, volumes, x, y),
        residual=point.residual,
        iterations=iterations,
        acid_used=(
            flows.strip * (layout.strip.acid if layout.strip else 0.0)
            + flows.scrub * (layout.scrub.acid if layout.scrub else 0.0)
        ),
        alkali_used=alkali,
        margin=pinches(layout, potential),
        extrapolated=outside(chemistry, pH, loading),
    )


def closure(
    chemistry: Chemistry, circuit: Circuit, volumes: Array, x: Array, y: Array
) -> dict[str, float]:
    """(out - in)/in of each component, the counter-ion and the extractant [-]."""
    fed = circuit.aqueous_in.sum(0) + circuit.organic_in.sum(0)
    if chemistry.mechanism == "solvation":
        n = len(chemistry.components)
        fed[n] = fed[:n] @ chemistry.protons
    left = (volumes[2][:, None] * x + volumes[5][:, None] * y).sum(0)
    names = (*chemistry.components, "chloride", "extractant")
    return {
        name: float(out / into - 1) if into > 0 else float(out)
        for name, out, into in zip(names, left, fed, strict=True)
    }


def free(chemistry: Chemistry, potential: Array, h: Array) -> Array:
    """Free extractant of every stage [mol/L], shape (stage,)."""
    effective = np.exp(potential[:, 0])
    if chemistry.mechanism == "homovalent exchange":
        return np.zeros(h.size)
    if chemistry.mechanism == "cation exchange" and not chemistry.own_proton:
        effective = effective * h
    curvature, reference = chemistry.curvature, chemistry.reference
    return np.array([free_extractant(e, curvature, reference)[0] for e in effective.tolist()])


def outside(chemistry: Chemistry, pH: Array, loading: Array) -> tuple[str, ...]:
    """Where constants are extrapolated: "p[H] -0.57 to 0.08 in stages 13-17, where ..."."""
    notes = []
    for variable, title, values in (("pH", "p[H]", pH), ("loading", "loading", loading)):
        windows = {w[variable] for w in chemistry.windows.values() if variable in w}
        if not windows:
            continue
        low, high = max(w[0] for w in windows), min(w[1] for w in windows)
        beyond = np.flatnonzero((values < low) | (values > high))
        if beyond.size:
            there = values[beyond]
            notes.append(
                f"{title} {there.min():.2f} to {there.max():.2f} in {spans(beyond + 1)}, where "
                f"constants were measured at {low:g} to {high:g}: extrapolated"
            )
    return tuple(notes)


def spans(stages: NDArray[np.int_]) -> str:
    """Stage numbers as text: "stages 1-3, 7"."""
    parts = np.split(stages, np.flatnonzero(np.diff(stages) > 1) + 1)
    text = ", ".join(str(p[0]) if p.size == 1 else f"{p[0]}-{p[-1]}" for p in parts)
    return f"stage{'s' if stages.size > 1 else ''} {text}"


def pinches(layout: Layout, potential: Array) -> dict[str, float]:
    """How far each section is from a pinch: the least driving force between neighbouring stages.

    At a pinch the streams that pass each other between two stages are in equilibrium and further
    stages do nothing: the potentials are the same in both. The margin of a section is the least
    1 - exp(-|change of potentials|) of its stages [-]: 0 at a pinch.
    """
    margins = {}
    for name, part in layout.stages.sections.items():
        steps = -np.expm1(-np.abs(np.diff(potential[part], axis=0)).max(axis=1, initial=0.0))
        if steps.size:
            margins[name] = float(steps.min())
    return margins


def saturated(
    layout: Layout, x: Array, pH: Array, solubility: dict[str, float]
) -> tuple[str, int, float] | None:
    """The component and stage (from 1) whose hydroxide is most supersaturated, and log10 by how
    much; None where none is.

    solubility: log10 of the solubility product [M][OH]^z, concentrations in mol/L [-].
    """
    chemistry = layout.chemistry
    if not solubility or chemistry.needs_acid:
        return None
    names = tuple(solubility)
    places = chemistry.index(names)
    hydroxide = chemistry.log_Kw + pH
    with np.errstate(divide="ignore"):
        present = np.log10(np.maximum(x[:, places], 0.0))
    excess = present + hydroxide[:, None] * chemistry.charge[places] - list(solubility.values())
    stage, which = np.unravel_index(int(np.argmax(excess)), excess.shape)
    worst = float(excess[stage, which])
    return (names[which], int(stage) + 1, worst) if worst > 0 else None


def ratios(chemistry: Chemistry, potential: Array) -> Array:
    """Distribution ratio of every component in every stage [-], shape (stage, component)."""
    found = np.zeros((potential.shape[0], len(chemistry.components)))
    found[:, chemistry.exchanging] = distribution(potential, arrays(chemistry))[0]
    return found
