"""Gradients: what an outlet quantity moves with, at about the cost of one more solve.

    gradient(cascade, profile, Quantity.purity("extract", ("Dy",)), "log_K")

A flow that a target sets follows it. With g = ln(quantity/allowed) of the targets, f the flows that
they set and t any parameter, g(f, t) = 0 gives df/dt = -(dg/df)^-1 dg/dt, and so

    dQ/dt = dQ/dt|f + m dg/dt|f,   m = -dQ/df (dg/df)^-1

One adjoint for Q and one for every target give m, and their sum serves every parameter: it is the
adjoint of Q + m g, which no flow moves any more. -m is what Q pays for a target: its derivative by
ln of what is allowed. The theory of the adjoint is in `adjoint`; `response` is the other way
around, from a few changes to all outlets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.adjoint import LOCAL_STEP, Adjoint, Solved
from ytterby.separation.cascade import Cascade
from ytterby.separation.chemistry import ACID, Chemistry
from ytterby.separation.circuit import Circuit, Flows, Layout, Organic
from ytterby.separation.newton import RESIDUAL_TOLERANCE
from ytterby.separation.profile import Profile
from ytterby.separation.quantity import Measure, Quantity, Weight
from ytterby.separation.response import RESTING
from ytterby.separation.targets import SHARES, Target

Array = NDArray[np.float64]
LN_10 = math.log(10.0)

SETTINGS = {"log_Kw": 0, "curvature": 1, "reference": 2, "protonation": 3}
"""Parameters of the chemistry that every stage shares, and their places in the kernel's settings.
"""

BY_COMPONENT = ("log_K", "exponent", "slope", "bound", "coupling")
"""Parameters of the chemistry with one number per component."""


@dataclass(frozen=True)
class Gradient:
    """The gradient of one quantity of one solved cascade; `by` gives it parameter by parameter.

    prices: of the targets whose flows follow, the derivative of the quantity by ln of what is
    allowed, or of its odds [-], by the name of the flow.
    """

    layout: Layout
    flows: Flows
    solved: Solved
    weight: Weight
    adjoint: Adjoint
    following: tuple[Target, ...] = ()
    prices: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        cascade: Cascade,
        profile: Profile,
        quantity: Quantity | Measure,
        *,
        hold_flows: bool = False,
    ) -> Gradient:
        """hold_flows: all flows stay as they are, targets or not.

        A target that is more than met, its flow at rest, holds its flow in any case.
        Raises KeyError for an outlet or a component that is not there, ValueError for a profile
        that is not solved, misses a target or is not of this cascade, and for the logarithm of
        nothing.
        """
        layout, chemistry = cascade.layout, cascade.chemistry
        if profile.potential.shape != (layout.stages.total, chemistry.potentials):
            raise ValueError("gradient: expected a profile of this cascade")
        if not profile.residual <= RESIDUAL_TOLERANCE:
            raise ValueError(
                f"gradient: the stage balances of the profile are open by {profile.residual:.1g}, "
                f"expected at most {RESIDUAL_TOLERANCE:g}; solve the cascade first"
            )
        solved = Solved.of(chemistry, layout.circuit(profile.flows), profile.potential)
        weight = Weight.of(solved, profile.flows, quantity)
        held = cls(layout, profile.flows, solved, weight, adjoint_of(solved, weight))
        targets = () if hold_flows else cascade.in_force(profile)
        weights = [Weight.of_target(solved, layout, target) for target in targets]
        active = [k for k, one in enumerate(weights) if moves(targets[k], one.value)]
        return held.along(tuple(targets[k] for k in active), [weights[k] for k in active])

    def along(self, targets: tuple[Target, ...], weights: list[Weight]) -> Gradient:
        """The gradient with the flows of these targets following them."""
        if not targets:
            return self
        each = [replace(self, weight=w, adjoint=adjoint_of(self.solved, w)) for w in weights]
        names = [target.flow for target in targets]
        by_flows = np.array([[one.by_flow(name) for name in names] for one in each])
        own = np.array([self.by_flow(name) for name in names])
        # Flows of very different size are made comparable.
        scale = np.array([self.flows[name] or 1.0 for name in names])
        shares = -np.linalg.solve((by_flows * scale).T, own * scale)
        return replace(
            self,
            weight=self.weight.plus(weights, shares),
            adjoint=self.adjoint.plus([one.adjoint for one in each], shares),
            following=targets,
            prices=dict(zip(names, (-shares).tolist(), strict=True)),
        )

    @property
    def value(self) -> float:
        """The quantity."""
        return self.weight.value

    def by(self, parameter: str) -> Array | float:
        """The derivative by a parameter, in the unit of the quantity per its unit.

        log_K, exponent, slope, bound, coupling: shape (component,); exponent and slope each at its
        own, though constants as shipped move both. curvature, reference, log_Kw, protonation
        (log10 of its constant): numbers.
        efficiency: shape (stage,). entrainment: (aqueous in organic, organic in aqueous).
        reflux; <feed>.flow, .concentrations (component), .acid, .extractant and .water of the
        feeds `feed`, `organic`, `scrub`, `strip` and the side feeds by name. A flow that follows
        its target is none of them; <flow>.allowed is what the target allows, in its unit, and for
        the organic the loading limit where that is in force instead.
        Raises KeyError naming what there is.
        """
        if parameter in self._set:
            raise KeyError(
                f"{parameter} is set by its target; ask for {self._set[parameter]}.allowed, "
                "or hold the flows"
            )
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
        if field == "allowed" and name in self.prices:
            return self._by_allowed(name)
        if name in self._feeds and field in self._fields(name):
            return self._by_feed(name, field)
        raise KeyError(f"no parameter {parameter!r}, expected one of {', '.join(self.parameters)}")

    @property
    def parameters(self) -> tuple[str, ...]:
        """All that `by` knows."""
        solved = self.solved.chemistry
        shared = [n for n in SETTINGS if n != "protonation" or solved.protonation is not None]
        feeds = [f"{name}.{field}" for name in self._feeds for field in self._fields(name)]
        allowed = [f"{name}.allowed" for name in self.prices]
        known = (*BY_COMPONENT, *shared, "efficiency", "entrainment", "reflux", *feeds, *allowed)
        return tuple(name for name in known if name not in self._set)

    @cached_property
    def _set(self) -> dict[str, str]:
        """Parameters that are none since a target sets them, and the name of the flow."""
        return {n if n == "reflux" else f"{n}.flow": n for n in self.prices}

    def by_flow(self, name: str) -> float:
        """The derivative by a flow that a target may set, all others as they are."""
        found = self._by_reflux() if name == "reflux" else self._by_feed(name, "flow")
        return float(found)

    def _by_allowed(self, name: str) -> float:
        target = next(target for target in self.following if target.flow == name)
        odds = 1 - target.allowed if target.quantity in SHARES else 1.0
        return self.prices[name] / (target.allowed * odds)

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
                found += self.weight.by_bound
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
        chemistry = self.solved.chemistry
        if place == SETTINGS["log_Kw"]:
            as_such = self._as_such(lambda by: replace(chemistry, log_Kw=chemistry.log_Kw + by))
            return found * settings[place] * LN_10 + as_such
        if place == SETTINGS["protonation"]:
            name, log_K = chemistry.protonation or ("", 0.0)
            as_such = self._as_such(lambda by: replace(chemistry, protonation=(name, log_K + by)))
            return -found * settings[place] * LN_10 + as_such
        return found

    def _as_such(self, moved: Callable[[float], Chemistry]) -> float:
        """What a constant does to the figure itself, the contents of the stages as they are."""
        circuit = self.solved.circuit
        ends = [self.weight.elsewhere(moved(by), circuit) for by in (LOCAL_STEP, -LOCAL_STEP)]
        return (ends[0] - ends[1]) / (2 * LOCAL_STEP)

    def _by_feed(self, name: str, field: str) -> Array | float:
        feed, stage = self._feeds[name]
        chemistry = self.solved.chemistry
        n = len(chemistry.components)
        flow = feed.flow if name == "feed" else self.flows[name]
        phase = 1 if "extractant" in self._fields(name) else 0
        weights = self.adjoint.sources[stage, phase]
        owed = weights[:n] + self.weight.by_fed
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
        return self._along(more, less, 2 * step) + self.weight.by_flow.get(name, 0.0)

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
        found = self._along(self._at(reflux=more), self._at(reflux=less), more - less)
        return found + self.weight.by_flow.get("reflux", 0.0)

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
        adjoint, weight = self.adjoint, self.weight
        n = weight.by_fed.size
        total = (adjoint.volumes * (more.volumes() - less.volumes())).sum()
        for phase, a, b in (
            (0, more.aqueous_in, less.aqueous_in),
            (1, more.organic_in, less.organic_in),
        ):
            total += (adjoint.sources[:, phase] * (a - b)).sum()
            total += (a - b)[:, :n].sum(axis=0) @ weight.by_fed
        chemistry = self.solved.chemistry
        total += weight.elsewhere(chemistry, more) - weight.elsewhere(chemistry, less)
        return float(total / step)


def adjoint_of(solved: Solved, weight: Weight) -> Adjoint:
    """The adjoint of a figure."""
    return Adjoint.of(solved, weight.by_x, weight.by_y, weight.by_potential)


def moves(target: Target, excess: float) -> bool:
    """Whether the flow of a target follows it, rather than rest where more than is wanted is met.

    Raises ValueError for a target that is missed.
    """
    if excess > RESTING or (target.kind == "equality" and excess < -RESTING):
        raise ValueError(
            f"gradient: the profile misses the target {target.name} of {target.flow} by a factor "
            f"{math.exp(excess):.3g}, expected it met; solve the cascade first, or hold the flows"
        )
    return excess >= -RESTING


def gradient(
    cascade: Cascade,
    profile: Profile,
    quantity: Quantity | Measure | str,
    wrt: str,
    *,
    hold_flows: bool = False,
) -> Array | float:
    """How a quantity of a solved cascade moves with a parameter, its targets staying met.

    quantity: a Quantity, "raffinate.Dy" for an amount [mol/s], or a function of x and y that gives
    its derivatives too. wrt: see `Gradient.by`; for several parameters make one `Gradient`.
    hold_flows: all flows as they are, and targets not sought anew.
    """
    chosen = Quantity.of(quantity) if isinstance(quantity, str) else quantity
    return Gradient.of(cascade, profile, chosen, hold_flows=hold_flows).by(wrt)
