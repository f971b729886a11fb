"""A million vectors in the default backend: built, opened, searched, and the memory of it.

    python benchmarks/million.py INDEX              an index that gives real vectors; 6 GB of disk in --work

There are no million releases here, so vectors are those of INDEX again and again, each moved by noise until its
cosine with the original is about 0.9: they lie around topics as real ones do, and none twice. Words are left out.
Questions are real, and recall@10 is against all vectors compared. Building and searching run in processes of their
own, whose highest resident memory (mapped pages included) is given. Writes million.json.
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from qa_service.assembly import make_embedder
from qa_service.config import Settings
from qa_service.indexing.catalog import write_catalog
from qa_service.indexing.faiss_backend import FaissBackend
from qa_service.indexing.snapshot import open_current
from qa_service.indexing.vectors import FILE_NAME, map_vectors
from qa_service.types import Document, Filters, Passage

K, NOISE, PER_RELEASE = 10, 0.5, 1_000


def prepare(index: Path, folder: Path, n: int) -> None:
    """Write a catalog of `n` passages and their vectors."""
    folder.mkdir(parents=True)
    real = np.array(map_vectors(open_current(index).folder))
    random = np.random.default_rng(0)
    vectors = np.lib.format.open_memmap(folder / FILE_NAME, "w+", np.float32, (n, real.shape[1]))
    for begin in range(0, n, PER_RELEASE):
        rows = (np.arange(begin, min(begin + PER_RELEASE, n)) * 7_919) % len(real)
        moved = real[rows] + NOISE / np.sqrt(real.shape[1]) * random.standard_normal((len(rows), real.shape[1]))
        vectors[begin : begin + len(rows)] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    vectors.flush()
    releases = (
        (
            Document(f"{begin}.txt", "x" * PER_RELEASE, "x", None),
            [
                Passage(f"{begin}.txt", place, place, place + 1, "x", "x")
                for place in range(min(PER_RELEASE, n - begin))
            ],
        )
        for begin in range(0, n, PER_RELEASE)
    )
    write_catalog(folder, releases, [str(row) for row in range(n)])


def build(folder: Path) -> dict[str, float]:
    """Write the index of the vectors."""
    began = time.perf_counter()
    FaissBackend().write(folder, [], map_vectors(folder))
    return {"build_s": time.perf_counter() - began, "build_peak_mb": peak_mb()}


def search(index: Path, corpus: Path, folder: Path) -> dict[str, Any]:
    """Open the index and ask it."""
    began = time.perf_counter()
    opened = FaissBackend().open(folder)
    open_s = time.perf_counter() - began
    lines = (corpus / "questions.jsonl").read_text("utf-8").splitlines()
    embedder = make_embedder(Settings(index=index))
    questions = [embedder.encode_question(json.loads(line)["question"]) for line in lines]
    cold = time.perf_counter()
    opened.search_dense(questions[0], K, Filters())
    first_s = time.perf_counter() - cold
    took, found = [], []
    for question in questions:
        began = time.perf_counter()
        found.append({hit.row for hit in opened.search_dense(question, K, Filters())})
        took.append(1000 * (time.perf_counter() - began))
    peak = peak_mb()
    exact = map_vectors(folder)
    best = np.argpartition(-(exact @ np.array(questions).T), K, axis=0)[:K].T
    return {
        "open_s": open_s,
        "first_ms": 1000 * first_s,
        "p50_ms": statistics.median(took),
        "p95_ms": statistics.quantiles(took, n=20)[-1],
        "recall@10": statistics.mean(
            len(rows & set(near.tolist())) / K for rows, near in zip(found, best, strict=True)
        ),
        "search_peak_mb": peak,
    }


def peak_mb() -> float:
    """Return the highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Run the benchmark, or one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("corpus", type=Path, help="its questions.jsonl are asked")
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--work", type=Path, default=Path("results") / "million")
    parser.add_argument("--step", choices=["build", "search"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        step = build(options.work) if options.step == "build" else search(options.index, options.corpus, options.work)
        print(json.dumps(step))
        return
    shutil.rmtree(options.work, ignore_errors=True)
    prepare(options.index, options.work, options.vectors)
    results: dict[str, Any] = {"vectors": options.vectors}
    for step in ("build", "search"):
        command = [sys.executable, __file__, str(options.index), str(options.corpus), "--work", str(options.work)]
        printed = subprocess.run([*command, "--step", step], check=True, capture_output=True, text=True).stdout
        results |= json.loads(printed.splitlines()[-1])
    for name, value in results.items():
        print(f"{name:<16} {value:,.3f}" if isinstance(value, float) else f"{name:<16} {value:,}")
    (options.work.parent / "million.json").write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
