from hypothesis import given, settings
from hypothesis import strategies as st

from qa_service.loading.canonical import canonical, one_line


def test_every_kind_of_line_end_is_a_line_feed() -> None:
    assert canonical("a\r\nb\rc\x85d\u2028e\u2029f") == "a\nb\nc\nd\ne\nf"


def test_letters_are_composed() -> None:
    assert canonical("Jose\u0301") == "José"


def test_letters_are_composed_across_a_dropped_character() -> None:
    assert canonical("e\u200b\u0301") == "é"


def test_no_break_spaces_become_spaces() -> None:
    assert canonical("16.7\u00a0million\u202fyen\u2007now") == "16.7 million yen now"


def test_invisible_characters_are_dropped() -> None:
    assert canonical("\ufeffSum\u00admit\u200b Meet\u2060ing") == "Summit Meeting"


def test_control_characters_are_dropped_but_for_tabs_and_line_feeds() -> None:
    assert canonical("a\x00\x07b\tc\x9fd\ne") == "ab\tcd\ne"


def test_a_lone_surrogate_is_dropped_because_no_encoding_can_write_it() -> None:
    assert canonical("a\ud800b").encode() == b"ab"


def test_blanks_at_line_ends_are_dropped_and_those_at_line_starts_stay() -> None:
    assert canonical("a \t\n   b\u3000\nc") == "a\n   b\nc"


def test_a_line_of_blanks_is_a_blank_line() -> None:
    assert canonical("a\n \t \nb") == "a\n\nb"


def test_three_or_more_line_feeds_are_two() -> None:
    assert canonical("a\n\n\nb\n\n\n\n\n\n\nc\n\nd\ne") == "a\n\nb\n\nc\n\nd\ne"


def test_no_blank_lines_stand_at_either_end() -> None:
    assert canonical("\n\n  a\n\n") == "  a"


def test_one_line_folds_every_run_of_blanks() -> None:
    assert one_line("  Visit to\n\n  Russia\u00a0 today ") == "Visit to Russia today"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(categories=None)))
def test_a_canonical_text_comes_back_as_it_is(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@settings(deadline=None)
@given(st.text(alphabet="a \t\n\r\x0b\x85\u00a0\u200b\u0301\u2029"))
def test_a_canonical_text_of_blanks_and_marks_comes_back_as_it_is(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)
