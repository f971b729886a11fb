"""Titles of releases -> first questions for an empty page, each tried on the service before it is offered.

A title says what its release is about, so a few of its forms turn into questions: a meeting took place some day, aid is
worth some sum, somebody made a statement. What comes of that is offered only when the engine answers it from that very
release, with confidence and words of the right kind. Trying takes seconds, so it is done once for each snapshot, aside.
"""

import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

from qa_service.engine import Engine
from qa_service.errors import QaServiceError

logger = logging.getLogger(__name__)

N_SUGGESTIONS = 4
N_TITLES = 200  # the newest: what a visitor is likely to ask about; more would only make a large corpus slow
N_TRIALS = 24  # about three seconds of one core
# Whoever starts a server, or waits for a new release, asks first; the trials take the models from them.
_BEFORE_S = 2.0
MIN_CONFIDENCE = 0.7  # "likely right" in the page's words
MAX_CHARS = 110  # two lines on a phone

_LEAD = re.compile(r"^(overview of (the )?|the )", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]*\)|\s+[–—-]\s.*$")
_PAST = {
    "announces": "announced",
    "approves": "approved",
    "backs": "backed",
    "endorses": "endorsed",
    "honors": "honored",
    "hosts": "hosted",
    "introduces": "introduced",
    "launches": "launched",
    "opposes": "opposed",
    "praises": "praised",
    "presents": "presented",
    "proposes": "proposed",
    "supports": "supported",
    "urges": "urged",
    "visits": "visited",
    "welcomes": "welcomed",
}
_HAPPENING = re.compile(
    r"\b(meeting|(telephone|summit|ministerial|bilateral) talks?|(telephone|courtesy) call|conversation|visit|summit|"
    r"teleconference|hearing|conference)(?=$|,| (at|between|by|for|from|in|of|on|to|with)\b)",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"^(emergency )?(grant aid|assistance|aid|grant|loan|funding|food aid) (for|in|through|to)\b", re.IGNORECASE
)
_STATEMENT = re.compile(r"^statement by (?P<who>.+?),? on (?P<what>the .+|an? .+)$", re.IGNORECASE)
_HEADLINE = re.compile(
    rf"^(?P<who>[^:;]{{3,60}}?) (?P<verb>{'|'.join(_PAST)}) (?P<what>(?!he |she |it |they )[^:;]{{8,}})$", re.IGNORECASE
)
_VERB = re.compile(r"\b(had|has|is|are|to (visit|present|attend)|attend(s|ed))\b", re.IGNORECASE)
_SHOUTED = re.compile(r"\b[A-Z]{5,}\b")  # a headline in capitals
_PLURAL_OR_VERB = re.compile(r"\b\w{3,}s\b(?!['’])")  # "Senator Meets ...", but not "Ministers' Meeting"
_NUMBER = re.compile(r"\d")
_NAME = re.compile(r"[A-Z]")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question made of a title. `wanted` is found in every answer of the right kind."""

    question: str
    kind: str
    document_id: str
    wanted: re.Pattern[str]


class Suggestions:
    """First questions for the snapshot in service, made once for each in a thread of its own."""

    def __init__(self, n_suggestions: int = N_SUGGESTIONS, *, before_s: float = _BEFORE_S) -> None:
        """Take how many, and how long the models are left to others before the first trial."""
        self._n_suggestions = n_suggestions
        self._before_s = before_s
        self._made: dict[str, tuple[str, ...]] = {}
        self._lock = threading.Lock()

    def of(self, engine: Engine) -> tuple[str, ...]:
        """Return the questions for `engine` at once; none as long as they are being made."""
        version = engine.info.version
        with self._lock:
            if version in self._made:
                return self._made[version]
            self._made = {version: ()}  # older ones have served
        threading.Thread(target=self._make, args=(engine,), name="suggestions", daemon=True).start()
        return ()

    def _make(self, engine: Engine) -> None:
        time.sleep(self._before_s)
        try:
            made = tuple(suggest(engine, self._n_suggestions))
        except QaServiceError:
            logger.exception("no questions could be suggested for snapshot %s", engine.info.version)
            return
        with self._lock:
            self._made[engine.info.version] = made


def suggest(engine: Engine, n_suggestions: int = N_SUGGESTIONS) -> list[str]:
    """Return questions that `engine` answers well, about its newest releases; the same ones for the same snapshot."""
    found = (trial.question for trial in islice(_trials(engine), N_TRIALS) if _is_answered(engine, trial))
    return list(islice(found, n_suggestions))


def question_of(document_id: str, title: str) -> Suggestion | None:
    """Return the question that a release's title makes, in the title's own words; None when it has no known form."""
    title = _ASIDE.sub("", " ".join(title.split()))
    made = next(
        (found for make in (_of_statement, _of_headline, _of_sum, _of_happening) if (found := make(title))), None
    )
    if made is None:
        return None
    kind, question, wanted = made
    is_readable = len(question) <= MAX_CHARS and not _SHOUTED.search(question)
    return Suggestion(question, kind, document_id, wanted) if is_readable else None


def _trials(engine: Engine) -> Iterator[Suggestion]:
    """Yield what titles make, newest first, the kinds in turn. What several releases make is ambiguous."""
    summaries, _ = engine.catalog.list_documents(limit=N_TITLES)
    made = [trial for entry in summaries if (trial := question_of(entry.id, entry.title))]
    times = Counter(trial.question.lower() for trial in made)
    by_kind: dict[str, list[Suggestion]] = {}
    for trial in made:
        if times[trial.question.lower()] == 1:
            by_kind.setdefault(trial.kind, []).append(trial)
    for turn in zip_longest(*by_kind.values()):
        yield from (trial for trial in turn if trial)


def _is_answered(engine: Engine, trial: Suggestion) -> bool:
    reply = engine.ask(trial.question)
    if not reply.is_answered or reply.answers[0].confidence < MIN_CONFIDENCE:
        return False
    return reply.citations[0].document_id == trial.document_id and bool(trial.wanted.search(reply.answers[0].text))


Made = tuple[str, str, re.Pattern[str]]


def _of_statement(title: str) -> Made | None:
    found = _STATEMENT.match(title)
    return ("statement", f"Who made a statement on {found['what']}?", _NAME) if found else None


def _of_headline(title: str) -> Made | None:
    found = _HEADLINE.match(title)
    return ("headline", f"Who {_PAST[found['verb'].lower()]} {found['what']}?", _NAME) if found else None


def _of_sum(title: str) -> Made | None:
    return ("sum", f"How much is the {title} worth?", _NUMBER) if _SUM.match(title) else None


def _of_happening(title: str) -> Made | None:
    bare = _LEAD.sub("", title)
    happening = _HAPPENING.search(bare)
    if not happening or _VERB.search(bare) or _PLURAL_OR_VERB.search(bare, 0, happening.start()):
        return None
    article = "" if re.match(r"[\w.]+(?: \w+){0,3}['’]s? ", bare) else "the "
    return "happening", f"When did {article}{bare} take place?", _NUMBER
