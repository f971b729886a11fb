import pytest

from qa_service.answer_types import AnswerType, expected_type, is_of_type, only_repeats


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How old was the senator when he died?", AnswerType.AGE),
        ("At what age may they apply?", AnswerType.AGE),
        ("How long did the two ministers talk?", AnswerType.EXTENT),
        ("For how long will the road be closed?", AnswerType.EXTENT),
        ("How much time do they have?", AnswerType.EXTENT),
        ("How many minutes did the call take?", AnswerType.NUMBER),
        ("How many people lost their homes?", AnswerType.COUNT),
        ("death toll of the 2004 floods", AnswerType.COUNT),
        ("How many yen did Japan give?", AnswerType.NUMBER),
        ("How many times did they meet?", AnswerType.NUMBER),
        ("How much rain fell?", AnswerType.NUMBER),
        ("How much did Japan lend?", AnswerType.MONEY),
        ("How much money is set aside?", AnswerType.MONEY),
        ("What does the new bridge cost?", AnswerType.MONEY),
        ("What was the total cost of the programme?", AnswerType.MONEY),
        ("What was the final Senate vote on the bill?", AnswerType.VOTE),
        ("By what margin did it pass?", AnswerType.VOTE),
        ("What is the deadline for applications?", AnswerType.DATE),
        ("deadline for the 2006 grants", AnswerType.DATE),
        ("How far is the airport from the town?", AnswerType.NUMBER),
        ("What percentage of voters agreed?", AnswerType.RATE),
        ("What is the interest rate on the loan?", AnswerType.RATE),
        ("What time did the lunch begin?", AnswerType.CLOCK),
        ("When was the treaty signed?", AnswerType.DATE),
        ("And when?", AnswerType.DATE),
        ("By when must they apply?", AnswerType.DATE),
        ("On which day did they meet?", AnswerType.DATE),
        ("Who led the delegation?", AnswerType.PERSON),
        ("With whom did he travel?", AnswerType.PERSON),
        ("According to the release, who signed?", AnswerType.PERSON),
        ("What gift did the president bring?", None),
        ("What did he say when asked about the loan?", None),
        ("What will cost a lot of money?", None),
        ("Whose vote count did he overtake?", None),
        ("Which time zone applies?", None),
        ("Whose plan was it?", None),
    ],
)
def test_what_a_question_asks_for(question: str, expected: AnswerType | None) -> None:
    assert expected_type(question) is expected


@pytest.mark.parametrize(
    ("expected", "fitting", "unfitting"),
    [
        (AnswerType.AGE, ["74", "seventy-four", "aged 9"], ["5521", "$20 million", "an artist", "1,200"]),
        (AnswerType.COUNT, ["3,000 youth", "some", "eighth visit", "10 percent"], ["$20", "May 9", "156th", "Oslo"]),
        (AnswerType.MONEY, ["$5", "16.7 million yen", "318,918", "free"], ["70 years", "5", "May 2009", "Medicare"]),
        (AnswerType.VOTE, ["75-19", "14 to 9", "nine to five", "unanimously"], ["January 24", "the Senate"]),
        (
            AnswerType.EXTENT,
            ["30 minutes", "a 20-minute talk", "24.5 miles", "until June"],
            ["May 9", "5", "Oslo", "the 80th year", "per year"],
        ),
        (AnswerType.NUMBER, ["75 tents", "roughly half", "none", "Twenty"], ["other relief goods", "Tokyo"]),
        (AnswerType.RATE, ["4.5 per cent", "12%", "0.1", "half"], ["150 billion yen", "Tokyo"]),
        (AnswerType.CLOCK, ["18:25", "noon", "5 p.m."], ["Tokyo"]),
        (
            AnswerType.DATE,
            ["May 9", "in the spring", "1995", "on Tuesday", "last year"],
            ["Tokyo", "the minister", "$400,000", "12,500", "4 per cent"],
        ),
        (AnswerType.PERSON, ["Mr. Aso", "the prime minister", "they"], ["75", "in 2005", "heavy losses"]),
    ],
)  # fmt: skip
def test_words_show_what_kind_they_are_of(expected: AnswerType, fitting: list[str], unfitting: list[str]) -> None:
    assert [text for text in fitting if not is_of_type(text, expected)] == []
    assert [text for text in unfitting if is_of_type(text, expected)] == []


@pytest.mark.parametrize(
    ("words", "after", "expected", "fits"),
    [
        ("70", " years in our state", AnswerType.COUNT, False),
        ("10,000", " metric tons of beans", AnswerType.COUNT, False),
        ("140 million", " yen is for victims", AnswerType.COUNT, False),
        ("70", " riders a day", AnswerType.COUNT, True),
        ("3,000", " youth each year", AnswerType.COUNT, True),
        ("28", " per cent of residents", AnswerType.COUNT, True),
        ("10,000", " metric tons of beans", AnswerType.MONEY, False),
        ("83.4 billion", " yen", AnswerType.MONEY, True),
    ],
)
def test_what_follows_a_number_says_what_it_counts(words: str, after: str, expected: AnswerType, fits: bool) -> None:
    assert is_of_type(words, expected, after) is fits


def test_any_words_may_answer_a_question_that_asks_for_no_kind() -> None:
    assert is_of_type("the Brahimi proposal", None)


@pytest.mark.parametrize(
    ("words", "question", "expected"),
    [
        ("in Hanoi", "At which hotel in Hanoi did they meet?", True),
        ("the Hanoi Opera Hotel", "At which hotel in Hanoi did they meet?", False),
        ("iron", "Is the meteorite made of iron or stone?", False),
        ("he agreed", "Did he agree?", False),
        ("of the", "What is it made of?", True),
    ],
)
def test_words_that_only_repeat_the_question(words: str, question: str, expected: bool) -> None:
    assert only_repeats(words, question) is expected
