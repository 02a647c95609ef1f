"""Readings on a network, balanced: what was measured, what it comes to, what does not fit."""

from ytterby.reconcile.gross import GlobalTest, Leak
from ytterby.reconcile.network import STOCK, Network, ReconcileError
from ytterby.reconcile.reading import Reading
from ytterby.reconcile.reconciled import Overlay, Reconciled, reconcile

__all__ = [
    "STOCK",
    "GlobalTest",
    "Leak",
    "Network",
    "Overlay",
    "Reading",
    "ReconcileError",
    "Reconciled",
    "reconcile",
]
