"""The command that balances readings; it imports what it needs when it runs."""

from __future__ import annotations

from pathlib import Path

from ytterby.app.options import Flag, Several


def reconcile(
    network: Path,
    readings: str,
    /,
    *,
    month: str | None = None,
    set_aside: Several = (),
    level: float = 0.05,
    power: float = 0.9,
    out: Path | None = None,
    json: Flag = False,
) -> int:
    """Balance redundant readings: what flowed, what is biased, what leaks, what nobody knows.

    Parameters
    ----------
    network
        A YAML file: network, period, elements, units, stock, streams.
    readings
        A CSV file: reading, stream, quantity, element, value, unit, uncertainty; systematic, group.
        With a month, books instead: their measurements of it.
    month
        Such as 2026-03; reconcile what the books hold of it.
    set_aside
        Leave out the reading of this name; it stays in the file. May be repeated.
    level
        Rate of false alarms of each kind of test.
    power
        Probability with which the smallest bias told would be found.
    out
        Also write what becomes of every reading to this CSV file.
    json
        Print everything as JSON and nothing else.
    """
    from ytterby.app.reconcile import run

    return run(
        network,
        readings,
        month=month,
        set_aside=set_aside,
        level=level,
        power=power,
        out=out,
        as_json=json,
    )
