"""Linked cascades: a loaded organic serves as the saponified organic of another cascade.

After an unsharp first cut the middle product is made twice: as the extract of a cascade X in the
light branch and as the raffinate of a cascade Y in the heavy branch. X would strip it with acid,
and Y would bring it to its organic with alkali. Linked, the loaded organic of X enters stage 1 of
Y as it is, and part of the raffinate of Y, the same product as chloride, is the scrub of X:

    Na ->  X  -> organic loaded with the middle product ->  Y  -> strip -> Na ...
    X <- scrub = part of the raffinate of Y;   the rest of it is the product

One saponification and one stripping serve two cascades.
"""

from __future__ import annotations

from dataclasses import replace

from ytterby.design.flows_by_charge import EXTRACT_TOLERANCE
from ytterby.design.linked import CLOSED, MOST_TURNS, Linked, Trimmed, carried, solved
from ytterby.design.liquor import Outflow
from ytterby.design.organic_feed import pass_on, passing_pairs
from ytterby.design.practice import CHARGE, SODIUM
from ytterby.design.step import Step
from ytterby.design.train import Train
from ytterby.design.trial import Infeasible
from ytterby.separation import Aqueous, Cascade, Organic, Profile, Stages

ATTEMPTS, MORE_ACID, MORE_STAGES = 6, 1.2, 3
"""Most tries with more stripping; factor on the acid and stages added in each."""


def link(train: Train, pair: tuple[Step, Step] | None = None) -> Linked:
    """Link two cascades of a train.

    pair: X and Y, of `passing_pairs`; None: the two that make the middle product of an unsharp
    first cut, or else the two between which most metal passes. Raises ValueError where the train
    has no two cascades to link, Infeasible where the pair finds no steady state.
    """
    root = train.steps[0].node
    if pair is None and root.middle:
        return share(train)
    if pair is None:
        found = passing_pairs(train)
        if not found:
            raise ValueError(
                "link: no cascade parts the extract of another on the same extractant, and there "
                "is no unsharp first cut"
            )
        pair = found[0]
    return pass_on(train, *pair)


def share(train: Train) -> Linked:
    """Link the two cascades of a train that make the middle product of its unsharp first cut.

    Stages of extraction and scrubbing stay as designed; the organic is the larger of both flows,
    scrub of X and reflux of Y are trimmed so that both branches send out what they should. What Y
    does not strip now meets the raffinate of X, so stripping stages and acid are added until the
    products are pure, `ATTEMPTS` times at most; `Linked.made` tells whether they are.
    Raises ValueError where the train has no unsharp cut, Infeasible where the pair finds no steady
    state.
    """
    x, y = _pair(train)
    for attempt in range(ATTEMPTS):
        state = _Link(x, y, attempt)
        for _ in range(MOST_TURNS):
            if state.turn():
                break
        else:
            raise Infeasible(
                f"link of {x.name} and {y.name}: no steady state after {MOST_TURNS} turns; "
                "run them unlinked"
            )
        linked = _linked(train, x, y, state)
        if all(one.met for one in linked.made):
            break
    return linked


def _pair(train: Train) -> tuple[Step, Step]:
    """X, which extracts the middle product, and Y, which leaves it in the raffinate."""
    root = train.steps[0].node
    if not root.middle or root.light is None or root.heavy is None:
        raise ValueError("link: the train has no unsharp first cut; design it with unsharp=True")
    steps = {id(step.node): step for step in train.steps}
    x, y = root.light, root.heavy
    while x.heavy is not None:
        x = x.heavy
    while y.light is not None:
        y = y.light
    return steps[id(x)], steps[id(y)]


