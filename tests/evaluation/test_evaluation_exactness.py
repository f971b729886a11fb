import dataclasses

import pytest
from evaluation_fakes import INFO, cite

from qa_service.evaluation.exactness import Exactness, check_exactness
from qa_service.types import Answer, Citation, Reply, Slice

RELEASES = {"summit.txt": "The leaders met. They talked for 30 minutes in Moscow. Tea was served."}


def reply(citation: Citation, answer: Answer) -> Reply:
    return Reply("How long?", None, (answer,), (citation,), passages=(), index=INFO)


def test_a_reply_whose_slices_all_match_has_six_checks_and_no_violation() -> None:
    citation = cite(RELEASES, "summit.txt", "30 minutes")

    assert citation.quote == "They talked for 30 minutes in Moscow."
    assert check_exactness(reply(citation, Answer("30 minutes", 0.9, 1)), RELEASES.get) == Exactness(6, ())


def test_a_refusal_has_nothing_to_check() -> None:
    assert check_exactness(Reply("Why?", None, (), (), (), INFO), RELEASES.get) == Exactness(0, ())


@pytest.mark.parametrize(
    ("changes", "violation"),
    [
        ({"quote": "They talked for 31 minutes in Moscow."}, "text[17:54] is not the quote"),
        ({"start": -53, "before": ""}, "text[-53:54] is not the quote"),  # the same slice, by an offset from the end
        ({"before": "The leaders met."}, "'before' does not end at 17"),
        ({"after": "Tea"}, "'after' does not begin at 54"),
        ({"answer_start": 34, "answer_end": 44}, "text[34:44] is not the answer '30 minutes'"),
        ({"start": 40, "quote": " minutes in"}, "the answer's 33 to 43 is not inside the quote's"),
        ({"document_id": "gone.txt"}, "the release is not in the index"),
    ],
)
def test_a_citation_that_opens_at_other_words_is_a_violation(changes: dict[str, object], violation: str) -> None:
    citation = dataclasses.replace(cite(RELEASES, "summit.txt", "30 minutes"), **changes)

    found = check_exactness(reply(citation, Answer("30 minutes", 0.9, 1)), RELEASES.get)

    assert f"citation 1 of {citation.document_id}: {violation}" in found.violations


@pytest.mark.parametrize(
    ("answer", "unknown"), [(Answer("30 minutes", 0.9, 2), [2]), (Answer("30 minutes", 0.9, 1, (1, 5)), [5])]
)
def test_a_citation_that_the_reply_lacks_is_a_violation(answer: Answer, unknown: list[int]) -> None:
    found = check_exactness(reply(cite(RELEASES, "summit.txt", "30 minutes"), answer), RELEASES.get)

    assert found.violations == (f"answer '30 minutes' names citations {unknown}, which the reply does not have",)


def test_items_and_speakers_are_compared_too() -> None:
    citation = cite(RELEASES, "summit.txt", "30 minutes")
    right, wrong = Slice("Moscow", 47, 53), Slice("Kremlin", 47, 54)

    exact = check_exactness(reply(citation, Answer("30 minutes", 0.9, 1, items=(right,), speaker=right)), RELEASES.get)
    inexact = check_exactness(reply(citation, Answer("30 minutes", 0.9, 1, items=(right, wrong))), RELEASES.get)

    assert exact == Exactness(8, ())
    assert inexact.violations == ("citation 1 of summit.txt: text[47:54] is not 'Kremlin'",)
