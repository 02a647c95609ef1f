"""Reactions: read from a line, refused unless every atom and charge balances."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np

from ytterby.chemistry.species import Species

_TERM = re.compile(r"^(?:(?P<count>\d+(?:\.\d+)?(?:/\d+)?)\s+)?(?P<name>\S+)$")
_ROUNDING = 1e-9


class UnbalancedReaction(ValueError):
    """A reaction line that makes or loses atoms or charge."""


@dataclass(frozen=True)
class Reaction:
    """Stoichiometry [mol per mol of extent]: negative for what is used, positive for what forms."""

    equation: str
    stoichiometry: tuple[tuple[str, float], ...]

    @staticmethod
    def of(equation: str) -> Reaction:
        """Reaction.of("Nd2O3(s) + 6 H+ = 2 Nd+3 + 3 H2O"); raises UnbalancedReaction."""
        return _reaction(equation)

    @property
    def species(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.stoichiometry)

    def vector(self, names: tuple[str, ...]) -> np.ndarray:
        """Change of amounts per extent [mol/mol], shape (species,), ordered as `names`."""
        return _vector(self, names)


@cache
def _vector(reaction: Reaction, names: tuple[str, ...]) -> np.ndarray:
    change = np.zeros(len(names))
    for name, count in reaction.stoichiometry:
        change[names.index(name)] += count
    change.flags.writeable = False
    return change


@cache
def _reaction(equation: str) -> Reaction:
    left, right = (_side(side, equation) for side in equation.split(" = "))
    change = Counter(right)
    change.subtract(left)
    unbalanced: Counter[str] = Counter()
    for name, count in change.items():
        species = Species.of(name)
        for element, atoms in species.atoms:
            unbalanced[element] += count * atoms  # type: ignore[assignment]
        unbalanced["charge"] += count * species.charge
    wrong = {part: count for part, count in unbalanced.items() if abs(count) > _ROUNDING}
    if wrong:
        raise UnbalancedReaction(f"{equation}: gains {wrong}")
    return Reaction(equation, tuple(change.items()))


def _side(text: str, equation: str) -> dict[str, float]:
    terms: dict[str, float] = {}
    for term in text.strip().split(" + "):
        match = _TERM.match(term.strip())
        if match is None:
            raise UnbalancedReaction(f"{equation}: cannot read {term!r}")
        numerator, _, denominator = (match["count"] or "1").partition("/")
        count = float(numerator) / float(denominator or 1)
        terms[match["name"]] = terms.get(match["name"], 0.0) + count
    return terms
