"""Figures of a solved cascade, and what they weigh: their derivatives by what the stages hold.

An outlet's figure is a `Quantity`; what a target holds is ln(quantity/allowed), see `targets`. Both
become a `Weight`, which `gradient` follows through the cascade.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.adjoint import LOCAL_STEP, Solved
from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Circuit, Flows, Layout
from ytterby.separation.solve import Point
from ytterby.separation.targets import RAFFINATE, WITH_ACID, Target

Array = NDArray[np.float64]
Kind = Literal["amount", "purity", "impurity", "recovery", "flow"]

SMALLEST_NUMBER = float(np.finfo(float).tiny)
"""Below this amounts lose their digits and end as nothing [mol/s]."""

Measure = Callable[[Array, Array], tuple[float, Array, Array]]
"""A function of x, y [mol/L], shape (stage, component): its value and its derivatives by them."""


@dataclass(frozen=True)
class Quantity:
    """A figure of one outlet, or a flow, and whether its natural logarithm is meant.

    amount: of `components` leaving [mol/s]. purity, impurity: their share, and that of all others,
    of what leaves [-], by mol or by `weights`. recovery: amount over what is fed [-].
    flow: organic, strip, scrub or a side feed by its name [L/s], or reflux [-].
    """

    outlet: str
    kind: Kind
    components: tuple[str, ...] = ()
    weights: Mapping[str, float] | None = None
    logarithm: bool = False

    @classmethod
    def of(cls, text: str) -> Quantity:
        """The amount that "raffinate.Dy" names [mol/s]."""
        outlet, _, component = text.rpartition(".")
        return cls(outlet, "amount", (component,))

    @classmethod
    def purity(
        cls, outlet: str, components: tuple[str, ...], weights: Mapping[str, float] | None = None
    ) -> Quantity:
        """Share of the components in an outlet [-]."""
        return cls(outlet, "purity", components, weights)

    @classmethod
    def recovery(cls, outlet: str, components: tuple[str, ...]) -> Quantity:
        """Amount in an outlet over the amount fed [-]."""
        return cls(outlet, "recovery", components)

    @classmethod
    def flow(cls, name: str) -> Quantity:
        """A flow that a target sets: organic, strip, scrub, a side feed [L/s], or reflux [-]."""
        return cls(name, "flow")

    @property
    def ln(self) -> Quantity:
        """The natural logarithm of it."""
        return replace(self, logarithm=True)

    def at(self, names: tuple[str, ...], amounts: Array, fed: Array) -> tuple[float, Array, Array]:
        """The value, and its derivatives by what leaves and is fed [mol/s], shape (component,)."""
        wanted = np.array([name in self.components for name in names], dtype=float)
        scale = np.array([1.0 if self.weights is None else self.weights.get(n, 0) for n in names])
        above = wanted if self.kind in ("amount", "recovery") else wanted * scale
        if self.kind == "impurity":
            above = scale - above
        top, bottom, by_fed = float(above @ amounts), 1.0, np.zeros(len(names))
        by_amounts = above
        if self.kind in ("purity", "impurity"):
            bottom = float(scale @ amounts)
            by_amounts = (above - top / bottom * scale) / bottom
        elif self.kind == "recovery":
            bottom = float(wanted @ fed)
            by_amounts, by_fed = above / bottom, -top / bottom**2 * wanted
        value, by = self._scaled(top / bottom)
        return value, by * by_amounts, by * by_fed

    def _scaled(self, value: float) -> tuple[float, float]:
        """The value or its logarithm, and its derivative by the value."""
        if not self.logarithm:
            return value, 1.0
        if value <= 0:
            named = f"of {', '.join(self.components)} in {self.outlet!r}"
            named = f"{self.outlet!r}" if self.kind == "flow" else named
            raise ValueError(
                f"gradient: {self.kind} {named} is {value:g}, nothing or below "
                f"{SMALLEST_NUMBER:.0e}, whose logarithm has no gradient; ask for the figure itself"
            )
        return math.log(value), 1 / value


@dataclass(frozen=True)
class Weight:
    """A figure and its derivatives by what the stages hold.

    by_x, by_y: by the concentrations [1/(mol/L)], shape (stage, chain). by_potential: shape
    (stage, potential). by_fed: by what is fed in all [1/(mol/s)], shape (component,). by_bound: by
    the extractant that an ion binds, shape (component,). by_flow: by flows as such [1/(L/s)].
    elsewhere: the figure at the same contents of the stages in another chemistry and circuit.
    """

    value: float
    by_x: Array
    by_y: Array
    by_potential: Array
    by_fed: Array
    by_bound: Array
    elsewhere: Callable[[Chemistry, Circuit], float]
    by_flow: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, solved: Solved, flows: Flows, quantity: Quantity | Measure) -> Weight:
        """Of an outlet's figure, a flow, or a function of the concentrations.

        Raises KeyError for an outlet, a flow or a component that is not there.
        """
        nothing, n = cls._nothing(solved), len(solved.chemistry.components)
        if not isinstance(quantity, Quantity):
            by_x, by_y = np.zeros_like(solved.x), np.zeros_like(solved.y)
            value, by_x[:, :n], by_y[:, :n] = quantity(solved.x[:, :n], solved.y[:, :n])
            return replace(nothing, value=value, by_x=by_x, by_y=by_y, elsewhere=lambda *_: value)
        if quantity.kind == "flow":
            known = ("organic", "strip", "scrub", "reflux", *flows.side)
            if quantity.outlet not in known:
                raise KeyError(f"no flow {quantity.outlet!r}, only {', '.join(known)}")
            value, by = quantity._scaled(flows[quantity.outlet])
            return replace(
                nothing, value=value, by_flow={quantity.outlet: by}, elsewhere=lambda *_: value
            )
        return cls._of_outlet(solved, quantity, nothing)

    @classmethod
    def _of_outlet(cls, solved: Solved, quantity: Quantity, nothing: Weight) -> Weight:
        chemistry, circuit = solved.chemistry, solved.circuit
        names, n = chemistry.components, len(chemistry.components)
        chemistry.index(quantity.components)
        draw = circuit.draw(quantity.outlet)
        x, y = solved.x[draw.stage, :n], solved.y[draw.stage, :n]
        fed = (circuit.aqueous_in + circuit.organic_in).sum(0)[:n]

        def at(circuit: Circuit) -> tuple[float, Array, Array]:
            aqueous, organic = circuit.drawn(circuit.draw(quantity.outlet))
            return quantity.at(names, aqueous * x + organic * y, fed)

        value, by, by_fed = at(circuit)
        by_x, by_y = np.zeros_like(solved.x), np.zeros_like(solved.y)
        aqueous, organic = circuit.drawn(draw)
        by_x[draw.stage, :n], by_y[draw.stage, :n] = aqueous * by, organic * by
        return replace(
            nothing,
            value=value,
            by_x=by_x,
            by_y=by_y,
            by_fed=by_fed,
            elsewhere=lambda _, circuit: at(circuit)[0],
        )

    @classmethod
    def of_target(cls, solved: Solved, layout: Layout, target: Target) -> Weight:
        """Of ln(quantity/allowed), or of the odds of a share [-]."""

        def elsewhere(chemistry: Chemistry, circuit: Circuit) -> float:
            there = point_of(solved, circuit)
            return target.excess(replace(layout, chemistry=chemistry), there)

        start = replace(
            cls._nothing(solved),
            value=elsewhere(solved.chemistry, solved.circuit),
            elsewhere=elsewhere,
        )
        match target.quantity:
            case "loading":
                return _of_loading(solved, start)
            case "acidity":
                return _of_acidity(solved, target, start)
        bad, good = _parts(solved, layout, target)
        return replace(start, by_x=bad[0] - good[0], by_y=bad[1] - good[1])

    @staticmethod
    def _nothing(solved: Solved) -> Weight:
        """The weight of what does not move."""
        x, none = np.zeros_like(solved.x), np.zeros(len(solved.chemistry.components))
        return Weight(0.0, x, x, np.zeros_like(solved.potential), none, none, lambda *_: 0.0)

    def plus(self, others: Sequence[Weight], shares: Array) -> Weight:
        """This figure's value, with the derivatives of it and of shares of others together."""

        def total(name: str) -> Array:
            parts = [s * getattr(o, name) for s, o in zip(shares, others, strict=True)]
            return np.sum([getattr(self, name), *parts], axis=0)

        def elsewhere(chemistry: Chemistry, circuit: Circuit) -> float:
            parts = (
                s * o.elsewhere(chemistry, circuit) for s, o in zip(shares, others, strict=True)
            )
            return sum(parts, start=self.elsewhere(chemistry, circuit))

        names = ("by_x", "by_y", "by_potential", "by_fed", "by_bound")
        changes = {name: total(name) for name in names}
        return replace(self, elsewhere=elsewhere, **changes)


