"""Operations of a cascade in time: pumps that stop, and start-up at total reflux.

Each gives a cascade at fixed flows, to be passed to `simulate` as it is or in a `Change`.
"""

from __future__ import annotations

import dataclasses

from ytterby.separation.cascade import Cascade
from ytterby.separation.circuit import NoCircuit

TRICKLE = 1e-6
"""Share of a flow that a stopped pump still lets through [-]: nothing, but no division by it."""

MAINS = ("feed", "organic", "strip", "scrub")
"""The main flows of a cascade by name."""


def stopped(cascade: Cascade, *names: str) -> Cascade:
    """The cascade with pumps stopped: `feed`, `organic`, `strip`, `scrub` or side feeds by name.

    Raises ValueError for a name that is no flow of the cascade.
    """
    sides = {side.name for side in cascade.side_feeds}
    known = [name for name in MAINS if getattr(cascade, name) is not None]
    unknown = [name for name in names if name not in (*known, *sides)]
    if unknown:
        raise ValueError(
            f"stopped: no flow {', '.join(unknown)}, expected one of {', '.join([*known, *sides])}"
        )
    changes = {name: _slowed(getattr(cascade, name)) for name in names if name in known}
    side_feeds = tuple(
        dataclasses.replace(side, feed=_slowed(side.feed)) if side.name in names else side
        for side in cascade.side_feeds
    )
    return dataclasses.replace(cascade, side_feeds=side_feeds, **changes)


def total_reflux(cascade: Cascade) -> Cascade:
    """The cascade with its feed stopped and all strip liquor returned as scrub.

    So a cascade is started that needs long to come to purity: what it was filled with is parted
    before any product is drawn. Raises ValueError where there is no stripping section.
    """
    if not cascade.stages.stripping:
        raise ValueError("total reflux: expected stripping stages, whose liquor is returned")
    return dataclasses.replace(stopped(cascade, "feed"), reflux=1 - TRICKLE)


def standing(cascade: Cascade) -> Cascade:
    """The cascade as it can run with pumps that stand.

    As it is where every stage has both phases. Else a flow of nothing becomes a trickle beside the
    largest flow; and where droplets would carry off more of a phase than flows, that one leaves no
    droplets in the other until it flows again.
    Raises NoCircuit where a stage is left without one of the phases for another reason.
    """
    if _stands(cascade):
        return cascade
    cascade = _trickling(cascade)
    aqueous, organic = cascade.layout.entrainment
    for entrained in ((aqueous, organic), (0.0, organic), (aqueous, 0.0)):
        found = dataclasses.replace(cascade, entrainment=entrained)
        if _stands(found):
            return found
    found = dataclasses.replace(cascade, entrainment=(0.0, 0.0))
    _ = found.layout.circuit(found.first_flows()).settled
    return found


def _stands(cascade: Cascade) -> bool:
    """Whether every stage has both phases."""
    try:
        _ = cascade.layout.circuit(cascade.first_flows()).settled
    except NoCircuit:
        return False
    return True


def _trickling(cascade: Cascade) -> Cascade:
    """The cascade with a trickle for every flow of nothing."""
    mains = {n: f for n in MAINS if (f := getattr(cascade, n)) is not None}
    feeds = (*mains.values(), *(side.feed for side in cascade.side_feeds))
    least = TRICKLE * max(feed.flow or 0.0 for feed in feeds)

    def at_least(feed):
        return feed if feed.flow else dataclasses.replace(feed, flow=least)

    sides = tuple(dataclasses.replace(s, feed=at_least(s.feed)) for s in cascade.side_feeds)
    changes = {name: at_least(feed) for name, feed in mains.items()}
    return dataclasses.replace(cascade, side_feeds=sides, **changes)


def _slowed(feed):
    """A feed whose pump stands."""
    return dataclasses.replace(feed, flow=TRICKLE * feed.flow)
