"""What the words stand for that point back: persons, places, times, "the one"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

from qa_service.dialogue.asking_words import CAPITAL
from qa_service.dialogue.names import NAME, names_start, persons_answered, persons_in, places_in
from qa_service.language.months import MONTH
from qa_service.language.words import content_words

# What more there is in a question is not typed by people who ask; a hostile one must not take seconds.
_MAX_PRONOUNS = 8
_ASKS_WHERE = re.compile(
    r"^(?:\w+ )?where\b|^(?:in |to |from )?(?:which|what) (?:country|city|town|state|place)\b", re.IGNORECASE
)
_MONTH = rf"(?:{MONTH})"
# Not "what may Japan do?", but "in may" and "may?"
_NO_VERB = (
    r"(?:(?!(?-i:may)\b)|(?<=\bin )|(?<=\bof )|(?<=\bby )|(?<=\bto )|(?<=\band )|(?<=\bfrom )|(?<=\blast )|"
    r"(?<=\bsince )|(?<=\buntil )|(?<=\bafter )|(?<=\bbefore )|(?=may(?: \d+)?\W*$))"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
DATE = re.compile(
    rf"\b(?:(?:(?:early|late|spring|summer|fall|autumn|winter) )?"
    rf"(?:(?:\d{{1,2}} )?{_MONTH}\.?(?: \d{{1,2}}\b)?,? )?(?:19|20)\d\d\b|"
    rf"{_NO_VERB}{_MONTH}\b(?! (?:i|we|he|she|they|it|not|be|have)\b)(?: \d{{1,2}}\b)?)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_MALE = frozenset({"he", "him", "his"})
# After a name in the same question these mostly stand for it: "What did Biden say in his speech?"
_BINDABLE = r"he|she|his|they|their|theirs|its"
# So these do after another question: "How many observers went, and who led them?"
_THINGS = frozenset({"it", "them", "they"})
_SECOND_QUESTION = re.compile(r"\w[,?]? and (?:whom?|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
# Not "is there" and "there are".
_IN_THAT_PLACE = r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!^)\bthere\b(?! (?:is|are|was|were|be|been|a|any)\b)"
_THERE = re.compile(_IN_THAT_PLACE, re.IGNORECASE)
_POINTING = re.compile(
    rf"\b(?:him|her|hers|it|them|{_BINDABLE}|this|these|those|latter|former|same|both|each other|else|then|"
    r"(?:that|which|any|the) ones?|the (?:two|three|others?))\b|"
    r"\b(?:of|for|about|in|on|at|to|by|under|over|through|with|from|after|before|is|was|do|did|does|will|would|could) "
    rf"that\b|^that\b|\bthat(?: \w+)?\W*$|\bso\W*$|{_IN_THAT_PLACE}",
    re.IGNORECASE,
)
_THAT_TIME = re.compile(
    r"\b(?:in |at )?(?:that|the same) (year|month|day|week|summer|winter|spring|fall)\b", re.IGNORECASE
)
_THAT_MONTH = re.compile(rf"\b(?:in )?that ({_MONTH})\b", re.IGNORECASE)
_THEN = re.compile(r"\b(?:by |back )?then(?=\?|$)", re.IGNORECASE)
_ONE = re.compile(r"\b(?:the|that) one\b", re.IGNORECASE)
_OWNED = re.compile(r"['’]s? (?:(?:[A-Z0-9][\w'’-]*|spring|summer|fall|autumn|winter|first|last|new) ){0,8}([a-z]+)\b")
_OWNER_ONLY = frozenset({"first", "last", "new", "own"})


@dataclass(frozen=True, slots=True)
class Topic:
    """What has been talked about: questions as they stand alone, newest first, each with its answer.

    Attributes:
        men, women: Persons whom a pronoun has stood for.
        has_capitals: Whether a capital was typed, but for the first letter of a question: else names are none, too.
    """

    questions: tuple[str, ...] = ()
    answers: tuple[str | None, ...] = ()
    men: frozenset[str] = frozenset()
    women: frozenset[str] = frozenset()
    has_capitals: bool = False

    @property
    def context(self) -> str:
        """The last questions, oldest first."""
        return " ".join(reversed(self.questions[:3]))

    @property
    def names(self) -> set[str]:
        """Words of the names and years that were said, in lower case."""
        said = " ".join([*self.questions, *(answer or "" for answer in self.answers)])
        words = set(re.findall(rf"{CAPITAL}[\w'’-]*|\b(?:19|20)\d\d\b", said))
        return {re.sub(r"['’]s?$", "", word.lower()) for word in words}

    @property
    def words(self) -> set[str]:
        """Words that count of what was said, as `content_words` has them."""
        return set(content_words(" ".join([*self.questions, *(answer or "" for answer in self.answers)])))

    def before(self, question: str) -> "Topic | None":
        """Return the topic as it was before the question was asked last; None when it wasn't, as it stands alone."""
        for n_since, asked in enumerate(self.questions, 1):
            if _words(asked) == _words(question):
                return replace(self, questions=self.questions[n_since:], answers=self.answers[n_since:])
        return None

    def after(self, typed: str, question: str, answer: str | None, *, is_new: bool) -> "Topic":
        """Return the topic after another turn; one that leans on nothing begins anew."""
        has_capitals = self.has_capitals or has_capital(typed)
        if is_new:
            return Topic((question,), (answer,), has_capitals=has_capitals)
        men, women = set(self.men), set(self.women)
        for match, person in _stood_for(typed, self):
            (men if match.group().lower() in _MALE else women).add(person)
        questions, answers = (question, *self.questions), (answer, *self.answers)
        return Topic(questions, answers, frozenset(men), frozenset(women), has_capitals)


