"""A PDF page to runs of text with their places on the page.

A page is a program that draws glyphs, in any order and often word by word; paragraphs and tables are told from where
the runs stand. pypdf parses the program and decodes the fonts, of which it gives away widths only in `generic._font`.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pypdf import PageObject, apply_configuration
from pypdf.generic import ContentStream, DictionaryObject, StreamObject
from pypdf.generic._font import Font

from qa_service.errors import LoadError
from qa_service.loading.pdf_operators import IDENTITY, Program, Run, State, dictionary, matrix_of, numbers_of, product

_DEEPEST_FORM = 10
_TABLE_WORK = 4  # a font's table of characters takes longer to read than a page of its size


@dataclass(slots=True)
class Budget:
    """What may still be spent on a file. A small file can ask for any amount of work by drawing one thing again."""

    n_bytes: int
    n_operations: int
    n_characters: int
    n_fonts: int

    def spend(self, *, n_bytes: int = 0, n_operations: int = 0, n_characters: int = 0, n_fonts: int = 0) -> None:
        """Take this much from what is left.

        Raises:
            LoadError: There was less.
        """
        self.n_bytes -= n_bytes
        self.n_operations -= n_operations
        self.n_characters -= n_characters
        self.n_fonts -= n_fonts
        if min(self.n_bytes, self.n_operations, self.n_characters, self.n_fonts) < 0:
            raise LoadError("its pages draw more than any release does: split it, or save it as .txt")


@dataclass(slots=True)
class PageReader:
    """Reads pages; fonts are decoded once for a file."""

    budget: Budget
    _fonts: dict[int, tuple[DictionaryObject, Font]] = field(default_factory=dict)
    _runs: list[Run] = field(default_factory=list)

    def read(self, page: PageObject) -> list[Run]:
        """Return the runs of `page` in the order in which it draws them, turned upright.

        Raises:
            LoadError: The budget is spent.
        """
        self._runs = []
        contents = page.get("/Contents")
        if contents is not None:
            self._read_stream(contents.get_object(), dictionary(page, "/Resources"), State(), depth=0)
        return _upright(self._runs)

    def _read_stream(self, stream: Any, resources: DictionaryObject, state: State, *, depth: int) -> None:
        content = ContentStream(stream, None, "bytes")
        self.budget.spend(n_bytes=len(content.get_data()), n_operations=1)
        with apply_configuration(stream_parsing_work_maximum_count=self.budget.n_operations + 1):
            operations = content.operations
        self.budget.spend(n_operations=sum(1 + len(operands) for operands, _ in operations))
        Program(self, resources, state, depth).run(operations)

    def add(self, run: Run) -> None:
        if self._runs and _is_drawn_again(self._runs[-1], run):  # a way to make letters bold
            return
        self._runs.append(run)

    def show(self, n_characters: int) -> None:
        self.budget.spend(n_characters=n_characters)

    def font(self, resource: DictionaryObject) -> Font:
        known = self._fonts.get(id(resource))
        if known is None:
            table = resource.get("/ToUnicode")
            table = table.get_object() if table is not None else None
            n_bytes = len(table.get_data()) if isinstance(table, StreamObject) else 0
            self.budget.spend(n_fonts=1, n_bytes=_TABLE_WORK * n_bytes)
            known = self._fonts[id(resource)] = resource, _font(resource)
        return known[1]

    def read_form(self, form: StreamObject, outer: DictionaryObject, state: State, *, depth: int) -> None:
        """Read a form that a page or another form draws, unless it is deeper in others than any real one."""
        if depth > _DEEPEST_FORM:
            return
        matrix = numbers_of(form.get("/Matrix") or IDENTITY, 6)
        state = replace(state, page=product(matrix_of(matrix), state.page) if matrix else state.page)
        self._read_stream(form, dictionary(form, "/Resources") or outer, state, depth=depth)


def _font(resource: DictionaryObject) -> Font:
    """Return the font with the width of the characters that its table of widths leaves out: pypdf guesses it."""
    font = Font.from_font_resource(resource)
    descendants = resource.get("/DescendantFonts")
    descendants = descendants.get_object() if descendants is not None else None
    descendant = descendants[0].get_object() if isinstance(descendants, list) and descendants else None
    if isinstance(descendant, DictionaryObject):
        width = (numbers_of([descendant.get("/DW", 1000)], 1) or [1000.0])[0]
        font.character_widths["default"] = width
        font.space_width = font.character_widths.get(font.space_char, width)
    return font


def _upright(runs: Sequence[Run]) -> list[Run]:
    """Return the runs of the direction that most of the text has, turned to run from left to right.

    What runs another way is a stamp across the page or a note along its edge.
    """
    n_characters: Counter[int] = Counter()
    for run in runs:
        n_characters[run.angle] += len(run.text)
    if not n_characters:
        return []
    angle = n_characters.most_common(1)[0][0]
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    upright: list[Run] = []
    for run in runs:
        if run.angle == angle:
            x, y = run.x * cosine + run.y * sine, run.y * cosine - run.x * sine
            shift = x - run.x
            upright.append(replace(run, x=x, y=y, end=run.end + shift, word_end=run.word_end + shift, angle=0))
    return upright


def _is_drawn_again(run: Run, other: Run) -> bool:
    return run.text == other.text and abs(run.x - other.x) < 1 and abs(run.y - other.y) < 1 and run.end - run.x > 1
