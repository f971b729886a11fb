"""The encoder of questions and passages: an ONNX export of the embedding model, run on onnxruntime without torch.

The export holds pooling and normalisation, so a run returns unit vectors. It lies in a folder of its own with the
tokenizer and a description, which the files are checked against. Weights lie in a file beside the graph, because
onnxruntime maps such a file, so that several processes share one copy; what is inside a graph each one copies.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from qa_service.errors import DamagedExportError
from qa_service.files import sha256_of
from qa_service.inference import GraphRunner, Inputs
from qa_service.types import Vectors

GRAPH = "model.onnx"
WEIGHTS = "weights.bin"
TOKENIZER = "tokenizer.json"
DESCRIPTION = "encoder.json"
# Texts of one run: four of like length are a fifth faster than one, and hardly padded. A few texts go one by one, so
# that no thread is left without.
_BATCH = 4
_FEW = 16


@dataclass(frozen=True, slots=True)
class EncoderDescription:
    """What `encoder.json` says.

    Attributes:
        name: The embedder's name, fingerprint included.
        question_prefix, passage_prefix: What the model was trained to see in front of each; often empty.
        graph_sha256: Of `model.onnx`.
        weights_sha256: Of `weights.bin`; None for an export of before, whose graph holds its weights.
        tokenizer_sha256: Of `tokenizer.json`; None for an export of before, which is taken as it is.
    """

    name: str
    dimension: int
    max_tokens: int
    question_prefix: str
    passage_prefix: str
    graph_sha256: str
    weights_sha256: str | None = None
    tokenizer_sha256: str | None = None


class OnnxEncoder:
    """Encodes texts. Safe to use from several threads."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        """Open the export in `folder`.

        Raises:
            DamagedExportError: A file is missing, damaged or not of this export.
        """
        try:
            self.description = EncoderDescription(**json.loads((folder / DESCRIPTION).read_text(encoding="utf-8")))
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
            is_whole = _is_whole(folder, self.description)
        except Exception as error:  # tokenizers raises bare Exception
            raise _damaged(folder, f"can't be read: {error}") from error
        if not is_whole:
            raise _damaged(folder, "is damaged")
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._runner = GraphRunner(folder / GRAPH, threads)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, uncut, special tokens included."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text, in order. Texts longer than the model reads are cut."""
        vectors = np.empty((len(texts), self.description.dimension), dtype=np.float32)
        encodings = [
            _truncated(encoding.ids, self.description.max_tokens)
            for encoding in self._tokenizer.encode_batch_fast(list(texts))
        ]
        size = _BATCH if len(texts) > _FEW else 1
        by_length = sorted(range(len(texts)), key=lambda i: len(encodings[i]), reverse=True)
        batches = [by_length[begin : begin + size] for begin in range(0, len(texts), size)]
        outputs = self._runner.run_each([_inputs([encodings[i] for i in batch]) for batch in batches])
        for batch, [rows] in zip(batches, outputs, strict=True):
            vectors[batch] = rows
        return vectors


def _inputs(batch: Sequence[Sequence[int]]) -> Inputs:
    ids = np.zeros((len(batch), max(len(tokens) for tokens in batch)), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, tokens in enumerate(batch):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def write_description(folder: Path, description: EncoderDescription) -> None:
    """Write `encoder.json`."""
    (folder / DESCRIPTION).write_text(json.dumps(asdict(description), indent=1), encoding="utf-8")


def _is_whole(folder: Path, description: EncoderDescription) -> bool:
    """Return whether the files are those that were exported; raises OSError when one is missing."""
    expected = {
        GRAPH: description.graph_sha256,
        WEIGHTS: description.weights_sha256,
        TOKENIZER: description.tokenizer_sha256,
    }
    return all(sha256_of(folder / name) == digest for name, digest in expected.items() if digest)


def _damaged(folder: Path, what: str) -> DamagedExportError:
    error = DamagedExportError(f"the question encoder in {folder.name}/ {what}. Run 'qa-service build'.")
    error.folder = folder
    return error


def _truncated(ids: Sequence[int], max_tokens: int) -> Sequence[int]:
    """Cut to the limit but keep the final special token."""
    return ids if len(ids) <= max_tokens else [*ids[: max_tokens - 1], ids[-1]]
