"""The four seams. Each protocol's docstring is its contract; tests/contracts hold the same as classes to subclass."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

from qa_service.types import Filters, Passage, Ranking, Span, Vector, Vectors


class Embedder(Protocol):
    """Texts to unit vectors, so that the inner product is the cosine. The same text gives the same vector."""

    @property
    def name(self) -> str:
        """What a snapshot records; another name means other vectors."""

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that are looked at; the rest is cut off."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, uncut, special tokens included."""

    def encode_passages(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """Return one row per text, in order; `on_progress` is told how many more texts are done."""

    def encode_question(self, text: str) -> Vector: ...


class PassageIndex(Protocol):
    """One opened, immutable set of passages. Safe to search from several threads."""

    def search_dense(self, vector: Vector, k: int, filters: Filters) -> Ranking:
        """Return up to `k` rows by cosine, best first, among those that `filters` allow."""

    def search_lexical(self, text: str, k: int, filters: Filters) -> Ranking:
        """Return up to `k` rows by BM25, best first. Any text is a valid query; one without words finds nothing."""

    def __len__(self) -> int: ...

    def close(self) -> None: ...


class IndexBackend(Protocol):
    """Writes and opens passage indexes.

    A location is the folder of a snapshot, whose catalog and vectors are written first. `open` after `write` sees all
    passages or raises.
    """

    def check_reachable(self) -> None:
        """Raise BackendError when nothing could be written now; asked before the costly part of a build."""

    def write(
        self,
        location: Path,
        passages: Sequence[tuple[int, Passage]],
        vectors: Vectors,
        *,
        base: Path | None = None,
        removed: Collection[str] = (),
    ) -> None:
        """Write the index of `location`.

        Args:
            passages: By their rows in the catalog: those that `base` lacks, all of them without it.
            vectors: Of all passages of the catalog, in the order of rows.
            base: Location of an earlier index, which holds the other passages.
            removed: Ids of the releases of `base` that are gone, or changed and therefore in `passages` again.
        """

    def open(self, location: Path) -> PassageIndex: ...

    def drop(self, location: Path) -> None:
        """Free what `write` made outside `location`; nothing to do for a backend that keeps all of it inside."""


class Reader(Protocol):
    """Finds words in passages that answer a question."""

    @property
    def name(self) -> str: ...

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """Return the best span of each passage, in the order of `passages`.

        A span lies inside its passage, never in its context, and is never empty.
        """
