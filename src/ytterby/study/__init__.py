"""Studies: many neighbours of a plant, their accounts, and what follows from them."""

from ytterby.study.aim import Aim, Held
from ytterby.study.bid import Bid, Terms, bid, choose
from ytterby.study.binding import Binding, Stand, worth_of_targets
from ytterby.study.blend import Blend, NoBlend, Offer, blend
from ytterby.study.evaluate import Outcome, Results, Solver, Study, collect, evaluate, run
from ytterby.study.front import pareto
from ytterby.study.lot import Lot, Measured
from ytterby.study.optimise import Optimum, optimise
from ytterby.study.sampling import draw, grid
from ytterby.study.sensitivity import Bar, Index, Spread, chance, sobol, spreads, tornado
from ytterby.study.variables import (
    Variable,
    assay,
    field_between,
    uncertain_account_facts,
    uncertain_facts,
)

__all__ = [
    "Aim",
    "Bar",
    "Bid",
    "Binding",
    "Blend",
    "Held",
    "Index",
    "Lot",
    "Measured",
    "NoBlend",
    "Offer",
    "Optimum",
    "Outcome",
    "Results",
    "Solver",
    "Spread",
    "Stand",
    "Study",
    "Terms",
    "Variable",
    "assay",
    "bid",
    "blend",
    "chance",
    "choose",
    "collect",
    "draw",
    "evaluate",
    "field_between",
    "grid",
    "optimise",
    "pareto",
    "run",
    "sobol",
    "spreads",
    "tornado",
    "uncertain_account_facts",
    "uncertain_facts",
    "worth_of_targets",
]
