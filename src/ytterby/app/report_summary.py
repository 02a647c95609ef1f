"""The first page of the report: what a manager, an officer and an investor each ask first."""

from __future__ import annotations

from typing import Any

from ytterby.app.books import Books
from ytterby.app.losses import loss_rows
from ytterby.app.report_accounts import figure, state_of, verdict_of, with_uncertainty
from ytterby.app.report_headline import (
    main_rare_earths,
    purity_of_main,
    rare_earth_products,
    with_spread,
)
from ytterby.app.show import UNKNOWN, grand, significant
from ytterby.balance import Balance
from ytterby.chemistry import RARE_EARTHS

_SECONDS_PER_DAY = 86400
_MOST_REAGENTS = 3


def summary(books: Books, worth: list[str]) -> list[dict[str, Any]]:
    """Three columns: the plant, the environment, the money.

    Each: title, the section with more, rows of (label, value, spread, state), what is absent and
    how to get it. worth: elements in which the plant deals, see `elements_of_worth`.
    """
    absent = dict(books.absent)
    environment = [*_climate(books), *_water(books), _residues(books.balance)]
    gone = [f"{title}: {hint}" for title, hint in books.absent if title != "Cost and return"]
    return [
        {"title": "Plant", "link": "#products", "rows": _plant(books, worth), "absent": []},
        {"title": "Environment", "link": "#climate", "rows": environment, "absent": gone},
        {
            "title": "Money",
            "link": "#money",
            "rows": _money(books),
            "absent": _left_out(books) if books.cost else [absent["Cost and return"]],
        },
    ]


def _row(label: str, value: str, spread: str = "", state: str = "") -> dict[str, str]:
    return {"label": label, "value": value, "spread": spread, "state": state}


def _plant(books: Books, worth: list[str]) -> list[dict[str, str]]:
    rows = []
    for product in rare_earth_products(books.recovery):
        main = main_rare_earths(books.recovery, product)
        purity, off = with_spread(purity_of_main(books.recovery, product), books.balance)
        rows.append(_row(f"{product}: {' + '.join(main)} of its oxides", purity, off))
        for element in main:
            line = books.recovery.line("recovery", product, element)
            value, off = with_spread(line, books.balance)
            rows.append(_row(f"{element} recovered", value, off))
    rows += [_loss(books.balance, e) for e in worth if e in RARE_EARTHS][:_MOST_REAGENTS]
    taken = [
        line
        for line in books.consumption.about("per oxide")
        if line.value and line.unit == "kg/kg" and line.key[1] in _reagents(books)
    ]
    taken.sort(key=lambda line: -(line.value or 0.0))
    rows += [
        _row(f"{line.key[1]} per kg oxide", f"{significant(line.value or 0.0)} kg")
        for line in taken[:_MOST_REAGENTS]
    ]
    return rows


def _reagents(books: Books) -> set[str]:
    """What is drawn on demand, and not what the plant is there to treat."""
    return {
        line.key[1]
        for line in books.consumption.about("taken")
        if all(" > " in stream for stream in line.streams)
    }


def _loss(balance: Balance, element: str) -> dict[str, str]:
    stream, _, share = loss_rows(balance, element)[0]
    return _row(f"{element} lost most by {stream}", share or UNKNOWN)


def _climate(books: Books) -> list[dict[str, str]]:
    if books.carbon is None:
        return []
    statement = books.carbon
    total = statement.line("total")
    rows = [
        _row("Emissions of CO2e, as far as known", figure(total), with_uncertainty(total, books))
    ]
    for line in statement.about("footprint of oxide"):
        if line.key[2] == "mass" and line.value is not None:
            label, value = f"{line.key[1]}, CO2e per oxide", f"{significant(line.value)} kg/kg"
            rows.append(_row(label, value, with_uncertainty(line, books)))
    share = statement.line("completeness")
    state = "" if (share.value or 0.0) > 1 / 2 else "fair"
    rows.append(_row("Purchases that are covered, by mass", figure(share), "", state))
    return rows


def _water(books: Books) -> list[dict[str, str]]:
    if books.effluent is None or books.radioactivity is None:
        return []
    rows: list[dict[str, str]] = []
    used = [line for line in books.effluent.about("used") if line.value is not None]
    unknown = [line for line in books.effluent.about("used") if line.value is None]
    beyond = [line for line in used if state_of(verdict_of(line)) == "bad"]
    all_of_them = len(used) + len(unknown)
    if all_of_them:
        told = f"{len(beyond)} of {all_of_them}"
        rows.append(_row("Limits exceeded, or so it seems", told, "", "bad" if beyond else ""))
    else:  # which is not the same as a plant that keeps them
        rows.append(_row("Limits on its water in this law", "none known", "", "fair"))
    if unknown:
        told = f"{len(unknown)} of {all_of_them}"
        rows.append(_row("Limits that could not be compared", told, "", "fair"))
    scaled = [line for line in used if not line.label.startswith("pH")]
    if scaled:
        worst = max(scaled, key=lambda line: line.value or 0.0)
        label = f"{worst.label.partition(':')[0]}, of the limit"
        share = f"{significant(100 * (worst.value or 0.0))} %"
        rows.append(_row(label, share, "", state_of(verdict_of(worst))))
    for line in books.effluent.about("water"):
        rows.append(_row("Water discharged", figure(line)))
    return rows


def _residues(balance: Balance) -> dict[str, str]:
    names = [e.name for e in balance.edges if e.role == "residue" and e.target is None]
    daily = sum(balance.flow(name) for name in names) * _SECONDS_PER_DAY
    return _row("Residues", f"{grand(daily)} kg/d")


def _left_out(books: Books) -> list[str]:
    """What is bought and has no price: the plant earns less than is told by what it costs."""
    assert books.cost is not None
    names = [line.key[1] for line in books.cost.missing if line.key[0] == "buy"]
    if not names:
        return []
    told = f"what is paid for {', '.join(names)}, so costs are too low and returns too high"
    return [f"{told}; a feed bought by its content: --scrap {names[0]}, else --prices prices.yaml"]


def _money(books: Books) -> list[dict[str, str]]:
    if books.cost is None:
        return []
    names = {
        "revenue": "Revenue",
        "operating": "Operating cost",
        "margin": "Margin",
        "separation gain": "What separating brings",
        "capital": "Capital",
        "net present value": "Net present value",
        "internal rate of return": "Internal rate of return",
        "payback": "Payback",
        "minimum price": "Prices at which it earns nothing",
    }
    rows = []
    for key, label in names.items():
        line = books.cost.line(key)
        rows.append(_row(label, figure(line), with_uncertainty(line, books)))
    return rows
