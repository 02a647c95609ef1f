"""What a solved cascade looks like, stage by stage and stream by stream."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.circuit import Circuit, Flows, Layout
from ytterby.separation.kernel import distribution, free_extractant, proton

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Outlet:
    """One stream leaving the cascade, with the droplets of the other phase in it.

    aqueous_flow, organic_flow: volumes [L/s].
    aqueous, organic: amounts in either phase [mol/s], shape (component,).
    chloride, acid: counter-ion, and H+ minus OH-, in the aqueous [mol/s].
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

    converged: the balances and closures hold and every target is met.
    reason: empty, or why not.
    components: names along the last axis.
    aqueous, organic: concentrations leaving each stage [mol/L], shape (stage, component).
    chloride, pH, free_extractant: [mol/L], -log10 of h in mol/L [-], dimer [mol/L], shape (stage,).
    loading: share of the extractant bound to ions of more than one charge [-], shape (stage,).
    potential: ln(a_eff/h) per stage [-]; what a warm start needs.
    flows: the flows used. volumes: [L/s], shape (6, stage), see kernel.
    outlets: raffinate, extract (strip liquor) and organic (leaving stage N).
    phase_ratio: organic per aqueous volume in each section [-].
    closure: (out - in)/in of each component, chloride and extractant [-].
    residual: largest relative closure of extractant and charge in a stage [-].
    figures: each target's quantity, in its unit, by "flow: quantity of components".
    sensitivity: d ln(quantity)/d ln(flow) by the same name, then by flow [-].
    margin: by section, the least distance of any stage from equilibrium with its neighbour:
        min over stages of |1 - y_j / y*(x_{j+1})| for the key components, see `pinches` [-].
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


def outlet(volumes: Array, x: Array, y: Array, stage: int, charge: Array) -> Outlet:
    """What leaves the cascade at a stage, from zero; x, y [mol/L], shape (stage, chain)."""
    n = charge.size
    aqueous, organic = volumes[2, stage] * x[stage], volumes[5, stage] * y[stage]
    return Outlet(
        aqueous_flow=float(volumes[2, stage]),
        organic_flow=float(volumes[5, stage]),
        aqueous=aqueous[:n],
        organic=organic[:n],
        chloride=float(aqueous[n]),
        acid=float(aqueous[n] - charge @ aqueous[:n]),
        extractant=float(organic[n + 1]),
    )


def describe(
    layout: Layout,
    circuit: Circuit,
    flows: Flows,
    u: Array,
    x: Array,
    y: Array,
    *,
    converged: bool,
    reason: str,
    residual: float,
    iterations: int,
) -> Profile:
    """The profile that belongs to potentials u and concentrations x, y, shape (stage, chain)."""
    chemistry, stages = layout.chemistry, layout.stages
    n, charge = len(chemistry.components), chemistry.charge
    volumes = circuit.volumes()
    acids = [proton(float(c), 10.0**chemistry.log_Kw)[0] for c in x[:, n] - x[:, :n] @ charge]
    h = np.array(acids)
    effective = np.exp(u) * h
    free = np.array(
        [free_extractant(float(e), chemistry.curvature, chemistry.reference)[0] for e in effective]
    )
    metals = np.where(charge > 1, chemistry.slope, 0.0)
    outlets = {"raffinate": outlet(volumes, x, y, 0, charge)}
    first_strip = stages.extraction + stages.scrubbing
    if stages.stripping and first_strip < stages.total - 1:
        outlets["extract"] = outlet(volumes, x, y, first_strip, charge)
    outlets["organic"] = outlet(volumes, x, y, stages.total - 1, charge)
    total_in = circuit.aqueous_in.sum(0) + circuit.organic_in.sum(0)
    total_out = (volumes[2][:, None] * x + volumes[5][:, None] * y).sum(0)
    names = (*chemistry.components, "chloride", "extractant")
    closure = {
        name: float(out / fed - 1) if fed > 0 else float(out)
        for name, out, fed in zip(names, total_out, total_in, strict=True)
    }
    aqueous = volumes[:3].sum(0)
    organic = volumes[3:].sum(0)
    single = (charge == 1) & (chemistry.slope == 1)
    return Profile(
        converged=converged,
        reason=reason,
        components=chemistry.components,
        aqueous=x[:, :n],
        organic=y[:, :n],
        chloride=x[:, n],
        pH=-np.log10(h),
        free_extractant=free,
        loading=(y[:, :n] @ metals) / y[:, n + 1],
        potential=u,
        flows=flows,
        volumes=volumes,
        outlets=outlets,
        phase_ratio={
            name: float(organic[part].mean() / aqueous[part].mean())
            for name, part in stages.sections.items()
        },
        closure=closure,
        residual=residual,
        iterations=iterations,
        acid_used=(
            flows.strip * (layout.strip.acid if layout.strip else 0.0)
            + flows.scrub * (layout.scrub.acid if layout.scrub else 0.0)
        ),
        alkali_used=float(circuit.organic_in[0, :n][single].sum()),
        margin=pinches(layout, u, x, y),
    )


def pinches(layout: Layout, u: Array, x: Array, y: Array) -> dict[str, float]:
    """How far each section is from a pinch: the least driving force between neighbouring stages.

    At a pinch the streams that pass each other between two stages are in equilibrium and further
    stages do nothing: ln r is the same in both. The margin of a section is the least
    |1 - exp(u_{j+1} - u_j)| of its stages [-]: 0 at a pinch.
    """
    margins = {}
    for name, part in layout.stages.sections.items():
        steps = np.abs(-np.expm1(-np.abs(np.diff(u[part]))))
        if steps.size:
            margins[name] = float(steps.min())
    return margins


def saturated(
    layout: Layout, u: Array, x: Array, solubility: dict[str, float]
) -> tuple[str, int, float] | None:
    """The first component and stage (from 1) whose hydroxide would fall out, and its ln excess.

    solubility: log10 of the solubility product [M][OH]^z, concentrations in mol/L [-].
    """
    chemistry = layout.chemistry
    n = len(chemistry.components)
    Kw = 10.0**chemistry.log_Kw
    worst: tuple[str, int, float] | None = None
    for j in range(u.size):
        h = proton(float(x[j, n] - chemistry.charge @ x[j, :n]), Kw)[0]
        for name, log_Ks in solubility.items():
            i = chemistry.components.index(name)
            if x[j, i] <= 0:
                continue
            excess = np.log10(x[j, i]) + chemistry.charge[i] * np.log10(Kw / h) - log_Ks
            if excess > 0 and (worst is None or excess > worst[2]):
                worst = (name, j + 1, float(excess))
    return worst


def ratios(layout: Layout, u: Array) -> Array:
    """Distribution ratio of every component in every stage [-], shape (stage, component)."""
    chemistry = layout.chemistry
    n = len(chemistry.components)
    slope = np.append(chemistry.slope, [0.0, 0.0])
    log_K = np.append(np.where(chemistry.slope > 0, chemistry.log_K, 0.0) * np.log(10.0), [0, 0])
    return distribution(u, log_K, slope, n)[:, :n]
