"""Balances that `ytterby run --json` and `ytterby reconcile --json` wrote before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ytterby.balance import Balance, BalanceError, RecordError
from ytterby.plant import PlantError

SAVED = ".json"
"""How the name of such a file ends."""


@dataclass(frozen=True, eq=False)
class Saved:
    """A balance that was written before, with the kinds of its units where they were told."""

    balance: Balance
    kinds: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.balance.plant


def saved(path: Path) -> Saved:
    """The balance in a JSON file; raises PlantError that says what is wrong with it."""
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(tree, dict):
            tree = tree.get("balance", tree)
        balance = Balance.from_dict(tree).check()
    except OSError as error:
        raise PlantError((), f"{path}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        text = f"found no JSON ({error.msg}), expected what `ytterby run --json` writes"
        raise PlantError((), f"{path}:{error.lineno}:{error.colno}: {text}") from None
    except (RecordError, BalanceError) as error:
        raise PlantError((), f"{path}: {error}") from None
    return Saved(balance, tree.get("kinds", {}))
