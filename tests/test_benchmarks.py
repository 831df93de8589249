"""The benchmarks run, and what the docs show of them is what they measured."""

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from benchmarks.kit import tables
from benchmarks.kit.record import LATEST, record, row
from benchmarks.kit.timing import in_turn, surroundings

ROOT = Path(__file__).parent.parent
KEYS = {"stage", "ours", "reference", "reference_name", "ratio", "limit", "unit", "runs"}
STAGES = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py"))
READS_RECORDINGS = {"ice_history"}  # measures nothing; tests/test_ice_287g.py runs what it prints
LONG = {"recheck"}  # ten crawls, each some processes; it is tested below without them


def small(stage, folder):
    """Run a stage small, and return the rows it kept."""
    kept = folder / "latest.json"
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{stage}", "--small", "--keep", str(kept)],
        cwd=ROOT, env=surroundings(), capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(kept.read_text(encoding="utf-8"))


@pytest.mark.parametrize("stage", [name for name in STAGES if name not in READS_RECORDINGS | LONG])
def test_each_stage_writes_rows_of_the_agreed_shape(stage, tmp_path):
    """A stage runs alone, in small, and keeps rows that say all that is wanted of them."""
    rows = small(stage, tmp_path)
    assert rows
    for one in rows:
        assert set(one) == KEYS
        # Of so short a run the difference of two may be below nothing.
        assert all(isinstance(one[name], int | float) for name in ("ours", "reference", "ratio"))
        assert one["runs"] == 1


@pytest.mark.parametrize("stage", ["topics", "change"])
def test_figures_of_made_up_data_are_written_nowhere(stage, tmp_path, monkeypatch, capsys):
    """A run without recordings, or a small one, says so and leaves what was measured as it is."""
    module = importlib.import_module(f"benchmarks.{stage}")
    tracked = tmp_path / "latest.json"
    monkeypatch.setattr("benchmarks.kit.record.LATEST", tracked)
    monkeypatch.setattr(module, "PAGE", tmp_path / "page.md")
    monkeypatch.delenv("MEASUREWATCH_CORPUS", raising=False)
    monkeypatch.setattr(sys, "argv", [stage])
    assert module.main() == 0
    said = capsys.readouterr().err
    assert said.startswith("MEASUREWATCH_CORPUS is not set: ")
    assert said.endswith("; nothing is written.\n")
    monkeypatch.setattr(sys, "argv", [stage, "--small"])
    assert module.main() == 0
    said = capsys.readouterr().err
    assert said.startswith("A small run: ")
    assert said.endswith("; nothing is written.\n")
    assert list(tmp_path.iterdir()) == []
    named = tmp_path / "named.json"
    monkeypatch.setattr(sys, "argv", [stage, "--keep", str(named)])
    assert module.main() == 0
    assert capsys.readouterr().err.endswith(f"; only {named} is written.\n")
    assert not tracked.exists()
    assert json.loads(named.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "stage", ["topics", "change", "sections", "text_quality", "ocr", "pdf_text"]
)
def test_a_folder_of_recordings_that_is_not_there_is_an_error(stage, tmp_path):
    """It was meant to be read: the run ends with what to set, and measures nothing."""
    missing = tmp_path / "corpus"
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{stage}", "--keep", str(tmp_path / "latest.json")],
        cwd=ROOT, env=surroundings() | {"MEASUREWATCH_CORPUS": str(missing)},
        capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"There is no folder {missing}. Set MEASUREWATCH_CORPUS to" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_recheck_is_held_against_fetching_all_again(tmp_path, monkeypatch):
    """The recheck's rows count what the site sent, and a crawl that asks for less than all fails."""
    from benchmarks import recheck
    from benchmarks.kit import product
    from benchmarks.kit.timing import Cost

    seen, costs = {}, {True: 0.5, False: 0.1}

    def crawl(home, texts):
        """What the product does, as the server sees it; a text that is sent costs five times."""
        known = seen.setdefault(home, {})
        url = json.loads((home / "measurewatch-home" / "watchlist.yaml").read_text())["sources"][
            "orders"]["cascadia"]["index"].removesuffix("/bills")  # fmt: skip
        sent = 0
        for number in range(1, texts + 1):
            address = f"{url}/texts/{number}.pdf"
            headers = {"If-None-Match": known[number]} if number in known else {}
            sent += status_of(Request(address, headers=headers)) == 200
            known[number] = f'"text-{number}"'
        return Cost(1.0, costs[True] * sent + costs[False] * (texts - sent))

    kept = tmp_path / "latest.json"
    monkeypatch.setattr(product, "crawl", crawl)
    monkeypatch.setattr(sys, "argv", ["recheck", "--small", "--keep", str(kept)])
    recheck.main()
    rows = json.loads(kept.read_text(encoding="utf-8"))
    cpu = {one["reference_name"]: one for one in rows if one["stage"].endswith("CPU")}
    assert set(cpu) == {"full refetch", "full refetch, texts known"}
    assert all((one["ours"], one["ratio"]) == (100, 5) for one in cpu.values())
    assert all(one["ratio"] > 50 for one in rows if "sent by" in one["stage"])

    monkeypatch.setattr(product, "crawl", lambda _home, _texts: Cost(1.0, 1.0))
    with pytest.raises(RuntimeError, match=r"of \d+ texts"):
        recheck.main()


