"""How a served index behaves: latency and throughput by number of clients, stages, start, memory, disk.

    python benchmarks/serving.py index/evaluation/senate ../shared/corpus/senate --results results

Asks the folder's questions over HTTP, each client on a connection that it keeps, of 'qa-service serve' and of gunicorn
with one and two processes (extra [gunicorn]; its row is left out, and said to be, without it). Clients share the
machine's cores with the server. Figures are worth something on an idle machine only. Needs Linux's /proc. Writes
serving.json and, with the extra [bench], latency.png and throughput.png.
"""

import argparse
import http.client
import importlib.util
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import plots

ROOT = Path(__file__).parents[1]
SERVERS = ("serve", "gunicorn-1", "gunicorn-2")
START_LIMIT_S = 120.0


def command_of(server: str) -> list[str]:
    """Return what starts the server; address and index come from the environment."""
    if server == "serve":
        return [sys.executable, "-c", "from qa_service.cli import main; main()", "serve"]
    return [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "deploy" / "gunicorn.conf.py")]


@contextmanager
def serving(server: str, index: Path, documents: Path, question: str) -> Iterator[tuple[int, int, float]]:
    """Yield the process id, the port and the seconds from the start to the first answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "QA_INDEX": str(index),
        "QA_DOCUMENTS": str(documents),
        "QA_PORT": str(port),
        "QA_LOG_LEVEL": "ERROR",
        "WEB_CONCURRENCY": server.rpartition("-")[2] if "-" in server else "1",
    }
    began = time.perf_counter()
    process = subprocess.Popen(command_of(server), env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield process.pid, port, first_answer(process, port, question) - began
    finally:
        process.terminate()
        process.wait(60)


def first_answer(process: "subprocess.Popen[bytes]", port: int, question: str) -> float:
    """Return when the first question was answered; raises RuntimeError when none is in time."""
    limit = time.perf_counter() + START_LIMIT_S
    while process.poll() is None and time.perf_counter() < limit:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            if ask(connection, question) == 200:
                return time.perf_counter()
        except (OSError, http.client.HTTPException):
            pass  # it doesn't listen yet
        finally:
            connection.close()
        time.sleep(0.02)
    raise RuntimeError(f"the server on port {port} gave no answer: run its command by hand to see why.")


def ask(connection: http.client.HTTPConnection, question: str) -> int:
    """Ask one question, read the whole reply, return its status."""
    connection.request("POST", "/ask", json.dumps({"question": question}), {"Content-Type": "application/json"})
    response = connection.getresponse()
    response.read()
    return response.status


def load(port: int, questions: Sequence[str], n_clients: int, n_each: int) -> dict[str, Any]:
    """Let clients ask `n_each` questions each, at once; return percentiles of those answered, and statuses."""
    answered: list[float] = []
    statuses: Counter[str] = Counter()

    def client(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        for turn in range(n_each):
            began = time.perf_counter()
            try:
                status = str(ask(connection, questions[(number * n_each + turn) % len(questions)]))
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
                connection.close()
            if status == "200":
                answered.append(time.perf_counter() - began)
            statuses[status] += 1
        connection.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(n_clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    return {
        "clients": n_clients,
        **percentiles_ms(answered),
        "per_second": len(answered) / seconds,
        "statuses": dict(statuses),
    }


def percentiles_ms(seconds: Sequence[float]) -> dict[str, float | None]:
    """Return p50, p95 and p99 in milliseconds; None where fewer than two were answered."""
    if len(seconds) < 2:
        return {"p50_ms": None, "p95_ms": None, "p99_ms": None}
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {f"p{share}_ms": 1000 * cuts[share - 1] for share in (50, 95, 99)}


def stage_sums(port: int) -> dict[str, float]:
    """Return seconds by stage since the start, of the process that answers /metrics."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {name: float(value) for name, value in re.findall(r'qa_stage_seconds_sum\{stage="(\w+)"\} (\S+)', text)}


def memory_mb(pid: int) -> dict[str, float]:
    """Return resident and private memory of a process and its children, summed; pages they share count in each."""
    fields = Counter[str]()
    for one in family(pid):
        for name, kilobytes in re.findall(r"(\w+): +(\d+) kB", Path(f"/proc/{one}/smaps_rollup").read_text("ascii")):
            fields[name] += int(kilobytes)
    private = fields["Private_Clean"] + fields["Private_Dirty"]
    return {"rss_mb": fields["Rss"] / 1024, "private_mb": private / 1024, "proportional_mb": fields["Pss"] / 1024}


