"""`--set unit.field=value`: a plant with fields changed, or left out."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ytterby.plant import Plant, PlantError
from ytterby.plant.errors import nearest
from ytterby.plant.file import load

NOTHING = "none"
"""The value that leaves a field out, as if the file did not name it."""


def changed(plant: Plant, changes: tuple[str, ...], option: str = "--set") -> Plant:
    """The plant with every `unit.field=value` of `changes` at once; `none` leaves a field out.

    option: the one that asked for it. Raises PlantError naming the change.
    """
    told = {change: _read(change, option) for change in changes}
    left_out = [field for field, value in told.values() if value == NOTHING]
    kept = {field: value for field, value in told.values() if value != NOTHING}
    try:
        if left_out:
            plant = replace(plant, document=_without(plant, left_out))
        return plant.with_(**kept) if told else plant
    except PlantError as error:
        culprit = _culprit(error, {change: field for change, (field, _) in told.items()})
        raise PlantError((), f"{option} {culprit}: {error}") from None


def _read(change: str, option: str) -> tuple[str, Any]:
    """(field, value) of a change."""
    field, equals, value = change.partition("=")
    try:
        if not equals or not field.strip() or not value.strip():
            raise PlantError((), f"found {change!r}, expected unit.field=value")
        return field.strip(), load(value.strip(), change)
    except PlantError as error:
        raise PlantError((), f"{option} {change}: {error}") from None


def _without(plant: Plant, fields: Iterable[str]) -> Any:
    """The tree of the plant without some fields; what hangs on them is checked when it is read."""
    document = copy.deepcopy(plant.document if plant.document is not None else plant.to_tree())
    for field in fields:
        head, *keys = field.split(".")
        section = "units" if head in plant.units else "feeds"
        branch = document[section].get(head)
        if branch is not None and not keys:
            raise PlantError(
                (), f"found the whole of {field!r}, expected a field of it to leave out"
            )
        if branch is None:
            hint = nearest(head, [*plant.units, *plant.feeds])
            text = f"found no unit or feed field {field!r}, expected unit.field.{hint}"
            raise PlantError((), text)
        for key in keys[:-1]:
            branch = branch.get(key) if isinstance(branch, dict) else None
        if not isinstance(branch, dict) or keys[-1] not in branch:
            there = ", ".join(branch) if isinstance(branch, dict) else ""
            expected = f"expected one of {there}.{nearest(keys[-1], branch)}" if there else ""
            text = f"found nothing at {field!r} to leave out, {expected}".removesuffix(", ")
            raise PlantError((), text)
        del branch[keys[-1]]
    return document


def _culprit(error: PlantError, fields: dict[str, str]) -> str:
    """The change that an error is about, by its place; all of them where that does not tell."""
    place = ".".join(str(key) for key in error.path[1:])
    for change, field in fields.items():
        one, other = f"{field}.", f"{place}."
        if repr(field) in error.message or (
            place and (one.startswith(other) or other.startswith(one))
        ):
            return change
    return ", ".join(fields)
