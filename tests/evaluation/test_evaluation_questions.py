import dataclasses
import json
import tarfile
from pathlib import Path

import pytest

from qa_service.evaluation.questions import (
    Conversation,
    Question,
    QuestionSet,
    QuestionSetError,
    check_answers,
    load_question_set,
)

PROJECT = Path(__file__).parents[2]


def write_set(
    folder: Path, *, questions: list[object] | None = None, conversations: list[object] | None = None
) -> Path:
    (folder / "documents").mkdir(parents=True)
    (folder / "documents" / "summit.txt").write_text("The leaders met in Moscow.", encoding="utf-8")
    for name, rows in (("questions.jsonl", questions), ("conversations.jsonl", conversations)):
        if rows is not None:
            lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def question(**changes: object) -> dict[str, object]:
    row = {"id": "q1", "question": "Where?", "kind": "place", "document": "summit.txt", "answers": ["Moscow"]}
    return {**row, **changes}


def asked(**changes: object) -> Question:
    gold = Question("q1", "Where?", "place", "summit.txt", ("Moscow",), where="questions.jsonl:1")
    return dataclasses.replace(gold, **changes)


def fault_of(folder: Path) -> str:
    with pytest.raises(QuestionSetError) as raised:
        load_question_set(folder)
    return str(raised.value).replace(f"{folder}/", "")


def test_a_question_and_a_conversation_are_read_with_all_that_their_lines_say(tmp_path: Path) -> None:
    turns = [
        {"question": "Where?", "document": "summit.txt", "answers": ["Moscow"]},
        {"question": "Why?", "document": None, "answers": []},
    ]
    folder = write_set(
        tmp_path,
        questions=[
            question(sentence="The leaders met in Moscow.", also=["summit.txt"]),
            {
                "id": "q2",
                "question": "Who won?",
                "kind": "unanswerable",
                "document": None,
                "answers": [],
                "miss": "near",
            },
        ],
        conversations=[{"id": "c1", "turns": turns}],
    )

    question_set = load_question_set(folder)

    assert question_set == QuestionSet(
        questions=(
            Question(
                "q1",
                "Where?",
                "place",
                "summit.txt",
                ("Moscow",),
                sentence="The leaders met in Moscow.",
                also=("summit.txt",),
            ),
            Question("q2", "Who won?", "unanswerable", None, (), miss="near"),
        ),
        conversations=(
            Conversation(
                "c1",
                (
                    Question("c1/1", "Where?", "first turn", "summit.txt", ("Moscow",), conversation="c1"),
                    Question("c1/2", "Why?", "later turn", None, (), conversation="c1"),
                ),
            ),
        ),
    )
    assert [one.where for one in question_set.all_questions] == [
        f"{folder}/questions.jsonl:1",
        f"{folder}/questions.jsonl:2",
        f"{folder}/conversations.jsonl:1",
        f"{folder}/conversations.jsonl:1",
    ]


def test_either_file_may_be_missing_but_not_both(tmp_path: Path) -> None:
    for name in ("one", "none"):
        (tmp_path / name).mkdir()

    assert len(load_question_set(write_set(tmp_path / "one", questions=[question()])).questions) == 1
    assert "has no question: it needs questions.jsonl, conversations.jsonl or both" in fault_of(
        write_set(tmp_path / "none")
    )


