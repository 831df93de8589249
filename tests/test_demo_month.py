"""The month itself, lived once by the real thing: everything that had to be told was, nothing else."""

import io
import json
import re
from collections import Counter
from contextlib import redirect_stdout

import pytest
from click.testing import CliRunner
from rich.console import Console

from monitor.app import UsageError, build
from monitor.cli.output import Output
from monitor.cli.root import root
from monitor.demo import month as demo_month
from monitor.demo.expected import EXPECTED
from monitor.demo.government import Government
from monitor.demo.month import claimed, live, prepare
from monitor.demo.run import examples
from monitor.demo.showing import ROOMY, said, table_of, tell
from monitor.demo.story import DAYS
from tests.running import json_lines

# One worker lives the month, for all of these.
pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("month")]


@pytest.fixture(scope="module")
def government(tmp_path_factory):
    """The governments on free ports, on the first day."""
    with Government() as running:
        yield running


@pytest.fixture(scope="module")
def month(government, tmp_path_factory):
    """The whole month, crawled a day at a time."""
    return live(tmp_path_factory.mktemp("month") / "demo", government)


@pytest.fixture(scope="module")
def home(month):
    """The home that the month leaves, as options of a command."""
    return ["--home", str(month.folder / "home")]


@pytest.fixture(scope="module")
def screen(month):
    """What the demo shows at its end."""
    written = io.StringIO()
    with redirect_stdout(written):
        tell(Output(as_json=False, quiet=False, verbose=0), month)
    return written.getvalue()


class TestStory:
    @pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: DAYS[expected.day].date)
    def test_a_day_is_told_exactly(self, month, expected):
        """Each change of the story is recorded once, with its topics, and no other is."""
        day = month.days[expected.day]
        found = sorted((row["measure"]["identifier"], row["kind"]) for row in day.rows)
        assert found == sorted((told.identifier, told.kind) for told in expected.told)
        for told in expected.told:
            topics = day.found[told.identifier, told.kind]
            assert set(told.topics) <= topics, told
            assert bool(told.topics) == bool(topics), told

    @pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: DAYS[expected.day].date)
    def test_a_day_leaves_untold_what_is_no_news(self, month, expected):
        """What the story says must not be told is in no change that is not expected, or in no alert."""
        day = month.days[expected.day]
        for untold in expected.untold:
            rows = [row for row in day.rows if row["measure"]["identifier"] in untold.identifiers]
            if untold.change:
                assert rows == []
            assert all(row["topics"] == [] for row in rows)

    def test_sources_are_well_but_on_their_bad_days(self, month):
        """Each failure is told of its source on its day, and gone on the next."""
        assert [day.ill for day in month.days] == [dict(day.states) for day in EXPECTED]

    def test_the_month_is_right(self, month):
        """The demo's own judgement agrees."""
        assert month.right

    def test_a_day_that_differs_is_not_right(self, month):
        """A missing change, one too many, one twice, or a source that is not well is noticed."""
        day = month.days[1]
        for wrong in (
            demo_month.Lived(1, day.rows[1:], day.states),
            demo_month.Lived(1, (*day.rows, month.days[2].rows[0]), day.states),
            demo_month.Lived(1, (*day.rows, day.rows[0]), day.states),
            demo_month.Lived(1, day.rows, {**day.states, "cascadia": "failing"}),
        ):
            assert not wrong.right
        assert day.right


