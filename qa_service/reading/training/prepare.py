"""Raw data to one prepared file per source, so that a training run reads nothing else and can be resumed anywhere."""

import gzip
import json
import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from qa_service.reading.training.examples import Example, GoldAnswer
from qa_service.reading.training.negatives import Prepared, Splitter, prepare
from qa_service.reading.training.ranking import Encode
from qa_service.reading.training.swaps import Swap

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedSource:
    """One data set, ready to be sampled from. `titles[row]` belongs to `passages[row]`."""

    name: str
    passages: tuple[str, ...]
    titles: tuple[str | None, ...]
    items: tuple[Prepared, ...]


def prepare_source(name: str, examples: Iterable[Example], *, encode: Encode, split: Splitter) -> PreparedSource:
    """Return the source's examples, the answerable ones with their negatives."""
    examples = list(examples)
    answerable = [example for example in examples if example.answers]
    first: dict[str, Example] = {}
    for example in answerable:
        first.setdefault(example.context, example)
    items = prepare(answerable, list(first), encode=encode, split=split) if answerable else []
    items += [Prepared(example, (), None, ()) for example in examples if not example.answers]
    logger.info(
        "%s: %d questions, %d passages; similar passages for %d, answer cut out for %d, swaps for %d",
        name,
        len(items),
        len(first),
        sum(bool(item.similar) for item in items),
        sum(item.without_answer is not None for item in items),
        sum(bool(item.swaps) for item in items),
    )
    return PreparedSource(name, tuple(first), tuple(example.title for example in first.values()), tuple(items))


def write_source(path: Path, source: PreparedSource) -> None:
    """Write the source as gzipped JSON lines: its passages, then its items. A cut-off leaves no file of that name."""
    unfinished = path.with_suffix(".part")
    with gzip.open(unfinished, "wt", encoding="utf-8", compresslevel=4) as file:
        head = {"name": source.name, "passages": source.passages, "titles": source.titles}
        file.write(json.dumps(head, ensure_ascii=False) + "\n")
        for item in source.items:
            file.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
    unfinished.replace(path)


def read_source(path: Path) -> PreparedSource:
    """Return what `write_source` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        head = json.loads(file.readline())
        items = tuple(_item(json.loads(line)) for line in file)
    return PreparedSource(head["name"], tuple(head["passages"]), tuple(head["titles"]), items)


def _example(row: dict[str, object]) -> Example:
    answers = tuple(GoldAnswer(*answer) for answer in row.pop("answers"))  # type: ignore[attr-defined]
    return Example(**row, answers=answers)  # type: ignore[arg-type]


def _item(row: dict[str, object]) -> Prepared:
    swaps = tuple(Swap(**swap) for swap in row["swaps"])  # type: ignore[attr-defined]
    return Prepared(_example(row["example"]), tuple(row["similar"]), row["without_answer"], swaps)  # type: ignore[arg-type]
