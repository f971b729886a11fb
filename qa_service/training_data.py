"""Reading-comprehension files and question sets to examples with near misses: a training run's data. Needs torch."""

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from qa_service.assembly import make_builder, make_embedder, open_retriever
from qa_service.config import Settings
from qa_service.embedding import SentenceTransformerEmbedder
from qa_service.errors import TrainingError
from qa_service.evaluation.questions import Question, load_question_set
from qa_service.reading.training.examples import Example, GoldAnswer, hold_back, without_overlap
from qa_service.reading.training.negatives import Prepared, without_answer
from qa_service.reading.training.prepare import PreparedSource, prepare_source, read_source, write_source
from qa_service.reading.training.ranking import remembering
from qa_service.reading.training.sources import read_file, source_name, write_squad
from qa_service.retrieval import Retriever
from qa_service.sentences import sentence_spans
from qa_service.types import Filters, Hit

logger = logging.getLogger(__name__)

_FOLDER = "data"  # inside a run's folder
HELD_BACK = ("held-back-a", "held-back-b")  # for choosing, for reporting
# Passages that the retriever hands over as near misses of one question.
_N_NEAR = 20

OnProgress = Callable[[int, int], None]


def prepared_sources(
    paths: Sequence[Path],
    run_folder: Path,
    settings: Settings,
    *,
    n_held_back: int,
    on_progress: OnProgress,
    embedder: SentenceTransformerEmbedder | None = None,
) -> list[PreparedSource]:
    """Return the sources with their negatives, each made once and kept in the run's folder.

    Args:
        paths: Reading-comprehension files, and folders of releases with questions.
        n_held_back: Articles of the first file kept for choosing, and as many more for reporting.
        embedder: Finds near misses; None takes the one that the settings name.

    Raises:
        TrainingError: A source holds nothing to train on.
    """
    folder = run_folder / _FOLDER
    folder.mkdir(exist_ok=True)
    names = [source_name(path) for path in paths]
    finished = [folder / f"{name}.gz" for name in names]
    if all(path.exists() for path in finished):
        return [read_source(path) for path in finished]
    embedder = embedder or make_embedder(settings)
    prepare = partial(prepare_source, encode=remembering(embedder.encode_passages), split=sentence_spans)
    held: list[Example] = []
    for number, (path, prepared_file) in enumerate(zip(paths, finished, strict=True)):
        on_progress(number, len(names))
        is_held_back_from = number == 0 and n_held_back > 0 and not path.is_dir()
        if prepared_file.exists() and not is_held_back_from:
            continue
        if path.is_dir():
            write_source(prepared_file, _own_source(path, settings, embedder, folder / "indexes"))
            continue
        examples = read_file(path)
        parts = {names[number]: without_overlap(examples, held) if number else examples}
        if not parts[names[number]]:
            raise TrainingError(f"{path} holds only passages that are held back of {paths[0]}: leave it out")
        if is_held_back_from:
            parts = _held_back(path, examples, n_held_back, run_folder)
            held = [example for name in HELD_BACK for example in parts[name]]
        for name, part in parts.items():
            if not (folder / f"{name}.gz").exists():
                write_source(folder / f"{name}.gz", prepare(name, part))
    on_progress(len(names), len(names))
    return [read_source(path) for path in finished]


def held_back_source(run_folder: Path) -> PreparedSource | None:
    """Return what is held back for choosing, or None if the run holds nothing back."""
    path = run_folder / _FOLDER / f"{HELD_BACK[0]}.gz"
    return read_source(path) if path.exists() else None


def _held_back(path: Path, examples: Sequence[Example], n_articles: int, run_folder: Path) -> dict[str, list[Example]]:
    """Return what is kept for choosing and for reporting, also written in SQuAD's form, and the rest, by name."""
    rest, parts = hold_back(examples, n_articles)
    if not rest:
        raise TrainingError(f"{path} has too few articles to hold back 2 x {n_articles}: ask for fewer (--hold-back)")
    held = dict(zip(HELD_BACK, parts, strict=True))
    for name, part in held.items():
        write_squad(run_folder / f"{name}.json", part)
    return {**held, source_name(path): rest}


def _own_source(
    folder: Path, settings: Settings, embedder: SentenceTransformerEmbedder, indexes: Path
) -> PreparedSource:
    """Return a question set in this project's form: gold passages from its releases, near misses from the retriever."""
    name = source_name(folder)
    settings = settings.model_copy(update={"documents": folder / "documents", "index": indexes / name})
    questions = load_question_set(folder).questions
    make_builder(settings, embedder).build()
    retriever = open_retriever(settings, embedder)
    rows: dict[str, int] = {}
    titles: list[str] = []
    items = []
    for question in questions:
        hits = retriever.retrieve(question.question, _N_NEAR, Filters())
        example = _own_example(question, hits, retriever, name)
        if example is None:
            logger.warning("%s: %s is left out: no passage found for it holds its answer", folder, question.id)
            continue
        near = [
            hit.passage
            for hit in hits
            if hit.passage.text != example.context
            and not any(_places(answer, hit.passage.text) for answer in question.answers)
        ]
        for passage in near:
            if rows.setdefault(passage.text, len(rows)) == len(titles):
                titles.append(passage.context)
        similar = tuple(rows[passage.text] for passage in near)
        cut_out = without_answer(example, sentence_spans) if example.answers else None
        items.append(Prepared(example, similar, cut_out, ()))
    if not items:
        raise TrainingError(f"{folder} holds no question that can be used")
    return PreparedSource(name, tuple(rows), tuple(titles), tuple(items))


def _own_example(question: Question, hits: Sequence[Hit], retriever: Retriever, source: str) -> Example | None:
    """Return the question with the passage that answers it or, where none does, with the one that comes nearest."""
    if question.is_answerable:
        within = Filters(document_ids=question.documents)
        hits = retriever.retrieve(f"{question.question} {question.sentence}", _N_NEAR, within)
        hits = sorted(hits, key=lambda hit: not _places(question.sentence, hit.passage.text))
    for hit in hits:
        text = hit.passage.text
        answers = _gold(question, text)
        if answers or not question.is_answerable:
            return Example(
                question.id, source, hit.passage.document_id, question.question, text, answers, hit.passage.context
            )
    return None


def _gold(question: Question, text: str) -> tuple[GoldAnswer, ...]:
    """Return the answers that stand in the text, those in the question's sentence rather than others."""
    first, last = next(iter(_places(question.sentence, text)), (0, 0))
    found = []
    for answer in question.answers:
        if places := _places(answer, text):
            start, end = min(places, key=lambda place: not first <= place[0] < last)
            found.append(GoldAnswer(text[start:end], start))
    return tuple(found)


def _places(words: str, text: str) -> list[tuple[int, int]]:
    """Return where the words stand in the text, whatever the white space; "14" does not stand in "2014" or "14.5"."""
    pattern = r"\s+".join(map(re.escape, words.split()))
    whole = rf"(?<!\d)(?<!\d[.,]){pattern}" if words[:1].isdigit() else pattern
    whole += r"(?![.,]?\d)" if words[-1:].isdigit() else ""
    return [match.span() for match in re.finditer(whole, text)]
