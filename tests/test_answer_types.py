import pytest

from qa_service.answer_types import AnswerType, end_of_amount, expected_type, is_of_type, start_of_amount


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How old was the senator when he died?", AnswerType.AGE),
        ("At what age may they apply?", AnswerType.AGE),
        ("How long did the two ministers talk?", AnswerType.EXTENT),
        ("For how long will the road be closed?", AnswerType.EXTENT),
        ("How much time do they have?", AnswerType.EXTENT),
        ("How many minutes did the call take?", AnswerType.EXTENT),
        ("How many miles is it to the airport?", AnswerType.NUMBER),
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
        ("What are the boats worth?", AnswerType.MONEY),
        ("What was the medal worth before 2010?", AnswerType.MONEY),
        ("What is the worth of the contract?", AnswerType.MONEY),
        ("What value of cocoa beans did Ghana sell?", AnswerType.MONEY),
        ("What was the value of the relief goods?", AnswerType.MONEY),
        ("What was the monetary loss?", AnswerType.MONEY),
        ("What was the budget for the clinic?", AnswerType.MONEY),
        ("What did the town pay for the mill?", AnswerType.MONEY),
        ("What does Togo pay towards the pillars?", AnswerType.MONEY),
        ("Up to what sum is it free of tax?", AnswerType.MONEY),
        ("What federal sum did they announce?", AnswerType.MONEY),
        ("What money did she promise?", AnswerType.MONEY),
        ("What is the name of the barge?", AnswerType.NAME),
        ("what's the name of the clerk who told them when?", AnswerType.NAME),
        ("name of the officer", AnswerType.NAME),
        ("In which city do they live?", AnswerType.PLACE),
        ("To which state does she drive?", AnswerType.PLACE),
        ("In what Rhode Island city was it held?", AnswerType.PLACE),
        ("At which border town was he caught?", AnswerType.PLACE),
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
        ("What money was the Corps going to use?", None),
        ("Whose vote count did he overtake?", None),
        ("Which time zone applies?", None),
        ("Whose plan was it?", None),
        ("What did the grant pay for?", None),
        ("What does the fund pay for in Iraq?", None),
        ("What is worth a visit?", None),
        ("What made the site worth visiting?", None),
        ("What is the oldest school in Fort Worth?", None),
        ("In what state was the bridge found?", None),
        ("Which state's law is it?", None),
    ],
)
def test_what_a_question_asks_for(question: str, expected: AnswerType | None) -> None:
    assert expected_type(question) is expected


