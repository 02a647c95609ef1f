"""A cascade in time: mixers and settlers as hold-ups, from fill to specification.

Every stage is a mixer, in which the phases exchange as in the steady state, and a settler of each
phase behind it, perfectly mixed:

    d(V_a x + V_o y)/dt = in - F_a x - F_o y
    W_a dx'/dt = F_a (x - x'),   W_o dy'/dt = F_o (y - y')

An efficiency eta below one is an exchange at the rate k (y* - y), k = F_o eta/(1 - eta), which is
what it means at the steady state. x', y' is what goes on to the neighbours and out.

A step in time is a steady problem with other volumes: what a settler lets through,
tau/(tau + W/F), goes on, the rest stays; the contents of the last step are a further feed. So the
steady kernel serves here, with everything it guarantees.

Steps: the two-stage diagonally implicit Runge-Kutta method of Alexander (SIAM J. Numer. Anal. 14
(1977) 1006, doi:10.1137/0714068), of second order and L-stable, with the step set by its embedded
first-order answer. Months cost little more than days, since a step grows with the calm.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.facts import fact
from ytterby.separation.cascade import Cascade
from ytterby.separation.chemistry import Chemistry
from ytterby.separation.circuit import Circuit, Flows
from ytterby.separation.newton import newton
from ytterby.separation.profile import Profile
from ytterby.separation.solve import Posed
from ytterby.separation.start import fill, flash_all, settle, slowed
from ytterby.separation.start_up import standing

Array = NDArray[np.float64]

GAMMA = 1 - 1 / math.sqrt(2)
"""Diagonal of the Runge-Kutta method [-]: L-stable."""

STEP_TOLERANCE, MOST_ITERATIONS = 1e-9, 15
"""Largest closure of a step [-], and most Newton iterations in it."""

TRACE = 1e-6
"""Contents below this share of the largest of the same component do not set the step [-]."""

SAFETY, MOST_GROWTH, MOST_CUT, FIRST_STEP = 0.85, 4.0, 0.2, 0.05
"""Choice of the step: safety, most growth, most cut, and the first one in residence times [-]."""

STALLED = 1e-9
"""A step shorter than this in residence times is given up [-]."""

SECONDS_PER_HOUR = 3600.0


class Stalled(ArithmeticError):
    """A cascade whose steps in time could not be solved; the message says when."""


@dataclass(frozen=True)
class HoldUp:
    """Volumes of the phases in the mixer and the settler of every stage [L], shape (stage,)."""

    mixer_aqueous: Array
    mixer_organic: Array
    settler_aqueous: Array
    settler_organic: Array

    @classmethod
    def of(
        cls, profile: Profile, mixer: float | None = None, settler: float | None = None
    ) -> HoldUp:
        """Sized for the flows of a profile by residence times [s].

        None: the facts mixer-settler.residence-time.mixer and .settler.
        """
        usual = "mixer-settler.residence-time"
        mixer = fact(f"{usual}.mixer").si("s") if mixer is None else mixer
        settler = fact(f"{usual}.settler").si("s") if settler is None else settler
        if mixer <= 0 or settler < 0:
            raise ValueError(f"residence times {mixer} s and {settler} s: expected above 0")
        aqueous, organic = profile.volumes[:3].sum(0), profile.volumes[3:].sum(0)
        return cls(mixer * aqueous, mixer * organic, settler * aqueous, settler * organic)


@dataclass(frozen=True)
class Contents:
    """What the stages hold: concentrations in mixers and settlers [mol/L], shape (stage, chain),
    and the potentials of the mixers, shape (stage, potential)."""

    x: Array
    y: Array
    settled_x: Array
    settled_y: Array
    potential: Array

    def beyond(self, other: Contents, share: float, hold_up: HoldUp) -> Contents:
        """On the line from here through `other`, `share` times as far.

        What would fall below nothing is held at nothing, and the rest of that component gives up
        as much: of each component all stages together hold what the line says.
        """
        volumes = dataclasses.astuple(hold_up)
        moved = [a + share * (b - a) for a, b in zip(self._all, other._all, strict=True)]
        held = [np.maximum(one, 0.0) for one in moved]
        wanted = sum((v[:, None] * one).sum(axis=0) for v, one in zip(volumes, moved, strict=True))
        there = sum((v[:, None] * one).sum(axis=0) for v, one in zip(volumes, held, strict=True))
        scale = np.divide(wanted, there, out=np.ones_like(there), where=there > 0)
        x, y, settled_x, settled_y = (one * np.maximum(scale, 0.0) for one in held)
        return Contents(x, y, settled_x, settled_y, other.potential)

    @property
    def _all(self) -> tuple[Array, ...]:
        return self.x, self.y, self.settled_x, self.settled_y

    def amounts(self, hold_up: HoldUp) -> Array:
        """[mol] in every stage, shape (stage, chain)."""
        volumes = dataclasses.astuple(hold_up)
        return np.sum([v[:, None] * c for v, c in zip(volumes, self._all, strict=True)], axis=0)


@dataclass(frozen=True)
class Change:
    """From `time` [s] on the cascade is this one: other feeds, flows, factors; stages as before.

    A stopped pump is a flow of nothing; see `standing` in `start_up` for what it does to droplets.
    """

    time: float
    cascade: Cascade


@dataclass(frozen=True)
class Trajectory:
    """A cascade in time.

    time: of every step taken [s], shape (step,). components: names along the last axis.
    outlets: by name, amounts leaving [mol/s], shape (step, component), droplets included.
    aqueous, organic: concentrations in the mixers [mol/L], shape (step, stage, component).
    pH: shape (step, stage). inventory: in all stages [mol], shape (step, component).
    closure: (fed - left - gathered)/fed of each component over the whole time [-].
    rate: what gathers in all stages per second at the end, over what is fed, per component [-].
    end: the contents, to go on from.
    """

    time: Array
    components: tuple[str, ...]
    outlets: dict[str, Array]
    aqueous: Array
    organic: Array
    pH: Array
    inventory: Array
    closure: dict[str, float]
    rate: dict[str, float]
    end: Contents

    def purity(
        self, outlet: str, components: Sequence[str], weights: dict[str, float] | None = None
    ) -> Array:
        """Share of the components in an outlet at every step [-], by weight where given."""
        scale = np.array([1.0 if weights is None else weights.get(n, 0.0) for n in self.components])
        amounts = self.outlets[outlet] * scale
        wanted = [self.components.index(name) for name in components]
        total = amounts.sum(axis=1)
        return np.divide(
            amounts[:, wanted].sum(axis=1), total, out=np.zeros_like(total), where=total > 0
        )

    def time_to(
        self,
        outlet: str,
        components: Sequence[str],
        purity: float,
        weights: dict[str, float] | None = None,
    ) -> float:
        """Time from which on an outlet keeps the purity to the end [s]; infinite if it does not."""
        below = np.flatnonzero(self.purity(outlet, components, weights) < purity)
        if not below.size:
            return float(self.time[0])
        after = int(below[-1]) + 1
        return float(self.time[after]) if after < self.time.size else math.inf


def fixed(cascade: Cascade, flows: Flows) -> Cascade:
    """The cascade at given flows, without targets: what runs in time."""
    side = tuple(
        dataclasses.replace(s, feed=dataclasses.replace(s.feed, flow=flows[s.name]))
        for s in cascade.side_feeds
    )

    def at(feed, flow):
        return None if feed is None else dataclasses.replace(feed, flow=flow)

    return dataclasses.replace(
        cascade,
        organic=at(cascade.organic, flows.organic),
        strip=at(cascade.strip, flows.strip),
        scrub=at(cascade.scrub, flows.scrub),
        reflux=flows.reflux,
        side_feeds=side,
        targets=(),
    )


def filled(cascade: Cascade) -> Contents:
    """Contents at the first hour: the feeds run through, fresh organic, nothing exchanged yet."""
    chemistry = cascade.chemistry
    circuit = cascade.layout.circuit(cascade.first_flows())
    posed = Posed.of(chemistry, circuit)
    x, y = fill(posed.case, chemistry.mechanism == "homovalent exchange")
    aqueous, organic = circuit.settled
    potential = flash_all(aqueous, organic, x, y, posed.case, chemistry.potentials)
    x, y = posed.whole(chemistry, x, y)
    return Contents(x, y, x.copy(), y.copy(), potential)


def running(cascade: Cascade, profile: Profile) -> Contents:
    """Contents of a cascade that runs at a solved profile."""
    x = np.column_stack([profile.aqueous, profile.chloride, np.zeros_like(profile.chloride)])
    y = np.column_stack([profile.organic, np.zeros_like(profile.chloride), profile.extractant])
    return Contents(x, y, x.copy(), y.copy(), profile.potential)


@dataclass(frozen=True)
class _Plant:
    """One cascade with its hold-ups: what a step in time needs."""

    chemistry: Chemistry
    circuit: Circuit
    volumes: Array
    hold_up: HoldUp

    @classmethod
    def of(cls, cascade: Cascade, hold_up: HoldUp) -> _Plant:
        circuit = cascade.layout.circuit(cascade.first_flows())
        return cls(cascade.chemistry, circuit, circuit.volumes(), hold_up)

    def step(self, start: Contents, tau: float) -> Contents | None:
        """Implicit Euler over `tau` [s]; None where it was not solved."""
        volumes, circuit, held = self.volumes, self.circuit, self.hold_up
        aqueous, organic = volumes[:3].sum(0), volumes[3:].sum(0)
        through_a = tau * aqueous / (tau * aqueous + held.settler_aqueous)
        through_o = tau * organic / (tau * organic + held.settler_organic)
        reduced = volumes.copy()
        reduced[:2] *= through_a
        reduced[3:5] *= through_o
        reduced[2] = aqueous - reduced[:2].sum(0) + held.mixer_aqueous / tau
        reduced[5] = organic - reduced[3:5].sum(0) + held.mixer_organic / tau
        stay_x = (1 - through_a)[:, None] * start.settled_x
        stay_y = (1 - through_o)[:, None] * start.settled_y
        fed_a = circuit.aqueous_in + (held.mixer_aqueous / tau)[:, None] * start.x
        fed_o = circuit.organic_in + (held.mixer_organic / tau)[:, None] * start.y
        fed_a[:-1] += volumes[0, 1:, None] * stay_x[1:]
        fed_a[1:] += volumes[1, :-1, None] * stay_x[:-1]
        fed_o[:-1] += volumes[3, 1:, None] * stay_y[1:]
        fed_o[1:] += volumes[4, :-1, None] * stay_y[:-1]
        efficiency = slowed(circuit.efficiency, organic, organic + held.mixer_organic / tau)
        posed = Posed.between(self.chemistry, reduced, efficiency, fed_a, fed_o)
        there = self.chemistry.exchanging
        n = there.size
        found = newton(start.potential, posed.case, MOST_ITERATIONS, STEP_TOLERANCE)
        if not found[5]:
            guess = np.ascontiguousarray(start.x[:, :n][:, there])
            found = settle(start.potential, guess, posed.case, STEP_TOLERANCE)
        if not found[5]:
            return None
        x, y = posed.whole(self.chemistry, found[1], found[2])
        settled_x = through_a[:, None] * x + stay_x
        settled_y = through_o[:, None] * y + stay_y
        return Contents(x, y, settled_x, settled_y, found[0])

    def both(self, start: Contents, step: float) -> tuple[Contents, Contents, float] | None:
        """(contents, after the first stage, error over tolerance one) of one Runge-Kutta step."""
        first = self.step(start, GAMMA * step)
        if first is None:
            return None
        second = self.step(start.beyond(first, (1 - GAMMA) / GAMMA, self.hold_up), GAMMA * step)
        if second is None:
            return None
        before, middle = start.amounts(self.hold_up), first.amounts(self.hold_up)
        after = second.amounts(self.hold_up)
        error = np.abs(after - before - (middle - before) / GAMMA)
        scale = after + TRACE * after.max(axis=0) + TRACE * TRACE
        return second, first, float(np.sqrt(np.mean((error / scale) ** 2)))

    def leaving(self, contents: Contents, name: str) -> Array:
        """Amounts leaving with an outlet [mol/s], shape (chain,)."""
        draw = self.circuit.draw(name)
        aqueous, organic = self.circuit.drawn(draw)
        return aqueous * contents.settled_x[draw.stage] + organic * contents.settled_y[draw.stage]

    def residence(self) -> float:
        """Mean residence of a stage [s]."""
        held = sum(float(v.sum()) for v in dataclasses.astuple(self.hold_up))
        return held / float(self.volumes.sum())

    @property
    def fed(self) -> Array:
        """[mol/s], shape (chain,)."""
        return self.circuit.aqueous_in.sum(0) + self.circuit.organic_in.sum(0)


class _Record:
    """What is kept of every step."""

    def __init__(self, plant: _Plant, contents: Contents) -> None:
        self.times: list[float] = []
        self.outlets: dict[str, list[Array]] = {draw.name: [] for draw in plant.circuit.draws}
        self.contents: list[Contents] = []
        self.started = contents.amounts(plant.hold_up).sum(0)
        self.fed = np.zeros(self.started.size)
        self.left = np.zeros(self.started.size)
        self.keep(0.0, plant, contents)

    def keep(self, time: float, plant: _Plant, contents: Contents) -> None:
        self.times.append(time)
        self.contents.append(contents)
        for name, rows in self.outlets.items():
            rows.append(plant.leaving(contents, name))

    def went(self, plant: _Plant, first: Contents, second: Contents, step: float) -> None:
        """Count what was fed and what left in a step, as its two stages weigh it."""
        self.fed += step * plant.fed
        for name in self.outlets:
            early, late = plant.leaving(first, name), plant.leaving(second, name)
            self.left += step * ((1 - GAMMA) * early + GAMMA * late)

    def trajectory(self, plant: _Plant) -> Trajectory:
        chemistry, n = plant.chemistry, len(plant.chemistry.components)
        x = np.array([c.x for c in self.contents])
        end = self.contents[-1]
        held = end.amounts(plant.hold_up).sum(0)
        out = np.sum([plant.leaving(end, name) for name in self.outlets], axis=0)
        fed = plant.fed
        names = (*chemistry.components, "chloride", "extractant")
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = (self.started + self.fed - self.left - held) / np.maximum(
                self.fed, self.started + held
            )
            rate = (fed - out) / fed
        return Trajectory(
            time=np.array(self.times),
            components=chemistry.components,
            outlets={name: np.array(rows)[:, :n] for name, rows in self.outlets.items()},
            aqueous=x[:, :, :n],
            organic=np.array([c.y[:, :n] for c in self.contents]),
            pH=np.array([-np.log10(chemistry.acidity(c.x, c.potential)) for c in self.contents]),
            inventory=np.array([c.amounts(plant.hold_up).sum(0)[:n] for c in self.contents]),
            closure=dict(zip(names, np.nan_to_num(gap).tolist(), strict=True)),
            rate=dict(zip(names, np.nan_to_num(rate).tolist(), strict=True)),
            end=end,
        )


def simulate(
    cascade: Cascade,
    duration: float,
    *,
    hold_up: HoldUp,
    start: Contents | None = None,
    changes: Sequence[Change] = (),
    accuracy: float = 1e-3,
    progress: Callable[[float], None] | None = None,
) -> Trajectory:
    """The cascade over `duration` [s].

    cascade: at fixed flows, see `fixed`. start: contents to begin with; None: `filled`.
    changes: what becomes of the cascade and when. accuracy: error of a step, relative to the
    contents [-]. progress: called with the share of the time that is done.
    Raises ValueError for targets or changes of another shape, and Stalled.
    """
    changes = sorted(changes, key=lambda change: change.time)
    for one in (cascade, *(change.cascade for change in changes)):
        if one.targets:
            raise ValueError("simulate: targets set flows at the steady state only; see `fixed`")
        if one.stages != cascade.stages or one.chemistry.components != cascade.chemistry.components:
            raise ValueError("simulate: a change may not alter the stages or the components")
    contents = filled(standing(cascade)) if start is None else start
    plant = _Plant.of(standing(cascade), hold_up)
    record = _Record(plant, contents)
    time = 0.0
    told = progress or (lambda share: None)
    for until, following in _phases(changes, duration):
        contents = _march(
            plant, record, time, until, contents, accuracy, lambda now: told(now / duration)
        )
        time = until
        if following is not None:
            plant = _Plant.of(standing(following), hold_up)
    return record.trajectory(plant)


def _phases(changes: Sequence[Change], duration: float) -> list[tuple[float, Cascade | None]]:
    """(end, the cascade from then on) of each stretch of time without a change."""
    inside = [change for change in changes if change.time < duration]
    return [*((change.time, change.cascade) for change in inside), (duration, None)]


def _march(
    plant: _Plant,
    record: _Record,
    time: float,
    until: float,
    contents: Contents,
    accuracy: float,
    progress: Callable[[float], None],
) -> Contents:
    """Step from `time` to `until` [s], the step set by its error."""
    residence = plant.residence()
    step = FIRST_STEP * residence
    while time < until:
        last = until - time <= step
        step = min(step, until - time)
        found = plant.both(contents, step)
        error = math.inf if found is None else found[2] / accuracy
        if found is not None and error <= 1:
            contents, first = found[0], found[1]
            record.went(plant, first, contents, step)
            time = until if last else time + step
            record.keep(time, plant, contents)
            progress(time)
        step *= min(max(SAFETY / math.sqrt(error + TRACE), MOST_CUT), MOST_GROWTH)
        if step < STALLED * residence and time < until:
            raise Stalled(f"no step in time after {time / SECONDS_PER_HOUR:.3g} h could be solved")
    return contents
