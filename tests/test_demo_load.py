"""The load generator: any number of synthetic measures, the same for the same seed."""

import tracemalloc
from collections import Counter

import pypdfium2
import pytest

from config.topics import load_pack
from config.vocabulary import ChangeKind
from config.watchlist import load_watchlist
from monitor.demo.load import A_PAGE, LoadGovernment
from monitor.demo.quick_pdf import quick_pdf
from monitor.demo.sites import Asked
from monitor.demo.synthetic import Jurisdiction
from pipelines.match import compile_topics, find_matches
from pipelines.texts import Extracted, Page
from tests.running import json_lines, measurewatch
from tests.test_demo_government import get, pdf_text


def everything(load, day):
    """All that a load publishes on a day, by path."""
    found = {}
    for home in load.jurisdictions:
        for number in range(1, home.count_on(day) + 1):
            measure = home.measure(number, day)
            paths = [f"/{home.name}/text/{number}-{k}.x" for k in range(measure.version + 1)]
            if not home.orders:
                paths.append(f"/{home.name}/bill/{number}")
            for path in paths:
                found[path] = load.answer(Asked(path, day, 0)).body
    return found


class TestDeterminism:
    def test_the_same_seed_gives_the_same_bytes(self):
        """Two loads of one seed serve the same pages and files on every day."""
        for day in (0, 30):
            one, other = (everything(LoadGovernment(24, 4, 7), day) for _ in range(2))
            assert one == other

    def test_another_seed_gives_other_measures(self):
        """A seed changes the words, not the number of measures."""
        one, other = (everything(LoadGovernment(24, 4, seed), 0) for seed in (7, 8))
        assert one.keys() == other.keys()
        assert all(one[path] != other[path] for path in one)

    def test_what_a_day_changes_is_what_it_says_it_changes(self):
        """A page or file differs from the day before only for the measures of `changes`."""
        load = LoadGovernment(400, 4, 5)
        for day in (1, 2, 3):
            before, after = everything(load, day - 1), everything(load, day)
            differing = {
                (path.split("/")[1], path.split("/")[3].partition("-")[0].partition(".")[0])
                for path in after
                if before.get(path) != after[path]
            }
            told = {(home.name, str(measure.number)) for home, measure, _ in load.changes(day)}
            assert differing == told
            assert told

    def test_rates_are_those_of_a_busy_session(self):
        """Over a month every kind of change occurs, amendments and actions in their share."""
        load = LoadGovernment(1000, 10, 1)
        kinds = Counter(kind for day in range(1, 31) for _, _, kind in load.changes(day))
        assert set(kinds) == {
            ChangeKind.NEW, ChangeKind.ACTION, ChangeKind.AMENDED, ChangeKind.TITLE
        }  # fmt: skip
        assert 90 < kinds[ChangeKind.NEW] < 150
        assert 180 < kinds[ChangeKind.AMENDED] < 300
        assert 300 < kinds[ChangeKind.ACTION] < 600

    def test_new_measures_do_not_all_come_on_one_day(self):
        """Jurisdictions of the same size get their new measures at different times."""
        days = {
            next(day for day in range(400) if Jurisdiction(number, 10, 1).count_on(day) > 10)
            for number in range(20)
        }
        assert len(days) > 10


class TestTexts:
    @pytest.mark.parametrize("topic", ["287g", "masks", "city-property"])
    def test_measures_about_a_topic_match_it(self, topic):
        """Texts made to speak of a topic are found by its pack."""
        home = Jurisdiction(0, 400, 3)
        about = [one for n in range(1, 401) if (one := home.measure(n, 0)).topic == topic]
        matcher = compile_topics([load_pack(topic)])
        assert len(about) >= 4
        for measure in about:
            text = "\n\n".join(measure.text(0))
            page = Page(number=1, start=0, text=text, method="plain")
            read = Extracted(media_type="text/plain", method="plain", pages=(page,))
            assert find_matches(matcher, read), text

    def test_other_measures_match_nothing(self):
        """Ordinary law does not set off a topic, ice rinks included."""
        home = Jurisdiction(0, 120, 3)
        matcher = compile_topics([load_pack(name) for name in ("287g", "masks", "city-property")])
        for number in range(1, 121):
            measure = home.measure(number, 0)
            if measure.topic:
                continue
            text = "\n\n".join([measure.brief, *measure.text(0)])
            page = Page(number=1, start=0, text=text, method="plain")
            read = Extracted(media_type="text/plain", method="plain", pages=(page,))
            assert not find_matches(matcher, read), text

    def test_an_amendment_says_something_else(self):
        """Each version of a measure has words of its own."""
        measure = Jurisdiction(0, 10, 3).measure(4, 0)
        texts = ["\n".join(measure.text(version)) for version in range(4)]
        assert len(set(texts)) == 4

    def test_quick_pdfs_are_read_as_they_were_written(self):
        """The file opens, its pages hold every word, and its table of places is right."""
        words = [
            f"Section {n}. The clerk shall keep (all) \\records\\ of § {n}." for n in range(60)
        ]
        body = quick_pdf("CB 1", words)
        document = pypdfium2.PdfDocument(body)
        assert len(document) > 3
        document.close()
        text = pdf_text(body)
        for section in words:
            assert all(word in text for word in section.split())
        assert body == quick_pdf("CB 1", words)
        at = int(body.rsplit(b"startxref\n", 1)[1].split()[0])
        assert body[at:].startswith(b"xref\n")


