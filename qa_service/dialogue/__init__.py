"""What a question means after the turns before it."""

from qa_service.dialogue.followups import stand_alone

__all__ = ["stand_alone"]
