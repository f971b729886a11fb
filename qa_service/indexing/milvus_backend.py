"""Vectors and words in Milvus, for those who outgrow one machine: one collection per snapshot, named by `milvus.json`.

Words are stemmed here, as for every other index, and Milvus counts them (its BM25 function), so that both backends
match the same words whatever analyzers a server has. A collection is written whole and never changed afterwards;
filters are numbers of the snapshot's catalog, so nothing that a user sent stands in an expression.
"""

import json
import logging
import re
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from pymilvus import DataType, Function, FunctionType, MilvusClient, MilvusException

from qa_service.errors import BackendError, DamagedSnapshotError
from qa_service.indexing.catalog import Catalog, day_number
from qa_service.language.words import content_words
from qa_service.types import Filters, Passage, Ranking, ScoredRow, Vector, Vectors

FILE_NAME = "milvus.json"

# A search takes milliseconds: one that takes this long is one that the server can't do now.
_SEARCH_TIMEOUT_S = 5.0
_CONNECT_TIMEOUT_S = 5.0
# After an outage, the transport would wait up to two minutes before it tries again.
_RECONNECT_S = 2.0
_BATCH = 1_000  # rows of one insert: about 2 MB, far below what a message may have
_ACCOUNT = re.compile(r"//[^/@]*@")
_MAX_WORDS_BYTES = 65_535  # Milvus's limit of a VARCHAR
# Exact search, as of the default backend, while that is quick; beyond, what Milvus thinks best for the collection.
_MOST_EXACT = 250_000
# Milvus's codes.
_NOT_FOUND = 100
_NOT_LOADED = 101  # the server was started anew and has the collection on disk only


