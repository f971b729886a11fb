"""What a question means after the turns before it, and which dates and what order by date its words ask for."""

from qa_service.dialogue.date_words import read_dates
from qa_service.dialogue.followups import Understood, understand, without_request
from qa_service.dialogue.names_asked import AskedName, names_asked, names_of_most, speakers_asked
from qa_service.dialogue.small_talk import is_small_talk

__all__ = [
    "AskedName",
    "Understood",
    "is_small_talk",
    "names_asked",
    "names_of_most",
    "read_dates",
    "speakers_asked",
    "understand",
    "without_request",
]
