"""Designs as a few lines of text."""

from __future__ import annotations

from collections.abc import Iterable

from ytterby.design.designed import Designed
from ytterby.design.linked import Linked
from ytterby.design.links import Links
from ytterby.design.loading import highest, overloaded
from ytterby.design.step import Made
from ytterby.design.train import Train

_HOURS, _DAY = 3600, 24
_OVERLOADED = "loaded beyond the limit: a third phase may form; saponify less"


def card(designed: Designed) -> str:
    """What an engineer asks first of a designed cut, in a dozen lines."""
    return "\n".join(f"{label:<26}{text}" for label, text in rows(designed))


def rows(designed: Designed) -> list[tuple[str, str]]:
    """(label, text) of the card."""
    sized, cut, profile = designed.sized, designed.cut, designed.profile
    stages, flows, monitor = sized.stages, profile.flows, designed.monitor
    loading = highest(profile)
    limit = sized.practice.loading_limit
    told = [
        ("cut", f"{cut.name}, separation factor {cut.key_factor:.2f}"),
        ("raffinate, extract", f"{'+'.join(cut.lights)} | {'+'.join(cut.heavies)}"),
        (
            "stages",
            f"{stages.extraction} extraction, {stages.scrubbing} scrubbing, "
            f"{stages.stripping} stripping",
        ),
        ("first guess by theory", ", ".join(f"{count:.1f}" for count in designed.plan.stages)),
        (
            "flows",
            f"organic {flows.organic * _HOURS:.4g} L/h, strip acid {flows.strip * _HOURS:.4g} L/h, "
            f"reflux {flows.reflux:.1%} of the strip liquor",
        ),
        (
            "loaded per mole of feed",
            f"{sized.organic:.3f}; least {designed.plan.least:.3f}, "
            f"of least cost {designed.plan.organic:.3f}",
        ),
        ("saponification", f"{sized.practice.saponification:.1%} of the monomer"),
        ("highest loading", f"{loading:.1%} of the extractant, limit {limit:.0%}"),
        (
            "reagents",
            f"{designed.acid:.3g} kg HCl and {designed.alkali:.3g} kg NaOH per kg of oxide fed",
        ),
        ("extract", f"{designed.purity:.5%} of the oxides, {designed.recovery:.5%} recovered"),
        (
            "monitor stage",
            f"{monitor.stage}: {cut.heavies[0]} and heavier {monitor.share:.1%} of the rare earths "
            f"in the aqueous, {monitor.response / 100:+.1%} per per cent of organic flow",
        ),
        (
            "held in the stages",
            f"{sum(designed.locked.values()):.4g} kg of oxide in "
            f"{designed.organic_inventory:.3g} m3 of organic",
        ),
    ]
    if overloaded(sized.practice, profile):
        told.append(("warning", _OVERLOADED))
    if designed.classical is not None:
        rule = designed.classical
        told.append(
            (
                "square-root rule",
                f"{rule.operation.organic:.3f} loaded, {rule.formula:.1f} stages by formula, "
                f"{rule.exact:.1f} exactly ({rule.undercount:+.0%} short), "
                f"{rule.plan.cost / designed.plan.cost - 1:+.1%} cost",
            )
        )
    return told


def train_card(train: Train) -> str:
    """Cascades and products of a train as text."""
    lines = [
        f"{len(train.steps)} cascades, {train.stages} stages, "
        f"{train.organic_inventory:.4g} m3 of organic",
        f"acid {train.acid:.3g} kg HCl, saponification {train.alkali:.3g} and neutralisation "
        f"{train.alkali_for_acid:.3g} kg NaOH per kg of oxide fed",
        f"between cascades {train.evaporated:.3g} kg of water is boiled off and "
        f"{train.salt:.3g} kg of salt crystallises per kg of oxide fed",
        f"held in the stages {sum(train.locked.values()):.4g} kg of oxide, worth "
        f"{train.locked_value:.3g}, fed in "
        f"{sum(train.locked.values()) / train.oxide_fed / _HOURS / _DAY:.3g} days",
        "",
        f"{'cut':<16}{'on':<11}{'factor':>7}{'extraction':>12}{'scrubbing':>11}{'stripping':>11}"
        f"{'organic L/h':>13}{'S':>7}{'loading':>9}",
    ]
    for step in train.steps:
        sized, profile = step.sized, step.sized.profile
        n = sized.stages
        lines.append(
            f"{step.name:<16}{sized.practice.extractant:<11}{step.cut.key_factor:>7.2f}{n.extraction:>12}{n.scrubbing:>11}"
            f"{n.stripping:>11}{profile.flows.organic * _HOURS:>13.4g}{sized.organic:>7.2f}"
            f"{highest(profile):>9.0%}"
        )
    for step in train.overloaded:
        lines.append(f"warning: {step.name} is {_OVERLOADED}")
    lines += ["", f"{'product':<12}{'kg/h':>9}{'purity':>11}{'wanted':>10}{'recovered':>12}"]
    for made in train.made:
        product = made.product
        got = sum(made.amounts.get(e, 0.0) for e in product.elements)
        fed = sum(made.fed[e] for e in product.elements)
        lines.append(
            f"{product.name:<12}{made.oxide * _HOURS:>9.4g}{made.purity:>11.4%}"
            f"{product.purity:>10.2%}{got / fed:>12.3%}{'' if made.met else '  short'}"
        )
    worst = max(train.closure().items(), key=lambda item: abs(item[1]))
    lines += ["", f"every element and the water close to {abs(worst[1]):.1e} ({worst[0]} worst)"]
    return "\n".join(lines)


def linked_card(linked: Linked) -> str:
    """What a link saves and makes, as text."""
    return "\n".join([f"{_linked(linked)} less per kg of oxide fed", *_products(linked.made)])


def links_card(links: Links) -> str:
    """What came of every pair that may be linked, and what all links make, as text."""
    told = [
        f"{_linked(links)} less per kg of oxide fed by {len(links.kept)} of "
        f"{len(links.kept) + len(links.dropped)} links"
    ]
    told += [f"{_linked(one)}" for one in links.kept]
    for one in links.dropped:
        alone = f"{_linked(one.alone)}, " if one.alone else f"{one.name}: "
        told.append(f"{alone}not kept: {one.why}")
    return "\n".join([*told, *_products(links.made)])


def _linked(of: Linked | Links) -> str:
    who = f"{of.name} linked: " if isinstance(of, Linked) else ""
    return f"{who}{of.acid_saved:.3g} kg HCl and {of.alkali_saved:.3g} kg NaOH"


def _products(made: Iterable[Made]) -> list[str]:
    return [
        f"{one.product.name:<12}{one.oxide * _HOURS:>9.4g}{one.purity:>11.4%}"
        f"{one.product.purity:>10.2%}{'' if one.met else '  short'}"
        for one in made
    ]