def has_capital(question: str) -> bool:
    """Tell whether the question has a capital, but for its first letter."""
    return question[1:] != question[1:].lower()


def _words(question: str) -> str:
    return " ".join(question.casefold().rstrip("?!. ").split())


def points_back(question: str) -> bool:
    """Tell whether a word of the question stands for something said before it."""
    return any(not _is_bound(match, question) for match in _POINTING.finditer(question))


def resolve(question: str, topic: Topic) -> str:
    """Return `question` with names, places and times for the words that point at them, where that is clear."""
    pieces, last = [], 0
    for match, person in _stood_for(question, topic):
        is_possessive = match.group().lower() == "his" or (
            match.group().lower() == "her" and not _is_object(match, question)
        )
        pieces += [question[last : match.start()], f"{person}'s" if is_possessive else person]
        last = match.end()
    question = "".join(pieces) + question[last:]
    return _with_times(_with_place(_with_noun(question, topic), topic), topic)


def _pronouns(question: str) -> Iterator[re.Match[str]]:
    return (match for match in _PERSONAL.finditer(question) if not _is_bound(match, question))


def _is_bound(match: re.Match[str], question: str) -> bool:
    """Tell whether the pronoun may stand for a name before it in the same question."""
    if match.group().lower() in _THINGS and _SECOND_QUESTION.search(question, 0, match.start()):
        return True
    if not re.fullmatch(_BINDABLE, match.group(), re.IGNORECASE):
        return False
    return NAME.search(question, names_start(question[: match.start()]), match.start()) is not None


def _is_object(match: re.Match[str], question: str) -> bool:
    """Tell "call him" and "call her" from "her call"."""
    word = match.group().lower()
    return word == "him" or (word == "her" and not re.match(r" [a-z]", question[match.end() : match.end() + 2]))


def _stood_for(question: str, topic: Topic) -> Iterator[tuple[re.Match[str], str]]:
    """Yield the first pronouns of the question, each with the person whom it stands for, where that is clear."""
    pronouns = list(islice(_pronouns(question), _MAX_PRONOUNS))
    if not pronouns:
        return
    persons = {
        last_first: [person for person in _persons(topic, last_first=last_first) if person not in question]
        for last_first in {_is_object(match, question) for match in pronouns}
    }
    found: list[tuple[re.Match[str], str]] = []
    for match in pronouns:
        other = topic.women if match.group().lower() in _MALE else topic.men
        found += [(match, person) for person in persons[_is_object(match, question)] if person not in other][:1]
    # in "when did he call him?" they are two, and who is who isn't clear
    doing = {person for match, person in found if match.group().lower() in {"he", "she"}}
    done_to = {person for match, person in found if _is_object(match, question)}
    yield from (pair for pair in found if pair[1] not in doing & done_to)


def _persons(topic: Topic, *, last_first: bool) -> Iterator[str]:
    """Yield the persons who were named, those of the newest turn first, its answer before its question.

    Within a question they come in order, or, with `last_first`, those first to whom something is done.
    """
    turns = list(zip(topic.questions, topic.answers, strict=True))
    answered = [[] if _ASKS_WHERE.search(question) else persons_answered(answer) for question, answer in turns]
    named = [list(persons_in(question)) for question, _ in turns]
    sure = [*chain(*answered), *(person for person, is_sure in chain(*named) if is_sure)]
    known = {person.rpartition(" ")[2] for person in sure}
    for in_answer, in_question in zip(answered, named, strict=True):
        yield from in_answer
        persons = [person for person, is_sure in in_question if is_sure or person in known]
        yield from reversed(persons) if last_first else persons


def _with_noun(question: str, topic: Topic) -> str:
    """Return the question with the noun that "the one in May" stands for: of the last thing that someone has."""
    if not _ONE.search(question):
        return question
    owned = (match[1] for each in topic.questions for match in _OWNED.finditer(each) if match[1] not in _OWNER_ONLY)
    noun = next(owned, None)
    return _ONE.sub(f"the {noun}", question) if noun else question


def _with_place(question: str, topic: Topic) -> str:
    if not _THERE.search(question) or (place := _place(topic)) is None:
        return question
    return _THERE.sub(f"in {place}", question, count=1)


def _place(topic: Topic) -> str | None:
    """Return the place that was asked about last, or that was the answer."""
    for question, answer in zip(topic.questions, topic.answers, strict=True):
        if answer and _ASKS_WHERE.search(question) and (name := NAME.search(answer)):
            return name.group()
        places = [name for name in places_in(question) if not DATE.search(name)]
        if places:
            return places[-1]
    return None


def _with_times(question: str, topic: Topic) -> str:
    date = next((match.group() for each in topic.questions for match in DATE.finditer(each)), None)
    if date is None:
        return question
    if year := YEAR.search(date):
        question = _THAT_MONTH.sub(rf"in \1 {year.group()}", question)
        question = re.sub(r"\b(?:in )?(?:that|the same) year\b", f"in {year.group()}", question, flags=re.IGNORECASE)
    return _THEN.sub(f"in {date}", _THAT_TIME.sub(f"in {date}", question))
