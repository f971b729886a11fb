"""The service with one part taken out, to see what the part is worth."""

from collections.abc import Sequence
from dataclasses import replace

from qa_service.protocols import Reader
from qa_service.reading import Calibration
from qa_service.reading.evidence import FEATURES
from qa_service.types import Passage, Span


class WithoutContext:
    """Implements Reader: reads passages without their title, date and section."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    @property
    def name(self) -> str:
        """That of the reader inside."""
        return self._reader.name

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """Return what the reader inside finds."""
        return self._reader.read(question, [replace(one, title="", date=None, section=None) for one in passages])


def in_order_of_retrieval() -> Calibration:
    """Return a calibration that looks at nothing but the passage's place in retrieval, and refuses nothing."""
    return Calibration(tuple(float(name == "reciprocal_rank") for name in FEATURES), bias=0.0, threshold=0.0)
