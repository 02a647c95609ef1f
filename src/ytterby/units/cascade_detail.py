"""What a cascade tells of its inside, for reports."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ytterby.chemistry import Species, atomic_mass, atoms_of
from ytterby.facts import Fact
from ytterby.separation import Cascade, Profile
from ytterby.units.cascade_form import Aim
from ytterby.units.cascade_streams import Solvent, cation_of
from ytterby.units.extraction import ACID_OF

if TYPE_CHECKING:
    from ytterby.units.cascade import CascadeUnit, Case


@dataclass(frozen=True, eq=False)
class CascadeDetail:
    """What a cascade tells of its inside.

    cascade: as it was solved, without any plant; the exchange model counts equivalents there.
    profile: stage by stage, in moles. stages: per section.
    aims: targets by the flow they set.
    acid, alkali: kg of them in the strip and for saponification, per kg of rare earth oxide fed
    [-], and what they are. loading_limit: [-].
    """

    cascade: Cascade
    profile: Profile
    stages: Mapping[str, int]
    aims: Mapping[str, Aim]
    acid: float
    alkali: float
    acid_name: str
    alkali_name: str
    loading_limit: Fact

    def rows(self) -> list[tuple[str, str]]:
        """(label, text) of what an engineer asks first of a cascade."""
        profile = self.cascade.solve(self.profile)
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

    @staticmethod
    def of(unit: CascadeUnit, case: Case, profile: Profile, solvent: Solvent) -> CascadeDetail:
        oxides = case.feed.reo_mass
        acid, alkali = ACID_OF[unit.anion], "NaOH"
        atoms = atoms_of(acid)
        per_proton = sum(n * atomic_mass(e) for e, n in atoms.items()) / atoms["H"]
        base = 0.0
        if case.saponify is not None and case.saponify.reagent is not None:
            cation, per_mass = cation_of(case.saponify.reagent)
            alkali = "NaOH" if cation == "Na+" else "NH3"
            base = solvent.alkali * per_mass * Species.of(alkali).molar_mass
        moles = case.known.per_mole
        return CascadeDetail(
            cascade=case.cascade(solvent),
            profile=dataclasses.replace(
                profile, aqueous=profile.aqueous / moles, organic=profile.organic / moles
            ),
            stages=unit.stages,
            aims=unit.targets,
            acid=profile.acid_used * per_proton / oxides if oxides else 0.0,
            alkali=base / oxides if oxides else 0.0,
            acid_name=acid,
            alkali_name=alkali,
            loading_limit=unit.loading_limit,
        )


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
