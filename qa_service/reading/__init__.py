"""Question and passages to spans, and how much each is to be believed."""

from qa_service.reading.evidence import CALIBRATIONS, Calibration, Evidence, gather_evidence
from qa_service.reading.sentence_reader import SentenceReader

__all__ = ["CALIBRATIONS", "Calibration", "Evidence", "SentenceReader", "gather_evidence"]
