"""A .md file to blocks, as it is rendered: no marks, links and images as their text, tables as rows.

Each top-level block is rendered to HTML and read as HTML is, so both formats give the same text for the same thing, and
markup that a release leaves open damages its own block only.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from qa_service.loading.canonical import unix_lines
from qa_service.loading.encoding import decode
from qa_service.loading.extracted import Block, Extracted
from qa_service.loading.front_matter import split_front_matter
from qa_service.loading.html import html_fragment


class _Renderer(RendererHTML):
    def image(self, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
        """Return an image's alternative text in its place."""
        return escapeHtml(self.renderInlineAsText(tokens[index].children or [], options, env))


def extract_markdown(data: bytes) -> Extracted:
    """Return the blocks of a Markdown file, with what its front matter states."""
    front_matter, text = split_front_matter(unix_lines(decode(data)))
    parser = MarkdownIt("commonmark", renderer_cls=_Renderer).enable(["table", "strikethrough"])
    env: dict[str, Any] = {}
    tokens = parser.parse(text, env)
    blocks: list[Block] = []
    first = 0
    for number, token in enumerate(tokens, start=1):
        if token.level == 0 and token.nesting <= 0:
            blocks += html_fragment(parser.renderer.render(tokens[first:number], parser.options, env))
            first = number
    return replace(front_matter, blocks=tuple(blocks))
