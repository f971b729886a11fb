import codecs

import pytest

from qa_service.errors import LoadError
from qa_service.loading.encoding import decode

JAPANESE = "平成17年5月10日、小泉純一郎総理大臣はロシアを訪問し、プーチン大統領と会談した。"
RUSSIAN = "Президент России Владимир Путин встретился с премьер-министром Японии в Кремле."


def test_utf8_is_read_as_utf8() -> None:
    assert decode("José “Manuel” Barroso".encode()) == "José “Manuel” Barroso"


def test_curly_quotes_and_dashes_of_cp1252_are_read() -> None:
    assert decode(b"\x93remembrance\x94 \x96 the minister\x92s words\x85") == "“remembrance” – the minister’s words…"


def test_accents_of_latin1_are_read() -> None:
    assert decode("El señor José viajó a París".encode("latin-1")) == "El señor José viajó a París"


def test_a_word_of_mostly_accents_is_still_western() -> None:
    assert decode("Élysée".encode("cp1252")) == "Élysée"


def test_a_row_of_dashes_is_not_taken_for_another_script() -> None:
    assert decode(("—" * 20 + " fin").encode("cp1252")) == "—" * 20 + " fin"


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_jp", "iso2022_jp"])
def test_japanese_without_a_label_is_read(encoding: str) -> None:
    assert decode(JAPANESE.encode(encoding)) == JAPANESE


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r"])
def test_russian_without_a_label_is_read(encoding: str) -> None:
    assert decode(RUSSIAN.encode(encoding)) == RUSSIAN


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_names_the_encoding_and_is_not_text(mark: bytes, encoding: str) -> None:
    assert decode(mark + "Réunion à Genève".encode(encoding)) == "Réunion à Genève"


def test_a_mark_of_utf8_before_cp1252_does_not_make_it_unreadable() -> None:
    assert decode(codecs.BOM_UTF8 + b"caf\xe9") == "café"


def test_a_mark_of_utf16_before_something_else_is_an_error() -> None:
    with pytest.raises(LoadError, match="first bytes say utf-16-le"):
        decode(codecs.BOM_UTF16_LE + b"abc")


def test_the_declared_charset_is_used() -> None:
    assert decode("ł".encode("iso8859-2"), declared="ISO-8859-2") == "ł"


def test_a_declared_charset_that_does_not_fit_is_ignored() -> None:
    assert decode("Visit – 30 minutes".encode(), declared="euc-jp") == "Visit – 30 minutes"


def test_utf8_that_is_declared_as_latin1_is_utf8() -> None:
    assert decode("José".encode(), declared="iso-8859-1") == "José"


@pytest.mark.parametrize("declared", ["unicode_escape", "rot13", "punycode", "no-such-charset", ""])
def test_a_declared_name_that_is_no_charset_of_the_web_is_ignored(declared: str) -> None:
    assert decode(rb"a\u0041b", declared=declared) == r"a\u0041b"


def test_utf8_with_one_damaged_spot_keeps_all_else() -> None:
    good = "The minister’s “view” – he said – isn’t “new”, it’s “old” – "
    assert decode(good.encode() + b"\xe2\x80") == good + "\ufffd"


def test_bytes_with_a_nul_are_not_text() -> None:
    with pytest.raises(LoadError, match="binary"):
        decode(b"GIF89a\x00\x01 and words and words and words")


def test_bytes_of_mostly_control_characters_are_not_text() -> None:
    with pytest.raises(LoadError, match="binary"):
        decode(bytes(range(1, 9)) * 4 + b"abc")
