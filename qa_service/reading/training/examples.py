"""Files of reading-comprehension data to one form of example.

Every reader checks that each answer is a slice of its context: an example whose offsets don't hold is left out.
"""

import gzip
import hashlib
import json
import logging
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from qa_service.errors import TrainingError


class GoldAnswer(NamedTuple):
    """Words of the context that an annotator chose, and where they start."""

    text: str
    start: int


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Example:
    """One question over one passage.

    Attributes:
        source: Name of the data set.
        article: What the passage was taken from; passages of one article are about the same subject.
        answers: One per annotator, so a span may occur twice; empty when the passage holds no answer.
        title: Of the article, where it means something to a reader.
    """

    id: str
    source: str
    article: str
    question: str
    context: str
    answers: tuple[GoldAnswer, ...]
    title: str | None = None


# Amazon_Reviews_2030 or Filtered_Reddit_Comments tell a reader nothing.
_MEANINGLESS_TITLE = re.compile(r"^(?:Amazon_Reviews_\d+|Filtered_Reddit_Comments)$")
_PTB = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
    "`": "'",
}
_NO_SPACE_BEFORE = re.compile(r"^(?:[.,:;?!%)\]}]|'s|n't|'ve|'m|'re|'d|'ll|'|\.\.\.)$")
_NO_SPACE_AFTER = re.compile(r"^[(\[{$#£€]$")
_SPACED_PUNCTUATION = re.compile(r"(?<=\S) (?=(?:[.,:;?!%)\]]|'s |n't |\.\.\.)(?:\s|$|[.,]))|(?<=[(\[$]) (?=\S)")


