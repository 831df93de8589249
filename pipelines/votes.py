"""What is known of a vote, what is news about it, and how it is said.

A vote is learned in parts: the result at once, the tally with the minutes, the
roll call weeks later or never. A part that is not stated says nothing of the
part that is known.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from config.vocabulary import VoteOption, VoteResult
from pipelines.clean import normalise
from scrapers.items import Action, Cast, Vote

_SIDES = frozenset({VoteOption.YES, VoteOption.NO})


def joined(old: Vote | None, new: Vote | None) -> Vote | None:
    """Say what is known of a vote after seeing new; one with another result is seen anew."""
    if old is None or new is None:
        return new if old is None else old
    if old.result and new.result and old.result != new.result:
        return new
    return Vote(
        result=new.result or old.result,
        text=new.text or old.text,
        counts=new.counts or old.counts,
        roll=new.roll or old.roll,
    )


def is_news(old: Vote | None, new: Vote) -> bool:
    """Whether what is known now, `new`, is worth telling beyond what was known.

    A result or a tally that was not known, or is another one, and a member who
    voted otherwise than was said. A roll call that bears out the tally is not.
    """
    old = old or Vote()
    said_alike = _plain(old.text) == _plain(new.text) != ""
    if new.result != old.result and new.result and not (old.result is None and said_alike):
        return True
    if new.result is None and _plain(new.text) != _plain(old.text):
        return True
    return _other_tally(tally(old), tally(new)) or _other_roll(old.roll, new.roll)


def tally(vote: Vote) -> Mapping[VoteOption, int]:
    """How many voted how: as stated, else as the roll call adds up."""
    stated: Counter[VoteOption] = Counter()
    for option, number in vote.counts:
        stated[option] += number
    return stated if vote.counts else Counter(cast.option for cast in vote.roll)


def vote_words(action: Action, vote: Vote) -> str:
    """A vote in words: "Passed by Council 43 to 5"."""
    votes = tally(vote)
    sides = f"{votes.get(VoteOption.YES, 0)} to {votes.get(VoteOption.NO, 0)}"
    counted = not _SIDES.isdisjoint(votes)
    if vote.result is VoteResult.FAIL:
        return (
            f"{action.description}, failed {sides}" if counted else f"{action.description}, failed"
        )
    if counted:
        return f"{action.description} {sides}"
    said = vote.text or ("passed" if vote.result else "")
    return f"{action.description}, {said}" if said else action.description


def vote_json(vote: Vote, *, roll: bool = True) -> dict[str, Any]:
    """A vote as JSON values; without `roll` the names are left out."""
    counts: dict[str, int] = {}
    for option, number in vote.counts:
        counts[str(option)] = counts.get(str(option), 0) + number
    found: dict[str, Any] = {
        "result": vote.result and str(vote.result), "text": vote.text, "counts": counts,
    }  # fmt: skip
    if roll:
        found["roll"] = [
            {"voter": cast.voter, "option": str(cast.option), "text": cast.text}
            for cast in vote.roll
        ]
    return found


def _other_tally(old: Mapping[VoteOption, int], new: Mapping[VoteOption, int]) -> bool:
    """Whether a tally is new or another one; a site may leave out who was absent."""
    if not new:
        return False
    if not old:
        return True
    told = _SIDES | (old.keys() & new.keys())
    return any(old.get(option, 0) != new.get(option, 0) for option in told)


def _other_roll(old: tuple[Cast, ...], new: tuple[Cast, ...]) -> bool:
    """Whether a member is said to have voted otherwise; new words for the same are none."""
    known = {_plain(cast.voter): cast for cast in old}
    for cast in new:
        was = known.get(_plain(cast.voter))
        if was is None or was.option == cast.option:
            continue
        if not (was.text and _plain(was.text) == _plain(cast.text)):
            return True
    return False


def _plain(text: str) -> str:
    return normalise(text).casefold()
