"""What a user types to keep books, and what comes back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from ytterby.app.cli import BAD_INPUT, RESULT_IS_NONE, status_of

ACCOUNTS = "account\nacme/supplier\nstore/raw\nsx/wip\noxide/product\nsx/muf\nmagnets/customer\n"
LOTS = """\
lot,time,form,gross [kg],tare,moisture,feed class,mined
L-1,2026-01-02,magnet scrap,1000,10 kg,1 %,post-consumer,"CN, Dy: MM"
P-1,2026-01-05,Nd oxide,,,,,
"""
ASSAYS = "certificate,lot,time,Nd [%],Dy [%]\nC-1,L-1,2026-01-03,22.5,1.2\n"
MOVEMENTS = """\
reference,time,from,to,lot,into,Nd [kg],Dy [kg]
W-1,2026-01-04,acme/supplier,store/raw,L-1,,,
C-1,2026-01-05,store/raw,sx/wip,L-1,,,
S-1,2026-01-06,sx/wip,oxide/product,,P-1,200,0
D-1,2026-01-07,oxide/product,magnets/customer,P-1,,150,0
"""


@pytest.fixture
def book(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    path = str(tmp_path / "books.db")
    tables = {"accounts": ACCOUNTS, "lots": LOTS, "assays": ASSAYS, "movements": MOVEMENTS}
    files = []
    for name, table in tables.items():
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text(table, encoding="utf-8")
    begin = ("init", path, "--plant", "recycling", "--start", "2026-01-01", "--by", "Anna")
    assert "The books of recycling begin" in said(capsys, *begin)
    told = said(capsys, "import", path, *map(str, files), "--by", "Anna", "--dry-run")
    assert told == "Would enter: 6 accounts, 2 lots, 1 assay, 4 events.\n"
    said(capsys, "import", path, *map(str, files), "--by", "Anna")
    assert said(capsys, "import", path, *map(str, files), "--by", "Anna") == (
        "Entered: nothing new.\nIn the books already: 13.\n"
    )
    return path


def said(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    assert status_of(("ledger", *words)) == status
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert status_of(("ledger", *words)) == BAD_INPUT
    captured = capsys.readouterr()
    assert captured.out == "" and "Traceback" not in captured.err
    return captured.err


def test_what_stands_is_shown(capsys, book):
    lines = said(capsys, "show", book).splitlines()
    assert ["store/raw", "L-1", "Nd", "0"] not in [line.split() for line in lines]
    assert ["oxide/product", "P-1", "Nd", "50"] in [line.split() for line in lines]
    lines = said(capsys, "show", book, "--at", "2026-01-05").splitlines()
    assert ["store/raw", "L-1", "Nd", "220.5225"] in [line.split() for line in lines]


def test_a_lot_is_traced_back_forward_and_recalled(capsys, book):
    back = [line.split() for line in said(capsys, "trace", book, "P-1").splitlines()]
    assert back[1] == ["Nd", "L-1", "200", "100.0%", "post-consumer", "mined", "CN"]
    forward = said(capsys, "trace", book, "L-1", "--forward")
    assert ["magnets/customer", "P-1", "Nd", "150"] in [x.split() for x in forward.splitlines()]
    assert "hold or held material of L-1: L-1, P-1" in said(
        capsys, "trace", book, "L-1", "--recall"
    )
    assert "Did you mean 'P-1'?" in refused(capsys, "trace", book, "P-2")


def test_an_event_is_posted_and_an_adjustment_waits_for_another_person(capsys, book):
    moved = ("post", book, "--from", "sx/wip", "--time", "2026-01-08", "--by", "Anna")
    assert "event, digest" in said(capsys, *moved, "--to", "oxide/product", "--mass", "Nd=5 kg")
    told = said(capsys, *moved, "--to", "sx/muf", "--mass", "Nd=500 g")
    number = told.split()[1].rstrip(":")
    assert f"--approve {number}" in told
    assert f"Proposal {number} of Anna" in said(capsys, "show", book)
    assert "who proposed it" in refused(capsys, "post", book, "--approve", number, "--by", "Anna")
    assert "event, digest" in said(capsys, "post", book, "--approve", number, "--by", "Berit")
    assert "decided in" in refused(
        capsys, "post", book, "--decline", number, "--by", "Berit", "--note", "late"
    )
    assert "expected a reason" in refused(capsys, "post", book, "--reverse", "15", "--by", "Anna")
    said(capsys, "post", book, "--reverse", "15", "--by", "Anna", "--note", "typed twice")


def test_a_closed_period_stays_closed(capsys, book):
    number = said(capsys, "close", book, "--until", "2026-02-01", "--by", "Anna").split()[1][:-1]
    said(capsys, "post", book, "--approve", number, "--by", "Berit")
    moved = ("post", book, "--from", "sx/wip", "--to", "oxide/product", "--by", "Anna")
    late = refused(capsys, *moved, "--time", "2026-01-08", "--mass", "Nd=1 kg")
    assert "in a period that is closed" in late
    said(capsys, *moved, "--time", "2026-02-08", "--mass", "Nd=1 kg")


def test_what_a_stock_take_did_not_find_is_judged_and_posted_openly(capsys, book, tmp_path):
    table = tmp_path / "measurements.csv"
    table.write_text(
        "name,stream,time,element,content\n"
        "stock Nd 01,sx/wip,2026-02-01,Nd,15 ± 0.3 kg\n"
        "stock Dy 01,sx/wip,2026-02-01,Dy,11.7 ± 0.2 kg\n",
        encoding="utf-8",
    )
    said(capsys, "import", book, str(table), "--by", "Anna")
    close = ("close", book, "--until", "2026-02-01", "--by", "Anna")
    told = said(capsys, *close, "--account", "sx/wip")
    # 220.5225 kg Nd charged, 200 kg taken out, 15 kg found.
    row = next(line.split() for line in told.splitlines() if line.startswith("Nd"))
    assert (row[1], row[2]) == ("5.5225", "0.3")
    assert "Beyond chance: Nd: 5.5" in told and "Beyond chance: Dy" not in told
    number = told.split("Entry ")[1].split(":")[0]
    said(capsys, "post", book, "--approve", number, "--by", "Berit")
    lines = [line.split() for line in said(capsys, "show", book).splitlines()]
    assert ["sx/wip", "Nd", "15"] in lines and ["sx/muf", "Nd", "5.5225"] in lines
    number = said(capsys, *close).split("Entry ")[1].split(":")[0]
    said(capsys, "post", book, "--approve", number, "--by", "Berit")
    assert "no stock-take of store/raw" in refused(capsys, *close, "--account", "store/raw")


def test_evidence_is_checked_by_its_own_verifier(capsys, book, tmp_path):
    bundle, sealed = tmp_path / "evidence.zip", tmp_path / "sealed.zip"
    said(capsys, "export", book, str(bundle))
    said(capsys, "export", book, str(sealed), "--lot", "P-1")
    with ZipFile(bundle) as archive:
        archive.extractall(tmp_path / "there")
    check = [sys.executable, "-I", str(tmp_path / "there" / "verify.py")]
    whole = subprocess.run(check, capture_output=True, text=True, check=True)
    assert "0 of them sealed" in whole.stdout and "Nothing is wrong." in whole.stdout
    part = subprocess.run([*check, str(sealed)], capture_output=True, text=True, check=True)
    assert "7 of them sealed" in part.stdout and "Nothing is wrong." in part.stdout
    assert "Nothing is wrong." in said(capsys, "verify", book, "--against", str(sealed))
    assert "there already" in refused(capsys, "export", book, str(bundle))
    entries = tmp_path / "there" / "entries.jsonl"
    entries.write_text(entries.read_text("utf-8").replace("150000000000", "160000000000"), "utf-8")
    forged = subprocess.run(check, capture_output=True, text=True, check=False)
    assert forged.returncode == 1 and "FAULT entry 14: changed" in forged.stdout


def test_what_stands_is_exported_for_a_spreadsheet(capsys, book, tmp_path):
    for name, read in {
        "x.csv": pd.read_csv,
        "x.xlsx": pd.read_excel,
        "x.json": pd.read_json,
    }.items():
        said(capsys, "export", book, str(tmp_path / name))
        table = read(tmp_path / name)
        sums = table.groupby("element")["kg"].sum()
        assert abs(sums["Nd"]) < 1e-9 and abs(sums["Dy"]) < 1e-9
    assert "expected .zip, .csv" in refused(capsys, "export", book, str(tmp_path / "x.pdf"))


def test_tampering_is_told_and_the_command_fails(capsys, book):
    import sqlite3

    with sqlite3.connect(book) as connection:
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute("UPDATE journal SET text = replace(text, 'L-1', 'L-9') WHERE seq = 11")
    connection.close()
    told = said(capsys, "verify", book, status=RESULT_IS_NONE)
    assert "FAULT entry 11: changed: its text is not the one that was sealed" in told


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("show", "absent.db"), "no file 'absent.db'"),
        (("import", "BOOK", "--by", "Anna"), "found no file, expected one at least"),
        (("import", "BOOK", "absent.csv", "--by", "Anna", "--table", "lots"), "absent.csv"),
        (("post", "BOOK", "--by", "Anna"), "--from: found nothing"),
        (("close", "BOOK", "--until", "soon", "--by", "Anna"), "--until: found 'soon'"),
        (("verify", "BOOK", "--against", "nothing"), "entry:digest"),
        (("post", "BOOK", "--approve", "1", "--by", "Berit"), "found entry 1, a book"),
        (("post", "BOOK", "--approve", "99", "--by", "Berit"), "expected one of 1 to 14"),
        (
            ("init", "BOOK", "--plant", "x", "--start", "2026-01-01", "--by", "Anna"),
            "expected an empty one",
        ),
        (
            ("init", "mysql://x/y", "--plant", "x", "--start", "2026-01-01", "--by", "Anna"),
            "a file, or a URL",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(capsys, book, words, reason):
    words = tuple(book if word == "BOOK" else word for word in words)
    assert reason in refused(capsys, *words)
