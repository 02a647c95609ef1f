"""Files that are no plant: what is said, where it points, and that nothing else happens."""

from __future__ import annotations

import pytest
from tests.plants import EXAMPLE, STARTER

from ytterby.app.cli import status_of

BOMB = "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(30))
ORGANIC = "  organic: {extractant: P570, molarity: 1 mol/L}\n"


def edited(old: str, new: str, text: str = STARTER) -> str:
    assert text.count(old) >= 1, f"the starter plant no longer holds {old!r}"
    return text.replace(old, new, 1)


# name -> (text, place and message, part of the offending line the caret stands under)
IN_A_LINE = {
    "syntax error": (
        edited("feeds:", "feeds"),
        ":9:8: found what is not YAML: could not find expected ':'. "
        "A key ends with a colon and a space",
        "",
    ),
    "open bracket": (
        edited("remainder: inert}", "remainder: inert"),
        ":13:11: found what is not YAML: expected ',' or '}'",
        ": hard-disk",
    ),
    "tab": (edited("    is: filter", "\tis: filter"), "Indent with spaces, not tabs", ""),
    "duplicate key": (
        edited("  air: {gas: air}\n", "  air: {gas: air}\n  air: {gas: air}\n"),
        ":15:3: found the key 'air' again, expected it once; it stands on line 14",
        "air: {gas",
    ),
    "a field twice": (
        edited("    solid: scrap", "    solid: scrap\n    solid: scrap"),
        ":23:5: found the key 'solid' again, expected it once; it stands on line 22",
        "solid: scrap",
    ),
    "a list": ("- plant\n", ":1:1: found a list, expected a plant", "- plant"),
    "a word": ("plant\n", ":1:1: found 'plant', expected a plant", "plant"),
    "alias bomb": (BOMB, ":1:4: found the anchor '&a', expected plain values", "&a"),
    "alias": ("a: *a\n", ":1:4: found the alias '*a', expected it written out", "*a"),
    "tag": (
        'plant: !!python/object/apply:os.system ["id"]\n',
        ":1:8: found the tag 'tag:yaml.org,2002:python/object/apply:os.system', "
        "expected plain values",
        "!!python",
    ),
    "merge key": (
        edited("{gas: air}", "{<<: {gas: air}}"),
        ":14:9: found the merge key '<<', expected the fields written out",
        "<<",
    ),
    "two documents": (STARTER + "---\nplant: b\n", "found a second document", "---"),
    "deep nesting": ("a: " + "[" * 50 + "]" * 50, "found more than 12 levels of nesting", "["),
    "unknown section": (
        edited("outlets:", "outlet:"),
        ":41:1: found the key 'outlet', expected one of plant, note, feeds, units, outlets. "
        "Did you mean 'outlets'?",
        "outlet:",
    ),
    "unknown kind of unit": (
        edited("is: filter", "is: fliter"),
        ":34:9: unit 'residue': field 'is': found 'fliter' as the kind of unit, expected one of",
        "fliter",
    ),
    "unknown field": (
        edited("wash_ratio:", "wash_ration:"),
        ":38:5: unit 'residue': found the field 'wash_ration', expected one of slurry, wash, "
        "cake, wash_ratio",
        "wash_ration",
    ),
    "unknown stream": (
        edited("leach.slurry", "leach.slury"),
        ":35:13: unit 'residue': inlet 'slurry' names 'leach.slury', which nothing produces. "
        "Did you mean 'leach.slurry'?",
        "leach.slury",
    ),
    "unknown outlet": (
        edited("  residue.filtrate: product", "  residue.filtrat: product"),
        ":42:3: outlet 'residue.filtrat': no unit makes this stream. "
        "Did you mean 'residue.filtrate'?",
        "residue.filtrat",
    ),
    "unknown role": (
        edited("filtrate: product", "filtrate: produkt"),
        ":42:21: outlet 'residue.filtrate': found the role 'produkt', expected one of product, "
        "residue, effluent, emission. Did you mean 'product'?",
        "produkt",
    ),
    "unknown element": (
        edited("Nd: 22.8 %", "Nx: 22.8 %"),
        ":12:13: feed 'scrap': found unknown substance 'Nx', expected an element, a compound or "
        "inert. Did you mean 'Ni'?",
        "Nx",
    ),
    "unknown extractant": (
        edited("  air: {gas: air}\n", "  air: {gas: air}\n" + ORGANIC),
        ":15:25: feed 'organic': field 'extractant': found 'P570', expected one of P507",
        "P570",
    ),
    "unknown solute": (
        edited("HCl 31", "HCL 31"),
        ":16:18: feed 'acid': field 'liquid': found 'HCL 31 % w/w', expected water or a solution",
        "HCL",
    ),
    "missing field": (
        edited("    acid_dose: 1.2 # mol of acid per 3 mol of rare earth\n", ""),
        ":25:3: unit 'leach': found no 'acid_dose', which it needs: mol of acid per 3 mol of",
        "leach:",
    ),
    "missing kind": (
        edited("    is: filter\n", ""),
        ":33:3: unit 'residue': found no 'is', expected one of magnet-preparation, ",
        "residue:",
    ),
    "negative concentration": (
        edited("{gas: air}", "{liquor: {Nd: 60 g/L, Dy: -0.6 g/L}, pH: 2}"),
        ":14:34: feed 'air': field 'liquor.Dy': found '-0.6 g/L', expected at least 0 g/L",
        "-0.6 g/L",
    ),
    "negative molarity": (
        edited("{gas: air}", "{liquid: HCl -4 mol/L}"),
        ":14:17: feed 'air': field 'liquid': found '-4 mol/L', expected at least 0 mol/L",
        "HCl -4",
    ),
    "a pH that nothing has": (
        edited("{gas: air}", "{liquor: {Nd: 60 g/L}, pH: 20}"),
        ":14:35: feed 'air': field 'pH': found 20, expected a value from -2 to 14",
        "20",
    ),
    "missing section": ("plant: a\nunits: {}\n", ":1:1: found no 'feeds', which a plant needs", ""),
    "wrong dimension": (
        edited("temperature: 800 degC", "temperature: 800 kg"),
        ":24:18: unit 'roast': field 'temperature': found unit 'kg', expected a quantity in K, "
        "such as '700 degC'",
        "800 kg",
    ),
    "bare number": (
        edited("temperature: 800 degC", "temperature: 800"),
        ":24:18: unit 'roast': field 'temperature': found the bare number 800, expected a "
        "quantity in K, such as '700 degC'",
        "800",
    ),
    "unknown unit of measure": (
        edited("flow: 100 kg/h", "flow: 100 kg/hh"),
        ":10:11: feed 'scrap': field 'flow': found unknown unit 'kg/hh', expected a unit such as "
        "kg/h or mol/L. Did you mean 'kg/h'?",
        "100 kg/hh",
    ),
    "negative flow": (
        edited("flow: 100 kg/h", "flow: -100 kg/h"),
        ":10:11: feed 'scrap': field 'flow': found the negative flow '-100 kg/h', expected a flow "
        "of 0 or more",
        "-100",
    ),
    "negative number": (
        edited("acid_dose: 1.2", "acid_dose: -1.2"),
        ":30:16: unit 'leach': field 'acid_dose': found -1.2, expected a value from 0.1 to 20",
        "-1.2",
    ),
    "out of range, told in the unit written": (
        edited("temperature: 80 degC", "temperature: 500 degC"),
        ":32:18: unit 'leach': field 'temperature': found '500 degC', expected a value from "
        "0 degC to 146.85 degC",
        "500",
    ),
    "not a number": (
        edited("acid_dose: 1.2", "acid_dose: .nan"),
        ":30:16: unit 'leach': field 'acid_dose': found nan, expected a finite number",
        ".nan",
    ),
    "infinite": (
        edited("flow: 100 kg/h", "flow: 1e999 kg/h"),
        ":10:11: feed 'scrap': field 'flow': found '1e999 kg/h', expected a finite number",
        "1e999",
    ),
    "assay above 100 %": (
        edited("Nd: 22.8 %", "Nd: 62.8 %"),
        ":12:12: feed 'scrap': field 'assay': found shares that add up to 132.3 %, expected "
        "100 % at most",
        "{Nd",
    ),
    "assay without remainder": (
        edited(", remainder: inert", ""),
        ":12:12: feed 'scrap': field 'assay': found shares that add up to 92.3 %, expected 100 %, "
        "or what the rest is. Say it, such as 'remainder: inert'",
        "{Nd",
    ),
    "negative share": (
        edited("Nd: 22.8 %", "Nd: -22.8 %"),
        ":12:17: feed 'scrap': field 'assay.Nd': found '-22.8 %', expected a value from 0 % to "
        "100 %",
        "-22.8",
    ),
    "two consumers": (
        edited("wash: water", "wash: residue.filtrate").replace(
            "[residue.washings, water]", "[residue.filtrate, water]"
        ),
        ":36:11: unit 'residue': inlet 'wash' takes 'residue.filtrate', which 'leach.water' takes "
        "already; part it with a unit 'is: split' and take its outlets",
        "residue.filtrate",
    ),
    "a stream twice at one port": (
        edited("[residue.washings, water]", "[residue.washings, residue.washings]"),
        ":29:12: unit 'leach': field 'water': found the same stream twice, expected each stream "
        "once",
        "[residue",
    ),
    "a role for what stays inside": (
        edited("  residue.filtrate: product", "  residue.washings: product"),
        ":42:3: outlet 'residue.washings': 'leach.water' takes this stream, so it does not leave",
        "residue.washings",
    ),
    "a feed drawn where nothing sets it": (
        edited("solid: roast.calcine", "solid: acid"),
        ":27:12: unit 'leach': inlet 'solid' takes the feed 'acid', which has no flow, expected "
        "one with 'flow:'",
        "acid",
    ),
    "a name taken twice": (
        edited("  air: {gas: air}", "  roast: {gas: air}"),
        ":20:3: unit 'roast': a feed has the same name; give one of them another",
        "roast:",
    ),
    "a date": (
        edited("plant: starter", "plant: 2026-01-01"),
        ":5:8: found the date 2026-01-01, expected a text; put it in quotes",
        "2026",
    ),
}

