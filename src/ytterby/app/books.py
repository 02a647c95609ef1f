"""The books of a solved plant: every account that its place, grid and law allow, weighed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ytterby.accounts import (
    CarbonBasis,
    CostBasis,
    Limit,
    Statement,
    WrongClass,
    attribute,
    capital,
    carbon,
    consumption,
    cost,
    effluent,
    kinds_of,
    limits,
    priced_by_content,
    radioactivity,
    recovery_and_purity,
    recycled_content,
    water,
    weigh,
)
from ytterby.accounts.evidence import Account
from ytterby.accounts.limits import jurisdictions
from ytterby.accounts.prices import values
from ytterby.app.options import Place, Site
from ytterby.app.own_files import ELECTRICITY, factors_of, own_of, permit_of, prices_of, strangers
from ytterby.balance import Balance
from ytterby.facts import Fact, table
from ytterby.plant import Plant, PlantError

_USUAL_AREA = "general"


@dataclass(frozen=True, eq=False)
class Books:
    """One balance with its statements; an account that was not asked for is None.

    facts: what the lines rest on, by the keys of `Line.movers`. money, climate: the bases of cost
    and greenhouse gases. law: the limits that count. absent: title and reason of every account
    that was not drawn up.
    """

    balance: Balance
    recovery: Statement
    consumption: Statement
    capital: Statement | None = None
    cost: Statement | None = None
    carbon: Statement | None = None
    water: Statement | None = None
    effluent: Statement | None = None
    radioactivity: Statement | None = None
    recycled: Statement | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    money: CostBasis | None = None
    climate: CarbonBasis | None = None
    law: tuple[Limit, ...] = ()
    absent: tuple[tuple[str, str], ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All that were drawn up, in the order in which they should be read."""
        found = (self.recovery, self.consumption, self.capital, self.cost)
        found = (*found, self.carbon, self.water, self.effluent, self.radioactivity, self.recycled)
        return tuple(one for one in found if one is not None)


def books_of(
    plant: Plant | None,
    balance: Balance,
    site: Site,
    *,
    weighed: bool = False,
    kinds: Mapping[str, str] | None = None,
) -> Books:
    """The accounts that `site` asks for: cost where a place is named, greenhouse gases where a
    grid is, effluent and radioactivity where a law is, recycled content where the class of a feed
    is.

    plant: tells the kinds of units; None for a balance that did not come from one, of which
    `kinds` may tell them. weighed: also tell what each line of cost and of greenhouse gases moves
    with.
    """
    kinds = kinds_of(plant) if plant is not None else kinds or {}
    prices = prices_for(balance, site)
    recovery, taken = attribute(recovery_and_purity, balance), consumption(balance, kinds)
    found = Books(balance, recovery, taken, facts=balance.facts)
    absent = []
    money = money_of(site)
    if money is None:
        absent.append(("Cost and return", "give the place of the plant: --place EE"))
    else:
        found = _with_money(found, replace(money, prices=prices, kinds=kinds), site, weighed)
    grid = grid_of(site)
    if grid is None:
        absent.append(("Greenhouse gases", "give the region of its grid: --grid EE"))
    else:
        refuse_feeds("--cut-off", site.cut_off, balance)
        climate = replace(climate_of(grid, site), kinds=kinds, prices=values(prices))
        found = _with_climate(found, climate, weighed)
    if site.law is None and site.permit is None:
        absent.append(("Water, effluent and radioactivity", "give the law that holds: --law CN"))
    else:
        law = law_of(site)
        found = replace(
            found,
            water=water(balance, law),
            effluent=effluent(balance, law),
            radioactivity=radioactivity(balance, law),
            law=law,
        )
    if site.feed_class:
        account = _content(classes_of(site.feed_class), balance)
        found = replace(found, recycled=attribute(account, balance))
    elif plant is not None and any(feed.form == "scrap" for feed in plant.feeds.values()):
        hint = "say what the scrap was: --feed-class scrap=post-consumer"
        absent.append(("Recycled content", hint))
    return replace(found, absent=(*absent, *strangers(site, balance)))


def _content(classes: Mapping[str, str], balance: Balance) -> Account:
    """The account of recycled content; raises PlantError where a feed or a class is none."""
    refuse_feeds("--feed-class", classes, balance)
    try:
        return recycled_content(classes)
    except WrongClass as error:
        raise PlantError((), f"--feed-class: {error}") from None


def classes_of(told: Iterable[str]) -> dict[str, str]:
    """Class by feed of options such as scrap=post-consumer; raises PlantError."""
    found: dict[str, str] = {}
    for one in told:
        feed, equals, name = (part.strip() for part in one.partition("="))
        if not equals or not feed or not name or feed in found:
            expected = "expected feed=post-consumer or feed=pre-consumer, each feed once"
            raise PlantError((), f"--feed-class {one}: {expected}")
        found[feed] = name
    return found


def _with_money(books: Books, basis: CostBasis, site: Site, weighed: bool) -> Books:
    balance, building = books.balance, capital(books.balance, basis)
    if not weighed:
        return replace(books, money=basis, capital=building, cost=cost(balance, basis))
    statement = attribute(lambda one: cost(one, basis), balance)
    told = facts_in(statement, (*basis.prices.values(), *basis.own.values()))

    def redraw(changed: Fact) -> Statement:
        return cost(balance, _changed(basis, changed, balance, site))

    statement = weigh(statement, redraw, told)
    facts = {**books.facts, **{fact.name: fact for fact in told}}
    return replace(books, money=basis, capital=building, cost=statement, facts=facts)


