"""Effluent: what the water carries, what the law allows, and where an exceedance comes from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ytterby.accounts.flows import Flows
from ytterby.accounts.limits import Limit, judge
from ytterby.accounts.measures import Found, found, volume
from ytterby.accounts.statement import Line, Statement
from ytterby.accounts.tracing import Trace
from ytterby.balance import Balance
from ytterby.quantity import parse, show

TITLE = "Effluent"
OUTFALL = "all effluents"
_EARLY = 0.8
_SECONDS_PER_DAY = 86400
_SHOWN_ORIGINS = 2
_SHOWN_DIGITS = 3


@dataclass(frozen=True)
class Discharge:
    """How a plant discharges, beside what its balance says.

    volumes: water in a stream over the period [m3], where it was metered. production: product
    made over the period by the name that a limit uses for it [kg]. baseline: water that the
    standard allows per product [m3/kg]; more than that counts as dilution. per: the name in
    `production` that `baseline` goes by. warn_from: share of a limit from which to warn [-].
    """

    volumes: Mapping[str, float] = field(default_factory=dict)
    production: Mapping[str, float] = field(default_factory=dict)
    baseline: float | None = None
    per: str = "rare earth oxide"
    warn_from: float = _EARLY

    def correction(self, water: float) -> float:
        """Factor on a measured concentration for dilution: Q / (Y Q_base), at least 1 [-].

        As in Chinese discharge standards: rho_base = Q_total rho_measured / sum(Y_i Q_i,base).
        water: Q, all water discharged over the period [m3].
        """
        made = self.production.get(self.per)
        if self.baseline is None:
            return 1.0
        if not made:
            return math.nan
        return max(1.0, water / (made * self.baseline))


def effluent(
    balance: Balance, limits: Sequence[Limit], discharge: Discharge | None = None
) -> Statement:
    """What the water carries out, each figure over the limit that it stands under.

    Lines: `water` [m3/d] and `dilution` [-] of the outfall; `concentration` [mg/L] of every
    limited parameter in every effluent and in all of them together; `used` [-], the share of a
    limit that is used (of a lower limit, its value over what is found), with the verdict as its
    remark and, where there is a warning, the feed and the units that bring it. A limit whose text
    was not read only gives an indication.
    """
    view = Flows(balance)
    rows = view.with_role("effluent")
    if not rows:
        return Statement(TITLE, ())
    books = _Books(balance, rows, discharge or Discharge())
    lines = [*_water(books)]
    for parameter in dict.fromkeys(limit.parameter for limit in limits if limit.parameter != "pH"):
        lines += _concentrations(books, parameter)
    for limit in limits:
        lines += _uses(books, limit)
    lines += _allowances(books, limits)
    return Statement(TITLE, tuple(lines))


@dataclass(frozen=True, eq=False)
class _Books:
    balance: Balance
    rows: list[int]
    discharge: Discharge

    def name(self, rows: Sequence[int]) -> str:
        return OUTFALL if len(rows) > 1 else self.balance.edges[rows[0]].name

    def names(self, rows: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.balance.edges[row].name for row in rows)

    def mass(self, rows: Sequence[int], parameter: str) -> Found:
        return _sum(found(self.balance, row, parameter) for row in rows)

    def water(self, rows: Sequence[int]) -> Found:
        return _sum(volume(self.balance, row, self.discharge.volumes) for row in rows)

    def concentration(self, rows: Sequence[int], parameter: str) -> Found:
        """[kg/m3], corrected for dilution where all water goes out together."""
        (mass, missing), (water, dry) = self.mass(rows, parameter), self.water(rows)
        if missing or dry:
            return math.nan, missing or dry
        if water <= 0:
            return math.nan, f"no water flows in {self.name(rows)}"
        factor = self.discharge.correction(water) if len(rows) == len(self.rows) else 1.0
        if math.isnan(factor):
            return math.nan, f"the production of {self.discharge.per} is not given"
        return factor * mass / water, ""


def _sum(parts: Iterator[Found]) -> Found:
    total, reasons = 0.0, []
    for value, missing in parts:
        total += value
        reasons += [missing] if missing else []
    return total, "; ".join(dict.fromkeys(reasons))


def _water(books: _Books) -> Iterator[Line]:
    water, missing = books.water(books.rows)
    daily = water / books.balance.period * _SECONDS_PER_DAY
    names = books.names(books.rows)
    yield Line.of(("water", OUTFALL), "water discharged", daily, "m3/d", names, missing)
    if books.discharge.baseline is not None:
        factor = books.discharge.correction(water)
        missing = missing or f"the production of {books.discharge.per} is not given"
        label = "water over the baseline of the standard"
        yield Line.of(("dilution", OUTFALL), label, factor, "-", names, missing)


def _concentrations(books: _Books, parameter: str) -> Iterator[Line]:
    groups = [[row] for row in books.rows] + ([books.rows] if len(books.rows) > 1 else [])
    for rows in groups:
        value, missing = books.concentration(rows, parameter)
        name = books.name(rows)
        key, label = ("concentration", name, parameter), f"{parameter} in {name}"
        yield Line.of(key, label, _milligrams(value), "mg/L", books.names(rows), missing)


def _milligrams(value: float) -> float:
    """[mg/L] of [kg/m3]."""
    return value * 1000


def _uses(books: _Books, limit: Limit) -> Iterator[Line]:
    """The share used of a limit on concentration, acidity or mass per day."""
    if limit.kind not in ("concentration", "mass per day"):
        return
    groups = [books.rows] if limit.point == "outfall" else [[row] for row in books.rows]
    for rows in groups:
        value, missing = _compared(books, limit, rows)
        allowed = limit.fact.value
        share = value / allowed if allowed > 0 else (math.inf if value > 0 else 0.0)
        yield _used(books, limit, rows, value, share, missing)


def _compared(books: _Books, limit: Limit, rows: Sequence[int]) -> Found:
    """What is found, in the unit of the limit."""
    if limit.parameter == "pH":
        return _acidity(books, rows, limit)
    if limit.kind == "mass per day":
        mass, missing = books.mass(rows, limit.parameter)
        daily = mass / books.balance.period
        return daily / parse(f"1 {limit.fact.unit}", "kg/s"), missing
    value, missing = books.concentration(rows, limit.parameter)
    return value / parse(f"1 {limit.fact.unit}", "kg/m3"), missing


def _acidity(books: _Books, rows: Sequence[int], limit: Limit) -> Found:
    """pH of the stream, or of the one that is worst where several leave together."""
    names = books.names(rows)
    absent = [name for name in names if name not in books.balance.streams]
    if absent:
        return math.nan, f"pH needs the species of {', '.join(absent)}, which are not known"
    values = [books.balance.streams[name].pH for name in names]
    return (min(values) if limit.sense == "min" else max(values)), ""


def _used(
    books: _Books, limit: Limit, rows: Sequence[int], value: float, share: float, missing: str
) -> Line:
    """value: what is found, in the unit of the limit. share: of the limit [-]."""
    name = books.name(rows)
    key = ("used", limit.fact.name, name)
    end = "at most" if limit.sense == "max" else "at least"
    allowed = f"{end} {show(limit.fact.value, limit.fact.unit)}"
    if missing or math.isnan(share):
        label = f"{limit.parameter} in {name}, {allowed}"
        return Line(key, label, None, "-", books.names(rows), missing or "not known")
    label = f"{limit.parameter} in {name}: {show(value, '-', _SHOWN_DIGITS)}, {allowed}"
    verdict = judge(share, share, limit, books.discharge.warn_from)
    remark = verdict
    if verdict not in ("compliant", "indicative: within"):
        remark += _cause(books, limit, rows)
    if math.isinf(share):
        return Line(key, label, None, "-", books.names(rows), "nothing is allowed", remark=remark)
    used = share if limit.sense == "max" else (1 / share if share > 0 else math.nan)
    return Line.of(key, label, used, "-", books.names(rows), "far below it", remark)


def _cause(books: _Books, limit: Limit, rows: Sequence[int]) -> str:
    """The stream that carries most of it, the feed it came in with, and the units on the way."""
    balance, parameter = books.balance, limit.parameter
    if parameter == "pH":
        worst = max(rows, key=lambda row: _strength(books, row, limit))
        return f"; it is {balance.edges[worst].name}"
    worst = max(rows, key=lambda row: found(balance, row, parameter)[0])
    text = f"; most of it leaves by {balance.edges[worst].name}"
    element = max(parameter.split("+"), key=lambda e: balance.mass(balance.edges[worst].name, e))
    trace = Trace(balance, element)
    if not trace.known:
        return text
    origins = list(trace.origin_of(worst).items())[:_SHOWN_ORIGINS]
    if not origins:
        return text
    shares = ", ".join(f"{100 * share:.3g} % with {feed}" for feed, share in origins)
    return f"{text}, having come in {shares}, by way of {', '.join(trace.way_to(worst))}"


def _strength(books: _Books, row: int, limit: Limit) -> float:
    """How far a stream lies towards the wrong side of a limit on pH."""
    pH = books.balance.streams[books.balance.edges[row].name].pH
    return -pH if limit.sense == "min" else pH


def _allowances(books: _Books, limits: Sequence[Limit]) -> Iterator[Line]:
    """Mass per product: the sum over the building blocks of a rule, against what leaves.

    Blocks of one instrument, parameter and averaging add up: allowed = sum(limit x production).
    """
    rules: dict[tuple[str, str, str], list[Limit]] = {}
    for limit in limits:
        if limit.kind == "mass per product":
            rule = (limit.label("instrument"), limit.parameter, limit.label("averaging"))
            rules.setdefault(rule, []).append(limit)
    for (instrument, parameter, averaging), blocks in rules.items():
        allowed = sum(
            parse(f"{b.fact.value!r} {b.fact.unit}", "-")
            * books.discharge.production.get(b.label("product"), 0.0)
            for b in blocks
        )
        key = ("used", f"{instrument}, {averaging}", parameter)
        label = f"{parameter} discharged, over what {instrument} allows ({averaging})"
        made = [b for b in blocks if b.label("product") in books.discharge.production]
        mass, missing = books.mass(books.rows, parameter)
        if not made:
            products = ", ".join(dict.fromkeys(b.label("product") for b in blocks))
            missing = missing or f"the production of {products} is not given"
        share = mass / allowed if allowed > 0 else (math.inf if mass > 0 else 0.0)
        names = books.names(books.rows)
        if missing:
            yield Line(key, label, None, "-", names, missing)
            continue
        verdict = judge(share, share, blocks[0], books.discharge.warn_from)
        reason = "nothing is allowed" if math.isinf(share) else ""
        value = math.nan if math.isinf(share) else share
        yield Line.of(key, label, value, "-", names, reason, verdict)
