"""Studies: many neighbours of a plant, their accounts, and what follows from them."""

from ytterby.study.evaluate import Outcome, Results, Study, collect, evaluate, run
from ytterby.study.optimise import Aim, Binding, Held, Optimum, optimise, pareto
from ytterby.study.sampling import draw, grid
from ytterby.study.sensitivity import Bar, Index, Spread, chance, sobol, spreads, tornado
from ytterby.study.variables import Variable, assay, field_between, uncertain_facts

__all__ = [
    "Aim",
    "Bar",
    "Binding",
    "Held",
    "Index",
    "Optimum",
    "Outcome",
    "Results",
    "Spread",
    "Study",
    "Variable",
    "assay",
    "chance",
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
    "uncertain_facts",
]
