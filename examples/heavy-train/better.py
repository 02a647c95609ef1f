"""The heavy train of design.py, its two largest cascades run with less reagent.

python examples/heavy-train/better.py
"""

from __future__ import annotations

from ytterby.app.design import read_feed
from ytterby.design import Practice, Prices, Product, Task, design_train, order, series
from ytterby.study import Aim, optimise
from ytterby.study.trains import running, wanted

FEED = "longnan"
FLOW = 100 / 3600
"""Oxides fed [kg/s]: 100 kg/h."""
PUREST = {"Y", "Tb", "Dy"}
"""Wanted at 99.99 %; the others at 99.9 %."""
CUTS = ("Ho | Y", "Y | Er")
"""Nine tenths of the organic of the train."""
REACH = (0.8, 1.1)
"""Of every flow, over the one of the design [-]."""


def main() -> None:
    feed = read_feed(FEED, FLOW)
    chemistry = series("P507", feed)
    products = [
        Product((element,), 0.9999 if element in PUREST else 0.999)
        for element in order(chemistry, feed)
    ]
    task = Task.of(chemistry, feed, products, recovery=0.98, remainder=0.99)
    train = design_train(task, Practice.usual(), Prices.shipped())
    found = optimise(
        running(train, CUTS, *REACH),
        Aim("reagents", "minimise"),
        wanted(train, CUTS),
        most=15,
    )
    for name, factor in found.best.items():
        print(f"{name}: {factor:.3f} of the design")
    before, after = found.before["reagents"], found.after["reagents"]
    print(
        f"reagents: {before:.3f} -> {after:.3f} USD per kg of oxide fed, {after / before - 1:+.1%}"
    )
    for limit in found.binding:
        worth = limit.worth * limit.step
        print(f"binds: {limit.what}; {limit.step:g} more is worth {worth:.3g} USD/kg")
    if not found.settled:
        print(f"no optimum yet: {found.unsolved or 'steps have become too short to gain more'}")
    print(f"{found.solved} trains solved")
    assert found.feasible and found.gain >= 0


if __name__ == "__main__":
    main()
