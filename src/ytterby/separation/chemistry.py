"""The chemistry of distribution: mass action with one potential per stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ytterby.facts import fact, table

CHARGES: Mapping[str, int] = {
    **dict.fromkeys("Sc Y La Ce Pr Nd Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Fe Al Cr Ga In".split(), 3),
    **dict.fromkeys("Mg Ca Sr Ba Mn Co Ni Cu Zn Cd Pb".split(), 2),
    **dict.fromkeys("Li Na K NH4".split(), 1),
    **dict.fromkeys("Th Zr Hf".split(), 4),
    **dict.fromkeys("B Si".split(), 0),
    **dict.fromkeys("NO3 Br F".split(), -1),
    **dict.fromkeys("SO4".split(), -2),
}
"""Charge of each component as it stands in a chloride liquor [-]: Fe is iron(III), B and Si are
the neutral acids."""

WATER_LOG_K = -14.0
"""log10 of the ion product of water [mol2/L2], 298 K, infinite dilution (CODATA 13.995)."""


@dataclass(frozen=True)
class Chemistry:
    """How each component parts between aqueous and organic: `M + n (HA)2 = M(HA2)n + n H+`.

        y* = K r^n x,   r = a_eff / h,   log10 a_eff = log10 a - A (sqrt a - sqrt a_ref)

    with a the free dimer and h the proton concentration [mol/L]. A component of slope zero is a
    passenger: it stays in the aqueous phase. Chloride is not listed: it is the counter-ion that
    keeps every aqueous phase neutral. Charge is kept only if an exchanged ion gives as many
    protons as it has charges, so slope is either the charge or zero.

    components: names, e.g. ("Nd", "Dy", "Na", "B").
    charge: charge of the aqueous ion [-], shape (component,).
    slope: protons exchanged, equal to dimers bound, per ion [-], shape (component,).
    log_K: log10 K, concentrations in mol/L [-], shape (component,); -inf where not extracted.
    extractant: name for messages.
    curvature: Alstad coefficient A [L^0.5 mol^-0.5]; 0 for an ideal organic phase.
    reference: free dimer a_ref at which K was measured [mol/L].
    log_Kw: log10 of the ion product of water [-].
    """

    components: tuple[str, ...]
    charge: NDArray[np.float64]
    slope: NDArray[np.float64]
    log_K: NDArray[np.float64]
    extractant: str = ""
    curvature: float = 0.0
    reference: float = 1.0
    log_Kw: float = WATER_LOG_K

    def __post_init__(self) -> None:
        size = (len(self.components),)
        for name in ("charge", "slope", "log_K"):
            values = np.array(getattr(self, name), dtype=float)
            if values.shape != size:
                raise ValueError(
                    f"chemistry: {name} has shape {values.shape}, expected {size}: "
                    "one number per component"
                )
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if len(set(self.components)) != len(self.components):
            raise ValueError(f"chemistry: a component stands twice in {self.components}")
        dead = (self.slope != 0) & np.isneginf(self.log_K)
        object.__setattr__(self, "slope", np.where(dead, 0.0, self.slope))
        wrong = [
            name
            for name, n, z in zip(self.components, self.slope, self.charge, strict=True)
            if n not in (0.0, z) or n < 0
        ]
        if wrong:
            raise ValueError(
                f"chemistry: slope of {', '.join(wrong)} is neither zero nor the charge; "
                "the aqueous phase would not stay neutral"
            )

    @classmethod
    def of(
        cls,
        extractant: str,
        components: Sequence[str],
        *,
        separation_factors: Mapping[tuple[str, str], float] | None = None,
        charges: Mapping[str, int] | None = None,
    ) -> Chemistry:
        """The shipped constants of an extractant; what it has no constant for is a passenger.

        separation_factors: K of the first over K of the second of a pair [-]; shifts the second.
            Trace constants mislead for neighbours: pass process values for the pair to be parted.
        charges: charge of components that CHARGES does not list [-].
        Raises KeyError when the extractant or a charge is unknown.
        """
        prefix = extractant.lower().replace(" ", "")
        constants = {name: item.value for name, item in table(f"{prefix}.log-k").items()}
        if not constants:
            raise KeyError(f"extractant {extractant!r}: no facts named '{prefix}.log-k.*'")
        known = {**CHARGES, **(charges or {})}
        unknown = [name for name in components if name not in known]
        if unknown:
            raise KeyError(
                f"components {', '.join(unknown)}: charge unknown; pass charges={{name: charge}}"
            )
        for (first, second), factor in (separation_factors or {}).items():
            constants[second] = constants[first] - float(np.log10(factor))
        charge = np.array([known[name] for name in components], dtype=float)
        log_K = np.array([constants.get(name, -np.inf) for name in components])
        alstad = table(prefix).get("alstad-a")
        return cls(
            components=tuple(components),
            charge=charge,
            slope=np.where(np.isfinite(log_K), charge, 0.0),
            log_K=log_K,
            extractant=extractant,
            curvature=alstad.value if alstad is not None else 0.0,
            reference=fact(f"{prefix}.reference-dimer").value,
        )

    def index(self, names: Sequence[str]) -> NDArray[np.int_]:
        """Positions of components; raises KeyError naming the ones that are not there."""
        missing = [name for name in names if name not in self.components]
        if missing:
            raise KeyError(
                f"{', '.join(missing)} not among the components {', '.join(self.components)}"
            )
        return np.array([self.components.index(name) for name in names], dtype=int)

    def vector(self, amounts: Mapping[str, float]) -> NDArray[np.float64]:
        """A mapping as an array over the components, zero where not named."""
        values = np.zeros(len(self.components))
        if amounts:
            values[self.index(tuple(amounts))] = list(amounts.values())
        if not (np.isfinite(values) & (values >= 0)).all():
            raise ValueError(f"concentrations must be finite and not negative, found {amounts}")
        return values
