"""Blending of recycled alloy powder to the specification of a magnet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.chemistry import RARE_EARTHS
from ytterby.units.alloy import HEAVY, above_limits, metal_mass
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import inlet, setting
from ytterby.units.shares import shares
from ytterby.units.unit import Inlet, Outcome, Unit, with_reagent

_EXACT = 1e-9


@dataclass(frozen=True, kw_only=True)
class AlloyBlend(Unit):
    """Adds rare earth metal or hydride until the powder meets a specification.

    Two additions are drawn: `light` sets the mass share of metallic rare earths, `heavy` that of
    Gd, Tb, Dy and Ho among them (of the blend). Rare earth bound as oxide does not count. What
    the powder holds beyond `limits` is told of; blending cannot take it out.

    Fails where: the additions are not mixed in evenly, or grain boundary diffusion is meant.
    """

    kind: ClassVar[str] = "alloy-blend"
    grade: ClassVar = "mechanistic"
    outlets: ClassVar[Mapping[str, str]] = {"powder": "the blend [solid]"}

    powder: Any = inlet("Recycled powder.")
    light: Any = inlet("Addition that raises rare earths, such as Nd or NdH2.", drawable=True)
    heavy: Any = inlet(
        "Addition that raises heavy rare earths, such as DyFe.", drawable=True, required=False
    )
    rare_earths: float = setting(
        "-", "Metallic rare earths per mass of blend", minimum=0.2, maximum=0.5
    )
    heavy_rare_earths: float = setting(
        "-", "Metallic Gd, Tb, Dy and Ho per mass of blend, at least", default=0, maximum=0.2
    )
    limits: Frozen = shares("Highest mass share of unwanted elements, {O: 0.3 %}", required=False)

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        powder, light, heavy = inlets["powder"], inlets["light"], inlets.get("heavy")
        basis = powder.stream.basis
        given = powder.stream.amounts + light.stream.amounts
        given = given + (heavy.stream.amounts if heavy else 0.0)
        base = Stream(basis, given, powder.stream.temperature)
        additions = [light.reagent, heavy.reagent if heavy else None]
        drawn = self._additions(base, additions)
        amounts = with_reagent(light, drawn[0]) + powder.stream.amounts
        if heavy is not None:
            amounts = amounts + with_reagent(heavy, drawn[1])
        blend = Stream(basis, amounts, powder.stream.temperature)
        return Outcome(
            outlets={"powder": blend},
            drawn={"light": drawn[0], **({"heavy": drawn[1]} if heavy is not None else {})},
            findings=self._findings(name, blend),
        )

    def _additions(self, base: Stream, additions: list[Stream | None]) -> list[float]:
        """kg/s of both additions, none below zero.

        (share - target) summed over base and additions is nought for each of the two targets.
        """
        targets = (self.rare_earths, self.heavy_rare_earths)
        rows = list(zip(targets, _KINDS, strict=True))
        lack = np.array([target * base.mass - metal_mass(base, kind) for target, kind in rows])
        gain = np.zeros((2, 2))
        for column, addition in enumerate(additions):
            if addition is not None:
                for row, (target, elements) in enumerate(rows):
                    gain[row, column] = metal_mass(addition, elements) - target
        if lack[1] > 0 and gain[1, 1] > 0:
            both = np.linalg.solve(gain, lack) if np.linalg.det(gain) else np.zeros(2)
            if np.all(both >= 0):
                return both.tolist()
            return [0.0, max(lack[1] / gain[1, 1], 0.0)]
        return [max(lack[0] / gain[0, 0], 0.0) if gain[0, 0] > 0 else 0.0, 0.0]

    def _findings(self, name: str, blend: Stream) -> tuple[Finding, ...]:
        if not blend.mass > 0:
            return ()
        found = []
        wanted = (
            (self.rare_earths, RARE_EARTHS, "metallic rare earths"),
            (self.heavy_rare_earths, HEAVY, "metallic heavy rare earths"),
        )
        for target, elements, what in wanted:
            share = metal_mass(blend, elements) / blend.mass
            if share < target * (1 - _EXACT):
                found.append(
                    Finding(name, f"{what} are {share:.2%}, wanted {target:.2%}; name an addition")
                )
            elif elements is RARE_EARTHS and share > target * (1 + _EXACT):
                found.append(
                    Finding(name, f"{what} are {share:.2%}, more than {target:.2%}", "note")
                )
        return (*found, *above_limits(name, blend, self.limits))


_KINDS = (RARE_EARTHS, HEAVY)
