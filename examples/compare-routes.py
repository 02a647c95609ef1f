"""The same scrap through every route: what comes out, and what each takes to bring it out.

Hard-disk magnets go through the plants of the examples, each with its own feed put in place of
the one it was written for. Run: python examples/compare-routes.py
"""

from pathlib import Path

from ytterby.chemistry import RARE_EARTHS, Species
from ytterby.plant import Plant

EXAMPLES = Path(__file__).parent
SCRAP = {"scrap": "hard-disk", "flow": "100 kg/h"}
ROUTES = {
    "roast, selective leach": ("swarf", "swarf"),
    "full leach": ("full-leach", "scrap"),
    "sulfation roast": ("sulfation", "scrap"),
    "copper nitrate": ("copper-nitrate", "scrap"),
    "magnet to magnet": ("magnet-to-magnet", "scrap"),
}
CARBON_DIOXIDE = Species.of("CO2(g)").molar_mass
ACIDS = ("acid", "sulfuric", "nitric", "strip_acid")


def with_scrap(name: str, feed: str) -> Plant:
    """The plant of the example `name` on hard-disk scrap."""
    plant = Plant.read(EXAMPLES / name / "plant.yaml")
    tree = plant.to_tree()
    tree["feeds"][feed] = SCRAP
    return Plant.from_tree(tree)


def row(title: str, name: str, feed: str) -> list[str]:
    plant = with_scrap(name, feed)
    balance = plant.solve()
    product = next(s for s, role in plant.outlets.items() if role == "product")
    elements = [e for e in RARE_EARTHS if balance.mass(feed, e) > 0]
    fed = sum(balance.mass(feed, e) for e in elements)
    won = {e: balance.recovery(e, of=feed, to=product) for e in ("Nd", "Dy")}
    oxide = balance.stream(feed).reo_mass * balance.period
    drawn = {
        f: balance.flow(f) * balance.period
        for f, told in plant.feeds.items()
        if told.flow is None and f not in ("air", "water")
    }
    acid = sum(mass for f, mass in drawn.items() if f in ACIDS)
    carbon_dioxide = sum(
        balance.stream(edge.name)["CO2(g)"] * CARBON_DIOXIDE * balance.period
        for edge in balance.edges
        if edge.role == "emission"
    )
    waste = sum(
        balance.flow(edge.name) * balance.period
        for edge in balance.edges
        if edge.role in ("residue", "effluent")
    )
    recovered = sum(balance.mass(product, e) for e in elements) / fed
    return [
        title,
        f"{recovered:.1%}",
        f"{won['Nd']:.1%}",
        f"{won['Dy']:.1%}",
        f"{acid / oxide:.2f}",
        f"{sum(drawn.values()) / oxide:.2f}",
        f"{carbon_dioxide / oxide:.2f}",
        f"{waste / oxide:.1f}",
    ]


def main() -> None:
    head = ["route", "RE", "Nd", "Dy", "acid", "reagents", "CO2", "waste"]
    rows = [head, *(row(title, *where) for title, where in ROUTES.items())]
    widths = [max(len(line[column]) for line in rows) for column in range(len(head))]
    for line in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    print("Recovered: shares of what the scrap holds. The rest: kg per kg of rare earth oxide fed,")
    print("solutions as bought; waste is residue and effluent. Magnet to magnet adds fresh metal,")
    print("which its recoveries count in.")


if __name__ == "__main__":
    main()
