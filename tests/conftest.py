"""What every test may ask for."""

import os
from pathlib import Path

import pytest

pytest_plugins = ("tests.postgres", "tests.storage_fixtures", "tests.reading_fixtures")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real recorded pages; tests that need it are skipped without it."""
    folder = os.environ.get("MEASUREWATCH_CORPUS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("MEASUREWATCH_CORPUS does not point to the recorded pages")
    return Path(folder)


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest):
    """The address of a fresh PostgreSQL database, for processes that open it themselves."""
    server = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)
