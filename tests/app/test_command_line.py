"""The command line as a user types it: what is printed, what is written, and the exit status."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import jsonschema
import pytest
from ruamel.yaml import YAML
from tests.plants import EXAMPLE, EXAMPLE_FILE, STARTER

from ytterby.accounts import kinds_of
from ytterby.app import progress
from ytterby.app.changes import changed
from ytterby.app.cli import status_of
from ytterby.app.run import machine_readable
from ytterby.chemistry import NoEquilibrium
from ytterby.plant import NotConverged, Plant, PlantError, solve
from ytterby.plant.file import dump
from ytterby.plant.schema import schema


@pytest.fixture
def said(tmp_path, monkeypatch, capsys):
    """Runs a command beside the starter plant; (status, output, errors)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plant.yaml").write_text(STARTER)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = status_of(arguments)
        return status, *capsys.readouterr()

    return run


def test_run_prints_products_recoveries_reagents_and_evidence(said):
    status, out, err = said("run", "plant.yaml")
    assert status == 0
    assert err == ""
    assert "starter: converged; every element closes to 1e-" in out
    for words in ("residue.filtrate", "Of what is fed", "Drawn", "Rests on"):
        assert words in out
    shared = set(Plant.read("plant.yaml").solve().facts.values())
    assert f"Rests on {len(shared)} facts" in out


def test_run_changes_fields_first(said):
    flows = []
    for change in ("scrap.flow=100 kg/h", "scrap.flow=200 kg/h"):
        status, out, _ = said("run", "plant.yaml", "--json", "--set", change)
        assert status == 0
        flows.append(json.loads(out)["streams"]["residue.filtrate"]["kg_per_h"]["Nd"])
    assert flows[1] == pytest.approx(2 * flows[0], rel=1e-9)


def test_json_is_the_balance_and_nothing_else(said):
    status, out, _ = said("run", "plant.yaml", "--json", "--period", "8 h")
    told = json.loads(out)
    assert status == 0
    plant = Plant.read("plant.yaml")
    balance = plant.solve(period=8 * 3600)
    assert told == json.loads(json.dumps(machine_readable(balance, kinds_of(plant))))
    assert told["converged"] is True
    assert told["period_s"] == 8 * 3600
    assert abs(told["worst_closure"]["relative"]) < 1e-9


def test_report_is_written_where_asked_and_named(said, tmp_path):
    status, out, _ = said("run", "plant.yaml", "--report", "report.html")
    assert status == 0
    assert out.endswith("Report: report.html\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plant.yaml", "report.html"]
    assert "<svg" in (tmp_path / "report.html").read_text("utf-8")


def test_a_report_that_could_not_be_written_is_refused_before_the_work(said):
    status, out, err = said("run", "plant.yaml", "--report", "absent/report.html")
    assert (status, out) == (2, "")
    assert (
        err == "--report absent/report.html: found no folder 'absent', expected a file to write\n"
    )


def test_what_does_not_settle_ends_with_status_one_and_says_so_in_json(said, monkeypatch):
    monkeypatch.setattr(solve, "_MOST_STEPS", 1)
    status, out, err = said("run", "plant.yaml", "--json")
    assert status == 1
    told = json.loads(out)
    assert (told["converged"], told["unit"]) == (False, "residue")
    assert "does not settle" in told["reason"]
    assert err.startswith(
        "plant.yaml:33:3: unit 'residue': the recycle 'residue.washings' does not"
    )


def test_options_of_a_report_without_a_report_are_refused_before_the_work(said, monkeypatch):
    monkeypatch.setattr(Plant, "solve", lambda *_, **__: pytest.fail("solved"))
    for option in (("--place", "EE"), ("--law", "CN")):
        status, out, err = said("run", "plant.yaml", *option)
        assert (status, out) == (2, "")
        assert "expected --report page.html, or `ytterby accounts`" in err
    status, out, err = said("run", "plant.yaml", "--report", "a.html", "--law", "CN", "--on", "May")
    assert (status, out, err) == (2, "", "--on May: expected a day such as 2026-01-31\n")
    status, _, err = said("run", "plant.yaml", "--report", "a.html", "--law", "CN", "--route", "no")
    assert status == 2 and "direct" in err and "indirect" in err


def test_check_tells_wiring_and_loops_without_solving(said, monkeypatch):
    monkeypatch.setattr(Plant, "solve", lambda *_, **__: pytest.fail("solved"))
    status, out, _ = said("check", "plant.yaml")
    assert status == 0
    assert "starter: 4 feeds, 3 units, 4 ways out" in out
    assert "Loops are closed at: residue.washings" in out
    assert "Nothing to remark." in out


