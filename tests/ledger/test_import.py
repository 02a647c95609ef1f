"""Tables that people send: what is entered, what is refused and where, what is sent twice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import text
from tests.ledger.books import Clock, lot, new_book

from ytterby.ledger import Book, ImportRefused, LedgerError, Uncertain, import_tables

LOTS = """\
lot,time,form,gross [kg],gross random [kg],tare,moisture,feed class,mined,separated
L-1,2026-01-02,magnet scrap,1000,1,10 kg,1.0 ± 0.2 %,post-consumer,"CN, Dy: MM",CN
L-2,2026-01-02T08:00+08:00,magnet scrap,2.5 t,,20 kg,1 %,pre-consumer,AU,MY
"""
ASSAYS = """\
certificate;lot;time;laboratory;Nd [%];Nd random [%];Dy [%]
C-1;L-1;2026-01-03;Lab A;22.5;0.2;1.2
C-2;L-2;2026-01-03;Lab A;22.5 ± 0.3;;0.8
"""
MOVEMENTS = """\
reference,time,from,to,lot,into,Nd [kg],Dy [kg]
W-1,2026-01-04,acme/supplier,store/raw,L-1,,,
W-2,2026-01-04,acme/supplier,store/raw,L-2,,,
C-1,2026-01-05,store/raw,sx/wip,L-1,,,
S-1,2026-01-06,sx/wip,oxide/product,,,20,0
S-1,2026-01-06,sx/wip,cake/residue,,,1,0.5
A-1,2026-01-07,sx/wip,sx/muf,,,500 g,0
"""
MEASUREMENTS = """\
name,stream,start,time,element,mass [kg],share [%],content,status
FT-1,scrap,2026-01-01,2026-02-01,,3450 ± 20,,,provisional
XRF-1,scrap,2026-01-01,2026-02-01,Nd,,22.4 ± 0.3,,
stock-take,sx/wip,,2026-02-01,Nd,,,199 kg,
"""
NEW = {"lot": 2, "assay": 2, "measurement": 3, "event": 4, "proposal": 1}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    tables = {
        "movements": MOVEMENTS,
        "lots": LOTS,
        "measurements": MEASUREMENTS,
        "assays": ASSAYS,
    }
    for name, table in tables.items():
        (tmp_path / f"2026-01-{name}.csv").write_text(table, encoding="utf-8")
    return sorted(tmp_path.glob("*.csv"))


def refused(book, tmp_path: Path, name: str, table: str) -> list[str]:
    """What is wrong with a table, each with the place it stands, its file left out."""
    path = tmp_path / f"{name}.csv"
    path.write_text(table, encoding="utf-8")
    before = book.verify()
    with pytest.raises(ImportRefused) as refusal:
        import_tables(book, [path], person="Anna")
    assert book.verify() == before
    assert str(refusal.value).endswith("Nothing was entered.")
    return [str(problem).removeprefix(f"{path}:") for problem in refusal.value.problems]


def test_tables_are_entered_and_a_dry_run_enters_nothing(address, files):
    book = new_book(address)
    before = book.verify()
    assert import_tables(book, files, person="Anna", dry_run=True).counts == NEW
    assert book.verify() == before
    done = import_tables(book, files, person="Anna")
    assert done.counts == NEW and done.known == 0
    assert [entry.seq for entry in book.pending()] == list(done.proposals)
    # 990 kg net, 1 % moist: 980.1 kg dry, 22.5 % of it Nd and 1.2 % Dy.
    assert book.balance("sx/wip", "Nd") == pytest.approx(980.1 * 0.225 - 21, abs=1e-9)
    assert book.balance("store/raw", "Nd", lot="L-2") == pytest.approx(2480 * 0.99 * 0.225)
    found = book.lot("L-1")
    assert found.moisture == Uncertain(0.01, 0.002)
    assert found.origin["mined"] == {"*": "CN", "Dy": "MM"}
    assert book.assay("L-1").shares["Nd"] == Uncertain(0.225, 0.002)
    assert {m.name: m.reading.value for m in book.measurements()} == {
        "FT-1": 3450,
        "XRF-1": pytest.approx(0.224),
        "stock-take": 199,
    }


def test_what_is_sent_twice_is_entered_once(address, files):
    book = new_book(address)
    import_tables(book, files, person="Anna")
    before = book.verify()
    again = import_tables(book, files, person="Berit")
    assert again.counts == {} and again.known == sum(NEW.values())
    assert book.verify() == before
    movements = next(path for path in files if "movements" in path.name)
    with movements.open("a", encoding="utf-8") as file:
        file.write("W-3,2026-01-08,acme/supplier,store/raw,,,3,0\n")
    assert import_tables(book, files, person="Anna").counts == {"event": 1}


def test_the_same_paper_with_other_content_is_refused(address, files, tmp_path):
    book = new_book(address)
    import_tables(book, files, person="Anna")
    changed = LOTS.replace("1000,1", "1100,1")
    (problem,) = refused(book, tmp_path, "lots-again", changed)
    assert problem.startswith("2:1: lot: found lot 'L-1', which is entry")
    changed = MOVEMENTS.replace(",20,0", ",21,0")
    (problem,) = refused(book, tmp_path, "movements-again", changed)
    assert problem.startswith("5:1: reference: found event 'S-1', which is entry")
    assert "reverse it" in problem


def test_excel_and_json_say_the_same_as_csv(address, files, tmp_path):
    book = new_book(address)
    import_tables(book, files, person="Anna")
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "lots"
    sheet.append(["lot", "time", "form", "gross [kg]"])
    sheet.append(["L-8", "2026-01-02", "magnet scrap", 1000.5])
    excel = tmp_path / "more.xlsx"
    workbook.save(excel)
    told = tmp_path / "more.json"
    rows = [{"lot": "L-9", "time": "2026-01-02", "form": "magnet scrap", "gross [kg]": 1000.5}]
    told.write_text(json.dumps({"lots": rows}), encoding="utf-8")
    assert import_tables(book, [excel, told], person="Anna").counts == {"lot": 2}
    one, other = book.lot("L-8"), book.lot("L-9")
    assert (one.gross, one.form, one.time) == (other.gross, other.form, other.time)
    sheet.append(["L-10", "2026-01-02", "magnet scrap", "heavy"])
    workbook.save(excel)
    with pytest.raises(ImportRefused, match=r"more.xlsx\[lots\]:3:4: gross: found 'heavy'"):
        import_tables(book, [excel], person="Anna")


def test_every_wrong_row_is_told_with_its_place(address, tmp_path):
    book = new_book(address)
    head = "lot,time,form,gross [kg],tare,moisture,feed class,mined\n"
    rows = [
        "A-1,2026-13-02,scrap,1000,10 kg,1 %,post-consumer,CN",
        "A-2,2026-01-02,scrap,100,10,1 %,post-consumer,CN",
        "A-3,2026-01-02,scrap,100,200 kg,1 %,post-consumer,CN",
        "A-4,2026-01-02,scrap,100,2 kg,103 %,post-consumer,CN",
        "A-5,2026-01-02,scrap,100,2 kg,1 %,post-consumr,CN",
        "A-6,2026-01-02,scrap,100,2 kg,1 %,post-consumer,China",
        'A-7,2026-01-02,scrap,"1,000",2 kg,1 %,post-consumer,CN',
        "A-8,2026-01-02,scrap,100 km,2 kg,1 %,post-consumer,CN",
        "A-9,2026-01-02,scrap,1e9 t,2 kg,1 %,post-consumer,CN",
        "A\u200b-10,2026-01-02,scrap,100,2 kg,1 %,post-consumer,CN",
        ",2026-01-02,scrap,100,2 kg,1 %,post-consumer,CN",
        "A-1,2026-01-02,scrap,100,2 kg,1 %,post-consumer,CN",
    ]
    told = refused(book, tmp_path, "lots", head + "\n".join(rows) + "\n")
    expected = {
        2: "2: time: found '2026-13-02'",
        3: "5: tare: found the bare number 10",
        4: "4: gross: found 100 kg gross with 200 kg tare",
        5: "6: moisture: found 1.03, expected 0 to 100 %",
        6: "7: feed class: found 'post-consumr'",
        7: "8: mined: found 'China', expected a country of two capital letters",
        8: "4: gross: found '1,000', expected a number with a point",
        9: "4: gross: found unknown unit 'km'",
        10: "4: gross: found 1e+12 kg, expected at most",
        11: r"1: lot: found 'A\u200b-10' with the invisible character U+200B",
        12: "1: lot: found nothing, expected a lot",
        13: " found lot 'A-1' again, expected it once",
    }
    assert len(told) == len(expected)
    for number, problem in expected.items():
        assert any(line.startswith(f"{number}:{problem}") for line in told), (number, told)
    assert any("Did you mean 'post-consumer'?" in line for line in told)


def test_a_movement_that_cannot_be_is_told_with_its_row(address, files, tmp_path):
    book = new_book(address)
    import_tables(book, files, person="Anna")
    head = "reference,time,from,to,lot,Nd [kg]\n"
    for row, problem in {
        "X-1,2026-01-09,store/raw,sx/wip,L-2,5000": "2:6: Nd: found 5000 kg Nd taken from lot",
        "X-1,2026-01-09,store/raw,sx/wip,L-7,5": "2:5: lot: found lot 'L-7', which the books",
        "X-1,2026-01-09,stor/raw,sx/wip,L-2,5": "2:3: account: found account 'stor/raw'",
        "X-1,2026-01-09,store,sx/wip,L-2,5": "2:3: from: found 'store', expected area/kind",
        "X-1,2026-01-09,store/raw,sx/wip,L-2,-5": "2:6: Nd: found -5 kg, expected zero or more",
        "X-1,2027-01-09,store/raw,sx/wip,L-2,5": "2:2: time: found 2027-01-09T00:00:00.000000Z",
        "X-1,2026-01-09,store/raw,sx/wip,,": "2: lot: found neither masses nor a lot",
        "X-1,2026-01-09,store/raw,sx/wip,L-1,": "2:5: found nothing of lot 'L-1' in store/raw",
        ",2026-01-09,store/raw,sx/wip,L-2,5": "2:1: reference: found nothing",
    }.items():
        (told,) = refused(book, tmp_path, "movements", f"{head}{row}\n")
        assert told.startswith(problem), told


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("lots.csv", b"lot,time\n\xff\xfe,1\n", "byte 9 that is not UTF-8"),
        ("lots.csv", b"", "which is empty"),
        ("lots.csv", b"lot,lot\n1,2\n", ":1:1: column 'lot'"),
        ("lots.csv", b"lot,time\n1,2,3\n", ":2: 3 cells, expected 2"),
        ("lots.csv", b'lot,time\n"1,2\n', ":2: unexpected end of data"),
        ("stuff.csv", b"lot,time\n", "expected one of accounts, lots"),
        ("lots.xlsx", b"not an Excel file", "expected an Excel file"),
        ("lots.json", b"{", "expected JSON in UTF-8"),
        ("lots.json", b"[]", "without tables"),
        ("lots.json", b'{"lost": []}', "Did you mean 'lots'?"),
        ("lots.json", b'{"lots": 3}', "no list of rows"),
        ("lots.pdf", b"", "expected a .csv, .xlsx or .json file"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, name, content, reason):
    book = new_book(str(tmp_path / "books.db"), Clock())
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LedgerError) as refusal:
        import_tables(book, [path], person="Anna")
    assert reason in str(refusal.value)


def test_a_column_that_is_not_known_is_told(address, tmp_path):
    book = new_book(address)
    (told,) = refused(book, tmp_path, "lots", "lot,time,form,gros [kg]\nL-1,2026-01-02,scrap,1\n")
    assert told.startswith("1:4: found column 'gros [kg]'") and "Did you mean 'gross'?" in told


def test_migrations_make_the_tables_that_the_code_speaks_of(address):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from ytterby.ledger.tables import METADATA

    book = new_book(address)
    with book.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_books_of_another_version_are_left_alone(address):
    book = new_book(address)
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    with pytest.raises(LedgerError, match="made by another version of Ytterby"):
        Book.open(address)
    with pytest.raises(LedgerError, match="expected an empty one"):
        new_book(address)


CELLS = st.one_of(
    st.text(st.characters(), max_size=12),
    st.sampled_from(
        ["1 kg", "1.2.3", "١ kg", "1e999", "-5 kg", "nan", "± %", "5 ± ± 3 kg", "1 ± x"]
    ),
)
ROWS = {
    "accounts": {"account": "new/raw"},
    "lots": {
        "lot": "L-9",
        "time": "2026-01-02",
        "form": "scrap",
        "gross [kg]": "1000 ± 1",
        "gross systematic": "1 kg",
        "gross group": "scale",
        "tare": "10 kg",
        "moisture": "1 %",
        "feed class": "mine",
        "mined": "CN, Dy: MM",
        "note": "wet",
    },
    "assays": {
        "certificate": "C-9",
        "lot": "L-1",
        "time": "2026-01-02",
        "status": "final",
        "Nd [%]": "22.5 ± 0.2",
        "Nd systematic": "0.1 %",
        "Nd group": "Lab A",
    },
    "measurements": {
        "name": "FT-9",
        "stream": "scrap",
        "start": "2026-01-01",
        "time": "2026-02-01",
        "element": "Nd",
        "share": "22 %",
        "status": "provisional",
    },
    "movements": {
        "reference": "R-9",
        "time": "2026-01-02",
        "from": "acme/supplier",
        "to": "store/raw",
        "lot": "L-1",
        "into": "L-1",
        "Nd [kg]": "5",
        "Dy": "1 g",
        "note": "by lorry",
    },
}


@pytest.mark.parametrize("table", ROWS)
def test_the_rows_that_are_spoilt_below_are_good(swift, table):
    book = new_book(str(swift / "books.db"))
    book.post(lot("L-1"), person="Anna")
    told = swift / "good.json"
    told.write_text(json.dumps({table: [ROWS[table]]}), encoding="utf-8")
    assert len(import_tables(book, [told], person="Anna").entries) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), table=st.sampled_from(sorted(ROWS)))
def test_whatever_stands_in_a_cell_the_row_is_entered_or_refused(swift, data, table):
    path = swift / "books.db"
    if not path.exists():
        new_book(str(path)).post(lot("L-1"), person="Anna")
    book = Book.open(path, clock=Clock())
    spoilt = data.draw(st.sampled_from(sorted(ROWS[table])))
    row = {**ROWS[table], spoilt: data.draw(CELLS)}
    told = swift / "any.json"
    told.write_text(json.dumps({table: [row]}), encoding="utf-8")
    try:
        import_tables(book, [told], person="Anna", dry_run=True)
    except ImportRefused as refusal:
        assert all(problem.where.startswith(f"{told}[{table}]:1") for problem in refusal.problems)
