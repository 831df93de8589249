"""Why a text answers a query, or does not: part by part, what stands there and what is missing.

A part whose words are all absent is only counted, so that what is left to read
is what came near.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from config import query
from pipelines.evaluate import Reading
from pipelines.match import reading_of
from pipelines.texts import Extracted

__all__ = ["Reason", "reasons"]

_SHOWN = 6
_LONGEST = 90
_TOGETHER = query.Near | query.Then | query.Sentence | query.Paragraph


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a query: how deep it stands, its words, how many passages satisfy it.

    `found` is None where the text does not satisfy it. `why` says what is amiss.
    """

    depth: int
    part: str
    found: int | None
    why: str = ""


def reasons(tree: query.Query, document: Extracted) -> tuple[Reason, ...]:
    """The parts of a query from the whole to its terms. Raises UnevaluableQueryError."""
    return tuple(_reasons(reading_of(tree, document), tree, 0))


def _reasons(reading: Reading, node: query.Query, depth: int) -> Iterator[Reason]:
    count = _count(reading, node)
    match node:
        case query.Or(operands) if all(isinstance(one, query.Term) for one in operands):
            yield Reason(depth, _terms(reading, operands), count)
        case query.Or(operands):
            yield from _either(reading, operands, depth, count)
        case query.And(operands):
            yield Reason(depth, "all of", count)
            for one in operands:
                yield from _reasons(reading, one, depth + 1)
        case query.Not(operand):
            yield Reason(depth, "not", count)
            yield from _reasons(reading, operand, depth + 1)
        case query.Field(name, operand):
            yield Reason(
                depth, _short(f"{name}:{operand}"), count,
                "" if name == reading.field else f"asked of the {name}, which a file does not have",
            )  # fmt: skip
        case query.Unless():
            yield from _unless(reading, node, depth, count)
        case query.Near() | query.Then() | query.Sentence() | query.Paragraph():
            yield from _together(reading, node, depth, count)
        case _:
            yield Reason(depth, str(node), count)


def _either(
    reading: Reading, operands: Sequence[query.Query], depth: int, count: int | None
) -> Iterator[Reason]:
    near = [one for one in operands if _stands(reading, one)]
    yield Reason(depth, f"one of {len(operands)}", count)
    for one in near:
        yield from _reasons(reading, one, depth + 1)
    if left := len(operands) - len(near):
        yield Reason(depth + 1, f"{left} more", None, "not all of their words stand here")


def _unless(
    reading: Reading, node: query.Unless, depth: int, count: int | None
) -> Iterator[Reason]:
    before = _count(reading, node.left) or 0
    kept_out = before - (count or 0)
    noun = "passage" if kept_out == 1 else "passages"
    why = f"{kept_out} {noun} kept out by the company of {_found(reading, node.right)}"
    yield Reason(depth, "unless", count, why if kept_out else "")
    yield from _reasons(reading, node.left, depth + 1)


def _together(reading: Reading, node: _TOGETHER, depth: int, count: int | None) -> Iterator[Reason]:
    where = {
        query.Sentence: "in one sentence",
        query.Paragraph: "in one paragraph",
    }.get(type(node), "")
    if isinstance(node, query.Near | query.Then):
        order = ", in this order" if isinstance(node, query.Then) else ""
        where = f"within {node.distance} words{order}"
    both = all(_count(reading, side) for side in (node.left, node.right))
    yield Reason(
        depth, where, count, f"both stand here, never {where}" if both and not count else ""
    )
    yield from _reasons(reading, node.left, depth + 1)
    yield from _reasons(reading, node.right, depth + 1)


def _count(reading: Reading, node: query.Query) -> int | None:
    hits = reading.evaluate(node)
    return None if hits is None else len(hits)


def _stands(reading: Reading, node: query.Query) -> bool:
    """Whether a part is satisfied, or what it needs stands in the text at least."""
    if isinstance(node, query.Field) and node.name != reading.field:
        return True  # it is shown, for it is not the words that are missing
    match node:
        case query.And(operands):
            return all(_stands(reading, one) for one in operands if query.selects(one))
        case query.Or(operands):
            return any(_stands(reading, one) for one in operands)
        case query.Near() | query.Then() | query.Sentence() | query.Paragraph():
            return _stands(reading, node.left) and _stands(reading, node.right)
        case query.Unless():
            return _stands(reading, node.left)
        case _:
            return reading.evaluate(node) is not None


def _terms(reading: Reading, operands: tuple[query.Query, ...]) -> str:
    """The terms of an OR that stand there with how often, else how many there are."""
    counts = [(str(one), _count(reading, one)) for one in operands]
    there = [f"{term} ({count})" for term, count in counts if count]
    if not there:
        return _short(f"{' OR '.join(term for term, _ in counts)}")
    more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
    return ", ".join(there[:_SHOWN]) + more


def _found(reading: Reading, node: query.Query) -> str:
    """The terms of a part that stand in the text."""
    there = [
        str(one)
        for one in query.walk(node)
        if isinstance(one, query.Term) and reading.evaluate(one)
    ]
    return ", ".join(dict.fromkeys(there[:_SHOWN])) or str(node)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
