"""Passages on disk: snapshots, the catalog of texts, and one file per search backend."""

from collections.abc import Callable, Mapping
from pathlib import Path

from qa_service.config import Settings
from qa_service.errors import SettingsError
from qa_service.protocols import IndexBackend


# A backend's library loads when it is chosen.
def _faiss(_: Settings) -> IndexBackend:
    from qa_service.indexing.faiss_backend import FaissBackend  # noqa: PLC0415

    return FaissBackend()


def _milvus(settings: Settings) -> IndexBackend:
    try:
        from qa_service.indexing.milvus_backend import MilvusBackend  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"backend = 'milvus' needs an extra, of which {error.name} is missing: "
            "pip install -c constraints.txt -e '.[milvus]'"
        ) from error
    token = settings.milvus_token.get_secret_value() if settings.milvus_token else None
    return MilvusBackend(settings.milvus_uri, token=token, index_type=settings.milvus_index)


BACKENDS: Mapping[str, Callable[[Settings], IndexBackend]] = {"faiss": _faiss, "milvus": _milvus}

_KEEPS_OUTSIDE = {"milvus.json": "milvus"}


def drop_index(location: Path, settings: Settings) -> None:
    """Free what any backend keeps outside of `location`, whichever one the settings name now.

    Raises:
        BackendError: Its server can't be reached, or fails.
        SettingsError: Its library is missing.
    """
    for name, backend in _KEEPS_OUTSIDE.items():
        if (location / name).is_file():
            BACKENDS[backend](settings).drop(location)
