"""Saved questions asked of two snapshots: which are answered differently now."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel

from qa_service.engine import Engine
from qa_service.evaluation.questions import raise_if_any
from qa_service.evaluation.rows import Asked, read_rows
from qa_service.reports import ChangedAnswer, Outcome, Replay

OnProgress = Callable[[int, int], None]


class SavedQuestion(BaseModel):
    """A line of a file of saved questions. Other fields are ignored, so that an evaluation's file will do."""

    question: Asked


def load_saved_questions(path: Path) -> list[str]:
    """Return the questions of a file of JSON lines; raises QuestionSetError with each faulty line."""
    faults: list[str] = []
    rows = list(read_rows(path, SavedQuestion, faults))  # faults are known when all is read
    raise_if_any(faults, "correct these lines and run again")
    return [row.question for _, row in rows]


def replay(
    questions: Sequence[str], before: Engine, after: Engine, on_progress: OnProgress = lambda *_: None
) -> Replay:
    """Ask every question of both engines."""
    changed = []
    for n_done, question in enumerate(questions, 1):
        old, new = _outcome(before, question), _outcome(after, question)
        if old != new:
            changed.append(ChangedAnswer(question, old, new))
        on_progress(n_done, len(questions))
    return Replay(len(questions), tuple(changed))


def _outcome(engine: Engine, question: str) -> Outcome | None:
    reply = engine.ask(question, top_k=1)
    if not reply.is_answered:
        return None
    best = reply.answers[0]
    [cited] = [citation for citation in reply.citations if citation.id == best.citation]
    return Outcome(best.text, cited.document_id)
