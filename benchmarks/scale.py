"""Quality, latency and the cost of a build by the number of passages.

    python benchmarks/scale.py ../shared/corpus/senate --more FOLDER --sizes 300 3000 30000 140000

Indexes of several sizes are built from the corpus, the releases that its questions are about first, and then releases
of FOLDER, which make the right one harder to find. A question is asked at each size that has its release; the *first
questions* are those of the smallest size, so that their figures compare from size to size. Vectors are computed once,
in an index of all releases (what --shards has is taken from there), and smaller indexes take them over, so `write_s`
is a build but for its embedding, and `change_s` the build after one release was added to that. Recall@10 is that of
dense search, against all vectors compared. Everything is kept in --work, so that a run goes on where the last was cut
off. Writes scale.json and, with the extra [bench], scale.png.
"""

import argparse
import json
import shutil
import sqlite3
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plots

from qa_service.assembly import make_builder, make_embedder, open_engine
from qa_service.config import Settings
from qa_service.engine import Engine
from qa_service.evaluation.exactness import check_exactness
from qa_service.evaluation.questions import Question, load_question_set
from qa_service.evaluation.run import Record, record_of
from qa_service.indexing import BACKENDS
from qa_service.indexing.catalog import FILE_NAME, Catalog
from qa_service.indexing.snapshot import open_current
from qa_service.indexing.vectors import map_vectors, write_shard
from qa_service.types import Filters

K = 10


def settings_of(folder: Path) -> Settings:
    """Return the settings of an index that lies in `folder` with its releases."""
    return Settings(index=folder / "index", documents=folder / "documents", threads=2)


def lay_out(folder: Path, releases: Sequence[Path]) -> None:
    """Copy releases into the documents folder in `folder`."""
    documents = folder / "documents"
    documents.mkdir(parents=True, exist_ok=True)
    for release in releases:
        if not (documents / release.name).exists():
            shutil.copyfile(release, documents / release.name)


def build(folder: Path, shards: Path | None) -> float:
    """Bring the index in `folder` up to date; return the seconds it took but for embedding."""
    settings = settings_of(folder)

    def show(stage: str, done: int, total: int) -> None:
        print(f"\r{folder.name}: {stage} {done:,} of {total:,}        ", end="", flush=True)

    began = time.perf_counter()
    report = make_builder(settings, make_embedder(settings)).build(shards=shards, on_progress=show)
    print()
    return time.perf_counter() - began - report.seconds.get("embedding", 0.0)


def share_vectors(index: Path, folder: Path) -> None:
    """Write the vectors of an index as a shard that other builds take them from."""
    snapshot = open_current(index).folder
    with sqlite3.connect(snapshot / FILE_NAME) as catalog:
        hashes = [value for (value,) in catalog.execute("SELECT embedded_sha256 FROM passages ORDER BY row")]
    write_shard(folder, 1, 1, hashes, map_vectors(snapshot))


def cut(names: Sequence[str], n_passages: dict[str, int], size: int) -> list[str]:
    """Return as many of the releases, in order, as have `size` passages."""
    ends = np.cumsum([n_passages[name] for name in names])
    return list(names[: int(np.searchsorted(ends, size)) + 1])


def ask_all(engine: Engine, questions: Sequence[Question]) -> tuple[list[Record], list[dict[str, float]]]:
    """Return the record of each question, and its milliseconds by stage."""

    def text_of(name: str) -> str | None:
        document = engine.catalog.document(name)
        return document.text if document else None

    records, stages = [], []
    for question in questions:
        reply = engine.ask(question.question, top_k=K)
        records.append(record_of(reply, question, check_exactness(reply, text_of)))
        stages.append({name: 1000 * seconds for name, seconds in reply.stages.items()} | {"all": reply.took_ms})
    return records, stages


def search(index: Path, questions: Sequence[str]) -> dict[str, float]:
    """Return recall of dense search against all vectors compared, and the milliseconds of what retrieval is made of."""
    folder, settings = open_current(index).folder, Settings(index=index, threads=2)
    embedder, searched = make_embedder(settings), BACKENDS["faiss"](settings).open(folder)
    rows, exact = Catalog(folder).rows(), np.array(map_vectors(folder))
    recalls: list[float] = []
    took: dict[str, list[float]] = {"encode_ms": [], "dense_ms": [], "lexical_ms": []}
    for question in questions:
        laps = [time.perf_counter()]
        vector = embedder.encode_question(question)
        laps.append(time.perf_counter())
        hits = searched.search_dense(vector, 50, Filters())  # as many as retrieval asks for
        laps.append(time.perf_counter())
        searched.search_lexical(question, 50, Filters())
        laps.append(time.perf_counter())
        for name, begin, end in zip(took, laps[:-1], laps[1:], strict=True):
            took[name].append(1000 * (end - begin))
        best = rows[np.argsort(-(exact @ vector), kind="stable")[:K]].tolist()
        recalls.append(len({hit.row for hit in hits[:K]} & set(best)) / len(best))
    return {"recall@10": statistics.mean(recalls)} | {name: statistics.median(ms) for name, ms in took.items()}


