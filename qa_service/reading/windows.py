"""A question, a passage and its context to token windows that fit the reader.

A window is `question | context | passage`, put together from the model's own separators. Only tokens of the passage
carry offsets, so nothing of the context (title, date, section) can ever become an answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

MAX_QUESTION_TOKENS = 48
MAX_CONTEXT_TOKENS = 40

# What a span may not cut in two: a number with its separators, an abbreviation with its dots, a run of letters.
_WORD = re.compile(r"\d+(?:[.,:]\d+)*\w*|(?:[^\W\d_]\.){2,}|\w+")


@dataclass(frozen=True, slots=True)
class Source:
    """What one reading sees: `passage` may hold the answer, `context` only helps to understand it."""

    question: str
    passage: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model.

    Attributes:
        source: Position of the `Source` it was cut from.
        first: Position in `ids` of the first token of the passage.
        offsets: Of each passage token in the window: its characters in the passage, half-open.
        starts, ends: Per passage token, whether a span may start or end there without cutting a word.
    """

    source: int
    ids: tuple[int, ...]
    type_ids: tuple[int, ...]
    first: int
    offsets: tuple[tuple[int, int], ...]
    starts: tuple[bool, ...]
    ends: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The special tokens a model puts before, between and after two texts, and the type of each text."""

    before: tuple[int, ...]
    between: tuple[int, ...]
    after: tuple[int, ...]
    types: tuple[int, int]


class WindowCutter:
    """Cuts sources into windows.

    Args:
        tokenizer: With its post-processor, which tells how this model frames a pair of texts.
        max_tokens: Length of a window, special tokens included.
        overlap: Passage tokens that two neighbouring windows share, so that no answer up to this long is cut.
    """

    def __init__(self, tokenizer: Tokenizer, *, max_tokens: int = 256, overlap: int = 96) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._max_tokens = max_tokens
        self._overlap = overlap
        self._frame = _frame_of(tokenizer)
        self.pad_id = _pad_id(tokenizer)

    @classmethod
    def load(cls, path: Path, *, max_tokens: int = 256, overlap: int = 96) -> "WindowCutter":
        """Return a cutter with the tokenizer of a `tokenizer.json` file."""
        return cls(Tokenizer.from_file(str(path)), max_tokens=max_tokens, overlap=overlap)

    @property
    def room(self) -> int:
        """How many tokens of a window are not the model's own: question, context with the mark behind it, passage."""
        frame = self._frame
        return self._max_tokens - len(frame.before) - len(frame.between) - len(frame.after)

    def cut(self, sources: Sequence[Source]) -> list[Window]:
        """Return the windows of all sources, in order. A source whose passage has no token gives none."""
        questions = self._encode([source.question for source in sources])
        contexts = self._encode([source.context for source in sources])
        passages = self._encode([source.passage for source in sources])
        return [
            window
            for number, source in enumerate(sources)
            for window in self._cut_one(
                number,
                source.passage,
                questions[number][0][: min(MAX_QUESTION_TOKENS, self._max_tokens // 4)],
                contexts[number][0][: min(MAX_CONTEXT_TOKENS, self._max_tokens // 4)],
                passages[number],
            )
        ]

    def _encode(self, texts: Sequence[str]) -> list[tuple[list[int], list[tuple[int, int]]]]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [(encoding.ids, encoding.offsets) for encoding in encodings]

    def _cut_one(
        self,
        number: int,
        passage: str,
        question: list[int],
        context: list[int],
        tokens: tuple[list[int], list[tuple[int, int]]],
    ) -> Iterator[Window]:
        frame = self._frame
        head = [*frame.before, *question, *frame.between]
        n_first_type = len(head)
        if context:
            head += [*context, *frame.between[:1]]
        ids, offsets = tokens
        room = self._max_tokens - len(head) - len(frame.after)
        starts, ends = word_edges(passage, offsets)
        for begin, end in _slices(len(ids), room, self._overlap):
            window_ids = (*head, *ids[begin:end], *frame.after)
            yield Window(
                source=number,
                ids=window_ids,
                type_ids=(frame.types[0],) * n_first_type + (frame.types[1],) * (len(window_ids) - n_first_type),
                first=len(head),
                offsets=tuple(offsets[begin:end]),
                starts=tuple(starts[begin:end]),
                ends=tuple(ends[begin:end]),
            )


def word_edges(text: str, offsets: Sequence[tuple[int, int]]) -> tuple[list[bool], list[bool]]:
    """Return, per token, whether it starts outside or at the start of a word, and whether it ends so."""
    inside: set[int] = set()
    for word in _WORD.finditer(text):
        inside.update(range(word.start() + 1, word.end()))
    return [start not in inside for start, _ in offsets], [end not in inside for _, end in offsets]


def _pad_id(tokenizer: Tokenizer) -> int:
    known = [tokenizer.token_to_id(token) for token in ("[PAD]", "<pad>")]
    return next(number for number in known if number is not None)


def _slices(n_tokens: int, room: int, overlap: int) -> Iterator[tuple[int, int]]:
    begin = 0
    while begin < n_tokens:
        end = min(begin + room, n_tokens)
        yield begin, end
        if end == n_tokens:
            return
        begin = end - min(overlap, room // 2)  # a long question leaves less room than the overlap wants


def _frame_of(tokenizer: Tokenizer) -> _Frame:
    encoding = tokenizer.encode("a", "b")
    sides, ids, types = encoding.sequence_ids, encoding.ids, encoding.type_ids
    a, b = sides.index(0), sides.index(1)
    return _Frame(tuple(ids[:a]), tuple(ids[a + 1 : b]), tuple(ids[b + 1 :]), (types[a], types[b]))
