import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_service.reading.edges import trimmed

LIST = "1. Travelling library: 45,500 euros\n2. Church restoration: 120,000 euros\n3. Choir: 900 euros"
ROWS = "Documentary | Radio Titicaca\nEducation | Radio Inti Raymi"
DEPARTURES = "Rate of departures on time | 91.4% | 94.0%"
FREE = "On Sundays entry is free\n\nThe museum shop and café stay open daily."
QUOTED = 'She said: "We have put it aside until 2009. Our capital bears one prize." Applause followed.'


@pytest.mark.parametrize(
    ("text", "read", "kept"),
    [
        (LIST, "45,500 euros\n2", "45,500 euros"),
        (LIST, "120,000 euros\n3. Choir", "120,000 euros"),
        (ROWS, "Radio Titicaca\nEducation | Radio Inti Raymi", "Radio Titicaca"),
        (DEPARTURES, "91.4% | 94.0%", "91.4%"),
        (DEPARTURES, "Rate of departures on time | 91.4%", "Rate of departures on time | 91.4%"),
        (FREE, "free\n\nThe museum shop", "free"),
        ("They met. It was short. They left.", "short. They left", "short"),
        ("They met. It was short. They left.", "They met. It was short. They", "They met. It was short"),
        ("They met. It was short. They left.", "They met. It was short", "They met. It was short"),
        (LIST, LIST, LIST),
        ("It cost 5 crowns a tonne.¹ They left.", "a tonne.¹ They", "a tonne"),
        ("It cost 5 crowns a tonne.1 They left.", "a tonne.1 They", "a tonne"),
        ("1. It fell to 3.1\n2. It rose", "3.1\n2. It", "3.1"),
        ("It cost 5 crowns a tonne.[2] They left.", "a tonne.[2] They", "a tonne"),
        ("建造費は85億円です。船長は田中氏です。", "85億円です。船長", "85億円です"),
        (QUOTED, "We have put it aside until 2009", "We have put it aside until 2009"),
        (QUOTED, '"We have put it aside until 2009', "We have put it aside until 2009"),
        (QUOTED, 'Our capital bears one prize."', "Our capital bears one prize."),
        ("It was “long” and “hard”.", "“long” and “hard”", "“long” and “hard”"),
        ("It was “long” and “hard”.", "long” and “hard”", "long” and “hard”"),
        ("It is “hard”.", "“", "“"),
        ("Mr. Lugar (R-IN) spoke.", "(R-IN", "R-IN"),
        ('The pipe is 6" wide.', '6"', '6"'),
        ("It cost 45 million dollars in all.", "45 million dollars", "45 million dollars"),
        ("Ngozi Ade\u0301bayo\u0300, for her novel", "Ngozi Ade\u0301bayo", "Ngozi Ade\u0301bayo\u0300"),
    ],
)
def test_an_answer_ends_where_its_item_sentence_cell_or_letter_does(text: str, read: str, kept: str) -> None:
    start = text.index(read)
    found = trimmed(text, start, start + len(read))
    assert text[slice(*found)] == kept


@given(st.text(alphabet="ab.1 |\n\u0301", min_size=1, max_size=60), st.data())
def test_what_is_left_lies_in_what_was_read_but_for_marks_of_its_letters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = trimmed(text, start, end)
    assert 0 <= found[0] < found[1] <= len(text)
    widened = text[found[0] : start] + text[end : found[1]]
    assert all(unicodedata.combining(char) for char in widened[1:])
