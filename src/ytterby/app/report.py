"""The report of a solved plant: one HTML page that needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from markupsafe import Markup

from ytterby.app.books import Books
from ytterby.app.figures import flowsheet_svg, profile_svg, sankey_svg
from ytterby.app.figures.sankey import elements_by_interest
from ytterby.app.files import write_text
from ytterby.app.losses import loss_rows
from ytterby.app.page import page
from ytterby.app.report_accounts import climate, money, water
from ytterby.app.report_content import recycled
from ytterby.app.report_evidence import drawing, tornadoes, uncertainties
from ytterby.app.report_headline import badges, findings, product_cards
from ytterby.app.report_summary import summary
from ytterby.app.report_tables import (
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
from ytterby.app.show import percent, significant
from ytterby.chemistry import RARE_EARTHS
from ytterby.plant import Plant
from ytterby.units import Card, CascadeDetail

_TEMPLATE = "report.html"
_SECONDS_PER_HOUR = 3600


def write(books: Books, plant: Plant | None, path: Path) -> None:
    """Write the report to the file `path`, wholly or not at all."""
    write_text(render(books, plant), path)


def render(books: Books, plant: Plant | None = None) -> str:
    """The report as HTML that needs no network; the same books give the same text.

    books: of `books_of`. plant: the plant that was solved; adds kinds of units and sources of
    feeds. None where the balance did not come from a plant.
    """
    return page(_TEMPLATE, content(books, plant))


def content(books: Books, plant: Plant | None) -> dict[str, Any]:
    """All that a report says, by section, as plain text, rows and drawings."""
    balance, statement = books.balance, books.recovery
    worth = elements_of_worth(balance)
    return {
        "name": balance.plant,
        "note": plant.note if plant is not None else "",
        "badges": badges(balance, statement),
        "summary": summary(books, worth),
        "cards": product_cards(balance, statement),
        "findings": findings(balance),
        "missing": statement.missing,
        "feeds": feeds(balance, plant, statement),
        "flowsheet": Markup(flowsheet_svg(plant, balance)),
        "sankeys": [
            (element, Markup(sankey_svg(balance, element)))
            for element in elements_by_interest(balance, worth)
        ],
        "cascades": [
            _cascade(name, detail)
            for name, detail in balance.details.items()
            if isinstance(detail, CascadeDetail)
        ],
        "unit_cards": [
            (name, detail.rows())
            for name, detail in balance.details.items()
            if isinstance(detail, Card)
        ],
        "purities": purities(balance, statement),
        "impurities": impurities(balance, statement),
        "losses": [(e, loss_rows(balance, e)) for e in worth if e in RARE_EARTHS],
        "destinations": destinations(balance, statement, worth),
        "money": money(books),
        "climate": climate(books),
        "water": water(books),
        "recycled": recycled(books),
        "uncertainties": uncertainties(books) if balance.responses else [],
        "drawing": drawing(books),
        "tornadoes": tornadoes(books),
        "streams": streams(balance, worth),
        "closure_by_element": closure_by_element(balance),
        "closure_by_unit": closure_by_unit(balance),
        "duties": duties(balance),
        "movers": movers(balance, statement),
        "sensitive": bool(balance.responses),
        "facts": facts_by_class(balance),
        "fact_count": len(set(balance.facts.values())),
    }


def _cascade(name: str, detail: CascadeDetail) -> dict[str, Any]:
    flows = detail.profile.flows
    rows = [
        ("organic flow", f"{significant(flows.organic * _SECONDS_PER_HOUR)} L/h"),
        ("strip acid flow", f"{significant(flows.strip * _SECONDS_PER_HOUR)} L/h"),
        ("reflux, share of the strip liquor", percent(flows.reflux)),
        *detail.rows(),
    ]
    picture = Markup(profile_svg(detail.profile, detail.stages, name))
    return {"name": name, "picture": picture, "rows": rows}
