"""Options that commands share; each field is one option, its text the help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
Several = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
Text = Annotated[str, Parameter(show_default=False)]
Changes = Annotated[tuple[str, ...], Parameter("--set", negative=(), show_default=False)]
Variants = Annotated[tuple[str, ...], Parameter("--with", negative=(), show_default=False)]


@Parameter(name="*")
@dataclass(frozen=True)
class Place:
    """What money and greenhouse gases need to know of the place of a plant."""

    place: str | None = None
    """Where the plant stands, such as EE, CN or US; adds capital, cost and return."""
    grid: str | None = None
    """Region of the grid, such as CN-JX, if not that of the place; adds greenhouse gases."""
    scrap: Several = ()
    """A feed that is bought by its content. May be repeated."""
    cut_off: Several = ()
    """A feed taken as waste, free of greenhouse gases: --cut-off scrap. May be repeated."""
    prices: Path | None = None
    """A file of prices that go before the shipped ones."""
    factors: Path | None = None
    """A file of emission factors of what is bought that go before the shipped ones; one called
    electricity is that of the contract."""
    own: Path | None = None
    """A file of facts in place of shipped ones of the same name: wages, sizes, payabilities."""
    year: int | None = None
    """The year whose money is meant; 2022 when not given."""


@Parameter(name="*")
@dataclass(frozen=True)
class Site(Place):
    """Place, and the law that holds there."""

    law: str | None = None
    """Jurisdiction, such as CN or US; adds effluent and radioactivity."""
    permit: Path | None = None
    """A file of limits of your permit, which stand beside the law."""
    on: str | None = None
    """The day whose law counts, such as 2026-01-31; today when not given."""
    route: Literal["direct", "indirect"] = "direct"
    """How water is discharged: direct or indirect."""
    area: str | None = None
    """Class of the receiving area, such as special or "standard A"."""
    feed_class: Annotated[
        Several,
        Parameter(
            help="What scrap was: --feed-class scrap=post-consumer, or =pre-consumer; adds "
            "recycled content. May be repeated; a feed that is not named is primary."
        ),
    ] = ()


@Parameter(name="*")
@dataclass(frozen=True)
class RunOptions(Site):
    """Of `ytterby run`."""

    set_: Changes = ()
    """Change a field first, as in the file: --set leach.acid_dose=1.3; none leaves it out. May be
    repeated."""
    json: Flag = False
    """Print the balance as JSON and nothing else."""
    report: Path | None = None
    """Also write one self-contained HTML page to this file."""
    pdf: Path | None = None
    """Also write the report as PDF to this file."""
    period: str = "1 h"
    """What the balance covers, such as "8 h"."""


@Parameter(name="*")
@dataclass(frozen=True)
class AccountsOptions(Site):
    """Of `ytterby accounts`."""

    set_: Changes = ()
    """Change a field first, as in the file: --set leach.acid_dose=1.3; none leaves it out. May be
    repeated."""
    all: Flag = False
    """Print every line, not only those that matter."""
    out: Path | None = None
    """Write the accounts to this file: .json, .csv or .xlsx."""
    openlca: Path | None = None
    """Write the inventory to this zip file, for openLCA to import."""
    brightway: Path | None = None
    """Write the inventory to this zip file, for Brightway to solve."""
    json: Flag = False
    """Print the accounts as JSON and nothing else."""


@Parameter(name="*")
@dataclass(frozen=True)
class CompareOptions(Site):
    """Of `ytterby compare`."""

    with_: Variants = ()
    """Also the first plant changed: --with "leach.acid_dose=1.3; iron.to_pH=4". May be repeated."""
    all: Flag = False
    """Print every line that differs, not only those that matter."""
    report: Path | None = None
    """Also write one self-contained HTML page to this file."""
    out: Path | None = None
    """Write the comparison to this file: .json, .csv or .xlsx."""
    json: Flag = False
    """Print the comparison as JSON and nothing else."""


@Parameter(name="*")
@dataclass(frozen=True)
class BidOptions:
    """Of `ytterby bid`."""

    feed: str = "scrap"
    """The feed of the plants that the lot takes the place of."""
    margin: str = "0 USD/kg"
    """To be kept, such as "1.5 USD/kg" of lot."""
    confidence: str = "90 %"
    """That the margin is kept, such as "90 %"."""
    place: str = "US"
    """Where the plants stand."""
    samples: int = 64
    """Number of assays that are solved."""
    seed: int = 1
    """The same seed gives the same price."""
    prices: Path | None = None
    """A file of prices that go before the shipped ones."""
    own: Path | None = None
    """A file of facts in place of shipped ones of the same name: wages, payabilities."""
    cores: Flag = False
    """Use all cores of this machine."""
    json: Flag = False
    """Print the bids as JSON and nothing else."""


@Parameter(name="*")
@dataclass(frozen=True)
class SweepOptions(Place):
    """Of `ytterby sweep`."""

    vary: Several = ()
    """A field and its range: --vary leach.acid_dose=1.0..1.3. May be repeated."""
    points: int | None = None
    """Every combination of this many values of each field, instead of samples."""
    samples: int = 100
    """Number of samples."""
    seed: int = 1
    """The same seed gives the same numbers."""
    method: Literal["latin hypercube", "monte carlo"] = "latin hypercube"
    """How samples are drawn."""
    facts: Flag = False
    """Also vary every fact of the plant that states an uncertainty."""
    account_facts: Flag = False
    """Also vary every price, emission factor, size and share of the accounts that states one."""
    unstated: str | None = None
    """Standard uncertainty of facts that state none, such as "10 %"; left out when not given."""
    line: Several = ()
    """Also tell a line of an account, by its key: --line "buy HCl". May be repeated."""
    assay: Several = ()
    """Also vary an element of a feed: --assay "scrap.Nd=0.5 %". May be repeated."""
    set_: Changes = ()
    """Change a field first, as in the file: --set leach.acid_dose=1.3; none leaves it out. May be
    repeated."""
    cores: Flag = False
    """Use all cores of this machine."""
    cluster: str | None = None
    """Address of a Dask scheduler."""
    store: Path | None = None
    """Folder of results, Parquet if it ends in .parquet; a stopped run goes on from it."""
    json: Flag = False
    """Print results as JSON and nothing else."""


@Parameter(name="*")
@dataclass(frozen=True)
class OptimiseOptions(Place):
    """Of `ytterby optimise`."""

    vary: Several = ()
    """A field and its range: --vary leach.acid_dose=1.0..1.3. May be repeated."""
    maximise: str | None = None
    """The figure to raise, such as margin or "recovery Dy, dy_kiln.product"."""
    minimise: str | None = None
    """The figure to lower, such as reagents, water, emissions."""
    hold: Several = ()
    """A figure to hold: --hold "purity Dy, dy_kiln.product >= 99.5 %". May be repeated."""
    against: str | None = None
    """A second aim, such as "minimise emissions": a front of compromises."""
    points: int = 5
    """Points of that front."""
    most: int = 80
    """Plants to solve at most, for each point."""
    method: Literal["slopes", "models"] = "slopes"
    """Search along slopes, or by models through solved plants that need none."""
    set_: Changes = ()
    """Change a field first, as in the file: --set leach.acid_dose=1.3; none leaves it out. May be
    repeated."""
    write: Path | None = None
    """Write the plant at its best to this file."""
    json: Flag = False
    """Print the result as JSON and nothing else."""


@Parameter(name="*")
@dataclass(frozen=True)
class Movement:
    """What moved, of `ytterby ledger post`."""

    from_: Annotated[str, Parameter("--from", show_default=False)] = ""
    """The account that gives, such as store/raw."""
    to: Text = ""
    """The account that takes, such as leach/wip."""
    mass: Several = ()
    """Of an element: --mass "Nd=12.5 kg". May be repeated."""
    lot: Text = ""
    """Which lot gives it."""
    into: str | None = None
    """Which lot takes it, where it is another."""
    time: Text = ""
    """When it moved, such as 2026-01-31T08:00+08:00."""
    reference: Text = ""
    """The paper it rests on; the books take each once."""
    note: Text = ""
    """A remark, or the reason for a reversal or a refusal."""
