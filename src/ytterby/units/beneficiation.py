"""Flotation and magnetic separation: minerals to concentrate and tailings by given recoveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ytterby.balance import Finding, Stream
from ytterby.chemistry import INERT, Species, UnknownFormula, oxide_factor
from ytterby.chemistry.species import RARE_EARTHS
from ytterby.quantity import QuantityError, check, describe, parse
from ytterby.units.cascade_form import Frozen
from ytterby.units.fields import FieldError, group, inlet, setting
from ytterby.units.minerals import ANY_RARE_EARTH, of_every_rare_earth
from ytterby.units.unit import Inlet, Outcome, Unit

_SHARE = {"type": ["number", "string"]}
_SIZES = {"type": "object", "additionalProperties": _SHARE}
_RECOVERIES = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [_SHARE, _SIZES]},
}
_WHOLE = 1e-6
_EXAMPLE = "{REFCO3: 85 %, BaSO4: 30 %}"


def _number(path: tuple[str, ...], raw: Any) -> float:
    try:
        value = parse(raw, "-")
        check(value, 0, 1, "-", raw)
    except QuantityError as error:
        raise FieldError(path, error.found, error.expected, error.hint) from None
    return value


def _read_sizes(raw: Any) -> Frozen:
    if raw is None or raw == {}:
        return Frozen()
    if not isinstance(raw, Mapping):
        raise FieldError((), describe(raw), "a mapping such as {fine: 30 %, coarse: 70 %}")
    sizes = {str(key): _number((str(key),), value) for key, value in raw.items()}
    if abs(sum(sizes.values()) - 1) > _WHOLE:
        raise FieldError((), f"shares that add up to {sum(sizes.values()):.4%}", "100 %")
    return Frozen(sizes)


def _read_recoveries(raw: Any) -> Frozen:
    if not isinstance(raw, Mapping) or not raw:
        raise FieldError((), describe(raw), f"a mapping from mineral to share, {_EXAMPLE}")
    found = {}
    for key, value in raw.items():
        name = _mineral(str(key))
        if isinstance(value, Mapping):
            sizes = {str(k): _number((str(key), str(k)), v) for k, v in value.items()}
            found[name] = Frozen(sizes)
        else:
            found[name] = _number((str(key),), value)
    return Frozen(found)


def _mineral(key: str) -> str:
    """`CeFCO3` or `CeFCO3(s)`; `REFCO3` means that of every rare earth."""
    name = key if key.endswith("(s)") else f"{key}(s)"
    try:
        for one in of_every_rare_earth(name):
            Species.of(one)
    except UnknownFormula:
        expected = f"a mineral such as REFCO3, YPO4, BaSO4 or {INERT}"
        raise FieldError((key,), f"unknown key {key!r}", expected) from None
    return name


def _write(shares: Frozen) -> dict[str, Any]:
    return {
        key.removesuffix("(s)"): dict(value) if isinstance(value, Mapping) else value
        for key, value in shares.items()
    }


@dataclass(frozen=True, kw_only=True)
class Beneficiation(Unit):
    """What separations by mineral share. Nothing reacts; water goes with the mass of solids."""

    ore: Any = inlet("Ground ore, or tailings to be worked again.")
    recovery: Frozen = group(
        "Share of each mineral that goes to the concentrate, {REFCO3: 85 %, BaSO4: 30 %}; by "
        "size class where `sizes` names any",
        _read_recoveries,
        _write,
        _RECOVERIES,
    )
    sizes: Frozen = group(
        "Share of the ore in each size class, {fine: 30 %, coarse: 70 %}",
        _read_sizes,
        dict,
        _SIZES,
        required=False,
    )
    others: float = setting(
        "-",
        "Share of all other solids; set by `to_grade` where that is given",
        default=0,
        minimum=0,
        maximum=1,
    )
    to_grade: float = setting(
        "-", "Rare earth oxides per mass of concentrate to reach", default=0, minimum=0, maximum=1
    )
    into: ClassVar[tuple[str, str]]

    def __post_init__(self) -> None:
        super().__post_init__()
        for mineral, share in self.recovery.items():
            if isinstance(share, Mapping) and set(share) != set(self.sizes):
                expected = f"the classes of sizes: {', '.join(self.sizes) or 'none are given'}"
                path = ("recovery", mineral.removesuffix("(s)"))
                raise FieldError(path, f"the classes {', '.join(share)}", expected)

    def shares(self, stream: Stream) -> tuple[np.ndarray, np.ndarray]:
        """(share of each species to the concentrate [-], whether it was named)."""
        basis = stream.basis
        shares, named = np.zeros(len(basis.names)), np.zeros(len(basis.names), dtype=bool)
        ordered = sorted(self.recovery.items(), key=lambda item: ANY_RARE_EARTH not in item[0])
        for mineral, share in ordered:
            if isinstance(share, Mapping):
                share = sum(part * share[size] for size, part in self.sizes.items())
            for name in of_every_rare_earth(mineral):
                if name in basis.index:
                    shares[basis.index[name]] = share
                    named[basis.index[name]] = True
        return shares, named

    def run(self, name: str, inlets: Mapping[str, Inlet], memory: Any = None) -> Outcome:
        stream = inlets["ore"].stream
        basis = stream.basis
        solid = basis.masks["solid"]
        shares, named = self.shares(stream)
        rest = solid & ~named
        other, trouble = self._others(name, stream, shares, rest)
        shares[rest] = other
        mass = basis.molar_mass * stream.amounts
        pulled = float(mass[solid] @ shares[solid])
        pull = pulled / float(mass[solid].sum()) if mass[solid].sum() > 0 else 0.0
        shares[~solid] = pull
        first, second = self.into
        return Outcome(
            outlets={
                first: Stream(basis, shares * stream.amounts, stream.temperature),
                second: Stream(basis, (1 - shares) * stream.amounts, stream.temperature),
            },
            trouble=trouble,
            findings=self._told(name, stream, shares, solid),
            detail={"mass pull": pull, "others": other},
        )

    def _others(
        self, name: str, stream: Stream, shares: np.ndarray, rest: np.ndarray
    ) -> tuple[float, Finding | None]:
        """(share of the solids that are not named, why the grade cannot be reached)."""
        if not self.to_grade:
            return self.others, None
        basis = stream.basis
        mass = basis.molar_mass * stream.amounts
        named = float((mass * shares)[basis.masks["solid"]].sum())
        gangue, oxides = float(mass[rest].sum()), _oxides(stream, shares)
        poor = _oxides(stream, rest.astype(float))
        # (oxides + s poor)/(named + s gangue) = grade
        slope = self.to_grade * gangue - poor
        other = (oxides - self.to_grade * named) / slope if slope else 0.0
        if slope and 0 <= other <= 1:
            return other, None
        best = oxides / named if named > 0 else 0.0
        text = (
            f"a grade of {self.to_grade:.3g} is out of reach at these recoveries, without other "
            f"minerals it is {best:.3g}; lower the grade or give recoveries that allow it"
        )
        trouble = Finding(name, text, "error") if stream.mass > 0 else None
        return min(max(other, 0.0), 1.0), trouble

    def _told(
        self, name: str, stream: Stream, shares: np.ndarray, solid: np.ndarray
    ) -> tuple[Finding, ...]:
        mass = float((stream.basis.molar_mass * stream.amounts * shares)[solid].sum())
        oxides, fed = _oxides(stream, shares), stream.reo_mass
        if not mass or not fed:
            return ()
        text = f"{oxides / mass:.1%} REO at a recovery of {oxides / fed:.1%}"
        return (Finding(name, text, "note"),)


def _oxides(stream: Stream, shares: np.ndarray) -> float:
    """Rare earth oxides in `shares` of the solids of a stream [kg/s]."""
    basis = stream.basis
    part = stream.amounts * shares * basis.masks["solid"]
    masses = dict(zip(basis.elements, (basis.atoms @ part) * basis.atomic_mass, strict=True))
    return sum(float(masses.get(e, 0.0)) * oxide_factor(e) for e in RARE_EARTHS)


@dataclass(frozen=True, kw_only=True)
class Flotation(Beneficiation):
    """Floats rare earth minerals from gangue, by recovery of each mineral and grade.

    Each named mineral goes to the concentrate by its recovery, or by its recovery in each size
    class; all other solids by one share, which `to_grade` sets where it is given. A mineral is
    followed element by element, thorium, uranium and radium in theirs.

    Fails where: recoveries of one ore, grind or collector are used for another; the collector
    itself is not followed.
    """

    kind: ClassVar[str] = "flotation"
    grade: ClassVar = "specified"
    outlets: ClassVar[Mapping[str, str]] = {
        "concentrate": "the float with its water [solid, aqueous]",
        "tailings": "what sinks, with its water [solid, aqueous]",
    }
    into: ClassVar[tuple[str, str]] = ("concentrate", "tailings")


@dataclass(frozen=True, kw_only=True)
class MagneticSeparation(Beneficiation):
    """Parts magnetic minerals from others, by recovery of each mineral and grade.

    As in flotation; monazite and xenotime are weakly magnetic and go to the magnetic part in a
    strong field, iron minerals in a weak one.
    """

    kind: ClassVar[str] = "magnetic-separation"
    grade: ClassVar = "specified"
    outlets: ClassVar[Mapping[str, str]] = {
        "magnetic": "the magnetic part with its water [solid, aqueous]",
        "nonmagnetic": "the rest with its water [solid, aqueous]",
    }
    into: ClassVar[tuple[str, str]] = ("magnetic", "nonmagnetic")
