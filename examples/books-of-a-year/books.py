"""A year of a recycling plant's books: what was planted in them, and what the closing finds.

    python examples/books-of-a-year/books.py [books.db]

The simulator solves the magnet-recycling plant once; its shares of each element drive twelve months
of lots through a circuit that holds two thirds of a month. Every weight and assay that is booked
has errors drawn from the uncertainty that it states. Planted: a theft out of the circuit in July,
and in April a lot of mine concentrate blended into a lot sold as end-of-life magnets.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ytterby.accounts.fingerprint import fingerprint
from ytterby.ledger import Assay, Book, Lot, Measurement, Uncertain, move
from ytterby.ledger.closing import Closing, closing
from ytterby.ledger.custody import recycled_content
from ytterby.plant import Plant

PLANT = Path(__file__).parents[1] / "magnet-recycling" / "plant.yaml"
ELEMENTS = ("Nd", "Pr", "Dy", "Co", "La", "Ce", "Y")
JUDGED = ("Nd", "Pr", "Dy", "Co")
PRODUCTS = {"ndpr_kiln.product": "NdPr oxide", "dy_kiln.product": "Dy oxide"}
MAGNET = {"Nd": 0.228, "Pr": 0.033, "Dy": 0.012, "Co": 0.015, "La": 1e-4, "Ce": 2e-4, "Y": 1e-5}
CONCENTRATE = {"Nd": 0.06, "Pr": 0.02, "Dy": 1e-4, "Co": 1e-5, "La": 0.16, "Ce": 0.24, "Y": 1e-3}
STAYS = 0.4  # share of what is in the circuit at a month's end [-], 2/3 of a month's feed
LOTS_A_MONTH, LOT_MASS = 4, 5000.0  # [kg]
SEED = 7

THEFT_MONTH, STOLEN = 7, {"Nd": 330.0, "Pr": 48.0, "Dy": 17.0}  # [kg]
MISLABELLED = "S-04-2"
MINE_SHARE = 0.35  # of the mislabelled lot [-]

# What the instruments state of themselves: relative random and systematic uncertainty [-].
SCALE = (0.0005, 0.0003)
LABORATORY = (0.003, 0.001)
STOCK_TAKE = (0.01, 0.004)


def month(number: int) -> datetime:
    """The beginning of a month of 2025, counted from 1."""
    return datetime(2025 + (number - 1) // 12, (number - 1) % 12 + 1, 1, tzinfo=UTC)


@dataclass
class Instruments:
    """Draws readings with the errors that they state; systematic ones once a year."""

    chance: np.random.Generator
    bias: dict[str, float] = field(default_factory=dict)

    def read(self, true: float, accuracy: tuple[float, float], group: str) -> Uncertain:
        """A reading of a `true` value by the instrument `group`."""
        random, systematic = accuracy
        shift = self.bias.setdefault(group, float(self.chance.standard_normal()))
        error = random * self.chance.standard_normal() + systematic * shift
        value = true * (1 + error)
        return Uncertain(value, random * true, systematic * true, group)

    def assay(self, lot: Lot, shares: Mapping[str, float]) -> Assay:
        """What the laboratory finds in a lot."""
        found = {e: self.read(s, LABORATORY, f"laboratory {e}") for e, s in shares.items()}
        return Assay(lot.name, lot.time, f"C-{lot.name}", found)


@dataclass
class Year:
    """The plant as it is, and the books as people keep them."""

    book: Book
    split: Mapping[str, Mapping[str, float]]
    instruments: Instruments
    circuit: dict[str, float] = field(default_factory=lambda: dict.fromkeys(ELEMENTS, 0.0))

    def run(self) -> list[Closing]:
        """Twelve months, each closed by a stock-take."""
        return [self.month(number) for number in range(1, 13)]

    def month(self, number: int) -> Closing:
        """Lots in, products and residue out, what is stolen, and the close."""
        for position in range(1, LOTS_A_MONTH + 1):
            self.receive(f"S-{number:02d}-{position}", month(number).replace(day=2 + 5 * position))
        if number == THEFT_MONTH:
            for element, mass in STOLEN.items():
                self.circuit[element] -= mass
        leaving = {e: mass * (1 - STAYS) for e, mass in self.circuit.items()}
        for element, mass in leaving.items():
            self.circuit[element] -= mass
        for stream, form in (*PRODUCTS.items(), ("rest", "residue")):
            self.send(stream, form, leaving, month(number).replace(day=27))
        return self.close(number)

    def receive(self, name: str, when: datetime) -> None:
        """Buy a lot and charge it; the books follow its weight and its assay."""
        true = {
            e: s * (1 + 0.05 * self.instruments.chance.standard_normal()) for e, s in MAGNET.items()
        }
        if name == MISLABELLED:
            true = {e: (1 - MINE_SHARE) * true[e] + MINE_SHARE * CONCENTRATE[e] for e in true}
        weight = self.instruments.read(LOT_MASS, SCALE, "scale in")
        lot = Lot(name, when, "magnet scrap", gross=weight, feed_class="post-consumer")
        assay = self.instruments.assay(lot, true)
        booked = assay.contents(lot)
        self.book.post_all(
            [
                lot,
                assay,
                move(when, "dealers/supplier", "store/raw", booked, lot=name),
                move(when, "store/raw", "circuit/wip", booked, lot=name),
            ],
            person="Anna",
        )
        for element, share in true.items():
            self.circuit[element] += share * LOT_MASS

    def send(self, stream: str, form: str, leaving: Mapping[str, float], when: datetime) -> None:
        """Take a product, or what is left, out of the circuit; the books follow what is weighed."""
        true = {e: mass * self.split[stream][e] for e, mass in leaving.items()}
        size = sum(true.values()) * 1.17 if stream in PRODUCTS else LOTS_A_MONTH * LOT_MASS
        lot = Lot(
            f"{form} {when:%m}", when, form, gross=self.instruments.read(size, SCALE, "scale out")
        )
        assay = self.instruments.assay(lot, {e: m / size for e, m in true.items() if m > 0})
        target = "store/product" if stream in PRODUCTS else "heap/residue"
        out = move(when, "circuit/wip", target, assay.contents(lot), into=lot.name)
        self.book.post_all([lot, assay, out], person="Anna")

    def close(self, number: int) -> Closing:
        """Take stock, post what is unaccounted for openly with two persons, close the month."""
        start, until = month(number), month(number + 1)
        for element in JUDGED:
            found = self.instruments.read(
                self.circuit[element], STOCK_TAKE, f"stock-take {element}"
            )
            self.book.post(
                Measurement(
                    f"stock {element} {number:02d}",
                    "circuit/wip",
                    "content",
                    found,
                    start,
                    until,
                    element,
                ),
                person="Anna",
            )
        found = closing(
            self.book, "circuit/wip", [month(m) for m in range(1, number + 2)], elements=JUDGED
        )
        for entry in found.propose(self.book, person="Anna"):
            self.book.approve(entry.seq, person="Bertil")
        shut = self.book.propose_close(until, person="Anna")
        self.book.approve(shut.seq, person="Bertil")
        return found


def shares_of(plant: Plant) -> dict[str, dict[str, float]]:
    """Share of each element that leaves by each product and by all else, as the simulator says."""
    names = {**MAGNET, "Fe": 0.6, "B": 0.009, "Ni": 0.006, "La": 0.002, "Ce": 0.003}
    del names["Y"]
    assay = {**{e: f"{100 * s:.6g} %" for e, s in names.items()}, "remainder": "inert"}
    balance = plant.with_(**{"scrap.assay": assay}).solve()
    split = {
        stream: {e: balance.recovery(e, of="scrap", to=stream) for e in ELEMENTS if e in names}
        for stream in PRODUCTS
    }
    for by in split.values():
        by["Y"] = by["Dy"]  # next to dysprosium in the cascade, and only there as a trace
    rest = {e: 1 - sum(by[e] for by in split.values()) for e in ELEMENTS}
    return {**split, "rest": rest}


def main(path: Path) -> None:
    book = Book.create(
        path,
        plant="magnet-recycling",
        start=month(1),
        person="Anna",
        accounts=[
            "dealers/supplier", "store/raw", "circuit/wip", "store/product", "heap/residue",
            "circuit/muf",
        ],
    )  # fmt: skip
    chance = Instruments(np.random.default_rng(SEED))
    closings = Year(book, shares_of(Plant.read(PLANT)), chance).run()
    planted()
    found_at_the_gate(book)
    found_at_the_close(closings)
    found_in_the_claims(book)
    faults = book.verify().faults
    entries = sum(1 for _ in book.entries())
    print(f"\nThe books: {entries} entries, {', '.join(map(str, faults)) or 'none touched since'}")


def planted() -> None:
    print("Planted")
    stolen = ", ".join(f"{mass:g} kg {e}" for e, mass in STOLEN.items())
    print(f"  theft from the circuit in month {THEFT_MONTH:02d}: {stolen}")
    print(f"  {MISLABELLED}: {MINE_SHARE:.0%} mine concentrate, declared post-consumer")


def found_at_the_gate(book: Book) -> None:
    print("\nFound at the gate: lots that do not fit the feed class they were declared as")
    for lot in book.lots():
        if lot.form == "magnet scrap":
            assay = {e: (s.value, s.random) for e, s in book.assay(lot.name).shares.items()}
            line = fingerprint(assay, lot.feed_class).line("fits", lot.feed_class)
            if not line.remark.startswith("fits"):
                print(f"  {lot.name}, {lot.feed_class}: {line.remark}")


def found_at_the_close(closings: list[Closing]) -> None:
    year = closings[-1]
    print("\nMaterial unaccounted for [kg], with one standard uncertainty")
    print("  month       " + "".join(f"{e:>18}" for e in JUDGED))
    for row, name in enumerate(year.muf.periods):
        cells = zip(year.muf.values[row], year.muf.standard[row], strict=True)
        print(f"  {name}  " + "".join(f"{mass:>10.1f} ± {spread:<5.1f}" for mass, spread in cells))
    print("  the year    " + "".join(
        "{:>10.1f} ± {:<5.1f}".format(*year.muf.cumulative(e)) for e in JUDGED
    ))  # fmt: skip
    print("\nFound at the close: what chance explains in one year of twenty at most")
    told = set()
    for one in closings:
        for alarm in one.alarms:
            if (alarm.test, alarm.element) not in told:
                told.add((alarm.test, alarm.element))
                print(f"  at {one.until:%Y-%m-%d}: {alarm}")


def found_in_the_claims(book: Book) -> None:
    print("\nPost-consumer share of May's NdPr oxide, and what of it is in doubt")
    lots = {lot.name: lot.feed_class for lot in book.lots()}
    content = recycled_content(book, "NdPr oxide 05", elements=("Nd", "Pr"))
    origins = book.trace_origins().of("NdPr oxide 05")
    for element in ("Nd", "Pr"):
        masses = origins[element]
        doubtful = masses.get(MISLABELLED, 0.0) / sum(masses.values())
        print(
            f"  {element}: {content[element].share('post-consumer'):.2%} as declared, "
            f"{doubtful:.2%} of it from {MISLABELLED} ({lots[MISLABELLED]})"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            main(Path(folder) / "books.db")
