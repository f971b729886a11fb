"""What kind of words a question asks for, and whether words of a passage are of that kind.

Only kinds that show in the words, and in what follows them, whatever they are about: "how long" is not answered by
words without a unit of time or length, nor "how many riders" by the 70 of "70 years".
"""

import re
from collections.abc import Iterator, Mapping
from enum import Enum

from qa_service.numbers import NUMBER
from qa_service.words import content_words

AFTER = 40
"""So many characters after words are enough to tell their kind."""


class AnswerType(Enum):
    """A kind of words that a question asks for."""

    AGE = "age"
    CLOCK = "clock"
    COUNT = "count"
    DATE = "date"
    EXTENT = "extent"
    MONEY = "money"
    NUMBER = "number"
    PERSON = "person"
    RATE = "rate"
    VOTE = "vote"


_TIMES = (
    r"seconds?|minutes?|mins?|hours?|days?|nights?|weeks?|weekends?|fortnight|months?|quarters?|years?|decades?|"
    r"century|centuries|terms?|sessions?|semesters?|morning|afternoon|evening"
)
_MEASURES = (
    r"miles?|feet|foot|inch(?:es)?|yards?|acres?|acre-feet|hectares?|km|kilomet\w+|met(?:er|re)s?|tons?|tonnes?|pounds?|"
    r"kilos?|kg|kilograms?|grams?|ounces?|gallons?|lit(?:er|re)s?|barrels?|bushels?|\w*watts?|degrees?"
)
_CURRENCIES = r"dollars?|cents?|yen|euros?|pounds|yuan|rupees?|francs?|usd|jpy|eur"
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?"
)
_START = r"^(?:and |so |but )?"
_WHAT_IS = r"\bwhat(?:'s| is| was| were| will be| would be)(?: the| its| their| his| her| a)?(?: [\w'-]+){0,3}? "
_WHOM = r"(?:to |with |for |by |from )?whom?\b"
# The first that matches decides.
_ASKED = (
    (AnswerType.AGE, r"\bhow old\b|\b(?:what|which) age\b"),
    (AnswerType.EXTENT, r"\bhow long\b|\bhow much (?:more )?time\b"),
    (AnswerType.RATE, r"\b(?:what|which) (?:percentage|percent|proportion)\b|\bhow many per ?cent\b|\binterest rate\b"),
    (AnswerType.CLOCK, r"\bwhat time\b(?! (?:zone|period|frame|of year))"),
    (
        AnswerType.VOTE,
        rf"{_WHAT_IS}(?:vote|vote count|tally|final score)\b|"
        r"\bby (?:what|which|how \w+)(?: a)? (?:vote|margin)\b",
    ),
    (
        AnswerType.MONEY,
        rf"{_WHAT_IS}(?:price|price tag|cost|fee|tuition|salary|bounty)\b|"
        r"\bwhat (?:did|does|do|will|would) (?:[\w'-]+ )+?cost\b(?! (?:money|a)\b)|"
        r"\bhow much (?:money|cash|(?:[\w-]+ )?(?:funding|funds?|aid|financing))\b|"
        r"\bhow much (?:more |of \w+ )?(?:did|does|do|is|was|were|will|would|has|have|had|can|could|should)\b.*"
        r"\b(?:costs?|pay|paid|spen[dt]|worth|charged?|donated?|raised?|awarded|loan|len[dt]|borrow(?:ed)?|owed?|funding|"
        r"grants?|money)\b",
    ),
    (
        AnswerType.COUNT,
        rf"\bhow many (?!(?:more |other |square |metric )?(?:{_TIMES}|{_MEASURES}|{_CURRENCIES}|times|per|\w+illions?|"
        r"thousands?)\b)|\bdeath toll\b",
    ),
    (AnswerType.NUMBER, r"\bhow (?:many|much|often|far|tall|big|large|high|deep|wide|heavy|fast)\b"),
    (AnswerType.DATE, r"\b(?:what|which) (?:exact )?(?:date|day|month|year)\b|\bhow soon\b"),
    (AnswerType.DATE, rf"{_WHAT_IS}(?:deadline|due date)\b|{_START}(?:the )?deadline\b"),
    (AnswerType.DATE, rf"{_START}(?:by |since )?when\b(?! asked)|[,;:] when\b|\b(?:by|since) when\b"),
    (AnswerType.PERSON, rf"{_START}{_WHOM}|[,;:] {_WHOM}"),
)
_VAGUE = (
    r"\b(?:some|numerous|countless|multiple|a number|a lot|hundreds|thousands|\w+illions|dozens?|scores|half|third|"
    r"quarters?|fifth|several|none|no|nobody|single|couple|pair|both|double|triple|few|many|most|majority|all|every|each|"
    r"once|twice|first|second|(?!north|south|month|worth)[a-z]{3,}th|daily|weekly|monthly|yearly|annual\w*)\b"
)
_LOOKS = {
    AnswerType.AGE: r"(?<![\d.,$€£¥])(?:1[0-3]\d|\d\d?)(?![\d,]|\.\d)|\b(?:one|two|three|four|five|six|seven|eight|"
    r"nine|ten|eleven|twelve|\w+teen|\w+ty|\w+ties|infant|newborn)\b",
    AnswerType.CLOCK: r"\d|\b(?:noon|midday|midnight|dawn|dusk|morning|afternoon|evening|night)\b",
    AnswerType.DATE: rf"\d|\b(?:{_TIMES}|{_MONTHS}|"
    r"\w+day|today|tonight|tomorrow|now|spring|summer|autumn|fall|winter|noon|midnight|christmas|easter|ramadan|ago|"
    r"earlier|later|after|before|when|once|until|since|during|recently|immediately|soon|never)\b",
    AnswerType.EXTENT: rf"\b(?:\d+|\w+-)?(?<!\dth )(?<!\dst )(?<!\dnd )(?<!\drd )(?<!per )(?:{_TIMES}|m?ms|miles?|feet|"
    r"foot|inch(?:es)?|yards?|[ckm]?m|\w*met(?:er|re)s?|until|through|since|between|life\w*|beginning|seasons?|pages|"
    r"briefly|while|permanent\w*|indefinite\w*|overnight|forever)\b",
    AnswerType.NUMBER: r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundred|"
    rf"thousand|\w+illion|\w+th)\b|{_VAGUE}",
    AnswerType.PERSON: r"[^\W\d_a-z]|\b(?:he|she|they|him|her|them|we|us|you|one|every\w+|no-one|people|women|children|"
    r"police|public|family|families|companies|community|wife|husband|boys|girls|\w+(?:ers?|ors?|ists?|ians?|ants?|ents?|"
    r"ees?|men|ls))\b",
    AnswerType.RATE: r"%|\bper ?cent|\bpercentage|\b(?:half|thirds?|quarters?|all|most|majority)\b|^[\d.,]+$",
    AnswerType.VOTE: r"^\d+$|\d\s?(?:--?|–|to)\s?\d|\d votes|\w+ to (?:one|two|three|four|five|six|seven|eight|nine|"
    r"ten|eleven|twelve|\w+teen|\w+ty|none|nothing)\b|unanim|voice|majority",
}
_QUESTIONS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _ASKED)
_WORDS: Mapping[AnswerType, re.Pattern[str]] = {
    kind: re.compile(pattern, re.NOFLAG if kind is AnswerType.PERSON else re.IGNORECASE)
    for kind, pattern in _LOOKS.items()
}
_A_NUMBER = re.compile(
    rf"(?P<money>[$€£¥]\s?)?(?P<month>\b(?:{_MONTHS})\.?\s)?(?P<number>{NUMBER})"
    rf"(?P<other>st\b|nd\b|rd\b|th\b|\s?%|[\s-]{{0,2}}(?:(?:more|metric|square|full|consecutive|straight)\s)?"
    rf"(?:per ?cent|percentage|{_TIMES}|{_MEASURES})\b)?(?P<currency>[\s-]{{0,2}}(?:U\.?S\.? )?(?:{_CURRENCIES})\b)?",
    re.IGNORECASE,
)
_SAYS_HOW_MANY = re.compile(_VAGUE, re.IGNORECASE)
_SAYS_WHAT_IT_COSTS = re.compile(
    r"\b(?:\d+k|free|a lot|bucks|cheap|expensive|no money|low|high|twice|nothing|no charge|per ?cent|half|[mb]illions)"
    r"\b|%",
    re.IGNORECASE,
)
_NO_DATE = re.compile(r"[$€£¥]\s?\d[\d,.]*|\b\d{1,3}(?:,\d{3})+\b|\d[\d.]*\s?(?:%|per ?cent\b)", re.IGNORECASE)
# "Is it iron or stone?" and "Did he agree?" are answered in the question's own words.
_OFFERS = re.compile(
    r"\bor\b|^(?:and |so |but )?(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|must)\b",
    re.IGNORECASE,
)


