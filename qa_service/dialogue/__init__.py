"""What a question means after the turns before it."""

from qa_service.dialogue.followups import Understood, understand

__all__ = ["Understood", "understand"]
