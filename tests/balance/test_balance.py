"""Balances made by hand: no species, unknown masses, stock, and what does not close."""

import numpy as np
import pytest

from ytterby.balance import Balance, BalanceError, Edge, UnknownStream


def books(out: float = 4.0, known: bool = True, stock: float = 0.0) -> Balance:
    """10 kg Nd and 1 kg Dy in; Nd in product and residue, Dy in the product."""
    edges = (
        Edge("feed", None, "plant", "feed"),
        Edge("plant.product", "plant", None, "product"),
        Edge("plant.residue", "plant", None, "residue"),
    )
    return Balance(
        plant="books",
        period=3600.0,
        units=("plant",),
        edges=edges,
        elements=("Dy", "Nd"),
        masses=np.array([[1.0, 10.0], [1.0, 6.0], [0.0, out]]),
        known=np.array([[True, True], [True, True], [True, known]]),
        stock_change=np.array([[0.0, stock]]),
    )


def test_a_closed_balance_checks():
    assert books().check().worst_closure()[2] == 0


def test_what_does_not_close_names_element_unit_and_amount():
    with pytest.raises(BalanceError, match=r"Nd does not close over plant: \+1 kg/h"):
        books(out=3.0).check()


def test_a_change_of_stock_closes_the_balance():
    books(out=3.0, stock=1.0).check()


def test_unmeasured_is_never_zero():
    balance = books(known=False)
    assert np.isnan(balance.mass("plant.residue", "Nd"))
    assert "Nd" not in balance.closure()
    assert balance.closure()["Dy"] == 0


def test_recovery_and_purity_in_trade_oxides():
    """6 kg Nd are 6.9983 kg Nd2O3, 1 kg Dy 1.1477 kg Dy2O3: 85.911 % Nd2O3 of REO."""
    balance = books()
    assert balance.recovery("Nd", of="feed", to="plant.product") == pytest.approx(0.6)
    assert balance.purity("plant.product")["Nd"] == pytest.approx(0.85911, abs=5e-6)


def test_an_unknown_stream_names_the_nearest():
    with pytest.raises(UnknownStream, match=r"Did you mean 'plant\.product'"):
        books().mass("plant.prodct", "Nd")


def test_species_are_asked_for_where_there_are_none():
    with pytest.raises(UnknownStream, match="known by elements only"):
        books().stream("feed")


def test_the_table_has_a_row_for_every_edge_and_element():
    table = books(known=False).table()
    assert len(table) == 6
    assert table["mass_kg"].isna().sum() == 1
