"""How many passages a second a build embeds, beside `SentenceTransformer.encode` of the same texts.

    python benchmarks/building.py INDEX             an index that 'qa-service build' made; gives the passages

Each runs in a process of its own, in turn, so that a machine that is busy for a while is busy for all; texts are
passages with their context, drawn at random with a fixed seed. `encode` gets all of them at once, with batches of 32,
its default, in fp32 and, where the processor multiplies bfloat16, in that. Prints passages a second and writes
building.json and, with the extra [bench], building.png.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plots

KINDS = ("build", "encode fp32", "encode bf16")


def passages_of(index: Path, n: int) -> list[str]:
    """Return `n` passages with their context, as a build embeds them."""
    from qa_service.indexing.catalog import Catalog
    from qa_service.indexing.snapshot import open_current

    catalog = Catalog(open_current(index).folder)
    rows = catalog.rows()
    drawn = np.random.default_rng(0).choice(rows, min(n, len(rows)), replace=False)
    return [passage.contextual_text for passage in catalog.passages(sorted(drawn.tolist()))]


def encoder(kind: str, index: Path, threads: int) -> Callable[[Sequence[str]], object]:
    """Return what embeds texts."""
    from qa_service.assembly import make_embedder
    from qa_service.config import Settings
    from qa_service.embedding.sentence_transformer import PACKAGED, model_source

    if kind == "build":
        return make_embedder(Settings(index=index, threads=threads)).encode_passages
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(model_source(PACKAGED), device="cpu")

    def encode(texts: Sequence[str]) -> object:
        with torch.autocast("cpu", torch.bfloat16, enabled=kind == "encode bf16"):
            return model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    return encode


def measure(kind: str, options: argparse.Namespace) -> None:
    """Print the seconds that embedding the texts takes, as JSON."""
    texts = passages_of(options.index, options.passages)
    encode = encoder(kind, options.index, options.threads)
    encode(texts)  # a large build loads torch; how long that takes is not asked here
    began = time.perf_counter()
    encode(texts)
    print(json.dumps({"texts": len(texts), "seconds": time.perf_counter() - began}))


def in_turn(options: argparse.Namespace) -> dict[str, list[float]]:
    """Return passages a second by kind, one figure a round."""
    from qa_service.inference import has_bf16

    kinds = [kind for kind in KINDS if has_bf16() or kind != "encode bf16"]
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(options.rounds):
        for kind in kinds:
            command = [sys.executable, __file__, str(options.index), "--kind", kind, "--threads", str(options.threads)]
            printed = subprocess.run(
                [*command, "--passages", str(options.passages)], check=True, capture_output=True, text=True
            ).stdout
            measured = json.loads(printed.splitlines()[-1])
            found[kind].append(measured["texts"] / measured["seconds"])
    return found


def main() -> None:
    """Run the benchmark, or one of its processes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--passages", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.index = options.index.resolve()
    if options.kind:
        measure(options.kind, options)
        return
    rates = in_turn(options)
    raw = statistics.median(rates["encode fp32"])
    for kind, found in rates.items():
        median = statistics.median(found)
        print(f"{kind:<12} {median:7.1f} passages/s  ({min(found):.1f}-{max(found):.1f})  {median / raw:.2f} of fp32")
    results: dict[str, Any] = {"passages": options.passages, "threads": options.threads, "per_second": rates}
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "building.json").write_text(json.dumps(results, indent=1), encoding="utf-8")
    if plots.can_plot():
        medians = {"median": {kind: statistics.median(found) for kind, found in rates.items()}}
        plots.bars(options.results / "building.png", medians, title="Embedding", unit="passages/s")


if __name__ == "__main__":
    main()
