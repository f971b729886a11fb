"""The whole service with its real models: on the release it was created from, and on every development question."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from qa_service.assembly import make_builder, make_embedder, make_engine
from qa_service.config import load_settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.engine import Engine
from qa_service.indexing.snapshot import open_current
from qa_service.live import LiveEngine
from qa_service.web.app import create_app

pytestmark = pytest.mark.slow

DOCUMENTS = Path(__file__).parents[1] / "documents"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="module")
def embedder(index: Path) -> SentenceTransformerEmbedder:
    return make_embedder(load_settings(index=index))


@pytest.fixture(scope="module")
def seed_engine(embedder: SentenceTransformerEmbedder, shared_corpus: Path, index: Path) -> Engine:
    settings = load_settings(documents=shared_corpus / "seed", index=index / "seed")
    make_builder(settings, embedder).build()
    return make_engine(settings, open_current(settings.index), embedder)


@pytest.fixture(scope="module")
def client(embedder: SentenceTransformerEmbedder, index: Path) -> Iterator[FlaskClient]:
    settings = load_settings(documents=DOCUMENTS, index=index)
    make_builder(settings, embedder).build()
    with create_app(LiveEngine(settings)).test_client() as client:
        yield client


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How long did Koizumi and Putin talk?", "approximately 30 minutes"),
        ("Which company decided to build a plant in St. Petersburg?", "Toyota Motor Corporation"),
        ("When will Lavrov visit Japan?", "May 30 and 31"),
    ],
)
def test_the_first_release_answers_from_the_right_sentence(seed_engine: Engine, question: str, words: str) -> None:
    reply = seed_engine.ask(question)
    assert words in reply.citations[0].quote


def test_the_first_release_does_not_know_of_a_gift(seed_engine: Engine) -> None:
    assert not seed_engine.ask("What gift did Putin give Koizumi?").is_answered


def test_every_sample_release_is_indexed_and_carries_its_metadata(client: FlaskClient) -> None:
    listed = client.get("/documents?limit=50", headers={"Accept": "application/json"}).get_json()
    assert listed["total"] == 71
    assert all(document["title"] and document["date"] and document["note"] for document in listed["documents"])


def test_every_citation_of_every_question_is_exact(client: FlaskClient, shared_corpus: Path) -> None:
    texts: dict[str, str] = {}
    n_cited = 0
    for line in (shared_corpus / "sample" / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        reply = client.post("/ask", json={"question": json.loads(line)["question"], "top_k": 10}).get_json()
        citations = {citation["id"]: citation for citation in reply["citations"]}
        for citation in citations.values():
            name = citation["document_id"]
            texts[name] = texts.get(name) or client.get(f"/documents/{name}/text").get_data(as_text=True)
            assert texts[name][citation["start"] : citation["end"]] == citation["quote"]
        for answer in reply["answers"]:
            for number in [answer["citation"], *answer["also_in"]]:
                place = citations[number]
                n_cited += 1
                if number == answer["citation"]:
                    words = texts[place["document_id"]][place["answer_start"] : place["answer_end"]]
                    assert words == answer["text"]
        for passage in reply["passages"]:
            name = passage["document_id"]
            texts[name] = texts.get(name) or client.get(f"/documents/{name}/text").get_data(as_text=True)
            assert texts[name][passage["start"] : passage["end"]] == passage["text"]
    assert n_cited > 50
