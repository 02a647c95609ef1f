"""`compiled`: the compiler of the kernels of this package; see `ytterby.chemistry.compiled`."""

from __future__ import annotations

from ytterby.chemistry.compiled import compiler

REARRANGING = {"reassoc", "contract", "nsz", "arcp"}
"""Sums may be regrouped for the vector units, which positive sums do not mind. Nothing here lets
the compiler assume finite numbers: infinities and NaN must stay what they are."""

compiled = compiler("ytterby.separation", error_model="numpy", fastmath=REARRANGING)
