"""The report of a design: one HTML page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ytterby.app.figures import profile_svg
from ytterby.app.figures.purity import mccabe_thiele_svg, purity_svg
from ytterby.app.figures.train import Box, train_svg
from ytterby.app.files import write_text
from ytterby.app.page import page
from ytterby.app.show import percent, significant
from ytterby.design import Designed, Links, Train, sensitivities
from ytterby.design.card import rows
from ytterby.design.practice import ACID_MASS, ALKALI_MASS, SALT_MASS
from ytterby.design.sequence import Node
from ytterby.facts import Fact, below

_TEMPLATE = "design.html"
_HOURS, _DAY = 3600, 24
_TWO = 0.9
"""Share of the feed in the two neighbours of a cut from which on a staircase says something [-]."""


def write_cut(designed: Designed, name: str, path: Path) -> None:
    """Write the report of a cut; a `name` that is a shipped partition brings its facts along."""
    cut = designed.cut
    badges = [
        _badge("Purity", percent(designed.purity), designed.sized.light_lost <= cut.light_lost),
        _badge("Recovery", percent(designed.recovery), designed.sized.heavy_lost <= cut.heavy_lost),
    ]
    content = {
        "name": f"{name}: {cut.name}",
        "badges": badges,
        "drawing": "",
        "tables": [],
        "cascades": [_cascade(designed)],
        "facts": _facts([designed.sized.practice.extractant], name),
    }
    write_text(page(_TEMPLATE, content), path)


def write_train(
    train: Train, name: str, path: Path, feed: str = "", links: Links | None = None
) -> None:
    """Write the report of a train, with what each separation factor does.

    feed: the shipped partition it is fed with, whose facts are shown; the name where empty.
    links: tried on the train, if any were.
    """
    content = {
        "name": name,
        "badges": _train_badges(train),
        "drawing": Markup(drawing_of(train, name)),
        "tables": [
            _products(train),
            _composition(train),
            _stages(train),
            _liquors(train),
            *([_linked(links)] if links else []),
            _sensitivity(train),
        ],
        "cascades": [_cascade(train.designed(step)) for step in train.steps],
        "facts": _facts((step.sized.practice.extractant for step in train.steps), feed or name),
    }
    write_text(page(_TEMPLATE, content), path)


_CLOSED = 1e-6
"""Closure of an element from which on a train counts as closed [-]: far below any assay."""


def _train_badges(train: Train) -> list[dict[str, str]]:
    """What stands at the head of the report of a train."""
    met = sum(made.met for made in train.made)
    worst = max(abs(gap) for gap in train.closure().values())
    badges = [
        _badge("Products", f"{met} of {len(train.made)} as pure as wanted", met == len(train.made)),
        _badge("Size", f"{len(train.steps)} cascades, {train.stages} stages", None),
        _badge(
            "Reagents",
            f"{significant(train.acid)} kg HCl, {significant(train.alkali)} kg NaOH to saponify, "
            f"{significant(train.alkali_for_acid)} to neutralise, per kg of oxide fed",
            None,
        ),
        _badge(
            "Between cascades",
            f"{significant(train.evaporated)} kg of water boiled off, {significant(train.salt)} kg "
            "of salt crystallised, per kg of oxide fed",
            None,
        ),
        _badge(
            "Locked up",
            f"{significant(sum(train.locked.values()))} kg of oxides, worth "
            f"{significant(train.locked_value)}, fed in "
            f"{significant(sum(train.locked.values()) / train.oxide_fed / _HOURS / _DAY)} days",
            None,
        ),
        _badge("Closure", f"every element and the water within {worst:.0e}", worst < _CLOSED),
    ]
    if train.overloaded:
        cuts = ", ".join(step.name for step in train.overloaded)
        badges.append(
            _badge("Loading", f"beyond the limit in {cuts}: a third phase may form", False)
        )
    return badges


def drawing_of(train: Train, name: str) -> str:
    """The drawing of a train as SVG."""
    steps = {id(step.node): step for step in train.steps}
    products = train.task.products

    def box(node: Node) -> Box:
        step = steps[id(node)]
        sized = step.sized
        n = sized.stages
        organic = significant(sized.profile.flows.organic * _HOURS)
        light = box(node.light) if node.light else products[node.after].name
        start = node.after + 1 - node.middle
        heavy = box(node.heavy) if node.heavy else products[start].name
        return Box(
            step.name,
            (f"{n.extraction} + {n.scrubbing} + {n.stripping} stages", f"organic {organic} L/h"),
            "\n".join(f"{key}: {value}" for key, value in rows(train.designed(step))),
            light,
            heavy,
        )

    told = [
        (
            made.product.name,
            f"{significant(made.oxide * _HOURS)} kg/h, {percent(made.purity)}"
            + ("" if made.met else f", wanted {percent(made.product.purity)}"),
        )
        for made in train.made
    ]
    return train_svg(box(train.steps[0].node), told, name)


def _cascade(designed: Designed) -> dict[str, Any]:
    sized, cut, profile = designed.sized, designed.cut, designed.profile
    n = sized.stages
    lengths = {"extraction": n.extraction, "scrubbing": n.scrubbing, "stripping": n.stripping}
    index = cut.chemistry.index
    x, y = profile.aqueous, profile.organic
    everything = index(cut.series)
    heavy_x = x[:, index(cut.heavies)].sum(1) / x[:, everything].sum(1)
    light_y = y[:, index(cut.sharp_lights)].sum(1) / y[:, everything].sum(1)
    top = n.extraction + n.scrubbing
    shown = {"extraction": n.extraction, "scrubbing": n.scrubbing}
    pictures = [
        purity_svg(heavy_x[:top], light_y[:top], shown, cut.name),
        profile_svg(profile, lengths, cut.name),
    ]
    two = cut.feed[cut.lights[-1]] + cut.feed[cut.heavies[0]]
    if two >= _TWO * cut.total and not cut.middle:
        heavy_y = y[:, index(cut.heavies)].sum(1) / y[:, everything].sum(1)
        pictures.append(mccabe_thiele_svg(heavy_x[:top], heavy_y[:top], n.extraction, cut.name))
    return {
        "name": cut.name,
        "rows": rows(designed),
        "pictures": [Markup(picture) for picture in pictures],
    }


def _products(train: Train) -> dict[str, Any]:
    lines = []
    for made in train.made:
        fed = sum(made.fed[e] for e in made.product.elements)
        got = sum(made.amounts.get(e, 0.0) for e in made.product.elements)
        lines.append(
            (
                made.product.name,
                significant(made.oxide * _HOURS),
                percent(made.purity),
                percent(made.product.purity) + ("" if made.met else ", missed"),
                percent(got / fed),
            )
        )
    return {
        "title": "Products",
        "heads": ("Product", "kg/h of oxides", "purity", "wanted", "recovered"),
        "rows": lines,
        "note": "Purity is the share of its own elements in its rare earth oxides, by weight.",
    }


def _composition(train: Train) -> dict[str, Any]:
    elements = [e for product in train.task.products for e in product.elements]
    return {
        "title": "Where each element goes",
        "heads": ("Element", *(made.product.name for made in train.made)),
        "rows": [(e, *(percent(made.recovery(e)) for made in train.made)) for e in elements],
        "note": "Share of what is fed.",
    }


def _stages(train: Train) -> dict[str, Any]:
    lines = []
    for step in train.steps:
        n, profile, guess = step.sized.stages, step.sized.profile, step.node.plan.stages
        lines.append(
            (
                step.name,
                step.sized.practice.extractant,
                significant(step.cut.key_factor),
                f"{n.extraction} + {n.scrubbing} + {n.stripping}",
                " + ".join(f"{count:.0f}" for count in guess),
                significant(profile.flows.organic * _HOURS),
                significant(profile.flows.strip * _HOURS),
                percent(profile.flows.reflux),
                significant(step.sized.organic),
                percent(float(profile.loading.max())),
            )
        )
    heads = "Cut,extractant,factor,stages,by theory,organic L/h,strip L/h,reflux,"
    heads += "loaded per feed,loading"
    return {"title": "Stages and flows", "heads": heads.split(","), "rows": lines, "note": ""}


def _liquors(train: Train) -> dict[str, Any]:
    """How the feed of every cascade but the first is made ready."""
    lines = []
    for step in train.steps:
        if step.arriving is None:
            continue
        came, feed = step.arriving, step.feed
        how = feed.conditioning
        lines.append(
            (
                step.name,
                significant(came.flow * _HOURS),
                significant(sum(came.metals.values()) / came.flow),
                significant(max(came.acid, 0.0) / came.flow),
                significant(how.alkali * ALKALI_MASS * _HOURS),
                significant(how.acid * ACID_MASS * _HOURS),
                significant(how.water * _HOURS),
                significant(how.salt * SALT_MASS * _HOURS),
                significant(feed.flow * _HOURS),
                significant(feed.sodium),
            )
        )
    heads = "Feed of,arriving L/h,RE mol/L,acid mol/L,NaOH kg/h,HCl kg/h,water L/h,"
    heads += "salt off kg/h,fed L/h,NaCl mol/L"
    return {
        "title": "Liquors between the cascades",
        "heads": heads.split(","),
        "rows": lines,
        "note": "Water is boiled off where negative. Salt that still dissolves goes on with the "
        "liquor; sodium, chloride and water close over the train.",
    }


def _linked(links: Links) -> dict[str, Any]:
    """Every pair that may be linked, what it saves and whether it is kept."""
    lines = [
        (one.name, significant(one.acid_saved), significant(one.alkali_saved), "kept")
        for one in links.kept
    ]
    for other in links.dropped:
        alone = other.alone
        acid = significant(alone.acid_saved) if alone else ""
        alkali = significant(alone.alkali_saved) if alone else ""
        lines.append((other.name, acid, alkali, f"not kept: {other.why}"))
    total = significant(links.acid_saved), significant(links.alkali_saved)
    lines.append(("all that are kept", *total, ""))
    return {
        "title": "Links",
        "heads": ("Cascades", "kg HCl saved", "kg NaOH saved", "what came of it"),
        "rows": lines,
        "note": "Per kg of oxide fed. The loaded organic of the first cascade is the feed of the "
        "second, which alone is stripped. All other tables are of the train without links.",
    }


def _sensitivity(train: Train) -> dict[str, Any]:
    lines = []
    for item in sensitivities(train):
        failing = ", ".join(f"{name} ×{significant(over)}" for name, over in item.failing)
        lines.append(
            (
                f"{item.heavy}/{item.light}",
                significant(item.factor),
                f"{item.stages:+.2f}",
                f"{item.organic:+.2f}",
                item.reason or failing or "all products stay pure",
            )
        )
    return {
        "title": "What each separation factor does",
        "heads": ("Pair", "factor", "% stages per %", "% organic per %", "if it were 5 % lower"),
        "rows": lines,
        "note": "The last column keeps stages and organic flows and trims each reflux: products "
        "out of specification, with their impurity over the allowed one.",
    }


def _badge(head: str, told: str, good: bool | None) -> dict[str, str]:
    state = "" if good is None else "good" if good else "bad"
    return {"head": head, "text": told, "state": state}


def _facts(extractants: Iterable[str], feed: str) -> Sequence[Fact]:
    process = (f"{name.lower()}.process" for name in dict.fromkeys(extractants))
    return [f for prefix in (f"partition.{feed}", *process, "design") for f in below(prefix)]
