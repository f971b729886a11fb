"""History and question to one stand-alone question, by rules.

Nothing is generated: a stand-alone question is made of words that were typed, or that a release gave as an answer. What
the rules don't understand stays as it was typed, and the questions that it leans on are searched for beside it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_service.dialogue.asking_words import AUXILIARY, CAPITAL, END, PREPOSITION, asks_only
from qa_service.dialogue.ellipsis import complete, has_predicate, is_fragment
from qa_service.dialogue.references import Topic, has_capital, points_back, resolve
from qa_service.dialogue.small_talk import is_small_talk, request_in, without_opening
from qa_service.language.words import content_words
from qa_service.types import MAX_QUESTION, Turn

# Turns before these can hardly matter, and a client may send thousands.
_MAX_TURNS = 12
# A question of so few words may lean on the last although nothing in it says so: "What was Taos County's share?"
_FEW_WORDS = 5
# So many words of a request name nothing, whether or not names are typed with capitals.
_SHORT_REQUEST = 10
_FRESH_START = re.compile(
    r"^(?:(?:on )?(?:an? )?(?:completely |totally |entirely )?(?:different|another|new|other|unrelated|separate) "
    r"(?:subject|topic|question|matter|thing|note|story)|chang(?:e|ing) (?:of |the )?(?:subject|topic)|separately|"
    r"unrelated(?:ly)?|something else|moving on|next (?:question|topic))\b[\s,:;.!–-]*",
    re.IGNORECASE,
)
_BACK = re.compile(
    r"^(?:(?:going|coming|getting) )?back to (?P<words>[^,.:;?–]{2,60})[,.:;–-]+\s*(?P<clause>[\s\S]+)$", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:what|how) about\s+", re.IGNORECASE)
# "What about Jasper, who is it twinned with?": the words in front are what the pronoun stands for.
_IN_FRONT = re.compile(
    rf"^(?:(?:what|how) about |as for )?(?P<words>[^,?]{{2,80}}), "
    rf"(?P<clause>(?:{PREPOSITION} )?(?:whom?|whose|what|which|when|where|why|how|{AUXILIARY})\b.*)$",
    re.IGNORECASE,
)
_ANY_PRONOUN = re.compile(r"\b(?:it|that|this|they|them|those|these|he|she|him|her)\b", re.IGNORECASE)
# A question of so many words may be about another thing, though no capital shows that one of them is a name.
_MANY_WORDS = 4
# "The call", "the state": a noun that only the turns before can tell apart from others of its kind.
_BARE_NOUN = re.compile(
    r"\bthe (?!(?:united|senate|house|white|president|world|european|first|last|latest|most)\b)[a-z]+(?=\?|$| "
    rf"(?:{AUXILIARY}|take|last|begin|start|end|come|go|get|give|cost|say|call|in|on|at|for|to|by|with|and|from)\b)"
)
_NAME = re.compile(rf"(?<!^)(?<![.?!] )\b{CAPITAL}[\w'’-]*|\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question means after the turns before it.

    Attributes:
        question: As it stands alone, as far as the rules can tell.
        context: The questions that it leans on, oldest first, as they stand alone; None when it leans on nothing.
        answer: What the last of them was answered.
        new_names: Names and years, in lower case, that nobody had said before; where no capitals are typed, stems.
        is_certain: Whether its own words say that it leans on them; otherwise it only may.
    """

    question: str
    context: str | None = None
    answer: str | None = None
    new_names: frozenset[str] = frozenset()
    is_certain: bool = True

    @property
    def stands_alone(self) -> bool:
        """Whether the question, as it is now, no longer needs what it leans on to be understood."""
        if self.context is None:
            return True
        is_whole = not asks_only(self.question) and (has_predicate(self.question) or not has_predicate(self.context))
        return self.is_certain and is_whole and not points_back(self.question) and not _BARE_NOUN.search(self.question)

    @property
    def written_out(self) -> str:
        """The stand-alone question; behind it in brackets what it leans on, when it still points there."""
        whole = _capitalised(self.question)
        return whole if self.stands_alone else f"{whole} ({self.context})"


