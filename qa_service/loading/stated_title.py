"""The title that a file or the head of a page states: often that of a template, a draft's file name, or nothing."""

import re

from qa_service.loading.canonical import one_line
from qa_service.loading.extracted import Block

_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|office)\b.*|.*\.(?:docx?|dotx?|rtf|odt|pdf|indd|pages|pptx?|txt|html?|qxd|wpd)"
    r"|(?:untitled(?: document)?|document|word document|unbenannt|sans titre|powerpoint presentation|presentation|title"
    r"|draft|test|template|(?:press|news|media)(?: ?(?:releases?|room|corner|cent(?:er|re)))?(?: details?)?|letterhead"
    r"|print|slide|index|home)[\W\d_]*|new page.*|[\W\d_]*",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W_]{3,}")
_LONGEST = 300


def is_no_title(stated: str) -> bool:
    """Say whether `stated`, on one line, names no release, as the title of a template or a file's name."""
    return _NO_TITLE.fullmatch(stated) is not None


def plausible_title(stated: str, blocks: list[Block]) -> str | None:
    """Return `stated` in one line if it is the title of this text; None where the text has a main heading of its own.

    A title whose words are mostly not in the text is that of another document.
    """
    title = one_line(stated)
    if len(title) > _LONGEST or is_no_title(title) or any(block.level == 1 for block in blocks):
        return None
    words = set(_WORD.findall(title.lower()))
    in_text = {word for block in blocks for word in _WORD.findall(block.text.lower())}
    return title if words and 2 * len(words & in_text) >= len(words) else None
