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
        # What is told of as untrue, put off, asked for or only reported
        ("Will the embassy in Beach be closed?", "There are reports that the embassy in Beach will be closed.", None),
        ("Will the embassy in Beach be closed?", "The embassy in Beach will be closed.", "yes"),
        ("Is the embassy closed?", "Question: I hear the embassy is closed.", None),
        ("Is the embassy closed?", "It is a rumour that the embassy is closed.", None),
        ("Is the embassy closed?", "Mr. High said it is untrue that, as many fear, the embassy is closed.", None),
        ("Did High attack the port?", "Reports that High attacked the port are false.", None),
        ("Did High attack the port?", "The Minister dismissed reports that High attacked the port.", None),
        ("Did High attack the port?", "Had High attacked the port, the talks would have ended.", None),
        ("Did High attack the port?", "The talks would have ended, had High attacked the port.", None),
        ("Was the third meeting held in June?", "The third meeting, to be held in June, was postponed.", None),
        ("Was the third meeting held in June?", "The third meeting was held in June.", "yes"),
        (
            "Was the third meeting held in June?",
            "The third meeting was held in June, after the second was put off.",
            None,
        ),
        ("Did Low visit Beach?", "Ms. Low was to visit Beach in July.", None),
        ("Did Low visit Beach?", "Ms. Low went to Minot to visit Beach.", None),
        ("Did Low visit Beach to thank High?", "Ms. Low visited Beach to thank Mr. High.", "yes"),
        ("Did both sides sign the protocol?", "Both sides were ready to sign the water protocol.", None),
        ("Did they sign the protocol?", "They postponed signing the protocol.", None),
        ("Did Low close the crossing?", "Ms. Low agreed to close the crossing.", None),
        ("Did Low close the crossing?", "Ms. Low decided, on July 5, to finally close the crossing.", None),
        ("Did Low decide to close the crossing?", "Ms. Low decided to close the crossing.", "yes"),
        ("Did Low close the crossing?", "Ms. Low declined to close the crossing.", "no"),
        ("Did Low visit Beach?", "Ms. Low visited the farm of an old man from the hills of a town near Beach.", None),
        ("Did Low go to Beach?", "Ms. Low went to Beach.", None),
        ("Was aid given to Beach?", "Aid was given to Beach.", "yes"),
        ("Did High open the crossing?", "Ms. Low demanded that Mr. High open the crossing.", None),
        ("Did Low demand that High open the crossing?", "Ms. Low demanded that Mr. High open the crossing.", "yes"),
        ("Were the talks successful?", "The talks were far from successful.", None),
        ("Did High postpone the talks?", "Mr. High postponed the talks.", "yes"),
        ("Did Low manage the port?", "Mr. High knows whether, as he said, Ms. Low managed the port?", None),
        ("Did Low visit Beach in 2023?", "Ms. Low visited Beach in April 2024 and Minot in 2023.", None),
        ("Did Low visit Beach in June?", "Ms. Low visited Beach in April and Minot in June.", None),
        ("Did Low visit Beach in 2023?", "Ms. Low visited Beach in June 2023.", "yes"),
        ("Did Low visit Beach in 2023?", "Ms. Low visited Beach and Minot in 2023.", "yes"),
        # What is said of somebody else, and of another time
        ("Is Low a Democrat?", "Ms. Low is a Republican who voted with a Democrat.", None),
        ("Is Low a Democrat?", "Ms. Low worked with a Democrat.", None),
        ("Is Low a Democrat?", "Ms. Low is a Democrat.", "yes"),
        ("Is Low a Democrat?", "Ms. Low is not a Democrat.", "no"),
        ("Did Low call Beach?", "Ms. Low left before Mr. High called Beach.", None),
        (
            "Did they discuss the port's nuclear waste?",
            "They discussed the port, and the nuclear waste of Beach.",
            None,
        ),
        ("Is Acme based in Ohio?", "Acme is based in Ohio.", "yes"),
        ("Is Acme based in Ohio?", "A subsidiary of Acme is based in Ohio.", None),
        ("Is Acme based in Ohio?", "Acme's parent company is based in Ohio.", None),
        ("Did Acme's sales double?", "Acme's sales doubled.", "yes"),
        ("Did Low sign the bill?", "An aide to Senator Low signed the bill.", None),
        ("Was the bridge closed?", "One lane of the bridge was closed.", None),
        ("Has the ban been lifted?", "The ban has been partially lifted.", None),
        ("Is Low chairwoman of the committee?", "Ms. Low is former chairwoman of the committee.", None),
        ("Is the museum closed?", "The museum was closed in 1990.", None),
        ("Was the museum closed?", "The museum was closed in 1990.", "yes"),
    ],
)
def test_a_sentence_affirms_or_denies_only_what_it_says_plainly(
    question: str, sentence: str, polarity: str | None
) -> None:
    assert polarity_of(question, sentence) == polarity
