"""What people see of what is known: counts, next steps, and a measure in full."""

import json

import pytest

from monitor.cli.show import _Shown
from monitor.cli.sources import without_echoes
from monitor.cli.tables import Printer
from tests.recordings import Bill, pack_virginia
from tests.running import json_lines, measurewatch

WATCHLIST = """\
name: Desk
sources:
  sites: [virginia]
  legistar:
    nyc: {place: us/ny/new_york, token: env:LEGISTAR_NYC_TOKEN}
topics: [287g, masks]
watches:
  - name: Desk
    to: ["mailto:desk@example.org", "https://hooks.example.org/x#secret=env:DESK_SECRET"]
    every: at once
"""
VOTE = {"result": "fail", "text": "Failed", "counts": {"yes": 3, "no": 4},
        "roll": [{"voter": "Moss", "option": "no", "text": "Nay"}]}  # fmt: skip
FOUND = {
    "id": 7, "jurisdiction": "ocd-jurisdiction/x", "place": "us/va", "session": "20261",
    "identifier": "HB7", "identifiers": ["LD 3"], "formerly": ["HB70"], "title": "Name tags",
    "classification": ["bill"], "status": "in committee", "abstract": "What it is \x1b[2Jabout.",
    "subjects": ["Police"], "concerns": ["us/va/richmond"], "url": "https://x/7",
    "sponsors": [{"name": "Moss", "classification": "primary"},
                 {"name": "Tran", "classification": "cosponsor"}],
    "dates": [{"kind": "introduced", "date": None, "text": "early May"}],
    "matches": [],
    "versions": [
        {"id": 9, "note": "Introduced", "date": "2026-01-05", "state": "readable", "waits_for": "",
         "reason": "", "links": [{"url": "https://x/1.pdf"}, {"url": "https://x/1.html"}]},
        {"id": 10, "note": "Substitute", "date": None, "state": "pending",
         "waits_for": "a LIS API key", "reason": "", "links": []},
        {"id": 11, "note": "Enrolled", "date": None, "state": "unreadable", "waits_for": "",
         "reason": "encrypted", "links": []},
    ],
    "documents": [{"note": "Fiscal note", "url": "https://x/n.pdf"}],
    "actions": [{"date": "2026-02-01", "description": "Failed to report", "vote": VOTE,
                 "classification": ["committee-failure"]}],
    "events": [{"id": 1, "source": "virginia", "name": "Courts of Justice", "date": "2026-02-01",
                "time": "09:30", "status": "confirmed", "location": "Room A", "url": "",
                "item": {"number": "4", "title": "HB7", "note": "testimony", "action": ""}}],
    "related": [{"identifier": "SB1", "relation": "companion", "session": "20261"}],
    "sources": [{"source": "virginia", "url": "https://x/7", "listing": "bills",
                 "last_seen": "2026-02-02T10:00:00+00:00", "extras": {"Patron id": "12"}}],
    "first_seen": "2026-01-06T00:00:00+00:00", "changed_at": "2026-02-01T00:00:00+00:00",
    "vanished_at": None,
}  # fmt: skip


def screen(found=FOUND, *, width=80, verbose=False) -> str:
    lines = []
    _Shown(Printer(width, colours=False, write=lines.append), verbose=verbose).measure(found)
    assert max(map(len, lines)) <= width
    return "\n".join(lines)


