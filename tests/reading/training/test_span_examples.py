import gzip
import json
from pathlib import Path

from qa_service.reading.training.examples import (
    Example,
    GoldAnswer,
    detokenize,
    hold_back,
    read_qamr,
    read_qed,
    read_squad,
    without_overlap,
)


def example(article: str, context: str = "x", title: str | None = None) -> Example:
    return Example(article, "s", article, "Who?", context, (), title)


def write_squad(path: Path, title: str, qas: list[dict[str, object]]) -> Path:
    data = {"data": [{"title": title, "paragraphs": [{"context": "Lugar spoke.", "qas": qas}]}]}
    path.write_bytes(gzip.compress(json.dumps(data).encode()))
    return path


def test_squad_files_give_answers_and_the_articles_title(tmp_path: Path) -> None:
    qas: list[dict[str, object]] = [
        {"id": "1", "question": "Who spoke?", "answers": [{"text": "Lugar", "answer_start": 0}]}
    ]
    assert read_squad(write_squad(tmp_path / "a.json.gz", "US_Senate", qas), "wiki") == [
        Example("1", "wiki", "US_Senate", "Who spoke?", "Lugar spoke.", (GoldAnswer("Lugar", 0),), "US Senate")
    ]


def test_impossible_questions_have_no_answers_and_wrong_offsets_are_left_out(tmp_path: Path) -> None:
    qas: list[dict[str, object]] = [
        {"id": "none", "question": "Who sang?", "answers": [], "is_impossible": True},
        {"id": "wrong", "question": "Who spoke?", "answers": [{"text": "Lugar", "answer_start": 3}]},
    ]
    [only] = read_squad(write_squad(tmp_path / "a.json.gz", "Amazon_Reviews_12", qas), "wiki")
    assert (only.id, only.answers, only.title) == ("none", (), None)


def test_qamr_keeps_questions_on_whose_answer_two_annotators_agree_to_give_one(tmp_path: Path) -> None:
    sentences, rows = tmp_path / "sentences.tsv", tmp_path / "rows.tsv"
    sentences.write_text("Wiki1k:wikinews:1:2:3\tLugar -LRB- R -RRB- spoke , he said .\n")
    rows.write_text(
        "Wiki1k:wikinews:1:2:3\t0\t7\t0\t0\tWho spoke?\t0\t1:0 1 2 3\t2:Invalid\n"
        "Wiki1k:wikinews:1:2:3\t0\t7\t0\t0\tWhat?\t0 4\t1:0 4\t2:4\n"
    )
    [only] = read_qamr(rows, sentences)
    assert only.context == "Lugar (R) spoke, he said."
    assert only.answers == (GoldAnswer("Lugar", 0), GoldAnswer("Lugar (R)", 0))
    assert only.article == "Wiki1k:wikinews:1"


def test_qed_text_is_closed_up_and_answers_move_with_it(tmp_path: Path) -> None:
    row = {
        "example_id": 7,
        "title_text": "Nobel Prize",
        "question_text": "who won",
        "paragraph_text": "It was won , in 1901 , by Röntgen .",
        "original_nq_answers": [[{"start": 26, "end": 33, "string": "Röntgen"}]],
    }
    path = tmp_path / "qed.jsonl"
    path.write_text(json.dumps(row))
    [only] = read_qed(path)
    assert only.context == "It was won, in 1901, by Röntgen."
    assert only.answers == (GoldAnswer("Röntgen", 24),)


def test_treebank_tokens_become_running_text() -> None:
    text, spans = detokenize(
        ["``", "We", "ca", "n't", ",", "''", "he", "said", "-LRB-", "in", "Doha", "'s", "hall", "-RRB-", "."]
    )
    assert text == "\"We can't,\" he said (in Doha's hall)."
    assert [text[start:end] for start, end in spans][6:8] == ["he", "said"]


def test_whole_articles_are_held_back_and_always_the_same_ones() -> None:
    examples = [example(article) for article in "abcdefabcdef"]
    rest, (first, second) = hold_back(examples, 2)
    again, _ = hold_back(reversed(examples), 2)
    parts = [{e.article for e in part} for part in (rest, first, second)]
    assert [len(part) for part in parts] == [2, 2, 2]
    assert parts[0] | parts[1] | parts[2] == set("abcdef")
    assert {e.article for e in again} == parts[0]


def test_held_back_titles_and_texts_are_kept_out_of_training() -> None:
    held = [example("Baltic_Sea", "The sea is brackish. It freezes.")]
    training = [example("1", "Other text", "Baltic Sea"), example("2", "the sea is brackish"), example("3", "Rivers.")]
    assert [e.article for e in without_overlap(training, held)] == ["3"]
