from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.sentences import covering_sentences
from qa_service.types import Slice
from qa_service.values import speaker_of

CORPORA = Path(__file__).parents[3] / "shared" / "corpus"
TABLE = Path(__file__).with_name("attribution.txt").read_text(encoding="utf-8")


def rows(part: str) -> list[tuple[str, ...]]:
    return [
        tuple(column.strip() for column in line.split(" | "))
        for line in part.splitlines()
        if line and not line.startswith("#")
    ]


TUNED, MEASURED = map(rows, TABLE.split("# Only measured"))


def speaker(text: str, words: str) -> Slice | None:
    start = text.index(words)
    return speaker_of(text, (start, start + len(words)), covering_sentences(text, start, start + len(words)))


def name(text: str, words: str) -> str | None:
    found = speaker(text, words)
    assert found is None or text[found.start : found.end] == found.text
    return found.text if found else None


def read(document: str) -> str:
    corpus, _, file = document.partition("/")
    path = CORPORA / corpus / "documents" / file
    if not path.exists():
        pytest.skip(f"{corpus} is not here")
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(("document", "words", "expected"), TUNED, ids=[row[1][:40] for row in TUNED])
def test_the_speaker_is_the_one_that_a_reader_of_the_release_names(document: str, words: str, expected: str) -> None:
    assert (name(read(document), words) or "-") == expected


def test_no_speaker_is_wrong_among_those_that_took_no_part_in_the_rules() -> None:
    named = [(row, name(read(row[0]), row[1])) for row in MEASURED]

    print(f"{len(MEASURED)} cases, {sum(found is not None for _, found in named)} speakers named")  # noqa: T201
    assert [(row, found) for row, found in named if found and found != row[2]] == []
    assert sum(found is not None for _, found in named) >= 15


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ('"The road is open," Ms. Ada Low said.', "road is open", "Ms. Ada Low"),
        ("“The road is open,” said Ada Low.", "road is open", "Ada Low"),
        ('Ada Low said, "The road is open."', "road is open", "Ada Low"),
        ("According to Ada Low, the road is open.", "the road is open", "Ada Low"),
        ("The road is open.", "open", None),
        ('"The road is open," an official said.', "open", None),
        ("Ada Low met Ben High. He said the road is open.", "open", None),
        ("Senator Ada Low spoke. She said the road is open.", "open", "Ada Low"),
        ('The "road" is open, and Ada Low said so.', "Ada Low", None),
        ("Ada Low explained the plan, and Ben High replied that the road is open.", "road is open", None),
        ("Ada Low explained the plan, and the other side replied that the road is open.", "road is open", None),
        ("Ada Low explained that the road is open, and Ben High replied.", "road is open", "Ada Low"),
        ("On May 7, Japan added a second batch of blankets.", "blankets", None),
        ("Ada Low added that the road is open.", "road is open", "Ada Low"),
        ('Mayor Ada Low wept. "The road is open," she said.', "road is open", "Ada Low"),
        ('Low said that it is wide. "The road is open," she added.', "road is open", "Low"),
        ('Ada Low said that it is wide. "The road is open," she added.', "road is open", "Ada Low"),
        ('Mayor Ada Low met Ben High. "The road is open," he said.', "road is open", None),
        ('Ada Low said yes. Ben disagreed. "The road is open," he said.', "road is open", None),
        ('Ada Low met Ben High. "The road is open," he said.', "road is open", None),
        ('Mayor Ada Low wept.\n\n"The road is open," she said.', "road is open", "Ada Low"),
        ("The head of the guild, Ada Low, said that the road is open.", "road is open", "Ada Low"),
        ("Unlike Ada Low, said the mayor, the road is open.", "road is open", None),
        ("Contrary to what Ada Low said, the road is open.", "road is open", None),
        ("Holt, Low and High said the road is open.", "road is open", None),
        ("Low and High said the road is open.", "road is open", "Low and High"),
        ('Ada Low made this statement:\n\n"The road is open.\n\n"It is wide."', "It is wide", "Ada Low"),
    ],
)
def test_marks_and_verbs_of_all_kinds_name_the_speaker(text: str, words: str, expected: str | None) -> None:
    assert name(text, words) == expected


_VERBS = (
    "said replied answered responded asked warned insisted emphasized emphasised stressed announced recalled "
    "reiterated repeated observed claimed joked testified reported promised"
).split()


@pytest.mark.parametrize("verb", [*_VERBS, "pointed out"])
def test_another_verb_of_saying_names_its_own_speaker(verb: str) -> None:
    before = 'They met. "We trust each other," Minister Kallis said. "We shall build the line together,"'

    assert name(f"{before} {verb} Minister Arel.", "build the line") == "Minister Arel"
    assert name(f"{before} Minister Arel {verb}.", "build the line") == "Minister Arel"


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        ("", "Minister Kallis"),
        ("They left.", "Minister Kallis"),
        (", trilled Minister Arel.", None),
        (", the minister trilled.", None),
        (", an official replied.", None),
        (", replied the minister, and Ada Low said nothing.", None),
        (", replied Minister Arel, who said Ada Low was wrong.", "Minister Arel"),
        (", Minister Arel told Ada Low.", "Minister Arel"),
        (", she told Ada Low.", None),
        (", she asked Ada Low.", None),
        ("?, asked Minister Arel.", "Minister Arel"),
        ("?, trilled Minister Arel.", None),
    ],
)
def test_a_speaker_is_not_carried_over_to_words_that_somebody_else_says(behind: str, expected: str | None) -> None:
    said, rest = ("?", behind[2:]) if behind[:1] == "?" else (",", behind[1:]) if behind[:1] == "," else (".", behind)
    text = f'They met. "We trust each other," Minister Kallis said. "We build the line{said}" {rest.strip()}'

    assert name(text, "build the line") == expected


@pytest.mark.parametrize(
    "subject",
    [
        "A spokesman for Minister Arel",
        "The wife of President Arel",
        "The letter to Minister Arel",
        "The report by Ambassador Arel",
        "A call from Minister Arel",
        "No one in the delegation of Minister Arel",
        "Neither Holt nor Arel",
        "Everyone in Arel",
    ],
)
def test_a_name_that_belongs_to_another_noun_is_not_the_speaker(subject: str) -> None:
    assert name(f"{subject} said that the ferry runs.", "the ferry runs") is None
    assert name(f'{subject} said, "The ferry runs."', "ferry runs") is None
    assert name(f'"The ferry runs," {subject[0].lower()}{subject[1:]} said.', "ferry runs") is None
    assert name(f"{subject} came. He said that the ferry runs.", "the ferry runs") is None


@given(
    st.lists(
        st.sampled_from(
            [
                '"',
                "“",
                "”",
                "Ada Low",
                " said",
                " he said",
                "\n\n",
                ". ",
                ", ",
                ":",
                "The road is open",
                "according to ",
            ]
        ),
        min_size=1,
        max_size=30,
    ).map("".join),
    st.data(),
)
def test_whatever_the_text_a_speaker_is_a_slice_of_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    found = speaker_of(text, (start, end), covering_sentences(text, start, end))

    assert found is None or (found.text and text[found.start : found.end] == found.text)


def test_a_paragraph_of_a_thousand_quotations_is_no_burden() -> None:
    text = 'So it goes: "a" and then. ' + '"b" and then. ' * 1_500 + '"The road is open."'

    assert name(text, "The road is open") is None
