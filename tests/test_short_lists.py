"""Lists that lack more than leaves a list at once: told, not counted, believed late."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schedules import parse_schedule
from config.vocabulary import Health
from config.watches import SourceSpec
from monitor.health import judge
from monitor.past import Past
from monitor.recording import Writer
from monitor.short import DAYS, FEW, LISTS, is_believed, is_short, told
from scrapers.items import Listing
from storage.crawls import Crawls
from storage.database import Database
from storage.listings import Lacking
from storage.locks import Locks
from storage.ports import SourceReport
from tests.recordings import Bill, pack_virginia
from tests.running import json_lines, measurewatch
from tests.storage_makers import SOURCE, Site, measure, observed

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("known", "lacks", "short"),
    [
        (433, 223, True), (433, 86, False), (433, 87, True), (5, 2, False), (5, 3, True),
        (2, 2, False), (0, 0, False),
    ],
)  # fmt: skip
def test_a_fifth_or_a_few_may_leave_at_once(known, lacks, short):
    """More than that is a list that was cut off, until it stays so."""
    assert is_short(Lacking(known, lacks)) is short


@given(known=st.integers(0, 5000), lacks=st.integers(0, FEW))
def test_a_few_never_make_a_list_short(known, lacks):
    """However small the list."""
    assert not is_short(Lacking(known, min(known, lacks)))


@pytest.mark.parametrize(
    ("before", "days", "believed"),
    [(0, None, False), (3, 6, False), (3, 7, True), (2, 30, False), (40, 6, False), (9, 9, True)],
)
def test_a_short_list_is_believed_after_lists_and_days(before, days, believed):
    """Both are needed: a site that is read every hour is wrong for a day as easily."""
    since = None if days is None else NOW - days * DAY
    assert is_believed(before, since, NOW) is believed
    assert (LISTS, DAYS) == (4, 7)


def test_it_is_told_in_plain_numbers():
    """What the list has, of how many, and until when nothing vanishes by it."""
    assert told("bills 2026", Lacking(433, 223), 1, NOW) == (
        "the list 'bills 2026' has 210 of the 433 measures known; nothing vanishes by it until "
        "4 lists in a row, over 7 days, were as short (now 2, since 2026-03-01)"
    )


def test_a_source_with_a_short_list_has_drifted():
    """The note says why, before all others; what is held is said first."""
    note = "drifted: the list 'bills' has 2 of the 9 measures known"
    report = SourceReport(
        source="virginia", state="ok", found=2, short=("bills",), notes=("info: slow", note)
    )
    verdict = judge(report)
    assert (verdict.health, verdict.notes[0]) == (Health.DRIFTED, note)
    assert judge(report, held="60 of 60").notes[0] == "held: 60 of 60"


@pytest.fixture
def crawls(database: Database) -> Crawls:
    return Crawls(database, Locks(database))


def test_short_lists_are_counted_in_a_row(crawls: Crawls) -> None:
    """A whole list ends the row; a crawl that failed or was partial says nothing."""

    def close(state: str, *short: str, partial: bool = False) -> None:
        nonlocal now
        now += DAY
        id_ = crawls.open("virginia", [SOURCE], [], now=now)
        report = SourceReport(
            source=SOURCE, state=state, short=short, partial=partial, at=now, crawl_id=id_
        )
        crawls.close(id_, state, [report], now=now)

    now = NOW
    assert crawls.short_lists(SOURCE, "bills") == (0, None)
    close("drifted", "bills")
    close("ok")
    assert crawls.short_lists(SOURCE, "bills") == (0, None)
    close("drifted", "bills", "orders")
    first = now
    close("failing")
    close("ok", partial=True)
    close("drifted", "bills")
    assert crawls.short_lists(SOURCE, "bills") == (2, first)
    assert crawls.short_lists(SOURCE, "orders") == (1, first)
    assert crawls.short_lists("another", "bills") == (0, None)


class TestLacking:
    """What a list is held against: what stood in it when it was believed last."""

    @pytest.fixture
    def site(self, database: Database) -> Site:
        return Site(database)

    BILLS = tuple(observed(measure(f"HB {number}")) for number in range(1, 11))

    def lacking(self, site: Site, listing: str = "bills") -> tuple[int, int]:
        found = site.store.lacking(SOURCE, listing, crawl_id=site.crawl_id)
        return found.known, found.lacks

    def test_new_measures_do_not_make_up_for_those_that_lack(self, site: Site) -> None:
        """Ten were known, six of them are seen, and four others."""
        site.crawl(*self.BILLS)
        assert self.lacking(site) == (0, 0)
        others = [observed(measure(f"SB {number}")) for number in range(1, 5)]
        site.crawl(*self.BILLS[:6], *others)
        assert self.lacking(site) == (10, 4)
        assert self.lacking(site, "another") == (0, 0)

    def test_an_absence_that_was_counted_is_not_counted_again(self, site: Site) -> None:
        """The list was believed to lack two; two more are two."""
        site.crawl(*self.BILLS)
        site.crawl(*self.BILLS[:8], complete=True)
        site.crawl(*self.BILLS[:6])
        assert self.lacking(site) == (8, 2)

    def test_what_moved_to_another_list_is_not_lacking(self, site: Site) -> None:
        """It stands there now."""
        site.crawl(*self.BILLS)
        moved = observed(measure("HB 10", listing="laws"))
        site.crawl(*self.BILLS[:9], moved)
        assert self.lacking(site) == (9, 0)

    def test_what_has_vanished_is_not_lacking(self, site: Site) -> None:
        """It is known to be gone; what comes back is known again."""
        site.crawl(*self.BILLS)
        for _ in range(2):
            site.crawl(*self.BILLS[:9], complete=True)
        site.crawl(*self.BILLS[:9])
        assert self.lacking(site) == (9, 0)


@pytest.mark.parametrize(("days", "short"), [(0, True), (6, True), (7, False), (45, False)])
def test_a_list_that_waits_itself_is_never_short(database, days, short):
    """A list that measures pass through empties in days, and outwaits a bad week."""
    site = Site(database)
    site.crawl(*TestLacking.BILLS)
    spec = SourceSpec(
        name=SOURCE, kind="site", place="us/va", parameters={},
        schedule=parse_schedule("hourly", "UTC"),
    )  # fmt: skip
    opened = SimpleNamespace(crawls=Crawls(database, Locks(database)))
    site.now += DAY
    writer = Writer(
        site.store, source=SOURCE, crawl_id=2, now=site.now, route=site.route, topics={}
    )
    for one in TestLacking.BILLS[:4]:
        writer.submit(one, {}, wait=True)
    writer.flush()
    writer.listing(SOURCE, Listing(name="bills", rows=4, days=days))
    assert list(Past(opened, spec, 2, site.now, ()).short(writer)) == (["bills"] if short else [])


WATCHLIST = """\
name: Test desk
sources: {sites: [virginia]}
watches:
  - name: Everything
    when: [vanished]
    to: ["terminal:"]
    every: at once
