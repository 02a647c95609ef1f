"""The report of a solved plant: one HTML page that needs nothing but itself."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from ytterby.accounts import Line, Statement, attribute, recovery_and_purity, spread
from ytterby.app.figures import flowsheet_svg, profile_svg, sankey_svg
from ytterby.app.figures.sankey import elements_by_interest
from ytterby.app.show import LEAST, UNKNOWN, hourly, percent, significant
from ytterby.balance import Balance
from ytterby.chemistry import PHASES, RARE_EARTHS
from ytterby.facts import EVIDENCE
from ytterby.plant import Plant
from ytterby.units import CascadeDetail

_MOST_MOVERS = 6
_MOST_ELEMENTS = 6
_MAIN_SHARE = 1e-3
"""Elements below this share of a stream are not listed [-]."""


def write(balance: Balance, plant: Plant | None, path: Path) -> None:
    """Write the report to the file `path`, wholly or not at all."""
    text = render(balance, plant)
    draft = path.with_name(f".{path.name}.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def render(balance: Balance, plant: Plant | None = None) -> str:
    """The report as HTML; the same balance gives the same text."""
    environment = Environment(
        loader=PackageLoader("ytterby.app"), autoescape=select_autoescape(), trim_blocks=True
    )
    statement = attribute(recovery_and_purity, balance)
    cascades = {n: d for n, d in balance.details.items() if isinstance(d, CascadeDetail)}
    elements = elements_by_interest(balance, RARE_EARTHS)
    return environment.get_template("report.html").render(
        plant=balance.plant,
        note=plant.note if plant else "",
        hours=significant(balance.period / 3600),
        products=[_product(balance, statement, line) for line in statement.about("flow")],
        closure=_closure(balance),
        findings=balance.findings,
        evidence=_evidence(balance),
        flowsheet=Markup(flowsheet_svg(plant, balance)),
        sankeys=[(element, Markup(sankey_svg(balance, element))) for element in elements],
        cascades=[_cascade(name, detail) for name, detail in cascades.items()],
        destinations=_destinations(balance, statement),
        streams=[_stream(balance, row) for row in range(len(balance.edges))],
        drawn=_drawn(balance),
        movers=_movers(balance, statement),
        facts=_facts(balance),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _product(balance: Balance, statement: Statement, flow: Line) -> dict[str, Any]:
    """What stands on the card of one product."""
    name = flow.key[1]
    purities = [
        (line.key[2], line)
        for line in statement.about("purity", name)
        if _number(line.value) >= LEAST
    ]
    purities.sort(key=lambda pair: -_number(pair[1].value))
    oxide = statement.line("oxide", name).value
    share = _number(oxide) / flow.value if flow.value else math.nan
    impurities = [
        (line.key[2], line.value)
        for line in statement.about("impurity", name)
        if _number(line.value) >= LEAST
    ]
    impurities.sort(key=lambda pair: -_number(pair[1]))
    return {
        "name": name,
        "flow": hourly(_number(flow.value)),
        "oxide": percent(share),
        "is_oxide": share > 1 / 2,
        "purities": [(element, percent(_number(line.value))) for element, line in purities],
        "recoveries": [
            (element, percent(line.value or 0.0), _plus_minus(balance, line))
            for element, _ in purities
            for line in [statement.line("recovery", name, element)]
        ],
        "impurities": [(e, percent(_number(v))) for e, v in impurities[:_MOST_ELEMENTS]],
    }


def _plus_minus(balance: Balance, line: Line) -> str:
    """One standard uncertainty in points, or nothing where none was worked out."""
    size = spread(line, balance.facts)
    return f"± {100 * size:.1f}" if size >= _MAIN_SHARE else ""


def _closure(balance: Balance) -> dict[str, Any]:
    where, element, gap = balance.worst_closure()
    return {
        "bound": f"{10.0 ** math.ceil(math.log10(abs(gap))):.0e}" if gap else "rounding",
        "where": where,
        "element": element,
        "rows": [(e, f"{abs(g):.0e}" if g else "0") for e, g in balance.closure().items()],
    }


def _evidence(balance: Balance) -> list[tuple[str, int]]:
    classes = Counter(fact.evidence for fact in balance.facts.values())
    return [(name, classes[name]) for name in EVIDENCE if classes[name]]


def _cascade(name: str, detail: CascadeDetail) -> dict[str, Any]:
    profile = detail.profile
    flows = profile.flows
    return {
        "name": name,
        "picture": Markup(profile_svg(profile, detail.stages, name)),
        "rows": detail.rows(),
        "flows": [
            ("organic", f"{significant(flows.organic * 3600)} L/h"),
            ("strip acid", f"{significant(flows.strip * 3600)} L/h"),
            ("reflux", percent(flows.reflux)),
        ],
    }


def _destinations(balance: Balance, statement: Statement) -> dict[str, Any]:
    """Share of each fed element by every way out."""
    ways = [edge.name for edge in balance.edges if edge.target is None]
    shares = {
        (line.key[2], line.key[1]): _number(line.value)
        for line in (*statement.about("recovery"), *statement.about("destination"))
    }
    elements = [e for e in RARE_EARTHS if e in balance.elements]
    elements += [e for e in balance.elements if e not in RARE_EARTHS]
    ways = [way for way in ways if any(shares.get((e, way), 0.0) >= LEAST for e in elements)]
    rows = [
        (e, [percent(shares[e, way]) if shares.get((e, way)) else "" for way in ways])
        for e in elements
    ]
    return {"ways": ways, "rows": rows}


def _stream(balance: Balance, row: int) -> dict[str, Any]:
    """One row of the table of streams."""
    edge = balance.edges[row]
    masses = {e: balance.masses[row, j] for j, e in enumerate(balance.elements)}
    total = sum(masses.values())
    main = sorted((e for e in masses if masses[e] > _MAIN_SHARE * total), key=lambda e: -masses[e])
    stream = balance.streams.get(edge.name)
    phases, acidity = UNKNOWN, ""
    if stream is not None:
        there = [phase for phase in PHASES if stream.mass_of(phase) > _MAIN_SHARE * stream.mass]
        phases = ", ".join(there)
        acidity = f"{stream.pH:.1f}" if "aqueous" in there else ""
    return {
        "name": edge.name,
        "role": edge.role,
        "flow": hourly(total / balance.period),
        "phases": phases,
        "pH": acidity,
        "main": ", ".join(
            f"{e} {hourly(masses[e] / balance.period)}" for e in main[:_MOST_ELEMENTS]
        ),
    }


def _drawn(balance: Balance) -> list[tuple[str, str, str]]:
    """(feed, taker, kg/h) of everything drawn on demand."""
    rows = []
    for edge in balance.edges:
        feed, arrow, port = edge.name.partition(" > ")
        if arrow and edge.source is None:
            rows.append((feed, port, hourly(balance.flow(edge.name))))
    return rows


def _movers(balance: Balance, statement: Statement) -> list[dict[str, Any]]:
    """For purity and recovery of every oxide product: the facts that move it most."""
    found = []
    for flow in statement.about("flow"):
        name = flow.key[1]
        lines = [line for line in statement.about("purity", name) if _number(line.value) >= LEAST]
        if not lines:
            continue
        main = max(lines, key=lambda line: _number(line.value)).key[2]
        for quantity in ("recovery", "purity"):
            line = statement.line(quantity, name, main)
            rows = [
                {
                    "fact": key,
                    "change": f"{100 * change:+.2g} points",
                    "value": str(balance.facts[key]),
                    "class": balance.facts[key].evidence,
                    "source": balance.facts[key].source,
                }
                for key, change in line.movers[:_MOST_MOVERS]
                if abs(change) >= LEAST
            ]
            if rows:
                title = f"{quantity} of {main} in {name}: {percent(_number(line.value))}"
                found.append({"title": title, "evidence": line.evidence, "rows": rows})
    return found


def _facts(balance: Balance) -> list[tuple[str, list[dict[str, str]]]]:
    """All facts by class, weakest first."""
    grouped: dict[str, list[dict[str, str]]] = {name: [] for name in reversed(EVIDENCE)}
    for key, fact in balance.facts.items():
        unit = "" if fact.unit == "-" else f" {fact.unit}"
        value = f"{significant(fact.value, 4)}{unit}"
        grouped[fact.evidence].append(
            {"key": key, "value": value, "conditions": fact.conditions, "source": fact.source}
        )
    return [(name, rows) for name, rows in grouped.items() if rows]
