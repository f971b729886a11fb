from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.sentences import covering_sentences
from qa_service.types import Slice
from qa_service.values import items_of
from qa_service.values.enumeration import asks_for_several


def items(text: str, words: str, question: str = "Which places are named?") -> list[str]:
    start = text.index(words)
    span = (start, start + len(words))
    found = items_of(question, text, span, covering_sentences(text, *span))
    assert all(text[item.start : item.end] == item.text for item in found)
    return [item.text for item in found]


@pytest.mark.parametrize(
    "question",
    [
        "Which countries signed?",
        "Which two countries were put at the top?",
        "What were the three principles?",
        "Which countries got aid?",
        "What classes does the order come in?",
        "Name the witnesses at the hearing.",
        "Who attended the dinner?",
        "Which organisations channelled the grant?",
        "The presidents of which countries were to gather?",
        "Through which states does it run?",
    ],
)
def test_a_question_after_several_things_is_seen(question: str) -> None:
    assert asks_for_several(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who led the observers?",
        "Which Corps official put it in writing?",
        "What is the name of the school?",
        "What was the value of the goods?",
        "How many countries signed?",
        "Which country signed?",
        "Name the chief executive who appeared with Dorgan.",
        "What does this mean?",
    ],
)
def test_a_question_after_one_thing_is_none_after_several(question: str) -> None:
    assert not asks_for_several(question)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("China and Russia", ["China", "Russia"]),
        ("Pakistan, Afghanistan, India, and Turkey", ["Pakistan", "Afghanistan", "India", "Turkey"]),
        ("Colorado, Nebraska, South Dakota and Wyoming", ["Colorado", "Nebraska", "South Dakota", "Wyoming"]),
        ("Tulsa, OK; Bethel, AK; and Riverside, CA", ["Tulsa, OK", "Bethel, AK", "Riverside, CA"]),
        ("Trinidad and Tobago, Haiti and Cuba", ["Trinidad and Tobago", "Haiti", "Cuba"]),
        (
            "Bechtel Corp., BWX Technologies, Inc., and Washington Group International",
            ["Bechtel Corp.", "BWX Technologies, Inc.", "Washington Group International"],
        ),
        (
            "the World Bank, the Asian Bank and the European Bank for Reconstruction and Development",
            ["the World Bank", "the Asian Bank", "the European Bank for Reconstruction and Development"],
        ),
        ("Dorgan, D-N.D., Lugar, R-Ind., and Hagel, R-Neb.", ["Dorgan, D-N.D.", "Lugar, R-Ind.", "Hagel, R-Neb."]),
        ("Mark Pryor (D-AR) and Mary Landrieu (D-LA)", ["Mark Pryor (D-AR)", "Mary Landrieu (D-LA)"]),
        ("sleeping pads, plastic sheets and other goods", ["sleeping pads", "plastic sheets", "other goods"]),
        ("March 3, 2006, and May 4, 2007", ["March 3, 2006", "May 4, 2007"]),
        ("Boise, Idaho, and Reno, Nevada", ["Boise, Idaho", "Reno, Nevada"]),
        # Where a comma stands before the last "and", another "and" may be a part of an item
        ("Procter & Gamble, Acme, and Ernst and Young", []),
        ("black and white, red, and blue", []),
        # Names that are one, whatever they hold
        ("Trinidad and Tobago", []),
        ("Minister for Trade and Industry", []),
        ("Johnson & Johnson, Inc.", []),
        ("Dorgan, D-N.D.,", []),
        ("March 3, 2006", []),
        ("the Fish and Wildlife Service", []),
        ("the Department of Health and Human Services", []),
        ("1,842 releases", []),
        ("Lugar, chairman of the committee, and Biden", []),
        ("Mr. Arel, Minister for Foreign Affairs, and Ms. Holt, Secretary of State", []),
        ("Mr. Arel, Minister for Foreign Affairs, and Ms. Holt", []),
        ("the chapters on trade, customs and rules were closed", []),
        ("Lugar's part in the talks; Mr. Hagel thanked him, and Ms. Holt left", []),
        ("Somalia", []),
    ],
)
def test_an_enumeration_is_parted_between_its_items_and_names_are_left_whole(words: str, expected: list[str]) -> None:
    assert items(f"The list has {words} on it.", words) == expected


