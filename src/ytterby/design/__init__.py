"""Design of cascades and of trains of them, from what is wanted to stages and flows."""

from ytterby.chemistry import kg_oxide
from ytterby.design.binary import (
    Count,
    Operation,
    Split,
    classical_stages,
    largest_scrub_ratio,
    least_extraction_ratio,
    least_organic,
    least_scrub,
    square_root_rule,
)
from ytterby.design.card import card, linked_card, links_card, train_card
from ytterby.design.cut import Cut
from ytterby.design.designed import Designed, design
from ytterby.design.economy import Plan, economic, plan
from ytterby.design.linkage import link
from ytterby.design.linked import Linked
from ytterby.design.links import Links, links
from ytterby.design.multicomponent import Lumps
from ytterby.design.organic_feed import passing_pairs
from ytterby.design.plant_file import plant_of
from ytterby.design.practice import Practice, Prices, order, series
from ytterby.design.sensitivity import sensitivities
from ytterby.design.sequence import Product, Task, best_order
from ytterby.design.stagewise import (
    Pinched,
    exact_stages,
    stepped_stages,
    total_reflux_stages,
    undercount,
)
from ytterby.design.three_outlets import ThreeOutlets
from ytterby.design.train import Train, design_train
from ytterby.design.trial import Infeasible

__all__ = [
    "Count",
    "Cut",
    "Designed",
    "Infeasible",
    "Linked",
    "Links",
    "Lumps",
    "Operation",
    "Pinched",
    "Plan",
    "Practice",
    "Prices",
    "Product",
    "Split",
    "Task",
    "ThreeOutlets",
    "Train",
    "best_order",
    "card",
    "classical_stages",
    "design",
    "design_train",
    "economic",
    "exact_stages",
    "kg_oxide",
    "largest_scrub_ratio",
    "least_extraction_ratio",
    "least_organic",
    "least_scrub",
    "link",
    "linked_card",
    "links",
    "links_card",
    "order",
    "passing_pairs",
    "plan",
    "plant_of",
    "sensitivities",
    "series",
    "square_root_rule",
    "stepped_stages",
    "total_reflux_stages",
    "train_card",
    "undercount",
]
