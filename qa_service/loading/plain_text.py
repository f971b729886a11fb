"""A .txt file to its text, with what its front matter states."""

from dataclasses import replace

from qa_service.loading.canonical import unix_lines
from qa_service.loading.encoding import decode
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.front_matter import split_front_matter


def extract_text(data: bytes) -> Extracted:
    """Return a plain text file as one block; its paragraphs, title and headings are told by their form, later."""
    front_matter, text = split_front_matter(unix_lines(decode(data)))
    return replace(front_matter, blocks=(Block(text),))
