"""`ytterby design`: from a feed and a cut, or a feed and products, to cascades."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from ytterby.app.options_separation import DesignOptions
from ytterby.app.progress import announce_compilation, progress
from ytterby.chemistry import DIMERS, OTHER_NAMES, RARE_EARTHS
from ytterby.design import (
    Cut,
    Designed,
    Infeasible,
    Links,
    Pinched,
    Practice,
    Prices,
    Product,
    Task,
    Train,
    card,
    design,
    design_train,
    kg_oxide,
    links,
    links_card,
    plant_of,
    series,
    train_card,
)
from ytterby.facts import UnknownFact, table
from ytterby.plant import PlantError
from ytterby.quantity import QuantityError, parse

RESULT_IS_NONE = 1
PER_CENT = 100
_PARTITION = "partition"


def design_feed(feed: str, options: DesignOptions) -> int:
    """Design what is asked for; see `ytterby design --help`."""
    _refuse(options)
    amounts = read_feed(feed, _quantity("--flow", options.flow, "kg/s"))
    extractant = OTHER_NAMES.get(options.extractant, options.extractant)
    cost = read_prices(options.prices)
    try:
        practice = Practice.usual(extractant)
        chemistry = series(extractant, amounts)
    except ValueError as error:
        raise PlantError((), str(error)) from None
    share = _share("--recovery", options.recovery)
    announce_compilation()
    status = 0
    try:
        if options.cut is not None:
            pure = _share("--purity", options.purity)
            wanted = Cut.of_quality(chemistry, amounts, options.cut, purity=pure, recovery=share)
            _one_cut(design(wanted, practice, cost), feed, options)
        else:
            task = Task.of(
                chemistry,
                amounts,
                [read_product(text) for text in options.product],
                recovery=share,
                remainder=_share("--remainder", options.remainder),
            )
            for text in options.cut_extractant:
                light, heavy, other = read_cut_extractant(text)
                task = task.cut_with(light, heavy, series(other, amounts))
            with progress() as tick:
                train = design_train(task, practice, cost, unsharp=options.unsharp, progress=tick)
            status = _whole_train(train, feed, options)
    except (Infeasible, Pinched) as error:
        print(error, file=sys.stderr)
        return RESULT_IS_NONE
    except ValueError as error:
        raise PlantError((), str(error)) from None
    if options.report is not None:
        print(f"Report: {options.report}")
    return status


def _refuse(options: DesignOptions) -> None:
    """Raise PlantError for options that do not go together."""
    cut, plant = options.cut, options.plant
    if (cut is None) == (not options.product):
        raise PlantError((), "found neither or both of --cut and --product, expected one of them")
    if plant is not None and options.product:
        raise PlantError((), "--plant: found a train, expected a single --cut to write")
    if plant is not None and plant.exists():
        raise PlantError((), f"--plant {plant}: found a file there, expected a new one")
    if options.cut_extractant and cut is not None:
        raise PlantError((), "--cut-extractant: found a single --cut, whose --extractant to give")


def _one_cut(made: Designed, feed: str, options: DesignOptions) -> None:
    """Print a cascade, and write its plant file and its page."""
    print(card(made))
    if options.plant is not None:
        plant_of(made, options.plant.stem).write(options.plant)
        print(f"Wrote {options.plant}. Next: ytterby run {options.plant}")
    if options.report is not None:
        from ytterby.app.design_report import write_cut

        write_cut(made, feed, options.report)


def _whole_train(train: Train, feed: str, options: DesignOptions) -> int:
    """Print a train, with its links if wanted, and write its page; the exit status."""
    print(train_card(train))
    found = _links(train) if options.link else None
    if options.report is not None:
        from ytterby.app.design_report import write_train

        write_train(train, feed, options.report, links=found)
    return RESULT_IS_NONE if options.link and (found is None or not found.kept) else 0


def _links(train: Train) -> Links | None:
    """Print what links save, or why there is none: the train stands all the same."""
    try:
        with progress() as tick:
            found = links(train, tick)
    except (Infeasible, ValueError) as error:
        print(error, file=sys.stderr)
        return None
    print(f"\n{links_card(found)}")
    return found


def read_feed(text: str, flow: float) -> dict[str, float]:
    """Rare earths [mol/s] of a feed of `flow` [kg oxide/s].

    text: the name of a shipped partition, such as longnan, or oxide shares such as
    "Nd=60,Pr=20,Dy=20", which are divided by their sum. Raises PlantError.
    """
    if "=" in text:
        shares = {}
        for part in text.split(","):
            element, _, share = (piece.strip() for piece in part.partition("="))
            if element in shares:
                raise PlantError((), f"feed: found {element} twice, expected each element once")
            shares[element] = _quantity("feed", share, "-")
    else:
        try:
            shares = {e: item.value for e, item in table(f"{_PARTITION}.{text}").items()}
        except UnknownFact:
            raise PlantError(
                (),
                f"found no feed {text!r}, expected one of {', '.join(partitions())}, or oxide "
                "shares such as Nd=60,Pr=20,Dy=20",
            ) from None
    foreign = [e for e in shares if e not in RARE_EARTHS]
    if foreign:
        raise PlantError((), f"feed: found {', '.join(foreign)}, expected symbols of rare earths")
    negative = [e for e, share in shares.items() if share < 0]
    if negative:
        raise PlantError((), f"feed: found less than nothing of {', '.join(negative)}")
    there = [e for e, share in shares.items() if share > 0]
    if len(there) == 1:
        raise PlantError((), f"feed: found {there[0]} only, expected two elements to part at least")
    total = sum(shares.values())
    if not total > 0:
        raise PlantError((), "feed: found shares that add up to nothing, expected oxide shares")
    return {e: share / total * flow / kg_oxide(e) for e, share in shares.items() if share > 0}


def partitions() -> list[str]:
    """Names of the shipped feeds."""
    from ytterby.facts import below

    names = [fact.name.removeprefix(f"{_PARTITION}.") for fact in below(_PARTITION)]
    return sorted({name.rpartition(".")[0] for name in names})


def read_product(text: str) -> Product:
    """`Pr+Nd:99.5 %` as a product; raises PlantError."""
    names, colon, purity = text.partition(":")
    if not colon:
        raise PlantError((), f"--product {text!r}: found no purity, expected such as Pr+Nd:99.5%")
    elements = tuple(part.strip() for part in names.split("+"))
    return Product(elements, _share(f"--product {text!r}", purity))


def read_cut_extractant(text: str) -> tuple[str, str, str]:
    """(light, heavy, extractant) of `Er|Tm=Cyanex 272`; raises PlantError."""
    pair, equals, name = text.partition("=")
    light, bar, heavy = (part.strip() for part in pair.partition("|"))
    other = OTHER_NAMES.get(name.strip(), name.strip())
    if not (equals and bar and light and heavy and other in DIMERS):
        raise PlantError(
            (),
            f"--cut-extractant {text!r}: expected two neighbours and one of "
            f"{', '.join(sorted(DIMERS))}, such as 'Er|Tm=Cyanex 272'",
        )
    return light, heavy, other


def read_prices(path: Path | None) -> Prices:
    """The shipped prices, with those of a YAML file in their place; raises PlantError."""
    if path is None:
        return Prices.shipped()
    from ytterby.plant.file import load

    tree = load(path.read_text(encoding="utf-8"), str(path))
    if not isinstance(tree, Mapping):
        raise PlantError((), f"{path}: found no mapping, expected such as 'acid: 0.2'")
    changes = {str(key): value for key, value in tree.items()}
    if isinstance(changes.get("oxide"), Mapping):
        changes["oxide"] = {**Prices.shipped().oxide, **changes["oxide"]}
    try:
        return Prices.shipped(**changes)
    except TypeError as error:
        raise PlantError((), f"{path}: {error}") from None


def _share(where: str, text: str) -> float:
    """A share between nothing and all of it [-]."""
    value = _quantity(where, text, "-")
    if not 0 < value < 1:
        meant = f"; did you mean {value:g}%?" if 1 < value < PER_CENT else ""
        raise PlantError((), f"{where}: found {text}, expected above 0 and below 100 %{meant}")
    return value


def _quantity(where: str, text: str, unit: str) -> float:
    try:
        return parse(text, unit)
    except QuantityError as error:
        raise PlantError((), f"{where} {text!r}: {error}") from None
