"""What every source has to have: pages of its own with what they become, a test of them, a history, a page of docs."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from scrapers.platforms import PLATFORMS
from scrapers.sites import SITES

TESTS = Path(__file__).parent
PAGES = TESTS / "pages"
SPIDERS = {**SITES, **PLATFORMS}
EXPECTED = "expected.json"
# Folders of pages that are no source's own: other doors of a platform, and what every source may meet.
SHARED = {"nyc_mirror", "insite", "challenges"}


def folder_of(source: str) -> Path:
    return PAGES / source.replace("-", "_")


def test_no_folder_is_of_no_source():
    """Pages that nobody reads are found as well."""
    found = {path.name for path in PAGES.iterdir() if path.is_dir()}
    assert found - {folder_of(source).name for source in SPIDERS} <= SHARED


@pytest.mark.parametrize("source", SPIDERS)
class TestSource:
    def test_it_has_pages_and_what_they_become(self, source):
        """Pages of our own after the site's structure, and the items that a test must find in them."""
        folder = folder_of(source)
        assert folder.is_dir(), (
            f"no recorded-page fixtures: make {folder.relative_to(TESTS.parent)}"
        )
        expected = [path for path in folder.rglob("*.json") if path.name == EXPECTED]
        assert expected, f"{folder.name} does not say what its pages become"
        assert all(json.loads(path.read_text(encoding="utf-8")) for path in expected)
        pages = [
            path for path in folder.rglob("*")
            if path.is_file() and path.name not in {EXPECTED, "README.md"}
        ]  # fmt: skip
        assert pages
        assert all(path.stat().st_size for path in pages)

    def test_its_pages_are_read_by_a_test(self, source):
        """Each folder is named by the tests that read it."""
        name = re.compile(rf'"{folder_of(source).name}"|pages/{folder_of(source).name}\b')
        readers = [
            path for path in TESTS.glob("*.py")
            if path.name != Path(__file__).name and name.search(path.read_text(encoding="utf-8"))
        ]  # fmt: skip
        assert readers, f"no test reads tests/pages/{folder_of(source).name}"

    def test_its_file_opens_with_a_dated_history(self, source):
        """When it was written and changed, and what it was seen to read then."""
        spec = importlib.util.find_spec(SPIDERS[source].partition(":")[0])
        assert spec is not None
        assert spec.origin is not None
        said = Path(spec.origin).read_text(encoding="utf-8").split('"""')[1]
        assert re.search(r"\b20\d\d-\d\d-\d\d: ", said)
