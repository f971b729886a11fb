"""A reply and the stored releases -> how many slices were compared, and which did not match.

The engine checks its citations before it replies. This checks them again from outside, with nothing of the engine's but
the text it stores, because a citation that opens at other words is the one fault that must never happen.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qa_service.types import Citation, Reply

TextOf = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Exactness:
    """Slices compared, and one message for each that did not match."""

    n_checked: int = 0
    violations: tuple[str, ...] = ()


def check_exactness(reply: Reply, text_of: TextOf) -> Exactness:
    """Compare every answer and citation of `reply` with what `text_of` gives for a document id, None if not indexed.

    Per citation, its quote, and the text before and after, which must join it without a gap; per answer, its words,
    which must stand inside the quote, the citations it names, which must be in the reply, its items and speaker.
    """
    checks = [*_citation_checks(reply, text_of), *_answer_checks(reply, text_of)]
    return Exactness(len(checks), tuple(message for is_exact, message in checks if not is_exact))


def _citation_checks(reply: Reply, text_of: TextOf) -> Iterator[tuple[bool, str]]:
    for citation in reply.citations:
        start, end, name = citation.start, citation.end, _name(citation)
        text = text_of(citation.document_id)
        if text is None:
            yield False, f"{name}: the release is not in the index"
            continue
        has_order = 0 <= start < end <= len(text)
        yield has_order and text[start:end] == citation.quote, f"{name}: text[{start}:{end}] is not the quote"
        yield text.endswith(citation.before, 0, start), f"{name}: 'before' does not end at {start}"
        yield text.startswith(citation.after, end), f"{name}: 'after' does not begin at {end}"


def _answer_checks(reply: Reply, text_of: TextOf) -> Iterator[tuple[bool, str]]:
    citations = {citation.id: citation for citation in reply.citations}
    for answer in reply.answers:
        unknown = {answer.citation, *answer.also_in} - citations.keys()
        yield not unknown, f"answer {answer.text!r} names citations {sorted(unknown)}, which the reply does not have"
        citation = citations.get(answer.citation)
        if citation is None:
            continue
        start, end, name = citation.answer_start, citation.answer_end, _name(citation)
        text = text_of(citation.document_id) or ""
        is_inside = citation.start <= start < end <= citation.end
        yield is_inside, f"{name}: the answer's {start} to {end} is not inside the quote's"
        yield text[start:end] == answer.text, f"{name}: text[{start}:{end}] is not the answer {answer.text!r}"
        for part in (*answer.items, *((answer.speaker,) if answer.speaker else ())):
            has_order = 0 <= part.start < part.end <= len(text)
            yield (
                has_order and text[part.start : part.end] == part.text,
                f"{name}: text[{part.start}:{part.end}] is not {part.text!r}",
            )


def _name(citation: Citation) -> str:
    return f"citation {citation.id} of {citation.document_id}"