class TestServing:
    def test_every_jurisdiction_is_a_source_on_shared_hosts(self, tmp_path):
        """The watchlist names each one; they share four hosts, so they make four groups."""
        from monitor.crawls import groups_of

        with LoadGovernment(60, 12, 1) as load:
            (tmp_path / "watchlist.yaml").write_text(load.watchlist(), encoding="utf-8")
            watchlist = load_watchlist(tmp_path / "watchlist.yaml")
            assert {spec.name for spec in watchlist.sources} == set(load.urls)
            assert {spec.kind for spec in watchlist.sources} == {"bills", "orders"}
            assert [len(members) for _, members in groups_of(watchlist.sources)] == [3, 3, 3, 3]
            for spec in watchlist.sources:
                assert get(spec.parameters["index"]).status == 200

    def test_lists_are_paged_and_count_themselves(self):
        """A long list goes on to the next page; the pages together hold all."""
        with LoadGovernment(A_PAGE + 30, 1, 1) as load:
            url = f"{load.urls['load-0000']}/bills"
            pages = [get(f"{url}?page={number}").body.decode() for number in (1, 2)]
        assert [page.count('class="row"') for page in pages] == [A_PAGE, 30]
        assert ['class="next"' in page for page in pages] == [True, False]
        assert f"{A_PAGE + 30} listed" in pages[0]

    def test_what_is_not_there_yet_is_404(self):
        """Measures of later days, versions not written yet and strangers are not found."""
        with LoadGovernment(10, 1, 1) as load:
            url = load.urls["load-0000"]
            for path in ("/bill/11", "/text/1-9.pdf", "/bill/x", "/nothing"):
                assert get(url + path).status == 404
            assert get(url.rsplit("/", 1)[0] + "/load-9999/bills").status == 404

    def test_files_have_validators(self):
        """A text that has not changed is not sent again."""
        with LoadGovernment(10, 1, 1) as load:
            text = f"{load.urls['load-0000']}/text/1-0.pdf"
            tag = get(text).headers["ETag"]
            load.set_day(1)
            assert get(text, **{"If-None-Match": tag}).status == 304
            assert load.visits == {200: 1, 304: 1}

    def test_a_load_of_any_size_needs_the_memory_of_one(self):
        """A million measures are as small as ten until they are asked for."""
        tracemalloc.start()
        try:
            load = LoadGovernment(1_000_000, 10, 1)
            for number in range(1, 60):
                load.answer(Asked(f"/load-0000/bill/{number * 1000}", 30, 0))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert most < 20 << 20

    def test_impossible_loads_are_refused(self):
        """Fewer measures than jurisdictions, or a day before the first, is an error."""
        with pytest.raises(ValueError, match="at least one measure"):
            LoadGovernment(3, 4)
        with pytest.raises(ValueError, match="begins with day 0"):
            LoadGovernment(4, 4).set_day(-1)


class TestCommand:
    def test_a_small_load_is_crawled_and_found_right(self, tmp_path):
        """Each day tells what it found and cost; new and changed are exactly what happened."""
        days = json_lines(
            "demo", "--measures", "80", "--jurisdictions", "4", "--days", "2", "--seed", "3",
            cwd=tmp_path,
        )  # fmt: skip
        assert [day["right"] for day in days] == [True, True]
        first, second = days
        assert (first["found"], first["new"], first["changed"]) == (80, 80, 0)
        assert first["documents"] == 80
        with LoadGovernment(80, 4, 3) as load:
            told = Counter(kind is ChangeKind.NEW for _, _, kind in load.changes(1))
        assert (second["new"], second["changed"]) == (told[True], told[False])
        assert second["not_modified"] > 60
        assert second["visits_per_second"] > 0
        home = str(tmp_path / "measurewatch-demo" / "home")
        changes = json_lines("--home", home, "changes", cwd=tmp_path)
        assert len(changes) == sum(told.values())

    def test_story_and_load_do_not_mix(self, tmp_path):
        """Options of the one are refused with the other, and so is an impossible load."""
        for arguments in (["--serve"], ["--day", "3"], ["--port", "9000"]):
            result = measurewatch("demo", "--measures", "10", *arguments, cwd=tmp_path)
            assert result.returncode == 2
            assert "belong to the story" in result.stderr
        result = measurewatch("demo", "--measures", "3", "--jurisdictions", "4", cwd=tmp_path)
        assert result.returncode == 2
        assert "at least as many --measures" in result.stderr
        assert list(tmp_path.iterdir()) == []
