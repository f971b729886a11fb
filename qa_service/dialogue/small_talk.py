"""A question to what is asked in it: without thanks, greetings, "and" and "no, I meant" in front.

A word of praise is taken off only where it can't begin a name or what is asked about: "Great, and in Fargo?", but not
"Great Lakes" nor "right whales".
"""

import re

_BINDING = (
    r"(?:(?:and|so|but|or|also|now|well|then|please|oh|hm+|btw)\b|(?:wait|hang on|any(?:way|how)|by the way|next|first|"
    r"finally|lastly|(?:(?:just|only) )?(?:one|a)? ?(?:(?:quick|last|more|further|final|follow-?up) )?"
    r"(?:question|thing))(?=\s*[,:–—]|\s+-\s))"
)
_CORRECTION = (
    r"(?:no\b(?! (?-i:[A-Z][a-z]))|not(?: [\w.'’-]+){1,3},(?: but\b)?|"
    r"(?:nope|sorry|i meant?|rather|actually|not that)\b)"
)
# "Thanks for the quick answer", but not "thanks to Lugar".
_THANKS = (
    r"(?:(?:many |much )?(?:thanks|thank (?:you|u)|thx|tysm)\b(?! to\b)(?: (?:so|very) much\b| a (?:lot|million|ton)\b|"
    r" lots\b| again\b| indeed\b| anyway\b){0,2}"
    r"(?: for (?:that|this|it|everything|(?:all )?(?:the|your)(?: [a-z]+){1,3})(?=\s*(?:[,.!?]|$)))?)"
)
_PRAISE = (
    r"(?:all clear|awesome|brilliant|clear|cool|excellent|fantastic|fine|good|great|helpful|interesting|lovely|nice|"
    r"perfect|super|useful|wonderful)"
)
_THAT_IS = r"(?:(?:that|this|it)(?:['’]?s| is| was| will be| would be| sounds) )"
_ASSENT = (
    rf"(?:{_THAT_IS}?(?:(?:very|really|so|most|quite) )?{_PRAISE}(?: to know)?|{_THAT_IS}(?:all|it|enough)(?: for "
    r"(?:now|today))?|that (?:really )?(?:helps|helped|makes sense|answers (?:it|that|my question))(?: (?:me|a lot|"
    r"very much)){0,2}|all ?right|right|sure|yeah|yep|yup|got it|i see|understood|noted|makes sense|no problem|"
    rf"{_THAT_IS}(?:wrong|incorrect|not (?:right|true|it|correct|what i (?:asked|meant|wanted|said)(?: for| about)?))|"
    rf"never ?mind|of course|exactly|wow|ty|cheers|kk?|lol|ha(?:ha)+|{_THAT_IS}?(?:(?:very )?much|greatly) appreciated|"
    r"(?:i )?(?:really )?appreciate (?:it|that))"
)
_GREETING = (
    r"(?:(?:hi|hello|hey|greetings|good (?:morning|afternoon|evening|day|night)|good ?bye|bye(?:[ -]bye)?|welcome)"
    r"(?: (?:there|all|again|everyone))?|see (?:you|ya)(?: (?:later|soon|then))?|how are you(?: (?:doing|today)){0,2}|"
    r"(?:who|what) are you|what can (?:you do|i ask)(?: (?:for me|you|here)){0,2}|are you (?:sure|there|human|an? \w+)|"
    r"have a (?:nice|good|great|lovely) (?:day|evening|night|weekend|one)|take care|nice to meet you)"
)
_BEFORE_A_QUESTION = (
    r"(?:and|so|but|or|also|now|then|please|thanks|thank|thx|ok|okay|whom?|whose|what|which|when|where|why|how|is|are|"
    r"was|were|do|does|did|has|have|had|will|would|can|could|should|i|you|it|that|this|bye)"
)
_ENDS = rf"(?=\s*(?:[,.!?:;…]|[^\w\s'’-]|$)|\s+[–—-]\s|\s+{_BEFORE_A_QUESTION}\b)"
_SMALL_TALK = rf"(?:{_THANKS}|(?:yes|ok(?:ay)?)\b|(?:{_ASSENT}|{_GREETING})\b{_ENDS})"
_ASKS_NOTHING = re.compile(rf"\b(?:{_SMALL_TALK}|no(?:pe)?\b)", re.IGNORECASE)
_OPENING = re.compile(rf"^(?:(?:{_SMALL_TALK}|{_BINDING}|{_CORRECTION})[\s,.!?;:…–—-]*)++", re.IGNORECASE)


# "I'd be grateful if you could tell me", but not "what did he tell us" nor "did he want to know".
_REQUEST = re.compile(
    r"^(?!(?:whom?|whose|what|which|when|where|why|how|did|does|has|had|have|is|are|was|were)\b)"
    r"(?=[^\"“«]*\b(?:i|i['’]m|i['’]d|me|us|we|you|please)\b)[^\"“«]*?"
    r"\b(?:tell (?:me|us)|let (?:me|us) know|(?:to|you) know|to (?:ask|learn)|asking|wonder(?:ing)?|find out|explain)"
    r"(?: please)?[,:]? (?=(?:(?:about|after|at|by|for|from|in|on|since|to|until|with) )?"
    r"(?:whom?|whose|what|which|when|where|why|how)\b)",
    re.IGNORECASE,
)


def request_in(question: str) -> str:
    """Return the words in front that only ask to be told, "Could you please tell me"; mostly there are none."""
    found = _REQUEST.match(question)
    return found.group() if found else ""


def without_opening(question: str) -> str:
    """Return the question without polite words, "and" and words of correction in front; nothing may be left."""
    return _OPENING.sub("", question)


def is_small_talk(question: str) -> bool:
    """Tell whether nothing is asked: thanks, greetings, "yes" or "no" only, or no letter and no digit at all."""
    if not _has_words(question):
        return True
    return not _has_words(without_opening(question.strip())) and bool(_ASKS_NOTHING.search(question))


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
