"""milvus-lite as a server in a process of its own, which tests may stop, kill and start again."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

from pymilvus import MilvusClient, MilvusException


class MilvusServer:
    """A server on this machine only; its data outlives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.uri = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def client(self) -> MilvusClient:
        return MilvusClient(self.uri, timeout=10)

    def collections(self) -> set[str]:
        return set(self.client.list_collections())

    def start(self) -> None:
        command = [sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1", "--port", str(self._port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--data-dir", str(self.folder / "data")], stdout=log, stderr=log
            )
        until = time.monotonic() + 60
        while True:
            try:
                self.client.close()
            except MilvusException:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "MilvusServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
