"""What readers say of answers: kept within bounds, by several processes, and written out as evaluation questions."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from qa_service.evaluation import load_question_set
from qa_service.feedback import (
    Feedback,
    FeedbackError,
    FeedbackFullError,
    FeedbackStore,
    Verdict,
    as_questions,
    write_questions,
)

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)
TEXTS = {"a.txt": "The bridge cost 5 million euros.\n"}


def said(key: str, verdict: Verdict = "up", *, seconds: float = 0, **fields: str | None) -> Feedback:
    answered = {"document_id": "a.txt", "answer": "5 million euros", "quote": "The bridge cost 5 million euros."}
    return Feedback(key, NOON + dt.timedelta(seconds=seconds), verdict, "What did it cost?", **(answered | fields))  # type: ignore[arg-type]


def refused(key: str, verdict: Verdict = "up") -> Feedback:
    return Feedback(key, NOON, verdict, "Who won the cup?")


def test_entries_come_back_as_they_were_kept_oldest_first(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    later, earlier = said("b", "down", seconds=9, comment="é ✓\nno", snapshot="s1"), refused("a")

    store.add(later)
    store.add(earlier)

    assert FeedbackStore(tmp_path).entries() == [earlier, later]


def test_where_nothing_was_ever_kept_there_is_nothing_and_no_file(tmp_path: Path) -> None:
    assert FeedbackStore(tmp_path).entries() == []
    assert FeedbackStore(tmp_path).clear() == 0
    assert list(tmp_path.iterdir()) == []


def test_a_second_word_on_the_same_reply_replaces_the_first(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)

    store.add(said("a"))
    store.add(said("a", "down", seconds=5, comment="It was 6."))

    assert store.entries() == [said("a", "down", seconds=5, comment="It was 6.")]


def test_a_full_store_takes_comments_on_what_it_has_but_nothing_new(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, max_entries=2)
    store.add(said("a"))
    store.add(said("b"))

    store.add(said("b", seconds=90, comment="more"))
    with pytest.raises(FeedbackFullError, match="holds 2 entries: run 'qa-service feedback export'"):
        store.add(said("c", seconds=90))

    assert [entry.key for entry in store.entries()] == ["a", "b"]


def test_a_minute_takes_so_many_and_the_next_one_as_many_again(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path, max_a_minute=2)
    store.add(said("a"))
    store.add(said("b", seconds=1))

    with pytest.raises(FeedbackFullError, match="send this again later"):
        store.add(said("c", seconds=59))

    store.add(said("c", seconds=61))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, datetime as dt; from pathlib import Path; from qa_service.feedback import *\n"
        "for n in range(20): FeedbackStore(Path(sys.argv[1]), max_a_minute=999).add("
        "Feedback(f'{sys.argv[2]}-{n}', dt.datetime.now(dt.UTC), 'up', 'q'))"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, tmp_path, str(n)]) for n in range(3)]

    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len({entry.key for entry in FeedbackStore(tmp_path).entries()}) == 60


def test_a_file_that_is_no_database_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "feedback.sqlite").write_text("not a database, and long enough to be seen as one that is damaged" * 20)

    with pytest.raises(FeedbackError, match=r"feedback\.sqlite can't be used"):
        FeedbackStore(tmp_path).add(said("a"))


def test_what_is_cleared_is_gone(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    store.add(said("a", comment="a secret"))

    assert store.clear() == 1

    assert store.entries() == []
    assert b"a secret" not in (tmp_path / "feedback.sqlite").read_bytes()


def test_confirmed_answers_and_refusals_are_questions_that_the_evaluation_reads(tmp_path: Path) -> None:
    entries = [said("a"), said("b", "down"), said("c", comment="yes"), refused("d")]

    write_questions(as_questions(entries, TEXTS.get), tmp_path)

    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text(TEXTS["a.txt"])
    cost, cup = load_question_set(tmp_path).questions
    assert (cost.question, cost.document, cost.answers) == ("What did it cost?", "a.txt", ("5 million euros",))
    assert cost.sentence == "The bridge cost 5 million euros."
    assert (cup.question, cup.is_answerable) == ("Who won the cup?", False)
    assert (tmp_path / "review.jsonl").read_text() == ""


def test_what_readers_doubt_or_disagree_on_is_for_review_with_their_comments(tmp_path: Path) -> None:
    entries = [said("a"), said("b", "down", seconds=1, comment="It was 6."), refused("c", "down")]

    write_questions(as_questions(entries, TEXTS.get), tmp_path)

    rows = [json.loads(line) for line in (tmp_path / "review.jsonl").read_text().splitlines()]
    assert [(row["question"], row["up"], row["down"], row["comments"]) for row in rows] == [
        ("What did it cost?", 1, 1, ["It was 6."]),
        ("Who won the cup?", 0, 1, []),
    ]
    assert (tmp_path / "questions.jsonl").read_text() == ""


@pytest.mark.parametrize("texts", [{}, {"a.txt": "The bridge cost 6 million euros."}])
def test_an_answer_that_its_release_no_longer_holds_is_for_review(texts: dict[str, str]) -> None:
    exported = as_questions([said("a")], texts.get)

    assert (len(exported.questions), len(exported.review)) == (0, 1)


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text("mine")

    with pytest.raises(FeedbackError, match="is there already: export into another folder"):
        write_questions(as_questions([said("a")], TEXTS.get), tmp_path)

    assert (tmp_path / "questions.jsonl").read_text() == "mine"
