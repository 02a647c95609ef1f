"""Regeneration of the organic: iron taken off with oxalic or strong acid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding, Stream
from ytterby.chemistry import EXTRACTANTS, RARE_EARTHS, Species, complex_of, equilibrate
from ytterby.units.fields import FactTable, choice, inlet, setting, sourced_table
from ytterby.units.topping import top_up
from ytterby.units.unit import Inlet, Outcome, Unit

AGENTS = ("oxalic-acid", "hydrochloric-acid")
_METALS = (*(f"{e}+3" for e in (*RARE_EARTHS, "Fe", "Al")), "Th+4", "Na+", "Ca+2", "Co+2")


@dataclass(frozen=True, kw_only=True)
class OrganicRegeneration(Unit):
    """Takes iron(III) off an organic that plain strip acid leaves loaded.

    n contacts with fresh agent leave (1 - E)^n of the iron, with E the sourced share that one
    contact takes; every other metal is taken to the same or a sourced larger share. Each metal
    that leaves takes as many protons out of the agent as it has charges, so that dimers become
    free. The dose is mol of acid per mol of charge taken off.

    Fails where: the loading or the strength of the agent differs much from that of the sourced
    contact (found for D2EHPA; none was found for P507, whose iron is stripped a little easier).
    """

    kind: ClassVar[str] = "organic-regeneration"
    grade: ClassVar = "fitted"
    outlets: ClassVar[Mapping[str, str]] = {
        "organic": "the regenerated organic [organic]",
        "spent": "the agent with the iron [aqueous]",
    }

    organic: Any = inlet("Stripped organic, or a side stream of it.")
    acid: Any = inlet("Oxalic or hydrochloric acid.", drawable=True)
    agent: str = choice("What the acid is; it sets the sourced share", AGENTS)
    contacts: int = setting("-", "Contacts with the agent", minimum=1, maximum=20, whole=True)
    dose: float = setting(
        "-", "mol of acidity per mol of charge taken off", minimum=1, maximum=10000
    )
    iron: FactTable = sourced_table(
        "regeneration.iron", "Share of the iron that one contact takes", maximum=1.0
    )
    others: FactTable = sourced_table(
        "regeneration.others", "Share of every other metal that one contact takes", maximum=1.0
    )

    def reach(self, names: frozenset[str]) -> set[str]:
        bound = {ion for e in EXTRACTANTS for ion in _METALS if complex_of(ion, e) in names}
        free = {
            f"{e}(org)" for e in EXTRACTANTS if any(name.endswith(f"{e}(org)") for name in names)
        }
        return bound | free

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        organic = inlets["organic"].stream
        basis = organic.basis
        taken = self._taken(organic)
        wanted = self.dose * sum(Species.of(ion).charge * n for (ion, _), n in taken.items())
        acid, drawn, finding = top_up(
            name, inlets["acid"], wanted, lambda stream: stream.acidity, "acid"
        )
        loaded = np.where(basis.masks["organic"], organic.amounts, 0.0)
        spent = acid + organic.amounts - loaded
        available = Stream(basis, spent).acidity
        needed = wanted / self.dose
        share = min(1.0, available / needed) if needed > 0 else 0.0
        for (ion, extractant), amount in taken.items():
            _exchange(basis, loaded, spent, ion, extractant, share * amount)
        findings = [finding] if finding else []
        if share < 1 and needed > 0:
            findings.append(Finding(name, "the acid is spent before the metal is off; dose more"))
        return Outcome(
            outlets={
                "organic": Stream(basis, loaded, organic.temperature),
                "spent": Stream(basis, equilibrate(spent, basis.solution), organic.temperature),
            },
            drawn={"acid": drawn},
            findings=tuple(findings),
        )

    def _taken(self, organic: Stream) -> dict[tuple[str, str], float]:
        """mol/s of each metal that leaves each extractant."""
        found = {}
        for extractant in EXTRACTANTS:
            for ion in _METALS:
                if ion not in organic.basis.index:
                    continue
                bound = organic[complex_of(ion, extractant)]
                if bound > 0:
                    table = self.iron if ion == "Fe+3" else self.others
                    left = (1 - table[self.agent].value) ** self.contacts
                    found[ion, extractant] = (1 - left) * bound
        return found


def _exchange(
    basis: Basis, loaded: np.ndarray, spent: np.ndarray, ion: str, extractant: str, amount: float
) -> None:
    """Move `amount` [mol/s] of the ion into the agent, and protons back, in place."""
    charge = Species.of(ion).charge
    loaded[basis.index[complex_of(ion, extractant)]] -= amount
    loaded[basis.index[f"{extractant}(org)"]] += charge * amount
    spent[basis.index[ion]] += amount
    _take_protons(basis, spent, charge * amount)


def _take_protons(basis: Basis, spent: np.ndarray, amount: float) -> None:
    """Take protons off the agent, from free acid first, then from its weak acids, in place."""
    for donor, base in (("H+", None), ("H2C2O4", "HC2O4-"), ("HC2O4-", "C2O4-2")):
        if donor not in basis.index:
            continue
        given = min(amount, float(spent[basis.index[donor]]))
        spent[basis.index[donor]] -= given
        if base is not None:
            spent[basis.index[base]] += given
        amount -= given
