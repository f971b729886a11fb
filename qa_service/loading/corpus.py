"""A folder of files to documents, and a reason for each file that is none. No file stops the others."""

import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from qa_service.errors import BuildError, LoadError
from qa_service.loading.extracted import Extracted
from qa_service.loading.html import extract_html
from qa_service.loading.listing import Skipped, list_files, suffix_of, unsupported
from qa_service.loading.markdown import extract_markdown
from qa_service.loading.metadata import to_document
from qa_service.loading.plain_text import extract_text
from qa_service.types import Document

logger = logging.getLogger(__name__)

_READS = 3  # of a file that changes meanwhile


class _UnreadableError(LoadError):
    """A file is there and can't be read at the moment."""


# What reads these two takes as long to import as all the rest of this package: only where there is such a file.
def _extract_pdf(data: bytes) -> Extracted:
    from qa_service.loading.pdf import extract_pdf  # noqa: PLC0415

    return extract_pdf(data)


def _extract_docx(data: bytes) -> Extracted:
    from qa_service.loading.docx import extract_docx  # noqa: PLC0415

    return extract_docx(data)


LOADERS: Mapping[str, Callable[[bytes], Extracted]] = {
    ".txt": extract_text,
    ".md": extract_markdown,
    ".html": extract_html,
    ".htm": extract_html,
    ".pdf": _extract_pdf,
    ".docx": _extract_docx,
}


@dataclass(frozen=True, slots=True)
class LoadedCorpus:
    """All files of a folder, each kind sorted by document id.

    Attributes:
        skipped: With `takes`, what is unreadable is among them in every share, for a folder may hold files of each.
        unchanged: Ids of files that were known.
    """

    documents: tuple[Document, ...]
    skipped: tuple[Skipped, ...]
    unchanged: tuple[str, ...] = ()


def load_corpus(
    folder: Path,
    *,
    max_bytes: int,
    index: Path | None = None,
    known: Mapping[str, str] | None = None,
    takes: Callable[[str], bool] = lambda _: True,
    on_progress: Callable[[int, int], None] | None = None,
) -> LoadedCorpus:
    """Load every file below `folder` that is not hidden.

    Args:
        max_bytes: Larger files are skipped.
        index: A folder that is passed over, should it lie in `folder`.
        known: sha256 of files by document id: a file that still has these bytes is not parsed.
        takes: Whether the file of a document id is one to load; the others might not be there.
        on_progress: Called after each file with the number done and the number in all.

    Raises:
        BuildError: `folder` is missing, no folder, or can't be listed.
    """
    listed, passed_over = list_files(folder, LOADERS, index=index)
    files = {document_id: path for document_id, path in listed.items() if takes(document_id)}
    known = known or {}
    skipped = [each for each in passed_over if each.is_unreadable or takes(each.document_id)]
    documents: list[Document] = []
    unchanged: list[str] = []
    for n_done, (document_id, path) in enumerate(files.items(), start=1):
        try:
            data = _read(path, max_bytes)
            sha256 = hashlib.sha256(data).hexdigest()
            if known.get(document_id) == sha256:
                unchanged.append(document_id)
            else:
                documents.append(_parse(document_id, data, sha256))
        except LoadError as error:
            skipped.append(Skipped(document_id, str(error), is_unreadable=isinstance(error, _UnreadableError)))
        if on_progress:
            on_progress(n_done, len(files))
    if not folder.is_dir():
        raise BuildError(f"{folder} vanished while it was read: bring it back and build again")
    return LoadedCorpus(
        documents=tuple(sorted(documents, key=lambda document: document.id)),
        skipped=tuple(sorted(skipped, key=lambda each: each.document_id)),
        unchanged=tuple(sorted(unchanged)),
    )


def load_document(document_id: str, data: bytes) -> Document:
    """Return the release in `data`, the bytes of the file `document_id`.

    Raises:
        LoadError: It can't be one. The message leaves the file's name to the caller.
    """
    return _parse(document_id, data, hashlib.sha256(data).hexdigest())


def _parse(document_id: str, data: bytes, sha256: str) -> Document:
    suffix = suffix_of(document_id)
    if suffix not in LOADERS:
        raise LoadError(unsupported(document_id, LOADERS))
    try:
        return to_document(document_id, LOADERS[suffix](data), sha256)
    except LoadError:
        raise
    except Exception as error:  # whatever a parser does with a file, the other files load
        logger.exception("%s could not be parsed", document_id)
        raise LoadError(
            f"it could not be parsed as {suffix} ({type(error).__name__}): save it again, or as .txt"
        ) from error


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        for _ in range(_READS):
            with path.open("rb") as file:
                before = os.fstat(file.fileno())
                data = file.read(max_bytes + 1)
                after = os.fstat(file.fileno())
            if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
                break
        else:
            raise _UnreadableError("it was being written while it was read: build again when it is complete")
    except FileNotFoundError as error:
        raise LoadError("it vanished while the folder was read: build again") from error
    except OSError as error:
        raise _UnreadableError(f"it can't be read ({error.strerror}): check its permissions") from error
    if len(data) > max_bytes:
        raise LoadError(f"it is larger than the limit of {max_bytes:,} bytes: split it, or raise the limit")
    return data
