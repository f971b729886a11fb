"""Files of reading-comprehension data, picked by their names' ends, and the held-back part written out again."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qa_service.errors import TrainingError
from qa_service.reading.training.examples import Example, read_qamr, read_qed, read_squad

_QAMR_SENTENCES = "qamr_wiki_sentences.tsv.gz"


def _read_qamr(path: Path, source: str) -> list[Example]:
    return read_qamr(path, path.parent / _QAMR_SENTENCES, source)


FORMS: Mapping[str, Callable[[Path, str], list[Example]]] = {
    ".json": read_squad,
    ".jsonl": read_qed,
    ".tsv": _read_qamr,
}


def source_name(path: Path) -> str:
    """Return what a source is called: its file's or folder's name without what says its form."""
    return path.resolve().name.removesuffix(".gz").rsplit(".", 1)[0]


def read_file(path: Path) -> list[Example]:
    """Return the examples of one file: SQuAD's form (.json), QED's (.jsonl) or QAMR's (.tsv), gzipped or not.

    Raises:
        TrainingError: The file is missing, of another form, or holds nothing that can be used.
    """
    suffix = Path(path.name.removesuffix(".gz")).suffix
    if suffix not in FORMS:
        raise TrainingError(f"{path}: name a folder with questions.jsonl, or a file that ends in {', '.join(FORMS)}")
    try:
        examples = FORMS[suffix](path, source_name(path))
    except (OSError, EOFError, ValueError, LookupError, TypeError) as error:
        raise TrainingError(f"{path} can't be read: {error!r}") from error
    if not examples:
        raise TrainingError(f"{path} holds no question that can be used")
    return examples


def write_squad(path: Path, examples: Sequence[Example]) -> None:
    """Write examples in SQuAD v2.0's form, which `qa-service eval` reads."""
    articles: dict[str, dict[str, list[Example]]] = defaultdict(lambda: defaultdict(list))
    for example in examples:
        articles[example.article][example.context].append(example)
    data = [
        {"title": title, "paragraphs": [_paragraph(context, ones) for context, ones in passages.items()]}
        for title, passages in articles.items()
    ]
    path.write_text(json.dumps({"version": "v2.0", "data": data}, ensure_ascii=False) + "\n", encoding="utf-8")


def _paragraph(context: str, examples: Sequence[Example]) -> dict[str, object]:
    return {"context": context, "qas": [_qa(example) for example in examples]}


def _qa(example: Example) -> dict[str, object]:
    answers = [{"text": answer.text, "answer_start": answer.start} for answer in example.answers]
    return {"id": example.id, "question": example.question, "answers": answers, "is_impossible": not answers}
