"""Who says an answer's words: the name beside the quotation, or in the sentence that reports them.

The name is cut from the same release. Where nobody is named, or several people may be meant, there is none: words in
the wrong mouth are worse than words in nobody's.
"""

import re
from collections.abc import Iterable, Iterator

from qa_service.language.months import MONTH_NAME
from qa_service.sentences import sentence_spans
from qa_service.types import Slice
from qa_service.values.names import NAME, TITLE, belongs_to_another, is_title
from qa_service.values.quotations import quotation_at, quotations

_SAID = r"(?:said|says|added|stated|wrote|noted|concluded|explained|continued|declared|commented|remarked|argued|told)"
# Beside a quotation; elsewhere what is announced or asked for may be a thing, and not the words.
_SPOKE = (
    rf"(?:{_SAID}|adds|states|writes|notes|concludes|explains|continues|declares|argues|tells|replied|replies|answered|"
    r"responded|asked|asks|warned|warns|insisted|insists|emphasi[sz]ed|stressed|announced|recalled|reiterated|repeated|"
    r"observed|pointed out|claimed|joked|quipped|testified|reported|promised|pledged|vowed|assured|asserted|affirmed|"
    r"confirmed|acknowledged|admitted|conceded|urged|cautioned|suggested|predicted|maintained|contended|countered|"
    r"retorted|exclaimed|lamented|complained|proclaimed|underlined|underscored|reflected)"
)
# "Nebraska Farm Bureau President Keith Olsen": whatever is capitalised before a name belongs to it.
_CAPITALISED = (
    r"(?:(?:[A-Z]\.)+|(?:Mr|Mrs|Ms|Dr|Sens?|Reps?|Gov|Gen|Lt|Col|Sgt|Rev|St|Amb|Adm|Prof|Jr|Sr)\.|[A-ZÀ-Þ][\w'’-]*)"
)
_WHO = (
    rf"{_CAPITALISED}(?: (?:(?:of(?: the)?|for|and|de|del|van|von|bin|al) )?{_CAPITALISED}){{0,9}}"
    r"(?:,? (?:Jr|Sr|II|III)\b\.?)?"
)
_PARTY = r"(?:\s*\([DRI]-[A-Z][\w.-]*\)|,? [DRI]-[A-Z][\w.-]*,)"
# "The head of the guild, Ada Low, said", but not "unlike Ada Low, said the mayor".
_ASIDE = rf"(?:{_PARTY})?(?:, (?:[^,\"“”.]|,(?= \d)){{3,90}},|,(?! \w+ (?:the|an?|[A-Z])))?"
_ADVERB = r"(?:today |also |then |later |has |had )?"
# Whoever comes after "told" is told.
_AFTER = re.compile(rf"\b(?!told){_SAID} (?:the )?(?P<name>{_WHO})(?![\w-])")
# "Japan added a second batch": a deed, not words.
_DID = (
    r"(?:added|concluded|continued|declared) (?:an?|another|her|his|its|more|some|the|their|to|war|with|\d[\d,.]*|"
    r"\w+ing)\b"
)
_BEFORE = re.compile(rf"(?<![\w.-])(?P<name>{_WHO}){_ASIDE} {_ADVERB}(?!{_DID}){_SAID}\b")
_SPOKE_AFTER = re.compile(rf"\s*(?!tell|told){_SPOKE} (?:the )?(?P<name>{_WHO})(?![\w-])")
_SPOKE_BEFORE = re.compile(rf"(?<![\w.-])(?P<name>{_WHO}){_ASIDE} {_ADVERB}{_SPOKE}\b")
_SPEAKS = re.compile(rf"\b{_SPOKE}\b")
_ACCORDING = re.compile(rf"\b[Aa]ccording to (?:the )?(?P<name>{_WHO})(?![\w-])")
_PRONOUN = re.compile(rf"\b(?:[Hh]e|[Ss]he|[Tt]he [Ss]enator) (?:also |then )?{_SAID}\b|\b{_SAID} (?:he|she)\b")
_STATEMENT = re.compile(
    rf"(?<![\w.-])(?P<name>{_WHO}){_ASIDE}[^.\"“”]*?\b(?:statement|remarks|comments|{_SAID})\b[^\"“”]*:\s*$", re.DOTALL
)
_STATEMENTS = re.compile(r"\b(?:statement|remarks|comments)\b")
# How far from a quotation its speaker is looked for, in characters.
_REACH = 600
# "Holt, " of "Holt, Arel and Brandt said"
_ONE_MORE = re.compile(r"[A-Z][\w.'’-]+,[ \n]$")
_GOES_ON = frozenset({",", "?", "!", "-", "—"})
_NO_NAME = re.compile(
    r"(?:In|On|At|The|This|That|These|Those|But|And|Yet|So|If|As|When|While|Today|Yesterday|However|Also|It|He|She|They|"
    r"We|I|You|A|An|For|Last|Earlier|After|Before|Since|Both|Its|His|Her|Their|Monday|Tuesday|Wednesday|Thursday|Friday|"
    rf"Saturday|Sunday|{MONTH_NAME})\b[ ,]*"
)
# "the Bureau of Alcohol, Tobacco, Firearms and Explosives" is more than what stands before the comma.
_PARTIAL = re.compile(r", [A-Z][a-z]+,")
_FULL_NAME = re.compile(r"[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)+")
_SUBJECT = re.compile(_WHO)
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
    if found and not pieces and found.end < start and len(_SPEAKS.findall(text, found.end, start)) > 1:
        return None  # "Holt explained the plan, and the other side replied that ..."
    if found is None or (found.start < end and start < found.end):
        return None  # whoever is asked for doesn't say it of himself
    return found


