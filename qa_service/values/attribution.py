"""Who says an answer's words: the name beside the quotation, or in the sentence that reports them.

The name is cut from the same release. Where nobody is named, or several people may be meant, there is none: words in
the wrong mouth are worse than words in nobody's.
"""

import re
from collections.abc import Iterator

from qa_service.sentences import sentence_spans
from qa_service.types import Slice
from qa_service.values.names import NAME, TITLE
from qa_service.values.quotations import quotation_at, quotations

_SAID = r"(?:said|says|added|stated|wrote|noted|concluded|explained|continued|declared|commented|remarked|argued|told)"
# "Nebraska Farm Bureau President Keith Olsen": whatever is capitalised before a name belongs to it.
_CAPITALISED = (
    r"(?:(?:[A-Z]\.)+|(?:Mr|Mrs|Ms|Dr|Sens?|Reps?|Gov|Gen|Lt|Col|Sgt|Rev|St|Amb|Adm|Prof)\.|[A-ZÀ-Þ][\w'’-]*)"
)
_WHO = (
    rf"{_CAPITALISED}(?: (?:(?:of|for|and|de|del|van|von|bin|al) )?{_CAPITALISED}){{0,7}}(?:,? (?:Jr|Sr|II|III)\b\.?)?"
)
_PARTY = r"(?:\s*\([DRI]-[A-Z][\w.-]*\)|,? [DRI]-[A-Z][\w.-]*,)"
_ASIDE = rf"(?:{_PARTY})?(?:, (?:[^,\"“”.]|,(?= \d)){{3,90}},)?"
_AFTER = re.compile(rf"\b{_SAID} (?:the )?(?P<name>{_WHO})(?![\w-])")
_BEFORE = re.compile(rf"(?<![\w.-])(?P<name>{_WHO}){_ASIDE} (?:today |also |then |later |has |had )?{_SAID}\b")
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?:the )?(?P<name>{_WHO})(?![\w-])")
_PRONOUN = re.compile(rf"\b(?:[Hh]e|[Ss]he|[Tt]he [Ss]enator) (?:also |then )?{_SAID}\b|\b{_SAID} (?:he|she)\b")
_STATEMENT = re.compile(
    rf"(?<![\w.-])(?P<name>{_WHO}){_ASIDE}[^.\"“”]*?\b(?:statement|remarks|comments|{_SAID})\b[^\"“”]*:\s*$", re.DOTALL
)
# How far from a quotation its speaker is looked for, in characters.
_REACH = 600
_NO_NAME = re.compile(
    r"(?:In|On|At|The|This|That|These|Those|But|And|Yet|So|If|As|When|While|Today|Yesterday|However|Also|It|He|She|They|"
    r"We|I|A|An|For|Last|Earlier|After|Before|Since|Both|Its|His|Her|Their|Monday|Tuesday|Wednesday|Thursday|Friday|"
    r"Saturday|Sunday|January|February|March|April|May|June|July|August|September|October|November|December)\b[ ,]*"
)
# "the Bureau of Alcohol, Tobacco, Firearms and Explosives" is more than what stands before the comma.
_PARTIAL = re.compile(r", [A-Z][a-z]+,")
_ONLY_TITLE = re.compile(rf"(?:U\.S\. )?{TITLE}(?: {TITLE})*")
_PERSON = re.compile(rf"(?:{TITLE} )+(?P<name>{NAME})")


def speaker_of(text: str, span: tuple[int, int], sentence: tuple[int, int]) -> Slice | None:
    """Return who says the words at `span`, as `text` has the name.

    Args:
        text: The whole release.
        sentence: That is cited, or sentences.
    """
    start, end = span
    pieces = quotation_at(text, start, end)
    found = _of_quotation(text, pieces) if pieces else _of_sentence(text, *sentence)
    if found is None or (found.start < end and start < found.end):
        return None  # whoever is asked for doesn't say it of himself
    return found


def _of_quotation(text: str, pieces: tuple[tuple[int, int], ...]) -> Slice | None:
    """Look right behind the quotation, then right before it, then at a quotation that it carries on."""
    first, last = pieces[0], pieces[-1]
    behind = _gap_after(text, last[1])
    before = _gap_before(text, first[0])
    for gap in (behind, before):
        named = _named_at(text, *gap, is_behind=gap is behind)
        if named or _is_attributed(text, *gap, is_behind=gap is behind):
            return named
    follows_another = before[0] > 0 and quotation_at(text, before[0] - 1, before[0]) is not None
    if follows_another and len(sentence_spans(text[before[0] : first[0]])) == 1:
        return _named_at(text, *before, is_behind=True)  # "...," said Low. "..."
    return _introduced(text, first[0])