def understand(question: str, history: Sequence[Turn]) -> Understood:
    """Return what `question` means after `history`, oldest turn first."""
    topic = Topic()
    for turn in history[-_MAX_TURNS:]:
        asked = without_request(_in_small_letters(" ".join(turn.question.split())))
        if is_small_talk(asked) or (topic.questions and not without_opening(asked)):
            continue  # "Thanks!" is no question to complete another with
        understood = _understand(asked, topic)
        topic = topic.after(asked, understood.question, turn.answer, is_new=understood.context is None)
    return _understand(without_request(_in_small_letters(question) if topic.questions else question), topic)


def without_request(question: str) -> str:
    """Return what is to be told, without "could you tell me", unless the words in front may say of what."""
    request = request_in(question)
    core = question[len(request) :]
    is_short = len(request.split()) <= _SHORT_REQUEST or has_capital(question)
    names = {name for name in _names(request) if name.partition("’")[0].partition("'")[0] != "i"}
    return core if is_short and not names and not points_back(core) and not is_fragment(core) else question


def _in_small_letters(question: str) -> str:
    """Return a question in capitals in small letters, because no name can be told from them; "NATO?" stays."""
    return question.lower() if question.isupper() and " " in question.strip() else question


def _understand(question: str, topic: Topic) -> Understood:
    if not topic.questions or is_small_talk(question):
        return Understood(question)
    typed, question = question, " ".join(question.split())
    understood = _read(question, topic)
    if understood.question == question:
        return replace(understood, question=typed)
    # what would grow beyond what a caller may type stays as it was typed
    is_question = _has_letter(understood.question) and len(understood.question) <= MAX_QUESTION
    return understood if is_question else replace(understood, question=typed)


def _read(question: str, topic: Topic) -> Understood:
    """Return what the question means; nothing may be left of it, or too much put in."""
    core = without_opening(question)
    if not points_back(core) and not is_fragment(core) and (earlier := topic.before(core)):
        return _understand(core, earlier)  # asked again, it means what it meant then
    if fresh := _FRESH_START.match(core):
        return Understood(core[fresh.end() :])
    if back := _BACK.match(core):
        clause = resolve(back["clause"], topic)
        question = clause if points_back(clause) else f"{back['words']}: {clause}"
        return Understood(question, f"{topic.context} {back['words']}")
    return _follow_up(core, topic)


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text))


def _follow_up(question: str, topic: Topic) -> Understood:
    new_names = frozenset(_names(question) - topic.names)
    in_front = _IN_FRONT.match(question)
    if in_front:
        question = _put_in(in_front["words"], in_front["clause"])
    before = next((each for each in topic.questions if not is_fragment(each)), topic.questions[0])
    completed = complete(_ABOUT.sub("", question), before)
    is_whole = not in_front and not points_back(question) and not asks_only(question)
    if is_whole and not topic.has_capitals and not has_capital(question):
        new_names |= _new_words(question, topic, at_least=1 if completed else _MANY_WORDS)
    if in_front or completed or points_back(question) or not new_names:
        whole = resolve(completed or question, topic)
        return Understood(whole, topic.context, topic.answers[0], new_names)
    if len(content_words(question)) <= _FEW_WORDS:
        return Understood(question, topic.context, topic.answers[0], new_names, is_certain=False)
    return Understood(question)


def _new_words(question: str, topic: Topic, *, at_least: int) -> frozenset[str]:
    """Return the words that nobody had said, some of which may be names, of a question with so many that count."""
    words = content_words(_ABOUT.sub("", question))
    return frozenset(words) - topic.words if len(words) >= at_least else frozenset()


def _put_in(words: str, clause: str) -> str:
    """Return the clause with `words` for its first pronoun, or behind it when it has none."""
    if _ANY_PRONOUN.search(clause):
        return _ANY_PRONOUN.sub(lambda _: words, clause, count=1)
    return f"{clause.rstrip(END)} {words}?"


def _capitalised(question: str) -> str:
    """Return the question with a capital first; not "IPhone", nor two letters for one."""
    word, first = question.partition(" ")[0], question[:1].upper()
    return first + question[1:] if word.islower() and len(first) == 1 else question


def _names(question: str) -> set[str]:
    return {re.sub(r"['’]s?$", "", name.lower()) for name in _NAME.findall(question)}
