"""How long reading five passages takes: the packaged int8 graph, the same weights in fp32, and torch.

    python benchmarks/reader.py            needs the extra [train]

Each runs in a process of its own, because idle threads of one library slow another; rounds alternate between the three,
so that a machine that is busy for a while is busy for all. Prints medians, the spread, and the ratios.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

QUESTION = "How many tents did the government send to the provinces that were hit by the flood?"
SENTENCE = (
    "The government decided on Monday to send emergency supplies, among them 75 tents and 20 water tanks, to the three "
    "provinces that the flood had hit hardest, at the request of the Ministry of the Interior. "
)
N_PASSAGES = 5
KINDS = ("int8", "fp32", "torch")


def prepare(folder: Path) -> None:
    """Write the packaged reader in fp32, for onnxruntime and for torch."""
    from qa_service.reading import PACKAGED
    from qa_service.reading.training.export import export_reader
    from qa_service.training import load_base

    model, tokenizer = load_base("span")
    model.save(folder / "torch", PACKAGED / "tokenizer.json")
    export_reader(
        model, tokenizer, folder / "fp32", name="fp32", max_tokens=256, overlap=96, recipe=None, is_int8=False
    )


def measure(kind: str, folder: Path, threads: int, rounds: int) -> None:
    """Print the seconds of each round, as JSON."""
    read = reading(kind, folder, threads)
    for _ in range(3):
        read()
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        read()
        seconds.append(time.perf_counter() - began)
    print(json.dumps(seconds))


def reading(kind: str, folder: Path, threads: int) -> Callable[[], object]:
    """Return a function that reads the five passages once."""
    from qa_service.reading import PACKAGED, SpanReader
    from qa_service.reading.windows import Source, WindowCutter

    sources = [Source(QUESTION, SENTENCE * 3 + f"This was release {n}.", "Flood relief") for n in range(N_PASSAGES)]
    if kind != "torch":
        reader = SpanReader(PACKAGED if kind == "int8" else folder / "fp32", threads=threads)
        return lambda: reader.read_sources(sources)
    import torch

    from qa_service.reading.training.evaluate import read, torch_scorer
    from qa_service.reading.training.span_model import SpanModel

    torch.set_num_threads(threads)
    score = torch_scorer(SpanModel.load(folder / "torch").eval())
    cutter = WindowCutter.load(PACKAGED / "tokenizer.json")
    return lambda: read(score, cutter, sources)


def main() -> None:
    """Run the benchmark, or one of its processes."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=20)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    arguments.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.kind:
        measure(options.kind, options.folder, options.threads, options.rounds)
        return
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    with tempfile.TemporaryDirectory() as name:
        prepare(Path(name))
        for _ in range(options.repeats):
            for kind in KINDS:
                command = [sys.executable, __file__, "--kind", kind, "--folder", name]
                command += ["--threads", str(options.threads), "--rounds", str(options.rounds)]
                printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                seconds[kind] += json.loads(printed.splitlines()[-1])
    milliseconds = {kind: [1000 * value for value in found] for kind, found in seconds.items()}
    medians = {kind: statistics.median(found) for kind, found in milliseconds.items()}
    for kind, found in milliseconds.items():
        low, *_, high = statistics.quantiles(found, n=20)
        print(f"{kind:<6} median {medians[kind]:6.1f} ms   5 % {low:6.1f}   95 % {high:6.1f}")
    ratios = {f"int8/{kind}": medians["int8"] / medians[kind] for kind in ("fp32", "torch")}
    print("   ".join(f"{name} {value:.2f}" for name, value in ratios.items()))
    print(json.dumps({"medians_ms": medians, "ratios": ratios, "threads": options.threads}))


if __name__ == "__main__":
    main()
