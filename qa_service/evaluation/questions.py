"""A folder of gold questions -> `QuestionSet`, with every fault named by file and line.

FOLDER holds `documents/` and `questions.jsonl`, `conversations.jsonl` or both; rows.py has the form of their lines.
Faults are collected, because a set is corrected by hand: one run shows them all.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa_service.errors import QaServiceError
from qa_service.evaluation.measures import holds
from qa_service.evaluation.rows import ConversationRow, Miss, QuestionRow, read_rows

FIRST_TURN = "first turn"
LATER_TURN = "later turn"

_MAX_SHOWN = 20  # more faults than a screen holds help nobody


class QuestionSetError(QaServiceError):
    """A question set is missing, malformed, or asks about releases that are not what it says."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what a right answer to it is.

    Attributes:
        id: Unique in its set; a turn's is the conversation's id, a slash and the turn's number from 1.
        kind: Of answer, such as "number"; "first turn" or "later turn" in a conversation.
        document: Id of the release that answers; None when no release does.
        answers: Exact words of that release, the preferred ones first.
        sentence: The text that holds the answer, "" where the set does not give it.
        also: Other releases that answer as well.
        miss: Why an unanswerable question is one: a "near" fact that no release gives, or "off-topic".
        conversation: Id of the conversation it is a turn of.
        where: File and line, for messages.
    """

    id: str
    question: str
    kind: str
    document: str | None
    answers: tuple[str, ...]
    sentence: str = ""
    also: tuple[str, ...] = ()
    miss: Miss | None = None
    conversation: str | None = None
    where: str = field(default="", compare=False)

    @property
    def is_answerable(self) -> bool:
        return self.document is not None

    @property
    def documents(self) -> tuple[str, ...]:
        """Every release that answers, the preferred one first."""
        return () if self.document is None else (self.document, *self.also)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions to be asked in order, each with the ones before it as history."""

    id: str
    turns: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """What one evaluation asks."""

    questions: tuple[Question, ...]
    conversations: tuple[Conversation, ...]

    @property
    def all_questions(self) -> tuple[Question, ...]:
        """Single questions, then every turn."""
        return self.questions + tuple(turn for conversation in self.conversations for turn in conversation.turns)


def load_question_set(folder: Path, files: Sequence[Path] = ()) -> QuestionSet:
    """Read the question set in `folder`, or instead of it the questions of `files` over the folder's releases.

    Whether the answers stand in the releases is `check_answers`' business: only the index knows their canonical text.

    Raises:
        QuestionSetError: With up to 20 faults, one a line.
    """
    names = _document_names(folder / "documents")
    faults: list[str] = []
    questions = [row for file in files or [folder / "questions.jsonl"] for row in read_rows(file, QuestionRow, faults)]
    conversations = [] if files else read_rows(folder / "conversations.jsonl", ConversationRow, faults)
    question_set = QuestionSet(
        tuple(_to_question(row, where) for where, row in questions),
        tuple(_to_conversation(row, where) for where, row in conversations),
    )
    faults += _repeated_ids(question_set)
    faults += [
        f"{question.where}: release {name!r} is not in {folder / 'documents'}"
        for question in question_set.all_questions
        for name in question.documents
        if name not in names
    ]
    if not faults and not question_set.all_questions and files:
        faults.append(f"{', '.join(map(str, files))}: no question")
    elif not faults and not question_set.all_questions:
        faults.append(f"{folder} has no question: it needs questions.jsonl, conversations.jsonl or both, with lines")
    raise_if_any(faults, "correct these lines and run again")
    return question_set


def check_answers(question_set: QuestionSet, text_of: Callable[[str], str | None]) -> None:
    """Raise unless every answer stands in the canonical text of its release, whatever the white space.

    `text_of` gives that text for a document id, None for a release that is not indexed.

    Raises:
        QuestionSetError: With up to 20 faults, one a line.
    """
    faults = [fault for question in question_set.all_questions for fault in _unfounded(question, text_of)]
    raise_if_any(faults, "correct these lines, or build the index anew from the folder's own documents")


def _unfounded(question: Question, text_of: Callable[[str], str | None]) -> Iterator[str]:
    for name in question.documents:
        text = text_of(name)
        if text is None:
            yield f"{question.where}: release {name!r} is not in the index"
        elif name == question.document:
            missing = [words for words in (*question.answers, question.sentence) if not holds(text, words)]
            yield from (f"{question.where}: {name} does not hold {words!r}" for words in missing)
        elif not any(holds(text, answer) for answer in question.answers):
            yield f"{question.where}: {name}, named in 'also', holds none of the answers"


def _to_question(row: QuestionRow, where: str) -> Question:
    return Question(
        id=row.id,
        question=row.question,
        kind=row.kind,
        document=row.document,
        answers=tuple(row.answers),
        sentence=row.sentence,
        also=tuple(row.also),
        miss=row.miss,
        where=where,
    )


def _to_conversation(row: ConversationRow, where: str) -> Conversation:
    turns = [
        Question(
            id=f"{row.id}/{number}",
            question=turn.question,
            kind=FIRST_TURN if number == 1 else LATER_TURN,
            document=turn.document,
            answers=tuple(turn.answers),
            also=tuple(turn.also),
            conversation=row.id,
            where=where,
        )
        for number, turn in enumerate(row.turns, 1)
    ]
    return Conversation(row.id, tuple(turns))


def _document_names(documents: Path) -> frozenset[str]:
    if not documents.is_dir():
        raise QuestionSetError(f"{documents} is not a folder: put the releases that the questions ask about there")
    return frozenset(path.relative_to(documents).as_posix() for path in documents.rglob("*") if path.is_file())


def _repeated_ids(question_set: QuestionSet) -> Iterator[str]:
    seen: dict[str, str] = {}
    named = [(question.id, question.where) for question in question_set.questions]
    named += [(conversation.id, conversation.turns[0].where) for conversation in question_set.conversations]
    for id_, where in named:
        if id_ in seen:
            yield f"{where}: id {id_!r} is taken by {seen[id_]}"
        else:
            seen[id_] = where


def raise_if_any(faults: Sequence[str], advice: str) -> None:
    if not faults:
        return
    shown = list(faults[:_MAX_SHOWN])
    if len(faults) > len(shown):
        shown.append(f"... and {len(faults) - len(shown)} more")
    raise QuestionSetError("\n".join([*shown, f"The question set can't be used: {advice}"]))