def test_the_server_says_what_it_was_asked_and_knows_its_texts():
    """A text is not sent again to one that has it; a forgetful server sends it all the same."""
    from benchmarks.kit.site import PAGE_BYTES, serving

    for forgetful, expected in ((False, 304), (True, 200)):
        with serving(2, texts=True, forgetful=forgetful) as site:
            with urlopen(f"{site.url}/bills/1") as page:
                assert len(page.read()) >= PAGE_BYTES
            with urlopen(f"{site.url}/texts/2.pdf") as text:
                assert text.read().startswith(b"%PDF-")
                tag = text.headers["ETag"]
            again = Request(f"{site.url}/texts/2.pdf", headers={"If-None-Match": tag})
            assert status_of(again) == expected
            counts = site.counts()
            assert (counts.requests, counts.texts, counts.not_modified) == (3, 2, not forgetful)
            assert counts.bytes > PAGE_BYTES
            assert site.counts().requests == 0


def status_of(request):
    try:
        with urlopen(request) as answer:
            return answer.status
    except HTTPError as error:
        with error:
            return error.code


def test_ratios_say_how_many_times_better_ours_is():
    """The ratio is the median of the ratios of the runs, and less is better where that is said."""
    pairs = [(2.0, 1.0), (9.0, 3.0), (4.0, 4.0)]
    more = row("a", pairs, reference_name="b", limit=1, unit="pages/s")
    less = row("a", pairs, reference_name="b", limit=1, unit="ms", lower_is_better=True)
    assert (more["ours"], more["reference"], more["ratio"]) == (4, 3, 2)
    assert (more["lowest"], more["highest"], more["runs"]) == (1, 3, 3)
    assert less["ratio"] == 0.5


def test_who_goes_first_alternates():
    """Each run measures all, in one order and then in the other."""
    asked = []
    found = in_turn(lambda: asked.append("a") or 1, lambda: asked.append("b") or 2, runs=2)
    assert found == [(1, 2), (1, 2)]
    assert asked == ["b", "a", "a", "b"]


def test_rows_take_the_place_of_those_measured_before(tmp_path):
    """Another run replaces its own rows and keeps those of other stages."""
    file = tmp_path / "results" / "latest.json"
    for stage, ours in (("one", 1.0), ("two", 1.0), ("one", 3.0)):
        record([row(stage, [(ours, 1.0)], reference_name="b", limit=None, unit="s")], file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert [(one["stage"], one["ours"]) for one in kept] == [("one", 3.0), ("two", 1.0)]
    [first, _] = tables.read(file)
    assert first["highest"] == 3.0
    assert re.fullmatch(r"\d+ cores? of .+, Python 3\.\d+\.\d+", first["machine"])


def test_the_docs_show_what_was_measured():
    """The tables of the docs are those that latest.json gives: no figure is written by hand."""
    for path, text in tables.pages().items():
        assert path.read_text(encoding="utf-8") == text, "run: python -m benchmarks.kit.tables"


def test_what_is_kept_is_of_the_agreed_shape():
    """latest.json is a list of rows with the keys of DESIGN section 10, each stage once a reference."""
    rows = json.loads(LATEST.read_text(encoding="utf-8"))
    assert all(set(one) == KEYS for one in rows)
    assert len({(one["stage"], one["reference_name"]) for one in rows}) == len(rows)


def test_every_stage_is_explained():
    """`start.py bench --help` shows each script's first line, and docs/speed.md names each."""
    page = (ROOT / "docs" / "speed.md").read_text(encoding="utf-8")
    for stage in STAGES:
        tree = ast.parse((ROOT / "benchmarks" / f"{stage}.py").read_text(encoding="utf-8"))
        assert (ast.get_docstring(tree) or "").strip()
        assert f"**{stage}**" in page
