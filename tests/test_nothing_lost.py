"""What a spider read is recorded, or somebody is told: no measure is lost without a word.

A crawl child is made to fail by a `sitecustomize` module on the path of that one
process, as in test_faults.py.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer

from pipelines.lexicon import stem
from tests.recordings import Bill, pack_virginia
from tests.running import ROOT, json_lines, measurewatch

BILLS = [Bill(f"HB{number}") for number in range(1, 8)]
SABOTAGE = """\
import sys

if "monitor.crawling" in sys.orig_argv:
    import monitor.recording
    import pipelines.stages

    {body}
"""
A_STAGE_FAILS = """
    work = pipelines.stages.FetchDocuments.process_item

    async def process_item(self, item):
        if getattr(item, "identifier", "") == "HB5":
            raise IndexError("string index out of range")
        return await work(self, item)

    pipelines.stages.FetchDocuments.process_item = process_item
"""
NOBODY_SAYS_ANYTHING = """
    submit = monitor.recording.Writer.submit

    def forgetful(self, observation, fetches, *, wait):
        if observation.measure.identifier == "HB5":
            return True
        return submit(self, observation, fetches, wait=wait)

    monitor.recording.Writer.submit = forgetful
"""
A_LIST_IS_FORGOTTEN = """
    monitor.recording.Writer.listing = lambda self, source, listing: None
"""


@pytest.fixture
def crawl(tmp_path):
    """Crawl seven bills in a child that is sabotaged; gives the line, its end and the bills kept."""
    recording = pack_virginia(tmp_path / "a.warc.gz", "2026-02-01T12:00:00Z", BILLS)

    def run(body=""):
        folder = tmp_path / "sabotage"
        folder.mkdir()
        if body:
            text = SABOTAGE.format(body=body.strip())
            (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
        path = os.pathsep.join((str(folder), str(ROOT)))
        done = measurewatch(
            "crawl", "virginia", "--replay", str(recording), "--json", cwd=tmp_path, PYTHONPATH=path
        )
        kept = {row["identifier"] for row in json_lines("measures", cwd=tmp_path)}
        return json.loads(done.stdout), done, kept

    return run


@pytest.mark.faults
def test_a_crawl_that_loses_nothing_says_nothing(crawl):
    """Seven bills and a list were read, and seven bills and a list are recorded."""
    line, done, kept = crawl()
    assert (line["state"], line["found"], line["failed"]) == ("ok", 7, 0)
    assert (done.returncode, len(kept)) == (0, 7)


@pytest.mark.faults
def test_a_measure_that_a_stage_cannot_bear_is_counted_and_named(crawl):
    """The others are recorded, the exit code is 1, and the note says which and why."""
    line, done, kept = crawl(A_STAGE_FAILS)
    assert (line["state"], line["found"], line["failed"]) == ("ok", 6, 1)
    assert "row: HB5: IndexError: string index out of range" in line["notes"]
    assert (done.returncode, kept) == (1, {bill.number for bill in BILLS} - {"HB5"})
    assert "never retrieved" not in done.stderr


@pytest.mark.faults
@pytest.mark.parametrize(
    ("body", "recorded"),
    [(NOBODY_SAYS_ANYTHING, 6), (A_LIST_IS_FORGOTTEN, 7)],
    ids=["a measure", "a list"],
)
def test_what_is_lost_without_a_word_makes_the_source_failing(crawl, tmp_path, body, recorded):
    """The crawl counts what went in and what came out, whatever happened in between."""
    line, done, kept = crawl(body)
    assert (line["state"], line["found"], line["failed"]) == ("failing", recorded, 1)
    assert line["notes"][0] == "failing: 8 items were read, but 7 were recorded or failed"
    assert (done.returncode, len(kept)) == (1, recorded)
    health = json.loads(measurewatch("sources", "health", "--json", cwd=tmp_path).stdout)
    assert health["state"] == "failing"


def test_words_are_stemmed_rightly_by_threads_side_by_side():
    """The crawl's stages and its writer stem at the same time; a shared stemmer mixes their words."""
    words = [f"{head}{tail}" for head in HEADS for tail in TAILS]
    alone = snowballstemmer.stemmer("english")
    expected = [alone.stemWord(word) for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for _ in range(3):
                stem.cache_clear()
                orders = [words, words[::-1], words[1::2] + words[::2], words[::2] + words[1::2]]
                for order, found in zip(
                    orders, threads.map(lambda order: [*map(stem, order)], orders), strict=True
                ):
                    assert dict(zip(order, found, strict=True)) == dict(
                        zip(words, expected, strict=True)
                    )
    finally:
        sys.setswitchinterval(before)
        stem.cache_clear()


HEADS = (
    "deport", "enforc", "immigra", "author", "nation", "regul", "generat", "communic", "organ",
    "sherif", "detain", "commun", "arsen", "inter", "univers", "general", "hous", "polic",
)  # fmt: skip
TAILS = (
    "e", "es", "ed", "ing", "ingly", "ation", "ational", "ations", "izer", "ization", "iveness",
    "fulness", "ousness", "ality", "ement", "ments", "'s", "ically", "able", "ances",
)  # fmt: skip
