"""The command line: `ytterby run plant.yaml`. Commands import what they need when they run."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from ytterby import __version__
from ytterby.app.cli_accounts import COMMANDS as OF_ACCOUNTS
from ytterby.app.cli_ledger import ledger
from ytterby.app.cli_reconcile import reconcile
from ytterby.app.cli_separation import COMMANDS as OF_SEPARATION
from ytterby.app.cli_statement import statement
from ytterby.app.options import Changes, Flag, RunOptions

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
def run(plant: Path, /, *, options: RunOptions | None = None) -> int:
    """Solve a plant and print who gets what.

    A report also draws up cost, greenhouse gases and effluent where it is told place and law.

    Parameters
    ----------
    plant
        The plant file.
    """
    from ytterby.app.run import run

    return run(plant, options or RunOptions())


@app.command
def losses(
    plant: Path,
    element: str,
    /,
    *,
    set_: Changes = (),
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
        Change a field first, as in the file; none leaves it out. May be repeated.
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
    json: Flag = False,
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
    from ytterby.app.fact_table import facts

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


for _command in (*OF_SEPARATION, *OF_ACCOUNTS, reconcile, statement):
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
