"""One self-contained page about a solved plant: opens offline, prints on A4."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ytterby.accounts import attribute, recovery_and_purity
from ytterby.app.figures import flowsheet_svg, profile_svg, sankey_svg
from ytterby.app.figures.profiles import is_profile, sections_of
from ytterby.app.figures.sankey import elements_by_interest
from ytterby.app.report_headline import badges, findings, product_cards
from ytterby.app.report_tables import (
    cascade_table,
    closure_by_element,
    closure_by_unit,
    destinations,
    duties,
    elements_of_worth,
    feeds,
    impurities,
    purities,
    streams,
)
from ytterby.app.report_weight import facts_by_class, movers
from ytterby.balance import Balance
from ytterby.facts import EVIDENCE
from ytterby.plant import Plant

_TEMPLATE = "report.html"


def write(balance: Balance, plant: Plant | None, path: str | PathLike[str]) -> None:
    """Write the report of `balance` to the file `path`; see `render`."""
    Path(path).write_text(render(balance, plant), encoding="utf-8", newline="\n")


def render(balance: Balance, plant: Plant | None = None) -> str:
    """The report of `balance` as HTML that needs no network; the same input gives the same text.

    plant: the plant that was solved; adds kinds of units, sources of feeds and stages of
    cascades. None where the balance did not come from a plant.
    """
    environment = Environment(
        loader=PackageLoader("ytterby.app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(_TEMPLATE).render(**_content(balance, plant))


def _content(balance: Balance, plant: Plant | None) -> dict[str, Any]:
    statement = attribute(recovery_and_purity, balance)
    worth = elements_of_worth(balance)
    return {
        "name": balance.plant,
        "note": plant.note if plant is not None else "",
        "evidence": EVIDENCE,
        "badges": badges(balance, statement),
        "cards": product_cards(balance, statement),
        "findings": findings(balance),
        "missing": statement.missing,
        "feeds": feeds(balance, plant, statement),
        "flowsheet": Markup(flowsheet_svg(plant, balance)),
        "sankeys": [
            (element, Markup(sankey_svg(balance, element)))
            for element in elements_by_interest(balance, worth)
        ],
        "cascades": _cascades(balance, plant),
        "purities": purities(balance, statement),
        "impurities": impurities(balance, statement),
        "destinations": destinations(balance, statement, worth),
        "streams": streams(balance, worth),
        "closure_by_element": closure_by_element(balance),
        "closure_by_unit": closure_by_unit(balance),
        "duties": duties(balance),
        "movers": movers(balance, statement),
        "sensitive": bool(balance.responses),
        "facts": facts_by_class(balance),
        "fact_count": len(set(balance.facts.values())),
    }


def _cascades(balance: Balance, plant: Plant | None) -> list[dict[str, Any]]:
    found = []
    for name, detail in balance.details.items():
        if is_profile(detail):
            sections = sections_of(plant, name)
            picture = Markup(profile_svg(detail, sections, name))
            found.append({"name": name, "picture": picture, "rows": cascade_table(balance, name)})
    return found
