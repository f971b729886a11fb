import pytest

from qa_service.reading import says_the_same


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        ("30 minutes", "30 minutes"),
        ("approximately 30 minutes", "30 minutes"),
        ("the Kremlin", "Kremlin"),
        ("Bob Kerrey", "Kerrey"),
        ("Senator Bob Kerrey", "Bob Kerrey"),
        ("Dr. Jill A. Biden", "Biden"),
        ("some 3.6 million workers", "3.6 million workers"),
        ("about", "about"),
        ("?", " ? "),
    ],
)
def test_the_same_in_other_words(answer: str, other: str) -> None:
    assert says_the_same(answer, other)
    assert says_the_same(other, answer)


@pytest.mark.parametrize(
    ("answer", "other"),
    [
        ("30 minutes", "30 hours"),
        ("30 minutes", "13 minutes"),
        ("South Korea", "Korea"),
        ("President", "Vice President"),
        ("Japan", "Japan and Russia"),
        ("Bob Kerrey", "John Kerry"),
        ("kerrey", "Bob Kerrey"),
        ("about", "some"),
    ],
)
def test_another_answer(answer: str, other: str) -> None:
    assert not says_the_same(answer, other)
    assert not says_the_same(other, answer)