def test_an_answer_that_is_one_item_brings_in_the_others_of_its_sentence() -> None:
    text = "The talks took Gemba to Peru. The train stops in Beach, Fargo and Valley City. Bismarck has none."

    assert items(text, "Fargo") == ["Beach", "Fargo", "Valley City"]


def test_a_bulleted_list_gives_each_of_its_items() -> None:
    text = "Grants:\n\n- $5,000 for Fargo;\n- $6,000 for Minot, and\n- $7,000 for Beach\n\nContact: Barry"

    assert items(text, "$6,000 for Minot", "Which towns are given grants?") == [
        "$5,000 for Fargo",
        "$6,000 for Minot",
        "$7,000 for Beach",
    ]


def test_the_points_of_a_statement_are_no_items_of_an_enumeration_within_one_of_them() -> None:
    text = (
        "They state:\n\n1. The two countries will build a line.\n\n2. The cost will be shared.\n\n"
        "3. The two countries, with Peru, Chile and Fargo, will found the energy school."
    )

    assert items(text, "Peru, Chile and Fargo", "Which countries will found an energy school?") == [
        "Peru",
        "Chile",
        "Fargo",
    ]
    assert items(text, "Peru, Chile and Fargo", "Which countries will found the energy school?") == [
        "Peru",
        "Chile",
        "Fargo",
    ]
    assert items(text, "The cost", "Which countries share the cost?") == []
    assert items(text, "The two countries", "Which countries will build a line?") == []


def test_a_name_that_heads_its_item_brings_in_the_other_items() -> None:
    text = "Witnesses:\n\n- Ada Low, Director of the Office of Trade\n- Ben High (Union of Farmers) 6,012"

    assert items(text, "Ada Low", "Which witnesses are named?") == [
        "Ada Low, Director of the Office of Trade",
        "Ben High (Union of Farmers) 6,012",
    ]
    assert items(text, "Union of Farmers", "Which unions are named?") == []


def test_whoever_the_question_names_is_not_asked_for() -> None:
    text = "The bill is by Dorgan, Lugar and Hagel."

    assert items(text, "Dorgan, Lugar and Hagel", "Who signed the bill?") == ["Dorgan", "Lugar", "Hagel"]
    assert items(text, "Dorgan, Lugar and Hagel", "Who else signed the bill of Dorgan?") == []


def test_an_article_is_no_name_that_a_question_holds() -> None:
    assert items("The boats and the mills stay.", "The boats and the mills", "Which things are in the town?") == [
        "The boats",
        "the mills",
    ]


def test_as_many_items_as_were_asked_for_or_none() -> None:
    text = "They met China, Russia and Japan."

    assert items(text, "China, Russia and Japan", "Which three countries did they meet?") == [
        "China",
        "Russia",
        "Japan",
    ]
    assert items(text, "China, Russia and Japan", "Which two countries did they meet?") == []


def test_a_question_after_one_thing_gets_no_items() -> None:
    assert items("They met China and Russia.", "China and Russia", "Whom did they meet first?") == []


@given(
    st.lists(
        st.sampled_from(
            ["Fargo", "Minot", ", ", " and ", "; ", "\n- ", "\n", ". ", "(", ")", '"', "Inc.", "3, 2006", " the "]
        ),
        min_size=1,
        max_size=30,
    ).map("".join),
    st.data(),
)
def test_whatever_the_text_items_are_slices_of_it_in_order(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    found = items_of("Which towns are named?", text, (start, end), covering_sentences(text, start, end))

    assert all(item == Slice(text[item.start : item.end], item.start, item.end) and item.text for item in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
