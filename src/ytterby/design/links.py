"""Several links in one train: every pair is tried, and those that pay are run together."""

from __future__ import annotations

from dataclasses import dataclass

from ytterby.design.linkage import link
from ytterby.design.linked import Leaving, Linked
from ytterby.design.organic_feed import pass_on, passing_pairs
from ytterby.design.step import Made, Step
from ytterby.design.train import Progress, Train
from ytterby.design.trial import Infeasible

Pair = tuple[Step, Step]


@dataclass(frozen=True)
class Dropped:
    """A pair that is not linked, and why. alone: what its link would save, None if it is none."""

    pair: Pair
    why: str
    alone: Linked | None = None

    @property
    def name(self) -> str:
        """Both cuts."""
        return " and ".join(step.name for step in self.pair)


@dataclass(frozen=True)
class Links:
    """A train with all links that pay.

    kept: in the order of the train, each on the train with those before it. dropped: the others.
    """

    train: Train
    kept: tuple[Linked, ...]
    dropped: tuple[Dropped, ...]

    @property
    def made(self) -> tuple[Made, ...]:
        """The products of the train with its links."""
        return self.kept[-1].made if self.kept else self.train.made

    @property
    def acid_saved(self) -> float:
        """kg of HCl per kg of oxide fed that all links save [-]."""
        return sum(one.acid_saved for one in self.kept)

    @property
    def alkali_saved(self) -> float:
        """kg of NaOH per kg of oxide fed that all links save [-]."""
        return sum(one.alkali_saved for one in self.kept)

    def closure(self) -> dict[str, float]:
        """(made - fed)/fed of each rare earth [-]."""
        return self.kept[-1].closure() if self.kept else self.train.metal_closure()


def links(train: Train, progress: Progress | None = None) -> Links:
    """All links of a train that pay, run together.

    Each pair of `passing_pairs` is linked by itself first. It pays where it finds a steady state,
    leaves every product pure and saves reagents, by the prices of the train. Of pairs that share a
    cascade the one that saves most is taken. Then they are made one after the other, each on what
    the links before it send on. A train with an unsharp first cut has one link only.

    Raises ValueError where the train has no two cascades to link.
    """
    tell = progress or (lambda text: None)
    if train.steps[0].node.middle:
        return Links(train, (link(train),), ())
    pairs = passing_pairs(train)
    if not pairs:
        raise ValueError("link: no cascade parts the extract of another on the same extractant")
    paying: list[Linked] = []
    dropped: list[Dropped] = []
    for pair in pairs:
        tell(f"link {pair[0].name} and {pair[1].name}")
        found = _tried(train, pair, {})
        if isinstance(found, Dropped):
            dropped.append(found)
        else:
            paying.append(found)
    chosen = _apart(paying, dropped)
    places = {id(step.node): place for place, step in enumerate(train.steps)}
    kept: list[Linked] = []
    for one in sorted(chosen, key=lambda one: places[id(one.steps[0].node)]):
        found = _again(kept[-1], one, dropped) if kept else one
        if found is not None:
            kept.append(found)
    return Links(train, tuple(kept), tuple(dropped))


def _tried(train: Train, pair: Pair, before: Leaving) -> Linked | Dropped:
    """The link of a pair on a train that has some already, or why it is not kept."""
    try:
        found = pass_on(train, *pair, before)
    except Infeasible as error:
        return Dropped(pair, str(error).partition(": ")[2])
    if found.spoilt:
        return Dropped(pair, f"{', '.join(found.spoilt)} would not be pure", found)
    if found.worth <= 0:
        return Dropped(pair, "it saves no reagents", found)
    return found


def _apart(paying: list[Linked], dropped: list[Dropped]) -> list[Linked]:
    """The links that save most and share no cascade; the others are dropped."""
    chosen: list[Linked] = []
    for one in sorted(paying, key=lambda one: -one.worth):
        rival = next((other for other in chosen if _share(one, other)), None)
        if rival is None:
            chosen.append(one)
        else:
            dropped.append(Dropped(one.steps, f"linking {rival.name} saves more", one))
    return chosen


def _share(one: Linked, other: Linked) -> bool:
    return bool({id(s.node) for s in one.steps} & {id(s.node) for s in other.steps})


def _again(last: Linked, one: Linked, dropped: list[Dropped]) -> Linked | None:
    """A link on the train as the links before it leave that; None where it is kept no longer."""
    train = last.after
    now = {id(step.node): step for step in train.steps}
    x, y = (now[id(step.node)] for step in one.steps)
    found = _tried(train, (x, y), last.leaving)
    if isinstance(found, Dropped):
        dropped.append(Dropped(found.pair, f"beside the other links {found.why}", one))
        return None
    return found