class TestShow:
    @pytest.mark.parametrize(
        "told",
        [
            "HB7 Name tags", "in committee", "LD 3", "HB70", "us/va/richmond", "Police", "early May",
            "Moss; Tran (cosponsor)", "What it is [2Jabout.", "readable    Introduced (id 9)",
            "https://x/1.pdf", "1 more: -v", "waits for a LIS API key", "encrypted", "Fiscal note",
            "Failed to report [committee-failure]", "fail: yes 3, no 4",
            "09:30 Courts of Justice · confirmed · Room A", "4 · HB7 · testimony",
            "SB1 (20261) companion", "virginia, last seen 2026-02-02 10:00 UTC",
        ],
    )  # fmt: skip
    def test_everything_known_is_told(self, told):
        """Each kind of thing has its line, and a control character ends there."""
        assert told in screen()

    def test_every_address_vote_and_extra_is_for_those_who_ask(self):
        """-v shows what would bury the rest."""
        more = ("https://x/1.html", "Moss: Nay", "Patron id: 12")
        assert not [told for told in more if told in screen()]
        assert [told for told in more if told in screen(verbose=True)] == list(more)

    @pytest.mark.parametrize("width", [40, 140])
    def test_it_fits_any_terminal(self, width):
        """A long title is folded, not cut."""
        found = FOUND | {"title": "long words " * 30}
        assert screen(found, width=width).count("long") == 30

    def test_a_passage_is_shown_once(self):
        """Two matches in one sentence, and the same sentence in two versions, are one passage."""
        match = {"topic": "masks", "citation": "page 1", "field": "text", "version": 9,
                 "standing": "existing", "snippet": "no masks or\nmasked agents"}  # fmt: skip
        again = match | {"version": 10, "snippet": "no masks or masked agents"}
        told = screen(FOUND | {"matches": [match, again, again | {"topic": "287g"}] * 9}, width=140)
        assert told.count("no masks or masked agents") == 2
        assert "more: -v" not in told.split("Topics")[1].split("Documents")[0]

    def test_a_measure_of_which_little_is_known_has_no_empty_sections(self):
        """Only what there is has a heading."""
        empty = {name: [] for name, value in FOUND.items() if isinstance(value, list)}
        text = screen(FOUND | empty | {"abstract": ""})
        assert not [word for word in ("Versions", "Actions", "Events", "Abstract") if word in text]


