"""The processes of peers.py: one that builds an index, and one that answers, for each system.

What they share with the asking process is a pipe, one line a question; peer_adapters.py is the other end.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class Adapter:
    """One system's process, answering one question at a time."""

    def __init__(self, system: str, options: argparse.Namespace) -> None:
        """Start it; it loads its index and models before it answers the first question."""
        with (options.cache / f"{system}.log").open("a") as log:
            self._process = subprocess.Popen(
                command(system, "serve", options),
                env=environment(options),
                cwd=options.cache,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._log = options.cache / f"{system}.log"
        self.pid = self._process.pid
        self.count_anew()

    def count_anew(self) -> None:
        """Forget what it has used so far."""
        self._began, self._used_before = time.perf_counter(), self.cpu_seconds()
        self._own_cpu = self._own_seconds = 0.0
        self._n_asked = 0

    def use(self) -> dict[str, float | None]:
        """Return processor time per question, and what it used of a core while others were asked; None without any."""
        waited = time.perf_counter() - self._began - self._own_seconds
        idle = self.cpu_seconds() - self._used_before - self._own_cpu
        return {
            "cpu_ms": 1000 * self._own_cpu / self._n_asked if self._n_asked else None,
            "idle_cpu": idle / waited if waited > self._own_seconds / 10 else None,
        }

    def ask(self, question: str | None) -> tuple[Any, float]:
        """Return the reply and the seconds that it took; None asks for versions."""
        assert self._process.stdin
        assert self._process.stdout
        cpu, began = self.cpu_seconds(), time.perf_counter()
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        seconds = time.perf_counter() - began
        if not line:
            raise RuntimeError(f"{self._log.stem} gave no reply: {self._log} says why.")
        self._own_cpu += self.cpu_seconds() - cpu
        self._own_seconds += seconds
        self._n_asked += 1
        return json.loads(line), seconds

    def cpu_seconds(self) -> float:
        """Return what all its threads have used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def stop(self) -> None:
        """End it."""
        self._process.communicate()  # closes stdin, at which it ends


def command(system: str, task: str, options: argparse.Namespace) -> list[str]:
    """Return what runs an adapter."""
    python = sys.executable if system == "qa-service" else str(options.peers_python)
    return [
        *(python, str(ROOT / "benchmarks" / "peer_adapters.py"), system, task, str(options.cache / system)),
        *("--passages", str(options.cache / "passages.jsonl"), "--documents", str(options.cache / "documents")),
        *("--reader", str(options.cache / "reader"), "--threads", str(options.threads)),
        *([] if options.token_types else ["--no-token-types"]),
    ]


def environment(options: argparse.Namespace) -> dict[str, str]:
    """Return ours without settings of qa-service; nothing is fetched or reported, and threads are as many for all."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "OMP_NUM_THREADS": str(options.threads),
        "HF_HUB_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
    }


def cpu_of_children() -> float:
    """Return the processor time of all processes that have ended; unlike the clock, others' work adds little to it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def build(system: str, options: argparse.Namespace) -> dict[str, Any]:
    """Build a system's index unless the cache has it; return what it took, in all and by stage."""
    kept = options.cache / f"{system}.json"
    if not kept.exists():
        shutil.rmtree(options.cache / system, ignore_errors=True)
        (options.cache / system).mkdir()
        print(f"{system}: building", file=sys.stderr)
        began, cpu, load = time.perf_counter(), cpu_of_children(), os.getloadavg()
        with (options.cache / f"{system}.log").open("w") as log:
            done = subprocess.run(
                command(system, "build", options),
                env=environment(options),
                cwd=options.cache,
                stdout=subprocess.PIPE,
                stderr=log,
                check=True,
            )
        seconds = time.perf_counter() - began
        figures = {"seconds": seconds, "cpu_seconds": cpu_of_children() - cpu, "load_before": load}
        kept.write_text(json.dumps(figures | {"stages": json.loads(done.stdout)}), "utf-8")
    return json.loads(kept.read_text("utf-8"))