def _changed(basis: CostBasis, changed: Fact, balance: Balance, site: Site) -> CostBasis:
    """The basis with one fact in the place of that of the same name; scrap follows its content."""
    goods = {g: changed if f.name == changed.name else f for g, f in basis.prices.items()}
    own_prices, own = prices_of(site.prices, site.own), {**basis.own, changed.name: changed}
    for scrap in site.scrap:
        if scrap not in own_prices and changed.name != basis.prices[scrap].name:
            goods = priced_by_content(balance, scrap, goods, own)
    return replace(basis, prices=goods, own=own)


def _with_climate(books: Books, basis: CarbonBasis, weighed: bool) -> Books:
    if not weighed:
        return replace(books, climate=basis, carbon=carbon(books.balance, basis))
    statement = attribute(lambda one: carbon(one, basis), books.balance)
    told = facts_in(statement, (*basis.upstream.values(), basis.grid))

    def redraw(changed: Fact) -> Statement:
        return carbon(books.balance, replace(basis, own={**basis.own, changed.name: changed}))

    statement = weigh(statement, redraw, told)
    facts = {**books.facts, **{fact.name: fact for fact in told}}
    return replace(books, climate=basis, carbon=statement, facts=facts)


def facts_in(statement: Statement, known: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts of the account itself that its lines name, shipped ones or some of `known`."""
    from ytterby.facts import known as shipped

    names = dict.fromkeys(name for line in statement.lines for name in line.facts)
    by_name = shipped(names) | {fact.name: fact for fact in known}
    return tuple(by_name[name] for name in names if name in by_name)


def grid_of(place: Place) -> str | None:
    """The grid that is named, or that of the place where its factor is known."""
    if place.grid is not None or place.place is None:
        return place.grid
    return place.place if place.place in table("carbon.grid") else None


def climate_of(grid: str, place: Place) -> CarbonBasis:
    """How greenhouse gases are reckoned at a place, but for the plant."""
    factors = factors_of(place.factors)
    contract = factors.pop(ELECTRICITY, None)
    own = own_of(place.own)
    return CarbonBasis(grid, factors=factors, contract=contract, cut_off=place.cut_off, own=own)


def money_of(place: Place) -> CostBasis | None:
    """How money is reckoned at a place, but for the plant; None where none is named."""
    if place.place is None:
        return None
    prices = prices_of(place.prices, place.own)
    basis = CostBasis(place.place, prices=prices, own=own_of(place.own))
    return basis if place.year is None else replace(basis, year=place.year)


def prices_for(balance: Balance, place: Place) -> dict[str, Fact]:
    """The prices, scrap by its content where it has no price of its own."""
    prices, own = prices_of(place.prices, place.own), own_of(place.own)
    refuse_feeds("--scrap", (scrap for scrap in place.scrap if scrap not in prices), balance)
    for scrap in place.scrap:
        if scrap not in prices:
            prices = priced_by_content(balance, scrap, prices, own)
    return prices


def refuse_feeds(option: str, names: Iterable[str], balance: Balance) -> None:
    """Raise PlantError where an option names what is no feed of the plant."""
    fed = (edge.name.partition(" > ")[0] for edge in balance.edges if edge.source is None)
    _refuse(option, names, tuple(dict.fromkeys(fed)))


def _refuse(option: str, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in known:
            raise PlantError((), f"{option} {name}: expected one of {', '.join(known)}")


def law_of(site: Site) -> tuple[Limit, ...]:
    """The limits that hold on the day and in the area, and those of the permit; raises PlantError
    where there are none."""
    day = day_of(site.on)
    permit = tuple(limit for limit in permit_of(site.permit) if limit.holds_on(day))
    if site.law is None:
        return permit
    here = limits(on=day, jurisdiction=site.law)
    if not here:
        known = ", ".join(jurisdictions())
        found = f"found no limits that hold on {day}"
        raise PlantError((), f"--law {site.law}: {found}, expected one of {known}")
    areas = sorted({one.label("area") for one in here} - {""})
    if site.area is not None and site.area not in areas:
        expected = f"one of {', '.join(areas)}" if areas else f"no --area with --law {site.law}"
        raise PlantError((), f"--area {site.area}: expected {expected}")
    law = tuple(one for one in here if one.label("route") in ("", site.route))
    area = site.area or _USUAL_AREA
    if area in areas:
        law = tuple(one for one in law if one.label("area") in ("", area))
    if not law:
        raise PlantError((), f"--route {site.route}: found no limits of {site.law} for it")
    return (*permit, *law)


def day_of(text: str | None) -> str:
    """The ISO date of --on, today where none is given; raises PlantError."""
    try:
        return date.today().isoformat() if text is None else date.fromisoformat(text).isoformat()
    except ValueError:
        raise PlantError((), f"--on {text}: expected a day such as 2026-01-31") from None


def refuse_site(site: Site, plant: Plant) -> None:
    """Raise, before anything is solved, where an option of the site names what there is not."""
    prices = prices_of(site.prices, site.own)
    _refuse("--scrap", (name for name in site.scrap if name not in prices), plant.feeds)
    _refuse("--cut-off", site.cut_off, plant.feeds)
    _refuse("--feed-class", classes_of(site.feed_class), plant.feeds)
    if site.place is not None:
        _ = CostBasis(site.place).cost_factor
    grid = grid_of(site)
    if grid is not None:
        _ = climate_of(grid, site).grid
    law_of(site)
