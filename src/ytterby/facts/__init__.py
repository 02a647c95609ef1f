"""Facts: sourced numbers with unit, conditions, uncertainty and evidence class."""

from ytterby.facts.fact import EVIDENCE, Evidence, Fact, weakest
from ytterby.facts.library import UnknownFact, all_facts, below, fact, find, known, table

__all__ = [
    "EVIDENCE",
    "Evidence",
    "Fact",
    "UnknownFact",
    "all_facts",
    "below",
    "fact",
    "find",
    "known",
    "table",
    "weakest",
]
