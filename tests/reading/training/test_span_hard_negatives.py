import json
from collections.abc import Callable, Sequence
from pathlib import Path

from qa_service.reading.training.examples import Example, GoldAnswer
from qa_service.reading.training.hard_negatives import Finding, hardest_first, read_candidates
from qa_service.reading.training.negatives import Prepared
from qa_service.reading.training.prepare import PreparedSource
from qa_service.types import Passage, Span

PASSAGES = ("in kyoto: 2", "in osaka: 7", "in tokyo: 4", "in nara: 9", "in kobe: 5", "in otaru: 8")


class LastWordReader:
    """Marks a passage's last word, and believes it as much as that number says; remembers what it was asked."""

    name = "last word"

    def __init__(self, on_read: Callable[[], None] = lambda: None) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self._on_read = on_read

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        self._on_read()
        self.asked.append((question, [passage.contextual_text for passage in passages]))
        starts = [passage.text.rindex(" ") + 1 for passage in passages]
        return [
            Span(start, len(passage.text), float(passage.text[start:]) + 1.0, 1.0)
            for start, passage in zip(starts, passages, strict=True)
        ]


def question(id_: str, context: str, answer: str = "", similar: tuple[int, ...] = ()) -> Prepared:
    answers = (GoldAnswer(answer, context.rindex(answer)),) if answer else ()
    return Prepared(Example(id_, "s", "a.txt", f"what of {id_} ?", context, answers, "Cities"), similar, None, ())


def source(*items: Prepared) -> PreparedSource:
    return PreparedSource("s", PASSAGES, ("Towns",) * len(PASSAGES), items)


def ordered(given: PreparedSource, folder: Path, seed: int = 0) -> PreparedSource:
    return hardest_first(given, read_candidates(given, LastWordReader(), folder / "s.jsonl"), seed=seed)


def test_a_question_is_read_over_its_own_passage_and_the_five_most_similar(tmp_path: Path) -> None:
    reader = LastWordReader()
    found = read_candidates(source(question("1", "a: 3", "3", (3, 1, 0, 5, 2, 4))), reader, tmp_path / "s.jsonl")
    passages = ["Cities | a: 3", *(f"Towns | {PASSAGES[row]}" for row in (3, 1, 0, 5, 2))]
    assert reader.asked == [("what of 1 ?", passages)]
    assert found == {"1": [Finding(float(words), words) for words in "397284"]}


def test_similar_passages_come_by_the_readers_margin_and_those_it_did_not_read_after_them(tmp_path: Path) -> None:
    [item] = ordered(source(question("1", "a: 3", "3", (0, 1, 2, 3, 5, 4))), tmp_path).items
    assert item.similar == (3, 5, 1, 2, 0, 4)
    assert item.example.context == "a: 3"


def test_a_passage_in_which_a_right_answer_is_marked_is_no_near_miss(tmp_path: Path) -> None:
    [item] = ordered(source(question("1", "about 7: 3", "about 7", (0, 1, 2))), tmp_path).items
    assert item.similar == (2, 0)


def test_a_question_without_an_answer_gets_the_passage_that_is_believed_most(tmp_path: Path) -> None:
    found = ordered(source(question("1", "a: 5", similar=(0, 3, 1))), tmp_path)
    [item] = found.items
    assert (item.example.context, item.example.title) == ("in nara: 9", "Towns")
    beside = [(found.passages[row], found.titles[row]) for row in item.similar]
    assert beside == [("in osaka: 7", "Towns"), ("a: 5", "Cities"), ("in kyoto: 2", "Towns")]


def test_of_easy_questions_three_in_ten_remain_the_same_ones_for_a_seed(tmp_path: Path) -> None:
    easy = [question(f"sure {n}", "a: 9", "9", (0,)) for n in range(6)]
    easy += [question(f"refused {n}", "a: -5") for n in range(4)]
    hard = [
        question("wrong", "b: 1 a: 9", "1", (0,)),
        question("unsure", "a: 3", "3"),
        question("led by little", "a: 9", "9", (0, 2)),
        question("near miss", "a: -4"),
    ]

    def left(seed: int) -> list[str]:
        return [item.example.id for item in ordered(source(*easy, *hard), tmp_path, seed).items]

    assert left(0)[:4] == ["wrong", "unsure", "led by little", "near miss"]
    assert len(left(0)) == 7
    assert left(0) == left(0)
    assert any(left(0) != left(seed) for seed in range(1, 5))


def test_a_source_that_is_all_easy_keeps_a_question(tmp_path: Path) -> None:
    assert len(ordered(source(question("1", "a: 9", "9")), tmp_path).items) == 1


def test_reading_that_was_cut_off_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    given = source(*(question(str(n), f"a: {n}", str(n), (n,)) for n in range(5)))
    whole = read_candidates(given, LastWordReader(), tmp_path / "whole.jsonl")

    def cut_off() -> None:
        if len(first.asked) == 3:
            raise KeyboardInterrupt

    first, path = LastWordReader(cut_off), tmp_path / "cut.jsonl"
    try:
        read_candidates(given, first, path)
    except KeyboardInterrupt:
        path.write_bytes(path.read_bytes()[:-9])  # the third line was only begun
    second, told = LastWordReader(), list[tuple[int, int]]()
    assert read_candidates(given, second, path, on_progress=lambda *done: told.append(done)) == whole
    assert [asked for asked, _ in second.asked] == ["what of 2 ?", "what of 3 ?", "what of 4 ?"]
    assert told[-1] == (5, 5)
    assert path.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert json.loads(path.read_text().splitlines()[2]) == {
        "id": "2",
        "question": "what of 2 ?",
        "found": [[2.0, "2"], [4.0, "4"]],
    }
