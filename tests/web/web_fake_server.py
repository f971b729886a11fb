"""Serves the application over stand-ins on a free port and prints its address; run by the tests as a program.

Arguments: how many questions run at a time, and how many wait.
The question "wait" is answered after it was announced on standard output and a line came in on standard input.
"""

import sys
import tempfile
from pathlib import Path

from web_fakes import FakeEngine, FakeLive, write_fake_catalog

from qa_service.feedback import FeedbackStore
from qa_service.types import Reply
from qa_service.web.app import create_app
from qa_service.web.limits import Limits
from qa_service.web.server import serve


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class WaitingEngine(FakeEngine):
    """Waits when asked to; "wide" in a question makes the passages around its answer long."""

    def ask(self, question: str, **options: object) -> Reply:
        if question == "wait":
            say("waiting")
            sys.stdin.readline()
        self.paragraph_around = ("Before. " * 30, " After." * 30) if "wide" in question else ("", "")
        return super().ask(question, **options)


if __name__ == "__main__":
    limits = Limits(*map(int, sys.argv[1:]))
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            FakeLive(WaitingEngine(write_fake_catalog(Path(folder)))),  # type: ignore[arg-type]
            suggest=lambda _engine: ["How long did it last?"],
            feedback=FeedbackStore(Path(folder), max_a_minute=1_000),
            limits=limits,
        )
        serve(app, "127.0.0.1", 0, limits.n_threads, on_ready=say)
