"""Linked cascades: the loaded organic of one is the feed of the next, without stripping between.

In a train of sharp cuts the extract of a cascade X is the feed of a cascade Y. X would strip what
it loaded with acid, and Y would load it again with alkali. Linked, the scrubbed organic of X
enters Y at its feed stage; only Y strips, and a part of its strip liquor scrubs X:

    Na -> X -> loaded organic -> feed stage of Y <- organic of Y <- Na
                                 Y -> strip -> stripped organic, to X and to Y
          X <- scrub = part of the strip liquor of Y;  the rest of it is the extract

An organic feed is a vapour feed of a distillation column: Underwood's root is that of
sum_i alpha_i z_i/(alpha_i - theta) = 1, and of the organic that the scrubbing section needs one
mole per mole of feed comes with the feed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ytterby.design.cut import Cut
from ytterby.design.flows_by_charge import EXTRACT_TOLERANCE
from ytterby.design.linked import CLOSED, Leaving, Linked, Trimmed, carried, solved
from ytterby.design.liquor import Outflow
from ytterby.design.practice import CHARGE, SODIUM
from ytterby.design.step import Step
from ytterby.design.train import Train
from ytterby.design.trial import Infeasible
from ytterby.separation import Aqueous, Cascade, Organic, Profile, Stages

ATTEMPTS, MORE_ORGANIC, FINEST = 12, 1.05, 0.3
"""Most steps, factor on the organic of Y in each, and to what part of a step the least is sought
[-]."""
TURNS, HOPELESS = 100, 2
"""Most times round the two cascades, and attempts without a steady state that are enough [-]."""
LEAST_REFLUX = 0.05
"""Share of the strip liquor that goes on as scrub to begin with, at least [-]."""
TRIMS = 40
"""Most steps of scrub or reflux in a turn [-]."""
BISECTIONS = 100
"""Halvings of the bracket of the Underwood root: down to rounding."""


def passing_pairs(train: Train) -> tuple[tuple[Step, Step], ...]:
    """Cascades whose extract another one parts further, the most metal first."""
    steps = {id(step.node): step for step in train.steps}
    found = [
        (step, steps[id(step.node.heavy)]) for step in train.steps if step.node.heavy is not None
    ]
    alike = [pair for pair in found if len({step.sized.practice.extractant for step in pair}) == 1]
    return tuple(sorted(alike, key=lambda pair: -pair[1].cut.total))


def least_beside_organic_feed(cut: Cut) -> float:
    """Saponified organic that Y needs besides an organic feed at least, per mole of feed [-]."""
    lumps = cut.lumps
    alpha, z = lumps.factors, lumps.feed
    low, high = float(alpha[lumps.lights - 1]), float(alpha[lumps.lights])
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        value = float((alpha * z / (alpha - middle)).sum()) - 1
        low, high = (middle, high) if value < 0 else (low, middle)
    heavy = slice(lumps.lights, None)
    scrubbing = float((alpha[heavy] * z[heavy] / (alpha[heavy] - (low + high) / 2)).sum())
    return max(scrubbing - 1, 0.0)


def pass_on(train: Train, x: Step, y: Step, before: Leaving | None = None) -> Linked:
    """Link two cascades of a train, the extract of `x` being the feed of `y`.

    before: what leaves the links that the train has already.

    Stages of extraction and scrubbing stay as designed. Y gets as much saponified organic of its
    own as theory asks for, and more of it until the products are pure, `ATTEMPTS` times at most;
    `Linked.made` tells whether they are. Raises Infeasible where no steady state is found.
    """
    before = before or {}
    failed, why, attempt, pure = 0, "", 0.0, False
    best: Linked | None = None
    while attempt < ATTEMPTS and not pure:
        found = _tried(train, x, y, attempt, before)
        if isinstance(found, str):
            failed, why = failed + 1, found
            if failed == HOPELESS:
                break
        else:
            best, pure = found, all(one.met for one in found.made)
        attempt += 1
    if best is None:
        raise Infeasible(
            f"link of {x.name} and {y.name}: no steady state was found, {why}; run them unlinked"
        )
    return _least(train, x, y, attempt - 1, best, before) if pure and attempt > 1 else best


def _tried(train: Train, x: Step, y: Step, attempt: float, before: Leaving) -> Linked | str:
    """The link at so many steps of organic, or what stands in the way of a steady state."""
    state = _Passing(x, y, attempt)
    return state.settle() or state.linked(train, before)


def _least(train: Train, x: Step, y: Step, enough: float, best: Linked, before: Leaving) -> Linked:
    """The link with no more organic than keeps all products pure, to a part of a step."""
    low, high = enough - 1, enough
    while high - low > FINEST:
        attempt = (low + high) / 2
        found = _tried(train, x, y, attempt, before)
        if isinstance(found, Linked) and all(one.met for one in found.made):
            best, high = found, attempt
        else:
            low = attempt
    return best


@dataclass
class _Flows:
    """What the linked pair is run with: organics and strip acid [L/s], reflux of Y [-], rare earths
    that scrub X, part of the strip liquor that Y draws off [mol/s]."""

    own: float
    strip: float
    reflux: float
    scrub: float


class _Passing:
    """The pair on its way to a steady state."""

    def __init__(self, x: Step, y: Step, attempt: float) -> None:
        self.x, self.y = x, y
        self.organic = x.sized.profile.flows.organic
        practice, cut, plan = y.sized.practice, y.cut, y.node.plan
        ratio = plan.organic / plan.least * MORE_ORGANIC**attempt
        own = ((least_beside_organic_feed(cut) + 1) * ratio - 1) * cut.total / practice.loaded
        before = y.sized.profile.flows
        total = (self.organic + own) / before.organic
        strip = before.strip * total
        wanted = sum(x.cut.feed[e] for e in x.cut.heavies)
        loaded = x.sized.practice.loaded * self.organic
        scrubbing = max(loaded - wanted, 0.0)
        kept = sum(y.sized.outlet("extract").values())
        drawn = kept + scrubbing
        everything = loaded + own * practice.loaded
        self.flows = _Flows(own, strip, max(1 - drawn / everything, LEAST_REFLUX), scrubbing)
        n = y.sized.stages
        stripping = max(n.stripping, x.sized.stages.stripping)
        self.stages = Stages(n.extraction, n.scrubbing, stripping)
        self.returned = dict(y.sized.cascade.organic.concentrations)
        self.liquor = Outflow.of(y.cut, y.sized.profile, "extract")
        self.trims = Trimmed(), Trimmed()
        self.light: Profile | None = None
        self.heavy: Profile | None = None

    def settle(self) -> str:
        """Go round until all is still; what stands in the way of that, or nothing."""
        try:
            still = any(self.turn() for _ in range(TURNS))
        except Infeasible as error:
            return str(error)
        return "" if still else f"its flows still swing after {TURNS} turns"

    def turn(self) -> bool:
        """Once round: X, its organic to Y, strip liquor and organic back; whether all is still.

        X is given the scrub, and Y the reflux, that make their raffinates what they should be,
        before anything passes on: so only compositions are left to settle from turn to turn.
        """
        y, flows = self.y, self.flows
        before = self._state()
        light = self._trimmed_light()
        heavy = self._trimmed_heavy(carried(light, self.organic))
        self.liquor = Outflow.of(y.cut, heavy, "extract")
        if flows.scrub >= sum(self.liquor.metals.values()):
            raise Infeasible(f"link, cut {y.name}: no strip liquor is left to scrub with")
        total = carried(heavy, self.organic + flows.own)
        self.returned = {e: v for e, v in total.items() if e in y.cut.series and v > 0}
        after = self._state()
        change = max(abs(a - b) for a, b in zip(after, before, strict=True))
        return change <= CLOSED * max(after)

    def _trimmed_light(self) -> Profile:
        """X with the scrub at which its raffinate is what the cut wants."""
        x = self.x
        n, practice = x.sized.stages, x.sized.practice
        for _ in range(TRIMS):
            cascade = Cascade(
                x.cut.chemistry,
                Stages(n.extraction, n.scrubbing, 0),
                x.sized.cascade.feed,
                Organic(self.organic, practice.dimer, {**self.returned, SODIUM: practice.sodium}),
                scrub=self._scrub(),
            )
            self.light = solved(cascade, self.light, x.name)
            miss = self._missed(x, self.light)
            if abs(miss) <= self.tight:
                return self.light
            # By charge, what scrubs more comes out in the raffinate.
            self.flows.scrub = self.trims[0].step(self.flows.scrub, miss, 1.0)
        raise Infeasible(f"link, cut {x.name}: no scrub makes its raffinate what it should be")

    def _trimmed_heavy(self, loaded: dict[str, float]) -> Profile:
        """Y with the reflux at which its raffinate is what the cut wants.

        loaded: on the organic that X sends [mol/L].
        """
        y, flows, practice = self.y, self.flows, self.y.sized.practice
        for _ in range(TRIMS):
            cascade = Cascade(
                y.cut.chemistry,
                self.stages,
                Organic(self.organic, practice.dimer, loaded),
                Organic(flows.own, practice.dimer, {**self.returned, SODIUM: practice.sodium}),
                strip=Aqueous(flows.strip, {}, practice.strip_acid),
                reflux=flows.reflux,
            )
            self.heavy = solved(cascade, self.heavy, y.name)
            miss = self._missed(y, self.heavy)
            if abs(miss) <= self.tight:
                return self.heavy
            slope = flows.strip * practice.strip_acid / CHARGE
            moved = self.trims[1].step(flows.reflux, miss, slope)
            flows.reflux = min(moved, (1 + flows.reflux) / 2)
        raise Infeasible(f"link, cut {y.name}: no reflux makes its raffinate what it should be")

    def _missed(self, step: Step, profile: Profile) -> float:
        """Rare earths in a raffinate beyond what the cut wants there [mol/s]."""
        cut = step.cut
        wanted = sum(cut.feed[e] for e in cut.lights) - cut.light_lost + cut.heavy_lost
        return sum(Outflow.of(cut, profile, "raffinate").metals.values()) - wanted

    @property
    def tight(self) -> float:
        """How near both raffinates come to what they should be [mol/s]."""
        x, y = self.x.cut, self.y.cut
        return EXTRACT_TOLERANCE * min(x.heavy_lost, x.light_lost, y.heavy_lost, y.light_lost)

    def _scrub(self) -> Aqueous:
        """Part of the strip liquor of Y, with the acid that is in it."""
        part = self.liquor.part(self.flows.scrub / sum(self.liquor.metals.values()))
        return Aqueous(
            part.flow,
            {e: n / part.flow for e, n in part.metals.items()},
            max(part.acid, 0.0) / part.flow,
        )

    def _state(self) -> list[float]:
        """What passes between the cascades [mol/s]."""
        drawn = sum(self.liquor.metals.values())
        each = (self.liquor.metals.get(e, 0.0) for e in self.y.cut.series)
        scrub = [self.flows.scrub / drawn * n for n in each]
        back = [self.organic * self.returned.get(e, 0.0) for e in self.y.cut.series]
        return scrub + back

    def linked(self, train: Train, before: Leaving) -> Linked:
        """The train with the pair as it stands, beside the links it has already."""
        assert self.light is not None and self.heavy is not None
        x, y = self.x, self.y
        leaving = {
            (id(x.node), "raffinate"): Outflow.of(x.cut, self.light, "raffinate"),
            (id(y.node), "raffinate"): Outflow.of(y.cut, self.heavy, "raffinate"),
            (id(y.node), "extract"): self.liquor.part(
                1 - self.flows.scrub / sum(self.liquor.metals.values())
            ),
        }
        own = np.array([self.organic, self.flows.own]) * [
            x.sized.practice.sodium,
            y.sized.practice.sodium,
        ]
        profiles = self.light, self.heavy
        return Linked.of(train, (x, y), profiles, float(own.sum()), leaving, before)