@pytest.mark.parametrize(
    ("notes", "kept"),
    [
        (["failing: no answer", "virginia is failing: no answer"], [1]),
        (["failing: no answer", "virginia is failing, was ok: no answer"], [0, 1]),
        (["same", "same", "other"], [0, 2]),
        ([], []),
    ],
)
def test_a_note_that_another_one_says_too_is_told_once(notes, kept):
    """The longer one stays; of two alike the first."""
    assert without_echoes(notes) == [notes[at] for at in kept]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home that has seen two bills of Virginia, and one of them change."""
    folder = tmp_path_factory.mktemp("read")
    (folder / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    pack_virginia(folder / "1.warc.gz", "2026-02-01T12:00:00Z", [Bill("HB1"), Bill("HB2")])
    passed = Bill("HB2", columns={"Passed_house": "Y"})
    pack_virginia(folder / "2.warc.gz", "2026-02-10T12:00:00Z", [Bill("HB1"), passed])
    replays = ["--replay", "1.warc.gz", "--replay", "2.warc.gz"]
    said(folder, "crawl", "virginia", *replays)
    return folder


def said(folder, *arguments):
    """What a command says, on both streams; it must end with 0."""
    result = measurewatch("--watchlist", "watchlist.yaml", *arguments, cwd=folder, check=True)
    return result.stdout, result.stderr


class TestCounts:
    def test_changes_end_with_their_number_and_the_sources_nobody_checked(self, home):
        """Silence about a source is explained, on standard error."""
        shown, remark = said(home, "changes")
        count = len(json_lines("changes", cwd=home))
        assert len(shown.splitlines()) == 1 + count
        assert remark.startswith(f"{count} change")
        assert "2 of 2 sources could not be checked" in remark
        assert "nyc was not visited yet" in remark
        assert "virginia was not visited since 2026-02-10" in remark

    def test_a_limit_keeps_the_latest_changes_and_the_first_measures(self, home):
        """--limit is for a quick look."""
        every = json_lines("changes", cwd=home)
        assert json_lines("changes", "--limit", "1", cwd=home) == every[-1:]
        assert [row["identifier"] for row in json_lines("measures", "--limit", "1", cwd=home)] == [
            "HB1"
        ]

    @pytest.mark.parametrize(
        ("asked", "told"),
        [
            (["changes", "--since", "2026-03-01"], "No change fits."),
            (["measures", "--place", "us/md/*"], "No measure fits."),
            (["search", "zebra"], "Nothing found."), (["alerts", "list", "--state", "dead"], "No alert"),
        ],
    )  # fmt: skip
    def test_nothing_is_answered_with_what_to_do_next(self, home, asked, told):
        """On standard error; standard output is empty."""
        shown, remark = said(home, *asked)
        assert shown == ""
        assert told in remark

    @pytest.mark.parametrize("since", ["99999999999d", "2026-13-01", "yesterday"])
    def test_a_moment_that_is_none_is_bad_usage(self, home, since):
        """However far back it is."""
        result = measurewatch("changes", "--since", since, cwd=home)
        assert result.returncode == 2
        assert "is no time; write 7d" in result.stderr


class TestLists:
    def test_an_alert_says_what_it_is_about(self, home):
        """Kind, measure and summary stand beside the state of its message."""
        for row in json_lines("--watchlist", "watchlist.yaml", "alerts", "list", cwd=home):
            assert row["kind"]
            assert row["summary"]
            assert row["measure"]["identifier"] == "HB2"
        shown, _ = said(home, "alerts", "list")
        assert "HB2" in shown
        assert "mailto:desk@example.org" in shown

    def test_health_names_the_sources_that_were_never_visited(self, home):
        """They are in no row yet."""
        shown, remark = said(home, "sources", "health")
        assert "virginia" in shown
        assert "Not visited yet: nyc" in remark

    def test_health_says_what_changes_says_of_a_source_that_nobody_visits(self, home):
        """A state that was good at the last visit is not all there is to say months later."""
        (row,) = json_lines("--watchlist", "watchlist.yaml", "sources", "health", cwd=home)
        assert row["last_visit"] == "2026-02-10T12:00:00+00:00"
        assert (row["state"], row["overdue"]) == ("ok", True)
        shown, remark = said(home, "sources", "health")
        assert "ok, overdue" in shown
        assert "2026-02-10 12:00" in shown
        assert "nobody visited them when it was their turn: virginia" in remark
        asked = measurewatch("--watchlist", "watchlist.yaml", "doctor", "--json", cwd=home)
        (visits,) = [
            one
            for line in asked.stdout.splitlines()
            if (one := json.loads(line))["check"] == "visits"
        ]
        assert visits["result"] == "note"
        assert "virginia (last on 2026-02-10)" in visits["advice"]

    def test_what_a_source_needs_is_told_with_whether_it_is_there(self, home):
        """A token in the environment or in the settings file is set."""
        asked = ["--watchlist", "watchlist.yaml", "sources", "list"]
        [_, nyc] = json_lines(*asked, cwd=home)
        assert nyc["missing"] == ["LEGISTAR_NYC_TOKEN"]
        [_, nyc] = json_lines(*asked, cwd=home, LEGISTAR_NYC_TOKEN="t")
        assert (nyc["missing"], nyc["needs"]) == (
            [],
            (
                "a token from https://council.nyc.gov/legislation/api/ (without one a public copy is "
                "read); LEGISTAR_NYC_TOKEN (set)"
            ),
        )


class TestDoctor:
    def rows(self, home, **environment):
        result = measurewatch(
            "--watchlist", "watchlist.yaml", "doctor", "--json", cwd=home, **environment
        )
        return {row["check"]: row for row in map(json.loads, result.stdout.splitlines())}

    def test_what_is_missing_is_named_with_its_place(self, home):
        """A webhook's secret, a mail server; a council that does without its token is right."""
        rows = self.rows(home)
        assert rows["sources"]["result"] == "right"
        assert "DESK_SECRET is not set" in rows["addresses"]["advice"]
        assert rows["mail"]["result"] == "wrong"
        assert "settings.env" in rows["mail"]["advice"]

    def test_a_secret_that_is_none_is_not_shown(self, home):
        """It is told what it should look like."""
        rows = self.rows(home, DESK_SECRET="hunter2", LEGISTAR_NYC_TOKEN="t")
        assert rows["sources"]["result"] == "right"
        assert "whsec_" in rows["addresses"]["advice"]
        assert "hunter2" not in str(rows)
