"""A folder that holds a reader: graph, tokenizer and a description that the two are checked against.

`qa-service train` writes one, the package carries one, and a Hugging Face model becomes one when it is first used.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tokenizers import Tokenizer

from qa_service.errors import ModelError
from qa_service.files import sha256_of

GRAPH = "model.onnx"
TOKENIZER = "tokenizer.json"
DESCRIPTION = "reader.json"
_WHAT_TO_DO = "Fetch the folder anew, or name another reader (QA_READER)."


@dataclass(frozen=True, slots=True)
class ReaderDescription:
    """What `reader.json` says.

    Attributes:
        max_tokens: Length of a window, special tokens included.
        overlap: Passage tokens that neighbouring windows share.
        n_vocabulary: Tokens that the graph has vectors for.
        graph_sha256, tokenizer_sha256: Of the two files beside it.
        recipe: How it was trained, for people; nothing is read from it.
    """

    name: str
    max_tokens: int
    overlap: int
    n_vocabulary: int
    graph_sha256: str
    tokenizer_sha256: str
    recipe: dict[str, object] | None = None


def describe(
    folder: Path, *, name: str, max_tokens: int, overlap: int, n_vocabulary: int, recipe: dict[str, object] | None
) -> None:
    """Write `reader.json` for the graph and the tokenizer that are in `folder`."""
    description = ReaderDescription(
        name, max_tokens, overlap, n_vocabulary, sha256_of(folder / GRAPH), sha256_of(folder / TOKENIZER), recipe
    )
    (folder / DESCRIPTION).write_text(json.dumps(asdict(description), indent=1) + "\n", encoding="utf-8")


def read_folder(folder: Path) -> tuple[ReaderDescription, Tokenizer]:
    """Return description and tokenizer; the graph is compared with its checksum and left for onnxruntime to open.

    Raises:
        ModelError: A file is missing, damaged, or doesn't belong to the others.
    """
    try:
        description = ReaderDescription(**json.loads((folder / DESCRIPTION).read_text(encoding="utf-8")))
        found = {name: sha256_of(folder / name) for name in (GRAPH, TOKENIZER)}
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"the reader in {folder.name}/ can't be read: {error}. {_WHAT_TO_DO}") from error
    for name, expected in ((GRAPH, description.graph_sha256), (TOKENIZER, description.tokenizer_sha256)):
        if found[name] != expected:
            raise ModelError(f"{name} of the reader in {folder.name}/ is not the one it was made with. {_WHAT_TO_DO}")
    try:
        words = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # tokenizers raises bare Exception
        raise ModelError(f"the reader's tokenizer in {folder.name}/ can't be read: {error}. {_WHAT_TO_DO}") from error
    if words.get_vocab_size() > description.n_vocabulary:
        raise ModelError(
            f"the tokenizer in {folder.name}/ has {words.get_vocab_size()} tokens, its model knows "
            f"{description.n_vocabulary}. {_WHAT_TO_DO}"
        )
    return description, words