@pytest.mark.parametrize(
    ("expected", "fitting", "unfitting"),
    [
        (AnswerType.AGE, ["74", "seventy-four", "aged 9"], ["5521", "$20 million", "an artist", "1,200", "19:40"]),
        (AnswerType.COUNT, ["3,000 youth", "dozens", "eighth visit", "10 percent"], ["$20", "May 9", "156th", "Oslo"]),
        (AnswerType.MONEY, ["$5", "16.7 million yen", "318,918", "free"], ["70 years", "5", "May 2009", "Medicare"]),
        (AnswerType.VOTE, ["75-19", "98—0", "nine to five", "by consensus"], ["January 24", "2005-06"]),
        (
            AnswerType.EXTENT,
            ["30 minutes", "a 20-minute talk", "24.5 miles", "until June", "a 30-second call", "one second"],
            ["May 9", "5", "Oslo", "the 80th year", "per year", "second", "a second meeting"],
        ),
        (AnswerType.NUMBER, ["75 tents", "roughly half", "none", "Twenty", "14²"], ["relief goods", "Tokyo", "²"]),
        (AnswerType.RATE, ["4.5 per cent", "12%", "0.1", "half"], ["150 billion yen", "Tokyo"]),
        (AnswerType.CLOCK, ["18:25", "noon", "5 p.m.", "1900 hours"], ["Tokyo", "about 25 minutes", "two hours"]),
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
    ("passage", "words", "expected", "fits"),
    [
        ("It ran for 70 years in our state.", "70", AnswerType.COUNT, False),
        ("It took 70 riders a day.", "70", AnswerType.COUNT, True),
        ("They sold 10,000 metric tons of beans.", "10,000", AnswerType.COUNT, False),
        ("The 140 million yen is for victims.", "140 million", AnswerType.COUNT, False),
        ("Some 28 per cent of residents came.", "28", AnswerType.COUNT, True),
        ("A hearing will be held on January 24, in Fargo.", "24", AnswerType.COUNT, False),
        ("In 2015 eighteen members were elected.", "eighteen", AnswerType.COUNT, True),
        ("The town has 12 day care centers.", "12", AnswerType.COUNT, True),
        ("(3) Both leaders spoke.", "3", AnswerType.COUNT, False),
        ("They met.\n3. North Korea\nThey spoke.", "3", AnswerType.NUMBER, False),
        ("They met 3 times.", "3", AnswerType.NUMBER, True),
        ("It is to fall by 40 per cent by 2030.", "by 2030", AnswerType.NUMBER, False),
        ("It is to fall by 40 per cent by 2030.", "2030", AnswerType.NUMBER, False),
        ("It is to fall by 40 per cent by 2030.", "40 per cent by 2030", AnswerType.NUMBER, True),
        ("Jobs fell in 2019 and again in 2020.", "2019", AnswerType.COUNT, False),
        ("It was cut by 2030 tons.", "2030", AnswerType.NUMBER, True),
        ("It began in 2005 when they met.", "2005", AnswerType.DATE, True),
        ("They sold 10,000 metric tons of beans.", "10,000", AnswerType.MONEY, False),
        ("The ferry carries 300 passengers.", "300", AnswerType.MONEY, False),
        ("Three Japanese observers went.", "Three", AnswerType.MONEY, False),
        ("The ticket will be 95 pesos for adults.", "95", AnswerType.MONEY, True),
        ("A ticket is Rs 50.", "50", AnswerType.MONEY, True),
        ("RM3.7 MILLION LIQUOR SEIZED AT PORT", "RM3.7 MILLION", AnswerType.MONEY, True),
        ("A ticket is KSh 50 or ₦300.", "50", AnswerType.MONEY, True),
        ("The farm 50 miles away was sold.", "50", AnswerType.MONEY, False),
        ("Togo bears 1.1 million cedis.", "1.1 million cedis", AnswerType.MONEY, True),
        ("It lends 83.4 billion yen.", "83.4 billion", AnswerType.MONEY, True),
        ("They spent 30 minutes together.", "30", AnswerType.EXTENT, True),
        ("They held a 31-day series.", "31", AnswerType.EXTENT, True),
        ("They sent three observers.", "three", AnswerType.EXTENT, False),
        ("It takes 30 seconds.", "30", AnswerType.EXTENT, True),
        ("The new mill, Ada's, is in the town of Beach.", "The new mill", AnswerType.NAME, False),
        ("The new mill, Ada's, is in the town of Beach.", "Ada's", AnswerType.NAME, True),
        ("The new mill, Ada's, is in the town of Beach.", "the town", AnswerType.PLACE, False),
        ("The new mill, Ada's, is in the town of Beach.", "the town of Beach", AnswerType.PLACE, True),
        ("Some 9,400 people live in Beach.", "9,400", AnswerType.PLACE, False),
        ("the new mill is in beach", "beach", AnswerType.PLACE, True),
        ("THE NEW MILL IS IN BEACH", "THE", AnswerType.PLACE, True),
        ("The 首脳会談 was held in 東京.", "東京", AnswerType.PLACE, True),
    ],
)
def test_what_stands_around_a_number_says_what_it_is(
    passage: str, words: str, expected: AnswerType, fits: bool
) -> None:
    start = passage.index(words)
    assert is_of_type(passage, expected, start, start + len(words)) is fits


@pytest.mark.parametrize(
    ("passage", "words", "completed"),
    [
        ("Aid of 490 million yen was given.", "490", "490 million yen"),
        ("Aid of 20 to 490 million yen was given.", "20 to 490", "20 to 490 million yen"),
        ("Aid of 490 million yen was given.", "Aid of 490 million", "Aid of 490 million yen"),
        ("More than 40 percent said so.", "More than 40", "More than 40 percent"),
        ("It cost 350$ in all.", "350", "350$"),
        ("It cost 20 Canadian dollars.", "20", "20 Canadian dollars"),
        ("The rate rises by 0.5 percentage points to 3.", "0.5", "0.5 percentage points"),
        ("The rate rises by 0.5 percentage points to 3.", "0.5 percentage", "0.5 percentage points"),
        ("It cost Rs. 500 crore.", "Rs. 500", "Rs. 500 crore"),
        ("It cost Rs.500 crore.", "Rs.500", "Rs.500 crore"),
        ("It cost 1.500 crore.", "500", "500"),
        ("They met on May 9, 2005.", "May 9", "May 9"),
        ("They talked for 30 minutes.", "30", "30"),
        ("They talked for 30 minutes.", "They talked", "They talked"),
        ("Two of 75 tents were lost.", "Two", "Two"),
    ],
)
def test_an_amount_is_not_broken_off(passage: str, words: str, completed: str) -> None:
    start = passage.index(words)
    assert passage[start : end_of_amount(passage, start, start + len(words))] == completed


@pytest.mark.parametrize(
    ("passage", "words", "whole"),
    [
        ("They spent approximately 30 minutes together.", "30 minutes", "approximately 30 minutes"),
        ("It costs more than\n$20 million.", "$20 million", "more than\n$20 million"),
        ("At least twelve people came.", "twelve", "At least twelve"),
        ("They met for 30 minutes.", "30 minutes", "30 minutes"),
        ("Nearly all of them, 30 in number, came.", "30", "30"),
        ("They talked about Iraq.", "Iraq", "Iraq"),
        ("The flyover 12 cost much.", "12", "12"),
        ("They came.\nThree observers went.", "Three", "Three"),
        ("It costs no more than $20 million.", "$20 million", "no more than $20 million"),
        ("It costs no more than $20 million.", "more than $20 million", "no more than $20 million"),
        ("Not fewer than 12 people came.", "12", "Not fewer than 12"),
        ("It costs nearly ₹3,000 a head.", "₹3,000", "nearly ₹3,000"),
        ("It costs about EUR 20 million.", "20 million", "about EUR 20 million"),
        ("It costs US$20 million.", "20 million", "US$20 million"),
    ],
)
def test_an_amount_keeps_its_reserve(passage: str, words: str, whole: str) -> None:
    start = passage.index(words)
    assert passage[start_of_amount(passage, start) : start + len(words)] == whole


def test_any_words_may_answer_a_question_that_asks_for_no_kind() -> None:
    assert is_of_type("the Brahimi proposal", None)
