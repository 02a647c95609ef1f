"""Design of cascades and of trains of them, from what is wanted to stages and flows."""

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
from ytterby.design.multicomponent import Lumps
from ytterby.design.stagewise import (
    Pinched,
    exact_stages,
    stepped_stages,
    total_reflux_stages,
    undercount,
)
from ytterby.design.three_outlets import ThreeOutlets

__all__ = [
    "Count",
    "Lumps",
    "Operation",
    "Pinched",
    "Split",
    "ThreeOutlets",
    "classical_stages",
    "exact_stages",
    "largest_scrub_ratio",
    "least_extraction_ratio",
    "least_organic",
    "least_scrub",
    "square_root_rule",
    "stepped_stages",
    "total_reflux_stages",
    "undercount",
]
