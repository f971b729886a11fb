"""Which files below a folder may be releases, and why the others are not.

Hidden files and folders are passed over. A link may not lead out of the folder: what is published would not be what
the folder holds.
"""

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa_service.errors import BuildError

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that became no document, or a folder that was not walked, and why.

    Attributes:
        document_id: A path below the documents folder that can be written and shown, whatever the file is called.
        is_unreadable: Whether it is there and can't be read at the moment, which tells nothing of its releases.
    """

    document_id: str
    reason: str
    is_unreadable: bool = False


def list_files(
    folder: Path, suffixes: Collection[str], *, index: Path | None = None
) -> tuple[dict[str, Path], list[Skipped]]:
    """Return the files with one of `suffixes` by document id, in order, and all other entries.

    Ids are paths below `folder`; those of other entries have escapes for what can't be printed or encoded.

    Args:
        index: What lies there is the index and no release, and is passed over.

    Raises:
        BuildError: `folder` is missing, no folder, the index, or can't be listed.
    """
    root, index = folder.resolve(), index and index.resolve()
    if root == index:
        raise BuildError(f"{folder} is the index folder, too: name another one with --documents or --index")
    files: dict[str, Path] = {}
    skipped: list[Skipped] = []
    pending = [root]
    while pending:
        current = pending.pop()
        try:
            entries = list(os.scandir(current))
        except OSError as error:
            if current == root:
                raise _unlistable(folder, error) from error
            reason = f"a folder that can't be listed ({error.strerror}): check its permissions"
            is_gone = isinstance(error, FileNotFoundError | NotADirectoryError)
            skipped.append(Skipped(_document_id(current, root), reason, is_unreadable=not is_gone))
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith(".") or path == index:
                continue
            document_id = _document_id(path, root)
            try:
                if refusal := _refusal(entry, root, suffixes):
                    skipped.append(Skipped(_escaped(document_id), refusal))
                elif entry.is_dir():
                    pending.append(path)
                else:
                    files[document_id] = path
            except OSError as error:
                reason = f"it can't be looked at ({error.strerror}): check its permissions"
                skipped.append(Skipped(document_id, reason, is_unreadable=True))
    return dict(sorted(files.items())), skipped


def suffix_of(document_id: str) -> str:
    return PurePosixPath(document_id).suffix.lower()


def unsupported(document_id: str, suffixes: Collection[str]) -> str:
    """Return the reason why a file of this name is no release."""
    return f"unsupported format {suffix_of(document_id) or '(no suffix)'}: save it as one of {', '.join(suffixes)}"


def _refusal(entry: os.DirEntry[str], root: Path, suffixes: Collection[str]) -> str | None:
    """Return why `entry` is neither a folder to walk nor a file to read; None if it is one."""
    if _UNPRINTABLE.search(entry.name):
        return "its name holds a control character or is not UTF-8: rename it"
    if entry.is_symlink() and (reason := _link_refusal(Path(os.path.realpath(entry.path)), root)):
        return reason
    if entry.is_dir():
        return None
    if not entry.is_file():
        return "not a regular file: remove it"
    return None if suffix_of(entry.name) in suffixes else unsupported(entry.name, suffixes)


def _link_refusal(target: Path, root: Path) -> str | None:
    if not target.is_relative_to(root):
        return "a link that leads out of the documents folder: copy the file into it"
    if not target.exists():
        return "a link to nothing: remove it, or restore what it led to"
    if target.is_dir():
        return "a link to a folder: its files are loaded where they are"
    return None


def _unlistable(folder: Path, error: OSError) -> BuildError:
    if isinstance(error, FileNotFoundError):
        return BuildError(f"{folder} does not exist: create it, or name another folder with --documents")
    if isinstance(error, NotADirectoryError):
        return BuildError(f"{folder} is not a folder: name one with --documents")
    return BuildError(f"{folder} can't be listed ({error.strerror}): check its permissions")


def _document_id(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _escaped(name: str) -> str:
    return _UNPRINTABLE.sub(lambda match: ascii(match[0])[1:-1], name)
