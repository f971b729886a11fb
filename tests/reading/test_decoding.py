import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from reading.training.span_tiny import tiny_tokenizer

from qa_service.reading.decoding import decode
from qa_service.reading.windows import Source, Window, WindowCutter


def window(*, source: int = 0, n: int = 4, starts: tuple[bool, ...] = (), ends: tuple[bool, ...] = ()) -> Window:
    """One question token, then passage tokens of one character each, two apart."""
    offsets = tuple((2 * number, 2 * number + 1) for number in range(n))
    every = (True,) * n
    return Window(source, (2, 5, 3, *range(10, 10 + n), 3), (0,) * (n + 4), 3, offsets, starts or every, ends or every)


def scores(*values: float) -> NDArray[np.float32]:
    """Null, two tokens before the passage that must never win, the passage, the closing token."""
    return np.array([[values[0], 99.0, 99.0, *values[1:], 99.0]], np.float32)


def test_the_best_start_and_a_later_end_win() -> None:
    reading = decode([window()], scores(1, 0, 5, 0, 0), scores(2, 9, 0, 4, 0))[0]
    assert (reading.spans[0].start, reading.spans[0].end) == (0, 1)
    assert reading.spans[0].score == 9
    assert reading.null_score == 3


def test_a_span_never_ends_before_it_starts() -> None:
    reading = decode([window()], scores(0, 0, 0, 0, 7), scores(0, 7, 0, 0, 0))[0]
    assert reading.spans[0].start < reading.spans[0].end
    assert reading.spans[0].score == 7


def test_a_span_never_starts_or_ends_inside_a_word() -> None:
    cut = window(starts=(True, False, True, True), ends=(False, True, True, True))
    reading = decode([cut], scores(0, 1, 9, 0, 0), scores(0, 9, 1, 0, 0))[0]
    assert (reading.spans[0].start, reading.spans[0].end) == (0, 3)


def test_a_span_has_at_most_so_many_tokens() -> None:
    reading = decode([window()], scores(0, 9, 0, 0, 0), scores(0, 0, 1, 0, 9), max_answer_tokens=2)[0]
    assert (reading.spans[0].start, reading.spans[0].end) == (0, 3)


def test_spans_of_one_reading_share_no_character() -> None:
    spans = decode([window()], scores(0, 5, 4, 0, 3), scores(0, 0, 5, 0, 3), n_best=2)[0].spans
    assert [(span.start, span.end) for span in spans] == [(0, 3), (6, 7)]


def test_windows_of_a_passage_compete_by_what_they_have_over_their_null_score() -> None:
    starts = np.vstack([scores(6, 8, 0, 0, 0), scores(0, 0, 0, 5, 0)])
    ends = np.vstack([scores(0, 0, 0, 0, 0), scores(0, 0, 0, 0, 0)])
    reading = decode([window(), window()], starts, ends)[0]
    assert reading.spans[0].start == 4
    assert reading.spans[0].score - reading.null_score == 5


def test_each_source_gets_its_own_reading() -> None:
    starts = np.vstack([scores(0, 3, 0, 0, 0), scores(0, 0, 0, 0, 3)])
    readings = decode([window(source=0), window(source=2)], starts, np.zeros_like(starts))
    assert {source: reading.spans[0].start for source, reading in readings.items()} == {0: 0, 2: 6}


@given(
    passage=st.text(alphabet="ab xyz 01.,-$é\n", min_size=1, max_size=160),
    context=st.text(alphabet="ab 01|", max_size=40),
    seed=st.integers(0, 2**32 - 1),
)
def test_whatever_the_model_says_a_span_is_whole_words_of_the_passage(passage: str, context: str, seed: int) -> None:
    windows = WindowCutter(tiny_tokenizer(), max_tokens=40, overlap=8).cut([Source("who spoke", passage, context)])
    if not windows:
        return
    rng = np.random.default_rng(seed)
    shape = (len(windows), max(len(one.ids) for one in windows))
    starts, ends = (rng.normal(size=shape).astype(np.float32) * 9 for _ in range(2))
    for reading in decode(windows, starts, ends, n_best=3).values():
        for span in reading.spans:
            words = passage[span.start : span.end]
            assert 0 <= span.start < span.end <= len(passage)
            assert words == words.strip()
            assert not re.search(r"\w\Z", passage[: span.start]) or not re.match(r"\w", words)
            assert not re.search(r"\w\Z", words) or not re.match(r"\w", passage[span.end :])