def read_squad(path: Path, source: str) -> list[Example]:
    """Return the examples of a SQuAD v1.1 or v2.0 file, gzipped or not.

    Raises:
        TrainingError: It can't be read, or holds no question that can be used.
    """
    try:
        examples = [
            Example(
                str(qa["id"]), source, article["title"], qa["question"].strip(), paragraph["context"], answers, title
            )
            for article in json.loads(_read(path))["data"]
            for title in [None if _MEANINGLESS_TITLE.match(article["title"]) else article["title"].replace("_", " ")]
            for paragraph in article["paragraphs"]
            for qa in paragraph["qas"]
            for answers in [_gold(qa["answers"])]
            if bool(answers) != bool(qa.get("is_impossible", False))
        ]
    except (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise TrainingError(f"{path} can't be read as SQuAD's form of JSON: {error!r}") from error
    sound = [example for example in examples if _holds(example.context, example.answers)]
    if not sound:
        raise TrainingError(f"{path} holds no question whose answers stand where it says")
    if len(sound) < len(examples):
        logger.warning("%s: %d questions left out: answers don't stand where it says", path, len(examples) - len(sound))
    return sound


def read_qed(path: Path, source: str = "qed") -> list[Example]:
    """Return the examples of QED's JSON lines: real search questions, typed without capitals."""
    examples = []
    for line in _read(path).splitlines():
        row = json.loads(line)
        text, position = _close_up(row["paragraph_text"])
        spans = [parts[0] for parts in row["original_nq_answers"] if len(parts) == 1]
        answers = tuple(_moved(text, position, part["start"], part["end"]) for part in spans)
        if answers and _holds(text, answers):
            title = row["title_text"]
            examples.append(
                Example(f"qed-{row['example_id']}", source, title, row["question_text"], text, answers, title)
            )
    return examples


def read_qamr(questions: Path, sentences: Path, source: str = "qamr") -> list[Example]:
    """Return QAMR's questions over single sentences.

    A question is kept when two or three of its annotators marked one unbroken run of words; theirs are its answers.
    """
    words = dict(line.split("\t", 1) for line in _read(sentences).splitlines())
    rows: dict[tuple[str, str], list[str]] = {}
    for line in _read(questions).splitlines():
        cells = line.split("\t")
        rows.setdefault((cells[0], cells[5]), [cells[6], *(cell.partition(":")[2] for cell in cells[7:9])])
    examples = []
    for number, ((sentence, question), marks) in enumerate(rows.items()):
        text, spans = detokenize(words[sentence].split(" "))
        answers = tuple(
            GoldAnswer(text[spans[run[0]][0] : spans[run[-1]][1]], spans[run[0]][0])
            for run in (_run(mark) for mark in marks)
            if run and run[-1] < len(spans)
        )
        if len(answers) >= 2:
            examples.append(Example(f"qamr-{number}", source, sentence.rsplit(":", 2)[0], question, text, answers))
    return examples


def detokenize(tokens: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return running text for Penn-Treebank tokens, and the characters of each token."""
    text, spans, open_quote, glue = "", [], False, True
    for raw in tokens:
        word = _PTB.get(raw, raw)
        closes = raw == "''" or (word == '"' and open_quote and raw != "``")
        opens = word == '"' and not closes
        if not (glue or closes or _NO_SPACE_BEFORE.match(word)):
            text += " "
        spans.append((len(text), len(text) + len(word)))
        text += word
        open_quote = opens or (open_quote and not closes)
        glue = opens or bool(_NO_SPACE_AFTER.match(word))
    return text, spans


def hold_back(examples: Iterable[Example], n_articles: int) -> tuple[list[Example], list[list[Example]]]:
    """Part the examples by article: the rest, then two sets of `n_articles` whole articles each.

    Articles are taken by the order of their titles' sha256, so the same ones are held back on every machine.
    """
    by_article: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_article[example.article].append(example)
    order = sorted(by_article, key=lambda title: hashlib.sha256(title.encode()).hexdigest())
    held = [order[:n_articles], order[n_articles : 2 * n_articles]]
    rest = [example for title in order[2 * n_articles :] for example in by_article[title]]
    return rest, [[example for title in titles for example in by_article[title]] for titles in held]


def without_overlap(examples: Iterable[Example], held_back: Iterable[Example]) -> list[Example]:
    """Leave out examples whose title is one of the held-back ones, or whose text occurs in a held-back passage."""
    held = list(held_back)
    titles = {example.article.replace("_", " ").casefold() for example in held}
    held_text = "\n".join({_letters(example.context) for example in held})
    clear: dict[str, bool] = {}
    kept = []
    for example in examples:
        if example.context not in clear:
            clear[example.context] = _letters(example.context) not in held_text
        if clear[example.context] and (example.title or "").casefold() not in titles:
            kept.append(example)
    return kept


def _read(path: Path) -> str:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")


def _gold(answers: Sequence[dict[str, Any]]) -> tuple[GoldAnswer, ...]:
    return tuple(GoldAnswer(answer["text"], answer["answer_start"]) for answer in answers)


def _holds(context: str, answers: Sequence[GoldAnswer]) -> bool:
    return all(answer.text and context.startswith(answer.text, answer.start) for answer in answers)


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


def _run(mark: str) -> list[int]:
    """Return the token numbers of a mark when they follow one another, else none."""
    numbers = sorted(int(number) for number in mark.split() if number.isdigit())
    is_run = numbers and numbers[-1] - numbers[0] == len(numbers) - 1
    return numbers if is_run else []


def _close_up(text: str) -> tuple[str, list[int]]:
    """Remove the spaces that tokenisation put around punctuation; return the new position of each character too."""
    removed = {match.start() for match in _SPACED_PUNCTUATION.finditer(text)}
    positions: list[int] = []
    n_removed = 0
    for number in range(len(text) + 1):
        positions.append(number - n_removed)
        n_removed += number in removed
    return "".join(char for number, char in enumerate(text) if number not in removed), positions


def _moved(text: str, position: Sequence[int], start: int, end: int) -> GoldAnswer:
    return GoldAnswer(text[position[start] : position[end]].strip(), position[start])
