"""A yes/no question and the sentence that is cited -> whether that affirms or denies it, or neither plainly.

The question's own words must stand in the sentence, near together and in their order: "Dorgan thanked Roberts" says
nothing of whether Roberts thanked Dorgan. A word that makes it a wish, a plan or a condition leaves it undecided. So
most questions get no polarity.
"""

import re

from qa_service.language.months import MONTH_NAME
from qa_service.language.words import content_words
from qa_service.types import Polarity
from qa_service.values.names import belongs_to_another

_AUXILIARY = r"(?:did|do|does|is|are|was|were|has|have|had|will|would|can|could|should)"
_ASKED = re.compile(
    rf"(?:^(?:and |so |but )?|, )(?P<auxiliary>{_AUXILIARY})(?P<negated>n't)?\s+(?P<rest>.+)", re.IGNORECASE | re.DOTALL
)
_HEDGE = re.compile(
    r"\b(?:may|might|could|would|should|can|whether|perhaps|possibly|probably|likely|unlikely|plans?|planned|planning|"
    r"hopes?|hoped|hoping|urge[sd]?|urging|call(?:s|ed|ing)? (?:on|for|upon)|asks?|asked|asking|want(?:s|ed)?|"
    r"expect(?:s|ed)?|consider\w*|propos\w+|seeks?|sought|intend\w*|allow\w*|allegedly|reportedly|claim\w*|will|"
    r"potential\w*|request\w*|encourag\w*|recommend\w*|aim\w*|tr(?:y|ies|ied)|attempt\w*|only|threat\w*|promis\w*|"
    r"pledg\w*|nearly|almost|hardly|barely|too|little|few|believ\w*|appear\w*|seem\w*|about to|so that|in order to|"
    r"instead|rather|or|eligible|require[sd]?|must|need(?:s|ed)?|helps?|"
    r"partial\w*|partly|former(?:ly)?|vice|deputy|acting)\b|\?",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|unless|until|except|up to|as long as|provided)\b", re.IGNORECASE)
# What stands before and behind these needn't be said of the same.
_ANOTHER_CLAUSE = re.compile(
    r"\b(?:who|whom|whose|which|where|when|while|before|after|because)\b|, and\b|;", re.IGNORECASE
)
_CONTRAST = re.compile(r"\b(?:but|although|though|however)\b", re.IGNORECASE)
_DENIAL = re.compile(
    r"\b(?:not(?: yet)?|never|no longer|cannot|declin(?:e|es|ed) to|refus(?:e|es|ed) to|fail(?:s|ed)? to|"
    r"(?:has|have|had) yet to)\b|n't\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:no|not|none|nobody|nothing|never|neither|nor|without|cannot|reject\w*|declin\w*|refus\w*|fail\w*|"
    r"den(?:y|ies|ied)|oppos\w*|lack\w*|prevent\w*|block\w*|halt\w*|avoid\w*|delay\w*|yet|stop(?:s|ped)?|end(?:s|ed)?|"
    r"cancel\w*|withdr\w+|unable|unwilling|unsuccessful\w*|against|veto\w*|prohibit\w*|ban(?:s|ned)?|forbid\w*|"
    r"exclud\w*)\b|n't\b",
    re.IGNORECASE,
)
# Wherever it stands in the sentence, it may bear on all of it.
_UNTRUE = re.compile(
    r"\b(untrue|false\w*|rumou?r\w*|dismiss\w*|den(?:y|ies|ied|ying|ials?)|refut\w*|unfounded|baseless|incorrect\w*|"
    r"inaccurate\w*|alleg\w*|reportedly|suppos(?:ed|edly)|speculat\w*|myths?|hoax\w*|accus\w*|far from|anything but|"
    r"would have|postpon\w*|put off|call(?:ed|ing) off|cancel\w*|shelved|scrapped)\b",
    re.IGNORECASE,
)
_WISHED_OR_TOLD = re.compile(
    r"\b(demand\w*|insist\w*|hop(?:e|es|ed)|wish\w*|propos\w*|request\w*|recommend\w*|urge[sd]?|ask(?:s|ed)?|claim\w*|"
    r"believ\w*|fear\w*|expect\w*|suggest\w*|reports) (?:[\w'’-]+ ){0,8}?that\b",
    re.IGNORECASE,
)
# A condition that begins like "Had he attacked the port", and what a reporter asks.
_NO_STATEMENT = re.compile(r"\W{0,3}(?:(?:had|were|should) |(?:q|question|reporter)\s?:)", re.IGNORECASE)
_AIM = re.compile(r"(?<!managed )\bto (?:be |have |have been )?(?:\w+ly )?(?P<verb>[a-z]+)")
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?:1[5-9]|20)\d\d\b",
        rf"\b(?:{MONTH_NAME})\b",
        r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b",
    )
)
# Of what is, it must be said that it is: "the museum was closed in 1990" leaves open whether it is closed.
_IS = re.compile(r"(?:\b(?:is|are|isn't|aren't|(?:has|have) (?:not |never )?been)\b|['’]s\b)", re.IGNORECASE)
_WAS = re.compile(r"\b(?:was|were|wasn't|weren't|be|been|being)\b", re.IGNORECASE)
_BEING = {"is": _IS, "are": _IS, "was": _WAS, "were": _WAS}
_UNDECIDED = re.compile(r"\b(?:or|not|never|no|any|all|every|only)\b", re.IGNORECASE)
_EMPHASIS = re.compile(r"\b(?:ever|actually|really|in fact|indeed)\b", re.IGNORECASE)
_OWNER = re.compile(r"([\w-]+)(?:['’]s|(?<=s)['’])(?!\w)")
_WORD = re.compile(r"[\w'’-]+")
# How far from the words that were asked for another word still bears on them, in words.
_REACH = 4


