"""What kind of words a question asks for, and whether words of a passage are of that kind.

Only kinds that show in the words, or around them, whatever they are about: "how long" is not answered by words without
a unit of time or length, nor "how many riders" by the 70 of "70 years".
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum

from qa_service.language.amounts import CURRENCY_CODES, RESERVE, SIGNS
from qa_service.language.months import MONTH
from qa_service.language.numbers import NUMBER


class AnswerType(Enum):
    """A kind of words that a question asks for."""

    AGE = "age"
    CLOCK = "clock"
    COUNT = "count"
    DATE = "date"
    EXTENT = "extent"
    MONEY = "money"
    NAME = "name"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    RATE = "rate"
    VOTE = "vote"


_TIMES = (
    r"seconds|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|weekends?|fortnight|months?|quarters?|years?|decades?|"
    r"century|centuries|terms?|sessions?|semesters?|morning|afternoon|evening"
)
_MEASURES = (
    r"miles|feet|inches|yards|acres|acre-feet|hectares|km|kilomet(?:er|re)s|met(?:er|re)s|tons|tonnes|pounds|kilos|kg|"
    r"kilograms|grams|ounces|gallons|lit(?:er|re)s|barrels|bushels|\w*watts|degrees"
)
_SPANS_OF_TIME = r"seconds|minutes|mins|hours|days|nights|weeks|weekends|months|years|decades|centuries"
_SIGN = f"[{''.join(SIGNS)}]"
_BEFORE_MONEY = rf"(?:(?:\b[a-z]{{1,2}})?{_SIGN}|\b(?:{'|'.join(CURRENCY_CODES)}|rmb|rm|rs\.?|[ktu]sh\.?))"
_CURRENCIES = (
    r"dollars?|cents?|yen|euros?|pounds|pence|yuan|renminbi|rupees?|rupiah|francs?|pesos?|baht|won|ringgit|dong|rand|"
    r"kron(?:a|e|or|er)|r[ou]+bles?|lira|riyals?|dirhams?|shillings?|cedis?|dinars?|naira|zlotys?|forints?|shekels?|"
    r"birr|taka|tenge|kwacha|kyat|hryvnias?|guilders?|korun[ay]|lats|litas|lei|leva|leones?|reais|"
    rf"{'|'.join(CURRENCY_CODES)}"
)
_PAYING = (
    r"costs?|pay|pays|paid|paying|spend|spends|spent|spending|worth|charged?|donat\w+|raised?|raising|award\w*|loans?|loaned|"
    r"lend|lends|lent|lending|borrow\w*|owed?|owes|fund\w*|grants?|granted|money|giv(?:e|en|es|ing)|gave|provid\w+|"
    r"contribut\w+|pledg\w+|allocat\w+"
)
_PLACES = (
    r"cit(?:y|ies)|towns?|villages?|countr(?:y|ies)|states?|provinces?|regions?|islands?|airports?|ports?|capitals?"
)
_START = r"^(?:and |so |but )?"
_WHAT_IS = r"\bwhat(?:'s| is| was| were| will be| would be)(?: the| its| their| his| her| a)?(?: [\w'-]+){0,3}? "
_WHOM = r"(?:to |with |for |by |from )?whom?\b"
# The first that matches decides. "In what state" may ask for a condition, "what did it pay for" for a thing.
_ASKED = (
    (AnswerType.NAME, rf"\bwhat(?:'s| is| was| are| were) the names? of\b|{_START}(?:the )?names? of\b"),
    (
        AnswerType.PLACE,
        r"\b(?:in|at|to|from|on|near|through) (?:which|what(?! states?\b)) "
        rf"(?:[\w'-]+ ){{0,2}}?(?:{_PLACES})\b(?!['’])",
    ),
    (AnswerType.AGE, r"\bhow old\b|\b(?:what|which) age\b"),
    (AnswerType.EXTENT, rf"\bhow long\b|\bhow much (?:more )?time\b|\bhow many (?:more )?(?:{_SPANS_OF_TIME})\b"),
    (AnswerType.RATE, r"\b(?:what|which) (?:percentage|percent|proportion)\b|\bhow many per ?cent\b|\binterest rate\b"),
    (AnswerType.CLOCK, r"\bwhat time\b(?! (?:zone|period|frame|of year))"),
    (
        AnswerType.VOTE,
        rf"{_WHAT_IS}(?:vote|vote count|tally|final score)\b|"
        r"\bby (?:what|which|how \w+)(?: a)? (?:vote|margin)\b",
    ),
    (
        AnswerType.MONEY,
        rf"{_WHAT_IS}(?:price|price tag|cost|fee|tuition|salary|bounty|budget (?:for|of)|value of|worth of|"
        r"(?:cash|dollar|financial|market|monetary) (?:value|loss(?:es)?))\b|"
        r"\bwhat (?:is|are|was|were|will|would) (?:[^\s?]+ ){1,20}?(?<!fort )worth\b(?! \w+ing\b)|"
        r"\b(?:what|which) (?:value of|money did|(?:\w+ )?sum)\b|"
        r"\bwhat (?:did|does|do|will|would) (?:[^\s?]+ ){1,20}?pay (?:towards?|to|for) "
        r"(?!in\b|at\b|on\b|during\b|under\b)\w|"
        r"\bwhat (?:did|does|do|will|would) (?:[\w'-]+ ){1,30}?cost\b(?! (?:money|a)\b)|"
        r"\bhow much (?:money|cash|(?:[\w-]+ )?(?:funding|funds?|aid|financing))\b|"
        r"\bhow much (?:more |of \w+ )?(?:did|does|do|is|was|were|will|would|has|have|had|can|could|should)\b.*"
        rf"\b(?:{_PAYING})\b",
    ),
    (
        AnswerType.COUNT,
        rf"\bhow many (?!(?:more |other |square |metric )?(?:{_SPANS_OF_TIME}|{_MEASURES}|{_CURRENCIES}|times|per|"
        r"\w+illions?|thousands?)\b)|\bdeath toll\b",
    ),
    (AnswerType.NUMBER, r"\bhow (?:many|much|often|far|tall|big|large|high|deep|wide|heavy|fast)\b"),
    (AnswerType.DATE, r"\b(?:what|which) (?:exact )?(?:date|day|month|year)\b|\bhow soon\b"),
    (AnswerType.DATE, rf"{_WHAT_IS}(?:deadline|due date)\b|{_START}(?:the )?deadline\b"),
    (AnswerType.DATE, rf"{_START}(?:by |since )?when\b(?! asked)|[,;:] when\b|\b(?:by|since) when\b"),
    (AnswerType.PERSON, rf"{_START}{_WHOM}|[,;:] {_WHOM}"),
)
_SMALL = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty)"
_VAGUE = (
    r"\b(?:numerous|countless|multiple|hundreds|thousands|\w+illions|dozens?|scores|half|third|"
    r"quarters?|fifth|several|none|no|nobody|single|couple|pair|both|double|triple|few|many|most|majority|all|every|each|"
    r"once|twice|first|second|(?!north|south|month|worth)[a-z]{3,}th|daily|weekly|monthly|yearly|annual\w*)\b"
)
_LOOKS = {
    AnswerType.AGE: rf"(?<!{_SIGN})(?<![\d.,:])(?:1[0-3]\d|\d\d?)(?![\d,:]|\.\d)|"
    rf"\b(?:{_SMALL}|\w+ties|infant|newborn)\b",
    AnswerType.CLOCK: r"\b(?:[0-2]\d[0-5]\d|noon|midday|midnight|dawn|dusk|morning|afternoon|evening|night)\b",
    AnswerType.COUNT: _VAGUE,
    AnswerType.DATE: rf"\d|\b(?:{_TIMES}|{MONTH}|"
    r"\w+day|today|tonight|tomorrow|now|spring|summer|autumn|fall|winter|noon|midnight|christmas|easter|ramadan|ago|"
    r"earlier|later|after|before|close of business|when|once|until|since|during|recently|immediately|soon|never)\b",
    AnswerType.EXTENT: rf"\b(?:\d+|\w+-)?(?<!\dth )(?<!\dst )(?<!\dnd )(?<!\drd )(?<!per )(?:{_TIMES}|m?ms|miles?|feet|"
    r"foot|inch(?:es)?|yards?|[ckm]?m|\w*met(?:er|re)s?|until|through|since|between|life\w*|beginning|seasons?|pages|"
    rf"briefly|while|permanent\w*|indefinite\w*|overnight|forever)\b|\b(?:\d+|{_SMALL})[\s-]second\b",
    AnswerType.MONEY: r"\b(?:\d+[kp]|free|bucks|cheap|expensive|no money|low|high|twice|nothing|no charge|half|"
    r"[mb]illions)\b",
    AnswerType.NUMBER: rf"\d|\b(?:{_SMALL}|hundred|thousand|\w+illion|\w+th)\b|{_VAGUE}",
    AnswerType.PERSON: r"[^\W\d_a-z]|\b(?:he|she|they|him|her|them|we|us|you|one|every\w+|no-one|people|women|children|"
    r"police|public|family|families|companies|community|wife|husband|boys|girls|\w+(?:ers?|ors?|ists?|ians?|ants?|ents?|"
    r"ees?|men|ls))\b",
    AnswerType.RATE: r"%|\bper ?cent|\bpercentage|\b(?:half|thirds?|quarters?|all|most|majority)\b|^[\d.,]+$",
    AnswerType.VOTE: r"^\d+$|(?<!\d)\d{1,3}\s?(?:--?|–|—|to)\s?\d{1,3}(?!\d)|"
    rf"{_SMALL} to (?:{_SMALL}|none|nothing)\b|(?:\d|{_SMALL}) (?:votes|yeas|nays|\w+ voting|(?:\w+ )?in favou?r)|"
    r"\bconsensus|unanim|voice|majority|thirds|per ?cent|%",
}
_QUESTIONS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKED)
_WORDS: Mapping[AnswerType, re.Pattern[str]] = {
    kind: re.compile(pattern, re.NOFLAG if kind is AnswerType.PERSON else re.IGNORECASE)
    for kind, pattern in _LOOKS.items()
}
_NO_THINGS = (
    r"and|for|from|was|were|will|would|has|had|the|each|per|over|under|with|that|which|while|after|before|through|since"
)
_A_NUMBER = re.compile(
    rf"(?P<currency_before>{_BEFORE_MONEY}\s?)?(?P<month>\b(?:{MONTH})\.?\s)?"
    rf"(?P<number>{NUMBER})(?P<ordinal>st\b|nd\b|rd\b|th\b)?(?P<share>\s?%|\s(?:per ?cent|percentage)(?:\spoints?)?\b)?"
    rf"(?P<unit>[\s-]{{0,2}}(?:(?:more|metric|square|full|consecutive|straight)\s)?(?:{_SPANS_OF_TIME}|{_MEASURES})\b)?"
    rf"(?P<currency>[$€£]|[\s-]{{0,2}}(?:(?:U\.?S\.?|\w+an) )?(?:{_CURRENCIES})\b)?"
    rf"(?=(?P<things>\s(?!(?:{_NO_THINGS})\b)[a-z]{{3,}})?)",
    re.IGNORECASE,
)
_UNIT_BEHIND = re.compile(rf"[\s-](?:second|{_TIMES}|{_MEASURES})\b", re.IGNORECASE)
# So many characters hold what belongs to a number: a month or a currency before it, a unit or a currency behind it.
_BEFORE_A_NUMBER, _BEHIND_A_NUMBER = 16, 64
# "Cut by 2030": until then, not so much.
_A_YEAR = re.compile(
    r"(?:(?<=\bby\s)|(?<=\bin\s)|(?<=\bsince\s)|(?<=\buntil\s))(?:19|20)\d\d\b"
    rf"(?![,.]?\d|[\s-](?!(?:{_NO_THINGS})\b)[a-z]{{3,}})",
    re.IGNORECASE,
)
_LEADING_ARTICLE = re.compile(r"^[\"“'‘(]*(?:the|an?)\b", re.IGNORECASE)
_BEFORE_NUMBER = rf"(?:\b{RESERVE}\s+)?(?:{_BEFORE_MONEY}\s?)?"
_AMOUNT = re.compile(rf"(?P<before>{_BEFORE_NUMBER}){NUMBER}", re.IGNORECASE)
_BEFORE_AMOUNT = re.compile(rf"{_BEFORE_NUMBER}\Z", re.IGNORECASE)
_LONGEST_BEFORE_AMOUNT = 32
# "3. North Korea" and "(3) Both leaders": what a line or a sentence is counted with.
_LONGEST_INDENT = 64
_BEFORE_A_MARKER, _AFTER_A_MARKER = re.compile(r"(?:^|\n)\s*\(?$|\($"), re.compile(r"[.)]\s")
_NO_DATE = re.compile(_SIGN + r"\s?\d[\d,.]*|\b\d{1,3}(?:,\d{3})+\b|\d[\d.]*\s?(?:%|per ?cent\b)", re.IGNORECASE)


def expected_type(question: str) -> AnswerType | None:
    """Return the kind of words that the question asks for; None when any may answer it."""
    question = question.strip()
    return next((kind for kind, pattern in _QUESTIONS if pattern.search(question)), None)


def is_of_type(text: str, expected: AnswerType | None, start: int = 0, end: int | None = None) -> bool:
    """Tell whether words of a text, by default all of it, can be of that kind; with None, any can.

    What stands around the words counts: a unit behind a number, or that it is the number of a heading.
    """
    if expected is None:
        return True
    end = len(text) if end is None else end
    words = text[start:end]
    if expected in {AnswerType.NAME, AnswerType.PLACE}:
        return text.islower() or text.isupper() or _is_capitalised(words)
    numbers = list(_numbers(text, start, end))
    if expected is AnswerType.DATE:
        words = _NO_DATE.sub("", words)
    else:
        years = [number for number in numbers if _A_YEAR.match(text, number.start("number"))]
        numbers = [number for number in numbers if number not in years]
        for year in years:
            words = words.replace(year["number"], "", 1)
    if expected is AnswerType.NUMBER and words.isdecimal():
        return bool(numbers)
    fits = _FITTING.get(expected)
    return bool(_WORDS[expected].search(words)) or (fits is not None and any(map(fits, numbers)))


def _is_capitalised(words: str) -> bool:
    """Tell whether a capital letter, or one of a script without them, stands behind a leading article."""
    return any(letter.isalpha() and not letter.islower() for letter in _LEADING_ARTICLE.sub("", words))


def start_of_amount(text: str, start: int) -> int:
    """Return where words begin when what belongs before the amount is taken in: "20" of "about EUR 20 million"."""
    amount = _AMOUNT.match(text, start)
    if amount is None:
        return start
    number = amount.end("before")
    before = _BEFORE_AMOUNT.search(text, max(0, number - _LONGEST_BEFORE_AMOUNT), number)
    return before.start() if before else start


def end_of_amount(text: str, start: int, end: int) -> int:
    """Return where words end when the amount that they break off is taken in: "490" of "490 million yen"."""
    ends = (number.end(part) for number in _numbers(text, start, end) for part in ("number", "share", "currency"))
    return max([end, *ends])


def _numbers(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Yield the numbers that begin in the words, with what belongs to them; not those of headings and list entries."""
    for found in _A_NUMBER.finditer(text, max(0, start - _BEFORE_A_NUMBER), end + _BEHIND_A_NUMBER):
        if found.start("number") >= end:
            return
        if found.start("number") >= start and not _is_marker(text, *found.span("number")):
            yield found


def _is_marker(text: str, start: int, end: int) -> bool:
    return bool(
        _AFTER_A_MARKER.match(text, end) and _BEFORE_A_MARKER.search(text, max(0, start - _LONGEST_INDENT), start)
    )


def _is_count(number: re.Match[str]) -> bool:
    return not any(number[part] for part in ("currency_before", "month", "ordinal", "unit", "currency"))


def _has_unit(number: re.Match[str]) -> bool:
    return bool(_UNIT_BEHIND.match(number.string, number.end("number")))


def _may_be_money(number: re.Match[str]) -> bool:
    if number["currency_before"] or number["currency"]:
        return True
    is_large = "," in number["number"] or re.search(r"illion|thousand|lakh|crore", number["number"], re.IGNORECASE)
    return bool(is_large) and not any(number[part] for part in ("month", "ordinal", "share", "unit", "things"))


_FITTING: Mapping[AnswerType, Callable[[re.Match[str]], bool]] = {
    AnswerType.CLOCK: lambda number: not _has_unit(number),
    AnswerType.COUNT: _is_count,
    AnswerType.EXTENT: _has_unit,
    AnswerType.MONEY: _may_be_money,
}