def _of_quotation(text: str, pieces: tuple[tuple[int, int], ...]) -> Slice | None:
    """Look right behind the quotation, then right before it, then at a quotation that it carries on."""
    first, last = pieces[0], pieces[-1]
    behind = _gap_after(text, last[1])
    before = _gap_before(text, first[0])
    for gap in (behind, before):
        named = _named_at(text, *gap, first[0] if gap is behind else None)
        if named or _is_attributed(text, *gap, is_behind=gap is behind):
            return named
    if _goes_on(text, *behind):
        return None
    follows_another = before[0] > 0 and quotation_at(text, before[0] - 1, before[0]) is not None
    if follows_another and len(sentence_spans(text[before[0] : first[0]])) == 1:
        return _named_at(text, *before, before[0])  # "...," said Low. "..."
    return _introduced(text, first[0])


def _goes_on(text: str, start: int, end: int) -> bool:
    """Tell whether the sentence goes on behind the quotation, which may say who speaks in words not known here."""
    line, last = text[start:end].partition("\n")[0], text[start - 2 : start - 1]
    return bool(line.strip()) and last != "." and not last.isspace()


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


def _named_at(text: str, start: int, end: int, quoted_from: int | None) -> Slice | None:
    """Return the name in `text[start:end]`, when that is what says who speaks.

    Args:
        quoted_from: Where the quotation that these words are behind begins; None when they are before it.
    """
    if quoted_from is not None:
        if text[start - 2 : start - 1] not in _GOES_ON:
            return None  # a full stop within the marks: what follows is a sentence of its own
        end = _attribution_end(text, start, end)
        names = list(_first_to_speak(text, start, end))
    else:
        spans = sentence_spans(text[start:end])
        if not spans or text[start:end].rstrip()[-1:] not in {",", ":"}:
            return None
        start += spans[-1][0]
        names = [*_names(text, start, end), *_stated(text, start, end)]
        if not _STATEMENTS.search(text, start, end):
            names += _matches(_SPOKE_BEFORE, text, start, end)
    if names:
        return _only(text, names)
    if _PRONOUN.search(text, start, end):
        return _person_before(text, start) if quoted_from is None else _person_before_quotation(text, quoted_from)
    return None


def _first_to_speak(text: str, start: int, end: int) -> Iterator[Slice]:
    """Yield the name at the first verb of saying: what others say comes after it."""
    verb = _SPEAKS.search(text, start, end)
    inverted = _SPOKE_AFTER.match(text, start, end)
    if inverted:
        yield from _trimmed(text, *inverted.span("name"))
    elif verb:
        for found in _SPOKE_BEFORE.finditer(text, start, end):
            if found.start() < verb.start() < found.end():
                yield from _trimmed(text, *found.span("name"))


def _is_attributed(text: str, start: int, end: int, *, is_behind: bool) -> bool:
    """Tell whether these words say that somebody speaks, whoever it is."""
    if is_behind:
        if text[start - 2 : start - 1] not in _GOES_ON:
            return False
        end = _attribution_end(text, start, end)
    elif text[start:end].rstrip()[-1:] not in {",", ":"}:
        return False
    return bool(_SPEAKS.search(text, start, end))


def _introduced(text: str, start: int) -> Slice | None:
    """Return who is named by the paragraph before, when that announces a statement with a colon."""
    before = text[:start].rstrip()
    if not before.endswith(":"):
        return None
    begin = max(before.rfind("\n\n") + 1, len(before) - _REACH)
    return _only(text, _stated(text, begin, len(before)))


def _of_sentence(text: str, low: int, high: int) -> Slice | None:
    """Return who reports a sentence outside quotations."""
    found = (*_names(text, low, high), *_matches(_ACCORDING, text, low, high))
    names = [name for name in found if quotation_at(text, name.start, name.end) is None]
    if names:
        return _only(text, names)
    said = _PRONOUN.search(text, low, high)
    return _person_before(text, low) if said and quotation_at(text, said.start(), said.end()) is None else None


def _only(text: str, names: Iterable[Slice]) -> Slice | None:
    """Return the one name that these are, unless it belongs to another noun or ends a list."""
    found = {name.text: name for name in names}
    name = next(iter(found.values())) if len(found) == 1 else None
    if name is None:
        return None
    ends_list = " and " in name.text and _ONE_MORE.search(text, max(0, name.start - _REACH), name.start)
    return None if ends_list or belongs_to_another(text, name.start) else name


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
    if name and not name.endswith(("'s", "’s")) and not _PARTIAL.match(text, end) and not is_title(name):
        yield Slice(text[start:end], start, end)


def _person_before_quotation(text: str, start: int) -> Slice | None:
    """Return the one person with whom the sentence before begins, or whom the paragraph before ends with."""
    paragraph = max(text.rfind("\n\n", 0, start), start - _REACH, 0)
    spans = sentence_spans(text[paragraph:start])
    if not spans:
        return _person_before(text, paragraph)
    subject = _SUBJECT.match(text, paragraph + spans[-1][0])
    if subject is None or _FULL_NAME.search(text, subject.end(), start):
        return None
    person = _person_before(text, start, n_sentences=1)
    return person if person and person.text in subject[0] else None


def _person_before(text: str, start: int, *, n_sentences: int = 2) -> Slice | None:
    """Return the one person whom the two sentences before name; None when it may be another."""
    floor = max(0, start - _REACH)
    spans = sentence_spans(text[floor:start])[-n_sentences:]
    if not spans:
        return None
    low = floor + spans[0][0]
    people = {
        found.text.split()[-1]: found for found in (*_names(text, low, start), *_matches(_PERSON, text, low, start))
    }
    return _only(text, people.values()) if len(people) == 1 else None
