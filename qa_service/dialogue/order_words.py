"""A question to the order by date that it asks for: "latest", "the last call", "when did they first meet"."""

import re
from collections.abc import Iterator

from qa_service.types import DateOrder

_KIND = r"(?:(?:press|news|joint|public|official|written|telephone|phone|video|bilateral|trilateral|ministerial)\s+)?"
_TELLING = r"(?:releases?|statements?|announcements?|remarks|speech|letter|news|report|call|appeal|reaction|response)\b"
_EVENT = (
    rf"(?:{_TELLING}|(?:meeting|talks?|visit|trip|round|vote|hearing|conversation|summit|grant|position"
    r"|consultations?|dialogues?|negotiations?|sessions?|conferences?)\b)"
)
# What may stand between "last" and its noun.
_OF_WHAT = (
    r"(?:(?!(?:of|to|in|on|at|for|by|with|from|and|or|who|whom|that|which|before|after|until|till|since|as|than|is|was|were|did"
    r"|the|a|an|his|her|their|its|days?|weeks?|months?|years?|decades?|century|quarter|night|minute|names?|word|words|one|two"
    r"|three|four|five|six|seven|eight|nine|ten|few|several)\b)[^\W\d][\w'’-]*\s+)"
)
# What there is one of again and again.
_RECURRING = (
    r"(?:awards?|grants?|bills?|amounts?|counts?|estimates?|figures?|updates?|fund(?:s|ing)|legislation|"
    r"resolutions?|nominations?|nominees?|winners?|recipients?|interns?|couples?|contracts?|hearings?|projects?|"
    r"appropriations?|requests?|scorecards?|round|veterans|[A-Z][a-z]+(?:\s+[A-Z][a-z]+){1,4}\s+(?:Day|Award|Patriot|Grant|Prize))\b"
)
# Parts of names, ranks, halves of years, and what one text counts.
_OF_A_NAME = (
    r"(?:lady|ladies|quarter|half|minister|vice|deputy|secretary|officer|prizes?|amendment|responders?|aid|name|names|"
    r"place|hand|floor|grade|class|degree|nations?|rate|step|line|person|woman|man|century|day|days|week|weeks|month|months|"
    r"year|years|world|term|and|or|paragraph|"
    r"sentence|page|item|topic|subject|question|point|piece|part|lesson|priority|goal|reason|thing|duty|task|rule|principle|condition|"
    r"chapter|article|section|stage|phase|\d|two|three|four|five|six|ten)\b"
)
# What releases tell of in one version after another; the original of anything else is a thing in the text.
_REVISED = (
    r"(?:\w+[\s-]+){0,3}?(?:bills?|plans?|proposals?|versions?|estimates?|figures?|amounts?|counts?|numbers?|totals?|requests?|"
    r"deadlines?|dates?|positions?|budgets?|costs?|schedules?|goals?|targets?|demands?|announcements?|statements?|releases?)\b"
)
# Someone's first duty, journey or term orders nothing.
_OWN = r"(?<!\bhis )(?<!\bher )(?<!\btheir )(?<!\bits )(?<!\bmy )(?<!\bour )(?<!\byour )"
# Words of the present tense, after which "now" is the time of asking.
_PRESENT = r"(?:is|are|does|do|has|have)"
_STATE_OF_ART = r"(?:technolog\w*|equipment|generation|models?|techniques?|science|advances?|fashion|weapons?)\b"
_LATEST = (
    rf"\b(?:latest|newest|most\s+recent)\b(?!\s+{_STATE_OF_ART})|\bmost\s+(?:recently|up[\s-]to[\s-]date)\b",
    rf"\blast\b(?=\s+{_KIND}{_EVENT})|\bthe\s+(?P<words>last\s+time)\b",
    r"(?:^\s*|\b(?:the|his|her|their|its)\s+|['’]s?\s+)(?P<words>last)\b"
    rf"(?=\s+(?:{_OF_WHAT}{{1,3}}{_EVENT}|{_KIND}{_RECURRING}|(?:ones?|to|who|whom)\b))",
    r"(?<!\bthe )(?<!\bat )\blast\b(?=\s+(?:[a-z]{3,}ed|got|won|met|gave|said|made|wrote)\b)",
    # "hagels current position" is often typed without the apostrophe
    r"(?:\b(?:the|their|his|her|its|are|[a-z]+s)|['’]s?)\s+(?P<words>current)\b(?=\s+(?!of\b|account\b)[a-z])",
    r"\bright\s+now\b|\bas\s+of\s+now\b",
    rf"\b{_PRESENT}\b(?:\s+[^\s,;:?]+){{0,12}}?(?<!\buntil)(?<!\btill)(?<!\bby)\s+"
    r"(?P<words>now|currently|presently|at\s+present|to\s+date)\b",
)
_EARLIEST = (
    rf"\b(?:earliest|originally|initially|oldest(?=\s+{_KIND}{_EVENT})|(?:original|initial)(?=\s+{_REVISED}))\b",
    rf"\bthe\s+(?P<words>first\s+time)\b|(?<!\bat ){_OWN}\b(?-i:first)\b(?!-|[.,;:?]|\s+{_OF_A_NAME})",
    rf"\b(?:his|her|their|its)\s+(?P<words>(?-i:first))\b(?=\s+{_OF_WHAT}{{0,3}}(?:{_EVENT}|{_RECURRING}))",
)
_ORDERS = tuple(
    (order, re.compile(pattern, re.IGNORECASE))
    for order, patterns in ((DateOrder.LATEST, _LATEST), (DateOrder.EARLIEST, _EARLIEST))
    for pattern in patterns
)
_ADVERB = re.compile(
    rf"\b(?:when|where)\s+did\s+.+?(?<!\bthe)(?<!\bat)\s(?P<words>{_OWN}first|last)(?=\s+(?!lady|vice|minister|week|month|year)[a-z])",
    re.IGNORECASE,
)


def orders_in(question: str) -> Iterator[tuple[int, int, DateOrder]]:
    """Yield the orders that words of the question ask for, each with where they stand; the first counts."""
    for order, pattern in _ORDERS:
        if match := pattern.search(question):
            group = "words" if "words" in pattern.groupindex and match["words"] else 0
            yield *match.span(group), order
    if match := _ADVERB.search(question):
        order = DateOrder.LATEST if match["words"].lower() == "last" else DateOrder.EARLIEST
        yield *match.span("words"), order