def test_check_tells_of_a_target_on_what_no_feed_brings(said, tmp_path):
    text = EXAMPLE_FILE.read_text(encoding="utf-8").replace(
        "Dy purity >= 99.5 %", "Tb purity >= 99.5 %"
    )
    (tmp_path / "terbium.yaml").write_text(text, encoding="utf-8")
    status, out, _ = said("check", str(tmp_path / "terbium.yaml"))
    assert status == 2
    assert "error: dysprosium: a target names Tb, which no feed brings" in out
    status, _, err = said("run", str(tmp_path / "terbium.yaml"))
    assert status == 2 and "the feed holds no Tb" in err


def test_a_field_or_a_target_is_left_out_by_none():
    plant = Plant.read(EXAMPLE_FILE)
    flows = ("dysprosium.targets.reflux=none", "dysprosium.flows.reflux=10 %")
    for order in (flows, flows[::-1]):
        given = changed(plant, order)
        cascade = given.to_tree()["units"]["dysprosium"]
        assert set(cascade["targets"]) == {"organic", "strip"}
        assert cascade["flows"] == {"reflux": pytest.approx(0.1)}
    assert "Ni" not in changed(plant, ("scrap.assay.Ni=none",)).to_tree()["feeds"]["scrap"]["assay"]
    assert plant == Plant.read(EXAMPLE_FILE) == changed(plant, ())
    assert "# the loop is just a name" in dump(given)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["leach.solid=none"], "--set leach.solid=none: unit 'leach': found no 'solid', which it"),
        (["leach.end_pH=none"], "found nothing at 'leach.end_pH' to leave out, expected one of is"),
        (["dysprosium.targets.refux=none"], "organic, reflux, strip. Did you mean 'reflux'?"),
        (["dysprosium.targets.reflux=none"], "found neither a target nor a flow for 'reflux'"),
        (["dysprosium.flows.reflux=none"], "found nothing at 'dysprosium.flows.reflux'"),
        (["leach=none"], "found the whole of 'leach', expected a field of it"),
        (["lech.end_pH=none"], "expected unit.field. Did you mean 'leach'?"),
        (["leach.acid_dose=1.3", "leach.acid_dse=2"], "--set leach.acid_dse=2: unit 'leach'"),
    ],
)
def test_what_cannot_be_left_out_is_told(changes, message):
    with pytest.raises(PlantError) as told:
        changed(Plant.read(EXAMPLE_FILE), tuple(changes))
    assert message in str(told.value)


def test_explain_tells_ports_fields_limits_and_the_facts_behind(said):
    status, out, _ = said("explain", "filter")
    assert status == 0
    for words in ("slurry", "filtrate", "wash_ratio", "(required)", "filtration.", "["):
        assert words in out
    assert "leach.hcl.extent.oxide" in said("explain", "leach.hcl.extent.oxide")[1]
    status, _, err = said("explain", "filtr")
    assert status == 2
    assert err == "no unit operation or fact is called 'filtr'. Did you mean 'filter'?\n"


def test_facts_are_found_by_words_and_by_class(said):
    status, out, _ = said("facts", "p507", "dy")
    assert status == 0
    assert "p507.log-k.Dy" in out
    found = json.loads(said("facts", "--class", "reference", "--json")[1])
    assert found
    assert {fact["class"] for fact in found} == {"reference"}
    assert all(fact["source"] for fact in found)
    assert said("facts", "--class", "hearsay")[0] == 2
    status, out, err = said("facts", "phlogiston")
    assert (status, out) == (2, "")
    assert err == "no fact holds all of 'phlogiston'; ask with fewer words\n"


def test_what_nothing_is_called_is_answered_with_the_kinds_of_units(said):
    status, _, err = said("explain", "zzz")
    assert status == 2
    assert "Unit operations: " in err and ", acid-leach, " in err


def test_the_schema_takes_the_plants_that_the_reader_takes(said):
    status, out, _ = said("schema")
    assert status == 0
    validator = jsonschema.Draft202012Validator(json.loads(out))
    validator.check_schema(schema())
    for text in (EXAMPLE, STARTER):
        tree = YAML(typ="safe", pure=True).load(text)
        assert list(validator.iter_errors(tree)) == []
    for old, new in (
        ("is: filter", "is: fliter"),
        ("wash_ratio: 2", "wash_ration: 2"),
        ("temperature: 800 degC", "temperature: 800"),
        ("residue.cake: residue", "residue.cake: rubbish"),
        ("    slurry: leach.slurry\n", ""),
    ):
        tree = YAML(typ="safe", pure=True).load(STARTER.replace(old, new))
        assert list(validator.iter_errors(tree)), new


