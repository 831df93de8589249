"""Hypothesis strategies for events as spiders yield them."""

from datetime import date, time

from hypothesis import strategies as st

from config.vocabulary import EventStatus
from scrapers.items import AgendaItem, Event
from tests.strategies_measures import LINKS, NUMBERS, PHRASES, some

ITEMS = st.builds(
    AgendaItem,
    title=PHRASES,
    identifier=st.just("") | NUMBERS,
    session=st.sampled_from(["", "20261"]),
    number=st.sampled_from(["", "1", "2", "A"]),
    note=st.just("") | PHRASES,
    action=st.sampled_from(["", "Reported", "Laid on the table"]),
    links=some(LINKS, 1),
)
EVENTS = st.builds(
    Event,
    place=st.just("us/va"),
    id=st.sampled_from(["41", "42"]),
    name=st.sampled_from(["Courts of Justice", "Rules", ""]),
    date=st.none() | st.dates(date(2025, 12, 28), date(2026, 3, 1)),
    time=st.none() | st.times().map(lambda at: time(at.hour, at.minute)),
    when_text=st.sampled_from(["", "To be announced", "January 20"]),
    status=st.none() | st.sampled_from(EventStatus),
    status_text=st.sampled_from(["", "Final"]),
    location=st.sampled_from(["", "House Room C", "Senate Room 3"]),
    url=st.sampled_from(["", "https://a.example/41"]),
    links=some(LINKS, 1),
    items=some(ITEMS),
    complete=st.booleans(),
    extras=st.dictionaries(st.sampled_from(["stamp", "body"]), PHRASES, max_size=1),
)
