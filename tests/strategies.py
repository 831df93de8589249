"""Values for property tests: queries and places."""

from hypothesis import strategies as st

from config import query

WORDS = st.from_regex(r"[a-z][a-z0-9]{0,6}([-'][a-z0-9]{1,4})?", fullmatch=True).filter(
    lambda word: word not in {"and", "or", "not"}
)
PHRASES = (
    st.text(alphabet='abcAZ09 §()."\\*:=~/é', min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: any(mark.isalnum() for mark in text))
)
TERMS = st.one_of(
    WORDS.map(query.Word),
    PHRASES.map(query.Phrase),
    st.one_of(WORDS, PHRASES).map(query.Cased),
    WORDS.filter(lambda word: len(word) > 1).map(query.Prefix),
    st.one_of(WORDS, PHRASES).map(query.Fuzzy),
)
DISTANCES = st.integers(1, query.MAX_DISTANCE)


def _larger(parts):
    """Parts with hits that can be near one another."""
    groups = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(query.Or, groups),
        st.builds(query.And, groups),
        st.builds(query.Near, parts, parts, DISTANCES),
        st.builds(query.Then, parts, parts, DISTANCES),
        st.builds(query.Sentence, parts, parts),
        st.builds(query.Paragraph, parts, parts),
        st.builds(query.Unless, parts, parts, st.one_of(st.none(), DISTANCES)),
    )


PASSAGES = st.recursive(TERMS, _larger, max_leaves=8)
FIELDS = st.builds(query.Field, st.sampled_from(["title", "text", "sponsor"]), PASSAGES)


def _whole(parts):
    groups = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(query.Or, groups),
        st.builds(query.And, groups),
        st.builds(query.Not, parts),
        st.builds(query.Unless, FIELDS, PASSAGES, st.one_of(st.none(), DISTANCES)),
    )


QUERIES = st.recursive(st.one_of(PASSAGES, FIELDS), _whole, max_leaves=6).filter(query.selects)
"""Any tree that `parse` can give."""

NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,10}[a-z0-9]", fullmatch=True)
