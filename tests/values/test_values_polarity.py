from pathlib import Path

import pytest

from qa_service.sentences import covering_sentences
from qa_service.values import polarity_of

CORPORA = Path(__file__).parents[3] / "shared" / "corpus"
TABLE = Path(__file__).with_name("yes_no.txt").read_text(encoding="utf-8")


def rows(part: str) -> list[tuple[str, ...]]:
    return [
        tuple(column.strip() for column in line.split(" | "))
        for line in part.splitlines()
        if line and not line.startswith("#")
    ]


TUNED, MEASURED = map(rows, TABLE.split("# Only measured"))


def given(document: str, question: str, words: str) -> str:
    corpus, _, file = document.partition("/")
    path = CORPORA / corpus / "documents" / file
    if not path.exists():
        pytest.skip(f"{corpus} is not here")
    text = path.read_text(encoding="utf-8")
    start = text.index(words)
    low, high = covering_sentences(text, start, start + len(words))
    return polarity_of(question, text[low:high]) or "-"


def precision(table: list[tuple[str, ...]]) -> tuple[int, int]:
    """Return how many polarities are given, and how many of them are right."""
    polarities = [(given(*row[:3]), row[3]) for row in table]
    return sum(found != "-" for found, _ in polarities), sum(
        found != "-" and found == gold for found, gold in polarities
    )


@pytest.mark.parametrize("table", [TUNED, MEASURED], ids=["tuned", "measured"])
def test_a_polarity_that_is_given_is_the_one_that_a_reader_sees(table: list[tuple[str, ...]]) -> None:
    n_given, n_right = precision(table)
    print(f"{len(table)} questions, {n_given} polarities given, {n_right} right")  # noqa: T201 (for docs/evaluation.md)

    assert n_given >= 3
    assert n_right >= 0.95 * n_given


@pytest.mark.parametrize(
    ("question", "sentence", "polarity"),
    [
        ("Did Low thank High?", "Ms. Low thanked Mr. High.", "yes"),
        ("Did Low thank High?", "Mr. High thanked Ms. Low.", None),
        ("Did Low thank High?", "Ms. Low did not thank Mr. High.", "no"),
        ("Did Low thank High?", "Ms. Low declined to thank Mr. High.", "no"),
        ("Did Low thank High?", "Ms. Low would thank Mr. High.", None),
        ("Did Low thank High?", "Ms. Low may thank Mr. High.", None),
        ("Did Low thank High?", "Ms. Low rejected calls and thanked Mr. High.", None),
        ("Did Low thank High?", "Nobody but Ms. Low thanked Mr. High.", None),
        ("Didn't Low thank High?", "Ms. Low thanked Mr. High.", None),
        ("Did Low thank or blame High?", "Ms. Low thanked Mr. High.", None),
        ("Whom did Low thank?", "Ms. Low thanked Mr. High.", None),
    ],
)
def test_a_sentence_affirms_or_denies_only_what_it_says_plainly(
    question: str, sentence: str, polarity: str | None
) -> None:
    assert polarity_of(question, sentence) == polarity
