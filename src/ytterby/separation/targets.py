"""Targets: what is wanted of a cascade, and which flow each of them sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.circuit import Circuit, Flows, Layout

Array = NDArray[np.float64]
FlowName = Literal["organic", "strip", "scrub", "reflux"]
Quantity = Literal["loss", "content", "impurity", "residual", "loading"]
Kind = Literal["limit", "equality"]

SMALLEST = 1e-290
"""Stands for an amount of exactly zero where its logarithm is taken."""


@dataclass(frozen=True)
class Target:
    """One wanted figure and the flow that is set so as to reach it.

    Every quantity is a share or concentration of what is *not* wanted, so that its logarithm is
    smooth over all orders of magnitude, and falls as the flow grows:

    loss: amount of `components` in the raffinate per amount in the aqueous feed [-];
    content: concentration of `components` in the raffinate [mol/L];
    impurity: share of all others in the extract by weight [-];
    residual: amount of `components` in the organic leaving stage N per amount in the organic
        leaving the scrubbing section [-];
    loading: largest share of the extractant bound to ions of more than one charge [-].

    flow: the flow it sets.
    allowed: largest value of the quantity, in its unit.
    kind: "limit": the flow stays at its lower bound where that already does; "equality": not.
    weights: kg (or any measure) per mol of component, for impurity; zero where a component does
        not count; one for every component when empty.
    lowest, highest: bounds of the flow, [L/s], or [-] for reflux; None: left to the solver.
    """

    flow: FlowName
    quantity: Quantity
    components: tuple[str, ...]
    allowed: float
    kind: Kind = "limit"
    weights: Mapping[str, float] | None = None
    lowest: float | None = None
    highest: float | None = None

    def __post_init__(self) -> None:
        if not self.allowed > 0:
            raise ValueError(f"target {self.quantity}: allowed is {self.allowed}, expected above 0")

    @classmethod
    def recovery(
        cls, flow: FlowName, components: tuple[str, ...], least: float, kind: Kind = "limit"
    ) -> Target:
        """At least this share of the fed components [-] must not leave with the raffinate."""
        return cls(flow, "loss", components, 1 - least, kind)

    @classmethod
    def purity(
        cls,
        flow: FlowName,
        components: tuple[str, ...],
        least: float,
        weights: Mapping[str, float] | None = None,
        kind: Kind = "limit",
    ) -> Target:
        """At least this share by weight [-] of the extract must be these components."""
        return cls(flow, "impurity", components, 1 - least, kind, weights)

    @classmethod
    def residual(
        cls, flow: FlowName, components: tuple[str, ...], most: float, kind: Kind = "limit"
    ) -> Target:
        """At most this share [-] of the components loaded may stay in the stripped organic."""
        return cls(flow, "residual", components, most, kind)

    @classmethod
    def loading(cls, flow: FlowName, most: float, kind: Kind = "limit") -> Target:
        """At most this share of the extractant [-] may be bound to metal in any stage."""
        return cls(flow, "loading", (), most, kind)

    def measure(
        self, layout: Layout, circuit: Circuit, volumes: Array, x: Array, y: Array
    ) -> float:
        """The quantity at a profile, in its unit; x, y [mol/L], shape (stage, chain)."""
        chemistry, stages = layout.chemistry, layout.stages
        n = len(chemistry.components)
        chosen = chemistry.index(self.components)
        if self.quantity == "impurity":
            stage = stages.extraction + stages.scrubbing
            stage -= 0 if stages.stripping else 1
            extract = (volumes[2, stage] * x[stage] + volumes[5, stage] * y[stage])[:n]
            if self.weights is not None:
                weights = np.zeros(n)
                names = tuple(self.weights)
                weights[chemistry.index(names)] = list(self.weights.values())
                extract = weights * extract
            others = np.ones(n, dtype=bool)
            others[chosen] = False
            return float(extract[others].sum() / (extract.sum() + SMALLEST))
        if self.quantity == "loading":
            metals = np.where(chemistry.charge > 1, chemistry.slope, 0.0)
            return float(((y[:, :n] @ metals) / y[:, n + 1]).max())
        if self.quantity == "residual":
            loaded = stages.extraction + stages.scrubbing - 1
            left = volumes[5, -1] * y[-1, chosen].sum()
            return float(left / (volumes[4, loaded] * y[loaded, chosen].sum() + SMALLEST))
        raffinate = (volumes[2, 0] * x[0, chosen] + volumes[5, 0] * y[0, chosen]).sum()
        if self.quantity == "content":
            return float(raffinate / volumes[2, 0])
        return float(raffinate / (circuit.aqueous_in[:, chosen].sum() + SMALLEST))

    @property
    def name(self) -> str:
        """How figures and reasons call it, `loss of Dy`."""
        return (
            f"{self.quantity} of {', '.join(self.components)}" if self.components else self.quantity
        )

    def excess(self, *profile: object) -> float:
        """ln(measured / allowed) [-]: met where not positive."""
        return float(np.log((self.measure(*profile) + SMALLEST) / self.allowed))  # type: ignore[arg-type]

    def explain(self, flow: float) -> str:
        """Why the flow at its upper bound is not enough."""
        why = {
            "reflux": "beyond total reflux",
            "scrub": "more scrub does not purify",
            "strip": "too little acid to strip",
            "organic": "no organic flow reaches it",
        }[self.flow]
        return f"{why}: {self.name} {self.allowed:.3g} is not reached at {self.flow} {flow:.4g}"


def estimate(layout: Layout, targets: tuple[Target, ...]) -> Flows:
    """First guess of the flows from equivalents: what is to be extracted, its reflux and acid."""
    chemistry = layout.chemistry
    x = chemistry.vector(layout.feed.concentrations)
    named = [name for t in targets if t.quantity != "impurity" for name in t.components]
    named += [name for t in targets if t.quantity == "impurity" for name in t.components]
    chosen = chemistry.index(tuple(dict.fromkeys(named)))
    weights = chemistry.slope * x
    wanted = float(weights[chosen].sum()) if named else float(weights.sum())
    equivalents = (layout.feed.flow or 0.0) * max(wanted, SMALLEST)
    reflux = GUESSED_REFLUX if any(t.flow == "reflux" for t in targets) else 0.0
    loaded = equivalents / (1 - reflux)
    strip = layout.strip
    acid = strip.acid if strip is not None and strip.acid > 0 else 1.0
    strip_flow = ACID_EXCESS * loaded / acid
    organic = loaded / (GUESSED_LOADING * layout.organic.extractant)
    scrub_acid = layout.scrub.acid if layout.scrub is not None else 0.0
    return Flows(
        organic=layout.organic.flow or organic,
        strip=(strip.flow or strip_flow) if strip is not None else 0.0,
        scrub=(layout.scrub.flow or equivalents / max(scrub_acid, 1.0)) if layout.scrub else 0.0,
        reflux=reflux,
    )


GUESSED_REFLUX, GUESSED_LOADING, ACID_EXCESS = 0.3, 0.3, 2.0
"""First guesses: reflux [-], loaded share of the extractant [-], strip acid per equivalent [-]."""
