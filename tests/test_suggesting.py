"""First questions made of titles, offered only when the engine answers them from those very releases."""

import datetime as dt
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from qa_service.engine import Engine
from qa_service.indexing.catalog import Catalog, write_catalog
from qa_service.suggesting import N_TRIALS, Suggestions, question_of, suggest
from qa_service.types import Answer, Citation, Document, IndexInfo, Passage, Reason, Reply


@pytest.mark.parametrize(
    ("title", "question"),
    [
        (
            "Emergency Assistance to Fiji in Response to the Cyclone Disaster",
            "How much is the Emergency Assistance to Fiji in Response to the Cyclone Disaster worth?",
        ),
        ("Japan-India Summit Meeting (Overview)", "When did the Japan-India Summit Meeting take place?"),
        (
            "Telephone Conversation between Ann and Bob",
            "When did the Telephone Conversation between Ann and Bob take place?",
        ),
        ("Minister Gemba's Visit to Russia", "When did Minister Gemba's Visit to Russia take place?"),
        (
            "Statement by Mr. Taro Aso, Minister, on the Election in Fiji",
            "Who made a statement on the Election in Fiji?",
        ),
        (
            "Overview of the Meeting with the Minister of New Zealand",
            "When did the Meeting with the Minister of New Zealand take place?",
        ),
        ("Biden Backs Contempt Citations for Rove", "Who backed Contempt Citations for Rove?"),
    ],
)
def test_a_title_makes_a_question(title: str, question: str) -> None:
    made = question_of("a", title)

    assert made is not None
    assert made.question == question


@pytest.mark.parametrize(
    "title",
    [
        "",
        "A new bridge",
        "Senator Meets Envoys at Summit in Rome",
        "Mr. Uno attended the conference",
        "SENATOR BACKS PROPOSALS TO REBUILD BRIDGES",
        "Statement by the Minister on " + "the very long " * 10,
        "Aid Workers Killed in Sudan",
        "Funding Cuts Threaten Schools",
        "Summit Therapeutics Reports Results",
        "Meeting the Challenge of Climate Change",
        "Conference Calls for Action on Plastics",
        "Biden Announces He Will Not Run",
    ],
)
def test_a_title_of_no_known_form_makes_none(title: str) -> None:
    assert question_of("a", title) is None


INFO = IndexInfo("s1", dt.datetime(2026, 1, 1, tzinfo=dt.UTC), 3, 3, None)


@dataclass
class TitleEngine:
    """Answers from a table of questions: the words, how sure they are, and the release they are in."""

    catalog: Catalog
    answers: dict[str, tuple[str, float, str]]
    info: IndexInfo = INFO
    asked: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Reply:
        self.asked.append(question)
        found = self.answers.get(question)
        if not found:
            return Reply(question, None, (), (), (), self.info, Reason.LOW_CONFIDENCE)
        text, confidence, name = found
        citation = Citation(1, name, "", None, None, None, None, 1, text, 0, len(text), 0, len(text), "", "")
        return Reply(question, None, (Answer(text, confidence, 1),), (citation,), (), self.info)


def engine_over(folder: Path, titles: dict[str, str], answers: dict[str, tuple[str, float, str]]) -> TitleEngine:
    folder.mkdir()
    documents = [Document(name, f"{title}\n", title, dt.date(2020, 1, 1)) for name, title in titles.items()]
    passages = [[Passage(d.id, 1, 0, len(d.title), d.title, d.title)] for d in documents]
    write_catalog(folder, list(zip(documents, passages, strict=True)), [d.id for d in documents])
    return TitleEngine(Catalog(folder), answers)


def test_only_questions_that_are_answered_well_and_from_their_own_release_are_offered(tmp_path: Path) -> None:
    cities = ["Rome", "Oslo", "Lima", "Baku", "Bern"]
    question = {city: f"When did the {city} Summit take place?" for city in cities}
    engine = engine_over(
        tmp_path / "c",
        {f"{city}.txt": f"{city} Summit" for city in cities},
        {
            question["Rome"]: ("on 3 May", 0.9, "Rome.txt"),
            question["Oslo"]: ("on 4 May", 0.6, "Oslo.txt"),
            question["Lima"]: ("on 5 May", 0.9, "Rome.txt"),
            question["Baku"]: ("in the palace", 0.9, "Baku.txt"),
        },
    )

    assert suggest(cast("Engine", engine)) == [question["Rome"]]
    assert set(engine.asked) == set(question.values())


def test_a_question_that_two_titles_make_is_not_asked(tmp_path: Path) -> None:
    engine = engine_over(
        tmp_path / "c", {"a.txt": "Rome Summit", "b.txt": "The Rome Summit (Overview)", "c.txt": "Oslo Summit"}, {}
    )

    assert suggest(cast("Engine", engine)) == []
    assert engine.asked == ["When did the Oslo Summit take place?"]


def test_trials_are_bounded_and_end_when_there_is_enough(tmp_path: Path) -> None:
    titles = {f"{n}.txt": f"Summit of {n} Cities" for n in range(60)}
    nothing = engine_over(tmp_path / "a", titles, {})
    answers = {f"When did the Summit of {n} Cities take place?": (f"{n} May", 0.9, f"{n}.txt") for n in range(60)}
    everything = engine_over(tmp_path / "b", titles, answers)

    assert suggest(cast("Engine", nothing)) == []
    assert len(nothing.asked) == N_TRIALS
    assert len(suggest(cast("Engine", everything), 2)) == len(everything.asked) == 2


def test_questions_are_made_once_for_a_snapshot_and_never_waited_for(tmp_path: Path) -> None:
    question = "When did the Rome Summit take place?"
    engine = engine_over(tmp_path / "c", {"a.txt": "Rome Summit"}, {question: ("3 May", 0.9, "a.txt")})
    suggestions = Suggestions(before_s=0)

    assert suggestions.of(cast("Engine", engine)) == ()

    for _ in range(100):
        if not any(thread.name == "suggestions" for thread in threading.enumerate()):
            break
        time.sleep(0.05)
    assert suggestions.of(cast("Engine", engine)) == (question,)
    assert engine.asked == [question]
