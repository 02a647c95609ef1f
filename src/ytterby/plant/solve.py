"""Solving a plant: Newton on the torn streams, started by passes, proved by closure.

The loops of a chemical plant defeat plain substitution: with a bleed of a thousandth it takes
thousands of passes, and a solvent loop without losses has no preferred size at all. Newton is
indifferent to both. Its matrix comes from the derivatives of the units (`tangent`), by differences
where a unit does not know its own, and is brought up to date by every pass (`loops`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ytterby.balance import (
    TRACE_SHARE,
    Balance,
    Edge,
    Finding,
    Stream,
    empty,
    of_streams,
)
from ytterby.plant.errors import Infeasible, NotConverged
from ytterby.plant.flowsheet import Flowsheet, Pass
from ytterby.plant.loops import Loops, as_streams
from ytterby.plant.responses import responses
from ytterby.plant.tangent import Tangent
from ytterby.plant.trapped import check_gathering, check_ways_out
from ytterby.plant.wiring import warnings
from ytterby.units import Derivative

TEAR_TOLERANCE = 1e-11
"""Largest mismatch of a torn stream, relative to the rarest element of each species [-]."""
RESIDUAL_TOLERANCE = 1e-10
"""Largest relative residual inside a unit [-]."""
_FIRST_PASSES = 4
_TROUBLED_PASSES = 4
"""Passes running for which a unit may be in trouble; it takes as many to fill the recycles."""
_MOST_STEPS = 60
_SOON, _LATE = 2, 8
"""Slow steps in a row after which a new tangent is worth it: far off, and near the end."""
_KEPT = 2
"""Tangents drawn with derivatives of a like plant, where there are some, before its own."""
_DOUBTFUL = 4
"""Tangents drawn before kinks are suspected: then every step has its own, differences downwards
take turns with those upwards, and steps become cautious."""
_SPAN = 4.0
"""Factor by which a cautious step changes an amount at most, at first [-]."""
_GOOD_CONTRACTION = 0.2
_NEAR = 1e-6
"""Mismatch below which a tangent is as good as a new one would be, unless it was drawn a million
times further off [-]."""
_TRACE = 1e-30
_ROUNDING = 5e-13
"""What a pass repeats to, relative: a cascade with targets to some 1e-13 [-]."""

Progress = Callable[[str], None]


def solve(
    plant, period: float, sensitivity: bool, near: Balance | None, progress: Progress
) -> Balance:
    """See `Plant.solve`."""
    flowsheet = Flowsheet.of(plant)
    done = converge(flowsheet, Start.at(flowsheet, near), progress)
    refuse_trouble(done)
    responding = responses(flowsheet, done, period) if sensitivity else {}
    return balance_of(flowsheet, done, period, responding).check()


def converge(flowsheet: Flowsheet, start: Start, progress: Progress) -> Pass:
    """The pass at which every torn stream returns as it went."""
    torn = dict(start.torn)
    done = flowsheet.run(torn, progress)
    if not torn:
        return done
    patience = _Patience(flowsheet, progress, done)
    for _ in range(start.passes):
        torn = _returned(flowsheet, torn, done)
        done = patience.run(torn)
    loops, kept, last, drawn_at = None, start.derivatives, np.inf, np.inf
    drawn, lame, side = 0, 0, 1.0
    for step in range(_MOST_STEPS):
        mismatch = _mismatch(flowsheet, torn, done)
        progress(f"step {step}: loops close to {mismatch:.1e}")
        if mismatch <= TEAR_TOLERANCE:
            if _beyond_rounding(flowsheet, torn, done):
                check_ways_out(flowsheet, done)
            return done
        slow = mismatch > _GOOD_CONTRACTION * last
        lame = lame + 1 if slow else 0
        worth = mismatch > _NEAR or mismatch < _NEAR * drawn_at
        soon = _SOON if drawn < _DOUBTFUL else 1
        if loops is None or lame >= (soon if worth else _LATE):
            if not drawn and not start.derivatives:
                check_ways_out(flowsheet, done)
            tangent = Tangent.around(flowsheet, done, kept=kept, side=side)
            loops, drawn_at = _loops(flowsheet, tangent), mismatch
            drawn, lame = drawn + 1, 0
            kept = kept if drawn < _KEPT else {}
            # Slow for so long: differences may lie on the wrong side of a kink.
            side = -side if drawn >= _DOUBTFUL else side
        last = mismatch
        if loops:
            # A cycle of steps ends as they grow shorter.
            span = _SPAN ** (_DOUBTFUL / drawn) if drawn >= _DOUBTFUL else np.inf
            later = loops.step(torn, done, span)
        else:
            later = _returned(flowsheet, torn, done)
        found = patience.run(later)
        if loops:
            loops.learn(torn, done, later, found)
        torn, done = later, found
    check_ways_out(flowsheet, done)
    check_gathering(flowsheet, done)
    raise _not_converged(flowsheet, torn, done)


@dataclass(frozen=True, eq=False)
class Start:
    """Where the search begins.

    torn: the torn streams. passes: plain passes before the first step. derivatives: of units of a
    like plant, which stand in for differences at first.
    """

    torn: Mapping[str, Stream]
    passes: int = 0
    derivatives: Mapping[str, Derivative] = field(default_factory=dict)

    @staticmethod
    def at(flowsheet: Flowsheet, near: Balance | None) -> Start:
        """The torn streams of a like plant where there is one, otherwise empty ones.

        What its units remember goes to those of the flowsheet.
        """
        torn = {}
        for unit, detail in (near.details if near is not None else {}).items():
            if unit in flowsheet.plant.units and hasattr(detail, "memory"):
                flowsheet.memory.setdefault(unit, detail.memory)
        for stream in flowsheet.wiring.torn:
            torn[stream] = empty(flowsheet.basis)
            if near is not None and stream in near.streams:
                known = near.streams[stream]
                amounts = np.array([known[name] for name in flowsheet.basis.names])
                torn[stream] = Stream(flowsheet.basis, amounts, known.temperature)
        return Start(torn, 0 if near else _FIRST_PASSES)


def _returned(flowsheet: Flowsheet, torn: dict[str, Stream], done: Pass) -> dict[str, Stream]:
    return as_streams(flowsheet, torn, flowsheet.returned(done))


def _loops(flowsheet: Flowsheet, tangent: Tangent) -> Loops | None:
    """The model of the loops; None where one of them keeps what enters it, as things stand."""
    try:
        return Loops(flowsheet, tangent)
    except np.linalg.LinAlgError:
        return None


class _Patience:
    """Lets a unit be in trouble for some passes: recycles that still fill up may cause it."""

    def __init__(self, flowsheet: Flowsheet, progress: Progress, done: Pass) -> None:
        self.flowsheet, self.progress = flowsheet, progress
        self.passes, self.sound = _TROUBLED_PASSES, done
        self._judge(done)

    def run(self, torn: dict[str, Stream]) -> Pass:
        """One pass more; raises Infeasible when there was trouble in too many passes running."""
        try:
            done = self.flowsheet.run(torn, self.progress)
        except NotConverged:
            # What gathers without end makes a liquor in which no equilibrium is found.
            check_gathering(self.flowsheet, self.sound)
            raise
        self._judge(done)
        return done

    def _judge(self, done: Pass) -> None:
        if not any(one.trouble and not one.passing for one in done.outcomes.values()):
            self.passes, self.sound = _TROUBLED_PASSES, done
            return
        self.passes -= 1
        if not self.passes:
            refuse_trouble(done)


def _mismatch(flowsheet: Flowsheet, torn: dict[str, Stream], done: Pass) -> float:
    """Largest mismatch of a species of a torn stream, relative as `_worst_species` says [-]."""
    returned, leaving = flowsheet.returned(done), _leaving(flowsheet, done)
    return max(
        (_worst_species(flowsheet, torn[s].amounts, returned[s], leaving)[0] for s in torn),
        default=0.0,
    )


def _beyond_rounding(flowsheet: Flowsheet, torn: dict[str, Stream], done: Pass) -> bool:
    """Whether so much of an element goes round that rounding hides what enters and leaves."""
    most = np.max([stream.element_amounts for stream in torn.values()], axis=0)
    return bool((_ROUNDING * most > TEAR_TOLERANCE * _leaving(flowsheet, done)).any())


def _leaving(flowsheet: Flowsheet, done: Pass) -> np.ndarray:
    """Amounts of each element that leave the plant [mol/s], shape (element,)."""
    out = [done.streams[s].element_amounts for s in flowsheet.wiring.terminal]
    return np.sum(out, axis=0)


def _worst_species(
    flowsheet: Flowsheet, went: np.ndarray, came: np.ndarray, leaving: np.ndarray
) -> tuple[float, int]:
    """(mismatch, species) where a torn stream fits worst.

    The mismatch of a species is relative to the flow of its rarest element, in the stream or out
    of the plant, whichever is less: a large recycle on a small bleed has to fit the better for it,
    but never better than rounding allows, nor to the digits of a millionth of what leaves.
    """
    atoms = flowsheet.basis.atoms
    inside = atoms @ np.maximum(went, came)
    flows = np.maximum(np.minimum(inside, leaving), _ROUNDING * inside / TEAR_TOLERANCE)
    flows = np.maximum(flows, TRACE_SHARE * leaving)
    with np.errstate(divide="ignore", invalid="ignore"):
        rarest = np.min(np.where(atoms > 0, flows[:, None] / atoms, np.inf), axis=0)
    relative = np.abs(came - went) / np.maximum(rarest, _TRACE)
    worst = int(np.argmax(relative))
    return float(relative[worst]), worst


def _not_converged(flowsheet: Flowsheet, torn: dict[str, Stream], done: Pass) -> NotConverged:
    returned, leaving = flowsheet.returned(done), _leaving(flowsheet, done)
    fit = {s: _worst_species(flowsheet, torn[s].amounts, returned[s], leaving) for s in torn}
    worst = max(fit, key=lambda stream: fit[stream][0])
    gap, species = fit[worst]
    unit = worst.rpartition(".")[0]
    refuse_trouble(done)
    return NotConverged(
        unit,
        f"the recycle {worst!r} does not settle: {flowsheet.basis.names[species]} returns "
        f"{gap:.1e} off",
        "a larger bleed, a smaller change at a time, or an easier target",
    )


def refuse_trouble(done: Pass) -> None:
    """Raise Infeasible where a unit cannot do what is asked of it."""
    for name, outcome in done.outcomes.items():
        if outcome.trouble is not None:
            reason, _, suggestion = outcome.trouble.text.partition("; ")
            raise Infeasible(name, reason, suggestion or "ease the target or change the flows")
        if outcome.residual > RESIDUAL_TOLERANCE:
            raise NotConverged(
                name,
                f"its equations hold to {outcome.residual:.1e} only",
                "less extreme feeds or settings",
            )


def balance_of(
    flowsheet: Flowsheet, done: Pass, period: float, responding: dict[str, np.ndarray]
) -> Balance:
    plant = flowsheet.plant
    findings: tuple[Finding, ...] = warnings(plant)
    for name in plant.units:
        findings += done.outcomes[name].findings
    return of_streams(
        plant.name,
        edges(flowsheet, done),
        flowsheet.wiring.order,
        period=period,
        duties={
            (name, kind): power * period
            for name, outcome in done.outcomes.items()
            for kind, power in outcome.duties.items()
        },
        facts={
            f"{name}.{path}": fact
            for name, unit in plant.units.items()
            for path, fact in unit.facts.items()
        },
        responses=responding,
        findings=findings,
        details={n: o.detail for n, o in done.outcomes.items() if o.detail is not None},
    )


def edges(flowsheet: Flowsheet, done: Pass) -> dict[Edge, Stream]:
    """Every way matter goes, with its stream: feeds, draws, and unit outlets."""
    plant, taker = flowsheet.plant, flowsheet.wiring.taker
    found: dict[Edge, Stream] = {}
    for feed, stream in flowsheet.feeds.items():
        if feed in taker:
            found[Edge(feed, None, taker[feed][0], "feed")] = stream
    for name in plant.units:
        for port, (_, reagent) in flowsheet.ports[name].items():
            if reagent is not None:
                kilograms = done.outcomes[name].drawn.get(port, 0.0)
                edge = Edge(f"{reagent} > {name}.{port}", None, name, "feed")
                found[edge] = kilograms * flowsheet.reagents[reagent]
    for name in plant.units:
        for port, stream in done.outcomes[name].outlets.items():
            full = f"{name}.{port}"
            target = taker[full][0] if full in taker else None
            role = "internal" if target else plant.outlets.get(full, "unassigned")
            found[Edge(full, name, target, role)] = stream  # type: ignore[arg-type]
    return found