def expected_type(question: str) -> AnswerType | None:
    """Return the kind of words that the question asks for; None when any may answer it."""
    question = question.strip()
    return next((kind for kind, pattern in _QUESTIONS if pattern.search(question)), None)


def is_of_type(text: str, expected: AnswerType | None, after: str = "") -> bool:
    """Tell whether the words can be of that kind; with None, any can.

    Args:
        after: What follows the words where they stand, such as a number's unit.
    """
    if expected is None:
        return True
    if expected is AnswerType.COUNT:
        return bool(_SAYS_HOW_MANY.search(text)) or any(_is_count(number) for number in _numbers(text, after))
    if expected is AnswerType.MONEY:
        return bool(_SAYS_WHAT_IT_COSTS.search(text)) or any(_may_be_money(number) for number in _numbers(text, after))
    if expected is AnswerType.DATE:
        text = _NO_DATE.sub("", text)
    return bool(_WORDS[expected].search(text))


def only_repeats(text: str, question: str) -> bool:
    """Tell whether the words say nothing that the question hasn't said, unless it asks for that."""
    return set(content_words(text)) <= set(content_words(question)) and not _OFFERS.search(question.strip())


def _numbers(text: str, after: str) -> Iterator[re.Match[str]]:
    """Yield the numbers that begin in the words, with what belongs to them."""
    return (found for found in _A_NUMBER.finditer(text + after) if found.start("number") < len(text))


def _is_count(number: re.Match[str]) -> bool:
    is_share = re.search(r"%|per", number["other"] or "") is not None
    return is_share or not any(number[part] for part in ("money", "month", "other", "currency"))


def _may_be_money(number: re.Match[str]) -> bool:
    if number["money"] or number["currency"]:
        return True
    is_small = len(number["number"]) <= 2  # the 5 of "5 votes"; releases write their sums with a currency, or at length
    return not (number["other"] or number["month"] or is_small)
