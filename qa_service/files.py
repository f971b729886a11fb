"""Files whatever is in them: what tells two apart, and that any user can read them, for a server may be another one."""

import hashlib
from pathlib import Path

FILE_MODE, _FOLDER = 0o644, 0o755  # whatever the umask is


def make_folder(folder: Path) -> None:
    """Make a folder that any user can read, unless it is there; those above it are made as the umask says."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_FOLDER)


def make_readable(folder: Path) -> None:
    """Let any user read a folder and all that is in it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(_FOLDER if path.is_dir() else FILE_MODE)


def write_readable(path: Path, text: str) -> None:
    """Write a file that any user can read."""
    path.write_text(text, encoding="utf-8")
    path.chmod(FILE_MODE)


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
