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
        ("10–15 percent", "10-15 percent"),
        ("about $20 million", "$20 million"),
        ("did not attend", "did not attend the"),
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
        ("Minister", "Prime Minister"),
        ("Minister", "Foreign Minister"),
        ("Japan", "Japan and Russia"),
        ("Bob Kerrey", "John Kerry"),
        ("kerrey", "Bob Kerrey"),
        ("about", "some"),
        ("$20 million", "€20 million"),
        ("30%", "$30"),
        ("-3 degrees", "3 degrees"),
        ("−3%", "3%"),
        ("did not attend", "did attend"),
        ("didn’t attend", "did attend"),
        ("no increase", "increase"),
        ("10-15", "10.15"),
    ],
)
def test_another_answer(answer: str, other: str) -> None:
    assert not says_the_same(answer, other)
    assert not says_the_same(other, answer)
