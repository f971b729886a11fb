"""Serves the operator's page over real snapshots on a free port and prints its address; run by the tests as a program.

A rebuild waits until a line comes in on standard input; it then takes in one release more than before.
"""

import sys
import tempfile
from pathlib import Path

from web_operator_fakes import BRIDGE, TOKEN, FollowingLive, SteppingRebuilder, write, write_builds

from qa_service.hosts import HostNames
from qa_service.web.app import create_app
from qa_service.web.server import serve


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        settings = write_builds(Path(folder))

        def wait() -> None:
            number = sys.stdin.readline().strip()
            write(settings, {f"more-{number}.txt": BRIDGE.replace("bridge", f"tunnel {number}")})

        app = create_app(
            FollowingLive(settings.index),  # type: ignore[arg-type]
            rebuilder=SteppingRebuilder(settings, wait),
            rebuild_token=TOKEN,
            hosts=HostNames(frozenset({"releases.test"})),
        )
        serve(app, "127.0.0.1", 0, 4, on_ready=say)
