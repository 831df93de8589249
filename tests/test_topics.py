"""Topic packs: well formed, with examples of both kinds, and queries that can be evaluated."""

import pickle

import pytest

from config import query
from config.problems import WatchlistErrors
from config.query import QueryError
from config.reading import Reader
from config.topics import TOPIC_KEYS, Topic, load_pack, pack_names, read_topic


def test_the_packs_are_there():
    """Eight packs come with Measurewatch."""
    assert pack_names() == (
        "287g", "city-property", "courthouses-and-sensitive-places", "data-sharing", "detention-contracts",
        "immigration-enforcement", "masks", "warrants-and-detainers",
    )  # fmt: skip


@pytest.mark.parametrize("name", pack_names())
def test_a_pack_has_a_query_and_examples_of_both_kinds(name):
    """Each pack is titled, selects something, and carries at least eight of each example, none twice."""
    topic = load_pack(name)
    assert topic.name == name
    assert topic.title
    assert query.selects(topic.tree)
    assert min(len(topic.matches), len(topic.rejects)) >= 8
    examples = topic.matches + topic.rejects
    assert len(set(examples)) == len(examples)


@pytest.mark.parametrize("name", pack_names())
def test_a_packs_query_round_trips(name):
    """What is printed of a pack's query is the query."""
    tree = load_pack(name).tree
    assert query.parse(str(tree)) == tree


def test_the_287g_pack_has_words_for_laws_that_never_print_it():
    """Examples without the figures 287 are among those that must match."""
    silent = [example for example in load_pack("287g").matches if "287" not in example]
    assert len(silent) >= 8


def test_an_unknown_pack_is_a_key_error_with_a_correction():
    """Asking for a pack that is not there names the likeliest one."""
    with pytest.raises(KeyError, match="did you mean 'masks'"):
        load_pack("maks")


def test_a_topic_keeps_its_query_as_written_and_its_meaning():
    """The text stays the writer's; the tree and the digest are of its meaning."""
    one = Topic(name="x", title="X", query="mask   badge")
    other = Topic(name="x", title="Y", query="mask AND badge", matches=("mask badge",))
    assert one.query == "mask   badge"
    assert one.tree == other.tree
    assert one.digest == other.digest
    assert one.digest != Topic(name="x", title="X", query="mask OR badge").digest
    assert one.digest != Topic(name="y", title="X", query="mask badge").digest


def test_a_topic_goes_to_another_process():
    """Topics are pickled on their way to the workers and mean the same there."""
    topic = load_pack("masks")
    assert pickle.loads(pickle.dumps(topic)).tree == topic.tree


def test_a_topic_that_means_nothing_is_refused():
    """A faulty query is an error where the topic is made, not at the first document."""
    with pytest.raises(QueryError):
        Topic(name="x", title="X", query="NOT a")


def test_a_faulty_pack_names_its_own_file():
    """What is wrong in a pack is told with the pack's file and line, all of it."""
    reader = Reader("topics/x.yaml")
    entry = reader.root(b"title: X\nquerry: a\nquery: a AND\nmatches: []\n")
    assert read_topic(reader, "x", entry, TOPIC_KEYS) is None
    assert [(error.line, error.column, error.expected) for error in reader.problems] == [
        (2, 1, "one of title, query, matches, rejects"),
        (3, 8, 'a term: a word, a "phrase", or something in parentheses'),
        (4, 10, "at least one example"),
    ]
    assert str(WatchlistErrors(reader.problems)).startswith(
        "topics/x.yaml:2:1: found the key 'querry'"
    )
