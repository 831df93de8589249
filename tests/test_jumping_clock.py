"""A clock that jumps: every change is told once, whatever the time was said to be."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.watchlist import read_watchlist
from monitor.alerting import route_for
from storage.database import Database
from storage.outbox import Outbox
from tests.storage_makers import Site, measure, observed

WATCHES = """
name: Jumps
sources: {orders: {city: {place: us/va, index: "https://orders.example/"}}}
watches:
  - name: Daily
    places: [us/*, us/va, us/va/*]
    when: [new, title]
    to: mailto:daily@example.org
    every: daily at 07:30 America/New_York
  - name: At once
    places: [us/*, us/va, us/va/*]
    when: [new, title]
    to: mailto:now@example.org
    every: at once
    quiet: 20:00-07:00
"""
# The nights on which the clocks of New York change, and days of no account.
STARTS = (datetime(2026, 3, 7, 18, tzinfo=UTC), datetime(2026, 10, 31, 18, tzinfo=UTC),
          datetime(2026, 6, 1, 11, 29, tzinfo=UTC))  # fmt: skip
LEASE = timedelta(minutes=5)
NUMBER = count(1)
jumps = st.sampled_from([timedelta(hours=hours) for hours in (-25, -24, -1, 0, 1, 6, 12, 24, 72)])


def delivered(outbox: Outbox, now: datetime) -> Counter[str]:
    """Send what is due now; how often each address got something."""
    found: Counter[str] = Counter()
    while claims := outbox.claim(now=now, lease=LEASE):
        for claim in claims:
            outbox.prepare(claim, {"subject": claim.slot})
            outbox.sent(claim, now=now)
            found[claim.address] += 1
    return found


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(start=st.sampled_from(STARTS), steps=st.lists(jumps, min_size=1, max_size=8))
def test_each_change_is_delivered_once(
    database: Database, start: datetime, steps: list[timedelta]
) -> None:
    """Forwards, backwards and over the nights of the clock change: none lost, none doubled."""
    site = Site(database, route=route_for(read_watchlist(WATCHES.encode())), every=timedelta(0))
    outbox, found = Outbox(database), Counter[str]()
    before = len(site.alerts())
    identifier = f"HB {next(NUMBER)}"
    site.now = start
    for number, step in enumerate(steps):
        site.now += step
        site.crawl(observed(measure(identifier, title=f"Title {number}")))
        found += delivered(outbox, site.now)
    last = max(start, site.now) + timedelta(days=14)
    found += delivered(outbox, last)
    alerts = site.alerts()[before:]
    assert len(alerts) == 2 * len(steps)
    assert {alert["state"] for alert in alerts} == {"sent"}
    assert len({(alert["change"], alert["watch"]) for alert in alerts}) == len(alerts)
    assert 1 <= found["mailto:daily@example.org"] <= len(steps)
    assert delivered(outbox, last + timedelta(days=30)) == Counter()


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=400)])
def test_a_lease_of_a_clock_that_went_back_ends(database: Database, back: timedelta) -> None:
    """A message that a sender took before the clock went back is sent when time has passed again."""
    site = Site(database)
    site.crawl(observed(measure("HB 1", title="One")))
    outbox = Outbox(database)
    (claim,) = outbox.claim(now=site.now, lease=LEASE)
    assert outbox.claim(now=site.now - back, lease=LEASE) == []
    (again,) = outbox.claim(now=site.now + LEASE, lease=LEASE)
    assert again.key == claim.key
