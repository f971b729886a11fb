"""Bytes of a text file to characters.

Order: byte order mark, declared charset, strict UTF-8, cp1252, and a detector where the bytes are plainly not western.
The detector comes last because it takes short western texts for cp1250.
"""

import codecs
import re

from charset_normalizer import from_bytes

from qa_service.errors import LoadError

# UTF-32's little-endian mark begins with UTF-16's, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# Charsets a page may declare, and how browsers read them. A table, because Python would also accept names that are no
# charset of the web ("unicode_escape", "punycode"). UTF-8, ASCII and Latin-1 aren't in it: they are the default, and
# a page that says Latin-1 but is valid UTF-8 is UTF-8.
_DECLARED = {
    "iso-8859-15": "iso8859-15", "iso-8859-2": "iso8859-2", "windows-1250": "cp1250", "windows-1251": "cp1251",
    "iso-8859-5": "iso8859-5", "koi8-r": "koi8-r", "koi8-u": "koi8-u", "windows-1253": "cp1253",
    "iso-8859-7": "iso8859-7", "windows-1254": "cp1254", "iso-8859-9": "cp1254", "windows-1255": "cp1255",
    "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-1258": "cp1258", "windows-874": "cp874",
    "tis-620": "cp874", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "windows-31j": "cp932", "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949", "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
}  # fmt: skip

_JIS_ESCAPE = re.compile(rb"\x1b\$[@B]")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b")) + b"\x7f"
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3,}")
_MULTIBYTE = re.compile("[^\x00-\x7f\ufffd]")


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the text of `data`.

    `declared` is the charset that the file says it has; it is ignored when it is unknown or doesn't fit the bytes.

    Raises:
        LoadError: The bytes are no text, or in no encoding that is known here.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_marked(data[len(mark) :], encoding)
    if _is_binary(data):
        raise LoadError("not a text file, its bytes are binary: save it as text, or give it the suffix of its format")
    # The bytes of ISO-2022-JP are ASCII, so UTF-8 would accept them.
    escaped = "iso2022_jp" if _JIS_ESCAPE.search(data) else None
    for name in (_DECLARED.get((declared or "").lower()), escaped, "utf-8"):
        if name and (text := _decode_strictly(data, name)) is not None:
            return text
    return _decode_unlabelled(data)


def _decode_marked(body: bytes, name: str) -> str:
    text = _decode_strictly(body, name)
    if text is not None:
        return text
    if name == "utf-8":
        return _decode_unlabelled(body)
    raise LoadError(f"its first bytes say {name}, the rest is not: save it as UTF-8")


def _decode_strictly(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _decode_unlabelled(data: bytes) -> str:
    """Return the text of `data`, which says nothing of its encoding and isn't UTF-8."""
    if _is_nearly_utf8(data):
        return data.decode("utf-8", errors="replace")
    if not _is_plainly_not_western(data) and (text := _decode_strictly(data, "cp1252")) is not None:
        return text
    best = from_bytes(data).best()
    if best is None:
        raise LoadError("its encoding is not known: save it as UTF-8")
    return str(best)


def _is_binary(data: bytes) -> bool:
    """Say whether there is a NUL, which no text without a mark has, or more than one control character in twenty."""
    controls = len(data) - len(data.translate(None, _CONTROL))
    return b"\x00" in data or controls * 20 > len(data)


def _is_nearly_utf8(data: bytes) -> bool:
    """Say whether `data` is UTF-8 with a damaged spot: ten good sequences for each bad one."""
    text = data.decode("utf-8", errors="replace")
    n_bad = text.count("\ufffd")
    return len(_MULTIBYTE.findall(text)) >= 10 * n_bad


def _is_plainly_not_western(data: bytes) -> bool:
    """Say whether more than a tenth of the bytes are high and most of those stand in runs, as in Japanese or Russian.

    Western letters with accents and curly quotes stand alone between ASCII letters; a row of one repeated character,
    such as dashes, is no run.
    """
    n_high = len(data) - len(data.translate(None, bytes(range(128, 256))))
    n_in_runs = sum(len(run) for run in _HIGH_RUN.findall(data) if len(set(run)) > 2)
    return n_high * 10 > len(data) and n_in_runs * 2 > n_high
