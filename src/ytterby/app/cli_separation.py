"""The commands of cascades and columns; each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path

from ytterby.app.options_separation import (
    DesignOptions,
    FitOptions,
    LeachColumnOptions,
    SimulateOptions,
)


def simulate(plant: Path, unit: str, /, *, options: SimulateOptions | None = None) -> int:
    """Follow a cascade of a plant in time: purity, and when it is to specification.

    Parameters
    ----------
    plant
        The plant file.
    unit
        The cascade in it.
    """
    from ytterby.app.simulate import simulate_unit

    return simulate_unit(plant, unit, options or SimulateOptions())


def fit(data: Path, /, *, options: FitOptions | None = None) -> int:
    """Fit constants of an extractant to measurements: values, intervals, what cannot be told.

    Parameters
    ----------
    data
        A CSV file. Isotherms: sample, component, aqueous, organic, extractant [mol/L, dimer for an
        acidic extractant] and pH; stage profiles: stage, phase, component, concentration [mol/L],
        uncertainty [relative].
    """
    from ytterby.app.fit import fit_table

    return fit_table(data, options or FitOptions())


def leach_column(plant: Path, unit: str, /, *, options: LeachColumnOptions | None = None) -> int:
    """Follow the clay of a plant in time: breakthrough, recovery, what stays in the ground.

    Parameters
    ----------
    plant
        The plant file.
    unit
        The clay-leach in it.
    """
    from ytterby.app.leach_column import leach_column

    return leach_column(plant, unit, options or LeachColumnOptions())


def design(feed: str, /, *, options: DesignOptions | None = None) -> int:
    """Design a cascade for a cut, or a train of them for products.

    Parameters
    ----------
    feed
        A shipped partition such as longnan, or oxide shares such as Nd=60,Pr=20,Dy=20.
    """
    from ytterby.app.design import design_feed

    return design_feed(feed, options or DesignOptions())


COMMANDS = (simulate, fit, leach_column, design)