class _Link:
    """The pair on its way to a steady state."""

    def __init__(self, x: Step, y: Step, attempt: int) -> None:
        self.x, self.y = x, y
        sized_x, sized_y = x.sized, y.sized
        self.organic = max(_flow(x), _flow(y))
        more = MORE_ACID**attempt
        self.strip = sized_y.profile.flows.strip * self.organic / _flow(y) * more
        self.reflux = sized_y.profile.flows.reflux / more
        n = sized_y.stages
        self.stages = replace(n, stripping=n.stripping + MORE_STAGES * attempt)
        self.returned = dict(sized_y.cascade.organic.concentrations)
        raffinate = sized_y.profile.outlets["raffinate"]
        self.elements = tuple(dict.fromkeys((*x.cut.series, *y.cut.series)))
        places = x.cut.chemistry.index(self.elements)
        total = float(raffinate.amounts[places].sum())
        strength = sized_y.practice.feed
        self.liquor = {
            e: strength * float(n) / total
            for e, n in zip(self.elements, raffinate.amounts[places], strict=True)
        }
        metal = sized_x.practice.loaded * self.organic
        self.scrub = max(metal - sum(sized_x.outlet("extract").values()), 0.0) / strength
        self.profile_x: Profile
        self.profile_y: Profile
        self.started = False
        self.trims = Trimmed(), Trimmed()

    def turn(self) -> bool:
        """Once round: X, its organic through Y, stripped and back; whether nothing changed."""
        x, y = self.x, self.y
        before = self._state()
        n = x.sized.stages
        saponified = {SODIUM: x.sized.practice.sodium, **self.returned}
        cascade = Cascade(
            x.cut.chemistry,
            Stages(n.extraction, n.scrubbing, 0),
            x.sized.cascade.feed,
            Organic(self.organic, x.sized.practice.dimer, saponified),
            scrub=Aqueous(self.scrub, self.liquor, x.sized.practice.feed_acid),
        )
        self.profile_x = solved(cascade, self.profile_x if self.started else None, x.name)
        loaded = carried(self.profile_x, self.organic)
        wanted = sum(y.cut.feed[e] for e in y.cut.heavies) - y.cut.heavy_lost + y.cut.light_lost
        rich = Cascade(
            y.cut.chemistry,
            self.stages,
            y.sized.cascade.feed,
            Organic(self.organic, y.sized.practice.dimer, loaded),
            strip=Aqueous(self.strip, {}, y.sized.practice.strip_acid),
            reflux=self.reflux,
        )
        self.profile_y = solved(rich, self.profile_y if self.started else None, y.name)
        self.started = True
        extract = sum(self.leaving(self.profile_y, "extract").values())
        slope = -self.strip * y.sized.practice.strip_acid / CHARGE
        self.reflux = self.trims[0].step(self.reflux, extract - wanted, slope)
        light = sum(self.leaving(self.profile_x, "raffinate").values())
        lights = sum(x.cut.feed[e] for e in x.cut.lights) - x.cut.light_lost + x.cut.heavy_lost
        self.scrub = self.trims[1].step(self.scrub, light - lights, self.strength)
        self._pass_on()
        after = self._state()
        change = max(abs(a - b) for a, b in zip(after, before, strict=True))
        tight = EXTRACT_TOLERANCE * min(x.cut.heavy_lost, x.cut.light_lost, y.cut.light_lost)
        missed = max(abs(extract - wanted), abs(light - lights))
        return change <= CLOSED * max(after) and missed <= tight

    def leaving(self, profile: Profile, name: str) -> dict[str, float]:
        """Rare earths in an outlet [mol/s]."""
        places = self.x.cut.chemistry.index(self.elements)
        return dict(zip(self.elements, profile.outlets[name].amounts[places].tolist(), strict=True))

    @property
    def strength(self) -> float:
        """Rare earths in the scrub of X [mol/L]."""
        return sum(self.liquor.values())

    def _pass_on(self) -> None:
        """The raffinate of Y becomes the scrub, the stripped organic of Y the organic of X."""
        raffinate = self.leaving(self.profile_y, "raffinate")
        total = sum(raffinate.values())
        strength = self.y.sized.practice.feed
        self.liquor = {e: strength * n / total for e, n in raffinate.items()}
        self.returned = {
            e: v for e, v in carried(self.profile_y, self.organic).items() if e != SODIUM
        }

    def _state(self) -> list[float]:
        """What passes between the cascades [mol/s]."""
        scrub = [self.scrub * v for v in self.liquor.values()]
        back = [self.organic * self.returned.get(e, 0.0) for e in self.elements]
        return scrub + back


def _flow(step: Step) -> float:
    return step.sized.profile.flows.organic


def _linked(train: Train, x: Step, y: Step, state: _Link) -> Linked:
    """The train with the linked pair in the place of X and Y."""
    drawn = Outflow.of(y.cut, state.profile_y, "raffinate")
    scrubbed = state.scrub * state.strength / sum(drawn.metals.values())
    leaving = {
        (id(x.node), "raffinate"): Outflow.of(x.cut, state.profile_x, "raffinate"),
        (id(y.node), "raffinate"): drawn.part(1 - scrubbed),
        (id(y.node), "extract"): Outflow.of(y.cut, state.profile_y, "extract"),
    }
    alkali = state.profile_x.alkali_used
    return Linked.of(train, (x, y), (state.profile_x, state.profile_y), alkali, leaving, {})
