"""Gradients: what an outlet quantity moves with, at about the cost of one more solve.

    gradient(cascade, profile, Quantity.purity("extract", ("Dy",)), "log_K")

All flows stay as they are: targets are not sought anew. The theory is in `adjoint`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.adjoint import LOCAL_STEP, Adjoint, Solved
from ytterby.separation.cascade import Cascade
from ytterby.separation.chemistry import ACID
from ytterby.separation.circuit import Circuit, Flows, Layout, Organic
from ytterby.separation.newton import RESIDUAL_TOLERANCE
from ytterby.separation.profile import Profile

Array = NDArray[np.float64]
Kind = Literal["amount", "purity", "impurity", "recovery"]
LN_10 = math.log(10.0)

SETTINGS = {"log_Kw": 0, "curvature": 1, "reference": 2, "protonation": 3}
"""Parameters of the chemistry that every stage shares, and their places in the kernel's settings.
"""

BY_COMPONENT = ("log_K", "exponent", "slope", "bound", "coupling")
"""Parameters of the chemistry with one number per component."""


@dataclass(frozen=True)
class Quantity:
    """A figure of one outlet, and whether its natural logarithm is meant.

    amount: of `components` leaving [mol/s]. purity, impurity: their share, and that of all others,
    of what leaves [-], by mol or by `weights`. recovery: amount over what is fed [-].
    """

    outlet: str
    kind: Kind
    components: tuple[str, ...]
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
        value = top / bottom
        if self.logarithm:
            if value <= 0:
                raise ValueError(
                    f"gradient: {self.kind} of {', '.join(self.components)} in {self.outlet!r} is "
                    f"{value:g}, whose logarithm has no gradient; ask for the figure itself"
                )
            return math.log(value), by_amounts / value, by_fed / value
        return value, by_amounts, by_fed


Measure = Callable[[Array, Array], tuple[float, Array, Array]]
"""A function of x, y [mol/L], shape (stage, component): its value and its derivatives by them."""


@dataclass(frozen=True)
class Gradient:
    """The gradient of one quantity of one solved cascade; `by` gives it parameter by parameter."""

    value: float
    layout: Layout
    flows: Flows
    outlet: str | None
    solved: Solved
    adjoint: Adjoint
    drawn: tuple[float, float]
    fed: Array

    @classmethod
    def of(cls, cascade: Cascade, profile: Profile, quantity: Quantity | Measure) -> Gradient:
        """Raises KeyError for an outlet or a component that is not there, ValueError for a profile
        that is not solved or not of this cascade, and for the logarithm of nothing."""
        layout, chemistry = cascade.layout, cascade.chemistry
        if profile.potential.shape != (layout.stages.total, chemistry.potentials):
            raise ValueError("gradient: expected a profile of this cascade")
        if not profile.residual <= RESIDUAL_TOLERANCE:
            raise ValueError(
                f"gradient: the stage balances of the profile are open by {profile.residual:.1g}, "
                f"expected at most {RESIDUAL_TOLERANCE:g}; solve the cascade first"
            )
        circuit = layout.circuit(profile.flows)
        solved = Solved.of(chemistry, circuit, profile.potential)
        n = len(chemistry.components)
        by_x, by_y = np.zeros_like(solved.x), np.zeros_like(solved.y)
        fed = np.zeros(n)
        outlet, drawn = None, (0.0, 0.0)
        if isinstance(quantity, Quantity):
            chemistry.index(quantity.components)
            outlet, draw = quantity.outlet, circuit.draw(quantity.outlet)
            aqueous, organic = circuit.drawn(draw)
            x, y = solved.x[draw.stage, :n], solved.y[draw.stage, :n]
            entering = (circuit.aqueous_in + circuit.organic_in).sum(0)[:n]
            value, by, fed = quantity.at(chemistry.components, aqueous * x + organic * y, entering)
            by_x[draw.stage, :n], by_y[draw.stage, :n] = aqueous * by, organic * by
            drawn = float(by @ x), float(by @ y)
        else:
            value, by_x[:, :n], by_y[:, :n] = quantity(solved.x[:, :n], solved.y[:, :n])
        adjoint = Adjoint.of(solved, by_x, by_y)
        return cls(value, layout, profile.flows, outlet, solved, adjoint, drawn, fed)

    def by(self, parameter: str) -> Array | float:
        """The derivative by a parameter, in the unit of the quantity per its unit.

        log_K, exponent, slope, bound, coupling: shape (component,); exponent and slope each at its
        own, though constants as shipped move both. curvature, reference, log_Kw, protonation
        (log10 of its constant): numbers.
        efficiency: shape (stage,). entrainment: (aqueous in organic, organic in aqueous).
        reflux; <feed>.flow, .concentrations (component), .acid, .extractant and .water of the
        feeds `feed`, `organic`, `scrub`, `strip` and the side feeds by name.
        Raises KeyError naming what there is.
        """
        if parameter in BY_COMPONENT:
            return self._by_component(parameter)
        if parameter in SETTINGS:
            return self._by_setting(SETTINGS[parameter])
        if parameter == "efficiency":
            return self.adjoint.efficiency
        if parameter == "entrainment":
            return np.array([self._by_entrainment(0), self._by_entrainment(1)])
        if parameter == "reflux":
            return self._by_reflux()
        name, _, field = parameter.rpartition(".")
        if name in self._feeds and field in self._fields(name):
            return self._by_feed(name, field)
        raise KeyError(f"no parameter {parameter!r}, expected one of {', '.join(self.parameters)}")

    @property
    def parameters(self) -> tuple[str, ...]:
        """All that `by` knows."""
        solved = self.solved.chemistry
        shared = [n for n in SETTINGS if n != "protonation" or solved.protonation is not None]
        feeds = [f"{name}.{field}" for name in self._feeds for field in self._fields(name)]
        return (*BY_COMPONENT, *shared, "efficiency", "entrainment", "reflux", *feeds)

    @cached_property
    def _feeds(self) -> dict[str, tuple[Any, int]]:
        return {name: (feed, stage) for name, feed, stage, _ in self.layout._entering}

    def _fields(self, name: str) -> tuple[str, ...]:
        kinds = {True: ("extractant", "water"), False: ("acid",)}
        return ("flow", "concentrations", *kinds[isinstance(self._feeds[name][0], Organic)])

    def _by_component(self, parameter: str) -> Array:
        solved, chemistry = self.solved, self.solved.chemistry
        there, adjoint = solved.exchanging, self.adjoint
        found = np.zeros(len(chemistry.components))
        by_D = adjoint.log_D[:, there]
        first, last = solved.potential[:, :1], solved.potential[:, -1:]
        solvating = chemistry.mechanism == "solvation"
        ln_h = np.zeros_like(first)
        if chemistry.mechanism == "cation exchange":
            ln_h = np.log(chemistry.acidity(solved.x, solved.potential))[:, None]
        even = chemistry.mechanism == "cation exchange" and not chemistry.own_proton
        ln_a = first + ln_h if even else first
        match parameter:
            case "log_K":
                found[there] = LN_10 * by_D.sum(axis=0)
            case "exponent":
                found[there] = (by_D * ln_a).sum(axis=0)
            case "slope":
                found[there] = (by_D * (last if solvating else -ln_h)).sum(axis=0)
            case "coupling":
                found[there] = (by_D * np.exp(ln_a) * ln_h).sum(axis=0)
            case "bound":
                held = solved.D[:, there] * solved.x[:, there] / solved.case[4][0][:, None]
                found[there] = (adjoint.closures[:, :1] * held).sum(axis=0)
        return found

    def _by_setting(self, place: int) -> float:
        *rest, settings = self.solved.case[5]
        if not math.isfinite(settings[place]):
            return 0.0
        F = []
        step = LOCAL_STEP * (settings[place] or 1.0)
        for sign in (1, -1):
            moved = settings.copy()
            moved[place] += sign * step
            F.append(self.solved.closure_of(self.solved.case[4], (*rest, moved)))
        found = float((self.adjoint.closures * (F[0] - F[1])).sum() / (2 * step))
        if place == SETTINGS["log_Kw"]:
            return found * settings[place] * LN_10
        if place == SETTINGS["protonation"]:
            return -found * settings[place] * LN_10
        return found

    def _by_feed(self, name: str, field: str) -> Array | float:
        feed, stage = self._feeds[name]
        chemistry = self.solved.chemistry
        n = len(chemistry.components)
        flow = feed.flow if name == "feed" else self.flows[name]
        phase = 1 if "extractant" in self._fields(name) else 0
        weights = self.adjoint.sources[stage, phase]
        owed = weights[:n] + self.fed
        match field:
            case "concentrations":
                return flow * (owed if phase else owed + chemistry.protons * weights[n])
            case "acid":
                if chemistry.needs_acid and feed.acid >= 0:
                    acid = chemistry.index([ACID])[0]
                    return float(flow * (owed[acid] + chemistry.protons[acid] * weights[n]))
                return float(flow * weights[n])
            case "extractant":
                return float(flow * weights[n + 1])
            case "water":
                return self._along(
                    self._with_feed(name, water=feed.water + LOCAL_STEP),
                    self._with_feed(name, water=feed.water - LOCAL_STEP),
                    2 * LOCAL_STEP,
                )
        step = LOCAL_STEP * flow
        if name == "feed":
            more, less = (self._with_feed(name, flow=flow + move) for move in (step, -step))
        else:
            more, less = (self._at(**{name: flow + move}) for move in (step, -step))
        return self._along(more, less, 2 * step)

    def _at(self, **flows: float) -> Circuit:
        """The circuit with some flows changed."""
        return self.layout.circuit(self.flows.with_(**flows))

    def _with_feed(self, name: str, **changes: float) -> Circuit:
        """The circuit with a feed changed."""
        feed = replace(self._feeds[name][0], **changes)
        if name in ("feed", "organic", "scrub", "strip"):
            return replace(self.layout, **{name: feed}).circuit(self.flows)
        sides = tuple(
            replace(s, feed=feed) if s.name == name else s for s in self.layout.side_feeds
        )
        return replace(self.layout, side_feeds=sides).circuit(self.flows)

    def _by_reflux(self) -> float:
        if not self.layout.stages.stripping:
            return 0.0
        more = min(self.flows.reflux + LOCAL_STEP, 1.0)
        less = max(self.flows.reflux - LOCAL_STEP, 0.0)
        return self._along(self._at(reflux=more), self._at(reflux=less), more - less)

    def _by_entrainment(self, which: int) -> float:
        given = self.layout.entrainment
        more, less = (
            given[which] * (1 + LOCAL_STEP) + LOCAL_STEP**2,
            given[which] * (1 - LOCAL_STEP),
        )
        circuits = []
        for share in (more, less):
            pair = (share, given[1]) if which == 0 else (given[0], share)
            circuits.append(replace(self.layout, entrainment=pair).circuit(self.flows))
        return self._along(circuits[0], circuits[1], more - less)

    def _along(self, more: Circuit, less: Circuit, step: float) -> float:
        """The derivative by what changes the circuit by `step` from `less` to `more`: volumes and
        amounts fed are linear in flows, nearly so in shares, and every further consequence is in
        the weights."""
        adjoint, n = self.adjoint, self.fed.size
        total = (adjoint.volumes * (more.volumes() - less.volumes())).sum()
        for phase, a, b in (
            (0, more.aqueous_in, less.aqueous_in),
            (1, more.organic_in, less.organic_in),
        ):
            total += (adjoint.sources[:, phase] * (a - b)).sum() + (
                (a - b)[:, :n].sum(axis=0) @ self.fed
            )
        if self.outlet is not None:
            for by, a, b in zip(
                self.drawn,
                more.drawn(more.draw(self.outlet)),
                less.drawn(less.draw(self.outlet)),
                strict=True,
            ):
                total += by * (a - b)
        return float(total / step)


def gradient(
    cascade: Cascade, profile: Profile, quantity: Quantity | Measure | str, wrt: str
) -> Array | float:
    """How a quantity of a solved cascade moves with a parameter, all flows as they are.

    quantity: a Quantity, "raffinate.Dy" for an amount [mol/s], or a function of x and y that gives
    its derivatives too. wrt: see `Gradient.by`; for several parameters make one `Gradient`.
    """
    chosen = Quantity.of(quantity) if isinstance(quantity, str) else quantity
    return Gradient.of(cascade, profile, chosen).by(wrt)