def test_new_writes_a_plant_that_runs_and_spares_what_is_there(said, tmp_path):
    status, out, _ = said("new", "mine.yaml")
    assert (status, out) == (0, "Wrote mine.yaml. Next: ytterby run mine.yaml\n")
    assert (tmp_path / "mine.yaml").read_text() == STARTER
    (tmp_path / "mine.yaml").write_text("mine")
    status, _, err = said("new", "mine.yaml")
    assert (status, err) == (
        2,
        "mine.yaml: found a file or folder there, expected a name that is free\n",
    )
    assert (tmp_path / "mine.yaml").read_text() == "mine"


def test_a_slip_of_the_command_names_the_right_one(said):
    for arguments, words in ((["rnu"], "'run'"), (["run", "plant.yaml", "--jsn"], "--json")):
        status, out, err = said(*arguments)
        assert (status, out) == (2, "")
        assert "Did you mean" in err.replace('"', "'")
        assert words in err.replace('"', "'")


def test_help_loads_no_numerical_library():
    """Help within half a second: nothing that computes may be imported for it."""
    code = (
        "import sys\nfrom ytterby.app.cli import status_of\nstatus = status_of(['--help'])\n"
        "heavy = {'numpy', 'numba', 'scipy', 'pandas', 'pint', 'ruamel', 'plotly'}\n"
        "sys.exit(status or ','.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for command in ("run", "check", "explain", "facts", "schema", "new"):
        assert command in done.stdout


def test_a_liquor_without_an_equilibrium_is_told_of_at_its_unit(said, monkeypatch):
    """One in thousands of random liquors; which one, nobody knows beforehand: the search gives up
    here whatever the liquor."""

    def lost(*_: object) -> None:
        raise NoEquilibrium("no equilibrium of the solution with its solids was found")

    monkeypatch.setattr("ytterby.units.filter.equilibrate", lost)
    status, out, err = said("run", "plant.yaml")
    assert (status, out) == (1, "")
    assert "unit 'residue': no equilibrium of the solution with its solids was found, p[H]" in err
    assert "Try: move its dose or pH by a thousandth" in err
    assert err.startswith("plant.yaml:33:3: ")


def test_the_command_line_runs_as_a_module_too():
    """Where the script `ytterby` is not on the path."""
    line = [sys.executable, "-m", "ytterby.app.cli", "facts", "p507.dimer-order"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of " in done.stdout


def test_a_run_into_a_closed_pipe_is_quiet():
    code = "from ytterby.app.cli import main; main(['facts'])"
    done = subprocess.run(
        f'{sys.executable} -c "{code}" | head -1',
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""


@pytest.mark.parametrize(("waited", "shown"), [(0.0, True), (1e9, False)])
def test_progress_is_shown_to_people_who_wait(monkeypatch, waited, shown):
    controller, terminal = pty.openpty()
    with os.fdopen(terminal, "w") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        monkeypatch.setattr(progress, "PATIENCE", waited)
        monkeypatch.setenv("TERM", "xterm")
        with progress.progress() as tick:
            assert tick is not None
            tick("step 0: loops close to 1e-3")
        stderr.flush()
        os.write(terminal, b"END")
        told = ""
        while "END" not in told:
            told += os.read(controller, 100_000).decode()
    os.close(controller)
    assert ("step 0" in told) is shown


def test_progress_is_not_shown_to_a_file(said):
    with progress.progress() as tick:
        assert tick is None
    assert said("run", "plant.yaml")[2] == ""


def test_compilation_is_announced_where_nothing_is_compiled_yet(tmp_path, capsys, monkeypatch):
    for part in ("chemistry", "separation"):
        (tmp_path / part / "__pycache__").mkdir(parents=True)
    assert not progress.compiled(tmp_path)
    (tmp_path / "chemistry" / "__pycache__" / "kernel.nbi").touch()
    assert not progress.compiled(tmp_path)
    (tmp_path / "separation" / "__pycache__" / "kernel.nbi").touch()
    assert progress.compiled(tmp_path)
    monkeypatch.setattr(progress, "compiled", lambda: False)
    progress.announce_compilation()
    assert capsys.readouterr().err.startswith("Compiling the numerical kernels, once")


def test_the_example_of_the_readme_runs_as_it_stands(capsys):
    assert status_of(["run", str(EXAMPLE_FILE)]) == 0
    out = capsys.readouterr().out
    readme = (EXAMPLE_FILE.parents[2] / "README.md").read_text("utf-8")
    shown = readme.split("```text\n")[1].split("```")[0]
    for line in shown.splitlines():
        assert " ".join(line.split()) in " ".join(out.split()), line


def test_not_converged_names_unit_reason_and_what_to_try():
    error = NotConverged("leach", "the recycle does not settle", "a larger bleed")
    assert str(error) == "unit 'leach': the recycle does not settle. Try: a larger bleed"
