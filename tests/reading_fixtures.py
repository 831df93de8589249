"""What several tests of documents share: bytes read as a document."""

import pytest

from pipelines.extract import extract_text
from pipelines.texts import Limits

LIMITS = Limits()


@pytest.fixture
def read(tmp_path):
    """Reads bytes as a document; by default with generous limits and the first reader."""

    def read(content, limits=LIMITS, reader=extract_text, **told):
        path = tmp_path / "document"
        path.write_bytes(content)
        return reader(path, limits, **told)

    return read
