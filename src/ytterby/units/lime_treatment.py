"""Lime treatment: neutralising, and all that calcium and alkali bring down at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Basis, Finding
from ytterby.chemistry import Guess, OutOfReach, dose_to_p_h, equilibrate, ionic_strength, p_h
from ytterby.units.calcium_treatment import LIMES, CalciumTreatment, no_guesses, slaked
from ytterby.units.fields import inlet, setting
from ytterby.units.unit import Inlet, Outcome

_FLATTEST, _STEEPEST = 0.2, 2.0
"""How p[H] told answers to p[H] dosed to, as far as a secant is believed [-]."""


@dataclass(frozen=True, kw_only=True)
class LimeTreatment(CalciumTreatment):
    """Neutralises and settles out with lime: hydroxides, gypsum, fluoride and carbonate.

    Lime is dosed to a p[H]; of it the share `used` dissolves, the rest stays as solid. All solids
    with a sourced solubility compete at once, with constants at the ionic strength of the water.
    The reagent may be quicklime, slaked lime or limestone as an assay, or an alkali solution.

    Fails where: gypsum stays supersaturated (it does for hours without seed), hydroxides drag
    others along, or the brine is stronger than some 1 mol/L.
    """

    kind: ClassVar[str] = "lime-treatment"
    grade: ClassVar = "mechanistic"

    reagent: Any = inlet("Lime: an assay of Ca(OH)2, CaO or CaCO3.", drawable=True)
    to_pH: float = setting("-", "p[H] to reach", minimum=2, maximum=12.4)
    used: float = setting(
        "-", "Share of the lime that dissolves", default=0.95, minimum=0.1, maximum=1
    )

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        liquor, reagent = inlets["liquor"].stream, inlets["reagent"]
        basis, guesses = liquor.basis, memory or no_guesses()
        fresh = reagent.reagent.amounts if reagent.reagent is not None else basis.zeros()
        idle = (1 - self.used) * fresh * _slakable(basis)
        active = slaked(basis, fresh - idle)
        start = liquor.amounts + slaked(basis, reagent.stream.amounts)
        slurry, drawn = self._limed(basis, start, active, guesses)
        findings: tuple[Finding, ...] = ()
        if drawn is None:
            text = f"no amount of the reagent brings the water to p[H] {self.to_pH:g}"
            findings, drawn = (Finding(name, f"{text}; none is dosed"),), 0.0
        return self.outcome(name, liquor, slurry + drawn * idle, drawn, findings, guesses)

    def _limed(
        self, basis: Basis, start: np.ndarray, active: np.ndarray, guesses: Sequence[Guess]
    ) -> tuple[np.ndarray, float | None]:
        """(slurry [mol/s], how much of `active` joins `start` [kg/s]) at the p[H] asked for.

        None where no amount reaches it. p[H] is asked for as every stream tells it, with constants
        at infinite dilution; the dose aims at another with those of the brine, found by secants.
        """
        strength, aim = ionic_strength(start, basis.solution), self.to_pH
        slurry, drawn, slope, last = start, 0.0, 1.0, None
        dosed = bool(active.any())
        for guess in guesses:
            solution = self.solution(basis, strength)
            try:
                drawn = dose_to_p_h(start, active, aim, solution, guess) if dosed else 0.0
            except OutOfReach:
                return equilibrate(start, solution, guess), None
            reached = aim if dosed else None
            slurry = equilibrate(start + drawn * active, solution, guess, dosed_to=reached)
            strength = ionic_strength(slurry, basis.solution)
            told = p_h(slurry, basis.solution)
            if last is not None and aim != last[0]:
                slope = min(max((told - last[1]) / (aim - last[0]), _FLATTEST), _STEEPEST)
            last, aim = (aim, told), aim + (self.to_pH - told) / slope
        return slurry, drawn


def _slakable(basis: Basis) -> np.ndarray:
    return np.array([name in LIMES for name in basis.names], dtype=float)
