"""The commands that draw up accounts and studies; each imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter


def accounts(
    plant: Path,
    /,
    *,
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    place: str | None = None,
    grid: str | None = None,
    law: str | None = None,
    on: str | None = None,
    route: str = "direct",
    area: str | None = None,
    scrap: str | None = None,
    prices: Path | None = None,
    against: Path | None = None,
    out: Path | None = None,
    openlca: Path | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Draw up recovery, cost, greenhouse gases and effluent of a plant, or of two.

    Parameters
    ----------
    plant
        The plant file.
    set_
        Change a field first, as in the file: --set leach.acid_dose=1.3. May be repeated.
    place
        Where the plant stands, such as EE, CN or US; adds capital, cost and return.
    grid
        Region of the electricity grid, such as EE or CN-JX; adds greenhouse gases.
    law
        Jurisdiction, such as CN or US; adds effluent and radioactivity.
    on
        The day whose law counts, such as 2026-01-31; today when not given.
    route
        How water is discharged: direct or indirect.
    area
        Class of the receiving area, such as special or "standard A".
    scrap
        The feed that is bought by its content.
    prices
        A file of prices that go before the shipped ones.
    against
        Another plant, to be put beside the first.
    out
        Write the accounts to this file: .json, .csv or .xlsx.
    openlca
        Write the inventory to this zip file, for openLCA to import.
    json
        Print the accounts as JSON and nothing else.
    """
    from ytterby.app.accounts import Options, accounts

    return accounts(
        plant,
        Options(
            set_=set_,
            place=place,
            grid=grid,
            law=law,
            on=on,
            route=route,
            area=area,
            scrap=scrap,
            prices=prices,
            against=against,
            out=out,
            openlca=openlca,
            as_json=json,
        ),
    )


def bid(
    lot: Path,
    /,
    *plants: Path,
    feed: str = "scrap",
    margin: str = "0 USD/kg",
    confidence: str = "90 %",
    place: str = "US",
    samples: int = 64,
    seed: int = 1,
    prices: Path | None = None,
    cores: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Tell what a lot of scrap is worth to a plant, or to which of several it is worth most.

    Parameters
    ----------
    lot
        The file of the lot: its assay with uncertainty, moisture, oil and coating.
    plants
        One plant file or several.
    feed
        The feed of the plants that the lot takes the place of.
    margin
        To be kept, such as "1.5 USD/kg" of lot.
    confidence
        That the margin is kept, such as "90 %".
    place
        Where the plants stand.
    samples
        Number of assays that are solved.
    seed
        The same seed gives the same price.
    prices
        A file of prices that go before the shipped ones.
    cores
        Use all cores of this machine.
    json
        Print the bids as JSON and nothing else.
    """
    from ytterby.app.bid import Options, bid

    return bid(
        lot,
        plants,
        Options(
            feed=feed,
            margin=margin,
            confidence=confidence,
            place=place,
            samples=samples,
            seed=seed,
            prices=prices,
            cores=cores,
            as_json=json,
        ),
    )


def blend(
    lots: Path,
    /,
    *,
    mass: str,
    limit: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Find the cheapest blend of lots on offer that meets a specification.

    Parameters
    ----------
    lots
        The file of the lots: assay, available mass and price of each.
    mass
        Of dry, clean material, such as "10 t".
    limit
        On the blend: --limit "Dy >= 2 %". May be repeated.
    json
        Print the blend as JSON and nothing else.
    """
    from ytterby.app.bid import blend

    return blend(lots, mass=mass, limits=limit, as_json=json)


def sweep(
    plant: Path,
    /,
    *,
    vary: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    points: int | None = None,
    samples: int = 100,
    seed: int = 1,
    method: Literal["latin hypercube", "monte carlo"] = "latin hypercube",
    facts: Annotated[bool, Parameter(negative=())] = False,
    assay: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    place: str | None = None,
    grid: str | None = None,
    scrap: str | None = None,
    cores: Annotated[bool, Parameter(negative=())] = False,
    cluster: str | None = None,
    store: Path | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Solve a plant at many settings, or under all that is not known for sure.

    Parameters
    ----------
    plant
        The plant file.
    vary
        A field and its range: --vary leach.acid_dose=1.0..1.3. May be repeated.
    points
        Every combination of this many values of each field, instead of samples.
    samples
        Number of samples.
    seed
        The same seed gives the same numbers.
    method
        How samples are drawn.
    facts
        Also vary every fact that states an uncertainty.
    assay
        Also vary an element of a feed: --assay "scrap.Nd=0.5 %". May be repeated.
    set_
        Change a field first, as in the file: --set leach.acid_dose=1.3. May be repeated.
    place
        Where the plant stands, such as EE; adds cost and margin.
    grid
        Region of the electricity grid, such as EE; adds greenhouse gases.
    scrap
        The feed that is bought by its content.
    cores
        Use all cores of this machine.
    cluster
        Address of a Dask scheduler.
    store
        Folder of results, Parquet if it ends in .parquet; a stopped run goes on from it.
    json
        Print results as JSON and nothing else.
    """
    from ytterby.app.sweep import Options, sweep

    return sweep(
        plant,
        Options(
            vary=vary,
            points=points,
            samples=samples,
            seed=seed,
            method=method,
            facts=facts,
            assays=assay,
            set_=set_,
            place=place,
            grid=grid,
            scrap=scrap,
            cores=cores,
            cluster=cluster,
            store=store,
            as_json=json,
        ),
    )


def optimise(
    plant: Path,
    /,
    *,
    vary: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    maximise: str | None = None,
    minimise: str | None = None,
    hold: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    against: str | None = None,
    points: int = 5,
    most: int = 80,
    set_: Annotated[tuple[str, ...], Parameter("--set", negative=())] = (),
    place: str | None = None,
    grid: str | None = None,
    scrap: str | None = None,
    write: Path | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Run a plant better: one figure as good as can be over chosen fields, others held.

    Parameters
    ----------
    plant
        The plant file; its settings are where the search starts.
    vary
        A field and its range: --vary leach.acid_dose=1.0..1.3. May be repeated.
    maximise
        The figure to raise, such as margin or "recovery Dy, dy_kiln.product".
    minimise
        The figure to lower, such as reagents, water, emissions.
    hold
        A figure to hold: --hold "purity Dy, dy_kiln.product >= 0.995". May be repeated.
    against
        A second aim, such as "minimise emissions": a front of compromises.
    points
        Points of that front.
    most
        Plants to solve at most, for each point.
    set_
        Change a field first, as in the file: --set leach.acid_dose=1.3. May be repeated.
    place
        Where the plant stands, such as EE; adds revenue, operating, margin, net present value.
    grid
        Region of the electricity grid, such as EE; adds emissions and footprints.
    scrap
        The feed that is bought by its content.
    write
        Write the plant at its best to this file.
    json
        Print the result as JSON and nothing else.
    """
    from ytterby.app.optimise import Options, optimise

    return optimise(
        plant,
        Options(
            vary=vary,
            maximise=maximise,
            minimise=minimise,
            hold=hold,
            against=against,
            points=points,
            most=most,
            set_=set_,
            place=place,
            grid=grid,
            scrap=scrap,
            write=write,
            as_json=json,
        ),
    )


COMMANDS = (accounts, bid, blend, sweep, optimise)
