"""The names in a question, and whether a release holds them."""

import pytest

from qa_service.dialogue import names_asked, names_of_most


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is the US Transportation Secretary?", "Mary Peters, the U.S. Secretary of Transportation, agreed."),
        ("Who is the UN Secretary-General?", "U.N. Secretary General Kofi Annan came."),
        ("How many E85 pumps are there?", "The 100th E-85 pump was opened."),
        ("What has Senator Dorgan called for?", "U.S. Sen. Byron Dorgan said so."),
        ("Should he resign, according to senators Biden, Hagel and Dorgan?", "Hagel thinks so."),
        ("What did Mr. O’Brien say?", "Senator O'Brien said so."),
        ("How long did they talk?", "Nothing."),
    ],
)
def test_a_name_is_found_however_a_release_writes_it(question: str, text: str) -> None:
    assert all(name.is_in(text) for name in names_asked(question))


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is the US Transportation Secretary?", "The Secretary told us of transportation."),
        ("Who was named Lugar Energy Patriot?", "Lugar spoke of energy."),
        ("How many E85 pumps are there?", "There are 850 pumps."),
        ("What did Hagel say on Fannie Mae?", "Hagel spoke of Freddie Mac."),
        ("Did Biden meet Hagel?", "Biden met nobody."),
    ],
)
def test_another_name_is_none(question: str, text: str) -> None:
    assert not all(name.is_in(text) for name in names_asked(question))


def test_a_name_that_most_releases_lack_is_not_asked_of_the_others() -> None:
    names = names_asked("Who from Indiana got a Jefferson Award?")
    texts = ["A Jefferson Award.", "The Jefferson Award, Indiana.", "Jefferson Awards and a Jefferson Award."]
    assert [name.is_in("a Jefferson Award") for name in names_of_most(names, texts)] == [True]