class TestRecord:
    def test_the_baseline_is_quiet(self, month):
        """Nothing is told on the first day, whatever there is."""
        assert month.days[0].rows == ()

    def test_the_scanned_order_is_read_as_a_picture(self, month, home):
        """On the day it appears its alert shows the passage that only its picture has."""
        told = next(
            page.read_text(encoding="utf-8")
            for page in month.mails
            if "Executive Order 2026-07" in page.read_text(encoding="utf-8")
        )
        assert "Topic" in told or "Masks" in told
        assert re.search(r"page 1\b", told), told
        assert not re.search(r"not (be )?read", told), told

    def test_the_typed_text_of_a_scan_is_one_version_with_it(self, home, tmp_path):
        """When a typed file takes the scan's place the version is one still, and is found."""
        [found] = json_lines(*home, "show", "Executive Order 2026-07", cwd=tmp_path)
        assert [version["state"] for version in found["versions"]] == ["readable"]
        hits = json_lines(*home, "search", '"care comes first"', cwd=tmp_path)
        assert [hit["identifier"] for hit in hits] == ["Executive Order 2026-07"]

    def test_the_council_bill_has_its_votes_and_meetings(self, home, tmp_path):
        """Its history has the roll calls, its meetings are listed, its ordinance number is known."""
        [found] = json_lines(*home, "show", "CB 3117", cwd=tmp_path)
        votes = [action["vote"] for action in found["actions"] if action.get("vote")]
        assert [vote["result"] for vote in votes] == ["pass", "pass"]
        assert len(votes[1]["roll"]) == 7
        options = {cast["voter"]: cast["option"] for cast in votes[1]["roll"]}
        assert (options["Theo Lindgren"], options["Solomon Reyes"]) == ("no", "excused")
        assert {event["date"] for event in found["events"]} == {"2026-03-18", "2026-03-24"}
        assert any("127044" in number for number in found["identifiers"])
        assert found["status"] == "Enacted"

    def test_the_broken_roll_call_costs_nothing_else(self, home, tmp_path):
        """The resolution's vote has its result and tally, and no members."""
        [found] = json_lines(*home, "show", "Res 1544", cwd=tmp_path)
        [vote] = [action["vote"] for action in found["actions"] if action.get("vote")]
        assert (vote["result"], vote["roll"]) == ("pass", [])

    def test_struck_and_added_words_are_told_apart(self, month, home, tmp_path):
        """In the council's bill a mask is forbidden by words that the law is adding."""
        [row] = [row for row in month.days[16].rows if row["measure"]["identifier"] == "CB 3117"]
        rows = json_lines(*home, "diff", *map(str, row["versions"]), cwd=tmp_path)
        assert "misdemeanor" in json.dumps(rows)
        told = [page.read_text(encoding="utf-8") for page in month.mails]
        assert any("CB 3117" in page and "would be added to the law" in page for page in told)

    def test_each_amendment_has_a_redline(self, month):
        """A page for each amended text, in their order."""
        told = [row for day in month.days for row in day.rows if row["kind"] == "amended"]
        assert len(month.redlines) == len(told) == len(set(month.redlines))
        for path, row in zip(month.redlines, told, strict=True):
            assert row["measure"]["identifier"] in path.read_text(encoding="utf-8")

    def test_every_alert_was_sent_once(self, month, home, tmp_path):
        """No message is left over, and none went out twice."""
        alerts = json_lines(*home, "alerts", "list", cwd=tmp_path)
        assert {alert["state"] for alert in alerts} == {"sent"}
        mailed = {alert["key"] for alert in alerts if alert["channel"].startswith("file")}
        assert len(month.mails) == len(mailed)

    def test_the_feed_has_an_entry_for_each_alert(self, month):
        """The watch's feed holds what the mails hold."""
        [feed] = month.feeds
        entries = feed.read_text(encoding="utf-8").count("<entry>")
        told = [row for day in month.days for row in day.rows if row["topics"]]
        assert entries == len([row for row in told if row["kind"] != "dates"])

    def test_robots_txt_was_obeyed(self, government, month):
        """On the day it forbade the site, nothing but robots.txt was asked for there; drafts never."""
        forbidden = [
            one.path for one in government.requests if (one.day, one.site) == (10, "mayor")
        ]
        assert set(forbidden) == {"/robots.txt"}
        assert not any("/drafts" in one.path for one in government.requests)

    def test_visitors_say_who_they_are(self, government, month):
        """Every request carries our name and whom to write to."""
        agents = {one.agent for one in government.requests}
        assert len(agents) == 1
        assert "demo@localhost" in agents.pop()


