"""A citation for use elsewhere: the original at the same words, and an answer with its source to be copied.

Releases and their front matter are written by others: a source address is linked only when it is one of the web, and
each form escapes what would be markup in it.
"""

import re
from urllib.parse import quote

from qa_service.types import Answer, Citation
from qa_service.web.wording import long_date
from qa_service.web_address import web_address

_FORMS = ("Text", "Markdown", "BibTeX")
# Browsers look for a fragment's words inside one block, so the ends of a quote that is long or has lines stand for it.
_EXACT_CHARS = 300
_END_WORDS = 8
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&]|^[-+=]|(?<=^\d)[.)](?=\s|$)|(?<=^\d\d)[.)](?=\s|$))")
_TEX: dict[str, str | int | None] = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{char: f"\\{char}" for char in "&%$#_{}"},
}
_ADDRESS: dict[str, str | int | None] = {char: f"%{ord(char):02X}" for char in '()<>{}\\ "^`|\t\n'}
"""What a browser may take in an address but Markdown and BibTeX may not."""


def original_url(source_url: str | None, words: str) -> str | None:
    """Return where the original opens at `words`, by a text fragment; None when no original is known.

    References:
        WICG, "URL Fragment Text Directives": comma, ampersand and hyphen are syntax, so they are percent-encoded too.
    """
    address = web_address(source_url or "")
    if address is None:
        return None
    directive = _text_directive(words)
    if not directive:
        return address
    return f"{address}{'' if '#' in address else '#'}:~:{directive}"


def copies(answer: Answer, citation: Citation, release_url: str) -> list[tuple[str, str]]:
    """Return the answer with its citation in each form, named. `release_url` is where our page of the release opens."""
    address = (web_address(citation.source_url or "") or release_url).translate(str.maketrans(_ADDRESS))
    texts = (
        _as_text(answer, citation, address),
        _as_markdown(answer, citation, address),
        _as_bibtex(citation, address),
    )
    return list(zip(_FORMS, texts, strict=True))


def _text_directive(words: str) -> str:
    folded = words.split()
    is_short = len(" ".join(folded)) <= _EXACT_CHARS and "\n" not in words.strip()
    if is_short or len(folded) < 2 * _END_WORDS:
        parts = [" ".join(folded)]
    else:
        parts = [" ".join(folded[:_END_WORDS]), " ".join(folded[-_END_WORDS:])]
    return f"text={','.join(map(_encoded, parts))}" if folded else ""


def _encoded(words: str) -> str:
    return quote(words, safe="").replace("-", "%2D")


def _dated(citation: Citation) -> str:
    return long_date(citation.date) if citation.date else "undated"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _as_text(answer: Answer, citation: Citation, address: str) -> str:
    said = [] if answer.text == citation.quote else [_one_line(answer.text), ""]
    source = f"{_one_line(citation.title)}, {_dated(citation)}"
    return "\n".join([*said, f"“{_one_line(citation.quote)}”", source, address])


def _as_markdown(answer: Answer, citation: Citation, address: str) -> str:
    said = [] if answer.text == citation.quote else [f"**{_marked_down(answer.text)}**", ""]
    source = f"[{_marked_down(citation.title)}]({address}), {_dated(citation)}"
    return "\n".join([*said, f"> {_marked_down(citation.quote)}", ">", f"> {source}"])


def _as_bibtex(citation: Citation, address: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", citation.document_id.rpartition("/")[2].rpartition(".")[0].lower()).strip("-")
    fields = {"title": f"{{{_in_tex(citation.title)}}}"}
    if citation.date:
        fields |= {
            "year": str(citation.date.year),
            "month": f"{citation.date.month:02}",
            "day": f"{citation.date.day:02}",
        }
    fields |= {"url": address, "note": f"“{_in_tex(citation.quote)}”"}
    lines = [f"  {field} = {{{value}}}," for field, value in fields.items()]
    return "\n".join([f"@misc{{{name or 'release'},", *lines, "}"])


def _marked_down(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _one_line(text))


def _in_tex(text: str) -> str:
    return _one_line(text).translate(str.maketrans(_TEX))
