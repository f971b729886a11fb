"""What a question means after the turns before it, and which dates and what order by date its words ask for."""

from qa_service.dialogue.date_words import read_dates
from qa_service.dialogue.followups import Understood, understand
from qa_service.dialogue.references import names_in

__all__ = ["Understood", "names_in", "read_dates", "understand"]
