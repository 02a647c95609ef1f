"""The worked example of VDI 2048: the heat circuit of a steam turbine."""

from __future__ import annotations

import pytest

from ytterby.balance import Edge
from ytterby.reconcile import Network, Reading, reconcile

# VDI 2048 part 1 (2000), annex A: flows [kg/s] with half-widths of their 95 % intervals, and the
# reconciled ones. The standard itself was not at hand: readings also stand in the OpenModelica
# User's Guide, chapter Data Reconciliation, and the results to 1e-6 in the public repository
# ezander/dvrlib, test/vdi2048_test.cc. All is linear in the half-widths, which therefore stand for
# standard uncertainties on both sides.
READ = {
    "FDKeI": (46.241, 0.800),
    "FDKeII": (45.668, 0.790),
    "SpI": (44.575, 0.535),
    "SpII": (44.319, 0.532),
    "V": (0.525, 0.105),
    "HK": (69.978, 0.854),
    "A7": (10.364, 0.168),
    "A6": (3.744, 0.058),
    "A5": (4.391, 0.058),
    "HDNK": (18.498, 0.205),
}
RECONCILED = {
    "FDKeI": (44.9644892064291, 0.575626570589129),
    "FDKeII": (44.4179721417342, 0.572817587480311),
    "SpI": (44.9259040471917, 0.404463177421466),
    "SpII": (44.6670964499405, 0.402919370199657),
    "V": (0.526347872422335, 0.104623410451298),
    "HK": (70.553060829315, 0.559872848891984),
    "A7": (10.3757829833265, 0.133003389109488),
    "A6": (3.74540440603423, 0.056695251568643),
    "A5": (4.39240440603423, 0.056695251568643),
    "HDNK": (18.5135917953949, 0.137102511396334),
}
CORRELATED = {
    "FDKeI": ("FDKe", 0.2),
    "FDKeII": ("FDKe", 0.2),
    "SpI": ("Sp", 0.4),
    "SpII": ("Sp", 0.4),
}
SHARE_OF_LEAK = 0.4
"""0.4 of the leakage V joins the feed water: FDKeI + FDKeII + 0.4 V = SpI + SpII."""
EXACT = 1e-5
"""Random part [kg/s] of what is wholly systematic: the share of V is bound to V to this."""


def test_the_heat_circuit_of_vdi_2048_is_reconciled_as_published():
    network = Network(
        "VDI 2048",
        1.0,
        ("feed water", "steam", "condensate"),
        (
            Edge("FDKeI", None, "feed water", "feed"),
            Edge("FDKeII", None, "feed water", "feed"),
            Edge("0.4 V", None, "feed water", "feed"),
            Edge("SpI", "feed water", "steam", "internal"),
            Edge("SpII", "feed water", "steam", "internal"),
            Edge("V", "steam", None, "product"),
            Edge("HK", "steam", None, "product"),
            Edge("A7", "steam", "condensate", "internal"),
            Edge("A6", "steam", "condensate", "internal"),
            Edge("A5", "steam", "condensate", "internal"),
            Edge("HDNK", "condensate", None, "product"),
        ),
        (),
    )
    readings = []
    for name, (value, width) in READ.items():
        group, share = CORRELATED.get(name, ("", 0.0))
        random, systematic = width * (1 - share) ** 0.5, width * share**0.5
        if name == "V":
            group, random, systematic = "V", EXACT, width
            part = SHARE_OF_LEAK
            readings.append(
                Reading("0.4 V", "0.4 V", "mass", part * value, EXACT, None, part * width, "V")
            )
        readings.append(Reading(name, name, "mass", value, random, None, systematic, group))
    found = reconcile(network, tuple(readings))
    for name, (value, width) in RECONCILED.items():
        # Published to 1e-6; the bond of V to its share is EXACT.
        assert found.mass(name) == pytest.approx((value, width), rel=1e-5, abs=EXACT)
