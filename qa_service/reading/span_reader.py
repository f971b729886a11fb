"""The default reader: a trained model that marks the first and the last word of the answer, or that there is none.

Runs on onnxruntime; nothing here imports torch. The packaged weights are described in model/README.md.

References:
    Rajpurkar, Jia and Liang, "Know what you don't know: unanswerable questions for SQuAD", ACL 2018.
    Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", NAACL 2019.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from qa_service.answer_types import AnswerType, expected_type, is_of_type
from qa_service.errors import ModelError
from qa_service.model_folders import check_exists, fingerprint, write_once
from qa_service.reading.decoding import Reading, ScoredSpan, Scores, decode
from qa_service.reading.reader_folder import DESCRIPTION, GRAPH, read_folder
from qa_service.reading.windows import Source, Window, WindowCutter
from qa_service.types import Passage, Span

PACKAGED, PACKAGED_NAME = Path(__file__).parent / "model", "span"
# Windows read in one run of the model: five passages fit, and fifty don't take the memory of fifty.
_BATCH = 16
# Of so many spans of a passage the best is taken; words that can't be of the kind asked for score so much less.
_N_SPANS, _MISFIT = 8, 4.0
# The margin of a passage in which no span can be marked, such as a row of dashes.
_HOPELESS = 100.0


class SpanReader:
    """Implements Reader. Safe to use from several threads."""

    def __init__(self, folder: Path = PACKAGED, *, threads: int | None = None) -> None:
        """Open the reader in `folder`.

        Raises:
            ModelError: A file is missing, damaged, or doesn't belong to the others.
        """
        self.description, _, tokenizer = read_folder(folder)
        self._cutter = WindowCutter(tokenizer, max_tokens=self.description.max_tokens, overlap=self.description.overlap)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or 0
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_mem_pattern = False  # it keeps a plan for each length of text, and saves no time
        try:
            # by its path: of bytes, a second copy would be kept
            self._session = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no common class
            raise ModelError(f"the reader in {folder.name}/ can't be run: {error}") from error

    @property
    def name(self) -> str:
        """What `reader.json` calls it."""
        return self.description.name

    def read(self, question: str, passages: Sequence[Passage]) -> list[Span]:
        """Return the best span of each passage, of words that can be what the question asks for if there are any.

        A passage without a word gives all of itself, with no hope.
        """
        sources = [Source(question, passage.text, passage.context) for passage in passages]
        readings = self.read_sources(sources, _N_SPANS)
        expected = expected_type(question)
        return [_span(passage, readings.get(number), expected) for number, passage in enumerate(passages)]

    def read_sources(self, sources: Sequence[Source], n_best: int = 1) -> dict[int, Reading]:
        """Return the reading of each source that has a token, by its position."""
        windows = self._cutter.cut(sources)
        order = sorted(range(len(windows)), key=lambda row: len(windows[row].ids))
        read: list[Window] = []
        starts: list[Scores] = []
        ends: list[Scores] = []
        width = max((len(window.ids) for window in windows), default=0)
        for begin in range(0, len(order), _BATCH):
            batch = [windows[row] for row in order[begin : begin + _BATCH]]
            for logits, into in zip(self._run(batch), (starts, ends), strict=True):
                into.append(np.pad(logits, ((0, 0), (0, width - logits.shape[1])), constant_values=-np.inf))
            read += batch
        if not read:
            return {}
        return decode(read, np.concatenate(starts), np.concatenate(ends), n_best=n_best)

    def _run(self, windows: Sequence[Window]) -> tuple[Scores, Scores]:
        shape = (len(windows), max(len(window.ids) for window in windows))
        ids = np.full(shape, self._cutter.pad_id, np.int64)
        mask, type_ids = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for row, window in enumerate(windows):
            ids[row, : len(window.ids)] = window.ids
            mask[row, : len(window.ids)] = 1
            type_ids[row, : len(window.ids)] = window.type_ids
        starts, ends = self._session.run(["starts", "ends"], {"ids": ids, "mask": mask, "type_ids": type_ids})
        return starts, ends


def open_span_reader(model: str, exports: Path, *, threads: int | None = None) -> SpanReader:
    """Open a reader by folder, or a Hugging Face model by folder or name.

    Args:
        model: A folder with `reader.json` is opened as it is; anything else is exported first.
        exports: Folder of exported readers, one sub-folder per model.

    Raises:
        ModelError: It can't be found, read or exported.
    """
    check_exists(model)
    source = Path(model)
    if (source / DESCRIPTION).is_file():
        return SpanReader(source, threads=threads)
    name = f"{source.resolve().name}@{fingerprint(source)}" if source.is_dir() else model
    folder = exports / name.replace("/", "--")
    if not (folder / DESCRIPTION).is_file():
        from qa_service.reading.question_answering_model import export_model  # noqa: PLC0415 - imports torch

        write_once(folder, DESCRIPTION, lambda staging: export_model(model, staging, name))
    return SpanReader(folder, threads=threads)


def _span(passage: Passage, reading: Reading | None, expected: AnswerType | None) -> Span:
    if reading is None:
        return Span(passage.start, passage.end, 0.0, _HOPELESS)

    def believed(span: ScoredSpan) -> float:
        return span.score - _MISFIT * (not is_of_type(passage.text[span.start : span.end], expected))

    best = max(reading.spans, key=believed)
    return Span(passage.start + best.start, passage.start + best.end, best.score, reading.null_score)
