"""What a cascade tells of its inside, for reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ytterby.chemistry import Species, atomic_mass, atoms_of
from ytterby.facts import Fact
from ytterby.separation import Cascade, Profile
from ytterby.units.cascade_form import Aim
from ytterby.units.cascade_streams import Solvent
from ytterby.units.extraction import ACID_OF

if TYPE_CHECKING:
    from ytterby.units.cascade_case import Case

_ALKALI_OF = {"Na+": "NaOH", "NH4+": "NH3"}


@dataclass(frozen=True, eq=False)
class Remembered:
    """What a cascade unit remembers: the last profile that stood, and why it fails since."""

    profile: Profile | None = None
    reason: str = ""

    def after(self, profile: Profile) -> Remembered:
        """Flows at which a search gave up are no place to start the next one from."""
        if profile.converged or profile.limited:
            return Remembered(profile, profile.reason)
        return Remembered(self.profile, self.reason or profile.reason)

    @property
    def numbers(self) -> dict[str, np.ndarray]:
        """What a like cascade starts from, so that it may be drawn out beyond [-]: the potentials,
        ln of the flows and of reflux/(1 - reflux), and the border by what it is of."""
        if self.profile is None:
            return {}
        flows, border = self.profile.flows, self.profile.border
        with np.errstate(divide="ignore"):
            logs = np.log([flows.organic, flows.strip, flows.reflux / (1 - flows.reflux)])
        found = {"potential": self.profile.potential, "flows": logs}
        if border is not None:
            of = ", ".join(border.names)
            found |= {f"matrix {of}": border.matrix, f"slopes {of}": border.slopes}
        return found

    def at(self, numbers: Mapping[str, np.ndarray]) -> Remembered:
        """The same with other numbers."""
        if self.profile is None:
            return self
        organic, strip, ratio = np.exp(numbers["flows"]).tolist()
        flows = self.profile.flows.with_(organic=organic, strip=strip, reflux=ratio / (1 + ratio))
        border = self.profile.border
        if border is not None:
            of = ", ".join(border.names)
            matrix, slopes = numbers[f"matrix {of}"], numbers[f"slopes {of}"]
            border = dataclasses.replace(border, matrix=matrix, slopes=slopes)
        profile = dataclasses.replace(
            self.profile, potential=numbers["potential"], flows=flows, border=border
        )
        return Remembered(profile, self.reason)


@dataclass(frozen=True, eq=False)
class CascadeDetail:
    """What a cascade tells of its inside.

    solved: stage by stage, in what the cascade counts. solvent: its organic.
    """

    case: Case
    solved: Profile
    solvent: Solvent

    @property
    def memory(self) -> Remembered:
        """What the next solve of a like cascade begins with."""
        return Remembered(self.solved)

    @cached_property
    def profile(self) -> Profile:
        """Stage by stage, in moles."""
        moles = self.case.known.per_mole
        return dataclasses.replace(
            self.solved, aqueous=self.solved.aqueous / moles, organic=self.solved.organic / moles
        )

    @cached_property
    def cascade(self) -> Cascade:
        """As it was solved, without any plant; the exchange model counts equivalents there."""
        solved = self.case.cascade(self.solved.flows.organic)
        return dataclasses.replace(solved, organic_at=None)

    @property
    def stages(self) -> Mapping[str, int]:
        """Stages per section [-]."""
        return self.case.unit.stages

    @property
    def aims(self) -> Mapping[str, Aim]:
        """Aims by the flow they set."""
        return self.case.unit.targets

    @property
    def loading_limit(self) -> Fact:
        """Rare earth over the stoichiometric capacity, at most [-]."""
        return self.case.unit.loading_limit

    @property
    def acid_name(self) -> str:
        """The acid that strips."""
        return ACID_OF[self.case.unit.anion]

    @property
    def acid(self) -> float:
        """Acid in the strip per rare earth oxide fed, by mass [-]."""
        atoms = atoms_of(self.acid_name)
        per_proton = sum(n * atomic_mass(e) for e, n in atoms.items()) / atoms["H"]
        return self._per_oxide(self.solved.acid_used * per_proton)

    @property
    def alkali_name(self) -> str:
        """The alkali that saponifies."""
        named = {_ALKALI_OF[cation]: None for cation in self.solvent.bases}
        return " and ".join(named) or _ALKALI_OF["Na+"]

    @property
    def alkali(self) -> float:
        """Alkali for saponification per rare earth oxide fed, by mass [-]."""
        taken = self.solvent.bases.items()
        return self._per_oxide(
            sum(base * Species.of(_ALKALI_OF[cation]).molar_mass for cation, base in taken)
        )

    def _per_oxide(self, kilograms: float) -> float:
        oxides = self.case.feed.reo_mass
        return kilograms / oxides if oxides else 0.0

    def rows(self) -> list[tuple[str, str]]:
        """(label, text) of what an engineer asks first of a cascade."""
        profile = self.cascade.solve(self.solved)
        ratios = ", ".join(f"{s} {r:.3g}" for s, r in profile.phase_ratio.items())
        highest = float(profile.loading.max())
        rows = [
            ("phase ratio, organic : aqueous", ratios),
            ("highest loading", f"{_percent(highest)}, limit {_percent(self.loading_limit.value)}"),
            ("acid", f"{self.acid:.3g} kg {self.acid_name} per kg of rare earth oxide fed"),
            ("alkali", f"{self.alkali:.3g} kg {self.alkali_name} per kg of rare earth oxide fed"),
        ]
        if profile.margin:
            margins = ", ".join(f"{s} {_percent(m)}" for s, m in profile.margin.items())
            rows.append(("distance to pinch", margins))
        for flow, aim in self.aims.items():
            rows.append(
                (
                    f"{flow} flow set for",
                    f"{'+'.join(aim.elements)} {aim.quality} {aim.sense} {_percent(aim.value)}",
                )
            )
        for figure, value in profile.figures.items():
            slopes = profile.sensitivity.get(figure, {})
            by = ", ".join(f"{flow} {slope:+.3g}" for flow, slope in slopes.items())
            told = f"{_percent(value)}; d ln / d ln of flow: {by}" if by else _percent(value)
            rows.append((figure, told))
        return rows


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