def shares(records: Sequence[Record]) -> dict[str, float]:
    """Return how many questions there were, and the shares of them that went right."""
    return {
        "questions": len(records),
        "passage_hit@5": statistics.mean((record.passage_rank or K) <= 5 for record in records),
        "cited_right": statistics.mean(record.cited_right for record in records),
        "f1": statistics.mean(record.f1 for record in records),
    }


def measure(folder: Path, questions: Sequence[Question], n_first: int) -> dict[str, Any]:
    """Return the figures of the index in `folder`."""
    index = settings_of(folder).index
    engine = open_engine(settings_of(folder))
    ask_all(engine, questions[:3])
    records, stages = ask_all(engine, questions)
    milliseconds = {name: [stage[name] for stage in stages] for name in ("retrieve", "read", "all")}
    return {
        "passages": engine.info.passages,
        "releases": engine.info.documents,
        "disk_mb": sum(file.stat().st_size for file in open_current(index).folder.rglob("*") if file.is_file()) / 1e6,
        "first": shares(records[:n_first]),
        "all": shares(records),
        "p50_ms": {name: statistics.median(values) for name, values in milliseconds.items()},
        "p95_ms": {name: statistics.quantiles(values, n=20)[-1] for name, values in milliseconds.items()},
        "search": search(index, [question.question for question in questions]),
    }


def print_row(row: dict[str, Any]) -> None:
    """Print the figures of one size for people."""
    ms, found, first, every = row["p50_ms"], row["search"], row["first"], row["all"]
    print(
        f"{row['passages']:>8,} passages: recall@10 {found['recall@10']:.3f}; hit@5 and cited right of the first "
        f"{first['questions']} questions {first['passage_hit@5']:.2f} {first['cited_right']:.2f}, of all "
        f"{every['questions']} {every['passage_hit@5']:.2f} {every['cited_right']:.2f}; p50 retrieve "
        f"{ms['retrieve']:.1f} ms (encode {found['encode_ms']:.1f}, dense {found['dense_ms']:.1f}, lexical "
        f"{found['lexical_ms']:.1f}), all {ms['all']:.0f}; written in {row['write_s']:.1f} s, one release more "
        f"{row['change_s']:.1f} s, {row['disk_mb']:.0f} MB"
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--more", type=Path, help="folder of releases beside those of the corpus")
    parser.add_argument("--sizes", type=int, nargs="+", default=[300, 3_000, 30_000, 160_000])
    parser.add_argument("--shards", type=Path, help="folder of shards that have vectors already")
    parser.add_argument("--work", type=Path, default=Path("results") / "scale")
    options = parser.parse_args()
    sources = [options.corpus / "documents", *([options.more] if options.more else [])]
    paths = {path.name: path for source in sources for path in sorted(source.iterdir())}
    whole, vectors = options.work / "whole", options.work / "vectors"
    if not (vectors / "1-of-1.npy").exists():
        lay_out(whole, list(paths.values()))
        build(whole, options.shards)
        share_vectors(settings_of(whole).index, vectors)
    summaries, _ = Catalog(open_current(settings_of(whole).index).folder).list_documents(limit=len(paths))
    n_passages = {summary.id: summary.n_passages for summary in summaries}
    questions = [one for one in load_question_set(options.corpus).questions if one.is_answerable]
    # the corpus's own releases before those that only stand beside them
    names = list(dict.fromkeys([*(name for one in questions for name in one.documents), *paths]))
    names = [name for name in names if name in n_passages]
    rows: list[dict[str, Any]] = []
    for size in sorted(options.sizes):
        folder = options.work / str(size)
        taken = cut(names, n_passages, size)
        asked = [one for one in questions if set(one.documents) <= set(taken)]
        lay_out(folder, [paths[name] for name in taken[:-1]])
        write_s = build(folder, vectors)
        lay_out(folder, [paths[taken[-1]]])
        change_s = build(folder, vectors)
        n_first = rows[0]["first"]["questions"] if rows else len(asked)
        rows.append({"write_s": write_s, "change_s": change_s, **measure(folder, asked, n_first)})
        print_row(rows[-1])
        (options.work / "scale.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if plots.can_plot():
        points = {
            name: [(row["passages"], row["p50_ms"][stage]) for row in rows]
            for name, stage in {"finding": "retrieve", "reading": "read", "in all": "all"}.items()
        }
        plots.lines(options.work / "scale.png", points, title="Median question", x_unit="passages", y_unit="ms")


if __name__ == "__main__":
    main()
