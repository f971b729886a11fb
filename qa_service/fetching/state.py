"""What is known of feeds and items from one run to the next: one hidden JSON file in the documents folder."""

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from qa_service.errors import FetchError

STATE_FILE = ".feeds.json"
_PENDING = ".feeds.pending"  # hidden, so that neither a build nor a watcher takes it for a release


class KnownFeed(BaseModel):
    """What the server said that names the feed as it was last read."""

    model_config = ConfigDict(extra="forbid")

    etag: str | None = None
    last_modified: str | None = None


class KnownItem(BaseModel):
    """An item that was written.

    Attributes:
        file: Its name in the folder.
        file_sha256: Of the file as it was written: another one means that a person has edited it.
        digest: Of the item that was written; empty when the page behind it is still missing.
        feed: The one it came from. Others may have the item in fewer words, so they don't change it.
    """

    model_config = ConfigDict(extra="forbid")

    file: str = Field(pattern=r"^[^./\\][^/\\]*$")
    file_sha256: str
    digest: str
    feed: str


class State(BaseModel):
    """Feeds by address, items by key."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    feeds: dict[str, KnownFeed] = {}
    items: dict[str, KnownItem] = {}


def load_state(folder: Path) -> State:
    """Return what is known; nothing, if nothing was fetched into `folder` yet.

    Raises:
        FetchError: The file can't be read.
    """
    path = folder / STATE_FILE
    try:
        return State.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return State()
    except OSError as error:
        raise FetchError(f"{path} can't be read ({error.strerror}): check its permissions") from error
    except ValidationError as error:
        fault = error.errors()[0]
        raise FetchError(
            f"{path} is damaged ({fault['msg']}): restore it, or remove it, whereupon every item counts as new"
        ) from error


def save_state(folder: Path, state: State) -> None:
    """Keep `state` for the next run.

    Raises:
        FetchError: It can't be written.
    """
    path = folder / STATE_FILE
    try:
        write_atomically(path, state.model_dump_json(indent=1).encode())
    except OSError as error:
        raise FetchError(f"{path} can't be written ({error.strerror}): make room, or check permissions") from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file that is there as a whole or not at all. One process at a time may do so in a folder."""
    pending = path.with_name(_PENDING)
    with pending.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    pending.replace(path)
