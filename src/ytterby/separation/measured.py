"""What is measured of an extraction, as models that `fit` takes: isotherms and stage profiles."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ytterby.separation.cascade import Cascade
from ytterby.separation.chemistry import Chemistry
from ytterby.separation.gradient import LN_10
from ytterby.separation.newton import evaluate
from ytterby.separation.profile import Profile
from ytterby.separation.solve import Point, Posed, tangents

Array = NDArray[np.float64]

SHARED = ("exponent", "curvature")
"""Parameters that all elements have in common."""

DIFFERENCE = 1e-6
"""Step of directional differences of a solved profile [-]: error about 1e-6, relative."""

FAR = 1e3
"""Residual of a trial at which no cascade stands [-]: the fit turns back."""


@dataclass(frozen=True)
class Sample:
    """One equilibrium: both phases of it analysed.

    name: for people. aqueous, organic: concentrations by component [mol/L]. extractant: all of it
    [mol/L], as the chemistry counts it. pH: -log10 of h; None where it was not measured, so that
    the sample tells ratios only.
    """

    name: str
    aqueous: dict[str, float]
    organic: dict[str, float]
    extractant: float
    pH: float | None = None


@dataclass(frozen=True)
class Isotherm:
    """Distribution ratios of samples, fitted by constants of the law of mass action.

        ln D = ln K + q (ln a - ln(10) A (sqrt a - sqrt a_ref)) + z ln(10) pH

    with a the extractant less what the organic analysis says is bound. Linear in log_K, the
    exponent q (one for all) and the curvature A, so there is one answer. A sample without p[H] has
    an unknown of its own in place of it.

    chemistry: what is not fitted, and where the fit starts. samples: the data.
    parameters: log_K.<component>, exponent, curvature.
    uncertainty: relative standard uncertainty of a distribution ratio [-]; None: estimated.
    """

    chemistry: Chemistry
    samples: tuple[Sample, ...]
    parameters: tuple[str, ...]
    uncertainty: float | None = None

    def __post_init__(self) -> None:
        if self.chemistry.mechanism != "cation exchange" or self.chemistry.ligand is not None:
            raise ValueError("isotherm: expected cation exchange without complexes")
        for name in self.parameters:
            component = name.removeprefix("log_K.")
            if name not in SHARED and (component == name or not self._measured(component)):
                raise ValueError(
                    f"isotherm: found the parameter {name!r}, expected log_K.<element> of an "
                    f"element that was measured in both phases, or one of {', '.join(SHARED)}"
                )
        for sample in self.samples:
            if self._free(sample) <= 0:
                raise ValueError(
                    f"isotherm: sample {sample.name!r} binds more extractant than it holds, "
                    f"{sample.extractant:g} mol/L; check its organic analysis"
                )

    def _measured(self, component: str) -> bool:
        return any(name == component for _, name in self._pairs)

    @cached_property
    def _pairs(self) -> tuple[tuple[Sample, str], ...]:
        known = dict(zip(self.chemistry.components, self.chemistry.exchanging, strict=True))
        return tuple(
            (sample, name)
            for sample in self.samples
            for name, amount in sample.aqueous.items()
            if known.get(name) and amount > 0 and sample.organic.get(name, 0.0) > 0
        )

    def _free(self, sample: Sample) -> float:
        bound = dict(zip(self.chemistry.components, self.chemistry.bound.tolist(), strict=True))
        held = sum(bound.get(name, 0.0) * value for name, value in sample.organic.items())
        return sample.extractant - held

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(f"{sample.name}: {component}" for sample, component in self._pairs)

    @property
    def names(self) -> tuple[str, ...]:
        unknown = [f"potential.{s.name}" for s in self.samples if s.pH is None]
        return (*self.parameters, *unknown)

    @property
    def own_uncertainty(self) -> bool:
        return self.uncertainty is not None

    @cached_property
    def _linear(self) -> tuple[Array, Array]:
        """Residuals at zero parameters, and their constant derivatives."""
        chemistry, sigma = self.chemistry, self.uncertainty or 1.0
        place = {name: k for k, name in enumerate(self.names)}
        J, r = np.zeros((len(self._pairs), len(place))), np.zeros(len(self._pairs))
        reference = math.sqrt(chemistry.reference)
        for row, (sample, name) in enumerate(self._pairs):
            i = int(chemistry.index((name,))[0])
            a = self._free(sample)
            bent = LN_10 * (math.sqrt(a) - reference)
            q, z = float(chemistry.exponent[i]), float(chemistry.slope[i])
            measured = math.log(sample.organic[name] / sample.aqueous[name])
            terms = {
                f"log_K.{name}": (LN_10, float(chemistry.log_K[i])),
                f"potential.{sample.name}": (z, 0.0),
            }
            if sample.pH is not None:
                measured -= z * LN_10 * sample.pH
            if "exponent" in place and "curvature" in place:
                raise ValueError(
                    "isotherm: exponent and curvature multiply; fit one, then the other"
                )
            if "exponent" in place:
                terms["exponent"] = (math.log(a) - chemistry.curvature * bent, q)
            else:
                measured -= q * math.log(a)
                terms["curvature"] = (-q * bent, chemistry.curvature)
            for term, (factor, value) in terms.items():
                if term in place:
                    J[row, place[term]] = -factor / sigma
                else:
                    measured -= factor * value
            r[row] = measured / sigma
        return r, J

    def start(self) -> Array:
        chemistry = self.chemistry
        found = dict(zip(chemistry.components, chemistry.log_K.tolist(), strict=True))
        metals = chemistry.exponent[chemistry.exchanging & (chemistry.charge > 1)]
        given = {f"log_K.{name}": value for name, value in found.items()}
        given |= {"exponent": float(metals.mean()), "curvature": chemistry.curvature}
        return np.array([given.get(name, 0.0) for name in self.names])

    def residuals(self, values: Array) -> Array:
        constant, J = self._linear
        return constant + J @ values

    def jacobian(self, values: Array) -> Array:
        return self._linear[1]


@dataclass(frozen=True)
class Reading:
    """A concentration [mol/L] of a component in the `phase` leaving `stage`, counted from 1.

    uncertainty: relative standard uncertainty [-].
    """

    stage: int
    phase: str
    component: str
    concentration: float
    uncertainty: float


@dataclass
class StageProfile:
    """Concentrations by stage of a running cascade, fitted by what it is made of.

    cascade: at its flows, without targets, as it is believed to be. readings: the data.
    parameters: log_K.<component>, curvature, efficiency (one for all stages),
    entrainment.aqueous (in the organic), entrainment.organic (in the aqueous).
    """

    cascade: Cascade
    readings: tuple[Reading, ...]
    parameters: tuple[str, ...]
    own_uncertainty: bool = True

    def __post_init__(self) -> None:
        self._near: Profile | None = None
        for name in self.parameters:
            adjusted(self.cascade, name, value_of(self.cascade, name))
        for reading in self.readings:
            inside = 1 <= reading.stage <= self.cascade.stages.total
            self.cascade.chemistry.index((reading.component,))
            if not inside or reading.phase not in ("aqueous", "organic"):
                raise ValueError(
                    f"stage profile: found {reading.phase!r} of stage {reading.stage}, expected "
                    f"aqueous or organic of stage 1 to {self.cascade.stages.total}"
                )
            if reading.concentration <= 0 or reading.uncertainty <= 0:
                raise ValueError(f"stage profile: expected numbers above zero, found {reading}")

    @property
    def names(self) -> tuple[str, ...]:
        return self.parameters

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(f"stage {r.stage} {r.phase} {r.component}" for r in self.readings)

    def start(self) -> Array:
        return np.array([value_of(self.cascade, name) for name in self.parameters])

    def at(self, values: Array) -> Cascade:
        """The cascade with these parameters."""
        cascade = self.cascade
        for name, value in zip(self.parameters, values.tolist(), strict=True):
            cascade = adjusted(cascade, name, value)
        return cascade

    def _solve(self, values: Array) -> Profile | None:
        try:
            profile = self.at(values).solve(self._near, sensitivity=False)
        except ValueError:
            return None
        if not profile.converged:
            return None
        self._near = profile
        return profile

    def residuals(self, values: Array) -> Array:
        profile = self._solve(values)
        if profile is None:
            return np.full(len(self.readings), FAR)
        modelled = self._read(profile.aqueous, profile.organic)
        measured = np.log([r.concentration for r in self.readings])
        return (measured - np.log(modelled)) / self._sigma

    @cached_property
    def _sigma(self) -> Array:
        return np.array([reading.uncertainty for reading in self.readings])

    def _read(self, x: Array, y: Array) -> Array:
        """What the readings would be at concentrations of shape (stage, component) [mol/L]."""
        places = self.cascade.chemistry.index([r.component for r in self.readings])
        phases = {"aqueous": x, "organic": y}
        return np.array(
            [
                phases[r.phase][r.stage - 1, place]
                for r, place in zip(self.readings, places.tolist(), strict=True)
            ]
        )

    def jacobian(self, values: Array) -> Array:
        profile = self._solve(values)
        if profile is None:
            raise ValueError("stage profile: found no steady state at the values to start from")
        steps = [self._step(name) for name in self.parameters]
        here = _point(self.at(values), profile, profile.potential)
        others = [self.at(values + row) for row in np.diag(steps)]
        cases = [_posed(other, profile).case for other in others]
        slopes = tangents(here, cases, steps)
        base = np.log(self._read(here.x, here.y))
        J = np.empty((len(self.readings), values.size))
        for k, (other, step) in enumerate(zip(others, steps, strict=True)):
            near = _point(other, profile, profile.potential + step * slopes[:, :, k])
            J[:, k] = (np.log(self._read(near.x, near.y)) - base) / step
        return -J / self._sigma[:, None]

    def _step(self, name: str) -> float:
        """Step of a difference by a parameter: of a share by its size, downwards from one."""
        if name == "efficiency":
            return -DIFFERENCE
        if name.startswith("entrainment"):
            return DIFFERENCE * (value_of(self.cascade, name) or DIFFERENCE)
        return DIFFERENCE


def _posed(cascade: Cascade, profile: Profile) -> Posed:
    return Posed.of(cascade.chemistry, cascade.layout.circuit(profile.flows))


def _point(cascade: Cascade, profile: Profile, potential: Array) -> Point:
    """The balances of a cascade at potentials, whether these close or not."""
    posed = _posed(cascade, profile)
    x, y = evaluate(potential, posed.case)[:2]
    circuit = cascade.layout.circuit(profile.flows)
    return posed.point(cascade.chemistry, circuit, (potential, x, y, 0.0, 0, True))


def value_of(cascade: Cascade, name: str) -> float:
    """The parameter as a cascade has it; raises ValueError naming those there are."""
    chemistry, layout = cascade.chemistry, cascade.layout
    if name.startswith("log_K."):
        return float(chemistry.log_K[chemistry.index((name.removeprefix("log_K."),))[0]])
    known = {
        "curvature": chemistry.curvature,
        "efficiency": float(np.mean(layout.efficiency)),
        "entrainment.aqueous": layout.entrainment[0],
        "entrainment.organic": layout.entrainment[1],
    }
    if name not in known:
        raise ValueError(
            f"found the parameter {name!r}, expected log_K.<element> or one of {', '.join(known)}"
        )
    return known[name]


def adjusted(cascade: Cascade, name: str, value: float) -> Cascade:
    """The cascade with one parameter changed."""
    chemistry = cascade.chemistry
    match name.split("."):
        case ["log_K", component]:
            log_K = np.array(chemistry.log_K)
            log_K[chemistry.index((component,))] = value
            return replace(cascade, chemistry=replace(chemistry, log_K=log_K))
        case ["curvature"]:
            return replace(cascade, chemistry=replace(chemistry, curvature=value))
        case ["efficiency"]:
            if not 0 < value <= 1:
                raise ValueError(f"efficiency {value:g}: expected above 0 and at most 1")
            return replace(cascade, efficiency=value)
        case ["entrainment", phase]:
            if value < 0:
                raise ValueError(f"{name} {value:g}: expected no less than 0")
            aqueous, organic = cascade.layout.entrainment
            pair = (value, organic) if phase == "aqueous" else (aqueous, value)
            return replace(cascade, entrainment=pair)
    raise ValueError(f"found the parameter {name!r}")