def test_questions_of_other_files_take_the_place_of_the_folders(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set", questions=[question()], conversations=[])
    others = [tmp_path / "second.jsonl", tmp_path / "third.jsonl"]
    for number, file in enumerate(others, 2):
        file.write_text(json.dumps(question() | {"id": f"q{number}"}), encoding="utf-8")

    assert [one.id for one in load_question_set(folder, others).questions] == ["q2", "q3"]


def test_files_without_a_line_are_named(tmp_path: Path) -> None:
    folder, empty = write_set(tmp_path / "set", questions=[question()]), tmp_path / "empty.jsonl"
    empty.touch()

    with pytest.raises(QuestionSetError, match=r"empty\.jsonl: no question"):
        load_question_set(folder, [empty])


def test_blank_lines_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    folder = write_set(tmp_path, questions=["\ufeff" + json.dumps(question()), "", "  "])

    assert [one.id for one in load_question_set(folder).questions] == ["q1"]


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    assert fault_of(tmp_path).startswith("documents is not a folder: put the releases")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "questions.jsonl:2: not a line of JSON in UTF-8 (Expecting property name"),
        ("[" * 100_000, "questions.jsonl:2: not a line of JSON in UTF-8 ("),
        ("7", "questions.jsonl:2: must be an object of JSON, in one line"),
        ({"id": "q2"}, "questions.jsonl:2: question: Field required"),
        (question(id="q2", answers="Moscow"), "questions.jsonl:2: answers: Input should be a valid list"),
        (question(id="q2", question=" \n"), "questions.jsonl:2: question: must not be blank"),
        (question(id="q2", question="x" * 2_001), "questions.jsonl:2: question: String should have at most 2000"),
        (question(id="q2", question="a \ud800?"), "questions.jsonl:2: question: Input should be a valid string"),
        (question(id="q2", answers=[" "]), "questions.jsonl:2: answers.0: must not be blank"),
        (question(id="q2", answers=[]), "questions.jsonl:2: a document needs at least one answer"),
        (question(id="q2", document=None), "questions.jsonl:2: without a document there can be neither answers"),
        (question(id="q2", kind="unanswerable"), "questions.jsonl:2: kind 'unanswerable' goes with document null"),
        (
            question(id="q2", document=None, answers=[]),
            "questions.jsonl:2: kind 'unanswerable' goes with document null",
        ),
        (question(id="q2", miss="near"), "questions.jsonl:2: 'miss' is for unanswerable questions"),
        (question(id="q2", document="../questions.jsonl"), "questions.jsonl:2: release '../questions.jsonl' is not in"),
        (question(id="q2", also=["gone.txt"]), "questions.jsonl:2: release 'gone.txt' is not in documents"),
        (question(), "questions.jsonl:2: id 'q1' is taken by questions.jsonl:1"),
    ],
)
def test_a_fault_is_named_by_file_and_line(tmp_path: Path, line: object, fault: str) -> None:
    message = fault_of(write_set(tmp_path, questions=[question(), line]))

    assert message.startswith(fault)
    assert message.endswith("The question set can't be used: correct these lines and run again")


def test_bytes_that_are_not_utf8_are_a_fault_of_their_line(tmp_path: Path) -> None:
    folder = write_set(tmp_path, questions=[])
    (folder / "questions.jsonl").write_bytes(json.dumps(question()).encode() + b'\n{"id": "caf\xe9"}')

    assert fault_of(folder).startswith("questions.jsonl:2: not a line of JSON in UTF-8 ('utf-8' codec can't decode")


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    folder = write_set(tmp_path, questions=[question()])
    (folder / "conversations.jsonl").mkdir()

    assert fault_of(folder).startswith("conversations.jsonl can't be read (Is a directory)")


def test_a_conversation_needs_two_turns_and_an_id_of_its_own(tmp_path: Path) -> None:
    turn = {"question": "Where?", "document": "summit.txt", "answers": ["Moscow"]}
    folder = write_set(
        tmp_path,
        questions=[question()],
        conversations=[{"id": "c1", "turns": [turn]}, {"id": "q1", "turns": [turn, turn]}],
    )

    assert fault_of(folder).splitlines()[:2] == [
        "conversations.jsonl:1: turns: List should have at least 2 items after validation, not 1",
        "conversations.jsonl:2: id 'q1' is taken by questions.jsonl:1",
    ]


def test_all_faults_are_shown_at_once_up_to_twenty(tmp_path: Path) -> None:
    lines = fault_of(write_set(tmp_path, questions=["{"] * 23)).splitlines()

    assert [line.split(": ")[0] for line in lines[:20]] == [f"questions.jsonl:{number}" for number in range(1, 21)]
    assert lines[20] == "... and 3 more"


@pytest.mark.parametrize("text", ["They met\r\n in\tMoscow.", "MEETING IN MOSCOW"])
def test_answers_are_sought_in_the_canonical_text_whatever_its_white_space_and_case(text: str) -> None:
    check_answers(QuestionSet((asked(answers=("in Moscow",)),), ()), {"summit.txt": text}.get)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"answers": ("Moscow", "Kyiv")}, "questions.jsonl:1: summit.txt does not hold 'Kyiv'"),
        ({"sentence": "They met in Kyiv."}, "questions.jsonl:1: summit.txt does not hold 'They met in Kyiv.'"),
        ({"document": "gone.txt"}, "questions.jsonl:1: release 'gone.txt' is not in the index"),
        ({"also": ("rain.txt",)}, "questions.jsonl:1: rain.txt, named in 'also', holds none of the answers"),
    ],
)
def test_an_answer_that_its_release_does_not_hold_is_refused(changes: dict[str, object], fault: str) -> None:
    releases = {"summit.txt": "They met in Moscow.", "rain.txt": "It rained."}

    with pytest.raises(QuestionSetError) as raised:
        check_answers(QuestionSet((asked(**changes),), ()), releases.get)

    assert str(raised.value).splitlines() == [
        fault,
        "The question set can't be used: correct these lines, or build the index anew from the folder's own documents",
    ]


