"""The operators of a PDF content stream that place and show text, run as a printer would, to runs of text."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from pypdf._codecs.adobe_glyphs import adobe_glyphs
from pypdf.generic import DictionaryObject, StreamObject
from pypdf.generic._font import Font

Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MOST_SAVED = 500
_LONGEST_NAME = 63  # of a glyph
_FARTHEST = 1e6  # points; a place beyond it is none on a page
_BOLD = ("bold", "black", "heavy")


@dataclass(frozen=True, slots=True)
class Run:
    """Text that was drawn in one go, in points from the lower left corner of an upright page.

    Attributes:
        x, end: Where its first and its last visible character begin and end.
        y: Of the baseline.
        word_end: Where its first word ends.
        angle: Of the baseline, counter-clockwise in degrees.
    """

    text: str
    x: float
    end: float
    y: float
    size: float
    word_end: float
    is_bold: bool = False
    angle: int = 0


@dataclass(slots=True)
class State:
    """The graphics state that `q` saves and `Q` restores, as far as text needs it."""

    page: Matrix = IDENTITY
    font: Font | None = None
    size: float = 0.0
    character_space: float = 0.0
    word_space: float = 0.0
    scale: float = 1.0
    leading: float = 0.0
    rise: float = 0.0


class Page(Protocol):
    """What a content stream asks of the page that it belongs to; any of it may raise LoadError."""

    def add(self, run: Run) -> None: ...

    def font(self, resource: DictionaryObject) -> Font: ...

    def read_form(self, form: StreamObject, outer: DictionaryObject, state: State, *, depth: int) -> None: ...

    def show(self, n_characters: int) -> None: ...


class Program:
    """Runs the operators of one content stream that place and show text."""

    def __init__(self, page: Page, resources: DictionaryObject, state: State, depth: int) -> None:
        self._page = page
        self._resources = resources
        self._state = state
        self._depth = depth
        self._saved: list[State] = []
        self._text = self._line = IDENTITY
        self._marks: list[bool] = []  # for each open marked content, whether it is a running head or foot

    def run(self, operations: Sequence[tuple[Any, bytes]]) -> None:
        for operands, operator in operations:
            self._do(operator, list(operands) if isinstance(operands, list) else [])

    def _do(self, operator: bytes, operands: list[Any]) -> None:
        match operator:
            case b"q":
                self._saved.append(replace(self._state))
                del self._saved[:-_MOST_SAVED]
            case b"Q":
                self._state = self._saved.pop() if self._saved else self._state
            case b"cm":
                numbers = numbers_of(operands, 6)
                self._state.page = product(matrix_of(numbers or IDENTITY), self._state.page)
            case b"BT":
                self._text = self._line = IDENTITY
            case b"Tf":
                self._set_font(operands)
            case b"Tc" | b"Tw" | b"Tz" | b"TL" | b"Ts":
                self._set_spacing(operator, operands)
            case b"Td" | b"TD" | b"Tm" | b"T*":
                self._move(operator, operands)
            case b"Tj" | b"TJ" | b"'" | b'"':
                self._show(operator, operands)
            case b"BMC" | b"BDC":
                self._marks.append(_is_pagination(operands))
            case b"EMC":
                del self._marks[-1:]
            case b"Do":
                self._draw(operands)

    def _draw(self, operands: list[Any]) -> None:
        form = dictionary(self._resources, "/XObject").get(operands[0] if operands else "")
        form = form.get_object() if form is not None else None
        if isinstance(form, StreamObject) and form.get("/Subtype") == "/Form":
            self._page.read_form(form, self._resources, self._state, depth=self._depth + 1)

    def _set_font(self, operands: list[Any]) -> None:
        if len(operands) == 2 and (size := numbers_of(operands[1:], 1)):
            font = dictionary(self._resources, "/Font").get(operands[0])
            font = font.get_object() if font is not None else None
            self._state.font = self._page.font(font) if isinstance(font, DictionaryObject) else None
            self._state.size = size[0]

    def _set_spacing(self, operator: bytes, operands: list[Any]) -> None:
        if not (numbers := numbers_of(operands, 1)):
            return
        match operator:
            case b"Tc":
                self._state.character_space = numbers[0]
            case b"Tw":
                self._state.word_space = numbers[0]
            case b"Tz":
                self._state.scale = numbers[0] / 100
            case b"TL":
                self._state.leading = numbers[0]
            case _:
                self._state.rise = numbers[0]

    def _move(self, operator: bytes, operands: list[Any]) -> None:
        if operator == b"Tm":
            if numbers := numbers_of(operands, 6):
                self._text = self._line = matrix_of(numbers)
            return
        shift = [0.0, -self._state.leading] if operator == b"T*" else numbers_of(operands, 2)
        if shift:
            if operator == b"TD":
                self._state.leading = -shift[1]
            self._text = self._line = product((1.0, 0.0, 0.0, 1.0, shift[0], shift[1]), self._line)

    def _show(self, operator: bytes, operands: list[Any]) -> None:
        if operator == b'"' and len(operands) == 3 and (spaces := numbers_of(operands[:2], 2)):
            self._state.word_space, self._state.character_space = spaces
        if operator in {b"'", b'"'}:
            self._move(b"T*", [])
        shown = operands[-1] if operands else b""
        for part in shown if operator == b"TJ" and isinstance(shown, list) else [shown]:
            if isinstance(part, bytes):
                self._show_string(part)
            elif numbers := numbers_of([part], 1):
                self._advance(-numbers[0] / 1000 * self._state.size * self._state.scale)

    def _show_string(self, data: bytes) -> None:
        state = self._state
        if state.font is None:
            return
        self._page.show(len(data))
        shown = _decoded(state.font, data)
        self._page.show(sum(len(character) - 1 for character, _ in shown if character))  # a code may stand for more
        width = last = 0.0
        first: float | None = None
        word_end: float | None = None
        characters: list[str] = []
        for character, raw in shown:
            if not character.isspace():
                first = width if first is None else first
            elif first is not None and word_end is None:
                word_end = last
            is_space = raw == state.font.space_char
            glyph = state.font.space_width if is_space else state.font.get_text_width(raw)
            width += (glyph / 1000 * state.size + state.character_space) * state.scale
            width += state.word_space * state.scale if is_space else 0.0
            last = last if character.isspace() else width
            characters.append(character)
        if characters and not any(self._marks):
            self._add("".join(characters), first or 0.0, last, word_end if word_end is not None else last)
        self._advance(width)

    def _add(self, text: str, first: float, last: float, word_end: float) -> None:
        """Hand over a run; `first`, `last` and `word_end` are along the baseline, from where it begins."""
        a, b, c, d, e, f = product(self._text, self._state.page)
        f += self._state.rise * d
        length = math.hypot(a, b)
        if not (0 < length < _FARTHEST and abs(e) < _FARTHEST and abs(f) < _FARTHEST and last * length < _FARTHEST):
            return
        font = self._state.font
        name = f"{font.name} {font.font_descriptor.weight}".lower() if font else ""
        x, y = e + first * a, f + first * b
        self._page.add(
            Run(
                text=text,
                x=x,
                end=x + (last - first) * length,
                y=y,
                size=abs(self._state.size) * math.hypot(c, d),
                word_end=x + (word_end - first) * length,
                is_bold=any(word in name for word in _BOLD),
                angle=round(math.degrees(math.atan2(b, a))) % 360,
            )
        )

    def _advance(self, width: float) -> None:
        self._text = product((1.0, 0.0, 0.0, 1.0, width, 0.0), self._text)


def _decoded(font: Font, data: bytes) -> list[tuple[str, str]]:
    """Return each character that `data` shows, and the one that its width is listed under.

    In a font's single-byte encoding, the codes that no character has are bullets (PDF 32000-1, D.2, note 3).
    """
    if isinstance(font.encoding, str):
        try:
            raw = data.decode(font.encoding, "surrogatepass")
        except UnicodeDecodeError:
            raw = data.decode(font.encoding, "replace")
        return [(str(font.character_map.get(each, each)), each) for each in raw]
    names = {byte: font.encoding.get(byte, chr(byte)) for byte in set(data)}
    shown = {byte: str(font.character_map.get(name, _named(name))) for byte, name in names.items()}
    return [("•" if "\x7f" <= shown[byte] <= "\x9f" else shown[byte], chr(byte)) for byte in data]


def _named(name: str) -> str:
    """Return the characters that a glyph's name stands for; a character that needs no name comes back as it is.

    A suffix tells of a glyph's form and underscores join the names in a ligature (Adobe Glyph List Specification, 2).
    A name that is none of a character, such as "g12", stands for nothing.
    """
    if not name.startswith("/") or name == "/":
        return name
    parts = name[1 : _LONGEST_NAME + 1].split(".", 1)[0].split("_")
    return "".join(part if len(part) == 1 else str(adobe_glyphs.get(f"/{part}", "")) for part in parts)


def _is_pagination(operands: list[Any]) -> bool:
    """Say whether marked content is what the program that wrote the file calls a running head or foot."""
    if len(operands) < 2 or operands[0] != "/Artifact":
        return False
    properties = operands[1]
    return isinstance(properties, dict) and properties.get("/Type") == "/Pagination"


def dictionary(owner: DictionaryObject, key: str) -> DictionaryObject:
    value = owner.get(key)
    value = value.get_object() if value is not None else None
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def numbers_of(operands: Sequence[Any], count: int) -> list[float]:
    """Return `operands` as numbers; none unless there are `count`."""
    try:
        numbers = [float(operand) for operand in operands]
    except (TypeError, ValueError, OverflowError):
        return []
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else []


def matrix_of(numbers: Sequence[float]) -> Matrix:
    a, b, c, d, e, f = numbers
    return a, b, c, d, e, f


def product(first: Matrix, second: Matrix) -> Matrix:
    """Return the matrix that applies `first`, then `second`."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = second
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m
