"""Passages on disk: snapshots, the catalog of texts, and one file per search backend."""

from collections.abc import Callable, Mapping

from qa_service.protocols import IndexBackend


def _faiss() -> IndexBackend:
    from qa_service.indexing.faiss_backend import FaissBackend  # noqa: PLC0415 - a backend's library loads when chosen

    return FaissBackend()


BACKENDS: Mapping[str, Callable[[], IndexBackend]] = {"faiss": _faiss}