class MilvusBackend:
    """Implements IndexBackend on the Milvus server at `uri`, or on milvus-lite in this process for a `.db` file."""

    def __init__(self, uri: str, *, token: str | None = None, index_type: str | None = None) -> None:
        """Take where Milvus is; nothing is asked of it yet.

        Args:
            token: `user:password` or an API key; None for a server without accounts.
            index_type: Of the vectors, by Milvus's name; None for exact search up to a size, then Milvus's own choice.
        """
        self._uri = uri
        self._token = token or ""
        self._index_type = index_type
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints a traceback of every error that it raises

    def check_reachable(self) -> None:
        """Raise BackendError when Milvus can't be reached."""
        with self._connected() as client, _reported(self._uri):
            client.list_collections(timeout=_SEARCH_TIMEOUT_S)  # pymilvus may hand out a connection that it had

    def write(
        self,
        location: Path,
        passages: Sequence[tuple[int, Passage]],  # noqa: ARG002 - a collection is written whole, from the catalog
        vectors: Vectors,
        *,
        base: Path | None = None,  # noqa: ARG002
        removed: Collection[str] = (),  # noqa: ARG002
    ) -> None:
        """Write a collection of all passages of the catalog, and `milvus.json`, which names it.

        The name is written first, so that `drop` finds what a killed build left.

        Raises:
            BackendError: Milvus can't be reached, or fails.
        """
        name = f"qa_{uuid.uuid4().hex}"
        described = {"collection": name, "n_passages": len(vectors)}
        (location / FILE_NAME).write_text(json.dumps(described), encoding="utf-8")
        with self._connected() as client, _reported(self._uri):
            _create(client, name, vectors.shape[1])
            for begin, rows in _rows_of(Catalog(location)):
                vectors_of_rows = vectors[begin : begin + len(rows)]
                client.insert(name, [row | {"vector": one} for row, one in zip(rows, vectors_of_rows, strict=True)])
            client.flush(name)  # searches see all of it from here on
            index_type = self._index_type or ("FLAT" if len(vectors) <= _MOST_EXACT else "AUTOINDEX")
            indexes = client.prepare_index_params()
            indexes.add_index("vector", index_type=index_type, metric_type="IP")
            indexes.add_index("bm25", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
            client.create_index(name, indexes)
            client.load_collection(name)

    def open(self, location: Path) -> "MilvusPassageIndex":
        """Open the collection that `milvus.json` names.

        Raises:
            DamagedSnapshotError: It is gone, or doesn't hold all passages.
            BackendError: Milvus can't be reached, or fails.
        """
        try:
            described = json.loads((location / FILE_NAME).read_text(encoding="utf-8"))
            name, n_passages = str(described["collection"]), int(described["n_passages"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedSnapshotError(f"{location.name}/{FILE_NAME} can't be read. Run 'qa-service build'.") from error
        client = self._connect()
        try:
            with _reported(self._uri):
                n_found = _count(client, name) if client.has_collection(name, timeout=_SEARCH_TIMEOUT_S) else None
        except BackendError:
            client.close()
            raise
        if n_found != n_passages:
            client.close()
            holds = "is gone" if n_found is None else f"holds {n_found} of {n_passages} passages"
            raise DamagedSnapshotError(
                f"snapshot {location.name} can't be served: its collection {name} {holds} in Milvus at "
                f"{without_password(self._uri)}. "
                "Run 'qa-service build' to write it again."
            )
        return MilvusPassageIndex(client, self._uri, name, n_passages, Catalog(location))

    def drop(self, location: Path) -> None:
        """Drop the collection that `milvus.json` names, if there are both; raises BackendError."""
        try:
            name = json.loads((location / FILE_NAME).read_text(encoding="utf-8"))["collection"]
        except (OSError, ValueError, KeyError, TypeError):
            return  # no collection was begun
        with self._connected() as client, _reported(self._uri):
            if client.has_collection(name, timeout=_SEARCH_TIMEOUT_S):
                client.drop_collection(name)

    def _connect(self) -> MilvusClient:
        with _reported(self._uri):
            return MilvusClient(
                self._uri,
                token=self._token,
                timeout=_CONNECT_TIMEOUT_S,
                grpc_options={"grpc.max_reconnect_backoff_ms": int(_RECONNECT_S * 1000)},
            )

    @contextmanager
    def _connected(self) -> Iterator[MilvusClient]:
        client = self._connect()
        try:
            yield client
        finally:
            client.close()


class MilvusPassageIndex:
    """Implements PassageIndex."""

    def __init__(self, client: MilvusClient, uri: str, name: str, n_passages: int, catalog: Catalog) -> None:
        """Take what `MilvusBackend.open` found; `catalog` knows the numbers of releases."""
        self._client = client
        self._uri = uri
        self._name = name
        self._n_passages = n_passages
        self._catalog = catalog

    def search_dense(self, vector: Vector, k: int, filters: Filters) -> Ranking:
        """Return up to `k` rows by cosine, best first; equal scores by row. Raises BackendError."""
        return self._search("vector", vector, k, filters)

    def search_lexical(self, text: str, k: int, filters: Filters) -> Ranking:
        """Return up to `k` rows by BM25, best first; equal scores by row. Raises BackendError."""
        words = dict.fromkeys(content_words(text))
        return self._search("bm25", " ".join(words), k, filters) if words else []

    def _search(self, field: str, query: Vector | str, k: int, filters: Filters) -> list[ScoredRow]:
        expression = self._expression(filters)
        if expression is None or self._n_passages == 0:
            return []
        with _reported(self._uri):
            try:
                hits = self._hits(field, query, min(k, self._n_passages), expression)
            except MilvusException as error:
                if error.code == _NOT_FOUND:
                    raise BackendError(
                        f"collection {self._name} is gone in Milvus at {without_password(self._uri)}: "
                        "run 'qa-service build' to write it again."
                    ) from error
                if error.code != _NOT_LOADED:
                    raise
                self._client.load_collection(self._name, timeout=_SEARCH_TIMEOUT_S)
                hits = self._hits(field, query, min(k, self._n_passages), expression)
        # milvus-lite gives BM25 a minus sign
        sign = -1.0 if field == "bm25" and any(hit["distance"] < 0 for hit in hits) else 1.0
        found = [ScoredRow(int(hit["row"]), sign * float(hit["distance"])) for hit in hits]
        return sorted(found, key=lambda hit: (-hit.score, hit.row))

    def _hits(self, field: str, query: Vector | str, k: int, expression: str) -> list[dict[str, Any]]:
        [hits] = self._client.search(
            self._name,
            data=[query],
            anns_field=field,
            filter=expression,
            limit=k,
            consistency_level="Eventually",  # a collection in service never changes
            timeout=_SEARCH_TIMEOUT_S,
        )
        return list(hits)

    def _expression(self, filters: Filters) -> str | None:
        """Return `filters` as Milvus writes them; None when they allow nothing."""
        conditions = []
        if filters.date_from or filters.date_to:
            conditions.append(f"day >= {day_number(filters.date_from) if filters.date_from else 1}")
        if filters.date_to:
            conditions.append(f"day <= {day_number(filters.date_to)}")
        if filters.document_ids is not None:
            numbers = sorted(self._catalog.numbers_of(filters.document_ids).values())
            if not numbers:
                return None
            conditions.append(f"document in {numbers}")
        return " and ".join(conditions)

    def __len__(self) -> int:
        return self._n_passages

    def close(self) -> None:
        """Give up the connection."""
        self._client.close()


def _create(client: MilvusClient, name: str, dimension: int) -> None:
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("row", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field(
        "words",
        DataType.VARCHAR,
        max_length=_MAX_WORDS_BYTES,
        enable_analyzer=True,
        analyzer_params={"tokenizer": "standard"},  # they are stems already: it only has to part them
    )
    schema.add_field("bm25", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_field("day", DataType.INT32)
    schema.add_field("document", DataType.INT64)
    schema.add_function(
        Function(
            name="words_to_bm25",
            function_type=FunctionType.BM25,
            input_field_names=["words"],
            output_field_names=["bm25"],
        )
    )
    client.create_collection(name, schema=schema)


def _rows_of(catalog: Catalog) -> Iterator[tuple[int, list[dict[str, object]]]]:
    """Yield all passages in batches, as Milvus takes them but for their vectors, each with the place of its first."""
    rows = catalog.rows().tolist()
    for begin in range(0, len(rows), _BATCH):
        batch = rows[begin : begin + _BATCH]
        passages = catalog.passages(batch)
        numbers = catalog.numbers_of(list({passage.document_id for passage in passages}))
        yield (
            begin,
            [
                {
                    "row": row,
                    "words": _words(passage),
                    "day": day_number(passage.date) if passage.date else 0,
                    "document": numbers[passage.document_id],
                }
                for row, passage in zip(batch, passages, strict=True)
            ],
        )


def _words(passage: Passage) -> str:
    words = " ".join(content_words(passage.contextual_text))
    return words.encode()[:_MAX_WORDS_BYTES].decode(errors="ignore")


def _count(client: MilvusClient, name: str) -> int:
    client.load_collection(name)
    # Strong: what another process has just written counts
    [counted] = client.query(name, output_fields=["count(*)"], consistency_level="Strong", timeout=_SEARCH_TIMEOUT_S)
    return int(counted["count(*)"])


def without_password(uri: str) -> str:
    """Return an address as it may be shown and logged."""
    return _ACCOUNT.sub("//", uri)


def _advice(uri: str) -> str:
    if uri.endswith(".db"):
        return "Its folder must be there, and only one process may open it: others need a server (QA_MILVUS_URI)."
    return "Is it running? The setting milvus_uri (QA_MILVUS_URI) says where it is."


@contextmanager
def _reported(uri: str) -> Iterator[None]:
    """Raise what pymilvus and its transport raise as BackendError."""
    try:
        yield
    except MilvusException as error:
        raise BackendError(
            f"Milvus at {without_password(uri)} can't be used: {error.message}. {_advice(uri)}"
        ) from error
    except grpc.RpcError as error:
        raise BackendError(
            f"Milvus at {without_password(uri)} can't be used: it does not answer. {_advice(uri)}"
        ) from error