def polarity_of(question: str, sentence: str) -> Polarity | None:
    """Return what the sentence says to a yes/no question; None for any other question, and for any doubt."""
    question, sentence = " ".join(question.split()), " ".join(sentence.split())
    asked = _ASKED.search(question)
    if asked is None or asked["negated"] or _UNDECIDED.search(asked["rest"]):
        return None
    wanted = content_words(_EMPHASIS.sub("", asked["rest"]))
    clause = _clause(sentence, wanted) if len(wanted) > 1 else None
    being = _BEING.get(asked["auxiliary"].lower())
    if (
        clause is None
        or (being and not being.search(sentence, *clause))
        or _CONDITION.search(sentence)
        or _CONTRAST.search(sentence, clause[0])
    ):
        return None
    if _is_left_open(sentence, clause[1], wanted) or _has_other_date(sentence[clause[0] : clause[1]], question):
        return None
    return _of_clause(sentence[clause[0] : clause[1]], question, wanted)


def _is_left_open(sentence: str, end: int, wanted: list[str]) -> bool:
    """Tell whether the sentence calls it untrue, puts it off, asks, or only reports or wishes that it be so."""
    if _NO_STATEMENT.match(sentence) or sentence.rstrip("\"'”’) ").endswith("?"):
        return True
    bearing = (*_UNTRUE.finditer(sentence), *_WISHED_OR_TOLD.finditer(sentence, 0, end))
    return any(not set(content_words(found[1])) & set(wanted) for found in bearing)


def _has_other_date(clause: str, question: str) -> bool:
    """Tell whether the clause has another year, month or day of the week than the question: of another event, then."""
    dates = [(set(pattern.findall(clause)), set(pattern.findall(question))) for pattern in _DATES]
    return any(asked and said - asked for said, asked in dates)


def _of_clause(clause: str, question: str, wanted: list[str]) -> Polarity | None:
    denials = list(_DENIAL.finditer(clause))

    def bears(found: re.Match[str]) -> bool:
        """Tell whether a word changes what the question says: one of its own, or part of a denial, doesn't."""
        is_asked = re.search(rf"\b{re.escape(found[0])}(?!\w)", question, re.IGNORECASE)
        return not is_asked and not any(each.start() <= found.start() < each.end() for each in denials)

    asked_aims = {found["verb"] for found in _AIM.finditer(question)}
    for found in _AIM.finditer(clause):
        is_aimed_at = set(content_words(found["verb"])) & set(wanted) and found["verb"] not in asked_aims
        if is_aimed_at and not any(each.start() <= found.start() < each.end() for each in denials):
            return None  # "agreed to close" doesn't say that it was closed
    if any(bears(found) for pattern in (_HEDGE, _NEGATIVE) for found in pattern.finditer(clause)):
        return None
    for owner in _OWNER.finditer(clause):
        if set(content_words(owner[1])) & set(wanted) and not re.search(
            rf"\b{re.escape(owner[1])}['’]", question, re.IGNORECASE
        ):
            return None  # "Bush's father signed it" doesn't say that Bush did
    if not denials:
        return Polarity.YES
    following = content_words(clause[denials[0].end() :])[:1]
    return Polarity.NO if len(denials) == 1 and following and following[0] in wanted else None


def _clause(sentence: str, wanted: list[str]) -> tuple[int, int] | None:
    """Return where the wanted words stand, in their order, with the words that bear on them; None if they don't."""
    words = [(found.span(), content_words(found[0])) for found in _WORD.finditer(sentence)]
    last = _last_in_order(wanted, [stems for _, stems in words])
    if last is None:
        return None
    back = _last_in_order(wanted[::-1], [stems[::-1] for _, stems in reversed(words[: last + 1])])
    first = last - (back or 0)
    if belongs_to_another(sentence, words[first][0][0]):
        return None
    parting = _ANOTHER_CLAUSE.finditer(sentence, words[first][0][0], words[last][0][1])
    if last - first > 2 * len(wanted) + _REACH or any(
        not set(content_words(word[0])) & set(wanted) for word in parting
    ):
        return None
    (start, _), _ = words[max(0, first - _REACH)]
    (_, end), _ = words[min(len(words) - 1, last + _REACH)]
    start = max(start, *(sentence.rfind(mark, 0, words[first][0][0]) + 1 for mark in ",;:"))
    after = re.search(r"[,;:]|\band\b", sentence[words[last][0][1] : end])
    return start, words[last][0][1] + after.start() if after else end


def _last_in_order(wanted: list[str], words: list[list[str]]) -> int | None:
    """Return the number of the word at which all of `wanted` have stood, in this order."""
    left = list(wanted)
    for number, stems in enumerate(words):
        for stem in stems:
            if left and stem == left[0]:
                left.pop(0)
        if not left:
            return number
    return None