def _gap_after(text: str, end: int) -> tuple[int, int]:
    """Return what follows in the paragraph: to the sentence's end, or to the next quotation."""
    stop = min(
        _paragraph_end(text, end), *(pieces[0][0] for pieces in quotations(text) if pieces[0][0] >= end), len(text)
    )
    return end, min(stop, end + _REACH)


def _gap_before(text: str, start: int) -> tuple[int, int]:
    floor = max(text.rfind("\n\n", 0, start) + 1, start - _REACH)
    floor = max(floor, *(pieces[-1][1] for pieces in quotations(text) if pieces[-1][1] <= start), 0)
    return floor, start


def _paragraph_end(text: str, start: int) -> int:
    end = text.find("\n\n", start)
    return len(text) if end < 0 else end


def _attribution_end(text: str, start: int, end: int) -> int:
    """Return where the sentence that the quotation breaks off ends."""
    rest = text[start:end]
    spans = sentence_spans(rest)
    return start + spans[0][1] if spans else start


def _named_at(text: str, start: int, end: int, *, is_behind: bool) -> Slice | None:
    """Return the name in `text[start:end]`, when that is what says who speaks."""
    if is_behind:
        if text[start - 2 : start - 1] not in {",", "?", "!", "-", "—"}:
            return None  # a full stop within the marks: what follows is a sentence of its own
        end = _attribution_end(text, start, end)
        names = {found.text: found for found in _names(text, start, end)}
    else:
        spans = sentence_spans(text[start:end])
        if not spans or text[start:end].rstrip()[-1:] not in {",", ":"}:
            return None
        start += spans[-1][0]
        names = {found.text: found for found in (*_names(text, start, end), *_stated(text, start, end))}
    if len(names) == 1:
        return next(iter(names.values()))
    if not names and _PRONOUN.search(text, start, end):
        return _person_before(text, text.rfind("\n\n", 0, start) + 2 if is_behind else start)
    return None


def _is_attributed(text: str, start: int, end: int, *, is_behind: bool) -> bool:
    """Tell whether these words say that somebody speaks, whoever it is."""
    if is_behind:
        if text[start - 2 : start - 1] not in {",", "?", "!", "-", "—"}:
            return False
        end = _attribution_end(text, start, end)
    elif text[start:end].rstrip()[-1:] not in {",", ":"}:
        return False
    return bool(re.search(rf"\b{_SAID}\b", text[start:end]))


def _introduced(text: str, start: int) -> Slice | None:
    """Return who is named by the paragraph before, when that announces a statement with a colon."""
    before = text[:start].rstrip()
    if not before.endswith(":"):
        return None
    begin = max(before.rfind("\n\n") + 1, len(before) - _REACH)
    names = {found.text: found for found in _stated(text, begin, len(before))}
    return next(iter(names.values())) if len(names) == 1 else None


def _of_sentence(text: str, low: int, high: int) -> Slice | None:
    """Return who reports a sentence outside quotations."""
    names = {found.text: found for found in (*_names(text, low, high), *_matches(_ACCORDING, text, low, high))}
    names = {name: found for name, found in names.items() if quotation_at(text, found.start, found.end) is None}
    if len(names) == 1:
        return next(iter(names.values()))
    said = _PRONOUN.search(text, low, high) if not names else None
    return _person_before(text, low) if said and quotation_at(text, said.start(), said.end()) is None else None


def _names(text: str, start: int, end: int) -> Iterator[Slice]:
    yield from _matches(_AFTER, text, start, end)
    yield from _matches(_BEFORE, text, start, end)


def _stated(text: str, start: int, end: int) -> Iterator[Slice]:
    found = _STATEMENT.search(text[start:end])
    if found:
        yield from _trimmed(text, start + found.start("name"), start + found.end("name"))


def _matches(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[Slice]:
    for found in pattern.finditer(text[start:end]):
        yield from _trimmed(text, start + found.start("name"), start + found.end("name"))


def _trimmed(text: str, start: int, end: int) -> Iterator[Slice]:
    """Yield the name without words that are capitalised only because a sentence begins with them."""
    while (found := _NO_NAME.match(text, start, end)) is not None:
        start = found.end()
    name = text[start:end]
    if name and not name.endswith(("'s", "’s")) and not _PARTIAL.match(text, end) and not _ONLY_TITLE.fullmatch(name):
        yield Slice(text[start:end], start, end)


def _person_before(text: str, start: int) -> Slice | None:
    """Return the one person whom the two sentences before name; None when it may be another."""
    floor = max(0, start - _REACH)
    spans = sentence_spans(text[floor:start])[-2:]
    if not spans:
        return None
    low = floor + spans[0][0]
    people = {
        found.text.split()[-1]: found for found in (*_names(text, low, start), *_matches(_PERSON, text, low, start))
    }
    return next(iter(people.values())) if len(people) == 1 else None
