"""Any text to canonical text: the one form that is stored, indexed, cited and shown.

Offsets are counted in it, so it is made once, here, and nothing changes a release's text afterwards.
"""

import re
import unicodedata

_LINE_END = re.compile("[\r\x0b\x0c\x85\u2028\u2029]")
_NO_BREAK_SPACE = re.compile("[\u00a0\u2007\u202f]")
# Control characters, soft hyphen, zero-width space, word joiner, BOM, and lone surrogates, which no encoding can write.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")


def canonical(text: str) -> str:
    """Return `text` in canonical form; a canonical text comes back as it is.

    Lines end in LF, characters are composed (NFC), no-break spaces are spaces, invisible characters are gone, no line
    ends in blanks, at most one blank line stands between two others and none at either end.
    """
    text = unix_lines(text)
    text = _NO_BREAK_SPACE.sub(" ", text)
    text = _INVISIBLE.sub("", text)  # before NFC: what stood on both sides may compose
    text = unicodedata.normalize("NFC", text)
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip("\n")


def unix_lines(text: str) -> str:
    """Return `text` with LF for every kind of line end."""
    return _LINE_END.sub("\n", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return canonical `text` with every run of blanks and line ends as one space: for titles and notes."""
    return " ".join(canonical(text).split())
