import time
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
        ["The U.N. Secretary-General spoke.", "Sens. Lee (R, N.Y.), and Day (D-N.M. ), heard him."],
        ["It began at 6:40 p.m. and took an hour.", "It cost $2.9 billion."],
        [
            "It is open from 10 a.m. to 6 p.m. Eastern Time.",
            "He was found at 6:15 a.m.",
            "A dog called Bella led them.",
        ],
        ["Doors open at 9 p.m. Monday in Room 2.", "They close at 11 p.m.", "“The rest is free.”"],
        ["“We agree.”", "He left."],
        [
            "The paint contains lead.",
            "Customers should return it.",
            "It fell by 4.6 per cent.",
            "Of these, two remain.",
        ],
        ["She fell ill.”", "“He left no. 12 vs. Japan, approx. Monday.", "It was for the port.)", "They met."],
        ["What happened?", "Nothing!"],
        ["It cost Rs. 500 crore, Ksh. 5.2 billion or Tk. 3 lakh.", "It ran from Nov. 30–Dec. 12."],
        ["Lt.-Gen. Lee, Flt. Lt. Das and Mme. Roe spoke on Arts. 6 and 7.", "They agreed."],
        ["H.R.H. Prince Faisal and H.E. Ambassador Lee met Smt. Murmu and Engr. Buhari.", "They agreed."],
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


@pytest.mark.parametrize(
    "paragraph",
    [
        "The court in Pell ordered\nDornick to pay 1.7 million crowns to 85\nfishermen who lost their income.",
        "Ann Lee,\nwho lives in\nPorto.",
        "Ann Lee said that it was\nMr. Odell who paid.",
        "They thanked the senior senator, Mr. John\nF. Kennedy of Massachusetts, who had\nopened it.",
        "They thanked the man who opened the meeting, Mr. John\nF. Kennedy of Massachusetts.",
        "The bill of the senator\n– who had drafted it in May – was\nread twice.",
        "The number of ferries rose to\n12. The next one sails in May.",
        "The fund pays the whole sum to the U.S.\ncitizens who asked for it.",
        "The ministry set up a fund for\nthree towns, Velmora, Tolm and\nOld Bay, and the port of\n2,000 souls.",
    ],
)
def test_a_line_that_runs_on_does_not_end_its_sentence_however_narrow_or_ragged_the_text(paragraph: str) -> None:
    assert [line for sentence in sentences(paragraph) for line in sentence.split("\n")[1:]] == paragraph.split("\n")[1:]


@pytest.mark.parametrize(
    "lines",
    [
        ["First aid", "burns and cuts", "broken bones", "Use of explosives"],
        ["The package holds:", "ten tents", "75 mats", "two boats for the lake."],
        ["Ministry of Harbours,", "12 Quay Street,", "Velmora"],
        ["Highlights of the whole year in the harbour and on the quay", "- 20 ships", "- 30 boats"],
        ["Highlights of May", "• Ships of all kinds", "They were 20."],
        ["Jury", "A. Lee", "B. Odell"],
        ["1. Overview of the talks", "2. Results"],
        ["Drill the rock carefully.", "Blast the rock carefully."],
        ["10.00 Arrival of the minister", "10.30 Talks", "12.00 Dinner"],
        ["Days: Thursday 5 to Saturday 7 March 2015, both days included", "Hours: 9 to 5", "Both days are free."],
        ["headline: Mill Sold", "author: Press Office", "The mill was sold in May."],
        ["Area burned (hectares)          11,200      27,300", "Red warnings issued             18          37"],
        ["Kind of ticket for the whole of the day in May | Price", "Adult | 15 pounds"],
        ["Support for two hundred schools in the northern provinces", "Training of teachers", "School meals"],
        [
            f"Revenue of 12.3 million dollars, {'compared with that of the year before, ' * 3}a record",
            "Cash of 45 million",
        ],
        ["O say can you see,", "By the dawn's early light,", "What so proudly we hailed at the last gleaming?"],
    ],
)
def test_lists_tables_addresses_and_verse_keep_their_lines(lines: list[str]) -> None:
    assert sentences("\n".join(lines)) == lines


def test_a_heading_above_ragged_text_is_no_part_of_it() -> None:
    assert sentences("Fuel prices rise\nThe ministry said on\nMonday that they would.") == [
        "Fuel prices rise",
        "The ministry said on\nMonday that they would.",
    ]
    assert sentences("Higher Fuel Prices\nMinister Odell said that\nthey would rise.")[0] == "Higher Fuel Prices"


def test_wide_characters_fill_two_columns_and_their_lines_break_anywhere() -> None:
    text = (
        "港湾庁は六月十二日、北海道の岬に新しい灯台を設置したと\n"
        "発表しました。灯台の高さは四十二メートルで、建設費は\n"
        "五億円です。点灯式には市長の鈴木一郎氏が出席しました"
    )
    assert "".join(sentences(text)).count("\n") == 2
    assert sentences("灯台の設置\n建設費\n点灯式の出席者") == ["灯台の設置", "建設費", "点灯式の出席者"]


@pytest.mark.parametrize(
    "expected",
    [
        [
            "It will rise to 14 crowns a tonne.1",
            "The change was proposed by Minister Ada Roth.[2]",
            "It is old.12,13",
            "So.",
        ],
        [
            "It takes effect on 1 April.³",
            "Exports are exempt.†",
            "It is online.[^1]",
            "“The fair” ended in 2001.¹²",
            "It paid.",
        ],
        ["He said: “We agree.”4", "They left (for Tolm).5", "It sails."],
        ["The rate stood at 3.1 The Hague had."],
        ["It runs v1.2 The Board on No.1 The Quay."],
        ["It is shown in Fig.3 The Board and on Sept.4 The Quay."],
    ],
)
def test_the_mark_of_a_footnote_belongs_to_the_sentence_that_it_follows(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["建造費は85億円です。", "船長は田中氏が務めます。¹", "出席しました！", "なぜですか？", "不明です。"],
        ["長官は「調査が進む。」と述べました。", "「なぜ？」と聞いた。", "『終わった。』", "次は来年です。"],
        ["港口今天开放。", "“船很大。”", "他走了。"],
        ["هل سيستقبل المرضى قريبا؟", "قال الوزير إنه سيستقبلهم."],
        ["یہ بندرگاہ ہے۔", "یہ بڑی ہے۔"],
        ["यह बंदरगाह है।", "यह बड़ा है।"],
    ],
)
@pytest.mark.parametrize("gap", ["", " "])
def test_marks_of_other_scripts_end_sentences(expected: list[str], gap: str) -> None:
    assert sentences(gap.join(expected)) == expected


@given(st.text(alphabet=st.sampled_from('aB1.?!\n \t-(,"é日。」と²'), max_size=200))
def test_every_word_lies_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    assert all(text[a:b] == text[a:b].strip() for a, b in spans)


def test_long_paragraphs_have_the_sentences_that_they_would_have_in_parts() -> None:
    sentence = "Mr. Lee of the U.S. Senate met Gen. Powell at 3 p.m. on Monday."
    text = " ".join([sentence] * 400)
    assert {text[start:end] for start, end in sentence_spans(text)} == {sentence}


@pytest.mark.parametrize("junk", ["U.S. Senator and Gen. ", "?!", ".[1", "Mr. ", "a. ", "\n- x", "。」", "A.1 "])
def test_junk_takes_no_more_than_its_share_of_time(junk: str) -> None:
    began = time.process_time()
    sentence_spans((junk * 50_000)[:50_000])
    assert time.process_time() - began < 8
