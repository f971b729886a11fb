"""A .txt file to its text, with what its front matter states."""

from qa_service.loading.canonical import unix_lines
from qa_service.loading.encoding import decode
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.front_matter import split_front_matter


def extract_text(data: bytes) -> Extracted:
    """Return a plain text file as one block; its paragraphs, title and headings are told by their form, later."""
    front_matter, text = split_front_matter(unix_lines(decode(data)))
    return Extracted(
        blocks=(Block(text),),
        title=front_matter.title,
        date=front_matter.date,
        source_url=front_matter.source_url,
        note=front_matter.note,
    )
