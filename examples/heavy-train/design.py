"""Longnan-type heavy concentrate to fifteen single oxides: designed, simulated, run again.

python examples/heavy-train/design.py [report.html]
"""

import sys
import time
from pathlib import Path

from ytterby.app.design import read_feed
from ytterby.design import Practice, Prices, Product, Task, design_train, order, series, train_card
from ytterby.facts import table, weakest

FEED = "longnan"
FLOW = 100 / 3600
"""Oxides fed [kg/s]: 100 kg/h."""
PUREST = {"Y", "Tb", "Dy"}
"""Wanted at 99.99 %; the others at 99.9 %."""


def main() -> None:
    feed = read_feed(FEED, FLOW)
    evidence = weakest(list(table(f"partition.{FEED}").values()))
    print(f"Feed: {FEED}, {len(feed)} elements, evidence: {evidence}")
    chemistry = series("P507", feed)
    products = [
        Product((element,), 0.9999 if element in PUREST else 0.999)
        for element in order(chemistry, feed)
    ]
    task = Task.of(chemistry, feed, products, recovery=0.98, remainder=0.99)
    began = time.process_time()
    train = design_train(task, Practice.usual(), Prices.shipped())
    designed = time.process_time()
    again = train.solve()
    print(train_card(train))
    print(
        f"designed in {designed - began:.1f} s, run again in {time.process_time() - designed:.2f} s"
    )
    assert all(made.met for made in again.made)
    if len(sys.argv) > 1:
        from ytterby.app.design_report import write_train

        write_train(train, "Longnan to fifteen oxides", Path(sys.argv[1]), FEED)


if __name__ == "__main__":
    main()
