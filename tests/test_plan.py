"""Which sources may be crawled side by side."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.plan import Group, SourceHosts, plan


def test_sources_without_a_common_host_are_groups_of_their_own():
    """Nothing keeps them from running side by side."""
    assert plan([SourceHosts("a", ("a.gov",)), SourceHosts("b", ("b.gov",))]) == (
        Group("a", ("a",), ("a.gov",)),
        Group("b", ("b",), ("b.gov",)),
    )


def test_a_later_source_can_join_two_groups():
    """Hosts shared through a third source make one group, in the order of the watchlist."""
    sources = [
        SourceHosts("a", ("a.gov",)),
        SourceHosts("b", ("b.gov",)),
        SourceHosts("c", ("c.gov",)),
        SourceHosts("d", ("C.gov.", "a.gov")),
    ]
    assert plan(sources) == (
        Group("a", ("a", "c", "d"), ("a.gov", "c.gov")),
        Group("b", ("b",), ("b.gov",)),
    )


def test_a_source_without_hosts_is_alone():
    """It shares nothing with anybody."""
    assert [group.sources for group in plan([SourceHosts("a", ()), SourceHosts("b", ())])] == [
        ("a",),
        ("b",),
    ]


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=3), max_size=12))
def test_no_host_is_in_two_groups_and_no_source_is_lost(hosts):
    """Every source is in one group, every host too, and each group is held together by its hosts."""
    sources = [SourceHosts(str(number), tuple(some)) for number, some in enumerate(hosts)]
    groups = plan(sources)
    assert sorted((name for group in groups for name in group.sources), key=int) == [
        source.name for source in sources
    ]
    met = [host for group in groups for host in group.hosts]
    assert len(met) == len(set(met))
    assert [int(group.name) for group in groups] == sorted(int(group.name) for group in groups)
    for group in groups:
        together = {group.sources[0]}
        for _ in group.sources:
            reached = {host for name in together for host in sources[int(name)].hosts}
            together |= {name for name in group.sources if reached & set(sources[int(name)].hosts)}
        assert together == set(group.sources)