"""


def test_a_list_that_is_halved_makes_nothing_vanish(tmp_path):
    """Not in two readings, nor in three; the source says why. A list that stays so is believed."""
    (tmp_path / "watchlist.yaml").write_text(WATCHLIST, encoding="utf-8")
    bills = [Bill(f"HB{number}", title=f"Title {number}.") for number in range(1, 11)]
    half = bills[:5]
    replays = []
    for day, listed in ((1, bills), (3, half), (4, half), (5, half), (10, half), (11, half)):
        archive = f"{day}.warc.gz"
        pack_virginia(tmp_path / archive, f"2026-02-{day:02}T12:00:00Z", listed)
        replays += ["--replay", archive]
    said = measurewatch("--watchlist", "watchlist.yaml", "crawl", "virginia", *replays, "--json",
                        cwd=tmp_path)  # fmt: skip
    lines = json.loads(said.stdout)["observations"]
    assert [line["state"] for line in lines] == ["ok", "drifted", "drifted", "drifted", "ok", "ok"]
    note = (
        "drifted: the list '20261' has 5 of the 10 measures known; nothing vanishes by it until "
        "4 lists in a row, over 7 days, were as short (now 3, since 2026-02-03)"
    )
    assert note in lines[3]["notes"]
    every = ("--watchlist", "watchlist.yaml", "changes")
    gone = [one["at"][:10] for one in json_lines(*every, cwd=tmp_path)]
    assert gone == ["2026-02-11"] * 5
    [health] = json_lines(*every[:2], "sources", "health", cwd=tmp_path)
    assert health["state"] == "ok"
    assert measurewatch(*every[:2], "deliver", cwd=tmp_path).stdout.count("No longer listed") == 5
