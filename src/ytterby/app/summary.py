"""What `ytterby run` and `ytterby check` print."""

from __future__ import annotations

import math
from collections import Counter

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ytterby.accounts import Statement, recovery_and_purity
from ytterby.app.show import LEAST, hourly, percent, significant
from ytterby.balance import Balance, Finding
from ytterby.chemistry import RARE_EARTHS
from ytterby.facts import EVIDENCE
from ytterby.plant import Plant
from ytterby.plant.wiring import Wiring
from ytterby.units import Card, CascadeDetail

_COLOUR = {"note": "cyan", "warning": "yellow", "error": "red"}
_MOST_WEAK = 6
"""Facts of the weakest class that are named, before the rest is counted."""


def summary(balance: Balance) -> RenderableType:
    """One screen: how well it closes, products, where every element goes, reagents, findings."""
    statement = recovery_and_purity(balance)
    parts: list[RenderableType] = [_heading(balance), _products(balance, statement)]
    parts += [_destinations(balance, statement), _drawn(balance, statement)]
    parts += [
        _inside(name, detail)
        for name, detail in balance.details.items()
        if isinstance(detail, CascadeDetail | Card)
    ]
    parts += [_findings(balance.findings), _evidence(balance)]
    return Group(*parts)


def wiring(plant: Plant, findings: tuple[Finding, ...]) -> RenderableType:
    """Units in the order of the way through, where loops are torn, and `findings`."""
    wired = Wiring.of(plant)
    table = _table("Unit", "Kind", "Takes", "Gives")
    for name in wired.order:
        unit = plant.units[name]
        takes = ", ".join(stream for names in unit.inlets.values() for stream in names)
        table.add_row(name, unit.kind, takes, ", ".join(unit.outlets))
    loops = ", ".join(wired.torn) or "none"
    counts = f"{len(plant.feeds)} feeds, {len(plant.units)} units, {len(wired.terminal)} ways out"
    return Group(
        Text.assemble((plant.name, "bold"), f": {counts}"),
        table,
        Text(f"Loops are closed at: {loops}"),
        _findings(findings),
    )


def _heading(balance: Balance) -> Text:
    _, _, gap = balance.worst_closure()
    bound = 10.0 ** math.ceil(math.log10(abs(gap))) if gap else 0.0
    closes = f"every element closes to {bound:.0e} or better" if gap else "every element closes"
    hours = significant(balance.period / 3600)
    return Text.assemble(
        (balance.plant, "bold"), f": converged; {closes}. Flows per hour, period {hours} h."
    )


def _products(balance: Balance, statement: Statement) -> Table:
    """Flow, share of rare earth oxides, purity and recovery of each product."""
    table = _table("Product", "kg/h", "REO", "Purity of REO", "Recovery", numbers=(1, 2))
    for line in statement.about("flow"):
        name, flow = line.key[1], line.value
        oxide = statement.line("oxide", name).value
        share = oxide / flow if oxide is not None and flow else math.nan
        table.add_row(
            name,
            hourly(_number(flow)),
            percent(share),
            _shares(statement, "purity", name),
            _shares(statement, "recovery", name),
        )
    return table


def _shares(statement: Statement, quantity: str, stream: str) -> str:
    """The rare earths of a stream by share, greatest first, those next to nothing left out."""
    found = [
        (line.key[2], _number(line.value))
        for line in statement.about(quantity, stream)
        if line.key[2] in RARE_EARTHS
    ]
    found.sort(key=lambda pair: -pair[1])
    return "\n".join(f"{e} {percent(share)}" for e, share in found if not share < LEAST) or "none"


def _destinations(balance: Balance, statement: Statement) -> Table:
    """Share of each fed element that leaves by each product and by every other kind of way."""
    columns: dict[str, str] = {
        edge.name: edge.name if edge.role == "product" else edge.role
        for edge in balance.edges
        if edge.target is None
    }
    titles = sorted(set(columns.values()), key=lambda title: (title not in columns, title))
    shares: dict[str, Counter[str]] = {}
    for line in (*statement.about("recovery"), *statement.about("destination")):
        title = columns.get(line.key[1], line.key[1])
        shares.setdefault(line.key[2], Counter())[title] += _number(line.value)  # type: ignore[assignment]
    narrow = [title.replace(".", ".\n") for title in titles]
    table = _table("Of what is fed", *narrow, numbers=range(1, len(titles) + 1))
    order = [e for e in RARE_EARTHS if e in shares] + [e for e in shares if e not in RARE_EARTHS]
    for element in order:
        table.add_row(element, *(percent(shares[element][title]) for title in titles))
    return table


def _drawn(balance: Balance, statement: Statement) -> Table:
    """Feeds drawn on demand, by hour and per mass of rare earth oxide made."""
    oxide = sum(_number(line.value) for line in statement.about("oxide") if line.value is not None)
    flows: Counter[str] = Counter()
    for edge in balance.edges:
        feed, arrow, _ = edge.name.partition(" > ")
        if arrow and edge.source is None:
            flows[feed] += balance.flow(edge.name)  # type: ignore[assignment]
    table = _table("Drawn", "kg/h", "kg per kg REO", numbers=(1, 2))
    for feed, flow in flows.items():
        table.add_row(feed, hourly(flow), significant(flow / oxide if oxide else math.nan))
    return table


def _inside(name: str, detail: CascadeDetail | Card) -> Table:
    """Of a cascade phase ratio, loading, reagents, margins; of other units what each tells."""
    title = f"Cascade {name}" if isinstance(detail, CascadeDetail) else name
    table = Table(title=title, box=None, show_header=False, title_justify="left")
    for label, told in detail.rows():
        table.add_row(label, told)
    return table


def _findings(findings: tuple[Finding, ...]) -> Text:
    if not findings:
        return Text("Nothing to remark.")
    lines = [
        Text.assemble((finding.level, _COLOUR[finding.level]), f": {finding.where}: {finding.text}")
        for finding in findings
    ]
    return Text("\n").join(lines)


def _evidence(balance: Balance) -> Text:
    """How many facts of each class the balance rests on, and the weakest by name; a fact that
    several units share is one."""
    facts = set(balance.facts.values())
    classes = Counter(fact.evidence for fact in facts)
    counts = ", ".join(f"{classes[c]} {c}" for c in EVIDENCE if classes[c])
    weakest = max(classes, key=EVIDENCE.index, default="measured")
    keys = sorted({fact.name for fact in facts if fact.evidence == weakest})
    named = ", ".join(keys[:_MOST_WEAK])
    more = f" and {len(keys) - _MOST_WEAK} more" if len(keys) > _MOST_WEAK else ""
    return Text(f"Rests on {len(facts)} facts: {counts}. Weakest ({weakest}): {named}{more}")


def _table(*titles: str, numbers: object = ()) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for position, title in enumerate(titles):
        right = position in numbers  # type: ignore[operator]
        table.add_column(escape(title), justify="right" if right else "left", overflow="fold")
    return table


def _number(value: float | None) -> float:
    return math.nan if value is None else value
