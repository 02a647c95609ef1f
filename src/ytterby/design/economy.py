"""How much organic a cut is worth: stages, inventory and locked-up metal against reagents."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ytterby.design.binary import square_root_rule
from ytterby.design.cut import Cut
from ytterby.design.practice import (
    ACID_MASS,
    ALKALI_MASS,
    CHARGE,
    LITRES,
    Practice,
    Prices,
)

GOLDEN = (math.sqrt(5) - 1) / 2
LARGEST_EXCESS = 20.0
"""S is sought up to 21 times S_min [-]."""
CLOSE = 0.01
"""Width of the bracket of ln(S/S_min - 1) at which the search ends [-]: costs are flat there."""
STRIP_STAGES = (4, 40)
"""Fewest and most stripping stages that are built [-]."""


@dataclass(frozen=True)
class Plan:
    """A cascade on paper: the exchange model at one amount of organic.

    organic: S, moles loaded per mole of feed [-]; least: S_min [-].
    stages: extraction, scrubbing, stripping, not rounded [-].
    organic_flow, strip_flow: [L/s]. reflux: share of the strip liquor that scrubs [-].
    costs: by item [currency/s].
    """

    organic: float
    least: float
    stages: tuple[float, float, float]
    organic_flow: float
    strip_flow: float
    reflux: float
    costs: dict[str, float]

    @property
    def cost(self) -> float:
        """All items [currency/s]."""
        return sum(self.costs.values())


def plan(cut: Cut, practice: Practice, prices: Prices, organic: float) -> Plan:
    """Flows, stages and costs of a cut at S moles of organic per mole of feed.

    Loaded metal equals the sodium brought in; scrub acid and metal equal W = S - f_A'; stages from
    `Lumps.stages`. Raises Pinched where S is too small.
    """
    lumps, feed = cut.lumps, cut.total
    extract = float(lumps.distributed().sum())
    extraction, scrubbing = lumps.stages(organic)
    loaded = organic * feed
    organic_flow = loaded / practice.loaded
    strip_flow, stripping = strip(cut, practice, loaded, organic_flow)
    scrub = (organic - extract) * feed
    reflux = min(CHARGE * scrub / (strip_flow * practice.strip_acid), 1 - CLOSE)
    stages = (extraction, scrubbing, stripping)
    found = Plan(organic, lumps.least_organic(), stages, organic_flow, strip_flow, reflux, costs={})
    return replace(found, costs=costs(cut, practice, prices, found))


def costs(cut: Cut, practice: Practice, prices: Prices, run: Plan) -> dict[str, float]:
    """What running a cascade so costs, by item [currency/s]; see `Prices`."""
    extraction, scrubbing, stripping = run.stages
    scrub = run.reflux * run.strip_flow
    aqueous = cut.total / practice.feed + scrub
    volumes = [
        count * (run.organic_flow + flow) * practice.residence
        for count, flow in zip(run.stages, (aqueous, scrub, run.strip_flow), strict=True)
    ]
    inventory = sum(run.stages) * run.organic_flow * practice.residence
    held = (extraction + scrubbing + stripping / 2) * practice.residence
    worth = [prices.metal(e) for e in cut.series]
    metal = float(np.average(worth, weights=[cut.feed[e] for e in cut.series]))
    loaded = run.organic * cut.total
    returned = loaded - float(cut.lumps.distributed().sum()) * cut.total
    charge = prices.capital_charge
    return {
        "acid": run.strip_flow * practice.strip_acid * ACID_MASS * prices.acid,
        "alkali": run.organic_flow * practice.sodium * ALKALI_MASS * prices.alkali,
        "mixer-settlers": charge * sum(volumes) / LITRES * prices.mixer_settler,
        "organic inventory": charge * inventory * prices.organic(practice),
        "metal locked up": charge * held * (loaded + returned) * metal,
    }


def strip(cut: Cut, practice: Practice, loaded: float, organic_flow: float) -> tuple[float, float]:
    """Strip acid flow [L/s] and stripping stages [-].

    The acid is three per rare earth loaded and the excess, or what the stripping factor needs at
    both ends: A = L/(D G) with D at the fresh acid and the bare organic, and at the strip liquor,
    where little acid is left, and the loaded organic. The second decides for erbium to lutetium.
    Stages by Kremser for the share u that may return, n = ln[(1 - 1/A)/u + 1/A]/ln A, at the
    geometric mean of both ends.
    """
    constants = cut.chemistry.log_K[cut.chemistry.index(cut.heavies)]
    mean = float(np.average(constants, weights=[cut.feed[e] for e in cut.heavies]))
    free = practice.dimer - CHARGE * loaded / organic_flow
    if free <= 0:
        raise ValueError(f"cut {cut.name}: no free extractant is left; saponify less")

    lean = practice.distribution(cut.chemistry, mean, practice.dimer, practice.strip_acid)

    def ends(flow: float) -> tuple[float, float]:
        left = practice.strip_acid - CHARGE * loaded / flow
        rich = practice.distribution(cut.chemistry, mean, free, left) if left > 0 else math.inf
        return flow / (organic_flow * rich), flow / (organic_flow * lean)

    def factor(flow: float) -> float:
        return min(ends(flow))

    low = CHARGE * loaded * (1 + practice.acid_excess) / practice.strip_acid
    if factor(low) < practice.stripping_factor:
        high = low
        while factor(high) < practice.stripping_factor:
            low, high = high, 2 * high
        while high / low > 1 + CLOSE:
            middle = math.sqrt(low * high)
            low, high = (
                (middle, high) if factor(middle) < practice.stripping_factor else (low, middle)
            )
        low = high
    A = math.sqrt(math.prod(ends(low)))
    left = practice.returned_share * cut.heavy_lost / loaded
    stages = math.log((1 - 1 / A) / left + 1 / A) / math.log(A)
    return low, float(np.clip(stages, *STRIP_STAGES))


def least_acid(cut: Cut, practice: Practice, plan: Plan) -> float:
    """Free acid of the feed that keeps the extractant within its loading limit [mol/L].

    Metal displaces more protons than the sodium takes up until the raffinate holds the acid h at
    which its own lights load the organic so far, y = x sum_i K_i x_i/x (a/h)^3; these protons leave
    with the raffinate, so over extraction

        3 y G = Na G + (h - acid of the feed) Q

    with G organic and Q aqueous flow. Zero where sodium takes up all.
    """
    weights = np.array([cut.feed[e] for e in cut.lights])
    constants = 10.0 ** cut.chemistry.log_K[cut.chemistry.index(cut.lights)]
    mean = math.log10(float(np.average(constants, weights=weights)))
    bound = practice.loading_limit * practice.dimer
    at_one = practice.distribution(cut.chemistry, mean, practice.dimer - bound, 1.0)
    h = (at_one * practice.feed * CHARGE / bound) ** (1 / CHARGE)
    aqueous = cut.total / practice.feed + plan.reflux * plan.strip_flow
    return max(h - (bound - practice.sodium) * plan.organic_flow / aqueous, 0.0)


def square_root_organic(cut: Cut) -> float:
    """S of Xu's square-root rule for the two lumps at the effective factor [-]."""
    return square_root_rule(cut.lumps.lumped, cut.lumps.effective_factor).organic


def economic(cut: Cut, practice: Practice, prices: Prices) -> Plan:
    """The plan of least cost over S, by golden section in ln(S/S_min - 1).

    Costs fall steeply just above S_min, where stages have no end, and rise with S beyond; between
    there is one minimum, a flat one. Nothing nearer to S_min than `practice.least_excess` is tried.
    """
    least = cut.lumps.least_organic()

    def at(place: float) -> Plan:
        return plan(cut, practice, prices, least * (1 + math.exp(place)))

    bounds = math.log(practice.least_excess), math.log(LARGEST_EXCESS)
    return at(golden_section(lambda place: at(place).cost, *bounds, CLOSE))


def golden_section(f: Callable[[float], float], low: float, high: float, width: float) -> float:
    """Where f is least between low and high, to within `width`, f having one minimum."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = f(left), f(right)
    while high - low > width:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = f(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = f(right)
    return (low + high) / 2