def point_of(solved: Solved, circuit: Circuit) -> Point:
    """The same contents of the stages, as targets take them, in a circuit like this one."""
    case = (circuit.volumes(), *solved.case[1:])
    return Point(case, circuit, solved.potential, solved.x, solved.y, 0.0, 0, True)


def _parts(solved: Solved, layout: Layout, target: Target) -> tuple[tuple[Array, Array], ...]:
    """Derivatives of ln of what is not wanted and of what it is measured against, see
    `Target.parts`, by x and y [1/(mol/L)], shape (stage, chain): both are sums of amounts."""
    circuit, chemistry = solved.circuit, solved.chemistry
    n = len(chemistry.components)
    wanted = np.zeros(n + 2)
    wanted[chemistry.index(target.components)] = 1.0
    parts = [(np.zeros_like(solved.x), np.zeros_like(solved.y)) for _ in range(2)]

    def add(part: int, outlet: str, by: Array) -> None:
        draw = circuit.draw(outlet)
        for values, volume in zip(parts[part], circuit.drawn(draw), strict=True):
            values[draw.stage] += volume * by

    match target.quantity:
        case "loss":
            for draw in circuit.draws:
                add(int(draw.name != RAFFINATE), draw.name, wanted)
        case "content":
            add(0, RAFFINATE, wanted)
        case "impurity":
            scale = np.append(np.ones(n), [0.0, 0.0])
            if target.weights is not None:
                scale[:n] = chemistry.vector(target.weights)
            outlet = target.of if target.of in circuit else "organic"
            add(0, outlet, scale * (1 - wanted))
            add(1, outlet, scale * wanted)
        case "residual":
            add(0, "organic", wanted)
            loaded = layout.stages.extraction + layout.stages.scrubbing - 1
            parts[1][1][loaded] += solved.case[0][4, loaded] * wanted
    for by_x, by_y in parts:
        amount = float((by_x * solved.x + by_y * solved.y).sum())
        by_x /= amount or 1.0
        by_y /= amount or 1.0
    return tuple(parts)


