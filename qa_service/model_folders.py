"""Folders that hold a model: where a name points, what tells two apart, and how an export is written once."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from qa_service.errors import ModelError
from qa_service.files import make_folder, make_readable

_WEIGHTS = {".safetensors", ".bin"}
_STAGING = ".export"


def check_exists(model: str) -> None:
    """Raise ModelError when `model` is written like a path, and no folder is there."""
    looks_like_a_path = model.startswith((".", "/", "~")) or model.count("/") > 1
    if looks_like_a_path and not Path(model).is_dir():
        raise ModelError(f"model {model!r}: there is no such folder.")


def fingerprint(folder: Path) -> str:
    """Return 12 hexadecimal digits that change with the weights in `folder`; raise ModelError when it holds none."""
    weights = sorted(path for path in folder.rglob("*") if path.suffix in _WEIGHTS)
    if not weights:
        raise ModelError(f"model {str(folder)!r}: its folder holds no weights (.safetensors or .bin).")
    digest = hashlib.sha256()
    for path in weights:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()[:12]


def write_once(folder: Path, last_file: str, write: Callable[[Path], None]) -> None:
    """Fill `folder` by `write`, unless another process was quicker: one at a time writes beside it.

    Args:
        folder: Comes into being whole or not at all.
        last_file: A file that `write` makes; where it is, the folder is taken to be finished.
        write: Given an empty folder beside `folder`.
    """
    make_folder(folder.parent)
    with FileLock(folder.parent / f"{_STAGING}.lock"):  # that of a process that was killed is free
        for left in folder.parent.glob(f"{_STAGING}-*"):
            shutil.rmtree(left)
        if (folder / last_file).is_file():
            return
        staging = Path(tempfile.mkdtemp(prefix=f"{_STAGING}-", dir=folder.parent))
        try:
            write(staging)
            make_readable(staging)
            shutil.rmtree(folder, ignore_errors=True)
            staging.rename(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
