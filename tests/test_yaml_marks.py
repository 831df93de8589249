"""YAML with marks: the scalars of YAML 1.2, the place of each value, and nothing dangerous."""

import pytest

from config.yaml_marks import MAX_BYTES, Items, Pairs, Scalar, plain, read_yaml


def value(text):
    entry, faults = read_yaml(text.encode())
    assert faults == ()
    return plain(entry)


def fault(content):
    entry, [only] = read_yaml(content if isinstance(content, bytes) else content.encode())
    del entry
    return only


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("NO", "NO"), ("no", "no"), ("on", "on"), ("y", "y"), ("12:30", "12:30"),
        ("2026-11-22", "2026-11-22"), ("287g", "287g"), ("1_000", "1_000"), (".inf", ".inf"), ("'7'", "7"),
        ('"true"', "true"), ("!!str 7", "7"), ("010", 10), ("-3", -3), ("0o17", 15), ("0x1F", 31),
        ("1.50", 1.5), ("1e3", 1000.0), ("true", True), ("False", False), ("null", None), ("~", None),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(written, expected):
    """Norway stays NO, half past twelve a text, 010 is ten and a date is what was written."""
    found = value(f"a: {written}")["a"]
    assert (type(found), found) == (type(expected), expected)


def test_values_know_their_places():
    """Lines and columns count characters from 1, also behind letters of two bytes."""
    entry, _ = read_yaml("# c\nä: é\nöß: [x, 'ö', y]\n".encode())
    assert isinstance(entry, Pairs)
    (key, _), (_, items) = entry.values
    assert (key.line, key.column) == (2, 1)
    assert isinstance(items, Items)
    assert [(item.line, item.column) for item in items.values] == [(3, 6), (3, 9), (3, 14)]


def test_aliases_stand_where_they_are_used():
    """A value used twice has the place of each use."""
    entry, _ = read_yaml(b"a: &x one\nb: *x\n")
    assert isinstance(entry, Pairs)
    assert entry.values[1][1] == Scalar(2, 4, "one", "one")


def test_an_empty_file_is_no_value_and_no_fault():
    """Nothing, or only comments, is left to the reader to judge."""
    assert read_yaml(b"") == (None, ())
    assert read_yaml(b"# only this\n") == (None, ())


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", (3, 1), "line 1 already"),
        ("a: 1\nb:\n  c: 1\n  c: 2\n", (4, 3), "'c' again"),
        ("a: !!python/object/apply:os.system [ls]\n", (1, 4), "python/object"),
        ("a: !thing x\n", (1, 4), "!thing"),
        ("? [a]\n: b\n", (1, 3), "as a key"),
        ("--- a\n--- b\n", (2, 1), "second document"),
        ("a: *nobody\n", (1, 4), "quotes"),
        ("a: &me [*me]\n", (1, 9), "alias"),
        ("a: [*]\n", (1, 6), "quotes"),
        ("a: [terminal:]\n", (1, 13), "quotes"),
        ("a: b: c\n", (1, 5), "mapping values"),
        ("a:\n\tb: c\n", (2, 1), "tabs"),
        ("a: [b\n", (2, 1), "YAML"),
        (b"a: \xff\n", (1, 4), "UTF-8"),
        (b"a\nb: \x07\n", (2, 4), "U+0007"),
        (b"[" * 5_000, (1, 21), "20 levels"),
        (b"#" * (MAX_BYTES + 1), (1, 1), "at most"),
    ],
)
def test_what_is_wrong_has_a_place(content, place, words):
    """Syntax, duplicate keys, tags and bounds are faults with line and column."""
    found = fault(content)
    assert (found.line, found.column) == place
    assert words in f"{found.found} {found.expected} {found.hint}"


def test_growth_by_aliases_is_bounded():
    """A few lines that stand for billions of values are refused before they are unfolded."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 15)]
    assert fault("\n".join(lines)).found == "too many values"


def test_all_duplicate_keys_are_found_in_one_reading():
    """A fault that does not end the reading is told beside the others."""
    _, faults = read_yaml(b"a: 1\na: 2\nb: !x 3\nb: 4\n")
    assert [found.line for found in faults] == [2, 3, 4]
