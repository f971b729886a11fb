"""Question and passages to spans, and how much each is to be believed."""

from qa_service.reading.agreement import says_the_same
from qa_service.reading.evidence import CALIBRATIONS, Calibration, Evidence, gather_evidence
from qa_service.reading.sentence_reader import SentenceReader
from qa_service.reading.span_reader import PACKAGED, PACKAGED_NAME, SpanReader, open_span_reader

__all__ = [
    "CALIBRATIONS",
    "PACKAGED",
    "PACKAGED_NAME",
    "Calibration",
    "Evidence",
    "SentenceReader",
    "SpanReader",
    "gather_evidence",
    "open_span_reader",
    "says_the_same",
]
