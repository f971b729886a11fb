"""The default reader: a trained model that marks the first and the last word of the answer, or that there is none.

Runs on onnxruntime; nothing here imports torch. The packaged weights are described in model/README.md.

References:
    Rajpurkar, Jia and Liang, "Know what you don't know: unanswerable questions for SQuAD", ACL 2018.
    Devlin et al., "BERT: pre-training of deep bidirectional transformers for language understanding", NAACL 2019.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from qa_service.answer_types import AnswerType, end_of_amount, expected_type, is_of_type, start_of_amount
from qa_service.errors import ModelError
from qa_service.inference import GraphRunner, Inputs
from qa_service.model_folders import check_exists, fingerprint, write_once
from qa_service.reading.decoding import Reading, ScoredSpan, decode
from qa_service.reading.edges import trimmed
from qa_service.reading.reader_folder import DESCRIPTION, GRAPH, read_folder
from qa_service.reading.windows import Source, Window, WindowCutter
from qa_service.types import Passage, Span

PACKAGED, PACKAGED_NAME = Path(__file__).parent / "model", "span"
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
        self.description, tokenizer = read_folder(folder)
        self._cutter = WindowCutter(tokenizer, max_tokens=self.description.max_tokens, overlap=self.description.overlap)
        try:
            self._runner = GraphRunner(folder / GRAPH, threads)
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
        logits = self._runner.run_each([_inputs(window) for window in windows])
        return decode(windows, [starts[0] for starts, _ in logits], [ends[0] for _, ends in logits], n_best=n_best)


def _inputs(window: Window) -> Inputs:
    ids = np.array([window.ids], np.int64)
    return {"ids": ids, "mask": np.ones_like(ids), "type_ids": np.array([window.type_ids], np.int64)}


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
        return span.score - _MISFIT * (not is_of_type(passage.text, expected, span.start, span.end))

    best = max(reading.spans, key=believed)
    text = passage.text
    start, end = trimmed(text, start_of_amount(text, best.start), end_of_amount(text, best.start, best.end))
    return Span(passage.start + start, passage.start + end, best.score, reading.null_score)
