"""The Milvus backend on milvus-lite: in this process, and as a server in a process of its own."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import document, passage
from passage_index_contract import VECTORS, PassageIndexContract

pytest.importorskip("pymilvus", reason="needs the extra [milvus]")
pytest.importorskip("milvus_lite", reason="needs milvus-lite of the extra [milvus]")

from milvus_server import MilvusServer
from pymilvus import MilvusClient

from qa_service.errors import BackendError, DamagedSnapshotError
from qa_service.indexing.catalog import write_catalog
from qa_service.indexing.milvus_backend import FILE_NAME, MilvusBackend, without_password
from qa_service.types import Filters


@pytest.fixture(autouse=True)
def short_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pymilvus naps half a second before it asks whether an index is built."""
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.01)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MilvusServer]:
    with MilvusServer(tmp_path_factory.mktemp("milvus")) as server:
        yield server


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("milvus") / "lite.db")


class TestMilvusLiteInProcess(PassageIndexContract):
    @pytest.fixture(autouse=True)
    def lite(self, file: str) -> None:
        self.backend = MilvusBackend(file)


class TestMilvusServer(PassageIndexContract):
    @pytest.fixture(autouse=True)
    def served(self, server: MilvusServer) -> None:
        self.backend = MilvusBackend(server.uri)

    def test_an_index_chosen_by_milvus_finds_the_same(self, server: MilvusServer, tmp_path: Path) -> None:
        self.backend = MilvusBackend(server.uri, index_type="AUTOINDEX")
        assert self.dense(self.written(tmp_path)) == [0, 2, 1, 3]

    def test_a_dropped_index_is_gone_and_may_be_dropped_again(self, server: MilvusServer, tmp_path: Path) -> None:
        self.written(tmp_path).close()
        before = len(server.collections())
        self.backend.drop(tmp_path)
        assert len(server.collections()) == before - 1
        self.backend.drop(tmp_path)
        with pytest.raises(DamagedSnapshotError, match="is gone in Milvus"):
            self.backend.open(tmp_path)

    def test_what_was_never_begun_needs_no_dropping(self, tmp_path: Path) -> None:
        self.backend.drop(tmp_path)
        (tmp_path / FILE_NAME).write_text("{")
        self.backend.drop(tmp_path)

    def test_a_collection_is_named_before_it_is_there_so_that_a_killed_write_can_be_dropped(
        self, server: MilvusServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = server.collections()

        def die(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(MilvusClient, "flush", die)
        with pytest.raises(KeyboardInterrupt):
            self.written(tmp_path)
        assert len(server.collections()) == len(before) + 1
        self.backend.drop(tmp_path)
        assert server.collections() == before

    def test_a_collection_that_lost_passages_is_refused(self, server: MilvusServer, tmp_path: Path) -> None:
        self.written(tmp_path).close()
        server.client.delete(json.loads((tmp_path / FILE_NAME).read_text())["collection"], ids=[1])
        with pytest.raises(DamagedSnapshotError, match="holds 3 of 4 passages"):
            self.backend.open(tmp_path)

    def test_a_collection_that_is_dropped_in_service_is_an_error_of_the_backend(
        self, server: MilvusServer, tmp_path: Path
    ) -> None:
        index = self.written(tmp_path)
        server.client.drop_collection(json.loads((tmp_path / FILE_NAME).read_text())["collection"])
        with pytest.raises(BackendError, match=r"is gone in Milvus at .*: run 'qa-service build'"):
            index.search_dense(VECTORS[0], 1, Filters())

    def test_a_collection_that_was_taken_from_memory_is_loaded_again(
        self, server: MilvusServer, tmp_path: Path
    ) -> None:
        index = self.written(tmp_path)
        server.client.release_collection(json.loads((tmp_path / FILE_NAME).read_text())["collection"])
        assert self.dense(index, k=1) == [0]

    def test_scores_of_words_are_positive_and_fall(self, tmp_path: Path) -> None:
        hits = self.written(tmp_path).search_lexical("minister cafe", 10, Filters())
        assert [hit.row for hit in hits] == [0, 2]
        assert hits[0].score > hits[1].score > 0

    def test_text_longer_than_milvus_takes_is_indexed_as_far_as_it_goes(self, tmp_path: Path) -> None:
        words = passage(" ".join(f"zebra{n}" for n in range(20_000)))
        write_catalog(tmp_path, [(document(words.text), [words])], ["0"])
        self.backend.write(tmp_path, [(0, words)], VECTORS[:1])
        index = self.backend.open(tmp_path)
        assert self.lexical(index, "zebra7") == [0]
        assert self.lexical(index, "zebra19999") == []

    def test_an_index_of_nothing_finds_nothing(self, tmp_path: Path) -> None:
        write_catalog(tmp_path, [], [])
        self.backend.write(tmp_path, [], VECTORS[:0])
        index = self.backend.open(tmp_path)
        assert (len(index), self.dense(index), self.lexical(index, "minister")) == (0, [], [])


def test_a_file_that_another_process_has_open_is_named_with_what_to_do(server: MilvusServer, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"collection": "x", "n_passages": 1}')
    (tmp_path / "held.db").symlink_to(server.folder / "data")
    with pytest.raises(BackendError, match=r"held\.db can't be used: .*only one process may open it"):
        MilvusBackend(str(tmp_path / "held.db")).open(tmp_path)


@pytest.mark.parametrize(
    ("uri", "says"),
    [("http://127.0.0.1:9", "server unavailable"), ("nonsense", "is illegal"), ("http://127.0.0.1", "unavailable")],
)
def test_a_milvus_that_is_not_there_is_named_with_what_to_do(tmp_path: Path, uri: str, says: str) -> None:
    (tmp_path / FILE_NAME).write_text('{"collection": "x", "n_passages": 1}')
    with pytest.raises(BackendError, match=rf"{uri} can't be used: .*{says}.*QA_MILVUS_URI") as raised:
        MilvusBackend(uri).open(tmp_path)
    assert "Traceback" not in str(raised.value)


@pytest.mark.parametrize("uri", ["http://root:secret@milvus.example:19530", "https://:secret@milvus.example/"])
def test_a_password_in_the_address_is_not_shown(uri: str) -> None:
    assert "secret" not in without_password(uri)
    assert "//milvus.example" in without_password(uri)
