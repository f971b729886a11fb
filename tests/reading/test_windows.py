from hypothesis import given
from hypothesis import strategies as st
from reading.training.span_tiny import tiny_tokenizer

from qa_service.reading.windows import Source, WindowCutter, word_edges

TEXT = st.text(alphabet="abc xyz 01.,-$é\n", max_size=120)


def test_a_short_source_is_one_window_framed_by_the_models_separators() -> None:
    tokenizer = tiny_tokenizer()
    [window] = WindowCutter(tokenizer).cut([Source("who spoke ?", "the minister spoke .", "tokyo")])
    tokens = [tokenizer.id_to_token(number) for number in window.ids]
    assert tokens == ["[CLS]", "who", "spoke", "?", "[SEP]", "tokyo", "[SEP]", "the", "minister", "spoke", ".", "[SEP]"]
    assert window.type_ids == (0,) * 5 + (1,) * 7
    assert window.first == 7
    assert window.offsets == ((0, 3), (4, 12), (13, 18), (19, 20))


def test_without_context_no_empty_part_is_framed() -> None:
    tokenizer = tiny_tokenizer()
    [window] = WindowCutter(tokenizer).cut([Source("who ?", "tokyo")])
    assert [tokenizer.id_to_token(number) for number in window.ids] == ["[CLS]", "who", "?", "[SEP]", "tokyo", "[SEP]"]


def test_a_long_passage_is_cut_into_windows_that_overlap() -> None:
    passage = " ".join("abcdefghij")
    windows = WindowCutter(tiny_tokenizer(), max_tokens=9, overlap=2).cut([Source("who ?", passage)])
    assert [[passage[start:end] for start, end in window.offsets] for window in windows] == [
        ["a", "b", "c", "d"],
        ["c", "d", "e", "f"],
        ["e", "f", "g", "h"],
        ["g", "h", "i", "j"],
    ]


def test_a_passage_without_tokens_gives_no_window() -> None:
    windows = WindowCutter(tiny_tokenizer()).cut([Source("who ?", " \n"), Source("who ?", "tokyo")])
    assert [window.source for window in windows] == [1]


def test_an_endless_question_leaves_room_for_the_passage() -> None:
    [window] = WindowCutter(tiny_tokenizer()).cut([Source("who " * 500, "tokyo", "monday " * 500)])
    assert len(window.offsets) == 1
    assert len(window.ids) <= 256


def test_word_edges_keep_numbers_and_abbreviations_whole() -> None:
    text = "$3.6 in U.S. aid-"
    offsets = [
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
        (5, 7),
        (8, 9),
        (9, 10),
        (10, 11),
        (11, 12),
        (13, 14),
        (14, 16),
        (16, 17),
    ]
    starts, ends = word_edges(text, offsets)
    assert [text[a:b] for (a, b), ok in zip(offsets, starts, strict=True) if ok] == ["$", "3", "in", "U", "a", "-"]
    assert [text[a:b] for (a, b), ok in zip(offsets, ends, strict=True) if ok] == ["$", "6", "in", ".", "id", "-"]


@given(passage=TEXT, question=TEXT, context=TEXT)
def test_every_offset_lies_in_the_passage_and_windows_stay_within_their_length(
    passage: str, question: str, context: str
) -> None:
    for window in WindowCutter(tiny_tokenizer(), max_tokens=128, overlap=8).cut([Source(question, passage, context)]):
        assert len(window.ids) == len(window.type_ids) <= 128
        assert window.first + len(window.offsets) < len(window.ids)
        assert all(0 <= start < end <= len(passage) for start, end in window.offsets)


def test_a_window_that_question_and_context_nearly_fill_still_moves_on() -> None:
    cutter = WindowCutter(tiny_tokenizer(), max_tokens=40, overlap=30)
    windows = cutter.cut([Source("who " * 50, "a b " * 50, "context " * 50)])
    assert all(len(window.ids) <= 40 for window in windows)
    assert {offsets for window in windows for offsets in window.offsets} == {(2 * n, 2 * n + 1) for n in range(100)}
