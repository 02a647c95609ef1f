"""What Chinese recyclers got from magnet scrap in 2024, to NdPr, Gd, Tb, Dy and Ho oxides.

python examples/magnet-train/design.py [report.html]
"""

import sys
from pathlib import Path

from ytterby.app.design import read_feed
from ytterby.design import (
    Practice,
    Prices,
    Product,
    Task,
    design_train,
    links,
    links_card,
    sensitivities,
    series,
    train_card,
)

FEED = "china-recycling-2024"
FLOW = 100 / 3600
"""Oxides fed [kg/s]: 100 kg/h."""
WANTED = [
    Product(("Pr", "Nd"), 0.995),
    Product(("Gd",), 0.999),
    Product(("Tb",), 0.9999),
    Product(("Dy",), 0.9999),
    Product(("Ho",), 0.999),
]


def main() -> None:
    feed = read_feed(FEED, FLOW)
    task = Task.of(series("P507", feed), feed, WANTED, recovery=0.98, remainder=0.99)
    train = design_train(task, Practice.usual(), Prices.shipped())
    print(train_card(train))
    print("\nOne per cent more separation factor, and five per cent less:")
    for item in sensitivities(train):
        failing = ", ".join(name for name, _ in item.failing) or "nothing"
        print(
            f"  {item.heavy}/{item.light} {item.factor:6.2f}: stages {item.stages:+.2f} %, "
            f"organic {item.organic:+.2f} %; 5 % lower, {failing} out of specification"
        )
    assert all(made.met for made in train.made)
    linked = links(train)
    print("\nThe loaded organic of a cut as the feed of the next, wherever that saves:")
    print(links_card(linked))
    assert all(made.met for made in linked.made) and linked.acid_saved > 0
    if len(sys.argv) > 1:
        from ytterby.app.design_report import write_train

        write_train(
            train, "Recycled magnets to NdPr, Gd, Tb, Dy, Ho", Path(sys.argv[1]), FEED, linked
        )


if __name__ == "__main__":
    main()