def _of_loading(solved: Solved, start: Weight) -> Weight:
    """Of ln of the largest loading, which is that of one stage."""
    chemistry, n = solved.chemistry, len(solved.chemistry.components)
    several = chemistry.charge > 1
    metals = np.where(several, chemistry.bound, 0.0)
    bound = solved.y[:, :n] @ metals
    j = int(np.argmax(bound / solved.y[:, n + 1]))
    by_y = np.zeros_like(solved.y)
    by_y[j, :n], by_y[j, n + 1] = metals / bound[j], -1 / solved.y[j, n + 1]
    return replace(start, by_y=by_y, by_bound=np.where(several, solved.y[j, :n], 0.0) / bound[j])


def _of_acidity(solved: Solved, target: Target, start: Weight) -> Weight:
    """Of ln h of a stage, or of its inverse, by central differences at that stage."""
    assert target.stage is not None
    j, chemistry = target.stage - 1, solved.chemistry
    x, potential = solved.x[j : j + 1], solved.potential[j : j + 1]
    step = LOCAL_STEP * float(chemistry.acidity(x, potential)[0])

    def difference(dx: Array, dp: Array) -> float:
        more, less = (
            chemistry.acidity(x + dx, potential + dp),
            chemistry.acidity(x - dx, potential - dp),
        )
        return sign * float(np.log(more / less)[0]) / 2

    sign = -1.0 if target.flow in WITH_ACID else 1.0
    by_x, by_potential = np.zeros_like(solved.x), np.zeros_like(solved.potential)
    for k in range(len(chemistry.components) + 1):
        by_x[j, k] = difference(step * np.eye(1, x.size, k), np.zeros_like(potential)) / step
    for k in range(potential.size):
        dp = LOCAL_STEP * np.eye(1, potential.size, k)
        by_potential[j, k] = difference(np.zeros_like(x), dp) / LOCAL_STEP
    return replace(start, by_x=by_x, by_potential=by_potential)