def test_answers_of_a_conversation_are_checked_too() -> None:
    turn = asked(id="c1/1", answers=("Kyiv",), conversation="c1", where="conversations.jsonl:4")

    with pytest.raises(QuestionSetError, match=r"conversations\.jsonl:4: summit\.txt does not hold 'Kyiv'"):
        check_answers(QuestionSet((), (Conversation("c1", (turn,)),)), {"summit.txt": "They met in Moscow."}.get)


@pytest.mark.parametrize("corpus", ["sample", "senate"])
def test_every_line_of_a_development_set_loads_and_its_answers_stand(corpus: str, shared_corpus: Path) -> None:
    folder = shared_corpus / corpus
    n_lines = {path.name: path.read_bytes().count(b"\n") for path in folder.glob("*.jsonl")}

    question_set = load_question_set(folder)
    check_answers(question_set, lambda name: (folder / "documents" / name).read_text(encoding="utf-8"))

    assert len(question_set.questions) == n_lines["questions.jsonl"] > 0
    assert len(question_set.conversations) == n_lines["conversations.jsonl"] > 0


def test_training_and_held_back_questions_stand_in_other_releases_than_one_another(
    shared_corpus: Path, tmp_path: Path
) -> None:
    names = set((PROJECT / "training" / "releases.txt").read_text("utf-8").split())
    with tarfile.open(shared_corpus / "senate-scale.tar.xz") as archive:
        in_order = [member for member in archive if member.name in names]
        archive.extractall(tmp_path, in_order, filter="data")
    training, held_back = (
        load_question_set(tmp_path, [file])
        for file in (
            PROJECT / "training" / "questions.jsonl",
            PROJECT / "tests" / "evaluation" / "questions_other_senators.jsonl",
        )
    )
    for question_set in (training, held_back):
        check_answers(question_set, lambda name: (tmp_path / "documents" / name).read_text(encoding="utf-8"))
    releases = [{name for question in part.questions for name in question.documents} for part in (training, held_back)]
    assert all(releases)
    assert not releases[0] & releases[1]
    assert not {*releases[0], *releases[1]} & {path.name for path in (shared_corpus / "senate" / "documents").iterdir()}


@pytest.mark.parametrize("measuring", ["other_issuers", "development_issuers"])
def test_invented_releases_to_learn_from_and_to_measure_by_are_of_other_issuers(measuring: str) -> None:
    folders = PROJECT / "training" / "invented_releases", PROJECT / "tests" / "evaluation" / measuring
    texts = []
    for folder in folders:
        releases = {path.name: path.read_text(encoding="utf-8") for path in (folder / "documents").iterdir()}
        question_set = load_question_set(folder)
        assert len(question_set.questions) > 200
        check_answers(question_set, releases.__getitem__)
        texts.append(releases)
    learned, measured = texts
    series_of_issuers = [{tuple(name.split("-")[:2]) for name in releases} for releases in texts]
    assert not series_of_issuers[0] & series_of_issuers[1]
    assert not set(learned.values()) & set(measured.values())


def test_the_held_back_questions_over_the_sample_releases_are_answered_by_them() -> None:
    file = PROJECT / "tests" / "evaluation" / "questions_sample_held_back.jsonl"
    question_set = load_question_set(PROJECT, [file])
    assert len(question_set.questions) == 200
    check_answers(question_set, lambda name: (PROJECT / "documents" / name).read_text(encoding="utf-8"))


def test_the_lines_that_the_readme_shows_are_sound(tmp_path: Path) -> None:
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    shown = tmp_path / "questions.jsonl"
    shown.write_text("\n".join(line for line in lines if line.startswith('    {"id"')), encoding="utf-8")
    question_set = load_question_set(PROJECT, [shown])
    assert [question.is_answerable for question in question_set.questions] == [True, False]
    check_answers(question_set, lambda name: (PROJECT / "documents" / name).read_text(encoding="utf-8"))