WHOLE_FILE = {
    "empty": (b"", "found nothing in the file, expected a plant"),
    "only comments": (b"# nothing\n", "found nothing in the file, expected a plant"),
    "binary": (bytes(range(256)), "found binary data, expected a plant file: YAML text in UTF-8"),
    "another encoding": (
        "plant: caf\xe9\n".encode("latin1"),
        "found the byte 0xe9 on line 1, expected text in UTF-8; save the file as UTF-8",
    ),
    "10 MB": (
        b"# " + b"x" * 10_000_000,
        "found 10.0 MB, expected a plant file of at most 1 MB",
    ),
}


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Runs a plant file that must be refused and gives what was said."""
    monkeypatch.chdir(tmp_path)

    def run(text: str | bytes, *options: str) -> str:
        raw = text if isinstance(text, bytes) else text.encode()
        (tmp_path / "plant.yaml").write_bytes(raw)
        status = status_of(["run", "plant.yaml", "--report", "report.html", *options])
        out, err = capsys.readouterr()
        assert status == 2
        assert out == ""
        assert "Traceback" not in err
        assert [path.name for path in tmp_path.iterdir()] == ["plant.yaml"], "nothing is written"
        return err

    return run


@pytest.mark.parametrize("case", IN_A_LINE)
def test_an_error_says_where_what_and_what_to_do(refused, case):
    text, message, under_caret = IN_A_LINE[case]
    first, line, caret = refused(text).rstrip("\n").split("\n")
    assert first.startswith("plant.yaml:")
    assert message in first
    number = int(first.split(":")[1])
    assert line.startswith(f"{number:>5} | ")
    assert caret.strip(" |") == "^"
    assert line[caret.index("^") :].startswith(under_caret)


@pytest.mark.parametrize("case", WHOLE_FILE)
def test_a_file_that_cannot_be_a_plant_is_refused_as_a_whole(refused, case):
    raw, message = WHOLE_FILE[case]
    assert refused(raw) == f"plant.yaml: {message}\n"


def test_a_file_that_is_not_there_names_the_nearest(refused, tmp_path, capsys):
    (tmp_path / "plant.yaml").write_text(STARTER)
    assert status_of(["run", "plnt.yaml"]) == 2
    assert capsys.readouterr().err == "plnt.yaml: found no such file. Did you mean 'plant.yaml'?\n"
    assert status_of(["check", str(tmp_path)]) == 2
    assert "found no file but a folder" in capsys.readouterr().err


def test_a_terminal_stream_without_a_role_is_a_warning(tmp_path, capsys):
    (tmp_path / "plant.yaml").write_text(edited("  leach.offgas: emission\n", ""))
    assert status_of(["check", str(tmp_path / "plant.yaml")]) == 0
    assert (
        "warning: leach.offgas: leaves the plant without a role; give it one under 'outlets'"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("leach.acid_dose", "found 'leach.acid_dose', expected unit.field=value"),
        (
            "lech.acid_dose=2",
            "found no unit or feed field 'lech.acid_dose', expected unit.field. "
            "Did you mean 'leach'?",
        ),
        (
            "leach.acid_doze=2",
            "unit 'leach': found the field 'acid_doze', expected one of solid, acid, water, "
            "acid_dose, liquid_to_solid, temperature, end_pH, extent. Did you mean 'acid_dose'?",
        ),
        (
            "scrap.assay.Nd=200 %",
            "feed 'scrap': field 'assay.Nd': found '200 %', expected a value from 0 % to 100 %",
        ),
    ],
)
def test_a_wrong_change_is_told_with_the_change(refused, change, message):
    assert refused(STARTER, "--set", change) == f"--set {change}: {message}\n"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            ["dysprosium.targets.reflux=Dy purity >= 99.9999 %", "dysprosium.stages.scrubbing=1"],
            "unit 'dysprosium': beyond total reflux: impurity of Dy 1e-06 is not reached by "
            "any reflux. Try: ease the target or change the flows",
        ),
        (
            ["scrap.assay.Dy=0 %"],
            "unit 'dysprosium': the feed holds no Dy, which a target names. Try: feed it, or ask "
            "for what is there",
        ),
        (
            ["organic.extractant=D2EHPA"],
            "unit 'dysprosium': the organic holds no P507. Try: feed it, or ask for what is there",
        ),
    ],
)
def test_a_cascade_that_cannot_do_what_is_asked_says_why_at_its_line(refused, changes, reason):
    options = [option for change in changes for option in ("--set", change)]
    first, line, caret = refused(EXAMPLE, *options).rstrip("\n").split("\n")
    assert first.endswith(reason)
    assert line[caret.index("^") :] == "dysprosium:"