class TestScreen:
    def test_every_change_and_every_quiet_thing_is_shown(self, screen, month):
        """A line for each measure that changed on a day, and one for each thing not reported."""
        for day in month.days:
            for row in day.rows:
                assert row["measure"]["identifier"] in screen
            for untold in EXPECTED[day.day].untold:
                assert f"✓  {untold.sentence}" in screen
        assert "✗" not in screen

    def test_it_fits_two_screens(self, screen):
        """What changed is no longer than a tall terminal, and so is what was not reported."""
        changed, quiet = screen.split("Rightly not reported")
        assert len(changed.splitlines()) <= 60
        assert len(quiet.splitlines()) <= 60

    def test_weeks_part_the_table(self, screen):
        """Each of the four weeks has its heading."""
        headings = re.findall(r"^week (\d): (.+?) ─", screen, re.MULTILINE)
        assert headings == [
            ("1", "March 1 to 7"), ("2", "March 8 to 14"), ("3", "March 15 to 21"),
            ("4", "March 22 to 28"),
        ]  # fmt: skip

    @pytest.mark.parametrize("width", [80, 120])
    def test_no_terminal_cuts_what_changed(self, month, width):
        """Where there is little room what is said stands beneath its row, else beside it."""
        console = Console(file=io.StringIO(), width=width)
        console.print(table_of(month.days, narrow=width < ROOMY))
        shown = console.file.getvalue()
        assert "…" not in shown
        assert max(map(len, shown.splitlines())) <= width
        words = Counter(shown.split())
        for day in month.days:
            for row in day.rows:
                assert not Counter(said(row).split()) - words
        [row] = [line for line in shown.splitlines() if "Executive Order 2026-04  new" in line]
        assert ("Identification and Face" in row) == (width > ROOMY)

    def test_a_wrong_month_says_so(self, month):
        """What was expected and not told, or told and not expected, is shown in its place."""
        day = month.days[1]
        wrong = demo_month.Month(
            month.folder, [demo_month.Lived(1, day.rows[1:], {"cascadia": "failing"})]
        )
        written = io.StringIO()
        with redirect_stdout(written):
            tell(Output(as_json=False, quiet=False, verbose=0), wrong)
        assert "not reported" in written.getvalue()
        assert "sources not well: {'cascadia': 'failing'}" in written.getvalue()

    def test_json_is_a_line_a_change(self, month):
        """For machines each change stands on a line with its day."""
        written = io.StringIO()
        with redirect_stdout(written):
            tell(Output(as_json=True, quiet=False, verbose=0), month)
        lines = [json.loads(line) for line in written.getvalue().splitlines()]
        assert len(lines) == sum(len(day.rows) for day in month.days)
        assert lines[0].keys() == {"day", "change"}

    def test_examples_name_things_that_are_there(self, month):
        """The commands to try name versions that this very month recorded."""
        diffs = [command for command in examples(month) if command.startswith("diff ")]
        first = next(row for day in month.days for row in day.rows if row["kind"] == "amended")
        assert diffs == [f"diff {first['versions'][0]} {first['versions'][1]}"]


class TestHome:
    def test_the_home_needs_no_environment(self, month):
        """Settings and watchlist lie in the home: any command finds them there."""
        app = build({"home": month.folder / "home"})
        assert app.settings.allow_private_addresses
        assert app.settings.delay == pytest.approx(0.01)
        assert len(app.watchlist().sources) == 3

    def test_the_evidence_is_of_the_story_s_days(self, month):
        """What a recording says of its time is the day on which its crawl began."""
        app = build({"home": month.folder / "home"})
        rows = app.archive_rows()
        assert len(rows) > len(month.days)
        for row in rows:
            began = row["file"].rsplit("/")[-1][:8]
            assert {row[key][:10].replace("-", "") for key in ("first_date", "last_date")} == {
                began
            }

    def test_settings_of_another_home_do_not_count(self, tmp_path, monkeypatch):
        """A database or a mail server that the shell names is not the demo's."""
        monkeypatch.setenv("MEASUREWATCH_DATABASE", "postgresql://elsewhere/db")
        monkeypatch.setenv("MEASUREWATCH_SMTP_HOST", "mail.example.org")
        monkeypatch.setenv("MEASUREWATCH_SMTP_FROM", "desk@example.org")
        app = demo_month.demo_app(tmp_path, "name: X\n")
        assert (app.settings.database_url, app.settings.smtp_host) == ("", "")
        assert not {"MEASUREWATCH_DATABASE", "MEASUREWATCH_SMTP_HOST"} & set(app.environment)
        assert app.watchlist_path == tmp_path / "home" / "watchlist.yaml"

    def test_a_second_demo_in_one_folder_is_refused(self, tmp_path):
        """The first one goes on undisturbed; once it has ended the folder is made anew."""
        with claimed(tmp_path / "demo"):
            (tmp_path / "demo" / "home").mkdir()
            for arguments in (["--day", "0"], ["--measures", "20"]):
                second = CliRunner().invoke(
                    root, ["demo", "--out", str(tmp_path / "demo"), *arguments], obj={}
                )
                assert isinstance(second.exception, UsageError)
                assert "Another measurewatch demo runs in" in str(second.exception)
            assert (tmp_path / "demo" / "home").is_dir()
        with claimed(tmp_path / "demo"):
            prepare(tmp_path / "demo")
            assert not (tmp_path / "demo" / "home").exists()

    def test_a_folder_of_somebody_elses_is_not_cleared(self, tmp_path, government):
        """Nothing is deleted in a folder the demo did not make."""
        (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(UsageError, match="not a demo's folder"):
            live(tmp_path, government, 0)
        assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"