def family(pid: int) -> list[int]:
    """Return the process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return [pid, *(one for child in children for one in family(int(child)))]


def import_seconds() -> float:
    """Return the median of three times a fresh Python takes to start and import the command line."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import qa_service.cli"], check=True, cwd=ROOT)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def measure(server: str, options: argparse.Namespace, questions: Sequence[str]) -> dict[str, Any]:
    """Start one server, warm it, load it; return its figures."""
    with serving(server, options.index, options.corpus / "documents", questions[0]) as (pid, port, start_s):
        load(port, questions, 4, options.warm_up)
        before = stage_sums(port)
        alone = load(port, questions, 1, options.questions)
        after = stage_sums(port)
        loads = [alone, *(load(port, questions, n, options.questions) for n in options.clients if n != 1)]
        spent = {stage: after[stage] - before[stage] for stage in after}
        return {
            "server": server,
            "start_to_first_answer_s": start_s,
            "loads": loads,
            # with two processes /metrics tells of either, so nothing can be said of stages
            "stage_shares": shares(spent) if server != "gunicorn-2" else None,
            "memory": memory_mb(pid),
        }


def shares(spent: Mapping[str, float]) -> dict[str, float]:
    """Return each stage's share of the time in the engine."""
    total = sum(spent.values())
    return {stage: seconds / total for stage, seconds in spent.items()} if total else {}


def print_table(results: Mapping[str, Any]) -> None:
    """Print the figures for people."""
    for found in results["servers"]:
        memory = ", ".join(f"{name} {value:.0f}" for name, value in found["memory"].items())
        print(f"\n{found['server']}: first answer after {found['start_to_first_answer_s']:.2f} s; {memory}")
        if found["stage_shares"]:
            print("  " + ", ".join(f"{stage} {share:.1%}" for stage, share in found["stage_shares"].items()))
        print(f"  {'clients':>7} {'p50 ms':>9} {'p95 ms':>9} {'p99 ms':>9} {'per s':>7}  statuses")
        for row in found["loads"]:
            cells = (row[name] for name in ("p50_ms", "p95_ms", "p99_ms"))
            times = " ".join(f"{'-' if cell is None else format(cell, '.1f'):>9}" for cell in cells)
            print(f"  {row['clients']:>7} {times} {row['per_second']:>7.1f}  {row['statuses']}")
    print(
        f"\nimport {results['import_s']:.2f} s; index on disk {results['disk_mb']:.1f} MB; "
        f"left out: {results['left_out']}"
    )


def plot(results: Mapping[str, Any], folder: Path) -> None:
    """Write latency and throughput by number of clients."""
    for name, figure, title, unit in (
        ("latency.png", "p50_ms", "Median question", "ms"),
        ("throughput.png", "per_second", "Answers", "per second"),
    ):
        points = {
            found["server"]: [(row["clients"], row[figure]) for row in found["loads"] if row[figure] is not None]
            for found in results["servers"]
        }
        plots.lines(folder / name, points, title=title, x_unit="clients", y_unit=unit)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path, help="a built index")
    parser.add_argument("corpus", type=Path, help="folder with documents/ and questions.jsonl")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder that serving.json is written to")
    parser.add_argument("--questions", type=int, default=50, help="asked by each client")
    parser.add_argument("--warm-up", type=int, default=5, help="asked by each of four clients before that")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS))
    options = parser.parse_args()
    options.index, options.corpus = options.index.resolve(), options.corpus.resolve()
    rows = (options.corpus / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(row)["question"] for row in rows]
    has_gunicorn = importlib.util.find_spec("gunicorn") is not None
    servers = [server for server in options.servers if server == "serve" or has_gunicorn]
    snapshot = options.index / "snapshots" / (options.index / "CURRENT").read_text("utf-8").strip()
    results = {
        "index": options.index.name,
        "cores": os.cpu_count(),
        "load_before": os.getloadavg(),
        "import_s": import_seconds(),
        "disk_mb": sum(file.stat().st_size for file in snapshot.rglob("*") if file.is_file()) / 1e6,
        "servers": [measure(server, options, questions) for server in servers],
        "left_out": [server for server in options.servers if server not in servers],
    }
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "serving.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    print_table(results)
    if plots.can_plot():
        plot(results, options.results)


if __name__ == "__main__":
    main()
