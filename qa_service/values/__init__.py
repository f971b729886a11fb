"""What travels with an answer: its value, a list's items, the polarity of a yes/no question, the speaker."""

from qa_service.values.attribution import speaker_of
from qa_service.values.enumeration import items_of
from qa_service.values.normalising import Surroundings, value_of
from qa_service.values.polarity import polarity_of

__all__ = ["Surroundings", "items_of", "polarity_of", "speaker_of", "value_of"]
