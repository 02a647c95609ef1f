"""Operations of a cascade in time: pumps that stop, and start-up at total reflux.

Each gives a cascade at fixed flows, to be passed to `simulate` as it is or in a `Change`.
"""

from __future__ import annotations

import dataclasses

from ytterby.separation.cascade import Cascade
from ytterby.separation.circuit import Organic

TRICKLE = 1e-6
"""Share of a flow that a stopped pump still lets through [-]: nothing, but no division by it."""


def stopped(cascade: Cascade, *names: str) -> Cascade:
    """The cascade with pumps stopped: `feed`, `organic`, `strip`, `scrub` or side feeds by name.

    A phase that no longer flows leaves no droplets in the other: its entrainment ends with it.
    Raises ValueError for a name that is no flow of the cascade.
    """
    sides = {side.name for side in cascade.side_feeds}
    known = [n for n in ("feed", "organic", "strip", "scrub") if getattr(cascade, n) is not None]
    unknown = [name for name in names if name not in (*known, *sides)]
    if unknown:
        raise ValueError(
            f"stopped: no flow {', '.join(unknown)}, expected one of {', '.join([*known, *sides])}"
        )
    aqueous, organic = cascade.layout.entrainment
    entrained = (
        aqueous if _still_flows(cascade, names, "aqueous") else 0.0,
        organic if _still_flows(cascade, names, "organic") else 0.0,
    )
    changes = {name: _slowed(getattr(cascade, name)) for name in names if name in known}
    side_feeds = tuple(
        dataclasses.replace(side, feed=_slowed(side.feed)) if side.name in names else side
        for side in cascade.side_feeds
    )
    return dataclasses.replace(cascade, side_feeds=side_feeds, entrainment=entrained, **changes)


def total_reflux(cascade: Cascade) -> Cascade:
    """The cascade with its feed stopped and all strip liquor returned as scrub.

    So a cascade is started that needs long to come to purity: what it was filled with is parted
    before any product is drawn. Raises ValueError where there is no stripping section.
    """
    if not cascade.stages.stripping:
        raise ValueError("total reflux: expected stripping stages, whose liquor is returned")
    return dataclasses.replace(stopped(cascade, "feed"), reflux=1 - TRICKLE)


def _slowed(feed):
    """A feed whose pump stands."""
    return dataclasses.replace(feed, flow=TRICKLE * feed.flow)


def _still_flows(cascade: Cascade, names: tuple[str, ...], phase: str) -> bool:
    """Whether the main flow of a phase, the feed or the organic, still runs."""
    main = "organic" if phase == "organic" else "feed"
    loaded = phase == "aqueous" and isinstance(cascade.feed, Organic)
    return loaded or main not in names
