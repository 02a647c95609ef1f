"""The commands of cascades and columns; each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path

from ytterby.app.options import Flag, Several
from ytterby.app.options_separation import FitOptions, LeachColumnOptions, SimulateOptions


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


def design(
    feed: str,
    /,
    *,
    cut: str | None = None,
    purity: str = "99.9 %",
    recovery: str = "99 %",
    product: Several = (),
    remainder: str = "99 %",
    flow: str = "100 kg/h",
    extractant: str = "P507",
    cut_extractant: Several = (),
    prices: Path | None = None,
    unsharp: Flag = False,
    link: Flag = False,
    plant: Path | None = None,
    report: Path | None = None,
) -> int:
    """Design a cascade for a cut, or a train of them for products.

    Parameters
    ----------
    feed
        A shipped partition such as longnan, or oxide shares such as Nd=60,Pr=20,Dy=20.
    cut
        The last element that stays in the raffinate: --cut Nd.
    purity
        Extracted elements in the oxides of the extract.
    recovery
        Share of what is extracted, or of each product's elements, that is not lost.
    product
        A wanted product and its purity: --product Pr+Nd:99.5%. May be repeated.
    remainder
        Purity of what lies between the wanted products.
    flow
        Rare earth oxides fed.
    extractant
        Extractant of every cascade: P507, D2EHPA or Cyanex 272.
    cut_extractant
        Another one for one cut of a train: --cut-extractant "Er|Tm=Cyanex 272". May be repeated.
    prices
        A YAML file with prices in place of the shipped ones, such as acid: 0.2.
    unsharp
        Also try a first cut that lets one product leave by both outlets.
    link
        Also run pairs of cascades with one organic, all that save reagents: after an unsharp cut
        those that make its product, or else the loaded organic of a cascade feeds the one that
        parts its extract.
    plant
        Write the cut to this file, for ytterby run.
    report
        Also write one self-contained HTML page to this file.
    """
    from ytterby.app.design import run

    return run(
        feed,
        cut=cut,
        purity=purity,
        recovery=recovery,
        products=product,
        remainder=remainder,
        flow=flow,
        extractant=extractant,
        cut_extractants=cut_extractant,
        prices=prices,
        unsharp=unsharp,
        linked=link,
        plant=plant,
        report=report,
    )


COMMANDS = (simulate, fit, leach_column, design)
