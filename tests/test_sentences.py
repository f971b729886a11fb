from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.sentences import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in sentence_spans(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The D.P.R.K. fired a missile.", "Japan protested."],
        ["They met in Washington, D.C. on Monday.", "They agreed."],
        ["Lt. Gen. Smith met Gov. Hoeven.", "Both spoke."],
        ["Mr. Stecher, of St. Petersburg, agreed on H.R. 123.", "It passed."],
        ["It passed S.Res. 530, S.Con.Res. 70 and Pub. L. 109-58.", "Both agreed."],
        ["U.S. Senator Dick Lugar met the U.S. Ambassador in the U.S. Senate.", "They agreed."],
        ["He moved to the U.S.", "He stayed."],
        ["The U.N. Secretary-General spoke.", "Sens. Lee (R, N.Y.), and Day (D, N.M. ), heard him."],
        ["It began at 6:40 p.m. and took an hour.", "It cost $2.9 billion."],
        ["“We agree.”", "He left."],
        [
            "The paint contains lead.",
            "Customers should return it.",
            "It fell by 4.6 per cent.",
            "Of these, two remain.",
        ],
        ["She fell ill.”", "“He left no. 12 vs. Japan, approx. Monday.", "It was for the port.)", "They met."],
        ["What happened?", "Nothing!"],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_no_sentence_ends_inside_a_word() -> None:
    assert sentences("1 1 . 1 1 .:") == ["1 1 .", "1 1 .:"]


def test_a_blank_line_ends_a_sentence_without_a_full_stop() -> None:
    assert sentences("2. Japan-Russia relations\n\nThe two met.") == ["2. Japan-Russia relations", "The two met."]


def test_list_lines_are_sentences_of_their_own() -> None:
    assert sentences("The package holds:\nten tents\n75 mats\n- 20 tanks") == [
        "The package holds:",
        "ten tents",
        "75 mats",
        "- 20 tanks",
    ]


def test_a_hard_wrapped_line_does_not_end_its_sentence() -> None:
    text = (
        "The two leaders confirmed that the preparations for the visit\n"
        "to Japan are being advanced between the two governments. They\n"
        "also agreed."
    )
    assert sentences(text) == [text[: text.index(" They")], "They\nalso agreed."]


@given(st.text(alphabet=st.sampled_from('aB1.?!\n \t-(,"é日'), max_size=200))
def test_every_word_lies_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)
