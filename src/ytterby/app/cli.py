"""The command line: `ytterby run plant.yaml`. Commands import what they need when they run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, CycloptsError, Parameter

from ytterby import __version__
from ytterby.app.cli_accounts import COMMANDS
from ytterby.app.cli_ledger import ledger
from ytterby.app.cli_reconcile import reconcile
from ytterby.app.cli_statement import statement
from ytterby.app.options import Site

RESULT_IS_NONE, BAD_INPUT, INTERRUPTED = 1, 2, 130
"""Exit statuses: nothing settled or closed; the input cannot be used, or asks for what cannot be;
Ctrl-C."""

app = App(
    name="ytterby",
    help="Open industrial intelligence for rare earths: a plant file in, a closed balance out.",
    version=__version__,
    version_flags=["--version"],
    help_flags=["--help", "-h"],
    help_format="plaintext",
)


@app.command
def run(
    plant: Path,
    /,
    *,
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    json: Annotated[bool, Parameter(negative=())] = False,
    report: Path | None = None,
    pdf: Path | None = None,
    period: str = "1 h",
    site: Site | None = None,
) -> int:
    """Solve a plant and print who gets what.

    A report also draws up cost, greenhouse gases and effluent where it is told place and law.

    Parameters
    ----------
    plant
        The plant file.
    set_
        Change a field first, as in the file: --set leach.acid_dose=1.3. May be repeated.
    json
        Print the balance as JSON and nothing else.
    report
        Also write one self-contained HTML page to this file.
    pdf
        Also write the report as PDF to this file.
    period
        What the balance covers, such as "8 h".
    """
    from ytterby.app.run import run

    return run(
        plant,
        changes=set_,
        as_json=json,
        report=report,
        pdf=pdf,
        period=period,
        site=site or Site(),
    )


@app.command
def simulate(
    plant: Path,
    unit: str,
    /,
    *,
    hours: float = 1000,
    start: Literal["fill", "steady", "total-reflux"] = "fill",
    reflux_hours: float = 24,
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    accuracy: float = 1e-3,
    csv: Path | None = None,
    report: Path | None = None,
) -> int:
    """Follow a cascade of a plant in time: purity, and when it is to specification.

    Parameters
    ----------
    plant
        The plant file.
    unit
        The cascade in it.
    hours
        How long to simulate.
    start
        What it starts from: filled with its feeds, its steady state, or filled and run at total
        reflux first.
    reflux_hours
        How long it runs at total reflux.
    set_
        Change something at an hour: --set "organic=110 %@200", feed=stopped@5, "reflux=30 %@5",
        log_K.Nd=-0.4@9, "feed.Dy=0.02 mol/L@24". May be repeated.
    accuracy
        Error of a step in time, relative to the contents.
    csv
        Also write every step to this file.
    report
        Also write one self-contained HTML page to this file.
    """
    from ytterby.app.simulate import simulate_unit

    return simulate_unit(
        plant,
        unit,
        hours=hours,
        start=start,
        reflux_hours=reflux_hours,
        changes=set_,
        accuracy=accuracy,
        csv=csv,
        report=report,
    )


@app.command
def fit(
    data: Path,
    /,
    *,
    extractant: str = "P507",
    medium: str | None = None,
    free: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    uncertainty: float | None = None,
    plant: Path | None = None,
    unit: str | None = None,
    facts: Path | None = None,
    source: str | None = None,
    conditions: str = "",
) -> int:
    """Fit constants of an extractant to measurements: values, intervals, what cannot be told.

    Parameters
    ----------
    data
        A CSV file. Isotherms: sample, component, aqueous, organic, extractant [mol/L, dimer for an
        acidic extractant] and pH; stage profiles: stage, phase, component, concentration [mol/L],
        uncertainty [relative].
    extractant
        The extractant, whose shipped constants stand where nothing is fitted.
    medium
        Start from constants measured in this medium, such as chloride.
    free
        What to fit: log_K.Dy, exponent, curvature; for a stage profile also efficiency,
        entrainment.aqueous, entrainment.organic. May be repeated; else log_K of all that is there.
    uncertainty
        Relative standard uncertainty of a distribution ratio; else it is estimated.
    plant
        The plant file that a stage profile is of.
    unit
        The cascade in it.
    facts
        Also write the constants as a file of facts.
    source
        Where the measurements come from, as the facts will say it.
    conditions
        Under which they were made.
    """
    from ytterby.app.fit import fit_table

    return fit_table(
        data,
        extractant=extractant,
        medium=medium,
        free=free,
        uncertainty=uncertainty,
        plant=plant,
        unit=unit,
        facts=facts,
        source=source,
        conditions=conditions,
    )


@app.command(name="leach-column")
def leach_column(
    plant: Path,
    unit: str,
    /,
    *,
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    csv: Path | None = None,
    plot: Path | None = None,
    measured: Path | None = None,
    free: Annotated[tuple[str, ...], Parameter(negative=())] = (),
) -> int:
    """Follow the clay of a plant in time: breakthrough, recovery, what stays in the ground.

    Parameters
    ----------
    plant
        The plant file.
    unit
        The clay-leach in it.
    set_
        Change a field first, as in the file. May be repeated.
    csv
        Also write every step to this file.
    plot
        Also write a picture to this file, one self-contained HTML page.
    measured
        Fit constants to this table of a column test: time [h], ion, concentration, uncertainty
        [mol/m3].
    free
        What to fit: log_K.Dy+3, log_held.Dy+3, log_transfer. May be repeated; else log_K of all
        ions in the table.
    """
    from ytterby.app.leach_column import leach_column

    return leach_column(plant, unit, changes=set_, csv=csv, plot=plot, measured=measured, free=free)


@app.command
def losses(
    plant: Path,
    element: str,
    /,
    *,
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    confirm: int = 0,
) -> int:
    """Tell where each lost kilogram of an element goes, and which settings would win it back.

    Parameters
    ----------
    plant
        The plant file.
    element
        Such as Dy.
    set_
        Change a field first, as in the file. May be repeated.
    confirm
        Solve the plant anew with so many of the best settings, instead of a first-order answer.
    """
    from ytterby.app.losses import run

    return run(plant, element, changes=set_, confirm=confirm)


@app.command
def check(plant: Path, /) -> int:
    """Read and wire a plant without solving it: its units, its loops, what to look at.

    Parameters
    ----------
    plant
        The plant file.
    """
    from ytterby.app.run import check

    return check(plant)


@app.command
def explain(name: str, /) -> int:
    """Tell all about a unit operation or a fact.

    Parameters
    ----------
    name
        A unit operation such as acid-leach, or a fact such as leach.hcl.extent.oxide.
    """
    from ytterby.app.explain import explain

    return explain(name)


@app.command
def facts(
    *words: str,
    class_: Annotated[str | None, Parameter("--class")] = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """List the facts that Ytterby rests on, with their evidence and sources.

    Parameters
    ----------
    words
        Only facts that mention all of these words.
    class_
        Only facts of this evidence: measured, reference, derived, estimated or assumed.
    json
        Print them as JSON.
    """
    from ytterby.app.explain import facts

    return facts(words, evidence=class_, as_json=json)


@app.command
def schema() -> int:
    """Print the JSON Schema of plant files, for editors."""
    from json import dumps

    from ytterby.plant.schema import schema

    print(dumps(schema(), indent=2))
    return 0


@app.command
def new(path: Path, /) -> int:
    """Write a small plant to start from; an existing file is left alone.

    Parameters
    ----------
    path
        The file to write, such as plant.yaml.
    """
    from ytterby.app.new import new

    return new(path)


@app.command
def design(
    feed: str,
    /,
    *,
    cut: str | None = None,
    purity: str = "99.9 %",
    recovery: str = "99 %",
    product: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    remainder: str = "99 %",
    flow: str = "100 kg/h",
    extractant: str = "P507",
    cut_extractant: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    prices: Path | None = None,
    unsharp: Annotated[bool, Parameter(negative=())] = False,
    link: Annotated[bool, Parameter(negative=())] = False,
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
        Also run two cascades with one organic: after an unsharp cut those that make its product,
        or else the loaded organic of a cascade feeds the one that parts its extract.
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


for _command in (*COMMANDS, reconcile, statement):
    app.command(_command)
app.command(ledger)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command in `arguments` (those of the process when None) and exit."""
    sys.exit(status_of(arguments))


def status_of(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments`; the exit status, errors being printed."""
    try:
        status = app(
            arguments, exit_on_error=False, print_error=False, result_action="return_value"
        )
        return status or 0
    except CycloptsError as error:
        print(f"ytterby: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        from ytterby.app.refusal import status_of_error

        return status_of_error(error)


if __name__ == "__main__":
    main()
