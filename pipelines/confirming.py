"""A second look at a text that changed: is it an amendment, or does the site print so each time?

A document that gives another text than the address gave last is fetched once
more in the same crawl. What differs between the two fetches is volatile; when
the second one is the text that was known, the site shows several states and
none of them is believed in this crawl. Replays have one answer for each address
and never come here.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from config.vocabulary import TextState
from pipelines.align import TooManyWordsError
from pipelines.clean import text_digest
from pipelines.proving import learn
from pipelines.redline import redline
from pipelines.texts import Extracted, Learned, VersionText, Volatile, is_scanned
from pipelines.volatile import generalised

MOST_CONFIRMED = 50
"""Second fetches a source and crawl: above that, the mass-change brake is what protects."""

STATES = "two states"

Fetch = Callable[[], Awaitable[Extracted | None]]
Note = Callable[[str, str, str], None]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A text as it may be believed, and what its second fetch proved."""

    text: VersionText
    learned: tuple[Learned, ...] = ()


class Confirmer:
    """Confirms the changed texts of one source in one crawl."""

    def __init__(self, parts: Iterable[Volatile], note: Note, most: int = MOST_CONFIRMED) -> None:
        self._parts = list(parts)
        self._note = note
        self._most = most
        self._left = most

    async def confirm(
        self, text: VersionText, before: Extracted | None, fetch: Fetch
    ) -> Confirmed:  # fmt: skip
        """Look again at a text whose address gave `before`; `fetch` reads it once more.

        A `fetch` that gives nothing readable confirms nothing and denies nothing.
        """
        first = text.extracted
        if first is None or text.state is not TextState.READABLE or before is None:
            return Confirmed(text)
        if not before.text.strip() or self._says_the_same(before, first) or not self._may_ask():
            return Confirmed(text)
        second = await fetch()
        if second is None or text_digest(second.text) == text_digest(first.text):
            return Confirmed(text)
        proof = learn(first.text, second.text, known=before.text, url=text.url)
        self._take(proof.learned)
        if proof.why:
            self._note("document", f"{proof.why}; nothing is learned of that", text.url)
        if proof.states or self._says_the_same(before, second) > self._says_the_same(before, first):
            self._note("document", f"{STATES}: one fetch gave another text, the next the known one", text.url)  # fmt: skip
            refused = replace(
                text, state=TextState.PENDING, extracted=None, sha256="", text_sha256="",
                extractor="", reason=STATES, accepted=False,
            )  # fmt: skip
            return Confirmed(refused, proof.learned)
        return Confirmed(text, proof.learned)

    def _may_ask(self) -> bool:
        if self._left == 0:
            self._note(
                "info", f"more than {self._most} texts changed; the others stand unconfirmed", ""
            )
            return False
        self._left -= 1
        return True

    def _says_the_same(self, before: Extracted, after: Extracted) -> bool:
        if text_digest(before.text) == text_digest(after.text):
            return True
        scanned = is_scanned((*before.pages, *after.pages))
        try:
            found = redline(before.text, after.text, scanned=scanned, volatile=self._parts)
        except TooManyWordsError:
            return False
        return found.cosmetic

    def _take(self, learned: Iterable[Learned]) -> None:
        """Know from now on what was proved, and what it has in common with the rest."""
        for one in learned:
            common = (generalised(known, one.part) for known in self._parts)
            self._parts += [
                part for part in (one.part, *common) if part and part not in self._parts
            ]
