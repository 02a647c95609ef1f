"""The commands that draw up accounts and studies; each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path

from ytterby.app.options import (
    AccountsOptions,
    BidOptions,
    CompareOptions,
    Flag,
    OptimiseOptions,
    Several,
    SweepOptions,
)


def accounts(plant: Path, /, *, options: AccountsOptions | None = None) -> int:
    """Draw up recovery, cost, greenhouse gases and effluent of a plant, or of a month.

    Parameters
    ----------
    plant
        The plant file, or a balance that `ytterby run --json` or `ytterby reconcile --json` wrote.
    """
    from ytterby.app.accounts import accounts

    return accounts(plant, options or AccountsOptions())


def compare(plant: Path, /, *others: Path, options: CompareOptions | None = None) -> int:
    """Put plants side by side: what changes in recovery, reagents, cost, carbon and effluent.

    Parameters
    ----------
    plant
        The plant file that the others are compared with, or a balance that `ytterby run --json`
        or `ytterby reconcile --json` wrote.
    others
        Any number of other plant files and balances.
    """
    from ytterby.app.compare import compare

    return compare((plant, *others), options or CompareOptions())


def bid(lot: Path, /, *plants: Path, options: BidOptions | None = None) -> int:
    """Tell what a lot of scrap is worth to a plant, or to which of several it is worth most.

    Parameters
    ----------
    lot
        A YAML file with lot: a name, assay: {Nd: 22.8 ± 0.5 %, Dy: 1.2 %}, and where there is any
        moisture: 1 ± 0.3 %, oil, coating; remainder: inert.
    plants
        One plant file or several.
    """
    from ytterby.app.bid import bid

    return bid(lot, plants, options or BidOptions())


def blend(lots: Path, /, *, mass: str, limit: Several = (), json: Flag = False) -> int:
    """Find the cheapest blend of lots on offer that meets a specification.

    Parameters
    ----------
    lots
        A YAML file with lots: and of each what `bid` takes, available: 20 t, price: 15 USD/kg.
    mass
        Of dry, clean material, such as "10 t".
    limit
        On the blend: --limit "Dy >= 2 %". May be repeated.
    json
        Print the blend as JSON and nothing else.
    """
    from ytterby.app.bid import blend

    return blend(lots, mass=mass, limits=limit, as_json=json)


def sweep(plant: Path, /, *, options: SweepOptions | None = None) -> int:
    """Solve a plant at many settings, or under all that is not known for sure.

    Parameters
    ----------
    plant
        The plant file.
    """
    from ytterby.app.sweep import sweep

    return sweep(plant, options or SweepOptions())


def optimise(plant: Path, /, *, options: OptimiseOptions | None = None) -> int:
    """Run a plant better: one figure as good as can be over chosen fields, others held.

    Parameters
    ----------
    plant
        The plant file; its settings are where the search starts.
    """
    from ytterby.app.optimise import optimise

    return optimise(plant, options or OptimiseOptions())


COMMANDS = (accounts, compare, bid, blend, sweep, optimise)
