"""The title in the properties of an office document: often that of a template, a draft's file name, or nothing."""

import re

from qa_service.loading.canonical import one_line
from qa_service.loading.extracted import Block

_NO_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|office)\b.*|.*\.(?:docx?|dotx?|rtf|odt|pdf|indd|pages|pptx?|txt|html?|qxd|wpd)"
    r"|(?:untitled|document|word document|unbenannt|sans titre|powerpoint presentation|presentation|title|draft|test"
    r"|template|press release|news release|letterhead|print|slide)[\W\d_]*|[\W\d_]*",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W_]{3,}")
_LONGEST = 300


def plausible_title(stated: str, blocks: list[Block]) -> str | None:
    """Return `stated` in one line if it is the title of this text; None where the text has a main heading of its own.

    A title whose words are mostly not in the text is that of another document.
    """
    title = one_line(stated)
    if len(title) > _LONGEST or _NO_TITLE.fullmatch(title) or any(block.level == 1 for block in blocks):
        return None
    words = set(_WORD.findall(title.lower()))
    in_text = {word for block in blocks for word in _WORD.findall(block.text.lower())}
    return title if words and 2 * len(words & in_text) >= len(words) else None
